#!/usr/bin/env python3
"""The engine without a terminal: started, told to reload, ended, and what its service manager hears."""
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from console import clean_environment, expect, run_cases, wait_for  # noqa: E402

TOCSIN = os.path.abspath(sys.argv[1])
HOME = tempfile.mkdtemp(prefix="tocsin-headless-")
PATH = os.path.join(HOME, "tocsin.yaml")
HERE = "global: { interval: 1s }\nsources:\n  - name: here\n    host: {}\n"
SECOND = "  - name: again\n    host: {}\n"
WRONG = "global: { intervall: 1s }\nsources:\n  - name: here\n    hosts: {}\n"
STOP_LIMIT_S = 10


def write(text):
    """In one step, as editors do it."""
    with open(PATH + ".new", "w", encoding="ascii") as file:
        file.write(text)
    os.replace(PATH + ".new", PATH)


class Engine:
    def __init__(self, *words, closed=(0,), environment=None):
        env = clean_environment(HOME)
        env.pop("TERM", None)
        env.update(environment or {})
        self.log_path = tempfile.mktemp(prefix="log-", dir=HOME)
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen([TOCSIN, "--headless", "-c", PATH, *words], env=env, stderr=log,
                                            preexec_fn=lambda: [os.close(fd) for fd in closed])

    def log(self):
        with open(self.log_path, encoding="utf-8") as file:
            return file.read()

    def wait(self, pattern, count=1):
        def there():
            expect(self.process.poll() is None, "it ended:\n" + self.log())
            return len(re.findall(pattern, self.log())) >= count
        try:
            wait_for("%d times %r in the log" % (count, pattern), there)
        except AssertionError as error:
            raise AssertionError("%s\n%s" % (error, self.log())) from None

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        # The program's own limit, and what a busy machine needs to run it at all.
        status = self.process.wait(STOP_LIMIT_S + 60)
        expect(status == 0, "status %d\n%s" % (status, self.log()))

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def with_engine(act, *words, text=HERE, **how):
    write(text)
    engine = Engine(*words, **how)
    try:
        act(engine)
    finally:
        engine.kill()


def runs_without_terminal_and_ends():
    for number in (signal.SIGTERM, signal.SIGINT):
        def act(engine, number=number):
            engine.wait(r"event=ready sources_up=1 sources=1 ")
            engine.stop(number)
            log = engine.log()
            expect("event=start " in log and "event=stopping limit_s=10" in log, log)
            expect("event=stopped" in log and "cut short" not in log, log)
        with_engine(act)


def keeps_descriptors_apart():
    """Without standard descriptors nothing else gets their numbers, and the log nowhere it harms."""
    log = os.path.join(HOME, "apart.log")

    def ready():
        if not os.path.exists(log):
            return False
        with open(log, encoding="utf-8") as file:
            return "event=ready" in file.read()

    def act(engine):
        wait_for("it is ready", ready)
        for fd in (0, 1, 2):
            expect(os.readlink("/proc/%d/fd/%d" % (engine.process.pid, fd)) == "/dev/null", "descriptor %d" % fd)
        engine.stop()
    with_engine(act, "--log", log, closed=(0, 1, 2))


def writes_json():
    def act(engine):
        engine.wait('"event":"ready"')
        engine.stop()
        for line in engine.log().splitlines():
            entry = json.loads(line)
            expect(entry["ts"] and entry["level"] in ("info", "warn") and entry["event"], line)
    with_engine(act, "--log-format=json")


def reloads_when_told():
    def act(engine):
        engine.wait("event=ready")
        # The file is as it was: nothing but the signal asks for it.
        engine.process.send_signal(signal.SIGHUP)
        engine.wait(r"level=info event=reload file=\S+tocsin.yaml warnings=0")
        engine.stop()
    with_engine(act)


def reloads_a_changed_file():
    def act(engine):
        engine.wait("event=ready")
        write(HERE + SECOND)
        engine.wait(r"level=info event=reload file=\S+tocsin.yaml")
        engine.stop()
    with_engine(act)


def reloads_with_a_changed_file_of_rules():
    path = os.path.join(HOME, "rules.yml")

    def rules(expr):
        with open(path + ".new", "w", encoding="ascii") as file:
            file.write("groups:\n- name: g\n  rules:\n  - { alert: A, expr: '%s' }\n" % expr)
        os.replace(path + ".new", path)

    def act(engine):
        engine.wait("event=ready")
        rules("node_load1 > ")
        engine.wait(r"level=error event=reload at=\S+rules.yml:4:\d+ err=")
        rules("node_load1 > 2")
        engine.wait(r"level=info event=reload file=\S+tocsin.yaml")
        # Also afterwards: what is watched follows what was read.
        rules("node_load1 > 3")
        engine.wait(r"level=info event=reload file=\S+tocsin.yaml", 2)
        engine.stop()
    rules("node_load1 > 1")
    with_engine(act, text=HERE + "rule_files: [rules.yml]\n")


def refuses_a_wrong_configuration_whole():
    def act(engine):
        engine.wait("event=ready")
        write(WRONG)
        engine.process.send_signal(signal.SIGHUP)
        engine.wait(r"level=error event=reload file=\S+ err=\"the new configuration is refused, the old one goes on\" errors=2")
        log = engine.log()
        for place, word in (("1:11", "intervall"), ("4:5", "hosts")):
            expect(re.search(r"level=error event=reload at=\S+tocsin.yaml:%s err=.*%s" % (place, word), log), log)
        expect("hint=\"did you mean 'interval'?\"" in log, log)
        write(HERE + SECOND)
        engine.wait(r"level=info event=reload file=")
        engine.stop()
    with_engine(act)


def tells_the_service_manager():
    """In order: ready, reloading and ready again, stopping; and its watchdog between."""
    path = os.path.join(HOME, "notify")
    heard = []

    def hear(manager):
        try:
            while True:
                heard.append(manager.recv(4096).decode())
        except BlockingIOError:
            return heard

    def act(engine):
        wait_for("READY=1", lambda: "READY=1" in hear(manager))
        wait_for("the watchdog", lambda: hear(manager).count("WATCHDOG=1") > 2)
        # Its own file watch may come first: either reloads.
        engine.process.send_signal(signal.SIGHUP)
        wait_for("READY=1 again", lambda: hear(manager).count("READY=1") > 1)
        engine.stop()
        hear(manager)
        told = [text for text in heard if text != "WATCHDOG=1" and not text.startswith("STATUS=")]
        expect(told[0] == "READY=1" and told[2] == "READY=1" and told[-1] == "STOPPING=1", told)
        expect(re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=\d+", told[1]), told)
        expect(any(re.fullmatch(r"STATUS=1 of 1 source up, \d+ series", text) for text in heard), heard)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        manager.setblocking(False)
        with_engine(act, environment={"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "200000"})


def ends_with_a_status_that_says_why():
    def ended(*words, text=HERE, environment=None):
        write(text)
        engine = Engine(*words, environment=environment)
        try:
            return engine.process.wait(60), engine.log()
        finally:
            engine.kill()
    status, log = ended(text=WRONG)
    expect(status == 78 and "tocsin.yaml:1:11: error" in log and "tocsin.yaml:4:5: error" in log, log)
    status, log = ended("--theme", "terminal")
    expect(status == 64 and "--theme has no effect with --headless" in log, log)
    status, log = ended("--log-format", "xml")
    expect(status == 64 and "'xml' is not logfmt or json" in log, log)
    status, log = ended(environment={"NOTIFY_SOCKET": "nowhere"})
    expect(status == 78 and "NOTIFY_SOCKET" in log, log)


run_cases([runs_without_terminal_and_ends, keeps_descriptors_apart, writes_json, reloads_when_told,
           reloads_a_changed_file, reloads_with_a_changed_file_of_rules, refuses_a_wrong_configuration_whole, tells_the_service_manager,
           ends_with_a_status_that_says_why])
