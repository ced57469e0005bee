# SPDX-License-Identifier: Apache-2.0
"""A job's exchanges recorded once and replayed without the vendor."""
import harness

JOB = """[job]
name = coins
provider = coinbase
schema = ohlcv-1m
symbols = BTC-USD
start = {start}
end = 2024-01-03
workers = 3

[provider]
base_url = {url}

[retry]
max_retries = 3
base = 5ms
cap = 20ms

[rate_limit]
rate = 10000/s
burst = 1000

[network]
stall_timeout = 400ms

[store]
path = {store}
"""


def server(t, *faults):
    t.plugin("coinbase")
    args = ["--synthetic", "BTC-USD:2024-01-01:2024-01-03",
            "--log", t.path("requests.jsonl")]
    for fault in faults:
        args += ["--fault", fault]
    return t.server("coinbase_server", *args)


def job(t, url, store, start="2024-01-01"):
    return t.write(store + ".ini", JOB.format(url=url, start=start,
                                              store=t.path(store)))


def held(t, store):
    return t.run("export", "--store", t.path(store), "--symbol", "BTC-USD",
                 "--format", "csv").expect(0).out


def asked(t):
    with open(t.path("requests.jsonl"), encoding="utf-8") as file:
        return len(file.readlines())


def recorded(t, *faults):
    """The rows of a recorded run; nothing of it is left but the file."""
    url = server(t, *faults).url
    t.run("run", job(t, url, "live"), "--record", t.path("coins.rec")).expect(0)
    rows = held(t, "live")
    harness.true(len(rows.splitlines()) > 2000, "too few rows")
    return rows


def test_replay_brings_the_same_rows_without_a_request(t):
    rows = recorded(t)
    before = asked(t)
    again = job(t, "http://127.0.0.1:1", "again")
    run = t.run("run", again, "--replay", t.path("coins.rec")).expect(0)
    harness.equal(held(t, "again"), rows)
    harness.equal(asked(t), before, "requests")
    harness.true("not asked for" not in run.err, run.err)


def test_failures_are_replayed_and_retried_alike(t):
    rows = recorded(t, "reset-body@2", "http-500@4")
    with open(t.path("coins.rec"), encoding="utf-8") as file:
        text = file.read()
    harness.true("\n! network " in text and "\n< 500\n" in text, text[:2000])
    again = job(t, "http://127.0.0.1:1", "again")
    t.run("run", again, "--replay", t.path("coins.rec")).expect(0)
    harness.equal(held(t, "again"), rows)


def test_request_that_was_not_recorded_is_named(t):
    recorded(t)
    wider = job(t, "http://127.0.0.1:1", "wider", start="2023-12-31")
    run = t.run("run", wider, "--replay", t.path("coins.rec"))
    harness.true(run.status not in (0, 2), str(run.status))
    harness.true("/products/BTC-USD/candles?" in run.err + run.out
                 and "holds no answer to it" in run.err + run.out,
                 run.err + run.out)


def test_answers_that_were_not_asked_for_are_told(t):
    recorded(t)
    complete = job(t, "http://127.0.0.1:1", "live")
    run = t.run("run", complete, "--replay", t.path("coins.rec")).expect(0)
    harness.true("holds answers that were not asked for: line " in run.err,
                 run.err)


def test_other_files_are_not_overwritten(t):
    url = server(t).url
    precious = t.write("precious.csv", "a,b\n")
    t.run("run", job(t, url, "live"), "--record", precious).expect(
        2, err="is no recording")
    with open(precious, encoding="utf-8") as file:
        harness.equal(file.read(), "a,b\n")


harness.main()
