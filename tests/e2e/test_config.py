# SPDX-License-Identifier: Apache-2.0
"""Job files as a user writes them, with their mistakes."""
import os

import harness

JOB = """\
[job]
provider = fake
schema = ohlcv-1m
symbols = AAA, BBB
start = 2024-01-01
"""


def show(t, *args, **more):
    """`config show` of us.ini as {group.key: item}."""
    done = t.run("config", "show", "us.ini", "--json", *args, **more).expect(0)
    return {f"{i['group']}.{i['key']}": i for i in done.json()}


def test_a_typo_is_told_with_file_line_and_suggestion(t):
    t.write("us.ini", JOB + "wrokers = 4\n")
    t.run("config", "show", "us.ini").expect(
        2, err='us.ini:6: unknown key "wrokers" in [job] '
               '(did you mean "workers"?)')


def test_every_mistake_is_told_in_one_go(t):
    t.write("us.ini", JOB + "wrokers = 4\nrevise = soon\n[stroe]\nraw = keep "
                            "# all\n")
    done = t.run("config", "show", "us.ini").expect(
        2, err=["us.ini:6: ", "us.ini:7: ", "us.ini:8: ", "us.ini:9: "])
    harness.equal(len(done.err.splitlines()), 4, "lines on stderr")


def test_a_missing_file_is_named(t):
    t.run("config", "show", "none.ini").expect(2, err="none.ini: No such file")


def test_origin_names_line_environment_and_default(t):
    t.write("us.ini", JOB)
    t.run("config", "show", "us.ini", "--origin", "--set", "retry.base=2s",
          env={"MDCORE_BREAKER__THRESHOLD": "9"}).expect(0, out=[
              "<- us.ini:2", "<- built-in", "<- --set",
              "<- environment MDCORE_BREAKER__THRESHOLD"])


def test_environment_beats_the_file_and_set_beats_both(t):
    t.write("us.ini", JOB + "workers = 2\n")
    env = {"MDCORE_JOB__WORKERS": "3"}
    harness.equal(show(t)["job.workers"]["value"], "2")
    harness.equal(show(t, env=env)["job.workers"]["value"], "3")
    item = show(t, "--set", "job.workers=4", env=env)["job.workers"]
    harness.equal((item["value"], item["origin"]), ("4", "--set"))


def test_options_may_stand_before_the_command(t):
    t.write("us.ini", JOB)
    done = t.run("--set", "job.workers=7", "config", "show", "us.ini")
    done.expect(0, out="workers = 7")


def test_without_its_plugin_all_of_the_group_is_masked(t):
    t.write("us.ini", JOB.replace("fake", "nobody")
            + "[provider]\nkey = v3ry-s3cret\n")
    t.run("config", "show", "us.ini").expect(
        0, out="key = ***", err="nobody", not_out="v3ry", not_err="v3ry")


def test_the_plugins_defaults_are_shown(t):
    t.plugin("fake")
    t.write("us.ini", JOB + "[provider]\nseed = 7\n")
    items = show(t)
    harness.equal(items["provider.seed"]["value"], "7")
    harness.equal(items["provider.seed"]["origin"], "us.ini:7")
    harness.true(any(i["origin"] == "built-in" for k, i in items.items()
                     if k.startswith("provider.")), str(items))


def test_a_secret_is_masked_and_its_reference_told(t):
    t.write("us.ini", JOB + "[notify]\nwebhook = ${env:HOOK}\n")
    done = t.run("config", "show", "us.ini", "--origin",
                 env={"HOOK": "https://x.example/v3ry-s3cret"})
    done.expect(0, out=["webhook = ***", "${env:HOOK}"], not_out="v3ry")


SECRET = "v3ry-s3cret-v4lue"


def test_a_literal_secret_that_others_may_read_is_refused(t):
    t.plugin("fake")
    t.write("us.ini", JOB + f"[provider]\napi_key = {SECRET}\n", 0o644)
    t.run("check", "us.ini").expect(
        2, err=["us.ini:7: [provider] api_key is a secret",
                "chmod 600 us.ini", "${env:"], not_err=SECRET)
    t.run("config", "show", "us.ini").expect(0, out="api_key = ***",
                                             not_out=SECRET)
    t.write("us.ini", JOB + f"[provider]\napi_key = {SECRET}\n", 0o600)
    t.run("check", "us.ini").expect(0, not_out=SECRET, not_err=SECRET)


def test_a_literal_secret_in_set_is_refused(t):
    t.plugin("fake")
    t.write("us.ini", JOB)
    t.run("check", "us.ini", "--set", f"provider.api_key={SECRET}").expect(
        2, err=["--set: [provider] api_key is a secret", "command lines"],
        not_err=SECRET)
    t.run("check", "us.ini", "--set", "provider.api_key=${env:KEY}",
          env={"KEY": SECRET}).expect(0)


def test_a_refused_key_is_not_told(t):
    t.plugin("fake")
    t.write("us.ini", JOB + "[provider]\napi_key = ${env:KEY}\n"
            "expected_key = another\n")
    t.run("run", "us.ini", "--log-level", "debug",
          env={"KEY": SECRET}).expect(4, not_out=SECRET, not_err=SECRET)


def test_an_undefined_reference_is_told_with_its_line(t):
    t.write("us.ini", JOB + "[store]\npath = ${env:NOT_THERE}/x\n")
    t.run("config", "show", "us.ini").expect(
        2, err="us.ini:7: [store] path: the environment variable NOT_THERE "
               "is not set")


def test_universes_come_from_the_data_folder(t):
    t.write("us.ini", JOB.replace("AAA, BBB", "@etf20"))
    t.run("config", "show", "us.ini").expect(0, out="symbols = @etf20")
    t.write("us.ini", JOB.replace("AAA, BBB", "@etf21"))
    t.run("config", "show", "us.ini").expect(2, err=["@etf21", "@etf20"])


def test_the_users_file_gives_defaults(t):
    t.write("us.ini", JOB)
    t.write("home/.config/mdcore/mdcore.ini", "[job]\nworkers = 9\n")
    item = show(t)["job.workers"]
    harness.equal(item["value"], "9")
    harness.true(item["origin"].endswith("mdcore/mdcore.ini:2"),
                 item["origin"])


def test_keys_lists_every_key_with_its_default(t):
    keys = t.run("config", "keys", "--json").expect(0).json()
    workers = [k for k in keys if k["key"] == "workers"]
    harness.equal(workers[0]["default"], "4")
    harness.true(all(k["doc"] for k in keys), "a key without its line")
    listed = t.run("config", "keys").expect(0).lines()
    harness.equal(len(listed), len(keys) + 1, "lines")


def test_what_show_prints_is_a_job_again(t):
    t.write("us.ini", JOB + "workers = 3\n[retry]\nbase = 2s\n")
    shown = t.run("config", "show", "us.ini").expect(0).out
    t.write("again.ini", shown)
    again = t.run("config", "show", "again.ini").expect(0).out
    harness.equal(again, shown)


def test_paths_are_relative_to_their_file(t):
    t.write("jobs/us.ini", JOB + "symbols_file = x\n")
    t.run("config", "show", "jobs/us.ini").expect(2, err="jobs/us.ini:6")
    t.write("jobs/us.ini", JOB.replace("AAA, BBB", "file:mine.txt"))
    t.run("config", "show", "jobs/us.ini").expect(
        2, err=os.path.join("jobs", "mine.txt"))
    t.write("jobs/mine.txt", "AAA\n")
    t.run("config", "show", "jobs/us.ini").expect(0)


harness.main()
