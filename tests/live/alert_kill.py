#!/usr/bin/env python3
"""Nothing forgotten: a tocsin that is killed at random moments, while alerts come and go and people act.

usage: alert_kill.py TOCSIN [ROUNDS] [SEED]

What is held to, after every restart and before its first evaluation:

- A command that was answered is on disk: the acknowledgement or silence is there, as it was made.
- What evaluations found is on disk as of one cycle, all of it together: the state file says which
  (engine.alive_ms). What was told of that cycle or an older one is what it was, with its times; of a
  pending alert, the progress too: the time that no tocsin ran does not count, and none of the rest is lost.
- That cycle is the last one told of, or the one before it: an answer may be given before the disk has
  it (the window, counted below), and then the evaluation is made anew.
"""
import json
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import threading
import time
from datetime import datetime

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from console import expect  # noqa: E402
from engines import Engine, Exporter, Gone  # noqa: E402

TOCSIN = os.path.abspath(sys.argv[1])
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 50
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 1
HOME = tempfile.mkdtemp(prefix="tocsin-kill-")
STATE = os.path.join(HOME, "state")
CYCLE_MS = 500
ROUNDING_MS = 2
CONFIG = """global: { interval: 500ms }
sources:
  - name: app
    scrape: { url: '%s' }
rule_files: [rules.yml]
"""
RULES = """groups:
  - name: fast
    rules:
      - { alert: Now, expr: v > 0 }
      - { alert: Soon, expr: v > 0, for: 1500ms }
      - { alert: Long, expr: v > 0, for: 1h }
      - { alert: Kept, expr: w > 0, keep_firing_for: 2s }
  - name: slow
    interval: 4s
    rules:
      - { alert: Slow, expr: w > 0, for: 1h }
"""
SERIES = ['%s{i="%d"}' % (name, i) for name in "vw" for i in range(4)]


def to_ms(text):
    return None if text is None else round(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


class Look:
    """One answer about all alerts."""

    def __init__(self, answer):
        self.now = to_ms(answer["now"])
        self.alerts = {a["fingerprint"]: a for a in answer["alerts"]}
        # A cycle that is not over yet shows in the alerts it has settled.
        self.cycle = to_ms(answer["lastCycle"])
        if self.cycle is not None:
            self.cycle = max([self.cycle] + [to_ms(a["updatedAt"]) for a in self.alerts.values()])


class Disk:
    """What the state file holds while nobody runs, read from a copy."""

    def __init__(self):
        folder = tempfile.mkdtemp(dir=HOME)
        for name in ("state.db", "state.db-wal"):
            if os.path.exists(os.path.join(STATE, name)):
                shutil.copy(os.path.join(STATE, name), folder)
        db = sqlite3.connect(os.path.join(folder, "state.db"))
        row = db.execute("SELECT alive_ms FROM engine").fetchone()
        self.cycle = row[0] if row else None
        self.ledger = [("%016x" % (fp & (1 << 64) - 1), at, to) for fp, at, to in db.execute(
            "SELECT fingerprint, at_ms, state_to FROM transitions WHERE who = '' ORDER BY id")]
        expect(db.execute("PRAGMA integrity_check").fetchone()[0] == "ok", "the state file is damaged")
        db.close()
        shutil.rmtree(folder)

    def later(self, fingerprint, than):
        return [to for fp, at, to in self.ledger if fp == fingerprint and at > than]


def times(a):
    return (a["state"], a["activeAt"], a["firedAt"], a["resolvedAt"])


def progress_ms(a):
    return (a["forSeconds"] - a["firesInSeconds"]) * 1000


def is_active(a):
    return a is not None and a["state"] in ("pending", "firing", "unknown")


class Run:
    def __init__(self):
        self.random = random.Random(SEED)
        self.exporter = Exporter()
        self.exporter.values = {name: 0 for name in SERIES}
        self.acks = {}      # fingerprint: note, or None where it was taken back; all confirmed
        self.silences = {}  # id: (comment, startsAt, endsAt), or None where it was ended
        self.doubtful = set()  # commands in flight when it was killed
        self.looks = []
        self.counted = dict(checked=0, late=0, window=0, alerts=0, pending=0, acks=0, silences=0, restart_ms=0)
        with open(os.path.join(HOME, "tocsin.yaml"), "w", encoding="ascii") as file:
            file.write(CONFIG % self.exporter.url)
        with open(os.path.join(HOME, "rules.yml"), "w", encoding="ascii") as file:
            file.write(RULES)

    def start(self):
        # Well before the next cycle, so that the first answer is what was restored and nothing else.
        time.sleep((CYCLE_MS + 20 - time.time() * 1000 % CYCLE_MS) % CYCLE_MS / 1000)
        began = time.monotonic()
        self.engine = Engine(TOCSIN, os.path.join(HOME, "tocsin.yaml"), STATE, os.path.join(HOME, "socket"),
                             os.path.join(HOME, "log"))
        look = Look(self.engine.until_it_answers())
        self.counted["restart_ms"] += (time.monotonic() - began) * 1000
        return look

    def toggle(self):
        for name in self.random.sample(SERIES, self.random.randrange(1, 4)):
            self.exporter.values[name] = 1 - self.exporter.values[name]

    def act(self, engine):
        what = self.random.randrange(10)
        active = [a for a in self.looks[-1].alerts.values() if is_active(a)] if self.looks else []
        if what < 4:
            self.toggle()
        elif what < 6 and active:
            self.acknowledge(engine, self.random.choice(active), taken=what == 4)
        elif what == 6:
            self.silence(engine)
        elif what == 7 and self.silences:
            self.end_silence(engine, self.random.choice(list(self.silences)))

    def acknowledge(self, engine, a, taken):
        note = "note %d" % self.random.randrange(10 ** 6)
        self.doubtful.add(a["fingerprint"])
        if taken:
            status, _ = engine.ask("POST", "/api/tocsin/v1/ack", {"ids": [a["id"]], "by": "ada", "note": note})
        else:
            status, _ = engine.ask("DELETE", "/api/tocsin/v1/ack?by=bob&id=" + a["id"])
        self.doubtful.discard(a["fingerprint"])
        if status == 200:
            self.acks[a["fingerprint"]] = note if taken else None

    def silence(self, engine):
        now = time.time()
        stamp = [datetime.utcfromtimestamp(t).strftime("%Y-%m-%dT%H:%M:%S.000Z") for t in (now, now + 3600)]
        body = {"matchers": [{"name": "i", "value": "%d" % self.random.randrange(4), "isRegex": False}],
                "startsAt": stamp[0], "endsAt": stamp[1], "createdBy": "ada",
                "comment": "comment %d" % self.random.randrange(10 ** 6)}
        status, answer = engine.ask("POST", "/api/v2/silences", body)
        expect(status == 200, "silence: %d %s" % (status, answer))
        self.silences[answer["silenceID"]] = (body["comment"], to_ms(stamp[1]))

    def end_silence(self, engine, name):
        self.doubtful.add(name)
        engine.ask("DELETE", "/api/v2/silence/" + name)
        self.doubtful.discard(name)
        self.silences[name] = None

    def live(self):
        """Looks and acts until it is killed: at any moment, or as soon as another cycle was told of."""
        killer = threading.Timer(self.random.uniform(0.02, 1.6), self.engine.kill)
        killer.start()
        pounces = self.random.randrange(3) == 0
        try:
            while True:
                look = Look(self.engine.get("/api/tocsin/v1/alerts"))
                if pounces and self.looks and look.cycle not in (None, self.looks[-1].cycle):
                    self.engine.kill()
                self.looks.append(look)
                self.acks = {fp: note for fp, note in self.acks.items() if is_active(look.alerts.get(fp))}
                self.act(self.engine)
                time.sleep(0.02)
        except Gone:
            killer.join()
        expect(self.engine.process.returncode == -9, "it ended by itself:\n" + self.engine.log()[-2000:])
        del self.looks[:-60]

    def check_alert(self, disk, told, now, fingerprint):
        a = told.alerts.get(fingerprint)
        b = now.alerts.get(fingerprint)
        later = disk.later(fingerprint, told.cycle)
        said = "told %s\nnow  %s\nlater %s" % (json.dumps(a), json.dumps(b), later)
        self.counted["alerts"] += 1
        if later:
            gone = later[-1] == "inactive"
            expect(not is_active(b) if gone else b is not None and b["state"] == later[-1], said)
            return
        if a is None or (not is_active(a) and b is None):
            expect(not is_active(b), said)
            return
        expect(b is not None, said)
        expect(times(a) == times(b), said)
        if a["firesInSeconds"] is not None:
            self.counted["pending"] += 1
            # What is told of may have been worked out as early as when the last cycle ended.
            gain = progress_ms(b) - progress_ms(a)
            least = min(disk.cycle - told.now, 0)
            most = max(disk.cycle - max(told.cycle, self.looks[0].now), 0)
            expect(least - ROUNDING_MS <= gain <= most + ROUNDING_MS,
                   "progress went by %g ms, not %d to %d ms\n%s" % (gain, least, most, said))

    def check_alerts(self, disk, now):
        told = self.looks[-1]
        before = [look for look in self.looks if look.cycle < told.cycle][-1:]
        behind = False
        for fp in set(told.alerts) | set(now.alerts):
            try:
                self.check_alert(disk, told, now, fp)
            except AssertionError:
                # Told of before it was on disk: then it is as one cycle before, which is.
                if told.cycle < disk.cycle or not before:
                    raise
                self.check_alert(disk, before[0], now, fp)
                behind = True
        self.counted["window"] += behind

    def check_people(self, disk, now, silences):
        for fp, note in list(self.acks.items()):
            alert = now.alerts.get(fp)
            if not is_active(alert) or fp in self.doubtful or "inactive" in disk.later(fp, self.looks[-1].cycle):
                del self.acks[fp]
                continue
            self.counted["acks"] += 1
            got = alert["ack"]["note"] if alert["ack"] else None
            expect(got == note, "acknowledged with %s, and it is %s" % (note, got))
        found = {s["id"]: s for s in silences}
        for name, silence in list(self.silences.items()):
            expect(name in found, "silence %s is gone" % name)
            if name in self.doubtful:
                self.silences[name] = None if found[name]["status"]["state"] == "expired" else silence
                continue
            self.counted["silences"] += 1
            expect((found[name]["status"]["state"] == "expired") == (silence is None), "%s: %s" % (silence, found[name]))
            if silence is not None:
                expect((found[name]["comment"], to_ms(found[name]["endsAt"])) == silence, "%s: %s" % (silence, found[name]))
        self.doubtful.clear()

    def check(self, now):
        """The first answer of a new life against the last ones of the life before."""
        disk = self.disk
        if now.cycle is not None:
            self.counted["late"] += 1  # the machine was too slow: an evaluation came first
            self.acks.clear()
            self.doubtful.clear()
            self.silences.clear()
        elif disk.cycle is not None and self.looks:
            self.counted["checked"] += 1
            self.check_alerts(disk, now)
            self.check_people(disk, now, self.engine.get("/api/v2/silences"))
        # What a life without any cycle tells is of the cycle that it took up.
        self.looks.clear()

    def round(self):
        now = self.start()
        if self.looks:
            self.check(now)
        self.live()
        self.disk = Disk()
        for look in self.looks:
            look.cycle = look.cycle or (self.taken_up if self.taken_up is not None else 0)
        self.taken_up = self.disk.cycle

    def all(self):
        self.taken_up = None
        self.toggle()
        try:
            for _ in range(3 * ROUNDS):
                if self.counted["checked"] >= ROUNDS:
                    break
                self.round()
        except AssertionError:
            print("seed %d, %s; in %s" % (SEED, self.counted, HOME))
            raise
        finally:
            self.engine.kill()
            self.exporter.stop()
        expect(self.counted["checked"] >= ROUNDS, "too slow a machine: %s" % self.counted)


run = Run()
run.all()
rounds = run.counted["checked"] + run.counted["late"]
run.counted["restart_ms"] = round(run.counted["restart_ms"] / rounds)
print("seed %d: %s" % (SEED, ", ".join("%s %d" % pair for pair in run.counted.items())))
shutil.rmtree(HOME)
