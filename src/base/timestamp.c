/* See timestamp.h. */
#include "base/timestamp.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "base/number.h"

bool timestamp_from_seconds(double seconds, int64_t *t_ms)
{
    if (!isfinite(seconds) || fabs(seconds) > TIMESTAMP_MAX_SECONDS) {
        return false;
    }
    *t_ms = (int64_t)llround(seconds * 1000);
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

bool timestamp_parse(struct str s, int64_t *t_ms)
{
    double seconds;
    return (number_parse(s, &seconds) && timestamp_from_seconds(seconds, t_ms)) ||
           parse_rfc3339(s, t_ms);
}

void timestamp_format(struct strbuf *out, int64_t t_ms, bool with_ms)
{
    int64_t ms = (t_ms % 1000 + 1000) % 1000;
    time_t seconds = (time_t)(t_ms / 1000 - (t_ms % 1000 < 0));
    struct tm tm = {0};
    gmtime_r(&seconds, &tm);
    strbuf_printf(out, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1,
                  tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
    if (with_ms) {
        strbuf_printf(out, ".%03d", (int)ms);
    }
    strbuf_add_char(out, 'Z');
}
