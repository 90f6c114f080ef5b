/*
 * Values as text: for people (a table), for programs (CSV), and as Prometheus' HTTP API gives them
 * (JSON, of /api/v1/query and /api/v1/query_range; samples as its json codec writes them:
 * prometheus, util/jsonutil; scalars and strings as encoding/json does: promql/value.go).
 * Characters that a terminal would act on are escaped; `<`, `>` and `&` are not, as since
 * version 3.
 *
 * Each adds to `out`, all of it (`file` NULL), or writes to `file` piece by piece with `out` as the
 * buffer between, empty at the end: an answer need not fit into memory a second time. False where
 * `file` did not take it (errno); the rest is not made then.
 */
#ifndef TOCSIN_PROMQL_VALUE_FORMAT_H
#define TOCSIN_PROMQL_VALUE_FORMAT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "promql/value.h"

typedef bool (*value_format)(struct strbuf *out, FILE *file, const struct value *v);

/* Warnings, and infos, that are shown; the others are counted (prometheus: web/api/v1). */
#define VALUE_FORMAT_NOTES ((size_t)10)

/* The whole answer: {"status":"success","data":{...},"warnings":[...],"infos":[...]}. */
bool value_format_json(struct strbuf *out, FILE *file, const struct value *v);
/* {"status":"error","errorType":...,"error":...} */
void error_format_json(struct strbuf *out, const struct error *err);
/* A header line, then a line a point: series, time (RFC 3339, UTC), value. Quoted as RFC 4180 says.
 */
bool value_format_csv(struct strbuf *out, FILE *file, const struct value *v);
/* A line a series: value, blanks, labels, so that the numbers stand below each other at any length
 * of the labels; one series without labels is its number alone. A range gives a block a series with
 * a line a point. */
bool value_format_table(struct strbuf *out, FILE *file, const struct value *v);

#endif
