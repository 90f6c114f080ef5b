#!/usr/bin/env python3
"""What the alert engine costs as a service: memory and processor time with 1,000 alerting rules, and
the processor time of a cycle of 10,000, beside Prometheus with the same rules in the same run.

    bench_headless.py TOCSIN BENCH_RULES [--interval S] [--cycles N] [--rules N...] [--check]

An exporter with 1,600 series of 100 services is scraped by both every interval; BENCH_RULES gives the
rules, a third each quantile, ratio and burn rate. Those of the first kind hold, so that a third of the
rules has an alert: ALERTS and ALERTS_FOR_STATE of them are written. Figures are of whole processes:
scrapes, states and journal included. A shorter --interval costs tocsin more of a core, as its cycle
is what it is; the part of a core at 15 s is given beside it. With --check the exit status is 1 where a
stated bound is not met.
"""
import argparse
import http.server
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from console import Server, clean_environment, free_port, wait_for  # noqa: E402

SERVICES = 100
BOUNDS = ["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf"]
CODES = ["200", "404", "500", "503"]
FEW, MANY = 1000, 10000
RSS_MIB, PRIVATE_MIB = 16, 5
CPU_PERCENT = 0.2  # at STATED_S
STATED_S = 15
PART_OF_PROMETHEUS = 100
PATIENCE_S = 300


class Exporter:
    """Counters that grow with each scrape of each of those who scrape, the same for all."""

    def __init__(self):
        self.counters = {}
        self.lock = threading.Lock()
        exporter = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                body = exporter.text(self.path).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = "127.0.0.1:%d" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def text(self, path):
        with self.lock:
            rng, rows = self.counters.setdefault(
                path, (random.Random(1), [[0] * (len(BOUNDS) + len(CODES)) for _ in range(SERVICES)]))
            buckets, requests = [], []
            for s, row in enumerate(rows):
                added = 0
                for i, le in enumerate(BOUNDS):
                    added += rng.randrange(20)
                    row[i] += added
                    buckets.append('http_request_duration_seconds_bucket{service="s%d",le="%s"} %d\n' % (s, le, row[i]))
                grown = (200 + rng.randrange(100), rng.randrange(20), rng.randrange(4) == 0, rng.randrange(8) == 0)
                for i, code in enumerate(CODES):
                    row[len(BOUNDS) + i] += grown[i]
                    requests.append('http_requests_total{service="s%d",code="%s"} %d\n' %
                                    (s, code, row[len(BOUNDS) + i]))
        return ("# TYPE http_request_duration_seconds_bucket counter\n" + "".join(buckets) +
                "# TYPE http_requests_total counter\n" + "".join(requests))


def cpu_seconds(pid):
    total = 0
    for task in os.listdir("/proc/%d/task" % pid):
        try:
            with open("/proc/%d/task/%s/schedstat" % (pid, task), encoding="ascii") as file:
                total += int(file.read().split()[0])
        except FileNotFoundError:
            pass
    return total / 1e9


def memory_mib(pid):
    """Resident, and of that what is the program's own: written to. Clean pages of libraries count as
    private only where nobody else happens to use the same library."""
    found = {}
    with open("/proc/%d/smaps_rollup" % pid, encoding="ascii") as file:
        for line in file:
            words = line.split()
            if words[0] in ("Rss:", "Private_Dirty:"):
                found[words[0]] = int(words[1]) / 1024
    return found["Rss:"], found["Private_Dirty:"]


class Tocsin:
    name = "tocsin"

    def __init__(self, program, folder, rules, exporter, interval):
        config = os.path.join(folder, "tocsin.yaml")
        with open(config, "w", encoding="ascii") as file:
            file.write("global: { interval: %ds }\nsources:\n  - name: shop\n    scrape: { url: 'http://%s/tocsin' }\n"
                       "rule_files: ['%s']\n" % (interval, exporter.address, rules))
        self.log_path = os.path.join(folder, "log")
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen([program, "--headless", "-c", config, "--state", os.path.join(folder, "state"),
                                             "--socket", os.path.join(folder, "socket")],
                                            env=clean_environment(folder), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_for("tocsin is ready", lambda: "event=ready" in self.log(), PATIENCE_S)

    def log(self):
        if self.process.poll() is not None:
            raise AssertionError("tocsin ended with %d" % self.process.returncode)
        with open(self.log_path, encoding="utf-8") as file:
            return file.read()

    def slow(self):
        """Callbacks that blocked the loop for over 20 ms, in milliseconds and with their names."""
        return [(int(took), name) for name, took in
                re.findall(r'event=slow-callback name="?([^"\n]*?)"? took=(\d+)ms', self.log())]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


class Prometheus:
    name = "Prometheus"

    def __init__(self, folder, rules, exporter, interval):
        config = os.path.join(folder, "prometheus.yml")
        with open(config, "w", encoding="ascii") as file:
            file.write("global: { scrape_interval: %ds, scrape_timeout: %ds, evaluation_interval: %ds }\n"
                       "scrape_configs:\n  - job_name: shop\n    metrics_path: /prometheus\n"
                       "    static_configs: [{ targets: ['%s'] }]\nrule_files: ['%s']\n" %
                       (interval, interval, interval, exporter.address, rules))
        address = "127.0.0.1:%d" % free_port()
        self.server = Server(["prometheus", "--config.file=" + config, "--web.listen-address=" + address,
                              "--storage.tsdb.path=" + os.path.join(folder, "data")],
                             "http://%s/-/ready" % address, folder, "prometheus")
        self.process = self.server.process

    def stop(self):
        self.server.stop()


def steady(what, args):
    """Resident and private MiB, and milliseconds of processor time an interval."""
    time.sleep(args.interval * args.warm_up)
    began, cpu = time.monotonic(), cpu_seconds(what.process.pid)
    time.sleep(args.interval * args.cycles)
    took, cpu = time.monotonic() - began, cpu_seconds(what.process.pid) - cpu
    return (*memory_mib(what.process.pid), cpu / took * args.interval * 1000)


def measure(args, count, exporter):
    """Both, one after the other: {name: figures}, and the slow callbacks of tocsin."""
    result, slow = {}, []
    with tempfile.TemporaryDirectory() as folder:
        rules = os.path.join(folder, "rules.yml")
        with open(rules, "w", encoding="ascii") as out:
            subprocess.run([args.bench_rules, "--rules", str(count)], check=True, stdout=out)
        start = [lambda at: Tocsin(args.tocsin, at, rules, exporter, args.interval)]
        if shutil.which("prometheus") is not None and not args.alone:
            start.append(lambda at: Prometheus(at, rules, exporter, args.interval))
        for begin in start:
            exporter.counters.clear()
            at = tempfile.mkdtemp(dir=folder)
            what = begin(at)
            try:
                result[what.name] = steady(what, args)
                slow = what.slow() if what.name == "tocsin" else slow
            finally:
                what.stop()
    return result, slow


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tocsin", type=os.path.abspath)
    parser.add_argument("bench_rules", type=os.path.abspath)
    parser.add_argument("--interval", type=int, default=STATED_S)
    parser.add_argument("--warm-up", type=int, default=3, help="cycles that do not count")
    parser.add_argument("--cycles", type=int, default=4)
    parser.add_argument("--rules", type=int, nargs="+", default=[FEW, MANY])
    parser.add_argument("--alone", action="store_true", help="without Prometheus")
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    failures = []

    def bound(name, value, limit, unit):
        met = value <= limit
        print("%-44s %8.2f %-5s (bound %g)%s" % (name, value, unit, limit, "" if met else "  NOT MET"))
        if not met:
            failures.append(name)

    os.sync()  # pages of a program that was just built are "dirty", which is no memory of its own
    exporter = Exporter()
    for count in args.rules:
        result, slow = measure(args, count, exporter)
        print("%d rules, interval %d s, %d cycles:" % (count, args.interval, args.cycles))
        rss, private, cpu_ms = result["tocsin"]
        if count <= FEW:
            bound("  tocsin resident", rss, RSS_MIB, "MiB")
            bound("  tocsin private", private, PRIVATE_MIB, "MiB")
            bound("  tocsin, part of a core at %d s" % STATED_S, cpu_ms / STATED_S / 10, CPU_PERCENT, "%")
        else:
            print("  tocsin %.1f MiB resident, %.1f private" % (rss, private))
        print("  tocsin %.2f ms of processor time a cycle" % cpu_ms)
        bound("  tocsin, longest block of the loop over 20 ms", max([ms for ms, _ in slow], default=0), 20, "ms")
        for ms, name in slow:
            print("    %d ms in '%s'" % (ms, name))
        if "Prometheus" in result:
            rss, private, other_ms = result["Prometheus"]
            print("  Prometheus %.1f MiB resident, %.1f private, %.1f ms of processor time a cycle" %
                  (rss, private, other_ms))
            if count > FEW:
                bound("  tocsin's processor time in Prometheus'", cpu_ms / other_ms * 100,
                      100 / PART_OF_PROMETHEUS, "%")
    return 1 if args.check and failures else 0


if __name__ == "__main__":
    sys.exit(main())
