# SPDX-License-Identifier: Apache-2.0
"""The script that people have today: pages of JSON into SQLite.

    baseline.py PORT SYMBOLS DATABASE      prints {"rows": ..., "seconds": ...}

With requests and pandas where they are installed, else with the standard
library alone, which is faster.
"""
import http.client
import json
import os
import resource
import sqlite3
import sys
import time
import urllib.parse

try:
    import pandas
    import requests
except ImportError:
    pandas = requests = None

COLUMNS = ["t", "o", "h", "l", "c", "v", "n", "vw"]
UPSERT = ("INSERT INTO bars VALUES (?,?,?,?,?,?,?,?,?) "
          "ON CONFLICT (symbol, ts) DO UPDATE SET open = excluded.open, "
          "high = excluded.high, low = excluded.low, close = excluded.close, "
          "volume = excluded.volume, trades = excluded.trades, "
          "vwap = excluded.vwap")


class Plain:
    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port)

    def get(self, path, query):
        self.connection.request("GET",
                                path + "?" + urllib.parse.urlencode(query))
        return json.loads(self.connection.getresponse().read())


class Requests:
    def __init__(self, port):
        self.session = requests.Session()
        self.base = f"http://127.0.0.1:{port}"

    def get(self, path, query):
        answer = self.session.get(self.base + path, params=query, timeout=60)
        answer.raise_for_status()
        return answer.json()


def rows_of(symbol, bars):
    if pandas is None:
        return [(symbol, *(bar[name] for name in COLUMNS)) for bar in bars
                if bar["h"] >= bar["l"]]
    frame = pandas.DataFrame(bars)
    frame["t"] = pandas.to_datetime(frame["t"]).astype("int64")
    frame = frame[frame["h"] >= frame["l"]].drop_duplicates("t")
    frame.insert(0, "symbol", symbol)
    return list(frame[["symbol", *COLUMNS]].itertuples(index=False,
                                                       name=None))


def load(client, database, symbol):
    query = {"start": "2024-01-01T00:00:00Z", "end": "2025-01-01T00:00:00Z",
             "limit": 10000}
    count = 0
    while True:
        page = client.get(f"/v2/stocks/{symbol}/bars", query)
        if page["bars"]:
            rows = rows_of(symbol, page["bars"])
            database.executemany(UPSERT, rows)
            database.commit()
            count += len(rows)
        if page["next_page_token"] is None:
            return count
        query["page_token"] = page["next_page_token"]


def main(port, n, path):
    if os.path.exists(path):
        os.unlink(path)
    database = sqlite3.connect(path)
    database.execute(
        "CREATE TABLE bars (symbol, ts, open, high, low, close, volume, "
        "trades, vwap, PRIMARY KEY (symbol, ts))")
    client = Plain(port) if requests is None else Requests(port)
    started = time.monotonic()
    rows = sum(load(client, database, f"S{i:03}") for i in range(n))
    seconds = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    uses = "the standard library" if pandas is None else "requests, pandas"
    print(json.dumps({"rows": rows, "seconds": seconds, "peak_mib": peak,
                      "uses": uses}))


main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
