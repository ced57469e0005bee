# SPDX-License-Identifier: Apache-2.0
"""The demonstration: what a newcomer runs first."""
import os
import shlex
import signal
import subprocess
import time

import harness

ROWS = 2 * 366 * 1440  # two symbols, the minutes of a leap year


def commands(result):
    """What it says to type next."""
    after = result.out.split("What to type next\n")[1]
    return [line.strip() for line in after.splitlines()
            if line.strip() and not line.strip().startswith("#")]


def rows(t, folder):
    """All that is held, as text."""
    out = t.path(folder + ".csv")
    t.run("export", t.path(folder, "demo.ini"), "--format", "csv", "-o",
          out).expect(0)
    with open(out, encoding="utf-8") as file:
        return file.read()


def test_it_ends_soon_and_shows_what_it_did(t):
    before = time.monotonic()
    result = t.run("demo", timeout=20).expect(
        0, out=["ACME", "BOLT", "527,040", "complete", "daily closes",
                "What to type next"])
    assert time.monotonic() - before < 20
    for path in (t.path("mdcore-demo", "demo.ini"),
                 t.path("mdcore-demo", "store")):
        assert path in result.out and os.path.exists(path), path


def test_its_commands_can_be_typed(t):
    typed = commands(t.run("demo").expect(0))
    assert len(typed) == 3, typed
    for line in typed[:2]:
        words = shlex.split(line)
        done = subprocess.run(words, env=t.env, cwd=t.dir, text=True,
                              capture_output=True, check=False)
        assert done.returncode == 0, (line, done.stdout, done.stderr)
    assert done.stdout.count("\n") == 1441, done.stdout[:500]


def test_its_last_command_asks_for_real_prices(t):
    last = commands(t.run("demo").expect(0))[-1]
    assert last.endswith("backfill coinbase BTC-USD --schema ohlcv-1h "
                         "--from 2024-01-01"), last


def test_a_second_time_fetches_nothing_twice(t):
    t.run("demo").expect(0)
    t.run("demo").expect(0, out=["up-to-date", "527,040"],
                         not_out="rows added")


def test_the_folder_can_be_chosen(t):
    t.run("demo", "--dir", "a folder").expect(0)
    assert os.path.exists(t.path("a folder", "demo.ini"))
    assert not os.path.exists(t.path("mdcore-demo"))


def test_a_folder_with_other_things_is_left_alone(t):
    t.write("mine/thesis.txt", "years of work")
    t.run("demo", "--dir", "mine").expect(2, err=["mine", "--dir"])
    assert os.listdir(t.path("mine")) == ["thesis.txt"]


def test_a_folder_that_cannot_be_made_is_told(t):
    t.write("file", "x")
    t.run("demo", "--dir", "file/demo").expect(1, err=["file/demo", "--dir"])


def wait_for_the_store(t, folder, running):
    deadline = time.monotonic() + 30
    while not os.path.exists(t.path(folder, "store")):
        assert time.monotonic() < deadline and running.process.poll() is None
        time.sleep(0.05)
    time.sleep(1)
    assert running.process.poll() is None


def interrupted(t, number, status):
    """Stopped in the middle, then run again: the same rows as if not."""
    t.run("demo", "--dir", "whole").expect(0)
    running = t.start("demo", "--dir", "parts", "--set", "provider.slow=300ms")
    wait_for_the_store(t, "parts", running)
    result = running.signal(number).wait()
    assert result.status == status, result
    t.run("demo", "--dir", "parts").expect(0, out=["complete", "527,040"])
    assert rows(t, "parts") == rows(t, "whole")
    return result


def test_ctrl_c_loses_nothing(t):
    interrupted(t, signal.SIGINT, 130).expect(130, err="goes on")


def test_a_sudden_death_loses_nothing(t):
    interrupted(t, signal.SIGKILL, -signal.SIGKILL)


def test_a_plain_terminal_gets_plain_letters(t):
    result = t.run("demo", env={"LANG": "C", "LC_ALL": "C"}).expect(0)
    assert result.out.isascii()


def test_as_json_it_is_a_run(t):
    report = t.run("demo", "--json").expect(0).json()
    assert report["outcome"] == "done" and report["rows_in"] == ROWS, report


def test_the_rows_it_shows_are_what_export_writes(t):
    t.plugin("fake")
    shown = t.run("demo", "--dir", t.path("d")).expect(0).lines()
    first = next(i for i, line in enumerate(shown)
                 if line.startswith("ts,symbol,"))
    told = shown[first:first + 5]
    written = t.run("export", t.path("d", "demo.ini"), "--symbol", "ACME",
                    "--from", "2024-12-31T23:56:00Z", "--format",
                    "csv").expect(0).lines()
    harness.equal(told, written)


harness.main()
