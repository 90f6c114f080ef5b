/*
 * An alerting rule at work: from its answers to its alerts (prometheus: rules/alerting.go).
 *
 *     alerting_collect(a, &answer, ...)   what the condition holds for now, with labels and texts
 *     a->vanished                         alerts that it no longer holds for: why is for the caller
 *     alerting_settle(a, t, ...)          every alert takes one step (alert_state.h)
 *     alerting_write(a, t, ...)           ALERTS and ALERTS_FOR_STATE
 *
 * or, where there is no answer, alerting_fail instead of the first three. Until alerting_settle
 * nothing has changed.
 *
 * An alert is known by its labels: the answer's without a metric name, the rule's expanded over
 * them, and `alertname`.
 *
 * Owner: alerting_init/alerting_release; the rule and the label table are borrowed.
 */
#ifndef TOCSIN_RULE_ALERTING_H
#define TOCSIN_RULE_ALERTING_H

#include "base/vec.h"
#include "promql/value.h"
#include "rule/alert_state.h"
#include "rule/rule.h"
#include "rule/written.h"
#include "series/batch.h"
#include "template/template.h"

#define ALERTING_NAME  "alertname"
#define ALERTING_STATE "alertstate"

struct alert {
    struct labels *labels;
    uint64_t fingerprint;          /* Alertmanager's, of the labels */
    struct rule_pairs annotations; /* one block of memory: free(annotations.items) */
    double value;                  /* of the condition, when it last held or was known */
    bool has_value;
    struct alert_status status;
    int64_t known_at_ms;      /* of the last evaluation that knew something */
    char *reason;             /* of the last change, or NULL */
    struct alert_status kept; /* as it was last written to disk, by whoever does that */
    struct labels *series[2]; /* ALERTS of its phase, ALERTS_FOR_STATE; NULL: to be made */
    enum alert_state series_phase;
};

/* What templates know beside the alert. */
struct alerting_context {
    struct rule_pairs external_labels;
    struct str external_url;
    enum template_query (*query)(void *user, struct str expr, struct arena *arena,
                                 struct template_value *out, struct error *err);
    void *user;
};

struct found_alert {
    struct labels *labels;
    struct rule_pairs annotations;
    double value;
};

struct alerting {
    const struct rule *rule;
    struct label_table *table;
    struct template **label_texts; /* of rule->labels and annotations, in their order */
    struct template **annotation_texts;
    VEC(struct alert *) alerts; /* by the addresses of their labels, as the next */
    VEC(struct found_alert) found;
    VEC(struct alert *) vanished; /* pending or firing, and not found */
    VEC(struct alert *) quiet;    /* resolved lately, and not found */
    struct written written;
};

/* A text that does not parse as a template says so where it would have been shown, as Prometheus
 * does; text_check.h has refused it in a rule, and not in a group's labels or a `${NAME}`. */
void alerting_init(struct alerting *a, const struct rule *rule, struct label_table *table);
void alerting_release(struct alerting *a);

enum alerting_result {
    ALERTING_DONE,
    ALERTING_PENDING, /* a template's query is not answered yet: collect again when it is */
    ALERTING_FAILED
};
/*
 * `answer` has one step. ERROR_TYPE: neither vector nor scalar; ERROR_EVALUATION: two elements
 * become the same alert; ERROR_LIMIT: more than `limit` (0: any number). A template that fails
 * gives its error as its text.
 */
enum alerting_result alerting_collect(struct alerting *a, const struct value *answer, int64_t limit,
                                      const struct alerting_context *context, struct error *err);

/* Of a vanished alert, or of one that does not hold. `reason` is a text or NULL. */
struct alerting_verdict {
    enum alert_finding finding;
    const char *reason;
    bool has_value; /* what the condition's left side is now */
    double value;
};

/* What an evaluation tells; any may be NULL. */
struct alerting_events {
    /* Of each vanished alert; without it they are false. */
    struct alerting_verdict (*judge)(void *user, const struct alert *alert);
    /* After each change. */
    void (*changed)(void *user, struct alert *alert, enum alert_change change);
    /* An alert is let go, behind the call: one that has dropped at once, a resolved one later. */
    void (*forgotten)(void *user, struct alert *alert);
    void *user;
};

void alerting_settle(struct alerting *a, const struct alert_policy *policy, int64_t t_ms,
                     const struct alerting_events *events);
/* There was no answer: FINDING_ERROR or FINDING_FAILING for every alert. */
void alerting_fail(struct alerting *a, const struct alert_policy *policy, int64_t t_ms,
                   enum alert_finding finding, const char *reason,
                   const struct alerting_events *events);
/* The series of what is pending or firing, at the batches' times; markers for what no longer is. */
bool alerting_write(struct alerting *a, struct batch *samples, struct batch *markers,
                    struct error *err) ATTR_NODISCARD;

struct alert *alerting_find(const struct alerting *a, const struct labels *labels);
/* Adds an alert that was kept; takes over labels, annotations and reason of `kept`. Nothing where
 * it is there already. */
void alerting_restore(struct alerting *a, const struct alert *kept);
/* Those of `from` go on in `to`, another rule of the same name after a reload. */
void alerting_move(struct alerting *to, struct alerting *from);
void alert_set_reason(struct alert *alert, const char *reason); /* NULL: none */
/* Alertmanager's and Prometheus' fingerprint (prometheus/common: model/signature.go). */
uint64_t alert_fingerprint(const struct labels *labels);
/* A copy in one block. */
struct rule_pairs alert_copy_pairs(struct rule_pairs pairs);

#endif
