# SPDX-License-Identifier: Apache-2.0
"""Market calendars against recorded series, and what they decide."""
import csv
import datetime
import gzip
import json
import os

import harness
from harness import equal, true

DAY = datetime.timedelta(days=1)
SERIES = ("AAPL", "GE", "SPX", "TSLA.y17")

JOB = """[job]
name = made
provider = fake
dataset = made-up
schema = {schema}
symbols = AAA
start = {start}
end = {end}
calendar = {calendar}

[provider]
gap_rate = {gap_rate}

[store]
path = {store}
"""


def job(t, schema="ohlcv-1h", start="2024-01-05", end="2024-01-09",
        calendar="us-equities", gap_rate=0):
    return t.write("made.ini", JOB.format(
        schema=schema, start=start, end=end, calendar=calendar,
        gap_rate=gap_rate, store=t.path("store")))


def days_of(t, name, start, end):
    """{date: day} as the program tells them."""
    shown = t.run("calendar", "show", name, "--from", start, "--to", end,
                  "--json").expect(0).json()
    return {d["day"]: d for d in shown["days"]}


def sessions(days):
    return {d for d, day in days.items() if day["kind"] in ("open", "half")}


def dates_of(path):
    with gzip.open(path, "rt", encoding="ascii") as file:
        return {(datetime.datetime(1970, 1, 1, 12)
                 + datetime.timedelta(seconds=int(r["ts_ns_utc"]) // 10**9)
                 ).date().isoformat() for r in csv.DictReader(file)}


# ---- against real markets ----------------------------------------------------

def test_every_bar_has_a_session_and_every_session_a_bar(t):
    days = days_of(t, "us-equities", "1990-01-01", "2028-01-01")
    for name in SERIES:
        held = dates_of(t.shared("vectors", "real", "bars",
                                 name + ".1d.csv.gz"))
        held = {d for d in held if d >= "1990-01-01"}
        open_days = {d for d in sessions(days) if min(held) <= d <= max(held)}
        equal(sorted(held - open_days), [], f"{name}: bars without a session")
        equal(sorted(open_days - held), [], f"{name}: sessions without a bar")
        print(f"# {name}: {len(held)} bars, {len(open_days)} sessions")


def test_a_recorded_calendar_agrees(t):
    path = t.shared("vectors", "alpaca", "reference", "rec_calendar",
                    "page1.json")
    with open(path, encoding="utf-8") as file:
        rows = json.load(file)
    end = (datetime.date.fromisoformat(rows[-1]["date"]) + DAY).isoformat()
    days = days_of(t, "us-equities", rows[0]["date"], end)
    equal(sorted(sessions(days)), [r["date"] for r in rows], "days")
    for row in rows: # all of June 2019: New York is four hours behind
        day = days[row["date"]]
        equal(day["open"], f"{row['date']}T13:30:00Z", "open")
        equal(day["close"], f"{row['date']}T20:00:00Z", "close")


def test_currencies_trade_in_their_sessions_alone(t):
    path = t.shared("vectors", "real", "bars", "EUR_USD.oanda.1h.bid.csv.gz")
    days = days_of(t, "fx", "2013-01-01", "2016-01-04")
    spans = sorted((d["first"], d["last"]) for d in days.values()
                   if d["first"] is not None)
    with gzip.open(path, "rt", encoding="ascii") as file:
        times = [datetime.datetime.fromtimestamp(
            int(r["ts_ns_utc"]) // 10**9, datetime.timezone.utc).strftime(
                "%Y-%m-%dT%H:%M:%SZ") for r in csv.DictReader(file)]
    at = 0
    for time in times:
        while spans[at][1] <= time:
            at += 1
        true(spans[at][0] <= time, f"{time} lies in closed hours")
    held = set(times)
    for day in days.values():
        # The recording itself lacks nine hours of this evening.
        if day["kind"] == "open" and day["day"] > "2013-01-02" \
                and day["day"] != "2015-08-21":
            true(day["open"] in held, f"no bar at {day['open']}")


def test_a_future_keeps_the_daily_break(t):
    path = t.shared("vectors", "real", "bars", "6EH4.1m.csv.gz")
    days = days_of(t, "cme-globex", "2024-01-01", "2024-02-02")
    spans = sorted((d["first"], d["last"]) for d in days.values()
                   if d["first"] is not None)
    with gzip.open(path, "rt", encoding="ascii") as file:
        for row in csv.DictReader(file): # labelled with their ends
            time = datetime.datetime.fromtimestamp(
                int(row["ts_ns_utc"]) // 10**9 - 60, datetime.timezone.utc
                ).strftime("%Y-%m-%dT%H:%M:%SZ")
            true(any(a <= time < b for a, b in spans), f"{time} is closed")


# ---- the command -------------------------------------------------------------

def test_the_list_names_each_calendar_with_its_sources(t):
    names = t.run("calendar", "list", "--json").expect(0).json()
    equal([c["name"] for c in names],
          ["cme-globex", "crypto", "fx", "us-equities"], "names")
    true(all(c["sources"] and c["date"] for c in names), "dated, with sources")
    t.run("calendar", "list").expect(0, out=["us-equities", "Chicago"])


def test_days_are_shown_in_the_markets_clock(t):
    t.run("calendar", "show", "us-equities", "--from", "2024-07-03", "--to",
          "2024-07-05").expect(0, out=["2024-07-03 Wed  half", "13:00",
                                       "Independence Day"])
    t.run("calendar", "show", "fx", "--from", "2024-01-08", "--to",
          "2024-01-09").expect(0, out="eve 17:00")


def test_wrong_words_are_usage_errors(t):
    t.run("calendar").expect(2, err="calendar list")
    t.run("calendar", "show", "moon").expect(2, err="us-equities")
    t.run("calendar", "show", "fx", "--from", "now").expect(2, err="--from")


def test_the_users_own_file_counts_first(t):
    t.write("home/.config/mdcore/calendars/crypto.txt",
            "# Mine\n# date: 2024-01-01\n# source: me\nzone UTC\n"
            "known 2024-01-01\nhours 2024-01-01 sat 10:00 to 11:00\n")
    t.run("calendar", "list").expect(0, out="Mine")
    equal(sessions(days_of(t, "crypto", "2024-01-01", "2024-01-08")),
          {"2024-01-06"}, "days")


def test_a_broken_file_of_the_user_is_never_passed_over(t):
    t.write("home/.config/mdcore/calendars/crypto.txt", "# Mine\nzone UTC\n")
    t.run("calendar", "show", "crypto").expect(2, err="crypto.txt: it lacks")
    t.run("plan", job(t, calendar="crypto")).expect(2, err="crypto.txt")


def test_a_job_may_not_name_an_unknown_calendar(t):
    t.run("run", job(t, calendar="none")).expect(0)
    path = job(t, calendar="moon")
    for command in ("check", "plan", "run", "gaps"):
        t.run(command, path).expect(2, err=["made.ini:9: [job] calendar",
                                            '"moon"'])


# ---- gaps --------------------------------------------------------------------

def gaps(t, path, *args, status=3):
    return t.run("gaps", path, "--json", *args).expect(status).json()["gaps"]


def test_closed_hours_are_no_gap(t):
    t.run("run", job(t, end="2024-01-06T01:00:00Z")).expect(0)
    equal(gaps(t, job(t, end="2024-01-08T09:00:00Z"), status=0), [], "gaps")
    found = gaps(t, job(t, end="2024-01-09"))
    equal([(g["from"], g["to"], g["state"]) for g in found],
          [("2024-01-08T09:00:00Z", "2024-01-09T00:00:00Z", "never asked")],
          "Monday, and not the days before")
    found = gaps(t, job(t, end="2024-01-08T09:00:00Z", calendar="none"))
    equal(len(found), 1, "without a calendar")


def test_bars_that_sessions_lack_are_told(t):
    path = job(t, schema="ohlcv-1m", start="2024-01-03", end="2024-01-09",
               gap_rate=0.3)
    t.run("run", path).expect(0)
    equal(gaps(t, path, status=0), [], "all is settled")
    times = {r["ts"] for r in t.run("export", path, "--format", "jsonl")
             .expect(0).jsonl()}
    expected = []
    for day in ("2024-01-03", "2024-01-04", "2024-01-05", "2024-01-08"):
        at = datetime.datetime.fromisoformat(day + "T14:30:00")
        for _ in range(390):
            text = at.strftime("%Y-%m-%dT%H:%M:%SZ")
            if text not in times:
                expected.append(text)
            at += datetime.timedelta(minutes=1)
    found = gaps(t, path, "--bars")
    true(expected, "the provider left nothing out")
    equal(sum(g["bars"] for g in found), len(expected), "bars")
    equal({g["state"] for g in found}, {"no bar"}, "state")
    equal(found[0]["from"], expected[0], "the first")
    for gap in found:
        true(not any(gap["from"] <= x < gap["to"] for x in times),
             f"there are bars in {gap}")


def test_whole_days_lack_no_bar_at_week_ends(t):
    path = job(t, schema="ohlcv-1d", start="2024-01-01", end="2024-02-01")
    t.run("run", path).expect(0)
    equal(gaps(t, path, "--bars", status=0), [], "gaps")


def test_missing_bars_need_a_market(t):
    path = job(t, calendar="none")
    t.run("run", path).expect(0)
    t.run("gaps", path, "--bars").expect(2, err="no calendar")
    t.run("gaps", "--bars").expect(2, err="--bars needs a JOB")
    t.run("gaps", path, "--bars", "--repair").expect(2, err="--refetch")


# ---- update ------------------------------------------------------------------

SESSIONS = """[job]
name = days
provider = alpaca
dataset = us_equity
schema = sessions
symbols = XNYS
start = 2024-06-01
end = {end}

[provider]
data_url = {url}
trading_url = {url}

[store]
path = {store}
"""
KEYS = {"APCA_API_KEY_ID": "KEYID", "APCA_API_SECRET_KEY": "hush-hush"}
OWN = "home/.config/mdcore/calendars/us-equities.txt"


def ask_sessions(t, end):
    """A vendor that knows of no holiday but the fourth of July."""
    server = t.server("alpaca_server", "--key", "KEYID:hush-hush")
    path = t.write("days.ini", SESSIONS.format(
        url=server.url, end=end, store=t.path("days")))
    t.run("run", path, env=KEYS).expect(0)
    return path


def test_a_vendor_that_knows_fewer_holidays_changes_nothing(t):
    path = ask_sessions(t, "2024-10-01")
    t.run("calendar", "update", "us-equities", "--from-store", path).expect(
        1, err=["2024-06-19", "2024-09-02", "--accept", "of 2 days"])
    true(not os.path.exists(t.path(OWN)), "a file was written")


def test_days_to_come_are_added_to_the_users_own_file(t):
    t.write(OWN, "# Mine\n# date: 2024-01-01\n# source: me\n"
            "zone America/New_York\nknown 2024-01-01 to 2024-06-29\n"
            "hours 2024-01-01 mon-fri 09:30 to 16:00 extended 04:00 to 20:00"
            "\n")
    path = ask_sessions(t, "2040-07-07")
    made = t.run("calendar", "update", "us-equities", "--from-store", path,
                 "--json").expect(0).json()
    equal(made["changes"], ["known until 2040-07-07"], "changes")
    days = days_of(t, "us-equities", "2024-06-27", "2040-07-09")
    equal(days["2024-07-03"]["close"], "2024-07-03T17:00:00Z", "a half day")
    equal([days[d]["kind"] for d in ("2024-07-04", "2040-07-04",
                                     "2040-07-06", "2040-07-08")],
          ["closed", "closed", "open", "unknown"], "kinds")
    t.run("calendar", "update", "us-equities", "--from-store", path).expect(
        0, out="nothing to change")


def test_a_job_without_sessions_updates_nothing(t):
    path = job(t)
    t.run("run", path).expect(0)
    t.run("calendar", "update", "fx", "--from-store", path).expect(
        2, err="holds no sessions")
    t.run("calendar", "update", "fx").expect(2, err="--from-store JOB")


harness.main()
