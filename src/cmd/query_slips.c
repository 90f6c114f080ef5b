/*
 * Names that look like slips in an answer that is not empty: `sum by (jbo)` gives one series where
 * many were meant, and nothing in it says so. Where the expression makes labels of its own, what is
 * known is not all there is, and nothing is said.
 */
#include <stdlib.h>

#include "base/map.h"
#include "cmd/query.h"
#include "promql/functions.h"

/* Series of each selector whose labels are looked at. */
#define SERIES_MAX ((size_t)5000)

struct known_labels {
    VEC(char *) names;
    struct map there;
};

static bool makes_no_labels(void *user, const struct node *n)
{
    bool *makes = user;
    if (n->kind == NODE_AGGREGATE) {
        *makes = *makes || n->aggregate.op == AGG_COUNT_VALUES;
    } else if (n->kind == NODE_CALL) {
        enum func_id id = n->call.function->id;
        *makes = *makes || id == FUNC_label_replace || id == FUNC_label_join || id == FUNC_info ||
                 id == FUNC_histogram_quantiles;
    }
    return !*makes;
}

static void add_labels(struct known_labels *known, const struct labels *ls)
{
    for (size_t i = 0; i < labels_count(ls); i++) {
        struct str name = labels_at(ls, i).name;
        if (map_put(&known->there, name, known) == NULL) {
            vec_push(&known->names, str_dup(name));
        }
    }
}

static void collect(struct known_labels *known, const struct node *n, const struct store *store)
{
    struct selection sel = {0};
    struct error err = ERROR_INIT;
    if (store_select(store, n->selector.matchers, n->selector.matcher_count, &sel, &err)) {
        for (size_t i = 0; i < sel.series.len && i < SERIES_MAX; i++) {
            add_labels(known, series_labels(sel.series.items[i]));
        }
    }
    selection_release(&sel);
    error_release(&err); /* the evaluation has told of it */
}

void query_print_slips(const struct query_question *q, const struct store *store)
{
    bool makes = false;
    node_walk(q->expr->root, makes_no_labels, &makes);
    if (makes) {
        return;
    }
    struct known_labels known = {0};
    for (const struct node *n = q->expr->selectors; n != NULL; n = n->selector.next) {
        collect(&known, n, store);
    }
    const struct parse_options options = {.label_names = (const char *const *)known.names.items,
                                          .label_name_count = known.names.len};
    struct diags diags;
    diags_init(&diags);
    expr_check_names(q->expr, &options, QUERY_FILE, &diags);
    query_hint_print(&diags);
    VEC_EACH (&known.names, char *, name) {
        free(*name);
    }
    vec_release(&known.names);
    map_release(&known.there);
}
