/*
 * Series about tocsin itself, written to its own store at each interval, so that the rules about it
 * (alerts/tocsin.yaml) are rules like all others:
 *
 *     tocsin_source_up{source, kind}                      0 or 1
 *     tocsin_source_data_age_seconds{source}              since its last good poll
 *     tocsin_source_failures_total{source}
 *     tocsin_rule_evaluation_failures_total{group}
 *     tocsin_rule_group_iterations_missed_total{group}
 *     tocsin_rule_group_last_duration_seconds{group}
 *     tocsin_rule_group_interval_seconds{group}
 *     tocsin_alerts{state}                                pending, firing, unknown
 *     tocsin_state_write_errors_total, tocsin_state_in_memory (0 or 1)
 *     tocsin_loop_slow_callbacks_total
 *     tocsin_store_series, tocsin_store_max_series
 *
 * A source is down here once it is two intervals without data (source/health.h).
 *
 * Owner: self_series_create/destroy.
 */
#ifndef TOCSIN_ENGINE_SELF_SERIES_H
#define TOCSIN_ENGINE_SELF_SERIES_H

#include "alert/journal.h"
#include "engine/engine_alerts.h"

struct self_series;

/* The options are borrowed, and outlive it with the journal. */
struct self_series *self_series_create(const struct engine_alerts_options *options,
                                       struct journal *journal);
void self_series_destroy(struct self_series *self); /* NULL is fine */
/* After a reload. */
void self_series_set_interval(struct self_series *self, int64_t interval_ms);
/* Whose rules are counted. */
void self_series_follow(struct self_series *self, struct alerts *alerts);

#endif
