/* See journal_record.h. */
#include "alert/journal_layout.h"

#include <string.h>

#include "base/attr.h"
#include "base/mem.h"

#define TEXT(s, member, column)                           \
    {                                                     \
        column, FIELD_TEXT, offsetof(struct s, member), 0 \
    }
#define INT(s, member, column)                           \
    {                                                    \
        column, FIELD_INT, offsetof(struct s, member), 0 \
    }
#define U64(s, member, column)                           \
    {                                                    \
        column, FIELD_U64, offsetof(struct s, member), 0 \
    }
#define U32(s, member, column, most)                        \
    {                                                       \
        column, FIELD_U32, offsetof(struct s, member), most \
    }
#define U8(s, member, column, most)                        \
    {                                                      \
        column, FIELD_U8, offsetof(struct s, member), most \
    }
#define REAL(s, member, column)                           \
    {                                                     \
        column, FIELD_REAL, offsetof(struct s, member), 0 \
    }
#define FLAG(s, member, column)                           \
    {                                                     \
        column, FIELD_FLAG, offsetof(struct s, member), 0 \
    }

static const struct field alert_fields[] = {
    TEXT(alert_record, rule, "rule"),
    TEXT(alert_record, labels, "labels"),
    U64(alert_record, fingerprint, "fingerprint"),
    U32(alert_record, status.phase, "phase", ALERT_FIRING),
    FLAG(alert_record, status.unknown, "unknown"),
    FLAG(alert_record, status.flapping, "flapping"),
    U8(alert_record, status.history_count, "history_count", ALERT_FLAP_STATES),
    U32(alert_record, status.history, "history", UINT32_MAX),
    INT(alert_record, status.active_at_ms, "active_at_ms"),
    INT(alert_record, status.fired_at_ms, "fired_at_ms"),
    INT(alert_record, status.resolved_at_ms, "resolved_at_ms"),
    INT(alert_record, status.keep_firing_since_ms, "keep_firing_since_ms"),
    INT(alert_record, status.frozen_since_ms, "frozen_since_ms"),
    INT(alert_record, status.held_ms, "held_ms"),
    TEXT(alert_record, annotations, "annotations"),
    TEXT(alert_record, source, "source"),
    TEXT(alert_record, reason, "reason"),
    REAL(alert_record, value, "value"),
    FLAG(alert_record, has_value, "has_value"),
    INT(alert_record, updated_at_ms, "updated_at_ms"),
    INT(alert_record, last_sent_ms, "last_sent_ms"),
};

static const struct field ack_fields[] = {
    TEXT(ack_record, rule, "rule"),
    TEXT(ack_record, labels, "labels"),
    U32(ack_record, kind, "kind", ACK_DISMISSED),
    U64(ack_record, fingerprint, "fingerprint"),
    TEXT(ack_record, by, "by"),
    TEXT(ack_record, note, "note"),
    INT(ack_record, at_ms, "at_ms"),
    INT(ack_record, expires_at_ms, "expires_at_ms"),
};

static const struct field silence_fields[] = {
    TEXT(silence_record, id, "id"),
    TEXT(silence_record, matchers, "matchers"),
    INT(silence_record, starts_at_ms, "starts_at_ms"),
    INT(silence_record, ends_at_ms, "ends_at_ms"),
    INT(silence_record, updated_at_ms, "updated_at_ms"),
    INT(silence_record, end_when_resolved_ms, "end_when_resolved_ms"),
    INT(silence_record, quiet_since_ms, "quiet_since_ms"),
    TEXT(silence_record, created_by, "created_by"),
    TEXT(silence_record, comment, "comment"),
};

static const struct field rule_fields[] = {
    TEXT(rule_record, rule, "rule"),
    U32(rule_record, health, "health", UINT32_MAX),
    TEXT(rule_record, error, "error"),
    INT(rule_record, evaluated_ms, "evaluated_ms"),
    INT(rule_record, duration_us, "duration_us"),
    U32(rule_record, firing, "firing", UINT32_MAX),
    U32(rule_record, pending, "pending", UINT32_MAX),
    U32(rule_record, unknown, "unknown", UINT32_MAX),
};

/* The one row there is has the number 1: see journal_schema.c. */
static const struct field engine_fields[] = {
    INT(engine_record, started_ms, "started_ms"),
    INT(engine_record, alive_ms, "alive_ms"),
};

static const struct field transition_fields[] = {
    INT(transition_record, at_ms, "at_ms"),
    TEXT(transition_record, rule, "rule"),
    U64(transition_record, fingerprint, "fingerprint"),
    TEXT(transition_record, alertname, "alertname"),
    TEXT(transition_record, labels, "labels"),
    TEXT(transition_record, from, "state_from"),
    TEXT(transition_record, to, "state_to"),
    REAL(transition_record, value, "value"),
    FLAG(transition_record, has_value, "has_value"),
    TEXT(transition_record, reason, "reason"),
    TEXT(transition_record, who, "who"),
};

#define LAYOUT(table, name, keys)                                                          \
    {                                                                                      \
        table, sizeof(struct name##_record), name##_fields, ARRAY_LEN(name##_fields), keys \
    }

static const struct record_layout layouts[RECORD_KIND_COUNT] = {
    [RECORD_ALERT] = LAYOUT("alerts", alert, 2),
    [RECORD_ACK] = LAYOUT("acks", ack, 3),
    [RECORD_SILENCE] = LAYOUT("silences", silence, 1),
    [RECORD_RULE] = LAYOUT("rules", rule, 1),
    [RECORD_ENGINE] = LAYOUT("engine", engine, 0),
    [RECORD_TRANSITION] = LAYOUT("transitions", transition, 0),
};

const struct record_layout *journal_record_layout(enum record_kind kind)
{
    return &layouts[kind];
}

static char **text_at(void *record, const struct field *f)
{
    return (char **)(void *)((char *)record + f->offset);
}

void journal_record_copy(enum record_kind kind, void *to, const void *from)
{
    const struct record_layout *layout = &layouts[kind];
    memcpy(to, from, layout->size);
    for (size_t i = 0; i < layout->field_count; i++) {
        if (layout->fields[i].type == FIELD_TEXT) {
            char **text = text_at(to, &layout->fields[i]);
            *text = mem_strdup(*text != NULL ? *text : "");
        }
    }
}

void journal_record_release(enum record_kind kind, void *record)
{
    const struct record_layout *layout = &layouts[kind];
    for (size_t i = 0; i < layout->field_count; i++) {
        if (layout->fields[i].type == FIELD_TEXT) {
            free(*text_at(record, &layout->fields[i]));
        }
    }
    memset(record, 0, layout->size);
}

void journal_state_release(struct journal_state *state)
{
    VEC_EACH (&state->alerts, struct alert_record, r) {
        journal_record_release(RECORD_ALERT, r);
    }
    VEC_EACH (&state->acks, struct ack_record, r) {
        journal_record_release(RECORD_ACK, r);
    }
    VEC_EACH (&state->silences, struct silence_record, r) {
        journal_record_release(RECORD_SILENCE, r);
    }
    VEC_EACH (&state->rules, struct rule_record, r) {
        journal_record_release(RECORD_RULE, r);
    }
    vec_release(&state->alerts);
    vec_release(&state->acks);
    vec_release(&state->silences);
    vec_release(&state->rules);
    *state = (struct journal_state){.unreadable = 0};
}
