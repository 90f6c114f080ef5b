/*
 * Texts as they stand in the file: for formats that are not tocsin's own (rule files, unit tests of
 * rules), where `${NAME}` means nothing and a plain `1` is as good a text as '1'.
 *
 * As in read.h: a missing or empty key leaves *out alone and is no error; false means that the
 * error was reported; keys asked for are known to yaml_read_done. Texts are views into the
 * document.
 */
#ifndef TOCSIN_YAML_PLAIN_H
#define TOCSIN_YAML_PLAIN_H

#include "yaml/read.h"

/* Any scalar; not one with a NUL. */
bool yaml_plain_text(struct yaml_reader *r, const struct yaml_node *owner, const char *key,
                     struct str *out);
/* The same of a node; of a null the empty text. */
bool yaml_plain_node(struct yaml_reader *r, const struct yaml_node *node, struct str *out);
/* What Prometheus can hold: 64 bits of nanoseconds. */
#define YAML_PLAIN_MAX_DURATION_MS (INT64_MAX / 1000000)
/* Milliseconds; unlike yaml_read_duration 0 is one. */
bool yaml_plain_duration(struct yaml_reader *r, const struct yaml_node *owner, const char *key,
                         int64_t *out_ms);
/* A number, also NaN and infinities, in YAML's words (`.inf`) or Prometheus' (`+Inf`). */
bool yaml_plain_number(struct yaml_reader *r, const struct yaml_node *owner, const char *key,
                       double *out);
/* A list, or NULL where the key is missing or empty, or the error was reported. */
const struct yaml_node *yaml_plain_list(struct yaml_reader *r, const struct yaml_node *owner,
                                        const char *key);
/* A mapping, in the same way. */
const struct yaml_node *yaml_plain_mapping(struct yaml_reader *r, const struct yaml_node *owner,
                                           const char *key);

#endif
