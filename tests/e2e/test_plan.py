# SPDX-License-Identifier: Apache-2.0
"""`mdcore plan`: what a run would ask, and that it then asks just that."""
import os
import re
import resource

import harness

JOB = """[job]
name = made
provider = fake
dataset = made-up
schema = {schema}
symbols = {symbols}
start = 2024-01-01
end = {end}
{more}
[provider]
page_rows = {page_rows}
[store]
path = {store}
"""


def job(t, schema="ohlcv-1h", symbols="AAA, BBB", end="2024-02-01",
        page_rows=10000, more=""):
    return t.write("made.ini", JOB.format(
        schema=schema, symbols=symbols, end=end, page_rows=page_rows,
        more=more, store=t.path("store")))


def plan(t, *args, **settings):
    return t.run("plan", "--json", job(t, **settings),
                 *args).expect(0).json()


def test_a_plan_names_chunks_calls_and_end(t):
    made = plan(t)
    harness.equal([c["symbols"] for c in made["chunks"]], [["AAA", "BBB"]],
                  "symbols")
    harness.equal(made["chunks"][0]["from"], "2024-01-01T00:00:00Z", "from")
    harness.equal(made["chunks"][0]["to"], "2024-02-01T00:00:00Z", "to")
    harness.equal((made["calls_min"], made["calls_max"]), (1, 1), "calls")
    harness.equal(made["held_until"], None, "held_until")


def test_a_plan_makes_no_store(t):
    plan(t)
    harness.true(not os.path.exists(t.path("store")), "a store was made")


def test_chunks_of_every_schema_join_without_overlap(t):
    for schema in ("ohlcv-1m", "ohlcv-1d", "trades"):
        last = {}
        made = plan(t, schema=schema, symbols="AAA, BBB, CCC",
                    end="2024-06-01")
        for chunk in made["chunks"]:
            for symbol in chunk["symbols"]:
                begin = last.get(symbol, "2024-01-01T00:00:00Z")
                harness.equal(chunk["from"], begin, f"{schema} {symbol}")
                last[symbol] = chunk["to"]
        harness.equal(set(last.values()), {"2024-06-01T00:00:00Z"}, schema)


def test_a_run_makes_as_many_calls_as_planned(t):
    made = plan(t, schema="ohlcv-1m", symbols="AAA", end="2024-03-01")
    harness.true(made["calls_min"] <= made["calls_max"], made)
    report = t.run("run", "--json", t.path("made.ini")).expect(0).json()
    harness.equal(report["chunks"], len(made["chunks"]), "chunks")
    harness.true(report["calls"] <= made["calls_max"], report["calls"])


def test_nothing_is_planned_for_what_is_held(t):
    t.run("run", "--quiet", job(t)).expect(0)
    harness.equal(plan(t)["chunks"], [], "chunks")
    t.run("plan", t.path("made.ini")).expect(0, out="nothing to ask")
    later = plan(t, end="2024-02-03")
    harness.equal([(c["from"], c["to"]) for c in later["chunks"]],
                  [("2024-02-01T00:00:00Z", "2024-02-03T00:00:00Z")], "later")


def test_refetch_plans_what_is_held(t):
    t.run("run", "--quiet", job(t)).expect(0)
    made = plan(t, "--refetch", "2024-01-05/2024-01-06")
    harness.equal([(c["from"], c["to"], c["refetch"])
                   for c in made["chunks"]],
                  [("2024-01-05T00:00:00Z", "2024-01-06T00:00:00Z", True)],
                  "chunks")
    t.run("plan", "--refetch", "2024-01-06/2024-01-05",
          t.path("made.ini")).expect(2, err="not after the start")


# Seconds of processor time, not of a busy machine; instrumented code takes several times as long.
with open(harness.BIN, "rb") as binary:
    QUICK = 4 if b"__asan_init" in binary.read() else 1


def test_500_symbols_and_five_years_of_minutes_are_planned_quickly(t):
    for provider, dataset, symbol, key, exact in (
            ("oanda", "mid", "X{:03}_USD", "OANDA_ACCESS_TOKEN", True),
            ("alphavantage", "stocks/raw", "X{:03}", "ALPHAVANTAGE_API_KEY",
             True),
            ("coinbase", "spot", "X{:03}-USD", "NO_KEY", True),
            ("polygon", "stocks/raw", "X{:03}", "POLYGON_API_KEY", False)):
        symbols = ", ".join(symbol.format(i) for i in range(500))
        path = t.write(provider + ".ini", f"""[job]
name = large
provider = {provider}
dataset = {dataset}
schema = ohlcv-1m
symbols = {symbols}
start = 2019-01-01
end = 2024-01-01

[store]
path = {t.path(provider)}
""")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        out = t.run("plan", path, env={key: "canary"}).expect(
            0, not_out="canary").out
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took = (after.ru_utime + after.ru_stime
                - before.ru_utime - before.ru_stime)
        calls = re.search("^calls: ([^,]*)", out, re.MULTILINE)[1]
        print(f"# {provider}: {calls} calls, planned in {took:.2f} s of "
              "processor time")
        harness.equal(" to " not in calls, exact, calls)
        harness.true(took < QUICK, f"{provider}: {took:.2f} s")


def test_the_rate_limit_tells_the_time(t):
    limit = "[rate_limit]\nrate = 1/min\nburst = 1\n"
    made = plan(t, symbols="AAA", schema="trades", more=limit)
    harness.equal(made["rate_limit_ms"], (made["calls_min"] - 1) * 60000,
                  "milliseconds")


def test_an_open_end_names_the_next_final_bar(t):
    clock = {"MDCORE_TEST_CLOCK": "2024-01-10T12:34:56Z"}
    made = t.run("plan", "--json", job(t, end="now"),
                 env=clock).expect(0).json()
    harness.equal(made["held_until"], "2024-01-10T12:00:00Z", "held until")
    harness.equal(made["next_final"], "2024-01-10T13:00:00Z", "next final")


def test_text_says_the_same(t):
    t.run("plan", job(t)).expect(
        0, out=["made: 1 chunk from fake", "2024-01-01T00:00:00Z/2024-02-01",
                "AAA,BBB", "calls: 1"])


def test_without_a_job_it_exits_with_two(t):
    t.run("plan").expect(2, err="which job")


harness.main()
