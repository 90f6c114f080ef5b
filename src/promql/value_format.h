/*
 * Values as text: for people (a table), for programs (CSV), and as Prometheus' HTTP API gives them
 * (JSON, of /api/v1/query and /api/v1/query_range; numbers as its json codec writes them:
 * prometheus, util/jsonutil).
 */
#ifndef TOCSIN_PROMQL_VALUE_FORMAT_H
#define TOCSIN_PROMQL_VALUE_FORMAT_H

#include <stdbool.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "promql/value.h"

/* The whole answer: {"status":"success","data":{...},"warnings":[...],"infos":[...]}. */
void value_format_json(struct strbuf *out, const struct value *v);
/* {"status":"error","errorType":...,"error":...} */
void error_format_json(struct strbuf *out, const struct error *err);
/* A header line, then a line a point: series, time (RFC 3339, UTC), value. Quoted as RFC 4180 says.
 */
void value_format_csv(struct strbuf *out, const struct value *v);
/* A line a series: labels, blanks, value; a range gives a block a series with a line a point. */
void value_format_table(struct strbuf *out, const struct value *v);

#endif
