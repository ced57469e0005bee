# SPDX-License-Identifier: Apache-2.0
"""Databento from a local server and from files on disk, into the store and out
again, row for row."""
import csv
import decimal
import io
import os
import sys
import zipfile

import harness

sys.path.insert(0, os.path.join(harness.SOURCE, "tests", "vendor"))
import databento_server as vendor  # noqa: E402
import dbn  # noqa: E402

KEY = "db-0123456789abcdefghijklmnopqrs"
DAY = vendor.DAY
JAN = vendor.parse_time("2024-01-01")
JOB = """[job]
name = d
provider = databento
dataset = GLBX.MDP3
schema = {schema}
symbols = {symbols}
symbol_kind = {kind}
start = {start}
end = {end}
workers = 1

[provider]
{provider}

[retry]
base = 20ms

[store]
path = {store}
"""


def job(t, provider, symbols="ESH4, NQH4", schema="ohlcv-1m", kind="symbol",
        start="2024-01-02", end="2024-01-04", name="d.ini", store="store"):
    return t.write(name, JOB.format(
        symbols=symbols, schema=schema, kind=kind, start=start, end=end,
        provider=provider, store=t.path(store)))


def service(t, *options):
    t.env["DATABENTO_API_KEY"] = KEY
    t.requests_path = t.path("requests.jsonl")
    return t.server("databento_server", "--key", KEY, "--log",
                    t.requests_path, *options)


def url(server):
    return f"base_url = {server.url}"


def requests(t):
    with open(t.requests_path, encoding="utf-8") as file:
        return [harness.json.loads(line) for line in file]


def bought(t):
    """(start, end, rows) of each paid request, in order."""
    return [(int(r["query"]["start"]), int(r["query"]["end"]), r["rows"])
            for r in requests(t) if r["path"].endswith("get_range")]


def export(t, *args, store="store"):
    text = t.run("export", "--store", t.path(store), "--format", "csv",
                 "--time", "ns", *args).expect(0).out
    return list(csv.DictReader(io.StringIO(text)))


def units(text):
    return int(decimal.Decimal(text).scaleb(9)) if text else None


def day(number):
    return JAN + (number - 1) * DAY


def held(schema, symbol, first, last):
    number = vendor.INSTRUMENTS[symbol][0]
    return list(vendor.rows(schema, number, day(first), day(last)))


def same_bars(got, expected):
    harness.equal(len(got), len(expected), "rows")
    for have, want in zip(got, expected):
        harness.equal(
            (int(have["ts"]), *(units(have[n]) for n in (
                "open", "high", "low", "close")), float(have["volume"])),
            (want["ts_event"], want["open"], want["high"], want["low"],
             want["close"], want["volume"]))


# ---- the service

def test_bars_come_back_row_for_row(t):
    server = service(t)
    t.run("run", job(t, url(server), "ESH4, NQH4, CLG4")).expect(0)
    for symbol in ("ESH4", "NQH4", "CLG4"):
        rows = export(t, "--symbol", symbol)
        same_bars(rows, held("ohlcv-1m", symbol, 2, 4))
        harness.equal({(r["symbol"], r["venue"]) for r in rows},
                      {(symbol, "GLBX")})
    harness.equal(len(bought(t)), 1, "requests")


def test_trades_keep_their_order_and_their_twins(t):
    server = service(t)
    t.run("run", job(t, url(server), "ESH4", "trades")).expect(0)
    rows, expected = export(t), held("trades", "ESH4", 2, 4)
    harness.equal(len(rows), len(expected), "rows")
    sides = {"A": "sell", "B": "buy", "N": ""}
    for have, want in zip(rows, expected):
        harness.equal(
            (int(have["ts"]), int(have["ts_event"]), units(have["price"]),
             float(have["size"]), have["side"], int(have["sequence"])),
            (want["ts_recv"], want["ts_event"], want["price"], want["size"],
             sides[want["side"]], want["sequence"]))
    times = [int(r["ts"]) for r in rows]
    harness.true(len(set(times)) < len(times), "no repeated time in the data")


def test_every_schema_can_be_stored_and_exported(t):
    server = service(t)
    for schema in sorted(vendor.MAKERS):
        path = job(t, url(server), "ESM4", schema, name=schema + ".ini",
                   store="store-" + schema)
        t.run("run", path).expect(0)
        rows = export(t, store="store-" + schema)
        expected = held(schema, "ESM4", 2, 4)
        key = "ts_event" if schema.startswith("ohlcv") else "ts_recv"
        harness.equal([int(r["ts"]) for r in rows],
                      [r[key] for r in expected], schema)


def test_definitions_come_with_their_fields(t):
    server = service(t)
    t.run("run", job(t, url(server), "CLH4", "definition")).expect(0)
    row = export(t)[0]
    harness.equal([row[n] for n in ("raw_symbol", "asset", "currency",
                                    "min_price_increment", "strike_price",
                                    "instrument_class", "maturity_year")],
                  ["CLH4", "CL", "USD", "0.25", "", "F", "2024"])


def test_a_second_run_buys_nothing(t):
    server = service(t)
    path = job(t, url(server))
    t.run("run", path).expect(0)
    t.run("run", path).expect(0)
    harness.equal(len(bought(t)), 1, "requests")
    t.run("run", job(t, url(server), start="2024-01-01")).expect(0)
    harness.equal(bought(t)[1][:2], (day(1), day(2)))


def test_the_plan_tells_the_price(t):
    server = service(t)
    out = t.run("plan", job(t, url(server))).expect(0).out
    harness.matches(r"cost: .*USD", out)
    harness.equal(bought(t), [], "paid requests")


# ---- selectors

def test_a_parent_delivers_its_instruments(t):
    server = service(t)
    t.run("run", job(t, url(server), "ES.FUT, CL.FUT", kind="parent",
                     schema="ohlcv-1h")).expect(0)
    for symbol in ("ESH4", "ESM4", "CLG4", "CLH4"):
        same_bars(export(t, "--symbol", symbol),
                  held("ohlcv-1h", symbol, 2, 4))
    harness.equal({r["symbol"] for r in export(t)},
                  {"ESH4", "ESM4", "CLG4", "CLH4"})


def test_a_continuous_symbol_rolls(t):
    server = service(t)
    t.run("run", job(t, url(server), "ES.c.0", kind="continuous",
                     schema="ohlcv-1h", start="2024-01-08",
                     end="2024-01-12")).expect(0)
    rows = export(t)
    same_bars(rows, held("ohlcv-1h", "ESH4", 8, 10)
              + held("ohlcv-1h", "ESM4", 10, 12))
    harness.equal({r["symbol"] for r in rows}, {"ES.c.0"})
    harness.equal([r["contract"] for r in rows],
                  ["ESH4" if int(r["ts"]) < day(10) else "ESM4"
                   for r in rows])


def test_all_symbols_are_all(t):
    server = service(t)
    t.run("run", job(t, url(server), "*", kind="all",
                     schema="ohlcv-1d")).expect(0)
    harness.equal({r["symbol"] for r in export(t)}, set(vendor.INSTRUMENTS))


def test_instruments_can_be_asked_for_by_id(t):
    server = service(t)
    t.run("run", job(t, url(server), "5602, 8100", kind="id",
                     schema="ohlcv-1h")).expect(0)
    same_bars(export(t, "--symbol", "8100"), held("ohlcv-1h", "CLG4", 2, 4))


# ---- refusals

def test_a_wrong_key_ends_the_run_after_one_call(t):
    server = service(t)
    t.env["DATABENTO_API_KEY"] = "db-wrong"
    t.run("run", job(t, url(server))).expect(4, err="bad key",
                                             not_err="db-wrong")
    harness.equal(len(requests(t)), 1, "calls")


def test_no_key_sends_nothing(t):
    server = service(t)
    del t.env["DATABENTO_API_KEY"]
    t.run("run", job(t, url(server))).expect(2, err="DATABENTO_API_KEY")
    harness.equal(os.path.exists(t.requests_path) and requests(t), [])


def test_an_unknown_symbol_is_named_and_the_others_stored(t):
    server = service(t)
    t.run("run", job(t, url(server), "ESH4, NOPE, NQH4, NIX",
                     schema="ohlcv-1h")).expect(
                         3, out=["NOPE", "NIX", "not-found"])
    same_bars(export(t, "--symbol", "ESH4"), held("ohlcv-1h", "ESH4", 2, 4))
    same_bars(export(t, "--symbol", "NQH4"), held("ohlcv-1h", "NQH4", 2, 4))
    harness.equal(sum(1 for b in bought(t) if b[2]), 1, "paid answers")


def test_what_is_not_available_yet_does_not_stop_the_rest(t):
    server = service(t, "--now", "2024-01-03T10:30:10Z")
    t.run("run", job(t, url(server), "ESH4", schema="ohlcv-1h")).expect(3)
    same_bars(export(t), [r for r in held("ohlcv-1h", "ESH4", 2, 4)
                          if r["ts_event"] < day(3) + 10 * vendor.HOUR])
    harness.equal(sum(1 for b in bought(t) if b[2]), 1, "paid answers")


def test_a_schema_we_lack_is_refused_by_name(t):
    server = service(t)
    t.run("run", job(t, url(server), schema="imbalance")).expect(
        2, err=["imbalance", "ohlcv-1m"])


def test_warnings_of_the_vendor_are_shown(t):
    server = service(t, "--fault", "warn@1")
    t.run("run", job(t, url(server), schema="ohlcv-1d")).expect(
        0, err="you are too old")


# ---- trouble on the way

def ten_days(t, fault):
    """One stream of 4 MB that meets the fault once.  -> start of the second
    request, in days of January"""
    server = service(t, "--fault", fault + "~get_range")
    path = job(t, url(server), ", ".join(vendor.INSTRUMENTS),
               start="2024-01-10", end="2024-01-20")
    t.run("run", path).expect(0)
    for symbol in vendor.INSTRUMENTS:
        same_bars(export(t, "--symbol", symbol),
                  held("ohlcv-1m", symbol, 10, 20))
    paid = bought(t)
    first, second = paid[:2]
    harness.equal((first[0], second[1]), (day(10), first[1]))
    # Nothing is bought twice: what followed touches, and does not overlap.
    harness.equal([p[0] for p in paid[2:]], [p[1] for p in paid[1:-1]])
    return (second[0] - JAN) / DAY + 1


def test_a_reset_stream_is_bought_on_from_where_it_was(t):
    start = ten_days(t, "reset-body@1")
    harness.true(start in (13, 14, 15), f"bought again from day {start}")


def test_a_cut_chunked_stream_is_noticed(t):
    start = ten_days(t, "cut-chunked@1")
    harness.true(start in (13, 14, 15), f"bought again from day {start}")


def test_a_zstd_frame_without_an_end_is_noticed(t):
    start = ten_days(t, "cut-zstd@1")
    harness.true(start in (16, 17, 18, 19), f"bought again from day {start}")


def test_half_a_record_is_noticed(t):
    start = ten_days(t, "cut-record@1")
    harness.true(start in (16, 17, 18, 19), f"bought again from day {start}")


def test_every_fault_is_survived_or_named(t):
    for number, fault in enumerate((
            "http-429=1@1", "http-429@1", "http-500@1", "http-502@1",
            "http-503@1", "html@1", "empty@1", "close@1", "reset@1",
            "reset-headers@1", "cut-body@1", "cut-open@1",
            "unmapped@1", "backwards@1", "other-dataset@1")):
        server = service(t, "--fault", fault)
        store = f"store-{number}"
        path = job(t, url(server), "ESH4, NQH4, CLG4, ESM4", store=store,
                   end="2024-01-09", name=f"{number}.ini")
        t.run("run", path).expect(0)
        for symbol in ("ESH4", "NQH4", "CLG4", "ESM4"):
            same_bars(export(t, "--symbol", symbol, store=store),
                      held("ohlcv-1m", symbol, 2, 9))


def test_a_fault_that_stays_is_an_error_with_its_reason(t):
    server = service(t, "--fault", "unmapped@all")
    t.run("run", job(t, url(server), schema="ohlcv-1h")).expect(
        1, out="no symbol is mapped to instrument 999")


# ---- files

def dbn_file(schema, symbols, first, last):
    spans = [(vendor.INSTRUMENTS[s][0], day(first), day(last))
             for s in symbols]
    head = dbn.metadata(
        vendor.DATASET, schema, day(first), day(last), symbols,
        {s: [(a, b, str(n))] for s, (n, a, b) in zip(symbols, spans)})
    return head + b"".join(dbn.record(schema, r)
                           for r in vendor.merged(schema, spans))


def test_a_folder_of_files_equals_the_service(t):
    both = ["ESH4", "NQH4"]
    t.write("lake/glbx-20240102.ohlcv-1m.dbn.zst",
            dbn.zstd(dbn_file("ohlcv-1m", both, 2, 3)))
    t.write("lake/glbx-20240103.ohlcv-1m.dbn",
            dbn_file("ohlcv-1m", both, 3, 4))
    t.write("lake/glbx-20240103.trades.dbn", dbn_file("trades", both, 3, 4))
    t.write("lake/manifest.json", "{}")
    path = job(t, "files = lake")
    t.run("run", path).expect(0)
    for symbol in both:
        same_bars(export(t, "--symbol", symbol),
                  held("ohlcv-1m", symbol, 2, 4))
    report = t.run("run", path, "--json").expect(0).json()
    harness.equal(report["rows_in"], 0, "rows of the second run")


def test_files_are_read_in_one_go(t):
    """However long the range: a chunk would begin at the first file again."""
    t.write("x.dbn", dbn_file("trades", ["ESH4"], 2, 3))
    report = t.run("run", job(t, "files = x.dbn\nfiles_complete = yes", "ESH4",
                              "trades", start="2023-01-01",
                              end="2024-06-01"), "--json").expect(0).json()
    harness.equal(report["chunks"], 1, "chunks")
    harness.equal(len(export(t)), len(held("trades", "ESH4", 2, 3)))


def test_a_batch_download_is_a_source(t):
    os.makedirs(t.path("lake"))
    with zipfile.ZipFile(t.path("lake", "job.zip"), "w",
                         zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("metadata.json", "{}")
        for number in (2, 3):
            archive.writestr(f"glbx-2024010{number}.ohlcv-1m.dbn.zst",
                             dbn.zstd(dbn_file("ohlcv-1m", ["ESH4"], number,
                                               number + 1)))
    for files, store in (("lake/job.zip", "one"), ("lake", "two")):
        t.run("run", job(t, f"files = {files}", "ESH4",
                         store=store)).expect(0)
        same_bars(export(t, store=store), held("ohlcv-1m", "ESH4", 2, 4))


def test_a_damaged_file_is_told_and_what_was_proven_kept(t):
    t.write("lake/a.dbn", dbn_file("ohlcv-1h", ["ESH4"], 2, 3))
    whole = dbn.zstd(dbn_file("ohlcv-1h", ["ESH4"], 3, 4), 500)
    t.write("lake/b.dbn.zst", whole[:-20])
    t.run("run", job(t, "files = lake", "ESH4", "ohlcv-1h")).expect(
        3, out="b.dbn.zst")
    same_bars(export(t), held("ohlcv-1h", "ESH4", 2, 3))
    t.write("lake/b.dbn.zst", whole)
    t.run("run", job(t, "files = lake", "ESH4", "ohlcv-1h")).expect(0)
    same_bars(export(t), held("ohlcv-1h", "ESH4", 2, 4))


def test_a_hole_between_files_is_not_called_empty(t):
    for number in (2, 4):
        t.write(f"lake/{number}.dbn",
                dbn_file("ohlcv-1h", ["ESH4"], number, number + 1))
    path = job(t, "files = lake", "ESH4", "ohlcv-1h", end="2024-01-05")
    t.run("run", path).expect(3, out="2024-01-03T00:00:00Z")
    same_bars(export(t), held("ohlcv-1h", "ESH4", 2, 3)
              + held("ohlcv-1h", "ESH4", 4, 5))


def test_the_wrong_schema_says_what_is_there(t):
    t.write("x.dbn", dbn_file("trades", ["ESH4"], 2, 3))
    t.run("run", job(t, "files = x.dbn", "ESH4")).expect(
        2, err=["ohlcv-1m", "holds trades"])


def test_the_vendors_own_files_are_read(t):
    name = "py.GLBX.MDP3.ohlcv-1m.v3.dbn.zst"
    source = t.shared("vectors", "dbn", name)
    expected = [harness.json.loads(line) for line
                in open(source + ".jsonl", encoding="utf-8")]
    t.run("run", job(t, f"files = {source}\nfiles_complete = yes", "ESH1",
                     start="2020-12-28", end="2020-12-29")).expect(0)
    same_bars(export(t), expected)
    archive = t.shared("vectors", "databento-http", "batch.download.zip")
    t.run("run", job(t, f"files = {archive}\nfiles_complete = yes", "ESH1",
                     "trades", start="2020-12-28", end="2020-12-30",
                     store="zip")).expect(0)
    sources = [t.shared("vectors", "dbn", n + ".jsonl") for n in (
        "py.GLBX.MDP3.trades.v3.dbn.zst", "dbn.trades.v1.dbn.zst")]
    harness.equal([int(r["ts"]) for r in export(t, store="zip")],
                  [harness.json.loads(line)["ts_recv"] for source in sources
                   for line in open(source, encoding="utf-8")])


harness.main()
