/*
 * The series of an alerting rule, so that expressions and dashboards made for Prometheus work
 * (prometheus: rules/alerting.go, sample and forStateSample):
 *
 *     ALERTS{alertname, alertstate="pending|firing", ...} 1
 *     ALERTS_FOR_STATE{alertname, ...} since when, in Unix seconds
 *
 * They tell of the phase: an alert that is unknown is what it was.
 */
#include <stdlib.h>

#include "rule/alerting_private.h"

static bool make_series(struct alerting *a, struct alert *alert, struct error *err)
{
    struct labels_builder b;
    labels_builder_init(&b, a->table);
    bool ok = true;
    if (alert->series[0] == NULL || alert->series_phase != alert->status.phase) {
        const char *state = alert_state_name(alert->status.phase);
        labels_unref(alert->series[0]);
        labels_builder_from(&b, alert->labels);
        labels_builder_set(&b, STR(LABEL_NAME), STR("ALERTS"));
        labels_builder_set(&b, STR(ALERTING_STATE), str_from(state));
        alert->series[0] = labels_builder_finish(&b, err);
        alert->series_phase = alert->status.phase;
        ok = alert->series[0] != NULL;
    }
    if (ok && alert->series[1] == NULL) {
        labels_builder_from(&b, alert->labels);
        labels_builder_set(&b, STR(LABEL_NAME), STR("ALERTS_FOR_STATE"));
        alert->series[1] = labels_builder_finish(&b, err);
        ok = alert->series[1] != NULL;
    }
    labels_builder_release(&b);
    return ok;
}

struct series_list {
    VEC(struct labels *) items;
};

bool alerting_write(struct alerting *a, struct batch *samples, struct batch *markers,
                    struct error *err)
{
    struct series_list now = {0};
    bool ok = true;
    VEC_EACH (&a->alerts, struct alert *, it) {
        struct alert *alert = *it;
        if (alert->status.phase == ALERT_INACTIVE) {
            continue;
        }
        ok = make_series(a, alert, err);
        if (!ok) {
            break;
        }
        /* Go's Unix() rounds down. */
        int64_t since_ms = alert->status.active_at_ms;
        int64_t since = (since_ms - (since_ms % 1000 + 1000) % 1000) / 1000;
        batch_add_labels(samples, labels_ref(alert->series[0]), 1);
        batch_add_labels(samples, labels_ref(alert->series[1]), (double)since);
        vec_push(&now.items, alert->series[0]);
        vec_push(&now.items, alert->series[1]);
    }
    if (ok) {
        if (now.items.len > 1) {
            qsort(now.items.items, now.items.len, sizeof(*now.items.items), written_compare);
        }
        written_next(&a->written, now.items.items, now.items.len, markers);
    }
    vec_release(&now.items);
    return ok;
}
