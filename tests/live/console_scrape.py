#!/usr/bin/env python3
"""The console on a node_exporter's own page: there, gone, and there again.

usage: console_scrape.py TOCSIN
"""
import os
import re
import shutil
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from console import Console, expect, free_port, need, run_cases  # noqa: E402
from servers import program, start_exporter  # noqa: E402

TOCSIN = sys.argv[1]
FOLDER = tempfile.mkdtemp(prefix="tocsin-live-")
RESOURCES = ("cpu", "memory", "filesystem")


def config(port):
    path = os.path.join(FOLDER, "tocsin.yaml")
    with open(path, "w", encoding="ascii") as file:
        file.write("global: { interval: 1s }\nsources:\n  - name: edge\n"
                   "    scrape: { url: 'http://127.0.0.1:%d/metrics' }\n" % port)
    return path


def with_console(act, *arguments):
    console = Console([TOCSIN] + list(arguments), (100, 30), FOLDER)
    try:
        act(console)
    finally:
        console.close()


def rows(screen, address):
    """The machine's lines in the list of resources, by resource."""
    return {found.group(1): line for line in screen.splitlines()
            if (found := re.match(r"^[ >]. %s +(\w+(?: in| out)?)" % re.escape(address), line))}


def expect_alive(console, address):
    def alive(screen):
        for resource in RESOURCES:
            line = rows(screen, address).get(resource, "")
            expect(re.search(r"[\d.]+%", line), "%s has no utilization:\n%s" % (resource, screen))
            expect("?" not in line, "%s is stale:\n%s" % (resource, screen))
        expect(re.search(r"\bsrc 1/1 ", screen), "the source is not up:\n" + screen)
    console.until(alive)


def gone_and_back():
    port = free_port()
    exporter = start_exporter(FOLDER, port)

    def act(console):
        nonlocal exporter
        address = exporter.address
        expect_alive(console, address)
        time.sleep(4)  # two steps of the chart, so that there is a past
        exporter.stop()

        def stale(screen):
            shown = rows(screen, address)
            expect(re.search(r"\bsrc 0/1 ✗", screen), "the source is up:\n" + screen)
            expect(set(RESOURCES) <= set(shown), "resources were lost:\n" + screen)
            for line in shown.values():
                expect("?" in line, "not marked as stale: %r\n%s" % (line, screen))
        screen = console.until(stale)
        for line in rows(screen, address).values():
            rest = line[line.index(address) + len(address):]
            expect(not re.search(r"(?<![\w.])\d[\d.]*(%|/s|B/s| )(?!.*stale)", rest),
                   "a value that is not known: %r\n%s" % (line, screen))
        expect(re.search(r"stale \d+s", screen), "no age:\n" + screen)
        console.keys("8")

        def says_why(screen):
            for part in (r"Sources  0 of 1 healthy", r"✗ edge .*refused", r"nothing listens there",
                         r"down since \d\d:\d\d:\d\d"):
                expect(re.search(part, screen), "no '%s':\n%s" % (part, screen))
        console.until(says_why)
        console.keys("1")
        console.wait(re.escape(address))
        exporter = start_exporter(FOLDER, port)
        # Retries of a source that is down come at growing times; no key is pressed.
        expect_alive(console, address)
        console.wait_gone(r"stale")
    try:
        with_console(act, "--range=5m", "-c", config(port))
    finally:
        exporter.stop()


def down_from_the_start():
    port = free_port()
    running = []

    def act(console):
        console.wait(r"refused")
        console.wait(r"\bsrc 0/1 ✗")
        running.append(start_exporter(FOLDER, port))
        expect_alive(console, running[0].address)
    try:
        with_console(act, "-c", config(port))
    finally:
        for exporter in running:
            exporter.stop()


def an_address_is_enough():
    exporter = start_exporter(FOLDER)
    try:
        with_console(lambda console: expect_alive(console, exporter.address), exporter.url)
    finally:
        exporter.stop()


need("tmux")
program("prometheus-node-exporter", "node_exporter")
try:
    run_cases([gone_and_back, down_from_the_start, an_address_is_enough])
finally:
    shutil.rmtree(FOLDER, ignore_errors=True)
