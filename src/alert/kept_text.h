/*
 * How labels, annotations and matchers are written in the journal, and read back: labels and
 * matchers as PromQL has them, annotations a line each. For whoever reads a journal.
 *
 * Limits: promql.h's of a text, for labels and matchers: longer ones are not read back.
 */
#ifndef TOCSIN_ALERT_KEPT_TEXT_H
#define TOCSIN_ALERT_KEPT_TEXT_H

#include "alert/silence.h"
#include "rule/pairs.h"
#include "series/labels.h"

/* `{alertname="A", job="x"}`; the caller frees. */
char *kept_labels_write(const struct labels *labels);
/* NULL with `err` where the text is none that was written. */
struct labels *kept_labels_read(const char *text, struct label_table *table,
                                struct error *err) ATTR_NODISCARD;

/* `name: value` lines, a line break as `\n`, a NUL as `\0`, a backslash as `\\`, a colon within a
 * name as `\:`; the caller frees. */
char *kept_pairs_write(struct rule_pairs pairs);
/* In one block of memory (rule/alerting.h). A line that is none is left out. */
struct rule_pairs kept_pairs_read(const char *text);

/* `alertname="A", service=~"b.*"`; the caller frees. */
char *kept_matchers_write(const struct silence *s);
/* Adds them to `s`. */
bool kept_matchers_read(const char *text, struct silence *s, struct error *err) ATTR_NODISCARD;

#endif
