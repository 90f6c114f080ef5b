#!/usr/bin/env python3
"""Unit tests of rules side by side with promtool: the same verdict on every file, with the semantics of promtool's
version.

    rule_tests_promtool.py TOCSIN

The files are the project's own and, where they are there, those of the conformance data. Both run a copy of each
without what tests alerts, since alerting rules are not evaluated yet. Where an expression still needs what alerting
rules write, tocsin skips it, and only the other verdict can be held against it.
"""
import collections
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
NEWER = {"newer_test.yml"}

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
RULES = {"same.yml": "groups: [{name: a, rules: [{record: x, expr: vector(1)}]}]\n",
         "limit.yml": "groups: [{name: a, limit: 1, rules: [{record: z, expr: y}]}]\n"}


def without_alerts(text):
    """Without each `alert_rule_test:` and what is indented below it, or is a list beside it."""
    out, depth = [], None
    for line in text.split("\n"):
        bare = line.split("#")[0].strip()
        indent = len(line) - len(line.lstrip())
        if depth is not None and (not bare or indent > depth or (indent == depth and bare.startswith("- "))):
            continue
        depth = None
        if re.match(r"\s*alert_rule_test:", line):
            depth = indent
        else:
            out.append(line)
    return "\n".join(out)


def with_paths(text, folder):
    """Rule files by their whole path."""
    def absolute(match):
        return match.group(1) + os.path.join(folder, match.group(2)) + match.group(3)

    def block(match):
        return re.sub(r"""((?:^\s*-|[\[,])\s*["']?)([^\s"',\[\]#]+)(["']?)""", absolute, match.group(0), flags=re.M)
    return re.sub(r"^rule_files:[^\n]*\n(?:[ \t]*-[^\n]*\n|[ \t]*#[^\n]*\n|[ \t]*\n)*", block, text, flags=re.M)


def ran(*argv):
    done = subprocess.run(argv, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
                          timeout=120)
    return done.returncode == 0, done.stdout


def compare(name, path):
    ours, said = ran(TOCSIN, "test", "--semantics", "v2", path)
    theirs, told = ran("promtool", "test", "rules", path)
    undecided = ours and ": skipped: " in said
    if ours != theirs and not undecided:
        print("%s: tocsin says %s, promtool %s\n%s\n%s" % (name, ours, theirs, said, told))
        return "another verdict"
    return "undecided" if undecided else "passed by both" if ours else "failed by both"


def files():
    shared = os.environ.get("TOCSIN_SHARED", "../shared")
    for pattern in (os.path.join(HERE, "..", "rules", "*.yml"),
                    os.path.join(shared, "conformance", "promtool-tests", "**", "*.y*ml")):
        for path in sorted(glob.glob(pattern, recursive=True)):
            with open(path, encoding="utf-8") as file:
                text = file.read()
            if re.search(r"^tests:", text, re.M) and os.path.basename(path) not in NEWER:
                yield path, with_paths(without_alerts(text), os.path.dirname(os.path.abspath(path)))


def main():
    need("promtool")
    if " version 2." not in " " + ran("promtool", "--version")[1]:
        skip("promtool is not of version 2")
    counts = collections.Counter()
    with tempfile.TemporaryDirectory(prefix="tocsin-rules-") as folder:
        copy = os.path.join(folder, "test.yml")
        for name, text in RULES.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        for name, text in list(CASES.items()) + list(files()):
            with open(copy, "w", encoding="utf-8") as file:
                file.write(text)
            counts[compare(name, copy)] += 1
    print(", ".join("%s: %d" % pair for pair in sorted(counts.items())))
    return 1 if counts["another verdict"] or not counts["passed by both"] or not counts["failed by both"] else 0


sys.exit(main())
