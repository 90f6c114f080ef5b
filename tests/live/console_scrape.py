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


def expect_alive(console, address, seconds):
    screen = console.wait(re.escape(address) + r" +cpu +\S* +[\d.]+%", seconds)
    for resource in RESOURCES:
        line = rows(screen, address).get(resource, "")
        expect(re.search(r"[\d.]+%", line), "%s has no utilization:\n%s" % (resource, screen))
        expect("?" not in line, "%s is stale:\n%s" % (resource, screen))
    console.wait(r"\bsrc 1/1 ")


def gone_and_back():
    port = free_port()
    exporter = start_exporter(FOLDER, port)

    def act(console):
        nonlocal exporter
        address = exporter.address
        expect_alive(console, address, 20)
        time.sleep(4)  # two steps of the chart, so that there is a past
        exporter.stop()
        # Two intervals of a second and the slack of a busy machine.
        screen = console.wait(r"\bsrc 0/1 ✗", 6)
        screen = console.wait(r"^.{0,2}\? " + re.escape(address), 2)
        shown = rows(screen, address)
        expect(set(RESOURCES) <= set(shown), "resources were lost:\n" + screen)
        for line in shown.values():
            expect("?" in line, "not marked as stale: %r\n%s" % (line, screen))
            rest = line[line.index(address) + len(address):]
            expect(not re.search(r"(?<![\w.])\d[\d.]*(%|/s|B/s| )(?!.*stale)", rest),
                   "a value that is not known: %r\n%s" % (line, screen))
        expect(re.search(r"stale \d+s", screen), "no age:\n" + screen)
        console.keys("8")
        screen = console.wait(r"Sources  0 of 1 healthy")
        expect(re.search(r"✗ edge .*refused", screen), "the source's row does not say why:\n" + screen)
        expect("nothing listens there" in screen, "no explanation:\n" + screen)
        expect(re.search(r"down since \d\d:\d\d:\d\d", screen), "since when?\n" + screen)
        console.keys("1")
        console.wait(re.escape(address))
        exporter = start_exporter(FOLDER, port)
        # Retries of a source that is down come at growing times; no key is pressed.
        expect_alive(console, address, 25)
        console.wait_gone(r"stale")
    try:
        with_console(act, "--range=5m", "-c", config(port))
    finally:
        exporter.stop()


def down_from_the_start():
    port = free_port()
    running = []

    def act(console):
        console.wait(r"refused", 10)
        console.wait(r"\bsrc 0/1 ✗")
        running.append(start_exporter(FOLDER, port))
        expect_alive(console, running[0].address, 25)
    try:
        with_console(act, "-c", config(port))
    finally:
        for exporter in running:
            exporter.stop()


def an_address_is_enough():
    exporter = start_exporter(FOLDER)
    try:
        with_console(lambda console: expect_alive(console, exporter.address, 40), exporter.url)
    finally:
        exporter.stop()


need("tmux")
program("prometheus-node-exporter", "node_exporter")
try:
    run_cases([gone_and_back, down_from_the_start, an_address_is_enough])
finally:
    shutil.rmtree(FOLDER, ignore_errors=True)
