# SPDX-License-Identifier: Apache-2.0
"""An installed tree of this build, for tests that stand outside of it."""
import os
import shutil
import subprocess

BUILD = os.environ.get("MDCORE_TEST_BUILD", "")
MESON = os.environ.get("MDCORE_TEST_MESON", "")


def command(t, *args, **env):
    done = subprocess.run(args, env=dict(t.env, **env), cwd=t.dir, text=True,
                          capture_output=True, check=False)
    assert done.returncode == 0, (args, done.returncode, done.stdout,
                                  done.stderr)
    return done.stdout


def find(root, name):
    for folder, _, files in os.walk(root):
        if name in files:
            return os.path.join(folder, name)
    raise AssertionError(f"no {name} under {root}")


def install(t):
    """Installs, then moves what was installed to where no build was told."""
    if not BUILD or not shutil.which(MESON):
        t.skip("not run by Meson")
    command(t, MESON, "install", "-C", BUILD, "--no-rebuild", "--quiet",
            "--destdir", t.path("stage"))
    program = find(t.path("stage"), "mdcore")
    prefix = os.path.dirname(os.path.dirname(program))
    moved = t.path("moved")
    shutil.move(prefix, moved)
    return moved


def mdcore(t, prefix, *args):
    return command(t, os.path.join(prefix, "bin", "mdcore"), *args,
                   MDCORE_PLUGIN_PATH="")
