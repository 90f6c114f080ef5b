/* See work.h. */
#include "promql/work.h"

bool work_pause(struct work *w)
{
    w->since_pause = 0;
    if (w->pause != NULL && !w->ended && !w->pause(w->pause_user)) {
        w->ended = true;
        return error_set(w->err, ERROR_CANCELLED, "the evaluation was called off");
    }
    return true;
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
