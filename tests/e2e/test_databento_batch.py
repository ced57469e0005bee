# SPDX-License-Identifier: Apache-2.0
"""Batch jobs of Databento: ordered, waited for, downloaded and read - and
never paid for twice, wherever the program dies."""
import csv
import decimal
import io
import os
import sys
import urllib.request

import harness

sys.path.insert(0, os.path.join(harness.SOURCE, "tests", "vendor"))
import databento_server as vendor  # noqa: E402

KEY = "db-0123456789abcdefghijklmnopqrs"
DAY = vendor.DAY
JAN = vendor.parse_time("2024-01-01")
JOB = """[job]
name = b
provider = databento
dataset = GLBX.MDP3
schema = {schema}
symbols = {symbols}
symbol_kind = {kind}
start = {start}
end = {end}
{more}
[provider]
base_url = {url}
source = batch
batch_poll = {poll}
{provider}
[rate_limit]
bucket.submit = 100/s
[retry]
base = 20ms
[store]
path = {store}
"""


def service(t, *options):
    t.plugin("databento")
    t.env["DATABENTO_API_KEY"] = KEY
    t.log_path = t.path("requests.jsonl")
    return t.server("databento_server", "--key", KEY, "--log", t.log_path,
                    *options)


def job(t, server, symbols="ESH4, NQH4", schema="ohlcv-1h", kind="symbol",
        start="2024-01-02", end="2024-01-05", more="", provider="",
        poll="50ms", store="store", name="b.ini"):
    return t.write(name, JOB.format(
        schema=schema, symbols=symbols, kind=kind, start=start, end=end,
        more=more, url=server.url, provider=provider, poll=poll,
        store=t.path(store)))


def log(t):
    with open(t.log_path, encoding="utf-8") as file:
        return [harness.json.loads(line) for line in file]


def count(t, method):
    return sum(1 for r in log(t) if method in r["path"])


def control(server, **order):
    data = harness.json.dumps(order).encode()
    urllib.request.urlopen(urllib.request.Request(
        server.url + "/_control", data, method="PUT")).read()


def export(t, *args, store="store"):
    text = t.run("export", "--store", t.path(store), "--format", "csv",
                 "--time", "ns", *args).expect(0).out
    return list(csv.DictReader(io.StringIO(text)))


def closes(t, symbol, store="store"):
    return [(int(r["ts"]), int(decimal.Decimal(r["close"]).scaleb(9)))
            for r in export(t, "--symbol", symbol, store=store)]


def held(symbol, first, last, schema="ohlcv-1h"):
    number = vendor.INSTRUMENTS[symbol][0]
    return [(r["ts_event"], r["close"]) for r in vendor.rows(
        schema, number, JAN + (first - 1) * DAY, JAN + (last - 1) * DAY)]


def whole(t, symbols=("ESH4", "NQH4"), first=2, last=5, store="store"):
    for symbol in symbols:
        harness.equal(closes(t, symbol, store), held(symbol, first, last),
                      symbol)


def downloads(t):
    folder = t.path("store", "downloads", "databento")
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else []


# ---- the plain way

def test_a_job_is_ordered_once_and_its_files_are_stored(t):
    server = service(t, "--looks", "3")
    path = job(t, server)
    t.run("run", path).expect(0)
    whole(t)
    harness.equal(count(t, "submit_job"), 1, "orders")
    harness.equal(count(t, "get_range"), 0, "streams")
    harness.equal(count(t, "/download/"), 3, "files, a day each")
    harness.equal(downloads(t), [], "left behind")
    t.run("run", path).expect(0)
    harness.equal(count(t, "submit_job"), 1, "orders after a second run")


def test_however_long_the_range_it_is_one_order(t):
    server = service(t)
    made = t.run("plan", "--json", job(
        t, server, start="2023-02-01", end="2024-02-01",
        symbols=", ".join(vendor.INSTRUMENTS))).expect(0).json()
    harness.equal(len(made["chunks"]), 1, "chunks")


def test_every_kind_of_symbol_can_be_ordered(t):
    server = service(t)
    for kind, symbols, found in (
            ("parent", "ES.FUT, CL.FUT", {"ESH4", "ESM4", "CLG4", "CLH4"}),
            ("continuous", "ES.c.0", {"ES.c.0"}),
            ("id", "5602", {"5602"}), ("all", "*", set(vendor.INSTRUMENTS))):
        path = job(t, server, symbols, kind=kind, store=kind,
                   name=kind + ".ini", start="2024-01-08", end="2024-01-12")
        t.run("run", path).expect(0)
        harness.equal({r["symbol"] for r in export(t, store=kind)}, found)
    rolled = closes(t, "ES.c.0", "continuous")
    harness.equal(rolled, held("ESH4", 8, 10) + held("ESM4", 10, 12))
    harness.equal(count(t, "submit_job"), 5, "a parent each")


def test_a_day_without_a_file_holds_nothing(t):
    server = service(t)
    control(server, set={"quiet": "2024-01-03"})
    path = job(t, server, "ESH4")
    t.run("run", path).expect(0)
    harness.equal(closes(t, "ESH4"), held("ESH4", 2, 3) + held("ESH4", 4, 5))
    t.run("plan", path).expect(0, out="nothing to ask")


def test_an_unknown_symbol_is_named_and_the_others_stored(t):
    server = service(t)
    t.run("run", job(t, server, "ESH4, NOPE, NQH4")).expect(
        3, out=["NOPE", "not-found"])
    whole(t)
    harness.equal(count(t, "submit_job"), 1, "orders")


# ---- nothing is paid for twice

def test_an_order_of_another_store_is_used(t):
    server = service(t)
    t.run("run", job(t, server)).expect(0)
    t.run("run", job(t, server, start="2024-01-03", symbols="NQH4",
                     store="other", name="o.ini")).expect(0)
    whole(t, ("NQH4",), 3, 5, "other")
    harness.equal(count(t, "submit_job"), 1, "orders")


def test_only_what_no_order_holds_is_ordered(t):
    server = service(t)
    t.run("run", job(t, server, start="2024-01-04", end="2024-01-06",
                     store="other", name="o.ini")).expect(0)
    t.run("run", job(t, server, start="2024-01-02", end="2024-01-08")).expect(0)
    whole(t, first=2, last=8)
    orders = [(r["query"]["start"], r["query"]["end"]) for r in log(t)
              if "submit_job" in r["path"]]
    harness.equal([tuple((int(x) - JAN) // DAY + 1 for x in o)
                   for o in orders], [(4, 6), (2, 4), (6, 8)])


def test_what_is_ordered_already_costs_nothing_in_the_plan(t):
    server = service(t)
    t.run("run", job(t, server)).expect(0)
    path = job(t, server, more="max_cost = 0", store="new", name="n.ini")
    made = t.run("plan", "--json", path).expect(0).json()
    harness.equal(made["money"], 0.0, "money")
    t.run("run", path).expect(0)
    whole(t, store="new")


def test_a_dear_order_is_refused(t):
    server = service(t)
    t.run("run", job(t, server, more="max_cost = 0.0000001")).expect(
        2, err="max_cost")
    harness.equal(count(t, "submit_job"), 0, "orders")


def test_a_refetch_orders_anew(t):
    server = service(t)
    path = job(t, server)
    t.run("run", path).expect(0)
    t.run("run", path, "--refetch", "2024-01-02/2024-01-05").expect(0)
    harness.equal(count(t, "submit_job"), 2, "orders")


def killed_at(t, server, method, path):
    """Starts a run and kills it while the server holds back this answer."""
    control(server, faults=[f"stall-first=20@1~{method}"])
    before = count(t, method)
    running = t.start("run", path)
    harness.until(lambda: count(t, method) > before, what=method)
    running.kill().wait()
    control(server, faults=[])


def test_killed_at_any_answer_the_order_is_found_again(t):
    for i, method in enumerate(("list_jobs", "submit_job", "get_job_details",
                                "list_files", "/download/")):
        server = service(t, "--looks", "2")
        t.log_path = t.path("requests.jsonl")
        open(t.log_path, "w").close()
        store = f"store-{i}"
        path = job(t, server, store=store, name=f"{i}.ini")
        killed_at(t, server, method, path)
        t.run("run", path).expect(0)
        whole(t, store=store)
        harness.equal(count(t, "submit_job"), 1, f"orders, killed at {method}")


def test_killed_at_any_step_of_its_own_the_order_is_found_again(t):
    for i, place in enumerate((
            "note:before-write", "note:after-write", "note:before-write:2",
            "note:after-write:2", "download:piece", "download:whole",
            "download:renamed", "commit:before-write", "commit:after-write",
            "commit:after-write:2", "note:before-write:3")):
        server = service(t)
        open(t.log_path, "w").close()
        store = f"store-{i}"
        path = job(t, server, store=store, name=f"{i}.ini")
        died = t.run("run", path, env={"MDCORE_CRASH_AT": place})
        if died.status == 0 and i == 0:
            t.skip("built without test hooks")
        harness.equal(died.status, -9, place)
        t.run("run", path).expect(0)
        whole(t, store=store)
        harness.equal(count(t, "submit_job"), 1, f"orders, died at {place}")


def test_an_order_that_is_slow_to_show_is_waited_for(t):
    server = service(t, "--fault", "reset@1~submit_job")
    control(server, set={"hidden": True})
    running = t.start("run", job(t, server, poll="1s"))
    harness.until(lambda: count(t, "list_jobs") >= 3, what="second look")
    control(server, set={"hidden": False})
    running.wait().expect(0)
    harness.equal(count(t, "submit_job"), 1, "orders")
    whole(t)


def test_an_order_that_never_arrived_is_sent_again(t):
    server = service(t, "--fault", "http-503@1~submit_job")
    t.run("run", job(t, server)).expect(0)
    harness.equal(count(t, "submit_job"), 2, "orders, the first refused")
    whole(t)


def test_what_expired_unread_is_not_bought_again_in_silence(t):
    server = service(t)
    path = job(t, server)
    killed_at(t, server, "list_files", path)
    control(server, set={"state": "expired"})
    t.run("run", path).expect(1, out=["has expired", "batch_expired = buy"])
    harness.equal(count(t, "submit_job"), 1, "orders")


def test_what_expired_is_bought_again_on_request(t):
    server = service(t)
    path = job(t, server, provider="batch_expired = buy")
    killed_at(t, server, "list_files", path)
    control(server, set={"state": "expired"})
    t.run("run", path).expect(0)
    harness.equal(count(t, "submit_job"), 2, "orders")


def test_the_wait_ends_with_the_run_and_goes_on_in_the_next(t):
    server = service(t, "--looks", "1000000")
    path = job(t, server, more="max_run_time = 1s")
    t.run("run", path).expect(3)
    harness.equal(count(t, "submit_job"), 1, "orders")
    control(server, set={"state": "done"})
    t.run("run", path).expect(0)
    harness.equal(count(t, "submit_job"), 1, "orders")
    whole(t)


# ---- downloads

def test_a_cut_download_goes_on_where_it_was(t):
    server = service(t, "--fault", "cut-body@1~/download/",
                     "--fault", "reset-body@3~/download/")
    t.run("run", job(t, server, symbols=", ".join(vendor.INSTRUMENTS),
                     schema="trades")).expect(0)
    ranges = [r["headers"].get("Range") for r in log(t)
              if "/download/" in r["path"]]
    harness.equal(sum(1 for r in ranges if r), 2, f"resumed: {ranges}")
    harness.equal(len(ranges), 5, "three files, two cuts")
    number = vendor.INSTRUMENTS["ESH4"][0]
    harness.equal(len(export(t, "--symbol", "ESH4")), len(list(vendor.rows(
        "trades", number, JAN + DAY, JAN + 4 * DAY))), "rows")


def test_a_killed_download_goes_on_in_the_next_run(t):
    server = service(t)
    path = job(t, server, symbols=", ".join(vendor.INSTRUMENTS),
               schema="trades")
    control(server, faults=["stall=20@1~/download/"])
    running = t.start("run", path)

    def some_bytes():
        parts = [p for p in downloads(t) if p.endswith(".part")]
        return parts and os.path.getsize(
            t.path("store", "downloads", "databento", parts[0])) > 0
    harness.until(some_bytes, what="half a file")
    running.kill().wait()
    control(server, faults=[])
    t.run("run", path).expect(0)
    again = [r["headers"].get("Range") for r in log(t)
             if "/download/" in r["path"]][1]
    harness.true(again and not again.startswith("bytes=0-"), again)
    harness.equal(downloads(t), [], "left behind")


def test_a_file_that_is_not_what_was_announced_is_no_data(t):
    server = service(t, "--fault", "bad-hash@all~list_files")
    t.run("run", job(t, server, more="")).expect(1, out="SHA-256")
    t.run("coverage", t.path("b.ini")).expect(0, not_out="complete")
    harness.equal(count(t, "submit_job"), 1, "orders")


def test_one_wrong_hash_is_got_over(t):
    server = service(t, "--fault", "bad-hash@1~list_files")
    t.run("run", job(t, server)).expect(0)
    whole(t)
    harness.equal(count(t, "submit_job"), 1, "orders")


def test_files_and_orders_exclude_each_other(t):
    server = service(t)
    t.run("check", job(t, server, provider="files = x")).expect(
        2, err="exclude")


harness.main()
