#!/usr/bin/env python3
"""tocsin test and tocsin check over rules: what is printed, and how the program exits."""
import http.server
import os
import socket
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from console import clean_environment, expect, free_port, run_cases  # noqa: E402

TOCSIN = os.path.abspath(sys.argv[1])
HOME = tempfile.mkdtemp(prefix="tocsin-home-")


def write(name, text):
    path = os.path.join(HOME, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def tocsin(*words, status=0, out=subprocess.PIPE):
    done = subprocess.run((TOCSIN,) + words, check=False, stdin=subprocess.DEVNULL, stdout=out,
                          stderr=subprocess.PIPE, encoding="utf-8", env=clean_environment(HOME), timeout=120, cwd=HOME)
    expect(done.returncode == status, "tocsin %s: status %d instead of %d\n%s%s" %
           (" ".join(words), done.returncode, status, done.stdout, done.stderr))
    return done.stdout, done.stderr


RULES = """groups:
  - name: a
    rules:
      - record: job:up:sum
        expr: sum by (job) (up)
      - alert: Down
        expr: up == 0
"""
TEST = """rule_files: [rules/*.yml]
tests:
  - name: two jobs
    interval: 1m
    input_series:
      - {series: 'up{job="a"}', values: 1 1 0}
    promql_expr_test:
      - expr: job:up:sum
        eval_time: %s
        exp_samples:
          - {labels: 'job:up:sum{job="a"}', value: 1}
      - {expr: count(ALERTS), eval_time: 2m, exp_samples: [{value: 1}]}
    alert_rule_test:
      - {alertname: Down, eval_time: 2m, exp_alerts: [{exp_labels: {job: a}}]}
"""
SCRIPT = "load 1m\n  x 1 2 3\n\neval instant at 1m x\n  x %d\n"


def what_passes():
    write("rules/up.yml", RULES)
    out, err = tocsin("test", write("up_test.yml", TEST % "1m"), write("x.test", SCRIPT % 2))
    expect(out == "4 passed, 0 failed, 0 skipped\n" and err == "", out + err)


def what_is_skipped():
    write("rules/up.yml", RULES)
    test = (TEST % "1m").replace("      - {series: 'up{", "      - {series: 'up{job=\"n\"}', values: '{{count:1}}'}\n      - {series: 'up{")
    out, err = tocsin("test", write("up_test.yml", test))
    lines = out.splitlines()
    expect(lines[-1] == "0 passed, 0 failed, 3 skipped" and err == "" and len(lines) == 4, out + err)
    expect("alert 'Down' at 2m, in 'two jobs': needs a native histogram" in out and
           "count(ALERTS) at 2m, in 'two jobs': needs the series of alerts on native" in out, out)


def alerts_that_differ():
    write("rules/up.yml", "groups: [{name: a, rules: [{alert: Down, expr: up == 0, annotations: {t: 'at {{ $value }}', s: x}}, "
          "{alert: Slow, expr: up == 0, for: 5m}]}]\n")
    test = write("up_test.yml", """rule_files: [rules/*.yml]
tests:
  - interval: 1m
    input_series:
      - {series: 'up{job="a"}', values: 0x5}
      - {series: 'up{job="b"}', values: 0x5}
    alert_rule_test:
      - {alertname: Down, eval_time: 1m, exp_alerts: [{exp_labels: {job: a, x: "1"}, exp_annotations: {t: at 1, u: z}}]}
      - {alertname: Down, eval_time: 1m, exp_alerts: [{}, {}, {}]}
      - {alertname: Slow, eval_time: 1m, exp_alerts: [{exp_labels: {job: a}}]}
      - {alertname: None, eval_time: 1m, exp_alerts: [{}]}
      - {alertname: None, eval_time: 1m}
""")
    out, _ = tocsin("test", test, status=1)
    for text in (
            """_test.yml:8: failed: alert 'Down' at 1m
    expected 1 firing, got 2
    {alertname="Down", job="a"}:
      label 'x': expected "1", got none
      annotation 's': expected none, got "x"
      annotation 't': expected "at 1", got "at 0"
      annotation 'u': expected "z", got none
    not expected: {alertname="Down", job="b"}
      annotation 's': expected none, got "x"
      annotation 't': expected none, got "at 0"
""",
            "    expected 3 firing, got 2\n", "    expected {alertname=\"Down\"}\n",
            "_test.yml:10: failed: alert 'Slow' at 1m\n    expected 1 firing, got 0\n"
            "    expected {alertname=\"Slow\", job=\"a\"}, which is only pending\n",
            "    no rule of the rule files has this name\n", "\n1 passed, 4 failed, 0 skipped\n"):
        expect(text in out, text + "\nis not in\n" + out)


def what_fails():
    write("rules/up.yml", RULES)
    test = write("up_test.yml", TEST % "2m")
    out, _ = tocsin("test", test, status=1)
    expect(out.startswith(test + ":8: failed: job:up:sum at 2m, in 'two jobs'\n    expected:\n"
                          '      job:up:sum{job="a"} 1\n    got:\n      job:up:sum{job="a"} 0\n'), out)
    expect(out.endswith("\n2 passed, 1 failed, 0 skipped\n"), out)
    script = write("x.test", SCRIPT % 3)
    out, _ = tocsin("test", script, status=1)
    expect(out == script + ":4: failed: x\n    x: expected 3, got 2\n0 passed, 1 failed, 0 skipped\n", out)
    tocsin("test", script, test, script, status=1)


def a_rule_that_fails():
    write("rules/up.yml", "groups: [{name: a, rules: [{record: r, expr: up + on() up}]}]\n")
    out, _ = tocsin("test", write("up_test.yml", (TEST % "1m").replace(": 1 1 0}", ": 1 1 0}\n      - {series: up, values: 1}")),
                    status=1)
    expect("rules/up.yml:1: failed: rule 'r' at 0s, in 'two jobs'\n" in out and "in the test at " in out and
           ": skipped: job:up:sum at 1m, in 'two jobs': a rule of this test failed" in out, out)


def windows_differ_by_version():
    script = write("x.test", "load 1m\n  x 1 2 3\n\neval instant at 1m count_over_time(x[1m])\n  {} 2\n")
    tocsin("test", script, status=1)
    tocsin("test", "--semantics", "v3", script, status=1)
    tocsin("test", "--semantics", "v2", script)
    tocsin("test", "--semantics=v1", script, status=64)


def files_that_cannot_be_run():
    for name, text, said in (
            ("unknown.yml", "tests:\n  - inputs: []\n", "unknown.yml:2:5: error: unknown key 'inputs'"),
            ("bad.yml", "tests: [\n", "bad.yml:2:"),
            ("notation.yml", "tests:\n  - input_series:\n      - series: x{a=\n        values: 1\n",
             "      - series: x{a=\n    |                     ^"),
            ("duration.yml", "tests:\n  - interval: 5 min\n", "duration.yml:2:16: error: "),
            ("huge.yml", "tests:\n  - input_series:\n      - {series: x, values: 1x1000000000}\n", "more than"),
            ("huge.test", "load 1m\n  x 1x1000000000\n", "huge.test:2:5: error: a series has more than"),
            ("broken.test", "load 1m\n  x 1 2 three\n", "  x 1 2 three\n    |         ^^^^^"),
            ("rules.yml", RULES, "these are rules"),
            ("empty.yml", "", "there is no test"),
            ("empty.test", "", "there is no test")):
        out, err = tocsin("test", write(name, text), status=1)
        expect(said in err, "%s: %s" % (name, err))
        expect(out == "0 passed, 1 failed, 0 skipped\n", out)
    for path in (HOME, os.path.join(HOME, "nowhere.test"), os.path.join(HOME, "nowhere.yml")):
        out, err = tocsin("test", path, status=1)
        expect(path in err and out == "0 passed, 1 failed, 0 skipped\n", out + err)
    os.mkdir(os.path.join(HOME, "folder.yml"))
    _, err = tocsin("test", "folder.yml", status=1)
    expect("folder.yml" in err, err)
    _, err = tocsin("test", status=64)
    expect("at least one file" in err, err)


def rule_files_that_are_not_right():
    _, err = tocsin("test", write("gone_test.yml", "rule_files: [gone.yml]\ntests: [{}]\n"))
    expect("gone_test.yml:1:14: warning: no file is named" in err, err)
    write("wrong/wrong.yml", "groups:\n  - name: a\n    rules:\n      - record: r\n        expr: |\n"
          "          up\n            + sum(\n")
    out, err = tocsin("test", write("wrong_test.yml", "rule_files: [wrong/wrong.yml]\ntests: [{}]\n"), status=1)
    expect("wrong/wrong.yml:7:" in err and "            + sum(\n" in err, err)
    expect(out == "0 passed, 1 failed, 0 skipped\n", out)


def texts_that_do_not_parse():
    path = write("texts.yml", "groups:\n  - name: a\n    rules:\n      - alert: A\n        expr: up\n        annotations:\n"
                 "          a: 'is {{ $vale }}'\n          b: \"{{ if }}\"\n          c: '{{ $value }}'\n")
    _, err = tocsin("check", path, status=78)
    expect("texts.yml:7:21: error: " in err and "texts.yml:8:" in err and "texts.yml:9:" not in err, err)


def a_broken_file_does_not_keep_others_from_running():
    out, _ = tocsin("test", os.path.join(HOME, "nowhere.yml"), write("x.test", SCRIPT % 2), status=1)
    expect(out == "1 passed, 1 failed, 0 skipped\n", out)


def rules_are_checked():
    out, _ = tocsin("check", write("rules.yml", RULES), write("t.yml", TEST % "1m"))
    expect(out == HOME + "/rules.yml: 1 alerting and 1 recording rules in 1 group\n2 files checked, no errors, 0 warnings\n", out)
    _, err = tocsin("check", write("rules.yml", RULES.replace("up == 0", "upp[")), status=78)
    expect("rules.yml:7:" in err, err)
    _, err = tocsin("check", write("t.yml", (TEST % "1m").replace("eval_time", "evaltime")), status=78)
    expect("did you mean 'eval_time'?" in err, err)


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'here{a="b"} 1\n'
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


def with_page(act):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            act("http://127.0.0.1:%d/metrics" % server.server_address[1])
        finally:
            server.shutdown()


def rules_that_cannot_fire():
    path = write("never.yml", """groups:
  - name: g
    interval: 1m
    rules:
      - {alert: Never, expr: count(up) == 0}
      - {alert: Short, expr: x > 5, for: 10s}
      - {alert: Both, expr: x > 5 and x < 3}
""")
    out, err = tocsin("check", path)
    for text in ("never.yml:5:30: warning: this can never hold: 'count(up)' is never below 1, and has to be 0\n",
                 "never.yml:6:17: warning: 'Short' waits for 10s, less than the 1m from one evaluation to the next",
                 "never.yml:7:29: warning: this can never hold: 'x' has to be above 5 and below 3\n"):
        expect(text in err, text + "\nis not in\n" + err)
    expect("never.yml: 3 alerting and 0 recording rules in 1 group\n1 file checked, no errors, 3 warnings\n" in out, out)


def the_same_rule_in_two_files():
    write("one.yml", RULES)
    write("other.yml", RULES)
    path = write("tocsin.yaml", "sources: [{name: here, host: {}}]\nrule_files: [one.yml, other.yml]\n")
    out, err = tocsin("check", path)
    expect("other.yml:4:17: warning: the same rule as in %s/one.yml:4: name and labels are equal" % HOME in err and
           "other.yml:6:16: warning: the same rule as in %s/one.yml:6: name, labels" % HOME in err, err)
    expect("tocsin.yaml: 2 alerting and 2 recording rules in 2 groups at 'local'\n" in out, out)


LIVE = """groups:
  - name: g
    rules:
      - {alert: Down, expr: 'up{job="edgy"} == 0'}
      - {alert: Here, expr: here > 5}
      - {alert: Herr, expr: herr > 5}
      - {alert: Gone, expr: absent(gone)}
"""


def what_the_source_does_not_have():
    rules = write("live.yml", LIVE)

    def act(url):
        config = write("tocsin.yaml", "global: {interval: 1s}\nsources: [{name: edge, scrape: {url: '%s'}}]\n"
                       "rule_files: [live.yml]\n" % url)
        said = ("""live.yml:4:17: warning: 'Down': '%s' has nothing of up{job="edgy"}
Down:1:1: info: no series of 'up' has 'edgy' as its 'job'
  1 | up{job="edgy"} == 0
    | ^^^^^^^^^^^^^^
""", """live.yml:6:17: warning: 'Herr': '%s' has nothing of herr
Herr:1:1: info: there is no metric 'herr'
  1 | herr > 5
    | ^^^^
    = did you mean 'here'?
""")
        for words, source in (((config,), "local"), (("-c", config, "-s", "edge", rules), "edge"),
                              (("-s", url, rules), url.split("/")[2])):
            out, err = tocsin("check", "--live", *words)
            for text in said:
                expect(text % source in err if "%s" in text else text in err, text + "\nis not in\n" + err)
            expect("'Here'" not in err and "'Gone'" not in err, err)
            expect("'%s' was asked about 4 rules, and has nothing for 2\n"
                   "1 file checked, no errors, 2 warnings\n" % source in out, out)
    with_page(act)


def a_source_that_does_not_answer():
    rules = write("live.yml", LIVE)
    url = "http://127.0.0.1:%d/metrics" % free_port()
    config = write("tocsin.yaml", "sources: [{name: edge, scrape: {url: '%s'}}]\nrule_files: [live.yml]\n" % url)
    for words in ((config,), ("-s", url, rules), ("-c", config, "-s", "edge", rules)):
        out, err = tocsin("check", "--live", *words, status=69)
        expect("refused the connection" in err and "checked" not in out, out + err)
    _, err = tocsin("check", "--live", "-s", "egde", "-c", config, rules, status=64)
    expect("did you mean 'edge'?" in err, err)
    _, err = tocsin("check", "-s", "edge", rules, status=64)
    expect("are for --live" in err, err)
    tocsin("check", "--live", "--timeout", "soon", rules, status=64)
    with socket.socket() as listening:
        # Taken by nobody: it is connected, and never answered.
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        _, err = tocsin("check", "--live", "--timeout", "300ms", "-s", "http://127.0.0.1:%d" % listening.getsockname()[1],
                        rules, status=75)
        expect("did not answer everything within 0.3 s" in err, err)


def a_full_disk_is_an_error():
    with open("/dev/full", "w", encoding="utf-8") as full:
        _, err = tocsin("test", write("x.test", SCRIPT % 2), status=74, out=full)
    expect("cannot write" in err, err)


run_cases([what_passes, what_is_skipped, what_fails, alerts_that_differ, a_rule_that_fails, windows_differ_by_version,
           files_that_cannot_be_run, rule_files_that_are_not_right, texts_that_do_not_parse, a_broken_file_does_not_keep_others_from_running,
           rules_are_checked, rules_that_cannot_fire, the_same_rule_in_two_files, what_the_source_does_not_have,
           a_source_that_does_not_answer, a_full_disk_is_an_error])
