/* What parses, and how it is printed: each text goes through parser and printer, and what comes out
 * has to come out again the same. */
#include <check.h>

#include "promql/promql.h"
#include "support/suite.h"

static const struct {
    const char *text;
    const char *plain; /* NULL: as `text` */
    enum value_type type;
} valid[] = {
    /* Numbers: Go's, and durations, which are seconds. */
    {"1", NULL, VALUE_SCALAR},
    {"5. + .5 + 1e-5 + 1E3", "5 + 0.5 + 1e-05 + 1000", VALUE_SCALAR},
    {"0x1F + 017 + 09 + 1_000.5", "31 + 15 + 9 + 1000.5", VALUE_SCALAR},
    {"inf + NaN - Inf", "Inf + NaN - Inf", VALUE_SCALAR},
    {"5m + 1h30m + 100ms", "300 + 5400 + 0.1", VALUE_SCALAR},
    /* Strings. */
    {"\"a\\tb\\x41\\u00e9\\101\\\\\"",
     "\"a\\tbA\xc3\xa9"
     "A\\\\\"",
     VALUE_STRING},
    {"'it\\'s \"x\"'", "\"it's \\\"x\\\"\"", VALUE_STRING},
    {"`raw \\n`", "\"raw \\\\n\"", VALUE_STRING},
    {"\"\\U0001F600\"", "\"\xf0\x9f\x98\x80\"", VALUE_STRING},
    /* Selectors. */
    {"foo", NULL, VALUE_VECTOR},
    {":a:b", NULL, VALUE_VECTOR},
    {"foo{}", "foo", VALUE_VECTOR},
    {"foo{a=\"b\",c!='d', e=~`f.*`,g!~\"h|i\",}", "foo{a=\"b\", c!=\"d\", e=~\"f.*\", g!~\"h|i\"}",
     VALUE_VECTOR},
    {"{__name__=~\"x.+\"}", NULL, VALUE_VECTOR},
    {"{a!=\"\"}", NULL, VALUE_VECTOR},
    {"{\"my.metric\", \"a.b\"=\"c\"}", NULL, VALUE_VECTOR},
    {"{\"foo\", a=\"b\"}", "foo{a=\"b\"}", VALUE_VECTOR},
    {"{\"on\"}", NULL, VALUE_VECTOR},
    {"{\"inf\"}", NULL, VALUE_VECTOR},
    {"{nan=\"x\", by=\"y\"}", NULL, VALUE_VECTOR},
    {"sum by (\"inf\", \"without\", b) (x)", NULL, VALUE_VECTOR},
    {"{\"\xc3\xa9\"=\"\xe6\xb8\xa9\"}", NULL, VALUE_VECTOR},
    /* Keywords are names where nothing else can stand. */
    {"by + sum + offset + start - and", NULL, VALUE_VECTOR},
    {"sum by (by, on, bool, sum) (without)", NULL, VALUE_VECTOR},
    /* Ranges and modifiers. */
    {"foo[5m]", NULL, VALUE_MATRIX},
    {"foo[300]", "foo[5m]", VALUE_MATRIX},
    {"foo[1d] offset 90m", "foo[1d] offset 1h30m", VALUE_MATRIX},
    {"foo offset -1w", NULL, VALUE_VECTOR},
    {"foo offset 50", "foo offset 50s", VALUE_VECTOR},
    {"foo offset 0s", "foo", VALUE_VECTOR},
    {"foo offset 5m @ 1603774568", "foo @ 1603774568.000 offset 5m", VALUE_VECTOR},
    {"foo @ -1.5 offset 5m", "foo @ -1.500 offset 5m", VALUE_VECTOR},
    {"foo @ start() - foo @ end()", NULL, VALUE_VECTOR},
    {"foo @ 1m", "foo @ 60.000", VALUE_VECTOR},
    {"rate(foo[5m])[1h:1m]", NULL, VALUE_MATRIX},
    {"(a + b)[30m:] offset 1w", NULL, VALUE_MATRIX},
    {"max_over_time(b[5m : 1m] @ end())", "max_over_time(b[5m:1m] @ end())", VALUE_VECTOR},
    {"foo offset 1m[5m:]", "foo offset 1m[5m:]", VALUE_MATRIX},
    /* Precedence. */
    {"-1^2", "-1 ^ 2", VALUE_SCALAR},
    {"2 ^ -1 ^ 2 * 3", NULL, VALUE_SCALAR},
    {"--+1", NULL, VALUE_SCALAR},
    {"a or b and c unless d == e + f * g ^ h", NULL, VALUE_VECTOR},
    {"a ATAN2 b % c", "a atan2 b % c", VALUE_VECTOR},
    {"1 % 2 + 5%3", "1 % 2 + 5 % 3", VALUE_SCALAR},
    /* Matching. */
    {"a == bool 1", NULL, VALUE_VECTOR},
    {"1 >= BOOL 2", "1 >= bool 2", VALUE_SCALAR},
    {"a + on() b", "a + on () b", VALUE_VECTOR},
    {"a / IGNORING(x,) GROUP_LEFT b", "a / ignoring (x) group_left () b", VALUE_VECTOR},
    {"a < bool on (x, y) group_right (z) b", NULL, VALUE_VECTOR},
    {"a and on (x) b or ignoring (y) c", NULL, VALUE_VECTOR},
    {"1 + on() 2", "1 + on () 2", VALUE_SCALAR},
    /* Aggregations and calls. */
    {"SUM BY (a,) (x)", "sum by (a) (x)", VALUE_VECTOR},
    {"sum(x) without ()", "sum without () (x)", VALUE_VECTOR},
    {"topk by (\"a.b\") (5, x)", NULL, VALUE_VECTOR},
    {"count_values(\"v\", x)", NULL, VALUE_VECTOR},
    {"quantile(0.9, x) + limit_ratio(0.5, y)", NULL, VALUE_VECTOR},
    {"time() - pi()", NULL, VALUE_SCALAR},
    {"end() - start() + start{a=\"b\"}", NULL, VALUE_VECTOR},
    {"hour() + hour(x)", NULL, VALUE_VECTOR},
    {"round(x, 0.5)", NULL, VALUE_VECTOR},
    {"label_join(x, \"a\", \"-\", \"b\", \"c\", \"d\")", NULL, VALUE_VECTOR},
    {"holt_winters(x[5m], 0.5, 0.5)", NULL, VALUE_VECTOR},
    {"rate # the increase\n(x[5m]) # ever", "rate(x[5m])", VALUE_VECTOR},
};

static void assert_prints(const struct expr *e, const char *want)
{
    struct strbuf b = STRBUF_INIT;
    expr_print(&b, e, PRINT_PLAIN);
    ck_assert_str_eq(strbuf_cstr(&b), want);
    strbuf_release(&b);
}

START_TEST(test_valid)
{
    struct error err = ERROR_INIT;
    struct expr *e = expr_parse(str_from(valid[_i].text), NULL, &err);
    ck_assert_msg(e != NULL, "%s: %s", valid[_i].text, error_text(&err));
    const char *want = valid[_i].plain != NULL ? valid[_i].plain : valid[_i].text;
    assert_prints(e, want);
    ck_assert_int_eq(e->root->type, valid[_i].type);
    expr_unref(e);

    e = expr_parse(str_from(want), NULL, &err);
    ck_assert_msg(e != NULL, "%s: %s", want, error_text(&err));
    assert_prints(e, want);
    expr_unref(e);
}
END_TEST

/* What was written comes back with PRINT_AS_WRITTEN. */
static const char *const written[] = {
    "0x1f + 5m + 1_000",
    "foo{}",
    "foo{} == 017",
    "sum by (a) (x) > 1e3",
};

START_TEST(test_as_written)
{
    struct error err = ERROR_INIT;
    struct strbuf b = STRBUF_INIT;
    struct expr *e = expr_parse(str_from(written[_i]), NULL, &err);
    ck_assert_msg(e != NULL, "%s", error_text(&err));
    expr_print(&b, e, PRINT_AS_WRITTEN);
    ck_assert_str_eq(strbuf_cstr(&b), written[_i]);
    strbuf_release(&b);
    expr_unref(e);
}
END_TEST

START_TEST(test_tree)
{
    struct error err = ERROR_INIT;
    struct expr *e =
        expr_parse(STR(" -x{b=\"c\"} offset 1m > bool on (a) group_left (d) y"), NULL, &err);
    ck_assert_msg(e != NULL, "%s", error_text(&err));
    const struct node *n = e->root;
    ck_assert_int_eq(n->kind, NODE_BINARY);
    ck_assert_int_eq(n->binary.op, OP_GREATER);
    ck_assert(n->binary.return_bool && n->binary.on && n->binary.has_group);
    ck_assert_int_eq(n->binary.card, CARD_MANY_TO_ONE);
    ck_assert(str_equal(n->binary.labels[0], STR("a")));
    ck_assert(str_equal(n->binary.include[0], STR("d")));
    ck_assert_uint_eq(n->begin, 1);
    ck_assert_uint_eq(n->end, e->text.len);
    ck_assert_uint_eq(n->height, 3);
    n = n->binary.left;
    ck_assert_int_eq(n->kind, NODE_UNARY);
    n = n->unary.inner;
    ck_assert_int_eq(n->kind, NODE_SELECTOR);
    ck_assert(str_equal(n->selector.metric, STR("x")));
    ck_assert_uint_eq(n->selector.matcher_count, 2);
    ck_assert_str_eq(n->selector.matchers[0].name, "__name__");
    ck_assert_str_eq(n->selector.matchers[1].value, "c");
    ck_assert_int_eq(n->selector.offset_ms, 60000);
    ck_assert_uint_eq(e->selector_count, 2);
    ck_assert_ptr_eq(e->selectors->selector.next, n);
    expr_unref(e);
}
END_TEST

static bool count_nodes(void *user, const struct node *n)
{
    size_t *left = user;
    (void)n;
    return --*left > 0;
}

START_TEST(test_walk)
{
    struct error err = ERROR_INIT;
    struct expr *e = expr_parse(STR("topk(5, a) + (rate(b[5m]))"), NULL, &err);
    ck_assert_msg(e != NULL, "%s", error_text(&err));
    size_t left = 100;
    ck_assert(node_walk(e->root, count_nodes, &left));
    ck_assert_uint_eq(100 - left, 7);
    left = 3;
    ck_assert(!node_walk(e->root, count_nodes, &left));
    struct expr *second = expr_ref(e);
    expr_unref(e);
    assert_prints(second, "topk(5, a) + (rate(b[5m]))");
    expr_unref(second);
}
END_TEST

static const struct {
    const char *text;
    int64_t ms;
} lookbacks[] = {
    {"1 + time()", 0},
    {"foo", 300000},
    {"foo offset 1m", 360000},
    {"foo offset -1h", 0},
    {"rate(foo[10m])", 600000},
    {"rate(foo[10m] offset 10m) + bar", 1200000},
    {"max_over_time(rate(foo[10m])[1h:] offset 1h)", 7800000},
    {"max_over_time(vector(1)[1h:])", 0},
};

START_TEST(test_lookback)
{
    struct error err = ERROR_INIT;
    struct expr *e = expr_parse(str_from(lookbacks[_i].text), NULL, &err);
    ck_assert_msg(e != NULL, "%s", error_text(&err));
    ck_assert_int_eq(expr_lookback_ms(e, LOOKBACK_DELTA_DEFAULT_MS), lookbacks[_i].ms);
    expr_unref(e);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("parse");
    tcase_add_loop_test(tc, test_valid, 0, (int)ARRAY_LEN(valid));
    tcase_add_loop_test(tc, test_as_written, 0, (int)ARRAY_LEN(written));
    tcase_add_test(tc, test_tree);
    tcase_add_test(tc, test_walk);
    tcase_add_loop_test(tc, test_lookback, 0, (int)ARRAY_LEN(lookbacks));
    return suite_run("promql/parse", tc);
}
