/*
 * The `promql:` block of the configuration: how the embedded engine understands questions and how
 * much it does for one. It holds for what tocsin polls itself; a server that is asked has its own.
 *
 * Owner: plain values.
 */
#ifndef TOCSIN_ENGINE_CONFIG_PROMQL_H
#define TOCSIN_ENGINE_CONFIG_PROMQL_H

#include <stdint.h>

#include "base/strbuf.h"
#include "promql/promql.h"
#include "yaml/read.h"

/* The largest that may be asked for: points are memory, eight bytes each; samples only time. */
#define CONFIG_PROMQL_POINTS_LIMIT  ((int64_t)1000000000)
#define CONFIG_PROMQL_SAMPLES_LIMIT ((int64_t)1000000000000)

struct config_promql {
    struct eval_options eval; /* nothing in it is 0 that has a default */
    int64_t timeout_ms;       /* of one question, at most */
};

/* What holds without the block. */
struct config_promql config_promql_default(void);
/* Reads the block of `root` where it is there; what is wrong is reported to the reader. */
void config_promql_read(struct config_promql *promql, struct yaml_reader *r,
                        const struct yaml_node *root);
/* "v3 semantics, look-back 5m, ...": one line without its end, for `tocsin check`. */
void config_promql_format(struct strbuf *out, const struct config_promql *promql);

#endif
