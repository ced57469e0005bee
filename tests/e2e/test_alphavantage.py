# SPDX-License-Identifier: Apache-2.0
"""Alpha Vantage end to end: recorded series through its CSV, its errors that
come as answers, quotas and limits."""
import datetime
import os
import time
import zoneinfo

import faults
import harness
import series

KEY = "KEYCANARY7654321ABCD"
JOB = """[job]
name = av
provider = alphavantage
dataset = {dataset}
schema = {schema}
symbols = {symbols}
start = {start}
end = {end}
workers = {workers}

[provider]
base_url = {url}
plan = {plan}
api_key = ${{env:ALPHAVANTAGE_API_KEY}}
{settings}
[store]
path = {store}
"""
SECOND, DAY = 10**9, 86400 * 10**9
BARS = {"AAPL@15m": "AAPL.cfd.15m", "TSLA@15m": "TSLA.cfd.15m",
        "IBM@1d": "IBM.1d", "MSFT@1d": "MSFT.1d",
        "EUR/USD@1h": "EUR_USD.oanda.1h.bid",
        "EUR/USD@1d": "EUR_USD.oanda.1d.bid",
        "BTC/USD@1d": "BTC-USD.coinbase.1d", "BTC/USD@1h": "ADAUSDT.1h"}
NEW_YORK = zoneinfo.ZoneInfo("America/New_York")


def serve(t, *options, faults=()):
    t.env["ALPHAVANTAGE_API_KEY"] = KEY
    args = ["--key", KEY, "--log", t.path("requests.jsonl")]
    for name, file in BARS.items():
        args += ["--bars", f"{name}={series.real_bars(t, file)}"]
    for fault in faults:
        args += ["--fault", fault]
    return t.server("alphavantage_server", *args, *options)


def job(t, url, symbols="AAPL", schema="ohlcv-15m", dataset="stocks/raw",
        start="2019-10-01", end="2020-01-01", store="store", plan="1200",
        workers=2, settings=faults.NO_LIMIT, name="av.ini"):
    return t.write(name, JOB.format(
        url=url, symbols=symbols, schema=schema, dataset=dataset, start=start,
        end=end, plan=plan, workers=workers, settings=settings,
        store=t.path(store)))


def at(text):
    moment = datetime.datetime.fromisoformat(text)
    return int(moment.replace(tzinfo=datetime.timezone.utc).timestamp()) \
        * SECOND


def source(t, name, start, end):
    """Rows of a recorded series, days filed under 00:00 UTC of their date."""
    rows = series.read_bars(series.real_bars(t, BARS[name]))
    if name.endswith("@1d") and "/" not in name:
        for row in rows:
            day = datetime.datetime.fromtimestamp(row[0] // SECOND, NEW_YORK)
            row[0] = at(day.date().isoformat())
    if name.startswith("EUR"):
        rows = [row[:5] + [""] for row in rows]
    return [row for row in rows if at(start) <= row[0] < at(end)]


# ---- series ------------------------------------------------------------------

def test_minutes_through_both_clock_changes_equal_the_source(t):
    path = job(t, serve(t).url, symbols="AAPL, TSLA", start="2018-10-15",
               end="2019-04-10")
    t.run("run", path).expect(0)
    for symbol in ("AAPL", "TSLA"):
        rows = source(t, symbol + "@15m", "2018-10-15", "2019-04-10")
        harness.true(len(rows) > 3000, f"{len(rows)} rows")
        series.same_rows(series.exported(t, "store", "--symbol", symbol), rows,
                       symbol)
    asked = [r["target"] for r in series.requests(t)]
    harness.equal(len(asked), len(set(asked)), "different requests")


def test_days_of_stocks_currencies_and_coins_equal_the_source(t):
    url = serve(t).url
    for dataset, symbol, start, end in (
            ("stocks/raw", "IBM", "2000-03-01", "2013-03-01"),
            ("fx", "EUR/USD", "2007-01-01", "2018-12-01"),
            ("crypto", "BTC/USD", "2014-12-01", "2018-08-01")):
        t.run("run", job(t, url, symbol, "ohlcv-1d", dataset, start, end,
                         store=dataset)).expect(0)
        series.same_rows(series.exported(t, dataset),
                       source(t, symbol + "@1d", start, end), symbol)


def test_hours_of_currencies_reach_back_as_far_as_the_answer(t):
    last = at("2015-12-31T18:00:00") + 3600 * SECOND
    t.run("run", job(t, serve(t, "--now", last).url, "EUR/USD", "ohlcv-1h",
                     "fx", "2015-11-01", "2015-12-31T19:00:00Z"),
          "--json").expect(None)
    rows = series.exported(t, "store")
    harness.true(len(rows) > 400, f"{len(rows)} rows")
    series.same_rows(rows, source(t, "EUR/USD@1h", "2015-12-01T00:00:00",
                                "2015-12-31T19:00:00")[-len(rows):], "hours")
    t.run("coverage", "--store", t.path("store")).expect(
        0, out="cannot be asked for")


def test_weeks_and_months_are_made_of_the_recorded_days(t):
    url = serve(t).url
    days = source(t, "IBM@1d", "2001-01-01", "2003-01-01")
    for schema, start in (("1w", lambda d: d - datetime.timedelta(
            days=d.weekday())), ("1mo", lambda d: d.replace(day=1))):
        t.run("run", job(t, url, "IBM", "ohlcv-" + schema, start="2001-01-01",
                         end="2003-01-01", store=schema)).expect(0)
        got = series.exported(t, schema)
        starts = {}
        for row in days:
            day = datetime.datetime.fromtimestamp(
                row[0] // SECOND, datetime.timezone.utc).date()
            starts.setdefault(start(day), []).append(row)
        first = min(starts) if schema == "1mo" else sorted(starts)[0]
        wanted = [k for k in sorted(starts) if k >= first]
        harness.equal([r[0] for r in got],
                      [at(k.isoformat()) for k in wanted], schema)
        for row, key in zip(got[1:-1], wanted[1:-1]):
            group = starts[key]
            harness.equal(
                row[1:], [group[0][1], max((g[2] for g in group), key=float),
                          min((g[3] for g in group), key=float), group[-1][4],
                          str(sum(int(g[5]) for g in group))], str(key))


def test_a_second_run_sends_no_request(t):
    path = job(t, serve(t).url)
    t.run("run", path).expect(0)
    before = len(series.requests(t))
    t.run("run", path).expect(0)
    harness.equal(len(series.requests(t)), before)


# ---- refusals ----------------------------------------------------------------

def test_a_wrong_key_exits_with_four_after_one_call(t):
    path = job(t, serve(t).url, "AAPL, TSLA", workers=1)
    t.run("run", path, env={"ALPHAVANTAGE_API_KEY": "other-canary"}).expect(
        4, not_out="canary", not_err="canary")
    harness.equal(len(series.requests(t)), 1, "calls")


def test_an_unknown_symbol_is_named_and_the_others_are_stored(t):
    path = job(t, serve(t).url, "AAPL, NOTHERE, TSLA")
    result = t.run("run", path, "--json").expect(3)
    harness.equal({e["symbol"]: e["status"]
                   for e in result.json()["entries"]},
                  {"AAPL": "complete", "NOTHERE": "failed",
                   "TSLA": "complete"})


def test_bursts_and_minutes_are_waited_for(t):
    server = serve(t, faults=["burst@1"])
    began = time.monotonic()
    t.run("run", job(t, server.url, end="2019-11-01")).expect(0)
    harness.true(time.monotonic() - began >= 1.9, "waited for two seconds")
    series.same_rows(series.exported(t, "store"),
                   source(t, "AAPL@15m", "2019-10-01", "2019-11-01"), "rows")


def test_a_used_up_day_stops_the_job_and_the_next_goes_on(t):
    server = serve(t, "--per-day", 3)
    path = job(t, server.url, workers=1)
    result = t.run("run", path).expect(None, not_out=KEY, not_err=KEY)
    harness.true(result.status not in (0, 2), str(result))
    harness.true("used up" in result.out + result.err
                 and "opens again at" in result.out + result.err, str(result))
    asked = series.requests(t)
    harness.equal(len(asked), 4, "three answers and a refusal")
    server.stop()
    fresh = serve(t)
    t.run("run", job(t, fresh.url)).expect(0)
    series.same_rows(series.exported(t, "store"),
                   source(t, "AAPL@15m", "2019-10-01", "2020-01-01"), "rows")
    months = [r["query"]["month"] for r in series.requests(t)]
    harness.equal(len(set(months[:3]) & set(months[4:])), 0,
                  "months asked again")


def test_what_is_premium_is_said_to_be_unavailable(t):
    server = serve(t, "--free")
    t.run("run", job(t, server.url, "IBM", "actions", plan="free",
                     start="2012-01-01", end="2012-06-01")).expect(None)
    t.run("coverage", "--store", t.path("store")).expect(0, out="premium")


def test_the_key_stands_nowhere(t):
    server = serve(t, faults=["premium@1", "day@2", "minute@5"])
    t.run("run", job(t, server.url, end="2019-12-01", workers=1)).expect(
        None, not_out=KEY, not_err=KEY)
    for folder, _, files in os.walk(t.path("store")):
        for name in files:
            with open(os.path.join(folder, name), "rb") as file:
                harness.true(KEY.encode() not in file.read(), name)


def test_a_bad_row_is_a_dead_letter_and_its_neighbours_are_stored(t):
    server = serve(t, faults=["null-fields@all"])
    t.run("run", job(t, server.url, end="2019-11-01"))
    rows = source(t, "AAPL@15m", "2019-10-01", "2019-11-01")
    harness.equal(len(series.exported(t, "store")), len(rows) - 1)
    t.run("dlq", "list", "--store", t.path("store")).expect(
        0, out="missing:close")


# ---- faults and rates --------------------------------------------------------

# What the protocol cannot show is not here: "empty" for ever, because nothing,
# twice, is how Alpha Vantage says that it has no data; "cut-json" for ever,
# because CSV of the same length that ends with a whole line is an answer.
# Three months are one chunk, which is asked once more for bad rows: bad rows in
# each of them are dead letters, and have a test of their own below.
LASTING = ("reset-body", "end-labels")
if faults.LONG:
    LASTING = tuple(f for f in faults.LASTING if f not in (
        "empty", "cut-json")) + ("other-month", "end-labels", "short-line")
faults.add(globals(), faults.Walk(
    lambda t, *struck: serve(t, faults=struck),
    lambda t, url, store: job(t, url, store=store, workers=1,
                              name=store + ".ini",
                              settings=faults.SETTINGS + faults.NO_LIMIT),
    lambda t, store: series.exported(t, store),
    lambda t: source(t, "AAPL@15m", "2019-10-01", "2020-01-01"), "INTRADAY",
    lambda t, _: series.requests(t)),
    own=("other-month", "end-labels", "short-line", "empty-object"),
    without=("wrong-types", "null-fields"), brief=not faults.LONG,
    lasting=LASTING)


def test_a_row_that_is_bad_once_is_asked_for_again(t):
    for fault in ("wrong-types", "null-fields"):
        server = serve(t, faults=[fault + "@1"])
        t.run("run", job(t, server.url, start="2019-12-01", store=fault)
              ).expect(0)
        series.same_rows(series.exported(t, fault), source(
            t, "AAPL@15m", "2019-12-01", "2020-01-01"), fault)


def test_requests_keep_to_the_declared_rate(t):
    # 1200 a minute: 19.2 a second after 48 at once.
    server = serve(t)
    t.run("run", job(t, server.url, "AAPL, TSLA", "ohlcv-15m",
                     start="2017-03-01", end="2023-09-01", workers=4,
                     settings="")).expect(0)
    asked = series.requests(t)
    harness.true(len(asked) > 120, f"{len(asked)} requests")
    series.check_rate(asked, 19.2, 48)


harness.main()
