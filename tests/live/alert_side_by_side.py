#!/usr/bin/env python3
"""Debian's Prometheus and tocsin over the same rule file and the same page, second by second: states, times,
labels, annotations and values of their alerts agree. tocsin runs twice, once with the page as its source and once
with the Prometheus as its source.

What an engine sees of a change depends on when it scrapes and evaluates. A change of the page is in a scrape
within one interval, and in an evaluation within one more; who asks the Prometheus has its data, and is apart
from it by no more than the one interval between their evaluations. Within these times each state that one
engine shows must be one that the other shows, too.

The page changes every STEP_S only. Where scrapes and evaluations fall upon each other, a step of 7.5 s is seen by
6 to 9 evaluations and two by 14 to 16: each `for` and `keep_firing_for` here is reached by one step in every
engine, or by none and by two in every engine.

Where tocsin is to do better than a Prometheus (data that stops) the difference is named and counted.

usage: alert_side_by_side.py TOCSIN [--seconds N] [--seed N]
"""
import argparse
import bisect
import collections
import os
import random
import shutil
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from console import expect, wait_for  # noqa: E402
from engine import Engine, seconds  # noqa: E402
from exporter import Exporter  # noqa: E402
from servers import ask, at_a_free_port, program, run_prometheus  # noqa: E402

STEP_S = 7.5       # a value stays so long
LOOK_S = 0.5       # between two looks at everybody's alerts
LATE_S = 0.4       # beyond its interval, and a scrape or evaluation was held up by the machine
EFFECT_S = 18      # how long that, or data that stopped, can be seen in windows, `for` and keep_firing_for
OUTAGE_S = 6       # once in each ROUND_S the page is out of order for so long
OUTAGE_AT_S = 75
ROUND_S = 120
FLIP_S = 2         # how long something is there that comes and goes, for the first FLIPS_S of a round
FLIPS_S = 40
MOST_LATE = 0.5    # of all comparisons may have been spoiled by the machine
TRIES = 3          # where more were

RULES = """
groups:
  - name: plain
    interval: 1s
    rules:
      - alert: Now
        expr: level > 50
        labels: { severity: '{{ if gt $value 75.0 }}page{{ else }}ticket{{ end }}', team: "of-{{ $labels.kind }}" }
        annotations: { summary: '{{ $labels.name }} is at {{ $value | printf "%.2f" }} on {{ $labels.instance }}' }
      - { alert: For3, expr: level > 50, for: 3s, annotations: { summary: '{{ $value | humanize }}' } }
      - { alert: For5, expr: level > 50, for: 5s }
      - { alert: Kept, expr: level > 50, keep_firing_for: 3s }
      - { alert: For10, expr: level > 50, for: 10s }
      - { alert: KeptFor3, expr: level > 50, for: 3s, keep_firing_for: 5s }
      - { alert: KeptLong, expr: level > 50, for: 3s, keep_firing_for: 12s }
      - { alert: Low, expr: level < 20 and on (name) level > 5, for: 3s }
      - { alert: OverLimit, expr: level > on (kind) group_left () limit }
      - { alert: Flips, expr: flip > 0 }
  - name: rates
    interval: 1s
    rules:
      - { alert: Busy, expr: 'rate(work_total[4s]) > 10', annotations: { summary: 'worker {{ $labels.name }}' } }
      - { alert: Busy3, expr: 'rate(work_total[4s]) > 10', for: 3s }
      - { alert: AllBusy, expr: 'sum by (job) (rate(work_total[4s])) > 40' }
  - name: sums
    interval: 1s
    rules:
      - { record: 'kind:level:avg', expr: avg by (kind) (level) }
      - { record: 'kind:level:max', expr: max by (kind) (level), labels: { recorded: "yes" } }
      - { alert: KindHigh, expr: 'kind:level:avg > 50', for: 3s, annotations: { summary: 'kind {{ $labels.kind }}' } }
      - { alert: KindMax, expr: 'kind:level:max > 80' }
      - { alert: Several, expr: count by (kind) (level > 50) >= 3, annotations: { summary: '{{ $value }} are high' } }
  - name: absent
    interval: 1s
    rules:
      - { alert: NoBeat, expr: 'absent(beat{name="heart"})', labels: { severity: page } }
      - { alert: NoBeat3, expr: 'absent(beat{name="heart"})', for: 3s }
"""
# Alerts whose values lie between those of two steps while a window passes over both, and their thresholds.
SMOOTH = {"Busy": 10, "Busy3": 10, "AllBusy": 40}

CALM = {'level{kind="a",name="a0"}': 30, 'limit{kind="a"}': 60, 'beat{name="heart"}': 1, 'work_total{name="w0"}': 0}

# Differences that are none to fail for, in the order in which they are looked for.
UNKNOWN = "better: unknown instead of vanished, its data stopped"
KEPT = "better: went on, or kept its time and progress, through missing data"
FLAPPING = "better: held open, it comes and goes"
VALUE = "better: the value of now, not the last one that was over the threshold, while kept firing"
LATE = "not compared: the machine held an engine up"
DIFFERS = "DIFFERS"


class Script:
    """What the page has at a time since the beginning: a random walk of everything on it."""

    def __init__(self, seed, duration_s):
        random_ = random.Random(seed)
        self.steps = []
        names = [(kind, kind + str(i)) for kind in "abc" for i in range(4)]
        level = {name: random_.uniform(0, 100) for _, name in names}
        total = dict.fromkeys(("w%d" % i for i in range(5)), 0.0)
        rate = dict.fromkeys(total, 2)
        for _ in range(int(duration_s / STEP_S) + 2):
            step = {}
            for kind, name in names:
                level[name] = self.reflected(level[name] + random_.uniform(-45, 45))
                if random_.random() > 0.06:  # else it is not there for a step
                    step['level{kind="%s",name="%s"}' % (kind, name)] = round(level[name], 3)
            for kind, limit in zip("abc", (60, 75, 90)):
                step['limit{kind="%s"}' % kind] = limit
            step['beat{name="lungs"}'] = 1
            if random_.random() > 0.3:
                step['beat{name="heart"}'] = 1
            counters = {}
            for name, so_far in total.items():
                if random_.random() < 0.35:
                    rate[name] = 22 - rate[name]
                if random_.random() < 0.04:
                    so_far = 0.0  # a restart
                counters['work_total{name="%s"}' % name] = (so_far, rate[name])
                total[name] = so_far + rate[name] * STEP_S
            self.steps.append((step, counters))

    @staticmethod
    def reflected(value):
        value = abs(value)
        return 200 - value if value > 100 else value

    def at(self, since_s):
        step, counters = self.steps[min(int(since_s / STEP_S), len(self.steps) - 1)]
        page = dict(step)
        page["flip"] = int(since_s % ROUND_S < FLIPS_S and since_s % (2 * FLIP_S) < FLIP_S)
        for series, (so_far, rate) in counters.items():
            page[series] = so_far + rate * (since_s % STEP_S)
        return page


class Scripted(Exporter):
    """Until it begins everything is calm."""

    def __init__(self, script):
        self.script = script
        self.began = None
        super().__init__()

    def answer(self, request, body):
        with self.lock:
            self.series = CALM if self.began is None else self.script.at(time.time() - self.began)
        return super().answer(request, body)

    def has(self, series, value, from_s, to_s):
        """Was that on a page given in this time?"""
        first = bisect.bisect_left(self.pages, (from_s,))
        last = bisect.bisect_right(self.pages, (to_s,))
        return any(given.get(series) == value for _, given, _ in self.pages[first:last])


class View:
    """What one engine says of its alerts, look by look."""

    def __init__(self, name, read, agent=None):
        self.name = name
        self.read = read
        self.agent = agent  # who scrapes for it
        self.times = []
        self.looks = []     # labels to what is said of the alert
        self.evaluated = [] # by look: the time of the last evaluation of the group that is behind most
        self.late = []      # moments at which it was held up
        self.unknown = {}   # labels to the times at which they were
        self.flapping = {}

    def look(self):
        before = time.time()
        alerts, evaluated = self.read()
        now = time.time()
        at = (before + now) / 2
        # By when the oldest thing in this answer was due.
        if now - before > LATE_S or before - evaluated > 1 + LATE_S:
            self.late.append(at)
        self.times.append(at)
        self.looks.append(alerts)
        for key, alert in alerts.items():
            if alert["state"] == "unknown":
                self.unknown.setdefault(key, []).append(at)
            if alert["flapping"]:
                self.flapping.setdefault(key, []).append(at)

    def between(self, from_s, to_s):
        return self.looks[bisect.bisect_left(self.times, from_s):bisect.bisect_right(self.times, to_s)]


def key_of(labels):
    return tuple(sorted(labels.items()))


def read_prometheus(server):
    rules = ask(server, "rules")["data"]["groups"]
    alerts = {key_of(alert["labels"]): dict(alert, value=float(alert["value"]), activeAt=seconds(alert["activeAt"]),
                                            flapping=False)
              for group in rules for rule in group["rules"] for alert in rule.get("alerts") or []}
    return alerts, min(seconds(group["lastEvaluation"]) for group in rules)


def read_tocsin(engine):
    groups = [group for group in engine.get("/api/v1/rules")["data"]["groups"] if group["name"] != "tocsin"]
    evaluated = min(seconds(group["lastEvaluation"]) for group in groups)
    alerts = {key_of(alert["labels"]): dict(alert, activeAt=seconds(alert["activeAt"]))
              for alert in engine.alerts()
              if alert["origin"] == "tocsin" and alert["state"] != "inactive" and alert["rule"]["group"] != "tocsin"}
    return alerts, evaluated


class Comparison:
    def __init__(self, theirs, mine, tolerance_s, outages, page):
        self.theirs = theirs
        self.mine = mine
        self.tolerance_s = tolerance_s
        self.window_s = tolerance_s + LOOK_S + 0.2
        self.outages = outages
        self.page = page
        self.late = sorted(theirs.late + mine.late + gaps(page.pages, theirs.agent, outages) +
                           gaps(page.pages, mine.agent, outages))
        self.counts = collections.Counter()
        self.compared = collections.Counter()
        self.shifts = collections.Counter()
        self.examples = []

    def run(self):
        first = max(self.theirs.times[0], self.mine.times[0]) + EFFECT_S
        last = min(self.theirs.times[-1], self.mine.times[-1]) - self.window_s
        for one, other in ((self.mine, self.theirs), (self.theirs, self.mine)):
            for at, look in zip(one.times, one.looks):
                if first <= at <= last:
                    near = other.between(at - self.window_s, at + self.window_s)
                    self.compared["looks"] += 1
                    for key, alert in look.items():
                        self.compare(at, key, alert, [there.get(key) for there in near], one is self.mine)

    def compare(self, at, key, alert, near, is_mine):
        same = [other for other in near if other and other["state"] == alert["state"]]
        self.compared["states"] += 1
        if not same:
            states = sorted({other["state"] if other else "inactive" for other in near})
            self.differ(at, key, alert, "state", "%s, not %s" % (alert["state"], "/".join(states)))
            return
        self.compare_time(at, key, alert, same)
        self.compare_texts(at, key, alert, near, is_mine)

    def compare_time(self, at, key, alert, same):
        """Since when."""
        self.compared["times"] += 1
        shift = min(abs(other["activeAt"] - alert["activeAt"]) for other in same)
        if shift > self.tolerance_s + 0.05:
            self.differ(at, key, alert, "since", "%.3f s apart" % shift)
        else:
            self.shifts["up to %.1f s" % (int(shift / 0.5) / 2 + 0.5)] += 1

    def compare_texts(self, at, key, alert, near, is_mine):
        """A value and the texts that have it may be of one step here and still of the one before there."""
        there = [other for other in near if other]
        self.compared["values"] += 1
        values = [other["value"] for other in there]
        low = SMOOTH.get(dict(key)["alertname"])
        if low is not None:
            right = low <= alert["value"] <= max(values) * 1.2 + 1
        else:
            right = any(abs(value - alert["value"]) < 1e-9 for value in values)
        kept = dict(key)["alertname"].startswith("Kept")
        if not right and kept and self.is_of_now(at, key, [alert["value"]] if is_mine else values):
            self.counts[VALUE] += 1
        elif not right:
            self.differ(at, key, alert, "value", "%s, not %s" % (alert["value"], sorted(set(values))))
        self.compared["annotations"] += 1
        if not any(other["annotations"] == alert["annotations"] for other in there):
            self.differ(at, key, alert, "annotations",
                        "%s, not %s" % (alert["annotations"], [other["annotations"] for other in there]))

    def is_of_now(self, at, key, values):
        labels = dict(key)
        series = 'level{kind="%s",name="%s"}' % (labels["kind"], labels["name"])
        return any(self.page.has(series, value, at - 2 * self.window_s, at + self.window_s) for value in values)

    def differ(self, at, key, alert, what, how):
        kind = self.kind(at, key, alert)
        self.counts[kind] += 1
        if kind == DIFFERS:
            began = self.mine.times[0]
            self.examples.append("at %.1f s %s of %s: %s" % (at - began, what, dict(key), how))

    def kind(self, at, key, alert):
        near = self.window_s
        if any(abs(then - at) <= near for then in self.mine.unknown.get(key, ())):
            return UNKNOWN
        # The alert went through an outage, or its like there began anew behind it.
        since = min(at, alert["activeAt"])
        for began, ended in self.outages:
            frozen = any(began <= then <= ended + near for then in self.mine.unknown.get(key, ()))
            if frozen and at >= began and since <= ended + EFFECT_S:
                return KEPT
        if any(-near <= at - then <= EFFECT_S for then in self.mine.flapping.get(key, ())):
            return FLAPPING
        if self.was_late(since, at):
            return LATE
        return DIFFERS

    def was_late(self, since, at):
        """Shortly before now, or when it began."""
        for moment in (since, at):
            i = bisect.bisect_left(self.late, moment - EFFECT_S)
            if i < len(self.late) and self.late[i] <= moment + self.window_s:
                return True
        return False

    def report(self):
        print("%s, against Prometheus: %s" % (self.mine.name, ", ".join(
            "%d %s" % (count, what) for what, count in self.compared.items())))
        print("  of agreeing times %s" % ", ".join("%d %s" % (self.shifts[how], how) for how in sorted(self.shifts)))
        for kind in (UNKNOWN, KEPT, FLAPPING, VALUE, LATE, DIFFERS):
            print("  %6d %s" % (self.counts[kind], kind))
        for example in self.examples[:20]:
            print("    " + example)

    def total(self):
        return sum(count for what, count in self.compared.items() if what != "looks")


def gaps(pages, agent, outages):
    """When a scrape came late."""
    times = [at for at, _, who in pages if agent and agent in who.lower()]
    return [after for before, after in zip(times, times[1:])
            if after - before > 1 + LATE_S and not any(before <= ended and after >= began for began, ended in outages)]


def run_prometheus_of(folder, page):
    rules = os.path.join(folder, "rules.yml")
    return at_a_free_port(lambda port: run_prometheus(folder, """
global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
rule_files: [ %s ]
scrape_configs: [ { job_name: app, static_configs: [ { targets: ['%s'] } ] } ]
""" % (rules, page.address), port))


def start_engine(folder, name, source):
    path = os.path.join(folder, name)
    os.mkdir(path)
    return Engine(TOCSIN, path, "global: { interval: 1s }\nrule_files: [ '%s' ]\nsources: [ %s ]\n" % (
        os.path.join(folder, "rules.yml"), source))


def watch(page, views, duration_s):
    """Looks until the time is over. Gives when the page was out of order."""
    outages = []
    began = time.monotonic()
    for n in range(int(duration_s / LOOK_S)):
        due = began + n * LOOK_S
        time.sleep(max(0, due - time.monotonic()))
        into = (time.monotonic() - began) % ROUND_S
        out = OUTAGE_AT_S <= into < OUTAGE_AT_S + OUTAGE_S
        if out and page.manners == "well":
            page.behave("500")
            outages.append([time.time(), float("inf")])
        elif not out and page.manners != "well":
            page.behave("well")
            outages[-1][1] = time.time()
        for view in views:
            view.look()
    return outages


def compare_once(duration_s, seed):
    folder = tempfile.mkdtemp(prefix="tocsin-side-")
    with open(os.path.join(folder, "rules.yml"), "w", encoding="ascii") as file:
        file.write(RULES)
    page = Scripted(Script(seed, duration_s + 120))
    running = [page]
    try:
        prometheus = run_prometheus_of(folder, page)
        running.append(prometheus)
        embedded = start_engine(folder, "embedded", "{ name: app, scrape: { url: '%s/metrics' } }" % page.root)
        running.append(embedded)
        served = start_engine(folder, "served", "{ name: prom, prometheus: { url: '%s' } }" % prometheus.root)
        running.append(served)
        views = [View("Prometheus", lambda: read_prometheus(prometheus), "prometheus"),
                 View("the embedded engine", lambda: read_tocsin(embedded), "tocsin"),
                 View("tocsin over Prometheus", lambda: read_tocsin(served))]

        wait_for("everybody evaluates", lambda: all(view.read()[1] for view in views))
        # Both of those who scrape, and steadily.
        wait_for("everybody scrapes", lambda: all(
            sum(view.agent in who.lower() for _, _, who in page.pages) > 3 for view in views if view.agent))
        page.began = time.time()
        outages = watch(page, views, duration_s)
        comparisons = [Comparison(views[0], views[1], 2, outages, page),
                       Comparison(views[0], views[2], 1, outages, page)]
        for comparison in comparisons:
            comparison.run()
            comparison.report()
        return comparisons
    finally:
        for one in reversed(running):
            one.stop()
        shutil.rmtree(folder, ignore_errors=True)


def main():
    for left in reversed(range(TRIES)):
        print("seed %d, %d s" % (ARGUMENTS.seed, ARGUMENTS.seconds))
        comparisons = compare_once(ARGUMENTS.seconds, ARGUMENTS.seed)
        sys.stdout.flush()
        for comparison in comparisons:
            expect(not comparison.counts[DIFFERS], "%d differences that nothing explains" % comparison.counts[DIFFERS])
            expect(comparison.total() > 20 * ARGUMENTS.seconds, "only %d comparisons" % comparison.total())
        if all(comparison.counts[LATE] <= MOST_LATE * comparison.total() for comparison in comparisons):
            return
        expect(left, "the machine is too busy to compare anything")


parser = argparse.ArgumentParser()
parser.add_argument("tocsin")
parser.add_argument("--seconds", type=int, default=120)
parser.add_argument("--seed", type=int, default=random.randrange(10 ** 6))
ARGUMENTS = parser.parse_args()
TOCSIN = os.path.abspath(ARGUMENTS.tocsin)
program("prometheus")
try:
    main()
except AssertionError as failure:
    print("FAILED: %s" % failure)
    sys.exit(1)
