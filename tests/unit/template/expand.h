/* Templates and what they expand to with the data of one alert: its labels, and the samples that
 * three queries give. */
#ifndef TOCSIN_TESTS_UNIT_TEMPLATE_EXPAND_H
#define TOCSIN_TESTS_UNIT_TEMPLATE_EXPAND_H

#include <check.h>

#include "template/template.h"

struct expand_case {
    const char *template;
    const char *want;
};

/* What is refused, when it is parsed or expanded. */
struct refuse_case {
    const char *template;
    enum error_kind kind;
    unsigned line;
    unsigned column;
    const char *message;    /* a part of it */
    const char *suggestion; /* a part, or NULL */
};

static const struct template_member expand_labels[] = {
    {STR_INIT("instance"), {.kind = TEMPLATE_STRING, .string = STR_INIT("db1.example.org:9100")}},
    {STR_INIT("job"), {.kind = TEMPLATE_STRING, .string = STR_INIT("node")}},
};
static const struct template_map expand_label_map = {.members = expand_labels, .count = 2};
static const struct template_member expand_sample_b[] = {
    {STR_INIT("__value__"), {.kind = TEMPLATE_STRING, .string = STR_INIT("text")}},
    {STR_INIT("l"), {.kind = TEMPLATE_STRING, .string = STR_INIT("b")}},
};
static const struct template_map expand_map_b = {.members = expand_sample_b, .count = 2};
static const struct template_member expand_sample_a[] = {
    {STR_INIT("l"), {.kind = TEMPLATE_STRING, .string = STR_INIT("a")}},
};
static const struct template_map expand_map_a = {.members = expand_sample_a, .count = 1};

static struct template_value expand_sample(struct arena *arena, const struct template_map *labels,
                                           double value)
{
    struct template_member *fields = arena_array(arena, struct template_member, 2);
    struct template_map *sample = arena_new(arena, struct template_map);
    fields[0] = (struct template_member){STR_INIT("Labels"), template_of_map(labels)};
    fields[1] = (struct template_member){STR_INIT("Value"), template_float(value)};
    *sample = (struct template_map){.members = fields, .count = 2, .is_struct = true};
    return template_of_map(sample);
}

/* "two": a list of two samples; "none": an empty one; "pending", and all else is refused. */
static enum template_query expand_query(void *user, struct str expr, struct arena *arena,
                                        struct template_value *out, struct error *err)
{
    struct template_list *list = arena_new(arena, struct template_list);
    struct template_value *items = arena_array(arena, struct template_value, 2);
    int *asked = user;
    ++*asked;
    *out = template_of_list(list);
    if (str_equal_c(expr, "two")) {
        items[0] = expand_sample(arena, &expand_map_b, 1);
        items[1] = expand_sample(arena, &expand_map_a, 2.5);
        *list = (struct template_list){.items = items, .count = 2};
    } else if (str_equal_c(expr, "pending")) {
        return TEMPLATE_QUERY_PENDING;
    } else if (!str_equal_c(expr, "none")) {
        error_set_at(err, ERROR_SYNTAX, (struct span){1, 3, 1}, "this is no expression");
        return TEMPLATE_QUERY_FAILED;
    }
    return TEMPLATE_QUERY_OK;
}

static enum template_result expand_template(const struct template *t, struct strbuf *out,
                                            struct error *err)
{
    int asked = 0;
    const struct template_member fields[] = {
        {STR_INIT("Labels"), template_of_map(&expand_label_map)},
        {STR_INIT("Value"), template_float(0.1234)},
    };
    const struct template_map dot = {.members = fields, .count = 2, .is_struct = true};
    const struct template_variable variables[] = {
        {STR_INIT("$labels"), template_of_map(&expand_label_map)},
        {STR_INIT("$value"), template_float(0.1234)},
    };
    const struct template_data data = {.dot = template_of_map(&dot),
                                       .variables = variables,
                                       .variable_count = 2,
                                       .external_url = STR("http://example.org:9090/prom/"),
                                       .now = {1500000000250},
                                       .query = expand_query,
                                       .user = &asked};
    return template_expand(t, &data, out, err);
}

static inline void expand_expect(const struct expand_case *c)
{
    struct error err = ERROR_INIT;
    struct strbuf out = STRBUF_INIT;
    struct template *t = template_parse(str_from(c->template), &err);
    ck_assert_msg(t != NULL, "%s: %u: %s", c->template, err.span.column, error_text(&err));
    enum template_result result = expand_template(t, &out, &err);
    ck_assert_msg(result == TEMPLATE_OK, "%s: %u: %s", c->template, err.span.column,
                  error_text(&err));
    ck_assert_msg(str_equal_c(strbuf_str(&out), c->want), "%s: '%s' instead of '%s'", c->template,
                  strbuf_cstr(&out), c->want);
    strbuf_release(&out);
    template_unref(t);
}

static inline void expand_refuse(const struct refuse_case *c)
{
    struct error err = ERROR_INIT;
    struct strbuf out = STRBUF_INIT;
    struct template *t = template_parse(str_from(c->template), &err);
    if (t != NULL) {
        ck_assert_msg(expand_template(t, &out, &err) == TEMPLATE_FAILED, "%s: gives '%s'",
                      c->template, strbuf_cstr(&out));
    }
    ck_assert_uint_eq(out.len, 0);
    ck_assert_msg(err.kind == c->kind && err.span.line == c->line && err.span.column == c->column,
                  "%s: %s at %u:%u: %s", c->template, error_kind_label(err.kind), err.span.line,
                  err.span.column, error_text(&err));
    ck_assert_msg(strstr(error_text(&err), c->message) != NULL, "%s: %s", c->template,
                  error_text(&err));
    ck_assert_msg(c->suggestion == NULL ||
                      (err.suggestion != NULL && strstr(err.suggestion, c->suggestion) != NULL),
                  "%s: suggests %s", c->template, err.suggestion);
    error_release(&err);
    strbuf_release(&out);
    template_unref(t);
}

#endif
