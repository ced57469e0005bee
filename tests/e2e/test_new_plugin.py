# SPDX-License-Identifier: Apache-2.0
"""`mdcore new-plugin`: from nothing to rows, with an installed tree alone."""
import os
import re
import resource
import shutil
import subprocess

import harness
from installed import MESON, find, install

BOUND = 60  # seconds of machine time


def outside(t, prefix):
    """The environment of somebody who has the installed package alone."""
    env = {k: v for k, v in t.env.items()
           if k not in ("MDCORE_PLUGIN_PATH", "MDCORE_DATA_DIR")}
    # Meson may be anywhere; where mdcore is, the printed steps say.
    env["PATH"] = os.path.dirname(MESON) + ":" + env["PATH"]
    return env


def tools(t, *names):
    for name in ("pkg-config", "ninja") + names:
        if not shutil.which(name):
            t.skip(f"no {name}")


def shell(t, env, script, folder):
    done = subprocess.run(["sh", "-eu", "-c", script], env=env, cwd=folder,
                          text=True, capture_output=True, check=False)
    assert done.returncode == 0, (script, done.stdout, done.stderr)
    return done.stdout


def new_plugin(t, prefix, env, *args):
    """What it printed, and the steps in it."""
    empty = t.path("empty")
    os.mkdir(empty)
    program = os.path.join(prefix, "bin", "mdcore")
    done = subprocess.run([program, "new-plugin", *args], env=env, cwd=empty,
                          text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    steps = re.findall(r"^  (\S.*)$", done.stdout, re.M)
    assert steps[0] == "cd " + args[0], done.stdout
    return empty, steps


def machine_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def follow(t, *args):
    """Does what it says, word for word; what the last step printed, and the
    output of all."""
    tools(t, "c++" if "cpp" in args else "cc")
    prefix = install(t)
    env = outside(t, prefix)
    before = machine_seconds()
    empty, steps = new_plugin(t, prefix, env, *args)
    out = shell(t, env, "\n".join(steps), empty)
    took = machine_seconds() - before
    print(f"# new-plugin {' '.join(args)}: {took:.1f} s of machine time "
          f"(bound {BOUND} s)")
    assert took < BOUND, took
    return empty, out


def test_the_printed_steps_of_a_provider_work_as_they_stand(t):
    empty, out = follow(t, "acme")
    assert re.search(r"^acme\s", out, re.M), out
    assert re.search(r"^10 passed, 2 skipped, 0 waived, 0 failed$", out,
                     re.M), out
    rows = [r for r in out.splitlines() if r.startswith("2024-01-")]
    harness.equal(len(rows), 62, "rows of two symbols in 31 days")
    harness.equal({r.split(",")[1] for r in rows}, {"ONE", "TWO"})
    assert os.path.exists(os.path.join(empty, "acme", "acme.md"))


def test_the_printed_steps_of_a_provider_in_cxx_work(t):
    _, out = follow(t, "acme", "--lang", "cpp")
    rows = [r for r in out.splitlines() if r.startswith("2024-01-")]
    harness.equal(len(rows), 62, "rows of two symbols in 31 days")


def journal_rows(out):
    return sum(int(line.split()[4]) for line in out.splitlines()
               if line.startswith("segment "))


def test_the_printed_steps_of_a_sink_work(t):
    _, out = follow(t, "acme", "--sink")
    harness.equal(journal_rows(out), 2 * 2 * 1440, "minutes of two days")


def test_the_printed_steps_of_a_sink_in_cxx_work(t):
    _, out = follow(t, "acme", "--sink", "--lang", "cpp")
    harness.equal(journal_rows(out), 2 * 2 * 1440, "minutes of two days")


def test_no_template_warns(t):
    """Also where the author's compiler is stricter than ours."""
    tools(t, "cc", "c++")
    prefix = install(t)
    pc = os.path.dirname(find(prefix, "mdcore-sdk.pc"))
    env = dict(outside(t, prefix), PKG_CONFIG_PATH=pc)
    strict = "-Wall -Wextra -Wconversion -Wshadow -Werror -fsyntax-only"
    for name, args in (("one", []), ("two", ["--sink"]),
                       ("three", ["--lang=cpp"]),
                       ("four", ["--sink", "--lang=cpp"])):
        program = os.path.join(prefix, "bin", "mdcore")
        subprocess.run([program, "new-plugin", name, *args], env=env,
                       cwd=t.dir, check=True, capture_output=True)
        cpp = "--lang=cpp" in args
        compiler = "c++ -std=c++11" if cpp else "cc -std=c99 -pedantic"
        source = f"{name}/{name}.{'cc' if cpp else 'c'}"
        shell(t, env, f"{compiler} {strict} {source} "
              "$(pkg-config --cflags mdcore-sdk)", t.dir)
        left = shell(t, env, f"grep -rn '@[A-Z]*@' {name} || true", t.dir)
        harness.equal(left, "", "what was not filled in")


def test_the_sdk_says_its_abi_and_its_folders(t):
    tools(t)
    prefix = install(t)
    pc = os.path.dirname(find(prefix, "mdcore-sdk.pc"))
    env = dict(outside(t, prefix), PKG_CONFIG_PATH=pc)

    def said(name):
        return shell(t, env, f"pkg-config --variable={name} mdcore-sdk",
                     t.dir).strip()

    header = os.path.join(harness.SOURCE, "sdk", "include", "mdcore.h")
    with open(header, encoding="utf-8") as file:
        minor, major = (re.search(rf"MD_ABI_{part} (\d+)", text).group(1)
                        for text in [file.read()]
                        for part in ("MINOR", "MAJOR"))
    harness.equal(said("abi"), f"{major}.{minor}")
    assert os.path.isdir(said("plugindir")), said("plugindir")
    assert os.access(said("mdcore"), os.X_OK), said("mdcore")


def test_a_bad_name_writes_nothing(t):
    for name in ("", "Acme", "7up", "a/b", "..", "a_b", "a b", "-x", "x" * 65,
                 "caf\u00e9", "test", "build"):
        t.run("new-plugin", "--", name).expect(2, err="new-plugin")
    harness.equal(sorted(os.listdir(t.dir)), ["home", "runtime"])


def test_what_exists_is_left_alone(t):
    t.write("acme/mine.txt", "precious")
    t.run("new-plugin", "acme").expect(2, err="nothing was written")
    harness.equal(os.listdir(t.path("acme")), ["mine.txt"])
    t.write("bolt", "a file")
    t.run("new-plugin", "bolt").expect(2, err="nothing was written")
    harness.equal(t.read("bolt"), "a file")


def test_an_unknown_language_is_named(t):
    t.run("new-plugin", "acme", "--lang", "rust").expect(2, err="--lang rust")
    t.run("new-plugin").expect(2, err="one name")
    assert not os.path.exists(t.path("acme"))


def test_without_its_templates_it_makes_no_folder(t):
    t.run("new-plugin", "acme", env={"MDCORE_DATA_DIR": t.path("none")}
          ).expect(1, err=["template is missing", "MDCORE_DATA_DIR"])
    assert not os.path.exists(t.path("acme"))


def test_the_steps_come_as_json_too(t):
    answer = t.run("new-plugin", "acme", "--json").expect().json()
    harness.equal(answer["folder"], "acme")
    harness.equal(answer["next"][0], "cd acme")
    mode = os.stat(t.path("acme", "tests", "rows.sh")).st_mode
    harness.equal(mode & 0o777, 0o755, "mode of the test")


harness.main()
