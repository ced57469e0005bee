# SPDX-License-Identifier: Apache-2.0
"""The files of the project, and TAP.

A lint file defines functions `test_what_holds ()` that return a list of
faults, and ends with `lint.main ()`.
"""
import os
import subprocess
import sys
import traceback

SOURCE = os.environ.get("MDCORE_TEST_SOURCE") or os.path.abspath(
    os.path.join(os.path.dirname(__file__), "..", ".."))


class Skip(Exception):
    """Raised with the reason."""


def walk():
    """All files of a tree that is no git checkout."""
    for root, dirs, names in os.walk(SOURCE):
        dirs[:] = [d for d in dirs
                   if not d.startswith((".", "build")) and d != "__pycache__"]
        for name in names:
            yield os.path.relpath(os.path.join(root, name), SOURCE)


def files(*endings, under=""):
    """The project's files, relative to its root, sorted."""
    git = subprocess.run(
        ["git", "-C", SOURCE, "ls-files", "--cached", "--others",
         "--exclude-standard"], capture_output=True, text=True, check=False)
    names = git.stdout.splitlines() if git.returncode == 0 else list(walk())
    return sorted(n for n in set(names)
                  if n.startswith(under) and n.endswith(endings)
                  and os.path.isfile(os.path.join(SOURCE, n)))


def read(name):
    with open(os.path.join(SOURCE, name), encoding="utf-8") as file:
        return file.read()


def warn(text):
    print("# warning:", text)


def main():
    tests = {n: f for n, f in vars(sys.modules["__main__"]).items()
             if n.startswith("test_")}
    print(f"1..{len(tests)}")
    failed = 0
    for i, (name, test) in enumerate(tests.items(), 1):
        title = name[len("test_"):].replace("_", "-")
        try:
            faults = list(test())
        except Skip as skip:
            print(f"ok {i} {title} # SKIP {skip}")
            continue
        except Exception:  # a defect of the lint itself is a failure too
            faults = traceback.format_exc().splitlines()
        for line in "\n".join(faults).splitlines():
            print("#", line)
        print("not ok" if faults else "ok", i, title)
        failed += bool(faults)
    sys.exit(failed > 0)
