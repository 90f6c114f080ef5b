/* Reading one series: its tracks one after the other. */
#include <stdlib.h>
#include <string.h>

#include "series/store_inside.h"

const struct labels *series_labels(const struct series *s)
{
    return s->labels;
}

int64_t series_newest(const struct series *s)
{
    return s->newest_ms;
}

series_ref series_reference(const struct series *s)
{
    return (uint64_t)s->generation << 32 | (s->number + 1);
}

store_target series_target(const struct series *s)
{
    return s->target;
}

void samples_release(struct samples *out)
{
    free(out->t_ms);
    free(out->v);
    *out = (struct samples){.t_ms = NULL};
}

void series_read(const struct series *s, int64_t from_ms, int64_t to_ms, struct samples *out)
{
    out->len = 0;
    if (s->newest_ms < from_ms || from_ms > to_ms || s->newest_ms == INT64_MIN) {
        return;
    }
    for (uint32_t i = 0; i < s->older_count; i++) {
        timeline_read(s->older[i].timeline, s->older[i].slot, from_ms, to_ms, out);
    }
    timeline_read(s->track.timeline, s->track.slot, from_ms, to_ms, out);
}

bool series_read_last(const struct series *s, int64_t from_ms, int64_t at_ms, int64_t *t_ms,
                      double *v)
{
    if (s->newest_ms < from_ms || from_ms > at_ms || s->newest_ms == INT64_MIN) {
        return false;
    }
    if (s->newest_ms <= at_ms) {
        const struct slot *slot = &s->track.timeline->slots.items[s->track.slot];
        *t_ms = s->newest_ms;
        memcpy(v, &slot->column.last, sizeof(*v));
        return true;
    }
    if (timeline_read_last(s->track.timeline, s->track.slot, from_ms, at_ms, t_ms, v)) {
        return true;
    }
    for (uint32_t i = s->older_count; i > 0; i--) {
        const struct track *track = &s->older[i - 1];
        if (timeline_read_last(track->timeline, track->slot, from_ms, at_ms, t_ms, v)) {
            return true;
        }
    }
    return false;
}
