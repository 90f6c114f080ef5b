#!/usr/bin/env python3
"""Range questions up to the last byte of JSON: tocsin's and, where they are installed, those of
Prometheus and VictoriaMetrics over the same samples.

    bench_range_json.py BENCH_RANGE_JSON [--check]

BENCH_RANGE_JSON prints tocsin's figures and gives the samples. Servers are asked over HTTP on the
loopback interface, the answer read whole and not parsed; the best of several times counts, as for
tocsin. Before that the answers are compared: with Prometheus' point by point, with VictoriaMetrics',
whose rates are others, by their number. --check: exit status 1 where tocsin takes more than a
quarter of Prometheus' time, or answers differ.
"""

import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import servers  # noqa: E402

RUNS = 10
PATIENCE_S = 60
GOAL = 4
SKIPPED = 77
STEP_S = 15
TOLERANCE = 1e-9

CONFIG = "global: {scrape_interval: 15s}\n"


def own_figures(bench, end):
    """Prints them; milliseconds of each question in JSON."""
    out = subprocess.run([bench, str(end)], check=True, capture_output=True, text=True).stdout
    print("tocsin:")
    print(out, end="")
    return {m[2]: float(m[1]) for m in re.finditer(r"^ *([\d.]+) ms .* json +(.*)$", out, re.MULTILINE)}


def own_answers(bench, end):
    out = subprocess.run([bench, str(end), "--answers"], check=True, capture_output=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def points(answer):
    return {(tuple(sorted(series["metric"].items())), t): float(v)
            for series in answer["data"]["result"] for t, v in series["values"]}


def agree(name, question, ours, theirs, exactly):
    """Do two answers to one question, both parsed? Says so where not."""
    ours, theirs = points(ours), points(theirs)
    differing = sum(1 for at, v in ours.items() if at not in theirs or exactly and
                    not math.isclose(v, theirs[at], rel_tol=TOLERANCE))
    if len(ours) == len(theirs) and not differing:
        return True
    print(f"{name} answers {question} otherwise: {len(theirs)} points, {len(ours)} of tocsin, "
          f"of which {differing} differ")
    return False


class Peer:
    """A server that was given the samples; `with` ends it."""

    def __init__(self, name, command, port, folder):
        self.name = name
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def get(self, path, body=None):
        with urllib.request.urlopen(self.url + path, data=body, timeout=PATIENCE_S) as answer:
            return answer.read()

    def wait(self, path):
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return self.get(path)
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def figures(self, questions, end, answers, exactly):
        """Milliseconds of each question, and whether all answers agree."""
        best = {}
        agreed = True
        for question, ours in zip(questions, answers):
            path = "/api/v1/query_range?" + urllib.parse.urlencode(
                {"query": question, "start": end - 3600, "end": end, "step": STEP_S, "nocache": 1})
            theirs = json.loads(self.get(path))
            agreed = agree(self.name, question, ours, theirs, exactly) and agreed
            for _ in range(RUNS):
                begin = time.monotonic()
                self.get(path)
                took = (time.monotonic() - begin) * 1000
                best[question] = min(best.get(question, took), took)
        return best, agreed


def prometheus(folder, samples):
    with open(os.path.join(folder, "samples"), "wb") as out:
        out.write(samples)
    with open(os.path.join(folder, "prometheus.yml"), "w", encoding="utf-8") as out:
        out.write(CONFIG)
    subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", "samples", "data"],
                   check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    port = servers.free_port()
    return Peer("Prometheus", ["prometheus", "--config.file=prometheus.yml",
                               "--storage.tsdb.path=data",
                               f"--web.listen-address=127.0.0.1:{port}"], port, folder)


def victoria_metrics(folder):
    port = servers.free_port()
    return Peer("VictoriaMetrics", ["victoria-metrics", "-storageDataPath=vm",
                                    f"-httpListenAddr=127.0.0.1:{port}"], port, folder)


def feed_victoria_metrics(peer, samples):
    """Its import wants milliseconds."""
    text = re.sub(rb" (\d+)\.(\d{3})$", rb" \1\2", samples, flags=re.MULTILINE)
    peer.get("/api/v1/import/prometheus", text.replace(b"# EOF\n", b""))
    peer.get("/internal/force_flush")


def print_ratios(name, own, theirs):
    for question, took in theirs.items():
        print(f"{name}: {took:8.1f} ms, {took / own[question]:5.1f} times tocsin's  {question}")


def main():
    bench = os.path.abspath(sys.argv[1])
    # In the past, so that nobody takes the newest samples for too young.
    end = (int(time.time()) - 300) // STEP_S * STEP_S
    own = own_figures(bench, end)
    if shutil.which("prometheus") is None or shutil.which("promtool") is None:
        print("Prometheus: not installed")
        return SKIPPED
    answers = own_answers(bench, end)
    samples = subprocess.run([bench, str(end), "--openmetrics"], check=True,
                             capture_output=True).stdout
    with tempfile.TemporaryDirectory() as folder:
        with prometheus(folder, samples) as peer:
            peer.wait("/-/ready")
            theirs, agreed = peer.figures(own, end, answers, exactly=True)
        print_ratios(peer.name, own, theirs)
        if shutil.which("victoria-metrics") is not None:
            with victoria_metrics(folder) as peer:
                peer.wait("/health")
                feed_victoria_metrics(peer, samples)
                print_ratios(peer.name, own, peer.figures(own, end, answers, exactly=False)[0])
    missed = [question for question, took in theirs.items() if own[question] * GOAL > took]
    for question in missed:
        print(f"more than a quarter of Prometheus' time: {question}")
    return 1 if "--check" in sys.argv and (missed or not agreed) else 0


if __name__ == "__main__":
    sys.exit(main())
