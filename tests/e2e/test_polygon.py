# SPDX-License-Identifier: Apache-2.0
"""Jobs on a server that speaks Polygon's protocol: real series come back row
for row, whatever happens on the way."""
import csv
import gzip
import io
import os
import sys

import faults
import harness
from harness import equal, true

sys.path.insert(0, os.path.join(harness.SOURCE, "tests", "vendor"))
import polygon_server  # noqa: E402

DAY = 86400 * 10**9
COINS = {"X:BTCUSD": "BTC-USD.coinbase.1m", "X:BTCEUR": "BTC-EUR.coinbase.1m"}
FROM, TO = "2018-04-04", "2018-04-07"
FROM_NS = 1522800000 * 10**9

JOB = """[job]
name = {name}
provider = polygon
dataset = {dataset}
schema = {schema}
symbols = {symbols}
start = {start}
end = {end}

[provider]
api_key = ${{env:KEY}}
base_url = {url}
plan = {plan}
{provider}
[rate_limit]
rate = {rate}
burst = 1000

[retry]
max_retries = 4
base = 5ms
cap = 20ms

[breaker]
threshold = 0

[network]
stall_timeout = 400ms

[store]
path = {store}
"""
KEY = {"KEY": "hush-hush"}


def serve(t, *struck, args=(), coins=COINS):
    rows = [f"--bars={n}=" + t.shared("vectors", "real", "bars",
                                      f + ".csv.gz")
            for n, f in coins.items()]
    return t.server("polygon_server", "--key", KEY["KEY"], *rows,
                    *(f"--fault={f}" for f in struck), *args)


def job(t, url, symbols="X:BTCUSD", schema="ohlcv-1m", dataset="crypto",
        start=FROM, end=TO, store="store", name=None, plan="starter",
        rate="10000/s", provider=""):
    t.env.update(KEY)
    return t.write((name or store) + ".ini", JOB.format(
        name=name or store, url=url, symbols=symbols, schema=schema,
        dataset=dataset, start=start, end=end, store=t.path(store), plan=plan,
        rate=rate, provider=provider))


def decimal(text):
    return text.rstrip("0").rstrip(".") if "." in text else text


def source(t, name, start=FROM_NS, days=3):
    """ts, open, high, low, close, volume of the recorded series."""
    path = t.shared("vectors", "real", "bars", f"{name}.csv.gz")
    with gzip.open(path, "rt") as file:
        rows = [line.split(",") for line in file.read().split("\n")[1:] if line]
    return [[r[0]] + [decimal(x) for x in r[1:6]] for r in rows
            if start <= int(r[0]) < start + days * DAY]


def export(t, *args, store="store"):
    text = t.run("export", "--store", t.path(store), "--format", "csv",
                 "--time", "ns", *args).expect(0).out
    return list(csv.DictReader(io.StringIO(text)))


def held(t, symbol, store="store", schema="ohlcv-1m"):
    return [[r[c] for c in ("ts", "open", "high", "low", "close", "volume")]
            for r in export(t, "--symbol", symbol, "--schema", schema,
                            store=store)]


def made(ticker, start, end, count=1, unit="minute"):
    """The same of bars that the server makes up."""
    bars = polygon_server.Bars.made(ticker, start, end)
    rows = bars.minutes if (count, unit) == (1, "minute") else bars.gather(
        bars.minutes, count, unit)
    return [[str(r[0]), *r[1:6]] for r in rows]


# ---- aggregates ------------------------------------------------------------

def test_a_real_series_comes_back_row_for_row(t):
    server = serve(t, args=["--page", "700", "--gzip"])
    t.run("run", job(t, server.url, "X:BTCUSD, X:BTCEUR")).expect(0)
    for symbol, name in COINS.items():
        equal(held(t, symbol), source(t, name), symbol)
    pages = [r for r in faults.logged(t, server) if "cursor" in r["query"]]
    true(len(pages) >= 6, f"{len(pages)} further pages")


def test_days_of_stocks_come_back_row_for_row(t):
    stock = {"AAPL": "AAPL.1d"}
    server = serve(t, coins=stock, args=["--page", "600"])
    t.run("run", job(t, server.url, "AAPL", "ohlcv-1d", "stocks/raw",
                     "2000-01-01", "2012-01-01")).expect(0)
    rows = source(t, "AAPL.1d", 946684800 * 10**9, 12 * 366)
    got = held(t, "AAPL", schema="ohlcv-1d")
    rows = [r for r in rows if int(r[0]) < 1325376000 * 10**9]
    true(len(rows) > 2500, "years of days")
    equal([r[1:] for r in got] == [r[1:] for r in rows], True, "same days")
    starts = {int(r[0]) % DAY // 3600 // 10**9 for r in got}
    equal(starts, {4, 5}, "New York's midnight, in summer and in winter")


def test_a_second_run_sends_no_request(t):
    server = serve(t)
    path = job(t, server.url)
    t.run("run", path).expect(0)
    before = len(faults.logged(t, server))
    equal(t.run("run", path, "--json").expect(0).json()["calls"], 0)
    equal(len(faults.logged(t, server)), before)


def test_pages_of_hours_that_end_inside_an_hour_lose_none(t):
    server = serve(t, coins={}, args=["--made=AAPL/2024-03-04/2024-03-16",
                                      "--page", "500"])
    for schema, count, unit in (("ohlcv-1h", 1, "hour"),
                                ("ohlcv-5m", 5, "minute"),
                                ("ohlcv-1d", 1, "day")):
        t.run("run", job(t, server.url, "AAPL", schema, "stocks/raw",
                         "2024-03-04T05:00:00Z", "2024-03-16T04:00:00Z",
                         name=schema)).expect(0)
        equal(held(t, "AAPL", schema=schema),
              made("AAPL", "2024-03-04", "2024-03-16", count, unit), schema)


def test_weeks_begin_on_sunday_and_months_on_the_first(t):
    server = serve(t, coins={}, args=["--made=AAPL/2024-03-03/2024-04-01"])
    for schema, unit in (("ohlcv-1w", "week"), ("ohlcv-1mo", "month")):
        t.run("run", job(t, server.url, "AAPL", schema, "stocks/raw",
                         "2024-02-01", "2024-05-10", name=schema)).expect(0)
        equal(held(t, "AAPL", schema=schema),
              made("AAPL", "2024-03-03", "2024-04-01", 1, unit), schema)


def test_adjusted_and_raw_never_mix(t):
    server = serve(t, coins={}, args=["--made=AAPL/2024-03-04/2024-03-06",
                                      "--split", "4", "--page", "300"])
    t.run("run", job(t, server.url, "AAPL", dataset="stocks/raw, stocks/split",
                     start="2024-03-04", end="2024-03-07")).expect(0)
    raw = export(t, "--dataset", "stocks/raw")
    split = export(t, "--dataset", "stocks/split")
    equal([[r[c] for c in ("ts", "open", "high", "low", "close", "volume")]
           for r in raw], made("AAPL", "2024-03-04", "2024-03-06"))
    equal(len(raw), len(split))
    true(all(float(a["close"]) == 4 * float(b["close"])
             and 4 * float(a["volume"]) == float(b["volume"])
             for a, b in zip(raw, split)), "a quarter of the price")


def test_the_key_goes_in_a_header_and_nowhere_else(t):
    server = serve(t, args=["--page", "1000"])
    done = t.run("run", job(t, server.url)).expect(0)
    entries = faults.logged(t, server)
    true(len(entries) > 3, "several pages")
    for entry in entries:
        equal(entry["headers"]["Authorization"], "Bearer hush-hush")
        true("hush" not in entry["target"], entry["target"])
    true("hush-hush" not in done.out + done.err, "the secret is not told")


def test_a_wrong_key_costs_one_call(t):
    server = serve(t)
    path = job(t, server.url, "X:BTCUSD, X:BTCEUR")
    t.run("run", path, env={"KEY": "wrong"}).expect(
        4, err=["Unknown API Key", "provider.api_key"])
    equal(len(faults.logged(t, server)), 1)


def test_a_ticker_that_nobody_knows_is_named(t):
    server = serve(t)
    done = t.run("run", job(t, server.url, "X:BTCUSD, X:NOSUCH"),
                 "--json").expect(None)
    entry = [e for e in done.json()["entries"] if e["symbol"] == "X:NOSUCH"][0]
    true(entry["status"] in ("suspect", "no_data"), str(entry))
    equal(held(t, "X:BTCUSD"), source(t, COINS["X:BTCUSD"]))


def test_a_ticker_that_is_refused_stops_no_other(t):
    server = serve(t)
    done = t.run("run", job(t, server.url, "X:BTCUSD, X:B-C")).expect(3)
    true("incorrectly formatted" in done.out + done.err, str(done))
    equal(held(t, "X:BTCUSD"), source(t, COINS["X:BTCUSD"]))


def test_years_outside_the_plan_stop_no_others(t):
    server = serve(t, coins={"AAPL": "AAPL.1d"}, args=["--since", "2005-01-05"])
    path = job(t, server.url, "AAPL", "ohlcv-1d", "stocks/raw", "2000-01-03",
               "2006-01-01")
    done = t.run("run", path, env={"MDCORE_TEST_CLOCK":
                                   "2010-01-04T12:00:00Z"}).expect(3)
    true("timeframe" in done.out + done.err, str(done))
    rows = source(t, "AAPL.1d", 1104883200 * 10**9, 361)
    got = held(t, "AAPL", schema="ohlcv-1d")
    equal([r[1:] for r in got], [r[1:] for r in rows])
    equal([r["status"] for r in faults.logged(t, server)], [403, 200])


def test_todays_data_on_the_free_plan_is_not_asked_for(t):
    now = "2024-03-05T16:00:00Z"
    server = serve(t, coins={}, args=["--made=AAPL/2024-03-01/2024-03-06",
                                      "--now", now])
    path = job(t, server.url, "AAPL", dataset="stocks/raw", plan="free",
               start="2024-03-01", end="now")
    t.run("run", path, env={"MDCORE_TEST_CLOCK": now}).expect(0)
    equal([r["status"] for r in faults.logged(t, server)], [200])
    rows = made("AAPL", "2024-03-01", "2024-03-06")
    got, end = held(t, "AAPL"), 1709654400 * 10**9 - DAY
    true(end - 300 * 10**9 < int(got[-1][0]) < end, "a day before now")
    equal(got, rows[:len(got)])


# ---- faults ----------------------------------------------------------------

def serve_pages(t, *struck):
    """A bad row in each of many pages outlasts the retries: one page then."""
    single = any(f.startswith(("wrong-types", "null-fields")) for f in struck)
    return serve(t, *struck, args=[] if single else ["--page", "300"])


faults.add(globals(), faults.Walk(
    serve_pages,
    lambda t, url, store: job(t, url, end="2018-04-05", store=store),
    lambda t, store: held(t, "X:BTCUSD", store),
    lambda t: source(t, COINS["X:BTCUSD"], days=1), "/aggs/"),
    own=("other-symbol", "short-count", "repeat-next", "foreign-next"))

harness.main()
