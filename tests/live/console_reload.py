#!/usr/bin/env python3
"""A configuration that changes while the console runs: taken where it is right, refused whole where not.

usage: console_reload.py TOCSIN
"""
import os
import re
import shutil
import signal
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from console import Console, expect, need, run_cases, wait_for  # noqa: E402
from servers import program, start_exporter  # noqa: E402

TOCSIN = sys.argv[1]
FOLDER = tempfile.mkdtemp(prefix="tocsin-live-")
PATH = os.path.join(FOLDER, "tocsin.yaml")
HERE = "global: { interval: 1s }\nsources:\n  - name: here\n    host: {}\n"


def write(text):
    """In one step, as editors do it: a new file in the old one's place."""
    with open(PATH + ".new", "w", encoding="ascii") as file:
        file.write(text)
    os.replace(PATH + ".new", PATH)


def with_exporter(act, place=lambda: write(HERE)):
    exporter = start_exporter(FOLDER)
    both = HERE + "  - name: edge\n    scrape: { url: '%s' }\n" % exporter.url
    if os.path.lexists(PATH):
        os.unlink(PATH)
    place()
    console = Console([TOCSIN, "-c", PATH], (100, 30), FOLDER)
    try:
        console.wait(r"\bsrc 1/1 ")
        console.wait(r"cpu .*\d%")
        act(console, exporter, both)
    finally:
        console.close()
        exporter.stop()


def pid_of(console):
    shell = console.tmux("display", "-p", "#{pane_pid}").strip()
    with open("/proc/%s/task/%s/children" % (shell, shell), encoding="ascii") as file:
        return int(file.read().split()[0])


def a_source_is_added_and_taken_away():
    def act(console, exporter, both):
        write(both)
        console.wait(r"\bsrc 2/2 ")
        console.wait(re.escape(exporter.address) + r" +memory +\S* +[\d.]+%")
        write(HERE)
        console.wait(r"\bsrc 1/1 ")
        console.wait_gone(re.escape(exporter.address))
        console.wait(r"cpu .*\d%")
    with_exporter(act)


def a_file_written_in_place_is_seen():
    def act(console, exporter, both):
        with open(PATH, "w", encoding="ascii") as file:
            file.write(both)
        console.wait(r"\bsrc 2/2 ")
    with_exporter(act)


def a_broken_one_is_refused_whole():
    def act(console, exporter, both):
        write(both + "  - name: third\n    scrap: { url: 'http://127.0.0.1:1/metrics' }\n")
        screen = console.wait(r"new configuration refused, the old one goes on: ")
        expect(re.search(r"\bsrc \d/1 ", screen), "half of it was taken:\n" + screen)
        expect("tocsin.yaml:" in screen, "no place of the mistake:\n" + screen)
        seen = set()

        def moves():
            seen.add(tuple(re.findall(r" (?:cpu|memory|disk) .*", console.screen())))
            return len(seen) >= 3
        wait_for("values of the old one that move", moves)
        write(both)
        console.wait(r"\bsrc 2/2 ")
        console.wait_gone(r"refused, the old one")
    with_exporter(act)


def a_hangup_reads_it_again():
    """Behind a link, in a folder that nobody watches."""
    folder = tempfile.mkdtemp(prefix="tocsin-live-")
    target = os.path.join(folder, "real.yaml")

    def act(console, exporter, both):
        with open(target, "w", encoding="ascii") as file:
            file.write(both)
        os.kill(pid_of(console), signal.SIGHUP)
        console.wait(r"\bsrc 2/2 ")
    try:
        with open(target, "w", encoding="ascii") as file:
            file.write(HERE)
        with_exporter(act, lambda: os.symlink(target, PATH))
    finally:
        os.unlink(PATH)
        shutil.rmtree(folder)


need("tmux")
program("prometheus-node-exporter", "node_exporter")
try:
    run_cases([a_source_is_added_and_taken_away, a_file_written_in_place_is_seen,
               a_broken_one_is_refused_whole, a_hangup_reads_it_again])
finally:
    shutil.rmtree(FOLDER, ignore_errors=True)
