/* Truth and comparison (Go: text/template, funcs.go). */
#include "template/functions.h"
#include "template/value.h"

/* Evaluated in eval.c when no more is computed than must be; these are for values at hand. */
enum call_result call_and(struct call *c, struct template_value *out)
{
    *out = c->args[0];
    for (size_t i = 1; i < c->count && template_value_truth(out); i++) {
        *out = c->args[i];
    }
    return CALL_OK;
}

enum call_result call_or(struct call *c, struct template_value *out)
{
    *out = c->args[0];
    for (size_t i = 1; i < c->count && !template_value_truth(out); i++) {
        *out = c->args[i];
    }
    return CALL_OK;
}

enum call_result call_not(struct call *c, struct template_value *out)
{
    *out = template_bool(!template_value_truth(&c->args[0]));
    return CALL_OK;
}

static enum call_result not_comparable(struct call *c, const struct template_value *a,
                                       const struct template_value *b)
{
    call_fail(c, "%s cannot be compared with %s", template_value_type_name(a),
              template_value_type_name(b));
    bool numbers = (a->kind == TEMPLATE_INT && b->kind == TEMPLATE_FLOAT) ||
                   (a->kind == TEMPLATE_FLOAT && b->kind == TEMPLATE_INT);
    if (numbers) {
        error_suggest(c->err, "a number with a point is a float64: 5.0 instead of 5");
    }
    return CALL_FAILED;
}

/* Go lets nil stand beside anything, and equal nothing but itself. */
static enum call_result equal(struct call *c, const struct template_value *a,
                              const struct template_value *b, bool *result)
{
    *result = false;
    bool nil = a->kind == TEMPLATE_NIL || b->kind == TEMPLATE_NIL;
    if (nil) {
        *result = a->kind == b->kind;
        return CALL_OK;
    }
    if (!template_value_comparable(a, b)) {
        return not_comparable(c, a, b);
    }
    *result = template_value_equal(a, b);
    return CALL_OK;
}

enum call_result call_eq(struct call *c, struct template_value *out)
{
    bool result = false;
    if (c->count < 2) {
        return call_fail(c, "eq has nothing to compare with");
    }
    for (size_t i = 1; i < c->count && !result; i++) {
        enum call_result called = equal(c, &c->args[0], &c->args[i], &result);
        if (called != CALL_OK) {
            return called;
        }
    }
    *out = template_bool(result);
    return CALL_OK;
}

enum call_result call_ne(struct call *c, struct template_value *out)
{
    bool result = false;
    enum call_result called = equal(c, &c->args[0], &c->args[1], &result);
    *out = template_bool(!result);
    return called;
}

/* Whether the first is below the second. */
static enum call_result below(struct call *c, bool *result)
{
    const struct template_value *a = &c->args[0];
    const struct template_value *b = &c->args[1];
    if (a->kind == b->kind && a->kind == TEMPLATE_STRING) {
        *result = str_compare(a->string, b->string) < 0;
    } else if (a->kind == b->kind && (a->kind == TEMPLATE_INT || a->kind == TEMPLATE_DURATION)) {
        *result = a->integer < b->integer;
    } else if (a->kind == b->kind && a->kind == TEMPLATE_FLOAT) {
        *result = a->number < b->number;
    } else if (a->kind != b->kind) {
        return not_comparable(c, a, b);
    } else {
        return call_fail(c, "values of %s have no order", template_value_type_name(a));
    }
    return CALL_OK;
}

enum call_result call_lt(struct call *c, struct template_value *out)
{
    bool result = false;
    enum call_result called = below(c, &result);
    *out = template_bool(result);
    return called;
}

/* Go: below or equal, also of what is no number. */
enum call_result call_le(struct call *c, struct template_value *out)
{
    bool result = false;
    enum call_result called = below(c, &result);
    if (called == CALL_OK) {
        *out = template_bool(result || template_value_equal(&c->args[0], &c->args[1]));
    }
    return called;
}

enum call_result call_gt(struct call *c, struct template_value *out)
{
    enum call_result called = call_le(c, out);
    if (called == CALL_OK) {
        *out = template_bool(!out->boolean);
    }
    return called;
}

enum call_result call_ge(struct call *c, struct template_value *out)
{
    enum call_result called = call_lt(c, out);
    if (called == CALL_OK) {
        *out = template_bool(!out->boolean);
    }
    return called;
}
