#!/usr/bin/env python3
"""What the compiler does not hold the code to: length of files and functions, calls that are not
made, comments at the top, include guards, and no writable data outside of functions' reach.

    check_style.py ROOT [--objdump OBJDUMP LIBRARY...]
"""
import os
import re
import subprocess
import sys

MAX_FILE_LINES = 600
MAX_FUNCTION_LINES = 80

# call: why it is not made
BANNED = {
    "strcpy": "no limit", "strcat": "no limit", "sprintf": "no limit", "gets": "no limit",
    "strtok": "state of its own", "atoi": "errors look like 0", "alloca": "no limit",
    "system": "waits, and goes through a shell", "popen": "goes through a shell",
    "getaddrinfo": "blocks the loop", "curl_easy_perform": "blocks the loop",
    "sleep": "blocks the loop", "usleep": "blocks the loop", "nanosleep": "blocks the loop",
}
# Tables that a program wrote: long, and included in one place only.
GENERATED = {"src/ui/width_table.h"}
# symbol: why it is writable and outlives a call
WRITABLE = {
    "guard": "a signal handler has no user pointer; it must know how to put the terminal back",
    "once": "SQLite's own settings are the process's, and are set before its first connection",
}

CALL = re.compile(r"(?<![\w.>])(%s)\s*\(" % "|".join(BANNED))
NOT_CODE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
SYMBOL = re.compile(r"^[0-9a-f]+ .{7} (\.data|\.bss|\.tdata|\.tbss|\*COM\*)(\S*)\s+[0-9a-f]+\s+(\S+)$")


def without_text(source):
    """The source with comments and strings blanked; lines stay where they are."""
    return NOT_CODE.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), source)


def check_functions(path, code, problems):
    """The style puts the braces of functions, and only theirs, at the start of a line."""
    begin, blank = 0, 0
    for number, line in enumerate(code.split("\n"), 1):
        if not line.strip() or line[0] in "#}":
            blank = number
        if line == "{":
            begin = blank + 1
        if line == "}" and begin:
            length = number - begin + 1
            if length > MAX_FUNCTION_LINES:
                problems.append("%s:%d: a function of %d lines; %d is the limit"
                                % (path, begin, length, MAX_FUNCTION_LINES))
            begin = 0


def check_calls(path, code, problems):
    for number, line in enumerate(code.split("\n"), 1):
        for match in CALL.finditer(line):
            problems.append("%s:%d: '%s' is not called here: %s"
                            % (path, number, match.group(1), BANNED[match.group(1)]))


def guard_of(path):
    return "TOCSIN_" + re.sub(r"[^A-Z0-9]", "_", re.sub("^src/", "", path).upper())


def check_header(path, source, problems):
    if not source.startswith("/*"):
        problems.append("%s:1: a header says at its top what it is for" % path)
    lines = [line for line in without_text(source).split("\n") if line.strip()]
    guard = guard_of(path)
    wanted = ["#ifndef %s" % guard, "#define %s" % guard]
    if [line.rstrip() for line in lines[:2]] != wanted or lines[-1].rstrip() != "#endif":
        problems.append("%s: the include guard is not %s" % (path, guard))


def check_file(root, path, problems):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        source = file.read()
    count = source.count("\n")
    if path.startswith("src/") and count > MAX_FILE_LINES and path not in GENERATED:
        problems.append("%s: %d lines; %d is the limit" % (path, count, MAX_FILE_LINES))
    code = without_text(source)
    if path.startswith("src/"):
        check_calls(path, code, problems)
        check_functions(path, code, problems)
    if path.endswith(".h") and path not in GENERATED:
        check_header(path, source, problems)


def check_library(objdump, library, seen, problems):
    table = subprocess.run([objdump, "-t", library], check=True, capture_output=True, text=True)
    member = library
    for line in table.stdout.split("\n"):
        if ":     file format" in line:
            member = line.split(":")[0]
        match = SYMBOL.match(line)
        # .data.rel.ro is constant once the program is loaded.
        if not match or match.group(2).startswith(".rel.ro") or match.group(3).startswith("."):
            continue
        name = re.sub(r"\.\d+$", "", match.group(3))
        if name in WRITABLE:
            seen.add(name)
        else:
            problems.append("%s: '%s' is writable and outlives a call" % (member, name))


def main():
    root = sys.argv[1]
    problems = []
    for top in ("src", "tests"):
        for folder, _, files in os.walk(os.path.join(root, top)):
            for name in sorted(files):
                if name.endswith((".c", ".h")):
                    path = os.path.relpath(os.path.join(folder, name), root)
                    check_file(root, path, problems)
    if "--objdump" in sys.argv:
        at = sys.argv.index("--objdump")
        seen = set()
        for library in sys.argv[at + 2:]:
            check_library(sys.argv[at + 1], library, seen, problems)
        for name in sorted(set(WRITABLE) - seen):
            problems.append("%s: '%s' is allowed to be writable and is not there"
                            % (os.path.basename(__file__), name))
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
