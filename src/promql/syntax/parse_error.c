/* See parse_error.h. */
#include "promql/syntax/parse_error.h"

void parse_errors_add(struct parse_errors *list, struct error *err)
{
    if (list->count == EXPR_MAX_ERRORS) {
        list->lost++;
        error_release(err);
        return;
    }
    struct error *item = &list->items[list->count++];
    *item = (struct error)ERROR_INIT;
    error_move(item, err);
}

static bool is_before(const struct error *a, const struct error *b)
{
    return a->span.line != b->span.line ? a->span.line < b->span.line
                                        : a->span.column < b->span.column;
}

void parse_errors_sort(struct parse_errors *list)
{
    for (size_t i = 1; i < list->count; i++) {
        struct error item = list->items[i];
        size_t at = i;
        for (; at > 0 && is_before(&item, &list->items[at - 1]); at--) {
            list->items[at] = list->items[at - 1];
        }
        list->items[at] = item;
    }
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (kept > 0 && !is_before(&list->items[kept - 1], &list->items[i])) {
            error_release(&list->items[i]);
        } else {
            list->items[kept++] = list->items[i];
        }
    }
    list->count = kept;
}

void parse_errors_release(struct parse_errors *list)
{
    for (size_t i = 0; i < list->count; i++) {
        error_release(&list->items[i]);
    }
    *list = (struct parse_errors){0};
}
