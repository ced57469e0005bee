# SPDX-License-Identifier: Apache-2.0
"""Writes the rows of a CSV data set as CSV again: with pyarrow, with DuckDB.

    csv_peers.py FOLDER OUT -> {"rows": n, "pyarrow": seconds, "duckdb": ...}

Reading and types are not timed, only the writers' own work and the fsync.
"""
import json
import os
import sys
import time

import duckdb
import pyarrow.csv


def timed(write, path):
    started = time.monotonic()
    write(path)
    with open(path, "rb+") as file:
        os.fsync(file.fileno())
    seconds = time.monotonic() - started
    os.remove(path)
    return seconds


def main(folder, out):
    con = duckdb.connect(config={"threads": 1})
    con.execute("CREATE TABLE bars AS SELECT * FROM read_csv("
                f"'{folder}/**/*.csv', hive_partitioning = false)")
    table = con.execute("SELECT * FROM bars").fetch_arrow_table()
    print(json.dumps({
        "rows": table.num_rows,
        "pyarrow": timed(lambda p: pyarrow.csv.write_csv(table, p), out),
        "duckdb": timed(lambda p: con.execute(f"COPY bars TO '{p}' (HEADER)"),
                        out)}))


main(*sys.argv[1:])
