# SPDX-License-Identifier: Apache-2.0
"""Jobs on a server that speaks Polygon's protocol: real series come back row
for row, whatever happens on the way."""
import csv
import gzip
import io
import json
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


# ---- a whole market's day --------------------------------------------------

def everything(names, start, end, unit="day"):
    return {n: made(n, start, end, 1, unit) for n in names}


def test_all_symbols_are_one_call_a_day(t):
    names = ["AAPL", "BRK.B", "MSFT"]
    server = serve(t, args=[f"--made={n}/2024-03-04/2024-03-16"
                            for n in names])
    t.run("run", job(t, server.url, "*", "ohlcv-1d", "stocks/raw",
                     "2024-03-04T05:00:00Z", "2024-03-16T04:00:00Z")).expect(0)
    for name, rows in everything(names, "2024-03-04", "2024-03-16").items():
        equal(held(t, name, schema="ohlcv-1d"), rows, name)
    asked = [r["path"][-10:] for r in faults.logged(t, server)]
    equal(asked, [f"2024-03-{d:02d}" for d in (4, 5, 6, 7, 8, 11, 12, 13, 14,
                                               15)], "no week-end")


def test_all_coins_of_a_day(t):
    server = serve(t)
    t.run("run", job(t, server.url, "*", "ohlcv-1d")).expect(0)
    bars = polygon_server.Bars.load("X:BTCUSD", t.shared(
        "vectors", "real", "bars", COINS["X:BTCUSD"] + ".csv.gz"))
    equal(held(t, "X:BTCUSD", schema="ohlcv-1d"),
          [[str(r[0]), *r[1:6]] for r in bars.days
           if FROM_NS <= r[0] < FROM_NS + 3 * DAY])


def test_all_symbols_of_minutes_are_refused_before_anything_is_sent(t):
    server = serve(t)
    t.run("check", job(t, server.url, "*", "ohlcv-1m")).expect(
        2, err="provider.source = s3")
    equal(faults.logged(t, server), [])


# ---- ticks -----------------------------------------------------------------

TRADES = "BTCUSDT.binance-spot.20240808.trades"
QUOTES = "EUR_USD.oanda.201405.quotes"


def ticks_file(t, name):
    return t.shared("vectors", "real", "ticks", name + ".csv.gz")


def tick_source(t, name, *columns):
    rows = polygon_server.read_csv(ticks_file(t, name),
                                   polygon_server.MOST_TICKS)
    return [[r["ts_ns_utc"]] + [decimal(r[c]) for c in columns] for r in rows]


def day_of(t, name):
    """The days that the ticks lie in."""
    rows = tick_source(t, name)
    first, last = int(rows[0][0]) // DAY, int(rows[-1][0]) // DAY + 1
    return [polygon_server.to_time(d * DAY, polygon_server.UTC).date()
            .isoformat() for d in (first, last)]


def test_trades_come_back_row_for_row_over_pages_that_cut_times(t):
    server = serve(t, coins={}, args=["--page", "450", "--trades=X:BTCUSD="
                                      + ticks_file(t, TRADES)])
    start, end = day_of(t, TRADES)
    t.run("run", job(t, server.url, "X:BTCUSD", "trades", "crypto", start,
                     end)).expect(0)
    rows = tick_source(t, TRADES, "price", "size", "trade_id")
    true(len({r[0] for r in rows}) < len(rows), "some times are equal")
    equal([[r["ts"], r["price"], r["size"], r["id"]] for r in export(t)], rows)
    true(len(faults.logged(t, server)) > 12, "many pages")


def test_quotes_come_back_row_for_row(t):
    server = serve(t, coins={}, args=["--page", "900", "--quotes=C:EURUSD="
                                      + ticks_file(t, QUOTES)])
    start, end = day_of(t, QUOTES)
    t.run("run", job(t, server.url, "C:EURUSD", "quotes", "forex", start,
                     end)).expect(0)
    equal([[r["ts"], r["bid"], r["ask"]] for r in export(t)],
          tick_source(t, QUOTES, "bid", "ask"))


# ---- flat files --------------------------------------------------------------

S3 = """source = s3
s3_url = {url}
s3_key_id = ${{env:S3_ID}}
s3_secret = ${{env:S3}}
"""
WEEK = ("2024-03-07", "2024-03-13")  # the clock changes within
STOCKS = ["AAPL", "BRK.B", "NA"]
RANGE = ("2024-03-07T05:00:00Z", "2024-03-13T04:00:00Z")


def serve_files(t, *struck, args=()):
    return t.server("polygon_server", "--s3", "AKIA:top-secret",
                    *(f"--made={n}/{WEEK[0]}/{WEEK[1]}" for n in STOCKS),
                    *(f"--fault={f}" for f in struck), *args)


def files_job(t, url, symbols=", ".join(STOCKS), schema="ohlcv-1m",
              store="store", dataset="stocks/raw", span=RANGE):
    t.env.update(S3="top-secret", S3_ID="AKIA")
    return job(t, url, symbols, schema, dataset, *span, store=store,
               provider=S3.format(url=url))


def check_held(t, names=STOCKS, schema="ohlcv-1m", unit="minute",
               store="store"):
    for name in names:
        equal(held(t, name, store, schema), made(name, *WEEK, 1, unit), name)


def test_flat_files_of_the_s3_host_equal_the_source(t):
    server = serve_files(t)
    done = t.run("run", files_job(t, server.url)).expect(0)
    check_held(t)
    entries = faults.logged(t, server)
    true("top-secret" not in done.out + done.err + str(entries), "secret")
    files = [r["path"] for r in entries if r["path"].endswith(".gz")]
    equal(len(files), len(set(files)), "each file is read once")
    equal({r["status"] for r in entries}, {200})


def test_rest_and_files_fill_the_same_dataset(t):
    server = serve_files(t)
    t.run("run", files_job(t, server.url, "AAPL")).expect(0)
    before = len(faults.logged(t, server))
    t.run("run", job(t, server.url, "AAPL", "ohlcv-1m", "stocks/raw",
                     *RANGE)).expect(0)
    equal(len(faults.logged(t, server)), before, "all is held")
    t.run("run", job(t, server.url, "NA", "ohlcv-1m", "stocks/raw",
                     *RANGE)).expect(0)
    check_held(t, ["AAPL", "NA"])


def test_all_symbols_of_flat_files(t):
    server = serve_files(t)
    t.run("run", files_job(t, server.url, "*", "ohlcv-1d")).expect(0)
    check_held(t, schema="ohlcv-1d", unit="day")


def test_a_wrong_secret_costs_one_call(t):
    server = serve_files(t)
    path = files_job(t, server.url)
    t.run("run", path, env={"S3": "wrong"}).expect(
        4, err=["SignatureDoesNotMatch", "provider.s3_secret"])
    equal(len(faults.logged(t, server)), 1)


def test_files_that_are_not_published_yet_are_unavailable_not_empty(t):
    now = "2024-03-12T12:00:00Z"  # the 11th comes at 15:00 UTC
    server = serve_files(t, args=["--now", now])
    done = t.run("run", files_job(t, server.url),
                 env={"MDCORE_TEST_CLOCK": now}).expect(3)
    true("published" in done.out + done.err, str(done))
    rows = [r for r in made("AAPL", *WEEK) if int(r[0]) < 1710129600 * 10**9]
    equal(held(t, "AAPL"), rows)
    late = "2024-03-14T12:00:00Z"
    server.stop()
    fresh = serve_files(t, args=["--now", late])
    t.run("run", files_job(t, fresh.url), env={"MDCORE_TEST_CLOCK": late}
          ).expect(0)
    check_held(t)


def test_times_of_another_day_are_dead_letters(t):
    server = serve_files(t, "wrong-day@all~2024-03-07.csv")
    t.run("run", files_job(t, server.url, "AAPL", "ohlcv-1d")).expect(None)
    t.run("dlq", "list", "--store", t.path("store")).expect(0, out="day:time")


def test_files_of_a_folder_and_days_without_one(t):
    server = polygon_server.PolygonServer()
    for name in STOCKS:
        server.bars[name] = polygon_server.Bars.made(name, *WEEK)
    server.stop()
    for name in server.files.names():
        parts = polygon_server.polygon_files.KEY.fullmatch(name)
        if "2024-03-11" not in name:
            t.write("files/" + name, server.files.day(parts[1], parts[2],
                                                      parts[5]))
    path = job(t, "http://127.0.0.1:9", ", ".join(STOCKS), "ohlcv-1m",
               "stocks/raw", *RANGE, provider="source = folder\nfolder = "
               + t.path("files") + "\n")
    done = t.run("run", path).expect(3)
    true("2024-03-11" in done.out + done.err, str(done))
    missing = range(1710129600 * 10**9, 1710216000 * 10**9)
    for name in STOCKS:
        equal(held(t, name), [r for r in made(name, *WEEK)
                              if int(r[0]) not in missing], name)
    t.run("check", path, "--set", "job.dataset=stocks/split").expect(
        2, err="not adjusted")
    t.run("check", path, "--set", "job.schema=ohlcv-1h").expect(
        2, err="not of ohlcv-1h")


def test_trades_of_flat_files(t):
    server = t.server("polygon_server", "--s3", "AKIA:top-secret",
                      "--trades=X:BTCUSD=" + ticks_file(t, TRADES))
    t.run("run", files_job(t, server.url, "X:BTCUSD", "trades",
                           dataset="crypto", span=day_of(t, TRADES))).expect(0)
    equal([[r["ts"], r["price"], r["size"], r["id"]] for r in export(t)],
          tick_source(t, TRADES, "price", "size", "trade_id"))


# ---- reference ---------------------------------------------------------------

REFERENCE = {
    "splits": [
        {"ticker": "AAPL", "execution_date": "2020-08-31", "split_from": 1,
         "split_to": 4, "id": "s1"},
        {"ticker": "AAPL", "execution_date": "2014-06-09", "split_from": 1,
         "split_to": 7, "id": "s0"},
        {"ticker": "TSLA", "execution_date": "2020-08-31", "split_from": 1,
         "split_to": 5, "id": "s2"}],
    "dividends": [
        {"ticker": "AAPL", "ex_dividend_date": f"2020-{m:02d}-07",
         "cash_amount": 0.82, "currency": "USD", "dividend_type": "CD",
         "declaration_date": "2020-01-28", "pay_date": f"2020-{m:02d}-13",
         "record_date": f"2020-{m:02d}-10", "frequency": 4}
        for m in (2, 5, 8, 11)],
    "tickers": [
        {"ticker": n, "name": n + " Inc", "market": "stocks", "type": "CS",
         "active": a, "currency_name": "usd", "primary_exchange": "XNYS",
         **({} if a else {"delisted_utc": "2021-06-09T00:00:00Z"})}
        for n, a in (("A", True), ("AA", True), ("AAC", False), ("B", True))],
    "options/contracts": [
        {"ticker": "O:A220520C00065000", "underlying_ticker": "A",
         "contract_type": "call", "expiration_date": "2022-05-20",
         "shares_per_contract": 100, "expired": True}]}


def serve_reference(t, *args):
    path = t.write("reference.json", json.dumps(REFERENCE))
    return t.server("polygon_server", "--key", KEY["KEY"], "--reference", path,
                    *args)


def test_splits_and_dividends_are_filed_by_ex_date(t):
    server = serve_reference(t, "--page", "2")
    t.run("run", job(t, server.url, "AAPL, TSLA", "actions", "us_equity",
                     "2020-01-01", "2021-01-01")).expect(0)
    rows = [(r["symbol"], r["ts"], r["action"], r["cash"], r["ratio_from"],
             r["ratio_to"], r["currency"]) for r in export(t)]
    summer, winter = 4 * 3600, 5 * 3600

    def at(day, hours):
        return str(polygon_server.date_ns(day, polygon_server.UTC)
                   + hours * 10**9)
    equal(sorted(rows), sorted(
        [("AAPL", at(f"2020-{m}-07", h), "cash_dividend", "0.82", "", "",
          "USD") for m, h in (("02", winter), ("05", summer), ("08", summer),
                              ("11", winter))]
        + [("AAPL", at("2020-08-31", summer), "split", "", "1", "4", ""),
           ("TSLA", at("2020-08-31", summer), "split", "", "1", "5", "")]))


def test_actions_of_all_symbols_are_two_lists(t):
    server = serve_reference(t)
    t.run("run", job(t, server.url, "*", "actions", "us_equity", "2020-01-01",
                     "2021-01-01")).expect(0)
    equal(len(faults.logged(t, server)), 2)
    equal(sorted({r["symbol"] for r in export(t)}), ["AAPL", "TSLA"])


def test_tickers_are_listed_with_those_that_are_no_more(t):
    server = serve_reference(t, "--page", "2")
    t.env.update(POLYGON_API_KEY=KEY["KEY"])
    where = f"provider.base_url={server.url}"
    fast = ["--set", where, "--set", "provider.plan=starter"]
    rows = t.run("symbols", "polygon", "--json", *fast).expect(0).jsonl()
    equal([(r["symbol"], r["status"]) for r in rows],
          [("A", "active"), ("AA", "active"), ("AAC", "delisted"),
           ("B", "active")])
    true("2021-06-09" in str(rows[2]["delisted"]), str(rows[2]))


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

# The same transport under other requests: a few faults, all of them on demand.
faults.add(globals(), faults.Walk(
    serve_files,
    lambda t, url, store: files_job(t, url, store=store),
    lambda t, store: {n: held(t, n, store) for n in STOCKS},
    lambda t: {n: made(n, *WEEK) for n in STOCKS}, "[.]csv[.]gz"),
    own=("lost-file", "short-line"), name="files",
    without=("wrong-types", "null-fields", "wrong-shape", "duplicate-rows",
             "out-of-range", "cut-json"), brief=not faults.LONG,
    lasting=faults.LASTING if faults.LONG else ("reset-body", "empty"))

harness.main()
