# SPDX-License-Identifier: Apache-2.0
"""Who may include what, and what every file has."""
import os
import re

import lint

# <...> that a plugin, a sink and the SDK may use: C without threads, clocks,
# signals and locales.
PLAIN_C = {"assert.h", "ctype.h", "errno.h", "float.h", "inttypes.h",
           "limits.h", "math.h", "stdalign.h", "stdarg.h", "stdbool.h",
           "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "string.h"}
# What a sink may use besides: files, and the library of its destination.
FILES = {"dirent.h", "fcntl.h", "sys/stat.h", "sys/types.h", "unistd.h"}
SINK_LIBRARIES = {"libpq-fe.h", "zlib.h", "zstd.h"}
EVERYWHERE = {"data", "observe"}
ROOMS = {"data", "observe", "config", "calendar", "plugin", "net", "store",
         "engine", "conform", "cli"}
MAY_INCLUDE = {room: EVERYWHERE | {room} for room in ROOMS}
MAY_INCLUDE["engine"] = ROOMS - {"cli", "conform"}
MAY_INCLUDE["conform"] = ROOMS - {"cli"}
MAY_INCLUDE["cli"] = MAY_INCLUDE["main.c"] = ROOMS
# Libraries that one room alone knows.
ONE_ROOM = {"gmodule": "plugin", "curl/": "net", "archive": "net",
            "wslay": "net", "rocksdb": "store", "libxml": "config"}
VENDORS = {"databento", "alpaca", "polygon", "alphavantage", "coinbase",
           "oanda", "binance", "iex", "interactivebrokers", "tiingo"}
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.M)


def includes(name):
    return INCLUDE.findall(lint.read(name))


def c_files(under):
    return lint.files(".c", ".h", under=under)


def is_own(name, header):
    """Of its own folder; sinks also share sinks/common, lake and parquet."""
    folders = [os.path.dirname(name)]
    if name.startswith("sinks/"):
        folders += ["sinks", "sinks/parquet"]
    return any(os.path.exists(os.path.join(lint.SOURCE, folder, header))
               for folder in folders)


def test_rooms_include_only_what_they_may():
    for name in c_files("core/"):
        room = name.split("/")[1]
        for kind, header in includes(name):
            other = header.split("/")[0]
            if kind == '"' and "/" in header and other in ROOMS \
                    and other not in MAY_INCLUDE[room]:
                yield f"{name} may not include {header}"


def test_core_includes_nothing_of_plugins_and_sinks():
    for name in c_files("core/"):
        for _, header in includes(name):
            if re.match(r"(\.\./)*(plugins|sinks|tests)/", header):
                yield f"{name} may not include {header}"


def test_a_library_is_known_by_one_room():
    for name in c_files("core/"):
        for _, header in includes(name):
            for library, room in ONE_ROOM.items():
                if header.startswith(library) \
                        and not name.startswith(f"core/{room}/"):
                    yield f"{name}: only core/{room} may include {header}"


def test_key_files_are_known_by_core_config_alone():
    for name in c_files("core/"):
        if not name.startswith("core/config/") \
                and re.search(r"\bg_key_file_", lint.read(name)):
            yield f"{name} uses GKeyFile"


def test_time_comes_from_one_clock():
    calls = re.compile(r"\b(clock_gettime|gettimeofday|g_get_real_time|"
                       r"g_get_monotonic_time|g_date_time_new_now\w*|"
                       r"time \(NULL\)) ?\(?")
    # A condition's deadline is in the system's time, whatever ours says.
    waits = re.compile(r"\b(g_cond_wait_until|pthread_cond_timedwait) ")
    for name in c_files("core/"):
        text = lint.read(name)
        if name != "core/data/clock.c" and not waits.search(text):
            for call in calls.findall(text):
                yield f"{name} calls {call}; use core/data/clock.h"


def plain(name, header, kind):
    if name.startswith("sinks/") and header in FILES | SINK_LIBRARIES:
        return True
    if kind == "<":
        return header in PLAIN_C or header.startswith("support/") \
            or header in ("mdcore.h", "mdcore-arrow.h")
    return is_own(name, header) or header.startswith(("support/", "mdcore")) \
        or name.startswith("sinks/") and header.startswith(("common/", "text/"))


def test_plugins_and_sinks_include_the_sdk_alone():
    for under in ("plugins/", "sinks/"):
        for name in c_files(under):
            for kind, header in includes(name):
                if not plain(name, header, kind):
                    yield f"{name} may not include {header}"


def test_the_sdk_includes_plain_c_alone():
    for name in c_files("sdk/"):
        for kind, header in includes(name):
            if not plain(name, header, kind):
                yield f"{name} may not include {header}"


def test_no_vendor_stands_in_the_core():
    found = {d for d in os.listdir(os.path.join(lint.SOURCE, "plugins"))
             if os.path.isdir(os.path.join(lint.SOURCE, "plugins", d))}
    names = "|".join(sorted((VENDORS | found) - {"fake"}))
    pattern = re.compile(rf"(?<![a-z])({names})(?![a-z])", re.I)
    for name in lint.files(".c", ".h", ".build", under="core/"):
        for n, line in enumerate(lint.read(name).splitlines(), 1):
            if pattern.search(line):
                yield f"{name}:{n}: {line.strip()}"


def test_each_file_says_its_license_in_its_first_lines():
    for name in lint.files(".c", ".h", ".py", ".sh") + [
            n for n in lint.files("") if n.startswith("scripts/")]:
        head = lint.read(name)[:200]
        if "SPDX-License-Identifier: Apache-2.0" not in head \
                and "SPDX-License-Identifier: MIT" not in head:
            yield f"{name} has no SPDX-License-Identifier"


def test_no_file_has_two_subjects():
    for name in lint.files(".c", ".h", ".py"):
        lines = len([1 for s in lint.read(name).splitlines() if s.strip()])
        if lines > 700:
            yield f"{name} has {lines} lines; split it by subject"
        elif lines > 500:
            lint.warn(f"{name} has {lines} lines")


def test_headers_are_guarded():
    for name in lint.files(".h"):
        text = lint.read(name)
        guarded = re.search(r"^#ifndef (\w+)\n#define \1$", text, re.M)
        if "#pragma once" not in text and not guarded:
            yield f"{name} has neither #pragma once nor a guard"


def test_no_tabs_and_no_blanks_at_line_ends():
    for name in lint.files(".c", ".h", ".py", ".build"):
        for n, line in enumerate(lint.read(name).splitlines(), 1):
            if "\t" in line or line != line.rstrip():
                yield f"{name}:{n}"


lint.main()
