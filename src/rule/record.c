/* See record.h. Label sets are interned: the same set is the same address. */
#include "rule/record.h"

#include <stdlib.h>

void record_init(struct record *r, const struct rule *rule)
{
    *r = (struct record){.rule = rule};
}

struct recorded {
    struct labels *labels; /* owned reference */
    double v;
};

struct recorded_list {
    VEC(struct recorded) items;
};

static void list_release(struct recorded_list *w)
{
    VEC_EACH (&w->items, struct recorded, it) {
        labels_unref(it->labels);
    }
    vec_release(&w->items);
}

void record_release(struct record *r)
{
    written_release(&r->written);
}

static int compare_recorded(const void *a, const void *b)
{
    const struct recorded *x = a, *y = b;
    return written_compare(&x->labels, &y->labels);
}

static bool add_written(const struct rule *rule, const struct labels *from, double v,
                        struct labels_builder *b, struct recorded_list *out, struct error *err)
{
    if (from != NULL) {
        labels_builder_from(b, from);
    }
    labels_builder_set(b, STR(LABEL_NAME), rule->name);
    for (size_t i = 0; i < rule->labels.count; i++) {
        labels_builder_set(b, rule->labels.items[i].name, rule->labels.items[i].value);
    }
    struct labels *labels = labels_builder_finish(b, err);
    if (labels == NULL) {
        return false;
    }
    vec_push(&out->items, ((struct recorded){.labels = labels, .v = v}));
    return true;
}

static bool collect(const struct rule *rule, const struct value *answer, struct label_table *table,
                    struct recorded_list *out, struct error *err)
{
    struct labels_builder b;
    labels_builder_init(&b, table);
    bool ok = true;
    if (answer->type != VALUE_VECTOR && answer->type != VALUE_SCALAR) {
        ok = error_set(err, ERROR_TYPE, "the result is a %s, not a vector or scalar",
                       value_type_name(answer->type));
    }
    if (ok && answer->type == VALUE_SCALAR) {
        ok = add_written(rule, NULL, answer->scalar[0], &b, out, err);
    }
    for (size_t i = 0; ok && i < answer->series.len; i++) {
        const struct value_series *s = &answer->series.items[i];
        if (!value_is_absent(s->points[0])) {
            ok = add_written(rule, s->labels, s->points[0], &b, out, err);
        }
    }
    labels_builder_release(&b);
    return ok;
}

static bool check(const struct recorded_list *w, int64_t limit, struct error *err)
{
    for (size_t i = 1; i < w->items.len; i++) {
        if (w->items.items[i].labels == w->items.items[i - 1].labels) {
            struct strbuf text = STRBUF_INIT;
            labels_format(&text, w->items.items[i].labels);
            error_set(err, ERROR_EVALUATION, "two series of the answer are both written as %s",
                      strbuf_cstr(&text));
            strbuf_release(&text);
            return false;
        }
    }
    if (limit > 0 && w->items.len > (size_t)limit) {
        return error_set(err, ERROR_LIMIT, "%zu series are more than the group's limit of %lld",
                         w->items.len, (long long)limit);
    }
    return true;
}

static void mark_ended(struct record *r, const struct recorded_list *w, struct batch *markers)
{
    VEC(struct labels *) now = {0};
    VEC_EACH (&w->items, struct recorded, it) {
        vec_push(&now, it->labels);
    }
    written_next(&r->written, now.items, now.len, markers);
    vec_release(&now);
}

bool record_apply(struct record *r, const struct value *answer, int64_t limit,
                  struct label_table *table, struct batch *samples, struct batch *markers,
                  struct error *err)
{
    struct recorded_list w = {0};
    bool ok = collect(r->rule, answer, table, &w, err);
    if (ok && w.items.len > 1) {
        qsort(w.items.items, w.items.len, sizeof(struct recorded), compare_recorded);
    }
    ok = ok && check(&w, limit, err);
    if (ok) {
        mark_ended(r, &w, markers);
        VEC_EACH (&w.items, struct recorded, it) {
            batch_add_labels(samples, labels_ref(it->labels), it->v);
        }
    }
    list_release(&w);
    return ok;
}
