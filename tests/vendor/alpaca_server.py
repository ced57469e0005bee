#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Speaks the part of Alpaca's data and trading APIs that mdcore asks.

    alpaca_server.py --stock AAPL:2024-03-04:2024-03-06 --crypto BTC/USD:...
                     [--page 500] [--key KEY:SECRET] [--now TIME]

Rows are made up, the same ones each time.  Prints {"url": ...} when it is
ready; one origin plays both hosts.  Faults: see vendor.py; its own kinds are
in `own_faults` below.

Kept from the original: both ends of a request count; bare dates mean New
York's midnight and a time without a zone is refused; `limit` counts the rows
of all symbols, which come sorted by name and then by time, and a page ends
anywhere; with --spare-page a token leads to a last page that is empty; what
nobody knows is left out of the answer; wrong keys are a 403 on data and a 401
on trading; with --now, the last 15 minutes of the consolidated tape are not
part of the plan.
"""
import base64
import datetime
import json
import random
import re
import time
import zoneinfo

import vendor

SECOND = 10**9
MINUTE = 60 * SECOND
DAY = 86400 * SECOND
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
CHICAGO = zoneinfo.ZoneInfo("America/Chicago")
MOST = 10000
MINUTES = {"1Min": 1, "5Min": 5, "15Min": 15, "30Min": 30, "1Hour": 60,
           "4Hour": 240}


def to_ns(at):
    return (at - EPOCH) // datetime.timedelta(microseconds=1) * 1000


def midnight(ns, zone):
    """Start of the day that holds this time."""
    at = (EPOCH + datetime.timedelta(microseconds=ns // 1000)).astimezone(zone)
    return to_ns(at.replace(hour=0, minute=0, second=0, microsecond=0))


def parse_time(text):
    """RFC 3339 to nanoseconds; ValueError without a zone."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        at = datetime.datetime.fromisoformat(text)
        return to_ns(at.replace(tzinfo=NEW_YORK))
    found = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?"
                         r"(Z|[+-]\d\d:\d\d)", text)
    if not found:
        raise ValueError(text)
    whole, fraction, zone = found.groups()
    at = datetime.datetime.fromisoformat(whole + zone.replace("Z", "+00:00"))
    return to_ns(at) + int((fraction or ".")[1:].ljust(9, "0"))


def format_time(ns):
    """As short as the original writes it."""
    at = EPOCH + datetime.timedelta(seconds=ns // SECOND)
    fraction = f".{ns % SECOND:09d}".rstrip("0").rstrip(".")
    return at.strftime("%Y-%m-%dT%H:%M:%S") + fraction + "Z"


def price(cents):
    return f"{cents // 100}.{cents % 100:02d}".rstrip("0").rstrip(".")


class Series:
    """One symbol: (ts, JSON fields) of bars, trades and quotes."""

    def __init__(self, name, start, end, crypto=False):
        self.crypto = crypto
        self.zone = CHICAGO if crypto else NEW_YORK
        self.bars, self.trades, self.quotes = [], [], []
        dice = random.Random(name)
        self.cents = dice.randrange(10**4, 10**5)
        for ts in range(parse_time(start + "T00:00:00Z"),
                        parse_time(end + "T00:00:00Z"), MINUTE):
            of_day = ts % DAY // MINUTE
            if not crypto and not 14 * 60 <= of_day < 21 * 60:
                continue
            if dice.random() >= 0.05:
                self.add_minute(ts, dice)

    def add_minute(self, ts, dice):
        prices, volume = [], 0
        offset = dice.randrange(10 * SECOND)
        for _ in range(dice.randrange(1, 4)):
            # Often two at one time, as on the real tape.
            offset += dice.choice((0, dice.randrange(10 * SECOND)))
            self.cents = max(100, self.cents + dice.randrange(-20, 21))
            size = dice.randrange(1, 500)
            volume += size
            prices.append(self.cents)
            self.add_ticks(ts + offset, size, dice)
        self.bars.append((ts, (prices[0], max(prices), min(prices),
                               prices[-1]), volume, len(prices)))

    def add_ticks(self, ts, size, dice):
        number = len(self.trades) + 1
        row = {"t": format_time(ts), "p": price(self.cents),
               "s": str(size), "i": str(number)}
        quote = {"t": format_time(ts), "bp": price(self.cents - 1),
                 "bs": str(size), "ap": price(self.cents + 1), "as": "3"}
        if self.crypto:
            row["tks"] = dice.choice(("B", "S"))
        else:
            row.update(x=dice.choice("PQN"), z="C", c=["@", "I"])
            quote.update(bx="Q", ax="P", z="C", c=["R"])
        if dice.random() < 0.02:
            quote.update(bp="0", bs="0")
        self.trades.append((ts, row))
        self.quotes.append((ts, quote))

    def start_of(self, ts, frame):
        if frame in MINUTES:
            return ts - ts % (MINUTES[frame] * MINUTE)
        day = midnight(ts, self.zone)
        at = (EPOCH + datetime.timedelta(seconds=day // SECOND)).astimezone(
            self.zone)
        if frame == "1Week":
            at -= datetime.timedelta(days=at.weekday())
        elif frame == "1Month":
            at = at.replace(day=1)
        elif frame != "1Day":
            raise KeyError(frame)
        return midnight(to_ns(at.replace(hour=12)), self.zone)

    def rows(self, kind, frame=None, factor=1):
        """[(ts, fields)] in order."""
        if kind != "bars":
            return getattr(self, kind)
        made = {}
        for ts, (opened, high, low, closed), volume, n in self.bars:
            at = self.start_of(ts, frame)
            first, top, bottom, _, sold, count = made.get(
                at, (opened, high, low, closed, 0, 0))
            made[at] = (first, max(top, high), min(bottom, low), closed,
                        sold + volume, count + n)
        return [(at, {"t": format_time(at), "o": price(o // factor),
                      "h": price(h // factor), "l": price(low // factor),
                      "c": price(c // factor), "v": str(v * factor),
                      "n": str(n), "vw": price(c // factor)})
                for at, (o, h, low, c, v, n) in sorted(made.items())]


def write(value):
    if isinstance(value, list):
        return json.dumps(value, separators=(",", ":"))
    number = re.fullmatch(r"-?\d+(\.\d+)?", value)
    return value if number else json.dumps(value)


def write_row(fields):
    return "{" + ",".join(f'"{k}":{write(v)}' for k, v in fields.items()) + "}"


class AlpacaServer(vendor.VendorServer):
    # To one row in the middle: wrong-types, null-fields.  repeat-token: the
    # page's own token once more.  other-symbol: rows of another name.
    # duplicate-rows, out-of-range: the row in the middle twice, or years
    # later.  wrong-shape: an object around the page.
    own_faults = ("wrong-types", "null-fields", "repeat-token",
                  "other-symbol", "duplicate-rows", "out-of-range",
                  "wrong-shape")

    def __init__(self, page=MOST, key=None, now=None, spare_page=False,
                 actions=None, per_minute=200, feeds=(), **common):
        self.stocks, self.pairs = {}, {}
        self.page, self.spare_page = page, spare_page
        self.key = key.split(":") if key else None
        self.now = parse_time(now) if now else None
        self.actions = actions or {}
        self.per_minute = per_minute
        self.feeds = ("sip", "iex", *feeds)
        super().__init__(**common)

    def add_stock(self, name, start, end):
        self.stocks[name] = Series(name, start, end)

    def add_pair(self, name, start, end):
        self.pairs[name] = Series(name, start, end, crypto=True)

    # ---- answers

    def error(self, status, message):
        return vendor.Reply(status, json.dumps({"message": message}))

    def limited(self, retry_after):
        reply = super().limited(retry_after)
        reply.body = b'{"message":"too many requests."}'
        reply.headers.update({"X-RateLimit-Limit": str(self.per_minute),
                              "X-RateLimit-Remaining": "0",
                              "X-RateLimit-Reset": str(int(time.time()) + 1)})
        return reply

    def check_headers(self, request):
        crypto = request.path.startswith("/v1beta3/crypto/")
        given = [request.headers.get("APCA-API-KEY-ID"),
                 request.headers.get("APCA-API-SECRET-KEY")]
        if self.key is None or given == self.key \
                or (crypto and given == [None, None]):
            return None
        if request.path.startswith(("/v2/calendar", "/v2/assets")):
            return vendor.Reply(401, '{"code":40110000,"message":'
                                '"request is not authorized"}')
        return self.error(403, "forbidden.")

    def answer(self, request):
        found = re.fullmatch(r"/v2/stocks/(bars|trades|quotes)", request.path)
        if found:
            return self.series(request, found[1], self.stocks)
        found = re.fullmatch(r"/v1beta3/crypto/us/(bars|trades|quotes)",
                             request.path)
        if found:
            return self.series(request, found[1], self.pairs)
        if request.path == "/v1/corporate-actions":
            return self.corporate_actions(request)
        if request.path == "/v2/calendar":
            return self.calendar(request)
        if request.path == "/v2/assets":
            return vendor.Reply(200, json.dumps(
                [{"class": "us_equity", "exchange": "NASDAQ", "symbol": name,
                  "name": name + " Inc", "status": "active"}
                 for name in sorted(self.stocks)]))
        return self.error(404, "endpoint not found.")

    def refusal(self, query, stocks):
        """What is wrong with a request for rows, or None."""
        for name in ("start", "end"):
            try:
                parse_time(query[name])
            except (KeyError, ValueError):
                return self.error(400, f"invalid {name}")
        for symbol in query.get("symbols", "").split(","):
            if not re.fullmatch(r"[A-Z.]+" if stocks else r"[A-Z]+/[A-Z]+",
                                symbol):
                return self.error(400, f"invalid symbol: {symbol}")
        if not 1 <= int(query.get("limit", 1000)) <= MOST:
            return self.error(400, "invalid limit")
        if stocks and query.get("feed") not in self.feeds:
            return self.error(403, "subscription does not permit querying "
                              f"{query.get('feed')} data")
        if stocks and query["feed"] == "sip" and self.now is not None \
                and parse_time(query["end"]) > self.now - 15 * MINUTE:
            return self.error(403, "subscription does not permit querying "
                              "recent SIP data")
        return None

    def series(self, request, kind, known):
        query = request.query
        refusal = self.refusal(query, known is self.stocks)
        if refusal:
            return refusal
        factor = 2 if query.get("adjustment", "raw") != "raw" else 1
        start, end = parse_time(query["start"]), parse_time(query["end"])
        try:
            rows = [(name, fields)
                    for name in sorted(set(query["symbols"].split(",")))
                    if name in known
                    for ts, fields in known[name].rows(
                        kind, query.get("timeframe"), factor)
                    if start <= ts <= end]
        except KeyError:
            return self.error(400, "invalid timeframe")
        return self.one_page(request, kind, rows)

    def one_page(self, request, kind, rows):
        query = request.query
        first = 0
        if query.get("page_token"):
            first = int(base64.b64decode(query["page_token"]).split(b"|")[1])
        last = first + min(int(query.get("limit", 1000)), self.page)
        token = "null"
        if last < len(rows) or (self.spare_page and first < len(rows)):
            text = f"{kind}|{min(last, len(rows))}|more"
            token = json.dumps(base64.b64encode(text.encode()).decode())
        if request.spoil == "repeat-token":
            token = json.dumps(query.get("page_token", "again"))
        body, names = self.spoilt(request, rows[first:last]), {}
        for name, text in body:
            names.setdefault(name, []).append(text)
        text = ",".join(f'{json.dumps(n)}:[{",".join(r)}]'
                        for n, r in names.items())
        text = f'{{"{kind}":{{{text}}},"next_page_token":{token}}}'
        if request.spoil == "wrong-shape":
            text = '{"data":' + text + "}"
        return vendor.Reply(200, text, rows=len(body))

    @staticmethod
    def spoilt(request, rows):
        texts = [(name, write_row(fields)) for name, fields in rows]
        if not rows or request.spoil is None:
            return texts
        middle = len(rows) // 2
        name, fields = rows[middle]
        field = next(f for f in ("c", "p", "bp") if not isinstance(
            fields.get(f, []), list))
        if request.spoil == "other-symbol":
            texts[middle] = ("OTHER", texts[middle][1])
        elif request.spoil == "duplicate-rows":
            texts.insert(middle, texts[middle])
        elif request.spoil == "out-of-range":
            texts[middle] = (name, write_row(dict(
                fields, t="2034" + fields["t"][4:])))
        elif request.spoil in ("wrong-types", "null-fields"):
            value = "null" if request.spoil == "null-fields" else '{"x":1}'
            texts[middle] = (name, write_row(fields).replace(
                f'"{field}":{write(fields[field])}', f'"{field}":{value}'))
        return texts

    def corporate_actions(self, request):
        query, found = request.query, {}
        for kind, rows in self.actions.items():
            asked = set(query["symbols"].split(","))
            kept = [r for r in rows
                    if asked & {r.get(k) for k in r if "symbol" in k}
                    and query["start"] <= r["process_date"] <= query["end"]]
            if kept:
                found[kind] = kept
        return vendor.Reply(200, json.dumps({"corporate_actions": found,
                                             "next_page_token": None}))

    @staticmethod
    def calendar(request):
        day = datetime.date.fromisoformat(request.query["start"])
        end, rows = datetime.date.fromisoformat(request.query["end"]), []
        while day <= end:
            if day.weekday() < 5 and (day.month, day.day) != (7, 4):
                close = "13:00" if (day.month, day.day) == (7, 3) else "16:00"
                rows.append({"date": day.isoformat(), "open": "09:30",
                             "close": close})
            day += datetime.timedelta(days=1)
        return vendor.Reply(200, json.dumps(rows), rows=len(rows))


def main():
    options = vendor.parser(__doc__.splitlines()[0])
    options.add_argument("--stock", action="append", default=[],
                         metavar="SYMBOL:START:END")
    options.add_argument("--crypto", action="append", default=[],
                         metavar="PAIR:START:END")
    options.add_argument("--page", type=int, default=MOST, metavar="ROWS")
    options.add_argument("--spare-page", action="store_true")
    options.add_argument("--key", metavar="ID:SECRET")
    options.add_argument("--now", metavar="TIME")
    options.add_argument("--feed", action="append", default=[],
                         metavar="NAME", help="another that is in the plan")
    options.add_argument("--actions", metavar="FILE", help="JSON, by category")
    args = options.parse_args()
    actions = None
    if args.actions:
        with open(args.actions, encoding="utf-8") as file:
            actions = json.load(file)
    server = AlpacaServer(args.page, args.key, args.now, args.spare_page,
                          actions, feeds=args.feed, **vendor.common(args))
    for text in args.stock:
        server.add_stock(*text.split(":"))
    for text in args.crypto:
        server.add_pair(*text.split(":"))
    vendor.run(server)


if __name__ == "__main__":
    main()
