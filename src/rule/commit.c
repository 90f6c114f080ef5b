/* See commit.h. */
#include "rule/commit.h"

#include <string.h>

/* What the store has of a series at a time; false where it has nothing. */
static bool stored_at(const struct store *store, const struct labels *labels, int64_t t_ms,
                      double *v, struct error *err)
{
    struct matcher name;
    struct selection found = {0};
    bool there = false;
    if (!matcher_init(&name, MATCH_EQUAL, STR(LABEL_NAME), labels_name(labels), err)) {
        return false;
    }
    if (store_select(store, &name, 1, &found, err)) {
        VEC_EACH (&found.series, const struct series *, s) {
            int64_t at_ms;
            there = there ||
                    (series_labels(*s) == labels && series_read_last(*s, t_ms, t_ms, &at_ms, v));
        }
    }
    selection_release(&found);
    matcher_release(&name);
    return there;
}

/* The store refused some samples: right where the same was there already (another rule wrote it),
 * and else the rule's error, as in Prometheus. */
static bool explain_refused(const struct store *store, const struct batch *samples,
                            struct error *err)
{
    VEC_EACH (&samples->samples, const struct batch_sample, s) {
        double v;
        bool there = stored_at(store, s->labels, samples->t_ms, &v, err);
        if (error_is(err)) {
            return false;
        }
        if (there && memcmp(&v, &s->v, sizeof(v)) == 0) {
            continue;
        }
        struct strbuf name = STRBUF_INIT;
        labels_format(&name, s->labels);
        error_set(err, ERROR_EVALUATION, "%s has %s already", strbuf_cstr(&name),
                  there ? "another value at this time" : "newer samples");
        strbuf_release(&name);
        return false;
    }
    return true;
}

static uint64_t refused(const struct store *store)
{
    struct store_stats stats;
    store_stats(store, &stats);
    return stats.out_of_order;
}

bool rule_commit(struct store *store, store_target target, const struct batch *samples,
                 const struct batch *markers, struct error *err)
{
    uint64_t before = refused(store);
    if (samples->samples.len != 0 && !store_commit(store, target, samples, NULL, err)) {
        return false;
    }
    if (refused(store) != before && !explain_refused(store, samples, err)) {
        return false;
    }
    return markers->samples.len == 0 || store_commit(store, target, markers, NULL, err);
}
