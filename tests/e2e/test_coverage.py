# SPDX-License-Identifier: Apache-2.0
"""`coverage`, `gaps`, `status` and `why` on what the fake provider left."""
import harness

JOB = """\
[job]
provider = fake
schema = ohlcv-1h
symbols = AAA, BBB
start = 2024-01-01
end = 2024-02-01
"""


def filled(t, text=JOB, *args, status=0):
    """A store that a run of us.ini has filled."""
    t.plugin("fake")
    t.write("us.ini", text)
    return t.run("run", "us.ini", "--quiet", *args).expect(status)


# ---- no store, wrong names ------------------------------------------------

def test_a_missing_store_is_named(t):
    for command in (["coverage"], ["gaps"], ["status"], ["dlq", "list"],
                    ["why", "AAA", "2024-01-01"]):
        t.run(*command, "--store", "nowhere").expect(5, err="nowhere")


def test_reading_makes_no_store(t):
    t.run("coverage").expect(5)
    t.run("coverage").expect(5)


def test_what_is_not_there_names_store_and_nearest(t):
    filled(t)
    t.run("coverage", "--symbol", "AAB").expect(
        2, err=[t.path("mdcore-store"), "AAA"])
    t.run("coverage", "--schema", "ohlcv-1hh").expect(2, err="ohlcv-1h")


def test_an_argument_too_many_is_refused(t):
    filled(t)
    t.run("coverage", "us.ini", "BBB").expect(2, err='too many: "BBB"')


# ---- coverage -------------------------------------------------------------

def test_each_selector_has_its_rows_and_spans(t):
    filled(t)
    held = t.run("coverage", "us.ini", "--json").expect(0).json()
    harness.equal([s["selector"] for s in held["selectors"]], ["AAA", "BBB"])
    aaa = held["selectors"][0]
    harness.equal(aaa["rows"], 31 * 24, "rows")
    harness.equal([(s["state"], s["from"], s["to"]) for s in aaa["spans"]],
                  [("complete", "2024-01-01T00:00:00Z",
                    "2024-02-01T00:00:00Z")])
    harness.equal(aaa["first"], "2024-01-01T00:00:00Z")
    harness.equal(aaa["last"], "2024-01-31T23:00:00Z")


def test_a_symbol_never_asked_is_named(t):
    filled(t)
    t.write("more.ini", JOB.replace("BBB", "BBB, CCC"))
    t.run("coverage", "more.ini").expect(0, out="never asked: CCC")
    held = t.run("coverage", "more.ini", "--json").expect(0).json()
    harness.equal(held["never_asked"], ["CCC"])


def test_a_failed_span_shows_its_reason(t):
    filled(t, JOB + "[retry]\nmax_retries = 0\n[provider]\n"
           "fail_kind = network\nfail_symbol = BBB\nfail_rate = 1\n",
           status=3)
    held = t.run("coverage", "us.ini", "--json").expect(0).json()
    states = {s["selector"]: s["spans"][0]["state"]
              for s in held["selectors"]}
    harness.equal(states["AAA"], "complete")
    bbb = [s for s in held["selectors"] if s["selector"] == "BBB"]
    if bbb:
        harness.equal(bbb[0]["spans"][0]["state"], "failed")
        harness.true(bbb[0]["spans"][0]["reason"], "no reason")
    t.run("gaps", "us.ini").expect(3, out="BBB")


def test_filters_choose(t):
    filled(t)
    out = t.run("coverage", "--symbol", "BBB").expect(0).out
    harness.true("AAA" not in out and "BBB" in out, out)


# ---- gaps -----------------------------------------------------------------

def test_a_finished_job_has_no_gaps(t):
    filled(t)
    t.run("gaps", "us.ini").expect(0, out="no gaps")
    harness.equal(t.run("gaps", "us.ini", "--json").expect(0).json()["gaps"],
                  [])


def test_gaps_are_the_want_minus_what_is_held(t):
    filled(t)
    gaps = t.run("gaps", "us.ini", "--json", "--symbol", "AAA",
                 "--set", "job.start=2023-12-30",
                 "--set", "job.end=2024-02-02").expect(3).json()["gaps"]
    harness.equal([(g["from"], g["to"], g["state"]) for g in gaps], [
        ("2023-12-30T00:00:00Z", "2024-01-01T00:00:00Z", "never asked"),
        ("2024-02-01T00:00:00Z", "2024-02-02T00:00:00Z", "never asked")])


def test_what_is_not_final_yet_is_no_gap(t):
    filled(t)
    t.run("gaps", "us.ini", "--set", "job.end=now",
          env={"MDCORE_TEST_CLOCK": "2024-02-01T00:30:00Z"}).expect(0)


def test_without_a_job_the_holes_between_are_gaps(t):
    filled(t)
    t.run("run", "us.ini", "--quiet", "--set", "job.start=2024-03-01",
          "--set", "job.end=2024-03-02").expect(0)
    gaps = t.run("gaps", "--json", "--symbol", "AAA").expect(3).json()["gaps"]
    harness.equal([(g["from"], g["to"]) for g in gaps],
                  [("2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z")])


def test_repair_runs_the_job(t):
    filled(t)
    more = ["--set", "job.end=2024-02-03"]
    t.run("gaps", "us.ini", *more).expect(3)
    t.run("gaps", "us.ini", "--repair", "--quiet", *more).expect(0)
    t.run("gaps", "us.ini", *more).expect(0)


def test_repair_needs_a_job(t):
    filled(t)
    t.run("gaps", "--repair").expect(2, err="needs a JOB")


# ---- status ---------------------------------------------------------------

def test_status_adds_up_what_is_held(t):
    filled(t)
    status = t.run("status", "--json").expect(0).json()
    feed = status["feeds"][0]
    harness.equal((feed["schema"], feed["selectors"], feed["rows"],
                   feed["unsettled"]), ("ohlcv-1h", 2, 2 * 31 * 24, 0))
    harness.equal(status["rows"], 2 * 31 * 24, "rows of the store")
    harness.equal(status["last_run"]["job"], "us")
    t.run("status").expect(0, out=["1,488 rows", "job us: done"])


# ---- why ------------------------------------------------------------------

def why(t, symbol, time, *args):
    answers = t.run("why", symbol, time, "--json", *args).expect(0).json()
    harness.equal(len(answers), 1, "answers")
    return answers[0]


def test_a_held_row_names_commit_job_and_request(t):
    filled(t)
    answer = why(t, "AAA", "2024-01-03T05:12:00Z")
    harness.equal(answer["answer"], "held")
    harness.equal(answer["from"], "2024-01-03T05:00:00Z")
    harness.equal(answer["job"], "us")
    harness.true(answer["commit"] > 0 and answer["ingestion_id"]
                 and "AAA" in answer["request"], str(answer))
    harness.true('"ts":"2024-01-03T05:00:00Z"' in answer["row"], answer["row"])


def test_the_sentence_is_one_line(t):
    filled(t)
    lines = t.run("why", "AAA", "2024-01-03").expect(0).lines()
    harness.equal(len(lines), 2, "the sentence and the row")
    harness.true(lines[0].startswith("AAA ohlcv-1h of fake made-up, bar of "
                                     "2024-01-03: there is a row"), lines[0])


def test_a_time_never_asked_says_what_was(t):
    filled(t)
    answer = why(t, "AAA", "2024-02-11")
    harness.equal(answer["answer"], "never asked")
    harness.true("between 2024-01-01 and 2024-02-01" in answer["sentence"],
                 answer["sentence"])


def test_the_end_of_what_is_held_is_not_held(t):
    filled(t)
    harness.equal(why(t, "AAA", "2024-01-31T23:59:59Z")["answer"], "held")
    harness.equal(why(t, "AAA", "2024-02-01")["answer"], "never asked")


def test_a_dead_letter_gives_its_reasons(t):
    filled(t, JOB + "[provider]\nbad_rate = 0.05\n", status=None)
    letter = t.run("dlq", "list", "--json").expect(0).json()[0]
    answer = why(t, letter["instrument"], letter["ts"])
    harness.equal(answer["answer"], "set aside")
    harness.true(letter["id"] in answer["sentence"]
                 and letter["reasons"] in answer["sentence"],
                 answer["sentence"])


def test_a_hole_at_the_vendor_is_told_from_a_failure(t):
    filled(t, JOB + "[provider]\ngap_rate = 0.5\n", status=None)
    held = {line.split(",")[0] for line in
            t.run("export", "us.ini", "--symbol", "AAA").expect(0).lines()}
    hours = [f"2024-01-{d:02}T{h:02}:00:00Z" for d in range(1, 32)
             for h in range(24)]
    holes = [h for h in hours if h not in held]
    harness.true(holes and len(holes) < len(hours), "no hole made up")
    answer = why(t, "AAA", holes[0])
    harness.true(answer["answer"] in ("no row", "empty", "suspect"),
                 answer["sentence"])
    harness.true("asked 1 time" in answer["sentence"], answer["sentence"])


def test_a_restated_row_names_what_it_replaced(t):
    filled(t)
    t.run("run", "us.ini", "--quiet", "--refetch", "2024-01-01/2024-02-01",
          "--set", "provider.revision=1",
          "--set", "provider.revise_rate=1").expect(0)
    answer = why(t, "AAA", "2024-01-03T05:00:00Z")
    harness.equal(answer["answer"], "held")
    harness.true("replaced the row of commit" in answer["sentence"],
                 answer["sentence"])


def test_an_unknown_symbol_or_time_is_refused(t):
    filled(t)
    t.run("why", "AAB", "2024-01-03").expect(2, err="AAA")
    t.run("why", "AAA", "yesterday").expect(2, err='"yesterday" is no time')
    t.run("why", "AAA").expect(2, err="why SYMBOL TIME")


harness.main()
