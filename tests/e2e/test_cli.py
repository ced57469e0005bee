# SPDX-License-Identifier: Apache-2.0
"""The command line before any command does its work."""
import re

import harness


def commands(t):
    """(name, summary) of each line of the list of commands."""
    listed = t.run("--help").expect(0).out.split("Commands:\n")[1]
    block = listed.split("\nOptions of every command:")[0]
    return re.findall(r"^  (\S+)\s+(\S.*)$", block, re.MULTILINE)


def test_help_is_on_stdout_and_succeeds(t):
    t.run("--help").expect(0, out="Usage: mdcore COMMAND")


def test_no_command_shows_the_help_and_exits_with_two(t):
    t.run().expect(2, out="Usage: mdcore COMMAND")


def test_help_lines_start_in_one_column(t):
    out = t.run("--help").expect(0).out
    columns = {len(m.group(0)) for m in
               re.finditer(r"^  \S+ {2,}(?=\S)", out, re.MULTILINE)}
    harness.equal(len(columns), 1, "columns of summaries")


def test_every_command_answers_help_with_its_name_and_summary(t):
    for name, summary in commands(t):
        t.run(name, "--help").expect(0, out=[f"mdcore {name}", summary,
                                             "--store", "--json"])


def test_every_command_refuses_an_unknown_option(t):
    for name, _ in commands(t):
        t.run(name, "--nonsense").expect(2, err=["--nonsense", name])


def test_an_unknown_command_exits_with_two(t):
    t.run("frobnicate").expect(2, err="unknown command \"frobnicate\"")


def test_version_names_the_plugin_abi(t):
    out = t.run("--version").expect(0).out
    harness.matches(r"^mdcore \d+\.\d+\.\d+, plugin ABI \d+\.\d+$", out)


def test_a_full_device_is_a_failure(t):
    import os
    import subprocess
    if not os.path.exists("/dev/full"):
        t.skip("no /dev/full")
    with open("/dev/full", "w") as full:
        done = subprocess.run([harness.BIN, "--help"], stdout=full,
                              stderr=subprocess.PIPE, text=True, env=t.env)
    harness.equal(done.returncode, 1, "exit status")
    harness.true("could not write" in done.stderr, done.stderr)


harness.main()
