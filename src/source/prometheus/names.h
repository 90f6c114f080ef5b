/*
 * The answer of /api/v1/label/<name>/values: a list of strings, as it arrives, then sorted and each
 * there once.
 *
 * Owner: names_create/names_destroy; the strings live until then. Limits: NAMES_MAX strings:
 * ERROR_LIMIT.
 */
#ifndef TOCSIN_SOURCE_PROMETHEUS_NAMES_H
#define TOCSIN_SOURCE_PROMETHEUS_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/str.h"

#define NAMES_MAX ((size_t)1000000)

struct names;

struct names *names_create(void);
void names_destroy(struct names *n); /* NULL is fine */
bool names_feed(struct names *n, const char *data, size_t len, struct error *err) ATTR_NODISCARD;
/* `http_status` as in decode.h. */
bool names_finish(struct names *n, int http_status, const struct str **list, size_t *count,
                  struct error *err) ATTR_NODISCARD;

#endif
