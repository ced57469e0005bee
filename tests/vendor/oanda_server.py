#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Speaks the candles and instruments of OANDA's v20 REST API.

    oanda_server.py --token TOKEN [--account ID ...] [--bars NAME@M1/bid=FILE]

Prices are made up from instrument, granularity and time, the same each time,
but for recorded series (ts_ns_utc,open,high,low,close,volume) that are given.
Prints {"url": ...} when it is ready.  Faults: see vendor.py; its own kinds are
in `own_faults` below.

Kept from the original: a token is demanded; slots without a price (weekends
from Friday to Sunday 17:00 in New York, and some others) have no candle; a
range is judged by its slots, 5000 at most; `to` does not count and may not be
in the future; without includeFirst the first candle is left out, as recorded;
hours from two on, days, weeks and months follow the alignment that is asked
for.  Members of the answer come with the candles first, as recorded.
"""
import datetime
import gzip
import hashlib
import json
import re
import time
import zoneinfo

import vendor

SECOND = 10**9
LENGTHS = {"S5": 5, "S10": 10, "S15": 15, "S30": 30, "M1": 60, "M2": 120,
           "M4": 240, "M5": 300, "M10": 600, "M15": 900, "M30": 1800,
           "H1": 3600, "H2": 7200, "H3": 10800, "H4": 14400, "H6": 21600,
           "H8": 28800, "H12": 43200, "D": 86400, "W": 604800,
           "M": 30 * 86400}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
        "Sunday")
PRICES = {"M": ("mid", 0), "B": ("bid", -1), "A": ("ask", 1)}
INSTRUMENTS = {"EUR_USD": 5, "USD_JPY": 3, "XAU_USD": 3}
MOST_SLOTS = 5000
NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
UTC = datetime.timezone.utc
ONE_DAY = datetime.timedelta(days=1)


def parse_time(text):
    """RFC 3339 -> seconds; None: no such text."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", text):
        return None
    at = datetime.datetime.fromisoformat(text[:19])
    return int(at.replace(tzinfo=UTC).timestamp())


def format_time(seconds):
    at = datetime.datetime.fromtimestamp(seconds, UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%S.000000000Z")


class Alignment:
    """Where days and weeks begin."""

    def __init__(self, hour=17, zone="America/New_York", weekday="Friday"):
        self.hour, self.zone = hour, zoneinfo.ZoneInfo(zone)
        self.weekday = DAYS.index(weekday)

    def day(self, date):
        """Seconds at which the day that begins on this date begins."""
        at = datetime.datetime(date.year, date.month, date.day, self.hour,
                               tzinfo=self.zone)
        return int(at.timestamp())

    def begins_unit(self, granularity, date):
        """A day that begins in the evening belongs to the next date."""
        named = date + ONE_DAY if self.hour >= 12 else date
        if granularity == "W":
            return date.weekday() == self.weekday
        return granularity != "M" or named.day == 1


def slots(granularity, start, end, alignment):
    """Starts of candles in [start, end), in order."""
    length = LENGTHS[granularity]
    if length <= 3600:
        first = -(-start // length) * length
        yield from range(first, end, length)
        return
    date = datetime.datetime.fromtimestamp(start, UTC).date() - 2 * ONE_DAY
    while alignment.day(date) < end:
        day, after = alignment.day(date), alignment.day(date + ONE_DAY)
        step = length if length < 86400 else after - day
        if length < 86400 or alignment.begins_unit(granularity, date):
            yield from (t for t in range(day, after, step)
                        if start <= t < end)
        date += ONE_DAY


def following(granularity, start, alignment):
    """End of the candle that begins at `start`."""
    return next(slots(granularity, start + 1, start + 33 * 86400, alignment))


def is_quiet(name, granularity, start):
    local = datetime.datetime.fromtimestamp(start, NEW_YORK)
    hours = local.weekday() * 24 + local.hour
    if granularity not in ("W", "M") and 4 * 24 + 17 <= hours < 6 * 24 + 17:
        return True
    number = noise(name, granularity, start, 0)
    return LENGTHS[granularity] <= 3600 and number % 10 == 0


def noise(*what):
    return int.from_bytes(hashlib.blake2b(
        repr(what).encode(), digest_size=8).digest(), "big")


def candle(name, granularity, start, price):
    """(o, h, l, c) as text, and the number of ticks."""
    digits, side = INSTRUMENTS[name], PRICES[price][1]
    base = 100000 + noise(name) % 50000 + side
    opened, closed = (base + noise(name, granularity, start, n) % 500
                      for n in (1, 2))
    high, low = max(opened, closed) + 7, min(opened, closed) - 7
    return (*(f"{p // 10**digits}.{p % 10**digits:0{digits}d}"
              for p in (opened, high, low, closed)),
            1 + noise(name, granularity, start, 3) % 900)


def history(name, granularity, start, end, price="M", alignment=None):
    """What there is: (seconds, o, h, l, c, ticks) of each candle."""
    alignment = alignment or Alignment()
    return [(t, *candle(name, granularity, t, price))
            for t in slots(granularity, start, end, alignment)
            if not is_quiet(name, granularity, t)]


def recorded(path):
    """The same of a file."""
    with gzip.open(path, "rt") as file:
        lines = [line.split(",") for line in file.read().split("\n")[1:]
                 if line]
    return [(int(v[0]) // SECOND, *v[1:5], int(float(v[5]))) for v in lines]


class OandaServer(vendor.VendorServer):
    # other-instrument: names another one.  incomplete: the last candle is
    # said to be running.  disorder: the newest candle comes first.
    # To the middle candle: wrong-types, null-fields, duplicate-rows,
    # out-of-range.  wrong-shape: the candles are no array.
    own_faults = ("other-instrument", "incomplete", "disorder", "wrong-types",
                  "null-fields", "duplicate-rows", "out-of-range",
                  "wrong-shape")

    def __init__(self, token="token", accounts=(), bars=(), **common):
        self.token, self.accounts = token, list(accounts)
        self.recorded = {name: recorded(path) for name, path in
                         (text.split("=", 1) for text in bars)}
        super().__init__(**common)

    @staticmethod
    def error(status, message):
        return vendor.Reply(status, json.dumps({"errorMessage": message}),
                            {"RequestID": "42"})

    def failed(self, status):
        return vendor.Reply(status, "<html>Maintenance</html>",
                            content_type="text/html")

    def limited(self, retry_after):
        reply = super().limited(retry_after)
        reply.body = b'{"errorMessage":"Rate limit violation"}'
        return reply

    def check_headers(self, request):
        if request.headers.get("Authorization") != "Bearer " + self.token:
            return self.error(401, "Insufficient authorization to perform "
                                   "request.")
        return None

    def answer(self, request):
        if request.path == "/v3/accounts":
            return vendor.Reply(200, json.dumps({"accounts": [
                {"id": a, "tags": []} for a in self.accounts]}))
        found = re.fullmatch(r"/v3/accounts/([^/]+)/instruments", request.path)
        if found and found.group(1) in self.accounts:
            return self.instruments()
        found = re.fullmatch(r"/v3/instruments/([^/]+)/candles", request.path)
        if not found:
            return vendor.Reply(404, "{}")
        if found.group(1) not in INSTRUMENTS:
            return self.error(400, "Invalid value specified for 'instrument'")
        return self.candles(request, found.group(1))

    @staticmethod
    def instruments():
        rows = [{"name": name, "type": "METAL" if name[0] == "X"
                 else "CURRENCY", "displayName": name.replace("_", "/"),
                 "pipLocation": 1 - digits, "displayPrecision": digits,
                 "tradeUnitsPrecision": 0}
                for name, digits in INSTRUMENTS.items()]
        return vendor.Reply(200, json.dumps({"instruments": rows,
                                             "lastTransactionID": "1"}))

    def candles(self, request, name):
        query, now = request.query, int(time.time())
        granularity = query.get("granularity", "S5")
        if granularity not in LENGTHS:
            return self.error(400, "Invalid value specified for "
                                   "'granularity'")
        start = parse_time(query.get("from", ""))
        end = parse_time(query["to"]) if "to" in query else None
        if start is None or ("to" in query and end is None):
            return self.error(400, "Invalid value specified for 'from'")
        if (end or start) > now:
            return self.error(400, "'to' is in the future")
        if end is not None and "count" in query:
            return self.error(400, "'count' cannot be specified when both "
                                   "'to' and 'from' are set")
        if end is not None and (end - start) / LENGTHS[granularity] > \
                MOST_SLOTS:
            return self.error(400, "Maximum value for 'count' exceeded")
        alignment = Alignment(
            int(query.get("dailyAlignment", "17")),
            query.get("alignmentTimezone", "America/New_York"),
            query.get("weeklyAlignment", "Friday"))
        price = query.get("price", "M")
        known = self.recorded.get(
            f"{name}@{granularity}/{PRICES[price][0]}")
        if known is not None:
            rows = [row for row in known if start <= row[0] < (end or now)]
        else:
            rows = history(name, granularity, start, end or now, price,
                           alignment)
        if query.get("includeFirst") != "true":
            rows = [row for row in rows if row[0] != start]
        if end is None:
            rows = rows[:int(query.get("count", "500"))]
        return self.page(request, name, granularity, rows, PRICES[price][0],
                         lambda t: following(granularity, t, alignment) <= now)

    @staticmethod
    def spoil(fault, candles, member):
        middle = len(candles) // 2
        candle = candles[middle]
        if fault == "wrong-types":
            candle[member]["c"] = {"x": 1}
        elif fault == "null-fields":
            candle[member]["c"] = None
        elif fault == "duplicate-rows":
            candles.insert(middle, dict(candle))
        elif fault == "out-of-range":
            candle["time"] = "2031" + candle["time"][4:]

    @staticmethod
    def page(request, name, granularity, rows, member, is_complete):
        candles = [{"complete": is_complete(row[0]), "volume": row[5],
                    "time": format_time(row[0]),
                    member: dict(zip("ohlc", row[1:5]))} for row in rows]
        if request.spoil == "other-instrument":
            name = next(n for n in INSTRUMENTS if n != name)
        elif request.spoil == "incomplete" and candles:
            candles[-1]["complete"] = False
        elif request.spoil == "disorder":
            candles = candles[-1:] + candles[:-1]
        elif candles:
            OandaServer.spoil(request.spoil, candles, member)
        if request.spoil == "wrong-shape":
            candles = {"rows": candles}
        return vendor.Reply(200, json.dumps(
            {"candles": candles, "instrument": name,
             "granularity": granularity}), {"RequestID": "42"}, len(rows))


def main():
    options = vendor.parser(__doc__.splitlines()[0])
    options.add_argument("--token", default="token")
    options.add_argument("--account", action="append", default=[])
    options.add_argument("--bars", action="append", default=[],
                         metavar="NAME@GRANULARITY/PRICE=FILE")
    args = options.parse_args()
    vendor.run(OandaServer(args.token, args.account, args.bars,
                           **vendor.common(args)))


if __name__ == "__main__":
    main()
