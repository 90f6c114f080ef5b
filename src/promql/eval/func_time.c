/* Functions of time: the clock of the evaluation, samples' times, and calendar fields in UTC. */
#include "promql/absent.h"
#include "promql/eval/func.h"

bool func_time(struct evaluator *ev, const struct node *n, double *out)
{
    (void)n;
    for (size_t i = 0; i < ev->grid.steps; i++) {
        out[i] = (double)grid_time(&ev->grid, i) / 1000;
    }
    return true;
}

static bool constant(const struct evaluator *ev, int64_t ms, double *out)
{
    for (size_t i = 0; i < ev->grid.steps; i++) {
        out[i] = (double)ms / 1000;
    }
    return true;
}

bool func_start(struct evaluator *ev, const struct node *n, double *out)
{
    (void)n;
    return constant(ev, ev->query->start_ms, out);
}

bool func_end(struct evaluator *ev, const struct node *n, double *out)
{
    (void)n;
    return constant(ev, ev->end_ms, out);
}

bool func_range(struct evaluator *ev, const struct node *n, double *out)
{
    (void)n;
    return constant(ev, ev->end_ms - ev->query->start_ms, out);
}

bool func_step(struct evaluator *ev, const struct node *n, double *out)
{
    (void)n;
    return constant(ev, ev->instant ? 0 : ev->query->step_ms, out);
}

/* Of a selector the samples' own times; of anything computed, the time of the evaluation. */
bool func_timestamp(struct evaluator *ev, const struct node *n, struct columns *out)
{
    const struct node *arg = eval_unwrap(n->call.args[0]);
    if (arg->kind == NODE_SELECTOR) {
        return eval_selector(ev, arg, true, out) && eval_drop_names(ev, out);
    }
    if (!eval_vector(ev, arg, out)) {
        return false;
    }
    for (size_t row = 0; row < out->count; row++) {
        if (!eval_spend(ev, out->steps)) {
            return false;
        }
        double *points = columns_row(out, row);
        for (size_t i = 0; i < out->steps; i++) {
            if (!is_absent(points[i])) {
                points[i] = (double)grid_time(&ev->grid, i) / 1000;
            }
        }
    }
    return eval_drop_names(ev, out);
}

#define DAY_S INT64_C(86400)

struct date {
    int64_t year;
    int month;        /* 1 to 12 */
    int day;          /* 1 to 31 */
    int64_t unix_day; /* days since 1970-01-01 */
};

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* The proleptic Gregorian calendar, counted in 400-year cycles from a March 1st, so that the leap
 * day is the last of its year. */
static struct date date_of(int64_t unix_s)
{
    int64_t unix_day = floor_div(unix_s, DAY_S);
    int64_t day = unix_day + 719468; /* since 0000-03-01 */
    int64_t cycle = floor_div(day, 146097);
    int64_t of_cycle = day - cycle * 146097;
    int64_t year = (of_cycle - of_cycle / 1460 + of_cycle / 36524 - of_cycle / 146096) / 365;
    int64_t of_year = of_cycle - (365 * year + year / 4 - year / 100);
    int64_t march_month = (5 * of_year + 2) / 153;
    int month = (int)(march_month < 10 ? march_month + 3 : march_month - 9);
    return (struct date){.year = year + cycle * 400 + (month <= 2),
                         .month = month,
                         .day = (int)(of_year - (153 * march_month + 2) / 5 + 1),
                         .unix_day = unix_day};
}

static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

double func_day_of_month(int64_t unix_s)
{
    return date_of(unix_s).day;
}

double func_day_of_week(int64_t unix_s)
{
    int64_t day = date_of(unix_s).unix_day + 4; /* 1970-01-01 was a Thursday */
    return (double)(day - floor_div(day, 7) * 7);
}

double func_day_of_year(int64_t unix_s)
{
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    struct date d = date_of(unix_s);
    return before[d.month - 1] + d.day + (d.month > 2 && is_leap(d.year));
}

double func_days_in_month(int64_t unix_s)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    struct date d = date_of(unix_s);
    return days[d.month - 1] + (d.month == 2 && is_leap(d.year));
}

double func_hour(int64_t unix_s)
{
    return (double)((unix_s - floor_div(unix_s, DAY_S) * DAY_S) / 3600);
}

double func_minute(int64_t unix_s)
{
    return (double)((unix_s - floor_div(unix_s, DAY_S) * DAY_S) / 60 % 60);
}

double func_month(int64_t unix_s)
{
    return date_of(unix_s).month;
}

double func_year(int64_t unix_s)
{
    return (double)date_of(unix_s).year;
}
