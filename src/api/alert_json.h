/* Alerts and rules as JSON, in the three shapes there are readers for. */
#ifndef TOCSIN_API_ALERT_JSON_H
#define TOCSIN_API_ALERT_JSON_H

#include "alert/alerts.h"
#include "base/json_writer.h"

/* Alertmanager's gettableAlert, and beyond it a member `tocsin`. */
void alert_json_v2(struct json_writer *w, const struct alert_info *a, struct wall now);
/* tocsin's own: all that is known, in one object. */
void alert_json(struct json_writer *w, const struct alert_info *a);
/* An alert of Prometheus' /api/v1/alerts. */
void alert_json_v1(struct json_writer *w, const struct alert_info *a);
void alert_json_counts(struct json_writer *w, const struct alert_counts *counts);
/* "tocsin", "prometheus", "alertmanager" */
const char *alert_origin_name(enum alert_origin origin);

void alert_json_labels(struct json_writer *w, const struct labels *labels);
void alert_json_pairs(struct json_writer *w, const struct rule_pairs *pairs);
/* Null for 0. */
void alert_json_time(struct json_writer *w, const char *key, struct wall t);
/* 16 hexadecimal digits. */
void alert_json_id(struct json_writer *w, const char *key, uint64_t id);
void alert_json_text(struct json_writer *w, const char *key, const char *text);
void alert_json_seconds(struct json_writer *w, const char *key, int64_t ms);

#endif
