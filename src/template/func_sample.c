/* What `query` gives, and what is done with it. */
#include "base/merge_sort.h"
#include "template/exec.h"
#include "template/value.h"

enum call_result call_query(struct call *c, struct template_value *out)
{
    const struct template_data *data = c->exec->data;
    struct str expr = c->args[0].string;
    if (data->query == NULL) {
        return call_fail(c, "queries cannot be asked in this template");
    }
    switch (data->query(data->user, expr, c->arena, out, c->err)) {
    case TEMPLATE_QUERY_OK:
        return CALL_OK;
    case TEMPLATE_QUERY_PENDING:
        return CALL_PENDING;
    case TEMPLATE_QUERY_FAILED:
        break;
    }
    error_wrap(c->err, "query '%.*s'", STR_ARG(str_slice(expr, 0, 200)));
    c->err->span = (struct span){.line = 0}; /* what it has is a place in the expression */
    return CALL_FAILED;
}

static struct template_value field(const struct template_value *sample, const char *name)
{
    struct template_value value = {.kind = TEMPLATE_NIL};
    (void)template_value_member(sample, str_from(name), &value); /* a sample has it */
    return value;
}

static struct str label_of(const struct template_value *sample, struct str name)
{
    struct template_value labels = field(sample, "Labels");
    struct template_value value = {.kind = TEMPLATE_NIL};
    (void)template_value_member(&labels, name, &value); /* or "" */
    return value.kind == TEMPLATE_STRING ? value.string : STR("");
}

enum call_result call_first(struct call *c, struct template_value *out)
{
    if (c->args[0].list->count == 0) {
        return call_fail(c, "first of a list that has no elements");
    }
    *out = c->args[0].list->items[0];
    return CALL_OK;
}

enum call_result call_label(struct call *c, struct template_value *out)
{
    *out = template_string(label_of(&c->args[1], c->args[0].string));
    return CALL_OK;
}

enum call_result call_value(struct call *c, struct template_value *out)
{
    *out = field(&c->args[0], "Value");
    return CALL_OK;
}

enum call_result call_strvalue(struct call *c, struct template_value *out)
{
    *out = template_string(label_of(&c->args[0], STR("__value__")));
    return CALL_OK;
}

static int by_label(const void *a, const void *b, void *name)
{
    struct str label = *(const struct str *)name;
    return str_compare(label_of(a, label), label_of(b, label));
}

enum call_result call_sort_by_label(struct call *c, struct template_value *out)
{
    const struct template_list *from = c->args[1].list;
    struct str label = c->args[0].string;
    struct template_list *list = arena_new(c->arena, struct template_list);
    struct template_value *items = arena_array(c->arena, struct template_value, from->count);
    for (size_t i = 0; i < from->count; i++) {
        if (!template_value_is_sample(&from->items[i])) {
            return call_fail(c, "sortByLabel wants a list of samples, not one with %s in it",
                             template_value_type_name(&from->items[i]));
        }
        items[i] = from->items[i];
    }
    if (!merge_sort_with(items, from->count, sizeof(*items), by_label, &label, NULL)) {
        return call_fail(c, "sorting was called off");
    }
    *list = (struct template_list){.items = items, .count = from->count};
    *out = template_of_list(list);
    return CALL_OK;
}

enum call_result call_tmpl(struct call *c, struct template_value *out)
{
    struct exec *x = c->exec;
    const struct tree *tree = template_find(x->t, c->args[0].string);
    struct strbuf *outside = x->out;
    struct strbuf text;
    if (tree == NULL) {
        return call_fail(c, "there is no template '%.*s'", STR_ARG(c->args[0].string));
    }
    strbuf_init(&text, TEMPLATE_MAX_OUTPUT);
    x->out = &text;
    bool ok = exec_tree(x, tree, &c->args[1], 0, 0);
    x->out = outside;
    if (!ok) {
        strbuf_release(&text);
        return x->pending ? CALL_PENDING : CALL_FAILED;
    }
    return call_give(c, &text, out);
}

enum call_result call_now(struct call *c, struct template_value *out)
{
    int64_t now_ms = c->exec->data->now.ms;
    if (now_ms == 0) {
        return call_fail(c, "there is no current time in this template");
    }
    *out = template_float((double)now_ms / 1000);
    return CALL_OK;
}
