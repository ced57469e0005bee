# SPDX-License-Identifier: Apache-2.0
"""Sinks that write files: what a run delivers, and what interrupts it.

MDCORE_TEST_KILLS=50 kills that many runs instead of a few.
"""
import glob
import gzip
import json
import os
import random
import re
import shutil
import subprocess
import time

import harness

JOB = """\
[job]
name = lake
provider = fake
schema = ohlcv-1m
symbols = {symbols}
start = 2024-01-01
end = {end}
sinks = {sinks}

[provider]
{provider}

[store]
path = store

{groups}
"""
CSV = "[sink:out]\ntype = csv\npath = out\nlineage = no\n"


def job(t, name="job.ini", symbols="AAA, BBB", end="2024-01-03", sinks="out",
        groups=CSV, provider="seed = 1"):
    t.plugin("csv")
    t.write(name, JOB.format(symbols=symbols, end=end, sinks=sinks,
                             groups=groups, provider=provider))


def files(t, root="out"):
    """Everything that a reader sees, by its path below the root."""
    found = glob.glob(t.path(root, "**", "*.*"), recursive=True)
    top = t.path(root) + "/"
    return sorted(f[len(top):] for f in found if os.path.isfile(f)
                  and not f[len(top):].startswith("_"))


def leftovers(t, root="out"):
    return [f for _, _, names in os.walk(t.path(root)) for f in names
            if f.endswith(".part")]


def rows_of(t, symbol, root="out"):
    """A series' lines without the headers, in the order of the names."""
    lines = []
    for name in files(t, root):
        if f"symbol={symbol}/" in name:
            lines += t.read(os.path.join(root, name)).splitlines()[1:]
    return lines


def exported(t, symbol, *args):
    out = t.run("export", "job.ini", "--symbol", symbol, *args).expect(0)
    return out.lines()[1:]


def check_all(t, symbols=("AAA", "BBB"), root="out"):
    for symbol in symbols:
        harness.equal(rows_of(t, symbol, root), exported(t, symbol),
                      f"rows of {symbol}")


def stamps(t, root="out"):
    """Inode and time of every file, those of the sink itself, too."""
    return {os.path.join(folder, n): (s.st_ino, s.st_mtime_ns)
            for folder, _, names in os.walk(t.path(root)) for n in names
            for s in [os.stat(os.path.join(folder, n))]}


def sink(result, name="out"):
    return [s for s in result.json()["sinks"] if s["name"] == name][0]


# ---- what a run delivers ----------------------------------------------------

def test_a_run_writes_one_file_a_symbol_and_day(t):
    job(t)
    t.run("run", "job.ini").expect(0, out="sink out (csv): delivered, 5,760")
    base = "provider=fake/dataset=made-up/schema=ohlcv-1m/"
    harness.equal(files(t), [
        f"{base}symbol={s}/date=2024-01-0{d}/data.csv"
        for s in ("AAA", "BBB") for d in (1, 2)])
    check_all(t)
    harness.equal(leftovers(t), [])


def test_the_same_job_twice_touches_nothing(t):
    job(t)
    t.run("run", "job.ini").expect(0)
    before, store = stamps(t), stamps(t, "store")
    t.run("run", "job.ini").expect(0, out="sink out (csv): up-to-date")
    harness.equal(stamps(t), before)
    harness.equal(stamps(t, "store"), store, "files of the store")


def test_rows_that_were_changed_and_withdrawn_change_files_of_their_days(t):
    job(t)
    t.run("run", "job.ini").expect(0)
    job(t, provider="revision = 1\nrevise_rate = 0.001\n"
        "withdraw_rate = 0.001")
    t.run("run", "job.ini", "--refetch", "2024-01-02/2024-01-03").expect(0)
    changed = t.run("changes", "job.ini", "--json").expect(0).jsonl()
    harness.equal({c["change"] for c in changed}, {"changed", "withdrawn"})
    check_all(t)


RECORDED = """\
[job]
provider = replay
dataset = recorded
schema = ohlcv-1m
symbols = X
start = 2024-01-01
end = 2024-01-04
sinks = out

[provider]
folder = recorded

[store]
path = store

"""


def record(t, leave_out=None, change=None):
    """Three days of minute bars; minutes are counted from the start."""
    start = 1704067200 * 10**9
    lines = ["ts_ns_utc,open,high,low,close,volume"]
    for minute in range(3 * 1440):
        close = 101 if minute == change else 100
        if minute != leave_out:
            lines.append(f"{start + minute * 60 * 10**9},100,102,99,{close},5")
    t.write("recorded/X.1m.csv.gz", gzip.compress("\n".join(lines).encode()))


def test_one_changed_and_one_withdrawn_row_replace_one_file(t):
    t.plugin("replay")
    t.write("job.ini", RECORDED + CSV)
    record(t)
    t.run("run", "job.ini").expect(0)
    before = stamps(t)
    record(t, leave_out=1500, change=1600)
    t.run("run", "job.ini", "--refetch", "2024-01-01/2024-01-04").expect(
        0, out="sink out (csv): delivered, 1,439 rows")
    touched = sorted(p for p, s in stamps(t).items() if before.get(p) != s)
    harness.equal([p for p in touched if "/_mdcore/" not in p],
                  [t.path("out/provider=replay/dataset=recorded/"
                          "schema=ohlcv-1m/symbol=X/date=2024-01-02/"
                          "data.csv")])
    harness.equal(len(rows_of(t, "X")), 3 * 1440 - 1)
    check_all(t, ["X"])


def test_a_day_that_loses_all_its_rows_loses_its_file(t):
    t.plugin("replay")
    t.write("job.ini", RECORDED + CSV + "[quality]\nmax_shrink = 1\n")
    record(t)
    t.run("run", "job.ini").expect(0)
    text = gzip.decompress(open(t.path("recorded/X.1m.csv.gz"), "rb").read())
    kept = text.splitlines()[:1441] + text.splitlines()[2881:]
    t.write("recorded/X.1m.csv.gz", gzip.compress(b"\n".join(kept)))
    t.run("run", "job.ini", "--refetch", "2024-01-01/2024-01-04").expect(None)
    harness.equal([re.search("date=[^/]*", f).group() for f in files(t)],
                  ["date=2024-01-01", "date=2024-01-03"])


def test_lines_are_those_of_export(t):
    job(t, sinks="out, lines", groups="[sink:out]\ntype = csv\npath = out\n"
        "partition = none\n[sink:lines]\ntype = jsonl\npath = lines\n"
        "partition = month\ntime = ns\n")
    t.run("run", "job.ini").expect(0)
    for symbol in ("AAA", "BBB"):
        harness.equal(rows_of(t, symbol), exported(t, symbol, "--lineage"))
        lines = t.run("export", "job.ini", "--symbol", symbol, "--lineage",
                      "--format", "jsonl", "--time", "ns").expect(0).out
        harness.equal(t.read("lines/provider=fake/dataset=made-up/"
                             f"schema=ohlcv-1m/symbol={symbol}/"
                             "month=2024-01/data.jsonl"), lines)


def test_packed_files_hold_the_same_lines(t):
    groups = "".join(f"[sink:{p}]\ntype = csv\npath = {p}\nlineage = no\n"
                     f"compression = {p}\npartition = year\n"
                     for p in ("none", "gzip", "zstd"))
    job(t, sinks="none, gzip, zstd", groups=groups)
    t.run("run", "job.ini").expect(0)
    for name in files(t, "none"):
        plain = t.read("none/" + name)
        with gzip.open(t.path("gzip", name + ".gz"), "rt") as file:
            harness.equal(file.read(), plain)
        if shutil.which("zstd"):
            harness.equal(subprocess.run(
                ["zstd", "-dcq", t.path("zstd", name + ".zst")], check=True,
                capture_output=True, text=True).stdout, plain)


def test_symbols_that_are_no_file_names_have_folders_of_their_own(t):
    names = ["BRK/B", "..", "aB", "Ab", "AB", "a b", "ES.c.0", "%41"]
    job(t, symbols=", ".join(names), end="2024-01-02")
    t.run("run", "job.ini").expect(0)
    folders = sorted(os.listdir(t.path(
        "out/provider=fake/dataset=made-up/schema=ohlcv-1m")))
    harness.equal(sorted(f.lower() for f in folders),
                  sorted({f.lower() for f in folders}))
    harness.equal(folders, sorted([
        "symbol=BRK%2FB", "symbol=%2E%2E", "symbol=%61B", "symbol=A%62",
        "symbol=AB", "symbol=%61%20%62", "symbol=ES.%63.0", "symbol=%2541"]))
    harness.equal(sorted(os.listdir(t.dir)),
                  ["home", "job.ini", "out", "runtime", "store"])


def test_formulas_are_guarded_where_that_is_asked(t):
    job(t, symbols="=1+1, AAA", end="2024-01-02",
        groups=CSV + "guard_formulas = yes\n")
    t.run("run", "job.ini").expect(0)
    harness.matches("^2024-01-01T00:00:00Z,'=1[+]1,",
                    "\n".join(rows_of(t, "%3D1%2B1")))
    harness.matches("^2024-01-01T00:00:00Z,AAA,", "\n".join(rows_of(t, "AAA")))


# ---- progress ---------------------------------------------------------------

def test_a_new_sink_gets_what_the_store_holds_and_no_vendor_is_asked(t):
    job(t, sinks="", groups="")
    t.run("run", "job.ini").expect(0)
    job(t, provider="fail_at = 1+\nfail_kind = auth")
    t.run("sync", "job.ini").expect(0, out="sink out (csv): delivered")
    check_all(t)
    before = stamps(t)
    t.run("sync", "job.ini").expect(0, out="up-to-date")
    harness.equal(stamps(t), before)


def test_a_symbol_that_is_new_in_the_job_comes_whole(t):
    job(t, sinks="", groups="", symbols="AAA, BBB, CCC")
    t.run("run", "job.ini").expect(0)
    job(t, symbols="AAA")
    t.run("run", "job.ini").expect(0)
    harness.equal(rows_of(t, "CCC"), [])
    job(t, symbols="AAA, CCC")
    report = t.run("run", "job.ini", "--json").expect(0)
    harness.equal(sink(report)["rows"], 2 * 1440)
    check_all(t, ["AAA", "CCC"])


def test_a_folder_that_was_deleted_is_filled_again(t):
    job(t)
    t.run("run", "job.ini").expect(0)
    shutil.rmtree(t.path("out"))
    t.run("run", "job.ini").expect(0, out="sink out (csv): delivered, 5,760")
    check_all(t)


def test_another_partition_in_the_same_folder_is_refused(t):
    job(t)
    t.run("run", "job.ini").expect(0)
    job(t, groups=CSV + "partition = month\n")
    t.run("run", "job.ini").expect(
        3, out=["sink out (csv): failed", "partition = month", "auto"])


def test_status_tells_how_far_each_sink_is(t):
    job(t)
    t.run("run", "job.ini").expect(0)
    t.run("status", "job.ini").expect(0, out="sink lake/out (csv): delivered")
    job(t, sinks="", groups="", end="2024-01-04")
    t.run("run", "job.ini").expect(0)
    status = t.run("status", "job.ini", "--json").expect(0).json()["sinks"][0]
    harness.equal((status["sink"], status["status"]), ("lake/out", "delivered"))
    harness.true(status["lag"] > 0, str(status))
    t.run("status", "job.ini").expect(0, out="commits behind (`mdcore sync`)")


# ---- faults -------------------------------------------------------------------

def test_a_sink_that_fails_leaves_the_run_and_others_alone(t):
    job(t, sinks="bad, out",
        groups="[sink:bad]\ntype = csv\npath = bad/file\n" + CSV)
    t.write("bad", "no folder")
    report = t.run("run", "job.ini", "--json").expect(3)
    harness.equal(sink(report)["status"], "delivered")
    harness.equal(sink(report, "bad")["status"], "failed")
    harness.matches("sink bad .csv.: cannot create .*bad", report.out)
    harness.equal({e["status"] for e in report.json()["entries"]},
                  {"complete"})
    check_all(t)
    t.run("status", "job.ini").expect(0, out="sink lake/bad (csv): failed")
    os.remove(t.path("bad"))
    job(t, sinks="bad, out", provider="fail_at = 1+\nfail_kind = auth",
        groups="[sink:bad]\ntype = csv\npath = bad/file\nlineage = no\n" + CSV)
    t.run("sync", "job.ini").expect(0)
    check_all(t, root="bad/file")


def apart(t, mount, *command):
    """Runs a command where `mount` has been done, and keeps full/ in kept/."""
    script = f"{mount} && \"$@\"; status=$?; cp -r full kept; exit $status"
    return subprocess.run(["unshare", "-rm", "sh", "-c", script, "sh",
                           *command], cwd=t.dir, env=t.env, text=True,
                          capture_output=True, check=False)


def one_bad_place(t, mount):
    """A run with a sink at full/, which `mount` makes bad, and one at out/."""
    job(t, sinks="full, out", groups="[sink:full]\ntype = csv\npath = full\n"
        "lineage = no\n" + CSV)
    os.makedirs(t.path("full"))
    if apart(t, mount, "true").returncode != 0:
        t.skip("no namespaces here")
    shutil.rmtree(t.path("kept"))
    done = apart(t, mount, harness.BIN, "run", "job.ini")
    harness.equal(done.returncode, 3, done.stdout + done.stderr)
    harness.matches("sink out .csv.: delivered", done.stdout)
    check_all(t)
    return done.stdout


def test_a_full_disk_is_told_and_nothing_is_lost(t):
    out = one_bad_place(t, "mount -t tmpfs -o size=400k none full")
    harness.matches("sink full .csv.: failed.*No space left.*make room", out)
    for name in files(t, "kept"):
        harness.equal(t.read("kept/" + name), t.read("out/" + name), name)
    t.run("sync", "job.ini").expect(0)
    check_all(t, root="full")


def test_a_read_only_folder_is_told_and_caught_up(t):
    out = one_bad_place(t, "mount --bind full full && "
                        "mount -o remount,ro,bind full")
    harness.matches("sink full .csv.: failed.*Read-only.*let this user write",
                    out)
    t.run("run", "job.ini").expect(0)
    check_all(t, root="full")


def test_killed_at_any_moment_the_rows_are_there_once(t):
    seed = int(os.environ.get("MDCORE_TEST_SEED", time.time_ns() % 10**6))
    chance = random.Random(seed)
    print("# seed", seed)
    job(t, symbols="AAA, BBB, CCC, DDD", end="2024-01-09",
        groups=CSV + "partition = day\n")
    for _ in range(int(os.environ.get("MDCORE_TEST_KILLS", 6))):
        running = t.start("run", "job.ini", "--quiet")
        time.sleep(chance.random() * 0.5)
        running.kill()
        running.wait()
        if chance.random() < 0.2:
            shutil.rmtree(t.path("out"), ignore_errors=True)
    t.run("run", "job.ini").expect(0)
    check_all(t, ["AAA", "BBB", "CCC", "DDD"])
    harness.equal(len(files(t)), 4 * 8)


# ---- rows = off -----------------------------------------------------------------

def straight(t, sinks="out", groups=CSV, **more):
    job(t, sinks=sinks, groups=groups, **more)
    t.write("job.ini", t.read("job.ini").replace("path = store\n",
                                                 "path = store\nrows = off\n"))


def held(t):
    return t.run("status", "job.ini", "--json").expect(0).json()["rows"]


def made_up(t, symbols):
    """The same rows by way of another store."""
    t.write("other.ini", JOB.format(
        symbols=", ".join(symbols), end="2024-01-03", sinks="", groups="",
        provider="seed = 1").replace("path = store", "path = other"))
    t.run("run", "other.ini").expect(0)
    return {s: t.run("export", "other.ini", "--symbol", s).expect(0).lines()[1:]
            for s in symbols}


def test_without_rows_the_sinks_get_them_and_the_store_the_coverage(t):
    straight(t)
    t.run("run", "job.ini").expect(0, out="sink out (csv): delivered, 5,760")
    harness.equal(held(t), 0, "rows in the store")
    before = stamps(t)
    t.run("run", "job.ini").expect(0, out="up-to-date")
    harness.equal(stamps(t), before)
    for symbol, lines in made_up(t, ["AAA", "BBB"]).items():
        harness.equal(sorted(rows_of(t, symbol)), lines)


def test_without_rows_a_sink_that_fails_gets_them_later(t):
    straight(t, sinks="bad, out", groups="[sink:bad]\ntype = csv\n"
             "path = bad/file\nlineage = no\n" + CSV)
    t.write("bad", "no folder")
    t.run("run", "job.ini").expect(3, out=["sink bad (csv): failed",
                                           "sink out (csv): delivered"])
    harness.equal(held(t), 5760, "rows kept for the sink")
    os.remove(t.path("bad"))
    t.run("sync", "job.ini").expect(0, out="sink bad (csv): delivered, 5,760")
    harness.equal(held(t), 0, "rows in the store")
    for symbol, lines in made_up(t, ["AAA", "BBB"]).items():
        harness.equal(sorted(rows_of(t, symbol)), lines)
        harness.equal(sorted(rows_of(t, symbol, "bad/file")), lines)


def test_without_rows_killed_at_any_moment_they_are_there_once(t):
    seed = int(os.environ.get("MDCORE_TEST_SEED", time.time_ns() % 10**6))
    chance = random.Random(seed)
    print("# seed", seed)
    symbols = ["AAA", "BBB", "CCC", "DDD", "EEE", "FFF"]
    straight(t, symbols=", ".join(symbols),
             provider="seed = 1\npage_rows = 500")
    for _ in range(int(os.environ.get("MDCORE_TEST_KILLS", 6))):
        running = t.start("run", "job.ini", "--quiet")
        time.sleep(chance.random() * 0.4)
        running.kill()
        running.wait()
    t.run("run", "job.ini").expect(0)
    harness.equal(held(t), 0)
    for symbol, lines in made_up(t, symbols).items():
        harness.equal(sorted(rows_of(t, symbol)), lines)


def test_what_a_sink_has_and_the_store_never_committed_goes_again(t):
    straight(t)
    for write in range(1, 8):
        t.run("run", "job.ini", "--quiet",
              env={"MDCORE_CRASH_AT": f"commit:before-write:{write}"})
        t.run("run", "job.ini", "--quiet",
              env={"MDCORE_CRASH_AT": f"commit:after-write:{write}"})
    t.run("run", "job.ini").expect(0)
    for symbol, lines in made_up(t, ["AAA", "BBB"]).items():
        harness.equal(sorted(rows_of(t, symbol)), lines)


def test_without_rows_what_would_need_them_is_refused(t):
    straight(t)
    t.run("run", "job.ini").expect(0)
    t.run("run", "job.ini", "--refetch", "2024-01-01/2024-01-02").expect(
        2, err=["job.ini:", "rows = off", "second time"])
    t.run("export", "job.ini", "--as-of", "2024-02-01").expect(
        2, err=["rows = off", "sinks"])
    straight(t, sinks="", groups="")
    t.run("check", "job.ini").expect(2, err="off needs `sinks`")
    straight(t)
    t.write("job.ini", t.read("job.ini").replace(
        "sinks = out", "sinks = out\nrevise = 3d\nprovisional = yes"))
    t.run("check", "job.ini").expect(2, err=["revise: rows = off",
                                             "provisional: rows = off"])


# ---- the job file ---------------------------------------------------------------

def test_faults_of_a_group_have_their_line(t):
    job(t, groups=CSV + "compresion = gzip\n")
    t.run("check", "job.ini").expect(
        2, err=["job.ini:", 'unknown key "compresion"', "compression"])
    job(t, groups="[sink:out]\ntype = fake\n")
    t.run("check", "job.ini").expect(
        2, err=["job.ini:", '"fake" is no sink', "list-sinks"])
    job(t, groups="[sink:out]\ntype = csv\n")
    t.run("check", "job.ini").expect(2, err='csv needs "path"')


def test_sync_without_sinks_says_what_to_write(t):
    job(t, sinks="", groups="")
    t.run("sync", "job.ini").expect(2, err="[sink:NAME]")


def test_sinks_are_listed_with_their_keys(t):
    t.plugin("csv")
    listed = t.run("list-sinks", "--json").expect(0).json()["sinks"]
    harness.true({"csv", "jsonl"} <= {s["name"] for s in listed}, str(listed))
    t.run("inspect", "csv").expect(
        0, out=["capabilities=sink", "key.partition.choices=auto,day,month,"
                "year,none", "key.path.required=yes"])
    json.loads(t.run("inspect", "jsonl", "--json").expect(0).out)


harness.main()
