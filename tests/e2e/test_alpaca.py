# SPDX-License-Identifier: Apache-2.0
"""Jobs on a server that speaks Alpaca's protocol: what ends in the store is
what the server has, whatever happens on the way."""
import csv
import io
import json
import os
import shutil
import sys
import time

import harness
from harness import equal, true

sys.path.insert(0, os.path.join(harness.SOURCE, "tests", "vendor"))
import alpaca_server  # noqa: E402

KEYS = {"APCA_API_KEY_ID": "KEYID", "APCA_API_SECRET_KEY": "hush-hush"}
KEY = "KEYID:hush-hush"
DAYS = ("2024-03-04", "2024-03-06")
STOCKS = ("AAPL", "BRK.B", "MSFT")

JOB = """[job]
name = {name}
provider = alpaca
dataset = {dataset}
schema = {schema}
symbols = {symbols}
start = {start}
end = {end}

[provider]
data_url = {url}
trading_url = {url}

[rate_limit]
rate = 1000/s

[retry]
base = 10ms
cap = 2s

[store]
path = {store}
"""


def serve(t, *args, days=DAYS, stocks=STOCKS, pairs=()):
    rows = [f"--stock={s}:{days[0]}:{days[1]}" for s in stocks]
    rows += [f"--crypto={p}:{days[0]}:{days[1]}" for p in pairs]
    return t.server("alpaca_server", "--key", KEY, *rows, *args)


def job(t, server, symbols=STOCKS, schema="ohlcv-1m", dataset="sip/raw",
        days=DAYS, name="us"):
    return t.write(name + ".ini", JOB.format(
        name=name, url=server.url, symbols=", ".join(symbols), schema=schema,
        dataset=dataset, start=days[0], end=days[1], store=t.path("store")))


def run(t, path, status=0, **options):
    return t.run("run", path, "--json", env=KEYS).expect(status, **options)


def export(t, *args):
    text = t.run("export", "--store", t.path("store"), "--format", "csv",
                 *args).expect(0).out
    return list(csv.DictReader(io.StringIO(text)))


def source(names, kind="bars", frame="1Min", days=DAYS, crypto=False):
    """[(symbol, fields)] of the same rows that the server has."""
    return [(name, fields) for name in sorted(names) for _, fields in
            alpaca_server.Series(name, *days, crypto=crypto).rows(kind,
                                                                  frame)]


def same_bars(got, expected):
    equal([(r["symbol"], r["ts"], r["open"], r["high"], r["low"], r["close"],
            r["volume"], r["trades"]) for r in sorted(
                got, key=lambda r: (r["symbol"], r["ts"]))],
          [(s, f["t"], f["o"], f["h"], f["l"], f["c"], f["v"], f["n"])
           for s, f in expected])


def requests(server):
    return [json.loads(line) for line in server.log().splitlines()
            if line.startswith("{")]


def test_many_pages_equal_the_source(t):
    server = serve(t, "--page", "150", "--spare-page", "--gzip")
    report = run(t, job(t, server)).json()
    same_bars(export(t), source(STOCKS))
    true(len(requests(server)) >= 16, "as many calls as pages")
    equal(len(report["entries"]), len(STOCKS), "entries")


def test_a_second_run_asks_nothing(t):
    server = serve(t)
    path = job(t, server)
    run(t, path)
    before = len(requests(server))
    equal(run(t, path).json()["calls"], 0)
    equal(len(requests(server)), before, "calls")


def test_keys_go_in_headers_and_nowhere_else(t):
    server = serve(t)
    done = run(t, job(t, server))
    for entry in requests(server):
        equal(entry["headers"]["APCA-API-KEY-ID"], "KEYID")
        true("hush" not in entry["target"], entry["target"])
    true("hush-hush" not in done.out + done.err, "the secret is not told")


def test_a_wrong_key_costs_one_call(t):
    server = serve(t)
    t.run("run", job(t, server), env=dict(KEYS, APCA_API_SECRET_KEY="no")
          ).expect(4, err=["forbidden", "provider.key_id"])
    equal(len(requests(server)), 1, "calls")


def test_without_keys_nothing_is_sent(t):
    server = serve(t)
    t.run("run", job(t, server)).expect(2, err="APCA_API_KEY_ID")
    equal(requests(server), [])


def test_what_goes_wrong_on_the_way_leaves_no_trace(t):
    faults = ("http-429@2", "http-503@4", "reset-body@5", "cut-json@7",
              "cut-open@9", "html@11", "empty@13", "repeat-token@15")
    server = serve(t, "--page", "150", *(f"--fault={f}" for f in faults))
    run(t, job(t, server))
    same_bars(export(t), source(STOCKS))


def test_the_limit_is_waited_for_until_its_reset(t):
    server = serve(t, "--fault=http-429@1,2")
    report = run(t, job(t, server, symbols=["AAPL"])).json()
    true(report["retries"] >= 1, str(report["retries"]))
    same_bars(export(t), source(["AAPL"]))


def test_ticks_of_one_time_survive_page_borders(t):
    server = serve(t, "--page", "7", days=("2024-03-04", "2024-03-05"),
                   stocks=["AAPL"])
    days = ("2024-03-04T15:00:00Z", "2024-03-04T16:00:00Z")
    run(t, job(t, server, ["AAPL"], "trades, quotes", days=days))
    hour = [f for _, f in source(["AAPL"], "trades",
                                 days=("2024-03-04", "2024-03-05"))
            if f["t"].startswith("2024-03-04T15")]
    true(len({f["t"] for f in hour}) < len(hour), "some times are equal")
    got = export(t, "--schema", "trades")
    equal([(r["ts"], r["id"], r["price"], r["size"], r["conditions"],
            r["venue"]) for r in got],
          [(f["t"], f["i"], f["p"], f["s"], "@,I", f["x"]) for f in hour])
    hour = [f for _, f in source(["AAPL"], "quotes",
                                 days=("2024-03-04", "2024-03-05"))
            if f["t"].startswith("2024-03-04T15")]
    got = export(t, "--schema", "quotes")
    equal([(r["ts"], r["bid"], r["ask"]) for r in got],
          [(f["t"], "" if f["bp"] == "0" else f["bp"], f["ap"])
           for f in hour])


def test_days_begin_in_new_york_on_both_sides_of_the_clock_change(t):
    days = ("2024-03-06", "2024-03-14")
    server = serve(t, days=days, stocks=["AAPL"])
    run(t, job(t, server, ["AAPL"], "ohlcv-1d", days=days))
    same_bars(export(t), source(["AAPL"], frame="1Day", days=days))
    starts = [r["ts"][11:16] for r in export(t)]
    equal(sorted(set(starts)), ["04:00", "05:00"])


def test_hours_weeks_and_months(t):
    days = ("2024-01-29", "2024-03-04")
    server = serve(t, days=days, stocks=["AAPL"])
    range_ = ("2024-01-01", "2024-04-02")
    for schema, frame in (("ohlcv-1h", "1Hour"), ("ohlcv-4h", "4Hour"),
                          ("ohlcv-1w", "1Week"), ("ohlcv-1mo", "1Month")):
        run(t, job(t, server, ["AAPL"], schema, days=range_))
        same_bars(export(t, "--schema", schema),
                  source(["AAPL"], frame=frame, days=days))


def test_adjusted_and_raw_never_mix(t):
    server = serve(t, stocks=["AAPL"])
    run(t, job(t, server, ["AAPL"], dataset="sip/raw, sip/split"))
    raw = export(t, "--dataset", "sip/raw")
    split = export(t, "--dataset", "sip/split")
    equal(len(raw), len(split))
    true(raw[0]["volume"] != split[0]["volume"], "volumes differ")
    same_bars(raw, source(["AAPL"]))


def test_pairs_need_no_key(t):
    server = serve(t, stocks=[], pairs=["BTC/USD", "ETH/USD"])
    path = job(t, server, ["ETH/USD", "BTC/USD"], dataset="crypto/us")
    t.run("run", path).expect(0)
    same_bars(export(t), source(["BTC/USD", "ETH/USD"], crypto=True))
    true("APCA-API-KEY-ID" not in requests(server)[0]["headers"], "no key")


def test_a_symbol_that_is_refused_stops_no_other(t):
    server = serve(t)
    path = job(t, server, ["AAPL", "AA1", "MSFT"])
    done = run(t, path, 3)
    true("AA1" in done.err, done.err)
    true("invalid symbol: AA1" in done.out + done.err, "the reason is told")
    same_bars(export(t), source(["AAPL", "MSFT"]))


def test_a_symbol_that_nobody_knows_is_named(t):
    for page in ("10000", "150"):
        server = serve(t, "--page", page)
        path = job(t, server, ["AAPL", "NOSUCH"])
        done = run(t, path, status=None)
        entry = [e for e in done.json()["entries"]
                 if e["symbol"] == "NOSUCH"][0]
        equal(entry["status"], "suspect", page + " rows a page")
        same_bars(export(t), source(["AAPL"]))
        shutil.rmtree(t.path("store"))


def test_a_feed_outside_the_plan_stops_no_other(t):
    server = serve(t, stocks=["AAPL"])
    done = run(t, job(t, server, ["AAPL"], dataset="otc/raw, sip/raw"), 3)
    true("does not permit querying otc" in done.out + done.err, done.err)
    same_bars(export(t), source(["AAPL"]))


def test_the_last_quarter_of_an_hour_is_not_asked_for(t):
    now = "2024-03-05T16:00:00Z"
    server = serve(t, "--now", now, stocks=["AAPL"])
    path = job(t, server, ["AAPL"], days=("2024-03-04", "now"))
    t.run("run", path, env=dict(KEYS, MDCORE_TEST_CLOCK=now)).expect(0)
    equal([r["status"] for r in requests(server)
           if r["status"] != 200], [], "refusals")
    end = requests(server)[-1]["query"]["end"]
    true("2024-03-05T15:40" < end < "2024-03-05T15:45", end)
    same_bars(export(t), [(s, f) for s, f in source(["AAPL"])
                          if f["t"] < end])


def test_a_better_plan_is_asked_for_the_last_minutes(t):
    server = serve(t, stocks=["AAPL"])
    path = job(t, server, ["AAPL"], days=("2024-03-05", "now"))
    t.run("run", path, "--set", "provider.plan=plus",
          env=dict(KEYS, MDCORE_TEST_CLOCK="2024-03-05T16:00:00Z")).expect(0)
    end = requests(server)[-1]["query"]["end"]
    true("2024-03-05T15:55" < end < "2024-03-05T15:59", end)


def test_bad_rows_become_dead_letters(t):
    server = serve(t, "--fault=null-fields@all", stocks=["AAPL"])
    run(t, job(t, server, ["AAPL"]))
    got, expected = export(t), source(["AAPL"])
    equal(len(got), len(expected) - 1, "rows")
    t.run("dlq", "list", "--store", t.path("store")).expect(
        0, out="missing:close")


def test_rows_of_another_symbol_are_never_stored(t):
    server = serve(t, "--fault=other-symbol@1", stocks=["AAPL"])
    run(t, job(t, server, ["AAPL"]))
    same_bars(export(t), source(["AAPL"]))


ACTIONS = {
    "forward_splits": [
        {"id": "s1", "symbol": "AAPL", "ex_date": "2020-08-31",
         "process_date": "2020-08-31", "old_rate": 1, "new_rate": 4}],
    "cash_dividends": [
        {"id": "d1", "symbol": "AAPL", "ex_date": "2020-08-07", "rate": 0.82,
         "process_date": "2020-08-13", "payable_date": "2020-08-13"},
        {"id": "d2", "symbol": "MSFT", "ex_date": "2019-12-31", "rate": 1,
         "process_date": "2020-01-15"}]}


def test_actions_are_filed_by_ex_date(t):
    path = t.write("actions.json", json.dumps(ACTIONS))
    server = serve(t, "--actions", path)
    run(t, job(t, server, ["AAPL", "MSFT"], "actions", "us_equity",
               days=("2020-01-02", "2021-01-01")))
    equal([(r["symbol"], r["ts"], r["action"], r["cash"], r["ratio_from"],
            r["ratio_to"]) for r in export(t)],
          [("AAPL", "2020-08-07T04:00:00Z", "cash_dividend", "0.82", "", ""),
           ("AAPL", "2020-08-31T04:00:00Z", "split", "", "1", "4")])


def test_sessions_of_a_week_with_a_holiday(t):
    server = serve(t)
    run(t, job(t, server, ["XNYS"], "sessions", "us_equity",
               days=("2023-07-03T04:00:00Z", "2023-07-08T04:00:00Z")))
    equal([(r["ts"], r["kind"], r["close"]) for r in export(t)],
          [("2023-07-03T04:00:00Z", "half", "2023-07-03T17:00:00Z"),
           ("2023-07-05T04:00:00Z", "open", "2023-07-05T20:00:00Z"),
           ("2023-07-06T04:00:00Z", "open", "2023-07-06T20:00:00Z"),
           ("2023-07-07T04:00:00Z", "open", "2023-07-07T20:00:00Z")])


def test_symbols_are_judged_before_anything_is_sent(t):
    server = serve(t)
    t.run("check", job(t, server, ["BTC/USD"]), env=KEYS).expect(
        2, err=["BTC/USD", "AAPL"])
    t.run("check", job(t, server, ["NASDAQ"], "sessions", "us_equity"),
          env=KEYS).expect(2, err="XNYS")
    equal(requests(server), [])


def test_a_plan_contains_what_the_run_then_sends(t):
    days = ("2024-03-01", "2024-03-12")
    for page, symbols in (("10000", STOCKS), ("1000", STOCKS),
                          ("10000", ["AAPL"])):
        server = serve(t, "--page", page, days=days)
        path = job(t, server, symbols, days=days)
        plan = t.run("plan", path, "--json", env=KEYS).expect(0).json()
        calls = run(t, path).json()["calls"]
        equal(calls, len(requests(server)))
        if page == "10000":
            true(plan["calls_min"] <= calls <= plan["calls_max"],
                 f"{calls} calls, planned {plan['calls_min']} to "
                 f"{plan['calls_max']}")
        shutil.rmtree(t.path("store"))


def test_five_years_of_five_hundred_stocks_are_hours(t):
    names = [f"S{chr(65 + i // 26)}{chr(65 + i % 26)}" for i in range(500)]
    path = t.write("big.ini", JOB.format(
        name="big", url="http://127.0.0.1:9", symbols=", ".join(names),
        schema="ohlcv-1m", dataset="sip/raw", start="2019-01-02",
        end="2024-01-02", store=t.path("store")).replace(
            "[rate_limit]\nrate = 1000/s\n", ""))
    began = time.monotonic()
    plan = t.run("plan", path, "--json", env=KEYS).expect(0).json()
    took = time.monotonic() - began
    print(f"# planned in {took:.2f} s: {plan['calls_min']} to "
          f"{plan['calls_max']} calls, {plan['rate_limit_ms'] / 3.6e6:.1f} "
          f"to {plan['rate_limit_max_ms'] / 3.6e6:.1f} h")
    # 500 symbols x 5 years of 252 days of 960 minutes, in full pages.
    full = 500 * 5 * 252 * 960 // 10000
    true(plan["calls_max"] < 1.1 * full, "pages are filled")
    true(plan["rate_limit_max_ms"] < 6 * 3600 * 1000, "hours")


def test_unfinished_bars_are_kept_flagged_on_either_plan(t):
    now = "2024-03-05T16:00:00Z"
    for plan, end in (("free", "2024-03-05T15:44:0"),
                      ("plus", "2024-03-05T16:00:0")):
        server = serve(t, *(["--now", now] if plan == "free" else []),
                       stocks=["AAPL"])
        path = job(t, server, ["AAPL"], "ohlcv-1d",
                   days=("2024-03-04T05:00:00Z", "now"))
        t.run("run", path, "--set=job.provisional=yes",
              f"--set=provider.plan={plan}",
              env=dict(KEYS, MDCORE_TEST_CLOCK=now)).expect(0)
        equal([(r["ts"], r["flags"]) for r in export(t)],
              [("2024-03-04T05:00:00Z", ""),
               ("2024-03-05T05:00:00Z", "provisional")])
        # The finished and the unfinished days are asked side by side.
        last = max(r["query"]["end"] for r in requests(server))
        true(last.startswith(end), last)
        equal({r["status"] for r in requests(server)}, {200})
        shutil.rmtree(t.path("store"))


def test_a_better_plan_asks_what_the_old_one_did_not_reach(t):
    server = serve(t, stocks=["AAPL"])
    path = job(t, server, ["AAPL"], dataset="otc/raw")
    run(t, path, 1)
    before = len(requests(server))
    t.run("run", path, env=KEYS).expect(None)
    equal(len(requests(server)), before, "the same plan is not asked again")
    t.run("plan", path, env=KEYS).expect(0, out='not in the plan "free"')
    rich = serve(t, "--feed=otc", stocks=["AAPL"])
    path = job(t, rich, ["AAPL"], dataset="otc/raw")
    t.run("run", path, "--set=provider.plan=plus", env=KEYS).expect(0)
    same_bars(export(t), source(["AAPL"]))


def test_gaps_know_when_rows_are_final_on_the_plan(t):
    server = serve(t, stocks=["AAPL"])
    path = job(t, server, ["AAPL"], days=("2024-03-05", "now"))
    plus = "--set=provider.plan=plus"
    now = dict(KEYS, MDCORE_TEST_CLOCK="2024-03-05T16:00:00Z")
    later = dict(KEYS, MDCORE_TEST_CLOCK="2024-03-05T16:10:00Z")
    t.run("run", path, plus, env=now).expect(0)
    t.run("gaps", path, plus, env=now).expect(0, out="no gaps")
    t.run("gaps", path, plus, env=later).expect(3, out="2024-03-05T16:0")
    t.run("gaps", path, env=later).expect(0, out="no gaps")


def test_a_day_of_symbols_is_a_dataset_of_its_own(t):
    server = serve(t, stocks=["AAPL"])
    run(t, job(t, server, ["AAPL"], dataset="sip/raw@2024-06-01, sip/raw"))
    equal({r["query"]["asof"] for r in requests(server)},
          {"-", "2024-06-01"})
    same_bars(export(t, "--dataset", "sip/raw@2024-06-01"), source(["AAPL"]))
    t.run("check", job(t, server, ["AAPL"], dataset="sip/raw@today"),
          env=KEYS).expect(2, err="2024-12-31")
    t.run("check", job(t, server, ["AAPL"], dataset="sip/rew"),
          env=KEYS).expect(2, err="did you mean sip/raw")


def test_the_rate_is_kept_and_used(t):
    # One page follows the other: the answer must be there in a tenth of a
    # second, also on a busy machine.
    server = serve(t, "--page", "50")
    t.run("run", job(t, server), "--set=rate_limit.rate=10/s",
          "--set=rate_limit.burst=2", env=KEYS).expect(0)
    harness.keeps_rate(requests(server), 10, 2)


harness.main()
