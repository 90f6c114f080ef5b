#!/usr/bin/env python3
"""Is every C file laid out as .clang-format says? Styles differ between versions of clang-format, so
that another one than ours says nothing: skipped.

    check_format.py ROOT CLANG-FORMAT
"""
import os
import re
import subprocess
import sys

VERSION = "14"
SKIPPED = 77


def main():
    root, program = sys.argv[1:3]
    text = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout
    found = re.search(r"version (\d+)", text)
    if not found or found.group(1) != VERSION:
        print("this is %s; the style is that of version %s" % (text.strip(), VERSION))
        return SKIPPED
    files = []
    for top in ("src", "tests"):
        for folder, _, names in os.walk(os.path.join(root, top)):
            files += [os.path.join(folder, name) for name in names if name.endswith((".c", ".h"))]
    command = [program, "--dry-run", "-Werror", "--style=file"]
    return subprocess.run(command + sorted(files), cwd=root, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
