#!/usr/bin/env python3
"""Writes src/base/powers_of_five.def: the powers that reading and writing of doubles multiply with.

Run by hand; the result is committed, so that a build needs no Python for it.
"""
import sys

FIRST, LAST = -292, 324  # what number_format needs: src/base/shortest.c
EXACT_UP_TO = 55         # 5^55 has 128 bits
ROUNDED_UP_FROM = -27    # 5^27 has 63 bits: a mantissa can be a multiple of it

HEAD = """\
/* Made by scripts/powers_of_five.py; do not edit.
 *
 * POWER(q, high, low): the 128 most significant bits of 5^q, normalised so that the top bit is set:
 * exact for 0 <= q <= 55, rounded up for -27 <= q < 0, cut off beyond. test_number checks the rows
 * against the C library.
 */
"""


def significant_bits(q):
    """The 128 highest bits of 5^q, cut off, and whether nothing was."""
    if q >= 0:
        power = 5 ** q
        shift = 128 - power.bit_length()
        if shift >= 0:
            return power << shift, True
        return power >> -shift, power & ((1 << -shift) - 1) == 0
    divisor = 5 ** -q
    # 2^b / 5^-q is between 2^127 and 2^128, and never whole.
    return (1 << (divisor.bit_length() + 127)) // divisor, False


def main():
    out = open(sys.argv[1], "w", encoding="ascii") if len(sys.argv) > 1 else sys.stdout
    out.write(HEAD)
    for q in range(FIRST, LAST + 1):
        bits, exact = significant_bits(q)
        assert bits.bit_length() == 128 and exact == (0 <= q <= EXACT_UP_TO)
        # shortest.c rounds up those that are cut off here: only the low half may change by it.
        assert exact or bits & ((1 << 64) - 1) != (1 << 64) - 1
        bits += ROUNDED_UP_FROM <= q < 0
        out.write("POWER(%d, 0x%016x, 0x%016x)\n" % (q, bits >> 64, bits & ((1 << 64) - 1)))


if __name__ == "__main__":
    main()
