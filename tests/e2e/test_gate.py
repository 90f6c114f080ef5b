#!/usr/bin/env python3
"""tocsin gate: exit statuses, and reports that others can read."""
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
import xml.etree.ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from console import clean_environment, expect, run_cases  # noqa: E402

TOCSIN = os.path.abspath(sys.argv[1])
HOME = tempfile.mkdtemp(prefix="tocsin-gate-")
SAMPLES = """latency_seconds{job="api",i="1"} 0.7 120
latency_seconds{job="api",i="2"} 0.2 120
errors_total{job="a<b&\\"c\\""} 0 0
errors_total{job="a<b&\\"c\\""} 60 60
errors_total{job="a<b&\\"c\\""} 120 120
# EOF
"""


def write(name, text):
    path = os.path.join(HOME, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def rule(name, expr, severity=None, **more):
    text = "  - alert: %s\n    expr: '%s'\n" % (name, expr)
    text += "    labels: { severity: %s }\n" % severity if severity else ""
    return text + "".join("    %s: %s\n" % item for item in more.items())


def rules(*texts):
    return write("rules.yml", "groups:\n- name: g\n  rules:\n" + "".join(texts))


def gate(status, *words):
    done = subprocess.run((TOCSIN, "gate") + words, check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, encoding="utf-8", env=clean_environment(HOME), timeout=150)
    expect(done.returncode == status, "tocsin gate %s: status %d instead of %d\n%s%s" %
           (" ".join(words), done.returncode, status, done.stdout, done.stderr))
    return done.stdout, done.stderr


def loaded(status, path, *words):
    return gate(status, path, "--load", write("samples.om", SAMPLES), *words)[0]


HIGH = "latency_seconds > 0.5"
LOW = "latency_seconds > 5"
NONE = "nothing_here > 5"


def exits_by_severity():
    table = (
        (0, ("x", LOW, "critical")),
        (2, ("x", HIGH, "critical")), (2, ("x", HIGH, "page")), (2, ("x", HIGH, "error")),
        (1, ("x", HIGH, "warning")), (1, ("x", HIGH, "ticket")), (1, ("x", HIGH, "whatever")), (1, ("x", HIGH)),
        (0, ("x", HIGH, "info")), (0, ("x", HIGH, "none")),
        (3, ("x", NONE, "page")), (0, ("x", NONE, "info")),
    )
    for status, words in table:
        loaded(status, rules(rule(*words)))
    loaded(3, rules(rule("a", HIGH, "warning"), rule("b", NONE)))
    loaded(2, rules(rule("a", HIGH, "page"), rule("b", NONE)))


def tells_no_data_from_no_alert():
    """Nothing fires; but of some the data is there."""
    known = ("latency_seconds > 5", "5 < latency_seconds", "latency_seconds > 5 unless nothing_here",
             "sum(rate(errors_total[2m]) > 100) > 3", "nothing_here > 1 or latency_seconds > 5",
             "absent(latency_seconds)", "rate(nothing_here[2m]) / rate(errors_total[2m]) > 0.1",
             "max_over_time(rate(errors_total[1m])[2m:30s]) > 100", "latency_seconds == -1")
    for expr in known:
        loaded(0, rules(rule("x", expr, "page")))
    for expr in ("nothing_here > 5", "rate(nothing_here[5m]) > 1", "nothing_here > 5 and latency_seconds > 0",
                 "latency_seconds offset 1d > 5"):
        loaded(3, rules(rule("x", expr, "page")))
    ok = "{ tocsin_on_missing: ok }"
    loaded(0, rules(rule("x", NONE, "page", annotations=ok)))
    loaded(2, rules(rule("x", NONE, "page", annotations=ok.replace("ok", "firing"))))


MIXED = (rule("Slow", HIGH, "page"), rule("Errors", "rate(errors_total[2m]) > 0.5", "ticket"), rule("Gone", NONE),
         rule("Fine", LOW))


def writes_json():
    answer = json.loads(loaded(2, rules(*MIXED), "--format=json"))
    expect([answer[key] for key in ("state", "ok", "warning", "critical", "unknown")] == ["critical", 1, 1, 1, 1],
           answer)
    slow, errors, gone, fine = answer["rules"]
    expect(slow["name"] == "Slow" and slow["value"] == 0.7 and slow["threshold"] == 0.5, slow)
    expect(slow["labels"] == '{i="1", job="api"}' and slow["expr"] == HIGH, slow)
    expect(errors["state"] == "warning" and 'a<b&\\"c\\"' in errors["labels"], errors)
    expect(gone["state"] == "unknown" and gone["value"] is None and "no data" in gone["message"], gone)
    expect(fine["state"] == "ok" and fine["value"] == 0.7 and fine["threshold"] == 5, fine)


def writes_junit():
    path = rules(*MIXED)
    suites = xml.etree.ElementTree.fromstring(loaded(2, path, "--format", "junit"))
    suite = suites.find("testsuite")
    expect(suite.attrib["name"] == path and suite.attrib["tests"] == "4", suite.attrib)
    expect(suite.attrib["failures"] == "2" and suite.attrib["errors"] == "1", suite.attrib)
    cases = suite.findall("testcase")
    expect([case.attrib["name"].split()[0] for case in cases] == ["Slow", "Errors", "Gone", "Fine"], suite)
    expect(cases[0].find("failure").attrib["type"] == "critical" and cases[0].find("failure").text == HIGH, cases[0])
    expect(cases[1].attrib["name"] == 'Errors {job="a<b&\\"c\\""}', cases[1].attrib)
    expect(cases[2].find("error") is not None and len(cases[3]) == 0, suite)


def reads_conditions_of_one_line():
    path = write("gate.yml", "gate:\n  - latency_seconds > 600ms severity page\n  - latency_seconds > 1500ms\n"
                 "  - { alert: Errors, when: 'rate(errors_total[2m]) > 50%', labels: { severity: ticket } }\n")
    out = loaded(2, path)
    expect('critical  LatencySeconds {i="1", job="api"}: 700ms (limit 600ms)' in out, out)
    expect("ok        LatencySeconds: 700ms (limit 1.5s)" in out and "warning   Errors" in out, out)


def refuses_what_it_cannot_do():
    _, err = gate(78, write("wrong.yml", "gate:\n  - latency >\n"), "--load", write("s.om", SAMPLES))
    expect("wrong.yml:2:" in err, err)
    _, err = gate(78, write("records.yml", "groups:\n- name: g\n  rules:\n  - { record: a:b, expr: up }\n"))
    expect("no alerting rule" in err, err)
    path = rules(*MIXED)
    for words in ((), (path, path), (path, "--format", "xml"), (path, "--wait", "soon"), (path, "--wait", "0"),
                  (path, "--load", "s.om", "--wait", "1s"), (path, "--load", "s.om", "--source", "a")):
        gate(64, *words)


class Page(http.server.BaseHTTPRequestHandler):
    """Counts how often it was read; holds from the second time on."""
    read = 0

    def do_GET(self):
        Page.read += 1
        body = ("queue_length %d\n" % Page.read).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


def waits_for_what_holds_long_enough():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        config = write("gate-tocsin.yaml", "global: { interval: 1s }\nsources:\n  - name: page\n    scrape: "
                       "{ url: 'http://127.0.0.1:%d/metrics' }\n" % server.server_port)
        path = rules(rule("Short", "queue_length > 0", "page", **{"for": "1s"}),
                     rule("Long", "queue_length > 0", "page", **{"for": "1h"}))
        answer = json.loads(gate(2, path, "-c", config, "--wait", "4s", "-f", "json")[0])
        states = {entry["name"]: entry for entry in answer["rules"]}
        expect(states["Short"]["state"] == "critical" and states["Short"]["held_ms"] >= 1000, answer)
        expect(states["Long"]["state"] == "ok" and "of 1h" in states["Long"]["message"], answer)
        expect(answer["took_ms"] >= 4000, answer)
        # Once: what holds now counts.
        gate(2, path, "-c", config)
    finally:
        server.shutdown()
    # Nobody is there any more: nothing is known.
    server.server_close()
    out, err = gate(3, path, "-c", config)
    expect("unknown   Short" in out and "'page' cannot be read" in err, out + err)
    out, _ = gate(3, path, "-s", "http://127.0.0.1:%d" % server.server_port)
    expect("refused the connection" in out, out)


run_cases([exits_by_severity, tells_no_data_from_no_alert, writes_json, writes_junit, reads_conditions_of_one_line,
           refuses_what_it_cannot_do, waits_for_what_holds_long_enough])
