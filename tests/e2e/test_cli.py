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


def test_a_mistyped_command_gets_a_suggestion(t):
    t.run("covrage").expect(2, err='did you mean "coverage"?')


def test_a_mistyped_option_gets_a_suggestion(t):
    t.run("gaps", "--repar").expect(2, err="did you mean --repair?")


def test_an_option_before_the_command_must_be_a_common_one(t):
    t.run("--repair", "gaps").expect(2, err='unknown option "--repair"')


def test_common_options_stand_before_or_after_the_command(t):
    for args in (["--store", "here", "coverage"], ["--store=here", "coverage"],
                 ["-q", "--store", "here", "coverage"],
                 ["coverage", "--store", "here"],
                 ["coverage", "--store=here", "-q"]):
        t.run(*args).expect(5, err=t.path("here"))


def test_the_later_of_two_equal_options_wins(t):
    t.run("--store", "one", "coverage", "--store", "two").expect(
        5, err=t.path("two"))


def test_two_dashes_end_the_options(t):
    t.run("check", "--", "--help").expect(2, err="--help: No such file")


def test_help_of_a_command_by_its_name(t):
    t.run("help", "gaps").expect(0, out="mdcore gaps")
    t.run("help", "gasp").expect(2, err="gaps")


def test_log_options_are_checked(t):
    t.run("coverage", "--log-level", "loud").expect(
        2, err="--log-level loud: must be one of debug, info")
    t.run("coverage", "--log-format", "xml").expect(
        2, err="--log-format xml: must be one of text, json")


def test_a_reader_that_leaves_early_is_no_failure(t):
    import subprocess
    command = f"'{harness.BIN}' config keys; echo $? >status"
    for reader in ("head -c 1", "true"):
        subprocess.run(["sh", "-c", f"({command}) | {reader}"], env=t.env,
                       cwd=t.dir, capture_output=True, check=False)
        harness.equal(t.read("status").strip(), "0", reader)


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
