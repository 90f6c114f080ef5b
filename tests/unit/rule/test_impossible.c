/* Conditions that can never hold are noticed; others never are. */
#include <check.h>

#include "base/attr.h"
#include "promql/promql.h"
#include "rule/impossible.h"
#include "support/suite.h"

static const struct {
    const char *expr;
    const char *why; /* behind "can never hold: "; NULL: it can */
} cases[] = {
    /* Thresholds that are like others. */
    {"x > 5", NULL},
    {"x < -5", NULL},
    {"up == 0", NULL},
    {"up < 1", NULL},
    {"up != 1", NULL},
    {"absent(up)", NULL},
    {"absent(up) == 1", NULL},
    {"absent(up) > 0", NULL},
    {"rate(x_total[5m]) == 0", NULL},
    {"rate(x[5m]) < 0", NULL},
    {"x_total - y_total < 0", NULL},
    {"-x_total < 0", NULL},
    {"deriv(x_total[5m]) < 0", NULL},
    {"job:x_total < 0", NULL},
    {"count(up == 0) >= 1", NULL},
    {"count(up) or vector(0) == 0", NULL},
    {"(count(up) or vector(0)) == 0", NULL},
    {"hour() > 22", NULL},
    {"day_of_week() == 6", NULL},
    {"clamp_max(x, 2) > 1", NULL},
    {"clamp(x, 0, 10) >= 10", NULL},
    {"sgn(x) >= 1", NULL},
    {"abs(x) <= 0", NULL},
    {"x > bool 1 == 1", NULL},
    {"x > NaN", NULL},
    {"x == +Inf", NULL},
    {"quantile(0.9, up) > 1", NULL},
    {"sum(up) > 100", NULL},
    {"sum(errors_total) / sum(requests_total) > 1.44", NULL},
    {"sum(rate(x_total{code=\"500\"}[5m])) / sum(rate(x_total[10m])) > 1", NULL},
    {"sum(rate(x_total{code=\"500\"}[5m])) / sum(rate(x_total[5m] offset 5m)) > 1", NULL},
    {"sum(rate(x_total[5m])) / sum(rate(x_total{code=\"500\"}[5m])) > 1", NULL},
    {"sum by (a) (rate(x_total{b=\"c\"}[5m])) / on () group_left () sum(rate(x_total[5m])) > 1",
     NULL},
    {"avg(x_total{a=\"b\"}) / avg(x_total) > 1", NULL},
    {"sum(x{a=\"b\"}) / sum(x) > 1", NULL},
    {"max(rate(x_total{a=\"b\"}[5m])) / max(rate(x_total[5m])) > 1", NULL},
    {"up + fill (5) y > 1", NULL},
    {"x > 5 and x < 8", NULL},
    {"x > 5 and y < 3", NULL},
    {"x > 5 and x offset 5m < 3", NULL},
    {"x > 5 and on (job) x < 3", NULL},
    {"x > 5 and ignoring (a) x < 3", NULL},
    {"x > 5 unless x < 3", NULL},
    {"up > 1 or up == 0", NULL},
    {"x unless up > 1", NULL},
    {"absent(up > 1)", NULL},
    {"x * 0 > 0", NULL},
    /* Those outside of what there can be. */
    {"absent(up) > 1", "'absent(up)' is always 1, and has to be above 1"},
    {"absent(up) == 0", "'absent(up)' is always 1, and has to be 0"},
    {"absent(up) != 1", "'absent(up)' is always 1, and has to be other than 1"},
    {"1 < absent(up)", "'absent(up)' is always 1, and has to be above 1"},
    {"up > 1", "'up' is never above 1, and has to be above 1"},
    {"up == 2", "'up' is never above 1, and has to be 2"},
    {"up{job=\"a\"} < 0", "'up{job=\"a\"}' is never below 0, and has to be below 0"},
    {"count(up == 0) == 0", "'count(up == 0)' is never below 1, and has to be 0"},
    {"count(x) < 1", "'count(x)' is never below 1, and has to be below 1"},
    {"count by (a) (x) <= 0", "'count by (a) (x)' is never below 1, and has to be at most 0"},
    {"rate(x_total[5m]) < 0", "'rate(x_total[5m])' is never below 0, and has to be below 0"},
    {"sum(increase(x_total[5m])) < 0",
     "'sum(increase(x_total[5m]))' is never below 0, and has to be below 0"},
    {"abs(x) < 0", "'abs(x)' is never below 0, and has to be below 0"},
    {"sqrt(x) == -1", "'sqrt(x)' is never below 0, and has to be -1"},
    {"hour() > 23", "'hour()' is never above 23, and has to be above 23"},
    {"hour() >= 24", "'hour()' is never above 23, and has to be at least 24"},
    {"day_of_week() == 7", "'day_of_week()' is never above 6, and has to be 7"},
    {"month() < 1", "'month()' is never below 1, and has to be below 1"},
    {"minute() == 60", "'minute()' is never above 59, and has to be 60"},
    {"sgn(x) > 1", "'sgn(x)' is never above 1, and has to be above 1"},
    {"clamp_max(x, 1) > 1", "'clamp_max(x, 1)' is never above 1, and has to be above 1"},
    {"clamp_min(x, 1) < 1", "'clamp_min(x, 1)' is never below 1, and has to be below 1"},
    {"clamp(x, 0, 10) > 10", "'clamp(x, 0, 10)' is never above 10, and has to be above 10"},
    {"(x > bool 1) > 1", "'x > bool 1' is never above 1, and has to be above 1"},
    {"max(up) * 100 > 100", "'max(up) * 100' is never above 100, and has to be above 100"},
    {"1 - avg(up) > 1", "'1 - avg(up)' is never above 1, and has to be above 1"},
    {"avg_over_time(up[1h]) > 1", "'avg_over_time(up[1h])' is never above 1, and has to be above "
                                  "1"},
    {"max_over_time(up[1h:1m]) > 1", "'max_over_time(up[1h:1m])' is never above 1, and has to be "
                                     "above 1"},
    {"(x > 5) < 5", "'x > 5' is never below 5, and has to be below 5"},
    /* A share of a whole, and burn rates. */
    {"sum(rate(x_total{status=~\"5..\"}[5m])) / sum(rate(x_total[5m])) > 14.4 * (1 - 0.9)",
     "what is compared is never above 1, and has to be above 1.44"},
    {"sum by (a) (x_total{b=~\"c\"}) / sum by (a) (x_total) > 1",
     "'sum by (a) (x_total{b=~\"c\"}) / sum by (a) (x_total)' is never above 1, and has to be "
     "above 1"},
    {"count(x{a=\"b\"}) / (count(x) > 0) > 1",
     "'count(x{a=\"b\"}) / (count(x) > 0)' is never above 1, and has to be above 1"},
    {"x_total{a=\"b\"} / clamp_min(x_total, 1) >= 2",
     "'x_total{a=\"b\"} / clamp_min(x_total, 1)' is never above 1, and has to be at least 2"},
    {"(x_total{a=\"b\"} / x_total) / 0.001 > 1000",
     "'(x_total{a=\"b\"} / x_total) / 0.001' is never above 1000, and has to be above 1000"},
    {"1 - x_total{a=\"b\"} / x_total < 0",
     "'1 - x_total{a=\"b\"} / x_total' is never below 0, and has to be below 0"},
    /* Two that exclude one another. */
    {"x > 5 and x < 3", "'x' has to be above 5 and below 3"},
    {"x > 5 and x <= 5", "'x' has to be above 5 and at most 5"},
    {"(5 < x) and (x == 3)", "'x' has to be above 5 and 3"},
    {"sum by (a) (x) >= 5 and sum by (a) (x) < 5",
     "'sum by (a) (x)' has to be at least 5 and below 5"},
    /* Where it follows for the whole. */
    {"y > 1 and up > 1", "'up' is never above 1, and has to be above 1"},
    {"up > 1 unless y", "'up' is never above 1, and has to be above 1"},
    {"sum(up > 1)", "'up' is never above 1, and has to be above 1"},
    {"label_replace(up > 1, \"a\", \"b\", \"\", \"\")",
     "'up' is never above 1, and has to be above 1"},
    {"up > 1 or up < 0", "'up' is never above 1, and has to be above 1"},
};

START_TEST(what_can_never_hold)
{
    struct error err = ERROR_INIT;
    struct expr *e = expr_parse(str_from(cases[_i].expr), NULL, &err);
    ck_assert_msg(e != NULL, "%s: %s", cases[_i].expr, error_text(&err));
    struct arena arena;
    arena_init(&arena);
    struct str why = impossible_why(e, &arena);
    struct str wanted = cases[_i].why != NULL
                            ? arena_printf(&arena, "can never hold: %s", cases[_i].why)
                            : STR_NONE;
    ck_assert_msg(str_equal(why, wanted), "%s: '%.*s'", cases[_i].expr, STR_ARG(why));
    arena_release(&arena);
    expr_unref(e);
}
END_TEST

/* Each part is told, also where the whole may hold. */
START_TEST(all_parts_are_told)
{
    struct error err = ERROR_INIT;
    struct expr *e = expr_parse(STR("up > 1 or x > 1 or count(y) == 0"), NULL, &err);
    ck_assert_ptr_nonnull(e);
    struct diags diags;
    diags_init(&diags);
    ck_assert(!impossible_check(e, &diags));
    ck_assert_uint_eq(diags.warnings, 2);
    ck_assert_uint_eq(diags.list.items[0].span.column, 1);
    ck_assert_uint_eq(diags.list.items[1].span.column, 20);
    diags_release(&diags);
    expr_unref(e);
}
END_TEST

int main(void)
{
    TCase *all = tcase_create("impossible");
    tcase_add_loop_test(all, what_can_never_hold, 0, ARRAY_LEN(cases));
    tcase_add_test(all, all_parts_are_told);
    return suite_run("rule/impossible", all);
}
