"""Expressions with words changed: both sides must take them, or both refuse them. What both take is
printed by tocsin, and the server must read that as the same expression.

Where the conformance files are (TOCSIN_SHARED), their expressions are changed too.
"""
import glob
import os
import random
import re

import oracle_questions
from oracle_tree import Generator

WORD = re.compile(
    r'''"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|#[^\n]*|\d+[\w.]*|[A-Za-z_:][\w:]*|=~|!~|!=|==|<=|>=|\s+|.''',
    re.S)
WORDS = (
    "( ) { } [ ] , : = == != =~ !~ < > <= >= + - * / % ^ @ sum by without on ignoring group_left group_right bool and or "
    "unless atan2 offset start end start() end() 5m 1h30m 0 1 1e3 0x1f NaN Inf inf nan -Inf \"x\" 'y' `z` \"\\x41\" \"\\q\" "
    "up foo a:b :a __name__ rate topk quantile count_values time() histogram_quantile 5m5 1y2w3d4h5m6s7ms 1m1h 1.5h 0s "
    "-5m 1e 1. .. .5 é \"é\" \\ $ ! ~ ; & | [5m] [5m:] [5m:1m] {} {,} (a,) () {a=\"b\"} {a=\"b\",} on(a) group stddev BY "
    "SUM Offset BOOL AND ON le 0b1 0o7 08 0x 1e+3 1E3 Infinity +Inf \"\\u00e9\" \"\\777\" '\\'' \"open holt_winters "
    "absent 1d1w 5 5M m s label_replace scalar vector 1ms 2w 10y 300y 9999999999999y @1e20 @NaN @Inf @-1 @1.5 --1 "
    "{__name__=\"a\"} {__name__=~\".*\"} a{__name__=\"b\"} {a=~\"(\"} {a=~\".*\"} {a!=\"\"} keep_metric_names ==bool "
    "group_left() ignoring()").split(" ") + [
        " ", "\n", "\t", "#c\n", "by (a)", "sum by", "@ 1", "@ start()", "offset 5m", "offset -0s", ">bool 1", "or on()",
        "2 ^ 3 ^ 2", "`a\nb`", '"a\nb"', "\xa0"]

# What 3.x takes and 2.x does not, by what 2.x says of it.
NEWER = [
    (r"unknown function with name", r"\b(limitk|limit_ratio|mad_over_time|\w*first_over_time|ts_of_\w+|\w+_of|range|step|"
     r"sort_by_label\w*|double_exponential_smoothing|info|histogram_\w+)\b"),
    (r"in offset|in subquery|duration", r"offset|\["),
    (r"", r"\b(fill|fill_left|fill_right|smoothed|anchored)\b"),
    (r"unexpected <by>|unexpected <without>", r"limitk|limit_ratio"),
    (r"unexpected duration|missing unit|bad number or duration|unexpected number|trailing commas|duration must be",
     r"\d"),
    (r'unexpected "(start|end)"|unexpected <(start|end)>|unexpected "\("', r"\b(start|end)\b"),
    (r"unexpected string|unexpected character", r"[\"'`]"),
    # Durations in parentheses, and computed ones.
    (r'unexpected "\(" in (offset|subquery)|unexpected <op:', r"(offset\s*[-+]?|\[|:)\s*\(|\[[^]]*[-+*/%^]"),
]


def newer(text, error):
    return any(re.search(says, error) and re.search(has, text, re.I) for says, has in NEWER)


def conformance():
    shared = os.environ.get("TOCSIN_SHARED", "")
    files = glob.glob(shared + "/conformance/promql/*/*.test") + glob.glob(shared + "/conformance/rules/**/*.y*ml", recursive=True)
    line = re.compile(r"^\s*(?:eval\w*\s+(?:instant at \S+|range from \S+ to \S+ step \S+)|-?\s*expr:)\s+([^\s|>'\"].*)$")
    found = set()
    for path in files if shared else []:
        with open(path, encoding="utf-8", errors="replace") as lines:
            found.update(m.group(1) for m in map(line.match, lines) if m and len(m.group(1)) < 1000)
    return sorted(found)


class Mutator:
    def __init__(self, seed, more):
        self.rng = random.Random(seed)
        generator = Generator(seed)
        self.expressions = oracle_questions.fixed() + [generator.expression(3).text() for _ in range(300)]
        self.expressions += more

    def once(self, words):
        rng = self.rng
        kind, i = rng.randrange(7), rng.randrange(len(words))
        if kind == 0:
            return words[:i] + words[i + 1:]
        if kind == 1:
            return words[:i] + [words[i]] + words[i:]
        if kind == 2:
            j = rng.randrange(len(words))
            words[i], words[j] = words[j], words[i]
            return words
        if kind in (3, 4):
            return words[:i] + [rng.choice(WORDS)] + words[i + kind - 3:]
        if kind == 5:
            return words[:i] if rng.random() < 0.5 else words[i:]
        word, at = words[i], rng.randrange(len(words[i]) + 1)
        changed = word[:at] + (word[at + 1:] if rng.random() < 0.5 else rng.choice(WORDS) + word[at:])
        return words[:i] + [changed] + words[i + 1:]

    def one(self):
        words = WORD.findall(self.rng.choice(self.expressions))
        for _ in range(self.rng.choice([1, 1, 1, 2, 2, 3])):
            words = self.once(words or ["up"])
        return "".join(words)


def shortest(text, differs):
    """Words left out as long as it differs."""
    words = WORD.findall(text)
    size = len(words) // 2
    while size >= 1:
        i = 0
        while i < len(words):
            fewer = words[:i] + words[i + size:]
            if differs("".join(fewer)):
                words = fewer
            else:
                i += size
        size //= 2
    return "".join(words)


def run(comparison, seed, count, more=()):
    """`more` expressions beside those that are always there."""
    tocsin, server = comparison.tocsin, comparison.server

    def verdicts(text):
        theirs, ours = server.post("format_query", query=text), tocsin.print(text)
        return theirs["status"] == "success", ours["status"] == "success", theirs, ours

    def differs(text, want=None):
        if not text.strip() or "\x00" in text or "\x01" in text:
            return False
        taken, ours, answer, printed = verdicts(text)
        if taken and ours:
            return want is None and server.post("format_query", query=printed["text"]).get("data") != answer["data"]
        # The server's times overflow from 2^63 ms on.
        if taken and "time behind '@' is out of range" in printed["error"]:
            return False
        is_newer = ours and newer(text, answer["error"])
        return taken != ours and not is_newer and (want is None or (taken, ours) == want)

    mutator = Mutator(seed, list(more))
    for _ in range(count):
        text = mutator.one()
        if not differs(text):
            comparison.counts["mutants"] += 1
            continue
        want = verdicts(text)[:2]
        if want != (True, True):
            text = shortest(text, lambda t, want=want: differs(t, want))
        _, _, theirs, ours = verdicts(text)
        comparison.counts["DIFFERENT"] += 1
        print("%r\n    %s\n    the server: %s" % (text, ours, theirs), flush=True)
