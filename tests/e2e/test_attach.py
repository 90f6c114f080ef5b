#!/usr/bin/env python3
"""A console beside a running engine: whose alerts it shows, what is done there, and what it says while
the engine is away. And the console that is the engine itself."""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from console import Console, clean_environment, expect, need, run_cases, wait_for  # noqa: E402

TOCSIN = os.path.abspath(sys.argv[1])
CONFIG = """
global: { interval: 1s }
sources:
  - name: here
    host: {}
rule_files: [rules.yaml]
"""
RULES = """
groups:
  - name: g
    interval: 1s
    rules:
      - alert: Busy
        expr: vector(1) > 0
        labels: { severity: critical, service: cart }
      - alert: Slow
        expr: vector(1) > 0
        labels: { severity: warning, service: pay }
"""


class Place:
    """A configuration, a state directory and a socket; whatever was started there is ended."""

    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="tocsin-attach-")
        self.socket = os.path.join(self.home, "tocsin.sock")
        self.state = os.path.join(self.home, "state")
        self.config = os.path.join(self.home, "tocsin.yaml")
        self.env = clean_environment(self.home)
        self.env.pop("TOCSIN_SOCKET", None)
        self.engine = None
        self.consoles = []
        for name, text in (("tocsin.yaml", CONFIG), ("rules.yaml", RULES)):
            with open(os.path.join(self.home, name), "w", encoding="ascii") as file:
                file.write(text)

    def words(self, *more):
        return [TOCSIN, "-c", self.config, "--state", self.state, "--socket", self.socket, *more]

    def start_engine(self):
        with open(os.path.join(self.home, "engine.log"), "ab") as log:
            self.engine = subprocess.Popen(self.words("--headless"), env=self.env, stderr=log)
        wait_for("the engine's alerts", lambda: len(self.alerts()) == 2)

    def kill_engine(self):
        self.engine.send_signal(signal.SIGKILL)
        self.engine.wait()

    def console(self, *more, size=(100, 30)):
        console = Console(self.words(*more), size, self.home)
        self.consoles.append(console)
        return console

    def tocsin(self, *words):
        return subprocess.run([TOCSIN, *words, "--socket", self.socket], env=self.env, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")

    def alerts(self):
        """Of the engine, by name; none where it does not answer."""
        result = self.tocsin("alerts", "--format", "json")
        if result.returncode not in (0, 1, 2):
            return {}
        return {a["labels"]["alertname"]: a for a in json.loads(result.stdout).get("alerts", [])
                if a["state"] == "firing"}

    def close(self):
        for console in self.consoles:
            console.close()
        if self.engine is not None and self.engine.poll() is None:
            self.engine.terminate()
            self.engine.wait()
        shutil.rmtree(self.home, ignore_errors=True)


def with_place(act):
    place = Place()
    try:
        act(place)
    finally:
        place.close()


def shows_and_commands_the_engine():
    def act(place):
        place.start_engine()
        console = place.console()
        console.wait(r"^ ATTACHED CRIT 1")
        console.keys("2")
        console.wait(r"> *\S Busy +cart")
        console.keys("a")
        console.wait(r"note: ")
        console.type("mine")
        console.keys("Enter")
        console.wait(r"Busy .* ACKED .*mine")
        ack = wait_for("the engine's acknowledgement", lambda: place.alerts()["Busy"]["ack"])
        expect(ack["note"] == "mine", "%r" % ack)
        result = place.tocsin("ack", "Slow", "--note", "from a shell")
        expect(result.returncode == 0, result.stderr)
        console.wait(r"Slow .* ACKED .*from a shell")
        console.keys("u")
        console.wait_gone(r"Busy .* ACKED")
        expect(place.alerts()["Busy"]["ack"] is None, "it is still acknowledged")
    with_place(act)


def silences_at_the_engine():
    def act(place):
        place.start_engine()
        console = place.console()
        console.keys("2")
        console.wait(r"> *\S Busy +cart")
        console.keys("s")
        console.wait(r"hides +1 firing now")
        console.keys("Tab")
        console.type("deploying")
        console.keys("C-s")
        silence = wait_for("the engine's silence", lambda: place.alerts()["Busy"]["silences"])
        expect(silence[0]["comment"] == "deploying", "%r" % silence)
        console.wait(r"sil 1")
        console.keys("9")
        console.wait(r"deploying")
    with_place(act)


def says_that_the_engine_is_gone_and_goes_on():
    def act(place):
        place.start_engine()
        console = place.console()
        console.keys("2")
        console.wait(r"^ ATTACHED CRIT 1")
        place.kill_engine()
        console.wait(r"alerts: engine not reached for \d+s")
        screen = console.wait(r"^ NO ENGINE +was +CRIT 1")
        expect(re.search(r"Busy +cart", screen), "the list is gone:\n" + screen)
        console.keys("a")
        console.wait(r"note: ")
        console.keys("Enter")
        console.wait(r"not acknowledged: 'Busy'")
        place.start_engine()
        console.wait(r"^ ATTACHED CRIT 1")
        console.wait_gone(r"not reached")
        console.keys("q", "q")
        console.wait(r"ended with 0")  # it was not the engine: nothing to ask
        expect(place.engine.poll() is None and len(place.alerts()) == 2, "the engine ended with it")
    with_place(act)


def waits_for_an_engine_that_does_not_listen():
    """The state is another's, and nobody answers where it should."""
    def act(place):
        elsewhere = os.path.join(place.home, "other.sock")
        with open(os.path.join(place.home, "engine.log"), "ab") as log:
            place.engine = subprocess.Popen(
                [TOCSIN, "--headless", "-c", place.config, "--state", place.state, "--socket", elsewhere],
                env=place.env, stderr=log)
        wait_for("its socket", lambda: os.path.exists(elsewhere))
        console = place.console()
        console.keys("2")
        console.wait(r"^ NO ENGINE +alerts \?")
        console.wait(r"alerts: not known: .*tocsin\.sock")
        console.wait(r"Not known: the engine is not reached")
        place.engine.terminate()
        place.engine.wait()
        place.start_engine()
        console.wait(r"^ ATTACHED CRIT 1")
    with_place(act)


def is_the_engine_where_none_runs():
    def act(place):
        console = place.console()
        console.wait(r"^ ENGINE CRIT 1")
        wait_for("its alerts over the socket", lambda: len(place.alerts()) == 2)
        second = place.console()
        second.wait(r"^ ATTACHED CRIT 1")
        console.keys("q")
        console.wait(r"this is the engine: .*End it\?")
        console.keys("n")
        console.wait_gone(r"End it\?")
        console.keys("q")
        console.wait(r"End it\?")
        console.keys("y")
        console.wait(r"ended with 0")
        second.wait(r"^ NO ENGINE")
    with_place(act)


def a_second_engine_without_a_screen_is_refused():
    def act(place):
        place.start_engine()
        words = [TOCSIN, "--headless", "-c", place.config, "--state", place.state,
                 "--socket", os.path.join(place.home, "other.sock")]
        result = subprocess.run(words, env=place.env, check=False, stderr=subprocess.PIPE, encoding="utf-8",
                                timeout=60)
        expect(result.returncode == 75 and "is another engine's" in result.stderr,
               "%d: %s" % (result.returncode, result.stderr))
        expect(len(place.alerts()) == 2, "the first one no longer answers")
    with_place(act)


if __name__ == "__main__":
    need("tmux")
    run_cases([shows_and_commands_the_engine, silences_at_the_engine,
               says_that_the_engine_is_gone_and_goes_on, waits_for_an_engine_that_does_not_listen,
               is_the_engine_where_none_runs, a_second_engine_without_a_screen_is_refused])
