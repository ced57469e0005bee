# SPDX-License-Identifier: Apache-2.0
"""Plugins as a user meets them: listed, inspected, refused."""
import os
import re
import shutil

import harness

BAD = os.environ.get("MDCORE_TEST_BAD_PLUGINS", "")


def abi():
    """As today's header has it, which the plugins are built with."""
    header = os.path.join(harness.SOURCE, "sdk", "include", "mdcore.h")
    with open(header, encoding="utf-8") as file:
        text = file.read()
    return ".".join(re.search(rf"MD_ABI_{part} (\d+)", text).group(1)
                    for part in ("MAJOR", "MINOR"))


def drop(t, name, folder="plugins", as_name=None):
    """Copies a plugin of the corpus into a folder, as a user would."""
    target = t.path(folder)
    os.makedirs(target, mode=0o755, exist_ok=True)
    path = os.path.join(target, (as_name or name) + ".so")
    shutil.copyfile(os.path.join(BAD, name + ".so"), path)
    os.chmod(path, 0o755)
    return path


def listed(t, *args, command="list-providers"):
    result = t.run(command, "--json", *args).expect(0)
    return {p["name"]: p for p in result.json()[command[len("list-"):]]
            if not p["shadowed_by"]}


def test_a_plugin_dropped_into_a_folder_appears(t):
    os.makedirs(t.path("plugins"), mode=0o755)
    option = ("--plugin-path", t.path("plugins"))
    assert "good" not in listed(t, *option)
    path = drop(t, "good")
    assert listed(t, *option)["good"]["path"] == path


def test_the_home_folder_is_searched(t):
    drop(t, "good", os.path.join("home", ".local", "lib", "mdcore-1",
                                 "plugins"))
    assert "good" in listed(t)


def test_broken_plugins_never_take_the_program_down(t):
    for file in os.listdir(BAD):
        if file.endswith(".so"):
            drop(t, file[:-len(".so")])
    plugins = listed(t, "--plugin-path", t.path("plugins"))
    sound = {"good", "older", "newer", "fake"}
    for name, plugin in plugins.items():
        if name in sound:
            assert plugin["error"] is None, plugin
    broken = {n for n, p in plugins.items() if p["error"]}
    assert broken >= {f[:-3] for f in os.listdir(BAD)
                      if f.endswith(".so")} - sound, broken
    sentences = [plugins[n]["error"] for n in sorted(broken)]
    assert all(len(s) < 400 and "\n" not in s for s in sentences), sentences


def test_the_list_says_what_a_row_means(t):
    result = t.run("list-providers").expect(0)
    result.expect(out=["fake 1.", "ohlcv-1m", "time: bar start", "final:",
                       "adjustment: raw", "volume: shares", "ABI " + abi(),
                       "license Apache-2.0", "MDCORE_FAKE_API_KEY", "secret"])


def test_a_broken_one_is_listed_with_its_reason(t):
    path = drop(t, "key-default")
    t.run("list-providers", "--plugin-path", t.path("plugins")).expect(
        0, out=["key-default  BROKEN", path, "which is no int"])


def test_shadowing_is_said(t):
    first = drop(t, "good", "one")
    second = drop(t, "good", "two")
    t.run("list-providers", "--plugin-path",
          t.path("one") + ":" + t.path("two")).expect(
        0, out=[second, "shadowed by " + first])
    t.run("inspect", second, "--plugin-path", t.path("one")).expect(
        0, out="shadowed_by=" + first)


def test_inspect_prints_key_value_lines(t):
    lines = t.run("inspect", "fake").expect(0).lines()
    values = dict(line.split("=", 1) for line in lines)
    assert values["name"] == "fake"
    assert values["key.api_key.secret"] == "yes"
    assert values["key.api_key.env"] == "MDCORE_FAKE_API_KEY"
    assert values["key.page_rows.default"] == "10000"
    assert values["offer.1.schema"] == "ohlcv-1s"
    assert values["offer.1.time"] == "bar start"
    assert "symbols" in values["capabilities"].split(",")


def test_inspect_as_json_says_the_same(t):
    info = t.run("inspect", "--json", "fake").expect(0).json()
    keys = {k["name"]: k for k in info["keys"]}
    assert keys["api_key"]["secret"] is True
    assert [o["schema"] for o in info["offers"]][:2] == ["ohlcv-1s",
                                                          "ohlcv-1m"]
    assert info["error"] is None


def test_inspect_of_a_broken_one_exits_with_six(t):
    for name in ("crash", "exit", "no-entry", "wrong-major"):
        path = drop(t, name)
        t.run("inspect", path).expect(6, out="error=", err=[name, path])


def test_inspect_of_an_unknown_one_exits_with_two(t):
    t.run("inspect", "fkae").expect(2, err=['did you mean "fake"?'])


def test_a_job_whose_plugin_is_broken_exits_with_six(t):
    drop(t, "crash")
    t.run("backfill", "crash", "ACME", "--schema", "ohlcv-1m", "--from",
          "2024-01-01", "--store", t.path("store"), "--plugin-path",
          t.path("plugins")).expect(6, err=["crash", "crashed"])
    assert not os.path.exists(t.path("store"))


def test_inspect_wants_one_name(t):
    t.run("inspect").expect(2, err="inspect")
    t.run("inspect", "fake", "fake").expect(2, err="inspect")


def test_a_folder_that_others_may_write_to_is_refused_until_mended(t):
    drop(t, "good")
    os.chmod(t.path("plugins"), 0o775)
    error = listed(t, "--plugin-path", t.path("plugins"))["good"]["error"]
    assert "may be written by its group" in error, error
    command = error.split("mend it with: ")[1]
    assert os.system(command) == 0, command
    again = listed(t, "--plugin-path", t.path("plugins"))["good"]
    assert again["error"] is None, again


def test_no_sinks_are_said_and_no_failure(t):
    drop(t, "good")
    t.run("list-sinks", "--plugin-path", t.path("plugins")).expect(0)
    assert "good" not in listed(t, command="list-sinks")


def test_a_plugin_that_prints_does_not_spoil_the_json(t):
    drop(t, "print")
    plugins = listed(t, "--plugin-path", t.path("plugins"))
    assert "prints to standard output" in plugins["print"]["error"]


def test_a_read_only_cache_is_no_failure(t):
    t.write("home/.cache", "a file where the folder should be")
    assert listed(t)["fake"]["error"] is None


harness.main()
