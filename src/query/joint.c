#include "query/joint.h"

#include <stdlib.h>

#include "base/strbuf.h"

#define TAG_BYTES (sizeof("label_replace(, \"" JOINT_LABEL "\", \"63\", \"\", \"\")") - 1)
#define OR_BYTES  (sizeof("( or )") - 1)

static const struct node *without_wrapping(const struct node *n)
{
    while (n->kind == NODE_PAREN || n->kind == NODE_SIGNAL) {
        n = n->kind == NODE_PAREN ? n->paren : n->signal.inner;
    }
    return n;
}

/* Instant answers of these come in an order that means something. */
static bool is_ordered(const struct node *root)
{
    const struct node *n = without_wrapping(root);
    if (n->kind == NODE_CALL) {
        return str_starts_with(n->call.name, STR("sort"));
    }
    return n->kind == NODE_AGGREGATE &&
           (n->aggregate.op == AGG_TOPK || n->aggregate.op == AGG_BOTTOMK);
}

bool joint_takes(const struct expr *e, bool instant)
{
    return e->root->type == VALUE_VECTOR && !(instant && is_ordered(e->root));
}

static void add_joined(struct strbuf *out, const struct strbuf *texts, size_t first, size_t count)
{
    if (count == 1) {
        strbuf_printf(out, "label_replace(%s, \"" JOINT_LABEL "\", \"%zu\", \"\", \"\")",
                      strbuf_cstr(&texts[first]), first);
        return;
    }
    strbuf_add_char(out, '(');
    add_joined(out, texts, first, count / 2);
    strbuf_add_c(out, " or ");
    add_joined(out, texts, first + count / 2, count - count / 2);
    strbuf_add_char(out, ')');
}

/* NULL where the whole is over a limit that its parts are not. */
static struct expr *parse_joined(const struct strbuf *texts, size_t count)
{
    struct strbuf text = STRBUF_INIT;
    struct error err = ERROR_INIT;
    add_joined(&text, texts, 0, count);
    struct expr *joined = text.overflowed ? NULL : expr_parse(strbuf_str(&text), NULL, &err);
    error_release(&err);
    strbuf_release(&text);
    return joined;
}

/* How many of the texts fit together; at least one. */
static size_t run_length(const struct strbuf *texts, size_t count)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count && i < JOINT_MAX_QUESTIONS; i++) {
        bytes += texts[i].len + TAG_BYTES + OR_BYTES;
        if (bytes > JOINT_MAX_BYTES || texts[i].overflowed) {
            return i > 0 ? i : 1;
        }
    }
    return count < JOINT_MAX_QUESTIONS ? count : JOINT_MAX_QUESTIONS;
}

struct joint_plan *joint_plan_create(const struct expr *const *exprs, size_t count)
{
    struct joint_plan *plan = mem_zalloc(1, sizeof(*plan));
    struct strbuf *texts = mem_zalloc(count, sizeof(*texts));
    for (size_t i = 0; i < count; i++) {
        vec_push(&plan->exprs, expr_ref(exprs[i]));
        strbuf_init(&texts[i], STRBUF_MAX_DEFAULT);
        expr_print(&texts[i], exprs[i], PRINT_PLAIN);
    }
    for (size_t at = 0; at < count;) {
        struct joint_part part = {.first = at, .count = run_length(texts + at, count - at)};
        if (part.count > 1) {
            part.joined = parse_joined(texts + at, part.count);
        }
        vec_push(&plan->parts, part);
        at += part.count;
    }
    for (size_t i = 0; i < count; i++) {
        strbuf_release(&texts[i]);
    }
    free(texts);
    return plan;
}

void joint_plan_destroy(struct joint_plan *plan)
{
    if (plan == NULL) {
        return;
    }
    VEC_EACH (&plan->exprs, struct expr *, e) {
        expr_unref(*e);
    }
    VEC_EACH (&plan->parts, struct joint_part, part) {
        expr_unref(part->joined);
    }
    vec_release(&plan->exprs);
    vec_release(&plan->parts);
    free(plan);
}

bool joint_plan_is_of(const struct joint_plan *plan, const struct expr *const *exprs, size_t count)
{
    bool same = plan->exprs.len == count;
    for (size_t i = 0; same && i < count; i++) {
        same = plan->exprs.items[i] == exprs[i];
    }
    return same;
}

/* Moves one series to the part its tag names. */
static bool move_series(struct value_series *s, size_t count, struct labels_builder *b,
                        struct value *parts, struct error *err)
{
    struct str tag = labels_get(s->labels, STR(JOINT_LABEL));
    uint64_t number;
    if (!str_to_u64(tag, &number) || number >= count) {
        return error_set(err, ERROR_PROTOCOL,
                         "the answer to %zu joined questions has a series of question '%.*s'",
                         count, STR_ARG(tag));
    }
    labels_builder_from(b, s->labels);
    labels_builder_remove(b, STR(JOINT_LABEL));
    struct labels *labels = labels_builder_finish(b, err);
    if (labels == NULL) {
        return false;
    }
    labels_unref(s->labels);
    s->labels = labels;
    vec_push(&parts[number].series, *s);
    *s = (struct value_series){0};
    return true;
}

static void drop_moved(struct value *v)
{
    size_t kept = 0;
    for (size_t i = 0; i < v->series.len; i++) {
        if (v->series.items[i].labels != NULL) {
            v->series.items[kept++] = v->series.items[i];
        }
    }
    v->series.len = kept;
}

static void copy_annotations(struct value *to, const struct value *from)
{
    VEC_EACH (&from->warnings, char *const, text) {
        value_warn(to, "%s", *text);
    }
    VEC_EACH (&from->infos, char *const, text) {
        value_info(to, "%s", *text);
    }
}

bool joint_split(struct value *answer, size_t count, struct label_table *table, struct value *parts,
                 struct error *err)
{
    if (answer->type != VALUE_VECTOR && answer->type != VALUE_MATRIX) {
        return error_set(err, ERROR_PROTOCOL, "the answer to joined questions is a %s",
                         value_type_name(answer->type));
    }
    for (size_t i = 0; i < count; i++) {
        value_init(&parts[i], answer->type, answer->grid);
        copy_annotations(&parts[i], answer);
    }
    struct labels_builder b;
    labels_builder_init(&b, table);
    bool ok = true;
    for (size_t i = 0; ok && i < answer->series.len; i++) {
        ok = move_series(&answer->series.items[i], count, &b, parts, err);
    }
    labels_builder_release(&b);
    drop_moved(answer);
    for (size_t i = 0; !ok && i < count; i++) {
        value_release(&parts[i]);
    }
    return ok;
}
