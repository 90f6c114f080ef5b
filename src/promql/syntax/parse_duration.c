/*
 * Durations: a literal in nearly all cases, else computed from literals, step() and range() with
 * the arithmetic operators and their usual precedence (prometheus:
 * promql/parser/generated_parser.y, duration_expr). Behind `offset` a literal ends the duration, so
 * that `x offset 5m * 2` is twice what x was.
 */
#include "base/attr.h"
#include "promql/operators.h"
#include "promql/syntax/parser.h"

/* What an expression that depends on its question is taken for until it is asked. */
static const struct question_times estimate = {.step_s = 60, .range_s = 3600};

static const struct duration *parse_sum(struct parser *p, int precedence);

static struct duration *make(struct parser *p, enum duration_kind kind, const struct duration *left,
                             const struct duration *right)
{
    struct duration *d = arena_new(&p->expr->arena, struct duration);
    *d = (struct duration){.kind = kind, .left = left, .right = right};
    return d;
}

static const struct duration *parse_literal(struct parser *p)
{
    const struct token *t = &p->token;
    if (t->kind != TOKEN_NUMBER || (t->has_unit && t->unit != UNIT_SECONDS)) {
        parser_unexpected(p, "a duration such as 5m");
        return NULL;
    }
    int64_t ms;
    if (!duration_from_seconds(t->value, &ms)) {
        parser_fail(p, t->begin, t->end, "the duration is out of range");
        return NULL;
    }
    struct duration *d = make(p, DURATION_NUMBER, NULL, NULL);
    d->seconds = t->value;
    d->text = t->text;
    parser_advance(p);
    return d;
}

static bool is_word(const struct parser *p, const char *word)
{
    return p->token.kind == TOKEN_WORD && str_equal_ignoring_case(p->token.text, str_from(word));
}

/* `step()` and `range()`. */
static const struct duration *parse_of_question(struct parser *p, enum duration_kind kind)
{
    parser_advance(p);
    size_t open = p->token.begin;
    p->expr->of_question = true;
    return parser_expect(p, TOKEN_PAREN_OPEN, "'('") && parser_close(p, open)
               ? make(p, kind, NULL, NULL)
               : NULL;
}

/* `min_of(a, b)` and `max_of(a, b)`; Prometheus 3.5 to 3.9 called them min and max here. */
static const struct duration *parse_extreme(struct parser *p, enum duration_kind kind)
{
    parser_advance(p);
    size_t open = p->token.begin;
    if (!parser_expect(p, TOKEN_PAREN_OPEN, "'('")) {
        return NULL;
    }
    const struct duration *left = parse_sum(p, 1);
    if (left == NULL || !parser_expect(p, TOKEN_COMMA, "',' and another duration")) {
        return NULL;
    }
    const struct duration *right = parse_sum(p, 1);
    return right != NULL && parser_close(p, open) ? make(p, kind, left, right) : NULL;
}

static const struct duration *parse_primary(struct parser *p)
{
    if (is_word(p, "step")) {
        return parse_of_question(p, DURATION_STEP);
    }
    if (is_word(p, "range")) {
        return parse_of_question(p, DURATION_RANGE);
    }
    if (is_word(p, "min_of") || is_word(p, "min")) {
        return parse_extreme(p, DURATION_MIN);
    }
    if (is_word(p, "max_of") || is_word(p, "max")) {
        return parse_extreme(p, DURATION_MAX);
    }
    if (p->token.kind != TOKEN_PAREN_OPEN) {
        return parse_literal(p);
    }
    size_t open = p->token.begin;
    parser_advance(p);
    const struct duration *inner = parse_sum(p, 1);
    return inner != NULL && parser_close(p, open) ? make(p, DURATION_PAREN, inner, NULL) : NULL;
}

static const struct duration *parse_signed(struct parser *p)
{
    enum operator_id op = p->token.kind == TOKEN_OPERATOR ? p->token.op : OP_NONE;
    if (op != OP_ADD && op != OP_SUBTRACT) {
        return parse_primary(p);
    }
    parser_advance(p);
    const struct duration *d = parse_sum(p, operator_info(OP_POWER)->precedence);
    return d == NULL || op == OP_ADD ? d : make(p, DURATION_NEGATIVE, d, NULL);
}

static bool is_arithmetic(enum operator_id op)
{
    return op != OP_NONE && op != OP_ATAN2 && operator_info(op)->kind == OPERATOR_ARITHMETIC;
}

static const struct duration *parse_sum(struct parser *p, int precedence)
{
    if (p->depth >= EXPR_MAX_DEPTH) {
        parser_too_deep(p);
        return NULL;
    }
    p->depth++;
    const struct duration *left = parse_signed(p);
    while (left != NULL && is_arithmetic(p->token.op) &&
           operator_info(p->token.op)->precedence >= precedence) {
        enum operator_id op = p->token.op;
        const struct operator_info *info = operator_info(op);
        parser_advance(p);
        const struct duration *right = parse_sum(p, info->precedence + !info->right_associative);
        struct duration *sum = right != NULL ? make(p, DURATION_BINARY, left, right) : NULL;
        if (sum != NULL) {
            sum->op = op;
        }
        left = sum;
    }
    p->depth--;
    return left;
}

/* A signed literal is no computed duration. */
static const struct duration *literal_of(const struct duration *d, bool *negative)
{
    *negative = false;
    while (d->kind == DURATION_NEGATIVE) {
        *negative = !*negative;
        d = d->left;
    }
    return d->kind == DURATION_NUMBER ? d : NULL;
}

static bool finish(struct parser *p, size_t begin, const struct duration *d, bool positive,
                   int64_t *ms, const struct duration **computed)
{
    bool negative;
    const struct duration *literal = literal_of(d, &negative);
    *computed = literal == NULL ? d : NULL;
    const char *problem = NULL;
    if (literal == NULL) {
        problem = duration_value(d, &estimate, positive, ms);
        if (problem != NULL && duration_of_question(d)) {
            /* With another question it may be fine. */
            *ms = (int64_t)estimate.step_s * 1000;
            problem = NULL;
        }
    } else {
        duration_from_seconds(negative ? -literal->seconds : literal->seconds, ms);
        problem = positive && *ms <= 0 ? "the duration must be greater than 0" : NULL;
    }
    return problem == NULL || parser_fail(p, begin, p->previous_end, "%s", problem);
}

bool parser_duration(struct parser *p, int64_t *ms, const struct duration **computed)
{
    size_t begin = p->token.begin;
    const struct duration *d = parse_sum(p, 1);
    return d != NULL && finish(p, begin, d, true, ms, computed);
}

bool parser_offset_duration(struct parser *p, int64_t *ms, const struct duration **computed)
{
    size_t begin = p->token.begin;
    if (p->token.kind == TOKEN_PAREN_OPEN) {
        const struct duration *sum = parse_sum(p, 1);
        return sum != NULL && finish(p, begin, sum, false, ms, computed);
    }
    bool negative = parser_sign(p);
    const struct duration *d = parse_primary(p);
    if (d != NULL && negative) {
        d = make(p, DURATION_NEGATIVE, d, NULL);
    }
    return d != NULL && finish(p, begin, d, false, ms, computed);
}
