/* See impossible_range.h. The height of an expression is limited (promql.h), so is the recursion.
 */
#include "rule/impossible_range.h"

#include <math.h>

#include "promql/functions.h"
#include "promql/operators.h"

static const struct value_range anything = {-INFINITY, INFINITY};
static const struct value_range not_negative = {0, INFINITY};

static struct value_range range(double low, double high)
{
    return isnan(low) || isnan(high) || low > high ? anything : (struct value_range){low, high};
}

static double least(double a, double b)
{
    return a < b ? a : b;
}

static double most(double a, double b)
{
    return a > b ? a : b;
}

static const struct node *unwrap(const struct node *n)
{
    while (n->kind == NODE_PAREN || n->kind == NODE_SIGNAL) {
        n = n->kind == NODE_PAREN ? n->paren : n->signal.inner;
    }
    return n;
}

static bool ends_with(struct str text, struct str end)
{
    return text.len > end.len && str_equal(str_slice(text, text.len - end.len, SIZE_MAX), end);
}

static struct value_range of_metric(struct str name)
{
    if (str_equal(name, STR("up"))) {
        return range(0, 1);
    }
    /* What a rule has recorded is called as somebody liked. */
    bool recorded = str_find(name, ':') < name.len;
    bool counter = ends_with(name, STR("_total")) || ends_with(name, STR("_count")) ||
                   ends_with(name, STR("_bucket"));
    return counter && !recorded ? not_negative : anything;
}

/* The sum of one or more values. */
static struct value_range of_sum(struct value_range of)
{
    return of.low >= 0    ? range(of.low, INFINITY)
           : of.high <= 0 ? range(-INFINITY, of.high)
                          : anything;
}

static struct value_range of_aggregate(const struct node *n)
{
    switch (n->aggregate.op) {
    case AGG_AVG:
    case AGG_MIN:
    case AGG_MAX:
    case AGG_TOPK:
    case AGG_BOTTOMK:
    case AGG_LIMITK:
    case AGG_LIMIT_RATIO:
        return value_range_of(n->aggregate.inner);
    case AGG_SUM:
        return of_sum(value_range_of(n->aggregate.inner));
    case AGG_GROUP:
        return range(1, 1);
    case AGG_COUNT:
    case AGG_COUNT_VALUES:
        return range(1, INFINITY);
    case AGG_STDDEV:
    case AGG_STDVAR:
        return not_negative;
    case AGG_QUANTILE: /* of what is no quantile it is an infinity */
    case AGG_NONE:
    case AGG_COUNT_OF:
        break;
    }
    return anything;
}

static struct value_range argument(const struct node *n, size_t i)
{
    return i < n->call.arg_count ? value_range_of(n->call.args[i]) : anything;
}

/* Of one whose bounds are known; where they are the wrong way round there is no value. */
static struct value_range of_clamp(struct value_range of, struct value_range low,
                                   struct value_range high)
{
    return range(most(least(of.low, high.low), low.low), most(least(of.high, high.high), low.high));
}

/* Functions of time, and others whose values have bounds of their own. */
static struct value_range of_bounded(const struct node *n)
{
    switch ((int)n->call.function->id) {
    case FUNC_absent:
    case FUNC_absent_over_time:
    case FUNC_present_over_time:
        return range(1, 1);
    case FUNC_hour:
        return range(0, 23);
    case FUNC_minute:
        return range(0, 59);
    case FUNC_day_of_week:
        return range(0, 6);
    case FUNC_day_of_month:
        return range(1, 31);
    case FUNC_day_of_year:
        return range(1, 366);
    case FUNC_days_in_month:
        return range(28, 31);
    case FUNC_month:
        return range(1, 12);
    case FUNC_sgn:
    case FUNC_sin:
    case FUNC_cos:
        return range(-1, 1);
    case FUNC_histogram_fraction:
        return range(0, 1);
    case FUNC_abs:
    case FUNC_sqrt:
    case FUNC_exp:
    case FUNC_changes:
    case FUNC_resets:
    case FUNC_stddev_over_time:
    case FUNC_stdvar_over_time:
        return not_negative;
    case FUNC_count_over_time:
        return range(1, INFINITY);
    default:
        return anything;
    }
}

static struct value_range of_call(const struct node *n)
{
    struct value_range first = argument(n, 0);
    switch ((int)n->call.function->id) {
    case FUNC_clamp:
        return of_clamp(first, argument(n, 1), argument(n, 2));
    case FUNC_clamp_max:
        return of_clamp(first, range(-INFINITY, -INFINITY), argument(n, 1));
    case FUNC_clamp_min:
        return of_clamp(first, argument(n, 1), range(INFINITY, INFINITY));
    case FUNC_rate:
    case FUNC_irate:
    case FUNC_increase:
        return first.low >= 0 ? not_negative : anything;
    case FUNC_sum_over_time:
        return of_sum(first);
    case FUNC_floor:
        return range(floor(first.low), floor(first.high));
    case FUNC_ceil:
        return range(ceil(first.low), ceil(first.high));
    case FUNC_avg_over_time:
    case FUNC_min_over_time:
    case FUNC_max_over_time:
    case FUNC_last_over_time:
    case FUNC_first_over_time:
    case FUNC_scalar:
    case FUNC_vector:
    case FUNC_sort:
    case FUNC_sort_desc:
    case FUNC_label_replace:
    case FUNC_label_join:
        return first;
    default:
        return of_bounded(n);
    }
}

static bool has_matcher(const struct node *s, const struct matcher *wanted)
{
    for (size_t i = 0; i < s->selector.matcher_count; i++) {
        if (matcher_equal(&s->selector.matchers[i], wanted)) {
            return true;
        }
    }
    return false;
}

/* The same series, or fewer of them, at the same times. */
static bool selects_part(const struct node *part, const struct node *whole)
{
    bool same_times = part->selector.range_ms == whole->selector.range_ms &&
                      part->selector.offset_ms == whole->selector.offset_ms &&
                      part->selector.offset == NULL && whole->selector.offset == NULL &&
                      part->selector.range == NULL && whole->selector.range == NULL &&
                      part->selector.at == AT_NONE && whole->selector.at == AT_NONE &&
                      part->selector.edges == whole->selector.edges;
    for (size_t i = 0; same_times && i < whole->selector.matcher_count; i++) {
        same_times = has_matcher(part, &whole->selector.matchers[i]);
    }
    return same_times;
}

static bool same_grouping(const struct node *a, const struct node *b)
{
    bool same = a->aggregate.without == b->aggregate.without &&
                a->aggregate.label_count == b->aggregate.label_count;
    for (size_t i = 0; same && i < a->aggregate.label_count; i++) {
        same = str_equal(a->aggregate.labels[i], b->aggregate.labels[i]);
    }
    return same;
}

/* Is one, of values that are not negative, a part of the other? */
static bool is_part(const struct node *part, const struct node *whole)
{
    part = unwrap(part);
    whole = unwrap(whole);
    /* A whole that must be above something, or is made so, is no smaller for it. */
    if (whole->kind == NODE_CALL && whole->call.function->id == FUNC_clamp_min) {
        return is_part(part, whole->call.args[0]);
    }
    if (whole->kind == NODE_BINARY && !whole->binary.return_bool &&
        operator_info(whole->binary.op)->kind == OPERATOR_COMPARISON &&
        whole->binary.right->type == VALUE_SCALAR) {
        return is_part(part, whole->binary.left);
    }
    if (part->kind != whole->kind) {
        return false;
    }
    if (part->kind == NODE_SELECTOR) {
        return selects_part(part, whole);
    }
    if (part->kind == NODE_CALL) {
        int id = (int)part->call.function->id;
        return part->call.function == whole->call.function &&
               (id == FUNC_rate || id == FUNC_irate || id == FUNC_increase) &&
               is_part(part->call.args[0], whole->call.args[0]);
    }
    return part->kind == NODE_AGGREGATE && part->aggregate.op == whole->aggregate.op &&
           (part->aggregate.op == AGG_SUM || part->aggregate.op == AGG_COUNT) &&
           same_grouping(part, whole) && is_part(part->aggregate.inner, whole->aggregate.inner);
}

static struct value_range of_quotient(const struct node *n, struct value_range a,
                                      struct value_range b)
{
    if (value_range_is_one(b) && b.low != 0 && isfinite(b.low)) {
        return b.low > 0 ? range(a.low / b.low, a.high / b.low)
                         : range(a.high / b.low, a.low / b.low);
    }
    if (a.low >= 0 && b.low >= 0) {
        bool share = !n->binary.has_matching && is_part(n->binary.left, n->binary.right);
        return share ? range(0, 1) : not_negative;
    }
    return anything;
}

static struct value_range of_product(struct value_range a, struct value_range b)
{
    if (a.low >= 0 && b.low >= 0 && a.low < INFINITY && b.low < INFINITY) {
        /* 0 times what has no bound is not a number at its end, and bounded by nothing. */
        double high = a.high == 0 || b.high == 0 ? 0 : a.high * b.high;
        return range(a.low * b.low, high);
    }
    if (isfinite(a.low) && isfinite(a.high) && isfinite(b.low) && isfinite(b.high)) {
        double ends[] = {a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high};
        return range(least(least(ends[0], ends[1]), least(ends[2], ends[3])),
                     most(most(ends[0], ends[1]), most(ends[2], ends[3])));
    }
    return anything;
}

/* What a comparison leaves of its left side. */
static struct value_range of_filter(enum operator_id op, struct value_range a, struct value_range b)
{
    switch ((int)op) {
    case OP_GREATER:
    case OP_GREATER_EQUAL:
        return range(most(a.low, b.low), a.high);
    case OP_LESS:
    case OP_LESS_EQUAL:
        return range(a.low, least(a.high, b.high));
    case OP_EQUAL:
        return range(most(a.low, b.low), least(a.high, b.high));
    default:
        return a;
    }
}

static struct value_range of_binary(const struct node *n)
{
    if (n->binary.has_fill_left || n->binary.has_fill_right) {
        return anything;
    }
    struct value_range a = value_range_of(n->binary.left);
    struct value_range b = value_range_of(n->binary.right);
    if (operator_info(n->binary.op)->kind == OPERATOR_COMPARISON) {
        /* Of a number and a series, it is the series that is left. */
        bool turned = n->binary.left->type == VALUE_SCALAR;
        return n->binary.return_bool ? range(0, 1) : turned ? b : of_filter(n->binary.op, a, b);
    }
    switch ((int)n->binary.op) {
    case OP_AND:
    case OP_UNLESS:
        return a;
    case OP_OR:
        return range(least(a.low, b.low), most(a.high, b.high));
    case OP_ADD:
        return range(a.low + b.low, a.high + b.high);
    case OP_SUBTRACT:
        return range(a.low - b.high, a.high - b.low);
    case OP_MULTIPLY:
        return of_product(a, b);
    case OP_DIVIDE:
        return of_quotient(n, a, b);
    default:
        return anything;
    }
}

struct value_range value_range_of(const struct node *n)
{
    n = unwrap(n);
    switch (n->kind) {
    case NODE_NUMBER:
        return range(n->number.value, n->number.value);
    case NODE_SELECTOR:
        return of_metric(n->selector.metric);
    case NODE_SUBQUERY:
        return value_range_of(n->subquery.inner);
    case NODE_CALL:
        return of_call(n);
    case NODE_AGGREGATE:
        return of_aggregate(n);
    case NODE_BINARY:
        return of_binary(n);
    case NODE_UNARY: {
        struct value_range inner = value_range_of(n->unary.inner);
        return n->unary.negative ? range(-inner.high, -inner.low) : inner;
    }
    case NODE_STRING:
    case NODE_PAREN:
    case NODE_SIGNAL:
        break;
    }
    return anything;
}
