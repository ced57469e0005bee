# SPDX-License-Identifier: Apache-2.0
"""Writes Databento Binary Encoding, version 3: metadata, the records that the
tests need, and zstd frames that store instead of compressing (so that nothing
but the standard library is needed)."""
import datetime
import struct

NO_PRICE = 2**63 - 1
NO_TIME = 2**64 - 1
SCHEMAS = ["mbo", "mbp-1", "mbp-10", "tbbo", "trades", "ohlcv-1s", "ohlcv-1m",
           "ohlcv-1h", "ohlcv-1d", "definition", "statistics", "status",
           "imbalance", "ohlcv-eod", "cmbp-1", "cbbo-1s", "cbbo-1m", "tcbbo",
           "bbo-1s", "bbo-1m"]
STYPES = {"instrument_id": 0, "raw_symbol": 1, "continuous": 3, "parent": 4}
RTYPES = {"ohlcv-1s": 32, "ohlcv-1m": 33, "ohlcv-1h": 34, "ohlcv-1d": 35,
          "trades": 0, "tbbo": 1, "mbp-1": 1, "bbo-1s": 195, "bbo-1m": 196,
          "statistics": 24, "status": 18, "definition": 19}
SYMBOL = 71
EPOCH = datetime.date(1970, 1, 1)


def date_number(ns):
    """Nanoseconds -> YYYYMMDD in UTC."""
    day = EPOCH + datetime.timedelta(days=ns // (86400 * 10**9))
    return day.year * 10000 + day.month * 100 + day.day


def text(value, size):
    raw = value.encode()
    if len(raw) > size:
        raise ValueError(value)
    return raw.ljust(size, b"\0")


def names(values):
    return struct.pack("<I", len(values)) + b"".join(
        text(v, SYMBOL) for v in values)


def metadata(dataset, schema, start, end, symbols, mappings, partial=(),
             not_found=(), stype_in="raw_symbol", stype_out="instrument_id",
             limit=0):
    """mappings: {input: [(start ns, end ns, output)]}"""
    body = text(dataset, 16) + struct.pack(
        "<HQQQBBBH", SCHEMAS.index(schema), start, end, limit,
        STYPES[stype_in], STYPES[stype_out], 0, SYMBOL)
    body = body.ljust(100, b"\0") + struct.pack("<I", 0)
    body += names(symbols) + names(partial) + names(not_found)
    body += struct.pack("<I", len(mappings))
    for name, intervals in mappings.items():
        body += text(name, SYMBOL) + struct.pack("<I", len(intervals))
        for first, last, output in intervals:
            body += struct.pack("<II", date_number(first), date_number(last))
            body += text(output, SYMBOL)
    body += b"\0" * (-(len(body) + 8) % 8)
    return b"DBN\x03" + struct.pack("<I", len(body)) + body


def record(schema, row):
    """row: a dict with the vendor's field names; missing ones are 0."""
    get = row.get
    body = BODIES[schema.split("-")[0]](get)
    size = 16 + len(body)
    return struct.pack("<BBHIQ", size // 4, RTYPES[schema],
                       get("publisher_id", 1), get("instrument_id"),
                       get("ts_event")) + body


def ohlcv(get):
    return struct.pack("<qqqqQ", get("open"), get("high"), get("low"),
                       get("close"), get("volume"))


def event(get):
    return struct.pack(
        "<qIccBBQiI", get("price", NO_PRICE), get("size", 0),
        get("action", "N").encode(), get("side", "N").encode(),
        get("flags", 0), get("depth", 0), get("ts_recv"),
        get("ts_in_delta", 0), get("sequence", 0))


def book(get):
    return event(get) + struct.pack(
        "<qqIIII", get("bid_px", NO_PRICE), get("ask_px", NO_PRICE),
        get("bid_sz", 0), get("ask_sz", 0), get("bid_ct", 0),
        get("ask_ct", 0))


def statistics(get):
    return struct.pack(
        "<QQqqIiHHBB18x", get("ts_recv"), get("ts_ref", NO_TIME),
        get("price", NO_PRICE), get("quantity", 2**63 - 1),
        get("sequence", 0), get("ts_in_delta", 0), get("stat_type"),
        get("channel_id", 0), get("update_action", 1), get("stat_flags", 0))


def status(get):
    return struct.pack(
        "<QHHHccc7x", get("ts_recv"), get("action", 0), get("reason", 0),
        get("trading_event", 0), get("is_trading", "~").encode(),
        get("is_quoting", "~").encode(),
        get("is_short_sell_restricted", "~").encode())


def definition(get):
    """Offsets of the version 3 record, less its header."""
    body = bytearray(504)
    at = {"ts_recv": "<Q", "min_price_increment": "<q", "expiration": "<Q",
          "activation": "<Q", "strike_price": "<q", "leg_price": "<q",
          "leg_delta": "<q", "maturity_year": "<H"}
    offsets = {"ts_recv": 0, "min_price_increment": 8, "expiration": 24,
               "activation": 32, "strike_price": 88, "leg_price": 104,
               "leg_delta": 112, "maturity_year": 198}
    values = {"strike_price": NO_PRICE, "leg_price": NO_PRICE,
              "leg_delta": NO_PRICE}
    for name, form in at.items():
        struct.pack_into(form, body, offsets[name],
                         get(name, values.get(name, 0)))
    for name, offset, size in (("currency", 208, 4), ("raw_symbol", 222, 71),
                               ("exchange", 314, 5), ("asset", 319, 11)):
        body[offset:offset + size] = text(get(name, ""), size)
    body[471:472] = get("instrument_class", "F").encode()
    return bytes(body)


BODIES = {"ohlcv": ohlcv, "trades": event, "tbbo": book, "mbp": book,
          "bbo": book, "statistics": statistics, "status": status,
          "definition": definition}


def zstd(data, frame=1 << 20):
    """zstd frames of raw blocks, `frame` bytes of data in each."""
    out = []
    for first in range(0, max(len(data), 1), frame):
        part = data[first:first + frame]
        out.append(b"\x28\xb5\x2f\xfd\x00\x50")    # window of 1 MiB
        blocks = [part[i:i + 65536] for i in range(0, len(part), 65536)]
        for i, block in enumerate(blocks or [b""]):
            last = i + 1 >= len(blocks)
            out.append(struct.pack("<I", len(block) << 3 | last)[:3] + block)
    return b"".join(out)
