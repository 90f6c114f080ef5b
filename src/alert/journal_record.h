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

/* The same for all kinds, by tables of their fields. For the journal's own files. */
enum record_kind {
    RECORD_ALERT,
    RECORD_ACK,
    RECORD_SILENCE,
    RECORD_RULE,
    RECORD_ENGINE,
    RECORD_TRANSITION,
    RECORD_KIND_COUNT
};
enum field_type { FIELD_TEXT, FIELD_INT, FIELD_U64, FIELD_U32, FIELD_U8, FIELD_REAL, FIELD_FLAG };
struct field {
    const char *column;
    enum field_type type;
    size_t offset;
    uint32_t max; /* of FIELD_U32 and FIELD_U8 */
};
struct record_layout {
    const char *table;
    size_t size;
    const struct field *fields;
    size_t field_count;
    size_t key_count; /* the first fields are the key; 0: rows are only added */
};
const struct record_layout *journal_record_layout(enum record_kind kind);

void journal_record_copy(enum record_kind kind, void *to, const void *from);
void journal_record_release(enum record_kind kind, void *record);

#endif
