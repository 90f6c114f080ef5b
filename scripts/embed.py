#!/usr/bin/env python3
"""Turns files into a C source with their bytes, so that one binary carries its packs and themes.

    embed.py --name NAME --output OUT.c FILE...

defines `const struct embedded_file NAME[]` and `const size_t NAME_count` (src/base/embedded.h).
Bytes and not string literals: ISO C promises literals of 4095 characters only.
"""
import argparse
import os


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("files", nargs="*")
    args = parser.parse_args()
    out = ["/* Made by scripts/embed.py; do not edit. */", '#include "base/embedded.h"', ""]
    out.append("extern const struct embedded_file %s[];" % args.name)
    out.append("extern const size_t %s_count;" % args.name)
    entries = []
    for number, path in enumerate(sorted(args.files, key=os.path.basename)):
        with open(path, "rb") as file:
            data = file.read()
        out.append("static const unsigned char bytes_%d[] = {" % number)
        data_and_nul = data + b"\0"
        for at in range(0, len(data_and_nul), 24):
            out.append("    " + "".join("%d," % byte for byte in data_and_nul[at:at + 24]))
        out.append("};")
        entries.append('    {.name = "%s", .data = (const char *)bytes_%d, .len = %d},'
                       % (os.path.basename(path), number, len(data)))
    out.append("const struct embedded_file %s[] = {" % args.name)
    out.extend(entries or ["    {.name = NULL},"])
    out.append("};")
    out.append("const size_t %s_count = %d;" % (args.name, len(entries)))
    with open(args.output, "w", encoding="ascii") as file:
        file.write("\n".join(out) + "\n")


main()
