#include "ui/timefmt.h"

#include <time.h>

#include "base/duration.h"

static struct tm broken_down(int64_t ms, bool utc)
{
    time_t seconds = (time_t)(ms >= 0 ? ms / 1000 : (ms - 999) / 1000);
    struct tm tm = {0};
    if (utc ? gmtime_r(&seconds, &tm) == NULL : localtime_r(&seconds, &tm) == NULL) {
        return (struct tm){.tm_mday = 1};
    }
    return tm;
}

int64_t timefmt_offset_ms(int64_t ms, bool utc)
{
    return utc ? 0 : (int64_t)broken_down(ms, false).tm_gmtoff * 1000;
}

static void format(struct strbuf *out, int64_t ms, bool utc, const char *how)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm tm = broken_down(ms, utc);
    if (*how == 'd') {
        strbuf_printf(out, "%s %02d", months[tm.tm_mon % 12], tm.tm_mday);
        return;
    }
    strbuf_printf(out, "%02d:%02d", tm.tm_hour, tm.tm_min);
    if (*how == 's') {
        strbuf_printf(out, ":%02d", tm.tm_sec);
    }
}

void timefmt_clock(struct strbuf *out, int64_t ms, bool utc)
{
    format(out, ms, utc, "s");
}

void timefmt_minute(struct strbuf *out, int64_t ms, bool utc)
{
    format(out, ms, utc, "m");
}

void timefmt_day(struct strbuf *out, int64_t ms, bool utc)
{
    format(out, ms, utc, "d");
}

void timefmt_zone(struct strbuf *out, int64_t ms, bool utc)
{
    struct tm tm = broken_down(ms, utc);
    strbuf_add_c(out, utc || tm.tm_zone == NULL ? "UTC" : tm.tm_zone);
}

void timefmt_age(struct strbuf *out, int64_t now_ms, int64_t then_ms)
{
    int64_t age = now_ms > then_ms ? now_ms - then_ms : 0;
    duration_format_short(out, age - age % 1000);
}

void timefmt_age_coarse(struct strbuf *out, int64_t now_ms, int64_t then_ms)
{
    int64_t age = now_ms > then_ms ? now_ms - then_ms : 0;
    static const int64_t parts[] = {86400000, 3600000, 60000, 1000};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (age >= parts[i]) {
            strbuf_printf(out, "%lld%c", (long long)(age / parts[i]), "dhms"[i]);
            return;
        }
    }
    strbuf_add_c(out, "0s");
}

void timefmt_stale(struct strbuf *out, int64_t now_ms, int64_t then_ms)
{
    if (then_ms == 0) {
        strbuf_add_c(out, "not seen yet");
        return;
    }
    strbuf_add_c(out, "stale ");
    timefmt_age_coarse(out, now_ms, then_ms);
}

void timefmt_range(struct strbuf *out, int64_t ms)
{
    duration_format(out, ms);
}
