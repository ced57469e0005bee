# SPDX-License-Identifier: Apache-2.0
"""docs/your-data.md is true: every snippet is run as it stands there."""
import os
import re

import harness
import postgres_cluster
import readers

ROWS = 3 * 1440


def blocks(language):
    path = os.path.join(harness.SOURCE, "docs", "your-data.md")
    with open(path, encoding="utf-8") as file:
        return re.findall(rf"```{language}\n(.*?)```", file.read(), re.S)


def snippet(word):
    found = [b for b in blocks("python") if word in b]
    harness.equal(len(found), 1, f"snippets with {word!r}")
    return found[0]


def filled(t, *more):
    """The page's job, run where it says, with other sinks beside it."""
    text = blocks("ini")[0]
    for name, lines in more:
        text = text.replace("sinks = lake", f"sinks = lake, {name}")
        text += f"\n[sink:{name}]\n{lines}\n"
    t.write("coins.ini", text)
    t.run("run", "coins.ini", cwd=t.path("")).expect(0)


def bars(t, word):
    """What a snippet calls bars."""
    names, here = {}, os.getcwd()
    os.chdir(t.path(""))
    try:
        exec(snippet(word), names)
    finally:
        os.chdir(here)
    return names["bars"]


def test_pandas_reads_the_lake(t):
    readers.find("pandas", "pyarrow")
    filled(t)
    found = bars(t, "filters=[(\"symbol\", \"==\"")
    harness.equal(len(found), ROWS)
    harness.equal(str(found.index[0]), "2024-01-01 00:00:00+00:00")


def test_polars_reads_the_lake(t):
    readers.find("polars")
    filled(t)
    harness.equal(len(bars(t, "polars")), ROWS)


def test_duckdb_reads_the_lake(t):
    readers.find("duckdb", "pandas")
    filled(t)
    found = bars(t, "duckdb")
    harness.equal(len(found), ROWS)
    harness.equal(list(found.columns), ["ts", "symbol", "close"])


def test_deltalake_reads_the_table(t):
    readers.find("deltalake", "pandas", "pyarrow")
    filled(t, ("table", "type = delta\npath = data/delta"))
    harness.equal(len(bars(t, "deltalake")), ROWS)


def test_pandas_reads_an_exported_file(t):
    readers.find("pandas", "pyarrow")
    filled(t)
    command = [b for b in blocks("sh") if "export" in b][0].split()
    t.run(*command[1:], cwd=t.path("")).expect(0)
    harness.equal(len(bars(t, "coins.parquet")), ROWS)


def test_psql_reads_the_view(t):
    cluster = postgres_cluster.Cluster()
    try:
        filled(t, ("db", "type = postgres\nconninfo = "
                   + cluster.conninfo()))
        harness.equal(len(cluster.rows(blocks("sql")[0])), ROWS)
    finally:
        cluster.remove()


harness.main()
