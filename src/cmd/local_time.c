/* See local_time.h. */
#include "cmd/local_time.h"

#include <time.h>

#include "base/clock.h"
#include "ui/timefmt.h"

static struct tm broken_down(int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm = {0};
    return localtime_r(&seconds, &tm) != NULL ? tm : (struct tm){.tm_mday = 1};
}

void local_time_format_from(struct strbuf *out, int64_t ms, int64_t now_ms)
{
    const struct tm then = broken_down(ms);
    const struct tm now = broken_down(now_ms);
    if (then.tm_year != now.tm_year) {
        strbuf_printf(out, "%04d-%02d-%02d ", then.tm_year + 1900, then.tm_mon + 1, then.tm_mday);
    } else if (then.tm_yday != now.tm_yday) {
        timefmt_day(out, ms, false);
        strbuf_add_char(out, ' ');
    }
    timefmt_clock(out, ms, false);
}

void local_time_format(struct strbuf *out, int64_t ms)
{
    const struct clock clock = clock_real();
    local_time_format_from(out, ms, clock_wall(&clock).ms);
}
