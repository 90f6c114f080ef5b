/*
 * What must survive a restart, as plain records: alerts with their states, acknowledgements,
 * silences, the ledger of transitions, the rules' health, and when the engine was last alive. No
 * behaviour; journal.h keeps them.
 *
 * Texts of rules, labels and annotations are whatever form their owner writes and reads back, the
 * same for the same thing. NULL is kept as "", and comes back as that. Times are Unix milliseconds,
 * 0: never.
 *
 * Owner: records and what they point to belong to the caller; the journal copies what it is given.
 * journal_state_release frees what journal_load gave.
 */
#ifndef TOCSIN_ALERT_JOURNAL_RECORD_H
#define TOCSIN_ALERT_JOURNAL_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"
#include "rule/alert_state.h"

/* Key: rule and labels. */
struct alert_record {
    char *rule;
    char *labels;
    uint64_t fingerprint;
    struct alert_status status;
    char *annotations;
    char *source;
    char *reason; /* of the last change */
    double value;
    bool has_value;
    int64_t updated_at_ms;
    int64_t last_sent_ms;
};

/* Key: rule, labels and kind. */
enum ack_kind { ACK_TAKEN, ACK_DISMISSED /* an UNKNOWN was given up */ };
struct ack_record {
    char *rule;
    char *labels;
    enum ack_kind kind;
    uint64_t fingerprint;
    char *by;
    char *note;
    int64_t at_ms;
    int64_t expires_at_ms; /* 0: with the alert */
};

/* Key: id. */
struct silence_record {
    char *id;
    char *matchers; /* JSON, as in Alertmanager's API */
    int64_t starts_at_ms;
    int64_t ends_at_ms;
    int64_t updated_at_ms;
    int64_t end_when_resolved_ms;
    int64_t quiet_since_ms;
    char *created_by;
    char *comment;
};

/* Key: rule. */
struct rule_record {
    char *rule;
    uint32_t health;
    char *error;
    int64_t evaluated_ms;
    int64_t duration_us;
    uint32_t firing;
    uint32_t pending;
    uint32_t unknown;
};

/* One of it. */
struct engine_record {
    int64_t started_ms;
    int64_t alive_ms; /* when a cycle of evaluations was finished last */
};

/* The ledger: only ever added to. */
struct transition_record {
    int64_t at_ms;
    char *rule;
    uint64_t fingerprint;
    char *alertname;
    char *labels;
    char *from;
    char *to;
    double value;
    bool has_value;
    char *reason;
    char *who; /* "": the engine */
};

struct journal_state {
    VEC(struct alert_record) alerts;
    VEC(struct ack_record) acks;
    VEC(struct silence_record) silences;
    VEC(struct rule_record) rules;
    struct engine_record engine;
    size_t unreadable; /* records that say what cannot be, and were left out */
};
void journal_state_release(struct journal_state *state);

#endif
