#!/usr/bin/env python3
"""State that cannot be kept: a full disk, a folder that is read-only or another's, a damaged file. Each is said,
alerts go on, and what can be kept is.

usage: alert_faults.py TOCSIN
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from console import clean_environment, expect, run_cases, wait_for  # noqa: E402
from engines import Engine, Exporter  # noqa: E402

TOCSIN = os.path.abspath(sys.argv[1])
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
"""


class World:
    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="tocsin-faults-")
        self.state = os.path.join(self.home, "state")
        self.exporter = Exporter()
        self.exporter.values = {'v{i="0"}': 1, 'v{i="1"}': 0}
        self.engines = []
        for name, text in (("tocsin.yaml", CONFIG % self.exporter.url), ("rules.yml", RULES)):
            with open(os.path.join(self.home, name), "w", encoding="ascii") as file:
                file.write(text)

    def start(self, state=None, before=()):
        number = len(self.engines)
        engine = Engine(TOCSIN, os.path.join(self.home, "tocsin.yaml"), state or self.state,
                        os.path.join(self.home, "socket%d" % number), os.path.join(self.home, "log%d" % number), before=before)
        self.engines.append(engine)
        engine.until_it_answers()
        return engine

    def end(self):
        for engine in self.engines:
            engine.kill()
        self.exporter.stop()


def alerts(engine):
    return {(a["rule"]["name"], a["labels"]["i"]): a for a in engine.get("/api/tocsin/v1/alerts")["alerts"] if a["origin"] == "tocsin"
            and "i" in a["labels"] and a["state"] != "inactive"}


def problem(engine):
    return engine.get("/api/tocsin/v1/alerts")["problem"]


def until_firing(engine, i="0"):
    wait_for("it fires", lambda: alerts(engine).get(("Fires", i), {}).get("state") == "firing")
    # The cycle after it has begun only when it was on disk, or is known not to be.
    wait_for("it is kept", lambda: engine.get("/api/tocsin/v1/alerts")["lastCycle"] > alerts(engine)[("Fires", i)]["firedAt"])


def works_on(world, engine, said):
    """It evaluates, takes commands, and says what is wrong: to whoever asks, in its log, and to people."""
    world.exporter.values['v{i="1"}'] = 1
    until_firing(engine, "1")
    status, answer = engine.ask("POST", "/api/tocsin/v1/ack", {"ids": [alerts(engine)[("Fires", "1")]["id"]], "by": "ada", "note": "mine"})
    expect(status == 200, "%d %s" % (status, answer))
    expect(alerts(engine)[("Fires", "1")]["ack"]["note"] == "mine", "the acknowledgement is not there")
    wait_for("it is said", lambda: re.search(said, problem(engine) or ""))
    shown = subprocess.run([TOCSIN, "status", "--socket", engine.socket_path], env=clean_environment(world.home), check=False,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", timeout=60).stdout
    expect(re.search(said, shown), "not in the status:\n" + shown)
    expect(re.search(r"level=(warn|error) event=(state|journal) ", engine.log()), "not in the log:\n" + engine.log())
    return answer


def with_world(act):
    world = World()
    try:
        act(world)
    except AssertionError as error:
        logs = "\n".join("--- %s\n%s" % (e.log_path, e.log()[-2000:]) for e in world.engines)
        raise AssertionError("%s\n%s" % (error, logs)) from None
    finally:
        world.end()


def was(world):
    """A life with an alert that fires, ended in order."""
    engine = world.start()
    until_firing(engine)
    found = alerts(engine)
    expect(problem(engine) is None, problem(engine))
    engine.stop()
    return found


def same(a, b):
    return all([x[key] for key in ("state", "activeAt", "firedAt")] == [y[key] for key in ("state", "activeAt", "firedAt")]
               for x, y in ((a[name], b[name]) for name in a))


def garbage_header(path):
    with open(path, "r+b") as file:
        file.write(os.urandom(200))


def truncated(path):
    os.truncate(path, os.path.getsize(path) - 4096 * 2 - 100)


def page_in_the_middle(path):
    with open(path, "r+b") as file:
        file.seek(4096 * (os.path.getsize(path) // 4096 // 2))
        file.write(os.urandom(4096))


def a_damaged_file_is_set_aside():
    for damage in (garbage_header, truncated, page_in_the_middle):
        def act(world, damage=damage):
            was(world)
            path = os.path.join(world.state, "state.db")
            expect(not os.path.exists(path + "-wal"), "a log is left")
            damage(path)
            with open(path, "rb") as file:
                damaged = file.read()
            engine = world.start()
            until_firing(engine)
            works_on(world, engine, r"state was damaged.*state\.db\.corrupt-\d{8}T\d{6}Z")
            aside = glob.glob(path + ".corrupt-*Z")
            expect(len(aside) == 1, aside)
            with open(aside[0], "rb") as file:
                expect(file.read() == damaged, "what was set aside is not what there was")
            found = alerts(engine)
            engine.kill()
            engine = world.start()
            expect(same(found, alerts(engine)) and problem(engine) is None, "the new state is not kept: %s" % problem(engine))
        with_world(act)


def a_folder_that_cannot_be():
    def act(world):
        file = os.path.join(world.home, "file")
        with open(file, "w", encoding="ascii"):
            pass
        engine = world.start(os.path.join(file, "state"))
        until_firing(engine)
        works_on(world, engine, r"state is in memory only: .*%s" % re.escape(file))
    with_world(act)


def a_folder_of_another():
    def act(world):
        first = world.start()
        until_firing(first)
        found = alerts(first)
        try:
            world.start()
            raise AssertionError("a second engine runs with the same state directory")
        except AssertionError as error:
            expect("status 75" in str(error) and "another tocsin (pid %d)" % first.process.pid in str(error), str(error))
        expect(same(found, alerts(first)) and problem(first) is None, problem(first))
        first.stop()
        third = world.start()
        expect(same(found, alerts(third)) and problem(third) is None, "the first one's state is not as it was")
    with_world(act)


def mounts():
    """Can this test mount what it likes, for itself alone?"""
    return os.geteuid() == 0 and all(map(shutil.which, ("unshare", "nsenter", "mount"))) and subprocess.run(
        ["unshare", "-m", "mount", "-t", "tmpfs", "none", tempfile.gettempdir()], check=False, stderr=subprocess.DEVNULL).returncode == 0


def a_read_only_folder():
    def act(world):
        found = was(world)
        engine = world.start(before=("unshare", "-m", "sh", "-c", 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"',
                                     world.state))
        expect(same(found, alerts(engine)), "what could be read is not there: %s" % alerts(engine))
        works_on(world, engine, r"state is in memory only: .*[Rr]ead-only")
    with_world(act)


def a_full_disk():
    def act(world):
        os.mkdir(world.state)
        # A mount of the test's own, which outlives the engines that see it.
        holder = subprocess.Popen(["unshare", "-m", "sh", "-c", 'mount -t tmpfs -o size=1m none "$0" && echo there && exec sleep 600', world.state],
                                  stdout=subprocess.PIPE)
        try:
            expect(holder.stdout.readline() == b"there\n", "no file system")
            inside = ("nsenter", "-t", str(holder.pid), "-m", "--")
            engine = world.start(before=inside)
            until_firing(engine)
            filler = "/proc/%d/root%s/filler" % (holder.pid, world.state)
            with open(filler, "wb", buffering=0) as file:
                try:
                    while True:
                        file.write(b"x" * 1024)
                except OSError:
                    pass
            answer = works_on(world, engine, r"state is in memory only: .*full")
            expect("full" in json_text(answer), "the command does not say that it is not kept: %s" % answer)
            os.unlink(filler)
            wait_for("it is on disk again", lambda: problem(engine) is None)
            expect("state is on disk again" in engine.log(), "not in the log")
            found = alerts(engine)
            engine.kill()
            engine = world.start(before=inside)
            again = alerts(engine)
            expect(same(found, again), "%s\n%s" % (found, again))
            expect(again[("Fires", "1")]["ack"]["note"] == "mine", "the acknowledgement is lost")
            told = [t["to"] for t in engine.get("/api/tocsin/v1/transitions")["transitions"] if t["alertname"] == "Fires"]
            expect(sorted(told) == ["acknowledged", "firing", "firing"], told)
        finally:
            holder.kill()
            holder.wait()
    with_world(act)


def json_text(answer):
    return " ".join(answer.get("warnings", []))


CASES = [a_damaged_file_is_set_aside, a_folder_that_cannot_be, a_folder_of_another]
if mounts():
    CASES += [a_read_only_folder, a_full_disk]
else:
    print("left out: a read-only folder, a full disk (they need root, and mounts of their own)")
run_cases(CASES)
