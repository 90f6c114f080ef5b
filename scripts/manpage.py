#!/usr/bin/env python3
"""Fills the tables of a manual page in.

    manpage.py TEMPLATE OUTPUT --tocsin PROGRAM --roles FILE --errors FILE

@KEYS@ is what `tocsin keys --format man` prints, @ROLES@ the roles of themes, @EXITS@ the exit statuses.
"""
import argparse
import re
import subprocess


def rows(path, pattern):
    with open(path, encoding="utf-8") as file:
        return re.findall(pattern, file.read(), re.M)


def roles(path):
    names = rows(path, r'^ROLE\(\w+, "([^"]+)"\)')
    lines = []
    for i in range(0, len(names), 3):
        lines.append(".It " + " Ta ".join("Li " + name for name in names[i:i + 3]))
    return "\n".join(lines)


def exits(path):
    by_status = {}
    for status, doc in rows(path, r'^ERROR\(\w+, "[^"]+", \w+, (\d+),\s*"([^"]+)"\)'):
        by_status.setdefault(int(status), []).append(doc)
    return "\n".join(".It %d\n%s" % (status, "; ".join(by_status[status]))
                     for status in sorted(by_status))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("template")
    parser.add_argument("output")
    parser.add_argument("--tocsin", required=True)
    parser.add_argument("--roles", required=True)
    parser.add_argument("--errors", required=True)
    args = parser.parse_args()
    with open(args.template, encoding="utf-8") as file:
        text = file.read()
    if "@KEYS@" in text:
        keys = subprocess.run([args.tocsin, "keys", "--format", "man"], check=True,
                              stdout=subprocess.PIPE, encoding="utf-8").stdout
        text = text.replace("@KEYS@", keys.rstrip())
    text = text.replace("@ROLES@", roles(args.roles)).replace("@EXITS@", exits(args.errors))
    with open(args.output, "w", encoding="utf-8") as file:
        file.write(text)


main()
