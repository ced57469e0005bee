#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Speaks the series and listings of Alpha Vantage's API, in CSV.

    alphavantage_server.py --key KEY --bars IBM@1m=FILE.csv.gz ...

A series file has ts_ns_utc,open,high,low,close,volume; its name is a symbol or
a pair like BTC/EUR, and what is served is what was recorded at that interval.
Prints {"url": ...} when it is ready.  Faults: see vendor.py; its own kinds are
in `own_faults` below.

Kept from the original: everything is 200 and one path; a wrong key, a burst, a
used-up day, a paid function and an unknown symbol are JSON objects with a
sentence, whatever was asked for; the text about the day names the key; rows
come newest first; minutes of stocks come a month at a time, labelled in New
York's wall clock; `compact` is the newest hundred rows; a month before the
first row is an invalid call; there is no range and no page.  --now is the
vendor's clock: rows from then on do not exist yet.
"""
import bisect
import datetime
import gzip
import json
import zoneinfo

import vendor

SECOND = 10**9
NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
UTC = datetime.timezone.utc
INTERVALS = {"1min": "1m", "5min": "5m", "15min": "15m", "30min": "30m",
             "60min": "1h"}
# Function -> (market, length of its rows or None for `interval`).
SERIES = {
    "TIME_SERIES_INTRADAY": ("stocks", None),
    "TIME_SERIES_DAILY": ("stocks", "1d"),
    "TIME_SERIES_DAILY_ADJUSTED": ("stocks", "1d"),
    "TIME_SERIES_WEEKLY": ("stocks", "1w"),
    "TIME_SERIES_MONTHLY": ("stocks", "1mo"),
    "TIME_SERIES_WEEKLY_ADJUSTED": ("stocks", "1w"),
    "TIME_SERIES_MONTHLY_ADJUSTED": ("stocks", "1mo"),
    "FX_INTRADAY": ("fx", None), "FX_DAILY": ("fx", "1d"),
    "FX_WEEKLY": ("fx", "1w"), "FX_MONTHLY": ("fx", "1mo"),
    "CRYPTO_INTRADAY": ("crypto", None),
    "DIGITAL_CURRENCY_DAILY": ("crypto", "1d"),
    "DIGITAL_CURRENCY_WEEKLY": ("crypto", "1w"),
    "DIGITAL_CURRENCY_MONTHLY": ("crypto", "1mo")}
PREMIUM = {"TIME_SERIES_DAILY_ADJUSTED", "FX_INTRADAY", "CRYPTO_INTRADAY"}
LISTINGS = {
    "active": ["IBM,International Business Machines,NYSE,Stock,1962-01-02,"
               "null,Active",
               'MSFT,"Microsoft, Corp",NASDAQ,Stock,1986-03-13,null,Active'],
    "delisted": ["GONE,Gone Inc,NYSE,Stock,1999-11-18,2014-01-02,Delisted"]}
COMPACT = 100
DAYS_TEXT = ("We have detected your API key as {key} and our standard API "
             "rate limit is {n} requests per day. Please subscribe to any of "
             "the premium plans to instantly remove all daily rate limits.")
BURST_TEXT = ("Please consider spreading out your free API requests more "
              "sparingly (1 request per second). Our standard API rate limit "
              "is 25 requests per day.")


def sentence(name, text):
    return vendor.Reply(200, json.dumps({name: text}))


def zone_of(market):
    return NEW_YORK if market == "stocks" else UTC


def local(ts, market):
    return datetime.datetime.fromtimestamp(ts // SECOND,
                                           UTC).astimezone(zone_of(market))


def week_or_month(date, length):
    return date.isocalendar()[:2] if length == "1w" else (date.year,
                                                          date.month)


def merged(rows, length):
    """Days to weeks or months, labelled with their last day."""
    groups = {}
    for date, *values in rows:
        groups.setdefault(week_or_month(date, length), []).append(
            [date] + values)
    for days in groups.values():
        number = [[float(x) for x in day[1:5]] for day in days]
        highest = max(range(len(days)), key=lambda i: number[i][1])
        lowest = min(range(len(days)), key=lambda i: number[i][2])
        yield [days[-1][0], days[0][1], days[highest][2], days[lowest][3],
               days[-1][4], str(sum(int(float(day[5])) for day in days))]


class Series:
    """Recorded bars of a symbol at one interval, oldest first; only what is
    asked for is turned into dates."""

    def __init__(self, path, now):
        with gzip.open(path, "rt") as file:
            lines = file.read().split("\n")[1:]
        rows = [line.split(",") for line in lines if line]
        self.rows = [row for row in rows if now is None or int(row[0]) < now]
        self.times = [int(row[0]) for row in self.rows]

    def since(self, start, end=None):
        first = bisect.bisect_left(self.times, start)
        last = len(self.times) if end is None else bisect.bisect_left(
            self.times, end)
        return self.rows[first:last]


class AlphaVantageServer(vendor.VendorServer):
    # other-month: rows of the month before.  end-labels: a bar labelled
    # 20:00.  short-line: the last line lacks a field.  empty-object:
    # {}.  To the middle row: wrong-types, null-fields, duplicate-rows,
    # out-of-range.  wrong-shape: a column is missing in header and rows.
    own_faults = ("other-month", "end-labels", "short-line", "wrong-types",
                  "null-fields", "duplicate-rows", "out-of-range",
                  "wrong-shape", "empty-object", "burst", "minute", "premium", "day")

    def __init__(self, key="key", bars=(), per_day=0, free=False, now=None,
                 **common):
        self.key, self.per_day, self.free, self.now = key, per_day, free, now
        self.used = 0
        self.paths = dict(text.split("=", 1) for text in bars)
        self.loaded = {}
        super().__init__(**common)

    def change(self, name, value):
        if name != "used":
            raise KeyError(name)
        self.used = value

    def limited(self, retry_after):
        return sentence("Information", BURST_TEXT)

    def failed(self, status):
        return vendor.Reply(status, "<html>error</html>",
                            content_type="text/html")

    def check_headers(self, request):
        if request.query.get("apikey") != self.key:
            return sentence("Error Message", "the parameter apikey is invalid "
                            "or missing. Please claim your free API key.")
        return None

    def spoiled(self, request):
        return {
            "burst": lambda: sentence("Information", BURST_TEXT),
            "minute": lambda: sentence(
                "Note", "Our standard API call frequency is 5 calls per "
                "minute and 500 calls per day."),
            "premium": lambda: sentence(
                "Information", "Thank you! This is a premium endpoint."),
            "day": lambda: sentence("Information", DAYS_TEXT.format(
                key=self.key, n=25)),
            "empty-object": lambda: vendor.Reply(200, "{}"),
        }.get(request.spoil)

    def answer(self, request):
        function = request.query.get("function", "")
        spoiled = self.spoiled(request)
        with self.lock:
            self.used += 1
            spent = self.per_day and self.used > self.per_day
        if request.path != "/query":
            return vendor.Reply(404, "<html>no such page</html>")
        if spent:
            return sentence("Information", DAYS_TEXT.format(
                key=self.key, n=self.per_day))
        if spoiled:
            return spoiled()
        if function == "LISTING_STATUS":
            return self.listing(request.query.get("state", "active"))
        if function not in SERIES:
            return self.invalid()
        return self.bars(request, function)

    @staticmethod
    def invalid():
        return sentence("Error Message", "Invalid API call. Please retry or "
                        "visit the documentation for this function.")

    @staticmethod
    def csv(lines, rows=None):
        return vendor.Reply(200, "\r\n".join(lines) + "\r\n", rows=rows,
                            content_type="application/x-download")

    def listing(self, state):
        return self.csv(["symbol,name,exchange,assetType,ipoDate,"
                         "delistingDate,status"] + LISTINGS[state])

    # ---- series

    def series(self, name):
        with self.lock:
            if name not in self.loaded and name in self.paths:
                self.loaded[name] = Series(self.paths[name], self.now)
            return self.loaded.get(name)

    def bars(self, request, function):
        query, (market, length) = request.query, SERIES[function]
        if self.free and (function in PREMIUM or
                          (function == "TIME_SERIES_DAILY"
                           and query.get("outputsize") == "full")):
            return sentence("Information", "Thank you for using Alpha "
                            "Vantage! This is a premium endpoint.")
        name = {"stocks": "{symbol}", "fx": "{from_symbol}/{to_symbol}",
                "crypto": "{symbol}/{market}"}[market].format_map(
                    {**dict.fromkeys(("symbol", "market", "from_symbol",
                                      "to_symbol"), ""), **query})
        stored = "1d" if length in ("1w", "1mo") else length
        series = self.series(
            f"{name}@{stored or INTERVALS.get(query.get('interval'))}")
        if series is None or query.get("datatype") != "csv":
            return self.invalid()
        if length is None:
            return self.intraday(request, market, series)
        rows = [[local(int(row[0]), market).date(), *row[1:]]
                for row in series.rows]
        if length != stored:
            rows = list(merged(rows, length))
        elif market != "crypto" and query.get("outputsize") != "full":
            rows = rows[-COMPACT:]
        return self.table(request, market, [
            [row[0].isoformat(), *row[1:]] for row in rows],
            "ADJUSTED" in function, length)

    @staticmethod
    def of_month(series, month, back):
        """Rows of a month of New York's days, or of the month before it."""
        first = datetime.datetime.fromisoformat(month + "-01")
        if back:
            first = (first - datetime.timedelta(days=1)).replace(day=1)
        after = (first + datetime.timedelta(days=32)).replace(day=1)
        return series.since(*(int(d.replace(tzinfo=NEW_YORK).timestamp())
                              * SECOND for d in (first, after)))

    def intraday(self, request, market, series):
        month = request.query.get("month")
        if month and market == "stocks":
            if month < local(series.times[0], market).strftime("%Y-%m"):
                return self.invalid()
            rows = self.of_month(series, month,
                                 request.spoil == "other-month")
        else:
            rows = series.since(series.times[-1] - 30 * 86400 * SECOND)
        if request.query.get("outputsize") != "full":
            rows = rows[-COMPACT:]
        rows = [[local(int(r[0]), market).strftime("%Y-%m-%d %H:%M:%S"),
                 *r[1:]] for r in rows]
        if request.spoil == "end-labels" and rows:
            rows[-1][0] = rows[-1][0][:11] + "20:00:00"
        return self.table(request, market, rows, False, None)

    @staticmethod
    def spoil_row(fault, rows):
        middle = len(rows) // 2
        row = rows[middle]
        if fault == "wrong-types":
            row[4] = "many"
        elif fault == "null-fields":
            row[4] = ""
        elif fault == "duplicate-rows":
            rows.insert(middle, list(row))
        elif fault == "out-of-range":
            row[0] = "2031" + row[0][4:]

    def table(self, request, market, rows, is_adjusted, length):
        header = ["timestamp", "open", "high", "low", "close"]
        if market == "fx":
            rows = [row[:5] for row in rows]
        elif is_adjusted and length == "1d":
            header += ["adjusted_close", "volume", "dividend_amount",
                       "split_coefficient"]
            rows = [row[:5] + [row[4], row[5], "0.0000", "1.0"]
                    for row in rows]
        elif is_adjusted:
            header += ["adjusted close", "volume", "dividend amount"]
            rows = [row[:5] + [row[4], row[5], "0.0000"] for row in rows]
        else:
            header.append("volume")
        if rows:
            self.spoil_row(request.spoil, rows)
        if request.spoil == "wrong-shape":
            header, rows = header[:-1], [row[:-1] for row in rows]
        lines = [",".join(row) for row in reversed(rows)]
        if request.spoil == "short-line" and lines:
            lines[-1] = lines[-1].rsplit(",", 1)[0]
        return self.csv([",".join(header)] + lines, len(rows))


def main():
    options = vendor.parser(__doc__.splitlines()[0])
    options.add_argument("--key", default="key")
    options.add_argument("--bars", action="append", default=[],
                         metavar="NAME@INTERVAL=FILE")
    options.add_argument("--per-day", type=int, default=0,
                         help="requests before the day is used up")
    options.add_argument("--free", action="store_true",
                         help="refuse what is paid for")
    options.add_argument("--now", type=int, metavar="NS",
                         help="rows from then on do not exist yet")
    args = options.parse_args()
    vendor.run(AlphaVantageServer(args.key, args.bars, args.per_day, args.free,
                                  args.now, **vendor.common(args)))


if __name__ == "__main__":
    main()
