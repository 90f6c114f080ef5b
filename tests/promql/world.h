/*
 * The data an eval runs over: a store filled by load commands, and a list of the native histograms
 * the load commands named, which tocsin does not have. An expression that would select one of them
 * cannot be judged and is skipped.
 */
#ifndef TOCSIN_TESTS_PROMQL_WORLD_H
#define TOCSIN_TESTS_PROMQL_WORLD_H

#include "promql/ast.h"
#include "promql/script.h"
#include "series/store.h"

struct world {
    struct label_table *table;
    struct store *store;
    VEC(struct labels *) natives;
};

void world_init(struct world *w);
void world_release(struct world *w);
/* Drops all data; the label table stays. */
void world_clear(struct world *w);
bool world_load(struct world *w, const struct command *load, struct error *err) ATTR_NODISCARD;
/* A selector of the expression matches a native histogram. */
bool world_needs_natives(const struct world *w, const struct expr *e);

#endif
