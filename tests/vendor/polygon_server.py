# SPDX-License-Identifier: Apache-2.0
"""A server that speaks Polygon's REST protocol, for tests.

    polygon_server.py --bars X:BTCUSD=FILE [--made AAPL/START/END]
                      [--trades X:BTCUSD=FILE] [--quotes C:EURUSD=FILE]
                      [--reference FILE] [--page ROWS] [--key KEY]
                      [--s3 ID:SECRET] [--since DATE] [--now TIME]

Prints {"url": ...} when it is ready.  Faults: see vendor.py; its own kinds are
in `own_faults` below.

Kept from the original: `limit` counts base aggregates (minutes up to hours,
days above), and a window that the limit cuts is not sent; next_url names the
next bar's start in its path, keeps limit and sort in a cursor, and forgets
`adjusted`, whose default is true; it never holds the key.  Spans are widened
to whole windows; days of stocks begin in New York, those of pairs at UTC
midnight, weeks on Sunday.  Large volumes have exponents.  An unknown ticker is
an empty answer with status 200.  A grouped day's times are the session's end.
Ticks come newest first and a thousand a page unless asked otherwise, and their
cursor holds the whole query.  Errors come in two shapes.  No answer tells of
limits, not even a 429.  With --since, older data is not part of the plan; with
--now, today's data is not there before the day is over, nor are flat files
before 11:00 of the next day.  One origin plays the REST service and the files.
"""
import base64
import bisect
import csv
import datetime
import decimal
import gzip
import itertools
import json
import random
import re
import urllib.parse
import zoneinfo

import polygon_files
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


def read_csv(path, most=None):
    opened = gzip.open if path.endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        return list(itertools.islice(csv.DictReader(file), most))


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


MOST_TICKS = 6000


def load_trades(path):
    """(ts, JSON fields), oldest first; a taker who sells is condition 1."""
    return [(int(r["ts_ns_utc"]), {
        "conditions": "[1]" if r["aggressor"] == "sell" else "[2]",
        "exchange": "1", "id": json.dumps(r["trade_id"]),
        "participant_timestamp": r["ts_ns_utc"], "price": plain(r["price"]),
        "size": plain(r["size"])}) for r in read_csv(path, MOST_TICKS)]


def load_quotes(path):
    return [(int(r["ts_ns_utc"]), {
        "ask_exchange": "48", "ask_price": plain(r["ask"]),
        "bid_exchange": "48", "bid_price": plain(r["bid"]),
        "participant_timestamp": r["ts_ns_utc"]})
        for r in read_csv(path, MOST_TICKS)]


class PolygonServer(vendor.VendorServer):
    # To one row in the middle: wrong-types, null-fields, duplicate-rows,
    # out-of-range.  wrong-shape: results become an object.  other-symbol:
    # another ticker's name.  short-count: one row fewer than the page says.
    # repeat-next: the page's own address once more.  foreign-next: another
    # host's.  wrong-adjusted: the other kind of bars.  Files: lost-file (was
    # listed, is not there), wrong-day (the next day's), short-line.
    own_faults = ("wrong-types", "null-fields", "duplicate-rows",
                  "out-of-range", "wrong-shape", "other-symbol", "short-count",
                  "repeat-next", "foreign-next", "wrong-adjusted", "lost-file",
                  "wrong-day", "short-line")

    def __init__(self, key=None, page=MOST, since=None, now=None, split=1,
                 s3=None, reference=None, **common):
        self.bars, self.ticks = {}, {"trades": {}, "quotes": {}}
        self.reference = reference or {}
        self.files = polygon_files.Files(self.file_rows, self.file_days,
                                         self.is_published, s3)
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
        if request.path.startswith("/" + polygon_files.BUCKET):
            return None  # signed
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
        found = re.fullmatch(r"/v2/aggs/grouped/locale/(us/market/stocks|"
                             r"global/market/(?:crypto|fx))/([\d-]+)",
                             request.path)
        if found:
            return self.grouped(request, *found.groups())
        found = re.fullmatch(r"/v3/(trades|quotes)/([^/]+)", request.path)
        if found:
            return self.tick_page(request, *found.groups())
        found = re.fullmatch(r"/v3/reference/(splits|dividends|tickers|"
                             r"options/contracts)", request.path)
        if found:
            return self.list_page(request, found[1])
        if request.path == "/v1/marketstatus/upcoming":
            return vendor.Reply(200, json.dumps(
                self.reference.get("upcoming", [])))
        reply = self.files.answer(request)
        if reply:
            return reply
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

    def grouped(self, request, market, date):
        prefix = {"crypto": "X:", "fx": "C:"}.get(market.split("/")[-1], "")
        zone = zone_of(prefix)
        start = date_ns(date, zone)
        refused = self.not_in_plan(start, start)
        if refused:
            return refused
        adjusted = request.query.get("adjusted", "true") == "true"
        rows = []
        for ticker, bars in sorted(self.bars.items()):
            if ticker[:2] != prefix if prefix else ":" in ticker:
                continue
            for bar in bars.days:
                if bar[0] == start:
                    end = start + (16 * 60 * MINUTE if zone is NEW_YORK
                                   else DAY - MS)
                    rows.append(write_bar((end, *bar[1:]),
                                          self.split if adjusted else 1,
                                          ticker))
        return self.one_page(request, rows, None, "", queryCount=len(rows),
                             adjusted=adjusted, counted=True)

    # ---- ticks

    def tick_page(self, request, kind, ticker):
        query = self.options(request)
        limit = int(query.get("limit", 1000))
        if not 1 <= limit <= MOST:
            return self.error(400, "limit")
        low, high = -2**63, 2**63 - 1
        for name, value in query.items():
            value = int(value) if name.startswith("timestamp") else 0
            if name in ("timestamp.gte", "timestamp.gt"):
                low = max(low, value + (name[-1] == "t"))
            elif name in ("timestamp.lt", "timestamp.lte"):
                high = min(high, value - (name[-1] == "t"))
        refused = self.not_in_plan(low, high)
        if refused:
            return refused
        rows = [dict(f) for ts, f in self.ticks[kind].get(ticker, [])
                if low <= ts <= high]
        if query.get("order", "desc") == "desc":
            rows.reverse()
        return self.slice(request, rows, query, min(limit, self.page_rows))

    def slice(self, request, rows, query, limit):
        """The page of a list whose cursor holds the query and a place."""
        first = int(query.pop("ap", 0))
        query.pop("cursor", None)
        cursor = urllib.parse.urlencode({"ap": first + limit, **query})
        return self.one_page(
            request, rows[first:first + limit],
            urllib.parse.quote(request.path, safe="/:")
            if len(rows) > first + limit else None, cursor)

    # ---- reference

    def list_page(self, request, kind):
        query, found = self.options(request), []
        limit = int(query.get("limit", 10))
        if not 1 <= limit <= 1000:
            return self.error(400, "limit")
        for row in self.reference.get(kind, []):
            fits = all(self.row_fits(row, n, v) for n, v in query.items()
                       if n not in ("limit", "sort", "order", "ap", "cursor",
                                    "expired"))
            if fits and row.get("expired", False) == (
                    query.get("expired", "false") == "true"):
                found.append({n: json.dumps(v) for n, v in row.items()
                              if n != "expired"})
        key = query.get("sort", "ticker")
        found.sort(key=lambda r: r[key],
                   reverse=query.get("order", "asc") == "desc")
        return self.slice(request, found, query, min(limit, self.page_rows))

    @staticmethod
    def row_fits(row, name, value):
        name, _, test = name.partition(".")
        has = row.get(name)
        if isinstance(has, bool):
            return has == (value == "true")
        return {"": has == value, "gte": str(has) >= value,
                "gt": str(has) > value, "lte": str(has) <= value,
                "lt": str(has) < value}[test]

    # ---- flat files

    def is_published(self, day):
        return self.now is None or self.now >= date_ns(day, NEW_YORK) \
            + 35 * 60 * MINUTE

    def series_of(self, prefix, kind):
        """(ticker, [(ts, ...)]) of a market."""
        known = (self.ticks[kind].items() if kind in self.ticks else
                 ((n, b.days if kind == "day_aggs" else b.minutes)
                  for n, b in self.bars.items()))
        return sorted((n, rows) for n, rows in known
                      if (n.startswith(prefix) if prefix else ":" not in n))

    def file_days(self, prefix, kind):
        zone = zone_of(prefix)
        return {to_time(r[0], zone).date().isoformat()
                for _, rows in self.series_of(prefix, kind) for r in rows}

    def file_rows(self, prefix, kind, day):
        start = date_ns(day, zone_of(prefix))
        end = date_ns((datetime.date.fromisoformat(day) + datetime.timedelta(
            days=1)).isoformat(), zone_of(prefix))
        for ticker, rows in self.series_of(prefix, kind):
            for row in rows:
                if not start <= row[0] < end:
                    continue
                if kind in self.ticks:
                    yield {"ticker": ticker, **{
                        n: ",".join(map(str, json.loads(v)))
                        if v[:1] == "[" else v.strip('"')
                        for n, v in row[1].items()}}
                else:
                    yield dict(zip(("window_start", "open", "high", "low",
                                    "close", "volume", "transactions"), row),
                               ticker=ticker)

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
    options.add_argument("--trades", action="append", default=[],
                         metavar="TICKER=CSV")
    options.add_argument("--quotes", action="append", default=[],
                         metavar="TICKER=CSV")
    options.add_argument("--reference", metavar="FILE", help="JSON, by list")
    options.add_argument("--s3", metavar="ID:SECRET")
    options.add_argument("--page", type=int, default=MOST, metavar="ROWS")
    options.add_argument("--key")
    options.add_argument("--since", metavar="DATE")
    options.add_argument("--now", metavar="TIME")
    options.add_argument("--split", type=int, default=1, metavar="N",
                         help="adjusted prices are an Nth of the others")
    args = options.parse_args()
    reference = None
    if args.reference:
        with open(args.reference, encoding="utf-8") as file:
            reference = json.load(file)
    server = PolygonServer(args.key, args.page, args.since, args.now,
                           args.split, args.s3, reference,
                           **vendor.common(args))
    for kind, load in (("trades", load_trades), ("quotes", load_quotes)):
        for text in getattr(args, kind):
            ticker, path = text.split("=", 1)
            server.ticks[kind][ticker] = load(path)
    for text in args.bars:
        ticker, path = text.split("=", 1)
        server.bars[ticker] = Bars.load(ticker, path)
    for text in args.made:
        ticker, start, end = text.split("/")
        server.bars[ticker] = Bars.made(ticker, start, end)
    vendor.run(server)


if __name__ == "__main__":
    main()
