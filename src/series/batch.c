/* Batches: growing arrays; what decides is in the store's commit. */
#include "series/batch.h"

#include <assert.h>

double stale_nan(void)
{
    uint64_t bits = STALE_NAN_BITS;
    double v;
    memcpy(&v, &bits, sizeof(v));
    return v;
}

bool is_stale_nan(double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof(bits));
    return bits == STALE_NAN_BITS;
}

void batch_init(struct batch *b)
{
    *b = (struct batch){.t_ms = 0};
}

static void unref_all(struct batch *b)
{
    VEC_EACH (&b->samples, struct batch_sample, s) {
        labels_unref(s->labels);
    }
    b->samples.len = 0;
}

void batch_release(struct batch *b)
{
    unref_all(b);
    vec_release(&b->samples);
}

void batch_reset(struct batch *b, int64_t t_ms)
{
    unref_all(b);
    b->t_ms = t_ms;
}

void batch_add_ref(struct batch *b, series_ref ref, double v)
{
    vec_push(&b->samples, ((struct batch_sample){.ref = ref, .t_ms = BATCH_NO_TIME, .v = v}));
}

void batch_add_labels(struct batch *b, struct labels *labels, double v)
{
    vec_push(&b->samples, ((struct batch_sample){.labels = labels, .t_ms = BATCH_NO_TIME, .v = v}));
}

void batch_set_time(struct batch *b, int64_t t_ms)
{
    assert(b->samples.len > 0);
    b->samples.items[b->samples.len - 1].t_ms = t_ms;
}
