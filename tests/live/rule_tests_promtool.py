#!/usr/bin/env python3
"""Unit tests of rules side by side with promtool: the same verdict on every file, with the semantics of promtool's
version.

    rule_tests_promtool.py TOCSIN

The files are the project's own and, where they are there, those of the conformance data. Where tocsin skips a test
(native histograms), only the other verdict can be held against it. Rule files are checked by both, too: what one
refuses the other must refuse.
"""
import collections
import concurrent.futures
import glob
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from console import need, skip  # noqa: E402

TOCSIN = sys.argv[1]
HERE = os.path.dirname(os.path.abspath(__file__))
# What Prometheus 2.x does not know.
NEWER = {"newer.yml", "newer_test.yml"}

# Small ones that no file has: what both make of it, beside the same verdict.
CASES = {
    "a rule over an input of the same name and value": """
rule_files: [same.yml]
tests:
  - interval: 1m
    input_series: [{series: x, values: 1 1 1}]
    promql_expr_test:
      - {expr: x, eval_time: 2m, exp_samples: [{labels: x, value: 1}]}
""",
    "a rule over an input of the same name and another value": """
rule_files: [same.yml]
tests:
  - interval: 1m
    input_series: [{series: x, values: 1 2 1}]
    promql_expr_test:
      - {expr: x, eval_time: 2m, exp_samples: [{labels: x, value: 1}]}
""",
    "an answer that is a range": """
tests:
  - interval: 1m
    input_series: [{series: x, values: 1 2 1}]
    promql_expr_test: [{expr: "x[5m]", eval_time: 2m}]
""",
    "a group twice in the order": "group_eval_order: [a, a]\ntests: [{}]\n",
    "a rule file that is not there": "rule_files: [nowhere.yml]\ntests: [{}]\n",
    "an unknown key": "tests: [{inputs: []}]\n",
    "samples in another order": """
tests:
  - interval: 1m
    input_series: [{series: 'x{a="1"}', values: 1}, {series: 'x{a="2"}', values: 2}]
    promql_expr_test:
      - expr: x
        exp_samples: [{labels: 'x{a="2"}', value: 2}, {labels: 'x{a="1"}', value: 1}]
""",
    "a sample twice": """
tests:
  - interval: 1m
    input_series: [{series: 'x{a="1"}', values: 1}]
    promql_expr_test:
      - expr: x
        exp_samples: [{labels: 'x{a="1"}', value: 1}, {labels: 'x{a="1"}', value: 1}]
""",
    "the last of a series given twice": """
tests:
  - interval: 1m
    input_series: [{series: x, values: 1}, {series: x, values: 2}]
    promql_expr_test: [{expr: x, exp_samples: [{labels: x, value: 2}]}]
""",
    "a limit that is reached": "rule_files: [limit.yml]\ntests: [{interval: 1m, input_series: "
                               "[{series: 'y{a=\"1\"}', values: 1}, {series: 'y{a=\"2\"}', values: 1}]}]\n",
    "the step of a subquery": """
evaluation_interval: 30s
tests:
  - interval: 30s
    input_series: [{series: x, values: 1x20}]
    promql_expr_test: [{expr: "count_over_time(x[5m:])", eval_time: 10m, exp_samples: [{value: 11}]}]
""",
    "no tolerance": """
tests:
  - interval: 1m
    input_series: [{series: x, values: 0.1}]
    promql_expr_test: [{expr: x * 3, exp_samples: [{value: 0.3}]}]
""",
}
# Alerts: one rule, an input of six minutes, and what is expected at 2m.
ALERT = """
rule_files: [alert.yml]
tests:
  - interval: 1m
    input_series: [{series: 'up{job="a"}', values: 0x6}, {series: 'up{job="b"}', values: 0 0 0 1 1 1}]
    alert_rule_test: [{alertname: %s, eval_time: %s, exp_alerts: [%s]}]
"""
ONE = "{exp_labels: {job: %s, x: y}, exp_annotations: {v: '0'}}"
BOTH = "%s, %s" % (ONE % "a", ONE % "b")
for at in ("0", "1m", "2m", "2m30s", "3m", "4m", "5m"):
    CASES["alerts at " + at] = ALERT % ("Down", at, BOTH)
CASES.update({
    "a label of an alert less": ALERT % ("Down", "2m", BOTH.replace(", x: y", "", 1)),
    "an annotation more": ALERT % ("Down", "2m", BOTH.replace("v: '0'", "v: '0', w: ''", 1)),
    "alerts in another order": ALERT % ("Down", "2m", "%s, %s" % (ONE % "b", ONE % "a")),
    "an alert twice": ALERT % ("Down", "2m", BOTH + ", " + BOTH),
    "an alert without a rule": ALERT % ("Gone", "2m", "{}"),
    "no alert and no rule": ALERT % ("Gone", "2m", ""),
    "alertname among the labels": ALERT % ("Down", "2m", BOTH.replace("x: y", "x: y, alertname: Up")),
    "an empty label": ALERT % ("Down", "2m", BOTH.replace("x: y", "x: y, z: ''")),
    "an alert of a scalar": ALERT % ("Scalar", "2m", "{}"),
})
for name in ("Same", "Limited"):
    CASES["the rule " + name] = (ALERT % (name, "2m", "")).replace("alert.yml", name + ".yml")
# Rule files.
CHECK = "groups: [{name: a, rules: [{alert: A, expr: up, labels: {l: '%s'}, annotations: {a: '%s'}}]}]\n"
CHECKS = dict([(label + " and " + text, CHECK % (label, text)) for label, text in (
    ("x", "{{ $value }}"), ("{{ $labels.x }}", ""), ("{{ $label.x }}", ""), ("", "{{ $value"), ("", "{{ value }}"),
    ("", "{{ nothing $value }}"), ("", "{{ if $value }}"), ("", "{{ end }}"), ("", "{{ .Nothing }}"), ("", "}}"),
    ("", "{{ $x := 1 }}{{ $x }}"), ("", "{{ with $x := 1 }}{{ end }}{{ $x }}"), ("", "{{ $externalURL }}"),
    ("", "{{ humanize }}"), ("", "{{ $value | printf }}"), ("", "{{ 1a }}"), ("", "{{/* x */}}"), ("", "{{ /* x */ }}"),
    ("", "{{ template \"a\" }}"), ("", "{{ define \"a\" }}{{ $value }}{{ end }}"), ("", "{{ $activeAt }}"))])
CHECKS["a template in a record"] = \
    "groups: [{name: a, rules: [{record: a, expr: up, labels: {l: '{{ $value'}}]}]\n"

RULES = {"alert.yml": "groups: [{name: a, rules: [{alert: Down, expr: up == 0, for: 2m, labels: {x: y}, "
                      "annotations: {v: '{{ $value }}'}}, {alert: Scalar, expr: 1}]}]\n",
         "Same.yml": "groups: [{name: a, rules: [{alert: Same, expr: up == 0, labels: {job: same}}]}]\n",
         "Limited.yml": "groups: [{name: a, limit: 1, rules: [{alert: Limited, expr: up == 0}]}]\n",
         "same.yml": "groups: [{name: a, rules: [{record: x, expr: vector(1)}]}]\n",
         "limit.yml": "groups: [{name: a, limit: 1, rules: [{record: z, expr: y}]}]\n"}


def ran(*argv):
    done = subprocess.run(argv, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
                          timeout=500)
    return done.returncode == 0, done.stdout


def compare(name, path):
    ours, said = ran(TOCSIN, "test", "--semantics", "v2", path)
    theirs, told = ran("promtool", "test", "rules", path)
    undecided = ours and ": skipped: " in said
    if ours != theirs and not undecided:
        print("%s: tocsin says %s, promtool %s\n%s\n%s" % (name, ours, theirs, said, told))
        return "another verdict"
    return "undecided" if undecided else "passed by both" if ours else "failed by both"


def compare_check(name, path):
    """Warnings are nobody's: promtool's lint is another than ours."""
    ours, said = ran(TOCSIN, "check", path)
    theirs, told = ran("promtool", "check", "rules", "--lint=none", path)
    if ours != theirs:
        print("%s: tocsin check says %s, promtool %s\n%s\n%s" % (name, ours, theirs, said, told))
        return "another verdict"
    return "accepted by both" if ours else "refused by both"


def files(kind):
    """Files with `tests:` or with `groups:` at their top."""
    shared = os.environ.get("TOCSIN_SHARED", "../shared")
    for pattern in (os.path.join(HERE, "..", "rules", "*.yml"),
                    os.path.join(shared, "conformance", "promtool-tests", "**", "*.y*ml"),
                    os.path.join(shared, "conformance", "rules", "**", "*.y*ml")):
        for path in sorted(glob.glob(pattern, recursive=True)):
            with open(path, encoding="utf-8") as file:
                text = file.read()
            if re.search("^%s:" % kind, text, re.M) and os.path.basename(path) not in NEWER:
                yield path


def written(folder):
    """The small cases, as files."""
    for name, text in list(RULES.items()) + [("case%d.yml" % i, text) for i, text in enumerate(CASES.values())] + \
            [("check%d.yml" % i, text) for i, text in enumerate(CHECKS.values())]:
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    for i, name in enumerate(CASES):
        yield compare, name, os.path.join(folder, "case%d.yml" % i)
    for i, name in enumerate(CHECKS):
        yield compare_check, name, os.path.join(folder, "check%d.yml" % i)


def main():
    need("promtool")
    if " version 2." not in " " + ran("promtool", "--version")[1]:
        skip("promtool is not of version 2")
    counts = collections.Counter()
    with tempfile.TemporaryDirectory(prefix="tocsin-rules-") as folder, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        todo = list(written(folder)) + [(compare, path, path) for path in files("tests")] + \
            [(compare_check, path, path) for path in files("groups")]
        counts.update(pool.map(lambda job: job[0](job[1], job[2]), todo))
    print(", ".join("%s: %d" % pair for pair in sorted(counts.items())))
    wanted = ("passed by both", "failed by both", "accepted by both", "refused by both")
    return 1 if counts["another verdict"] or not all(counts[name] for name in wanted) else 0


sys.exit(main())
