# SPDX-License-Identifier: Apache-2.0
"""What the local servers that speak a vendor's protocol share.

A vendor is a class with `answer (request)`, which returns a Reply; this file
owns sockets, the request log, the rate limit and the faults.  Faults happen on
the wire or to the body here; those that need to know what a row is are handed
to the vendor as `request.spoil`.

A fault is written KIND[=ARGUMENT]@WHEN[~PATTERN]:

    reset-body@3            the third request
    http-429=2@2,5          the second and the fifth, with Retry-After: 2
    stall=5@1~/trades       the first whose path and query match /trades
    close@4+                the fourth and all later ones
    http-500@each           every different request once, then it works
    html@all                always

Kinds on the wire: `refuse` (no connection is accepted for ARGUMENT seconds),
`close` and `reset` (before an answer), `reset-headers`, `reset-body`,
`cut-body` (closed in the middle of Content-Length), `cut-open` (the same
without Content-Length: a cut that the transport cannot see), `cut-chunked`,
`stall` (silence in the middle of the body), `stall-first` (before the answer),
`gzip-cut` (a compressed body that is not whole).
Kinds of answers: `http-NNN` (429: ARGUMENT is Retry-After, a number of
seconds, or `date` for one two seconds away in HTTP's date form), `html`,
`empty`, `cut-json`.
Every other kind is the vendor's.
"""
import argparse
import email.utils
import gzip
import http.server
import json
import re
import socket
import struct
import sys
import threading
import time
import urllib.parse

GENERIC = {"refuse", "close", "reset", "reset-headers", "reset-body",
           "cut-body", "cut-open", "cut-chunked", "stall", "stall-first",
           "gzip-cut", "html", "empty", "cut-json"}


class Fault:
    """One rule of the fault plan; counts the requests that it matches."""

    def __init__(self, text, own_kinds=()):
        found = re.fullmatch(r"([a-z0-9-]+)(?:=([^@]*))?@"
                             r"(each|all|\d+\+|\d+(?:,\d+)*)(?:~(.*))?", text)
        if not found:
            raise ValueError(f"not a fault: {text!r}")
        self.kind, self.argument, self.when, pattern = found.groups()
        if not (self.kind in GENERIC or self.kind in own_kinds
                or re.fullmatch(r"http-[1-5]\d\d", self.kind)):
            raise ValueError(f"no such kind of fault: {self.kind!r}")
        self.pattern = re.compile(pattern or "")
        self.count, self.seen = 0, set()

    def strikes(self, target):
        """Is it this request's turn?  Called once for each, under a lock."""
        if not self.pattern.search(target):
            return False
        self.count += 1
        if self.when == "all":
            return True
        if self.when == "each":
            fresh = target not in self.seen
            self.seen.add(target)
            return fresh
        if self.when.endswith("+"):
            return self.count >= int(self.when[:-1])
        return str(self.count) in self.when.split(",")

    def seconds(self, default):
        return float(self.argument) if self.argument else default


class Request:
    """A request as the vendor sees it."""

    def __init__(self, number, method, target, headers, body):
        url = urllib.parse.urlsplit(target)
        self.number, self.method, self.target = number, method, target
        self.path = urllib.parse.unquote(url.path)
        self.query = dict(urllib.parse.parse_qsl(url.query,
                                                 keep_blank_values=True))
        self.headers, self.body = headers, body
        self.spoil = None   # kind of the vendor's own fault, or None


class Reply:
    def __init__(self, status, body, headers=None, rows=None,
                 content_type="application/json; charset=utf-8"):
        self.status, self.rows = status, rows
        self.body = body if isinstance(body, bytes) else body.encode()
        self.headers = {"Content-Type": content_type}
        self.headers.update(headers or {})


class TokenBucket:
    def __init__(self, rate, burst):
        self.rate, self.burst = rate, burst
        self.level, self.at = burst, time.monotonic()
        self.lock = threading.Lock()

    def take(self):
        with self.lock:
            now = time.monotonic()
            self.level = min(self.burst,
                             self.level + (now - self.at) * self.rate)
            self.at = now
            if self.level < 1:
                return False
            self.level -= 1
            return True


def reset(connection):
    """Closes with RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                          struct.pack("ii", 1, 0))
    connection.close()


class Closed(Exception):
    """The connection has met its fault."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def setup(self):
        super().setup()
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def log_message(self, *_):
        """The request log is ours."""

    def respond(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        try:
            self.server.serve(self, self.command, self.path, self.headers,
                              body)
        except (Closed, OSError):
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = respond


class VendorServer:
    """Threads, log, faults.  Subclasses define answer (request) and may
    define own_faults, limited () and check_headers (request)."""

    own_faults = ()

    def __init__(self, faults=(), rate=None, burst=None, use_gzip=False,
                 log=None, port=0):
        self.lock = threading.Lock()
        self.faults = [Fault(f, self.own_faults) for f in faults]
        self.bucket = TokenBucket(rate, burst or rate) if rate else None
        self.use_gzip = use_gzip
        self.log_file = log
        self.requests = []     # what the log file gets, as dicts
        self.started = time.monotonic()
        self.stopping = False
        self.listener = None
        self.listen(port)
        self.url = f"http://127.0.0.1:{self.port}"

    # ---- life

    def listen(self, port):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
        self.port = listener.getsockname()[1]
        self.listener = listener

    def start(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def stop(self):
        self.stopping = True
        self.shut()

    def shut(self):
        # Wakes accept (), which close () alone does not.
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()

    def accept(self):
        while not self.stopping:
            listener = self.listener
            try:
                connection, address = listener.accept()
            except OSError:
                time.sleep(0.01)
                continue
            threading.Thread(target=self.talk, args=(connection, address),
                             daemon=True).start()

    def talk(self, connection, address):
        try:
            Handler(connection, address, self)
        except OSError:
            pass
        finally:
            connection.close()

    def refuse(self, seconds):
        def reopen():
            time.sleep(seconds)
            if not self.stopping:
                self.listen(self.port)

        self.shut()
        threading.Thread(target=reopen, daemon=True).start()

    # ---- one request

    def note(self, request, reply, fault):
        entry = {"n": request.number,
                 "t": round(time.monotonic() - self.started, 6),
                 "method": request.method, "target": request.target,
                 "path": request.path, "query": request.query,
                 "headers": dict(request.headers.items()),
                 "status": reply.status if reply else None,
                 "rows": reply.rows if reply else None,
                 "bytes": len(reply.body) if reply else 0,
                 "fault": fault.kind if fault else None}
        with self.lock:
            self.requests.append(entry)
            if self.log_file:
                self.log_file.write(json.dumps(entry) + "\n")
                self.log_file.flush()

    def serve(self, handler, method, target, headers, body):
        if target == "/_control":
            return self.send(handler, self.control(json.loads(body)))
        with self.lock:
            self.number = getattr(self, "number", 0) + 1
            request = Request(self.number, method, target, headers, body)
            # Every rule counts every request, even when two would strike.
            struck = [f for f in self.faults if f.strikes(target)]
        fault = struck[0] if struck else None
        if fault and fault.kind in self.own_faults:
            request.spoil = fault.kind
        reply = self.make_reply(request, fault)
        self.note(request, reply, fault)
        return self.deliver(handler, reply, fault)

    def make_reply(self, request, fault):
        refusal = self.check_headers(request)
        if refusal:
            return refusal
        if self.bucket and not self.bucket.take():
            return self.limited(None)
        if fault is None:
            return self.answer(request)
        if fault.kind == "http-429":
            return self.limited(fault.argument)
        if fault.kind.startswith("http-"):
            return self.failed(int(fault.kind[5:]))
        if fault.kind == "html":
            return Reply(200, "<!DOCTYPE html><html><body>Just a moment..."
                         "</body></html>", content_type="text/html")
        reply = self.answer(request)
        if fault.kind == "empty":
            reply.body = b""
        elif fault.kind == "cut-json":
            reply.body = reply.body[:len(reply.body) // 2]
        elif fault.kind == "gzip-cut":
            packed = gzip.compress(reply.body)
            reply.body = packed[:len(packed) * 2 // 3]
            reply.headers["Content-Encoding"] = "gzip"
        return reply

    def check_headers(self, request):
        """A Reply where the request is refused before anything else."""

    def failed(self, status):
        return Reply(status, json.dumps({"message": "Internal server error"}))

    def limited(self, retry_after):
        headers = {}
        if retry_after == "date":
            headers["Retry-After"] = email.utils.formatdate(
                time.time() + 2, usegmt=True)
        elif retry_after:
            headers["Retry-After"] = retry_after
        return Reply(429, json.dumps({"message": "Too many requests"}),
                     headers)

    def control(self, order):
        """PUT /_control: {"faults": [...], "set": {...}}; not logged."""
        with self.lock:
            if "faults" in order:
                self.faults = [Fault(f, self.own_faults)
                               for f in order["faults"]]
        for name, value in order.get("set", {}).items():
            self.change(name, value)
        return Reply(200, "{}")

    def change(self, name, value):
        raise KeyError(name)

    # ---- onto the wire

    def head(self, reply, length):
        reason = http.server.BaseHTTPRequestHandler.responses.get(
            reply.status, ("",))[0]
        lines = [f"HTTP/1.1 {reply.status} {reason}"]
        lines += [f"{n}: {v}" for n, v in reply.headers.items()]
        lines.append(length)
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def send(self, handler, reply):
        accepts = handler.headers.get("Accept-Encoding") or ""
        if (self.use_gzip and "gzip" in accepts and reply.body
                and "Content-Encoding" not in reply.headers):
            reply.body = gzip.compress(reply.body, 1)
            reply.headers["Content-Encoding"] = "gzip"
        head = self.head(reply, f"Content-Length: {len(reply.body)}")
        # A status without a body has none, whatever a fault asks for.
        if reply.status in (204, 304):
            head, reply.body = self.head(reply, "Connection: keep-alive"), b""
        handler.wfile.write(head + reply.body)
        handler.wfile.flush()

    def deliver(self, handler, reply, fault):
        kind = fault.kind if fault else None
        connection, body = handler.connection, reply.body
        half = len(body) // 2
        whole = self.head(reply, f"Content-Length: {len(body)}")

        def part(data):
            handler.wfile.write(data)
            handler.wfile.flush()

        if kind == "refuse":
            self.refuse(fault.seconds(0.5))
        elif kind == "reset":
            reset(connection)
        elif kind == "reset-headers":
            part(whole[:len(whole) // 2])
            time.sleep(0.05)
            reset(connection)
        elif kind == "reset-body":
            part(whole + body[:half])
            time.sleep(0.05)
            reset(connection)
        elif kind == "cut-body":
            part(whole + body[:half])
        elif kind == "cut-open":
            part(self.head(reply, "Connection: close") + body[:half])
        elif kind == "cut-chunked":
            part(self.head(reply, "Transfer-Encoding: chunked")
                 + f"{half:x}\r\n".encode() + body[:half] + b"\r\n")
        elif kind == "stall":
            part(whole + body[:half])
            time.sleep(fault.seconds(30))
        elif kind == "stall-first":
            time.sleep(fault.seconds(30))
        elif kind != "close":
            self.send(handler, reply)
            return
        raise Closed


def parser(description):
    """Options that every vendor's server has."""
    options = argparse.ArgumentParser(description=description)
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--fault", action="append", default=[],
                         metavar="KIND[=ARG]@WHEN[~PATTERN]")
    options.add_argument("--faults", metavar="FILE",
                         help="a fault a line; # begins a comment")
    options.add_argument("--rate", type=float,
                         help="requests a second, then 429")
    options.add_argument("--burst", type=float)
    options.add_argument("--gzip", action="store_true")
    options.add_argument("--log", metavar="FILE",
                         help="requests, a JSON object a line (stderr)")
    return options


def common(args):
    """Keyword arguments of VendorServer from parsed options."""
    faults = list(args.fault)
    if args.faults:
        with open(args.faults, encoding="utf-8") as file:
            lines = [line.split("#")[0].strip() for line in file]
        faults += [line for line in lines if line]
    log = open(args.log, "a", encoding="utf-8") if args.log else sys.stderr
    return {"faults": faults, "rate": args.rate, "burst": args.burst,
            "use_gzip": args.gzip, "log": log, "port": args.port}


def run(server):
    """Says where it listens, then serves until it is terminated."""
    server.start()
    print(json.dumps({"url": server.url, "port": server.port}), flush=True)
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        server.stop()
