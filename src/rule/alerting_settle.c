/* See alerting.h: the second half, from what was found to the alerts' next states. */
#include <stdlib.h>

#include "base/mem.h"
#include "rule/alerting_private.h"

/* One evaluation at work. */
struct settling {
    struct alerting *a;
    const struct alert_policy *policy;
    int64_t t_ms;
    const struct alerting_events *events;
};

static struct alert *insert(struct alerting *a, size_t at, struct alert *alert)
{
    vec_push(&a->alerts, alert);
    memmove(&a->alerts.items[at + 1], &a->alerts.items[at],
            (a->alerts.len - 1 - at) * sizeof(*a->alerts.items));
    a->alerts.items[at] = alert;
    return alert;
}

static void tell(const struct settling *s, struct alert *alert, enum alert_change change)
{
    if (change != ALERT_CHANGE_NONE && s->events->changed != NULL) {
        s->events->changed(s->events->user, alert, change);
    }
}

static const char *reason_of(const struct alert *alert, enum alert_finding finding)
{
    switch (finding) {
    case FINDING_TRUE:
        return alert->status.flapping ? "comes and goes" : NULL;
    case FINDING_FALSE:
        return alert->status.phase != ALERT_FIRING ? "the condition no longer holds"
               : alert->status.flapping            ? "held open: the condition comes and goes"
                                                   : "the condition no longer holds; kept firing";
    case FINDING_HELD:
        return "the condition no longer holds, but has not recovered";
    case FINDING_GONE:
        return "the object is gone: its data ended while that of its siblings goes on";
    case FINDING_MISSING:
        return "the data stopped";
    case FINDING_ERROR:
    case FINDING_FAILING:
        return "no answer";
    }
    return NULL;
}

static void step(const struct settling *s, struct alert *alert, enum alert_finding finding,
                 const char *reason)
{
    enum alert_change change = alert_status_step(&alert->status, s->policy, finding, s->t_ms);
    if (finding <= FINDING_GONE) {
        alert->known_at_ms = s->t_ms;
    }
    alert_set_reason(alert, reason != NULL ? reason : reason_of(alert, finding));
    tell(s, alert, change);
}

static void settle_found(const struct settling *s, struct found_alert *f)
{
    size_t at = alerting_position(s->a, f->labels);
    struct alert *alert = at < s->a->alerts.len ? s->a->alerts.items[at] : NULL;
    if (alert == NULL || alert->labels != f->labels) {
        alert = insert(s->a, at, mem_zalloc(1, sizeof(*alert)));
        alert->labels = labels_ref(f->labels);
        alert->fingerprint = alert_fingerprint(f->labels);
    }
    free(alert->annotations.items);
    alert->annotations = f->annotations;
    f->annotations = (struct rule_pairs){0};
    alert->value = f->value;
    alert->has_value = true;
    step(s, alert, FINDING_TRUE, NULL);
}

static void settle_vanished(const struct settling *s, struct alert *alert)
{
    struct alerting_verdict verdict = {.finding = FINDING_FALSE};
    if (s->events->judge != NULL) {
        verdict = s->events->judge(s->events->user, alert);
    }
    if (verdict.has_value) {
        alert->value = verdict.value;
        alert->has_value = true;
    }
    step(s, alert, verdict.finding, verdict.reason);
}

/* What has dropped goes at once, what has resolved a quarter of an hour later. */
static bool is_over(const struct alert *alert, int64_t t_ms)
{
    const struct alert_status *s = &alert->status;
    return s->phase == ALERT_INACTIVE &&
           (s->fired_at_ms == 0 || t_ms - s->resolved_at_ms > ALERT_RESOLVED_KEEP_MS);
}

static void remove_over(const struct settling *s)
{
    struct alerting *a = s->a;
    size_t kept = 0;
    VEC_EACH (&a->alerts, struct alert *, alert) {
        if (is_over(*alert, s->t_ms)) {
            if (s->events->forgotten != NULL) {
                s->events->forgotten(s->events->user, *alert);
            }
            alerting_destroy_alert(*alert);
        } else {
            a->alerts.items[kept++] = *alert;
        }
    }
    a->alerts.len = kept;
}

void alerting_settle(struct alerting *a, const struct alert_policy *policy, int64_t t_ms,
                     const struct alerting_events *events)
{
    const struct settling s = {.a = a, .policy = policy, .t_ms = t_ms, .events = events};
    /* What has resolved and stays quiet: only its history goes on. */
    VEC_EACH (&a->quiet, struct alert *, alert) {
        (void)alert_status_step(&(*alert)->status, policy, FINDING_FALSE, t_ms);
    }
    VEC_EACH (&a->vanished, struct alert *, alert) {
        settle_vanished(&s, *alert);
    }
    VEC_EACH (&a->found, struct found_alert, f) {
        settle_found(&s, f);
    }
    remove_over(&s);
    alerting_clear_found(a);
}

void alerting_fail(struct alerting *a, const struct alert_policy *policy, int64_t t_ms,
                   enum alert_finding finding, const char *reason,
                   const struct alerting_events *events)
{
    const struct settling s = {.a = a, .policy = policy, .t_ms = t_ms, .events = events};
    VEC_EACH (&a->alerts, struct alert *, alert) {
        if ((*alert)->status.phase != ALERT_INACTIVE) {
            step(&s, *alert, finding, reason);
        }
    }
    remove_over(&s);
    alerting_clear_found(a);
}

void alerting_restore(struct alerting *a, const struct alert *kept)
{
    size_t at = alerting_position(a, kept->labels);
    if (at < a->alerts.len && a->alerts.items[at]->labels == kept->labels) {
        labels_unref(kept->labels);
        free(kept->annotations.items);
        free(kept->reason);
        return;
    }
    struct alert *alert = insert(a, at, mem_zalloc(1, sizeof(*alert)));
    *alert = *kept;
    alert->series[0] = alert->series[1] = NULL;
}

void alerting_move(struct alerting *to, struct alerting *from)
{
    VEC_EACH (&from->alerts, struct alert *, it) {
        struct alert *alert = *it;
        labels_unref(alert->series[0]);
        labels_unref(alert->series[1]);
        alerting_restore(to, alert);
        free(alert);
    }
    from->alerts.len = 0;
    alerting_clear_found(from);
    /* What was written goes on or ends with the next evaluation of the new rule. */
    struct written spare = to->written;
    to->written = from->written;
    from->written = spare;
}
