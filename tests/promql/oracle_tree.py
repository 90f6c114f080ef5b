"""Random well-typed expressions, as trees that can be made smaller.

A Tree is its kind ("v" instant vector, "s" scalar, "m" range vector, "str") and its parts: text, and
Trees. Sometimes parentheses that keep the type are left out on purpose: then both sides must agree on
what is wrong.
"""
import random

from oracle_samples import BASE_MS, END_MS


class Tree:
    def __init__(self, kind, *parts):
        self.kind = kind
        self.parts = list(parts)

    def text(self):
        return "".join(p if isinstance(p, str) else p.text() for p in self.parts)

    def trees(self):
        """Itself and all below, as (tree, set) where set(other) gives the whole with `other` there."""
        yield self, lambda other: other
        for i, part in enumerate(self.parts):
            if isinstance(part, Tree):
                for below, put in part.trees():
                    yield below, lambda other, i=i, put=put: Tree(
                        self.kind, *self.parts[:i], put(other), *self.parts[i + 1:])

    def smaller(self):
        """Simpler wholes, the ones that leave out most first."""
        found = []
        for tree, put in self.trees():
            for below, _ in tree.trees():
                if below is not tree and below.kind == tree.kind:
                    found.append(put(below))
            for leaf in LEAVES[tree.kind]:
                if len(leaf) < len(tree.text()):
                    found.append(put(Tree(tree.kind, leaf)))
            for i, part in enumerate(tree.parts):
                if isinstance(part, str) and part.strip() and tree.parts[i:] and part in DROPPABLE:
                    found.append(put(Tree(tree.kind, *tree.parts[:i], " ", *tree.parts[i + 1:])))
        return sorted(found, key=lambda t: len(t.text()))


LEAVES = {"v": ["up", "vector(1)", "temp"], "s": ["1", "time()"], "m": ["up[5m]", "temp[5m]"], "str": ['"x"']}
DROPPABLE = {"bool ", "- ", "-", "+"}

METRICS = {
    "requests_total": ["job", "instance", "code"], "errors_total": ["job", "instance"], "up": ["job", "instance"],
    "cpu_seconds_total": ["job", "instance", "mode"], "build_info": ["job", "instance", "version"],
    "slow_total": ["job"], "flat_total": ["job"], "zero_total": ["job"], "temp": ["room", "floor"],
    "odd": ["room", "floor"], "whole": ["room", "host"], "capacity": ["host", "zone"], "huge": ["n"], "stamp": ["n"],
    "allnan": ["room"], "fast": ["room"], "gappy": ["n"], "flap": ["n"], "ended": ["how"], "single": ["n"],
    "late": ["room"], "version_info": ["host", "version"], "took_seconds_bucket": ["job", "le"],
    "bad_bucket": ["k", "le"], "empty_bucket": ["le"], "nan_bucket": ["le"], "text": ["n", "text"],
    "mixed:rule": ["a", "b", "c"], "mixed:other": ["a", "b"], "nothing_here": ["job"],
}
COUNTERS = ["requests_total", "errors_total", "cpu_seconds_total", "slow_total", "zero_total", "flat_total"]
VALUES = {
    "job": ["api", "web", "no", "odd"], "instance": ["a:9100", "b:9100"], "code": ["200", "500"], "room": ["hall", "attic"],
    "floor": ["1", "2"], "host": ["h1", "h2"], "n": ["1", "2", "03"], "version": ["1", "2"], "le": ["0.1", "+Inf"],
    "k": ["twice", "shrinks"], "a": ["1"], "b": ["2", ""], "how": ["marker"], "zone": ["z2"], "mode": ["idle"],
    "text": ["x", "a.b", "é", ""], "c": ["3"],
}
LABELS = sorted(VALUES)
PATTERNS = [
    ".*", ".+", "", "a.*", "api|web", "(api|web)", "[a-c]:9100", ".*[05]+", "h.l+", "(?i)API", "(?i:HALL)", "^api$",
    "a.i", ".{3}", "1|2|", "[[:alpha:]]+", "\\\\w+", "\\\\d+", "[^a]+", "(?:a)pi", "(?P<n>a).*", "x*", ".", "\\\\pL+",
    "(?s).*", "(?s:.)*", "(?i)K", "(?i)ſ", "hall|", "|hall", "(hall|)", "a+?.*", "\\\\Qa.b\\\\E", "a\\\\.b", "[\\\\d.]+",
    "a\\\\|b", "10", ".*users", "/api/v\\\\d/.*", ".*é.*", "日.", "[日本]{2}", "[^[:space:]]*", "(", "a**", "[z-a]", "\\\\1",
    "(?=a)", "a{2,}", "a{1001}", "x{2}{3}", "$", "^", "\\\\bx\\\\b", "\\\\z",
]
ODD_NUMBERS = [
    "0", "-0", "1", "-1", "2", "0.5", "NaN", "Inf", "-Inf", "1e3", "0x1F", "1e-9", "3.7", "1e300", "-2.5", "100", "1e18",
    "9.3e18", "0.1", "017", "1e-320", ".5", "5.", "+Inf",
]
ARITHMETIC = ["+", "-", "*", "/", "%", "^", "atan2"]
COMPARISON = ["==", "!=", "<", "<=", ">", ">="]
MATH = ("abs ceil floor exp sqrt ln log2 log10 sgn sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh deg "
        "rad").split()
DATES = "year month day_of_month day_of_week day_of_year days_in_month hour minute".split()
OVER = ("sum avg min max count last stddev stdvar present absent").split()
CHANGE = "rate increase delta irate idelta changes resets deriv".split()
AGGREGATES = "sum avg min max count group stddev stdvar".split()
RANGES = ["4s", "15s", "30s", "1m", "2m", "5m", "7m", "20m", "1h", "16s", "1m1ms", "90s", "1m30s"]


class Generator:
    def __init__(self, seed):
        self.rng = random.Random(seed)

    def one(self, items):
        return self.rng.choice(items)

    def chance(self, p):
        return self.rng.random() < p

    # --- selectors ---

    def matcher(self, labels):
        name = self.one(labels) if self.chance(0.85) else self.one(LABELS + ["__name__"])
        op = self.one(["=", "=", "!=", "=~", "=~", "!~"])
        if "~" in op:
            return '%s%s"%s"' % (name, op, self.one(PATTERNS))
        return '%s%s"%s"' % (name, op, self.one(VALUES.get(name, [""]) + ["none", ""]))

    def selector_text(self, names=None):
        metric = self.one(names or sorted(METRICS))
        labels = METRICS[metric]
        if self.chance(0.6):
            return metric
        matchers = [self.matcher(labels) for _ in range(self.rng.randrange(3))]
        if self.chance(0.08):
            pattern = self.one(["temp|odd", "mixed:.*", "requests_.*|errors_total", ".+_bucket", "ended|single|late",
                                "(up|build_info)"])
            return "{%s}" % ",".join(['__name__=~"%s"' % pattern] + matchers)
        return "%s{%s}" % (metric, ",".join(matchers))

    def modifiers(self):
        parts = []
        if self.chance(0.15):
            parts.append(" offset " + self.one(["1m", "5m", "-1m", "15s", "10s", "-30s", "17s", "20m", "1ms", "-5m"]))
        if self.chance(0.08):
            seconds = self.rng.randrange(BASE_MS // 1000 - 400, END_MS // 1000 + 400)
            parts.append(" @ " + self.one(["start()", "end()", str(seconds), "%d.5" % seconds, str(BASE_MS // 1000 + 600)]))
        self.rng.shuffle(parts)
        return "".join(parts)

    def selector(self, names=None):
        return Tree("v", self.selector_text(names) + self.modifiers())

    def matrix(self, depth, names=None):
        if depth > 0 and self.chance(0.3):
            step = self.one(["", "", "15s", "7s", "1m", "30s", "11s", "1s", "90s"])
            inside = self.vector(depth - 1) if self.chance(0.85) else self.scalar(depth - 1)
            if self.chance(0.5):
                inside = Tree(inside.kind, "(", inside, ")")
            length = self.one(RANGES if step != "1s" else RANGES[:5])
            return Tree("m", inside, "[%s:%s]" % (length, step) + self.modifiers())
        return Tree("m", self.selector_text(names) + "[" + self.one(RANGES) + "]" + self.modifiers())

    # --- scalars and strings ---

    def scalar(self, depth):
        if depth <= 0 or self.chance(0.5):
            return Tree("s", self.one(ODD_NUMBERS + ["time()", "pi()", "time()", "1", "2", "3"]))
        kind = self.rng.randrange(4)
        if kind == 0:
            return Tree("s", "scalar(", self.vector(depth - 1), ")")
        if kind == 1:
            return Tree("s", "-", self.scalar(depth - 1))
        if kind == 2:
            return Tree("s", "(", self.scalar(depth - 1), " ", self.one(ARITHMETIC), " ", self.scalar(depth - 1), ")")
        return Tree("s", "(", self.scalar(depth - 1), " " + self.one(COMPARISON) + " bool ", self.scalar(depth - 1), ")")

    # --- vectors ---

    def vector(self, depth):
        if depth <= 0 or self.chance(0.1):
            return self.selector() if self.chance(0.9) else Tree("v", "vector(", self.scalar(0), ")")
        return self.one([self.aggregate, self.aggregate, self.select, self.window, self.window, self.change, self.change,
                         self.math, self.binary, self.binary, self.binary, self.sets, self.histogram, self.labels,
                         self.other, self.unary])(depth - 1)

    def grouping(self):
        if self.chance(0.3):
            return ""
        labels = self.rng.sample(LABELS, self.rng.randrange(0, 4))
        if self.chance(0.05):
            labels.append("__name__")
        return " %s (%s) " % (self.one(["by", "without"]), ", ".join(labels))

    def aggregate(self, depth):
        inner = self.vector(depth)
        op, grouping = self.one(AGGREGATES), self.grouping()
        if self.chance(0.5):
            return Tree("v", op + grouping + "(", inner, ")")
        return Tree("v", op + "(", inner, ")" + grouping)

    def select(self, depth):
        op = self.one(["topk", "bottomk", "quantile", "quantile", "count_values"])
        if op == "count_values":
            parameter = Tree("str", self.one(['"v"', '"job"', "'n'", '"__name__"', '"le"'] + ['"0bad"', '""', '"a-b"']))
        elif op == "quantile":
            parameter = self.scalar(1) if self.chance(0.3) else Tree("s", self.one(["0.5", "0.9", "0", "1", "-1", "2", "NaN"]))
        else:
            parameter = self.scalar(1) if self.chance(0.2) else Tree("s", self.one(["1", "2", "3", "0", "1.9", "-1", "1000"]))
        return Tree("v", op + self.grouping() + "(", parameter, ", ", self.vector(depth), ")")

    def window(self, depth):
        if self.chance(0.12):
            parameter = self.scalar(1) if self.chance(0.3) else Tree("s", self.one(["0.5", "0.9", "0", "1", "-1", "2", "NaN"]))
            return Tree("v", "quantile_over_time(", parameter, ", ", self.matrix(depth), ")")
        return Tree("v", self.one(OVER) + "_over_time(", self.matrix(depth), ")")

    def change(self, depth):
        kind = self.rng.randrange(10)
        if kind == 0:
            return Tree("v", "predict_linear(", self.matrix(depth), ", ", self.scalar(1), ")")
        if kind == 1:
            factors = [Tree("s", self.one(["0.3", "0.5", "0.9", "0.01", "1", "0", "-1", "NaN"])) for _ in "12"]
            return Tree("v", "holt_winters(", self.matrix(depth), ", ", factors[0], ", ", factors[1], ")")
        return Tree("v", self.one(CHANGE) + "(", self.matrix(depth, COUNTERS if self.chance(0.5) else None), ")")

    def math(self, depth):
        kind = self.rng.randrange(8)
        inner = self.vector(depth)
        if kind == 0:
            return Tree("v", "round(", inner, ", ", self.scalar(1), ")")
        if kind == 1:
            return Tree("v", "clamp(", inner, ", ", self.scalar(1), ", ", self.scalar(1), ")")
        if kind == 2:
            return Tree("v", self.one(["clamp_min(", "clamp_max("]), inner, ", ", self.scalar(1), ")")
        if kind == 3:
            return Tree("v", self.one(DATES) + "(", inner, ")") if self.chance(0.7) else Tree("v", self.one(DATES) + "()")
        return Tree("v", self.one(MATH + ["round"]) + "(", inner, ")")

    def unary(self, depth):
        return Tree("v", self.one(["-", "-", "+"]), self.vector(depth))

    def operand(self, tree):
        return tree if self.chance(0.35) else Tree(tree.kind, "(", tree, ")")

    def pair(self, depth):
        """Two vectors that often have partners in each other."""
        kind = self.rng.randrange(6)
        if kind == 0:
            names = self.one([["requests_total", "errors_total", "up", "cpu_seconds_total", "build_info"], ["temp", "odd"],
                              ["whole", "capacity", "version_info"], ["mixed:rule", "mixed:other"],
                              ["took_seconds_bucket", "bad_bucket"], ["gappy", "flap", "single", "stamp", "text"]])
            return self.selector(names), self.selector(names)
        if kind in (1, 2):
            label = self.one(["job", "instance", "room", "host", "n", "job, instance"])
            ops = self.one(AGGREGATES), self.one(AGGREGATES)
            return tuple(Tree("v", "%s by (%s) (" % (op, label), self.vector(depth), ")") for op in ops)
        if kind == 3:
            inner = self.vector(depth)
            return inner, Tree("v", *inner.parts)
        return self.vector(depth), self.vector(depth)

    def matching(self, groups):
        kind = self.rng.randrange(4)
        if kind == 0:
            return ""
        sets = [["job"], ["job", "instance"], ["instance"], ["room"], ["host"], ["n"], [], ["a"], ["a", "b"], ["le"],
                ["room", "floor"], ["code"], ["mode", "code"], ["version"]]
        text = " %s (%s)" % ("on" if kind < 3 else "ignoring", ", ".join(self.one(sets)))
        if groups and self.chance(0.5):
            include = self.one(["", "()", "(version)", "(zone)", "(job)", "(c)", "(rev, version)", "(none)", "(code)"])
            text += " " + self.one(["group_left", "group_right"]) + include
        return text + " "

    def binary(self, depth):
        op = self.one(ARITHMETIC + COMPARISON)
        flag = " bool" if op in COMPARISON and self.chance(0.4) else ""
        kind = self.rng.randrange(5)
        if kind == 0:
            return Tree("v", self.operand(self.vector(depth)), " " + op + flag + " ", self.operand(self.scalar(depth)))
        if kind == 1:
            return Tree("v", self.operand(self.scalar(depth)), " " + op + flag + " ", self.operand(self.vector(depth)))
        left, right = self.pair(depth)
        return Tree("v", self.operand(left), " " + op + flag + self.matching(True) + " ", self.operand(right))

    def sets(self, depth):
        left, right = self.pair(depth)
        return Tree("v", self.operand(left), " " + self.one(["and", "or", "unless", "AND"]) + self.matching(False) + " ",
                    self.operand(right))

    def histogram(self, depth):
        q = Tree("s", self.one(["0.5", "0.9", "0.95", "0", "1", "-1", "2", "NaN", "0.01", "0.999"]))
        kind = self.rng.randrange(6)
        names = self.one([["took_seconds_bucket"], ["bad_bucket"], ["bad_bucket"], ["empty_bucket", "nan_bucket"]])
        if kind == 0:
            inner = self.vector(depth)
        elif kind == 1:
            inner = Tree("v", self.selector_text(names))
        elif kind == 2:
            inner = Tree("v", '{__name__=~".*_bucket"}')
        else:
            inner = Tree("v", self.one(["rate(", "increase(", "delta("]), self.matrix(0, names), ")")
            if kind == 3:
                labels = self.one(["le", "le, job", "le, k", "k"])
                inner = Tree("v", self.one(["sum", "avg", "max"]) + " by (%s) (" % labels, inner, ")")
        return Tree("v", "histogram_quantile(", q, ", ", inner, ")")

    def labels(self, depth):
        inner = self.vector(depth)
        known = ["job", "instance", "room", "n", "text", "none", "__name__", "a", "le"]
        if self.chance(0.3):
            sources = "".join(', "%s"' % self.one(known) for _ in range(self.rng.randrange(4)))
            return Tree("v", "label_join(", inner, ', "%s", "%s"%s)' % (
                self.one(["new", "job", "room", "__name__", "0bad", ""]), self.one([",", "", "é", "\\n"]), sources))
        pattern = self.one(PATTERNS + ["(.*)", "(.).*", "(?P<first>.)(.*)", "(.*):(.*)", "(a)|(b)", "(.*)(.*)(.*)", "(a)?.*"])
        replacement = self.one(["", "$1", "${1}", "$0", "$1x", "${1}x", "$2-$1", "$$", "$", "$first", "${first}", "${", "$9",
                                "x", "é$1", "$1$1", "${1", "$-", "${}", "$01", "$1_a", "a$", "$$1"])
        return Tree("v", "label_replace(", inner, ', "%s", "%s", "%s", "%s")' % (
            self.one(["new", "job", "room", "n", "__name__", "0bad", "", "a-b", "é"]), replacement, self.one(known), pattern))

    def other(self, depth):
        kind = self.rng.randrange(8)
        inner = self.vector(depth)
        if kind < 2:
            return Tree("v", "absent(", inner, ")")
        if kind == 2:
            return Tree("v", "absent_over_time(", self.matrix(depth), ")")
        if kind < 5:
            return Tree("v", "timestamp(", inner, ")")
        if kind == 5:
            return Tree("v", self.one(["sort(", "sort_desc("]), inner, ")")
        if kind == 6:
            return Tree("v", "vector(", self.scalar(depth), ")")
        return Tree("v", "(", inner, ")")

    def expression(self, depth=3):
        kind = self.rng.randrange(20)
        if kind == 0:
            return self.scalar(depth)
        if kind == 1:
            return self.matrix(depth)
        return self.vector(self.rng.randrange(1, depth + 1))

    def span(self):
        """(start, end, step) in ms: an instant or a range, on and off the samples' times."""
        off = self.one([0, 0, 1, -1, 137, 7500, 1700])
        start = self.rng.randrange(BASE_MS - 300000, END_MS + 300000, 15000)
        start = start - (start - BASE_MS) % 15000 + off
        if self.chance(0.5):
            return start, start, 0
        step = self.one([15000, 60000, 15000, 1000, 7300, 41000, 300000])
        return start, start + step * self.rng.randrange(0, 25) + self.one([0, 0, step // 2]), step
