/*
 * The fewest decimal digits that read back to the same double; of several such decimals the one
 * nearest to it.
 *
 * R. Giulietti, "The Schubfach way to render doubles" (2020, revised 2022). In short: a decimal
 * reads back where it lies within half the way to the neighbouring doubles. Where 10^k is at most
 * as long as that interval, at least one multiple of 10^k lies in it, and at most one or two of
 * 10^(k+1). So there are four candidates: the multiples of both that enclose the double. The bounds
 * are compared as integers, scaled by a power of ten of 126 bits or more, which is proven to be
 * enough where a product keeps its sticky bit.
 */
#ifndef TOCSIN_BASE_SHORTEST_H
#define TOCSIN_BASE_SHORTEST_H

/* Of any double. */
#define SHORTEST_DIGITS 17

/* 0.DIGITS x 10^point; the first digit and the last one are not 0. */
struct shortest {
    char digits[SHORTEST_DIGITS];
    int count; /* >= 1 */
    int point; /* -323 .. 309 */
};

/* `value` is finite and above 0. */
void shortest_find(struct shortest *s, double value);

#endif
