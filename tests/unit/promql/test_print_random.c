/*
 * Random expressions of the whole language: each is printed and read again, and the tree must be
 * the same. The seed is fixed. Texts are made by the grammar and not the printer, with blanks,
 * parentheses and forms of literals that the printer would not choose; what the type check refuses
 * is not made in the first place, or skipped and counted.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "promql/promql.h"
#include "support/suite.h"

#define EXPRESSIONS 20000
#define MAX_DEPTH   5

static uint64_t state;

static unsigned pick(unsigned below)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(state >> 33) % below;
}

static void one_of(struct strbuf *out, const char *const *texts, unsigned count)
{
    strbuf_add_c(out, texts[pick(count)]);
}
#define ONE_OF(out, ...)                                  \
    do {                                                  \
        static const char *const texts[] = {__VA_ARGS__}; \
        one_of(out, texts, (unsigned)ARRAY_LEN(texts));   \
    } while (false)

static void vector(struct strbuf *out, unsigned depth);

static void number(struct strbuf *out)
{
    ONE_OF(out, "0", "1", "42", "1e3", "1E-7", "0x1F", "017", "1_000", ".5", "5.", "Inf", "nan",
           "5m", "1h30m", "1d12h", "100ms", "0.1", "123456789.123456789", "1e308", "5e-324",
           "9007199254740993");
}

static void string(struct strbuf *out)
{
    ONE_OF(out, "\"\"", "\"a\"", "'it\\'s'", "`raw\\n`", "\"\\x01\\u00e9\\t\"", "\"\\\\d+\\\"\"",
           "'\\101\\n'", "\"\xc3\xa9\xe2\x82\xac\"", "\"\\U0001F600\"");
}

static void label(struct strbuf *out)
{
    ONE_OF(out, "job", "le", "by", "on", "bool", "sum", "start", "fill", "\"a.b\"", "\"without\"",
           "'inf'", "_x", "\"\xc3\xa9\"", "\"quo\\\"te\"", "step", "anchored");
}

static void labels(struct strbuf *out)
{
    strbuf_add_char(out, '(');
    for (unsigned i = 0, count = pick(4); i < count; i++) {
        strbuf_add_c(out, i > 0 ? "," : "");
        label(out);
    }
    strbuf_add_char(out, ')');
}

static void duration(struct strbuf *out)
{
    if (pick(4) > 0) {
        ONE_OF(out, "5m", "300", "1h30m", "0x10", "1.5", "1w2d", "90s", "1ms");
    } else {
        ONE_OF(out, "5m * 2", "(1m + 30)", "2 ^ 3 ^ 1 * 1s", "-1m + 2m", "max_of(1m, 5m)",
               "step() + 1m", "2*(range()+1)", "min_of(step() + 1, 10m) % 7", "-(-5m)", "1h / 4");
    }
}

static void offset(struct strbuf *out)
{
    ONE_OF(out, " offset 5m", " OFFSET -1h", " offset 90", " offset (5m * 2)", " offset -step()",
           " offset -(1m + range())", " offset +5m", " offset max_of(1m, 2m)");
}

static void at(struct strbuf *out)
{
    ONE_OF(out, " @ 100", " @ start()", " @ END()", " @ -1.5", " @ 1m", " @ 1603774568.123");
}

static void modifiers(struct strbuf *out)
{
    bool at_first = pick(2) == 0;
    bool both = pick(3) == 0;
    if (pick(3) > 0) {
        return;
    }
    if (at_first || both) {
        at(out);
    }
    if (!at_first || both) {
        offset(out);
    }
}

static void selector(struct strbuf *out)
{
    ONE_OF(out, "foo", "a:b", "sum{x=\"y\"}", "by", "{\"my.metric\"}", "{'on', \"a.b\"!='c'}",
           "foo{}", "foo{a=\"b\",c!=`d`,e=~\"f|g\",h!~\"i.*\",}", "{__name__=~\"x.+\"}",
           "{a!=\"\"}", "up{\"\xc3\xa9\"=\"\\n\\x7f\"}", "fill", "anchored", "start",
           "{le=\"+Inf\",nan=\"\"}", "smoothed{fill_left='x'}", "step", "range{}");
}

static void range(struct strbuf *out, unsigned depth)
{
    if (depth > 1 && pick(3) == 0) {
        strbuf_add_char(out, '(');
        vector(out, depth - 1);
        strbuf_add_c(out, ")[");
        duration(out);
        strbuf_add_char(out, ':');
        if (pick(2) == 0) {
            duration(out);
        }
        strbuf_add_char(out, ']');
    } else {
        selector(out);
        strbuf_add_char(out, '[');
        duration(out);
        strbuf_add_char(out, ']');
    }
    modifiers(out);
}

static void scalar(struct strbuf *out, unsigned depth)
{
    switch (depth > 0 ? pick(6) : 0) {
    case 1:
        strbuf_add_c(out, "scalar(");
        vector(out, depth - 1);
        strbuf_add_char(out, ')');
        return;
    case 2:
        scalar(out, depth - 1);
        ONE_OF(out, " + ", "-", "*", " / ", "%", "^", " atan2 ", " == bool ", ">bool ");
        scalar(out, depth - 1);
        return;
    case 3:
        ONE_OF(out, "-", "+", "--", "- ");
        scalar(out, depth - 1);
        return;
    case 4:
        strbuf_add_char(out, '(');
        scalar(out, depth - 1);
        strbuf_add_char(out, ')');
        return;
    case 5:
        ONE_OF(out, "time()", "pi()", "step()", "start()", "max_of(1, 2)");
        return;
    default:
        number(out);
    }
}

static void matching(struct strbuf *out, bool set)
{
    if (pick(2) == 0) {
        ONE_OF(out, " on ", " ignoring");
        labels(out);
        if (!set && pick(2) == 0) {
            ONE_OF(out, " group_left", " GROUP_RIGHT", " group_left (x, \"y.z\")",
                   " group_right()");
        }
    }
    if (!set && pick(4) == 0) {
        ONE_OF(out, " fill(0)", " fill_left (-1.5)", " fill_right(Inf)",
               " fill_left(1) fill_right(NaN)", " fill_right (2) fill_left(+1m)");
    }
    strbuf_add_char(out, ' ');
}

static void binary(struct strbuf *out, unsigned depth)
{
    vector(out, depth - 1);
    switch (pick(3)) {
    case 0:
        ONE_OF(out, " and", " or", " UNLESS");
        matching(out, true);
        break;
    case 1:
        ONE_OF(out, " ==", "!=", " <", ">=", " > bool", "<= bool");
        matching(out, false);
        break;
    default:
        ONE_OF(out, " +", "-", "*", " /", "%", " ^", " atan2");
        matching(out, false);
    }
    vector(out, depth - 1);
}

static void call(struct strbuf *out, unsigned depth)
{
    switch (pick(5)) {
    case 0:
        ONE_OF(out, "rate(", "max_over_time(", "resets (", "absent_over_time(");
        range(out, depth);
        break;
    case 1:
        strbuf_add_c(out, "quantile_over_time(");
        scalar(out, 1);
        strbuf_add_c(out, ",");
        range(out, depth);
        break;
    case 2:
        ONE_OF(out, "abs(", "hour(", "sort_desc(", "timestamp (", "info(");
        vector(out, depth - 1);
        break;
    case 3:
        strbuf_add_c(out, "label_replace(");
        vector(out, depth - 1);
        for (int i = 0; i < 4; i++) {
            strbuf_add_c(out, ", ");
            string(out);
        }
        break;
    default:
        strbuf_add_c(out, "clamp(");
        vector(out, depth - 1);
        strbuf_add_c(out, ", ");
        scalar(out, 1);
        strbuf_add_c(out, ",");
        scalar(out, 1);
    }
    strbuf_add_char(out, ')');
}

static void aggregate(struct strbuf *out, unsigned depth)
{
    unsigned kind = pick(3);
    unsigned grouping = pick(3);
    if (kind == 0) {
        ONE_OF(out, "topk", "quantile", "LIMITK");
    } else if (kind == 1) {
        strbuf_add_c(out, "count_values");
    } else {
        ONE_OF(out, "sum", "AVG", "group", "count");
    }
    if (grouping == 1) {
        ONE_OF(out, " by ", " without");
        labels(out);
    }
    strbuf_add_c(out, " (");
    if (kind == 0) {
        scalar(out, 1);
    } else if (kind == 1) {
        string(out);
    }
    strbuf_add_c(out, kind < 2 ? ", " : "");
    vector(out, depth - 1);
    strbuf_add_char(out, ')');
    if (grouping == 2) {
        ONE_OF(out, "by", " without ");
        labels(out);
    }
}

static void vector(struct strbuf *out, unsigned depth)
{
    switch (depth > 0 ? pick(8) : 0) {
    case 1:
    case 2:
        binary(out, depth);
        return;
    case 3:
        call(out, depth);
        return;
    case 4:
        aggregate(out, depth);
        return;
    case 5:
        ONE_OF(out, "-", "+", "- -");
        vector(out, depth - 1);
        return;
    case 6:
        strbuf_add_char(out, '(');
        vector(out, depth - 1);
        strbuf_add_c(out, ") ");
        return;
    case 7:
        vector(out, depth - 1);
        ONE_OF(out, " * ", "+", " > ", " ^ ", " % ");
        scalar(out, depth - 1);
        return;
    default:
        selector(out);
        modifiers(out);
    }
}

static void assert_same(const char *text, const struct expr *e, unsigned flags)
{
    struct strbuf printed = STRBUF_INIT;
    struct strbuf again = STRBUF_INIT;
    struct error err = ERROR_INIT;
    expr_print(&printed, e, flags);
    struct expr *back = expr_parse(strbuf_str(&printed), NULL, &err);
    ck_assert_msg(back != NULL, "'%s' printed as '%s': %s", text, strbuf_cstr(&printed),
                  error_text(&err));
    ck_assert_msg(node_equal(e->root, back->root), "'%s' came back different: '%s'", text,
                  strbuf_cstr(&printed));
    ck_assert_uint_eq(e->root->fingerprint, back->root->fingerprint);
    expr_print(&again, back, flags);
    ck_assert_str_eq(strbuf_cstr(&printed), strbuf_cstr(&again));
    strbuf_release(&printed);
    strbuf_release(&again);
    expr_unref(back);
}

START_TEST(test_random)
{
    size_t parsed = 0;
    state = 20240229;
    for (int i = 0; i < EXPRESSIONS; i++) {
        struct strbuf text = STRBUF_INIT;
        struct error err = ERROR_INIT;
        vector(&text, 1 + pick(MAX_DEPTH));
        struct expr *e = expr_parse(strbuf_str(&text), NULL, &err);
        if (e != NULL) {
            parsed++;
            assert_same(strbuf_cstr(&text), e, PRINT_PLAIN);
            assert_same(strbuf_cstr(&text), e, PRINT_AS_WRITTEN);
        } else {
            /* By chance: the same label in on and group_left, comparisons that chain, 0 lengths. */
            ck_assert_msg(err.kind == ERROR_TYPE || err.kind == ERROR_SYNTAX, "%s",
                          error_text(&err));
        }
        error_release(&err);
        expr_unref(e);
        strbuf_release(&text);
    }
    printf("%zu of %d parsed\n", parsed, EXPRESSIONS);
    ck_assert_uint_gt(parsed, EXPRESSIONS * 9 / 10);
}
END_TEST

/* Different ones are told apart. */
static const struct {
    const char *a;
    const char *b;
    bool equal;
} pairs[] = {
    {"foo", "(foo)", true},
    {"5m", "300", true},
    {"foo{}", "foo", true},
    {"x[5m * 2]", "x[10m]", true},
    {"x[5m * step()]", "x[5m*(step())]", true},
    {"NaN", "nan", true},
    {"a - b - c", "(a - b) - c", true},
    {"sum by (a) (x)", "sum (x) by (a)", true},
    {"a - b - c", "a - (b - c)", false},
    {"2 ^ 3 ^ 2", "(2 ^ 3) ^ 2", false},
    {"-1 ^ 2", "(-1) ^ 2", false},
    {"x[5m * step()]", "x[6m * step()]", false},
    {"x[5m]", "x[5m] anchored", false},
    {"x[5m] anchored", "x[5m] smoothed", false},
    {"a + b", "a + fill(0) b", false},
    {"a + fill(0) b", "a + fill_left(0) b", false},
    {"a + on (x) b", "a + ignoring (x) b", false},
    {"a + on () b", "a + b", false},
    {"a > b", "a > bool b", false},
    {"sum by (a) (x)", "sum without (a) (x)", false},
    {"sum by () (x)", "sum without () (x)", false},
    {"foo offset 5m", "foo", false},
    {"foo @ 0", "foo", false},
    {"foo @ start()", "foo @ end()", false},
    {"x[5m:]", "x[5m:1m]", false},
    {"foo{a=\"b\"}", "foo{a=~\"b\"}", false},
    {"rate(x[5m])", "irate(x[5m])", false},
    {"topk(1, x)", "topk(2, x)", false},
    {"+x", "-x", false},
};

START_TEST(test_equal)
{
    struct error err = ERROR_INIT;
    struct expr *a = expr_parse(str_from(pairs[_i].a), NULL, &err);
    struct expr *b = expr_parse(str_from(pairs[_i].b), NULL, &err);
    ck_assert_msg(a != NULL && b != NULL, "%s", error_text(&err));
    ck_assert_int_eq(node_equal(a->root, b->root), pairs[_i].equal);
    expr_unref(a);
    expr_unref(b);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("print random");
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_random);
    tcase_add_loop_test(tc, test_equal, 0, (int)ARRAY_LEN(pairs));
    return suite_run("promql/print_random", tc);
}
