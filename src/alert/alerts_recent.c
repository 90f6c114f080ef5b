/* What fired within the last day: for what a silence would have hidden. */
#include "alert/alerts_private.h"

#define DAY_MS ((int64_t)24 * 3600 * 1000)

static void drop_first(struct alerts *alerts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        labels_unref(alerts->recent.items[i].labels);
    }
    memmove(alerts->recent.items, alerts->recent.items + count,
            (alerts->recent.len - count) * sizeof(*alerts->recent.items));
    alerts->recent.len -= count;
}

void alerts_recent_add(struct alerts *alerts, uint64_t id, const struct labels *labels,
                       int64_t ended_ms)
{
    size_t old = 0;
    while (old < alerts->recent.len && alerts->recent.items[old].ended_ms < ended_ms - DAY_MS) {
        old++;
    }
    if (old == 0 && alerts->recent.len == RECENT_MAX) {
        old = RECENT_MAX / 10;
    }
    if (old != 0) {
        drop_first(alerts, old);
    }
    vec_push(&alerts->recent,
             ((struct recent){.id = id, .labels = labels_ref(labels), .ended_ms = ended_ms}));
}

void alerts_recent_release(struct alerts *alerts)
{
    VEC_EACH (&alerts->recent, struct recent, r) {
        labels_unref(r->labels);
    }
    vec_release(&alerts->recent);
}

/* The last time that it ended, and it does not fire again. */
static bool counts(const struct alerts *alerts, size_t i)
{
    const struct recent *r = &alerts->recent.items[i];
    for (size_t k = i + 1; k < alerts->recent.len; k++) {
        if (alerts->recent.items[k].id == r->id) {
            return false;
        }
    }
    const struct alert_info *now = alerts_find(alerts, r->id);
    return now == NULL || !now->fires;
}

size_t alerts_recent_matching(const struct alerts *alerts, const struct silence *s,
                              int64_t since_ms)
{
    size_t n = 0;
    for (size_t i = 0; i < alerts->recent.len; i++) {
        const struct recent *r = &alerts->recent.items[i];
        if (r->ended_ms >= since_ms && silence_matches(s, r->labels) && counts(alerts, i)) {
            n++;
        }
    }
    return n;
}
