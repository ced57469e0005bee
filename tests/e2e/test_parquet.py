# SPDX-License-Identifier: Apache-2.0
"""The parquet sink: what readers find is what the store holds, whatever
happened in between."""
import fcntl
import glob
import gzip
import os
import shutil
import struct

import harness
import lake
import readers

F_OFD_SETLK = 37
LONG = bool(os.environ.get("MDCORE_TEST_LONG"))


def read(t, path="lake"):
    dataset = readers.find("pyarrow.dataset")
    return dataset.dataset(t.path(path), format="parquet", partitioning="hive",
                           exclude_invalid_files=False).to_table()


def check(t, schema="ohlcv-1m", doubles=False, path="lake", store="store",
          micros=False):
    """pyarrow and DuckDB both find the store's rows; returns how many."""
    duckdb = readers.find("duckdb")
    db = duckdb.connect()
    columns = lake.from_store(t, db, schema, store, doubles)
    if micros:
        lake.cut_origin(db)
    lake.from_arrow(db, read(t, path), columns)
    rows = lake.compare(db, columns)
    found = db.execute(
        f"select count(*), count(distinct (epoch_us(ts), symbol)) from"
        f" read_parquet('{t.path(path)}/**/*.parquet',"
        " hive_partitioning = true)").fetchone()
    held = db.execute("select count(*), count(distinct (ts // 1000, symbol))"
                      " from held").fetchone()
    harness.equal(found, held, "rows and times that DuckDB sees")
    return rows


def test_bars_arrive_row_for_row_and_type_for_type(t):
    t.run("run", lake.job(t, "parquet")).expect(0, out="sink lake")
    harness.equal(check(t), 2 * 3 * 1440)
    harness.equal(sorted(lake.files(t.path("lake")))[0],
                  "provider=fake/dataset=made-up/schema=ohlcv-1m/symbol=AAA/"
                  "date=2024-01-01/part-00000.AAA.parquet")


def test_real_trades_and_quotes_arrive_to_the_nanosecond(t):
    names = {"trades": "BTCUSDT.binance-usdm.20240808",
             "quotes": "ETHUSDT.binance-usdm.20240808"}
    os.makedirs(t.path("ticks"))
    for schema, name in names.items():
        shutil.copy(t.shared("vectors", "real", "ticks",
                             f"{name}.{schema}.csv.gz"), t.path("ticks"))
    for schema, name in names.items():
        path = lake.job(t, "parquet", symbols=name, schema=schema,
                        start="2024-08-08", end="2024-08-10",
                        provider="replay", dataset="recorded",
                        settings=f"folder = {t.path('ticks')}", name=schema,
                        path=schema)
        t.run("run", path).expect(0)
        check(t, schema, path=schema)


def test_the_same_job_twice_touches_no_file(t):
    path = lake.job(t, "parquet")
    t.run("run", path).expect(0)
    before = lake.files(t.path("lake"), "")
    t.run("run", path).expect(0, out="up-to-date")
    harness.equal(lake.files(t.path("lake"), ""), before)


def test_a_restated_day_replaces_one_file(t):
    path = lake.job(t, "parquet", symbols="AAA")
    t.run("run", path).expect(0)
    before = lake.files(t.path("lake"))
    t.run("run", path, "--refetch", "2024-01-02/2024-01-03", "--set",
          "provider.revision=1", "--set", "provider.revise_rate=0.001",
          "--set", "provider.withdraw_rate=0.001").expect(0)
    after = lake.files(t.path("lake"))
    harness.equal([n for n in after if after[n] != before.get(n)],
                  [n for n in before if "date=2024-01-02" in n])
    harness.equal(sorted(after), sorted(before))
    harness.true(check(t) < 3 * 1440, "a row was withdrawn")


def test_a_day_of_which_all_rows_went_has_no_file(t):
    path = lake.job(t, "parquet", symbols="AAA",
                    settings="", more="[quality]\nmax_shrink = 1\n")
    t.run("run", path).expect(0)
    t.run("run", path, "--refetch", "2024-01-02/2024-01-03", "--set",
          "provider.revision=1", "--set",
          "provider.withdraw_rate=1").expect(None)
    check(t)
    harness.equal([n for n in lake.files(t.path("lake"))
                   if "date=2024-01-02" in n], [])


def test_symbols_that_are_no_file_names_stay_apart(t):
    names = ["BRK/B", "..", "es", "ES", "a%b", "ü", "x=y", "."]
    t.run("run", lake.job(t, "parquet", symbols=", ".join(names))).expect(0)
    check(t)
    harness.equal(sorted(set(read(t).column("symbol").to_pylist())),
                  sorted(names))
    folders = glob.glob(t.path("lake", "provider=*/dataset=*/schema=*/*"))
    harness.equal(len({f.lower() for f in folders}), len(names))


def test_prices_may_be_doubles_and_times_microseconds(t):
    t.run("run", lake.job(t, "parquet", keys="prices = double\ntime = us")
          ).expect(0)
    check(t, doubles=True, micros=True)
    harness.equal(str(read(t).schema.field("ts").type), "timestamp[us, tz=UTC]")


def test_ticks_in_microseconds_keep_their_nanoseconds_beside(t):
    t.run("run", lake.job(t, "parquet", schema="trades", symbols="AAA",
                          end="2024-01-02", keys="time = us")).expect(0)
    duckdb = readers.find("duckdb")
    db = duckdb.connect()
    lake.from_store(t, db, "trades")
    table = read(t)
    db.register("lake", table)
    rows = db.execute(
        "select count(*), count(*) filter (ts_ns // 1000 <> epoch_us(ts)),"
        " (select count(*) from (select ts_ns from lake except all"
        " select ts from held)) from lake").fetchone()
    harness.equal(rows, (table.num_rows, 0, 0))


def test_files_are_cut_as_the_job_says(t):
    for choice, folder, n in (("month", "month=2024-01", 2),
                              ("year", "year=2024", 2), ("none", "", 2)):
        t.run("run", lake.job(t, "parquet", name=choice, path=choice,
                              keys=f"partition = {choice}")).expect(0)
        check(t, path=choice)
        found = lake.files(t.path(choice))
        harness.equal(len(found), n)
        harness.true(all(folder in f for f in found), choice)


def test_symbols_may_share_a_folder(t):
    keys = "partition_symbol = no"
    path = lake.job(t, "parquet", keys=keys)
    t.run("run", path).expect(0)
    check(t)
    harness.equal(len(glob.glob(t.path("lake", "*/*/*/date=2024-01-02/*"))), 2)
    t.run("run", path, "--refetch", "2024-01-02/2024-01-03", "--set",
          "provider.revision=1", "--set", "provider.revise_rate=0.01"
          ).expect(0)
    check(t)


def test_a_price_beyond_the_decimal_is_refused_by_name(t):
    t.write("ticks/BIG.trades.csv.gz", gzip.compress(
        b"ts_ns_utc,price,size,aggressor,trade_id,recv_ts_ns\n"
        b"1704067200000000000,1234567890.5,1,buy,1,1704067200000000000\n"))
    settings = f"folder = {t.path('ticks')}"
    path = lake.job(t, "parquet", symbols="BIG", schema="trades",
                    provider="replay", dataset="recorded", settings=settings)
    result = t.run("run", path)
    harness.true(result.status != 0, "it failed")
    for text in ("price of BIG at 2024-01-01T00:00:00Z is 1234567890.5",
                 "prices = double"):
        harness.true(text in result.out + result.err, str(result))
    t.run("run", lake.job(t, "parquet", symbols="BIG", schema="trades",
                          provider="replay", dataset="recorded",
                          settings=settings, keys="prices = double")).expect(0)
    harness.equal(read(t).column("price").to_pylist(), [1234567890.5])


def test_export_makes_one_file_for_notebooks(t):
    t.run("run", lake.job(t, "parquet")).expect(0)
    parquet, duckdb = readers.find("pyarrow.parquet", "duckdb")
    for options, doubles in (((), True), (("--prices", "decimal"), False)):
        t.run("export", "--store", t.path("store"), "--format", "parquet",
              "-o", t.path("out.parquet"), *options).expect(
                  0, err="8,640 rows of 2 series")
        db = duckdb.connect()
        columns = lake.from_store(t, db, doubles=doubles)
        lake.from_arrow(db, parquet.read_table(t.path("out.parquet")), columns)
        lake.compare(db, columns)
    t.run("export", "--store", t.path("store"), "--symbol", "AAA", "--from",
          "2024-01-02", "--to", "2024-01-03", "--format", "parquet", "-o",
          t.path("out.parquet")).expect(0)
    harness.equal(parquet.read_metadata(t.path("out.parquet")).num_rows, 1440)
    t.run("export", "--store", t.path("store"), "--symbol", "AAA", "--from",
          "2030-01-02", "--format", "parquet", "-o",
          t.path("none.parquet")).expect(0)
    none = parquet.read_table(t.path("none.parquet"))
    harness.equal((none.num_rows, "symbol" in none.column_names), (0, True))
    t.run("export", "--store", t.path("store"), "--format",
          "parquet").expect(2, err="-o PATH")
    t.run("export", "--store", t.path("store"), "--format", "parquet", "-o",
          t.path("no", "such", "folder.parquet")).expect(1, err="no/such")
    harness.equal([n for n in os.listdir(t.dir) if n.endswith(".part")], [])


def test_a_second_run_leaves_the_first_ones_files_alone(t):
    path = lake.job(t, "parquet")
    t.run("run", path).expect(0)
    feed = glob.glob(t.path("lake", "_mdcore", "*"))[0]
    staged = os.path.join(feed, "staged", "7.part")
    t.write(staged, "of a run that goes on")
    with open(os.path.join(feed, "lock"), "r+b") as file:
        fcntl.fcntl(file, F_OFD_SETLK, struct.pack(
            "hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
        t.run("run", path).expect(0, out="up-to-date")
        harness.true(os.path.exists(staged), "it is still there")
        lake.job(t, "parquet", end="2024-01-05")
        result = t.run("run", path)
        harness.true("another run delivers" in result.out + result.err,
                     str(result))
        harness.true(os.path.exists(staged), "it is still there")
    t.run("run", path).expect(0)
    check(t)
    harness.true(not os.path.exists(staged), "it is cleaned up")


def test_a_run_killed_at_any_time_leaves_each_row_once(t):
    path = lake.job(t, "parquet")

    def revise(i):
        lake.job(t, "parquet", settings=f"revision = {i + 1}\n"
                 "revise_rate = 0.01\nwithdraw_rate = 0.001",
                 more="[quality]\nmax_shrink = 1\n", file="made.ini",
                 end=f"2024-01-{4 + i % 20:02}")

    lake.kill_often(t, path, 50 if LONG else 2, lambda: check(t), revise)


def test_a_batch_that_was_interrupted_is_finished(t):
    path = lake.job(t, "parquet", symbols="AAA")
    t.run("run", path).expect(0)
    feed = glob.glob(t.path("lake", "_mdcore", "*"))[0]
    name = [n for n in lake.files(t.path("lake")) if "2024-01-02" in n][0]
    os.rename(t.path("lake", name), os.path.join(feed, "staged", "7.part"))
    with open(os.path.join(feed, "progress"), encoding="utf-8") as file:
        progress = file.read().strip()
    gone = name.replace("part-00000", "part-00001")
    for _ in range(2):
        t.write(t.path("lake", gone), "replaced")
        t.write(os.path.join(feed, "journal"), "mdcore journal 1\n"
                f"progress {progress}\nmove 7.part\t{name}\n"
                f"remove {gone}\nend\n")
        t.run("run", path, "--refetch", "2024-01-03/2024-01-04").expect(0)
        check(t)
        harness.true(not os.path.exists(os.path.join(feed, "journal")),
                     "the journal is done")


def test_a_damaged_journal_is_not_followed(t):
    path = lake.job(t, "parquet", symbols="AAA")
    t.run("run", path).expect(0)
    feed = glob.glob(t.path("lake", "_mdcore", "*"))[0]
    for text in ("", "mdcore journal 1\n", "mdcore journal 1\nmove x\nend\n",
                 "mdcore journal 1\nremove ../held.csv\nend\n",
                 "mdcore journal 1\nmove ../x\ty/z\nend\n",
                 "mdcore journal 1\nremove /etc/passwd\nend\n"):
        t.write(os.path.join(feed, "journal"), text)
        result = t.run("run", path, "--refetch", "2024-01-03/2024-01-04")
        harness.true(result.status != 0, "it failed")
        harness.true("damaged" in result.out + result.err, str(result))


harness.main()
