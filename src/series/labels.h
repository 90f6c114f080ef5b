/*
 * Label sets: immutable, interned, reference-counted. One table a process (the engine creates it
 * and passes it on), so that two equal sets are the same pointer and equality is one comparison.
 * Names and values are interned strings of the same table.
 *
 * Order: by name, bytewise, no name twice; a label with an empty value is not there (prometheus:
 * model/labels). Owner: a `struct labels *` you got from builder_finish, labels_ref or a decoder is
 * yours to labels_unref; a `const struct labels *` is borrowed. The table must outlive every set.
 * Single-threaded. Limits: LABELS_MAX_COUNT labels a set, LABELS_MAX_VALUE bytes a name or value:
 * the builder reports ERROR_LIMIT.
 */
#ifndef TOCSIN_SERIES_LABELS_H
#define TOCSIN_SERIES_LABELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "base/vec.h"

#define LABELS_MAX_COUNT 256
#define LABELS_MAX_VALUE 65535
#define LABEL_NAME       "__name__"

struct label_table;
struct labels;

struct label {
    struct str name;
    struct str value;
};

struct label_table *label_table_create(void);
void label_table_destroy(struct label_table *table);
size_t label_table_sets(const struct label_table *table);

size_t labels_count(const struct labels *ls);
/* `i` < labels_count; the views live as long as the set. */
struct label labels_at(const struct labels *ls, size_t i);
/* The empty view where the label is not there. */
struct str labels_get(const struct labels *ls, struct str name);
/* The value of __name__, or empty. */
struct str labels_name(const struct labels *ls);
/* 64 bits over names and values, the same in every run: the series' fingerprint within tocsin. */
uint64_t labels_hash(const struct labels *ls);
/* By names and values, bytewise: the order Prometheus sorts series in. */
int labels_compare(const struct labels *a, const struct labels *b);
struct labels *labels_ref(const struct labels *ls);
void labels_unref(struct labels *ls); /* NULL is fine */
/* `name{a="b", c="d"}`, `{a="b"}`, `{}`: Prometheus' form; names that need it are quoted. */
void labels_format(struct strbuf *out, const struct labels *ls);
/* A label's name alone, quoted where it needs it. */
void labels_format_name(struct strbuf *out, struct str name);

/* Builds a set. Reusable: builder_finish leaves the builder empty. Views added are borrowed until
 * builder_finish. */
struct labels_builder {
    struct label_table *table;
    VEC(struct label) labels;
    bool sorted; /* so far added in order, so that finish need not sort */
};

void labels_builder_init(struct labels_builder *b, struct label_table *table);
void labels_builder_release(struct labels_builder *b);
/* Starts from the labels of `ls`. */
void labels_builder_from(struct labels_builder *b, const struct labels *ls);
/* Replaces an earlier value of the same name; an empty value removes the label. */
void labels_builder_set(struct labels_builder *b, struct str name, struct str value);
/* Like set for a name known not to be there yet: does not look for it. Duplicates are found by
 * finish. */
void labels_builder_add(struct labels_builder *b, struct str name, struct str value);
void labels_builder_remove(struct labels_builder *b, struct str name);
/* NULL with `err` for a duplicate name (ERROR_PROTOCOL) or a limit (ERROR_LIMIT). */
struct labels *labels_builder_finish(struct labels_builder *b, struct error *err) ATTR_NODISCARD;
/* The empty set; never fails. */
struct labels *labels_empty(struct label_table *table);

#endif
