# SPDX-License-Identifier: Apache-2.0
"""The Parquet writer against readers that are not ours: what pyarrow and
DuckDB read is what was laid out, value for value and type for type."""
import decimal
import math
import os
import random
import struct
import subprocess

import harness
import readers

MAKE = os.path.join(os.environ.get("MDCORE_TEST_BUILD", "build-test"),
                    "tests", "unit", "parquet-make")
PAGE = 32768  # rows


class Column:
    """values: a list in which None is null."""

    def __init__(self, name, kind, values, shape="rows"):
        self.name, self.kind, self.values = name, kind, values
        self.shape = shape

    def texts(self):
        if self.shape == "dictionary":
            return sorted({v for v in self.values if v is not None})
        if self.shape == "constant":
            return self.values[:1]
        return [v or "" for v in self.values]

    def count(self):
        if self.kind == "text":
            return len(self.texts())
        return 1 if self.shape == "constant" else len(self.values)

    def has_nulls(self):
        return None in self.values and self.shape != "absent"

    def line(self):
        return (f"{self.name} {self.kind} {self.shape} "
                f"{int(self.has_nulls())} {self.count()}\n")

    def data(self):
        if self.shape == "absent":
            return b""
        out = bytes(v is not None for v in self.values) \
            if self.has_nulls() else b""
        values = self.values[:self.count()]
        if self.kind == "f64":
            return out + struct.pack(f"{len(values)}d",
                                     *[0.0 if v is None else v
                                       for v in values])
        if self.kind != "text":
            return out + struct.pack(f"{len(values)}q",
                                     *[v or 0 for v in values])
        texts = [t.encode() for t in self.texts()]
        offsets, at = [0], 0
        for text in texts:
            at += len(text)
            offsets.append(at)
        out += struct.pack(f"{len(offsets)}q", *offsets) + b"".join(texts)
        if self.shape == "dictionary":
            place = {t: i for i, t in enumerate(self.texts())}
            out += struct.pack(f"{len(self.values)}i",
                               *[place.get(v, -1) for v in self.values])
        return out


def make(t, columns, batch=5000, level=1, group=1 << 30):
    rows = len(columns[0].values)
    head = f"rows {rows} batch {batch} level {level} group {group}\n"
    t.write("columns", (head + "".join(c.line() for c in columns)
                        + "\n").encode() + b"".join(c.data() for c in columns))
    path = t.path("out.parquet")
    subprocess.run([MAKE, t.path("columns"), path], check=True,
                   env=dict(t.env), timeout=120)
    return path


def as_read(pyarrow, table, name):
    """A column as the integers, doubles and texts that were laid out."""
    column = table.column(name)
    kind = str(column.type)
    if kind.startswith("timestamp"):
        column = column.cast(pyarrow.int64())
    values = column.to_pylist()
    if kind.startswith("decimal"):
        return [v if v is None else int(v.scaleb(9)) for v in values]
    return values


def check(t, columns, **options):
    """Both readers see the columns; returns the path."""
    pyarrow, parquet, duckdb = readers.find("pyarrow", "pyarrow.parquet",
                                            "duckdb")
    path = make(t, columns, **options)
    table = parquet.read_table(path, page_checksum_verification=False)
    for column in columns:
        harness.equal(as_read(pyarrow, table, column.name), column.values,
                column.name)
    db = duckdb.connect()
    expected = pyarrow.table({n: table.column(n) for n in table.column_names})
    # Files of pyarrow's own, so that both sides come from a file.
    parquet.write_table(expected, t.path("theirs.parquet"))
    for a, b in (("out", "theirs"), ("theirs", "out")):
        n = db.execute(
            f"select count(*) from (select * from '{t.path(a)}.parquet'"
            f" except all select * from '{t.path(b)}.parquet')").fetchone()
        harness.equal(n, (0,), f"rows of {a} that {b} lacks")
    return path


def walk(n, seed, step=100):
    rand, at, out = random.Random(seed), 10 ** 11, []
    for _ in range(n):
        at += rand.randint(-step, step) * 10 ** 7
        out.append(at)
    return out


def holes(values, seed, share=0.3):
    rand = random.Random(seed)
    return [None if rand.random() < share else v for v in values]


START = 1700000000 * 10 ** 9


def kinds_of(n, seed=1):
    rand = random.Random(seed)
    return [
        Column("ts", "ns", [START + i * 10 ** 9 + rand.randrange(10 ** 6)
                            for i in range(n)]),
        Column("price", "decimal", walk(n, seed)),
        Column("size", "f64", [rand.randint(1, 900) / 4 for _ in range(n)]),
        Column("vwap", "f64", [rand.random() * 1000 for _ in range(n)]),
        Column("venue", "text", [rand.choice(["XNAS", "ARCX", "Ωß", ""])
                                 for _ in range(n)], "dictionary"),
        Column("id", "text", [f"{seed}-{i}" for i in range(n)]),
        Column("flags", "i32", [rand.choice([0, 0, 0, 4])
                                for _ in range(n)]),
        Column("mock", "bool", [rand.random() < 0.5 for _ in range(n)]),
        Column("depth", "i64", [None] * n, "absent"),
        Column("provider", "text", ["fake"] * n, "constant"),
    ]


def test_every_kind_arrives_in_both_readers(t):
    check(t, kinds_of(3000))


def test_pages_and_row_groups_end_in_the_middle_of_batches(t):
    check(t, kinds_of(2 * PAGE + 17), batch=10007, group=1)


def test_a_file_may_hold_no_rows_or_one(t):
    pyarrow, parquet = readers.find("pyarrow", "pyarrow.parquet")
    path = make(t, [Column("ts", "ns", []), Column("x", "i64", [])])
    harness.equal(parquet.read_table(path).num_rows, 0)
    check(t, kinds_of(1))


def test_nulls_stand_where_they_were(t):
    n = PAGE + 5000
    columns = [Column("ts", "ns", list(range(n)))]
    for i, c in enumerate(kinds_of(n)):
        if c.shape in ("rows", "dictionary"):
            columns.append(Column("h_" + c.name, c.kind,
                                  holes(c.values, i), c.shape))
    # A first null late in a page, one page of nulls alone, one without.
    columns.append(Column("late", "i64", [i if i < n - 1 else None
                                          for i in range(n)]))
    columns.append(Column("half", "i64", [None if i < PAGE else i
                                          for i in range(n)]))
    check(t, columns)


def test_integers_of_all_widths_and_signs_survive(t):
    rand = random.Random(7)
    edges = [0, 1, -1, 2 ** 63 - 1, -2 ** 63, 2 ** 62, -2 ** 62]
    columns = [Column("ts", "ns", list(range(5000))),
               Column("edges", "i64", [rand.choice(edges)
                                       for _ in range(5000)])]
    for width in range(1, 64, 3):
        columns.append(Column(f"w{width}", "i64", [
            rand.getrandbits(width) for _ in range(5000)]))
    check(t, columns)


def test_a_decimal_may_have_eighteen_digits(t):
    most = 10 ** 18 - 1
    check(t, [Column("p", "decimal", [most, -most, 0, 1, -1, None])])


def test_doubles_arrive_bit_for_bit(t):
    pyarrow, parquet = readers.find("pyarrow", "pyarrow.parquet")
    values = [0.0, -0.0, 5e-324, 1.7976931348623157e308, -1e-300, math.pi,
              math.inf, -math.inf, math.nan]
    path = make(t, [Column("x", "f64", values)])
    read = parquet.read_table(path).column("x").to_pylist()
    harness.equal(struct.pack("9d", *read), struct.pack("9d", *values))


def test_a_dictionary_that_grows_too_large_is_given_up(t):
    rand = random.Random(3)
    n = 5 * PAGE
    # Few values at first, so that a dictionary is begun.
    late = [i % 7 if i < PAGE else rand.getrandbits(40) for i in range(n)]
    check(t, [Column("late", "i64", late),
              Column("word", "text", [f"{v:x}" for v in late]),
              Column("x", "f64", [float(v) for v in late])])


def test_long_texts_have_no_bounds_and_all_their_bytes(t):
    parquet = readers.find("pyarrow.parquet")
    path = check(t, [Column("x", "text", ["a" * 5000, "é" * 70, "", None])])
    statistics = parquet.read_metadata(path).row_group(0).column(0).statistics
    harness.equal(statistics.has_min_max, False)
    harness.equal(statistics.null_count, 1)


def test_types_are_what_readers_should_take_them_for(t):
    parquet, duckdb = readers.find("pyarrow.parquet", "duckdb")
    path = make(t, kinds_of(10) + [Column("us", "us", list(range(10)))])
    schema = parquet.read_schema(path)
    harness.equal({n: str(schema.field(n).type) for n in schema.names}, {
        "ts": "timestamp[ns, tz=UTC]", "price": "decimal128(18, 9)",
        "size": "double", "vwap": "double", "venue": "string",
        "id": "string", "flags": "int32", "mock": "bool", "depth": "int64",
        "provider": "string", "us": "timestamp[us, tz=UTC]"})
    harness.equal([schema.field(n).nullable for n in ("ts", "price", "depth")],
            [False, False, True])
    types = dict(row[:2] for row in duckdb.connect().execute(
        f"describe select * from '{path}'").fetchall())
    harness.equal([types[n] for n in ("price", "us", "size", "venue", "mock")],
            ["DECIMAL(18,9)", "TIMESTAMP WITH TIME ZONE", "DOUBLE",
             "VARCHAR", "BOOLEAN"])


def test_statistics_and_metadata_are_true(t):
    parquet, duckdb = readers.find("pyarrow.parquet", "duckdb")
    n = 3 * PAGE
    columns = kinds_of(n) + [Column("gaps", "i64", holes(range(n), 5))]
    path = make(t, columns, group=1)
    data = parquet.read_metadata(path)
    harness.equal((data.num_rows, data.num_row_groups), (n, 3))
    harness.equal(data.metadata, {b"made.by": b"a test", b"empty": b""})
    harness.equal(data.created_by, "mdcore version 0.1.0")
    for group in range(3):
        rows = slice(group * PAGE, (group + 1) * PAGE)
        for i, column in enumerate(columns):
            held = data.row_group(group).column(i)
            values = [v for v in column.values[rows] if v is not None]
            harness.equal(held.statistics.null_count, PAGE - len(values))
            if column.kind in ("i64", "text", "f64") and values:
                harness.equal((held.statistics.min, held.statistics.max),
                        (min(values), max(values)), column.name)
    held = duckdb.connect().execute(
        f"select stats_min_value, stats_max_value from"
        f" parquet_metadata('{path}') where path_in_schema = 'price'"
        " and row_group_id = 0").fetchone()
    prices = columns[1].values[:PAGE]
    harness.equal([decimal.Decimal(v) for v in held], [
        decimal.Decimal(v).scaleb(-9) for v in (min(prices), max(prices))])
    ts = parquet.read_table(path, columns=["ts"], filters=[
        ("gaps", "<", PAGE)])
    harness.true(0 < ts.num_rows < PAGE, "rows by the other column's bounds")


def test_the_page_index_leads_to_the_right_rows(t):
    parquet, duckdb = readers.find("pyarrow.parquet", "duckdb")
    n = 4 * PAGE
    path = make(t, [Column("ts", "i64", [3 * i for i in range(n)]),
                    Column("x", "i64", holes(range(n), 2))])
    chunk = parquet.read_metadata(path).row_group(0).column(0)
    harness.equal((chunk.has_column_index, chunk.has_offset_index), (True, True))
    for at in (0, PAGE - 1, PAGE, 2 * PAGE + 5, n - 1):
        found = parquet.read_table(path, filters=[("ts", "==", 3 * at)])
        harness.equal(found.column("ts").to_pylist(), [3 * at])
        harness.equal(duckdb.connect().execute(
            f"select ts from '{path}' where ts = {3 * at}").fetchall(),
            [(3 * at,)])


def test_damage_on_the_disk_is_noticed_by_readers(t):
    parquet = readers.find("pyarrow.parquet")
    path = make(t, [Column("x", "i64", walk(20000, 9))])
    with open(path, "r+b") as file:
        file.seek(os.path.getsize(path) // 3)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 0x10]))
    try:
        parquet.read_table(path)
    except OSError:
        return
    raise AssertionError("read without a word")


harness.main()
