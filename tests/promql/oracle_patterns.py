"""Random regular expressions of RE2's syntax and near it: both sides refuse them, or select the same
series, and label_replace makes the same of them. The subjects are the label `text` of oracle_samples.
"""
import random
import re

# Hostile patterns: the server takes as long as it takes, tocsin has limits and says so.
LIMITED = re.compile(r"verdict (failed|refused) \(.*(backtracks too much|took too long|is too large|be used: )")
SPAN = (1600001220000, 1600001220000, 0)
ATOMS = [
    "a", "x", "X", "b", "q", "1", "0", ".", "é", "日", "本", "\\.", "\\\\", "\\$", "\\|", "[ab]", "[^ab]",
    "[a-z]", "[A-Z0-9]", "[é日]", "[^é]", "\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "[[:alpha:]]",
    "[[:^digit:]]", "[[:word:]]", "[[:punct:]]", "\\pL", "\\p{Lu}", "\\PL", "\\p{Greek}", "\\p{Han}",
    "\\p{Latin}", "\\x41", "\\x{65e5}", "\\n", "\\t", "\\101", "\\a", "\\f", "\\v", "\\r", "\\A", "\\z", "^",
    "$", "\\b", "\\B", "\\Q.\\E", "\\Qa.b", "\\E", "\\C", "\\Z", "\\G", "\\K", "\\R", "\\X", "\\h", "\\1",
    "\\e", "\\cA", "\\N", "[]a]", "[^]a]", "[a-]", "[-a]", "[\\d.]", "[\\w\\-]", "[[:foo:]]", "[z-a]", "[]",
    "[", "]", "{", "}", "{,2}", "[a&&b]", "[\\Qab\\E]", "[\\x41-\\x5a]", "[\\pL\\d]", "[^\\PL]", "[[.a.]]",
    "[[=a=]]", "\"", "/", "-", ":", " ", "#", "ſ", "K", "İ", "K", "\\p{L}", "\\p{^L}", "\\P{^L}", "\\pN",
    "\\p{Any}", "\\p{Foo}", "\\p{Lm}", "\\p{Braille}", "\\_", "\\é", "\\ ", "\\-", "\\/", "[a\\]b]",
]
REPEATS = [
    "", "", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,}", "{2,}?", "{0}", "{1000}", "{1001}",
    "{2,1}", "**", "++", "*+", "?+", "{2}{3}", "{2}*", "{a}", "{1,a}", "{", "{1", "{ 1}", "{01}",
]
GROUPS = [
    "(%s)", "(?:%s)", "(?P<n>%s)", "(?i)%s", "(?i:%s)", "(?-i:%s)", "(?s:%s)", "(?s-i:%s)", "(?m:%s)",
    "(?U:%s)", "(?x:%s)", "(?=%s)", "(?!%s)", "(?<=%s)", "(?>%s)", "(?#%s)", "(?|%s)", "(?P=n)%s", "(?'n'%s)",
    "((%s))", "(%s", "%s)", "(?%s)", "(?im)%s", "(?i-s)%s", "(?^:%s)", "(?P<1>%s)", "(?P<é>%s)", "(?P<a_1>%s)",
    "(?P<>%s)", "(?i)(?-i)%s", "(*UTF)%s", "(?P<n>%s)(?P<n>x)", "(?--i:%s)", "(?ii:%s)", "(?-:%s)",
]
REPLACEMENTS = [
    "<$1>", "${1}", "$n", "${n}x", "$0", "$1$2", "$10", "$$1", "${n", "$é", "${a_1}", "$1a", "${01}",
]


class Patterns:
    def __init__(self, seed):
        self.rng = random.Random(seed)

    def pattern(self, depth):
        rng = self.rng
        parts = []
        for _ in range(rng.randrange(1, 4)):
            if depth > 0 and rng.random() < 0.3:
                part = rng.choice(GROUPS if rng.random() < 0.5 else GROUPS[:6]) % self.pattern(depth - 1)
            else:
                part = rng.choice(ATOMS if rng.random() < 0.5 else ATOMS[:32])
            parts.append(part + rng.choice(REPEATS if rng.random() < 0.5 else REPEATS[:10]))
        text = "".join(parts)
        if rng.random() < 0.2:
            text += "|" + self.pattern(max(0, depth - 1))
        if rng.random() < 0.4:
            text = rng.choice([".*%s.*", "%s.*", ".*%s", "(?:%s)|aaaa", "^%s$", "|%s", ".*(%s).*"]) % text
        return text


def quote(text):
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def run(comparison, seed, count):
    """Each as a matcher, and in label_replace, where what matches is seen group by group."""
    patterns = Patterns(seed)
    for _ in range(count):
        pattern = patterns.pattern(2)
        op = patterns.rng.choice(["=~", "=~", "!~"])
        replacement = patterns.rng.choice(REPLACEMENTS)
        for text in ("text{text%s%s}" % (op, quote(pattern)),
                     "label_replace(text, \"new\", %s, \"text\", %s)" % (quote(replacement), quote(pattern))):
            found = comparison.differs(text, SPAN)
            limited = found is not None and LIMITED.search(found) is not None
            comparison.counts["patterns over a limit" if limited else "DIFFERENT" if found else "patterns"] += 1
            if found and not limited:
                print("%s\n    %s" % (text, found), flush=True)
