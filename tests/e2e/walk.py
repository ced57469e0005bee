# SPDX-License-Identifier: Apache-2.0
"""What every vendor's end-to-end test shows in the same way: rows are right
under each fault, and requests keep to the declared rate.

    class Walk(walk.Walk):
        pattern = "/candles"                 # requests that bring rows
        def serve(self, t, *faults): ...     # a Server with --log requests.jsonl
        def job(self, t, url, store): ...    # the path of a small job
        def held(self, t, store): ...        # rows of that store
        def source(self, t): ...             # rows that the vendor has

    walk.add_fault_tests(globals(), Walk())
"""
import gzip
import json

import harness

# Each request once, and then it works.  A vendor adds its own kinds.
FAULTS = (
    "refuse=0.3", "close", "reset", "reset-headers", "reset-body", "cut-body",
    "cut-chunked", "cut-open", "stall", "stall-first", "gzip-cut", "http-500",
    "http-502", "http-503", "http-429", "http-429=1", "html", "empty",
    "cut-json")
# From the third request on for ever.  Bad rows that stay bad are not here:
# they become dead letters of a covered interval.
FOR_EVER = ("close", "reset-body", "cut-open", "http-500", "html", "empty",
            "cut-json")

# For job files: fast, and quick to give up.
SETTINGS = """
[retry]
max_retries = 4
base = 5ms
cap = 20ms

[breaker]
threshold = 0

[network]
stall_timeout = 400ms
"""
NO_LIMIT = """
[rate_limit]
rate = 10000/s
burst = 1000
"""


def requests(t, pattern="", name="requests.jsonl"):
    """What the server was asked, as vendor.py logs it."""
    with open(t.path(name), encoding="utf-8") as file:
        return [r for r in map(json.loads, file) if pattern in r["target"]]


def real_bars(t, name):
    """Path of a recorded series of ../shared, or a skip."""
    return t.shared("vectors", "real", "bars", name + ".csv.gz")


def decimal(text):
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_bars(path):
    """[ts in ns, open, high, low, close, volume], plain decimals."""
    with gzip.open(path, "rt") as file:
        rows = [line.split(",") for line in file.read().split("\n")[1:] if line]
    return [[int(r[0])] + [decimal(x) for x in r[1:6]] for r in rows]


def exported(t, store, *options):
    """Rows of a store in the shape of read_bars."""
    result = t.run("export", "--store", t.path(store), "--format", "csv",
                   "--time", "ns", *options)
    if result.status == 2 and "holds no rows yet" in result.err:
        return []
    out = result.expect(0).lines()
    header = out[0].split(",")
    places = [header.index(c) for c in ("ts", "open", "high", "low", "close",
                                        "volume")]
    rows = [line.split(",") for line in out[1:]]
    return [[int(r[places[0]])] + [r[p] for p in places[1:]] for r in rows]


def same_rows(got, expected, what):
    """Equal, or the first row that is not; never the whole series."""
    for i, (one, other) in enumerate(zip(got, expected)):
        harness.equal(one, other, f"{what}, row {i}")
    harness.equal(len(got), len(expected), f"{what}, number of rows")


# ---- faults ------------------------------------------------------------------

class Walk:
    pattern = ""
    own = ()            # kinds of the vendor's own, each request once
    own_for_ever = ()
    not_for_ever = {}   # kind -> why it cannot be told from an answer
    statuses = (1, 3)   # of a run that could not get everything


def check(walk, t, fault, when):
    """Right rows and 0, or a reason and not 0; a second run completes it."""
    expected = walk.source(t)
    store = fault.replace("=", "-")
    vendor = walk.serve(t, f"{fault}@{when}~{walk.pattern}")
    first = t.run("run", walk.job(t, vendor.url, store)).expect(None)
    struck = [r for r in requests(t) if r.get("fault")]
    harness.true(struck, f"{fault} struck nothing: {requests(t)[:2]}")
    if first.status == 0:
        same_rows(walk.held(t, store), expected, fault)
        return
    harness.true(first.status in walk.statuses
                 and len(first.err + first.out) > 20, str(first))
    known = {tuple(row) for row in expected}
    for row in walk.held(t, store):
        harness.true(tuple(row) in known, f"{row} is not the vendor's")
    vendor.stop()
    fresh = walk.serve(t)
    t.run("run", walk.job(t, fresh.url, store)).expect(0)
    same_rows(walk.held(t, store), expected, fault + ", second run")
    fresh.stop()


def one_test(walk, fault, when):
    def test(t):
        check(walk, t, fault, when)
    return test


def add_fault_tests(scope, walk):
    """Makes test functions in a module's globals."""
    for fault in FAULTS + tuple(walk.own):
        name = fault.replace("=", "_").replace("-", "_")
        scope[f"test_after_{name}_on_each_request_the_rows_are_right"] = \
            one_test(walk, fault, "each")
    for fault, why in walk.not_for_ever.items():
        print(f"# {fault} for ever is left out: {why}")
    for fault in FOR_EVER + tuple(walk.own_for_ever):
        if fault in walk.not_for_ever:
            continue
        name = fault.replace("=", "_").replace("-", "_")
        scope[f"test_when_{name}_goes_on_nothing_wrong_is_held"] = \
            one_test(walk, fault, "3+")


# ---- rates -------------------------------------------------------------------

def check_rate(asked, per_second, burst, used=0.9, jitter=0.25):
    """The server's log never shows more than the limit, and `used` of it.

    jitter: seconds by which a busy machine may note requests late, and so
    closer together than they were sent.
    """
    times = [r["t"] for r in asked]
    for i, first in enumerate(times):
        for k in range(i, len(times)):
            most = burst + per_second * (times[k] - first + jitter)
            harness.true(k - i + 1 <= most,
                         f"{k - i + 1} requests in {times[k] - first:.3f} s, "
                         f"at most {most:.1f}")
    span = times[-1] - times[0]
    rate = (len(times) - burst) / span
    print(f"# {len(times)} requests, {rate:.2f} a second after the burst of "
          f"{burst}, declared {per_second:.2f}: {rate / per_second:.1%}")
    harness.true(rate <= per_second * 1.01, f"{rate} a second")
    harness.true(rate >= used * per_second,
                 f"{rate:.2f} of {per_second} requests a second are used")
