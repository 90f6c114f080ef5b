/*
 * Alerts out of an answer (/api/tocsin/v1/alerts) as the commands show them: read once into rows,
 * printed as a table, or as one sentence each.
 *
 * Owner: alert_rows_release. Texts are the rows' own.
 */
#ifndef TOCSIN_CMD_ALERT_ROWS_H
#define TOCSIN_CMD_ALERT_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "net/json.h"
#include "rule/severity.h"

struct alert_row {
    const char *id;
    const char *name;
    const char *labels; /* `service=checkout pod=a`, without name and severity */
    const char *state;  /* "firing" ... */
    const char *source;
    const char *reason;
    enum severity severity;
    bool fires;
    bool flapping;
    bool hidden;             /* silenced, inhibited, or muted by its own engine */
    const char *value;       /* "1.9s > 500ms"; "" */
    const char *acked_by;    /* "" */
    const char *silenced_by; /* "" */
    int64_t ack_until_ms;    /* 0: with the alert */
    int64_t silenced_until_ms;
    const char *inhibited_by; /* "" */
    bool muted_elsewhere;
    int64_t since_ms; /* of the state */
    int64_t for_ms;
    int64_t fires_in_ms; /* -1 */
    int64_t resolved_ms;
};

struct alert_rows {
    struct arena arena;
    VEC(struct alert_row) rows;
    int64_t now_ms; /* of who answered */
};

bool alert_rows_read(struct alert_rows *rows, struct json answer, struct error *err) ATTR_NODISCARD;
void alert_rows_release(struct alert_rows *rows);

/* "CRIT", "WARN", "INFO", "UNKN", "PEND", "ACK", "SIL", "OK": at most four columns. */
const char *alert_row_word(const struct alert_row *row);
/* A line of at most `width` columns, at least 60, without its end. */
void alert_row_table(struct strbuf *out, const struct alert_row *row, int64_t now_ms, int width);
void alert_row_table_head(struct strbuf *out, int width);
/* A whole sentence, of any length. */
void alert_row_plain(struct strbuf *out, const struct alert_row *row, int64_t now_ms);
/* "Slow service=checkout" */
void alert_row_name(struct strbuf *out, const struct alert_row *row);

#endif
