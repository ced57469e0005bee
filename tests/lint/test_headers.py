# SPDX-License-Identifier: Apache-2.0
"""The SDK's headers compile alone, as strict C99 and as C++11."""
import os
import shlex
import subprocess
import tempfile

import lint

FLAGS = ["-Wall", "-Wextra", "-pedantic", "-Werror", "-fsyntax-only",
         "-I" + os.path.join(lint.SOURCE, "sdk", "include"),
         "-I" + os.path.join(lint.SOURCE, "sdk")]


def compiler(variable):
    command = os.environ.get(variable, "")
    if not command:
        raise lint.Skip(f"no compiler in {variable}")
    return shlex.split(command)


def headers():
    names = lint.files(".h", under="sdk/include/")
    # Its parts say that they are included by mdcore.h alone.
    yield from (n for n in names if os.path.basename(n) in
                ("mdcore.h", "mdcore-arrow.h"))
    yield from (n for n in lint.files(".h", under="sdk/support/")
                if not n.endswith("-private.h"))


def compile_alone(command, standard, ending):
    with tempfile.TemporaryDirectory() as folder:
        for name in headers():
            path = os.path.join(folder, "alone" + ending)
            with open(path, "w", encoding="utf-8") as file:
                file.write('#include "%s"\n#include "%s"\nint unused;\n' % (
                    (os.path.join(lint.SOURCE, name),) * 2))
            done = subprocess.run(command + [f"-std={standard}"] + FLAGS
                                  + [path], capture_output=True, text=True,
                                  check=False)
            if done.returncode != 0:
                yield f"{name} as {standard}: {done.stderr}"


def test_as_strict_c99():
    return compile_alone(compiler("CC"), "c99", ".c")


def test_as_strict_c23_of_the_day():
    return compile_alone(compiler("CC"), "c2x", ".c")


def test_as_strict_cxx11():
    return compile_alone(compiler("CXX"), "c++11", ".cc")


def test_parts_refuse_to_be_included_alone():
    command = compiler("CC")
    for part in ("records", "host", "provider", "stream", "sink"):
        done = subprocess.run(
            command + FLAGS + ["-xc", "-"], text=True, capture_output=True,
            input=f"#include <mdcore-{part}.h>\n", check=False)
        if "include <mdcore.h>" not in done.stderr:
            yield f"mdcore-{part}.h does not say what to include"


lint.main()
