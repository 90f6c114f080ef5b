#!/usr/bin/env python3
"""`tocsin query --format json` over a file of samples against the real server over the same samples:
byte for byte, save for how characters are escaped inside of strings, which JSON leaves open.

usage: query_json.py TOCSIN
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from console import WAIT_S, Server, clean_environment, expect, free_port, run_cases  # noqa: E402
from servers import program  # noqa: E402

TOCSIN = sys.argv[1]
FOLDER = tempfile.mkdtemp(prefix="tocsin-live-")
ENVIRONMENT = clean_environment(FOLDER)
BEGIN = 1700000000

NUMBERS = ["0", "-0", "1", "-1", "0.1", "0.30000000000000004", "123456789012", "9007199254740993",
           "1e20", "1e21", "-1e21", "1.5e300", "1e-6", "1e-7", "-1e-7", "2.5e-10", "5e-324",
           "1.7976931348623157e308", "100000000000000000000", "999999999999999999999", "NaN", "+Inf",
           "-Inf", "0.000001", "0.0000009999", "3.141592653589793", "1e5", "1e-5", "12345.678"]
TEXTS = ["plain", "a<b>&c", "é 漢 😀", 'quote"', "back\\slash", "new\nline", "tab\tbell\u0007",
         "\u2028 and \u2029", "esc\u001b[31m", "del\u007f", "c1\u0085", "{}", "'", " "]


def escaped(text):
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def samples():
    lines = ["# TYPE number gauge"]
    for i, number in enumerate(NUMBERS):
        lines.append('number{i="%02d"} %s %d' % (i, number, BEGIN))
        lines.append('number{i="%02d"} %s %.3f' % (i, NUMBERS[-1 - i], BEGIN + 15.25))
    lines.append("# TYPE text gauge")
    for i, text in enumerate(TEXTS):
        lines.append('text{v="%s"} %d %d' % (escaped(text), i, BEGIN))
    lines.append("# TYPE requests counter")
    for job in ("a", "b", "c"):
        for i in range(41):
            lines.append('requests_total{job="%s",code="200"} %d %d'
                         % (job, i * 7 * (ord(job) - 96), BEGIN + 15 * i))
    lines.append("# EOF")
    return "\n".join(lines) + "\n"


INSTANT = [
    "number", "-number", "number * 3", "number / 0", "number[1m]", "text", "text[1m]", "no_such_metric",
    "sum(requests_total)", "sum by (job) (requests_total)", "topk(2, requests_total)",
    "bottomk(2, requests_total)", "sort_desc(requests_total)", "sort(requests_total)", "requests_total + requests_total",
    "requests_total > 10", "requests_total > bool 10", "requests_total and on (job) requests_total{job=\"b\"}",
    "requests_total or number", "requests_total unless requests_total{job=\"a\"}", "rate(requests_total[1m])",
    "count_values(\"v\", number)", "absent(no_such_metric{a=\"b\"})", "label_replace(requests_total, \"j\", \"<$1>\", \"job\", \"(.*)\")",
    "quantile(0.3, number)", "avg(number{i=~\"0[0-7]\"})", "time()", "vector(time())", "timestamp(number)",
    "scalar(requests_total{job=\"a\"})", "requests_total offset 10s", "sum_over_time(number[1m])", "day_of_week()",
    "1", "0.1 + 0.2", "1e21", "-1e21", "1e20", "1e-7", "1 / 3", "1e300 * 10", "-0", "0 / 0", "1 / 0", "-1 / 0",
    "vector(1e21)", "vector(1e-7)", "vector(-0)", "vector(0 / 0)", "2 ^ 70", "5e-324", "vector(5e-324)",
    "\"plain\"", "\"a<b>&c\"", "\"\\\"quoted\\\" \\\\ \\n \\t\"", "\"é 漢 \\u2028\\u0007\\u007f\"", "''", "`raw \\n`",
]
TIMES = ["%d" % (BEGIN + 16), "%d" % BEGIN, "%.3f" % (BEGIN + 0.5), "%.3f" % (BEGIN + 16.001),
         "%.3f" % (BEGIN + 599.99), "0", "0.001", "-1.5"]
RANGE = [
    "number", "requests_total", "rate(requests_total[1m])", "sum(requests_total)", "1", "1e21", "1e-7",
    "time()", "no_such_metric", "text", "requests_total > 50", "topk(1, requests_total)", "0 / 0", "vector(1e-9)",
    "max_over_time(number[30s])", "count by (code) (requests_total)", "requests_total - requests_total offset 1m",
    "absent(number)", "label_replace(requests_total, \"x\", \"&\", \"\", \"\")",
]
RANGES = [(BEGIN, BEGIN + 60, "15"), (BEGIN + 0.5, BEGIN + 31, "0.75"), (BEGIN - 30, BEGIN + 700, "1m"), (BEGIN, BEGIN, "1")]
# Answers that are errors: the same type, the text is everybody's own.
ERRORS = [
    "rate(requests_total[1m]", "1 +", "sum(", "no_such_function(1)", "{}", "rate(requests_total)", "\"a\" + 1",
    "requests_total + on () number", "requests_total * on (code) group_left () requests_total",
]


def canonical(text):
    """Inside of strings each character in one form; everything else stays as it is."""
    return re.sub(r'"(?:[^"\\]|\\.)*"', lambda m: json.dumps(json.loads(m.group(), strict=False)), text.strip())


def served(endpoint, **parameters):
    url = "%s/api/v1/%s?%s" % (ROOT, endpoint, urllib.parse.urlencode(parameters))
    try:
        with urllib.request.urlopen(url, timeout=WAIT_S) as response:
            return response.read().decode("utf-8")
    except urllib.error.HTTPError as error:
        return error.read().decode("utf-8")


def ours(expr, *words):
    done = subprocess.run([TOCSIN, "query", "--load", FILE, "--semantics", "v2", "--format", "json", *words, "--", expr],
                          env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=WAIT_S)
    return done.stdout.decode("utf-8"), done.returncode


def compare(mine, theirs, what, failures):
    if canonical(mine) != canonical(theirs):
        failures.append("%s\n  ours:   %.600s\n  theirs: %.600s" % (what, mine.strip(), theirs.strip()))


def report(failures, count):
    expect(count > 50, "only %d were compared" % count)
    expect(not failures, "%d of %d differ:\n%s" % (len(failures), count, "\n".join(failures[:20])))


def instant_answers_are_the_same_bytes():
    failures, count = [], 0
    for expr in INSTANT:
        for time in TIMES:
            mine, status = ours(expr, "--time=" + time)
            theirs = served("query", query=expr, time=time)
            compare(mine, theirs, "%s at %s" % (expr, time), failures)
            expect((status == 0) == ('"status":"success"' in theirs), "%s ended with %d" % (expr, status))
            count += 1
    report(failures, count)


def range_answers_are_the_same_bytes():
    failures, count = [], 0
    for expr in RANGE:
        for start, end, step in RANGES:
            mine, _ = ours(expr, "--start=%.3f" % start, "--end=%.3f" % end, "--step=" + step)
            compare(mine, served("query_range", query=expr, start="%.3f" % start, end="%.3f" % end, step=step),
                    "%s from %s to %s by %s" % (expr, start, end, step), failures)
            count += 1
    report(failures, count)


def errors_are_of_the_same_type():
    for expr in ERRORS:
        mine, status = ours(expr, "--time=%d" % (BEGIN + 60))
        theirs = json.loads(served("query", query=expr, time=BEGIN + 60))
        expect(status != 0, "taken: " + expr)
        answer = json.loads(mine)
        expect(sorted(answer) == sorted(theirs), "%r, not %r" % (answer, theirs))
        expect(answer["status"] == theirs["status"] and answer["errorType"] == theirs["errorType"],
               "%s: %r, not %r" % (expr, answer, theirs))
        expect(answer["error"] != "", expr)
        if "parse error" in theirs["error"]:
            head = 'invalid parameter "query": 1:'
            expect(answer["error"].startswith(head) and "parse error: " in answer["error"], answer["error"])


FILE = os.path.join(FOLDER, "samples.om")
PROMTOOL = program("promtool")
try:
    with open(FILE, "w", encoding="utf-8") as out:
        out.write(samples())
    made = subprocess.run([PROMTOOL, "tsdb", "create-blocks-from", "openmetrics", FILE, os.path.join(FOLDER, "data")],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=WAIT_S)
    expect(made.returncode == 0, made.stdout.decode())
    with open(os.path.join(FOLDER, "prometheus.yml"), "w", encoding="ascii") as out:
        out.write("global: {}\n")
    ADDRESS = "127.0.0.1:%d" % free_port()
    ROOT = "http://" + ADDRESS
    SERVER = Server([program("prometheus"), "--config.file=prometheus.yml", "--storage.tsdb.path=data",
                     "--storage.tsdb.retention.time=100y", "--web.listen-address=" + ADDRESS],
                    ROOT + "/-/ready", FOLDER, "prometheus")
    try:
        run_cases([instant_answers_are_the_same_bytes, range_answers_are_the_same_bytes, errors_are_of_the_same_type])
    finally:
        SERVER.stop()
finally:
    shutil.rmtree(FOLDER, ignore_errors=True)
