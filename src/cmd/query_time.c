/* See query_time.h. */
#include "cmd/query_time.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "base/duration.h"
#include "base/number.h"

/* Beyond this many seconds milliseconds would not fit into 64 bits with room for arithmetic. */
#define SECONDS_LIMIT 9.0e12

static bool to_ms(double seconds, int64_t *ms)
{
    if (!isfinite(seconds) || fabs(seconds) > SECONDS_LIMIT) {
        return false;
    }
    *ms = (int64_t)llround(seconds * 1000);
    return true;
}

/* Exactly `count` decimal digits at `*p`, which moves behind them. */
static bool take_digits(const char **p, int count, int *out)
{
    *out = 0;
    for (int i = 0; i < count; i++, (*p)++) {
        if (**p < '0' || **p > '9') {
            return false;
        }
        *out = *out * 10 + (**p - '0');
    }
    return true;
}

/* Decimals behind the point; those past the third do not count. */
static bool take_fraction(const char **p, int *ms)
{
    *ms = 0;
    const char *begin = *p;
    for (int weight = 100; **p >= '0' && **p <= '9'; (*p)++, weight /= 10) {
        *ms += weight * (**p - '0');
    }
    return *p > begin;
}

/* "Z", "+01:00", "-05:30" */
static bool take_offset(const char **p, int *seconds)
{
    *seconds = 0;
    char sign = **p;
    if (sign != 'Z' && sign != '+' && sign != '-') {
        return false;
    }
    (*p)++;
    if (sign == 'Z') {
        return true;
    }
    int hours, minutes;
    bool ok = take_digits(p, 2, &hours) && *(*p)++ == ':' && take_digits(p, 2, &minutes) &&
              hours < 24 && minutes < 60;
    *seconds = ok ? (hours * 60 + minutes) * 60 * (sign == '-' ? -1 : 1) : 0;
    return ok;
}

/* "2026-11-21T02:49:10.5+01:00", "...Z" */
static bool parse_rfc3339(struct str s, int64_t *t_ms)
{
    char *text = str_dup(s);
    struct tm tm = {0};
    const char *p = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
    int ms = 0, offset = 0;
    bool ok = p != NULL;
    if (ok && *p == '.') {
        p++;
        ok = take_fraction(&p, &ms);
    }
    ok = ok && take_offset(&p, &offset) && *p == '\0';
    if (ok) {
        *t_ms = ((int64_t)timegm(&tm) - offset) * 1000 + ms;
    }
    free(text);
    return ok;
}

/* "now", "now-1h", "now+5m" */
static bool parse_relative(struct str s, int64_t *ms)
{
    if (!str_starts_with(s, STR("now"))) {
        return false;
    }
    struct str distance = str_slice(s, 3, s.len);
    *ms = 0;
    if (distance.len == 0) {
        return true;
    }
    bool back = distance.data[0] == '-';
    if (!back && distance.data[0] != '+') {
        return false;
    }
    struct error wrong = ERROR_INIT;
    bool ok = duration_parse(str_slice(distance, 1, distance.len), ms, &wrong) &&
              *ms <= (int64_t)(SECONDS_LIMIT * 1000);
    error_release(&wrong);
    *ms = back ? -*ms : *ms;
    return ok;
}

bool query_moment_parse(struct str s, struct query_moment *out, struct error *err)
{
    double seconds;
    out->from_now = false;
    if ((number_parse(s, &seconds) && to_ms(seconds, &out->ms)) || parse_rfc3339(s, &out->ms)) {
        return true;
    }
    out->from_now = true;
    if (parse_relative(s, &out->ms)) {
        return true;
    }
    error_set(err, ERROR_USAGE, "'%.*s' is not a time", STR_ARG(s));
    error_suggest(err, "times are Unix seconds, RFC 3339 such as 2026-11-21T02:49:10Z, or now-1h");
    return false;
}

int64_t query_moment_at(const struct query_moment *moment, int64_t now_ms)
{
    return moment->from_now ? now_ms + moment->ms : moment->ms;
}

bool query_step_parse(struct str s, int64_t *step_ms, struct error *err)
{
    double seconds;
    struct error wrong = ERROR_INIT;
    bool ok = (number_parse(s, &seconds) && to_ms(seconds, step_ms)) ||
              duration_parse(s, step_ms, &wrong);
    error_release(&wrong);
    if (!ok || *step_ms <= 0) {
        return error_set(err, ERROR_USAGE, "'%.*s' is not a step such as 15s", STR_ARG(s));
    }
    return true;
}
