/* See binary_row.h. The operator is chosen once a row, so that the loops are straight. */
#include "promql/binary_row.h"

#include <math.h>

#include "promql/absent.h"

double binary_point(enum operator_id op, double a, double b)
{
    switch (op) {
    case OP_ADD:
        return a + b;
    case OP_SUBTRACT:
        return a - b;
    case OP_MULTIPLY:
        return a * b;
    case OP_DIVIDE:
        return a / b;
    case OP_MODULO:
        return fmod(a, b);
    case OP_POWER:
        return pow(a, b);
    case OP_ATAN2:
        return atan2(a, b);
    case OP_EQUAL:
        return a == b;
    case OP_NOT_EQUAL:
        return a != b;
    case OP_LESS:
        return a < b;
    case OP_LESS_EQUAL:
        return a <= b;
    case OP_GREATER:
        return a > b;
    case OP_GREATER_EQUAL:
        return a >= b;
    case OP_NONE:
    case OP_OR:
    case OP_AND:
    case OP_UNLESS:
    case OP_COUNT:
        break;
    }
    return NAN;
}

/* Absence is looked at in the bits, so that the compiler can do several points at once. */
#define LOOP(result)                                          \
    for (size_t i = 0; i < steps; i++) {                      \
        double a = left[i];                                   \
        double b = right[i];                                  \
        double r = (result);                                  \
        out[i] = is_absent(a) || is_absent(b) ? absent() : r; \
    }                                                         \
    return

void binary_row(enum operator_id op, const double *left, const double *right, double *out,
                size_t steps)
{
    switch (op) {
    case OP_ADD:
        LOOP(a + b);
    case OP_SUBTRACT:
        LOOP(a - b);
    case OP_MULTIPLY:
        LOOP(a * b);
    case OP_DIVIDE:
        LOOP(a / b);
    case OP_EQUAL:
        LOOP(a == b);
    case OP_NOT_EQUAL:
        LOOP(a != b);
    case OP_LESS:
        LOOP(a < b);
    case OP_LESS_EQUAL:
        LOOP(a <= b);
    case OP_GREATER:
        LOOP(a > b);
    case OP_GREATER_EQUAL:
        LOOP(a >= b);
    case OP_MODULO:
    case OP_POWER:
    case OP_ATAN2:
    case OP_NONE:
    case OP_OR:
    case OP_AND:
    case OP_UNLESS:
    case OP_COUNT:
        LOOP(binary_point(op, a, b));
    }
}

void binary_row_filter(enum operator_id op, const double *left, const double *right,
                       const double *kept, double *out, size_t steps)
{
    switch (op) {
    case OP_EQUAL:
        LOOP(a == b ? kept[i] : absent());
    case OP_NOT_EQUAL:
        LOOP(a != b ? kept[i] : absent());
    case OP_LESS:
        LOOP(a < b ? kept[i] : absent());
    case OP_LESS_EQUAL:
        LOOP(a <= b ? kept[i] : absent());
    case OP_GREATER:
        LOOP(a > b ? kept[i] : absent());
    case OP_GREATER_EQUAL:
        LOOP(a >= b ? kept[i] : absent());
    case OP_ADD:
    case OP_SUBTRACT:
    case OP_MULTIPLY:
    case OP_DIVIDE:
    case OP_MODULO:
    case OP_POWER:
    case OP_ATAN2:
    case OP_NONE:
    case OP_OR:
    case OP_AND:
    case OP_UNLESS:
    case OP_COUNT:
        break;
    }
}
