# SPDX-License-Identifier: Apache-2.0
"""What is measured.  A case's run() does one round and adds to `values`."""
import hashlib
import json
import pathlib
import shutil
import statistics
import subprocess
import sys

ROWS = 262 * 390  # of each symbol that bench-server serves
HERE = pathlib.Path(__file__).resolve().parent
VENV = HERE.parents[1] / "build-venv/bin/python"  # see scripts/venv


class Case:
    name = unit = ""
    target = memory_limit = None
    more_is_better = True

    def __init__(self, bench):
        self.bench = bench
        self.values, self.memory, self.notes = [], [], []

    def add(self, value, memory=None):
        self.values.append(value)
        if memory is not None:
            self.memory.append(memory)


def symbols(n):
    return [f"S{i:03}" for i in range(n)]


class JsonJob(Case):
    """Pages of JSON over loopback -> validated, committed, synced."""
    name, unit = "JSON job, plain", "M rows/s"
    target, memory_limit = 3.0, 100

    def url(self):
        return f"http://127.0.0.1:{self.bench.plain}"

    def run(self):
        n = 3 if self.bench.small else 100
        name = "json-tls" if "TLS" in self.name else "json"
        job = self.bench.pages_job(name, symbols(n), self.url())
        shutil.rmtree(self.bench.root / f"{name}.store", ignore_errors=True)
        seconds, memory, text = self.bench.run("run", "--json", "--quiet",
                                               job)
        added = sum(entry["added"] for entry in json.loads(text)["entries"])
        if added != n * ROWS:
            sys.exit(f"{self.name}: {added} rows instead of {n * ROWS}")
        self.add(added / seconds / 1e6, memory)


class JsonJobTls(JsonJob):
    name = "JSON job, TLS"
    target = 2.0

    def url(self):
        return f"https://localhost:{self.bench.tls}"


# A vendor whose pages the server speaks: what its job says.  One entry, and
# its throughput is in the table.
VENDORS = {
    "alpaca": lambda url: {
        "job": {"dataset": "sip/raw"},
        "provider": {"data_url": url, "key_id": "${env:BENCH_KEY}",
                     "secret_key": "${env:BENCH_KEY}"}},
}


class VendorJob(Case):
    """A vendor's own pages over loopback -> validated, committed, synced."""
    unit, target, memory_limit = "M rows/s", 3.0, 150
    vendor, n, end, workers = None, 100, "2025-01-01", 4

    def settings(self):
        made = VENDORS[self.vendor](f"http://127.0.0.1:{self.bench.plain}")
        job = {"provider": self.vendor, "schema": "ohlcv-1m",
               "symbols": ", ".join(symbols(3 if self.bench.small
                                            else self.n)),
               "start": "2024-01-01", "end": self.end,
               "workers": self.workers}
        return {**made, "job": {**job, **made["job"]},
                "rate_limit": {"rate": "100000/s"},
                "retry": {"max_retries": 0}}

    def run(self):
        name = self.name.replace(" ", "-").replace(",", "")
        job = self.bench.job(name, self.settings())
        self.bench.env["BENCH_KEY"] = "K"
        shutil.rmtree(self.bench.root / f"{name}.store", ignore_errors=True)
        seconds, memory, text = self.bench.run("run", "--json", "--quiet",
                                               job)
        entries = json.loads(text)["entries"]
        added = [entry["added"] for entry in entries]
        if len(set(added)) != 1 or added[0] == 0:
            sys.exit(f"{self.name}: not every symbol has the same rows")
        self.add(sum(added) / seconds / 1e6, memory)


class ThousandSymbols(VendorJob):
    """A month of a thousand symbols at sixteen workers: memory stays flat."""
    name, vendor = "1,000 symbols, 16 workers", "alpaca"
    n, end, workers, target = 1000, "2024-02-01", 16, None


VENDOR_JOBS = [type("VendorJob" + vendor, (VendorJob,),
                    {"name": f"JSON job, {vendor}", "vendor": vendor})
               for vendor in VENDORS]


class Baseline(Case):
    """What people write themselves, on the same pages."""
    name, unit = "Python script, SQLite", "M rows/s"

    def run(self):
        n = 1 if self.bench.small else 10
        python = VENV if VENV.exists() else sys.executable
        done = subprocess.run(
            [python, HERE / "baseline.py", str(self.bench.plain),
             str(n), self.bench.root / "baseline.db"],
            capture_output=True, text=True, check=True)
        result = json.loads(done.stdout)
        if result["rows"] != n * ROWS:
            sys.exit(f"{self.name}: {result['rows']} rows")
        self.uses = result["uses"]
        self.notes = [f"The Python script uses {self.uses}."]
        self.add(result["rows"] / result["seconds"] / 1e6,
                 result["peak_mib"])


class ScanToCsv(Case):
    """The store of the JSON job, written out."""
    name, unit, target = "store scan -> CSV", "M rows/s", 3.0

    def run(self):
        store, out = self.bench.root / "json.store", self.bench.root / "csv"
        if not store.exists():
            JsonJob(self.bench).run()
        seconds, memory, _ = self.bench.run("export", "--store", store,
                                            "--format", "csv", out=out)
        with open(out, "rb") as lines:
            rows = sum(block.count(b"\n") for block in
                       iter(lambda: lines.read(1 << 20), b"")) - 1
        out.unlink()
        if rows % ROWS != 0 or rows == 0:
            sys.exit(f"{self.name}: {rows} rows")
        self.add(rows / seconds / 1e6, memory)


class CsvSink(Case):
    """The store of the JSON job into the sink csv, and durable."""
    name, unit, target = "store -> CSV sink", "M rows/s", 5.0

    def run(self):
        bench = self.bench
        store, out = bench.root / "json.store", bench.root / "sink"
        if not store.exists():
            JsonJob(bench).run()
        job = bench.job("sink", {
            "job": {"name": "sink", "provider": "pages", "dataset": "bench",
                    "schema": "ohlcv-1m", "start": "2024-01-01",
                    "symbols": ", ".join(symbols(3 if bench.small else 100)),
                    "sinks": "csv"},
            "provider": {"base_url": "http://127.0.0.1:1"},
            "sink:csv": {"type": "csv", "path": out, "lineage": "no",
                         "partition": "year"}})
        shutil.rmtree(out, ignore_errors=True)
        seconds, memory, text = bench.run("sync", "--json", "--store", store,
                                          job)
        rows = json.loads(text)[0]["rows"]
        if rows % ROWS != 0 or rows == 0:
            sys.exit(f"{self.name}: {rows} rows")
        self.add(rows / seconds / 1e6, memory)


class CsvPeers(Case):
    """What others take to write the same rows, which they have in memory."""
    name, unit = "CSV: pyarrow, one thread", "M rows/s"

    def run(self):
        if not VENV.exists():
            self.notes = ["No pyarrow and DuckDB: see scripts/venv."]
            return
        out = self.bench.root / "sink"
        if not out.exists():
            CsvSink(self.bench).run()
        done = subprocess.run(
            [VENV, HERE / "csv_peers.py", out, self.bench.root / "peer.csv"],
            capture_output=True, text=True, check=True)
        told = json.loads(done.stdout)
        self.add(told["rows"] / told["pyarrow"] / 1e6)
        rate = told["rows"] / told["duckdb"] / 1e6
        self.notes.append(f"DuckDB's own CSV writer, one thread: "
                          f"{rate:.2f} M rows/s")


def fingerprint(folder):
    """Names, sizes, times and bytes of all files."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            info = path.stat()
            total.update(f"{path} {info.st_size} {info.st_mtime_ns}".encode())
            total.update(path.read_bytes())
    return total.hexdigest()


class Rerun(Case):
    """A finished job of 500 symbols: no request, no write."""
    name, unit = "no-op rerun, 500 symbols", "ms"
    target, more_is_better = 100, False

    def prepare(self):
        url = f"http://127.0.0.1:{self.bench.plain}"
        self.job = self.bench.pages_job("rerun", symbols(500), url,
                                        end="2024-01-04")
        self.store = self.bench.root / "rerun.store"
        if not self.store.exists():
            self.bench.run("run", "--quiet", self.job)

    def run(self):
        self.prepare()
        sent, before = self.bench.requests(), fingerprint(self.store)
        for _ in range(5):
            seconds, memory, _ = self.bench.run("run", "--quiet", self.job)
            self.add(seconds * 1000, memory)
        if self.bench.requests() != sent:
            sys.exit(f"{self.name}: sent requests")
        if fingerprint(self.store) != before:
            sys.exit(f"{self.name}: wrote to the store")


class ListProviders(Case):
    name, unit = "list-providers", "ms"
    target, more_is_better = 50, False

    def run(self):
        for _ in range(5):
            seconds, memory, _ = self.bench.run("list-providers")
            self.add(seconds * 1000, memory)


class DbnDecode(Case):
    """The decoder next to bare reading, as bench-dbn measures both."""
    name, unit, target = "DBN raw: decoder / bare walk", "x", 0.96
    pair = ("raw: decoder", "raw: bare read and walk")

    def run(self):
        rates = dbn_rates(self.bench)
        if not self.values:
            self.notes = [f"bench-dbn: {name} {rate:.1f} M records/s"
                          for name, (rate, _) in rates.items()
                          if name in self.pair]
            self.add(rates[self.pair[0]][1])


class DbnDecodeZstd(DbnDecode):
    name, target = "DBN zstd: decoder / bare libzstd", 0.97
    pair = ("zstd: decoder", "zstd: bare libzstd")


def dbn_records(bench):
    return 200000 if bench.small else 20000000


def dbn_file(bench):
    """The trades of the job, made once."""
    folder = bench.root / "dbn"
    if not folder.exists():
        folder.mkdir()
        subprocess.run([bench.build / "tests/bench/bench-dbn",
                        str(dbn_records(bench)), folder, "files"], check=True)
    return folder / "trades.dbn.zst"


def dbn_rates(bench):
    """Runs bench-dbn once, which does rounds itself: rate and ratio to the
    bare work, by name."""
    told = bench.root / "dbn.txt"
    if not told.exists():
        done = subprocess.run(
            [bench.build / "tests/bench/bench-dbn"]
            + (["100000"] if bench.small else []),
            capture_output=True, text=True, check=True)
        told.write_text(done.stdout)
    rates = {}
    for line in told.read_text().splitlines():
        name, rate, _, _, ratio, _ = line.rsplit(None, 5)
        rates[name] = float(rate), float(ratio)
    return rates


class DbnJob(Case):
    """Trades of 50 instruments from a DBN file with zstd into the store."""
    name, unit = "DBN file -> store", "M rows/s"
    target, memory_limit = 3.0, 200

    def run(self):
        job = self.bench.job("dbn", {
            "job": {"name": "dbn", "provider": "databento",
                    "dataset": "GLBX.MDP3", "schema": "trades",
                    "symbols": ", ".join(f"SYM{i}" for i in range(50)),
                    "start": "2024-01-01", "end": "2024-01-02"},
            "provider": {"files": dbn_file(self.bench)}})
        shutil.rmtree(self.bench.root / "dbn.store", ignore_errors=True)
        seconds, memory, text = self.bench.run("run", "--json", "--quiet",
                                               job)
        added = sum(entry["added"] for entry in json.loads(text)["entries"])
        if added != dbn_records(self.bench):
            sys.exit(f"{self.name}: {added} rows")
        self.add(added / seconds / 1e6, memory)


def compared(done):
    """Figures that are a ratio of two cases."""
    found = {type(case): case for case in done if case.values}
    if JsonJob not in found or Baseline not in found:
        return
    case = Case(found[JsonJob].bench)
    case.name, case.unit = "JSON job / Python script", "x"
    # Parsing into a DataFrame and back is most of what that script does.
    if "pandas" in found[Baseline].uses:
        case.target = 25
    case.add(statistics.median(found[JsonJob].values)
             / statistics.median(found[Baseline].values))
    yield case


ALL = [JsonJob, JsonJobTls, Baseline, DbnJob, DbnDecode, DbnDecodeZstd,
       ScanToCsv, CsvSink, CsvPeers, Rerun, ListProviders, *VENDOR_JOBS,
       ThousandSymbols]
