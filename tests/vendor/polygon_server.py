# SPDX-License-Identifier: Apache-2.0
"""A server that speaks Polygon's REST protocol, for tests.

    polygon_server.py --bars X:BTCUSD=FILE [--made AAPL:START:END]
                      [--page ROWS] [--key KEY] [--since DATE] [--now TIME]

Prints {"url": ...} when it is ready.  Faults: see vendor.py; its own kinds are
in `own_faults` below.

Kept from the original: `limit` counts base aggregates (minutes up to hours,
days above), and a window that the limit cuts is not sent; next_url names the
next bar's start in its path, keeps limit and sort in a cursor, and forgets
`adjusted`, whose default is true; it never holds the key.  Spans are widened
to whole windows; days of stocks begin in New York, those of pairs at UTC
midnight, weeks on Sunday.  Large volumes have exponents.  An unknown ticker is
an empty answer with status 200.  Errors come in two shapes.  No answer tells
of limits, not even a 429.  With --since, older data is not part of the plan;
with --now, today's data is not there before the day is over.
"""
import base64
import bisect
import csv
import datetime
import decimal
import gzip
import json
import random
import re
import urllib.parse
import zoneinfo

import vendor

SECOND = 10**9
MS = 10**6
MINUTE = 60 * SECOND
DAY = 86400 * SECOND
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
UTC = datetime.timezone.utc
MOST = 50000


def zone_of(ticker):
    return UTC if ticker[:2] in ("X:", "C:") else NEW_YORK


def to_ns(at):
    return (at - EPOCH) // datetime.timedelta(microseconds=1) * 1000


def to_time(ns, zone):
    return (EPOCH + datetime.timedelta(microseconds=ns // 1000)).astimezone(
        zone)


def date_ns(text, zone):
    """Midnight of a date in this zone."""
    at = datetime.datetime.fromisoformat(text)
    return to_ns(at.replace(tzinfo=zone))


def read_csv(path):
    opened = gzip.open if path.endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def plain(text):
    """The shortest decimal text of the same value."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def volume(text):
    """As the original prints a double: with an exponent when large."""
    value = decimal.Decimal(text)
    if value < 10**6:
        return plain(f"{value:f}")
    mantissa, exponent = f"{value.normalize():e}".split("e")
    return f"{plain(mantissa)}e+{int(exponent):02d}"


class Bars:
    """Base bars of one ticker, (ts, o, h, l, c, v, n), and longer windows."""

    def __init__(self, ticker, rows):
        self.zone = zone_of(ticker)
        rows = sorted(rows)
        whole_days = all(r[0] == self.window(r[0], 1, "day")[0]
                         for r in rows[:50])
        self.minutes = [] if whole_days else rows
        self.days = rows if whole_days else self.gather(rows, 1, "day")

    @classmethod
    def load(cls, ticker, path):
        rows = [(int(r["ts_ns_utc"]), plain(r["open"]), plain(r["high"]),
                 plain(r["low"]), plain(r["close"]), plain(r["volume"]), None)
                for r in read_csv(path)]
        if "1d" in path and zone_of(ticker) is NEW_YORK:
            rows = [(date_ns(to_time(r[0], NEW_YORK).date().isoformat(),
                             NEW_YORK), *r[1:]) for r in rows]
        return cls(ticker, rows)

    @classmethod
    def made(cls, ticker, start, end):
        """Minutes of the exchange's day, with holes and odd hours."""
        dice, rows = random.Random(ticker), []
        cents = dice.randrange(10**3, 10**5)
        for ts in range(date_ns(start, NEW_YORK), date_ns(end, NEW_YORK),
                        MINUTE):
            at = to_time(ts, NEW_YORK)
            if zone_of(ticker) is NEW_YORK and (
                    at.weekday() > 4 or not 4 <= at.hour < 20):
                continue
            if dice.random() < 0.3:
                continue
            prices = [cents]
            for _ in range(3):
                prices.append(max(100, prices[-1] + dice.randrange(-20, 21)))
            cents = prices[-1]
            text = [plain(f"{p // 100}.{p % 100:02d}") for p in
                    (prices[0], max(prices), min(prices), cents)]
            rows.append((ts, *text, str(dice.randrange(1, 3 * 10**6)),
                         dice.randrange(1, 500)))
        return cls(ticker, rows)

    def window(self, ts, count, unit):
        """[from, to) of the window that holds this time."""
        if unit in ("second", "minute", "hour"):
            length = count * {"second": SECOND, "minute": MINUTE,
                              "hour": 60 * MINUTE}[unit]
            return ts - ts % length, ts - ts % length + length
        at = to_time(ts, self.zone).replace(hour=0, minute=0, second=0,
                                            microsecond=0, tzinfo=None)
        if unit == "week":
            at -= datetime.timedelta(days=(at.weekday() + 1) % 7)
        elif unit == "month":
            at = at.replace(day=1)
        end = at + datetime.timedelta(days={"day": 1, "week": 7,
                                            "month": 31}[unit])
        if unit == "month":
            end = end.replace(day=1)
        return (to_ns(at.replace(tzinfo=self.zone)),
                to_ns(end.replace(tzinfo=self.zone)))

    def gather(self, rows, count, unit):
        number, groups = decimal.Decimal, {}
        for row in rows:
            groups.setdefault(self.window(row[0], count, unit)[0],
                              []).append(row)
        return [(at, g[0][1], max((r[2] for r in g), key=number),
                 min((r[3] for r in g), key=number), g[-1][4],
                 g[0][5] if len(g) == 1
                 else plain(f"{sum(number(r[5]) for r in g):f}"),
                 None if g[0][6] is None else sum(r[6] for r in g))
                for at, g in groups.items()]

    def page(self, count, unit, start, end, limit):
        """Bars of the widened span, how many base bars, the next start."""
        base = (self.minutes if unit in ("second", "minute", "hour")
                else self.days)
        start = self.window(start, count, unit)[0]
        end = self.window(end, count, unit)[1]
        first = bisect.bisect_left(base, (start,))
        last = bisect.bisect_left(base, (end,))
        taken = base[first:min(last, first + limit)]
        bars = self.gather(taken, count, unit)
        if last <= first + limit:
            return bars, len(taken), None
        following = base[first + limit][0]
        if bars and self.window(following, count, unit)[0] == bars[-1][0]:
            bars.pop()  # cut in the middle: not sent
        return bars, len(taken), self.window(following, count, unit)[0]


def write_bar(row, factor=1, ticker=None):
    ts, o, h, l, c, v, n = row
    fields = {"v": volume(v)} if v else {}

    def adjusted(text):
        if factor == 1:
            return text
        return plain(f"{decimal.Decimal(text) / factor:f}")

    if factor != 1:
        fields["v"] = volume(str(decimal.Decimal(v) * factor))
    if n is not None:
        fields["vw"] = adjusted(c)
    fields.update(o=adjusted(o), c=adjusted(c), h=adjusted(h), l=adjusted(l),
                  t=str(ts // MS))
    if n is not None:
        fields["n"] = str(n)
    if ticker:
        fields = {"T": json.dumps(ticker), **fields}
    return fields


def write(fields):
    return "{" + ",".join(f'"{k}":{v}' for k, v in fields.items()) + "}"


class PolygonServer(vendor.VendorServer):
    # To one row in the middle: wrong-types, null-fields, duplicate-rows,
    # out-of-range.  wrong-shape: results become an object.  other-symbol:
    # another ticker's name.  short-count: one row fewer than the page says.
    # repeat-next: the page's own address once more.  foreign-next: another
    # host's.  wrong-adjusted: the other kind of bars.
    own_faults = ("wrong-types", "null-fields", "duplicate-rows",
                  "out-of-range", "wrong-shape", "other-symbol", "short-count",
                  "repeat-next", "foreign-next", "wrong-adjusted")

    def __init__(self, key=None, page=MOST, since=None, now=None, split=1,
                 **common):
        self.bars = {}
        self.key, self.page_rows, self.split = key, page, split
        self.since = date_ns(since, NEW_YORK) if since else None
        self.now = to_ns(datetime.datetime.fromisoformat(
            now.replace("Z", "+00:00"))) if now else None
        super().__init__(**common)

    # ---- refusals

    @staticmethod
    def error(status, text):
        return vendor.Reply(status, json.dumps(
            {"status": "ERROR", "request_id": "0", "error": text}))

    @staticmethod
    def refusal(status, kind, text):
        return vendor.Reply(status, json.dumps(
            {"status": kind, "request_id": "0", "message": text}))

    def limited(self, retry_after):
        reply = super().limited(retry_after)
        reply.body = json.dumps(
            {"status": "ERROR", "request_id": "0", "error":
             "You've exceeded the maximum requests per minute, please wait or "
             "upgrade your subscription to continue."}).encode()
        return reply

    def check_headers(self, request):
        given = request.headers.get("Authorization", "")
        if self.key is None or given == "Bearer " + self.key \
                or request.query.get("apiKey") == self.key:
            return None
        return self.error(401, "Unknown API Key" if given
                          else "API Key was not provided")

    def not_in_plan(self, start, end):
        if self.since is not None and start < self.since:
            return self.refusal(
                403, "NOT_AUTHORIZED", "Your plan doesn't include this data "
                "timeframe. Please upgrade your plan.")
        if self.now is not None and end >= Bars("", []).window(
                self.now, 1, "day")[0]:
            return self.refusal(
                403, "NOT_AUTHORIZED", "Attempted to request today's data "
                "before end of day. Please upgrade your plan.")
        return None

    # ---- answers

    def answer(self, request):
        found = re.fullmatch(r"/v2/aggs/ticker/([^/]+)/range/(\d+)/(\w+)/"
                             r"([\d-]+)/([\d-]+)", request.path)
        if found:
            return self.aggregates(request, *found.groups())
        return self.refusal(404, "NOT_FOUND", "Data not found.")

    @staticmethod
    def parse_place(text, zone, is_end):
        """Epoch ms or a date; a date as an end is its last moment."""
        if "-" not in text:
            return int(text) * MS
        day = date_ns(text, zone)
        return day + DAY - 1 if is_end else day

    def options(self, request):
        """limit and sort: from the cursor where there is one."""
        query = dict(request.query)
        if "cursor" in query:
            text = query["cursor"] + "=" * (-len(query["cursor"]) % 4)
            query.update(urllib.parse.parse_qsl(
                base64.b64decode(text).decode()))
        return query

    def aggregates(self, request, ticker, count, unit, start, end):
        query = self.options(request)
        limit = int(query.get("limit", 5000))
        zone = zone_of(ticker)
        first = self.parse_place(start, zone, False)
        last = self.parse_place(end, zone, True)
        if not re.fullmatch(r"([OICX]:)?[A-Za-z0-9.]+", ticker):
            return self.error(400, "Ticker was incorrectly formatted")
        if last < first:
            return self.error(400, "The parameter 'to' cannot be a time that "
                              "occurs before 'from'")
        if not 1 <= limit <= MOST or query.get("sort", "asc") != "asc":
            return self.error(400, "limit or sort")
        refused = self.not_in_plan(first, last)
        if refused:
            return refused
        bars, n_base, following = self.bars.get(ticker, Bars(ticker, [])).page(
            int(count), unit, first, last, min(limit, self.page_rows))
        following = following and urllib.parse.quote(
            f"/v2/aggs/ticker/{ticker}/range/{count}/{unit}/{following // MS}"
            f"/{end}", safe="/:")
        adjusted = query.get("adjusted", "true") == "true"
        rows = [write_bar(b, self.split if adjusted else 1) for b in bars]
        if request.spoil == "wrong-adjusted":
            adjusted = not adjusted
        return self.one_page(request, rows, following, f"limit={limit}&"
                             "sort=asc", ticker=ticker, queryCount=n_base,
                             adjusted=adjusted, counted=True)

    # ---- pages

    def next_url(self, request, following, cursor):
        if request.spoil == "repeat-next":
            return self.url + request.target
        if request.spoil == "foreign-next":
            return "http://127.0.0.1:9" + request.target
        if following is None:
            return None
        text = base64.b64encode(cursor.encode()).decode().rstrip("=")
        return f"{self.url}{following}?cursor={text}"

    def one_page(self, request, rows, following, cursor, counted=False,
                 **fields):
        count = len(rows)
        self.spoil_rows(request, rows)
        texts = [write(r) for r in rows]
        if request.spoil == "short-count" and texts:
            texts.pop()
        if request.spoil == "other-symbol":
            fields["ticker"] = "OTHER"
        page = {name: json.dumps(value) for name, value in fields.items()}
        if counted:
            page["resultsCount"] = str(
                count + (request.spoil == "duplicate-rows"))
        if texts:
            page["results"] = "[" + ",".join(texts) + "]"
        if request.spoil == "wrong-shape":
            page["results"] = '{"rows":[]}'
        page.update(status='"OK"', request_id='"0"')
        address = self.next_url(request, following, cursor)
        if address:
            page["next_url"] = json.dumps(address)
        return vendor.Reply(200, write(page), rows=count)

    @staticmethod
    def spoil_rows(request, rows):
        if not rows or not request.spoil:
            return
        middle = len(rows) // 2
        row = rows[middle]
        price = next(n for n in ("c", "price", "bid_price") if n in row)
        time = next(n for n in ("t", "sip_timestamp", "participant_timestamp")
                    if n in row)
        if request.spoil == "wrong-types":
            row[price] = '{"amount":1}'
        elif request.spoil == "null-fields":
            row[price] = "null"
        elif request.spoil == "duplicate-rows":
            rows.insert(middle, dict(row))
        elif request.spoil == "out-of-range":
            row[time] = str(int(row[time]) * 2)


def main():
    options = vendor.parser(__doc__.splitlines()[0])
    options.add_argument("--bars", action="append", default=[],
                         metavar="TICKER=CSV")
    options.add_argument("--made", action="append", default=[],
                         metavar="TICKER/START/END", help="dates")
    options.add_argument("--page", type=int, default=MOST, metavar="ROWS")
    options.add_argument("--key")
    options.add_argument("--since", metavar="DATE")
    options.add_argument("--now", metavar="TIME")
    options.add_argument("--split", type=int, default=1, metavar="N",
                         help="adjusted prices are an Nth of the others")
    args = options.parse_args()
    server = PolygonServer(args.key, args.page, args.since, args.now,
                           args.split, **vendor.common(args))
    for text in args.bars:
        ticker, path = text.split("=", 1)
        server.bars[ticker] = Bars.load(ticker, path)
    for text in args.made:
        ticker, start, end = text.split("/")
        server.bars[ticker] = Bars.made(ticker, start, end)
    vendor.run(server)


if __name__ == "__main__":
    main()
