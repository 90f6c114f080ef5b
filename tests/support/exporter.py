"""Pages whose content and manners a test sets while somebody scrapes them, and a way to a server that can
have the same manners.

Manners: "well"; "late", an answer after longer than anybody waits for it; "500"; "garbage", a page that is
none; "refuse", nobody listens.
"""
import http.server
import threading
import time
import urllib.error
import urllib.request

from servers import at_a_free_port

LATE_S = 3  # beyond the limit of a scrape or question every second
MANNERS = ("well", "late", "500", "garbage", "refuse")


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, format, *args):  # the test's own output is enough
        pass

    def handle_any(self):
        page = self.server.page
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else None
        manners = page.manners
        if manners == "late":
            page.changed.wait(LATE_S)
        try:
            if manners == "500":
                self.send(500, "text/plain", b"out of order\n")
            elif manners == "garbage":
                self.send(200, "text/html", b"<html><body>{{ maintenance }</body></html>\n")
            else:
                self.send(*page.answer(self, body))
        except OSError:
            pass  # whoever asked has left

    do_GET = do_POST = handle_any

    def send(self, status, kind, content):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


class Mannered:
    """Listens on a port of its own, the same one after it has refused for a while."""

    def __init__(self):
        self.manners = "well"
        self.changed = threading.Event()
        self.server = None
        self.port = at_a_free_port(self.listen)
        self.address = "127.0.0.1:%d" % self.port
        self.root = "http://" + self.address

    def listen(self, port):
        try:
            self.server = Listener(("127.0.0.1", port), Handler)
        except OSError as error:
            raise AssertionError("address already in use: %s" % error) from None
        self.server.page = self
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return port

    def behave(self, manners):
        assert manners in MANNERS
        if manners == "refuse":
            self.stop()
        elif self.server is None:
            self.listen(self.port)
        self.manners = manners
        self.changed.set()  # what waits to be late goes on
        self.changed = threading.Event()

    def stop(self):
        self.changed.set()
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None


class Exporter(Mannered):
    """A metrics page: series as they are written, to their values."""

    def __init__(self):
        self.lock = threading.Lock()
        self.series = {}
        self.pages = []  # when each good one was given, what it had, and to whom
        super().__init__()

    def set(self, series, value):
        self.update({series: value})

    def update(self, values):
        """All at once: no page has some of them only."""
        with self.lock:
            self.series.update(values)

    def remove(self, *series):
        with self.lock:
            for one in series:
                del self.series[one]

    def answer(self, request, body):
        with self.lock:
            text = "".join("%s %s\n" % pair for pair in self.series.items())
            self.pages.append((time.time(), dict(self.series), request.headers.get("User-Agent", "")))
        return 200, "text/plain; version=0.0.4", text.encode()

    def given(self):
        return len(self.pages)


class Proxy(Mannered):
    """The way to another server."""

    def __init__(self, target):
        self.target = target
        super().__init__()

    def answer(self, request, body):
        headers = {name: request.headers[name] for name in ("Content-Type", "Accept") if name in request.headers}
        question = urllib.request.Request(self.target + request.path, data=body, headers=headers)
        try:
            with urllib.request.urlopen(question, timeout=60) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers["Content-Type"], error.read()
        except OSError:
            return 502, "text/plain", b"nobody there\n"
