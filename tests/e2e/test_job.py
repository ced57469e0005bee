# SPDX-License-Identifier: Apache-2.0
"""A job from file to store and out again, on the provider of made-up data."""
import os
import signal
import subprocess
import time

import harness

JOB = """[job]
name = made
provider = fake
dataset = made-up
schema = {schema}
symbols = {symbols}
start = {start}
end = {end}
workers = {workers}

[provider]
{provider}

[store]
path = {store}
{more}
"""


def job(t, symbols="AAA, BBB", schema="ohlcv-1h", start="2024-01-01",
        end="2024-02-01", workers=2, provider="", store="store", more="",
        name="made.ini"):
    return t.write(name, JOB.format(
        symbols=symbols, schema=schema, start=start, end=end, workers=workers,
        provider=provider, store=t.path(store), more=more))


def export(t, *args, store="store"):
    return t.run("export", "--store", t.path(store), "--format", "csv",
                 *args).expect(0).out


def tree(path):
    """Names, sizes and times of all files below a folder."""
    found = {}
    for root, _, files in os.walk(path):
        for name in files:
            info = os.stat(os.path.join(root, name))
            found[os.path.join(root, name)] = (info.st_size, info.st_mtime_ns)
    return found


def entries(report):
    return {e["symbol"]: e for e in report["entries"]}


def test_a_month_of_bars_comes_back_out(t):
    t.run("run", job(t)).expect(0, out="done")
    lines = export(t, "--symbol", "AAA").splitlines()
    harness.equal(len(lines), 1 + 31 * 24, "rows and header")
    harness.true(lines[0].startswith("ts,symbol,"), lines[0])
    harness.true(lines[1].startswith("2024-01-01T00:00:00Z,AAA,"), lines[1])


def test_made_up_rows_are_flagged_in_every_output(t):
    t.run("run", job(t)).expect(0)
    csv = export(t, "--symbol", "AAA").splitlines()
    place = csv[0].split(",").index("is_mock")
    harness.equal({line.split(",")[place] for line in csv[1:]}, {"true"})
    rows = t.run("export", "--store", t.path("store"), "--symbol", "AAA",
                 "--format", "jsonl").expect(0).jsonl()
    harness.equal({row["is_mock"] for row in rows}, {True})


def test_a_second_run_sends_nothing_and_writes_nothing(t):
    path = job(t)
    t.run("run", path).expect(0)
    before = tree(t.path("store"))
    report = t.run("run", path, "--json").expect(0).json()
    harness.equal((report["calls"], report["commits"], report["rows_in"]),
                  (0, 0, 0))
    harness.equal({e["status"] for e in report["entries"]}, {"up-to-date"})
    harness.equal(tree(t.path("store")), before, "files of the store")


def test_an_earlier_start_fetches_only_the_earlier_part(t):
    t.run("run", job(t, start="2024-01-20")).expect(0)
    report = t.run("run", job(t, start="2024-01-01"), "--json").expect(0).json()
    harness.equal(entries(report)["AAA"]["added"], 19 * 24)
    t.run("run", job(t, start="2024-01-01", store="whole")).expect(0)
    harness.equal(export(t), export(t, store="whole"))


def test_the_worker_count_changes_nothing(t):
    for workers in (1, 4):
        t.run("run", job(t, symbols="A, B, C, D", workers=workers,
                         store=f"w{workers}")).expect(0)
    harness.equal(export(t, store="w1"), export(t, store="w4"))


def test_a_restatement_supersedes_and_as_of_gives_both_states(t):
    t.run("run", job(t, symbols="AAA")).expect(0)
    before = export(t)
    time.sleep(1.1)
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    time.sleep(1.1)
    path = job(t, symbols="AAA", provider="revision = 1\nrevise_rate = 0.05\n"
               "withdraw_rate = 0.005")
    report = t.run("run", path, "--refetch", "2024-01-01/2024-02-01",
                   "--json").expect(0).json()
    entry = entries(report)["AAA"]
    harness.true(entry["changed"] > 0 and entry["withdrawn"] > 0, str(entry))
    after = export(t)
    harness.true(after != before, "the export shows the new state")
    harness.equal(export(t, "--as-of", moment), before)
    changes = t.run("changes", "--store", t.path("store"), "--since", moment,
                    "--json").expect(0)
    harness.true("withdrawn" in changes.out, changes.out[:500])


def test_a_revision_that_drops_too_much_is_quarantined(t):
    t.run("run", job(t, symbols="AAA")).expect(0)
    before = export(t)
    path = job(t, symbols="AAA",
               provider="revision = 1\nrevise_rate = 0\nwithdraw_rate = 0.2")
    report = t.run("run", path, "--refetch", "2024-01-01/2024-02-01", "--json")
    report.expect(None)
    harness.true(report.status in (1, 3), str(report))
    harness.true("quarantined" in report.out, str(report))
    harness.equal(export(t), before)


def test_a_wrong_key_exits_with_four_after_one_call(t):
    path = job(t, symbols=", ".join(f"S{i}" for i in range(20)), workers=4,
               provider="expected_key = right\napi_key = ${env:K}")
    report = t.run("run", path, "--json",
                   env={"K": "wrong-key-canary"}).expect(
                       4, not_out="wrong-key-canary",
                       not_err="wrong-key-canary").json()
    harness.equal(report["rows_in"], 0)


def test_an_unknown_symbol_among_fifty_is_named_and_the_others_are_stored(t):
    names = [f"S{i:02}" for i in range(49)]
    names.insert(17, "NOPE1")
    result = t.run("run", job(t, symbols=", ".join(names),
                              end="2024-01-03"), "--json").expect(3)
    found = entries(result.json())
    harness.equal(found["NOPE1"]["status"], "failed")
    harness.equal({e["status"] for s, e in found.items() if s != "NOPE1"},
                  {"complete"})
    harness.equal({e["added"] for s, e in found.items() if s != "NOPE1"}, {48})


def test_bad_rows_become_dead_letters_and_the_rest_is_stored(t):
    result = t.run("run", job(t, symbols="AAA", provider="bad_rate = 0.01\n"
                              "bad_kind = high-low"), "--json").expect(0)
    entry = entries(result.json())["AAA"]
    harness.true(0 < entry["rejected"] < 100, str(entry))
    harness.equal(entry["added"] + entry["rejected"], 31 * 24)
    letters = t.run("dlq", "list", "--store", t.path("store"),
                    "--json").expect(0).out
    harness.true("high<low" in letters, letters[:400])


def test_below_the_gate_nothing_is_stored_and_nothing_is_lost(t):
    path = job(t, symbols="AAA", provider="bad_rate = 0.2\nbad_kind = price",
               more="\n[quality]\nmin_score = 0.95")
    result = t.run("run", path, "--json").expect(None)
    harness.true(result.status in (1, 3), str(result))
    harness.equal(entries(result.json())["AAA"]["added"], 0)
    letters = t.run("dlq", "list", "--store", t.path("store")).expect(0)
    harness.true("quarantined" in letters.out, letters.out[:400])


def test_transient_failures_are_retried_to_the_same_rows(t):
    t.run("run", job(t, store="calm")).expect(0)
    faults = ("network", "cut", "protocol")
    for kind in faults:
        path = job(t, store=kind, more="\n[retry]\nbase = 10ms\ncap = 20ms",
                   provider=f"page_rows = 100\nfail_kind = {kind}\n"
                   "fail_at = 2,5")
        report = t.run("run", path, "--json").expect(0).json()
        harness.true(report["retries"] > 0, kind)
        harness.equal(export(t, store=kind), export(t, store="calm"), kind)


def test_one_symbols_failure_does_not_stop_the_others(t):
    path = job(t, symbols="AAA, BBB, CCC", provider="fail_symbol = BBB\n"
               "fail_kind = network", more="\n[retry]\nbase = 1ms\ncap = 2ms")
    report = t.run("run", path, "--json").expect(3).json()
    harness.equal({s: e["status"] for s, e in entries(report).items()},
                  {"AAA": "complete", "BBB": "failed", "CCC": "complete"})


def test_ctrl_c_keeps_what_is_complete_and_the_next_run_goes_on(t):
    path = job(t, symbols="A, B, C, D, E, F", workers=1,
               provider="slow = 150ms\npage_rows = 200")
    running = t.start("run", path)
    time.sleep(1.2)
    running.signal(signal.SIGINT).wait().expect(130, err="goes on")
    report = t.run("run", path, "--json").expect(0).json()
    added = sum(e["added"] for e in report["entries"])
    harness.true(added < 6 * 31 * 24, "something was held already")
    t.run("run", job(t, symbols="A, B, C, D, E, F", store="whole")).expect(0)
    harness.equal(export(t), export(t, store="whole"))


def test_a_time_limit_stops_cleanly_and_the_next_run_goes_on(t):
    slow = "slow = 200ms\npage_rows = 100"
    path = job(t, symbols="A, B, C, D", workers=1, provider=slow)
    t.run("run", path, "--set", "job.max_run_time=1s").expect(
        3, err="time limit")
    t.run("run", path, "--set", "provider.slow=0s").expect(0)
    t.run("run", job(t, symbols="A, B, C, D", store="whole")).expect(0)
    harness.equal(export(t), export(t, store="whole"))


def test_a_second_writer_waits_for_the_first(t):
    slow = job(t, symbols="A, B", workers=1, name="slow.ini",
               provider="slow = 300ms\npage_rows = 200")
    first = t.start("run", slow)
    harness.until(lambda: os.path.exists(t.path("store")), what="store")
    time.sleep(0.5)
    t.run("run", job(t, symbols="C"), "--wait", "30s").expect(0)
    first.wait().expect(0)


def test_a_second_writer_that_may_not_wait_names_the_holder(t):
    slow = job(t, symbols="A, B", workers=1, name="slow.ini",
               provider="slow = 500ms\npage_rows = 200")
    first = t.start("run", slow)
    harness.until(lambda: os.path.exists(t.path("store")), what="store")
    time.sleep(0.5)
    t.run("run", job(t, symbols="C"), "--wait", "0s").expect(
        5, err=str(first.process.pid))
    first.signal(signal.SIGTERM).wait().expect(143)


def test_a_read_only_store_is_named_and_nothing_is_lost(t):
    path = job(t, symbols="AAA")
    t.run("run", path).expect(0)
    t.run("run", job(t, symbols="AAA", store="/proc/nowhere",
                     name="ro.ini")).expect(5, err="/proc/nowhere")


def test_a_full_disk_is_named_and_the_run_completes_when_there_is_room(t):
    small = t.path("small")
    os.makedirs(small)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs",
                       small], capture_output=True).returncode != 0:
        t.skip("no right to mount a small filesystem")
    try:
        path = job(t, symbols="A, B, C", schema="ohlcv-1m",
                   start="2022-01-01", end="2024-01-01", workers=1,
                   store="small/store")
        t.run("run", path).expect(5, err="small/store")
        subprocess.run(["mount", "-o", "remount,size=600m", small], check=True)
        t.run("run", path).expect(0)
        harness.equal(len(export(t, store="small/store").splitlines()),
                      1 + 3 * 730 * 1440)
    finally:
        subprocess.run(["umount", small], check=False)


def test_raw_answers_are_kept_only_on_request(t):
    t.run("run", job(t, symbols="AAA")).expect(0)
    info = t.run("store", "info", "--store", t.path("store"),
                 "--json").expect(0).json()
    harness.equal(info["raw"], 0)


def test_backfill_needs_no_file(t):
    t.run("backfill", "fake", "AAA,BBB", "--schema", "ohlcv-1d", "--from",
          "2024-01-01", "--to", "2024-01-11", "--store",
          t.path("store")).expect(0)
    harness.equal(len(export(t, "--symbol", "BBB").splitlines()), 11)


harness.main()
