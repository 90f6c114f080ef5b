"""The engine against itself: what must be equal without anybody to ask.

A range has at each step what an instant question has there; an expression printed is the same
expression; where no sample lies on the edge of a window, versions 2 and 3 agree.
"""
import collections
import re

from oracle_compare import difference, smallest, verdict
from oracle_sides import Tocsin, write_plain
from oracle_tree import Generator

# Of the question as a whole, not of a time in it.
OF_QUESTION = re.compile(r"\b(start|end|range|step)\(")
# Samples are at 1 ms past, instants at 5 ms past: windows from one to the other never end on a sample. Those of
# subqueries are at whole seconds, as are those that `@` fixes.
CLEAR_MS, ASK_MS = 1, 5
# Where the versions differ for other reasons than windows (rates: how far a counter may be taken back to 0).
VERSIONS = re.compile(r"\b(rate|increase|stddev|stdvar|atan2|holt_winters|count_values|label_replace|label_join)\b|__name__|odd|huge|nan|Inf")


def instants_differ(tocsin, text, span, semantics):
    """A range's steps are its instants."""
    answer = tocsin.ask(text, span, semantics)
    if verdict(answer) != "success":
        return None
    start, end, step = span
    for t in range(start, end + 1, step):
        key = t / 1000
        result = []
        for s in answer["data"]["result"]:
            result += [{"metric": s["metric"], "value": v} for v in s["values"] if abs(v[0] - key) < 1e-4]
        one = tocsin.ask(text, (t, t, 0), semantics)
        if verdict(one) == "success" and one["data"]["resultType"] == "scalar":
            # Scalars are never written with an exponent.
            value = one["data"]["result"]
            if result and float(value[1]) == float(result[0]["value"][1]):
                value[1] = result[0]["value"][1]
            one["data"] = {"resultType": "vector", "result": [{"metric": {}, "value": value}]}
        at_step = {"status": "success", "data": {"resultType": "vector", "result": result}}
        found = difference(at_step, one)
        if found:
            return "in a range, at %d of %s: %s" % (t, (span,), found)
    return None


def printed_differs(tocsin, text, span, semantics):
    printed = tocsin.print(text)
    if printed["status"] != "success":
        return None
    found = difference(tocsin.ask(printed["text"], span, semantics), tocsin.ask(text, span, semantics), 0)
    return found and "printed as %s: %s" % (printed["text"], found)


def without_names(answer):
    """Version 3 drops names at the end, and a comparison brings one back (prometheus: VectorBinop)."""
    if answer.get("data", {}).get("resultType") not in ("vector", "matrix"):
        return answer
    result = answer["data"]["result"]
    for series in result:
        series["metric"].pop("__name__", None)
    unique = {tuple(sorted(series["metric"].items())) for series in result}
    return answer if len(unique) == len(result) else None


def versions_differ(shifted, text, span):
    if VERSIONS.search(text) or text.count("[") > 1 and ":" in text:
        return None
    new, old = shifted.ask(text, span, "v3"), shifted.ask(text, span, "v2")
    # Version 3 refuses some matches that 2 let pass.
    if "many-to-one" in new.get("error", ""):
        return None
    new, old = without_names(new), without_names(old)
    found = new and old and difference(new, old)
    return found and "as v3: " + found


def run(ask, folder, series, seed, count, depth):
    counts = collections.Counter()
    tocsin = Tocsin(ask, folder + "/samples")
    write_plain(folder + "/shifted", series, CLEAR_MS)
    shifted = Tocsin(ask, folder + "/shifted")
    generator = Generator(seed)

    def differs(text, span, semantics):
        if span[2] and not OF_QUESTION.search(text):
            found = instants_differ(tocsin, text, span, semantics)
            if found:
                return found
        clear = (span[0] - span[0] % 100 + ASK_MS, span[1] - span[1] % 100 + ASK_MS, span[2] - span[2] % 100)
        return printed_differs(tocsin, text, span, semantics) or versions_differ(shifted, text, clear)

    try:
        for i in range(count):
            tree, span = generator.expression(depth), generator.span()
            semantics = "v3" if i % 4 else "v2"
            found = differs(tree.text(), span, semantics)
            counts["DIFFERENT" if found else "alone"] += 1
            if found:
                text = smallest(tree, lambda t, s=span, v=semantics: differs(t, s, v)).text()
                print("%s   %s at %s\n    %s" % (text, semantics, span, differs(text, span, semantics)), flush=True)
    finally:
        tocsin.stop()
        shifted.stop()
    return counts
