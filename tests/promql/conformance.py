#!/usr/bin/env python3
"""Runs a folder of Prometheus' own test files with `tocsin test`. None may fail; the counts may only get better.

    conformance.py TOCSIN SEMANTICS FOLDER PASSED SKIPPED
"""
import glob
import os
import re
import subprocess
import sys


def main():
    tocsin, semantics, folder, passed, skipped = sys.argv[1:6]
    shared = os.environ.get("TOCSIN_SHARED", "../shared")
    files = sorted(glob.glob(os.path.join(shared, "conformance", "promql", folder, "*.test")))
    if not files:
        print("skipped: no files in %s/conformance/promql/%s" % (shared, folder))
        return 77
    done = subprocess.run([tocsin, "test", "--semantics", semantics] + files, check=False,
                          stdout=subprocess.PIPE, encoding="utf-8")
    lines = done.stdout.splitlines()
    print("\n".join(line for line in lines if ": skipped: " not in line))
    counts = re.fullmatch(r"(\d+) passed, (\d+) failed, (\d+) skipped", lines[-1])
    ok = (done.returncode == 0 and counts is not None and int(counts.group(1)) >= int(passed) and
          int(counts.group(3)) <= int(skipped))
    if not ok:
        print("wanted: %s passed, 0 failed, %s skipped; status %d" % (passed, skipped, done.returncode))
    return 0 if ok else 1


sys.exit(main())
