# SPDX-License-Identifier: Apache-2.0
"""Coinbase end to end: real series through the wire format, with every fault."""
import datetime
import gzip
import json
import os
import random
import re
import time

import faults
import harness

JOB = """[job]
name = coins
provider = coinbase
schema = {schema}
symbols = {symbols}
start = {start}
end = {end}
workers = {workers}

[provider]
base_url = {url}

[retry]
max_retries = {retries}
base = 5ms
cap = 20ms

[breaker]
threshold = 0

[rate_limit]
rate = {rate}
burst = {burst}

[network]
stall_timeout = 400ms

[store]
path = {store}
"""

DAY = 86400 * 10**9
SERIES = {"BTC-USD": "BTC-USD.coinbase.1m", "BTC-EUR": "BTC-EUR.coinbase.1m"}
FROM, TO = "2018-04-04", "2018-04-07"
FROM_NS = 1522800000 * 10**9


def bars_file(t, name):
    return t.shared("vectors", "real", "bars", f"{name}.csv.gz")


def decimal(text):
    return text.rstrip("0").rstrip(".") if "." in text else text


def source(t, name, start=FROM_NS, days=3):
    """ts, open, high, low, close, volume of the recorded series."""
    with gzip.open(bars_file(t, name), "rt") as file:
        rows = [line.split(",") for line in file.read().split("\n")[1:] if line]
    return [[r[0]] + [decimal(x) for x in r[1:6]] for r in rows
            if start <= int(r[0]) < start + days * DAY]


def server(t, *struck, series=None, more=()):
    args = ["--log", t.path("requests.jsonl")]
    for symbol, name in (series or SERIES).items():
        args += ["--bars", f"{symbol}={bars_file(t, name)}"]
    for fault in struck:
        args += ["--fault", fault]
    return t.server("coinbase_server", *args, *more)


def job(t, url, symbols="BTC-USD", schema="ohlcv-1m", start=FROM, end=TO,
        workers=3, store="store", retries=4, name="coins.ini", rate="10000/s", burst=1000):
    return t.write(name, JOB.format(
        rate=rate, burst=burst,
        url=url, symbols=symbols, schema=schema, start=start, end=end,
        workers=workers, store=t.path(store), retries=retries))


def held(t, symbol, store="store", schema="ohlcv-1m"):
    out = t.run("export", "--store", t.path(store), "--schema", schema,
                "--symbol", symbol, "--format", "csv", "--time",
                "ns").expect(0).lines()
    header = out[0].split(",")
    places = [header.index(c) for c in ("ts", "open", "high", "low", "close",
                                        "volume")]
    return [[line.split(",")[p] for p in places] for line in out[1:]]


def requests(t, kind="candles"):
    with open(t.path("requests.jsonl"), encoding="utf-8") as file:
        return [r for r in map(json.loads, file) if kind in r["target"]]


def test_real_series_come_back_row_for_row(t):
    path = job(t, server(t).url, symbols="BTC-USD, BTC-EUR")
    t.run("run", path).expect(0)
    for symbol, name in SERIES.items():
        harness.equal(held(t, symbol), source(t, name), symbol)


def test_no_page_is_asked_twice_and_one_connection_a_worker_is_used(t):
    path = job(t, server(t).url, workers=1)
    t.run("run", path).expect(0)
    asked = [r["target"] for r in requests(t)]
    harness.equal(len(asked), len(set(asked)), "different requests")
    harness.equal(len(asked), -(-3 * 1440 // 300), "windows of 300 minutes")


def test_a_second_run_sends_no_request(t):
    path = job(t, server(t).url)
    t.run("run", path).expect(0)
    before = len(requests(t))
    t.run("run", path).expect(0)
    harness.equal(len(requests(t)), before)


def test_an_unknown_product_is_named_and_the_others_are_stored(t):
    path = job(t, server(t).url, symbols="BTC-USD, NOT-THERE, BTC-EUR")
    result = t.run("run", path).expect(3, out="NOT-THERE")
    harness.true("not-found" in result.out, str(result))
    for symbol, name in SERIES.items():
        harness.equal(held(t, symbol), source(t, name), symbol)


def test_advanced_trade_has_the_same_rows_in_longer_windows(t):
    url = server(t).url
    path = job(t, url, symbols="BTC-USD, BTC-EUR", workers=1)
    t.run("run", path, "--set=job.dataset=advanced",
          f"--set=provider.advanced_url={url}",
          "--set=rate_limit.bucket.advanced=10000/s").expect(0)
    for symbol, name in SERIES.items():
        harness.equal(held(t, symbol), source(t, name), symbol)
    asked = [r["target"] for r in requests(t)]
    harness.equal(len(asked), len(set(asked)), "different requests")
    harness.true(len(asked) <= 2 * (-(-3 * 1440 // 349) + 1),
                 f"{len(asked)} windows of up to 349 minutes")


def test_an_unknown_product_of_advanced_trade_is_named(t):
    url = server(t).url
    path = job(t, url, symbols="NOT-THERE, BTC-EUR")
    t.run("run", path, "--set=job.dataset=advanced",
          f"--set=provider.advanced_url={url}").expect(3, out="NOT-THERE")
    harness.equal(held(t, "BTC-EUR"), source(t, SERIES["BTC-EUR"]))


def test_the_running_candle_is_kept_flagged_and_asked_again(t):
    url = server(t, more=("--now", "2018-04-04T10:20:00Z")).url
    path = job(t, url, schema="ohlcv-1h", end="2018-04-07")
    for _ in range(2):
        t.run("run", path, "--set=job.provisional=yes",
              env={"MDCORE_TEST_CLOCK": "2018-04-04T10:20:00Z"}).expect(
                  0, not_err="retry")
        rows = t.run("export", path, "--format=csv").expect(0).lines()[1:]
        harness.equal([r.split(",")[4] for r in rows],
                      [""] * 10 + ["provisional"])


def test_the_rate_is_kept_and_used(t):
    path = job(t, server(t).url, symbols="BTC-USD, BTC-EUR", end="2018-04-12",
               rate="20/s", burst=4)
    t.run("run", path).expect(0)
    harness.keeps_rate(requests(t), 20, 4)


faults.add(globals(), faults.Walk(
    server,
    lambda t, url, store: job(t, url, end="2018-04-05", store=store,
                              name=store + ".ini"),
    lambda t, store: held(t, "BTC-USD", store),
    lambda t: source(t, SERIES["BTC-USD"], days=1), "candles",
    lambda t, _: requests(t)))
def another_product(t, factor=20):
    """A product whose name sorts first and whose prices are far away."""
    path = t.path("AAA-USD.csv.gz")
    with gzip.open(bars_file(t, SERIES["BTC-USD"]), "rt") as file:
        lines = file.read().split("\n")
    with gzip.open(path, "wt") as file:
        file.write(lines[0] + "\n")
        for line in filter(None, lines[1:]):
            cells = line.split(",")
            cells[1:5] = [decimal(str(round(float(c) * factor, 2)))
                          for c in cells[1:5]]
            file.write(",".join(cells) + "\n")
    return path


def test_another_products_candles_are_asked_again_and_replaced(t):
    """The answer names no product: a jump at its edges gives it away."""
    expected = source(t, SERIES["BTC-USD"], days=1)
    other = another_product(t)
    for number in (1, 2, 4):  # nothing traded in the fifth window
        vendor = server(t, f"other-symbol@{number}~candles",
                        more=["--bars", f"AAA-USD={other}"])
        store = f"other-{number}"
        path = job(t, vendor.url, end="2018-04-05", store=store,
                   name=store + ".ini", workers=1)
        t.run("run", path).expect(0, err="in doubt")
        struck = [r for r in requests(t) if r.get("fault")]
        harness.true(struck, "the fault struck nothing")
        harness.equal(held(t, "BTC-USD", store), expected, store)
        vendor.stop()


def test_rows_that_stay_unreadable_are_dead_letters_with_their_text(t):
    vendor = server(t, "null-fields@all~candles")
    path = job(t, vendor.url, end="2018-04-05")
    report = t.run("run", path, "--json").expect(0).json()
    rejected = report["entries"][0]["rejected"]
    harness.true(rejected > 0, str(report))
    letter = t.run("dlq", "list", "--store", t.path("store"),
                   "--json").expect(0).json()[0]
    harness.true("missing:" in letter["reasons"], str(letter))
    t.run("dlq", "show", letter["id"], "--store",
          t.path("store")).expect(0, out="null")
    harness.equal(len(held(t, "BTC-USD")) + rejected,
                  len(source(t, SERIES["BTC-USD"], days=1)))


def test_retry_after_is_obeyed(t):
    vendor = server(t, "http-429=2@1~candles")
    path = job(t, vendor.url, end="2018-04-05", workers=1)
    began = time.monotonic()
    t.run("run", path).expect(0)
    harness.true(time.monotonic() - began >= 1.9, "waited for two seconds")


# ---- kill -9 -----------------------------------------------------------------

def covered(t, store="store"):
    """Symbol -> intervals that are settled, in seconds since 1970."""
    result = t.run("coverage", "--store", t.path(store), "--json")
    if result.status != 0:
        return {}
    return {s["selector"]: [(seconds(x["from"]), seconds(x["to"]))
                            for x in s["spans"]
                            if x["state"] in ("complete", "empty")]
            for s in result.json()["selectors"]}


def seconds(text):
    at = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return int(at.timestamp())


def check_nothing_covered_is_asked(before, asked):
    for request in asked:
        symbol = request["path"].split("/")[2]
        start = seconds(request["query"]["start"])
        end = seconds(request["query"]["end"]) + 60
        for one, other in before.get(symbol, []):
            harness.true(end <= one or start >= other,
                         f"{symbol} {start}..{end} was covered by "
                         f"{one}..{other} and asked again")


def export_all(t, store):
    return t.run("export", "--store", t.path(store), "--schema", "ohlcv-1m",
                 "--format", "csv").expect(0).out


def uninterrupted(t, url):
    """What the store says after a run that nobody disturbed."""
    t.run("run", job(t, url, symbols="BTC-USD, BTC-EUR", store="calm",
                     name="calm.ini")).expect(0)
    os.truncate(t.path("requests.jsonl"), 0)
    return export_all(t, "calm")


def test_kill_nine_at_random_moments_loses_and_repeats_nothing(t):
    seed = int(os.environ.get("MDCORE_TEST_SEED", "20180404"))
    kills = int(os.environ.get("MDCORE_TEST_KILLS", "25"))
    dice = random.Random(seed)
    url = server(t).url
    expected = uninterrupted(t, url)
    print(f"# seed {seed}, {kills} kills")
    done = rounds = 0
    while done < kills:
        rounds += 1
        store = f"s{rounds}"
        path = job(t, url, symbols="BTC-USD, BTC-EUR", workers=2, rate="60/s",
                   burst=1, store=store)
        while done < kills and dice.random() > 0.1:
            before, asked = covered(t, store), len(requests(t))
            running = t.start("run", path, "--quiet")
            time.sleep(dice.uniform(0.02, 0.5))
            running.kill().wait()
            done += 1
            check_nothing_covered_is_asked(before, requests(t)[asked:])
        before, asked = covered(t, store), len(requests(t))
        t.run("run", path).expect(0)
        check_nothing_covered_is_asked(before, requests(t)[asked:])
        harness.equal(export_all(t, store), expected, f"store {rounds}")
        t.run("verify", "--store", t.path(store)).expect(0)


def test_a_crash_at_every_named_point_loses_and_repeats_nothing(t):
    with open(os.path.join(harness.SOURCE, "core", "data", "crash.c"),
              encoding="utf-8") as file:
        names = re.findall(r'"((?:commit|open):[a-z-]+)"', file.read())
    harness.true(len(names) >= 5, str(names))
    url = server(t).url
    expected = uninterrupted(t, url)
    struck = 0
    for name in names:
        for nth in (1, 2, 7):
            store = f"{name.replace(':', '-')}-{nth}"
            path = job(t, url, symbols="BTC-USD, BTC-EUR", store=store)
            first = t.run("run", path,
                          env={"MDCORE_CRASH_AT": f"{name}:{nth}"})
            struck += first.status < 0
            before, asked = covered(t, store), len(requests(t))
            t.run("run", path).expect(0)
            check_nothing_covered_is_asked(before, requests(t)[asked:])
            harness.equal(export_all(t, store), expected, store)
    if not struck:
        t.skip("this build has no crash points (-Dtest_hooks=true)")
    harness.true(struck >= len(names), f"{struck} crashes at {names}")


harness.main()
