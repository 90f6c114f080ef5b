/* See powers_of_five.h. */
#include "base/powers_of_five.h"

const struct power_of_five powers_of_five[POWER_OF_FIVE_MAX - POWER_OF_FIVE_MIN + 1] = {
#define POWER(q, high, low) [(q)-POWER_OF_FIVE_MIN] = {high, low},
#include "base/powers_of_five.def"
#undef POWER
};
