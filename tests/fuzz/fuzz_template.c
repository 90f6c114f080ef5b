/*
 * Any bytes as a template, expanded with the data of an alert. What is refused has a reason and a
 * place in the text; what is not ends within its limits, writes nothing unless all is well, and
 * gives the same once more.
 */
#include <stdint.h>
#include <stdlib.h>

#include "template/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static const struct template_member labels[] = {
    {STR_INIT("instance"), {.kind = TEMPLATE_STRING, .string = STR_INIT("db1.example.org:9100")}},
    {STR_INIT("job"), {.kind = TEMPLATE_STRING, .string = STR_INIT("node")}},
};
static const struct template_map label_map = {.members = labels, .count = 2};

/* Two samples; nothing yet for "p", and an error for what is empty. */
static enum template_query answer(void *user, struct str expr, struct arena *arena,
                                  struct template_value *out, struct error *err)
{
    struct template_list *list = arena_new(arena, struct template_list);
    const struct template_value *dot = user;
    struct template_value *items = arena_array(arena, struct template_value, 2);
    if (expr.len == 0) {
        error_set(err, ERROR_SYNTAX, "no expression");
        return TEMPLATE_QUERY_FAILED;
    }
    items[0] = items[1] = *dot;
    *list = (struct template_list){.items = items, .count = 2};
    *out = template_of_list(list);
    return str_equal_c(expr, "p") ? TEMPLATE_QUERY_PENDING : TEMPLATE_QUERY_OK;
}

static enum template_result expand(const struct template *t, struct strbuf *out, struct error *err)
{
    const struct template_member fields[] = {
        {STR_INIT("Labels"), template_of_map(&label_map)},
        {STR_INIT("Value"), template_float(0.1234)},
    };
    const struct template_map map = {.members = fields, .count = 2, .is_struct = true};
    struct template_value dot = template_of_map(&map);
    const struct template_variable variables[] = {
        {STR_INIT("$labels"), template_of_map(&label_map)},
        {STR_INIT("$value"), template_float(0.1234)},
    };
    const struct template_data data = {.dot = dot,
                                       .variables = variables,
                                       .variable_count = 2,
                                       .external_url = STR("http://example.org/prom"),
                                       .now = {1500000000000},
                                       .query = answer,
                                       .user = &dot};
    return template_expand(t, &data, out, err);
}

static void check_error(const struct error *err, size_t size, bool parsed)
{
    require(err->message != NULL && err->message[0] != '\0');
    require(err->span.line <= size + 1 && err->span.column <= size + 1);
    require(err->span.line >= 1 || err->kind == ERROR_LIMIT);
    require(parsed || err->kind == ERROR_SYNTAX || err->kind == ERROR_LIMIT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_span((const char *)data, size < 4096 ? size : 4096);
    struct error err = ERROR_INIT;
    struct template *t = template_parse(text, &err);
    if (t == NULL) {
        check_error(&err, text.len, false);
        error_release(&err);
        return 0;
    }
    struct strbuf first = STRBUF_INIT;
    struct strbuf second = STRBUF_INIT;
    enum template_result result = expand(t, &first, &err);
    if (result == TEMPLATE_FAILED) {
        check_error(&err, text.len, true);
    }
    require(error_is(&err) == (result == TEMPLATE_FAILED));
    require(result == TEMPLATE_OK || first.len == 0);
    require(!template_is_plain(t) || str_equal(strbuf_str(&first), text));
    error_release(&err);
    require(expand(t, &second, &err) == result);
    require(str_equal(strbuf_str(&first), strbuf_str(&second)));
    error_release(&err);
    strbuf_release(&first);
    strbuf_release(&second);
    template_unref(t);
    return 0;
}
