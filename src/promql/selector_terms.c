/* See selector_terms.h. */
#include "promql/selector_terms.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "promql/ast.h"

/* One block: matchers, and behind them the key's bytes. */
struct selector_terms {
    unsigned refs;
    uint32_t count;
    struct str key;
    struct matcher matchers[];
};

struct selector_table {
    struct map by_key; /* struct selector_terms */
};

struct selector_table *selector_table_create(void)
{
    return mem_zalloc(1, sizeof(struct selector_table));
}

void selector_table_destroy(struct selector_table *table)
{
    if (table == NULL) {
        return;
    }
    struct map_entry *e;
    for (size_t i = 0; (e = map_next(&table->by_key, &i)) != NULL;) {
        selector_terms_unref(e->value);
    }
    map_release(&table->by_key);
    free(table);
}

void selector_terms_ref(struct selector_terms *terms)
{
    terms->refs++;
}

void selector_terms_unref(struct selector_terms *terms)
{
    if (terms == NULL || --terms->refs > 0) {
        return;
    }
    for (uint32_t i = 0; i < terms->count; i++) {
        matcher_release(&terms->matchers[i]);
    }
    free(terms);
}

/* Of the selector's matchers, which are moved. */
static struct selector_terms *make(const struct node *n)
{
    uint32_t count = n->selector.matcher_count;
    size_t bytes = count * sizeof(struct matcher);
    struct str key = n->selector.matchers_key;
    struct selector_terms *terms = mem_alloc(sizeof(*terms) + bytes + key.len);
    char *behind = (char *)&terms->matchers[count];
    terms->refs = 1;
    terms->count = count;
    terms->key = str_span(behind, key.len);
    if (count != 0) {
        memcpy(terms->matchers, n->selector.matchers, bytes);
    }
    if (key.len != 0) {
        memcpy(behind, key.data, key.len);
    }
    return terms;
}

void selector_terms_set(struct node *selector, struct selector_table *table)
{
    struct selector_terms *terms =
        table != NULL ? map_get(&table->by_key, selector->selector.matchers_key) : NULL;
    if (terms != NULL) {
        for (uint32_t i = 0; i < selector->selector.matcher_count; i++) {
            matcher_release(&selector->selector.matchers[i]);
        }
        terms->refs++;
    } else {
        terms = make(selector);
        if (table != NULL) {
            map_put(&table->by_key, terms->key, terms);
            terms->refs++;
        }
    }
    selector->selector.terms = terms;
    selector->selector.matchers = terms->matchers;
    selector->selector.matchers_key = terms->key;
}
