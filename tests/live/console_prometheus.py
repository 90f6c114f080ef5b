#!/usr/bin/env python3
"""The console on a real Prometheus that scrapes itself and a node_exporter.

usage: console_prometheus.py TOCSIN
"""
import os
import re
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from console import Console, expect, need, run_cases, width  # noqa: E402
from servers import program, start_exporter, start_prometheus  # noqa: E402

TOCSIN = sys.argv[1]
FOLDER = tempfile.mkdtemp(prefix="tocsin-live-")
SIZES = ((40, 12), (80, 24), (100, 30), (200, 50))

# A row of the services: name, requests, errors, p50, p95; each a number and a unit.
SERVICE = re.compile(r"^.{3}prometheus +(?P<rate>[\d.]+)(?:/s)? +(?P<errors>[\d.]+)% +(?P<p50>[\d.]+m?s)"
                     r" +(?P<p95>[\d.]+m?s)\b", re.M)


def config(server):
    path = os.path.join(FOLDER, "tocsin.yaml")
    with open(path, "w", encoding="ascii") as file:
        file.write("global: { interval: 1s }\nsources:\n  - name: prom\n"
                   "    prometheus: { url: '%s', scrape_interval: 1s }\n" % server.root)
    return path


def with_console(size, act, *arguments):
    console = Console([TOCSIN] + list(arguments or ("-c", config(PROMETHEUS))), size, FOLDER)
    try:
        act(console)
    finally:
        console.close()


def row(screen, pattern):
    """The words of the first line with `pattern`."""
    for line in screen.splitlines():
        if re.search(pattern, line):
            return line.split()
    raise AssertionError("no line has '%s':\n%s" % (pattern, screen))


def the_server_is_a_service_with_rate_errors_and_duration():
    def act(console):
        def complete(screen):
            found = SERVICE.search(screen)
            expect(found, "no complete row of the service:\n" + screen)
            expect(float(found["rate"]) > 0, "no requests are seen:\n" + screen)
            return found
        found = complete(console.until(complete))
        # The server counts requests by code, and none failed: that is known to be zero.
        expect(float(found["errors"]) == 0, "errors that nobody made: " + found[0])
        console.wait(r"p50 [\d.]+m?s  p95 [\d.]+m?s  p99 [\d.]+m?s")
    with_console((100, 30), act)


def the_machine_is_a_resource():
    def act(console):
        host = re.escape(EXPORTER.address)
        def complete(screen):
            for resource in ("cpu", "memory", "filesystem"):
                words = row(screen, r"%s +%s\b" % (host, resource))
                expect(any(re.fullmatch(r"[\d.]+%", word) for word in words),
                       "%s has no utilization: %r" % (resource, words))
            expect("load/cpu" in screen, "no saturation:\n" + screen)
        console.until(complete)
        console.keys("8")
        console.wait(r"Sources  1 of 1 healthy")
    with_console((100, 30), act)


def every_size_shows_service_and_machine():
    for columns, rows in SIZES:
        def act(console):
            def complete(screen):
                for part in (r"prometheus .*\d%", re.escape(EXPORTER.address) + r" +cpu .*[\d.]+%",
                             r"(?:data )?\b\d+s\b.*\b1/1", r"p95"):
                    expect(re.search(part, screen), "no '%s' at %dx%d:\n%s" % (part, columns, rows, screen))
            for line in console.until(complete).splitlines():
                expect(width(line) <= columns, "a line is wider than %d: %r" % (columns, line))
        with_console((columns, rows), act)


def the_detail_screen_has_charts():
    def act(console):
        console.wait(SERVICE.pattern)
        console.keys("Enter")

        def complete(screen):
            expect("Overview > prometheus" in screen, "not the detail screen:\n" + screen)
            for title in (r"requests [\d.]+/s", r"error ratio 0%", r"p50 \S+  p95 \S+  p99 \S+"):
                expect(re.search("┌ " + title + " ─", screen) or re.search("┐┌ " + title, screen),
                       "no chart is titled '%s':\n%s" % (title, screen))
            expect(screen.count("┤") >= 6, "charts without an axis:\n" + screen)
            expect(re.search(r"\bnow\b", screen), "no axis of time:\n" + screen)
            expect(re.search(r"p9[59]│", screen), "no line has its name:\n" + screen)
        console.until(complete)
        console.keys("q")
        console.wait_gone(r"Overview > ")
        console.wait(SERVICE.pattern)
        console.keys("Tab", "Enter")
        console.wait(r"Overview > " + re.escape(EXPORTER.address))
        console.wait(r"┌ cpu [\d.]+% ─")
        console.keys("q")
        console.wait_gone(r"Overview > ")
        console.keys("q")
        console.wait(r"ended with 0")
    with_console((100, 30), act)


def an_address_is_enough():
    def act(console):
        console.wait(SERVICE.pattern)
        console.wait(re.escape(EXPORTER.address) + r" +cpu ")
        console.keys("8")
        console.wait(r" prometheus +" + re.escape(PROMETHEUS.root))
    with_console((100, 30), act, PROMETHEUS.root)


def what_a_stopped_server_left_is_marked():
    server = start_prometheus(FOLDER, {})

    def act(console):
        console.wait(SERVICE.pattern)
        server.stop()
        console.wait(r"\bsrc 0/1 ✗")
        # The last values may stay, but not as if they were of now.
        screen = console.wait(r"^.\? prometheus .*stale \d+s")
        words = row(screen, r"^.\? prometheus")
        for word in words[2:words.index("stale")]:
            expect(word.endswith("?") or not word[0].isdigit(), "'%s' looks like now:\n%s" % (word, screen))
    try:
        with_console((100, 30), act, "-c", config(server))
    finally:
        server.stop()


need("tmux")
program("prometheus")
EXPORTER = start_exporter(FOLDER)
try:
    PROMETHEUS = start_prometheus(FOLDER, {"node": EXPORTER.address})
    try:
        run_cases([the_server_is_a_service_with_rate_errors_and_duration, the_machine_is_a_resource,
                   every_size_shows_service_and_machine, the_detail_screen_has_charts, an_address_is_enough,
                   what_a_stopped_server_left_is_marked])
    finally:
        PROMETHEUS.stop()
finally:
    EXPORTER.stop()
    shutil.rmtree(FOLDER, ignore_errors=True)
