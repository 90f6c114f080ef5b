#!/usr/bin/env python3
"""Fills the tables of a manual page in.

    manpage.py TEMPLATE OUTPUT --source SRC [--tocsin PROGRAM]

@NAME@ in the template stands for a table, made of the .def files under SRC:

    @ROLES@ roles of themes          @EXITS@ exit statuses         @FUNCTIONS@ @AGGREGATES@ @OPERATORS@
    @UNITS@ PromQL's tables          @MAX_...@ its limits          @KEYS@ `tocsin keys --format man`

The keys are asked of PROGRAM; without it their mark stays as it is.
"""
import argparse
import os
import re
import subprocess

TYPES = {"VALUE_VECTOR": "vector", "VALUE_MATRIX": "range", "VALUE_SCALAR": "scalar", "VALUE_STRING": "text"}


def read(source, path):
    with open(os.path.join(source, path), encoding="utf-8") as file:
        return file.read()


def rows(source, path, pattern):
    found = re.findall(pattern, read(source, path), re.M)
    if not found:
        raise SystemExit("manpage.py: nothing found in " + path)
    return found


def roles(source):
    names = rows(source, "ui/roles.def", r'^ROLE\(\w+, "([^"]+)"\)')
    lines = []
    for i in range(0, len(names), 3):
        lines.append(".It " + " Ta ".join("Li " + name for name in names[i:i + 3]))
    return "\n".join(lines)


def exits(source):
    by_status = {}
    for status, doc in rows(source, "base/errors.def", r'^ERROR\(\w+, "[^"]+", \w+, (\d+),\s*"([^"]+)"\)'):
        by_status.setdefault(int(status), []).append(doc)
    return "\n".join(".It %d\n%s" % (status, "; ".join(by_status[status]))
                     for status in sorted(by_status))


def arguments(types, required, maximum):
    """mdoc words for `(vector, [scalar])`."""
    names = [TYPES[name] for name in re.findall(r"VALUE_\w+", types)]
    if maximum == "0":
        return "Li ()"
    names += names[-1:] * (int(required) - len(names))
    words = names[:int(required)] + ["[%s]" % name for name in names[int(required):]]
    if maximum == "FUNCTION_VARIADIC":
        words = names + ["..."]
    return "Pq " + " ".join("%s %s%s" % ("Ar" if word != "..." else "No", word, " ," if i + 1 < len(words) else "")
                            for i, word in enumerate(words))


def functions(source):
    pattern = (r'^FUNCTION\((\w+),\s*(VALUE_\w+),\s*(\d+),\s*(\w+),\s*"([^"]*)",\s*'
               r'((?:VALUE_\w+(?:,\s*)?)+)')
    lines = []
    for name, returns, required, maximum, doc, types in rows(source, "promql/functions.def", pattern):
        gives = "; gives a scalar" if returns == "VALUE_SCALAR" else ""
        lines.append(".It Ic %s Ns %s\n%s" % (name, arguments(types, required, maximum), doc + gives))
    return "\n".join(lines)


def aggregates(source):
    words = {"PARAMETER_NONE": "Pq Ar vector", "PARAMETER_SCALAR": "Pq Ar scalar , vector",
             "PARAMETER_STRING": "Pq Ar text , vector"}
    pattern = r'^AGGREGATE\(\w+,\s*"([^"]+)",\s*(PARAMETER_\w+),\s*"([^"]+)"'
    return "\n".join(".It Ic %s Ns %s\n%s" % (name, words[parameter], doc)
                     for name, parameter, doc in rows(source, "promql/aggregates.def", pattern))


def operators(source):
    pattern = r'^OPERATOR\(\w+,\s*"([^"]+)",\s*(\d+),\s*\w+,\s*OPERATOR_(\w+)\)'
    levels = {}
    for text, precedence, kind in rows(source, "promql/operators.def", pattern):
        levels.setdefault(int(precedence), ([], kind.lower()))[0].append(text)
    kinds = {"set": "series of both sides", "comparison": "comparison", "arithmetic": "arithmetic"}
    # A zero-width space, so that mdoc does not take an operator for punctuation.
    return "\n".join(".It Li %s\n%s" % (" ".join("\\&" + text for text in texts), kinds[kind])
                     for _, (texts, kind) in sorted(levels.items(), reverse=True))


def units(source):
    bases = {"UNIT_SECONDS": "seconds", "UNIT_BYTES": "bytes", "UNIT_COUNT": "a plain number", "UNIT_RATIO": "a ratio"}
    by_base = {}
    for suffix, base in rows(source, "base/units.def", r'^UNIT\("([^"]+)",\s*[^,]+,\s*(UNIT_\w+)\)'):
        by_base.setdefault(base, []).append(suffix)
    return "\n".join(".It Li %s\n%s" % (" ".join(suffixes), bases[base]) for base, suffixes in by_base.items())


def limit(source, name, divisor=1):
    text = rows(source, "promql/promql.h", r"^#define %s\s+(.+)$" % name)[0]
    product = 1
    for number in re.findall(r"\d+", re.sub(r"\(size_t\)", "", text)):
        product *= int(number)
    return str(product // divisor)


def ask(tocsin, *words):
    done = subprocess.run([tocsin, *words], check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, encoding="utf-8")
    return done.stdout.rstrip()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("template")
    parser.add_argument("output")
    parser.add_argument("--source", required=True)
    parser.add_argument("--tocsin")
    args = parser.parse_args()
    with open(args.template, encoding="utf-8") as file:
        text = file.read()
    tables = {
        "ROLES": lambda: roles(args.source), "EXITS": lambda: exits(args.source),
        "FUNCTIONS": lambda: functions(args.source), "AGGREGATES": lambda: aggregates(args.source),
        "OPERATORS": lambda: operators(args.source), "UNITS": lambda: units(args.source),
        "MAX_BYTES": lambda: limit(args.source, "EXPR_MAX_BYTES", 1024),
        "MAX_DEPTH": lambda: limit(args.source, "EXPR_MAX_DEPTH"),
        "MAX_NODES": lambda: limit(args.source, "EXPR_MAX_NODES"),
    }
    if args.tocsin:
        tables["KEYS"] = lambda: ask(args.tocsin, "keys", "--format", "man")
    text = re.sub(r"@([A-Z_]+)@", lambda m: tables[m.group(1)]() if m.group(1) in tables else m.group(), text)
    with open(args.output, "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main()
