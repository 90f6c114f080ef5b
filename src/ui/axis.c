#include "ui/axis.h"

#include <math.h>
#include <stdbool.h>

#include "base/attr.h"

static double round_up_to(double value, const double *steps, size_t count, double base)
{
    double power = pow(base, floor(log(value) / log(base)));
    for (size_t i = 0; i < count; i++) {
        /* Rounding of pow and log must not push a round value to the next step. */
        if (steps[i] * power >= value * (1 - 1e-9)) {
            return steps[i] * power;
        }
    }
    return base * power;
}

/* Where nothing is above zero the axis still needs an end that means something. */
static double smallest_axis(enum unit unit)
{
    switch (unit) {
    case UNIT_RATIO:
        return 0.01;
    case UNIT_SECONDS:
        return 0.001;
    case UNIT_BYTES:
    case UNIT_BYTES_PER_SECOND:
        return 1024;
    case UNIT_COUNT:
    case UNIT_PER_SECOND:
    case UNIT_FACTOR:
        return 1;
    }
    return 1;
}

double axis_round_up(double value, enum unit unit)
{
    static const double tens[] = {1, 2, 2.5, 5, 10};
    static const double twos[] = {1, 2};
    if (!(value > 0) || !isfinite(value)) {
        return smallest_axis(unit);
    }
    if (unit == UNIT_BYTES || unit == UNIT_BYTES_PER_SECOND) {
        return round_up_to(value, twos, ARRAY_LEN(twos), 2);
    }
    if (unit == UNIT_RATIO && value > 0.1 && value <= 1.05) {
        return 1; /* per cent of something: 0 to 100, unless all of it is small */
    }
    return round_up_to(value, tens, ARRAY_LEN(tens), 10);
}

void axis_update(struct axis *axis, double max, enum unit unit, int64_t bucket_ms,
                 int64_t bucket_size_ms)
{
    double wanted = axis_round_up(max, unit);
    if (!(axis->max > 0) || wanted > axis->max) {
        *axis = (struct axis){.max = wanted};
        return;
    }
    if (!(max < axis->max / 2) || wanted >= axis->max) {
        axis->low_since_ms = 0;
        return;
    }
    if (axis->low_since_ms == 0) {
        axis->low_since_ms = bucket_ms;
    }
    if (bucket_ms - axis->low_since_ms >= AXIS_CALM * bucket_size_ms) {
        *axis = (struct axis){.max = wanted};
    }
}

double axis_spark_max(double value)
{
    static const double fine[] = {1, 1.2, 1.5, 1.8, 2.2, 2.7, 3.3, 4, 5, 6, 7, 8.5, 10};
    return value > 0 && isfinite(value) ? round_up_to(value, fine, ARRAY_LEN(fine), 10) : 1;
}
