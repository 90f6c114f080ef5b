"""Where two answers differ, in the form of Prometheus' HTTP API; and smaller questions that still differ."""
import math
import re

TOLERANCE = 1e-9
# Of sums that cancel out, where the server does not compensate.
NOTHING = 1e-12


def same_number(a, b, tolerance=TOLERANCE):
    if a == b:
        return True
    x, y = float(a), float(b)
    if x != x or y != y:
        return x != x and y != y
    # Texts of equal numbers must be equal too: both write them shortest.
    if x == y or math.isinf(x) or math.isinf(y):
        return False
    return abs(x - y) <= max(tolerance * max(abs(x), abs(y)), NOTHING)



def verdict(answer):
    """"success", or what kind of error."""
    if answer["status"] == "error":
        return "refused" if answer["errorType"] == "bad_data" else "failed"
    return answer["status"]


def by_labels(result):
    """{labels: [[time, text], ...]}; the server gives series without any point for `vector(1)[1s:1m]`."""
    points = {tuple(sorted(s["metric"].items())): s.get("values", [s["value"]] if "value" in s else [])
              for s in result}
    if len(points) != len(result):
        raise AssertionError("the same series twice: %s" % result)
    return {labels: p for labels, p in points.items() if p}


def points_differ(labels, ours, theirs, tolerance):
    a, b = dict(map(tuple, ours)), dict(map(tuple, theirs))
    for t in sorted(set(a) | set(b)):
        if t not in a or t not in b or not same_number(a[t], b[t], tolerance):
            return "%s at %s: %s, not %s" % (dict(labels), t, a.get(t), b.get(t))
    return None


def difference(ours, theirs, tolerance=TOLERANCE, ordered=False):
    """None where they say the same, else what differs first: ours, not theirs."""
    if verdict(ours) != verdict(theirs):
        return "verdict %s (%s), not %s (%s)" % (verdict(ours), ours.get("error", "")[:150], verdict(theirs),
                                                 theirs.get("error", "")[:150])
    if verdict(ours) != "success":
        return None
    mine, yours = ours["data"], theirs["data"]
    if mine["resultType"] != yours["resultType"]:
        return "a %s, not a %s" % (mine["resultType"], yours["resultType"])
    mine, yours = mine["result"], yours["result"]
    if ours["data"]["resultType"] in ("scalar", "string"):
        equal = mine[0] == yours[0] and (mine[1] == yours[1] or ours["data"]["resultType"] == "scalar" and
                                         same_number(mine[1], yours[1], tolerance))
        return None if equal else "%s, not %s" % (mine, yours)
    a, b = by_labels(mine), by_labels(yours)
    if set(a) != set(b):
        extra, missing = sorted(set(a) - set(b)), sorted(set(b) - set(a))
        return "series %s, not %s" % ([dict(x) for x in extra[:2]], [dict(x) for x in missing[:2]])
    for labels in a:
        found = points_differ(labels, a[labels], b[labels], tolerance)
        if found:
            return found
    if ordered and [s["metric"] for s in mine] != [s["metric"] for s in yours]:
        return "another order"
    return None


def smallest(tree, differs, tries=400):
    """The smallest expression made from `tree` by leaving things out for which differs(text) holds."""
    while True:
        for candidate in tree.smaller():
            tries -= 1
            if tries < 0:
                return tree
            if differs(candidate.text()):
                tree = candidate
                break
        else:
            return tree


DATES = r"\b(year|month|day_of_month|day_of_week|day_of_year|days_in_month|hour|minute)\("
CHOOSING = r"\b(topk|bottomk|quantile)\b"
# (what it is, pattern of the smallest expression, pattern of the difference, ranges only)
KNOWN = [
    ("the date of NaN: Go's conversion to an integer is the processor's", DATES, ": NaN, not", False),
    ("2.x moves a window fixed by @ with the steps", r"predict_linear\(.*@", "", False),
    ("2.x takes the first step's parameter for a vector that stays the same", CHOOSING + ".*(@|vector)", "", True),
    ("3.x compensates sums: other digits in a label", r"\bcount_values\b", "^series", False),
    ("3.x begins sums at 0, 2.x at the first value, which may be -0", r"\bsum\b", ": -?0, not -?0$", False),
    ("2.x evaluates what is constant in a subquery without a step", r"vector\(.*\[\w+:\w*\]", "^(series|verdict)", False),
    ("what is an angle of 1e20", r"\b(sin|cos|tan)\(exp", "", False),
    ("Go's logarithms of the smallest numbers", r"\b(log2|log10|ln)\(.*huge", "", False),
    ("3.x compensates sums: what is left of 1e150 - 1e150", "huge", r": \S+e?\S*, not ", False),
]


def known(text, span, found):
    """The reason, where both may be right."""
    for reason, expression, difference_, ranges in KNOWN:
        if re.search(expression, text) and re.search(difference_, found) and (span[2] or not ranges):
            return reason
    return None
