/* See alerting.h: the first half, from an answer to what was found. */
#include "rule/alerting.h"

#include <stdlib.h>

#include "base/mem.h"
#include "rule/alerting_private.h"

void alerting_init(struct alerting *a, const struct rule *rule, struct label_table *table)
{
    *a = (struct alerting){.rule = rule, .table = table};
}

static void destroy_texts(struct template **texts, size_t count)
{
    for (size_t i = 0; texts != NULL && i < count; i++) {
        template_unref(texts[i]);
    }
    free(texts);
}

void alerting_destroy_alert(struct alert *alert)
{
    labels_unref(alert->labels);
    labels_unref(alert->series[0]);
    labels_unref(alert->series[1]);
    free(alert->annotations.items);
    free(alert->reason);
    free(alert);
}

void alerting_clear_found(struct alerting *a)
{
    VEC_EACH (&a->found, struct found_alert, f) {
        labels_unref(f->labels);
        free(f->annotations.items);
    }
    a->found.len = 0;
    a->vanished.len = 0;
    a->quiet.len = 0;
}

void alerting_release(struct alerting *a)
{
    alerting_clear_found(a);
    vec_release(&a->found);
    vec_release(&a->vanished);
    vec_release(&a->quiet);
    VEC_EACH (&a->alerts, struct alert *, alert) {
        alerting_destroy_alert(*alert);
    }
    vec_release(&a->alerts);
    written_release(&a->written);
    destroy_texts(a->label_texts, a->rule->labels.count);
    destroy_texts(a->annotation_texts, a->rule->annotations.count);
}

size_t alerting_position(const struct alerting *a, const struct labels *labels)
{
    size_t low = 0, high = a->alerts.len;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if ((uintptr_t)a->alerts.items[middle]->labels < (uintptr_t)labels) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

struct alert *alerting_find(const struct alerting *a, const struct labels *labels)
{
    size_t at = alerting_position(a, labels);
    bool there = at < a->alerts.len && a->alerts.items[at]->labels == labels;
    return there ? a->alerts.items[at] : NULL;
}

/* One pass over an answer. */
struct collecting {
    struct alerting *a;
    const struct alerting_context *context;
    struct labels_builder builder;
    struct arena arena; /* of one element */
};

static struct template_map *map_of_labels(struct arena *arena, const struct labels *labels)
{
    size_t count = labels != NULL ? labels_count(labels) : 0;
    struct template_member *members = arena_array(arena, struct template_member, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct label label = labels_at(labels, i);
        members[i] =
            (struct template_member){.name = label.name, .value = template_string(label.value)};
    }
    struct template_map *map = arena_array(arena, struct template_map, 1);
    *map = (struct template_map){.members = members, .count = count};
    return map;
}

static struct template_map *map_of_pairs(struct arena *arena, struct rule_pairs pairs)
{
    struct template_member *members = arena_array(arena, struct template_member, pairs.count + 1);
    for (size_t i = 0; i < pairs.count; i++) {
        members[i] = (struct template_member){.name = pairs.items[i].name,
                                              .value = template_string(pairs.items[i].value)};
    }
    struct template_map *map = arena_array(arena, struct template_map, 1);
    *map = (struct template_map){.members = members, .count = pairs.count};
    return map;
}

#define VARIABLES 4

/* What a text may use: `.Labels` and `$labels`, and so on (prometheus: template/template.go,
 * AlertTemplateData; rules/alerting.go, defs). */
static struct template_data make_data(struct collecting *c, const struct labels *labels, double v)
{
    struct arena *arena = &c->arena;
    const struct template_value values[VARIABLES] = {
        template_of_map(map_of_pairs(arena, c->context->external_labels)),
        template_string(c->context->external_url),
        template_of_map(map_of_labels(arena, labels)),
        template_float(v),
    };
    static const char *const fields[VARIABLES] = {"ExternalLabels", "ExternalURL", "Labels",
                                                  "Value"};
    static const char *const names[VARIABLES] = {"$externalLabels", "$externalURL", "$labels",
                                                 "$value"};
    struct template_member *members = arena_array(arena, struct template_member, VARIABLES);
    struct template_variable *variables = arena_array(arena, struct template_variable, VARIABLES);
    for (size_t i = 0; i < VARIABLES; i++) {
        members[i] = (struct template_member){.name = str_from(fields[i]), .value = values[i]};
        variables[i] = (struct template_variable){.name = str_from(names[i]), .value = values[i]};
    }
    struct template_map *dot = arena_array(arena, struct template_map, 1);
    *dot = (struct template_map){.members = members, .count = VARIABLES, .is_struct = true};
    return (struct template_data){.dot = template_of_map(dot),
                                  .variables = variables,
                                  .variable_count = VARIABLES,
                                  .external_url = c->context->external_url,
                                  .query = c->context->query,
                                  .user = c->context->user};
}

static enum alerting_result collect_one(struct collecting *c, const struct labels *labels, double v,
                                        struct error *err)
{
    struct alerting *a = c->a;
    struct rule_pairs over = {0}, annotations = {0};
    struct template_data data = make_data(c, labels, v);
    if (alerting_expand(&a->label_texts, a->rule->labels, &data, &c->arena, &over) !=
            ALERTING_DONE ||
        alerting_expand(&a->annotation_texts, a->rule->annotations, &data, &c->arena,
                        &annotations) != ALERTING_DONE) {
        return ALERTING_PENDING;
    }
    if (labels != NULL) {
        labels_builder_from(&c->builder, labels);
    }
    labels_builder_remove(&c->builder, STR(LABEL_NAME));
    for (size_t i = 0; i < over.count; i++) {
        labels_builder_set(&c->builder, over.items[i].name, over.items[i].value);
    }
    labels_builder_set(&c->builder, STR(ALERTING_NAME), a->rule->name);
    struct labels *identity = labels_builder_finish(&c->builder, err);
    if (identity == NULL) {
        return ALERTING_FAILED;
    }
    struct found_alert found = {
        .labels = identity, .annotations = alert_copy_pairs(annotations), .value = v};
    vec_push(&a->found, found);
    return ALERTING_DONE;
}

static enum alerting_result collect_all(struct collecting *c, const struct value *answer,
                                        struct error *err)
{
    if (answer->type == VALUE_SCALAR) {
        return collect_one(c, NULL, answer->scalar[0], err);
    }
    if (answer->type != VALUE_VECTOR) {
        error_set(err, ERROR_TYPE, "the result is a %s, not a vector or scalar",
                  value_type_name(answer->type));
        return ALERTING_FAILED;
    }
    enum alerting_result result = ALERTING_DONE;
    for (size_t i = 0; result == ALERTING_DONE && i < answer->series.len; i++) {
        const struct value_series *s = &answer->series.items[i];
        if (!value_is_absent(s->points[0])) {
            result = collect_one(c, s->labels, s->points[0], err);
            arena_release(&c->arena);
            arena_init(&c->arena);
        }
    }
    return result;
}

static int compare_found(const void *a, const void *b)
{
    const struct found_alert *x = a, *y = b;
    return written_compare(&x->labels, &y->labels);
}

static bool check_found(const struct alerting *a, int64_t limit, struct error *err)
{
    for (size_t i = 1; i < a->found.len; i++) {
        if (a->found.items[i].labels == a->found.items[i - 1].labels) {
            struct strbuf text = STRBUF_INIT;
            labels_format(&text, a->found.items[i].labels);
            error_set(err, ERROR_EVALUATION, "two elements of the answer become the same alert, %s",
                      strbuf_cstr(&text));
            strbuf_release(&text);
            return false;
        }
    }
    if (limit > 0 && a->found.len > (size_t)limit) {
        return error_set(err, ERROR_LIMIT, "%zu alerts are more than the group's limit of %lld",
                         a->found.len, (long long)limit);
    }
    return true;
}

static void find_vanished(struct alerting *a)
{
    size_t f = 0;
    VEC_EACH (&a->alerts, struct alert *, alert) {
        while (f < a->found.len &&
               (uintptr_t)a->found.items[f].labels < (uintptr_t)(*alert)->labels) {
            f++;
        }
        bool found = f < a->found.len && a->found.items[f].labels == (*alert)->labels;
        if (!found && (*alert)->status.phase != ALERT_INACTIVE) {
            vec_push(&a->vanished, *alert);
        } else if (!found) {
            vec_push(&a->quiet, *alert);
        }
    }
}

enum alerting_result alerting_collect(struct alerting *a, const struct value *answer, int64_t limit,
                                      const struct alerting_context *context, struct error *err)
{
    alerting_clear_found(a);
    struct collecting c = {.a = a, .context = context};
    labels_builder_init(&c.builder, a->table);
    arena_init(&c.arena);
    enum alerting_result result = collect_all(&c, answer, err);
    arena_release(&c.arena);
    labels_builder_release(&c.builder);
    if (result == ALERTING_DONE && a->found.len > 1) {
        qsort(a->found.items, a->found.len, sizeof(*a->found.items), compare_found);
    }
    if (result == ALERTING_DONE && !check_found(a, limit, err)) {
        result = ALERTING_FAILED;
    }
    if (result == ALERTING_DONE) {
        find_vanished(a);
    } else {
        alerting_clear_found(a);
    }
    return result;
}
