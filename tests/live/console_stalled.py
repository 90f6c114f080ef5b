#!/usr/bin/env python3
"""The console beside sources that misbehave: silent ones, half answers, refusals, pages, TLS.

usage: console_stalled.py TOCSIN

Each way of failing has a row of its own in the sources view whose message says what is wrong, and
none of them holds up a key, the clock or this machine's values.
"""
import os
import re
import shutil
import socket
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from console import WAIT_S, Console, expect, need, run_cases, wait_for  # noqa: E402

TOCSIN = sys.argv[1]
FOLDER = tempfile.mkdtemp(prefix="tocsin-live-")


def http(status, body, kind="text/plain", more=""):
    return ("HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n%sConnection: close\r\n\r\n%s"
            % (status, kind, len(body), more, body)).encode()


PAGE = "# TYPE a gauge\na 1\n"
# What each peer sends after it read a request; None: nothing, and the connection stays open.
PEERS = {
    "silent": None,
    "half": b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\n" + PAGE.encode(),
    "locked": http("401 Unauthorized", "who are you", more="WWW-Authenticate: Basic realm=\"x\"\r\n"),
    "broken": http("500 Internal Server Error", "out of luck"),
    "portal": http("200 OK", "<!DOCTYPE html><html><body>Log in</body></html>", "text/html"),
    "plain": http("400 Bad Request", "this is plain HTTP"),
}
# A word of the row, and what the explanation under the list must have.
SAID = {
    "silent": (r"timeout", r"no answer from '127\.0\.0\.1:\d+' within 1s"),
    "half": (r"timeout", r"did not finish its answer within 1s \(\d+ bytes came\)"),
    "locked": (r"auth", r"401"),
    "broken": (r"http", r"500"),
    "portal": (r"protocol", r"web page"),
    "plain": (r"tls", r"does not speak TLS"),
}


class Peer:
    """Accepts, reads, sends the same bytes each time; those that stall keep their connections."""

    def __init__(self, answer):
        self.answer = answer
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.kept = []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection = self.listener.accept()[0]
            except OSError:
                return
            self.kept.append(connection)
            threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection):
        try:
            connection.recv(65536)
            if self.answer is not None:
                connection.sendall(self.answer)
                if b"Connection: close" in self.answer:
                    connection.close()
        except OSError:
            pass

    def close(self):
        self.listener.close()
        for connection in self.kept:
            connection.close()


def with_console(names, act, size=(100, 30), how=""):
    """Sources are asked every second; `how`: more options of the peers'."""
    peers = {name: Peer(PEERS[name]) for name in names}
    path = os.path.join(FOLDER, "tocsin.yaml")
    with open(path, "w", encoding="ascii") as file:
        file.write("global: { interval: 1s }\nsources:\n  - name: here\n    host: {}\n")
        for name, peer in peers.items():
            scheme = "https" if name == "plain" else "http"
            file.write("  - name: %s\n%s    scrape: { url: '%s://127.0.0.1:%d/metrics' }\n"
                       % (name, how, scheme, peer.port))
    console = Console([TOCSIN, "--utc", "-c", path], size, FOLDER)
    try:
        act(console)
    finally:
        console.close()
        for peer in peers.values():
            peer.close()


def clock(screen):
    found = re.search(r"\b(\d\d):(\d\d):(\d\d) UTC", screen)
    return int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3]) if found else None


# What waits for the silent source waits so long: longer than any wait of the tests.
PATIENCE_S = 3 * WAIT_S


def seconds_behind(screen, now):
    """How far the clock at the top is behind `now`; negative: ahead."""
    shown = clock(screen)
    expect(shown is not None, "no clock:\n" + screen)
    return (int(now) - shown + 43200) % 86400 - 43200


def a_silent_source_holds_nothing_up():
    def act(console):
        console.wait(r"cpu .*\d%")
        for key, there in (("8", r"Sources  "), ("1", r"Overview  "), ("?", r"Keys ─"), ("q", r"Overview  "),
                           ("p", r"PAUSED"), ("p", r"LIVE"), ("-", r"LIVE 3h"), ("+", r"LIVE 1h")):
            console.keys(key)
            console.wait(there)
        seen = set()

        def ticks():
            seen.add(clock(console.screen()))
            return len(seen) > 5
        wait_for("a clock that goes on", ticks)
        # It is of now: shows the time of asking, or later, and never one that is still to come.
        asked = time.time()
        console.until(lambda screen: expect(seconds_behind(screen, asked) <= 0, "late:\n" + screen))
        expect(seconds_behind(console.screen(), time.time()) >= 0, "the clock is ahead")
    with_console(["silent"], act, how="    interval: %ds\n    timeout: %ds\n" % (PATIENCE_S, PATIENCE_S))


def values_of_this_machine_move():
    def act(console):
        console.wait(r"cpu .*\d%")
        console.wait(r"\bsrc 1/2 ✗")
        seen = set()

        def check():
            seen.add(tuple(re.findall(r" (?:cpu|memory|disk) .*", console.screen())))
            return len(seen) >= 4
        wait_for("values that move", check)
        console.keys("8")
        console.wait(r"Sources  1 of 2 healthy")
        console.wait(r"✗ silent .*timeout")
        console.wait(r"^...here .* (0|1)s +1s ")
    with_console(["silent"], act)


def every_failure_says_what_is_wrong():
    def act(console):
        console.wait(r"cpu .*\d%")
        console.wait(r"\bsrc 1/7 ✗")
        console.keys("8")
        console.wait(r"Sources  1 of 7 healthy")
        console.keys("g")
        missing = dict(SAID)
        for _ in range(1 + len(SAID)):
            screen = console.wait(r"^┌ \w+ ─")
            name = re.search(r"^┌ (\w+) ─", screen, re.M)[1]
            if name in missing:
                word, why = missing.pop(name)

                def says_why(screen):
                    row = r"^.✗ %s .*(%s)" % (name, word)
                    expect(re.search(row, screen, re.M), "%s: no '%s' in its row:\n%s" % (name, word, screen))
                    error = re.search(r"last error +(.*)", screen)
                    expect(error and re.search(why, error[1]), "%s: not said why:\n%s" % (name, screen))
                console.until(says_why)
            console.keys("j")
            if missing:
                console.wait_gone(r"^┌ %s ─" % name)
        expect(not missing, "never shown: %r" % list(missing))
    with_console(list(PEERS), act, (120, 40))


need("tmux")
try:
    run_cases([a_silent_source_holds_nothing_up, values_of_this_machine_move, every_failure_says_what_is_wrong])
finally:
    shutil.rmtree(FOLDER, ignore_errors=True)
