#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Speaks the historical part of Databento's HTTP API, with data of its own.

    databento_server.py --key db-secret [--now 2024-02-01]

The data set is GLBX.MDP3 with a few futures; rows come from a dice that is
thrown anew, but always alike, for each schema, instrument and day, so a test
that imports this file knows them (`rows`).  Prints {"url": ...} when ready.
Faults: see vendor.py; its own kinds are in `own_faults` below.

Kept from the original: Basic authentication with the key as user; forms;
a stream of zstd frames without a length; 206 where some symbols are unknown
and 422 where all are; mappings by the symbology asked for (instruments' own
names for parents and ALL_SYMBOLS); the shapes of errors; request-id.
"""
import base64
import hashlib
import json
import random
import time
import urllib.parse

import dbn
import vendor

DATASET = "GLBX.MDP3"
SECOND = 10**9
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86400 * SECOND
TICK = 250000000

# Raw symbol -> id, parent.
INSTRUMENTS = {"ESH4": (5602, "ES.FUT"), "ESM4": (5603, "ES.FUT"),
               "NQH4": (2130, "NQ.FUT"), "CLG4": (8100, "CL.FUT"),
               "CLH4": (8101, "CL.FUT")}
NAMES = {number: name for name, (number, _) in INSTRUMENTS.items()}
# Alias -> contracts, each from its date on.
ROLLS = {"ES.c.0": [("2024-01-01", "ESH4"), ("2024-01-10", "ESM4")],
         "CL.c.0": [("2024-01-01", "CLG4"), ("2024-01-05", "CLH4")]}


def parse_time(value):
    """Decimal nanoseconds or ISO 8601 -> ns."""
    if value.isdigit():
        return int(value)
    day, _, clock = value.rstrip("Z").partition("T")
    year, month, number = (int(p) for p in day.split("-"))
    days = (dbn.datetime.date(year, month, number) - dbn.EPOCH).days
    parts = [float(p) for p in (clock or "0:0:0").split(":")]
    return days * DAY + int(sum(p * 60**(2 - i) for i, p in enumerate(parts))
                            * SECOND)


def format_time(ns):
    at = dbn.datetime.datetime(1970, 1, 1) + dbn.datetime.timedelta(
        seconds=ns // SECOND)
    return at.strftime("%Y-%m-%dT%H:%M:%S") + f".{ns % SECOND:09d}Z"


# ---- data

def bar_rows(dice, number, day, step):
    price = dice.randrange(15000, 20000)
    for ts in range(day, day + DAY, step):
        if dice.random() < 0.03 and step < DAY:
            continue
        points = [price + dice.randrange(-8, 9) for _ in range(4)]
        price = points[3]
        yield {"ts_event": ts, "instrument_id": number,
               "open": points[0] * TICK, "high": max(points) * TICK,
               "low": min(points) * TICK, "close": points[3] * TICK,
               "volume": dice.randrange(1, 5000)}


def event_rows(dice, number, day, count):
    times = sorted(dice.randrange(DAY) for _ in range(count))
    price = dice.randrange(15000, 20000)
    for i, offset in enumerate(times):
        price += dice.randrange(-2, 3)
        # Two in a row may be received at the same nanosecond.
        recv = day + (times[i - 1] if i % 7 == 6 else offset)
        yield {"ts_event": max(recv - dice.randrange(10**6), 0),
               "ts_recv": recv, "instrument_id": number,
               "price": price * TICK, "size": dice.randrange(1, 50),
               "action": "T", "side": dice.choice("ABN"), "flags": 128,
               "ts_in_delta": dice.randrange(-500, 20000), "sequence": i,
               "bid_px": (price - 1) * TICK, "ask_px": (price + 1) * TICK,
               "bid_sz": 10, "ask_sz": 12, "bid_ct": 3, "ask_ct": 4}


def statistics_rows(dice, number, day, _):
    yield {"ts_event": day + HOUR, "ts_recv": day + HOUR + 7,
           "instrument_id": number, "ts_ref": day - DAY, "stat_type": 3,
           "price": dice.randrange(15000, 20000) * TICK, "sequence": 1}
    yield {"ts_event": day + 2 * HOUR, "ts_recv": day + 2 * HOUR + 9,
           "instrument_id": number, "stat_type": 9,
           "quantity": dice.randrange(10**6), "sequence": 2}


def status_rows(dice, number, day, _):
    yield {"ts_event": day + HOUR, "ts_recv": day + HOUR + 1,
           "instrument_id": number, "action": 7, "is_trading": "Y",
           "is_quoting": "Y"}
    yield {"ts_event": day + 21 * HOUR, "ts_recv": day + 21 * HOUR + 1,
           "instrument_id": number, "action": 12, "reason": 1,
           "is_trading": "N", "is_quoting": "N"}


def definition_rows(_, number, day, __):
    name = NAMES[number]
    yield {"ts_event": day, "ts_recv": day + 5, "instrument_id": number,
           "min_price_increment": TICK, "expiration": day + 60 * DAY,
           "raw_symbol": name, "asset": name[:2], "exchange": "XCME",
           "currency": "USD", "maturity_year": 2024}


MAKERS = {"ohlcv-1m": (bar_rows, MINUTE), "ohlcv-1h": (bar_rows, HOUR),
          "ohlcv-1d": (bar_rows, DAY), "trades": (event_rows, 2000),
          "tbbo": (event_rows, 500), "mbp-1": (event_rows, 500),
          "bbo-1m": (event_rows, 500), "statistics": (statistics_rows, None),
          "status": (status_rows, None), "definition": (definition_rows, None)}


def rows(schema, number, start, end):
    """What the vendor holds for one instrument, in order of index time."""
    make, argument = MAKERS[schema]
    key = "ts_event" if schema.startswith("ohlcv") else "ts_recv"
    for day in range(start - start % DAY, end, DAY):
        dice = random.Random(f"{schema} {number} {day}")
        for row in make(dice, number, day, argument):
            if start <= row[key] < end:
                yield row


def merged(schema, wanted):
    """wanted: (id, start, end); one stream in order of index time."""
    key = "ts_event" if schema.startswith("ohlcv") else "ts_recv"
    found = [r for number, start, end in wanted
             for r in rows(schema, number, start, end)]
    found.sort(key=lambda r: r[key])
    return found


# ---- symbology

def days_of(start, end):
    return start - start % DAY, end + -end % DAY


def intervals(symbol, stype, start, end):
    """(input name for the metadata, start, end, id) of one symbol asked."""
    if stype == "parent":
        return [(name, start, end, number) for name, (number, parent)
                in INSTRUMENTS.items() if parent == symbol]
    if stype == "continuous":
        rolls = ROLLS.get(symbol, [])
        edges = [parse_time(d) for d, _ in rolls[1:]] + [2**62]
        return [(symbol, max(start, parse_time(date) if i else 0),
                 min(end, edges[i]), INSTRUMENTS[name][0])
                for i, (date, name) in enumerate(rolls)
                if max(start, parse_time(date) if i else 0)
                < min(end, edges[i])]
    if stype == "instrument_id":
        return [(symbol, start, end, int(symbol))
                for number in NAMES if str(number) == symbol]
    if symbol == "ALL_SYMBOLS":
        return [(name, start, end, number)
                for name, (number, _) in INSTRUMENTS.items()]
    if symbol in INSTRUMENTS:
        return [(symbol, start, end, INSTRUMENTS[symbol][0])]
    return []


class Refusal(Exception):
    def __init__(self, status, detail):
        super().__init__(detail)
        self.status, self.detail = status, detail


def business(status, case, message, **payload):
    return Refusal(status, {"case": case, "message": message,
                            "status_code": status, "docs": "https://x",
                            "payload": payload})


class DatabentoServer(vendor.VendorServer):
    # cut-zstd: the last frame has no end.  cut-record: whole frames, half a
    # record.  unmapped: an instrument that no mapping names.  backwards: the
    # last record repeats the first's time.  other-dataset: says XNAS.ITCH.
    # warn: X-Warning on a good answer.  bad-hash: of files of a batch job.
    own_faults = ("cut-zstd", "cut-record", "unmapped", "backwards",
                  "other-dataset", "warn", "bad-hash")

    def __init__(self, key="db-key", now=None, frame=1 << 18, looks=1,
                 **common):
        self.key = key
        self.now = parse_time(now) if now else 2**62
        self.oldest = parse_time("2023-01-01")
        self.frame = frame
        self.conditions = {}   # date -> (condition, last_modified_date)
        self.jobs = []         # job objects, each with its files in "_files"
        self.looks = looks     # at a job before it is done
        self.hidden = False    # no job shows in the list
        self.quiet = set()     # dates for which a job has no file
        super().__init__(**common)

    def change(self, name, value):
        if name == "now":
            self.now = parse_time(value)
        elif name == "key":
            self.key = value
        elif name == "state":
            for job in self.jobs:
                job["state"] = value
        elif name == "hidden":
            self.hidden = value
        elif name == "quiet":
            self.quiet.add(value)
        elif name == "condition":
            self.conditions[value[0]] = (value[1], value[2])
        else:
            raise KeyError(name)

    # ---- answers

    @staticmethod
    def refuse_with(status, detail):
        return vendor.Reply(status, json.dumps({"detail": detail}),
                            {"request-id": "r-1"})

    def failed(self, status):
        if status == 502:
            return vendor.Reply(502, "<html>502 Bad Gateway</html>",
                                content_type="text/html")
        return self.refuse_with(status, "Something failed.")

    def limited(self, retry_after):
        reply = super().limited(retry_after)
        reply.body = b'{"detail":"Rate limit exceeded."}'
        return reply

    def check_headers(self, request):
        given = request.headers.get("Authorization") or ""
        want = base64.b64encode(f"{self.key}:".encode()).decode()
        request.query = dict(request.query, **dict(urllib.parse.parse_qsl(
            request.body.decode())))
        if given != f"Basic {want}":
            return self.refuse_with(401, "Authorization failed: bad key.")
        return None

    def send(self, handler, reply):
        """Streams have no length: it is not known when they begin."""
        if reply.headers["Content-Type"] != "application/octet-stream":
            super().send(handler, reply)
            return
        handler.wfile.write(self.head(reply, "Transfer-Encoding: chunked"))
        for first in range(0, len(reply.body), 65536):
            part = reply.body[first:first + 65536]
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        handler.wfile.write(b"0\r\n\r\n")
        handler.wfile.flush()

    def answer(self, request):
        methods = {"timeseries.get_range": self.get_range,
                   "symbology.resolve": self.resolve,
                   "metadata.get_cost": self.get_cost,
                   "metadata.get_record_count": self.get_record_count,
                   "metadata.get_billable_size": self.get_billable_size,
                   "batch.submit_job": self.submit_job,
                   "batch.list_jobs": self.list_jobs,
                   "batch.get_job_details": self.get_job_details,
                   "batch.list_files": self.list_files,
                   "metadata.list_datasets": lambda _: self.plain([DATASET]),
                   "metadata.list_publishers": self.list_publishers,
                   "metadata.list_schemas":
                       lambda _: self.plain(sorted(MAKERS)),
                   "metadata.list_fields": self.list_fields,
                   "metadata.list_unit_prices": self.list_unit_prices,
                   "metadata.get_dataset_condition": self.get_condition,
                   "metadata.get_dataset_range": self.get_dataset_range}
        method = methods.get(request.path.removeprefix("/v0/"))
        if request.path.startswith("/v0/batch/download/"):
            method = self.download
        if method is None:
            return self.refuse_with(404, "Not Found")
        try:
            return method(request)
        except Refusal as refusal:
            return self.refuse_with(refusal.status, refusal.detail)

    @staticmethod
    def plain(value):
        return vendor.Reply(200, json.dumps(value))

    def get_dataset_range(self, _):
        span = {"start": format_time(self.oldest),
                "end": format_time(min(self.now, 2**62))}
        return self.plain(dict(span, schema={"trades": span}))

    def list_publishers(self, _):
        return self.plain([
            {"publisher_id": 1, "dataset": DATASET, "venue": "GLBX",
             "description": "CME Globex MDP 3.0"},
            {"publisher_id": 2, "dataset": "XNAS.ITCH", "venue": "XNAS",
             "description": "Nasdaq TotalView-ITCH"}])

    def list_fields(self, request):
        if request.query.get("schema") not in MAKERS:
            raise Refusal(422, "Unsupported schema.")
        return self.plain([{"name": "ts_event", "type": "uint64_t"},
                           {"name": "price", "type": "int64_t"}])

    def list_unit_prices(self, _):
        return self.plain([
            {"mode": "historical-streaming",
             "unit_prices": {"trades": 28.0, "ohlcv-1m": 280.25}},
            {"unit_prices": {"trades": 2}, "mode": "historical"}])

    def get_condition(self, request):
        """Every day of a range whose end is inclusive."""
        first = parse_time(request.query["start_date"])
        last = parse_time(request.query["end_date"])
        days = []
        for day in range(first, last + DAY, DAY):
            date = format_time(day)[:10]
            condition, changed = self.conditions.get(
                date, ("available", "2024-01-01"))
            days.append({"date": date, "condition": condition,
                         "last_modified_date": changed})
        return self.plain(days)

    # ---- what a form asks for

    def form(self, request):
        form = request.query
        if form.get("dataset") != DATASET:
            raise business(422, "data_dataset_not_found",
                           f"No dataset {form.get('dataset')}.")
        if form.get("schema", "trades") not in MAKERS:
            raise Refusal(400, f"Unsupported schema {form.get('schema')}.")
        return form

    def span(self, form):
        start, end = parse_time(form["start"]), parse_time(form["end"])
        known = {"dataset": DATASET, "start": format_time(start),
                 "end": format_time(end),
                 "available_start": format_time(self.oldest),
                 "available_end": format_time(self.now)}
        if start >= end:
            raise business(422, "data_time_range_start_on_or_after_end",
                           "`start` on or after `end`.", **known)
        if start < self.oldest:
            raise business(422, "data_start_before_available_start",
                           "`start` was before the available start.", **known)
        if start >= self.now:
            raise business(422, "data_start_after_available_end",
                           "`start` was after the available end.", **known)
        if end > self.now:
            raise business(422, "data_end_after_available_end",
                           "`end` was after the available end.", **known)
        return start, end

    @staticmethod
    def look_up(form, start, end):
        """-> symbols asked, {symbol: intervals}"""
        stype = form.get("stype_in", "raw_symbol")
        symbols = [s.strip() for s in form["symbols"].split(",")]
        found = {s: intervals(s, stype, start, end) for s in symbols}
        if not any(found.values()):
            raise business(422, "symbology_invalid_request",
                           "None of the symbols could be resolved")
        return symbols, found

    def select(self, request):
        form = self.form(request)
        start, end = self.span(form)
        symbols, found = self.look_up(form, start, end)
        # An instrument behind two aliases comes once.
        wanted = {}
        for parts in found.values():
            for _, first, last, number in parts:
                low, high = wanted.get(number, (first, last))
                wanted[number] = (min(low, first), max(high, last))
        data = merged(form["schema"],
                      [(n, *span) for n, span in wanted.items()])
        data = [r for r in data if any(
            number == r["instrument_id"] and first <= r.get(
                "ts_recv", r["ts_event"]) < last
            for parts in found.values() for _, first, last, number in parts)]
        return form, start, end, symbols, found, data

    # ---- methods

    def get_range(self, request):
        form, start, end, symbols, found, data = self.select(request)
        mappings = {}
        for parts in found.values():
            for name, first, last, number in parts:
                mappings.setdefault(name, []).append(
                    (*days_of(first, last), str(number)))
        missing = [s for s in symbols if not found[s]]
        dataset = "XNAS.ITCH" if request.spoil == "other-dataset" else DATASET
        head = dbn.metadata(
            dataset, form["schema"], start, end, symbols, mappings,
            not_found=missing, stype_in=form.get("stype_in", "raw_symbol"))
        if request.spoil == "unmapped" and data:
            data[len(data) // 2]["instrument_id"] = 999
        if request.spoil == "backwards" and data:
            data.append(dict(data[0]))
        body = head + b"".join(dbn.record(form["schema"], r) for r in data)
        if request.spoil == "cut-record":
            body = body[:len(body) // 8 * 8 - 13]
        packed = dbn.zstd(body, self.frame)
        if request.spoil == "cut-zstd":
            packed = packed[:-9]
        headers = {"request-id": "r-1"}
        if request.spoil == "warn":
            headers["X-Warning"] = '["DeprecationWarning: you are too old"]'
        return vendor.Reply(206 if missing else 200, packed, headers,
                            rows=len(data),
                            content_type="application/octet-stream")

    # ---- batch jobs

    def submit_job(self, request):
        form, start, end, symbols, _, data = self.select(request)
        size = sum(len(dbn.record(form["schema"], r)) for r in data)
        job = {"id": f"GLBX-2024-{len(self.jobs):04d}", "user_id": "U",
               "cost_usd": round(size * 28 / 2**30, 9), "dataset": DATASET,
               # One symbol is a string, several are an array.
               "symbols": symbols[0] if len(symbols) == 1 else symbols,
               "stype_in": form.get("stype_in", "raw_symbol"),
               "stype_out": form.get("stype_out", "instrument_id"),
               "schema": form["schema"], "start": format_time(start),
               "end": format_time(end).replace("T", " ")[:19] + "+00:00",
               "limit": None, "encoding": form["encoding"],
               "compression": form["compression"], "pretty_px": False,
               "pretty_ts": False, "map_symbols": False,
               "split_symbols": False,
               "split_duration": form["split_duration"], "split_size": None,
               "delivery": "download", "state": "queued", "progress": None,
               "ts_received": format_time(time.time_ns()),
               "ts_queued": None, "ts_process_start": None,
               "ts_process_done": None, "ts_expiration": None,
               "_files": self.make_files(form, start, end, symbols),
               "_looks": 0}
        with self.lock:
            self.jobs.append(job)
        return self.show_job(job)

    def make_files(self, form, start, end, symbols):
        """A file a day that has rows, with metadata of its own, and the
        support files."""
        files = {"metadata.json": b"{}", "manifest.json": b"{}",
                 "condition.json": b"[]"}
        for day in range(start - start % DAY, end, DAY):
            first, last = max(day, start), min(day + DAY, end)
            stype = form.get("stype_in", "raw_symbol")
            found = {s: intervals(s, stype, first, last) for s in symbols}
            spans = sorted({(n, a, b) for parts in found.values()
                            for _, a, b, n in parts})
            data = merged(form["schema"], spans)
            if not data or format_time(day)[:10] in self.quiet:
                continue
            mappings = {}
            for parts in found.values():
                for name, a, b, number in parts:
                    mappings.setdefault(name, []).append(
                        (*days_of(a, b), str(number)))
            head = dbn.metadata(
                DATASET, form["schema"], first, last, symbols, mappings,
                not_found=[s for s in symbols if not found[s]],
                stype_in=stype)
            date = format_time(day)[:10].replace("-", "")
            files[f"glbx-mdp3-{date}.{form['schema']}.dbn.zst"] = dbn.zstd(
                head + b"".join(dbn.record(form["schema"], r) for r in data),
                self.frame)
        return files

    def show_job(self, job):
        return self.plain({k: v for k, v in job.items() if k[0] != "_"})

    def list_jobs(self, request):
        states = request.query.get("states", "queued,processing,done")
        return self.plain([
            {k: v for k, v in j.items() if k[0] != "_"} for j in self.jobs
            if j["state"] in states.split(",") and not self.hidden])

    def find_job(self, number):
        for job in self.jobs:
            if job["id"] == number:
                return job
        raise Refusal(404, "No such job.")

    def get_job_details(self, request):
        job = self.find_job(request.query.get("job_id"))
        job["_looks"] += 1
        if job["state"] in ("queued", "processing"):
            job["state"] = "done" if job["_looks"] >= self.looks \
                else "processing"
        return self.show_job(job)

    def list_files(self, request):
        job = self.find_job(request.query.get("job_id"))
        if job["state"] != "done":
            raise Refusal(422, "The job is not done.")
        found = [{"filename": name, "size": len(body),
                  "hash": "sha256:" + hashlib.sha256(body).hexdigest(),
                  "urls": {"https": f"https://hist.databento.com/v0/batch/"
                                    f"download/{job['id']}/{name}",
                           "ftp": "ftp://x"}}
                 for name, body in job["_files"].items()]
        if request.spoil == "bad-hash":
            for one in found:
                one["hash"] = "sha256:" + "0" * 64
        return self.plain(found)

    def download(self, request):
        number, _, name = request.path.removeprefix(
            "/v0/batch/download/").partition("/")
        job = self.find_job(number)
        if job["state"] == "expired" or name not in job["_files"]:
            raise Refusal(404, "No such file.")
        body, status, headers = job["_files"][name], 200, {}
        wanted = request.headers.get("Range") or ""
        if wanted.startswith("bytes="):
            first = int(wanted[6:].partition("-")[0])
            headers["Content-Range"] = (
                f"bytes {first}-{len(body) - 1}/{len(body)}")
            body, status = body[first:], 206
        return vendor.Reply(status, body, headers,
                            content_type="application/zstd")

    def resolve(self, request):
        form = self.form(request)
        start = parse_time(form["start_date"])
        end = parse_time(form["end_date"])
        symbols, found = self.look_up(form, start, end)
        to_raw = form.get("stype_out") == "raw_symbol"
        result = {}
        for symbol, parts in found.items():
            for name, first, last, number in parts:
                key = name if symbol == "ALL_SYMBOLS" else symbol
                result.setdefault(key, []).append({
                    "d0": format_time(first)[:10],
                    "d1": format_time(last)[:10],
                    "s": NAMES[number] if to_raw else str(number)})
        missing = [s for s in symbols if not found[s]]
        return vendor.Reply(206 if missing else 200, json.dumps(
            {"result": result, "symbols": symbols, "partial": [],
             "not_found": missing, "message": "OK", "status": 0}))

    def get_record_count(self, request):
        return self.plain(len(self.select(request)[5]))

    def get_billable_size(self, request):
        form, _, _, _, _, data = self.select(request)
        return self.plain(sum(len(dbn.record(form["schema"], r))
                              for r in data))

    def get_cost(self, request):
        size = json.loads(self.get_billable_size(request).body)
        return self.plain(round(size * 28 / 2**30, 9))


def main():
    options = vendor.parser(__doc__.splitlines()[0])
    options.add_argument("--key", default="db-key")
    options.add_argument("--now", metavar="TIME",
                         help="what happens later is not available")
    options.add_argument("--looks", type=int, default=1,
                         help="at a batch job before it is done")
    args = options.parse_args()
    vendor.run(DatabentoServer(args.key, args.now, looks=args.looks,
                               **vendor.common(args)))


if __name__ == "__main__":
    main()
