/*
 * The data an eval runs over: a store filled by load commands, and a list of the native histograms
 * the load commands named, which tocsin does not have. An expression that would select one of them
 * cannot be judged and is skipped.
 *
 * Owner: world_init/world_release. Limit: WORLD_MAX_SAMPLES samples a load (ERROR_LIMIT), so that a
 * line such as `x 1x1000000000` is an error and not a machine without memory.
 */
#ifndef TOCSIN_UNITTEST_WORLD_H
#define TOCSIN_UNITTEST_WORLD_H

#include "promql/ast.h"
#include "series/store.h"
#include "unittest/script.h"

#define WORLD_MAX_SAMPLES ((size_t)20000000)

struct world {
    struct label_table *table;
    struct store *store;
    struct memo *memo; /* of the store */
    VEC(struct labels *) natives;
};

void world_init(struct world *w);
void world_release(struct world *w);
/* Drops all data; the label table stays. */
void world_clear(struct world *w);
/* The span of `err` is in `script`, the text that the command was read from. */
bool world_load(struct world *w, const struct command *load, struct str script,
                struct error *err) ATTR_NODISCARD;
/* A selector of the expression matches a native histogram. */
bool world_needs_natives(const struct world *w, const struct expr *e);

#endif
