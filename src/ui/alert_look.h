/*
 * How an alert looks: its word, mark and role, its value against its threshold, where it is, since
 * when, who has it. The word says what it is to a person now: one that is silenced is SILENCED,
 * whatever state is below; UNKNOWN keeps its mark even then, since it is never to be taken for
 * well.
 *
 * What is shown of time changes once a minute from a minute on, so that a list stands still.
 */
#ifndef TOCSIN_UI_ALERT_LOOK_H
#define TOCSIN_UI_ALERT_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "alert/alerts.h"
#include "ui/canvas.h"
#include "ui/glyphs.h"

enum alert_look {
    LOOK_FIRING,
    LOOK_UNKNOWN,
    LOOK_ACKED,
    LOOK_PENDING,
    LOOK_SILENCED,
    LOOK_INHIBITED,
    LOOK_MUTED, /* by its own Alertmanager */
    LOOK_RESOLVED
};
enum alert_look alert_look_of(const struct alert_info *a);
/* "FIRING", "ACKED", ... */
const char *alert_look_word(enum alert_look look);
uint32_t alert_look_glyph(const struct glyphs *glyphs, const struct alert_info *a);
enum role alert_look_role(const struct alert_info *a);

/* Fires, and nothing hides it. */
bool alert_is_loud(const struct alert_info *a);
/* Loud, worse than an info, and nobody has it. */
bool alert_is_unacked(const struct alert_info *a);

/* Since when it is what it looks like; 0 where that is not known. */
int64_t alert_since_ms(const struct alert_info *a);
/* When a pending one fires if it holds on: the same from evaluation to evaluation. */
int64_t alert_fires_at_ms(const struct alert_info *a);
/* "22.0x (>14.4x)", "4.1s", "-" */
void alert_value_text(struct strbuf *out, const struct alert_info *a);
/* What tells it from its siblings: "checkout", "pg-1:9187", "cart eu-1"; "-" without any. */
void alert_where_text(struct strbuf *out, const struct alert_info *a);
/* Who has it, until when it is hidden, when it fires: "nobody", "op1: db?", "o2 until 03:40". */
void alert_who_text(struct strbuf *out, const struct alert_info *a, int64_t now_ms, bool utc);
/* Name of the source where it is another engine's alert, else NULL. */
const char *alert_foreign_source(const struct alert_info *a);

/* "03:07:41", on other days "Nov 20", so that both have at most eight columns. */
void alert_time_text(struct strbuf *out, int64_t ms, int64_t now_ms, bool utc);
/* "03:40", "Nov 23 03:40" */
void alert_until_text(struct strbuf *out, int64_t ms, int64_t now_ms, bool utc);

/* Do all words of a filter hold? A word occurs in one of its texts; `label=value` holds where that
 * label's value begins so. */
bool alert_matches(const struct alert_info *a, const char *filter);

#endif
