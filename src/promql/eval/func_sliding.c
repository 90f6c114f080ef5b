/*
 * Functions of windows that follow a window as it slides: each sample is looked at once when it
 * comes in and once when it goes out, however long the window is. Each gives bit by bit what its
 * function of one window gives (func_over_time.c, func_range.c), which is what one instant asks.
 */
#include <math.h>

#include "promql/eval/func.h"

/* Does the later of two samples put the earlier one out of the running? NaN only where there is
 * nothing else. Of equal ones the values of 0 and -0 ask for the first, times for the last. */
typedef bool (*ordering)(double later, double earlier);

static bool is_higher(double later, double earlier)
{
    return later > earlier || isnan(earlier);
}

static bool is_lower(double later, double earlier)
{
    return later < earlier || isnan(earlier);
}

static bool is_no_lower(double later, double earlier)
{
    return later >= earlier || isnan(earlier);
}

static bool is_no_higher(double later, double earlier)
{
    return later <= earlier || isnan(earlier);
}

/* Those that may still be the best of some later window stand in a queue, the best first: whoever
 * comes takes the place of all it beats. */
static size_t best_of(struct func_sliding *w, ordering beats)
{
    for (; w->seen < w->end; w->seen++) {
        while (w->last > w->first && beats(w->v[w->seen], w->v[w->queue[w->last - 1]])) {
            w->last--;
        }
        w->queue[w->last++] = w->seen;
    }
    while (w->queue[w->first] < w->begin) {
        w->first++;
    }
    return w->queue[w->first];
}

double func_sliding_max(struct func_sliding *w)
{
    return w->v[best_of(w, is_higher)];
}

double func_sliding_min(struct func_sliding *w)
{
    return w->v[best_of(w, is_lower)];
}

double func_sliding_ts_of_max(struct func_sliding *w)
{
    return (double)w->t_ms[best_of(w, is_no_lower)] / 1000;
}

double func_sliding_ts_of_min(struct func_sliding *w)
{
    return (double)w->t_ms[best_of(w, is_no_higher)] / 1000;
}

/* Of a sample and the one before it. */
typedef bool (*event)(double before, double after);

static bool is_change(double before, double after)
{
    return after != before && !(isnan(after) && isnan(before));
}

static bool is_reset(double before, double after)
{
    return after < before;
}

/* How often it happens within the window: both samples are inside. */
static double count_of(struct func_sliding *w, event happens)
{
    for (; w->seen < w->end; w->seen++) {
        w->last += w->seen > 0 && happens(w->v[w->seen - 1], w->v[w->seen]);
    }
    for (; w->left < w->begin; w->left++) {
        w->first += happens(w->v[w->left], w->v[w->left + 1]);
    }
    return (double)(w->last - w->first);
}

double func_sliding_changes(struct func_sliding *w)
{
    return count_of(w, is_change);
}

double func_sliding_resets(struct func_sliding *w)
{
    return count_of(w, is_reset);
}
