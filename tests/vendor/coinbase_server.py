#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Speaks the public market data part of Coinbase's two REST APIs.

    coinbase_server.py --bars BTC-USD=FILE.csv[.gz] --trades BTC-USD=FILE.csv
    coinbase_server.py --synthetic BTC-USD:2024-01-01:2024-01-03

Bars are minutes (ts_ns_utc,open,high,low,close,volume), from which the longer
candles are made; trades are ts_ns_utc,price,size,aggressor,trade_id with ids
from 1 without a hole.  --synthetic makes both, the same ones each time.
Prints {"url": ...} when it is ready.  Faults: see vendor.py; its own kinds are
in `own_faults` below.  --now hides what happens later; it can be moved with
PUT /_control {"set": {"now": "2024-01-02T00:00:00Z"}}.

Kept from the original: a User-Agent is demanded; low and high come before open
and close; both ends of a candle request count, and 300 candles are the most;
with one of start and end missing both are ignored; minutes without a trade
have no row; trades page by id with `after` and CB-AFTER; `side` is the maker's.
Of Advanced Trade: paths under /api/v3/brokerage without /market want a token;
start, end and granularity are all demanded; fewer than 350 candles; products
come in pages of `limit` from `offset`.
"""
import bisect
import csv
import datetime
import decimal
import gzip
import json
import random
import re

import vendor

GRANULARITIES = (60, 300, 900, 3600, 21600, 86400)
MOST_CANDLES = 300
MOST_TRADES = 1000
ADVANCED = "/api/v3/brokerage"
ADVANCED_MOST = 350
ADVANCED_GRANULARITIES = {
    "ONE_MINUTE": 60, "FIVE_MINUTE": 300, "FIFTEEN_MINUTE": 900,
    "THIRTY_MINUTE": 1800, "ONE_HOUR": 3600, "TWO_HOUR": 7200,
    "FOUR_HOUR": 14400, "SIX_HOUR": 21600, "ONE_DAY": 86400}
SECOND = 10**9
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def parse_time(text):
    """RFC 3339, a date, or epoch seconds -> ns."""
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        return int(decimal.Decimal(text) * SECOND)
    at = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    if at.tzinfo is None:
        at = at.replace(tzinfo=datetime.timezone.utc)
    return (at - EPOCH) // datetime.timedelta(microseconds=1) * 1000


def format_time(ns):
    at = EPOCH + datetime.timedelta(microseconds=ns // 1000)
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_csv(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", newline="") as file:
        return list(csv.DictReader(file))


class Bars:
    """Minutes of one product, and the longer candles made of them."""

    def __init__(self, rows):
        self.rows = sorted(rows, key=lambda r: r[0])
        self.longer = {60: ([r[0] for r in self.rows], self.rows)}

    @classmethod
    def load(cls, path):
        return cls([(int(r["ts_ns_utc"]), r["open"], r["high"], r["low"],
                     r["close"], r["volume"]) for r in read_csv(path)])

    def made_of(self, seconds, now):
        """Candles of this length; what is after `now` did not happen yet."""
        if now is None and seconds in self.longer:
            return self.longer[seconds]
        number, buckets = decimal.Decimal, {}
        for ts, *values in self.rows:
            if now is not None and ts > now:
                break
            buckets.setdefault(ts // (seconds * SECOND), []).append(values)
        rows = [(at * seconds * SECOND, rows[0][0],
                 max((r[1] for r in rows), key=number),
                 min((r[2] for r in rows), key=number), rows[-1][3],
                 rows[0][4] if len(rows) == 1
                 else f"{sum(number(r[4]) for r in rows):f}")
                for at, rows in sorted(buckets.items())]
        made = ([r[0] for r in rows], rows)
        if now is None:
            self.longer[seconds] = made
        return made


class Trades:
    """Trades of one product; trade i has id i + 1."""

    def __init__(self, rows):
        self.rows = rows
        self.times = [r[0] for r in rows]

    @classmethod
    def load(cls, path):
        rows = read_csv(path)
        ids = [int(r["trade_id"]) for r in rows]
        if ids != list(range(1, len(ids) + 1)):
            raise ValueError(f"{path}: trade ids are not 1 to {len(ids)}")
        return cls([(int(r["ts_ns_utc"]), r["price"], r["size"],
                     r["aggressor"]) for r in rows])

    def last_id(self, now):
        return len(self.rows) if now is None else bisect.bisect_right(
            self.times, now)


def synthetic(name, start, end):
    """Minute bars with some holes, and a few trades in each."""
    dice = random.Random(name)
    cents, bars, trades = dice.randrange(10**4, 10**6), [], []
    for ts in range(parse_time(start), parse_time(end), 60 * SECOND):
        if dice.random() < 0.03:
            continue
        offsets = sorted(dice.randrange(60 * 10**6)
                         for _ in range(dice.randrange(1, 5)))
        prices, volume = [], 0
        for offset in offsets:
            cents = max(1, cents + dice.randrange(-50, 51))
            size = dice.randrange(1, 10**9)
            volume += size
            prices.append(cents)
            trades.append((ts + offset * 1000,
                           f"{cents // 100}.{cents % 100:02d}",
                           f"{size // 10**8}.{size % 10**8:08d}",
                           dice.choice(("buy", "sell"))))
        text = [f"{p // 100}.{p % 100:02d}" for p in
                (prices[0], max(prices), min(prices), prices[-1])]
        bars.append((ts, *text, f"{volume // 10**8}.{volume % 10**8:08d}"))
    return Bars(bars), Trades(trades)


class CoinbaseServer(vendor.VendorServer):
    # To one row in the middle: wrong-types, null-fields, duplicate-rows,
    # out-of-range.  other-symbol: another product's rows.  wrong-shape: an
    # object around the array.  lost-page: trades begin ten ids too low.
    own_faults = ("wrong-types", "null-fields", "duplicate-rows",
                  "out-of-range", "other-symbol", "wrong-shape", "lost-page")

    def __init__(self, bars=None, trades=None, now=None, early=0, **common):
        self.bars, self.trades = dict(bars or {}), dict(trades or {})
        self.now = parse_time(now) if now else None
        self.early = early     # candles sent before the start asked for
        super().__init__(**common)

    def add_synthetic(self, name, start, end):
        self.bars[name], self.trades[name] = synthetic(name, start, end)

    def change(self, name, value):
        if name != "now":
            raise KeyError(name)
        self.now = parse_time(value) if value else None

    # ---- answers

    @staticmethod
    def error(status, message):
        return vendor.Reply(status, json.dumps({"message": message}))

    def check_headers(self, request):
        if not request.headers.get("User-Agent"):
            return self.error(400, "User-Agent header is required.")
        return None

    def limited(self, retry_after):
        reply = super().limited(retry_after)
        reply.body = b'{"message":"Public rate limit exceeded"}'
        return reply

    def answer(self, request):
        if request.path.startswith(ADVANCED):
            return self.advanced(request)
        if request.path == "/products":
            return self.products()
        found = re.fullmatch(r"/products/([^/]+)/(candles|trades)",
                             request.path)
        if not found:
            return self.error(404, "Route not found")
        name, what = found.groups()
        known = self.bars if what == "candles" else self.trades
        if name not in known:
            return self.error(404, "NotFound")
        if request.spoil == "other-symbol":
            name = next((n for n in sorted(known) if n != name), name)
        if what == "candles":
            return self.candles(request, known[name])
        return self.trade_page(request, known[name])

    def names(self):
        return sorted(set(self.bars) | set(self.trades))

    def products(self):
        names = self.names()
        rows = [{"id": name, "base_currency": name.split("-")[0],
                 "quote_currency": name.split("-")[-1],
                 "quote_increment": "0.01", "base_increment": "0.00000001",
                 "display_name": name.replace("-", "/"),
                 "min_market_funds": "1", "status": "online",
                 "status_message": "", "cancel_only": False,
                 "limit_only": False, "post_only": False,
                 "trading_disabled": False, "auction_mode": False}
                for name in names]
        return vendor.Reply(200, json.dumps(rows), rows=len(rows))

    # ---- candles

    def candles(self, request, bars):
        query = request.query
        try:
            seconds = int(query.get("granularity", "60"))
        except ValueError:
            seconds = 0
        if seconds not in GRANULARITIES:
            return self.error(400, "Unsupported granularity")
        step = seconds * SECOND
        times, rows = bars.made_of(seconds, self.now)
        first, last = max(0, len(rows) - MOST_CANDLES), len(rows)
        if "start" in query and "end" in query:
            try:
                start, end = (parse_time(query[n]) for n in ("start", "end"))
            except ValueError:
                return self.error(400, "Invalid start or end")
            if start > end:
                return self.error(400, "start must be before end")
            if (end - start) // step >= MOST_CANDLES:
                return self.error(
                    400, "granularity too small for the requested time range."
                    " Count of aggregations requested exceeds 300")
            first = bisect.bisect_left(times, start)
            last = bisect.bisect_right(times, end)
            first = max(0, first - self.early)
        page = [[str(ts // SECOND), low, high, opened, closed, volume]
                for ts, opened, high, low, closed, volume
                in reversed(rows[first:last])]
        self.spoil_rows(request, page, 0, 3, lambda t: str(int(t) + 10**7))
        body = "[" + ",".join("[" + ",".join(r) + "]" for r in page) + "]"
        return self.page(request, body, len(page))

    # ---- Advanced Trade

    @staticmethod
    def advanced_error(status, error, text):
        return vendor.Reply(status, json.dumps(
            {"error": error, "error_details": text, "message": text}))

    def advanced(self, request):
        path = request.path[len(ADVANCED):]
        if not path.startswith("/market/"):
            return vendor.Reply(401, "Unauthorized",
                                content_type="text/plain")
        if path == "/market/products":
            return self.advanced_products(request.query)
        found = re.fullmatch(r"/market/products/([^/]+)/candles", path)
        if not found:
            return self.advanced_error(404, "NOT_FOUND", "unknown path")
        name = found[1]
        if name not in self.bars:
            return self.advanced_error(400, "INVALID_ARGUMENT",
                                       "valid product_id is required")
        if request.spoil == "other-symbol":
            name = next((n for n in sorted(self.bars) if n != name), name)
        return self.advanced_candles(request, self.bars[name])

    def advanced_products(self, query):
        first, limit = int(query.get("offset", 0)), int(query["limit"])
        rows = [{"product_id": name, "base_currency_id": name.split("-")[0],
                 "quote_currency_id": name.split("-")[-1],
                 "base_increment": "0.00000001", "quote_increment": "0.01",
                 "price_increment": "0.01", "status": "online",
                 "product_type": "SPOT"}
                for name in self.names()[first:first + limit]]
        return vendor.Reply(200, json.dumps(
            {"products": rows, "num_products": len(rows)}), rows=len(rows))

    def advanced_candles(self, request, bars):
        query = request.query
        try:
            seconds = ADVANCED_GRANULARITIES[query["granularity"]]
            start, end = (int(query[n]) * SECOND for n in ("start", "end"))
        except (KeyError, ValueError):
            return self.advanced_error(400, "INVALID_ARGUMENT",
                                       "start, end and granularity")
        step = seconds * SECOND
        if (end - start) // step + 1 >= ADVANCED_MOST:
            return self.advanced_error(
                400, "INVALID_ARGUMENT", "start and end argument is invalid "
                "- number of candles requested should be less than 350")
        times, rows = bars.made_of(seconds, self.now)
        first = max(0, bisect.bisect_left(times, start) - self.early)
        page = [{"start": f'"{ts // SECOND}"', "low": f'"{low}"',
                 "high": f'"{high}"', "open": f'"{opened}"',
                 "close": f'"{closed}"', "volume": f'"{volume}"'}
                for ts, opened, high, low, closed, volume in reversed(
                    rows[first:bisect.bisect_right(times, end)])]
        self.spoil_rows(request, page, "start", "open", lambda t: json.dumps(
            str(int(json.loads(t)) + 10**7)))
        body = '{"candles":[' + ",".join(
            "{" + ",".join(f'"{k}":{v}' for k, v in row.items()) + "}"
            for row in page) + "]}"
        return self.page(request, body, len(page))

    # ---- trades

    def trade_page(self, request, trades):
        query = request.query
        try:
            limit = int(query.get("limit", MOST_TRADES))
            newest = trades.last_id(self.now)
            after = int(query.get("after", newest + 1))
            before = int(query.get("before", 0))
        except ValueError:
            return self.error(400, "Invalid cursor")
        if not 1 <= limit <= MOST_TRADES:
            return self.error(400, "Invalid limit")
        first = min(after - 1, newest)
        if request.spoil == "lost-page" and limit > 1:
            first -= 10
        ids = range(first, max(before, first - limit, 0), -1)
        page = [self.trade(trades, i) for i in ids]
        self.spoil_rows(request, page, "time", "price", lambda t: json.dumps(
            format_time(parse_time(json.loads(t)) + 10**16)))
        headers = {"CB-BEFORE": ids[0], "CB-AFTER": ids[-1]} if page else {}
        body = "[" + ",".join(
            "{" + ",".join(f'"{k}":{v}' for k, v in row.items()) + "}"
            for row in page) + "]"
        return self.page(request, body, len(page), headers)

    @staticmethod
    def trade(trades, number):
        ts, price, size, aggressor = trades.rows[number - 1]
        maker = {"buy": "sell", "sell": "buy"}[aggressor]
        return {"time": f'"{format_time(ts)}"', "trade_id": str(number),
                "price": f'"{decimal.Decimal(price):.8f}"',
                "size": f'"{decimal.Decimal(size):.8f}"',
                "side": f'"{maker}"'}

    # ---- faults that know what a row is

    @staticmethod
    def spoil_rows(request, page, time, price, later):
        """Rows are lists or dicts of JSON text."""
        if not page or not request.spoil:
            return
        middle = len(page) // 2
        row = page[middle]
        if request.spoil == "wrong-types":
            row[price] = '{"amount":1}'
        elif request.spoil == "null-fields":
            row[price] = "null"
        elif request.spoil == "duplicate-rows":
            page.insert(middle, type(row)(row))
        elif request.spoil == "out-of-range":
            row[time] = later(row[time])

    @staticmethod
    def page(request, body, rows, headers=None):
        if request.spoil == "wrong-shape":
            body = '{"data":' + body + "}"
        return vendor.Reply(200, body, headers, rows)


def pairs(options, kind):
    return {name: kind.load(path) for name, path in
            (o.split("=", 1) for o in options)}


def main():
    options = vendor.parser(__doc__.splitlines()[0])
    options.add_argument("--bars", action="append", default=[],
                         metavar="PRODUCT=CSV")
    options.add_argument("--trades", action="append", default=[],
                         metavar="PRODUCT=CSV")
    options.add_argument("--synthetic", action="append", default=[],
                         metavar="PRODUCT:START:END", help="dates")
    options.add_argument("--now", metavar="TIME")
    options.add_argument("--early", type=int, default=0, metavar="N",
                         help="send N candles before the start asked for")
    args = options.parse_args()
    server = CoinbaseServer(pairs(args.bars, Bars), pairs(args.trades, Trades),
                            args.now, args.early, **vendor.common(args))
    for text in args.synthetic:
        server.add_synthetic(*text.split(":"))
    vendor.run(server)


if __name__ == "__main__":
    main()
