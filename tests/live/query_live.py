#!/usr/bin/env python3
"""`tocsin query` on a real Prometheus against the server's own answers at the same times.

usage: query_live.py TOCSIN
"""
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from console import clean_environment, expect, run_cases, wait_for  # noqa: E402
from servers import ask, start_exporter, start_prometheus  # noqa: E402

TOCSIN = sys.argv[1]
FOLDER = tempfile.mkdtemp(prefix="tocsin-live-")
ENVIRONMENT = clean_environment(FOLDER)

P95 = ("histogram_quantile(0.95, sum by (le) (rate("
       "prometheus_http_request_duration_seconds_bucket[5m])))")

EXPRESSIONS = [
    "up",
    "42 / 0",
    "sum by (job) (scrape_samples_scraped)",
    "rate(prometheus_http_requests_total[10s])",
    "node_cpu_seconds_total{mode=\"idle\"}",
    "1 - avg without (cpu, mode) (rate(node_cpu_seconds_total{mode=\"idle\"}[10s]))",
    "topk(3, count by (__name__) ({__name__=~\"node_.+\"}))",
    "node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes",
    "label_replace(up, \"port\", \"$1\", \"instance\", \".*:(.*)\")",
    "absent(no_such_metric{job=\"none\"})",
    "node_uname_info * on (instance) group_left (version) prometheus_build_info",
    "0 / 0 * up",
    P95,
]
INSTANT_ONLY = ["up[5s]", "\"a text\"", "no_such_metric", "vector(1) == 2"]


def query(*arguments):
    return subprocess.run([TOCSIN, "query", "--source", PROMETHEUS.root] + list(arguments), env=ENVIRONMENT,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", timeout=150)


def answer(*arguments):
    done = query(*arguments)
    expect(done.returncode == 0, "%r ended with %d: %s" % (arguments, done.returncode, done.stderr))
    return done.stdout


def by_series(given):
    """The answer with its series in one order; what has no order of its own comes in any."""
    if given["status"] == "success" and given["data"]["resultType"] in ("vector", "matrix"):
        given["data"]["result"].sort(key=lambda series: sorted(series["metric"].items()))
    return given


def same(ours, theirs, what):
    """The same structure, the same text of every value; only an undocumented order may differ."""
    expect(ours["status"] == theirs["status"] == "success", "%s: %r, not %r" % (what, ours, theirs))
    mine, yours = ours["data"], theirs["data"]
    expect(mine["resultType"] == yours["resultType"], "%s is a %s" % (what, mine["resultType"]))
    expect(mine == yours, "%s\n  ours:   %.2000s\n  theirs: %.2000s" % (what, mine, yours))


def steady(what, theirs, ours):
    """Both answers to one question. A scrape that took long comes into the server's past afterwards: it
    is asked before and behind us, until it gave the same twice."""
    pair = [None]

    def held_still():
        before = theirs()
        pair[0] = ours(), before
        return theirs() == before
    wait_for("the server's past stands still: " + what, held_still)
    return pair[0]


def one_number_is_the_servers():
    at = MOMENT
    text, theirs = steady(P95, lambda: ask(PROMETHEUS, "query", query=P95, time="%.3f" % at)
                          ["data"]["result"][0]["value"][1], lambda: answer("--time", "%.3f" % at, P95))
    words = text.split()
    expect(len(words) == 1, "not one number: %r" % text)
    expect(math.isclose(float(words[0]), float(theirs), rel_tol=1e-9), "%s, not %s" % (words[0], theirs))


def instant_answers_are_the_servers():
    for expr in EXPRESSIONS + INSTANT_ONLY:
        at = "%.3f" % MOMENT
        ours, theirs = steady(expr, lambda: by_series(ask(PROMETHEUS, "query", query=expr, time=at)),
                              lambda: by_series(json.loads(answer("--time", at, "--format", "json", expr))))
        same(ours, theirs, expr)


def range_answers_are_the_servers():
    start, end = "%.3f" % (MOMENT - 20), "%.3f" % MOMENT
    for step in ("1s", "3s"):
        for expr in EXPRESSIONS:
            ours, theirs = steady(
                expr, lambda: by_series(ask(PROMETHEUS, "query_range", query=expr, start=start, end=end, step=step)),
                lambda: by_series(json.loads(answer("--start", start, "--end", end, "--step", step, "--format",
                                                    "json", expr))))
            same(ours, theirs, "%s by %s" % (expr, step))


def what_the_server_refuses_is_an_error():
    expr = "prometheus_build_info * on (no) up * on (no) group_left up + on () {__name__=~\".+\"}"
    theirs = ask(PROMETHEUS, "query", query=expr)
    expect(theirs["status"] == "error", "the server took it: %r" % theirs)
    done = query(expr)
    expect(done.returncode != 0 and done.stdout == "", "taken: %r" % done.stdout)
    expect(done.stderr.startswith("tocsin"), "said: %r" % done.stderr)


def a_server_decides_itself():
    for option in (("--semantics", "v2"), ("--lookback", "1m"), ("--max-samples", "5")):
        done = query("up", *option)
        expect(done.returncode == 64 and option[0] + " has no effect" in done.stderr, done.stderr)


def an_empty_answer_has_a_hint():
    done = query("prometheus_http_request_total", "--time", "%.3f" % MOMENT)
    expect(done.returncode == 0 and done.stdout == "" and "no data at" in done.stderr, done.stderr)
    expect("did you mean 'prometheus_http_requests_total'?" in done.stderr, done.stderr)
    done = query("up{job=\"nod\"} + up{jbo!=\"\"}", "--time", "%.3f" % MOMENT)
    expect("no series of 'up' has 'nod' as its 'job'" in done.stderr and "did you mean 'node'?" in done.stderr and
           "no series of 'up' has a label 'jbo'" in done.stderr, done.stderr)


def last_scrape():
    result = ask(PROMETHEUS, "query", query="max(timestamp(up))")["data"]["result"]
    return float(result[0]["value"][1])


EXPORTER = start_exporter(FOLDER)
try:
    PROMETHEUS = start_prometheus(FOLDER, {"node": EXPORTER.address})
    try:
        BEGAN = last_scrape()
        wait_for("a past of 12 s", lambda: last_scrape() > BEGAN + 12)
        # A second back: nothing of then is still to come.
        MOMENT = last_scrape() - 1
        run_cases([one_number_is_the_servers, instant_answers_are_the_servers, range_answers_are_the_servers,
                   what_the_server_refuses_is_an_error, a_server_decides_itself, an_empty_answer_has_a_hint])
    finally:
        PROMETHEUS.stop()
finally:
    EXPORTER.stop()
    shutil.rmtree(FOLDER, ignore_errors=True)
