/*
 * The tree of an expression. Nodes live in the arena of the `struct expr` that owns them and are
 * immutable once parsed and checked. Every node knows its bytes in the text, so that errors, `why`
 * and the printer can point at it.
 *
 * Thousands of rules are kept as trees: fields are in an order that leaves no gaps, enums are
 * small, and what equal selectors of a rule file select is there once (selector_terms.h).
 */
#ifndef TOCSIN_PROMQL_AST_H
#define TOCSIN_PROMQL_AST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/str.h"
#include "base/unit.h"
#include "promql/value.h"
#include "series/matcher.h"

struct function; /* functions.h: one row of the function table */
struct selector_terms;
struct strbuf;

enum node_kind {
    NODE_NUMBER,
    NODE_STRING,
    NODE_SELECTOR, /* instant or, with range_ms, range vector */
    NODE_SUBQUERY,
    NODE_CALL,
    NODE_AGGREGATE,
    NODE_BINARY,
    NODE_UNARY,
    NODE_PAREN,
    NODE_SIGNAL /* a signal's name, standing for its expression */
} ATTR_SMALL;

/* Operators in one table (operators.def): text, precedence, right-associative?, kind. */
enum operator_id {
    OP_NONE = 0,
#define OPERATOR(id, text, precedence, right, kind) OP_##id,
#include "promql/operators.def"
#undef OPERATOR
    OP_COUNT
} ATTR_SMALL;

enum aggregate_id {
    AGG_NONE = 0,
#define AGGREGATE(id, text, parameter, doc) AGG_##id,
#include "promql/aggregates.def"
#undef AGGREGATE
    AGG_COUNT_OF
} ATTR_SMALL;

enum cardinality {
    CARD_ONE_TO_ONE,
    CARD_MANY_TO_ONE,
    CARD_ONE_TO_MANY,
    CARD_MANY_TO_MANY
} ATTR_SMALL;

/* `@ 123`, `@ start()`, `@ end()` */
enum at_kind { AT_NONE, AT_TIME, AT_START, AT_END } ATTR_SMALL;

/* What a selector does where no sample stands at a window's edges: `m[5m] anchored` takes the
 * nearest ones, `smoothed` those on the lines between samples. */
enum edges { EDGES_PLAIN, EDGES_ANCHORED, EDGES_SMOOTHED } ATTR_SMALL;

enum duration_kind {
    DURATION_NUMBER,
    DURATION_STEP,  /* step(): of the question */
    DURATION_RANGE, /* range(): of the question, from its start to its end */
    DURATION_MIN,   /* min_of(left, right) */
    DURATION_MAX,
    DURATION_NEGATIVE, /* of `left` */
    DURATION_PAREN,    /* around `left` */
    DURATION_BINARY
};

/* A computed duration, such as `[2 * step()]`, in seconds. Lives in its expression's arena. */
struct duration {
    enum duration_kind kind;
    enum operator_id op; /* of DURATION_BINARY */
    double seconds;      /* of DURATION_NUMBER */
    struct str text;     /* the number as written */
    const struct duration *left;
    const struct duration *right;
};

struct node {
    enum node_kind kind;
    enum value_type type; /* set by the type check; a range vector is VALUE_MATRIX */
    uint16_t height;      /* of the tree from here down: 1 for a leaf; at most EXPR_MAX_HEIGHT */
    uint32_t begin;       /* bytes in the text */
    uint32_t end;
    uint32_t ordinal : 31; /* in the expr, parents first; a subtree's have no gap (fingerprint.c) */
    bool broken : 1;       /* only while parsing: stands for what is wrong, its type is not known */
    uint64_t fingerprint;  /* of what is computed from here down: equal nodes have equal ones */
    union {
        struct {
            double value;
            struct str text; /* as written, with its unit: kept for the printer and messages */
            bool has_unit;   /* the text is a unit literal or duration */
            enum unit unit;
        } number;
        struct str string;
        struct {
            struct str metric;        /* also among the matchers, as __name__; empty where none */
            struct matcher *matchers; /* part of the terms, as their key */
            struct str matchers_key;  /* bytes that are equal where the matchers are */
            struct selector_terms *terms; /* NULL while parsing: the expr owns the matchers */
            struct node *next; /* the selector before this one: all of an expr form a list */
            int64_t range_ms;  /* 0: instant */
            int64_t offset_ms; /* as written; may be negative */
            int64_t at_ms;
            /* As computed ones were written, or NULL. The times above hold their values, except
             * where a step() or range() makes them depend on the question: see expr.of_question. */
            const struct duration *range;
            const struct duration *offset;
            uint32_t matcher_count;
            uint32_t id; /* number of this selector in the expr, from 0 */
            enum at_kind at;
            enum edges edges;
            bool braces; /* written with braces: `errors{}` is never a signal */
        } selector;
        struct {
            struct node *inner;
            int64_t range_ms;
            int64_t step_ms; /* 0: the default step */
            int64_t offset_ms;
            enum at_kind at;
            int64_t at_ms;
            const struct duration *range; /* as a selector's */
            const struct duration *step;
            const struct duration *offset;
        } subquery;
        struct {
            const struct function *function;
            struct str name; /* as written: a function may have an older name */
            struct node **args;
            uint32_t arg_count;
        } call;
        struct {
            struct node *inner;
            struct node *parameter; /* k of topk, q of quantile, label of count_values; or NULL */
            struct str *labels;
            uint32_t label_count;
            enum aggregate_id op;
            bool without;
            bool has_grouping; /* by or without was written */
        } aggregate;
        struct {
            struct node *left;
            struct node *right;
            uint32_t op_begin; /* bytes of the operator with its modifiers */
            uint32_t op_end;
            struct str *labels; /* of on or ignoring */
            struct str *include;
            uint32_t label_count;
            uint32_t include_count;
            enum operator_id op;
            enum cardinality card;
            bool return_bool;
            bool has_matching; /* on or ignoring was written */
            bool on;
            bool has_group; /* group_left or group_right was written */
            /* `fill_left (0)`: values for what is missing on a side. `fill` sets both. */
            bool has_fill_left;
            bool has_fill_right;
            double
                fill_left; /* the two are there only where one of the flags is set (node_bytes) */
            double fill_right;
        } binary;
        struct {
            bool negative; /* -x; +x keeps a node for the printer */
            struct node *inner;
        } unary;
        struct node *paren;
        struct {
            struct str name;
            struct node *inner; /* a copy of the signal's tree, in this expr's arena */
            /* As written behind the name; in `inner` they are already moved into the selectors. */
            int64_t offset_ms;
            enum at_kind at;
            int64_t at_ms;
        } signal;
    };
};

/* A parsed and checked expression. Immutable; reference-counted. */
struct expr {
    unsigned refs;
    struct arena arena;
    struct str text; /* as given, in the arena */
    struct node *root;
    uint32_t node_count;
    uint32_t selector_count;
    struct node *selectors; /* all of them, the last one first; they own terms or matchers */
    /* A duration depends on the question's step or range. The times of such nodes are estimates
     * (for a step of a minute and a range of an hour) until expr_for_question. */
    bool of_question;
};

/* Of this node: those of a compact expression are no longer than what they use, so a node is copied
 * with this and not by assignment. */
size_t node_bytes(const struct node *n);
/* The children of a node in the order of the text; NULL past the last one. */
const struct node *node_child(const struct node *n, size_t i);

/* fingerprint.c: what `selector.matchers_key` is for these matchers. */
void node_matchers_key(struct strbuf *out, const struct node *n);

/* Gives the nodes of a parsed and checked expression their numbers, fingerprints and keys. What is
 * node_equal has the same fingerprint, and its nodes stand at equal distances in `ordinal`. */
void expr_identify(struct expr *e);

#endif
