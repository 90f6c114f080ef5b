/* See work.h. */
#include "promql/eval/work.h"

static bool call_off(struct work *w)
{
    w->ended = true;
    return error_set(w->err, ERROR_CANCELLED, "the evaluation was called off");
}

bool work_pause(struct work *w)
{
    w->since_pause = 0;
    if (w->pause == NULL || w->ended) {
        return true;
    }
    return w->refused || !w->pause(w->pause_user) ? call_off(w) : true;
}

bool work_end(struct work *w)
{
    return !w->refused || w->ended || call_off(w);
}

void work_spend_clearing(struct work *w, size_t amount)
{
    w->since_pause += amount;
    if (w->since_pause >= WORK_SLICE && w->pause != NULL && !w->ended && !w->refused) {
        w->since_pause = 0;
        w->refused = !w->pause(w->pause_user);
    }
}

bool work_read(struct work *w, size_t samples)
{
    if (samples > w->max_samples - w->samples) {
        return error_set(w->err, ERROR_LIMIT, "the question reads more than %zu samples",
                         w->max_samples);
    }
    w->samples += samples;
    return work_spend(w, samples);
}
