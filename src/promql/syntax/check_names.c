/*
 * Names that look like slips: a label or metric that nobody knows, one or two letters away from one
 * that is known. Warnings, since what is not there today may be there tomorrow; and only where a
 * near name is known, since a name that nothing resembles is most likely meant.
 */
#include "base/suggest.h"
#include "promql/promql.h"

struct name_check {
    const struct expr *expr;
    const struct parse_options *options;
    const char *file;
    struct diags *diags;
};

static bool is_known(struct str name, const char *const *known, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_equal_c(name, known[i])) {
            return true;
        }
    }
    return false;
}

/* Names in words are slices of the text; one that was in quotes is shown by what is around it. */
static struct span place_of(const struct name_check *c, struct str name, const struct node *n)
{
    const char *text = c->expr->text.data;
    if (name.data >= text && name.data + name.len <= text + c->expr->text.len) {
        size_t begin = (size_t)(name.data - text);
        return diag_span(c->expr->text, begin, begin + name.len);
    }
    return diag_span(c->expr->text, n->begin, n->end);
}

static void check_name(struct name_check *c, const struct node *n, struct str name,
                       const char *what, const char *const *known, size_t count)
{
    if (count == 0 || is_known(name, known, count)) {
        return;
    }
    const char *nearest = suggest_nearest(name, known, count);
    if (nearest == NULL) {
        return;
    }
    struct diag *d = diags_add(c->diags, DIAG_WARNING, c->file, c->expr->text, place_of(c, name, n),
                               "no %s '%.*s' is known", what, STR_ARG(name));
    if (d != NULL) {
        diag_suggest(d, "did you mean '%s'?", nearest);
    }
}

static void check_label(struct name_check *c, const struct node *n, struct str name)
{
    if (!str_starts_with(name, STR("__"))) {
        check_name(c, n, name, "label", c->options->label_names, c->options->label_name_count);
    }
}

static void check_labels(struct name_check *c, const struct node *n, const struct str *labels,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check_label(c, n, labels[i]);
    }
}

static bool visit(void *user, const struct node *n)
{
    struct name_check *c = user;
    if (n->kind == NODE_SELECTOR) {
        if (n->selector.metric.len > 0) {
            check_name(c, n, n->selector.metric, "metric", c->options->metric_names,
                       c->options->metric_name_count);
        }
        for (size_t i = 0; i < n->selector.matcher_count; i++) {
            check_label(c, n, str_from(n->selector.matchers[i].name));
        }
    } else if (n->kind == NODE_AGGREGATE) {
        check_labels(c, n, n->aggregate.labels, n->aggregate.label_count);
    } else if (n->kind == NODE_BINARY) {
        check_labels(c, n, n->binary.labels, n->binary.label_count);
        check_labels(c, n, n->binary.include, n->binary.include_count);
    }
    return true;
}

void expr_check_names(const struct expr *e, const struct parse_options *options, const char *file,
                      struct diags *diags)
{
    struct name_check c = {.expr = e, .options = options, .file = file, .diags = diags};
    if (options->label_name_count > 0 || options->metric_name_count > 0) {
        node_walk(e->root, visit, &c);
    }
}
