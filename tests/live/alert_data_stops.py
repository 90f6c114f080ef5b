#!/usr/bin/env python3
"""Data that stops never resolves an alert; a source that comes back resolves it within one interval when the
data says so. Over tocsin's own engine, which scrapes, and over a real Prometheus that scrapes the same pages.

usage: alert_data_stops.py TOCSIN embedded|prometheus [CASE...]
"""
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from console import expect, run_cases, wait_for  # noqa: E402
from engine import Engine, seconds  # noqa: E402
from exporter import Exporter, Proxy  # noqa: E402
from servers import at_a_free_port, program, run_prometheus  # noqa: E402

TOCSIN = os.path.abspath(sys.argv[1])
INTERVAL_S = 1
SLACK_S = 0.15  # of a moment's time taken by this process, and of the scrape and question themselves
TRIES = 4       # where a limit of time is tested and the machine spoils it
ROUNDS = 3      # evaluations in which nothing may happen

RULES = """
groups:
  - name: stops
    interval: 1s
    rules:
      - { alert: Hot, expr: temperature > 50 }
      - { alert: Waiting, expr: temperature > 50, for: 1h }
      - { alert: Busy, expr: 'rate(requests_total[5s]) > 5' }
      - { alert: BusyAll, expr: 'sum by (job) (rate(requests_total[5s])) > 5' }
      - { alert: Sum, expr: sum(load) > 10 }
      - { alert: Firing, expr: temperature > 50, annotations: { tocsin_on_missing: firing, tocsin_on_error: firing } }
      - { alert: Ok, expr: temperature > 50, annotations: { tocsin_on_missing: ok, tocsin_on_error: ok } }
      - { alert: Keep, expr: temperature > 50, annotations: { tocsin_on_missing: keep, tocsin_on_error: keep } }
"""


class Late(AssertionError):
    """Right, but not within the time: the machine may have stood still."""


class Stage:
    """Pages, who scrapes them, and the engine with the rules over them."""

    def __init__(self, count):
        self.folder = tempfile.mkdtemp(prefix="tocsin-stops-")
        self.pages = [Exporter() for _ in range(count)]
        self.present = list(self.pages)
        self.back_s = 0  # when what was stopped is back
        self.ticking = None
        self.manners = "well"  # of what stopped
        with open(os.path.join(self.folder, "rules.yml"), "w", encoding="ascii") as file:
            file.write(RULES)
        self.begin()
        self.engine = Engine(TOCSIN, self.folder, self.config())

    def begin(self):
        pass

    def close(self):
        if self.ticking:
            self.ticking.set()
        if hasattr(self, "engine"):
            self.engine.stop()
        self.end()
        for page in self.pages:
            page.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def end(self):
        pass

    def targets_break(self, manners):
        self.manners = manners
        self.behave(manners)

    def behave(self, manners):
        for page in self.pages:
            page.behave(manners)

    def targets_mend(self):
        self.behave("well")
        self.back_s = time.time()

    def count(self, rates):
        """Counters that go on by themselves, ten times a second: series to how fast."""
        stop = self.ticking = threading.Event()

        def tick():
            while not stop.wait(0.1):
                page = self.pages[0]
                page.update({series: page.series.get(series, 0) + rate / 10 for series, rate in rates.items()})
        threading.Thread(target=tick, daemon=True).start()

    def given_first(self, wanted):
        """When the first page was given that had this, or 0."""
        return min((at for page in self.pages for at, series, _ in page.pages if wanted.items() <= series.items()),
                   default=0)


class Embedded(Stage):
    name = "embedded"

    def config(self):
        text = "global: { interval: 1s }\nrule_files: [ rules.yml ]\nsources:\n  - { name: here, host: {} }\n"
        # Several are targets of one job.
        labels = ", labels: { job: app }" if len(self.pages) > 1 else ""
        for page in self.present:
            text += "  - name: app%d\n    scrape: { url: '%s/metrics'%s }\n" % (
                self.pages.index(page), page.root, labels)
        return text

    def discover(self, present):
        self.present = present
        self.engine.reload(self.config())
        self.back_s = time.time()

    # The source is the target.
    source_break = Stage.targets_break
    source_mend = Stage.targets_mend

    def last_by(self, wanted):
        """Rules do not wait for a source that did not answer, and see what it had in their next slot."""
        hung = self.manners == "late"
        return (max(self.back_s, self.given_first(wanted)) if hung else self.back_s) + INTERVAL_S


class Served(Stage):
    name = "prometheus"

    def begin(self):
        self.write_targets()
        self.prometheus = at_a_free_port(self.run)
        self.proxy = Proxy(self.prometheus.root)

    def run(self, port):
        return run_prometheus(self.folder, """
global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs:
  - job_name: app
    file_sd_configs: [ { files: [ '%s' ], refresh_interval: 1s } ]
""" % self.targets_file(), port)

    def end(self):
        if hasattr(self, "proxy"):
            self.proxy.stop()
        if hasattr(self, "prometheus"):
            self.prometheus.stop()

    def config(self):
        return ("global: { interval: 1s }\nrule_files: [ rules.yml ]\n"
                "sources:\n  - { name: prom, prometheus: { url: '%s' } }\n" % self.proxy.root)

    def targets_file(self):
        return os.path.join(self.folder, "targets.json")

    def write_targets(self):
        with open(self.targets_file() + ".new", "w", encoding="ascii") as file:
            json.dump([{"targets": [page.address for page in self.present]}], file)
        os.replace(self.targets_file() + ".new", self.targets_file())

    def discover(self, present):
        self.present = present
        self.write_targets()
        self.back_s = time.time()

    def source_break(self, manners):
        """The server itself: ended, stopped where it stands, or out of order."""
        if manners == "refuse":
            self.proxy.behave("refuse")
            self.prometheus.stop()
        elif manners == "late":
            self.prometheus.process.send_signal(signal.SIGSTOP)
        else:
            self.proxy.behave(manners)

    def source_mend(self):
        if self.prometheus.process.poll() is not None:
            self.prometheus = self.run(self.prometheus.port)
        self.prometheus.process.send_signal(signal.SIGCONT)
        self.proxy.behave("well")
        self.back_s = time.time()

    def last_by(self, wanted):
        """The server has the data with its own next scrape."""
        return max(self.back_s, self.given_first(wanted)) + INTERVAL_S


KIND = {"embedded": Embedded, "prometheus": Served}[sys.argv[2]]
CASES = []


def case(count=1):
    """A test on a stage of its own with so many targets; only of one kind where its name ends with that."""
    def wrap(act):
        def run():
            for left in reversed(range(TRIES)):
                stage = KIND(count)
                try:
                    return act(stage)
                except Late as late:
                    if not left:
                        raise
                    print("again, for the machine may have been busy: %s" % late)
                except (AssertionError, OSError) as error:
                    raise AssertionError("%s\n%s" % (error, stage.engine.log()[-4000:])) from None
                finally:
                    stage.close()
        run.__name__ = act.__name__
        kinds = [kind for kind in ("embedded", "prometheus") if act.__name__.endswith(kind)]
        if not kinds or KIND.name in kinds:
            CASES.append(run)
        return run
    return wrap


def room(name):
    return 'temperature{room="%s"}' % name


def until(stage, state, name, **labels):
    """The alert once it is in that state; nothing of one that was pending and is over."""
    wait_for("%s %s is %s" % (name, labels, state), lambda: stage.engine.state(name, **labels) == state)
    return stage.engine.alert(name, **labels)


def path(stage, name, **labels):
    """The states it went through, from what it was first."""
    steps = stage.engine.transitions(name, **labels)
    return [steps[0]["from"]] + [step["to"] for step in steps] if steps else []


def expect_path(stage, wanted, name, **labels):
    found = path(stage, name, **labels)
    expect(found == wanted, "%s %s went %s, not %s" % (name, labels, found, wanted))


def expect_prompt(stage, at_s, wanted):
    last_s = stage.last_by(wanted) + SLACK_S
    if at_s > last_s:
        raise Late("resolved %.3f s after the last moment" % (at_s - last_s))


def begin_two(stage):
    """Two that fire and wait: one that will have cooled, one that will not."""
    stage.pages[0].update({room("cools"): 60, room("stays"): 70})
    for name in ("cools", "stays"):
        until(stage, "firing", "Hot", room=name)
        until(stage, "pending", "Waiting", room=name)
    stage.engine.evaluations("Waiting", 2)
    return {name: stage.engine.alert("Hot", room=name)["activeAt"] for name in ("cools", "stays")}


def stays_unknown(stage, reason):
    for name in ("cools", "stays"):
        alert = until(stage, "unknown", "Hot", room=name)
        expect(alert["fires"] and alert["unknownSince"], "receivers hear it end: %s" % alert)
        expect(reason in alert["reason"], "the reason is %s" % alert["reason"])
        expect(not until(stage, "unknown", "Waiting", room=name)["fires"], "it fires")
    left = stage.engine.alert("Waiting", room="stays")["firesInSeconds"]
    stage.engine.evaluations("Hot", ROUNDS)
    stage.engine.evaluations("Waiting", 1)
    for name in ("cools", "stays"):
        expect_path(stage, ["inactive", "firing", "unknown"], "Hot", room=name)
        expect_path(stage, ["inactive", "pending", "unknown"], "Waiting", room=name)
    alert = stage.engine.alert("Waiting", room="stays")
    expect(alert["firesInSeconds"] == left, "it went on from %s to %s" % (left, alert["firesInSeconds"]))
    return left


def settles(stage, since, left):
    cooled = until(stage, "inactive", "Hot", room="cools")
    until(stage, "firing", "Hot", room="stays")
    until(stage, "inactive", "Waiting", room="cools")
    waiting = until(stage, "pending", "Waiting", room="stays")
    # A server that is back may have its old data first: then both are known before one resolves.
    steps = path(stage, "Hot", room="cools")
    expect(steps[:3] == ["inactive", "firing", "unknown"] and steps[3:] in (["inactive"], ["firing", "inactive"]),
           "it went %s" % steps)
    expect_path(stage, ["inactive", "firing", "unknown", "firing"], "Hot", room="stays")
    expect_path(stage, ["inactive", "pending", "unknown", "pending"], "Waiting", room="stays")
    stayed = stage.engine.alert("Hot", room="stays")
    expect(stayed["activeAt"] == since["stays"] and stayed["fires"] and not stayed["unknownSince"], "it is %s" % stayed)
    known = stage.engine.transitions("Waiting", room="stays")[-1]
    now_s = seconds(stage.engine.get("/api/tocsin/v1/alerts")["now"])
    expect(left >= waiting["firesInSeconds"] >= left - (now_s - seconds(known["at"])) - INTERVAL_S,
           "of %s s left %s are, known since %s" % (left, waiting["firesInSeconds"], known["at"]))
    expect_prompt(stage, seconds(cooled["resolvedAt"]), {room("cools"): 40})


def stops_and_comes_back(stage, stop, back, reason):
    since = begin_two(stage)
    stop()
    left = stays_unknown(stage, reason)
    stage.pages[0].update({room("cools"): 40, room("stays"): 75})
    back()
    settles(stage, since, left)


def a_source(stage, manners):
    reason = "target is down" if stage.name == "embedded" else ""
    stops_and_comes_back(stage, lambda: stage.source_break(manners), stage.source_mend, reason)


@case()
def source_is_down(stage):
    a_source(stage, "refuse")


@case()
def source_is_slow(stage):
    a_source(stage, "late")


@case()
def source_answers_errors(stage):
    a_source(stage, "500")


@case()
def source_answers_garbage(stage):
    a_source(stage, "garbage")


def a_target(stage, manners):
    stops_and_comes_back(stage, lambda: stage.targets_break(manners), stage.targets_mend, "target is down")


@case()
def target_is_down_behind_prometheus(stage):
    a_target(stage, "refuse")


@case()
def target_is_slow_behind_prometheus(stage):
    a_target(stage, "late")


@case()
def target_answers_garbage_behind_prometheus(stage):
    a_target(stage, "garbage")


@case()
def last_target_of_a_job_is_gone(stage):
    stops_and_comes_back(stage, lambda: stage.discover([]), lambda: stage.discover(stage.pages), "metric is gone")


@case(count=2)
def one_target_of_several_is_gone(stage):
    stage.pages[0].set(room("a"), 60)
    stage.pages[1].set(room("b"), 60)
    until(stage, "firing", "Hot", room="a")
    until(stage, "firing", "Hot", room="b")
    stage.discover(stage.pages[:1])
    gone = until(stage, "inactive", "Hot", room="b")
    expect("the object is gone" in gone["reason"], "the reason is %s" % gone["reason"])
    expect_path(stage, ["inactive", "firing"], "Hot", room="a")


@case(count=2)
def one_target_of_several_is_down(stage):
    stage.pages[0].set(room("a"), 60)
    stage.pages[1].set(room("b"), 60)
    until(stage, "firing", "Hot", room="a")
    until(stage, "firing", "Hot", room="b")
    stage.pages[1].behave("refuse")
    until(stage, "unknown", "Hot", room="b")
    stage.engine.evaluations("Hot", ROUNDS)
    expect_path(stage, ["inactive", "firing", "unknown"], "Hot", room="b")
    expect_path(stage, ["inactive", "firing"], "Hot", room="a")
    stage.pages[1].set(room("b"), 40)
    stage.pages[1].behave("well")
    stage.back_s = time.time()
    expect_prompt(stage, seconds(until(stage, "inactive", "Hot", room="b")["resolvedAt"]), {room("b"): 40})


@case(count=2)
def part_of_a_sum_is_down(stage):
    """What is left of it is small, and says nothing."""
    stage.pages[0].set("load", 4)
    stage.pages[1].set("load", 8)
    until(stage, "firing", "Sum")
    stage.pages[1].behave("refuse")
    alert = until(stage, "unknown", "Sum")
    expect("part of the data" in alert["reason"], "the reason is %s" % alert["reason"])
    stage.engine.evaluations("Sum", ROUNDS)
    expect_path(stage, ["inactive", "firing", "unknown"], "Sum")
    stage.pages[1].behave("well")
    until(stage, "firing", "Sum")
    stage.pages[1].set("load", 5)
    until(stage, "inactive", "Sum")
    expect_path(stage, ["inactive", "firing", "unknown", "firing", "inactive"], "Sum")
    # A target that nobody looks for any more is no reason to wait.
    stage.pages[1].set("load", 8)
    until(stage, "firing", "Sum")
    stage.discover(stage.pages[:1])
    until(stage, "inactive", "Sum")


@case()
def one_series_is_deleted(stage):
    stage.pages[0].update({room("a"): 60, room("b"): 60, room("calm"): 20})
    until(stage, "firing", "Hot", room="a")
    until(stage, "firing", "Hot", room="b")
    stage.back_s = time.time()
    stage.pages[0].remove(room("b"))
    gone = until(stage, "inactive", "Hot", room="b")
    expect("the object is gone" in gone["reason"], "the reason is %s" % gone["reason"])
    stage.engine.evaluations("Hot", ROUNDS)
    expect_path(stage, ["inactive", "firing"], "Hot", room="a")
    # Its siblings need not be hot for that.
    stage.pages[0].remove(room("a"))
    gone = until(stage, "inactive", "Hot", room="a")
    expect("the object is gone" in gone["reason"], "the reason is %s" % gone["reason"])


@case()
def whole_metric_is_gone(stage):
    stage.pages[0].set("something_else", 1)

    def stop():
        stage.pages[0].remove(room("cools"), room("stays"))

    def back():
        # What has come back is scraped with the next page, and was set before this is called.
        stage.back_s = time.time()
    since = begin_two(stage)
    stop()
    left = stays_unknown(stage, "metric is gone")
    back()
    stage.pages[0].update({room("cools"): 40, room("stays"): 75})
    settles(stage, since, left)


@case()
def counter_is_reset(stage):
    series = "requests_total"
    stage.count({series: 20})
    until(stage, "firing", "Busy")
    until(stage, "firing", "BusyAll")
    stage.pages[0].set(series, 0)
    given = stage.pages[0].given()
    wait_for("pages behind the reset", lambda: stage.pages[0].given() > given + 8)
    expect_path(stage, ["inactive", "firing"], "Busy")
    expect_path(stage, ["inactive", "firing"], "BusyAll")
    stage.ticking.set()
    until(stage, "inactive", "Busy")
    until(stage, "inactive", "BusyAll")
    expect_path(stage, ["inactive", "firing", "inactive"], "Busy")


@case()
def rate_of_a_source_that_is_down(stage):
    """Its window still has samples when the source has none any more."""
    stage.count({"requests_total": 20})
    until(stage, "firing", "Busy")
    until(stage, "firing", "BusyAll")
    stage.targets_break("refuse")
    until(stage, "unknown", "Busy")
    until(stage, "unknown", "BusyAll")
    stage.engine.evaluations("Busy", ROUNDS)
    expect_path(stage, ["inactive", "firing", "unknown"], "Busy")
    expect_path(stage, ["inactive", "firing", "unknown"], "BusyAll")
    stage.ticking.set()
    stage.targets_mend()
    until(stage, "inactive", "Busy")
    until(stage, "inactive", "BusyAll")


def choices(stage, stop, back):
    stage.pages[0].set(room("a"), 60)
    for name in ("Firing", "Ok", "Keep", "Hot"):
        until(stage, "firing", name)
    stop()
    until(stage, "unknown", "Hot")
    until(stage, "inactive", "Ok")
    stage.engine.evaluations("Keep", ROUNDS)
    expect_path(stage, ["inactive", "firing"], "Firing")
    expect_path(stage, ["inactive", "firing"], "Keep")
    expect_path(stage, ["inactive", "firing", "inactive"], "Ok")
    stage.pages[0].set(room("a"), 40)
    back()
    for name in ("Firing", "Keep", "Hot"):
        until(stage, "inactive", name)
    expect_path(stage, ["inactive", "firing", "inactive"], "Firing")
    expect_path(stage, ["inactive", "firing", "inactive"], "Keep")


@case()
def on_missing_is_obeyed(stage):
    choices(stage, lambda: stage.targets_break("refuse"), stage.targets_mend)


@case()
def on_error_is_obeyed_prometheus(stage):
    choices(stage, lambda: stage.source_break("500"), stage.source_mend)


@case()
def one_alert_tells_of_a_source_that_is_down(stage):
    stage.pages[0].update({room("a"): 60, room("b"): 60})
    for name in ("a", "b"):
        until(stage, "firing", "Hot", room=name)
    stage.source_break("refuse")
    # It waits for a minute itself.
    down = wait_for("TocsinSourceDown fires", lambda: [alert for alert in stage.engine.alerts("TocsinSourceDown")
                                                       if alert["state"] == "firing"], 180)
    expect(len(down) == 1, "several: %s" % down)
    for name in ("a", "b"):
        expect(stage.engine.alert("Hot", room=name)["state"] == "unknown", "it is known")
        expect(stage.engine.alert("Hot", room=name)["inhibitedBy"] == "TocsinSourceDown", "it is not inhibited")
    counts = stage.engine.get("/api/tocsin/v1/alerts")["counts"]
    loud = counts["critical"] + counts["warning"] + counts["info"]
    expect(loud == 5, "those of Firing, of Keep and the one of the source are loud, not %s" % counts)
    stage.pages[0].set(room("a"), 40)
    stage.source_mend()
    until(stage, "inactive", "Hot", room="a")
    until(stage, "inactive", "TocsinSourceDown")
    stayed = until(stage, "firing", "Hot", room="b")
    expect(not stayed["inhibitedBy"], "it is still inhibited")


if KIND is Served:
    program("prometheus")
run_cases([one for one in CASES if len(sys.argv) < 4 or one.__name__ in sys.argv[3:]])
