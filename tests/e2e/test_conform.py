# SPDX-License-Identifier: Apache-2.0
"""`mdcore conform`: each broken rule is found by the check meant for it."""
import os
import re

import harness

BAD = os.environ.get("MDCORE_TEST_BAD_PLUGINS", "")
SECRET = "canary-4e1d7c"
DAYS = [f"{1704067200 + 86400 * day},{100 + day}" for day in range(10)]


def plugin(t, name):
    for folder in (BAD, os.path.join(os.path.dirname(BAD), "plugins-unruly")):
        path = os.path.join(folder, name + ".so")
        if os.path.exists(path):
            return path
    return t.skip(f"{name}.so is not built")


def conform(t, path, *args, status=None):
    """{check: its result}."""
    answer = t.run("conform", path, "--json", *args).expect(status)
    checks = {c["check"]: c for c in answer.json()["checks"]}
    assert SECRET not in answer.out, answer
    assert answer.json()["conforms"] == (answer.status == 0), answer
    assert answer.status in (0, 1), answer
    return checks


def verdicts(checks, verdict):
    return {n for n, c in checks.items() if c["verdict"] == verdict}


def fails(t, name, check, reason, *args):
    """The plugin fails this check with this reason."""
    checks = conform(t, plugin(t, name), *args, status=1)
    result = checks[check]
    assert result["verdict"] == "fail", (name, check, checks)
    assert re.search(reason, result["reason"]), (name, result)
    return checks


def recording(t, body=None):
    """A job of two symbols, and its recorded answers."""
    lines = "\n".join("| " + line for line in DAYS + ["end"])
    path = t.write("bars.rec", "mdcore exchanges 1\n" + "".join(
        f"\nGET http://127.0.0.1:9/bars?symbol={symbol}\n< 200\n"
        f"< Content-Type: text/plain\n{body or lines}\n"
        for symbol in ("ONE", "TWO")))
    job = t.write("bars.ini", "[job]\nname = bars\nprovider = asks\n"
                  "dataset = d\nschema = ohlcv-1d\nsymbols = ONE, TWO\n"
                  "start = 2024-01-01\nend = 2024-01-11\n")
    return "--job", job, "--recording", path


# ---- sound ones -------------------------------------------------------------

def test_a_sound_provider_passes_every_check(t):
    checks = conform(t, plugin(t, "keeps-all"), status=0)
    harness.equal(verdicts(checks, "skip"), {"faults"})
    harness.equal(verdicts(checks, "pass"), set(checks) - {"faults"})


def test_a_sound_provider_that_asks_passes_with_its_recording(t):
    checks = conform(t, plugin(t, "asks"), *recording(t), status=0)
    # A recording has the whole range only.
    harness.equal(verdicts(checks, "skip"), {"chunks"})


def test_every_provider_of_the_tree_conforms(t):
    """Without a recording: what asks over the network is half checked."""
    found = 0
    for folder in t.env["MDCORE_PLUGIN_PATH"].split(":"):
        for name in sorted(os.listdir(folder)):
            if name.endswith(".so") and "/tests/" not in folder:
                checks = conform(t, os.path.join(folder, name), status=0)
                assert "descriptor" in verdicts(checks, "pass"), checks
                found += 1
                print(f"# {name}: {len(verdicts(checks, 'pass'))} passed, "
                      f"{len(verdicts(checks, 'skip'))} skipped")
    assert found > 0


def test_the_fake_provider_passes_all_that_needs_no_recording(t):
    checks = conform(t, t.plugin("fake"), status=0)
    harness.equal(verdicts(checks, "skip"), {"faults", "secrets"})


# ---- the loader --------------------------------------------------------------

def test_what_cannot_be_loaded_is_not_tried(t):
    checks = fails(t, "callback-missing", "descriptor", "fetch")
    harness.equal(verdicts(checks, "fail"), {"descriptor"})
    harness.equal(verdicts(checks, "skip"), set(checks) - {"descriptor"})


# ---- configuration and life --------------------------------------------------

def test_a_refusal_that_names_no_key_is_found(t):
    fails(t, "open-silent", "keys", "names no key: bad configuration")


def test_a_crash_of_open_is_found_with_the_key(t):
    checks = fails(t, "open-crashes", "odd-values", 'crashed.*"note"')
    harness.equal(verdicts(checks, "fail"), {"odd-values"})


def test_memory_and_files_that_stay_are_found(t):
    for name, reason in (("leaks-memory", "bytes behind"),
                         ("leaks-files", "a file open")):
        checks = fails(t, name, "open-close", reason)
        harness.equal(verdicts(checks, "fail"), {"open-close"})


def test_sessions_that_share_their_state_are_found(t):
    checks = fails(t, "shares-session", "sessions", "row")
    harness.equal(verdicts(checks, "fail"), {"sessions"})


def test_secrets_are_found_wherever_they_stand(t):
    for name, where in (("logs-secret", "a log message"),
                        ("secret-in-url", "an URL")):
        fails(t, name, "secrets", where)


# ---- crash, hang, exit -------------------------------------------------------

def test_a_crash_is_a_result_and_says_what_was_tried(t):
    checks = fails(t, "crashes", "rows", "crashed.*a fetch of what")
    assert "open-close" in verdicts(checks, "pass"), checks


def test_a_hang_is_a_result(t):
    checks = fails(t, "hangs", "rows", "hangs: a fetch", "--timeout", "1s")
    assert "open-close" in verdicts(checks, "pass"), checks


def test_an_end_of_the_program_is_a_result(t):
    fails(t, "exits", "rows", "ended the program")


def test_printing_is_found(t):
    fails(t, "prints", "rows", "standard output")


# ---- rows --------------------------------------------------------------------

def test_each_broken_row_rule_is_found(t):
    for name, reason in (("out-of-range", "outside the range"),
                         ("high-below-low", "high|low|ohlc"),
                         ("row-twice", "came twice"),
                         ("wrong-symbol", "never interned"),
                         ("covered-early", "after `covered`"),
                         ("nothing-covered", "without covering"),
                         ("two-classes", "returned .network. and filled"),
                         ("no-message", "without a message")):
        fails(t, name, "rows", reason)


def test_rows_that_change_by_themselves_are_found(t):
    checks = fails(t, "never-the-same", "twice", "row")
    assert "rows" in verdicts(checks, "pass"), checks


def test_rows_that_depend_on_where_one_began_are_found(t):
    checks = fails(t, "counts-from-start", "chunks", "row")
    harness.equal(verdicts(checks, "fail"), {"chunks"})


def test_rows_that_depend_on_the_clock_are_found(t):
    checks = fails(t, "fears-2038", "clocks", "missing")
    harness.equal(verdicts(checks, "fail"), {"clocks"})


def test_going_on_after_the_end_is_found(t):
    for name in ("ignores-cancel", "covers-after-cancel"):
        checks = fails(t, name, "cancel", "went on")
        harness.equal(verdicts(checks, "fail"), {"cancel"})


# ---- answers -----------------------------------------------------------------

def test_answers_that_are_believed_are_found(t):
    ask = recording(t)
    fails(t, "trusts-status", "faults", "HTTP 401 as answer 1: the class", *ask)
    fails(t, "trusts-body", "faults", "taken for a good answer", *ask)
    fails(t, "crashes-on-empty", "faults", "crashed.*an empty answer", *ask)
    fails(t, "forgets-retry-after", "faults", "Retry-After is lost", *ask)


def test_partial_rows_are_found(t):
    checks = fails(t, "partial-rows", "faults",
                   "half an answer.*a row is missing", *recording(t))
    harness.equal(verdicts(checks, "fail"), {"faults"})


def test_a_recorded_run_of_a_real_provider_conforms(t):
    """The two commands of the guide, with a vendor's server in between."""
    path = t.plugin("coinbase")
    server = t.server("coinbase_server", "--synthetic",
                      "BTC-USD:2024-01-01:2024-01-03", "--log",
                      t.path("requests.jsonl"))
    job = t.write("coins.ini", "[job]\nname = coins\nprovider = coinbase\n"
                  "schema = ohlcv-1h\nsymbols = BTC-USD\n"
                  "start = 2024-01-01\nend = 2024-01-03\n"
                  f"[provider]\nbase_url = {server.url}\n")
    record = t.path("coins.rec")
    t.run("run", job, "--record", record).expect()
    server.stop()
    checks = conform(t, path, "--job", job, "--recording", record, status=0)
    assert "faults" in verdicts(checks, "pass"), checks


# ---- quirks ------------------------------------------------------------------

def test_what_is_known_is_waived_with_its_reason(t):
    path = plugin(t, "fears-2038")
    quirks = t.write("q", "# known\nclocks: the vendor ends in 2038\n")
    checks = conform(t, path, "--quirks", quirks, status=0)
    harness.equal(verdicts(checks, "waived"), {"clocks"})
    assert "the vendor ends in 2038" in checks["clocks"]["reason"]


def test_a_waiver_that_is_not_needed_is_a_failure(t):
    quirks = t.write("q", "rows: once it was so\n")
    checks = conform(t, plugin(t, "keeps-all"), "--quirks", quirks, status=1)
    assert "take the line out" in checks["rows"]["reason"], checks


def test_a_wrong_quirks_file_is_told_with_its_line(t):
    path = plugin(t, "keeps-all")
    for text, reason in (("\nrows\n", ":2: a line is"),
                         ("rows:  \n", ":1: a line is"),
                         ("columns: no\n", "no check \"columns\""),
                         ("descriptor: no\n", "no check \"descriptor\"")):
        quirks = t.write("q", text)
        t.run("conform", path, "--quirks", quirks).expect(2, err=reason)
    t.run("conform", path, "--quirks", t.path("none")).expect(2, err="none")


# ---- the command -------------------------------------------------------------

def test_the_text_says_each_check_and_the_sum(t):
    out = t.run("conform", plugin(t, "keeps-all")).expect(0).out
    harness.matches(r"^pass +rows +\S", out)
    harness.matches(r"^11 passed, 1 skipped, 0 waived, 0 failed$", out)


def test_wrong_usage_is_told(t):
    t.run("conform").expect(2, err="name one plugin")
    t.run("conform", t.path("no.so")).expect(2, err="there is no file")
    t.run("conform", plugin(t, "asks"), "--recording", "x").expect(
        2, err="--job")
    t.run("conform", plugin(t, "asks"), "--timeout", "soon").expect(
        2, err="soon")


harness.main()
