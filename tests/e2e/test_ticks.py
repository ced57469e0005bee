# SPDX-License-Identifier: Apache-2.0
"""Real trades and quotes: repeated times, identical rows, order, replays."""
import gzip
import os
import shutil

import harness

JOB = """[job]
name = ticks
provider = replay
dataset = {dataset}
schema = {schema}
symbols = {symbols}
start = {start}
end = {end}
workers = {workers}

[provider]
folder = {folder}

[store]
path = {store}
"""

TRADES = ("BTCUSDT.binance-usdm.20240808", "BTCUSD_PERP.binance-coinm.20240808")
QUOTES = ("ETHUSDT.binance-usdm.20240808", "BTCUSDT.binance-spot.20240808")


def source(t, name, kind):
    """The recorded file, linked under a folder of the test; its rows."""
    path = t.shared("vectors", "real", "ticks", f"{name}.{kind}.csv.gz")
    folder = t.path("ticks")
    os.makedirs(folder, exist_ok=True)
    shutil.copy(path, folder)
    with gzip.open(path, "rt") as file:
        return [line.split(",") for line in file.read().split("\n")[1:] if line]


def job(t, schema, symbols, dataset="recorded", workers=4, store="store",
        start="2024-08-08", end="2024-08-10"):
    return t.write(f"{store}-{schema}.ini", JOB.format(
        dataset=dataset, schema=schema, symbols=", ".join(symbols),
        start=start, end=end, workers=workers, folder=t.path("ticks"),
        store=t.path(store)))


def decimal(text):
    """One spelling a number: no trailing zeros."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def held(t, schema, symbol, columns, store="store", dataset="recorded"):
    out = t.run("export", "--store", t.path(store), "--provider", "replay",
                "--dataset", dataset, "--schema", schema, "--symbol", symbol,
                "--format", "csv", "--time", "ns").expect(0).lines()
    header = out[0].split(",")
    places = [header.index(c) for c in columns]
    return [[line.split(",")[p] for p in places] for line in out[1:]]


def trades_of(rows):
    return [[r[0], decimal(r[1]), decimal(r[2]), r[3], r[4]] for r in rows]


def quotes_of(rows):
    return [[r[0]] + [decimal(x) for x in r[1:5]] for r in rows]


TRADE_COLUMNS = ("ts", "price", "size", "side", "id")
QUOTE_COLUMNS = ("ts", "bid", "bid_size", "ask", "ask_size")


def test_trades_with_repeated_times_come_back_complete_and_in_order(t):
    expected = {name: source(t, name, "trades") for name in TRADES}
    t.run("run", job(t, "trades", TRADES)).expect(0)
    for name in TRADES:
        harness.equal(held(t, "trades", name, TRADE_COLUMNS),
                      trades_of(expected[name]), name)


def test_quotes_with_repeated_times_come_back_complete_and_in_order(t):
    expected = {name: source(t, name, "quotes") for name in QUOTES}
    t.run("run", job(t, "quotes", QUOTES)).expect(0)
    for name in QUOTES:
        harness.equal(held(t, "quotes", name, QUOTE_COLUMNS),
                      quotes_of(expected[name]), name)


def test_identical_rows_are_all_kept(t):
    name = "EUR_USD.oanda.201405"
    rows = [r for r in source(t, name, "quotes")
            if "1399507200000000000" <= r[0] < "1399680000000000000"]
    twins = len(rows) - len({tuple(r) for r in rows})
    harness.true(twins > 0, "the recording has identical rows")
    t.run("run", job(t, "quotes", [name], start="2014-05-08",
                     end="2014-05-10"), timeout=300).expect(0)
    harness.equal(held(t, "quotes", name, QUOTE_COLUMNS), quotes_of(rows))


def test_the_worker_count_changes_nothing(t):
    name = TRADES[0]
    source(t, name, "trades")
    for workers in (1, 3):
        t.run("run", job(t, "trades", [name], workers=workers,
                         store=f"w{workers}")).expect(0)
    harness.equal(held(t, "trades", name, TRADE_COLUMNS, "w1"),
                  held(t, "trades", name, TRADE_COLUMNS, "w3"))


def test_rows_handed_over_newest_first_are_held_in_the_venues_order(t):
    name = TRADES[1]
    expected = trades_of(source(t, name, "trades"))
    t.run("run", job(t, "trades", [name], dataset="newest-first")).expect(0)
    harness.equal(held(t, "trades", name, TRADE_COLUMNS,
                       dataset="newest-first"), expected)


def test_twice_ingested_is_once_ingested(t):
    name = TRADES[1]
    expected = trades_of(source(t, name, "trades"))
    path = job(t, "trades", [name])
    t.run("run", path).expect(0)
    again = t.run("run", path, "--refetch", "2024-08-08/2024-08-10",
                  "--json").expect(0).json()
    entry = again["entries"][0]
    harness.equal((entry["added"], entry["changed"], entry["withdrawn"]),
                  (0, 0, 0))
    harness.equal(again["commits"], 0, "commits")
    harness.equal(held(t, "trades", name, TRADE_COLUMNS), expected)


harness.main()
