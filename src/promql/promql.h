/*
 * PromQL: text to a checked tree, a tree back to text, a tree over a store to a value.
 *
 * The language is Prometheus 3's. With `conveniences` three things are added (language.md): unit
 * literals (`500ms` is PromQL anyway; `1%`, `2GiB`, `1.5k`), signal names, and commas with nothing
 * between them in braces and label lists, where a pack's placeholder stood for nothing. The printer
 * writes plain PromQL that a Prometheus parses to the same tree.
 */
#ifndef TOCSIN_PROMQL_PROMQL_H
#define TOCSIN_PROMQL_PROMQL_H

#include "base/diag.h"
#include "base/error.h"
#include "base/strbuf.h"
#include "promql/ast.h"
#include "promql/value.h"
#include "series/store.h"

/* Where signal names are looked up: NULL where `name` is no signal. The tree is borrowed for the
 * parse. */
struct selector_table; /* selector_terms.h */
typedef const struct expr *(*signal_lookup)(void *user, struct str name);

struct parse_options {
    bool conveniences;
    signal_lookup signals; /* or NULL */
    void *signals_user;
    /* Candidates for "did you mean" beside functions; or NULL. */
    const char *const *signal_names;
    size_t signal_name_count;
    /* Names that are known to exist, for expr_check_names; or NULL: nothing is known. */
    const char *const *label_names;
    size_t label_name_count;
    const char *const *metric_names;
    size_t metric_name_count;
    struct selector_table *terms; /* equal selectors of all texts parsed with it share; or NULL */
};

#define EXPR_MAX_ERRORS 20 /* of one text that are told */

#define EXPR_MAX_BYTES ((size_t)64 * 1024)
/* Nesting: parentheses, calls, chains of unary operators and of `^`. */
#define EXPR_MAX_DEPTH 200
/* Height of the tree: a chain of binary operators such as `a or b or c` is as high as it is long.
 * Whoever walks a tree by recursion needs so many frames. */
#define EXPR_MAX_HEIGHT 1000
/* Nodes, those of signals counted each time they are used. */
#define EXPR_MAX_NODES 100000

/* Parses and type-checks. NULL with ERROR_SYNTAX, ERROR_TYPE or ERROR_LIMIT and the span in `text`.
 * `options` may be NULL: plain PromQL. */
struct expr *expr_parse(struct str text, const struct parse_options *options,
                        struct error *err) ATTR_NODISCARD;
/* The same, with everything that is wrong and not the first thing only, in the order of the text.
 * With options that name labels or metrics, also a warning for each name that looks like a slip. */
struct expr *expr_parse_all(struct str text, const struct parse_options *options, const char *file,
                            struct diags *diags) ATTR_NODISCARD;
/* Warnings for labels and metrics that the options do not name but have a near one of. They are no
 * errors: a series may be yet to come. */
void expr_check_names(const struct expr *e, const struct parse_options *options, const char *file,
                      struct diags *diags);
struct expr *expr_ref(const struct expr *e);
void expr_unref(struct expr *e); /* NULL is fine */

enum print_flags {
    PRINT_PLAIN = 0, /* what a Prometheus understands: signals expanded, units as numbers */
    PRINT_AS_WRITTEN = 1 << 0 /* signal names and unit literals as the person wrote them */
};
void expr_print(struct strbuf *out, const struct expr *e, unsigned flags);

/* Do the two mean the same? Parentheses and signals' names do not matter, places neither. */
bool node_equal(const struct node *a, const struct node *b);
/* A new expression with the durations that depend on the question (expr.of_question) computed. NULL
 * with ERROR_EVALUATION where one is not positive or out of range. */
struct expr *expr_for_question(const struct expr *e, int64_t step_ms, int64_t range_ms,
                               struct error *err) ATTR_NODISCARD;

/* Calls `visit` on every node, parents first; stops where it returns false. */
typedef bool (*node_visit)(void *user, const struct node *n);
bool node_walk(const struct node *n, node_visit visit, void *user);

/* How far before its evaluation time a question may look: the sum of ranges, offsets and the
 * look-back along the deepest path, in milliseconds (for retention and for cache overlap). Where
 * `@` fixes a time, the distance to it is not counted. */
int64_t expr_lookback_ms(const struct expr *e, int64_t lookback_delta_ms);

enum semantics { SEMANTICS_V3, SEMANTICS_V2 };

#define LOOKBACK_DELTA_DEFAULT_MS ((int64_t)5 * 60 * 1000)

struct eval_options {
    int64_t lookback_delta_ms; /* 0: the default of 5 m */
    int64_t default_step_ms;   /* of subqueries without one; 0: 1 m */
    enum semantics semantics;
    size_t max_points; /* of one intermediate result; 0: EVAL_MAX_POINTS; ERROR_LIMIT */
    /* What `end()` is where the question ends behind the grid's last step; 0: the last step. */
    int64_t end_ms;
    size_t max_samples; /* samples the question may read; 0: EVAL_MAX_SAMPLES; ERROR_LIMIT */
    /*
     * Called again and again, each time another millisecond's worth of work is done, so that the
     * caller's other work goes on meanwhile; false ends the evaluation with ERROR_CANCELLED. It may
     * commit to the store. Series that were there stay (their labels and addresses) until the
     * evaluation has returned: the caller sees to that. NULL: the evaluation does not stop.
     */
    bool (*pause)(void *user);
    void *pause_user;
    struct memo *memo; /* what questions have in common (memo.h); or NULL */
};
#define EVAL_MAX_POINTS  ((size_t)50000000)
#define EVAL_MAX_SAMPLES ((size_t)50000000)

/* Evaluates over the store. `out` is initialised by the call; on false it holds nothing. For an
 * instant question (grid.steps == 1 made by grid_instant) a range selector at the top gives a raw
 * matrix; a range question takes scalar and vector expressions only and gives a matrix. */
bool expr_eval(const struct expr *e, const struct store *store, struct label_table *table,
               const struct grid *grid, bool instant, const struct eval_options *options,
               struct value *out, struct error *err) ATTR_NODISCARD;

#endif
