# SPDX-License-Identifier: Apache-2.0
"""Runs the mdcore program as a user would and prints TAP.

A test file defines functions `test_what_is_promised (t)` and ends with
`harness.main ()`.  Each gets a Test with a folder of its own; nothing of the
caller's environment but the sanitizers' options reaches the program.

    import harness

    def test_an_unknown_option_exits_with_two(t):
        t.run("coverage", "--nonsense").expect(2, err="--nonsense")

    harness.main()

A vendor server is a script tests/vendor/NAME.py that binds a free port and
prints one line of JSON with at least {"url": "http://127.0.0.1:PORT"} when it
is ready.  `python3 test_x.py WORD` runs only the tests whose name has WORD.
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback

BIN = os.environ.get("MDCORE_TEST_BIN", "mdcore")
SOURCE = os.environ.get("MDCORE_TEST_SOURCE") or os.path.abspath(
    os.path.join(os.path.dirname(__file__), "..", ".."))
PASSED_ON = ("PATH", "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS",
             "TSAN_OPTIONS", "G_DEBUG", "LD_LIBRARY_PATH", "TMPDIR")


class Skip(Exception):
    """Raised by Test.skip with the reason."""


def plugin_path():
    """Each plugin is built in a folder of its own: all of them."""
    found = []
    for root in os.environ.get("MDCORE_TEST_PLUGINS", "").split(":"):
        for folder, _, files in sorted(os.walk(root)):
            if any(f.endswith(".so") for f in files):
                found.append(folder)
    return ":".join(found)


class Result:
    """What a finished command left behind."""

    def __init__(self, args, status, out, err):
        self.args, self.status, self.out, self.err = args, status, out, err

    def __str__(self):
        return (f"$ mdcore {' '.join(self.args)}\nstatus {self.status}\n"
                f"--- stdout\n{self.out}\n--- stderr\n{self.err}")

    def expect(self, status=0, out=(), err=(), not_out=(), not_err=()):
        """Exit status, and texts that must (not) stand in the output."""
        def each(texts):
            return [texts] if isinstance(texts, str) else texts

        faults = []
        if status is not None and self.status != status:
            faults.append(f"exit status {self.status}, expected {status}")
        for stream, text in (("stdout", out), ("stderr", err)):
            held = self.out if stream == "stdout" else self.err
            faults += [f"{stream} lacks {t!r}" for t in each(text)
                       if t not in held]
        for stream, text in (("stdout", not_out), ("stderr", not_err)):
            held = self.out if stream == "stdout" else self.err
            faults += [f"{stream} has {t!r}" for t in each(text) if t in held]
        if faults:
            raise AssertionError("; ".join(faults) + "\n" + str(self))
        return self

    def json(self):
        """The one JSON document on stdout."""
        try:
            return json.loads(self.out)
        except ValueError as error:
            raise AssertionError(f"stdout is no JSON: {error}\n{self}")

    def jsonl(self):
        """stdout as JSON, a document a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    def lines(self):
        return self.out.splitlines()


class Running:
    """A command that has not finished."""

    def __init__(self, args, process):
        self.args, self.process = args, process

    def signal(self, number=signal.SIGINT):
        self.process.send_signal(number)
        return self

    def kill(self):
        return self.signal(signal.SIGKILL)

    def wait(self, timeout=60, stdin=None):
        try:
            out, err = self.process.communicate(stdin, timeout=timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, err = self.process.communicate()
            raise AssertionError("still running after %d s\n%s" % (
                timeout, Result(self.args, "none", out, err)))
        return Result(self.args, self.process.returncode, out, err)


class Server:
    """A vendor's server on a free port of this machine."""

    def __init__(self, process, log):
        self.process, self.log_path = process, log
        line = process.stdout.readline()
        try:
            self.info = json.loads(line)
        except ValueError:
            self.stop()
            raise AssertionError(f"server did not start: {line!r}\n"
                                 + self.log())
        self.url = self.info["url"]
        # A full pipe would stop a server that talks.
        threading.Thread(target=process.stdout.read, daemon=True).start()

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Test:
    """What a test function gets: a folder, an environment, commands."""

    def __init__(self, folder):
        self.dir = folder
        self.running, self.servers = [], []
        self.env = {k: os.environ[k] for k in PASSED_ON if k in os.environ}
        self.env.update({
            "HOME": os.path.join(folder, "home"),
            "XDG_CONFIG_HOME": os.path.join(folder, "home", ".config"),
            # Rate limits are shared by all processes of a credential.
            "XDG_RUNTIME_DIR": os.path.join(folder, "runtime"),
            "LANG": "C.UTF-8", "TZ": "UTC",
            "MDCORE_PLUGIN_PATH": plugin_path(),
            "MDCORE_DATA_DIR": os.path.join(SOURCE, "share"),
        })
        os.makedirs(os.path.join(folder, "home", ".config"))
        os.makedirs(os.path.join(folder, "runtime"), mode=0o700)

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def write(self, name, text, mode=None):
        """Makes a file (with its folders) under the test's folder."""
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        data = text if isinstance(text, bytes) else text.encode()
        with open(path, "wb") as file:
            file.write(data)
        if mode is not None:
            os.chmod(path, mode)
        return path

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def start(self, *args, env=None, cwd=None, stdin=None):
        """Starts mdcore and returns while it runs."""
        args = [str(a) for a in args]
        full = dict(self.env, **(env or {}))
        process = subprocess.Popen(
            [BIN] + args, env={k: v for k, v in full.items() if v is not None},
            cwd=cwd or self.dir, text=True, errors="replace",
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.running.append(process)
        return Running(args, process)

    def run(self, *args, env=None, cwd=None, stdin=None, timeout=120):
        """Runs mdcore to its end; env values of None unset a variable."""
        running = self.start(*args, env=env, cwd=cwd, stdin=stdin)
        return running.wait(timeout, stdin)

    def server(self, name, *args):
        """Starts tests/vendor/NAME.py."""
        script = os.path.join(SOURCE, "tests", "vendor", name + ".py")
        log = self.path(f"{name}-{len(self.servers)}.log")
        with open(log, "w", encoding="utf-8") as err:
            process = subprocess.Popen(
                [sys.executable, script] + [str(a) for a in args],
                stdout=subprocess.PIPE, stderr=err, text=True, cwd=self.dir)
        server = Server(process, log)
        self.servers.append(server)
        return server

    def shared(self, *parts):
        """A file of the vectors next to the repository, or a skip."""
        path = os.path.join(SOURCE, "..", "shared", *parts)
        if not os.path.exists(path):
            self.skip("no ../shared/" + "/".join(parts))
        return path

    def plugin(self, name):
        """Skips unless this plugin was built."""
        for folder in self.env["MDCORE_PLUGIN_PATH"].split(":"):
            path = os.path.join(folder, name + ".so")
            if os.path.exists(path):
                return path
        return self.skip(f"plugin {name} is not built")

    def skip(self, reason):
        raise Skip(reason)

    def close(self):
        for process in self.running:
            if process.poll() is None:
                process.kill()
                process.communicate()
        for server in self.servers:
            server.stop()


def equal(got, expected, what="value"):
    if got != expected:
        raise AssertionError(f"{what}: got {got!r}, expected {expected!r}")


def true(condition, message):
    if not condition:
        raise AssertionError(message)


def matches(pattern, text):
    if not re.search(pattern, text, re.MULTILINE):
        raise AssertionError(f"{pattern!r} does not match\n{text}")


def keeps_rate(entries, per_second, burst):
    """A server's log entries: never more than the limit allows in any span,
    give or take a moment on the way, and more than 90 % of it used."""
    times = sorted(e["t"] for e in entries)
    true(len(times) >= 4 * burst, f"{len(times)} requests say too little")
    for i, first in enumerate(times):
        for n, last in enumerate(times[i:], 1):
            most = burst + per_second * (last - first + 0.1)
            true(n <= most + 1, f"{n} requests in {last - first:.3f} s with a "
                 f"limit of {per_second}/s and bursts of {burst}")
    used = (len(times) - burst) / (per_second * (times[-1] - times[0]))
    print(f"# {len(times)} requests, {100 * used:.1f} % of {per_second}/s")
    true(used > 0.9, f"only {100 * used:.1f} % of the limit is used")


def until(condition, seconds=30, what="condition"):
    """Waits for something that another process does."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not so after {seconds} s")
        time.sleep(0.02)


def run_one(number, name, function):
    folder = tempfile.mkdtemp(prefix="mdcore-test-")
    test = Test(folder)
    try:
        function(test)
        print(f"ok {number} - {name}", flush=True)
        return True
    except Skip as reason:
        print(f"ok {number} - {name} # SKIP {reason}", flush=True)
        return True
    except Exception:  # whatever it is, the other tests still run
        for line in traceback.format_exc().splitlines():
            print("#", line)
        print(f"not ok {number} - {name}", flush=True)
        return False
    finally:
        test.close()
        if os.environ.get("MDCORE_TEST_KEEP"):
            print("# kept", folder)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def main():
    """Runs every test_* function of the calling script, in its order."""
    script = sys.modules["__main__"]
    wanted = sys.argv[1:]
    tests = [(n[5:].replace("_", "-"), f) for n, f in vars(script).items()
             if n.startswith("test_") and callable(f)]
    if wanted:
        tests = [t for t in tests if any(w in t[0] for w in wanted)]
    print(f"1..{len(tests)}", flush=True)
    results = [run_one(i + 1, n, f) for i, (n, f) in enumerate(tests)]
    sys.exit(0 if all(results) else 1)
