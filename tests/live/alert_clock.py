#!/usr/bin/env python3
"""A wall clock that is set, forward and back, under a tocsin that evaluates: nothing fires for it, nothing
hangs for it, and what was pending or firing goes on as it was.

usage: alert_clock.py TOCSIN SHIM
"""
import os
import re
import sys
import tempfile
import time
from datetime import datetime

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from console import expect, run_cases, wait_for  # noqa: E402
from engines import Engine, Exporter  # noqa: E402

TOCSIN, SHIM = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
CONFIG = """global: { interval: 500ms }
sources:
  - name: app
    scrape: { url: '%s' }
rule_files: [rules.yml]
"""
RULES = """groups:
  - name: g
    rules:
      - { alert: Fires, expr: v > 0 }
      - { alert: Waits, expr: v > 0, for: 1h }
      - { alert: Soon, expr: soon > 0, for: %s }
      - { alert: Kept, expr: kept > 0, keep_firing_for: 1h }
      - { alert: Missing, expr: absent(v) }
      - { alert: Fast, expr: 'rate(counter[1m]) > 100' }
"""
SLACK_S = 3  # a cycle, the age of an answer, and a machine that has other things to do
HOUR_MS = 3600 * 1000


def to_ms(text):
    return round(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


class World:
    def __init__(self, soon="1h"):
        self.home = tempfile.mkdtemp(prefix="tocsin-clock-")
        self.exporter = Exporter()
        self.exporter.values = {"v": 1, "soon": 0, "kept": 1, "counter": 1}
        for name, text in (("tocsin.yaml", CONFIG % self.exporter.url), ("rules.yml", RULES % soon)):
            with open(os.path.join(self.home, name), "w", encoding="ascii") as file:
                file.write(text)
        self.offset_ms = 0
        self.set_clock(0)
        self.start()

    def start(self):
        path = self.home
        self.engine = Engine(TOCSIN, path + "/tocsin.yaml", path + "/state", path + "/socket", path + "/log",
                             environment={"LD_PRELOAD": SHIM, "CLOCK_SHIM": path + "/offset"})
        self.engine.until_it_answers()

    def set_clock(self, by_ms):
        self.offset_ms += by_ms
        path = os.path.join(self.home, "offset")
        with open(path + ".new", "w", encoding="ascii") as file:
            file.write("%d" % self.offset_ms)
        os.replace(path + ".new", path)

    def now_ms(self):
        return time.time() * 1000 + self.offset_ms

    def look(self):
        answer = self.engine.get("/api/tocsin/v1/alerts")
        return answer, {a["rule"]["name"]: a for a in answer["alerts"]}

    def states(self):
        return {name: a["state"] for name, a in self.look()[1].items()}

    def progress_s(self):
        a = self.look()[1]["Waits"]
        return a["forSeconds"] - a["firesInSeconds"]

    def follows(self):
        """Two cycles of the new time, and the newest samples are what they see."""
        value = self.exporter.values["v"] = self.exporter.values["v"] + 1

        def seen():
            answer, alerts = self.look()
            near = answer["lastCycle"] and abs(to_ms(answer["lastCycle"]) - self.now_ms()) < SLACK_S * 1000
            return near and alerts["Fires"]["value"] == value
        wait_for("evaluations at the new time, over new samples", seen)

    def transitions(self):
        answer = self.engine.get("/api/tocsin/v1/transitions")
        return [(t["alertname"], t["to"]) for t in answer["transitions"]]

    def end(self):
        self.engine.kill()
        self.exporter.stop()


def with_world(act, **how):
    world = World(**how)
    try:
        act(world)
    except AssertionError as error:
        raise AssertionError("%s\n%s" % (error, world.engine.log()[-3000:])) from None
    finally:
        world.end()


def begin(world):
    wait_for("it fires", lambda: world.states() == {"Fires": "firing", "Waits": "pending", "Kept": "firing"})
    world.exporter.values["kept"] = 0
    wait_for("it is kept", lambda: "kept firing" in (world.look()[1]["Kept"]["reason"] or ""))


def unmoved_by(steps_ms, restart=False):
    def act(world):
        begin(world)
        first, before = world.look()
        for number, step_ms in enumerate(steps_ms):
            progress, at = world.progress_s(), time.monotonic()
            if restart:
                world.engine.kill()
                world.set_clock(step_ms)
                world.start()
                least = 0  # time without a tocsin does not count
            else:
                world.set_clock(step_ms)
                least = None
            world.follows()
            gone, now = time.monotonic() - at, world.progress_s() - progress
            least = gone - SLACK_S if least is None else least - SLACK_S
            expect(least <= now <= gone + SLACK_S, "step %d: progress %g s in %g s" % (number, now, gone))
            _, after = world.look()
            for name in ("Fires", "Waits", "Kept"):
                expect([after[name][key] for key in ("state", "activeAt", "firedAt")] ==
                       [before[name][key] for key in ("state", "activeAt", "firedAt")],
                       "step %d: %s\n%s" % (number, before[name], after[name]))
            expect(set(after) == set(before), "step %d: %s" % (number, sorted(after)))
            if not restart:
                told = [int(ms) for ms in re.findall(r"event=clock-step by_ms=(-?\d+)", world.engine.log())]
                expect(len(told) == number + 1 and abs(told[-1] - step_ms) < 2000, "told of %s" % told)
        happened = world.transitions()
        expect(sorted(happened) == [("Fires", "firing"), ("Kept", "firing"), ("Waits", "pending")], happened)
    with_world(act)


def a_clock_set_forward():
    unmoved_by([10000, 2 * HOUR_MS])


def a_clock_set_back():
    unmoved_by([-10000, -HOUR_MS, -24 * HOUR_MS])


def a_clock_that_was_wrong_for_a_while():
    unmoved_by([HOUR_MS, -HOUR_MS])


def a_clock_set_while_it_was_away():
    unmoved_by([-HOUR_MS, 20 * 60000], restart=True)


def what_waits_fires_when_it_would_have():
    """Neither before its time for a step forward, nor a step later for one back."""
    def act(world):
        begin(world)
        world.exporter.values["soon"] = 1
        wait_for("it waits", lambda: world.states().get("Soon") == "pending")
        began = time.monotonic()
        world.set_clock(HOUR_MS)
        world.follows()
        expect(world.states()["Soon"] == "pending" or time.monotonic() - began > 8 - SLACK_S, "it fired at once")
        world.set_clock(-2 * HOUR_MS)
        wait_for("it fires", lambda: world.states()["Soon"] == "firing")
        expect(time.monotonic() - began >= 8 - SLACK_S, "it fired after %g s" % (time.monotonic() - began))
    with_world(act, soon="8s")


run_cases([a_clock_set_forward, a_clock_set_back, a_clock_that_was_wrong_for_a_while, a_clock_set_while_it_was_away,
           what_waits_fires_when_it_would_have])
