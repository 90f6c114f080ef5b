/* See feed.h. One batch a time, as a poll would bring it. */
#include "unittest/feed.h"

bool feed_init(struct feed *f, const struct test_group *group, struct store *store,
               struct error *err)
{
    *f = (struct feed){.group = group, .store = store, .target = store_add_target(store)};
    VEC_EACH (&group->series, const struct test_series, s) {
        struct feed_series series = {.labels = s->labels};
        if (s->native) {
            continue;
        }
        bool ok = series_notation_runs(s->values, &series.runs, err);
        vec_push(&f->series, series);
        if (!ok) {
            feed_release(f);
            return false;
        }
        f->end = series.runs.count > f->end ? series.runs.count : f->end;
    }
    return true;
}

void feed_release(struct feed *f)
{
    VEC_EACH (&f->series, struct feed_series, s) {
        notation_runs_release(&s->runs);
    }
    vec_release(&f->series);
}

bool feed_until(struct feed *f, int64_t until_ms, struct error *err)
{
    struct batch batch;
    batch_init(&batch);
    bool ok = true;
    for (; ok && f->next < f->end; f->next++) {
        int64_t at_ms = f->group->start_ms + (int64_t)f->next * f->group->interval_ms;
        if (at_ms > until_ms) {
            break;
        }
        batch_reset(&batch, at_ms);
        VEC_EACH (&f->series, struct feed_series, s) {
            struct notation_value value;
            if (notation_next(&s->runs, &s->at, &value) && !value.omitted) {
                batch_add_labels(&batch, labels_ref(s->labels), value.v);
            }
        }
        ok = store_commit(f->store, f->target, &batch, NULL, err);
    }
    batch_release(&batch);
    return ok;
}
