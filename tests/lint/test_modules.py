# SPDX-License-Identifier: Apache-2.0
"""What the built plugins and sinks export and need."""
import ctypes
import os
import re
import shutil
import subprocess

import lint

# Symbols without a version that every shared object may name.
RUNTIME = re.compile(r"^(__cxa_finalize|__gmon_start__|_ITM_\w+|_init|_fini|"
                     r"__(asan|ubsan|lsan|tsan|sanitizer)_\w+|__stack_chk_fail"
                     r"|__tls_get_addr|__dfsan_\w+)$")
LIBRARIES = re.compile(r"^(libc|libm|libgcc_s|libasan|libubsan|ld-linux.*)"
                       r"\.so")


# A sink may link the library of its destination, and pack its files.
OF_SINKS = ("libz.so.1", "libzstd.so.1", "libpq.so.5")


def is_sink(path):
    return os.path.basename(os.path.dirname(path)) == "sinks"


def in_library_of_sinks(name):
    for library in OF_SINKS:
        try:
            if hasattr(ctypes.CDLL(library), name):
                return True
        except OSError:
            pass  # not installed: then no module here needs it
    return False


def modules():
    folders = os.environ.get("MDCORE_TEST_PLUGINS", "").split(":")
    found = [os.path.join(root, f) for folder in folders
             for root, _, names in os.walk(folder) for f in names
             if f.endswith(".so")]
    if not found:
        raise lint.Skip("no plugin was built")
    return sorted(found)


def tool(*command):
    if shutil.which(command[0]) is None:
        raise lint.Skip(f"{command[0]} (binutils) is not installed")
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def in_c_library(name):
    """Sanitizers intercept, which takes the version from a symbol."""
    return any(hasattr(ctypes.CDLL(library), name)
               for library in ("libc.so.6", "libm.so.6"))


def test_each_exports_its_entry_and_nothing_else():
    for path in modules():
        names = [line.split()[-1]
                 for line in tool("nm", "-D", "--defined-only", path)]
        # Weak typeinfo of the sanitizers is not ours to judge.
        ours = [n for n in names if not RUNTIME.match(n)]
        if ours != ["md_plugin_v1"]:
            yield f"{path} exports {ours}"


def test_each_needs_the_c_library_alone():
    for path in modules():
        for line in tool("nm", "-D", "--undefined-only", path):
            name = line.split()[-1]
            if "@GLIBC" not in name and not RUNTIME.match(name) \
                    and not in_c_library(name) \
                    and not (is_sink(path) and in_library_of_sinks(name)):
                yield f"{path} needs {name}"


def test_each_links_the_c_library_alone():
    for path in modules():
        for line in tool("readelf", "-d", path):
            needed = re.search(r"\(NEEDED\).*\[(.+)\]", line)
            if needed and not LIBRARIES.match(needed.group(1)) \
                    and not (is_sink(path) and needed.group(1) in OF_SINKS):
                yield f"{path} links {needed.group(1)}"


lint.main()
