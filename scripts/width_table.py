#!/usr/bin/env python3
"""Writes src/ui/width_table.h: code points that take two columns or none.

Wide is East_Asian_Width W or F; nothing is Mn, Me, Cf (but not the soft hyphen, which terminals
show) and the Hangul vowels and finals that join the syllable before them. Run by hand when Python
knows a newer Unicode; the result is committed, so that a build needs no Python for it.
"""
import sys
import unicodedata


def ranges(belongs):
    found, start = [], None
    for cp in range(0x110000 + 1):
        inside = cp < 0x110000 and belongs(cp)
        if inside and start is None:
            start = cp
        elif not inside and start is not None:
            found.append((start, cp - 1))
            start = None
    return found


def is_zero(cp):
    if cp == 0xAD:
        return False
    if 0x1160 <= cp <= 0x11FF or 0xD7B0 <= cp <= 0xD7FB:
        return True
    return unicodedata.category(chr(cp)) in ("Mn", "Me", "Cf")


def is_wide(cp):
    if is_zero(cp):
        return False
    # Unassigned code points of the CJK planes count as wide, as UAX #11 says.
    if 0x20000 <= cp <= 0x2FFFD or 0x30000 <= cp <= 0x3FFFD:
        return True
    return unicodedata.east_asian_width(chr(cp)) in ("W", "F")


def table(name, items):
    lines = ["static const struct width_range %s[] = {" % name]
    row = "   "
    for first, last in items:
        item = " {0x%X, 0x%X}," % (first, last)
        if len(row) + len(item) > 98:
            lines.append(row)
            row = "   "
        row += item
    lines.append(row)
    lines.append("};")
    return "\n".join(lines)


def main():
    out = open(sys.argv[1], "w", encoding="ascii") if len(sys.argv) > 1 else sys.stdout
    out.write("/* Made by scripts/width_table.py from Unicode %s; do not edit. */\n"
              % unicodedata.unidata_version)
    out.write("// clang-format off\n")
    out.write(table("width_none", ranges(is_zero)) + "\n")
    out.write(table("width_wide", ranges(is_wide)) + "\n")
    out.write("// clang-format on\n")


main()
