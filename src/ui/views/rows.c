#include "ui/views/rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ui/filter.h"

const struct panel_signal *rows_signal(const struct instance *instance, size_t index)
{
    return index < instance->panel->signals.len ? &instance->panel->signals.items[index] : NULL;
}

static bool is_worse(const struct panel_signal *signal, const struct signal_row *a,
                     const struct signal_row *b)
{
    if (a->level != b->level) {
        return a->level > b->level;
    }
    if (a->state != SIGNAL_VALUE || b->state != SIGNAL_VALUE) {
        return a->state > b->state;
    }
    return signal->low_is_bad ? a->now < b->now : a->now > b->now;
}

const struct signal_row *rows_worst(const struct instance *instance, size_t index)
{
    const struct panel_signal *signal = rows_signal(instance, index);
    if (signal == NULL || instance->signals[index].count == 0) {
        return NULL;
    }
    const struct signal_rows *rows = &instance->signals[index];
    const struct signal_row *worst = &rows->rows[0];
    for (size_t i = 1; i < rows->count; i++) {
        if (is_worse(signal, &rows->rows[i], worst)) {
            worst = &rows->rows[i];
        }
    }
    return worst;
}

static double value_or_none(const struct signal_row *row)
{
    return row != NULL && row->state == SIGNAL_VALUE && !isnan(row->now) ? row->now : -INFINITY;
}

static double state_rank(const struct instance *instance, enum signal_level level)
{
    /* Unknown stands between what is wrong and what is well. */
    return instance->state == INSTANCE_STALE && level == LEVEL_OK ? 0.5 : (double)level;
}

static double service_key(const struct instance *instance, enum sort_key sort)
{
    switch (sort) {
    case SORT_RATE:
        return value_or_none(instance_signal(instance, "rate"));
    case SORT_ERRORS:
        return value_or_none(instance_signal(instance, "errors"));
    case SORT_LATENCY:
        return value_or_none(instance_signal(instance, "p95"));
    case SORT_STATE:
        return state_rank(instance, instance->level);
    case SORT_NAME:
    case SORT_COUNT:
        return 0;
    }
    return 0;
}

static int by_key(const void *left, const void *right)
{
    const struct board_row *a = left, *b = right;
    if (a->key != b->key) {
        return a->key > b->key ? -1 : 1;
    }
    if (a->busy != b->busy) {
        return a->busy > b->busy ? -1 : 1;
    }
    int names = strcmp(a->instance->name, b->instance->name);
    if (names != 0) {
        return names;
    }
    /* Resources of an instance in the order of its pack. */
    if (a->resource != b->resource) {
        return a->resource < b->resource ? -1 : 1;
    }
    return a->id < b->id ? -1 : a->id > b->id ? 1 : 0;
}

static int by_place_before(const void *left, const void *right)
{
    const struct board_row *a = left, *b = right;
    return a->before != b->before ? (a->before < b->before ? -1 : 1) : by_key(left, right);
}

static size_t place_in(const struct list *list, uint64_t id)
{
    size_t i = 0;
    while (i < list->ids.len && list->ids.items[i] != id) {
        i++;
    }
    return i;
}

static void sort_rows(struct board_rows *rows, const struct frame *frame, const struct list *list)
{
    if (rows->list.len == 0) {
        return;
    }
    int64_t since_key = frame->model->now.ms - frame->state->last_key_ms;
    bool calm = since_key >= 0 && since_key < ROWS_CALM_MS && list->ids.len > 0;
    VEC_EACH (&rows->list, struct board_row, row) {
        row->before = calm ? place_in(list, row->id) : 0;
    }
    qsort(rows->list.items, rows->list.len, sizeof(rows->list.items[0]),
          calm ? by_place_before : by_key);
    if (frame->state->sort_inverted && !calm) {
        for (size_t i = 0, j = rows->list.len - 1; i < j; i++, j--) {
            struct board_row swapped = rows->list.items[i];
            rows->list.items[i] = rows->list.items[j];
            rows->list.items[j] = swapped;
        }
    }
}

void rows_services(struct board_rows *out, const struct frame *frame)
{
    VEC_EACH (&frame->scene->instances, const struct instance *, it) {
        const struct instance *instance = *it;
        if (instance->panel->shape != PANEL_RED) {
            continue;
        }
        if (!filter_matches_instance(frame->state->filter, instance, NULL)) {
            out->hidden++;
            continue;
        }
        struct board_row row = {.id = instance->id, .instance = instance, .level = instance->level};
        row.key = service_key(instance, frame->state->sort);
        vec_push(&out->list, row);
    }
    sort_rows(out, frame, &frame->state->services);
}

static enum signal_level worst_level(const struct board_row *row)
{
    const struct signal_row *parts[] = {row->utilization, row->saturation, row->errors};
    enum signal_level level = LEVEL_OK;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (parts[i] != NULL && parts[i]->level > level) {
            level = parts[i]->level;
        }
    }
    return level;
}

/* Utilization where it is a share of what there is; a row without one stands below all that have.
 * In tenths of a per cent: two machines that look the same do not change places. */
static double resource_busy(const struct board_row *row)
{
    const struct panel_signal *signal = rows_signal(row->instance, row->resource->utilization);
    return signal != NULL && signal->unit == UNIT_RATIO
               ? round(value_or_none(row->utilization) * 1000)
               : -INFINITY;
}

static void rank_resource(struct board_row *row, enum sort_key sort)
{
    if (sort == SORT_NAME) {
        return;
    }
    row->key = state_rank(row->instance, row->level);
    row->busy = row->resource != NULL ? resource_busy(row) : -INFINITY;
}

/* Of the instance and the resource's place in its pack: an id that survives a restart. */
static uint64_t resource_id(const struct instance *instance, size_t index)
{
    return instance->id + (index + 1) * UINT64_C(0x9E3779B97F4A7C15);
}

static void add_resource(struct board_rows *out, const struct frame *frame,
                         const struct instance *instance, size_t index)
{
    const struct panel_resource *resource = &instance->panel->resources.items[index];
    struct board_row row = {
        .id = resource_id(instance, index),
        .instance = instance,
        .resource = resource,
        .utilization = rows_worst(instance, resource->utilization),
        .saturation = rows_worst(instance, resource->saturation),
        .errors = rows_worst(instance, resource->errors),
    };
    if (row.utilization == NULL && row.saturation == NULL && row.errors == NULL) {
        return; /* this machine has none of it */
    }
    row.level = worst_level(&row);
    rank_resource(&row, frame->state->sort);
    vec_push(&out->list, row);
}

void rows_resources(struct board_rows *out, const struct frame *frame)
{
    VEC_EACH (&frame->scene->instances, const struct instance *, it) {
        const struct instance *instance = *it;
        if (instance->panel->shape == PANEL_RED) {
            continue;
        }
        size_t before = out->list.len;
        for (size_t i = 0; i < instance->panel->resources.len; i++) {
            if (filter_matches_instance(frame->state->filter, instance,
                                        instance->panel->resources.items[i].name)) {
                add_resource(out, frame, instance, i);
            } else {
                out->hidden++;
            }
        }
        if (out->list.len == before &&
            filter_matches_instance(frame->state->filter, instance, NULL)) {
            /* Found, but nothing is known of it: that is a row too. */
            struct board_row row = {.id = resource_id(instance, SIZE_MAX - 1),
                                    .instance = instance,
                                    .level = instance->level};
            rank_resource(&row, frame->state->sort);
            vec_push(&out->list, row);
        }
    }
    sort_rows(out, frame, &frame->state->resources);
}

void rows_release(struct board_rows *rows)
{
    vec_release(&rows->list);
}

const char *rows_detail(const struct board_row *row)
{
    const struct signal_row *named = row->utilization != NULL  ? row->utilization
                                     : row->saturation != NULL ? row->saturation
                                                               : row->errors;
    return named != NULL ? named->detail : "";
}

const struct board_row *rows_find(const struct board_rows *rows, uint64_t id)
{
    VEC_EACH (&rows->list, const struct board_row, row) {
        if (row->id == id) {
            return row;
        }
    }
    return NULL;
}
