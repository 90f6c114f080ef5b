#include "ui/views/series.h"

#include <math.h>

#include "ui/timefmt.h"

struct bucket_axis series_axis(const struct frame *frame, const struct instance *instance,
                               int columns)
{
    const struct scene *scene = frame->scene;
    return bucket_axis(scene->now_ms, scene->range_ms, instance->grid.step_ms, columns,
                       timefmt_offset_ms(scene->now_ms, frame->state->utc));
}

static void add_now(struct bucket *out, const struct bucket_axis *axis,
                    const struct signal_row *row)
{
    struct bucket *newest = &out[axis->count - 1];
    bool known = false;
    for (size_t i = 0; i < axis->count; i++) {
        known = known || out[i].state == BUCKET_VALUE || out[i].state == BUCKET_IDLE;
    }
    /* Known now and never before: its past is not a gap. */
    for (size_t i = 0; !known && i < axis->count; i++) {
        out[i].state = BUCKET_BEFORE;
    }
    if (newest->state == BUCKET_BEFORE) {
        newest->state = row->state == SIGNAL_VALUE ? BUCKET_VALUE : BUCKET_IDLE;
        newest->value = row->state == SIGNAL_VALUE ? row->now : (double)NAN;
        newest->partial = true;
    }
}

void series_fill(struct bucket *out, const struct bucket_axis *axis,
                 const struct instance *instance, const struct panel_signal *signal,
                 const struct signal_row *row)
{
    bucket_fill(out, axis, row != NULL ? row->points : NULL, &instance->grid,
                signal != NULL ? signal->rollup : PANEL_ROLLUP_MAX);
    if (axis->count > 0 && row != NULL && row->state != SIGNAL_NO_DATA &&
        instance->state == INSTANCE_LIVE) {
        add_now(out, axis, row);
    }
}
