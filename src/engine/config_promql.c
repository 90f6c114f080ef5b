/* See config_promql.h. Keys are named as Prometheus' flags are: --query.lookback-delta,
 * --query.max-samples, --query.timeout. */
#include "engine/config_promql.h"

#include "base/duration.h"
#include "query/query.h"

static const char *const semantics_words[] = {[SEMANTICS_V3] = "v3", [SEMANTICS_V2] = "v2"};

struct config_promql config_promql_default(void)
{
    return (struct config_promql){.eval = {.lookback_delta_ms = LOOKBACK_DELTA_DEFAULT_MS,
                                           .semantics = SEMANTICS_V3,
                                           .max_samples = EVAL_MAX_SAMPLES,
                                           .max_points = EVAL_MAX_POINTS},
                                  .timeout_ms = QUERY_TIMEOUT_DEFAULT_MS};
}

void config_promql_read(struct config_promql *promql, struct yaml_reader *r,
                        const struct yaml_node *root)
{
    const struct yaml_node *block = yaml_member(r, root, "promql");
    if (block == NULL || !yaml_is_mapping(r, block)) {
        return;
    }
    struct eval_options *eval = &promql->eval;
    size_t semantics = (size_t)eval->semantics;
    int64_t max_samples = (int64_t)eval->max_samples;
    int64_t max_points = (int64_t)eval->max_points;
    yaml_read_choice(r, block, "semantics", semantics_words, ARRAY_LEN(semantics_words),
                     &semantics);
    yaml_read_duration(r, block, "lookback_delta", &eval->lookback_delta_ms);
    yaml_read_int(r, block, "max_samples", 1, CONFIG_PROMQL_SAMPLES_LIMIT, &max_samples);
    yaml_read_int(r, block, "max_points", 1, CONFIG_PROMQL_POINTS_LIMIT, &max_points);
    yaml_read_duration(r, block, "timeout", &promql->timeout_ms);
    eval->semantics = (enum semantics)semantics;
    eval->max_samples = (size_t)max_samples;
    eval->max_points = (size_t)max_points;
    yaml_read_done(r, block);
}

void config_promql_format(struct strbuf *out, const struct config_promql *promql)
{
    strbuf_printf(out, "promql: %s semantics, look-back ", semantics_words[promql->eval.semantics]);
    duration_format(out, promql->eval.lookback_delta_ms);
    strbuf_printf(out, "; a question takes at most %zu samples, %zu points and ",
                  promql->eval.max_samples, promql->eval.max_points);
    duration_format(out, promql->timeout_ms);
}
