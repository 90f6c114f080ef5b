#!/usr/bin/env python3
"""Asks tocsin's engine and a real Prometheus the same questions over the same samples.

    oracle.py ASK     ASK is the helper built from ask.c

Made-up samples (fixed seed) go into blocks of a Prometheus of its own (promtool tsdb
create-blocks-from openmetrics), which is started on a free loopback port with a temporary folder and
stopped at the end. Exit status: 0 same answers, 1 a difference, 77 where prometheus or promtool is
not installed.
"""
import itertools
import json
import math
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

SAMPLES = 500
INTERVAL_MS = 5000
TOLERANCE = 1e-9

# {name} is replaced by each of the words in turn.
WORDS = {
    "agg": "sum avg min max count group stddev stdvar".split(),
    "arith": "+ - * / % ^".split(),
    "cmp": "== != < <= > >=".split(),
    "over": "sum avg min max count last stddev stdvar present absent".split(),
    "range": "4s 6s 17s 1m 5m".split(),
    "change": "rate increase delta irate idelta changes resets deriv".split(),
    "math": "abs ceil floor round exp sqrt ln log2 log10 sgn sin cos tan atan sinh tanh deg".split(),
    "date": "year month day_of_month day_of_week day_of_year days_in_month hour minute".split(),
    "q": "-1 0 0.1 0.5 0.9 0.99 1 2 NaN".split(),
}

QUESTIONS = r"""
1 {arith} 2
time() {arith} 7
1 {cmp} bool time()
level
level{room!="hall"}
level{room=~"h.*|attic"}
level{nobody=""}
{__name__=~"level|odd",host!~".*1"}
gone
gone offset 3m
gone offset -1m
{agg}(level)
{agg} by (host) (level)
{agg} without (host) (level)
{agg} by (nobody) (odd)
{agg}(nothing_here)
{agg}({over}_over_time(odd[1m]))
topk(2, level)
bottomk by (host) (1, level)
quantile({q}, level)
quantile by (host) ({q}, odd)
count_values("v", clamp(round(level), 0, 3))
{over}_over_time(level[{range}])
{over}_over_time(odd[1m])
{over}_over_time(gone[2m])
quantile_over_time({q}, level[1m])
{change}(hits_total[{range}])
{change}(odd[1m])
{change}(gone[7m])
{change}(level[1m] offset 2m)
predict_linear(level[2m], 300)
holt_winters(level[2m], 0.3, 0.6)
{math}(level)
{math}(-odd)
{date}()
{date}(level * 1e8)
clamp(odd, -1, 1)
clamp_min(odd, 0) + clamp_max(level, 2)
round(level, 0.3)
level {arith} 3
3 {arith} odd
level {cmp} 2
2 {cmp} level
level {cmp} bool 2
level {arith} on (host, room) odd
level {cmp} on (host, room) odd
level {cmp} bool on (host, room) odd
level {arith} on (host) group_left () capacity
capacity {arith} on (host) group_right () level
level * on (host) group_left (zone) capacity
level * on (host) capacity
capacity * on (zone) level
level atan2 odd
level and on (host) (capacity > 20)
level or on (host) capacity
level unless on (host, room) (odd > 0)
(level > 2) or level
-odd
-level ^ 2
sum by (host) (rate(hits_total[1m])) / on (host) sum by (host) (rate(hits_total{code="200"}[1m]))
histogram_quantile({q}, rate(took_seconds_bucket[1m]))
histogram_quantile({q}, sum by (le) (rate(took_seconds_bucket[{range}])))
histogram_quantile(0.9, took_seconds_bucket)
histogram_quantile(0.9, level)
histogram_quantile(0.9, {__name__=~"took_seconds_.+"})
max_over_time(rate(hits_total[1m])[3m:])
{over}_over_time(level[3m:7s])
{over}_over_time(level[3m:7s] offset 11s)
rate(hits_total[2m:11s])
min_over_time((level > 2)[1m:5s])
sum_over_time(vector(time())[1m:9s])
level @ start()
rate(hits_total[1m] @ end())
sum(level @ end()) - sum(level)
level and topk(1, max_over_time(level[5m] @ end()))
scalar(level)
scalar(capacity{host="h1"}) + level
vector(scalar(level{host="h0",room="hall"})) > 2
timestamp(gone)
timestamp(level * 1)
timestamp(timestamp(level))
absent(gone)
absent(sum(gone))
absent(level{room="roof",floor="3",kind=~"x"})
absent_over_time(gone[2m])
label_replace(level, "to", "$1-${2}$$", "room", "(.)(.*)")
label_replace(level, "to", "x", "room", "hal")
label_replace(level, "room", "", "", "")
label_replace(level, "room", "", "room", "(")
label_join(level, "to", ",", "room", "nobody", "host")
count({host="h0"}) by (__name__)
sum without (host) ({__name__=~"level|capacity"})
{__name__=~".*"}
rate(level)
level[5m]
""".strip().split("\n")


def expand(question):
    names = [n for n in WORDS if "{%s}" % n in question]
    for words in itertools.product(*(WORDS[n] for n in names)):
        text = question
        for name, word in zip(names, words):
            text = text.replace("{%s}" % name, word)
        yield text


def make_series(start_ms):
    """{'name{labels}': [(time in ms, value), ...]}"""
    rng = random.Random(1)
    series = {}
    for host in range(3):
        times = [
            start_ms + i * INTERVAL_MS + (rng.randint(-4, 4) if host > 0 else 0)
            for i in range(SAMPLES)
            if rng.random() > 0.02
        ]

        def add(name, labels, value, h=host, ts=times):
            series['%s{host="h%d"%s}' % (name, h, labels)] = [(t, value(t)) for t in ts]

        def counter(slow):
            total = [0.0]

            def value(_):
                total[0] = rng.random() if rng.random() < 0.005 else total[0] + rng.random() * slow
                return total[0]

            return value

        for room in ("hall", "attic"):
            add("level", ',room="%s"' % room, lambda _: rng.uniform(-1, 5))
            odd = [math.nan, math.inf, -math.inf, 0.0, 1.0, -2.5, 3.0, 3.0]
            add("odd", ',room="%s"' % room, lambda _: rng.choice(odd))
        for code in ("200", "500"):
            add("hits_total", ',code="%s"' % code, counter(9))
        add("capacity", ',zone="z%d"' % (host % 2), lambda _, h=host: 10.0 * (h + 1))
        bounds = ["0.1", "0.5", "1", "+Inf"]
        counts = [[0] * len(bounds)]
        for _ in times:
            row = [0] * len(bounds) if rng.random() < 0.005 else list(counts[-1])
            added = 0
            for b in range(len(bounds)):
                added += rng.randint(0, 4)
                row[b] += added
            counts.append(row)
        for b, le in enumerate(bounds):
            series['took_seconds_bucket{host="h%d",le="%s"}' % (host, le)] = [
                (t, float(row[b])) for t, row in zip(times, counts[1:])
            ]
    series['gone{host="h0"}'] = [
        (start_ms + i * INTERVAL_MS, float(i)) for i in range(SAMPLES) if i // 80 % 2 == 0
    ]
    return series


def number(v):
    return "NaN" if math.isnan(v) else "+Inf" if v == math.inf else "-Inf" if v < -1e308 else repr(v)


def write_data(series, plain, openmetrics):
    with open(plain, "w") as out:
        for name, points in series.items():
            out.write("S %s\n" % name)
            out.writelines("%d %s\n" % (t, number(v)) for t, v in points)
    with open(openmetrics, "w") as out:
        for name, points in sorted(series.items()):
            out.writelines(
                "%s %s %d.%03d\n" % (name, number(v), t // 1000, t % 1000) for t, v in points
            )
        out.write("# EOF\n")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def ask_server(base, question, start_ms, end_ms, step_ms):
    form = {"query": question, "start": start_ms / 1000, "end": end_ms / 1000}
    form["step"] = step_ms / 1000
    data = urllib.parse.urlencode(form).encode()
    try:
        answer = json.load(urllib.request.urlopen(base + "/api/v1/query_range", data, timeout=60))
    except urllib.error.HTTPError as e:
        answer = json.load(e)
    if answer["status"] != "success":
        return None
    return {
        tuple(sorted(s["metric"].items())): {round(t * 1000): float(v) for t, v in s["values"]}
        for s in answer["data"]["result"]
    }


def read_ours(line):
    answer = json.loads(line)
    if isinstance(answer, dict):
        return None
    return {
        tuple(sorted(labels.items())): {int(t): float(v) for t, v in points.items()}
        for labels, points in answer
    }


def same(a, b):
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    return a == b or abs(a - b) <= TOLERANCE * max(abs(a), abs(b))


def difference(ours, theirs):
    """None where they are the same, else what differs first."""
    if ours is None or theirs is None:
        return None if ours is theirs else "only %s" % ("tocsin fails" if ours is None else "the server fails")
    if set(ours) != set(theirs):
        return "other series: %s" % sorted(set(ours) ^ set(theirs))[:2]
    for labels, points in theirs.items():
        for t in sorted(set(points) | set(ours[labels])):
            a, b = ours[labels].get(t), points.get(t)
            if a is None or b is None or not same(a, b):
                return "%s at %d: %s, the server %s" % (dict(labels), t, a, b)
    return None


def start_server(folder):
    port = free_port()
    config = os.path.join(folder, "prometheus.yml")
    with open(config, "w") as out:
        out.write("global: {scrape_interval: 1h}\n")
    log = open(os.path.join(folder, "log"), "w")
    server = subprocess.Popen(
        ["prometheus", "--config.file=" + config, "--storage.tsdb.path=" + folder + "/data",
         "--storage.tsdb.retention.time=10y", "--web.listen-address=127.0.0.1:%d" % port],
        stdout=log, stderr=log)
    base = "http://127.0.0.1:%d" % port
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(base + "/-/ready", timeout=10)
            return server, base
        except (urllib.error.URLError, ConnectionError):
            if server.poll() is not None:
                break
            time.sleep(0.1)
    server.kill()
    sys.exit("prometheus did not start: " + open(log.name).read()[-500:])


def compare(ask, base, semantics, folder, questions, span):
    start_ms, end_ms, step_ms = span
    command = [ask, semantics] + [str(ms) for ms in span]
    ours = subprocess.run(
        command + [folder + "/samples", folder + "/questions"],
        check=True, capture_output=True, text=True).stdout.splitlines()
    assert len(ours) == len(questions), "an answer for each question"
    bad = 0
    for question, line in zip(questions, ours):
        found = difference(read_ours(line), ask_server(base, question, start_ms, end_ms, step_ms))
        if found is not None:
            bad += 1
            print("%s\n    %s" % (question, found))
    print("%d questions, %d answered differently" % (len(questions), bad))
    return bad


def main():
    if shutil.which("prometheus") is None or shutil.which("promtool") is None:
        print("skipped: prometheus and promtool are not installed")
        return 77
    ask = os.path.abspath(sys.argv[1])
    version = subprocess.run(["prometheus", "--version"], capture_output=True, text=True)
    major = re.search(r"version (\d+)", version.stdout + version.stderr).group(1)
    semantics = "v2" if major == "2" else "v3"
    with tempfile.TemporaryDirectory(prefix="tocsin-oracle-") as folder:
        now_ms = int(time.time()) * 1000
        start_ms = now_ms - now_ms % 60000 - 4 * 3600 * 1000
        write_data(make_series(start_ms), folder + "/samples", folder + "/openmetrics")
        questions = [text for q in QUESTIONS for text in expand(q)]
        with open(folder + "/questions", "w") as out:
            out.writelines(q + "\n" for q in questions)
        subprocess.run(
            ["promtool", "tsdb", "create-blocks-from", "openmetrics", folder + "/openmetrics",
             folder + "/data"], check=True, capture_output=True)
        server, base = start_server(folder)
        try:
            end_ms = start_ms + SAMPLES * INTERVAL_MS
            spans = [
                (start_ms + 300000, end_ms - 600000, 15000),
                (start_ms - 60000 + 137, end_ms + 400000, 41000),
            ]
            bad = sum(compare(ask, base, semantics, folder, questions, s) for s in spans)
        finally:
            server.terminate()
            server.wait(timeout=60)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
