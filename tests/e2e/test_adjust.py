# SPDX-License-Identifier: Apache-2.0
"""Splits and dividends taken out of raw prices.

The expected prices are computed here in fractions; the recorded case compares
with what the vendor itself published.
"""
import csv
import datetime
import http.server
import io
import os
import sys
import threading
import urllib.parse
from fractions import Fraction

import harness
from harness import equal, true

sys.path.insert(0, os.path.join(harness.SOURCE, "tests", "vendor"))

HEAD = ("timestamp,open,high,low,close,adjusted_close,volume,dividend_amount,"
        "split_coefficient")
PLAIN = (0, 1, 2, 3, 4, 6)
UNIT = Fraction(1, 10 ** 9)

JOB = """[job]
name = {schema}
provider = alphavantage
dataset = {dataset}
schema = {schema}
symbols = {symbols}
start = {start}
end = {end}

[provider]
base_url = {url}

[rate_limit]
rate = 1000/s

[store]
path = {store}
"""


class Vendor:
    """Answers like Alpha Vantage, out of lines of its daily adjusted CSV."""

    def __init__(self, lines):
        self.lines, self.calls = list(lines), []
        vendor = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                query = dict(urllib.parse.parse_qsl(
                    urllib.parse.urlparse(self.path).query))
                vendor.calls.append(query["function"])
                body = vendor.body(query["function"]).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/x-download")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0),
                                                      Handler)
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()
        self.url = "http://127.0.0.1:%d" % self.server.server_port

    def body(self, function):
        lines = [HEAD] + sorted(self.lines, reverse=True)
        if function != "TIME_SERIES_DAILY_ADJUSTED":
            cells = [line.split(",") for line in lines]
            lines = [",".join(c[i] for i in PLAIN) for c in cells]
        return "\r\n".join(lines) + "\r\n"


def day(number, close, dividend="0.0000", split="1.0", volume=1000):
    """Day `number` of weekdays from 2024-01-01 on."""
    date = datetime.date(2024, 1, 1) + datetime.timedelta(
        days=number // 5 * 7 + number % 5)
    low, high = float(Fraction(close) / 2), float(Fraction(close) * 2)
    return (f"{date},{close},{high},{low},{close},{close},{volume},"
            f"{dividend},{split}")


# Two days at 400, a split of four, a dividend of 1.5 off 99, days after it.
LINES = [day(0, "400"), day(1, "396.4"), day(2, "100", split="4.0"),
         day(3, "99"), day(4, "98.5", dividend="1.5000"), day(5, "97.25")]
SPLIT_DAY, DIVIDEND_DAY = "2024-01-03", "2024-01-05"


def run(t, vendor, schema, start="2024-01-01", end="2024-01-31", status=0,
        dataset="stocks/raw", symbols="ACME"):
    path = t.write(f"{schema}-{start}.ini", JOB.format(
        schema=schema, dataset=dataset, symbols=symbols, start=start, end=end,
        url=vendor.url, store=t.path("store")))
    return t.run("run", path, env={"ALPHAVANTAGE_API_KEY": "hush"}).expect(
        status)


def fill(t, lines=LINES, **options):
    vendor = Vendor(lines)
    run(t, vendor, "ohlcv-1d", **options)
    run(t, vendor, "actions", **options)
    return vendor


def export(t, *args, status=0, **expected):
    return t.run("export", "--store", t.path("store"), "--schema", "ohlcv-1d",
                 *args).expect(status, **expected)


def table(result):
    return list(csv.DictReader(io.StringIO(result.out)))


def rounded(value):
    """Half to even, to 1e-9."""
    return Fraction(round(value / UNIT)) * UNIT


def factors(lines, dividends, on_ex_date=False):
    """{date: (price factor, volume factor)}, exactly."""
    made, price, volume = {}, Fraction(1), Fraction(1)
    cells = sorted(line.split(",") for line in lines)
    for i in range(len(cells) - 1, -1, -1):
        made[cells[i][0]] = (price, volume)
        split = Fraction(cells[i][8])
        price, volume = price / split, volume * split
        paid = Fraction(cells[i][7])
        if dividends and paid and i > 0:
            close = Fraction(cells[i][4])
            if on_ex_date:
                price *= close / (close + paid)
            else:
                before = Fraction(cells[i - 1][4]) / split
                price *= 1 - paid / before
    return made


def same_as_computed(rows, lines, dividends, on_ex_date=False):
    cells = {line.split(",")[0]: line.split(",") for line in lines}
    made = factors(lines, dividends, on_ex_date)
    equal(len(rows), len(lines))
    for row in rows:
        date = row["ts"][:10]
        price, volume = made[date]
        for name, at in (("open", 1), ("high", 2), ("low", 3), ("close", 4)):
            equal(Fraction(row[name]), rounded(Fraction(cells[date][at])
                                               * price), f"{name} of {date}")
        equal(Fraction(row["volume"]), Fraction(cells[date][6]) * volume,
              f"volume of {date}")
        equal("derived" in row["flags"], (price, volume) != (1, 1), date)


# ---- prices ----------------------------------------------------------------

def test_splits_are_taken_out(t):
    fill(t)
    rows = table(export(t, "--adjust", "split"))
    same_as_computed(rows, LINES, dividends=False)
    equal([r["close"] for r in rows[:3]], ["100", "99.1", "100"])


def test_all_takes_dividends_out_too(t):
    fill(t)
    rows = table(export(t, "--adjust", "all"))
    same_as_computed(rows, LINES, dividends=True)
    equal(Fraction(rows[3]["close"]), Fraction("97.5"))


def test_the_close_of_the_ex_date_may_be_the_base(t):
    fill(t)
    same_as_computed(table(export(t, "--adjust", "all", "--dividend-close",
                                  "on")), LINES, True, on_ex_date=True)


def test_without_the_option_prices_stay_raw(t):
    fill(t)
    equal([r["close"] for r in table(export(t))],
          [line.split(",")[4] for line in sorted(LINES)])


def test_rows_before_later_actions_are_adjusted_for_them(t):
    fill(t)
    rows = table(export(t, "--adjust", "split", "--to", "2024-01-02"))
    equal([r["close"] for r in rows], ["100"])


def test_a_reverse_split_multiplies_prices(t):
    lines = [day(0, "0.52", volume=5000), day(1, "26", split="0.02")]
    fill(t, lines)
    rows = table(export(t, "--adjust", "split"))
    equal([(r["close"], Fraction(r["volume"])) for r in rows],
          [("26", 100), ("26", 1000)])


def test_many_actions_stay_exact(t):
    lines = [day(n, f"{100 + n % 7}.{n % 90 + 10}",
                 dividend="0.3700" if n % 5 == 4 else "0.0000",
                 split="3.0" if n == 40 else "1.5" if n == 60 else "1.0")
             for n in range(90)]
    fill(t, lines, end="2024-05-31")
    same_as_computed(table(export(t, "--adjust", "all")), lines, True)


def test_json_lines_have_the_same_prices(t):
    fill(t)
    rows = table(export(t, "--adjust", "all"))
    out = export(t, "--adjust", "all", "--format", "jsonl").jsonl()
    equal([round(line["close"] * 1e9) for line in out],
          [round(Fraction(r["close"]) * 10 ** 9) for r in rows])


def test_it_equals_what_the_vendor_published(t):
    """100 days of IBM with two dividends.  The vendor prints a double, so it
    may differ from the exact value in its last digit and from ours by half a
    unit of 1e-9.  Its rule is C/(C+D) with the close of the ex-date.  A day
    whose low has binary noise is no row but a dead letter."""
    path = os.path.join(harness.SOURCE, "..", "shared", "vectors",
                        "alphavantage", "daily_adjusted_ibm.csv")
    if not os.path.exists(path):
        t.skip("the shared recordings are not there")
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()[1:]
    fill(t, lines, start="2025-12-22", end="2026-05-16", symbols="IBM")
    rows = table(export(t, "--adjust", "all", "--dividend-close", "on"))
    theirs = {line.split(",")[0]: line.split(",")[5] for line in lines}
    equal(len(rows), sum(all(len(cell.partition(".")[2]) <= 9 for cell in
                             line.split(",")[1:5]) for line in lines))
    changed = 0
    for row in rows:
        published = Fraction(theirs[row["ts"][:10]])
        true(abs(Fraction(row["close"]) - published)
             <= UNIT / 2 + published * Fraction(2, 2 ** 53), row["ts"])
        changed += "derived" in row["flags"]
    equal(changed, sum(row["ts"] < "2026-05-08" for row in rows))
    true(changed > 90, changed)


# ---- what was known when ---------------------------------------------------

def test_as_of_takes_the_actions_that_were_known(t):
    vendor = fill(t, LINES[:4])
    before = table(export(t, "--adjust", "all"))
    then = now_text()
    vendor.lines = LINES
    for schema in ("ohlcv-1d", "actions"):
        path = t.path(f"{schema}-2024-01-01.ini")
        t.run("run", path, "--refetch", "2024-01-01/2024-01-31",
              env={"ALPHAVANTAGE_API_KEY": "hush"}).expect(0)
    equal(table(export(t, "--adjust", "all", "--as-of", then)), before)
    same_as_computed(table(export(t, "--adjust", "all")), LINES, True)


def test_actions_that_came_later_do_not_cover_an_earlier_time(t):
    vendor = Vendor(LINES)
    run(t, vendor, "ohlcv-1d")
    then = now_text()
    run(t, vendor, "actions")
    export(t, "--adjust", "split", "--as-of", then, status=2,
           err=["ACME cannot be adjusted", "no record of its splits"])


def now_text():
    import time
    time.sleep(0.01)
    now = time.time_ns()
    time.sleep(0.01)
    return str(now)


# ---- refusals --------------------------------------------------------------

def test_no_actions_at_all_is_refused(t):
    run(t, Vendor(LINES), "ohlcv-1d")
    export(t, "--adjust", "split", status=2,
           err=["no splits and dividends of alphavantage are held",
                "--actions PROVIDER/DATASET"])


def test_actions_of_another_symbol_are_none(t):
    vendor = Vendor(LINES)
    run(t, vendor, "ohlcv-1d")
    run(t, vendor, "actions", symbols="OTHER")
    export(t, "--adjust", "split", status=2,
           err=["ACME cannot be adjusted", "no record of its splits"])


def test_actions_of_a_part_are_refused_with_the_end_that_works(t):
    vendor = Vendor(LINES)
    run(t, vendor, "ohlcv-1d")
    run(t, vendor, "actions", end="2024-01-04")
    refused = export(t, "--adjust", "split", status=2,
                     err="known up to 2024-01-04")
    end = refused.err.split("add --to ")[1].split()[0]
    rows = table(export(t, "--adjust", "split", "--to", end))
    equal([r["close"] for r in rows], ["100", "99.1", "100"])


def test_actions_that_begin_later_than_the_rows_are_refused(t):
    vendor = Vendor(LINES)
    run(t, vendor, "ohlcv-1d")
    run(t, vendor, "actions", start="2024-01-04")
    export(t, "--adjust", "split", status=2,
           err=["not known for all of", "fetch them from 2024-01-01"])


def test_an_export_that_is_refused_leaves_the_file_alone(t):
    run(t, Vendor(LINES), "ohlcv-1d")
    path = t.write("out.csv", "kept\n")
    export(t, "--adjust", "split", "-o", path, status=2)
    with open(path, encoding="utf-8") as file:
        equal(file.read(), "kept\n")


def test_a_dividend_without_a_close_before_it_is_refused(t):
    fill(t, [day(0, "10"), day(20, "11", dividend="1.0000")])
    export(t, "--adjust", "all", status=2,
           err=["no close before the cash_dividend of 2024-01-29"])


def test_a_dividend_dearer_than_the_share_is_refused(t):
    fill(t, [day(0, "10"), day(1, "11", dividend="12.0000")])
    export(t, "--adjust", "all", status=2,
           err=["cash_dividend of 2024-01-02", "no part of the close"])


def test_wrong_options_are_refused(t):
    fill(t)
    export(t, "--adjust", "splits", status=2, err="one of split, all")
    export(t, "--adjust", "all", "--dividend-close", "after", status=2,
           err="one of before, on")
    export(t, "--adjust", "all", "--actions", "alphavantage", status=2,
           err="PROVIDER/DATASET")
    export(t, "--actions", "alphavantage/stocks/raw", status=2,
           err="means nothing without --adjust")


def test_action_records_themselves_have_no_prices_to_adjust(t):
    fill(t)
    t.run("export", "--store", t.path("store"), "--schema", "actions",
          "--adjust", "split").expect(2, err="holds no prices of a market")


# ---- a second provider -----------------------------------------------------

def alpaca(t, dataset, schema, symbols="ACME", days=("2024-01-01",
                                                     "2024-01-10")):
    import json
    split = [{"id": "1", "symbol": "ACME", "ex_date": SPLIT_DAY, "old_rate": 1,
              "new_rate": 4, "process_date": SPLIT_DAY}]
    actions = t.write("actions.json", json.dumps({"forward_splits": split}))
    if not hasattr(t, "alpaca"):
        t.alpaca = t.server("alpaca_server", "--stock",
                            f"ACME:{days[0]}:{days[1]}", "--actions", actions)
    path = t.write(schema + ".ini", (
        "[job]\nname = a\nprovider = alpaca\ndataset = %s\nschema = %s\n"
        "symbols = %s\nstart = %s\nend = %s\n[provider]\ndata_url = %s\n"
        "[rate_limit]\nrate = 1000/s\n[store]\npath = %s\n") % (
            dataset, schema, symbols, days[0], days[1], t.alpaca.url,
            t.path("store")))
    return t.run("run", path, env={"APCA_API_KEY_ID": "k",
                                   "APCA_API_SECRET_KEY": "s"}).expect(0)


def test_minutes_and_ticks_change_at_the_split(t):
    for schema in ("ohlcv-1m", "trades"):
        alpaca(t, "sip/raw", schema)
    alpaca(t, "us_equity", "actions")
    for schema, price in (("ohlcv-1m", "close"), ("trades", "price")):
        select = ("export", "--store", t.path("store"), "--dataset",
                  "sip/raw", "--schema", schema)
        raw = table(t.run(*select).expect(0))
        made = table(t.run(*select, "--adjust", "split").expect(0))
        true(len(raw) > 100, schema)
        sizes = "volume" if schema == "ohlcv-1m" else "size"
        for before, after in zip(raw, made):
            by = 4 if before["ts"] < SPLIT_DAY + "T05:00" else 1
            equal(Fraction(after[price]) * by, Fraction(before[price]))
            equal(Fraction(after[sizes]), Fraction(before[sizes]) * by)


def test_what_is_adjusted_already_is_refused(t):
    alpaca(t, "sip/split", "ohlcv-1d")
    alpaca(t, "us_equity", "actions")
    export(t, "--dataset", "sip/split", "--adjust", "split", status=2,
           err="alpaca sip/split is adjusted already (split)")


def test_actions_of_another_provider_may_be_named(t):
    """One files days by New York's midnight, the other by UTC's."""
    fill(t)
    alpaca(t, "us_equity", "actions")
    named = table(export(t, "--adjust", "split", "--actions",
                         "alpaca/us_equity", "--to", "2024-01-09"))
    equal([r["close"] for r in named],
          [r["close"] for r in table(export(t, "--adjust", "split", "--to",
                                            "2024-01-09"))])


def test_a_new_split_makes_the_next_run_ask_adjusted_bars_again(t):
    alpaca(t, "sip/split", "ohlcv-1d")
    t.run("run", t.path("ohlcv-1d.ini"), env={
        "APCA_API_KEY_ID": "k", "APCA_API_SECRET_KEY": "s"}).expect(
            0, out="up-to-date")
    alpaca(t, "us_equity", "actions")
    t.run("coverage", "--store", t.path("store")).expect(
        0, out=["stale", "rewritten by the split of " + SPLIT_DAY])
    again = t.run("plan", t.path("ohlcv-1d.ini"), "--json", env={
        "APCA_API_KEY_ID": "k", "APCA_API_SECRET_KEY": "s"}).expect(0).json()
    equal(len(again["chunks"]), 1)
    for _ in range(2):
        alpaca(t, "sip/split", "ohlcv-1d")
    t.run("coverage", "--store", t.path("store")).expect(0, not_out="stale")


harness.main()
