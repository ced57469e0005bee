# SPDX-License-Identifier: Apache-2.0
"""Polygon's flat files: gzipped CSV, a day of all tickers each, behind the
listing and the downloads of an S3-compatible host."""
import datetime
import gzip
import re
import xml.sax.saxutils

import sigv4
import vendor

BUCKET = "flatfiles"
ASSETS = {"us_stocks_sip": "", "us_options_opra": "O:", "us_indices": "I:",
          "global_crypto": "X:", "global_forex": "C:"}
AGGS = ("ticker", "volume", "open", "close", "high", "low", "window_start",
        "transactions")
KEY = re.compile(r"(\w+)/(trades|quotes|minute_aggs|day_aggs)_v1/"
                 r"(\d{4})/(\d\d)/(\d{4}-\d\d-\d\d)\.csv\.gz")


def cell(value):
    text = "" if value is None else str(value)
    return f'"{text}"' if "," in text else text


def write_csv(columns, rows):
    lines = [",".join(columns)]
    lines += [",".join(cell(r.get(c)) for c in columns) for r in rows]
    return gzip.compress(("\n".join(lines) + "\n").encode(), 1)


class Files:
    """`source (prefix, type, day)` yields dicts, by ticker and then time;
    `published (day)` says whether a file is there already."""

    def __init__(self, source, days, published, keys=None):
        self.source, self.days, self.published = source, days, published
        self.keys = keys.split(":") if keys else None
        self.page = 1000

    # ---- bytes

    def day(self, asset, kind, day):
        """A file's bytes, or None."""
        if asset not in ASSETS or day not in self.days(ASSETS[asset], kind) \
                or not self.published(day):
            return None
        rows = list(self.source(ASSETS[asset], kind, day))
        columns = list(AGGS)
        if kind in ("trades", "quotes"):
            columns = ["ticker"] + sorted({c for r in rows for c in r}
                                          - {"ticker"})
        elif asset == "us_indices":
            columns = [c for c in AGGS if c not in ("volume", "transactions")]
        return write_csv(columns, rows)

    def names(self):
        """Keys of all files, sorted."""
        return sorted(
            f"{asset}/{kind}_v1/{day[:4]}/{day[5:7]}/{day}.csv.gz"
            for asset, prefix in ASSETS.items()
            for kind in ("trades", "quotes", "minute_aggs", "day_aggs")
            for day in self.days(prefix, kind) if self.published(day))

    # ---- S3

    @staticmethod
    def error(status, code):
        return vendor.Reply(status, '<?xml version="1.0"?>\n<Error><Code>'
                            f"{code}</Code><Message>no</Message></Error>",
                            content_type="application/xml")

    def answer(self, request):
        """None: not a request of this host."""
        if not re.match(f"/{BUCKET}(/|$)", request.path):
            return None
        if self.keys:
            code = sigv4.fault(request, *self.keys, "us-east-1", "s3")
            if code:
                return self.error(403, code)
        if request.path == f"/{BUCKET}":
            return self.listing(request.query)
        found = KEY.fullmatch(request.path[len(BUCKET) + 2:])
        body = found and self.day(found[1], found[2], found[5])
        if not body:
            return self.error(404, "NoSuchKey")
        if request.spoil == "lost-file":
            return self.error(404, "NoSuchKey")
        if request.spoil == "wrong-day":
            day = datetime.date.fromisoformat(found[5])
            later = (day + datetime.timedelta(days=1)).isoformat()
            body = self.day(found[1], found[2], later) or body
        if request.spoil == "short-line":
            text = gzip.decompress(body)
            body = gzip.compress(text[:text.rindex(b",")] + b"\n")
        return vendor.Reply(200, body, content_type="application/gzip")

    def listing(self, query):
        names = [n for n in self.names()
                 if n.startswith(query.get("prefix", ""))]
        first = int(query.get("continuation-token", 0))
        more = len(names) > first + self.page
        text = "".join(f"<Contents><Key>{xml.sax.saxutils.escape(n)}</Key>"
                       "<Size>1</Size></Contents>"
                       for n in names[first:first + self.page])
        if more:
            text += ("<NextContinuationToken>"
                     f"{first + self.page}</NextContinuationToken>")
        return vendor.Reply(
            200, '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult '
            'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>'
            f"{BUCKET}</Name><IsTruncated>{str(more).lower()}</IsTruncated>"
            f"{text}</ListBucketResult>", content_type="application/xml")
