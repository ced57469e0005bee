# SPDX-License-Identifier: Apache-2.0
"""`mdcore check`: what can be known about a job before anybody is asked."""
import harness

JOB = """\
[job]
provider = fake
schema = ohlcv-1h
symbols = AAA, BBB
start = 2024-01-01
end = 2024-02-01
"""


def test_a_sound_job_is_one_line(t):
    t.plugin("fake")
    t.write("us.ini", JOB)
    done = t.run("check", "us.ini").expect(0, out=[
        "us.ini: ok: fake", "2 symbols", "2024-01-01 to 2024-02-01",
        t.path("mdcore-store")])
    harness.equal(len(done.lines()), 1, "lines")


def test_check_makes_no_store(t):
    t.plugin("fake")
    t.write("us.ini", JOB)
    t.run("check", "us.ini").expect(0)
    t.run("status").expect(5)


def test_the_date_of_a_universe_is_told(t):
    t.plugin("fake")
    t.write("us.ini", JOB.replace("AAA, BBB", "@etf20"))
    t.run("check", "us.ini").expect(0, out="@etf20 of 20")


def test_a_key_that_the_plugin_does_not_know(t):
    t.plugin("fake")
    t.write("us.ini", JOB + "[provider]\nsede = 1\n")
    t.run("check", "us.ini").expect(
        2, err='us.ini:8: unknown key "sede" in [provider] of fake '
               '(did you mean "seed"?)')


def test_a_wrong_value_for_the_plugin(t):
    t.plugin("fake")
    t.write("us.ini", JOB + "[provider]\nseed = many\n")
    t.run("check", "us.ini").expect(2, err="us.ini:8: [provider] seed: ")


def test_an_unknown_schema_names_its_line_and_the_nearest(t):
    t.plugin("fake")
    t.write("us.ini", JOB.replace("ohlcv-1h", "ohlcv-1hh"))
    t.run("check", "us.ini").expect(2, err=["us.ini:3: ", "ohlcv-1h"])


def test_an_unknown_dataset_names_its_line(t):
    t.plugin("fake")
    t.write("us.ini", JOB + "dataset = made-down\n")
    t.run("check", "us.ini").expect(2, err=["us.ini:7: ", "made-up"])


def test_an_unknown_provider_lists_the_known_ones(t):
    t.plugin("fake")
    t.write("us.ini", JOB.replace("fake", "fakir"))
    t.run("check", "us.ini").expect(2, err=["fakir", "fake"])


def test_a_sink_must_be_a_sink(t):
    t.plugin("fake")
    t.write("us.ini", JOB + "sinks = lake\n[sink:lake]\ntype = fake\n")
    t.run("check", "us.ini").expect(2, err=["[sink:lake]", "no sink"])


def test_each_job_is_checked_and_the_first_fault_counts(t):
    t.plugin("fake")
    t.write("good.ini", JOB)
    t.write("bad.ini", JOB + "wrokers = 3\n")
    t.run("check", "bad.ini", "good.ini").expect(
        2, out="good.ini: ok", err="bad.ini:7: ")


def test_json_holds_the_faults_and_what_is_fine(t):
    t.plugin("fake")
    t.write("good.ini", JOB)
    t.write("bad.ini", JOB + "wrokers = 3\nfoo\n")
    good, bad = t.run("check", "good.ini", "bad.ini",
                      "--json").expect(2).json()
    harness.equal(good["ok"], True)
    harness.equal(good["symbols"], ["AAA", "BBB"])
    harness.equal(bad["ok"], False)
    harness.equal(len(bad["faults"]), 2, "faults")


def test_check_needs_a_job(t):
    t.run("check").expect(2, err="which job?")


harness.main()
