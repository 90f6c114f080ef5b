/*
 * What the files of `tocsin query` share: the question as the command line puts it, and how
 * answers, annotations and errors are printed. Private to cmd/query*.c.
 */
#ifndef TOCSIN_CMD_QUERY_H
#define TOCSIN_CMD_QUERY_H

#include <stdbool.h>

#include "base/diag.h"
#include "cmd/command.h"
#include "cmd/query_time.h"
#include "promql/promql.h"
#include "promql/value_format.h"

/* What the expression is called in messages: EXPR:1:5. */
#define QUERY_FILE "EXPR"

struct query_question {
    struct str text; /* borrowed from the command line */
    struct expr *expr;
    bool instant;
    struct query_moment at; /* of an instant question */
    struct query_moment start, end;
    int64_t step_ms; /* 0: chosen by the range */
    struct eval_options eval;
    bool has_semantics;
    int64_t timeout_ms; /* 0: the default */
    value_format format;
    const char *source; /* --source, or NULL */
    struct str name;    /* what the expression is called in hints; empty: QUERY_FILE */
};

/* query_question.c. What the command line says, the expression not yet parsed; `q` is zeroed. */
bool query_question_read(struct query_question *q, const struct invocation *inv,
                         struct error *err) ATTR_NODISCARD;
/* The times at which it is asked, given what is now. */
bool query_question_grid(const struct query_question *q, int64_t now_ms, struct grid *grid,
                         int64_t *end_ms, struct error *err) ATTR_NODISCARD;

/* query_ask.c: asks a source of the configuration or a target. The exit status. */
int query_ask_source(const struct invocation *inv, const struct query_question *q,
                     struct diags *diags);

/* query_print.c. Those that print return the exit status. The value goes to standard output, what
 * is said about it to standard error. `placed`: the places in annotations are those of q->text. */
int query_print_value(const struct query_question *q, const struct value *v, bool placed);
/* For programs the API's error answer, for people the text. */
int query_print_error(const struct query_question *q, const struct error *err);
/* The same for an expression that does not parse. For people its diagnostics are printed elsewhere.
 */
int query_print_syntax(const struct query_question *q, const struct diag *first);
bool query_is_empty(const struct value *v);

/* query_hint.c: why there may be nothing: names that the expression has and the data has not.
 *
 * What is to be said of a selector's metric, `names` being those there are, sorted. False where the
 * metric is there, or the selector names none. */
bool query_hint_metric(struct diags *diags, const struct query_question *q, const struct node *n,
                       const struct str *names, size_t count);
/* Whether the matcher wants a label to be there: not the metric's name, not the empty value. */
bool query_hint_asks_for(const struct matcher *m);
/* That no series of the metric has this label; `labels` are those that they have. */
void query_hint_label(struct diags *diags, const struct query_question *q, const struct node *n,
                      const struct matcher *m, const struct str *labels, size_t count);
/* Of its value, `values` being those of the metric's series; says nothing where it is there. */
void query_hint_value(struct diags *diags, const struct query_question *q, const struct node *n,
                      const struct matcher *m, const struct str *values, size_t count);
/* Prints and releases. */
void query_hint_print(struct diags *diags);
/* All of it over a store. */
void query_print_store_hints(const struct query_question *q, const struct store *store);

/* query_slips.c: labels of by() and the like that none of the series has, but a similar one. */
void query_print_slips(const struct query_question *q, const struct store *store);

/* query_why.c: all of it by asking an answerer, and printing when all is asked. `done` runs once,
 * from the loop and as the last thing, if query_why_destroy was not called before. The question and
 * the answerer outlive it. */
struct query_why;
struct answerer;
struct query_why *query_why_create(const struct query_question *q, struct answerer *answerer,
                                   int64_t from_ms, int64_t to_ms, void (*done)(void *user),
                                   void *user);
void query_why_destroy(struct query_why *why);

#endif
