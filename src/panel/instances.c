/* See instances.h. */
#include "panel/instances.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"

/* It was not there when it was looked for last: its source says that its data ended. */
static bool is_gone(const struct instances *set, const struct instance *it)
{
    return it->last_seen.ms < set->asked_ms;
}

/* Data is late when two polls in a row brought none; a step's width is allowed on top, since a
 * chart's newest step may be that old. Where steps are wider than the interval, the latest is asked
 * for beside them. */
static enum instance_state state_of(const struct instances *set, const struct instance *it,
                                    int64_t interval_ms, struct wall now)
{
    int64_t step_ms = it->grid.step_ms < interval_ms ? it->grid.step_ms : interval_ms;
    int64_t allowed = 2 * interval_ms + step_ms;
    bool young = it->last_seen.ms != 0 && now.ms - it->last_seen.ms <= allowed;
    return young && !is_gone(set, it) ? INSTANCE_LIVE : INSTANCE_STALE;
}

/* The newest time at which the series has a point; 0 where it has none. */
static int64_t newest_point(const struct value *v, const struct value_series *s)
{
    for (size_t i = v->grid.steps; i-- > 0;) {
        if (!value_is_absent(s->points[i])) {
            return grid_time(&v->grid, i);
        }
    }
    return 0;
}

static uint64_t instance_id(const struct instances_input *in, const struct labels *ls)
{
    struct strbuf key = STRBUF_INIT;
    strbuf_printf(&key, "%s\n%s\n%s\n", in->panel->name, in->source,
                  in->service != NULL ? in->service : "");
    labels_format(&key, ls);
    uint64_t id = str_hash(strbuf_str(&key));
    strbuf_release(&key);
    return id;
}

static const char *instance_name(struct instances *out, const struct instances_input *in,
                                 const struct labels *ls)
{
    if (in->service != NULL) {
        return in->service;
    }
    struct str name = labels_get(ls, str_from(in->panel->name_label));
    if (name.len == 0) {
        /* The label is not there (a job that has none): the labels it has, or the panel, must do.
         */
        return labels_count(ls) != 0 ? arena_str(&out->arena, labels_at(ls, 0).value).data
                                     : in->panel->title;
    }
    return arena_str(&out->arena, name).data;
}

/* Label sets are interned, so that an instance is found by its set's address. */
struct sighting {
    const struct labels *labels;
    int64_t at_ms;
};

struct sightings {
    struct sighting *items;
    size_t len;
    size_t capacity;
};

static int by_address(const struct labels *a, const struct labels *b)
{
    return (uintptr_t)a < (uintptr_t)b ? -1 : (uintptr_t)a > (uintptr_t)b;
}

static int sighting_order(const void *a, const void *b)
{
    return by_address(((const struct sighting *)a)->labels, ((const struct sighting *)b)->labels);
}

static void collect(struct sightings *all, const struct value *v)
{
    for (size_t i = 0; v != NULL && i < v->series.len; i++) {
        struct sighting s = {v->series.items[i].labels, newest_point(v, &v->series.items[i])};
        if (s.at_ms != 0) {
            vec_push(all, s);
        }
    }
}

static void collect_known(struct sightings *all, const struct instances *known, struct wall now)
{
    for (size_t i = 0; known != NULL && i < known->list.len; i++) {
        const struct instance *old = &known->list.items[i];
        if (old->last_seen.ms != 0 && now.ms - old->last_seen.ms <= INSTANCES_FORGET_MS) {
            vec_push(all, ((struct sighting){old->labels, old->last_seen.ms}));
        }
    }
}

static void add_instance(struct instances *out, const struct instances_input *in,
                         const struct labels *ls, int64_t last_seen_ms)
{
    struct labels *mine = labels_ref(ls);
    vec_push(&out->labels, mine);
    struct instance fresh = {.panel = in->panel,
                             .source = in->source,
                             .labels = mine,
                             .grid = in->grid,
                             .last_seen = {last_seen_ms},
                             .id = instance_id(in, ls),
                             .name = instance_name(out, in, ls),
                             .signals = arena_array(&out->arena, struct signal_rows,
                                                    in->panel->signals.len)};
    vec_push(&out->list, fresh);
}

static void find_instances(struct instances *out, const struct instances_input *in,
                           const struct instances *known)
{
    struct sightings all = {0};
    collect(&all, in->presence.history);
    collect(&all, in->presence.latest);
    collect_known(&all, known, in->now);
    if (all.len != 0) {
        qsort(all.items, all.len, sizeof(*all.items), sighting_order);
    }
    for (size_t i = 0; i < all.len;) {
        const struct labels *ls = all.items[i].labels;
        int64_t newest = 0;
        for (; i < all.len && all.items[i].labels == ls; i++) {
            newest = all.items[i].at_ms > newest ? all.items[i].at_ms : newest;
        }
        add_instance(out, in, ls, newest);
    }
    vec_release(&all);
}

/* An instance and its presence on the chart's grid; NULL where it has none. */
struct indexed {
    struct instance *instance;
    const double *presence;
};

static int indexed_order(const void *a, const void *b)
{
    const struct indexed *x = a, *y = b;
    return by_address(x->instance->labels, y->instance->labels);
}

/* Instances by the address of their labels. */
struct instance_index {
    struct indexed *items;
    size_t len;
};

static struct indexed *index_find(const struct instance_index *index, const struct labels *ls)
{
    struct instance wanted = {.labels = ls};
    const struct indexed key = {.instance = &wanted};
    return bsearch(&key, index->items, index->len, sizeof(*index->items), indexed_order);
}

static struct instance_index index_create(struct instances *set, const struct value *presence)
{
    struct instance_index index = {mem_zalloc(set->list.len, sizeof(*index.items)), set->list.len};
    for (size_t i = 0; i < index.len; i++) {
        index.items[i].instance = &set->list.items[i];
    }
    qsort(index.items, index.len, sizeof(*index.items), indexed_order);
    for (size_t i = 0; presence != NULL && i < presence->series.len; i++) {
        struct indexed *at = index_find(&index, presence->series.items[i].labels);
        if (at != NULL) {
            at->presence = presence->series.items[i].points;
        }
    }
    return index;
}

/* Points (on `from`) laid on the chart's grid; what lies outside is dropped, what is not known is
 * absent. */
static double *lay_points(struct arena *arena, const struct grid *grid, const struct grid *from,
                          const double *points)
{
    double *out = arena_array(arena, double, grid->steps);
    for (size_t i = 0; i < grid->steps; i++) {
        int64_t offset = grid_time(grid, i) - from->start_ms;
        bool on_grid = points != NULL && offset >= 0 && offset % from->step_ms == 0 &&
                       (size_t)(offset / from->step_ms) < from->steps;
        out[i] = on_grid ? points[offset / from->step_ms] : value_absent();
    }
    return out;
}

/* A step without presence is a gap in every signal. */
static void cut_gaps(double *points, const double *presence, size_t steps)
{
    for (size_t i = 0; presence != NULL && i < steps; i++) {
        points[i] = value_is_absent(presence[i]) ? value_absent() : points[i];
    }
}

static enum signal_level level_of(const struct panel_signal *signal, double now)
{
    bool low = signal->low_is_bad;
    if (signal->has_critical && (low ? now <= signal->critical : now >= signal->critical)) {
        return LEVEL_CRITICAL;
    }
    if (signal->has_warning && (low ? now <= signal->warning : now >= signal->warning)) {
        return LEVEL_WARNING;
    }
    return LEVEL_OK;
}

static void set_now(struct signal_row *row, const struct panel_signal *signal, double now)
{
    row->now = now;
    row->level = LEVEL_OK;
    if (value_is_absent(now)) {
        row->state = SIGNAL_NO_DATA;
    } else if (isnan(now)) {
        row->state = SIGNAL_NO_TRAFFIC;
    } else {
        row->state = SIGNAL_VALUE;
        row->level = level_of(signal, now);
    }
}

/* "sda", "eth0 rx": the values of the signal's own labels. */
static const char *detail_of(struct arena *arena, const struct panel_signal *signal,
                             const struct labels *ls)
{
    struct strbuf text = STRBUF_INIT;
    for (size_t i = 0; i < signal->each.len; i++) {
        struct str value = labels_get(ls, str_from(signal->each.items[i]));
        strbuf_printf(&text, "%s%.*s", i != 0 && value.len != 0 ? " " : "", STR_ARG(value));
    }
    const char *detail = arena_str(arena, strbuf_str(&text)).data;
    strbuf_release(&text);
    return detail;
}

/* The instance a signal's series belongs to: its labels without the signal's own. */
static struct indexed *owner_of(const struct instance_index *index, struct label_table *table,
                                const struct panel_signal *signal, const struct labels *ls)
{
    if (signal->each.len == 0) {
        return index_find(index, ls);
    }
    struct labels_builder b;
    labels_builder_init(&b, table);
    labels_builder_from(&b, ls);
    for (size_t i = 0; i < signal->each.len; i++) {
        labels_builder_remove(&b, str_from(signal->each.items[i]));
    }
    struct error err = ERROR_INIT;
    struct labels *rest = labels_builder_finish(&b, &err);
    struct indexed *owner = rest != NULL ? index_find(index, rest) : NULL;
    labels_unref(rest);
    error_release(&err);
    labels_builder_release(&b);
    return owner;
}

/* A series of an answer and where it belongs; one with history and one with the latest value make
 * one row. */
struct placed {
    struct instance *instance;
    const double *presence;
    const struct labels *labels;
    const double *history;
    const double *latest;
};

struct placed_list {
    struct placed *items;
    size_t len;
    size_t capacity;
};

static void place(struct placed_list *out, const struct instance_index *index,
                  struct label_table *table, const struct panel_signal *signal,
                  const struct value *v, bool latest)
{
    for (size_t i = 0; v != NULL && i < v->series.len; i++) {
        const struct value_series *s = &v->series.items[i];
        const struct indexed *owner = owner_of(index, table, signal, s->labels);
        if (owner != NULL) {
            struct placed p = {owner->instance, owner->presence, s->labels,
                               latest ? NULL : s->points, latest ? s->points : NULL};
            vec_push(out, p);
        }
    }
}

static int placed_order(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    if (x->instance != y->instance) {
        return x->instance < y->instance ? -1 : 1;
    }
    return labels_compare(x->labels, y->labels);
}

/* Sorted, with the two series of a row put together. */
static void merge_placed(struct placed_list *list)
{
    if (list->len == 0) {
        return;
    }
    qsort(list->items, list->len, sizeof(*list->items), placed_order);
    size_t kept = 0;
    for (size_t i = 1; i < list->len; i++) {
        struct placed *last = &list->items[kept];
        const struct placed *p = &list->items[i];
        if (p->labels == last->labels && p->instance == last->instance) {
            last->history = last->history != NULL ? last->history : p->history;
            last->latest = last->latest != NULL ? last->latest : p->latest;
        } else {
            list->items[++kept] = *p;
        }
    }
    list->len = kept + 1;
}

static void build_row(struct instances *out, const struct instances_input *in, size_t number,
                      const struct placed *p, struct signal_row *row)
{
    const struct panel_signal *signal = &in->panel->signals.items[number];
    const struct answer *answer = &in->signals[number];
    double highest_bucket = in->highest_buckets != NULL ? in->highest_buckets[number] : NAN;
    const struct grid *from = answer->history != NULL ? &answer->history->grid : &in->grid;
    double *points = lay_points(&out->arena, &in->grid, from, p->history);
    cut_gaps(points, p->presence, in->grid.steps);
    row->points = points;
    row->detail = detail_of(&out->arena, signal, p->labels);
    /* With instant answers the newest one is now, and having none is no data; else it is the last
     * step. */
    double newest = points[in->grid.steps - 1];
    if (answer->latest != NULL) {
        newest = p->latest != NULL ? p->latest[0] : value_absent();
    }
    set_now(row, signal, is_gone(out, p->instance) ? value_absent() : newest);
    row->above_highest_bucket = row->state == SIGNAL_VALUE && row->now == highest_bucket;
    if (row->level > p->instance->level) {
        p->instance->level = row->level;
    }
}

static void build_signal(struct instances *out, const struct instances_input *in,
                         const struct instance_index *index, size_t number)
{
    const struct panel_signal *signal = &in->panel->signals.items[number];
    const struct answer *answer = &in->signals[number];
    struct placed_list placed = {0};
    place(&placed, index, in->table, signal, answer->history, false);
    place(&placed, index, in->table, signal, answer->latest, true);
    merge_placed(&placed);
    for (size_t i = 0; i < placed.len;) {
        size_t end = i;
        while (end < placed.len && placed.items[end].instance == placed.items[i].instance) {
            end++;
        }
        struct signal_rows *rows = &placed.items[i].instance->signals[number];
        rows->count = end - i;
        rows->rows = arena_array(&out->arena, struct signal_row, rows->count);
        for (size_t k = 0; i < end; i++, k++) {
            build_row(out, in, number, &placed.items[i], &rows->rows[k]);
        }
    }
    vec_release(&placed);
}

/* The newest time the presence was asked for. */
static int64_t asked_until(const struct instances_input *in)
{
    const struct value *newest =
        in->presence.latest != NULL ? in->presence.latest : in->presence.history;
    return newest != NULL ? grid_end(&newest->grid) : 0;
}

static int by_name(const void *a, const void *b)
{
    const struct instance *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order != 0 ? order : labels_compare(x->labels, y->labels);
}

void instances_build(struct instances *out, const struct instances_input *in,
                     const struct instances *known)
{
    *out = (struct instances){0};
    arena_init(&out->arena);
    out->asked_ms = asked_until(in);
    find_instances(out, in, known);
    if (out->list.len != 0) {
        qsort(out->list.items, out->list.len, sizeof(*out->list.items), by_name);
    }
    struct instance_index index = index_create(out, in->presence.history);
    for (size_t i = 0; i < in->panel->signals.len; i++) {
        build_signal(out, in, &index, i);
    }
    free(index.items);
    instances_tick(out, in->interval_ms, in->now);
}

void instances_release(struct instances *instances)
{
    arena_release(&instances->arena);
    VEC_EACH (&instances->labels, struct labels *, ls) {
        labels_unref(*ls);
    }
    vec_release(&instances->labels);
    vec_release(&instances->list);
}

bool instances_tick(struct instances *instances, int64_t interval_ms, struct wall now)
{
    bool changed = false;
    VEC_EACH (&instances->list, struct instance, it) {
        enum instance_state state = state_of(instances, it, interval_ms, now);
        changed = changed || state != it->state;
        it->state = state;
    }
    return changed;
}
