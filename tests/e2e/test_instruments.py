# SPDX-License-Identifier: Apache-2.0
"""Symbols that were renamed or ended: one series, and no asking for ever."""
import csv
import io
import json
from fractions import Fraction

import harness
from harness import equal, true

RENAMED = "2024-01-05"
NAME_CHANGE = {"id": "n", "old_symbol": "FB", "new_symbol": "META",
               "process_date": RENAMED}
SPLIT = {"id": "s", "symbol": "META", "old_rate": 1, "new_rate": 2,
         "ex_date": "2024-01-09", "process_date": "2024-01-09"}
REMOVAL = {"id": "r", "symbol": "GONE", "process_date": "2024-01-09"}
DIVIDEND = {"id": "d", "symbol": "META", "rate": 0.5, "ex_date": "2024-01-05",
            "process_date": "2024-01-05"}

JOB = """[job]
name = {name}
provider = alpaca
dataset = {dataset}
schema = {schema}
symbols = {symbols}
start = 2024-01-01
end = {end}

[provider]
data_url = {url}

[rate_limit]
rate = 1000/s

[store]
path = {store}
"""
KEYS = {"APCA_API_KEY_ID": "k", "APCA_API_SECRET_KEY": "s"}


def job(t, schema="ohlcv-1d", symbols="FB, META", dataset="sip/raw",
        end="2024-01-31"):
    return t.write(schema + ".ini", JOB.format(
        name=schema, dataset=dataset, end=end, schema=schema, symbols=symbols,
        url=t.vendor.url, store=t.path("store")))


def fill(t, actions, symbols="FB, META", asked="META", **options):
    t.vendor = t.server(
        "alpaca_server", "--stock=FB:2024-01-01:2024-01-05",
        "--stock=META:2024-01-05:2024-01-13", "--stock="
        "GONE:2024-01-01:2024-01-09", "--actions",
        t.write("actions.json", json.dumps(actions)))
    t.run("run", job(t, "actions", asked, "us_equity"), env=KEYS).expect(0)
    t.run("run", job(t, symbols=symbols, **options), env=KEYS).expect(0)


def export(t, *args, status=0, **expected):
    done = t.run("export", "--store", t.path("store"), "--schema", "ohlcv-1d",
                 *args).expect(status, **expected)
    return list(csv.DictReader(io.StringIO(done.out)))


def values(rows):
    return [[v for k, v in row.items() if k != "symbol"] for row in rows]


# ---- one series ------------------------------------------------------------

def test_a_renamed_instrument_is_one_series(t):
    fill(t, {"name_changes": [NAME_CHANGE]})
    old, new = export(t, "--symbol", "FB"), export(t, "--symbol", "META")
    rows = export(t, "--symbol", "META", "--follow-renames")
    true(old and new, "both names have rows")
    equal(values(rows), values(old) + values(new))
    equal({r["symbol"] for r in rows}, {"META"})
    equal([r["ts"] for r in rows], sorted(r["ts"] for r in rows))


def test_the_old_name_gives_the_same_rows(t):
    fill(t, {"name_changes": [NAME_CHANGE]})
    by_new = export(t, "--symbol", "META", "--follow-renames")
    by_old = export(t, "--symbol", "FB", "--follow-renames")
    equal(values(by_old), values(by_new))
    equal({r["symbol"] for r in by_old}, {"FB"})
    equal(values(export(t, "--symbol", "FB,META", "--follow-renames")),
          values(by_old))


def test_rows_of_another_use_of_the_name_stay_out(t):
    fill(t, {"name_changes": [dict(NAME_CHANGE, process_date="2024-01-10")]})
    rows = export(t, "--symbol", "META", "--follow-renames")
    equal([r["ts"][:10] for r in rows][-2:], ["2024-01-11", "2024-01-12"])
    true(all(r["ts"] < "2024-01-05" or r["ts"] >= "2024-01-10" for r in rows),
         [r["ts"] for r in rows])


def test_a_name_without_rows_is_told(t):
    fill(t, {"name_changes": [NAME_CHANGE]}, symbols="META")
    done = t.run("export", "--store", t.path("store"), "--schema", "ohlcv-1d",
                 "--symbol", "META", "--follow-renames")
    done.expect(0, err=['no rows are held of "FB"', "META"])


def test_a_split_under_the_new_name_adjusts_the_old_ones_rows(t):
    actions = {"name_changes": [NAME_CHANGE], "forward_splits": [SPLIT]}
    fill(t, actions, asked="FB, META")
    raw = export(t, "--symbol", "META", "--follow-renames")
    made = export(t, "--symbol", "META", "--follow-renames", "--adjust",
                  "split", "--to", "2024-01-29")
    equal(len(made), len(raw))
    for before, after in zip(raw, made):
        by = 2 if before["ts"] < "2024-01-09" else 1
        equal(Fraction(after["close"]) * by, Fraction(before["close"]))


def test_a_dividend_takes_the_close_under_the_old_name(t):
    actions = {"name_changes": [NAME_CHANGE], "cash_dividends": [DIVIDEND]}
    fill(t, actions, asked="FB, META")
    raw = export(t, "--symbol", "META", "--follow-renames")
    made = export(t, "--symbol", "META", "--follow-renames", "--adjust", "all",
                  "--to", "2024-01-29")
    last = [r for r in raw if r["ts"] < "2024-01-05"][-1]
    equal(Fraction([r for r in made if r["ts"] == last["ts"]][0]["close"]),
          Fraction(last["close"]) - Fraction("0.5"))


# ---- the end ---------------------------------------------------------------

def test_a_delisting_ends_the_want(t):
    fill(t, {"worthless_removals": [REMOVAL]}, symbols="GONE", asked="GONE",
         end="2024-01-17")
    calls = t.vendor.log()
    t.run("plan", job(t, symbols="GONE"), env=KEYS).expect(
        0, out=["nothing to ask", "GONE: not asked from 2024-01-16",
                "worthless_removal on 2024-01-09"])
    t.run("run", job(t, symbols="GONE"), env=KEYS).expect(0)
    equal(t.vendor.log(), calls)
    t.run("gaps", job(t, symbols="GONE"), env=KEYS).expect(0)


def test_without_a_record_the_rest_is_wanted(t):
    fill(t, {}, symbols="GONE", asked="GONE", end="2024-01-17")
    t.run("plan", job(t, symbols="GONE"), env=KEYS).expect(0, out="1 chunk")
    t.run("gaps", job(t, symbols="GONE"), env=KEYS).expect(3, out="GONE")


# ---- what is known ---------------------------------------------------------

def test_instruments_tells_validity_and_rows(t):
    fill(t, {"name_changes": [NAME_CHANGE], "worthless_removals": [REMOVAL]},
         symbols="FB, META, GONE", asked="META, GONE")
    done = t.run("instruments", "--store", t.path("store"), "--json")
    by = {i["symbol"]: i for i in done.expect(0).json()}
    equal(sorted(by), ["FB", "GONE", "META"])
    equal(by["FB"]["valid"], [{"from": None, "to": "2024-01-05T05:00:00Z",
                               "why": "renamed to META on 2024-01-05"}])
    equal(by["META"]["valid"][0]["from"], "2024-01-05T05:00:00Z")
    equal(by["META"]["valid"][0]["to"], None)
    true("worthless_removal" in by["GONE"]["valid"][0]["why"], by["GONE"])
    equal(by["FB"]["first_seen"], "2024-01-01T05:00:00Z")
    true(by["META"]["last_seen"] > "2024-01-11", by["META"])
    t.run("instruments", "F*", "--store", t.path("store")).expect(
        0, out=["FB", "renamed to META", "VALID TO"], not_out="GONE")
    t.run("instruments", "X*", "--store", t.path("store")).expect(
        2, err='no symbol like "X*"')


harness.main()
