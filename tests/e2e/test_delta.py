# SPDX-License-Identifier: Apache-2.0
"""The delta sink: the tables that an independent reader finds are what the
store holds, now and at each version before."""
import glob
import json
import os
import shutil

import harness
import lake
import readers

LONG = bool(os.environ.get("MDCORE_TEST_LONG"))
TABLE = "raw_market_data_1m"
SHRINK = "[quality]\nmax_shrink = 1\n"


def table(t, name=TABLE, version=None, path="lake"):
    deltalake = readers.find("deltalake")
    return deltalake.DeltaTable(t.path(path, name), version=version)


def arrow(t, name=TABLE, version=None, path="lake"):
    return table(t, name, version, path).to_pyarrow_table()


def hold(t, db, schema="ohlcv-1m", name="held"):
    columns = lake.from_store(t, db, schema, name=name)
    lake.cut_origin(db, name)
    return columns


def check(t, schema="ohlcv-1m", name=TABLE):
    db = readers.find("duckdb").connect()
    columns = hold(t, db, schema)
    lake.from_arrow(db, arrow(t, name), columns)
    return lake.compare(db, columns)


def log(t, name=TABLE, path="lake"):
    return sorted(glob.glob(t.path(path, name, "_delta_log", "*")))


def actions(path, kind):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line)[kind] for line in file
                if kind in json.loads(line)]


def restate(t, path, day, revision=1, rate="0.001"):
    return t.run("run", path, "--refetch",
                 f"2024-01-{day:02}/2024-01-{day + 1:02}",
                 "--set", f"provider.revision={revision}",
                 "--set", f"provider.revise_rate={rate}",
                 "--set", f"provider.withdraw_rate={rate}").expect(0)


def test_bars_arrive_row_for_row_and_type_for_type(t):
    t.run("run", lake.job(t, "delta")).expect(0, out="sink lake")
    harness.equal(check(t), 2 * 3 * 1440)
    made = table(t)
    harness.equal(made.metadata().partition_columns, ["date", "symbol"])
    types = {f.name: json.loads(f.to_json())["type"]
             for f in made.schema().fields}
    for name, kind in {"ts": "timestamp", "date": "date", "symbol": "string",
                       "open": "decimal(18,9)", "volume": "double",
                       "trades": "long", "flags": "integer",
                       "is_mock": "boolean", "source_provider": "string",
                       "source_dataset": "string", "_ingestion_id": "string",
                       "_extracted_at": "timestamp"}.items():
        harness.equal(types[name], kind, name)
    dates = set(map(str, arrow(t).column("date").to_pylist()))
    harness.equal(dates, {f"2024-01-{d:02}" for d in (1, 2, 3)})


def test_real_trades_keep_their_nanoseconds(t):
    name = "BTCUSDT.binance-usdm.20240808"
    os.makedirs(t.path("ticks"))
    shutil.copy(t.shared("vectors", "real", "ticks", f"{name}.trades.csv.gz"),
                t.path("ticks"))
    t.run("run", lake.job(
        t, "delta", symbols=name, schema="trades", start="2024-08-08",
        end="2024-08-10", provider="replay", dataset="recorded",
        settings=f"folder = {t.path('ticks')}")).expect(0)
    pyarrow = readers.find("pyarrow")
    db = readers.find("duckdb").connect()
    columns = hold(t, db, "trades")
    found = arrow(t, "raw_market_data_trades")
    for column in ("ts", "ts_event", "ts_recv"):
        exact = found.column(column + "_ns")
        micros = found.column(column).cast(pyarrow.int64()).to_pylist()
        harness.equal([x and x // 1000 for x in exact.to_pylist()], micros)
        place = found.schema.get_field_index(column)
        found = found.set_column(place, column, exact)
    lake.from_arrow(db, found, columns)
    lake.compare(db, columns)


def test_the_same_job_twice_makes_no_version(t):
    path = lake.job(t, "delta")
    t.run("run", path).expect(0)
    before = lake.files(t.path("lake"), "")
    t.run("run", path).expect(0, out="up-to-date")
    harness.equal(lake.files(t.path("lake"), ""), before)


def test_a_restated_day_is_one_version_with_one_file_replaced(t):
    path = lake.job(t, "delta", symbols="AAA")
    t.run("run", path).expect(0)
    first = table(t).version()
    restate(t, path, 2)
    harness.equal(table(t).version(), first + 1)
    added = actions(log(t)[-1], "add")
    removed = actions(log(t)[-1], "remove")
    harness.equal([a["partitionValues"] for a in added + removed],
                  2 * [{"date": "2024-01-02", "symbol": "AAA"}])
    harness.true(check(t) < 3 * 1440, "a row was withdrawn")
    apps = actions(log(t)[-1], "txn")
    harness.equal(len(apps), 1)
    harness.equal(table(t).transaction_version(apps[0]["appId"]),
                  apps[0]["version"])


def test_each_of_fifty_versions_can_be_read_again(t):
    path = lake.job(t, "delta", symbols="AAA", start="2024-01-01",
                    end="2024-01-05", more=SHRINK)
    db = readers.find("duckdb").connect()
    t.run("run", path).expect(0)
    first = table(t).version()
    n = 50 if LONG else 11
    for i in range(n):
        columns = hold(t, db, name=f"held{i}")
        restate(t, path, 1 + i % 4, i + 1, "0.01")
    harness.equal(table(t).version(), first + n)
    checkpoints = [p for p in log(t) if p.endswith(".checkpoint.parquet")]
    harness.equal([int(os.path.basename(p)[:20]) for p in checkpoints],
                  list(range(10, first + n + 1, 10)))
    with open(t.path("lake", TABLE, "_delta_log", "_last_checkpoint"),
              encoding="utf-8") as file:
        harness.equal(json.load(file)["version"], (first + n) // 10 * 10)
    for i in range(n):
        lake.from_arrow(db, arrow(t, version=first + i), columns,
                        f"lake{i}")
        lake.compare(db, columns, f"held{i}", f"lake{i}")
    check(t)


def test_a_checkpoint_alone_carries_the_table(t):
    path = lake.job(t, "delta", symbols="AAA, BBB", more=SHRINK)
    t.run("run", path).expect(0)
    for i in range(10):
        restate(t, path, 1 + i % 3, i + 1, "0.01")
    last = table(t).version()
    for version in range(10):
        os.remove(t.path("lake", TABLE, "_delta_log", f"{version:020}.json"))
    check(t)
    made = table(t)
    harness.equal(made.metadata().partition_columns, ["date", "symbol"])
    harness.equal(made.metadata().name, TABLE)
    # Later runs go on from it.
    restate(t, path, 1, 77, "0.01")
    check(t)
    harness.equal(table(t).version(), last + 1)


def test_symbols_that_are_no_file_names_stay_apart(t):
    names = ["BRK/B", "..", "es", "ES", "a%b", "ü", "x=y", 'q"']
    t.run("run", lake.job(t, "delta", symbols=", ".join(names))).expect(0)
    check(t)
    harness.equal(sorted(set(arrow(t).column("symbol").to_pylist())),
                  sorted(names))


def test_two_jobs_write_one_table_at_once(t):
    jobs = [lake.job(t, "delta", symbols=f"S{i}", name=f"job{i}",
                     store=f"store{i}", file=f"job{i}.ini") for i in range(4)]
    running = [t.start("run", path) for path in jobs]
    for one in running:
        one.wait().expect(0)
    made = arrow(t)
    harness.equal(made.num_rows, 4 * 3 * 1440)
    harness.equal(len(set(made.column("symbol").to_pylist())), 4)
    # The engine may deliver a job in several batches.
    harness.true(table(t).version() >= 3, "a version a job at least")


def test_series_of_two_datasets_do_not_replace_each_other(t):
    first = lake.job(t, "delta", symbols="AAA", schema="ohlcv-1h",
                     keys="table = bars_{schema}", name="a", store="a",
                     file="a.ini", more=SHRINK)
    t.run("run", first).expect(0)
    other = glob.glob(t.path("lake", "bars_ohlcv-1h", "year=*", "*", "*"))[0]
    # As if another provider had delivered the same symbol.
    copy = other.replace(".fake,", ".else,")
    shutil.copy(other, copy)
    version = table(t, "bars_ohlcv-1h").version() + 1
    entry = actions(log(t, "bars_ohlcv-1h")[0], "add")[0]
    entry["path"] = os.path.relpath(copy, t.path("lake", "bars_ohlcv-1h"))
    entry["path"] = entry["path"].replace(",", "%2C")
    t.write(t.path("lake", "bars_ohlcv-1h", "_delta_log",
                   f"{version:020}.json"), json.dumps({"add": entry}) + "\n")
    restate(t, first, 2, rate="0.1")
    live = table(t, "bars_ohlcv-1h").file_uris()
    harness.equal(len([u for u in live if ".else" in u]), 1)
    harness.equal(len(live), 2)


def test_files_that_another_program_wrote_are_not_taken_for_ours(t):
    path = lake.job(t, "delta", symbols="AAA, es", more=SHRINK)
    t.run("run", path).expect(0)
    restate(t, path, 1)
    table(t).optimize.compact()
    deltalake, pyarrow = readers.find("deltalake", "pyarrow")
    rows = arrow(t)
    deltalake.write_deltalake(t.path("lake", TABLE), rows, mode="overwrite")
    result = t.run("run", path, "--refetch", "2024-01-02/2024-01-03", "--set",
                   "provider.revision=5", "--set", "provider.revise_rate=0.1")
    harness.true("another program" in result.out + result.err, str(result))
    harness.equal(arrow(t).num_rows, rows.num_rows)


def test_a_run_killed_at_any_time_leaves_each_row_once(t):
    path = lake.job(t, "delta")

    def revise(i):
        lake.job(t, "delta", settings=f"revision = {i + 1}\n"
                 "revise_rate = 0.01\nwithdraw_rate = 0.001",
                 more=SHRINK,
                 end=f"2024-01-{4 + i % 20:02}")

    def check_all():
        check(t)
        live = {os.path.relpath(f.replace("file://", ""), t.path("lake", TABLE))
                for f in table(t).file_uris()}
        known = {a["path"].replace("%2C", ",") for p in log(t)
                 if p.endswith(".json") for a in actions(p, "add")}
        found = set(lake.files(t.path("lake", TABLE)))
        found = {f for f in found if not f.startswith("_delta_log")}
        harness.equal(found - known, set(), "files that no version names")
        harness.true(len(live) <= len(found), "files of the table")

    lake.kill_often(t, path, 50 if LONG else 2, check_all, revise)


def test_a_damaged_log_is_refused_by_name(t):
    path = lake.job(t, "delta", symbols="AAA")
    t.run("run", path).expect(0)
    for text, said in (("{", "00000000000000000001.json"),
                       ('{"add":7}x\n', "00000000000000000001.json"),
                       ('{"protocol":{"minReaderVersion":3,'
                        '"minWriterVersion":7}}\n', "reader version 3")):
        t.write(t.path("lake", TABLE, "_delta_log", f"{1:020}.json"), text)
        result = t.run("run", path, "--refetch", "2024-01-02/2024-01-03",
                       "--set", "provider.revision=1", "--set",
                       "provider.revise_rate=0.1")
        harness.true(said in result.out + result.err, str(result))


def test_a_table_name_that_is_none_is_refused(t):
    for name in ("../x", "a/b", "_x", "{nonsense}"):
        result = t.run("run", lake.job(t, "delta", keys=f"table = {name}"))
        harness.true(result.status != 0, name)
        harness.true("table" in result.out + result.err, str(result))


harness.main()
