# SPDX-License-Identifier: Apache-2.0
"""The server that plays Coinbase in other tests: it must refuse what the
original refuses, and its faults must be the ones it names."""
import gzip
import http.client
import json
import os
import socket
import sys
import time

import harness
from harness import equal, true

sys.path.insert(0, os.path.join(harness.SOURCE, "tests", "vendor"))
import coinbase_server  # noqa: E402
import vendor  # noqa: E402

DAY = "BTC-USD:2024-01-01:2024-01-03"
WINDOW = ("/products/BTC-USD/candles?granularity=60"
          "&start=2024-01-01T00%3A00%3A00Z&end=2024-01-01T04%3A59%3A00Z")
TRADES = "/products/BTC-USD/trades"


def serve(**options):
    server = coinbase_server.CoinbaseServer(**options)
    server.add_synthetic(*DAY.split(":"))
    return server.start()


def get(server, path, headers=None, timeout=5):
    connection = http.client.HTTPConnection("127.0.0.1", server.port,
                                            timeout=timeout)
    connection.putrequest("GET", path, skip_accept_encoding=True)
    for name, value in (headers or {"User-Agent": "test"}).items():
        connection.putheader(name, value)
    connection.endheaders()
    reply = connection.getresponse()
    body = reply.read()
    connection.close()
    return reply, body


def rows(server, path):
    reply, body = get(server, path)
    equal(reply.status, 200, path)
    return json.loads(body)


def message(server, path, status, headers=None):
    reply, body = get(server, path, headers)
    equal(reply.status, status, path)
    return json.loads(body)["message"]


def test_both_ends_of_a_window_count(t):
    server = serve()
    page = rows(server, WINDOW)
    equal(page[-1][0] >= 1704067200 and page[0][0] <= 1704067200 + 299 * 60,
          True, "inside the window")
    true(250 < len(page) <= 300, f"{len(page)} rows")
    equal(page, sorted(page, reverse=True), "newest first")
    for _, low, high, opened, closed, _ in page:
        true(low <= opened <= high and low <= closed <= high, "order of prices")
    one = "/products/BTC-USD/candles?granularity=60&start=%d&end=%d"
    equal(rows(server, one % (page[5][0], page[5][0])), [page[5]], "one candle")


def test_more_than_300_candles_are_refused(t):
    path = ("/products/BTC-USD/candles?granularity=60"
            "&start=1704067200&end=1704085200")
    true("exceeds 300" in message(serve(), path, 400), "message")


def test_with_one_end_missing_the_newest_come(t):
    server = serve()
    path = "/products/BTC-USD/candles?granularity=60&start=1704067200"
    page = rows(server, path)
    equal(len(page), 300, "rows")
    true(page[0][0] > 1704067200 + 86400, "the newest")


def test_longer_candles_are_made_of_minutes(t):
    server = serve()
    path = "/products/BTC-USD/candles?granularity=3600&start=%d&end=%d"
    start = 1704067200
    hour, = rows(server, path % (start, start))
    minutes = rows(server, WINDOW)
    minutes = [m for m in minutes if m[0] < start + 3600]
    equal(hour[1], min(m[1] for m in minutes), "low")
    equal(hour[2], max(m[2] for m in minutes), "high")
    equal(hour[3], minutes[-1][3], "open")
    equal(hour[4], minutes[0][4], "close")


def test_what_is_wrong_is_refused(t):
    server = serve()
    equal(message(server, "/products/X/candles", 404), "NotFound", "product")
    equal(message(server, "/products/BTC-USD/candles?granularity=61", 400),
          "Unsupported granularity", "granularity")
    true("User-Agent" in message(server, WINDOW, 400, {"Accept": "*/*"}),
         "a user agent is demanded")
    message(server, TRADES + "?limit=1001", 400)
    message(server, TRADES + "?after=x", 400)


def test_trades_page_back_to_the_first_without_a_hole(t):
    server = serve()
    ids, after = [], None
    while True:
        reply, body = get(server, TRADES + (f"?after={after}" if after else ""))
        page = json.loads(body)
        if not page:
            break
        ids += [trade["trade_id"] for trade in page]
        equal(reply.getheader("CB-BEFORE"), str(page[0]["trade_id"]), "before")
        after = reply.getheader("CB-AFTER")
    equal(ids, list(range(ids[0], 0, -1)), "dense ids")
    true(len(ids) > 5000, "many trades")


def test_the_side_is_the_makers(t):
    server = serve()
    aggressor = server.trades["BTC-USD"].rows[0][3]
    trade, = rows(server, TRADES + "?limit=1&after=2")
    true(trade["side"] != aggressor, "sides differ")


def test_now_hides_what_comes_later_and_can_be_moved(t):
    server = serve(now="2024-01-01T01:00:30Z")
    before = rows(server, TRADES + "?limit=1")[0]
    true(before["time"] <= "2024-01-01T01:00:30", before["time"])
    order = json.dumps({"set": {"now": "2024-01-01T02:00:00Z"}})
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.request("PUT", "/_control", order)
    equal(connection.getresponse().status, 200, "control")
    after = rows(server, TRADES + "?limit=1")[0]
    true(after["trade_id"] > before["trade_id"], "time went on")


def test_the_rate_limit_answers_429(t):
    server = serve(rate=0.001, burst=2)
    rows(server, TRADES)
    rows(server, TRADES)
    equal(message(server, TRADES, 429), "Public rate limit exceeded", "message")


def test_each_fault_on_the_wire_is_one(t):
    for kind in ("close", "reset", "reset-headers", "reset-body", "cut-body",
                 "cut-chunked"):
        server = serve(faults=[kind + "@1"])
        try:
            get(server, WINDOW)
        except (http.client.HTTPException, OSError):
            pass
        else:
            raise AssertionError(f"{kind} went unnoticed")
        true(rows(server, WINDOW), f"{kind} strikes once")
        equal(server.requests[0]["fault"], kind, "log")


def test_a_stall_is_silence(t):
    server = serve(faults=["stall=3@1", "stall-first=3@2"])
    for _ in range(2):
        start = time.monotonic()
        try:
            get(server, WINDOW, timeout=0.5)
        except OSError:
            true(time.monotonic() - start < 2, "timed out here")
        else:
            raise AssertionError("no silence")


def test_a_refusing_server_comes_back(t):
    server = serve(faults=["refuse=0.4@1"])
    try:
        get(server, WINDOW)
    except (http.client.HTTPException, OSError):
        pass
    try:
        socket.create_connection(("127.0.0.1", server.port), 1).close()
        raise AssertionError("accepted")
    except ConnectionRefusedError:
        pass
    harness.until(lambda: can_connect(server.port), 5, "listening again")
    true(rows(server, WINDOW), "rows")


def can_connect(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def test_faulty_answers_are_what_they_say(t):
    whole = get(serve(), WINDOW)[1]
    for kind, expected in (("html", b"<!DOCTYPE"), ("empty", b""),
                           ("cut-json", whole[:len(whole) // 2]),
                           ("cut-open", whole[:len(whole) // 2]),
                           ("wrong-shape", b'{"data":[[')):
        reply, body = get(serve(faults=[kind + "@1"]), WINDOW)
        equal(reply.status, 200, kind)
        true(body.startswith(expected) and body != whole, kind)
    for kind, wait in (("http-500", None), ("http-503", None),
                       ("http-429", None), ("http-429=7", "7")):
        reply, _ = get(serve(faults=[kind + "@1"]), WINDOW)
        equal(reply.status, int(kind[5:8]), kind)
        equal(reply.getheader("Retry-After"), wait, "Retry-After")


def test_a_cut_gzip_body_cannot_be_unpacked(t):
    reply, body = get(serve(faults=["gzip-cut@1"]), WINDOW)
    equal(reply.getheader("Content-Encoding"), "gzip", "encoding")
    try:
        gzip.decompress(body)
    except EOFError:
        return
    raise AssertionError("it is whole")


def test_faulty_rows_are_one_of_the_page(t):
    whole = rows(serve(), WINDOW)
    for kind in ("wrong-types", "null-fields", "out-of-range"):
        spoilt = rows(serve(faults=[kind + "@1"]), WINDOW)
        equal(sum(a != b for a, b in zip(whole, spoilt)), 1, kind)
    equal(len(rows(serve(faults=["duplicate-rows@1"]), WINDOW)),
          len(whole) + 1, "duplicate")


def test_faults_strike_when_they_should(t):
    def struck(when, targets="aaaaaa"):
        fault = vendor.Fault("close@" + when)
        return "".join("x" if fault.strikes(c) else "." for c in targets)

    equal(struck("2"), ".x....", "one")
    equal(struck("2,4"), ".x.x..", "two")
    equal(struck("3+"), "..xxxx", "from")
    equal(struck("all"), "xxxxxx", "all")
    equal(struck("each", "aabacb"), "x.x.x.", "each")
    equal(struck("1~b", "aabacb"), "..x...", "pattern")
    for text in ("close", "nonsense@1", "close@x", "http-999@1"):
        try:
            vendor.Fault(text)
        except ValueError:
            continue
        raise AssertionError(f"{text} was taken")


def test_the_program_says_where_it_is_and_logs_requests(t):
    server = t.server("coinbase_server", "--synthetic", DAY, "--fault",
                      "null-fields@2", "--gzip")
    server.port = server.info["port"]
    rows(server, WINDOW)
    rows(server, WINDOW)
    first, second = (json.loads(line) for line in server.log().splitlines())
    equal((first["n"], first["fault"], first["status"]), (1, None, 200), "log")
    equal(first["query"]["granularity"], "60", "query")
    equal(second["fault"], "null-fields", "fault")
    _, body = get(server, WINDOW, {"User-Agent": "x",
                                   "Accept-Encoding": "gzip"})
    true(json.loads(gzip.decompress(body)), "compressed")


harness.main()
