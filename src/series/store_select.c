/*
 * Selecting: the shortest list of the index that holds all that can match, then the labels of what
 * is on it against the other matchers. Interned strings make an `=` one comparison of addresses;
 * for expressions the verdict on a value is kept, as a thousand series have a dozen values.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "series/store_inside.h"

#define VERDICTS 64u /* a power of two */

struct verdict {
    const struct interned *value;
    enum matcher_verdict verdict;
};

/* A matcher with what the index knows of it. */
struct probe {
    const struct matcher *matcher;
    const struct interned *name;  /* NULL: no label of this name anywhere */
    const struct interned *value; /* of an `=` or `!=` */
    enum matcher_verdict empty;   /* on a missing label */
    struct verdict *verdicts;     /* of an expression: direct-mapped by address */
};

static const struct interned *label_of(const struct labels *ls, const struct interned *name)
{
    for (uint32_t i = 0; i < ls->count; i++) {
        if (ls->pairs[i].name == name) {
            return ls->pairs[i].value;
        }
    }
    return NULL;
}

static enum matcher_verdict probe_value(const struct probe *p, const struct interned *value)
{
    if (value == NULL) {
        return p->empty;
    }
    if (p->verdicts == NULL) {
        return (value == p->value) == (p->matcher->op == MATCH_EQUAL) ? MATCHER_YES : MATCHER_NO;
    }
    struct verdict *kept = &p->verdicts[((uintptr_t)value >> 4) % VERDICTS];
    if (kept->value != value) {
        kept->value = value;
        kept->verdict = matcher_test(p->matcher, interned_str(value));
    }
    return kept->verdict;
}

static bool limit_error(const struct matcher *m, struct error *err)
{
    return error_set(err, ERROR_LIMIT,
                     "regular expression '%s' backtracks too much over the values of '%s'",
                     m->value, m->name);
}

static void release_probes(struct probe *probes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(probes[i].verdicts);
    }
    free(probes);
}

/* NULL with `err` set. */
static struct probe *make_probes(const struct store *store, const struct matcher *matchers,
                                 size_t n, struct error *err)
{
    struct probe *probes = mem_zalloc(n + 1, sizeof(*probes));
    for (size_t i = 0; i < n; i++) {
        const struct matcher *m = &matchers[i];
        struct probe *p = &probes[i];
        p->matcher = m;
        p->name = label_table_find(store->table, str_from(m->name));
        p->empty = matcher_test(m, STR(""));
        if (m->regex != NULL) {
            p->verdicts = mem_zalloc(VERDICTS, sizeof(*p->verdicts));
        } else {
            p->value = label_table_find(store->table, str_from(m->value));
        }
        if (p->empty == MATCHER_LIMIT) {
            limit_error(m, err);
            release_probes(probes, n);
            return NULL;
        }
    }
    return probes;
}

struct numbers {
    VEC(uint32_t) items;
};

/* Series looked at between two calls of a pace. */
#define STRIDE ((size_t)256)

static bool pause_at(const struct sort_pace *pace, size_t looked_at)
{
    return pace == NULL || looked_at % STRIDE != 0 || pace->spend(pace->user, STRIDE);
}

/* The values a probe asks for by name: one, or those its expression is an alternation of. */
static size_t wanted_values(const struct probe *p, const struct str **values, struct str *one)
{
    *values = one;
    switch (p->matcher->op) {
    case MATCH_EQUAL:
        *one = str_from(p->matcher->value);
        return 1;
    case MATCH_REGEX:
        return regex_literals(p->matcher->regex, values);
    case MATCH_NOT_EQUAL:
    case MATCH_NOT_REGEX:
        break;
    }
    return 0;
}

/* Series on the lists of the values a probe asks for; SIZE_MAX where it names none. With `out`,
 * adds them. */
static size_t wanted_series(const struct store *store, const struct probe *p, struct numbers *out)
{
    const struct str *values = NULL;
    struct str one;
    size_t total = 0;
    size_t n = p->empty == MATCHER_NO ? wanted_values(p, &values, &one) : 0;
    const struct posting_name *name = postings_name(&store->postings, str_from(p->matcher->name));
    for (size_t i = 0; name != NULL && i < n; i++) {
        const struct posting *list = postings_value(&store->postings, name, values[i]);
        if (list == NULL) {
            continue;
        }
        total += list->ids.len;
        for (size_t j = 0; out != NULL && j < list->ids.len; j++) {
            vec_push(&out->items, list->ids.items[j]);
        }
    }
    return n > 0 ? total : SIZE_MAX;
}

struct values {
    VEC(const struct interned *) items;
};

/* The values that match, of all there are of the probe's label. They are noted first, since a pause
 * may change the index; the strings stay with their series. */
static bool match_values(const struct posting_name *name, const struct probe *p,
                         const struct sort_pace *pace, struct values *values, struct error *err)
{
    const struct posting *list = NULL;
    for (size_t i = 0; (list = hash_set_each(&name->values, &i)) != NULL;) {
        vec_push(&values->items, list->value);
    }
    size_t kept = 0;
    for (size_t i = 0; i < values->items.len; i++) {
        if (!pause_at(pace, i + 1)) {
            return false;
        }
        enum matcher_verdict verdict = probe_value(p, values->items.items[i]);
        if (verdict == MATCHER_LIMIT) {
            return limit_error(p->matcher, err);
        }
        if (verdict == MATCHER_YES) {
            values->items.items[kept++] = values->items.items[i];
        }
    }
    values->items.len = kept;
    return true;
}

/* All series that have the probe's label with a value that matches. */
static bool scan_values(const struct store *store, const struct probe *p,
                        const struct sort_pace *pace, struct numbers *out, struct error *err)
{
    struct str label = str_from(p->matcher->name);
    const struct posting_name *name = postings_name(&store->postings, label);
    struct values values = {.items = {.items = NULL}};
    bool ok = name == NULL || match_values(name, p, pace, &values, err);
    name = ok ? postings_name(&store->postings, label) : NULL;
    for (size_t i = 0; name != NULL && i < values.items.len; i++) {
        const struct posting *list =
            postings_value(&store->postings, name, interned_str(values.items.items[i]));
        for (size_t j = 0; list != NULL && j < list->ids.len; j++) {
            vec_push(&out->items, list->ids.items[j]);
        }
    }
    vec_release(&values.items);
    return ok;
}

/* What can match: at least all that does. */
static bool find_candidates(const struct store *store, const struct probe *probes, size_t n,
                            const struct sort_pace *pace, struct numbers *out, struct error *err)
{
    size_t fewest = SIZE_MAX;
    const struct probe *best = NULL;
    const struct probe *scan = NULL;
    for (size_t i = 0; i < n; i++) {
        size_t series = wanted_series(store, &probes[i], NULL);
        if (series < fewest) {
            fewest = series;
            best = &probes[i];
        }
        if (probes[i].empty == MATCHER_NO && scan == NULL) {
            scan = &probes[i];
        }
    }
    if (best != NULL) {
        wanted_series(store, best, out);
        return true;
    }
    if (scan != NULL) {
        return scan_values(store, scan, pace, out, err);
    }
    for (uint32_t i = 0; i < store->numbers; i++) {
        if (series_is_there(store_series(store, i))) {
            vec_push(&out->items, i);
        }
    }
    return true;
}

static bool filter(const struct store *store, const struct probe *probes, size_t n,
                   const struct sort_pace *pace, struct numbers *numbers, struct error *err)
{
    size_t kept = 0;
    size_t looked_at = 0;
    VEC_EACH (&numbers->items, uint32_t, number) {
        if (!pause_at(pace, ++looked_at)) {
            return false;
        }
        const struct labels *ls = store_series(store, *number)->labels;
        enum matcher_verdict verdict = MATCHER_YES;
        for (size_t i = 0; i < n && verdict == MATCHER_YES; i++) {
            verdict = probe_value(&probes[i], label_of(ls, probes[i].name));
            if (verdict == MATCHER_LIMIT) {
                return limit_error(probes[i].matcher, err);
            }
        }
        if (verdict == MATCHER_YES) {
            numbers->items.items[kept++] = *number;
        }
    }
    numbers->items.len = kept;
    return true;
}

/* The series that match all, in no order. */
static bool find_series(const struct store *store, const struct matcher *matchers, size_t n,
                        bool needs_value, const struct sort_pace *pace, struct numbers *out,
                        struct error *err)
{
    struct probe *probes = make_probes(store, matchers, n, err);
    if (probes == NULL) {
        return false;
    }
    bool has_value = false;
    for (size_t i = 0; i < n; i++) {
        has_value = has_value || probes[i].empty == MATCHER_NO;
    }
    bool ok = has_value || !needs_value;
    if (!ok) {
        error_set(err, ERROR_TYPE,
                  "a selector needs at least one matcher that does not match the empty string");
    }
    ok = ok && find_candidates(store, probes, n, pace, out, err) &&
         filter(store, probes, n, pace, out, err);
    release_probes(probes, n);
    return ok;
}

static int by_labels(const void *a, const void *b)
{
    const struct series *const *x = a;
    const struct series *const *y = b;
    return labels_compare((*x)->labels, (*y)->labels);
}

bool store_select(const struct store *store, const struct matcher *matchers, size_t n,
                  struct selection *out, struct error *err)
{
    return store_select_paced(store, matchers, n, NULL, out, err);
}

bool store_select_paced(const struct store *store, const struct matcher *matchers, size_t n,
                        const struct sort_pace *pace, struct selection *out, struct error *err)
{
    struct numbers numbers = {.items = {.items = NULL}};
    *out = (struct selection){.series = {.items = NULL}};
    bool ok = find_series(store, matchers, n, true, pace, &numbers, err);
    if (ok && numbers.items.len > 0) {
        vec_reserve(&out->series, numbers.items.len);
        VEC_EACH (&numbers.items, uint32_t, number) {
            out->series.items[out->series.len++] = store_series(store, *number);
        }
        ok = merge_sort(out->series.items, out->series.len, sizeof(*out->series.items), by_labels,
                        pace);
    }
    vec_release(&numbers.items);
    if (!ok) {
        selection_release(out);
    }
    return ok;
}

void selection_release(struct selection *sel)
{
    vec_release(&sel->series);
}

static int by_text(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

bool label_values_settle(struct label_values *values, const struct sort_pace *pace)
{
    struct str *items = values->values.items;
    if (values->values.len < 2) {
        return true;
    }
    if (!merge_sort(items, values->values.len, sizeof(*items), by_text, pace)) {
        return false;
    }
    size_t kept = 1;
    for (size_t i = 1; i < values->values.len; i++) { /* equal values are one string */
        if (items[i].data != items[kept - 1].data) {
            items[kept++] = items[i];
        }
    }
    values->values.len = kept;
    return true;
}

/* The values of all series that are there. */
static void all_values(const struct posting_name *all, struct label_values *out)
{
    const struct posting *list = NULL;
    for (size_t i = 0; all != NULL && (list = hash_set_each(&all->values, &i)) != NULL;) {
        vec_push(&out->values, interned_str(list->value));
    }
}

static bool values_of(const struct store *store, struct str name, const struct numbers *numbers,
                      const struct sort_pace *pace, struct label_values *out)
{
    const struct interned *label = label_table_find(store->table, name);
    size_t looked_at = 0;
    VEC_EACH (&numbers->items, uint32_t, number) {
        const struct interned *value = label_of(store_series(store, *number)->labels, label);
        if (label != NULL && value != NULL) {
            vec_push(&out->values, interned_str(value));
        }
        if (!pause_at(pace, ++looked_at)) {
            return false;
        }
    }
    return true;
}

bool store_label_values(const struct store *store, struct str name, const struct matcher *matchers,
                        size_t n, const struct sort_pace *pace, struct label_values *out,
                        struct error *err)
{
    struct numbers numbers = {.items = {.items = NULL}};
    *out = (struct label_values){.values = {.items = NULL}};
    bool ok = true;
    if (n == 0) {
        all_values(postings_name(&store->postings, name), out);
    } else {
        ok = find_series(store, matchers, n, false, pace, &numbers, err) &&
             values_of(store, name, &numbers, pace, out);
    }
    vec_release(&numbers.items);
    ok = ok && label_values_settle(out, pace);
    if (!ok) {
        vec_release(&out->values);
    }
    return ok;
}
