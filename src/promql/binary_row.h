/* One row of points with another, by an operator: the inner loops of binary operators, and what
 * computed durations reckon by. Private to promql/ and the folders in it. */
#ifndef TOCSIN_PROMQL_BINARY_ROW_H
#define TOCSIN_PROMQL_BINARY_ROW_H

#include <stddef.h>

#include "promql/ast.h"

/* Comparisons give 1 or 0. */
double binary_point(enum operator_id op, double a, double b);
/* A point where both have one. `out` may be one of the others. */
void binary_row(enum operator_id op, const double *left, const double *right, double *out,
                size_t steps);
/* The same for a comparison without `bool`: the point of `kept` where it is true, else none. */
void binary_row_filter(enum operator_id op, const double *left, const double *right,
                       const double *kept, double *out, size_t steps);

#endif
