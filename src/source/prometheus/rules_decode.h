/*
 * The answer of /api/v1/rules, fed as it arrives: the alerts of a server's own rules into a list.
 * Rules that fire nothing leave nothing. Pure.
 *
 * Owner: rules_decode_create/rules_decode_destroy; list and table are borrowed. Limits:
 * FOREIGN_MAX_BYTES, and those of source/foreign_reader.h.
 */
#ifndef TOCSIN_SOURCE_PROMETHEUS_RULES_DECODE_H
#define TOCSIN_SOURCE_PROMETHEUS_RULES_DECODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "source/foreign.h"

struct rules_decode;

struct rules_decode *rules_decode_create(struct foreign_list *list, struct label_table *table);
void rules_decode_destroy(struct rules_decode *d); /* NULL is fine */
bool rules_decode_feed(struct rules_decode *d, const char *data, size_t len,
                       struct error *err) ATTR_NODISCARD;
/* `http_status` as in decode.h; `rules`: how many the server has. */
bool rules_decode_finish(struct rules_decode *d, int http_status, size_t *rules,
                         struct error *err) ATTR_NODISCARD;

#endif
