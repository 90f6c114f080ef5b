/* See text_queries.h. */
#include "rule/text_queries.h"

#include <stdlib.h>

#include "base/mem.h"

void text_queries_init(struct text_queries *q)
{
    *q = (struct text_queries){0};
}

void text_queries_release(struct text_queries *q)
{
    VEC_EACH (&q->list, struct text_query, it) {
        free(it->text);
        expr_unref(it->expr);
        value_release(&it->value);
        error_release(&it->err);
    }
    vec_release(&q->list);
}

static struct template_value sample(struct arena *arena, const struct labels *labels, double v)
{
    size_t count = labels != NULL ? labels_count(labels) : 0;
    struct template_member *names = arena_array(arena, struct template_member, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct label label = labels_at(labels, i);
        names[i] =
            (struct template_member){.name = label.name, .value = template_string(label.value)};
    }
    struct template_map *map = arena_new(arena, struct template_map);
    *map = (struct template_map){.members = names, .count = count};
    struct template_member *members = arena_array(arena, struct template_member, 2);
    members[0] = (struct template_member){.name = STR("Labels"), .value = template_of_map(map)};
    members[1] = (struct template_member){.name = STR("Value"), .value = template_float(v)};
    struct template_map *out = arena_new(arena, struct template_map);
    *out = (struct template_map){.members = members, .count = 2, .is_struct = true};
    return template_of_map(out);
}

/* A scalar is a list of one sample without labels (prometheus: template/template.go, query). */
static struct template_value samples(struct arena *arena, const struct value *v)
{
    size_t room = v->type == VALUE_SCALAR ? 1 : v->series.len;
    struct template_value *items = arena_array(arena, struct template_value, room + 1);
    size_t count = 0;
    if (v->type == VALUE_SCALAR) {
        items[count++] = sample(arena, NULL, v->scalar[0]);
    }
    VEC_EACH (&v->series, const struct value_series, s) {
        if (s->count != 0 && !value_is_absent(s->points[0])) {
            items[count++] = sample(arena, s->labels, s->points[0]);
        }
    }
    struct template_list *list = arena_new(arena, struct template_list);
    *list = (struct template_list){.items = items, .count = count};
    return template_of_list(list);
}

static struct text_query *find(struct text_queries *q, struct str text)
{
    VEC_EACH (&q->list, struct text_query, it) {
        if (str_equal_c(text, it->text)) {
            return it;
        }
    }
    return NULL;
}

static struct text_query *add(struct text_queries *q, struct str text)
{
    struct text_query query = {.text = str_dup(text)};
    query.expr = expr_parse(text, NULL, &query.err);
    enum value_type type = query.expr != NULL ? query.expr->root->type : VALUE_VECTOR;
    if (type != VALUE_VECTOR && type != VALUE_SCALAR) {
        expr_unref(query.expr);
        query.expr = NULL;
        error_set(&query.err, ERROR_TYPE, "the query gives a %s, not a vector or scalar",
                  value_type_name(type));
    }
    query.answered = query.expr == NULL;
    vec_push(&q->list, query);
    return &q->list.items[q->list.len - 1];
}

enum template_query text_queries_look(void *user, struct str expr, struct arena *arena,
                                      struct template_value *out, struct error *err)
{
    struct text_queries *q = user;
    struct text_query *query = find(q, expr);
    if (query == NULL && q->list.len == TEXT_QUERIES_MAX) {
        error_set(err, ERROR_LIMIT, "the texts of this rule ask more than %d queries",
                  TEXT_QUERIES_MAX);
        return TEMPLATE_QUERY_FAILED;
    }
    if (query == NULL) {
        query = add(q, expr);
    }
    if (!query->answered) {
        return TEMPLATE_QUERY_PENDING;
    }
    if (error_is(&query->err)) {
        error_copy(err, &query->err);
        return TEMPLATE_QUERY_FAILED;
    }
    *out = samples(arena, &query->value);
    return TEMPLATE_QUERY_OK;
}

struct text_query *text_queries_open(struct text_queries *q)
{
    VEC_EACH (&q->list, struct text_query, it) {
        if (!it->answered) {
            return it;
        }
    }
    return NULL;
}

void text_query_answer(struct text_query *query, struct value *value, const struct error *err)
{
    query->answered = true;
    if (value != NULL) {
        query->value = *value;
        value_init(value, VALUE_VECTOR, query->value.grid);
    } else {
        error_copy(&query->err, err);
    }
}
