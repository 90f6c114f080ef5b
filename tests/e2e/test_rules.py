#!/usr/bin/env python3
"""tocsin test and tocsin check over rules: what is printed, and how the program exits."""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from console import clean_environment, expect, run_cases  # noqa: E402

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
    expect(out == "2 files checked, no errors, 0 warnings\n", out)
    _, err = tocsin("check", write("rules.yml", RULES.replace("up == 0", "upp[")), status=78)
    expect("rules.yml:7:" in err, err)
    _, err = tocsin("check", write("t.yml", (TEST % "1m").replace("eval_time", "evaltime")), status=78)
    expect("did you mean 'eval_time'?" in err, err)


def a_full_disk_is_an_error():
    with open("/dev/full", "w", encoding="utf-8") as full:
        _, err = tocsin("test", write("x.test", SCRIPT % 2), status=74, out=full)
    expect("cannot write" in err, err)


run_cases([what_passes, what_is_skipped, what_fails, alerts_that_differ, a_rule_that_fails, windows_differ_by_version,
           files_that_cannot_be_run, rule_files_that_are_not_right, texts_that_do_not_parse, a_broken_file_does_not_keep_others_from_running,
           rules_are_checked, a_full_disk_is_an_error])
