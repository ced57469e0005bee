# SPDX-License-Identifier: Apache-2.0
"""What a sink has against what the store has, by readers that are not ours."""
import os
import random
import time

import harness
import readers

JOB = """[job]
name = {name}
provider = {provider}
dataset = {dataset}
schema = {schema}
symbols = {symbols}
start = {start}
end = {end}
sinks = {sinks}

[provider]
{settings}

[store]
path = {store}

[sink:lake]
type = {type}
path = {path}
{keys}
{more}
"""

# What the columns of `export` are, by their names.
TIMES = {"ts", "ts_event", "ts_recv", "ts_ref", "_extracted_at"}
PRICES = {"open", "high", "low", "close", "price", "bid", "ask"}
DOUBLES = {"volume", "vwap", "size", "bid_size", "ask_size"}
TEXTS = {"symbol", "venue", "contract", "id", "side", "conditions", "tape",
         "action", "bid_venue", "ask_venue", "source_provider",
         "_ingestion_id"}


def job(t, type, symbols="AAA, BBB", schema="ohlcv-1m", start="2024-01-01",
        end="2024-01-04", provider="fake", dataset="made-up", settings="",
        keys="", more="", name="made", path="lake", store="store",
        sinks="lake", file="made.ini"):
    return t.write(file, JOB.format(
        name=name, type=type, symbols=symbols, schema=schema, start=start,
        end=end, provider=provider, dataset=dataset, settings=settings,
        keys=keys, more=more, path=t.path(path), store=t.path(store),
        sinks=sinks))


def type_of(column, doubles=False):
    if column in PRICES:
        return "DOUBLE" if doubles else "DECIMAL(18,9)"
    if column in DOUBLES:
        return "DOUBLE"
    if column in TEXTS:
        return "VARCHAR"
    return "BOOLEAN" if column == "is_mock" else "BIGINT"


def from_store(t, db, schema="ohlcv-1m", store="store", doubles=False,
               name="held"):
    """The store's rows as the table `name`: times in ns, flags left out."""
    path = t.path(f"{name}.csv")
    t.run("export", "--store", t.path(store), "--schema", schema, "--format",
          "csv", "--time", "ns", "--lineage", "-o", path).expect(0)
    with open(path, encoding="utf-8") as file:
        header = file.readline().rstrip("\n").split(",")
    columns = ", ".join(f"'{c}': '{type_of(c, doubles)}'"
                        if c != "flags" else "'flags': 'VARCHAR'"
                        for c in header)
    db.execute(f"create or replace table {name} as select"
               f" * exclude (flags) from read_csv('{path}', header=true,"
               f" columns={{{columns}}}, nullstr='',"
               " quote='\"', escape='\"')")
    return [c for c in header if c != "flags"]


def from_arrow(db, table, columns, name="lake"):
    """An Arrow table as the table `name`: times in ns."""
    pyarrow = readers.find("pyarrow")
    made = {}
    for column in columns:
        values = table.column(column)
        if pyarrow.types.is_timestamp(values.type):
            unit = 1000 if values.type.unit == "us" else 1
            harness.equal(values.type.tz, "UTC", column)
            values = pyarrow.compute.multiply(
                values.cast(pyarrow.int64()), unit)
        if pyarrow.types.is_dictionary(values.type):
            values = values.cast(pyarrow.string())
        made[column] = values
    db.register("arriving", pyarrow.table(made))
    db.execute(f"create or replace table {name} as select * from arriving")
    db.unregister("arriving")


def cut_origin(db, name="held"):
    """The time of extraction has microseconds in such outputs."""
    db.execute(f"update {name} set _extracted_at ="
               " _extracted_at - _extracted_at % 1000")


def compare(db, columns, a="held", b="lake"):
    """Same rows, each as often; same types."""
    types = {}
    for table in (a, b):
        types[table] = {row[0]: row[1] for row in db.execute(
            f"describe {table}").fetchall() if row[0] in columns}
    harness.equal(types[b], types[a], "types")
    names = ", ".join(columns)
    for x, y in ((a, b), (b, a)):
        rows = db.execute(
            f"select {names} from {x} except all select {names} from {y}"
            " order by all limit 3").fetchall()
        harness.equal(rows, [], f"rows of {x} that {y} lacks")
    n = db.execute(f"select count(*) from {a}").fetchone()[0]
    harness.true(n > 0, "there are rows")
    return n


def files(path, ending=".parquet"):
    """Files that readers see, with inode, size and time."""
    found = {}
    for root, folders, names in os.walk(path):
        folders[:] = [d for d in folders if not d.startswith("_mdcore")]
        for name in names:
            full = os.path.join(root, name)
            info = os.stat(full)
            if name.endswith(ending):
                found[os.path.relpath(full, path)] = (
                    info.st_ino, info.st_size, info.st_mtime_ns)
    return found


def kill_often(t, path, times, check, revise=None):
    """Runs the job and kills it after random times, until it is done."""
    seed = int(os.environ.get("MDCORE_TEST_SEED", "0")) or time.time_ns()
    print("# seed", seed)
    rand = random.Random(seed)
    start = time.monotonic()
    t.run("run", path).expect(0)
    whole = time.monotonic() - start
    check()
    for i in range(times):
        revise(i)
        running = t.start("run", path)
        time.sleep(rand.random() * whole)
        running.kill().wait()
        t.run("run", path, timeout=300).expect(0)
        check()
