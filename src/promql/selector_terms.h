/*
 * What selectors select: their matchers, and the key that is equal where those are. A thousand
 * rules ask for a few hundred different things, so that rules that are read together share them.
 *
 * Owner: terms are immutable and counted by the selectors that have them; a table has a count of
 * its own for each, and need not outlive what was parsed with it.
 */
#ifndef TOCSIN_PROMQL_SELECTOR_TERMS_H
#define TOCSIN_PROMQL_SELECTOR_TERMS_H

struct node;
struct selector_table;
struct selector_terms;

struct selector_table *selector_table_create(void);
void selector_table_destroy(struct selector_table *table); /* NULL is fine */

/* Moves the selector's matchers into terms of its own or, where there are equal ones in `table`,
 * takes those. Its key is set (expr_identify). `table` may be NULL. */
void selector_terms_set(struct node *selector, struct selector_table *table);
void selector_terms_ref(struct selector_terms *terms);
void selector_terms_unref(struct selector_terms *terms); /* NULL is fine */

#endif
