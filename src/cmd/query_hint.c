/*
 * Why an answer may be empty: the expression has a name that the data has not. Said only then,
 * since a metric that is not there is an ordinary thing elsewhere (`absent(up{job="x"})`, `a or
 * b`).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/suggest.h"
#include "cmd/query.h"

/* Candidates for "did you mean" of one name; a server may have a hundred thousand metrics. */
#define NAMES_MAX ((size_t)200000)
/* Series whose labels are looked at. */
#define SERIES_MAX ((size_t)5000)

/* The nearest of sorted `names`, or NULL; heap. */
static char *nearest(struct str word, const struct str *names, size_t count)
{
    count = count < NAMES_MAX ? count : NAMES_MAX;
    char **texts = mem_zalloc(count + 1, sizeof(*texts));
    for (size_t i = 0; i < count; i++) {
        texts[i] = str_dup(names[i]);
    }
    const char *found = suggest_nearest(word, (const char *const *)texts, count);
    char *copy = found != NULL ? mem_strdup(found) : NULL;
    for (size_t i = 0; i < count; i++) {
        free(texts[i]);
    }
    free(texts);
    return copy;
}

static bool contains(const struct str *names, size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++) {
        if (str_equal(names[i], name)) {
            return true;
        }
    }
    return false;
}

static void add_hint(struct diags *diags, const struct query_question *q, const struct node *n,
                     const struct str *names, size_t count, const char *message, struct str name)
{
    char *suggestion = nearest(name, names, count);
    char *place = q->name.len != 0 ? str_dup(q->name) : mem_strdup(QUERY_FILE);
    struct diag *diag = diags_add(diags, DIAG_INFO, place, q->text,
                                  diag_span(q->text, n->begin, n->end), "%s", message);
    free(place);
    if (suggestion != NULL) {
        diag_suggest(diag, "did you mean '%s'?", suggestion);
    }
    free(suggestion);
}

bool query_hint_metric(struct diags *diags, const struct query_question *q, const struct node *n,
                       const struct str *names, size_t count)
{
    struct str metric = n->selector.metric;
    if (metric.len == 0 || contains(names, count, metric)) {
        return false;
    }
    struct strbuf text = STRBUF_INIT;
    strbuf_printf(&text, "there is no metric '%.*s'", STR_ARG(metric));
    add_hint(diags, q, n, names, count, strbuf_cstr(&text), metric);
    strbuf_release(&text);
    return true;
}

void query_hint_print(struct diags *diags)
{
    struct strbuf text = STRBUF_INIT;
    diags_format(diags, &text);
    fputs(strbuf_cstr(&text), stderr);
    strbuf_release(&text);
    diags_release(diags);
}

bool query_hint_asks_for(const struct matcher *m)
{
    return strcmp(m->name, LABEL_NAME) != 0 && matcher_test(m, STR("")) == MATCHER_NO;
}

void query_hint_value(struct diags *diags, const struct query_question *q, const struct node *n,
                      const struct matcher *m, const struct str *values, size_t count)
{
    if (m->op != MATCH_EQUAL || contains(values, count, str_from(m->value))) {
        return;
    }
    struct strbuf text = STRBUF_INIT;
    strbuf_printf(&text, "no series of '%.*s' has '%s' as its '%s'", STR_ARG(n->selector.metric),
                  m->value, m->name);
    add_hint(diags, q, n, values, count, strbuf_cstr(&text), str_from(m->value));
    strbuf_release(&text);
}

void query_hint_label(struct diags *diags, const struct query_question *q, const struct node *n,
                      const struct matcher *m, const struct str *labels, size_t count)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_printf(&text, "no series of '%.*s' has a label '%s'", STR_ARG(n->selector.metric),
                  m->name);
    add_hint(diags, q, n, labels, count, strbuf_cstr(&text), str_from(m->name));
    strbuf_release(&text);
}

/* The first thousands of series called `metric`. The labels borrowed from them live as long as the
 * store is not changed. */
static void select_metric(const struct store *store, struct str metric, struct selection *sel)
{
    struct matcher named;
    struct error err = ERROR_INIT;
    if (matcher_init(&named, MATCH_EQUAL, STR(LABEL_NAME), metric, &err)) {
        if (store_select(store, &named, 1, sel, &err) && sel->series.len > SERIES_MAX) {
            sel->series.len = SERIES_MAX;
        }
        matcher_release(&named);
    }
    error_release(&err);
}

struct words {
    struct str *items;
    size_t len;
    size_t capacity;
};

static void add_word(struct words *words, struct map *there, struct str word)
{
    if (word.len != 0 && map_put(there, word, words) == NULL) {
        vec_push(words, word);
    }
}

/* The names of the series' labels, or the values of one of them. */
static void collect(const struct selection *sel, const char *label, struct words *words)
{
    struct map there = {0};
    for (size_t i = 0; i < sel->series.len; i++) {
        const struct labels *ls = series_labels(sel->series.items[i]);
        if (label != NULL) {
            add_word(words, &there, labels_get(ls, str_from(label)));
        }
        for (size_t k = 0; label == NULL && k < labels_count(ls); k++) {
            add_word(words, &there, labels_at(ls, k).name);
        }
    }
    map_release(&there);
}

/* A label that no series of the metric has, or a value that it has nowhere. One that is asked to be
 * empty need not be there. */
static void add_matcher_hint(struct diags *diags, const struct query_question *q,
                             const struct node *n, const struct matcher *m,
                             const struct selection *sel)
{
    struct words names = {0};
    struct words values = {0};
    collect(sel, NULL, &names);
    collect(sel, m->name, &values);
    if (!contains(names.items, names.len, str_from(m->name))) {
        query_hint_label(diags, q, n, m, names.items, names.len);
    } else {
        query_hint_value(diags, q, n, m, values.items, values.len);
    }
    vec_release(&names);
    vec_release(&values);
}

static void add_matcher_hints(struct diags *diags, const struct query_question *q,
                              const struct node *n, const struct store *store)
{
    struct selection sel = {0};
    select_metric(store, n->selector.metric, &sel);
    for (size_t i = 0; i < n->selector.matcher_count; i++) {
        const struct matcher *m = &n->selector.matchers[i];
        if (query_hint_asks_for(m)) {
            add_matcher_hint(diags, q, n, m, &sel);
        }
    }
    selection_release(&sel);
}

void query_print_store_hints(const struct query_question *q, const struct store *store)
{
    struct diags diags;
    struct label_values metrics = {0};
    struct error err = ERROR_INIT;
    diags_init(&diags);
    if (!store_label_values(store, STR(LABEL_NAME), NULL, 0, NULL, &metrics, &err)) {
        error_release(&err);
    }
    for (const struct node *n = q->expr->selectors; n != NULL; n = n->selector.next) {
        if (!query_hint_metric(&diags, q, n, metrics.values.items, metrics.values.len) &&
            n->selector.metric.len != 0) {
            add_matcher_hints(&diags, q, n, store);
        }
    }
    vec_release(&metrics.values);
    query_hint_print(&diags);
}
