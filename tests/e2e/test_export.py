# SPDX-License-Identifier: Apache-2.0
"""Rows out of a store: formats, selection, files."""
import array
import csv
import datetime
import decimal
import fcntl
import io
import json
import os
import stat
import subprocess
import termios

import harness
from harness import equal, true

DAY = ("--from", "2024-01-02", "--to", "2024-01-03")
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def fill(t, symbols="MOCK-B,MOCK-A", schema="ohlcv-1h"):
    t.plugin("fake")
    t.run("backfill", "fake", symbols, "--schema", schema, *DAY, "--store",
          t.path("store")).expect(0)


def export(t, *args, **kwargs):
    return t.run("export", "--store", t.path("store"), *args, **kwargs)


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def ns(text):
    """RFC 3339 in UTC, whole seconds."""
    time = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")
    return int((time - EPOCH).total_seconds()) * 10 ** 9


def pending(pipe):
    """Bytes that wait to be read."""
    count = array.array("i", [0])
    fcntl.ioctl(pipe.fileno(), termios.FIONREAD, count)
    return count[0]


# ---- formats -------------------------------------------------------------

def test_csv_holds_every_row_series_after_series(t):
    fill(t)
    result = export(t).expect(0)
    equal(result.lines()[0],
          "ts,symbol,venue,contract,flags,open,high,low,close,volume,vwap,"
          "trades,is_mock")
    rows = rows_of(result.out)
    equal([(r["symbol"], r["ts"]) for r in rows],
          [(s, f"2024-01-02T{h:02d}:00:00Z") for s in ("MOCK-A", "MOCK-B")
           for h in range(24)])


def test_json_lines_hold_what_csv_holds(t):
    fill(t)
    table = rows_of(export(t).expect(0).out)
    out = export(t, "--format", "jsonl").expect(0).out
    lines = [json.loads(line, parse_float=decimal.Decimal)
             for line in out.splitlines()]
    equal(len(lines), len(table))
    for row, line in zip(table, lines):
        equal(list(line), list(row), "names")
        for name, value in line.items():
            if value is None:
                equal(row[name], "", name)
            elif isinstance(value, bool):
                equal(row[name], "true" if value else "false", name)
            elif isinstance(value, str):
                equal(row[name], value, name)
            else:
                equal(decimal.Decimal(row[name]), value, name)


def test_prices_are_exact_and_consistent(t):
    fill(t)
    for row in rows_of(export(t).expect(0).out):
        o, h, l, c = (decimal.Decimal(row[n])
                      for n in ("open", "high", "low", "close"))
        true(l <= min(o, c) and h >= max(o, c), f"bar {row}")


def test_times_as_ns_are_the_same_times(t):
    fill(t)
    texts = rows_of(export(t).expect(0).out)
    numbers = rows_of(export(t, "--time", "ns").expect(0).out)
    equal([ns(r["ts"]) for r in texts], [int(r["ts"]) for r in numbers])


def test_made_up_rows_are_flagged_in_every_output(t):
    fill(t)
    for row in rows_of(export(t).expect(0).out):
        equal(row["is_mock"], "true")
    for line in export(t, "--format", "jsonl").expect(0).jsonl():
        equal(line["is_mock"], True)


def test_lineage_names_provider_time_and_ingestion(t):
    fill(t)
    rows = rows_of(export(t, "--lineage").expect(0).out)
    for row in rows:
        equal(row["source_provider"], "fake")
        equal(row["is_mock"], "true")
        harness.matches(r"^[0-9a-f]{8}-[0-9a-f]{4}-7", row["_ingestion_id"])
        harness.matches(r"^20\d\d-\d\d-\d\dT.*Z$", row["_extracted_at"])
    equal(list(rows[0])[-4:], ["source_provider", "_extracted_at",
                               "_ingestion_id", "is_mock"])


# ---- selection -----------------------------------------------------------

def test_the_range_is_half_open(t):
    fill(t)
    rows = rows_of(export(t, "--symbol", "MOCK-A", "--from",
                          "2024-01-02T03:00:00Z", "--to",
                          "2024-01-02T05:00:00Z").expect(0).out)
    equal([r["ts"][11:13] for r in rows], ["03", "04"])


def test_no_row_in_the_range_leaves_the_header(t):
    fill(t)
    result = export(t, "--from", "2030-01-01").expect(0)
    equal(len(result.lines()), 1)


def test_symbols_come_as_a_list_or_one_by_one(t):
    fill(t, "MOCK-A,MOCK-B,MOCK-C")
    listed = export(t, "--symbol", "MOCK-C,MOCK-A").expect(0)
    single = export(t, "--symbol", "MOCK-C", "--symbol", "MOCK-A").expect(0)
    equal(listed.out, single.out)
    equal(sorted({r["symbol"] for r in rows_of(listed.out)}),
          ["MOCK-A", "MOCK-C"])


def test_a_symbol_named_twice_comes_once(t):
    fill(t)
    rows = rows_of(export(t, "--symbol", "MOCK-A,MOCK-A").expect(0).out)
    equal(len(rows), 24)


def test_an_unknown_symbol_names_the_store_and_the_nearest(t):
    fill(t)
    export(t, "--symbol", "MOKC-A").expect(
        2, err=["MOKC-A", t.path("store"), "fake made-up ohlcv-1h MOCK-A"])


def test_a_filter_that_nothing_passes_is_told(t):
    fill(t)
    export(t, "--schema", "trades").expect(
        2, err=["of schema trades", t.path("store"), "ohlcv-1h"])
    export(t, "--provider", "acme").expect(2, err="of provider acme")


def test_two_schemas_in_one_output_are_refused(t):
    fill(t)
    fill(t, schema="ohlcv-1d")
    export(t).expect(2, err=["fake made-up ohlcv-1d", "fake made-up ohlcv-1h",
                             "--schema"])
    rows = rows_of(export(t, "--schema", "ohlcv-1d").expect(0).out)
    equal(len(rows), 2)


def test_a_job_sets_store_and_selection(t):
    fill(t, "MOCK-A,MOCK-B,MOCK-C")
    job = t.write("job.ini", """[job]
name = part
provider = fake
schema = ohlcv-1h
symbols = MOCK-A, MOCK-C, MOCK-Z
start = 2024-01-02T06:00:00Z
end = 2024-01-02T08:00:00Z

[store]
path = store
""")
    result = t.run("export", job).expect(0, err="MOCK-Z")
    equal([(r["symbol"], r["ts"][11:13]) for r in rows_of(result.out)],
          [("MOCK-A", "06"), ("MOCK-A", "07"), ("MOCK-C", "06"),
           ("MOCK-C", "07")])
    wider = t.run("export", job, "--symbol", "MOCK-B", "--to", "2024-01-03")
    equal(len(rows_of(wider.expect(0).out)), 18)


# ---- files ---------------------------------------------------------------

def test_a_file_is_whole_and_alone(t):
    fill(t)
    path = t.path("out", "bars.csv")
    os.makedirs(t.path("out"))
    result = export(t, "-o", path).expect(0, err="48 rows of 2 series")
    equal(result.out, "")
    equal(t.read("out/bars.csv"), export(t).out)
    equal(os.listdir(t.path("out")), ["bars.csv"])


def test_a_file_that_was_there_keeps_its_rights_and_its_links(t):
    fill(t)
    real = t.write("real.csv", "old", mode=0o640)
    os.symlink(real, t.path("link.csv"))
    export(t, "-o", t.path("link.csv")).expect(0)
    true(os.path.islink(t.path("link.csv")), "the link is still a link")
    equal(stat.S_IMODE(os.stat(real).st_mode), 0o640)
    equal(t.read("real.csv"), export(t).out)


def test_failure_leaves_the_old_file(t):
    fill(t)
    path = t.write("bars.csv", "old")
    export(t, "-o", path, "--symbol", "NOPE").expect(2)
    equal(t.read("bars.csv"), "old")


def test_json_reports_what_was_written(t):
    fill(t)
    path = t.path("bars.jsonl")
    report = export(t, "--json", "-o", path).expect(0).json()
    equal(report, {"path": path, "rows": 48, "series": 2})
    true(t.read("bars.jsonl").startswith("{\"ts\":"), "JSON lines")


def test_a_full_disk_is_a_clear_error(t):
    fill(t)
    export(t, "-o", "/dev/full").expect(
        1, err=["/dev/full", "No space left on device", "make room"])


def test_a_file_too_large_leaves_nothing(t):
    fill(t, schema="ohlcv-1m")
    os.makedirs(t.path("out"))
    path = t.path("out", "bars.csv")
    # Not RLIMIT_FSIZE of this process: it would stop the harness as well.
    done = subprocess.run(
        ["sh", "-c", 'ulimit -f 8; exec "$@"', "sh", harness.BIN, "export",
         "--store", t.path("store"), "-o", path],
        env=t.env, capture_output=True, text=True, check=False)
    equal(done.returncode, 1, done.stderr)
    true("File too large" in done.stderr, done.stderr)
    equal(os.listdir(t.path("out")), [])


def test_a_missing_folder_is_named(t):
    fill(t)
    path = t.path("no", "such", "bars.csv")
    export(t, "-o", path).expect(1, err=[path, "No such file or directory"])


def test_a_reader_that_leaves_is_no_error_message(t):
    fill(t, schema="ohlcv-1m")
    done = subprocess.run(
        ["sh", "-c", '{ "$@"; echo "status $?" >&2; } | head -1', "sh",
         harness.BIN, "export", "--store", t.path("store"), "--format",
         "jsonl"], env=t.env, capture_output=True, text=True, check=False)
    equal(len(done.stdout.splitlines()), 1)
    equal(done.stderr, "status 141\n")


def test_an_interrupt_ends_a_wait_for_a_slow_reader(t):
    fill(t, schema="ohlcv-1m")
    running = t.start("export", "--store", t.path("store"))
    # Nobody reads yet: it has filled the pipe when its output stands still.
    harness.until(lambda: pending(running.process.stdout) >= 65536,
                  what="a full pipe")
    running.signal().wait().expect(130)


def test_an_interrupt_leaves_no_part_of_a_file(t):
    fill(t, schema="ohlcv-1m")
    os.makedirs(t.path("out"))
    os.mkfifo(t.path("out", "pipe"))
    running = t.start("export", "--store", t.path("store"), "-o",
                      t.path("out", "pipe"))
    with open(t.path("out", "pipe"), "rb") as reader:
        harness.until(lambda: pending(reader) >= 65536, what="a full pipe")
        running.signal().wait().expect(130)
    equal(os.listdir(t.path("out")), ["pipe"])


# ---- usage ---------------------------------------------------------------

def test_a_store_that_is_not_there_exits_with_five(t):
    export(t).expect(5, err=t.path("store"))


def test_wrong_options_exit_with_two(t):
    fill(t)
    export(t, "--format", "xml").expect(2, err=["xml", "csv, jsonl"])
    export(t, "--time", "unix").expect(2, err=["unix", "rfc3339, ns"])
    export(t, "--from", "yesterday").expect(2, err=["--from", "yesterday"])
    export(t, "--from", "2024-01-03", "--to", "2024-01-02").expect(2)
    export(t, "a.ini", "b.ini").expect(2, err="b.ini")


harness.main()
