# SPDX-License-Identifier: Apache-2.0
"""OANDA from a local server into the store and out again, row for row."""
import csv
import decimal
import io
import os
import sys

import faults
import harness
import series

sys.path.insert(0, os.path.join(harness.SOURCE, "tests", "vendor"))
import oanda_server as vendor  # noqa: E402

TOKEN = "oanda-token-canary-0123456789abcdef"
JOB = """[job]
name = fx
provider = oanda
dataset = {dataset}
schema = {schema}
symbols = {symbols}
start = {start}
end = {end}

[provider]
practice_url = {url}
token = ${{env:OANDA_ACCESS_TOKEN}}

{settings}
[store]
path = {store}
"""
RETRY = "[retry]\nbase = 20ms\n"


def serve(t, *options):
    t.env["OANDA_ACCESS_TOKEN"] = TOKEN
    t.requests_path = t.path("requests.jsonl")
    return t.server("oanda_server", "--token", TOKEN, "--log",
                    t.requests_path, *options)


def job(t, url, symbols="EUR_USD", schema="ohlcv-1m", dataset="mid",
        start="2024-01-08", end="2024-01-12", name="fx.ini", settings=RETRY,
        store="store"):
    return t.write(name, JOB.format(
        url=url, symbols=symbols, schema=schema, dataset=dataset,
        start=start, end=end, store=t.path(store), settings=settings))


def requests(t):
    with open(t.requests_path, encoding="utf-8") as file:
        return [harness.json.loads(line) for line in file]


def export(t, *args):
    text = t.run("export", "--store", t.path("store"), "--format", "csv",
                 "--time", "ns", *args).expect(0).out
    return list(csv.DictReader(io.StringIO(text)))


def number(text):
    return decimal.Decimal(text)


def same(rows, expected):
    harness.equal(
        [(int(r["ts"]) // vendor.SECOND, *(number(r[n]) for n in (
            "open", "high", "low", "close", "volume"))) for r in rows],
        [(e[0], *(number(str(v)) for v in e[1:])) for e in expected])


def source(name, granularity, start, end, *more):
    return vendor.history(name, granularity, vendor.parse_time(start),
                          vendor.parse_time(end), *more)


def test_minutes_of_several_windows_equal_the_source(t):
    server = serve(t)
    path = job(t, server.url, "EUR_USD, USD_JPY", start="2024-01-04",
               end="2024-01-14")
    plan = t.run("plan", path, "--json").expect(0).json()
    t.run("run", path).expect(0)
    for name in ("EUR_USD", "USD_JPY"):
        same(export(t, "--symbol", name),
             source(name, "M1", "2024-01-04T00:00:00Z",
                    "2024-01-14T00:00:00Z"))
    sent = len(requests(t))
    harness.true(sent >= 2 * 3, f"{sent} requests for 14400 slots of two")
    harness.equal((plan["calls_min"], plan["calls_max"]), (sent, sent),
                  "calls planned")


def test_bid_and_ask_are_series_of_their_own(t):
    server = serve(t)
    for dataset in ("mid", "bid", "ask"):
        t.run("run", job(t, server.url, dataset=dataset, schema="ohlcv-1h")
              ).expect(0)
    for dataset in ("mid", "bid", "ask"):
        same(export(t, "--dataset", dataset),
             source("EUR_USD", "H1", "2024-01-08T00:00:00Z",
                    "2024-01-12T00:00:00Z", dataset[0].upper()))


def test_every_alignment_equals_the_source_through_both_clock_changes(t):
    server = serve(t)
    alignments = {"mid": vendor.Alignment(),
                  "mid/utc": vendor.Alignment(0, "UTC", "Monday"),
                  "mid/new-york": vendor.Alignment(0, "America/New_York",
                                                   "Monday"),
                  "mid/0/Saturday@Asia/Kolkata": vendor.Alignment(
                      0, "Asia/Kolkata", "Saturday"),
                  "mid/6/Sunday@Europe/London": vendor.Alignment(
                      6, "Europe/London", "Sunday")}
    kinds = {"4h": "H4", "12h": "H12", "1d": "D", "1w": "W", "1mo": "M"}
    for dataset, alignment in alignments.items():
        if "/6/" in dataset:
            del kinds["1mo"]  # refused, as the next test shows
        t.run("run", job(t, server.url, dataset=dataset, start="2023-10-01",
                         schema=", ".join("ohlcv-" + k for k in kinds),
                         end="2024-05-01")).expect(0)
        for schema, granularity in kinds.items():
            rows = export(t, "--dataset", dataset, "--schema",
                          "ohlcv-" + schema)
            harness.true(len(rows) > 5, f"{dataset} {schema}: {len(rows)}")
            first, last = (int(rows[i]["ts"]) // vendor.SECOND
                           for i in (0, -1))
            same(rows, vendor.history("EUR_USD", granularity, first, last + 1,
                                      "M", alignment))
    harness.equal({r["fault"] for r in requests(t)}, {None})


def test_an_alignment_that_there_is_not_is_told_by_check(t):
    server = serve(t)
    for dataset, schema, words in (
            ("mid/25/Friday@UTC", "1d", "0 to 23"),
            ("mid/17/Fryday@UTC", "1d", "Friday"),
            ("mid/17/Friday@Europe/Londn", "1d",
             "did you mean Europe/London"),
            ("mid/17/Friday@America/New_York", "1d", '"mid"'),
            ("mid/6/Sunday@Europe/London", "1mo", "which month"),
            ("mid/6/Sunday@Europe/London", "1m", '"mid"'),
            ("mid/utcc", "1d", "did you mean mid/utc")):
        t.run("check", job(t, server.url, dataset=dataset,
                           schema="ohlcv-" + schema)).expect(2, err=words)
    t.run("check", job(t, server.url, dataset="ask/6/Sunday@Europe/London",
                       schema="ohlcv-1d")).expect(0)
    harness.equal(requests(t), [], "requests")


def test_inspect_names_tick_volume_and_alignments(t):
    t.run("inspect", "oanda").expect(0, out="ticks")
    t.run("inspect", "oanda").expect(0, out="mid/17/Friday@Europe/London")


def test_live_and_practice_are_different_hosts(t):
    practice, live = serve(t), serve(t)
    path = job(t, practice.url, schema="ohlcv-1h")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    path = t.write("live.ini", text.replace(
        "[provider]", f"[provider]\nenvironment = live\nlive_url = {live.url}"))
    practice.stop()
    t.run("run", path).expect(0)
    same(export(t), source("EUR_USD", "H1", "2024-01-08T00:00:00Z",
                           "2024-01-12T00:00:00Z"))


def test_a_wrong_token_exits_with_four_after_one_call(t):
    server = serve(t)
    result = t.run("run", job(t, server.url, "EUR_USD, USD_JPY, XAU_USD"),
                   env={"OANDA_ACCESS_TOKEN": "other-token-canary"}).expect(
                       4, not_out="canary", not_err="canary")
    harness.equal(len(requests(t)), 1, "calls")
    harness.true("provider.environment" in result.err + result.out,
                 str(result))


def test_the_token_stands_nowhere(t):
    server = serve(t, "--fault", "http-500@1")
    t.run("run", job(t, server.url)).expect(0, not_out=TOKEN, not_err=TOKEN)
    for folder, _, files in os.walk(t.path("store")):
        for name in files:
            with open(os.path.join(folder, name), "rb") as file:
                harness.true(TOKEN.encode() not in file.read(), name)


def test_an_incomplete_candle_is_never_stored(t):
    server = serve(t, "--fault", "incomplete@all")
    t.run("run", job(t, server.url, schema="ohlcv-1h", end="2024-01-09"))
    rows = source("EUR_USD", "H1", "2024-01-08T00:00:00Z",
                  "2024-01-09T00:00:00Z")
    got = export(t)
    harness.true(len(got) < len(rows), f"{len(got)} of {len(rows)} rows")
    same(got, rows[:len(got)])


def test_an_unknown_instrument_is_named_and_the_others_are_stored(t):
    server = serve(t)
    result = t.run("run", job(t, server.url, "EUR_USD, NOP_XXX, USD_JPY",
                              schema="ohlcv-1h"), "--json").expect(3)
    status = {e["symbol"]: e["status"] for e in result.json()["entries"]}
    harness.equal(status, {"EUR_USD": "complete", "NOP_XXX": "failed",
                           "USD_JPY": "complete"})


def test_a_bad_row_is_a_dead_letter_and_its_neighbours_are_stored(t):
    server = serve(t, "--fault", "null-fields@all")
    t.run("run", job(t, server.url, schema="ohlcv-1h", end="2024-01-09"))
    rows = source("EUR_USD", "H1", "2024-01-08T00:00:00Z",
                  "2024-01-09T00:00:00Z")
    middle = len(rows) // 2
    same(export(t), rows[:middle] + rows[middle + 1:])
    t.run("dlq", "list", "--store", t.path("store")).expect(
        0, out="missing:c")


def test_a_daily_update_asks_for_what_is_new(t):
    server = serve(t)
    t.run("run", job(t, server.url, schema="ohlcv-1h", end="2024-01-10")).expect(0)
    t.run("run", job(t, server.url, schema="ohlcv-1h", end="2024-01-11")).expect(0)
    harness.equal([r["query"]["from"] for r in requests(t)],
                  ["2024-01-08T00:00:00Z", "2024-01-10T00:00:00Z"])
    same(export(t), source("EUR_USD", "H1", "2024-01-08T00:00:00Z",
                           "2024-01-11T00:00:00Z"))


# ---- recorded series, faults, rates ------------------------------------------

def test_recorded_minutes_of_bid_and_ask_equal_the_file(t):
    files = {side: series.real_bars(t, f"EUR_USD.oanda.1m.{side}")
             for side in ("bid", "ask")}
    server = serve(t, *(f"--bars=EUR_USD@M1/{side}={path}"
                        for side, path in files.items()))
    for side, path in files.items():
        rows = series.read_bars(path)[:9000]
        end = rows[-1][0] + 60 * vendor.SECOND
        t.run("run", job(t, server.url, dataset=side, start="2014-05-01",
                         end=vendor.format_time(end // vendor.SECOND)[:19]
                         + "Z", settings=RETRY)).expect(0)
        series.same_rows(series.exported(t, "store", "--dataset", side), rows,
                       side)


NAMES = ("EUR_USD", "USD_JPY", "XAU_USD")
faults.add(globals(), faults.Walk(
    lambda t, *struck: serve(t, *(f"--fault={fault}" for fault in struck)),
    lambda t, url, store: job(t, url, ", ".join(NAMES), schema="ohlcv-1h",
                              store=store, name=store + ".ini",
                              settings=faults.SETTINGS + faults.NO_LIMIT),
    lambda t, store: {n: series.exported(t, store, "--symbol", n)
                      for n in NAMES},
    lambda t: {n: [[row[0] * vendor.SECOND, *map(series.decimal, row[1:5]),
                    str(row[5])]
                   for row in source(n, "H1", "2024-01-08T00:00:00Z",
                                     "2024-01-12T00:00:00Z")] for n in NAMES},
    "/candles", lambda t, _: requests(t)),
    own=("other-instrument", "disorder", "incomplete"),
    brief=not faults.LONG,
    lasting=faults.LASTING + ("other-instrument", "disorder", "incomplete")
    if faults.LONG else ("cut-json", "incomplete"))


def test_requests_keep_to_the_declared_rate(t):
    # 100 a second after 20 at once; unknown instruments are requests, too.
    server = serve(t)
    names = ", ".join(f"X{i:03}_USD" for i in range(320))
    t.run("run", job(t, server.url, names, schema="ohlcv-1h", end="2024-01-09",
                     settings="")).expect(None)
    asked = requests(t)
    harness.true(len(asked) >= 320, f"{len(asked)} requests")
    series.check_rate(asked, 100, 20)


harness.main()
