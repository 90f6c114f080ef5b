/* Scripts in Prometheus' test language: what passes, and what is said of what does not. */
#include "support/suite.h"
#include "unittest/unittest.h"

static void collect(void *user, const char *text)
{
    strbuf_add_c(user, text);
}

#define DATA "load 1m\n  x{a=\"1\"} 1 2 3\n  x{a=\"2\"} 10x2 stale\n  h {{count:1}}\n\n"

static const struct {
    const char *text;
    size_t passed, failed, skipped;
    const char *said; /* part of the report */
} cases[] = {
    {DATA "eval instant at 1m x\n x{a=\"1\"} 2\n x{a=\"2\"} 10\n", 1, 0, 0, ""},
    {DATA "eval instant at 1m x\n x{a=\"1\"} 2\n", 0, 1, 0,
     "t.test:6: failed: x\n    x{a=\"2\"}: expected nothing, got 10\n"},
    {DATA "eval instant at 1m sum(x)\n {} 13\n", 0, 1, 0, "    {}: expected 13, got 12\n"},
    {DATA "eval instant at 1m x > 5\n", 0, 1, 0, "expected nothing, got 10"},
    {DATA "eval instant at 1m x > 50\n", 1, 0, 0, ""},
    {DATA "eval instant at 1m x > 50\n {a=\"1\"} 1\n", 0, 1, 0,
     "{a=\"1\"}: expected 1, got nothing"},
    {DATA "eval instant at 3m x\n x{a=\"1\"} 3\n", 1, 0, 0, ""},
    {DATA "eval instant at 4m x\n x{a=\"1\"} 3\n", 1, 0, 0, ""},
    {DATA "eval instant at 1m 1 + 1\n 2\n", 1, 0, 0, ""},
    {DATA "eval instant at 1m 1 + 1\n 3\n", 0, 1, 0, "expected 3, got 2"},
    {DATA "eval instant at 1m 1 + 1\n {} 2\n", 0, 1, 0, "expected a vector, got a scalar"},
    {DATA "eval range from 0 to 2m step 1m x{a=\"1\"}\n x{a=\"1\"} 1 2 3\n", 1, 0, 0, ""},
    {DATA "eval range from 0 to 2m step 1m x{a=\"1\"}\n x{a=\"1\"} 1 2 _\n", 0, 1, 0,
     "step 2, x{a=\"1\"}: expected nothing, got 3"},
    {DATA "eval instant at 1m sum(x\n", 0, 1, 0, "expected an answer, got the error"},
    {DATA "eval_fail instant at 1m sum(x\n", 1, 0, 0, ""},
    {DATA "eval instant at 1m x\n expect fail\n", 0, 1, 0, "expected an error, got an answer"},
    {DATA "eval instant at 1m x + on() x\n expect fail msg: no\n", 0, 1, 0,
     "expected the error: no\n    got the error: "},
    {DATA "eval instant at 1m x + on() x\n expect fail regex: many-to-many\n", 1, 0, 0, ""},
    {DATA "eval_fail instant at 1m x + on() x\n expected_fail_regexp many.to.many\n", 1, 0, 0, ""},
    {DATA "eval instant at 2m rate(x{a=\"1\"}[2m])\n expect no_info\n {a=\"1\"} 0.01666666667\n", 0,
     1, 0, "expected no info, got: "},
    {DATA "eval instant at 2m rate(x{a=\"1\"}[2m])\n expect info\n {a=\"1\"} 0.01666666667\n", 1, 0,
     0, ""},
    {DATA "eval instant at 2m rate(x{a=\"1\"}[2m])\n expect warn\n {a=\"1\"} 0.01666666667\n", 0, 1,
     0, "expected the warning: \n    got: none"},
    {DATA "eval instant at 1m sort(x)\n expect ordered\n x{a=\"2\"} 10\n x{a=\"1\"} 2\n", 0, 1, 0,
     "position 1: expected x{a=\"2\"}, got x{a=\"1\"}"},
    {DATA "eval_ordered instant at 1m sort(x)\n x{a=\"1\"} 2\n x{a=\"2\"} 10\n", 1, 0, 0, ""},
    {DATA "eval instant at 1m \"a\\tb\"\n expect string \"a\\tb\"\n", 1, 0, 0, ""},
    {DATA "eval instant at 1m \"a\"\n expect string \"b\"\n", 0, 1, 0, "got \"a\""},
    {DATA "eval instant at 1m h\n", 0, 0, 1, "skipped: h: selects a native histogram"},
    {DATA "eval instant at 1m x\n x {{count:1}}\n", 0, 0, 1, "expects a native histogram"},
    {DATA "clear\neval instant at 1m x\n\n# the end\n", 1, 0, 0, ""},
    {DATA "eval instant at 2m x{a=\"1\"}[2m]\n expect range vector from 1m to 2m step 1m\n"
          " x{a=\"1\"} 2 3\n",
     1, 0, 0, ""},
};

START_TEST(scripts_are_run)
{
    struct strbuf said = STRBUF_INIT;
    struct report report = {.print = collect, .user = &said};
    struct diags diags;
    diags_init(&diags);
    struct unittest_options options = {.semantics = SEMANTICS_V3};
    const char *text = cases[_i].text;
    ck_assert_msg(unittest_run_script("t.test", str_from(text), &options, &report, &diags), "%s",
                  text);
    ck_assert_msg(report.tally.passed == cases[_i].passed &&
                      report.tally.failed == cases[_i].failed &&
                      report.tally.skipped == cases[_i].skipped,
                  "%s\n%s", text, strbuf_cstr(&said));
    ck_assert_msg(strstr(strbuf_cstr(&said), cases[_i].said) != NULL, "%s\n%s", text,
                  strbuf_cstr(&said));
    strbuf_release(&said);
    diags_release(&diags);
}
END_TEST

static const struct {
    const char *text;
    const char *message;
    uint32_t line;
    uint32_t column;
} broken[] = {
    {"", "there is no test", 0, 0},
    {"load 1m\n x 1\n", "there is no test", 0, 0},
    {"lod 1m\n", "unknown command", 1, 1},
    {"\n  load 0\n", "longer than 0", 2, 8},
    {"load\n", "duration is empty", 1, 5},
    {"load 1m\n  x 1\n  x{a=1} 2\n", "in quotes", 3, 7},
    {"load 1m\n  x 1 two\n", "'two' is no value", 2, 7},
    {"load 1m\n  x 1x1000000000\n", "more than", 2, 5},
    {"eval now\n", "'instant' or 'range'", 1, 6},
    {"eval instant x\n", "expected 'at'", 1, 14},
    {"eval instant at soon x\n", "needs a whole number", 1, 17},
    {"eval instant at 1m\n", "an expression", 1, 19},
    {"eval_soon instant at 1m x\n", "unknown command", 1, 1},
    {"eval range from 0 to 1m x\n", "expected 'step'", 1, 25},
    {"eval range from 1m to 0 step 1m x\n", "ends before it begins", 1, 12},
    {"eval instant at 1m x\n  expect nothing\n", "expected fail, warn", 2, 10},
    {"eval instant at 1m x\n  y{a} 1\n", "expected '='", 2, 6},
    {"load 900000001\n  x 1\n", "at most 28y", 1, 6},
    {"load 200y\n  x 1\n", "at most 28y", 1, 6},
    {"eval instant at 9e12 x\n", "out of range", 1, 17},
    {"eval instant at -290000000y x\n", "out of range", 1, 17},
    {"eval range from 0 to 290000000y step 1m x\n", "out of range", 1, 22},
};

START_TEST(broken_scripts_are_refused)
{
    struct strbuf said = STRBUF_INIT;
    struct report report = {.print = collect, .user = &said};
    struct diags diags;
    diags_init(&diags);
    struct unittest_options options = {.semantics = SEMANTICS_V3};
    const char *text = broken[_i].text;
    ck_assert_msg(!unittest_run_script("t.test", str_from(text), &options, &report, &diags), "%s",
                  text);
    ck_assert_uint_eq(diags.errors, 1);
    const struct diag *d = &diags.list.items[0];
    ck_assert_msg(strstr(d->message, broken[_i].message) != NULL, "%s: %s", text, d->message);
    ck_assert_msg(d->span.line == broken[_i].line && d->span.column == broken[_i].column,
                  "%s: %u:%u", text, d->span.line, d->span.column);
    strbuf_release(&said);
    diags_release(&diags);
}
END_TEST

int main(void)
{
    TCase *run = tcase_create("run");
    tcase_add_loop_test(run, scripts_are_run, 0, ARRAY_LEN(cases));
    tcase_add_loop_test(run, broken_scripts_are_refused, 0, ARRAY_LEN(broken));
    return suite_run("unittest/script_run", run);
}
