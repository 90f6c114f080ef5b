#!/usr/bin/env python3
"""Holds the #include lines against the table of layers: who may use whom, and which third-party
header stands in which files. ARCHITECTURE.md shows the same table; this is the one that decides.
A header whose first comment says "Private to this folder" is no other folder's to include.

    check_layers.py ROOT
"""
import os
import re
import sys

# folder: what it may include beside itself
LAYERS = {
    "base": "",
    "yaml": "base",
    "loop": "base",
    "db": "base loop",
    "net": "base loop yaml",
    "series": "base",
    "template": "base series",
    "series/archive": "base loop db series",
    "promql": "base series",
    "promql/syntax": "base series promql",
    "promql/eval": "base series promql",
    "rule": "base yaml series template promql",
    "unittest": "base yaml series promql promql/syntax promql/eval template rule",
    "query": "base loop series promql promql/eval",
    "source": "base yaml loop net series promql query",
    "panel": "base yaml series promql query",
    "alert": "base yaml template loop db series promql rule query panel",
    "api": "base loop net series rule alert",
    "attach": "base loop net series rule alert api",
    "engine": "base yaml loop net db series series/archive promql promql/syntax rule query source panel alert api attach",
    "ui": "base yaml series promql rule query panel alert",
    "cmd": "base yaml loop db net series promql query source panel engine ui rule unittest alert api",
    ".": "base cmd",
}
# single headers that a folder may include beyond its row
EXTRA = {"ui": {"source/health.h"}, "api": {"source/health.h"}}
# third-party header: the only files that may include it
THIRD_PARTY = {
    "uv.h": {"loop/loop_internal.h"},
    "curl/curl.h": {"net/http_internal.h", "net/url.c"},
    "microhttpd.h": {"net/http_daemon.c"},
    "jansson.h": {"net/json.c"},
    "sqlite3.h": {"db/sqlite.h"},
    "yaml.h": {"yaml/compose.h"},
    "pcre2.h": {"series/regex.c"},
    "curses.h": {"ui/term.c"},
    "ncurses.h": {"ui/term.c"},
    "term.h": {"ui/term.c"},
    "xxhash.h": {"base/str.c"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')


def folder_of(path):
    """The innermost folder with a row of its own; without any, the outermost."""
    folder = os.path.dirname(path)
    while folder and folder not in LAYERS:
        folder = os.path.dirname(folder)
    return folder or (path.split("/")[0] if "/" in path else ".")


def is_private(root, path):
    name = os.path.join(root, path)
    if not os.path.exists(name):
        return False
    with open(name, encoding="utf-8") as file:
        head = file.read().split("*/")[0]
    return "Private to this folder" in re.sub(r"[\s*]+", " ", head)


def check_file(root, path, problems):
    here = folder_of(path)
    allowed = set(LAYERS.get(here, "").split()) | {here}
    if here not in LAYERS:
        problems.append("%s: folder '%s' is not in the table of layers" % (path, here))
        return
    with open(os.path.join(root, path), encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            kind, name = match.groups()
            where = "%s:%d" % (path, number)
            if kind == '"':
                if "/" not in name:
                    problems.append("%s: include '%s' with its folder" % (where, name))
                elif folder_of(name) not in allowed and name not in EXTRA.get(here, set()):
                    problems.append("%s: %s/ may not use '%s'" % (where, here, name))
                elif folder_of(name) != here and is_private(root, name):
                    problems.append("%s: '%s' is private to its folder" % (where, name))
            elif name in THIRD_PARTY and path not in THIRD_PARTY[name]:
                problems.append("%s: <%s> belongs to %s" % (where, name,
                                                           ", ".join(sorted(THIRD_PARTY[name]))))


def main():
    root = os.path.join(sys.argv[1], "src")
    problems = []
    count = 0
    for folder, _, names in os.walk(root):
        for name in sorted(names):
            if name.endswith((".c", ".h", ".def")):
                check_file(root, os.path.relpath(os.path.join(folder, name), root), problems)
                count += 1
    for problem in problems:
        print(problem)
    print("%d files, %d problems" % (count, len(problems)))
    return 1 if problems or count == 0 else 0


sys.exit(main())
