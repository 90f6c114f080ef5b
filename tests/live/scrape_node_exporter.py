"""Scrapes a real node_exporter and looks for every line it served in the store.

usage: scrape_node_exporter.py DUMP_SCRAPE

The exporter's page changes from one request to the next, so ours goes through a relay that keeps
the bytes it passed on. The page is scraped three times: the last two times its lines are known.
Exit status 77 where there is no node_exporter.
"""

import http.server
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from console import WAIT_S, free_port  # noqa: E402

EXPORTER = shutil.which("prometheus-node-exporter") or shutil.which("node_exporter")
LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:\\.|[^"\\])*)"')
LINE = re.compile(r'([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$')
TIMES = 3


def start_exporter(folder):
    port = free_port()
    process = subprocess.Popen(
        [EXPORTER, f"--web.listen-address=127.0.0.1:{port}"],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + WAIT_S
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
            return process, port
        except OSError:
            if process.poll() is not None or time.monotonic() > end:
                process.kill()
                process.wait()
                raise
            time.sleep(0.05)


class Relay(http.server.ThreadingHTTPServer):
    """Passes requests on to the exporter and keeps the answers."""

    def __init__(self, port):
        super().__init__(("127.0.0.1", 0), RelayHandler)
        self.exporter = port
        self.pages = []


class RelayHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.server.exporter}{self.path}",
            headers={"Accept": self.headers["Accept"]})
        with urllib.request.urlopen(request, timeout=WAIT_S) as answer:
            body = answer.read()
            kind = answer.headers["Content-Type"]
        self.server.pages.append(body.decode())
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def parse(text):
    """{(name, labels): value} of the lines that are no comments."""
    samples = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        match = LINE.match(line)
        if match is None:
            sys.exit(f"cannot read '{line}'")
        labels = frozenset(LABEL.findall(match[2] or ""))
        key = (match[1], frozenset(label for label in labels if label[1] != ""))
        if key in samples:
            sys.exit(f"twice: '{line}'")
        samples[key] = float(match[3])
    return samples


def main():
    if EXPORTER is None:
        print("skipped: prometheus-node-exporter is not installed")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        exporter, port = start_exporter(folder)
        relay = Relay(port)
        threading.Thread(target=relay.serve_forever, daemon=True).start()
        address = f"127.0.0.1:{relay.server_port}"
        try:
            dump = subprocess.run(
                [sys.argv[1], f"http://{address}/metrics", str(TIMES)],
                capture_output=True, text=True, timeout=3 * WAIT_S)
        finally:
            relay.shutdown()
            exporter.terminate()
            exporter.wait()
    if dump.returncode != 0:
        sys.exit(f"dump_scrape failed: {dump.stderr}")
    if len(relay.pages) != TIMES:
        sys.exit(f"{len(relay.pages)} requests for {TIMES} scrapes")
    target = {("job", "live"), ("instance", address)}
    served = {(name, labels | target): value
              for (name, labels), value in parse(relay.pages[-1]).items()}
    stored = parse(dump.stdout)
    wrong = [f"not in the store: {key} {value}" for key, value in served.items()
             if key not in stored]
    wrong += [f"{key}: served {value}, stored {stored[key]}" for key, value in served.items()
              if key in stored and stored[key] != value
              and not (value != value and stored[key] != stored[key])]
    own = {"up", "scrape_duration_seconds", "scrape_samples_scraped",
           "scrape_samples_post_metric_relabeling", "scrape_series_added"}
    wrong += [f"only in the store: {key}" for key in stored
              if key not in served and key[0] not in own]
    if stored.get(("scrape_samples_scraped", frozenset(target))) != len(served):
        wrong.append("scrape_samples_scraped is not the number of lines")
    if wrong:
        sys.exit("\n".join(wrong[:20]))
    print(f"{len(served)} samples of {len(relay.pages[-1])} bytes are in the store as served")
    return 0


if __name__ == "__main__":
    sys.exit(main())
