/* See duration_tree.h. */
#include "promql/duration_tree.h"

#include <math.h>
#include <string.h>

#include "base/duration.h"
#include "base/number.h"
#include "promql/binary_row.h"
#include "promql/operators.h"

/* Prometheus counts durations in nanoseconds, which ends at 292 years; the same limit keeps sums of
 * times far from overflowing here. */
#define LIMIT_MS (INT64_MAX / 1000000)

bool duration_of_question(const struct duration *d)
{
    if (d == NULL) {
        return false;
    }
    return d->kind == DURATION_STEP || d->kind == DURATION_RANGE || duration_of_question(d->left) ||
           duration_of_question(d->right);
}

static const char *evaluate(const struct duration *d, const struct question_times *q, double *out)
{
    double a = 0;
    double b = 0;
    const char *problem = d->left != NULL ? evaluate(d->left, q, &a) : NULL;
    if (problem == NULL && d->right != NULL) {
        problem = evaluate(d->right, q, &b);
    }
    if (problem != NULL) {
        return problem;
    }
    switch (d->kind) {
    case DURATION_NUMBER:
        *out = d->seconds;
        return NULL;
    case DURATION_STEP:
        *out = q->step_s;
        return NULL;
    case DURATION_RANGE:
        *out = q->range_s;
        return NULL;
    case DURATION_MIN:
        *out = fmin(a, b);
        return NULL;
    case DURATION_MAX:
        *out = fmax(a, b);
        return NULL;
    case DURATION_NEGATIVE:
        *out = -a;
        return NULL;
    case DURATION_PAREN:
        *out = a;
        return NULL;
    case DURATION_BINARY:
        *out = binary_point(d->op, a, b);
        return b == 0 && d->op == OP_DIVIDE   ? "the duration is divided by zero"
               : b == 0 && d->op == OP_MODULO ? "the duration is modulo zero"
                                              : NULL;
    }
    return NULL;
}

const char *duration_value(const struct duration *d, const struct question_times *question,
                           bool positive, int64_t *ms)
{
    double seconds = 0;
    const char *problem = evaluate(d, question, &seconds);
    if (problem != NULL) {
        return problem;
    }
    if (!(fabs(seconds * 1000) <= (double)LIMIT_MS)) {
        return "the duration is out of range";
    }
    if (positive && seconds <= 0) {
        return "the duration must be greater than 0";
    }
    *ms = (int64_t)(seconds * 1000);
    return positive && *ms == 0 ? "the duration is less than a millisecond" : NULL;
}

bool duration_from_seconds(double seconds, int64_t *ms)
{
    double rounded = round(seconds * 1000);
    if (!(fabs(rounded) <= (double)LIMIT_MS)) {
        return false;
    }
    *ms = (int64_t)rounded;
    return true;
}

const struct duration *duration_copy(struct arena *arena, const struct duration *d)
{
    if (d == NULL) {
        return NULL;
    }
    struct duration *copy = arena_new(arena, struct duration);
    *copy = *d;
    copy->text = d->text.len > 0 ? arena_str(arena, d->text) : d->text;
    copy->left = duration_copy(arena, d->left);
    copy->right = duration_copy(arena, d->right);
    return copy;
}

const struct duration *duration_add(struct arena *arena, const struct duration *d, int64_t ms)
{
    if (d == NULL || ms == 0) {
        return d;
    }
    struct duration *inner = arena_new(arena, struct duration);
    struct duration *number = arena_new(arena, struct duration);
    struct duration *sum = arena_new(arena, struct duration);
    struct duration *outer = arena_new(arena, struct duration);
    *inner = (struct duration){.kind = DURATION_PAREN, .left = d};
    *number = (struct duration){.kind = DURATION_NUMBER, .seconds = fabs((double)ms / 1000)};
    *sum = (struct duration){.kind = DURATION_BINARY,
                             .op = ms < 0 ? OP_SUBTRACT : OP_ADD,
                             .left = inner,
                             .right = number};
    *outer = (struct duration){.kind = DURATION_PAREN, .left = sum};
    return outer;
}

void duration_print(struct strbuf *out, const struct duration *d)
{
    switch (d->kind) {
    case DURATION_NUMBER:
        if (d->text.len > 0) {
            strbuf_add_str(out, d->text);
        } else {
            number_format_short(out, d->seconds);
        }
        return;
    case DURATION_STEP:
        strbuf_add_c(out, "step()");
        return;
    case DURATION_RANGE:
        strbuf_add_c(out, "range()");
        return;
    case DURATION_MIN:
    case DURATION_MAX:
        strbuf_add_c(out, d->kind == DURATION_MIN ? "min_of(" : "max_of(");
        duration_print(out, d->left);
        strbuf_add_c(out, ", ");
        duration_print(out, d->right);
        strbuf_add_char(out, ')');
        return;
    case DURATION_NEGATIVE:
        strbuf_add_char(out, '-');
        duration_print(out, d->left);
        return;
    case DURATION_PAREN:
        strbuf_add_char(out, '(');
        duration_print(out, d->left);
        strbuf_add_char(out, ')');
        return;
    case DURATION_BINARY:
        duration_print(out, d->left);
        strbuf_printf(out, " %s ", operator_info(d->op)->text);
        duration_print(out, d->right);
        return;
    }
}

static const struct duration *unwrap(const struct duration *d)
{
    while (d != NULL && d->kind == DURATION_PAREN) {
        d = d->left;
    }
    return d;
}

bool duration_equal(const struct duration *a, const struct duration *b)
{
    a = unwrap(a);
    b = unwrap(b);
    if (a == NULL || b == NULL) {
        return a == b;
    }
    return a->kind == b->kind && a->op == b->op &&
           memcmp(&a->seconds, &b->seconds, sizeof(a->seconds)) == 0 &&
           duration_equal(a->left, b->left) && duration_equal(a->right, b->right);
}
