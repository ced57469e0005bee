# SPDX-License-Identifier: Apache-2.0
"""The postgres sink against a server of the test's own."""
import os
import random
import time

import harness
import postgres_cluster

JOB = """[job]
name = to-database
provider = fake
dataset = made-up
schema = {schema}
symbols = {symbols}
start = {start}
end = {end}
sinks = {sinks}

[provider]
{provider}

[retry]
max_retries = 1
base = 5ms

[quality]
max_shrink = 0.5

[store]
path = {store}

[sink:db]
type = postgres
conninfo = {conninfo}
{keys}
"""


def with_cluster(test):
    """One server a test; gone afterwards whatever happened."""
    def run(t):
        cluster = postgres_cluster.Cluster()
        try:
            test(t, cluster)
        finally:
            cluster.remove()
    return run


def job(t, cluster, name="job.ini", schema="ohlcv-1m", symbols="ACME, BOLT",
        start="2024-01-30", end="2024-02-03", sinks="db", provider="",
        keys="", conninfo=None, more=""):
    return t.write(name, JOB.format(
        schema=schema, symbols=symbols, start=start, end=end, sinks=sinks,
        provider=provider, store=t.path("store"), keys=keys,
        conninfo=conninfo or cluster.conninfo()) + more)


def exported(t, columns, schema="ohlcv-1m"):
    lines = t.run("export", "--store", t.path("store"), "--schema", schema,
                  "--format", "csv", "--time", "ns").expect(0).lines()
    header = lines[0].split(",")
    places = [header.index(c) for c in columns]
    return sorted([line.split(",")[p] for p in places] for line in lines[1:])


NS = "(extract(epoch FROM {0}) * 1000000)::bigint * 1000"


def bars(cluster, table="ohlcv_1m", scale=""):
    prices = ", ".join(f"trim_scale({p}{scale})::text"
                       for p in ("open", "high", "low", "close"))
    return sorted(cluster.rows(
        f"SELECT symbol, {NS.format('ts')}, {prices}, volume, trades "
        f"FROM mdcore.{table}"))


BAR = ("symbol", "ts", "open", "high", "low", "close", "volume", "trades")


@with_cluster
def test_bars_are_the_rows_of_the_store(t, cluster):
    t.run("run", job(t, cluster)).expect(0, out="sink db (postgres)")
    harness.equal(bars(cluster), exported(t, BAR))
    harness.equal(cluster.rows(
        "SELECT DISTINCT source_provider, is_mock FROM mdcore.ohlcv_1m"),
        [["fake", "t"]])
    harness.equal(cluster.rows(
        "SELECT relname FROM pg_class WHERE relname ~ '^ohlcv_1m_2' "
        "AND relkind = 'r' ORDER BY 1"),
        [["ohlcv_1m_202401"], ["ohlcv_1m_202402"]])


@with_cluster
def test_the_lineage_of_a_row_leads_to_its_run(t, cluster):
    path = job(t, cluster)
    t.run("run", path).expect(0)
    found = cluster.rows("SELECT DISTINCT _ingestion_id FROM mdcore.ohlcv_1m")
    for [ingestion] in found:
        t.run("lineage", ingestion, "--store",
              t.path("store")).expect(0, out="ACME" if len(found) == 1 else ())
    harness.equal(cluster.one("SELECT count(*) FROM mdcore.ohlcv_1m WHERE "
                              "_extracted_at IS NULL"), "0")
    harness.equal(cluster.rows("SELECT name FROM mdcore.providers"),
                  [["fake"]])
    harness.equal(cluster.rows("SELECT symbol FROM mdcore.instruments "
                               "WHERE last_seen IS NOT NULL ORDER BY 1"),
                  [["ACME"], ["BOLT"]])


@with_cluster
def test_ticks_keep_their_nanoseconds_and_their_repetitions(t, cluster):
    path = job(t, cluster, schema="trades", start="2024-01-30",
               end="2024-01-30T02:00:00Z", provider="duplicate_rate = 0.05")
    t.run("run", path).expect(0)
    mine = sorted(cluster.rows(
        f"SELECT symbol, {NS.format('ts')} + ts_ns, "
        "trim_scale(price)::text, size, side FROM mdcore.trades"))
    harness.equal(mine, exported(t, ("symbol", "ts", "price", "size", "side"),
                                 "trades"))
    harness.true(len(mine) > 100, str(len(mine)))


@with_cluster
def test_the_same_job_twice_writes_no_row(t, cluster):
    path = job(t, cluster)
    t.run("run", path).expect(0)
    before = cluster.written()
    t.run("run", path).expect(0)
    harness.equal(cluster.written(), before)


@with_cluster
def test_only_rows_that_differ_are_touched(t, cluster):
    t.run("run", job(t, cluster)).expect(0)
    before = {row[0]: row[1:] for row in cluster.written()}
    path = job(t, cluster, name="again.ini", provider="revision = 1")
    report = t.run("run", path, "--refetch", "2024-01-30/2024-02-03",
                   "--json").expect(0).json()
    changed, withdrawn, added = (
        sum(e[name] for e in report["entries"])
        for name in ("changed", "withdrawn", "added"))
    harness.true(changed > 0 and withdrawn > 0, str(report))
    harness.equal(bars(cluster), exported(t, BAR))
    touched = [0, 0, 0]
    for name, *counts in cluster.written():
        if name.startswith("ohlcv_1m_2"):
            for i in range(3):
                touched[i] += int(counts[i]) - int(before[name][i])
    harness.equal(touched, [added, changed, withdrawn],
                  "inserted, updated, deleted")


@with_cluster
def test_prices_may_be_scaled_integers_or_doubles(t, cluster):
    for prices, scale in (("bigint", " / 1000000000::numeric"),
                          ("double", "::numeric")):
        path = job(t, cluster, name=prices + ".ini",
                   keys=f"prices = {prices}\nschema = as_{prices}")
        t.run("run", path, "--set", f"job.name={prices}").expect(0)
        rows = sorted(cluster.rows(
            f"SELECT symbol, {NS.format('ts')}, "
            f"trim_scale((close{scale}))::text FROM as_{prices}.ohlcv_1m"))
        harness.equal(rows, exported(t, ("symbol", "ts", "close")), prices)


@with_cluster
def test_another_form_of_prices_than_the_tables_is_refused(t, cluster):
    t.run("run", job(t, cluster)).expect(0)
    path = job(t, cluster, keys="prices = double", end="2024-02-04")
    t.run("run", path).expect(3, out="prices = numeric")


@with_cluster
def test_a_database_that_is_not_there_fails_alone(t, cluster):
    path = job(t, cluster, sinks="db, files",
               conninfo=cluster.conninfo("absent"),
               more=f"\n[sink:files]\ntype = csv\npath = {t.path('csv')}\n")
    t.run("run", path).expect(3, out=["absent", "sink files (csv)"])
    harness.true(any(files for _, _, files in os.walk(t.path("csv"))),
                 "the other sink has its files")
    t.run("run", job(t, cluster)).expect(0)
    harness.equal(bars(cluster), exported(t, BAR))


def test_a_wrong_password_is_named_and_not_shown(t):
    cluster = postgres_cluster.Cluster(auth="scram-sha-256")
    try:
        path = job(t, cluster, keys="password = ${env:DB_PASSWORD}")
        result = t.run("run", path, env={"DB_PASSWORD": "canary-4711"})
        result.expect(3, out="password authentication failed",
                      not_out="canary", not_err="canary")
        t.run("run", path, env={"DB_PASSWORD": cluster.password}).expect(0)
        harness.equal(bars(cluster), exported(t, BAR))
    finally:
        cluster.remove()


@with_cluster
def test_a_server_that_crashes_gets_the_rest_later(t, cluster):
    path = job(t, cluster, start="2024-01-01", end="2024-05-01")
    running = t.start("run", path)
    time.sleep(0.6)
    cluster.stop("immediate")
    result = running.wait()
    cluster.start()
    harness.true(result.status in (0, 3), str(result))
    t.run("run", path).expect(0)
    harness.equal(bars(cluster), exported(t, BAR))


@with_cluster
def test_killed_at_any_moment_it_ends_with_the_right_rows_once(t, cluster):
    path = job(t, cluster, start="2024-01-01", end="2024-03-01")
    seed = int(os.environ.get("MDCORE_TEST_SEED", "20240101"))
    print(f"# seed {seed}")
    chance = random.Random(seed)
    for _ in range(int(os.environ.get("MDCORE_TEST_KILLS", "5"))):
        running = t.start("run", path)
        time.sleep(chance.uniform(0.05, 1.2))
        running.kill().wait()
    t.run("run", path).expect(0)
    harness.equal(bars(cluster), exported(t, BAR))


harness.main()
