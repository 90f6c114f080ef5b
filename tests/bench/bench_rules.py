#!/usr/bin/env python3
"""A cycle of 10,000 rules: tocsin's and, where it is installed, Prometheus' over the same samples.

    bench_rules.py BENCH_RULES [--check]

BENCH_RULES prints tocsin's figures and gives the samples and rules for Prometheus, which evaluates
them every 15 s. Its figures are its own metrics: processor time of the process between two
evaluations, the wall time of the last and its resident memory. --check: exit status 1 where tocsin
takes more than a hundredth of Prometheus' processor time, for rules that share parts or for those
that do not.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
import servers  # noqa: E402

CYCLES = 3
PATIENCE_S = 300
GOAL = 100

CONFIG = """
global: {evaluation_interval: 15s}
rule_files: [rules.yml]
"""


def own_figures(bench):
    """Prints them; the best cycle of rules that share parts and of rules that do not, with a memo,
    in milliseconds; and the MiB of memory."""
    out = subprocess.run([bench], check=True, capture_output=True, text=True).stdout
    print("tocsin, processor time of a cycle:")
    print(out, end="")
    return [float(re.search(r"([\d.]+) " + what, out).group(1))
            for what in ("ms .*share parts +with a memo", "ms .*share none +with a memo",
                         "MiB resident")]


def metric(url, name):
    with urllib.request.urlopen(url + "/metrics", timeout=PATIENCE_S) as answer:
        text = answer.read().decode()
    found = re.search(r"^" + name + r"(?:\{.*\})? (\S+)$", text, re.MULTILINE)
    return float(found.group(1)) if found else 0.0


def wait_for(what, deadline):
    while True:
        try:
            if what():
                return
        except OSError:
            pass
        if time.monotonic() > deadline:
            raise TimeoutError("Prometheus did not get to it")
        time.sleep(0.5)


def prometheus_figures(bench, rules, folder):
    """Milliseconds of processor and wall time of a cycle, MiB of resident memory."""
    with open(os.path.join(folder, "samples"), "w", encoding="utf-8") as out:
        # The last sample a little ahead, so that windows are full in all cycles measured.
        end = str(int(time.time()) + 90)
        subprocess.run([bench, "--openmetrics", end], check=True, stdout=out)
    with open(os.path.join(folder, "rules.yml"), "w", encoding="utf-8") as out:
        subprocess.run([bench, rules], check=True, stdout=out)
    with open(os.path.join(folder, "prometheus.yml"), "w", encoding="utf-8") as out:
        out.write(CONFIG)
    subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", "samples", "data"],
                   check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    port = servers.free_port()
    url = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        ["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data",
         f"--web.listen-address=127.0.0.1:{port}"],
        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        done = "prometheus_rule_group_iterations_total"
        deadline = time.monotonic() + PATIENCE_S

        def after(count):
            # Counted when an evaluation begins; its duration is there when it has ended.
            wait_for(lambda: metric(url, done) >= count, deadline)

        after(2)
        cpu = metric(url, "process_cpu_seconds_total")
        after(2 + CYCLES)
        cpu = metric(url, "process_cpu_seconds_total") - cpu
        wall = metric(url, "prometheus_rule_group_last_duration_seconds")
        memory = metric(url, "process_resident_memory_bytes")
        return cpu / CYCLES * 1000, wall * 1000, memory / 2**20
    finally:
        server.terminate()
        server.wait()


def main():
    bench = os.path.abspath(sys.argv[1])
    shared, apart, mib = own_figures(bench)
    if shutil.which("prometheus") is None or shutil.which("promtool") is None:
        print("Prometheus: not installed")
        return 0
    slow = False
    for own_ms, rules, name in ((shared, "--rules", "share parts"),
                                (apart, "--rules-apart", "share none")):
        with tempfile.TemporaryDirectory() as folder:
            cpu, wall, memory = prometheus_figures(bench, rules, folder)
        print(f"Prometheus, rules that {name}: {cpu:.1f} ms of processor time a cycle, "
              f"{wall:.1f} ms on the clock, {memory:.1f} MiB")
        print(f"tocsin takes one part in {cpu / own_ms:.0f} of its processor time, "
              f"one in {memory / mib:.1f} of its memory")
        slow = slow or own_ms * GOAL > cpu
    return 1 if "--check" in sys.argv and slow else 0


if __name__ == "__main__":
    sys.exit(main())
