"""Made-up samples with what real ones have: counters that reset, gauges of every kind of number, gaps,
staleness markers, series of one sample, series that begin late and end early, scrapes of different
phase, broken histograms, label sets that overlap in part. The same at every run.
"""
import math
import random

from oracle_sides import STALE

# Any time will do; this one is a whole minute.
BASE_MS = 1600000020000
STEP_MS = 15000
COUNT = 160
END_MS = BASE_MS + STEP_MS * COUNT
NAN, INF = math.nan, math.inf


class Samples:
    def __init__(self):
        self.rng = random.Random(20230129)
        self.series = {}

    def add(self, name, labels, value, phase=0, first=0, count=COUNT, skip=0.0, step=STEP_MS):
        """`value` is called with the number of the sample; None leaves it out."""
        points = []
        for i in range(first, count):
            v = value(i)
            if v is not None and self.rng.random() >= skip:
                points.append((BASE_MS + phase + i * step, float(v)))
        pairs = dict(labels, **({"__name__": name} if name else {}))
        self.series[tuple(sorted(pairs.items()))] = points

    def counter(self, most, reset=0.01, whole=False):
        total = [float(self.rng.randrange(1000))]

        def value(_):
            if self.rng.random() < reset:
                total[0] = 0.0
            else:
                total[0] += self.rng.randrange(most) if whole else self.rng.random() * most
            return total[0]

        return value

    def walk(self, low, high):
        return lambda _: round(self.rng.uniform(low, high), 3)

    def choice(self, values):
        return lambda _: self.rng.choice(values)


def add_counters(s):
    for n, instance in enumerate(("a:9100", "b:9100", "c:9100")):
        job = "api" if n < 2 else "web"
        for code in ("200", "404", "500"):
            s.add("requests_total", {"job": job, "instance": instance, "code": code},
                  s.counter(30, whole=True), phase=1700 * n, skip=0.02)
        s.add("errors_total", {"job": job, "instance": instance}, s.counter(2), phase=1700 * n)
        s.add("up", {"job": job, "instance": instance}, s.choice([1, 1, 1, 1, 0]), phase=1700 * n)
        s.add("cpu_seconds_total", {"job": job, "instance": instance, "mode": "idle"}, s.counter(15, 0.005),
              phase=1700 * n)
        s.add("cpu_seconds_total", {"job": job, "instance": instance, "mode": "user"}, s.counter(3, 0.005),
              phase=1700 * n)
        s.add("build_info", {"job": job, "instance": instance, "version": "1.%d" % (n // 2), "rev": "r%d" % n},
              lambda _: 1, phase=1700 * n)
    s.add("slow_total", {"job": "api"}, lambda i: i // 20)
    s.add("flat_total", {"job": "api"}, lambda i: 7)
    s.add("zero_total", {"job": "api"}, lambda i: max(0, i - 30) % 60)


def add_gauges(s):
    for room in ("hall", "attic"):
        for floor in ("1", "2"):
            s.add("temp", {"room": room, "floor": floor}, s.walk(-5, 30), skip=0.03)
            s.add("odd", {"room": room, "floor": floor}, s.choice([NAN, INF, -INF, 0.0, -0.0, 1.0, -2.5, 3.0, 3.0]))
    s.add("whole", {"room": "hall", "host": "h1"}, lambda i: i % 7)
    s.add("whole", {"room": "attic", "host": "h1"}, lambda i: i % 5 - 2)
    s.add("whole", {"room": "roof", "host": "h2"}, lambda i: 3)
    s.add("capacity", {"host": "h1", "zone": "z1"}, lambda i: 10)
    s.add("capacity", {"host": "h2", "zone": "z2"}, lambda i: 20)
    s.add("capacity", {"host": "h3", "zone": "z2"}, lambda i: 30)
    s.add("huge", {"n": "1"}, s.choice([1e140, -1e140, 1e150, 1e-310, 5e-324, 9007199254740993.0]))
    s.add("huge", {"n": "2"}, lambda i: 2.0 ** 53 + i)
    s.add("stamp", {"n": "1"}, lambda i: 1e8 * i)
    s.add("stamp", {"n": "2"}, lambda i: -86400.0 * 91 * i + 0.5)
    s.add("stamp", {"n": "3"}, lambda i: 951782400 + 86400 * (i - 80))
    s.add("allnan", {"room": "hall"}, lambda i: NAN)
    s.add("fast", {"room": "hall"}, s.walk(0, 1), step=1000, count=600)


def add_gaps(s):
    s.add("gappy", {"n": "1"}, lambda i: i if i // 30 % 2 == 0 else None)
    s.add("gappy", {"n": "2"}, lambda i: i if i % 9 < 2 else None)
    s.add("flap", {"n": "1"}, lambda i: STALE if i % 12 == 5 else None if i % 12 in (6, 7) else i)
    s.add("flap", {"n": "2"}, lambda i: STALE if i == 60 else i if i < 60 or i > 100 else None)
    s.add("flap", {"n": "3"}, lambda i: STALE if i % 2 else i)
    s.add("ended", {"how": "marker"}, lambda i: STALE if i == 79 else i, count=80)
    s.add("ended", {"how": "silence"}, lambda i: i, count=80)
    s.add("single", {"n": "1"}, lambda i: 42, first=80, count=81)
    s.add("single", {"n": "2"}, lambda i: STALE, first=80, count=81)
    s.add("late", {"room": "hall"}, lambda i: i, first=100)
    # One instance changes its version in the middle.
    s.add("version_info", {"host": "h1", "version": "1"}, lambda i: STALE if i == 70 else 1, count=71)
    s.add("version_info", {"host": "h1", "version": "2"}, lambda i: 1, first=70)
    s.add("version_info", {"host": "h2", "version": "2"}, lambda i: 1)


def add_histogram(s, name, labels, bounds, broken=False, reset=0.01):
    rows, last = [], [0] * len(bounds)
    for _ in range(COUNT):
        if s.rng.random() < reset:
            last = [0] * len(bounds)
        added, row = 0, []
        for b in range(len(bounds)):
            added += s.rng.randint(0, 4)
            row.append(last[b] + (s.rng.randint(0, 9) if broken else added))
        last = row
        rows.append(row)
    for b, le in enumerate(bounds):
        pairs = dict(labels, **({} if le is None else {"le": le}))
        s.add(name, pairs, lambda i, b=b: rows[i][b])


def add_histograms(s):
    for job in ("api", "web"):
        add_histogram(s, "took_seconds_bucket", {"job": job}, ["0.05", "0.1", "0.5", "1", "5", "+Inf"])
    add_histogram(s, "took_seconds_bucket", {"job": "odd"}, ["0.1", "0.5", "+Inf"])
    wrong = "bad_bucket"
    add_histogram(s, wrong, {"k": "no_inf"}, ["0.1", "1", "10"])
    add_histogram(s, wrong, {"k": "only_inf"}, ["+Inf"])
    add_histogram(s, wrong, {"k": "text"}, ["0.1", "much", "", "+Inf"])
    add_histogram(s, wrong, {"k": "missing"}, ["0.1", None, "+Inf"])
    add_histogram(s, wrong, {"k": "twice"}, ["0.1", "0.10", "1e-1", "1", "1.0", "+Inf", "Inf"])
    add_histogram(s, wrong, {"k": "shrinks"}, ["0.1", "1", "10", "+Inf"], broken=True)
    add_histogram(s, wrong, {"k": "negative"}, ["-1", "-0.5", "0", "0.5", "+Inf"])
    add_histogram(s, wrong, {"k": "below"}, ["-5", "-1", "+Inf"])
    add_histogram(s, wrong, {"k": "lower"}, ["-Inf", "1", "+Inf"])
    add_histogram(s, wrong, {"k": "hex"}, ["0x1", "2", "+Inf"])
    s.add("empty_bucket", {"le": "1"}, lambda i: 0)
    s.add("empty_bucket", {"le": "+Inf"}, lambda i: 0)
    s.add("nan_bucket", {"le": "1"}, s.choice([NAN, 1.0]))
    s.add("nan_bucket", {"le": "+Inf"}, s.choice([NAN, 2.0, INF]))


def add_label_shapes(s):
    texts = ["", "x", "X", "a.b", "a|b", "a\\b", 'q"q', "$1", "${1}", "é", "日本", "\U0001F600", "a b", "^a$",
             "aaaa", "10", "/api/v1/users", "é\u0301", "\t", "ſ", "K", "İ"]
    for i, text in enumerate(texts):
        s.add("text", {"n": "%02d" % i, "text": text} if text else {"n": "%02d" % i}, lambda k, i=i: i + k)
    s.add("mixed:rule", {"a": "1"}, lambda i: i)
    s.add("mixed:rule", {"a": "1", "b": "2"}, lambda i: 2 * i)
    s.add("mixed:rule", {"a": "1", "b": "2", "c": "3"}, lambda i: 3 * i)
    s.add("mixed:rule", {}, lambda i: 4 * i)
    s.add("mixed:other", {"a": "1", "b": "2"}, lambda i: 160 - i)


def make():
    """{labels as a sorted tuple of pairs: [(time in ms, value), ...]}"""
    s = Samples()
    for part in (add_counters, add_gauges, add_gaps, add_histograms, add_label_shapes):
        part(s)
    return s.series
