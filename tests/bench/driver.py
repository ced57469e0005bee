# SPDX-License-Identifier: Apache-2.0
"""What the benchmark's cases share: the build, a scratch folder, the vendor
on loopback, and processes with their time and memory."""
import http.client
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time


class Bench:
    def __init__(self, build, small):
        self.build = pathlib.Path(build).resolve()
        self.small = small
        if not (self.build / "core/mdcore").exists():
            sys.exit(f"{self.build} holds no build of mdcore: "
                     "meson setup build -Dbuildtype=release && ninja -C build")
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="mdcore-bench-"))
        self.env = dict(os.environ, XDG_RUNTIME_DIR=str(self.root),
                        XDG_CONFIG_HOME=str(self.root / "config"),
                        MDCORE_PLUGIN_PATH=f"{self.build}/plugins:"
                        f"{self.build}/sinks:"
                                           f"{self.build}/tests/bench")
        self.servers = []
        self.plain = self._serve()
        self.tls = self._serve_tls()

    def _serve(self, *args):
        server = subprocess.Popen(
            [self.build / "tests/bench/bench-server", *args],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.servers.append(server)
        return int(server.stdout.readline())

    def _serve_tls(self):
        cert, key = self.root / "cert.pem", self.root / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
             "-days", "2", "-subj", "/CN=localhost", "-addext",
             "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert],
            capture_output=True, check=True)
        self.cert = cert
        return self._serve(cert, key)

    def close(self):
        for server in self.servers:
            server.stdin.close()
            server.stdout.close()
            server.wait()
        shutil.rmtree(self.root)

    def requests(self):
        """How many pages the plain server has sent so far."""
        connection = http.client.HTTPConnection("127.0.0.1", self.plain)
        connection.request("GET", "/count")
        count = int(connection.getresponse().read())
        connection.close()
        return count

    def job(self, name, settings):
        """Writes NAME.ini; settings: group -> {key: value}."""
        store = {"path": self.root / f"{name}.store"}
        path = self.root / f"{name}.ini"
        with open(path, "w", encoding="utf-8") as out:
            for group, pairs in {**settings, "store": store}.items():
                print(f"[{group}]", file=out)
                for key, value in pairs.items():
                    print(f"{key} = {value}", file=out)
        return path

    def pages_job(self, name, symbols, url, end="2025-01-01"):
        return self.job(name, {
            "job": {"name": name, "provider": "pages", "dataset": "bench",
                    "schema": "ohlcv-1m", "symbols": ", ".join(symbols),
                    "start": "2024-01-01", "end": end},
            # A fault of the benchmark is to be seen, not waited for.
            "retry": {"max_retries": 0},
            "network": {"ca_file": self.cert},
            "provider": {"base_url": url}})

    def run(self, *args, out=None):
        """Runs mdcore: seconds, peak MiB, what it printed.

        The peak counts from this small process on, whose pages the child
        shares until it becomes mdcore."""
        log = self.root / "stderr"
        target = out if out is not None else self.root / "stdout"
        with open(target, "wb") as printed, open(log, "wb") as said:
            started = time.monotonic()
            process = subprocess.Popen([self.build / "core/mdcore", *args],
                                       stdout=printed, stderr=said,
                                       env=self.env)
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.monotonic() - started
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"mdcore {' '.join(map(str, args))} ended with "
                     f"{process.returncode}\n{log.read_text()}"
                     f"{'' if out else target.read_text()[-2000:]}")
        return (seconds, usage.ru_maxrss / 1024,
                "" if out else target.read_text())
