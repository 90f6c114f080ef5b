/* Sources in words, as more than one view says them. */
#include "base/duration.h"
#include "ui/timefmt.h"
#include "ui/views/views.h"

bool source_is_late(const struct source_health *source, int64_t now_ms)
{
    return source->interval_ms > 0 && now_ms - source->last_success.ms > 2 * source->interval_ms;
}

void source_age_text(struct strbuf *out, const struct source_health *source, int64_t now_ms)
{
    if (source->last_success.ms == 0) {
        strbuf_add_char(out, '-');
    } else {
        timefmt_age(out, now_ms, source->last_success.ms);
    }
}

static void add_next_try(struct strbuf *out, const struct source_health *source, int64_t now_ms)
{
    if (source->next_attempt.ms > now_ms) {
        strbuf_add_c(out, "; next try in ");
        timefmt_age(out, source->next_attempt.ms, now_ms);
    }
}

void source_state_text(struct strbuf *out, const struct source_health *source, int64_t now_ms)
{
    switch (source->state) {
    case SOURCE_WAITING:
        strbuf_add_c(out, "waiting for the first answer");
        break;
    case SOURCE_UP:
        strbuf_add_c(out, "up, data ");
        source_age_text(out, source, now_ms);
        strbuf_add_c(out, " old");
        return;
    case SOURCE_DEGRADED:
        strbuf_add_c(out, "in trouble, data ");
        source_age_text(out, source, now_ms);
        strbuf_add_c(out, " old");
        break;
    case SOURCE_DOWN:
        strbuf_add_c(out, "down");
        if (source->down_since.ms != 0) {
            strbuf_add_c(out, " for ");
            timefmt_age(out, now_ms, source->down_since.ms);
        }
        break;
    }
    if (source->error[0] != '\0') {
        strbuf_printf(out, ": %s", source->error);
    }
    add_next_try(out, source, now_ms);
}

enum role source_state_role(enum source_state state)
{
    switch (state) {
    case SOURCE_DOWN:
        return ROLE_STATE_CRIT;
    case SOURCE_DEGRADED:
        return ROLE_STATE_WARN;
    case SOURCE_WAITING:
        return ROLE_TEXT_MUTED;
    case SOURCE_UP:
        return ROLE_TEXT;
    }
    return ROLE_TEXT;
}
