# SPDX-License-Identifier: Apache-2.0
"""`max_cost`: what a run may cost, held against the vendor's own estimate
before anything is bought."""
import os
import sys

import harness

sys.path.insert(0, os.path.join(harness.SOURCE, "tests", "vendor"))
import databento_server as vendor  # noqa: E402

KEY = "db-0123456789abcdefghijklmnopqrs"
JOB = """[job]
name = d
provider = databento
dataset = GLBX.MDP3
schema = ohlcv-1m
symbols = ESH4, NQH4
start = 2024-01-02
end = {end}
{more}
[provider]
base_url = {url}
[retry]
base = 20ms
[store]
path = {store}
"""
# US$ of one instrument's bars, 56 bytes each at the server's price.


def price(first, last, symbols=("ESH4", "NQH4")):
    jan = vendor.parse_time("2024-01-01")
    n = sum(len(list(vendor.rows("ohlcv-1m", vendor.INSTRUMENTS[s][0],
                                 jan + (first - 1) * vendor.DAY,
                                 jan + (last - 1) * vendor.DAY)))
            for s in symbols)
    return round(n * 56 * 28 / 2**30, 9)


def service(t, *options):
    t.plugin("databento")
    t.env["DATABENTO_API_KEY"] = KEY
    t.log_path = t.path("requests.jsonl")
    return t.server("databento_server", "--key", KEY, "--log", t.log_path,
                    *options)


def job(t, server, max_cost=None, end="2024-01-04"):
    more = "" if max_cost is None else f"max_cost = {max_cost}\n"
    return t.write("d.ini", JOB.format(end=end, more=more, url=server.url,
                                       store=t.path("store")))


def asked(t, method):
    if not os.path.exists(t.log_path):
        return []
    with open(t.log_path, encoding="utf-8") as file:
        lines = [harness.json.loads(line) for line in file]
    return [r for r in lines if r["path"].endswith(method)]


def test_a_dearer_plan_is_refused_before_anything_is_bought(t):
    server = service(t)
    cost = price(2, 4)
    t.run("run", job(t, server, "0.001")).expect(
        2, err=[f"{cost:.6f}"[:7], "USD", "max_cost is 0.001", "d.ini:9",
                "mdcore plan"])
    harness.equal(asked(t, "get_range"), [], "bought")
    harness.true(not os.path.exists(t.path("store")), "a store was made")


def test_a_plan_within_the_limit_is_bought(t):
    server = service(t)
    t.run("run", job(t, server, "0.02")).expect(0)
    harness.equal(len(asked(t, "get_range")), 1, "bought")
    harness.equal(len(asked(t, "get_cost")), 1, "asked for the price")


def test_without_a_limit_nobody_asks_for_the_price(t):
    server = service(t)
    t.run("run", job(t, server)).expect(0)
    harness.equal(asked(t, "get_cost"), [], "questions")


def test_only_what_is_not_held_counts(t):
    server = service(t)
    t.run("run", job(t, server, end="2024-01-04")).expect(0)
    one_day = price(4, 5)
    more = job(t, server, f"{one_day + 0.0001:.6f}", end="2024-01-05")
    harness.true(price(2, 5) > one_day + 0.0001, "the limit bites")
    t.run("run", more).expect(0)
    t.run("run", job(t, server, "0", end="2024-01-05")).expect(0)


def test_a_price_that_is_not_to_be_had_buys_nothing(t):
    server = service(t, "--fault", "http-500@all~get_cost")
    t.run("run", job(t, server, "100")).expect(
        1, err=["max_cost", "nothing is bought", "HTTP 500"])
    harness.equal(asked(t, "get_range"), [], "bought")
    t.run("plan", t.path("d.ini")).expect(0, out="cost unknown")


def test_a_price_that_is_no_number_buys_nothing(t):
    server = service(t, "--fault", "html@all~get_cost")
    t.run("run", job(t, server, "100")).expect(1, err="nothing is bought")
    harness.equal(asked(t, "get_range"), [], "bought")


def test_a_wrong_key_is_still_a_wrong_key(t):
    server = service(t)
    t.env["DATABENTO_API_KEY"] = "db-wrong"
    t.run("run", job(t, server, "100")).expect(4, err="bad key",
                                               not_err="db-wrong")


def test_the_plan_tells_price_and_limit(t):
    server = service(t)
    made = t.run("plan", "--json", job(t, server, "0.001")).expect(0).json()
    harness.equal(round(made["money"], 9), price(2, 4), "money")
    harness.equal(made["currency"], "USD", "currency")
    harness.true(any("max_cost = 0.001" in n for n in made["notes"]),
                 made["notes"])
    text = t.run("plan", t.path("d.ini")).expect(0).out
    harness.matches(r"^cost: 0\.\d+ USD$", text)
    harness.matches(r"^note: dearer than max_cost", text)


def test_what_is_free_needs_no_price(t):
    path = t.write("free.ini", """[job]
provider = fake
dataset = made-up
schema = ohlcv-1h
symbols = AAA
start = 2024-01-01
end = 2024-01-02
max_cost = 0
[store]
path = %s
""" % t.path("store"))
    t.run("run", path).expect(0)


def test_a_limit_is_a_number_from_zero(t):
    server = service(t)
    for bad in ("-1", "cheap"):
        t.run("check", job(t, server, bad)).expect(2, err="max_cost")


harness.main()
