/* Moments in UTC: their parts, and Go's layouts (time.Format). Private to this folder. */
#ifndef TOCSIN_TEMPLATE_MOMENT_H
#define TOCSIN_TEMPLATE_MOMENT_H

#include <stdint.h>

#include "base/str.h"
#include "base/strbuf.h"

struct moment {
    int64_t year;
    int month; /* 1 to 12 */
    int day;
    int hour;
    int minute;
    int second;
    int nanosecond;
    int weekday;  /* 0: Sunday */
    int year_day; /* from 1 */
};

/* Of nanoseconds since the Unix epoch. */
struct moment moment_of(int64_t ns);
/* "January", "Sunday" */
const char *moment_month_name(int month);
const char *moment_weekday_name(int weekday);
/* `layout` as the reference time would be written: Mon Jan 2 15:04:05 MST 2006. */
void moment_format(struct strbuf *out, int64_t ns, struct str layout);

#endif
