# SPDX-License-Identifier: Apache-2.0
"""The installed tree, moved, and a plugin built against its SDK."""
import os
import re
import shutil

import harness
from installed import command, find, install, mdcore

def test_a_moved_tree_finds_its_plugins(t):
    prefix = install(t)
    listed = mdcore(t, prefix, "list-providers")
    assert "from      " + prefix in listed, listed
    assert "BROKEN" not in listed, listed


def test_the_sdk_builds_the_example_without_warnings(t):
    prefix = install(t)
    example = os.path.join(harness.SOURCE, "docs", "examples",
                           "hello-provider")
    folder = shutil.copytree(example, t.path("hello"))
    pc = os.path.dirname(find(prefix, "mdcore-sdk.pc"))
    if not shutil.which("pkg-config") or not shutil.which("make"):
        t.skip("no pkg-config or make")
    command(t, "make", "-C", folder, "install", "CFLAGS=-std=c99 -pedantic "
            "-Wall -Wextra -Wconversion -Werror", PKG_CONFIG_PATH=pc)
    info = mdcore(t, prefix, "inspect", "hello")
    assert "key.price.default=100" in info, info
    assert os.path.join("home", ".local", "lib", "mdcore-1") in info, info


def test_the_sdk_builds_the_example_in_cxx(t):
    prefix = install(t)
    if not shutil.which("c++") or not shutil.which("pkg-config"):
        t.skip("no c++ or pkg-config")
    pc = os.path.dirname(find(prefix, "mdcore-sdk.pc"))
    flags = command(t, "pkg-config", "--cflags", "mdcore-sdk",
                    PKG_CONFIG_PATH=pc).split()
    source = os.path.join(harness.SOURCE, "docs", "examples", "hello-cxx",
                          "hello.cc")
    os.mkdir(t.path("cxx"), 0o755)
    command(t, "c++", "-std=c++11", "-Wall", "-Wextra", "-Wconversion",
            "-Werror", "-fPIC", "-shared", "-fvisibility=hidden", source,
            "-o", t.path("cxx", "hello-cxx.so"), *flags)
    info = mdcore(t, prefix, "inspect", t.path("cxx", "hello-cxx.so"))
    assert "offer.1.schema=ohlcv-1d" in info, info


def test_the_examples_bring_rows(t):
    """The guide's own commands, word for word but for the folder."""
    prefix = install(t)
    example = os.path.join(harness.SOURCE, "docs", "examples",
                           "hello-provider")
    folder = shutil.copytree(example, t.path("hello"))
    pc = os.path.dirname(find(prefix, "mdcore-sdk.pc"))
    command(t, "make", "-C", folder, "install", PKG_CONFIG_PATH=pc)
    mdcore(t, prefix, "backfill", "hello", "ANY", "--schema", "ohlcv-1d",
           "--from", "2024-01-01", "--to", "2024-02-01")
    rows = mdcore(t, prefix, "export", "--provider", "hello", "--format",
                  "csv").splitlines()
    assert len(rows) == 1 + 31, rows
    assert rows[1].startswith("2024-01-01T00:00:00Z,ANY,"), rows[1]


def test_the_sdk_links_its_helpers(t):
    prefix = install(t)
    pc = os.path.dirname(find(prefix, "mdcore-sdk.pc"))
    source = t.write("use.c", "#include <support/time.h>\n"
                     "int main (void) { char b[40];"
                     " return md_time_format (0, b) != 20; }\n")
    flags = command(t, "pkg-config", "--cflags", "--libs", "mdcore-sdk",
                    PKG_CONFIG_PATH=pc).split()
    extra = os.environ.get("MDCORE_TEST_SANITIZE", "").split()
    command(t, "cc", source, "-o", t.path("use"), *flags, *extra)
    command(t, t.path("use"))


def grow(header, struct, member):
    """The header's text with one more member at the end of a struct."""
    grown, n = re.subn(rf"(\nstruct {struct} {{.*?)(\n}};)",
                       rf"\1\n  {member};\2", header, count=1, flags=re.S)
    assert n == 1, struct
    return grown


def test_a_plugin_of_a_grown_header_runs_in_this_program(t):
    """A field of each struct, an interface and a host function more."""
    prefix = install(t)
    if not shutil.which("cc"):
        t.skip("no cc")
    include = shutil.copytree(os.path.dirname(find(prefix, "mdcore.h")),
                              t.path("grown"))
    for name, members in (
            ("mdcore.h", {"md_key": "const char *unit",
                          "md_plugin": "const char *mirror"}),
            ("mdcore-host.h", {"md_host": "int (*guess) (struct md_call *)"}),
            ("mdcore-provider.h", {"md_offer": "int64_t depth",
                                   "md_provider": "int (*warm) (void *)"}),
            ("mdcore-records.h", {"md_bar": "int64_t mood"})):
        path = os.path.join(include, name)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for struct, member in members.items():
            text = grow(text, struct, member)
        text = re.sub(r"(#define MD_ABI_MINOR )\d+", r"\g<1>99", text)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    with open(os.path.join(harness.SOURCE, "docs", "examples",
                           "hello-provider", "hello.c"),
              encoding="utf-8") as file:
        source = file.read()
    ifaces = "{ MD_IFACE_PROVIDER, &provider }"
    assert ifaces in source
    source = t.write("hello.c", source.replace(
        ifaces, '{ "mdcore.oracle/1", &provider }, ' + ifaces))
    os.mkdir(t.path("built"), 0o755)
    command(t, "cc", "-std=c99", "-fPIC", "-shared", "-I", include, source,
            "-o", t.path("built", "hello.so"))
    where = ("--plugin-path", t.path("built"))
    mdcore(t, prefix, "backfill", "hello", "ANY", "--schema", "ohlcv-1d",
           "--from", "2024-01-01", "--to", "2024-02-01", *where)
    rows = mdcore(t, prefix, "export", "--provider", "hello", "--format",
                  "csv", *where).splitlines()
    assert len(rows) == 1 + 31, rows


def test_every_helper_s_header_is_installed(t):
    prefix = install(t)
    there = set(os.listdir(os.path.dirname(find(prefix, "decimal.h"))))
    support = os.path.join(harness.SOURCE, "sdk", "support")
    # Not for plugins: what the helpers share.
    public = {f for f in os.listdir(support) if f.endswith(".h")
              and not f.endswith("-private.h")}
    assert there == public, there ^ public


def test_the_example_stays_short(t):
    example = os.path.join(harness.SOURCE, "docs", "examples",
                           "hello-provider", "hello.c")
    with open(example, encoding="utf-8") as file:
        assert len(file.readlines()) <= 60


harness.main()
