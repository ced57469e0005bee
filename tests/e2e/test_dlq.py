# SPDX-License-Identifier: Apache-2.0
"""`mdcore dlq`: what was set aside, mended, replayed and removed."""
import json

import harness

JOB = """\
[job]
provider = fake
schema = ohlcv-1h
symbols = AAA, BBB
start = 2024-01-01
end = 2024-02-01
"""


def with_letters(t):
    """A store whose run set rows aside; its letters."""
    t.plugin("fake")
    t.write("us.ini", JOB + "[provider]\nbad_rate = 0.05\n")
    t.run("run", "us.ini", "--quiet").expect(0)
    found = letters(t)
    harness.true(len(found) > 3, "too few letters")
    return found


def letters(t, *args):
    return t.run("dlq", "list", "--json", *args).expect(0).json()


def rows(t, symbol):
    held = t.run("coverage", "--symbol", symbol, "--json").expect(0).json()
    return held["selectors"][0]["rows"]


def raw(t, letter):
    shown = t.run("dlq", "show", letter["id"], "--json").expect(0).json()
    return json.loads(shown[0]["raw"])


def mended(t, letter):
    """A sound row in place of the broken one."""
    row = raw(t, letter)
    row["ts"] = row["ts"].replace(":00.5Z", ":00Z")
    row.update(open=10, high=12, low=9, close=11, volume=5, vwap=10.5)
    return row


def test_a_store_without_letters_says_so(t):
    t.plugin("fake")
    t.write("us.ini", JOB)
    t.run("run", "us.ini", "--quiet").expect(0)
    t.run("dlq", "list").expect(0, out="no dead letters")
    harness.equal(letters(t), [])


def test_each_broken_row_is_listed_with_its_reasons(t):
    found = with_letters(t)
    harness.true(all(l["reasons"] and l["holds"] == "row" for l in found),
                 str(found))
    harness.equal(rows(t, "AAA") + rows(t, "BBB") + len(found), 2 * 31 * 24,
                  "stored and set aside")


def test_letters_can_be_chosen_by_symbol(t):
    found = with_letters(t)
    chosen = letters(t, "--symbol", "AAA")
    harness.equal(len(chosen), len([l for l in found
                                    if l["instrument"] == "AAA"]), "letters")


def test_show_prints_the_row_as_it_came(t):
    letter = with_letters(t)[0]
    t.run("dlq", "show", letter["id"][:10]).expect(
        0, out=[letter["id"], letter["reasons"], '"symbol":"'
                + letter["instrument"]])


def test_an_id_must_stand_for_one_letter(t):
    with_letters(t)
    t.run("dlq", "show", "zz").expect(2, err="no dead letter zz")
    t.run("dlq", "show", "").expect(2, err="several dead letters")
    t.run("dlq", "show").expect(2, err="name letters")


def test_what_is_still_broken_stays(t):
    found = with_letters(t)
    t.run("dlq", "replay", "--all").expect(3, out=["still refused",
                                                   "0 stored"])
    harness.equal(len(letters(t)), len(found), "letters")


def test_a_mended_row_is_stored_and_its_letter_removed(t):
    found = with_letters(t)
    letter = found[0]
    before = rows(t, letter["instrument"])
    t.write("row.json", json.dumps(mended(t, letter)))
    t.run("dlq", "replay", letter["id"], "--row", "row.json").expect(
        0, out="1 stored")
    harness.equal(rows(t, letter["instrument"]), before + 1, "rows")
    harness.true(letter["id"] not in [l["id"] for l in letters(t)],
                 "the letter is still there")
    answer = t.run("why", letter["instrument"], mended_time(letter),
                   "--json").expect(0).json()[0]
    harness.equal(answer["answer"], "held")
    harness.true(letter["id"] in answer["request"], answer["request"])


def mended_time(letter):
    return letter["ts"].replace(":00.5Z", ":00Z")


def test_a_mended_row_may_come_from_stdin(t):
    letter = with_letters(t)[0]
    t.run("dlq", "replay", letter["id"], "--row", "-",
          stdin=json.dumps(mended(t, letter))).expect(0, out="1 stored")


def test_a_replayed_row_leaves_the_rest_covered(t):
    letter = with_letters(t)[0]
    t.write("row.json", json.dumps(mended(t, letter)))
    t.run("dlq", "replay", letter["id"], "--row", "row.json").expect(0)
    t.run("gaps", "us.ini").expect(0)
    held = t.run("coverage", "--symbol", letter["instrument"],
                 "--json").expect(0).json()["selectors"][0]
    harness.equal({s["asks"] for s in held["spans"]}, {1}, "asks")


def test_a_row_that_is_none_or_of_another_symbol_is_refused(t):
    found = with_letters(t)
    letter = found[0]
    wrong = {
        "no json": "no json",
        "unknown member": json.dumps(dict(mended(t, letter), colour="red")),
        "another symbol": json.dumps(dict(mended(t, letter), symbol="ZZZ")),
        "still broken": json.dumps(dict(mended(t, letter), high=1)),
    }
    for what, text in wrong.items():
        t.write("row.json", text)
        done = t.run("dlq", "replay", letter["id"], "--row", "row.json")
        harness.equal(done.status, 3, what)
    harness.equal(len(letters(t)), len(found), "letters")


def test_a_mended_row_goes_with_one_letter(t):
    found = with_letters(t)
    t.write("row.json", "{}")
    t.run("dlq", "replay", found[0]["id"], found[1]["id"], "--row",
          "row.json").expect(2, err="one letter")
    t.run("dlq", "replay", found[0]["id"], "--row", "none.json").expect(
        2, err="none.json")


def test_purge_removes_what_is_named_and_nothing_else(t):
    found = with_letters(t)
    t.run("dlq", "purge", found[0]["id"]).expect(0, out="1 removed")
    harness.equal(len(letters(t)), len(found) - 1, "letters")
    t.run("dlq", "purge").expect(2, err="--all")
    harness.equal(len(letters(t)), len(found) - 1, "letters")
    t.run("dlq", "purge", "--all", "--symbol", "AAA").expect(0)
    harness.equal({l["instrument"] for l in letters(t)}, {"BBB"})
    t.run("dlq", "purge", "--all").expect(0)
    harness.equal(letters(t), [])


def quarantined(t):
    """A store that holds January and a quarantined answer without half of
    it."""
    t.plugin("fake")
    t.write("us.ini", JOB.replace(", BBB", ""))
    t.run("run", "us.ini", "--quiet").expect(0)
    again = t.run("run", "us.ini", "--quiet", "--refetch",
                  "2024-01-01/2024-02-01", "--set", "provider.revision=1",
                  "--set", "provider.withdraw_rate=0.5")
    harness.true(again.status != 0, str(again))
    return [l for l in letters(t) if l["holds"] == "segment"]


def test_a_quarantined_segment_is_a_letter_and_changes_nothing(t):
    found = quarantined(t)
    harness.equal(len(found), 1, "letters with a segment")
    harness.equal(rows(t, "AAA"), 31 * 24, "rows")
    t.run("why", "AAA", "2024-01-03").expect(0, out=["there is a row",
                                                     "since then failed"])


def test_a_quarantined_segment_can_be_taken_after_all(t):
    letter = quarantined(t)[0]
    t.run("dlq", "replay", letter["id"]).expect(0, out="1 stored")
    harness.true(rows(t, "AAA") < 31 * 24 * 0.8, "nothing was withdrawn")
    harness.equal(letters(t), [])
    t.run("gaps", "us.ini").expect(0)


def test_a_row_cannot_stand_for_a_segment(t):
    letter = quarantined(t)[0]
    t.write("row.json", "{}")
    t.run("dlq", "replay", letter["id"], "--row", "row.json").expect(
        2, err="whole segment")


def test_an_unknown_verb_is_refused(t):
    t.run("dlq", "frob").expect(2, err="list, show, replay or purge")
    t.run("dlq").expect(2, err="list, show, replay or purge")


harness.main()
