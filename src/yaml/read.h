/*
 * Typed reading of nodes with every error collected: the one way configuration, packs and themes
 * are read.
 *
 *     struct yaml_reader r;
 *     yaml_reader_init(&r, doc, &diags);
 *     yaml_read_duration(&r, node, "interval", &interval_ms);   // leaves the value where the key
 * is missing yaml_read_done(&r, node);                                 // unknown keys, with
 * suggestions
 *
 * A reader remembers which keys of each mapping were asked for; yaml_read_done reports the others.
 * All functions return false only for an error that was reported; a missing optional key returns
 * true and leaves *out alone.
 * `${NAME}` in scalars stands for the environment's value (an unset one is an error, `$${` is a
 * plain `${`).
 */
#ifndef TOCSIN_YAML_READ_H
#define TOCSIN_YAML_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "yaml/node.h"

struct yaml_reader {
    const struct yaml_document *doc;
    struct diags *diags;
    struct yaml_asked *asked; /* private: keys asked for, by mapping */
};

void yaml_reader_init(struct yaml_reader *r, const struct yaml_document *doc, struct diags *diags);
void yaml_reader_release(struct yaml_reader *r);

/* An error or warning at a node. */
struct diag *yaml_error(struct yaml_reader *r, const struct yaml_node *at, const char *fmt, ...)
    ATTR_PRINTF(3, 4);
struct diag *yaml_warning(struct yaml_reader *r, const struct yaml_node *at, const char *fmt, ...)
    ATTR_PRINTF(3, 4);
/* An error inside a scalar's text (an expression, a duration): `err`'s span is relative to that
 * text. */
struct diag *yaml_error_in(struct yaml_reader *r, const struct yaml_node *at,
                           const struct error *err);

/* All of what is wrong inside a scalar's text, places relative to that text. */
void yaml_diags_in(struct yaml_reader *r, const struct yaml_node *at, const struct diags *inside);

/* Members of a mapping. `owner` must be a mapping (else one error, false). */
bool yaml_is_mapping(struct yaml_reader *r, const struct yaml_node *node);
/* The member, or NULL; marks the key as asked for. */
const struct yaml_node *yaml_member(struct yaml_reader *r, const struct yaml_node *owner,
                                    const char *key);
/* The same; a missing one is an error. */
const struct yaml_node *yaml_required(struct yaml_reader *r, const struct yaml_node *owner,
                                      const char *key);
/* Strings are heap copies with ${NAME} expanded; the caller frees; an old *out is freed. */
bool yaml_read_string(struct yaml_reader *r, const struct yaml_node *owner, const char *key,
                      char **out);
bool yaml_read_bool(struct yaml_reader *r, const struct yaml_node *owner, const char *key,
                    bool *out);
bool yaml_read_int(struct yaml_reader *r, const struct yaml_node *owner, const char *key,
                   int64_t min, int64_t max, int64_t *out);
bool yaml_read_double(struct yaml_reader *r, const struct yaml_node *owner, const char *key,
                      double *out);
/* Milliseconds, base/duration.h's form; above 0, and no more than can be calculated with. */
#define YAML_MAX_DURATION_MS ((int64_t)100 * 365 * 24 * 3600 * 1000)
bool yaml_read_duration(struct yaml_reader *r, const struct yaml_node *owner, const char *key,
                        int64_t *out_ms);
/* One of `words`; the error lists them. */
bool yaml_read_choice(struct yaml_reader *r, const struct yaml_node *owner, const char *key,
                      const char *const *words, size_t count, size_t *out);
/* A scalar node's own text, expanded. NULL after an error. */
char *yaml_string(struct yaml_reader *r, const struct yaml_node *node);
/* Reports every key of `mapping` that was not asked for, with the nearest one that was. */
void yaml_read_done(struct yaml_reader *r, const struct yaml_node *mapping);

#endif
