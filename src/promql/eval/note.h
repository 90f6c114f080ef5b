/*
 * Annotations: Prometheus tells about doubtful input without failing. The texts are Prometheus'
 * (util/annotations), since clients and its test files compare them.
 *
 * They are collected while an expression is evaluated and become texts at the end: the same text is
 * told once, with the place that was looked at last, and notes about repaired histograms sum up
 * what was repaired. Prometheus 2.42 had none, so semantics v2 collects none.
 *
 * Owner: notes_release.
 */
#ifndef TOCSIN_PROMQL_EVAL_NOTE_H
#define TOCSIN_PROMQL_EVAL_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "base/vec.h"
#include "promql/ast.h"
#include "promql/eval/quantile.h"
#include "promql/value.h"

struct evaluator;

struct note {
    char *text;       /* without its place; owned */
    uint32_t begin;   /* of the node it is about */
    uint32_t ordinal; /* of the same */
    bool is_info;
    size_t repairs;              /* histograms at a step; 0: not about a repair */
    struct bucket_repair repair; /* all of them */
    int64_t first_ms;            /* of the repairs */
    int64_t last_ms;
};

/* Different texts; one more says that there were others. */
#define NOTES_MAX 1000

struct notes {
    VEC(struct note) items;
    bool overflowed;
};

void notes_release(struct notes *notes);
/* Of a part of a tree that stands in other trees too: notes_detach makes those made while it was
 * computed independent of where it stood, notes_attach tells them of an equal part. */
void notes_detach(struct notes *notes, const struct node *part);
void notes_attach(struct notes *to, const struct notes *detached, const struct node *part);
/* Adds all notes to `out`, with their places in `text`. */
void notes_tell(const struct notes *notes, struct str text, struct value *out);

/* `n` is what the note is about; parentheses around it do not count. */
void eval_warn(struct evaluator *ev, const struct node *n, const char *fmt, ...) ATTR_PRINTF(3, 4);
void eval_info(struct evaluator *ev, const struct node *n, const char *fmt, ...) ATTR_PRINTF(3, 4);
/* `name` is the metric's, or empty; `at_ms` the time of the step. */
void eval_note_repair(struct evaluator *ev, const struct node *n, struct str name, int64_t at_ms,
                      const struct bucket_repair *repair);
/* A number as Go's %g prints it. The buffer is the caller's. */
const char *eval_number_text(struct strbuf *buf, double v);

#endif
