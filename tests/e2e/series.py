# SPDX-License-Identifier: Apache-2.0
"""Recorded series of ../shared, rows of a store in the same shape, and
whether a server's log keeps to a rate."""
import gzip
import json

import harness

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
