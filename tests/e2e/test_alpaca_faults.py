# SPDX-License-Identifier: Apache-2.0
"""Alpaca under every fault: three pages of a day's minutes."""
import csv
import io
import os
import sys

import faults
import harness

sys.path.insert(0, os.path.join(harness.SOURCE, "tests", "vendor"))
import alpaca_server  # noqa: E402

DAYS = ("2024-03-04", "2024-03-05")
JOB = """[job]
provider = alpaca
dataset = sip/raw
schema = ohlcv-1m
symbols = AAPL
start = 2024-03-04
end = 2024-03-05

[provider]
data_url = {url}

[retry]
max_retries = 4
base = 5ms
cap = 20ms

[breaker]
threshold = 0

[rate_limit]
rate = 10000/s

[network]
stall_timeout = 400ms

[store]
path = {store}
"""


def serve(t, *kinds, page=150):
    return t.server("alpaca_server", "--page", page,
                    f"--stock=AAPL:{DAYS[0]}:{DAYS[1]}",
                    *[f"--fault={kind}" for kind in kinds])


def job(t, url, store):
    t.env.update(APCA_API_KEY_ID="K", APCA_API_SECRET_KEY="S")
    return t.write(store + ".ini", JOB.format(url=url, store=t.path(store)))


def held(t, store):
    text = t.run("export", "--store", t.path(store), "--format",
                 "csv").expect(0).out
    return [(r["ts"], r["open"], r["high"], r["low"], r["close"], r["volume"])
            for r in csv.DictReader(io.StringIO(text))]


def expected(_):
    return [(f["t"], f["o"], f["h"], f["l"], f["c"], f["v"]) for _, f in
            alpaca_server.Series("AAPL", *DAYS).rows("bars", "1Min")]


# A retry inside a series of pages is another request, which "each" strikes
# anew: rows that cannot be read are tried on one page.
ROWS = ("wrong-types", "null-fields")
faults.add(globals(), faults.Walk(serve, job, held, expected,
                                  "/v2/stocks/bars"),
           own=("repeat-token", "other-symbol"), without=ROWS)


def test_rows_that_cannot_be_read_are_asked_for_once_more(t):
    whole = faults.Walk(lambda t, *kinds: serve(t, *kinds, page=10000), job,
                        held, expected, "/v2/stocks/bars")
    for kind in ROWS:
        whole.check(t, kind, "each")


def test_rows_unreadable_on_two_pages_in_a_row_are_asked_for_again(t):
    server = serve(t, "null-fields@1,3")
    t.run("run", job(t, server.url, "twice")).expect(0)
    harness.equal(held(t, "twice"), expected(t))


harness.main()
