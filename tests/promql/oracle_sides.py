"""The two sides of a comparison: a real Prometheus of its own, and tocsin's engine behind ask.c.

Both get the same samples bit by bit: the server by its remote-write endpoint, since only that takes
staleness markers and out-of-range bounds of neither text format.
"""
import http.client
import json
import os
import socket
import struct
import subprocess
import sys
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from console import Server, free_port  # noqa: E402

STALE = struct.unpack("<d", struct.pack("<Q", 0x7FF0000000000002))[0]
NORMAL_NAN = struct.pack("<Q", 0x7FF8000000000001)
STALE_BITS = struct.pack("<Q", 0x7FF0000000000002)


def is_stale(v):
    return v != v and struct.pack("<d", v) == STALE_BITS


# --- protobuf and snappy, as much as remote write needs ---


def varint(n):
    n &= (1 << 64) - 1
    out = bytearray()
    while n > 0x7F:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def message(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def double(v):
    if v != v:
        return STALE_BITS if is_stale(v) else NORMAL_NAN
    return struct.pack("<d", v)


def write_request(series):
    """A prometheus.WriteRequest of {labels as a tuple of pairs: [(time in ms, value), ...]}."""
    out = []
    for labels, points in series.items():
        parts = [message(1, message(1, n.encode()) + message(2, v.encode())) for n, v in sorted(labels)]
        parts += [message(2, b"\x09" + double(v) + b"\x10" + varint(t)) for t, v in points]
        out.append(message(1, b"".join(parts)))
    return b"".join(out)


def snappy(data):
    """The block format with literals only."""
    out = [varint(len(data))]
    for at in range(0, len(data), 65536):
        piece = data[at:at + 65536]
        out.append(b"\xf4" + struct.pack("<H", len(piece) - 1) + piece)
    return b"".join(out)


class Prometheus:
    """A server with these samples, its data in `folder`."""

    def __init__(self, folder, series):
        self.port = free_port()
        config = os.path.join(folder, "prometheus.yml")
        with open(config, "w", encoding="ascii") as out:
            out.write("global: {scrape_interval: 1h}\n")
        address = "127.0.0.1:%d" % self.port
        self.server = Server(
            ["prometheus", "--config.file=" + config, "--storage.tsdb.path=" + folder + "/data",
             "--storage.tsdb.retention.time=100y", "--web.enable-remote-write-receiver",
             "--web.listen-address=" + address], "http://%s/-/ready" % address, folder, "prometheus")
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            self.write(series)
        except BaseException:
            self.stop()
            raise

    def write(self, series):
        self.connection.request(
            "POST", "/api/v1/write", snappy(write_request(series)),
            {"Content-Encoding": "snappy", "Content-Type": "application/x-protobuf",
             "X-Prometheus-Remote-Write-Version": "0.1.0"})
        response = self.connection.getresponse()
        text = response.read()
        if response.status // 100 != 2:
            raise AssertionError("remote write: %d %s" % (response.status, text[:500]))

    def post(self, endpoint, **form):
        for attempt in (0, 1):
            try:
                self.connection.request(
                    "POST", "/api/v1/" + endpoint,
                    urllib.parse.urlencode(form, errors="surrogateescape"),
                    {"Content-Type": "application/x-www-form-urlencoded"})
                return json.loads(self.connection.getresponse().read())
            except (http.client.HTTPException, ConnectionError, socket.timeout):
                self.connection.close()
                if attempt == 1:
                    raise
        return None

    def ask(self, expr, span):
        """`span` is (start, end, step) in milliseconds; step 0 asks for the instant `start`."""
        start, end, step = ("%d.%03d" % divmod(ms, 1000) for ms in span)
        if span[2] == 0:
            return self.post("query", query=expr, time=start)
        return self.post("query_range", query=expr, start=start, end=end, step=step)

    def stop(self):
        self.connection.close()
        self.server.stop()


class Tocsin:
    """The engine over the samples in `path` (write_plain)."""

    def __init__(self, ask, path):
        self.argv = [ask, path]
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def line(self, text):
        data = text.replace("\n", "\x01").encode("utf-8", "surrogateescape") + b"\n"
        self.process.stdin.write(data)
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            status = self.process.wait()
            self.start()
            return {"status": "crash", "error": "ended with %d" % status}
        return json.loads(answer)

    def ask(self, expr, span, semantics):
        return self.line("eval %s %d %d %d %s" % ((semantics,) + tuple(span) + (expr,)))

    def print(self, expr):
        return self.line("print " + expr)

    def stop(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()


def quoted(text):
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def write_plain(path, series, shift_ms=0):
    """For ask.c."""
    with open(path, "w", encoding="utf-8") as out:
        for labels, points in series.items():
            out.write("S {%s}\n" % ",".join("%s=%s" % (n, quoted(v)) for n, v in labels))
            out.writelines("%d %s\n" % (t + shift_ms, "stale" if is_stale(v) else repr(v)) for t, v in points)
