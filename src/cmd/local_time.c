/* See local_time.h. */
#include "cmd/local_time.h"

#include "base/clock.h"
#include "ui/timefmt.h"

void local_time_format_from(struct strbuf *out, int64_t ms, int64_t now_ms)
{
    struct strbuf day = STRBUF_INIT;
    struct strbuf today = STRBUF_INIT;
    timefmt_day(&day, ms, false);
    timefmt_day(&today, now_ms, false);
    /* The same day of the year may be another year's. */
    int64_t distance_ms = ms > now_ms ? ms - now_ms : now_ms - ms;
    bool same =
        str_equal(strbuf_str(&day), strbuf_str(&today)) && distance_ms < (int64_t)48 * 3600 * 1000;
    if (!same) {
        strbuf_add_str(out, strbuf_str(&day));
        strbuf_add_char(out, ' ');
    }
    timefmt_clock(out, ms, false);
    strbuf_release(&day);
    strbuf_release(&today);
}

void local_time_format(struct strbuf *out, int64_t ms)
{
    const struct clock clock = clock_real();
    local_time_format_from(out, ms, clock_wall(&clock).ms);
}
