# SPDX-License-Identifier: Apache-2.0
"""The walk over all faults, the same for every provider.

A provider's test file says how its server is started and which rows belong
into the store; this file makes a test for each fault of vendor.py:

    faults.add(globals(), faults.Walk(serve, job, held, expected, "/aggs/"))

After a fault that strikes each request once, a run either ends well with the
right rows or says why not; after one that goes on for ever likewise.  A run
against a healthy server then completes what a failure left: nothing that was
wrong is held.
"""
import json
import os

import harness

LONG = bool(os.environ.get("MDCORE_TEST_LONG"))

# What vendor.py knows, and what every provider's server should know itself.
COMMON = (
    "refuse=0.3", "close", "reset", "reset-headers", "reset-body", "cut-body",
    "cut-chunked", "cut-open", "stall", "stall-first", "gzip-cut", "http-500",
    "http-502", "http-503", "http-429", "http-429=1", "html", "empty",
    "cut-json", "wrong-types", "null-fields", "wrong-shape", "duplicate-rows",
    "out-of-range")
# One of each sort: for providers that send requests in the same way as one
# that walks them all.
BRIEF = ("reset-body", "cut-open", "html", "empty", "wrong-types")
BRIEF_LASTING = ("cut-json",)
# Bad rows that stay bad become dead letters of a covered interval: not here.
LASTING = ("close", "reset-body", "http-500", "html", "empty", "cut-json")

# For job files: fast, and quick to give up.
SETTINGS = """
[retry]
max_retries = 4
base = 5ms
cap = 20ms

[breaker]
threshold = 0

[network]
stall_timeout = 1s
"""
NO_LIMIT = """
[rate_limit]
rate = 10000/s
burst = 1000
"""


def logged(t, server):
    """Requests of a server that logs to its stderr."""
    return [json.loads(line) for line in server.log().splitlines()
            if line.startswith("{")]


def same(got, expected, what):
    """Equal, or the start of where they differ; never the whole series."""
    if got == expected:
        return
    if isinstance(got, dict):
        what, got, expected = next(
            (f"{what}, {key}", got.get(key), expected[key])
            for key in expected if got.get(key) != expected[key])
    lengths = f"{len(got)} and {len(expected)} rows"
    i = next((i for i, (a, b) in enumerate(zip(got, expected)) if a != b),
             min(len(got), len(expected)))
    raise AssertionError(f"{what}: {lengths}, from row {i}: got "
                         f"{got[i:i + 1]}, expected {expected[i:i + 1]}")


class Walk:
    def __init__(self, serve, job, held, expected, pattern, requests=logged):
        self.serve = serve          # (t, *faults) -> harness.Server
        self.job = job              # (t, url, store) -> path of a job file
        self.held = held            # (t, store) -> rows, in any form
        self.expected = expected    # (t) -> the same of the source
        self.pattern = pattern      # of the requests that a fault may strike
        self.requests = requests    # (t, server) -> entries of its log

    def check(self, t, fault, when):
        """Right rows and 0, or a reason and not 0; a second run completes."""
        expected = self.expected(t)
        server = self.serve(t, f"{fault}@{when}~{self.pattern}")
        first = t.run("run", self.job(t, server.url, fault)).expect(None)
        entries = self.requests(t, server)
        harness.true([r for r in entries if r.get("fault")],
                     f"{fault} struck nothing: {entries[:2]}")
        server.stop()
        if first.status == 0:
            same(self.held(t, fault), expected, f"{fault}\n{first.err}")
            return
        harness.true(first.status in (1, 3) and len(first.err) > 20,
                     str(first))
        fresh = self.serve(t)
        t.run("run", self.job(t, fresh.url, fault)).expect(0)
        same(self.held(t, fault), expected, fault + ", second run")
        fresh.stop()


def word(fault):
    return fault.replace("=", "_").replace("-", "_")


def add(tests, walk, own=(), without=(), name="", brief=False,
        lasting=None):
    """Puts a test for each fault into a script's globals.  `own`: more of
    them; `without`: those that this protocol cannot have; `name`: tells apart
    the walks of one script; `brief`: one of each sort; `lasting`: instead of
    LASTING."""
    def test(fault, when):
        return lambda t: walk.check(t, fault, when)

    name = name and "_of_" + name
    once = (BRIEF if brief else COMMON) + tuple(own)
    if lasting is None:
        lasting = BRIEF_LASTING if brief else LASTING
    for fault in [f for f in once if f not in without]:
        tests[f"test_after_{word(fault)}_on_each_request{name}_"
              "the_rows_are_right"] = test(fault, "each")
    for fault in [f for f in lasting if f not in without]:
        tests[f"test_when_{word(fault)}_goes_on{name}_nothing_wrong_is_held"
              ] = test(fault, "3+")
