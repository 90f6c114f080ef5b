/* See exec.h. Go: text/template, exec.go. */
#include "template/exec.h"

#include <stdarg.h>

#include "base/diag.h"
#include "template/format.h"
#include "template/value.h"

enum flow { FLOW_ON, FLOW_BREAK, FLOW_CONTINUE, FLOW_STOP };

bool exec_fail(struct exec *x, size_t begin, size_t end, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    struct strbuf text;
    strbuf_init(&text, 2000);
    strbuf_vprintf(&text, fmt, args);
    va_end(args);
    error_set_at(x->err, ERROR_EVALUATION, diag_span(x->t->text, begin, end), "%s",
                 strbuf_cstr(&text));
    strbuf_release(&text);
    return false;
}

static bool limit_fail(struct exec *x, size_t begin, size_t end, const char *what, size_t limit)
{
    return error_set_at(x->err, ERROR_LIMIT, diag_span(x->t->text, begin, end),
                        "more than %zu %s in one expansion", limit, what);
}

bool exec_step(struct exec *x, size_t begin, size_t end)
{
    if (++x->steps > TEMPLATE_MAX_STEPS) {
        return limit_fail(x, begin, end, "steps", TEMPLATE_MAX_STEPS);
    }
    if (x->arena.used_bytes > TEMPLATE_MAX_MEMORY) {
        return limit_fail(x, begin, end, "bytes of memory", TEMPLATE_MAX_MEMORY);
    }
    return true;
}

static bool check_output(struct exec *x, const struct node *node)
{
    return !x->out->overflowed ||
           limit_fail(x, node->begin, node->end, "bytes of text", x->out->max);
}

static enum flow walk_list(struct frame *f, const struct node_list *list);

static bool walk_action(struct frame *f, const struct node *node)
{
    struct template_value value;
    if (!eval_pipe(f, node->pipe, &value)) {
        return false;
    }
    if (node->pipe->slot_count == 0) {
        format_output(f->exec->out, &value);
    }
    return check_output(f->exec, node);
}

static enum flow walk_condition(struct frame *f, const struct node *node)
{
    struct template_value value;
    if (!eval_pipe(f, node->pipe, &value)) {
        return FLOW_STOP;
    }
    if (!template_value_truth(&value)) {
        return node->otherwise != NULL ? walk_list(f, node->otherwise) : FLOW_ON;
    }
    struct template_value dot = f->dot;
    if (node->kind == NODE_WITH) {
        f->dot = value;
    }
    enum flow flow = walk_list(f, node->body);
    f->dot = dot;
    return flow;
}

/* One turn of a range. True where there is a next one. */
static bool walk_turn(struct frame *f, const struct node *node, struct template_value key,
                      struct template_value item, enum flow *flow)
{
    const struct pipe *pipe = node->pipe;
    if (!exec_step(f->exec, node->begin, node->end)) {
        *flow = FLOW_STOP;
        return false;
    }
    if (pipe->slot_count == 2) {
        f->slots[pipe->slots[0]] = key;
    }
    if (pipe->slot_count > 0) {
        f->slots[pipe->slots[pipe->slot_count - 1]] = item;
    }
    f->dot = item;
    *flow = walk_list(f, node->body);
    bool goes_on = *flow == FLOW_ON || *flow == FLOW_CONTINUE;
    if (*flow != FLOW_STOP) {
        *flow = FLOW_ON;
    }
    return goes_on;
}

static enum flow walk_items(struct frame *f, const struct node *node,
                            const struct template_value *over)
{
    enum flow flow = FLOW_ON;
    if (over->kind == TEMPLATE_LIST) {
        for (size_t i = 0; i < over->list->count; i++) {
            if (!walk_turn(f, node, template_int((int64_t)i), over->list->items[i], &flow)) {
                break;
            }
        }
    } else if (over->kind == TEMPLATE_MAP) {
        for (size_t i = 0; i < over->map->count; i++) {
            const struct template_member *m = &over->map->members[i];
            if (!walk_turn(f, node, template_string(m->name), m->value, &flow)) {
                break;
            }
        }
    } else {
        for (int64_t i = 0; i < over->integer; i++) {
            if (!walk_turn(f, node, template_int(i), template_int(i), &flow)) {
                break;
            }
        }
    }
    return flow;
}

static enum flow walk_range(struct frame *f, const struct node *node)
{
    struct template_value over;
    if (!eval_pipe(f, node->pipe, &over)) {
        return FLOW_STOP;
    }
    bool can = over.kind == TEMPLATE_LIST || over.kind == TEMPLATE_INT ||
               over.kind == TEMPLATE_NIL || (over.kind == TEMPLATE_MAP && !over.map->is_struct);
    if (!can) {
        exec_fail(f->exec, node->pipe->begin, node->pipe->end,
                  "range over %s: only lists, maps and whole numbers have elements",
                  template_value_type_name(&over));
        return FLOW_STOP;
    }
    bool empty = over.kind == TEMPLATE_INT ? over.integer <= 0 : !template_value_truth(&over);
    if (empty) {
        return node->otherwise != NULL ? walk_list(f, node->otherwise) : FLOW_ON;
    }
    struct template_value dot = f->dot;
    enum flow flow = walk_items(f, node, &over);
    f->dot = dot;
    return flow;
}

static bool walk_template(struct frame *f, const struct node *node)
{
    struct exec *x = f->exec;
    struct template_value dot = {.kind = TEMPLATE_NIL};
    if (node->pipe != NULL && !eval_pipe(f, node->pipe, &dot)) {
        return false;
    }
    const struct tree *tree = template_find(x->t, node->text);
    if (tree == NULL) {
        return exec_fail(x, node->begin, node->end, "there is no template '%.*s'",
                         STR_ARG(node->text));
    }
    return exec_tree(x, tree, &dot, node->begin, node->end);
}

static enum flow walk_node(struct frame *f, const struct node *node)
{
    struct exec *x = f->exec;
    if (!exec_step(x, node->begin, node->end)) {
        return FLOW_STOP;
    }
    switch (node->kind) {
    case NODE_TEXT:
        strbuf_add_str(x->out, node->text);
        return check_output(x, node) ? FLOW_ON : FLOW_STOP;
    case NODE_ACTION:
        return walk_action(f, node) ? FLOW_ON : FLOW_STOP;
    case NODE_IF:
    case NODE_WITH:
        return walk_condition(f, node);
    case NODE_RANGE:
        return walk_range(f, node);
    case NODE_TEMPLATE:
        return walk_template(f, node) ? FLOW_ON : FLOW_STOP;
    case NODE_BREAK:
        return FLOW_BREAK;
    case NODE_CONTINUE:
        return FLOW_CONTINUE;
    }
    return FLOW_ON;
}

static enum flow walk_list(struct frame *f, const struct node_list *list)
{
    enum flow flow = FLOW_ON;
    for (size_t i = 0; i < list->count && flow == FLOW_ON; i++) {
        flow = walk_node(f, &list->nodes[i]);
    }
    return flow;
}

bool exec_tree(struct exec *x, const struct tree *tree, const struct template_value *dot,
               size_t begin, size_t end)
{
    if (x->calls >= TEMPLATE_MAX_CALLS) {
        return error_set_at(x->err, ERROR_LIMIT, diag_span(x->t->text, begin, end),
                            "templates call each other more than %d deep", TEMPLATE_MAX_CALLS);
    }
    struct frame f = {.exec = x, .dot = *dot};
    f.slots = arena_array(&x->arena, struct template_value, tree->slot_count);
    f.slots[0] = *dot;
    x->calls++;
    enum flow flow = walk_list(&f, tree->root);
    x->calls--;
    return flow != FLOW_STOP;
}

/* What is given for a variable that the text does not declare. */
static bool find_given(struct exec *x, const struct outer_variable *outer,
                       struct template_value *out)
{
    for (size_t i = 0; i < x->data->variable_count; i++) {
        if (str_equal(x->data->variables[i].name, outer->name)) {
            *out = x->data->variables[i].value;
            return true;
        }
    }
    return exec_fail(x, outer->begin, outer->end, "undefined variable '%.*s'",
                     STR_ARG(outer->name));
}

static bool run(struct exec *x)
{
    const struct tree *tree = &x->t->trees[0];
    struct frame f = {.exec = x, .dot = x->data->dot};
    f.slots = arena_array(&x->arena, struct template_value, tree->slot_count);
    f.slots[0] = f.dot;
    for (size_t i = 0; i < x->t->outer_count; i++) {
        if (!find_given(x, &x->t->outer[i], &f.slots[x->t->outer[i].slot])) {
            return false;
        }
    }
    return walk_list(&f, tree->root) != FLOW_STOP;
}

enum template_result template_expand(const struct template *t, const struct template_data *data,
                                     struct strbuf *out, struct error *err)
{
    struct strbuf text;
    strbuf_init(&text, TEMPLATE_MAX_OUTPUT);
    struct exec x = {.t = t, .data = data, .out = &text, .err = err};
    arena_init(&x.arena);
    bool ok = run(&x);
    arena_release(&x.arena);
    if (ok && !strbuf_add_str(out, strbuf_str(&text))) {
        ok = error_set(err, ERROR_LIMIT, "the expansion of a template has more than %zu bytes",
                       out->max);
    }
    strbuf_release(&text);
    return ok ? TEMPLATE_OK : x.pending ? TEMPLATE_PENDING : TEMPLATE_FAILED;
}
