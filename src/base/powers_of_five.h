/*
 * Powers of five with 128 bits, for the exact ways between decimal and binary: a power of ten is
 * one of five and a shift.
 */
#ifndef TOCSIN_BASE_POWERS_OF_FIVE_H
#define TOCSIN_BASE_POWERS_OF_FIVE_H

#include <stdint.h>

__extension__ typedef unsigned __int128 uint128;

#define POWER_OF_FIVE_MIN (-292)
#define POWER_OF_FIVE_MAX 324

/* The first bits of 5^q, the highest of them set; powers_of_five.def says how they are rounded. */
struct power_of_five {
    uint64_t high;
    uint64_t low;
};

/* That of q is at q - POWER_OF_FIVE_MIN. */
extern const struct power_of_five powers_of_five[POWER_OF_FIVE_MAX - POWER_OF_FIVE_MIN + 1];

#endif
