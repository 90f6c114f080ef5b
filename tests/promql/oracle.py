#!/usr/bin/env python3
"""tocsin's engine and a real Prometheus, side by side: the same questions over the same samples.

    oracle.py ASK                       the fixed questions and some hundred random ones
    oracle.py ASK --questions N         so many random ones; --seed S, --depth D
    oracle.py ASK --mutants N           expressions with words changed: do both take or refuse them?
    oracle.py ASK --patterns N          random regular expressions: what do they select?
    oracle.py ASK --alone N             no server: the engine against itself

ASK is the helper built from ask.c. The server is started on a free loopback port with a temporary
folder and stopped at the end. What differs is made smaller before it is shown. Exit status: 0 no
difference, 1 one, 77 where prometheus is not installed.
"""
import argparse
import collections
import os
import re
import shutil
import subprocess
import sys
import tempfile

import oracle_alone
import oracle_mutants
import oracle_patterns
import oracle_questions
import oracle_samples
from oracle_compare import difference, known, smallest, verdict
from oracle_sides import Prometheus, Tocsin, write_plain
from oracle_tree import Generator

SPANS = [
    (oracle_samples.BASE_MS + 300000, oracle_samples.END_MS - 600000, 15000),
    (oracle_samples.BASE_MS - 60000 + 137, oracle_samples.END_MS + 400000, 41000),
    (oracle_samples.BASE_MS + 1200000, oracle_samples.BASE_MS + 1200000, 0),
]


class Comparison:
    """Asks both and counts what came."""

    def __init__(self, tocsin, server, semantics):
        self.tocsin = tocsin
        self.server = server
        self.semantics = semantics
        self.counts = collections.Counter()

    def differs(self, text, span):
        return difference(self.tocsin.ask(text, span, self.semantics), self.server.ask(text, span))

    def check(self, tree, text, span):
        """`tree` is None for a fixed question."""
        theirs = self.server.ask(text, span)
        empty = verdict(theirs) == "success" and not theirs["data"]["result"]
        self.counts["empty" if empty else verdict(theirs)] += 1
        if difference(self.tocsin.ask(text, span, self.semantics), theirs) is None:
            return
        # A server that iterates over a map may answer differently each time.
        if any(difference(self.server.ask(text, span), theirs) for _ in range(4)):
            self.counts["server not sure"] += 1
            return
        if tree is not None:
            text = smallest(tree, lambda smaller: self.differs(smaller, span)).text()
        found = self.differs(text, span) or "nothing when asked again"
        reason = known(text, span, found)
        self.counts["known: " + reason if reason else "DIFFERENT"] += 1
        if reason is None:
            print("%s   at %d to %d by %d\n    %s" % ((text,) + tuple(span) + (found,)), flush=True)

    def fixed(self):
        for text in oracle_questions.fixed():
            for span in SPANS:
                self.check(None, text, span)

    def random(self, seed, count, depth):
        generator = Generator(seed)
        for _ in range(count):
            tree = generator.expression(depth)
            self.check(tree, tree.text(), generator.span())


def server_version():
    run = subprocess.run(["prometheus", "--version"], capture_output=True, text=True, check=True)
    return int(re.search(r"version (\d+)", run.stdout + run.stderr).group(1))


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("ask")
    parser.add_argument("--questions", type=int)
    parser.add_argument("--mutants", type=int)
    parser.add_argument("--patterns", type=int)
    parser.add_argument("--alone", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--depth", type=int, default=3)
    return parser.parse_args()


def compare(args, folder, series):
    tocsin = Tocsin(os.path.abspath(args.ask), folder + "/samples")
    server = Prometheus(folder, series)
    try:
        comparison = Comparison(tocsin, server, "v2" if server_version() == 2 else "v3")
        if args.mutants:
            oracle_mutants.run(comparison, args.seed, args.mutants, oracle_mutants.conformance())
        elif args.patterns:
            oracle_patterns.run(comparison, args.seed, args.patterns)
        elif args.questions:
            comparison.random(args.seed, args.questions, args.depth)
        else:
            comparison.fixed()
            comparison.random(args.seed, 600, args.depth)
            oracle_mutants.run(comparison, args.seed, 400)
            oracle_patterns.run(comparison, args.seed, 200)
        return comparison.counts
    finally:
        server.stop()
        tocsin.stop()


def main():
    args = arguments()
    if not args.alone and shutil.which("prometheus") is None:
        print("skipped: prometheus is not installed")
        return 77
    with tempfile.TemporaryDirectory(prefix="tocsin-oracle-") as folder:
        series = oracle_samples.make()
        write_plain(folder + "/samples", series)
        if args.alone:
            counts = oracle_alone.run(os.path.abspath(args.ask), folder, series, args.seed, args.alone, args.depth)
        else:
            counts = compare(args, folder, series)
    for what, count in sorted(counts.items()):
        print("%8d  %s" % (count, what))
    return 1 if counts["DIFFERENT"] else 0


if __name__ == "__main__":
    sys.exit(main())
