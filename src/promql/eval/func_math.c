/* Functions of single points that are not in the C library, or take scalars beside the points. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "promql/absent.h"
#include "promql/eval/func.h"

static const double pi = 3.14159265358979323846;

double func_deg(double v)
{
    return v * 180 / pi;
}

double func_rad(double v)
{
    return v * pi / 180;
}

double func_sgn(double v)
{
    if (v < 0) {
        return -1;
    }
    return v > 0 ? 1 : v;
}

bool func_pi(struct evaluator *ev, const struct node *n, double *out)
{
    (void)n;
    for (size_t i = 0; i < ev->grid.steps; i++) {
        out[i] = pi;
    }
    return true;
}

/* Unlike C's fmin and fmax these hand a NaN on, as Go's do: a limit that is not known gives no
 * known value, unless the other one is beyond any limit. -0 is below 0. */
static double least(double a, double b)
{
    if (a == (double)-INFINITY || b == (double)-INFINITY) {
        return -INFINITY;
    }
    if (isnan(a) || isnan(b)) {
        return NAN;
    }
    return a < b || (a == b && signbit(a)) ? a : b;
}

static double greatest(double a, double b)
{
    if (a == (double)INFINITY || b == (double)INFINITY) {
        return INFINITY;
    }
    if (isnan(a) || isnan(b)) {
        return NAN;
    }
    return a > b || (a == b && !signbit(a)) ? a : b;
}

static bool of_two(struct evaluator *ev, const struct node *n, double (*f)(double, double),
                   double *out)
{
    size_t steps = ev->grid.steps;
    double *other = mem_alloc(steps * sizeof(*other));
    bool ok = eval_scalar(ev, n->call.args[0], out) && eval_scalar(ev, n->call.args[1], other);
    for (size_t i = 0; ok && i < steps; i++) {
        out[i] = f(out[i], other[i]);
    }
    free(other);
    return ok;
}

bool func_max_of(struct evaluator *ev, const struct node *n, double *out)
{
    return of_two(ev, n, greatest, out);
}

bool func_min_of(struct evaluator *ev, const struct node *n, double *out)
{
    return of_two(ev, n, least, out);
}

/* Each point with its step's values of up to two scalars. An absent result takes the point away. */
typedef double (*with_scalars)(double v, double a, double b);

static bool map_with_scalars(struct evaluator *ev, const struct node *n, with_scalars f,
                             struct columns *out)
{
    if (!eval_vector(ev, n->call.args[0], out)) {
        return false;
    }
    size_t steps = out->steps;
    double *scalars = mem_zalloc(2 * steps, sizeof(*scalars));
    bool ok = true;
    for (size_t i = 1; ok && i < n->call.arg_count && i <= 2; i++) {
        ok = eval_scalar(ev, n->call.args[i], scalars + (i - 1) * steps);
    }
    for (size_t row = 0; ok && row < out->count; row++) {
        ok = eval_spend(ev, out->steps);
        double *points = columns_row(out, row);
        for (size_t i = 0; i < steps; i++) {
            if (!is_absent(points[i])) {
                points[i] = f(points[i], scalars[i], scalars[steps + i]);
            }
        }
    }
    free(scalars);
    return ok && eval_drop_names(ev, out);
}

static double clamp(double v, double low, double high)
{
    return high < low ? absent() : greatest(low, least(high, v));
}

static double clamp_max(double v, double high, double unused)
{
    (void)unused;
    return least(high, v);
}

static double clamp_min(double v, double low, double unused)
{
    (void)unused;
    return greatest(low, v);
}

/* Halves go up. The inverse is multiplied by because that loses less for nearests like 0.1. */
static double round_to(double v, double nearest, double unused)
{
    (void)unused;
    double inverse = 1 / nearest;
    return floor(v * inverse + 0.5) / inverse;
}

static double round_whole(double v, double unused, double unused_too)
{
    (void)unused;
    (void)unused_too;
    return floor(v + 0.5);
}

bool func_clamp(struct evaluator *ev, const struct node *n, struct columns *out)
{
    return map_with_scalars(ev, n, clamp, out);
}

bool func_clamp_max(struct evaluator *ev, const struct node *n, struct columns *out)
{
    return map_with_scalars(ev, n, clamp_max, out);
}

bool func_clamp_min(struct evaluator *ev, const struct node *n, struct columns *out)
{
    return map_with_scalars(ev, n, clamp_min, out);
}

bool func_round(struct evaluator *ev, const struct node *n, struct columns *out)
{
    return map_with_scalars(ev, n, n->call.arg_count > 1 ? round_to : round_whole, out);
}
