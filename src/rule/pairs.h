/*
 * `name: text` pairs of rules: labels and annotations.
 *
 * Owner: the arena they were read into.
 */
#ifndef TOCSIN_RULE_PAIRS_H
#define TOCSIN_RULE_PAIRS_H

#include "base/arena.h"
#include "yaml/read.h"

struct rule_pair {
    struct str name;
    struct str value;
    struct span span; /* of the value */
};

/* In order of names, none twice. */
struct rule_pairs {
    struct rule_pair *items;
    size_t count;
};

/* The mapping under `key`; none where it is missing. `word` ("label", "annotation") names the pairs
 * in messages; `__name__` is refused as a label. */
struct rule_pairs rule_pairs_read(struct yaml_reader *r, struct arena *arena,
                                  const struct yaml_node *owner, const char *key, const char *word);
/* The same in tocsin's own files, where `${NAME}` in a value is the environment's. */
struct rule_pairs rule_pairs_read_expanded(struct yaml_reader *r, struct arena *arena,
                                           const struct yaml_node *owner, const char *key,
                                           const char *word);
/* The pairs of `below` with those of `above` over them. */
struct rule_pairs rule_pairs_merge(struct arena *arena, struct rule_pairs below,
                                   struct rule_pairs above);

#endif
