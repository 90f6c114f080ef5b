/* Why did an alert vanish? Each case is two evaluations over a store: at the first one the alert
 * fires, at the second it has vanished. */
#include "unit/rule/alert_world.h"

#define FALSE_RESULT "resolved (the condition no longer holds)"
#define GONE_RESULT \
    "resolved (the object is gone: its data ended while that of its siblings goes on)"
#define DOWN_RESULT    "unknown (the data stopped: its target is down)"
#define PART_RESULT    "unknown (part of the data stopped: a target is down)"
#define MISSING_RESULT "unknown (the data stopped: its metric is gone)"
#define HELD_RESULT    "firing (the condition no longer holds, but has not recovered)"

/* The alert is the one of job a, instance 1, or whatever of these the rule keeps. */
static const struct {
    const char *what;
    const char *rule; /* what stands behind `alert: A, expr: ` */
    const char *first;
    const char *then; /* five minutes later, when nothing of the first counts any more */
    const char *result;
} cases[] = {
    {"there is data", "x > 1", "x{job=\"a\", instance=\"1\"} 2; up{job=\"a\", instance=\"1\"} 1",
     "x{job=\"a\", instance=\"1\"} 1; up{job=\"a\", instance=\"1\"} 1", FALSE_RESULT},
    {"there is data, though the target is said to be down", "x > 1",
     "x{job=\"a\", instance=\"1\"} 2",
     "x{job=\"a\", instance=\"1\"} 1; up{job=\"a\", instance=\"1\"} 0", FALSE_RESULT},
    {"the target is down", "x > 1",
     "x{job=\"a\", instance=\"1\"} 2; x{job=\"a\", instance=\"2\"} 1",
     "x{job=\"a\", instance=\"2\"} 1; up{job=\"a\", instance=\"1\"} 0", DOWN_RESULT},
    {"another target is down", "x > 1",
     "x{job=\"a\", instance=\"1\"} 2; x{job=\"a\", instance=\"2\"} 1",
     "x{job=\"a\", instance=\"2\"} 1; up{job=\"a\", instance=\"2\"} 0; up{job=\"a\", "
     "instance=\"1\"} 1",
     GONE_RESULT},
    {"the target is gone, its siblings are there", "x > 1",
     "x{job=\"a\", instance=\"1\"} 2; x{job=\"a\", instance=\"2\"} 1",
     "x{job=\"a\", instance=\"2\"} 1", GONE_RESULT},
    {"one series of a healthy target", "x > 1",
     "x{job=\"a\", instance=\"1\", pod=\"p\"} 2; x{job=\"a\", instance=\"1\", pod=\"q\"} 1",
     "x{job=\"a\", instance=\"1\", pod=\"q\"} 1; up{job=\"a\", instance=\"1\"} 1", GONE_RESULT},
    {"the whole metric", "x > 1", "x{job=\"a\", instance=\"1\"} 2",
     "up{job=\"a\", instance=\"1\"} 1", MISSING_RESULT},
    {"siblings of another job only", "x > 1", "x{job=\"a\", instance=\"1\"} 2; x{job=\"b\"} 1",
     "x{job=\"b\"} 1", MISSING_RESULT},
    {"siblings that the selector leaves out", "'x{instance=\"1\"} > 1'",
     "x{job=\"a\", instance=\"1\"} 2", "x{job=\"a\", instance=\"2\"} 1", GONE_RESULT},
    {"everything", "x > 1", "x{job=\"a\"} 2", "y 1", MISSING_RESULT},
    {"a sum that is less", "sum by (job) (x) > 1",
     "x{job=\"a\", instance=\"1\"} 2; x{job=\"a\", instance=\"2\"} 1",
     "x{job=\"a\", instance=\"2\"} 1; up{job=\"a\", instance=\"1\"} 1", FALSE_RESULT},
    {"a sum that is less, for want of a target that is down", "sum by (job) (x) > 1",
     "x{job=\"a\", instance=\"1\"} 2; x{job=\"a\", instance=\"2\"} 1",
     "x{job=\"a\", instance=\"2\"} 1; up{job=\"a\", instance=\"1\"} 0", PART_RESULT},
    {"a sum over all that is less, for want of such a target", "sum(x) > 1",
     "x{job=\"a\", instance=\"1\"} 2; x{job=\"b\", instance=\"2\"} 1",
     "x{job=\"b\", instance=\"2\"} 1; up{job=\"a\", instance=\"1\"} 0", PART_RESULT},
    {"a sum of rates that is less, for want of such a target", "'sum(increase(x[4m])) > 1'",
     "x{job=\"a\", instance=\"1\"} 2 @-1; x{job=\"a\", instance=\"1\"} 9; x{job=\"b\"} 1",
     "x{job=\"b\"} 1 @-1; x{job=\"b\"} 1; up{job=\"a\", instance=\"1\"} 0", PART_RESULT},
    {"a sum that is less, its target gone for good", "sum by (job) (x) > 1",
     "x{job=\"a\", instance=\"1\"} 2; x{job=\"a\", instance=\"2\"} 1",
     "x{job=\"a\", instance=\"2\"} 1", FALSE_RESULT},
    {"a sum that is less, a target of another job down", "sum by (job) (x) > 1",
     "x{job=\"a\"} 2; x{job=\"b\", instance=\"2\"} 1",
     "x{job=\"a\"} 1; up{job=\"b\", instance=\"2\"} 0", FALSE_RESULT},
    {"a sum that is less, with a target down that never counted in", "sum(x) > 1",
     "x{job=\"a\"} 2; up{job=\"a\", instance=\"2\"} 0",
     "x{job=\"a\"} 1; up{job=\"a\", instance=\"2\"} 0", FALSE_RESULT},
    {"fewer targets that are down", "count(up == 0) > 1",
     "up{job=\"a\", instance=\"1\"} 0; up{job=\"a\", instance=\"2\"} 0",
     "up{job=\"a\", instance=\"1\"} 0; up{job=\"a\", instance=\"2\"} 1", FALSE_RESULT},
    {"a sum of nothing, its target down", "sum by (job) (x) > 1", "x{job=\"a\", instance=\"1\"} 2",
     "up{job=\"a\", instance=\"1\"} 0", DOWN_RESULT},
    {"a sum over all", "sum(x) > 1", "x{job=\"a\"} 2", "x{job=\"b\"} 1", FALSE_RESULT},
    {"a sum over all of nothing", "sum(x) > 1", "x{job=\"a\"} 2", "y 1", MISSING_RESULT},
    {"a job that is matched is down", "'sum(x{job=\"a\"}) > 1'", "x{job=\"a\"} 2",
     "up{job=\"a\", instance=\"1\"} 0", DOWN_RESULT},
    {"a counter that began anew", "'increase(x[4m]) > 1'", "x{job=\"a\"} 2 @-1; x{job=\"a\"} 9",
     "x{job=\"a\"} 1 @-1; x{job=\"a\"} 1", FALSE_RESULT},
    {"both of and, one false", "x > 1 and y > 1", "x{job=\"a\"} 2; y{job=\"a\"} 2",
     "x{job=\"a\"} 2; y{job=\"a\"} 1", FALSE_RESULT},
    {"both of and, one gone", "x > 1 and y > 1", "x{job=\"a\"} 2; y{job=\"a\"} 2", "x{job=\"a\"} 2",
     MISSING_RESULT},
    {"both of and, one false and one gone", "x > 1 and y > 1", "x{job=\"a\"} 2; y{job=\"a\"} 2",
     "x{job=\"a\"} 1", MISSING_RESULT},
    {"and on fewer labels", "x > 1 and on (job) y > 1",
     "x{job=\"a\", instance=\"1\"} 2; y{job=\"a\"} 2",
     "x{job=\"a\", instance=\"1\"} 2; y{job=\"a\"} 1", FALSE_RESULT},
    {"either of or, one false", "x > 1 or y > 1", "x{job=\"a\"} 2", "x{job=\"a\"} 1", FALSE_RESULT},
    {"either of or, the other false", "x > 1 or y > 1", "x{job=\"a\"} 2", "y{job=\"a\"} 1",
     FALSE_RESULT},
    {"either of or, both gone", "x > 1 or y > 1", "x{job=\"a\"} 2", "z{job=\"a\"} 1",
     MISSING_RESULT},
    {"unless came", "x > 1 unless y", "x{job=\"a\"} 2", "x{job=\"a\"} 2; y{job=\"a\"} 1",
     FALSE_RESULT},
    {"unless is not needed", "x > 1 unless y", "x{job=\"a\"} 2", "x{job=\"a\"} 1", FALSE_RESULT},
    {"unless, and the left side gone", "x > 1 unless y", "x{job=\"a\"} 2", "y{job=\"a\"} 1",
     MISSING_RESULT},
    {"absent", "'absent(x{job=\"a\"})'", "y 1", "x{job=\"a\"} 1", FALSE_RESULT},
    {"absent, with what is not", "absent(z) and on () x > 1", "x{job=\"a\"} 2", "y 1",
     MISSING_RESULT},
    {"a comparison of two", "x > on (job) y", "x{job=\"a\"} 2; y{job=\"a\"} 1", "x{job=\"a\"} 2",
     MISSING_RESULT},
    {"a label of the other side", "x * on (job) group_left (team) info > 1",
     "x{job=\"a\", instance=\"1\"} 2; info{job=\"a\", team=\"t\"} 1",
     "x{job=\"a\", instance=\"1\"} 1; info{job=\"a\", team=\"t\"} 1", FALSE_RESULT},
    {"a label that is made, and data",
     "'label_replace(x, \"instance\", \"new\", \"instance\", \".*\") > 1'",
     "x{job=\"a\", instance=\"1\"} 2", "x{job=\"a\", instance=\"1\"} 1", FALSE_RESULT},
    {"a label that is made, and none",
     "'label_replace(x, \"instance\", \"new\", \"instance\", \".*\") > 1'",
     "x{job=\"a\", instance=\"1\"} 2", "y 1", MISSING_RESULT},
    {"a job that is made", "'label_replace(x, \"job\", \"new\", \"job\", \".*\") > 1'",
     "x{job=\"a\", instance=\"1\"} 2; x{job=\"b\", instance=\"2\"} 1",
     "x{job=\"b\", instance=\"2\"} 1", GONE_RESULT},
    {"a label that is joined", "'label_join(x, \"j\", \"-\", \"job\", \"instance\") > 1'",
     "x{job=\"a\", instance=\"1\"} 2", "x{job=\"a\", instance=\"1\"} 1", FALSE_RESULT},
    {"a label of the rule", "x > 1, labels: {job: mine, instance: '{{ $labels.job }}'}",
     "x{job=\"a\", instance=\"1\"} 2", "x{job=\"a\", instance=\"1\"} 1", FALSE_RESULT},
    {"an offset, and data there", "x offset 5m > 1", "x{job=\"a\"} 2 @-5", "x{job=\"a\"} 1 @-5",
     FALSE_RESULT},
    {"an offset, and data elsewhere", "x offset 5m > 1", "x{job=\"a\"} 2 @-5",
     "y 1; x{job=\"a\"} 1", MISSING_RESULT},
    {"a number on the left", "1 < x", "x{job=\"a\"} 2", "x{job=\"a\"} 1", FALSE_RESULT},
    {"parentheses", "((x) > (1))", "x{job=\"a\"} 2", "x{job=\"a\"} 1", FALSE_RESULT},
    {"a label's name that is none of a word", "x > 1", "x{job=\"a\", \"a.b\"=\"c\"} 2",
     "x{job=\"a\", \"a.b\"=\"c\"} 1", FALSE_RESULT},
    {"a name by pattern", "'{__name__=~\"x|y\"} > 1'", "x{job=\"a\"} 2; y{job=\"b\"} 1",
     "x{job=\"a\"} 1", FALSE_RESULT},
    {"a name by pattern, and none", "'{__name__=~\"x|y\"} > 1'", "x{job=\"a\"} 2", "y{job=\"b\"} 1",
     MISSING_RESULT},
    {"not recovered", "x > 1, annotations: {tocsin_recover: x < 1}", "x{job=\"a\"} 2",
     "x{job=\"a\"} 1", HELD_RESULT},
    {"recovered", "x > 1, annotations: {tocsin_recover: x < 1}", "x{job=\"a\"} 2",
     "x{job=\"a\"} 0.5", FALSE_RESULT},
    {"recovered by fewer labels", "x > 1, annotations: {tocsin_recover: sum by (job) (x) < 1}",
     "x{job=\"a\", instance=\"1\"} 2", "x{job=\"a\", instance=\"1\"} 0.5", FALSE_RESULT},
    {"recovered, but another", "x > 1, annotations: {tocsin_recover: x < 1}",
     "x{job=\"a\"} 2; x{job=\"b\"} 0", "x{job=\"a\"} 1; x{job=\"b\"} 0", HELD_RESULT},
    {"not recovered, and gone", "x > 1, annotations: {tocsin_recover: x < 1}",
     "x{job=\"a\", instance=\"1\"} 2; x{job=\"a\", instance=\"2\"} 1",
     "x{job=\"a\", instance=\"2\"} 1", GONE_RESULT},
    {"missing is right", "x > 1, annotations: {tocsin_on_missing: ok}", "x{job=\"a\"} 2", "y 1",
     "resolved (the data stopped: its metric is gone)"},
    {"missing is firing", "x > 1, annotations: {tocsin_on_missing: firing}", "x{job=\"a\"} 2",
     "y 1", "firing (the data stopped: its metric is gone)"},
    {"missing is as it was", "x > 1, annotations: {tocsin_on_missing: keep}", "x{job=\"a\"} 2",
     "y 1", "firing (the data stopped: its metric is gone)"},
};

/* `SAMPLE @-5` is five minutes earlier. */
static void feed(struct alert_world *w, int64_t minute, const char *samples)
{
    struct str rest = str_from(samples), one;
    for (int64_t back = 5; back >= 0; back--) {
        struct strbuf text = STRBUF_INIT, mark = STRBUF_INIT;
        strbuf_printf(&mark, " @-%lld", (long long)back);
        rest = str_from(samples);
        while (str_split(&rest, ';', &one)) {
            bool marked = str_find(one, '@') < one.len;
            if (back == 0 ? !marked : str_ends_with(one, strbuf_str(&mark))) {
                strbuf_add_c(&text, text.len == 0 ? "" : ";");
                strbuf_add_str(&text, str_slice(one, 0, one.len - (marked ? mark.len : 0)));
            }
        }
        if (text.len != 0) {
            alert_world_feed(w, minute - back, strbuf_cstr(&text));
        }
        strbuf_release(&text);
        strbuf_release(&mark);
    }
}

static struct alert *the_alert(struct alert_world *w)
{
    struct alert *found = NULL;
    VEC_EACH (&w->alerting.alerts, struct alert *, it) {
        if ((*it)->status.active_at_ms == 10 * MINUTE) {
            ck_assert_ptr_null(found);
            found = *it;
        }
    }
    ck_assert_ptr_nonnull(found);
    return found;
}

START_TEST(why_an_alert_vanished)
{
    struct alert_world w;
    struct error err = ERROR_INIT;
    struct strbuf text = STRBUF_INIT;
    strbuf_printf(&text, "alert: A, expr: %s", cases[_i].rule);
    alert_world_init(&w, strbuf_cstr(&text), "");
    w.judged = true;
    feed(&w, 10, cases[_i].first);
    ck_assert_msg(alert_world_step(&w, 10, &err), "%s: %s", cases[_i].what, error_text(&err));
    ck_assert_msg(w.alerting.alerts.len == 1, "%s: %s", cases[_i].what, strbuf_cstr(&w.events));
    feed(&w, 15, cases[_i].then);
    ck_assert_msg(alert_world_step(&w, 15, &err), "%s: %s", cases[_i].what, error_text(&err));
    const struct alert *alert = the_alert(&w);
    enum alert_state state = alert_status_state(&alert->status);
    strbuf_reset(&text);
    strbuf_printf(&text, "%s (%s)", state == ALERT_INACTIVE ? "resolved" : alert_state_name(state),
                  alert->reason != NULL ? alert->reason : "");
    ck_assert_msg(str_equal_c(strbuf_str(&text), cases[_i].result), "%s: %s, not %s",
                  cases[_i].what, strbuf_cstr(&text), cases[_i].result);
    strbuf_release(&text);
    alert_world_release(&w);
}
END_TEST

START_TEST(the_value_of_what_no_longer_holds)
{
    struct alert_world w;
    struct error err = ERROR_INIT;
    alert_world_init(&w, "alert: A, expr: '(1 < x)', labels: {job: mine}", "");
    w.judged = true;
    alert_world_feed(&w, 10, "x{job=\"a\", i=\"1\"} 2; x{job=\"a\", i=\"2\"} 0.75");
    ck_assert(alert_world_step(&w, 10, &err));
    alert_world_feed(&w, 15, "x{job=\"a\", i=\"1\"} 0.5; x{job=\"a\", i=\"2\"} 0.75");
    ck_assert(alert_world_step(&w, 15, &err));
    ck_assert(the_alert(&w)->has_value && the_alert(&w)->value == 0.5);
    alert_world_release(&w);
}
END_TEST

/* It was unknown while its data was missing, and is what it was when that is back. */
START_TEST(data_comes_back)
{
    struct alert_world w;
    alert_world_init(&w, "alert: A, expr: x > 1, for: 7m", "");
    w.judged = true;
    alert_world_feed(&w, 10, "x{job=\"a\"} 2");
    alert_world_expect(&w, 10, "pending {alertname=\"A\", job=\"a\"}\n");
    alert_world_expect(&w, 14, "");
    alert_world_expect(
        &w, 15, "unknown {alertname=\"A\", job=\"a\"} (the data stopped: its metric is gone)\n");
    alert_world_expect(&w, 25, "");
    alert_world_feed(&w, 30, "x{job=\"a\"} 2");
    alert_world_expect(&w, 30, "known {alertname=\"A\", job=\"a\"}\n");
    alert_world_expect(&w, 31, "");
    alert_world_expect(&w, 32, "fired {alertname=\"A\", job=\"a\"}\n");
    alert_world_release(&w);
}
END_TEST

/* Questions that were not answered say nothing: neither that it is over, nor that it is gone. */
START_TEST(without_answers_nothing_is_known)
{
    struct alert_world w;
    struct error err = ERROR_INIT;
    alert_world_init(&w, "alert: A, expr: x > 1", "");
    alert_world_feed(&w, 10, "x{job=\"a\"} 2");
    ck_assert(alert_world_step(&w, 10, &err));
    struct evidence *e = evidence_create(w.alerting.rule, w.alerting.alerts.items, 1, 10 * MINUTE);
    ck_assert_int_eq(evidence_judge(e, the_alert(&w)).finding, FINDING_MISSING);
    ck_assert(!evidence_is_idle(e));
    evidence_destroy(e);
    alert_world_release(&w);
}
END_TEST

static const struct {
    const char *expr;
    bool is;
    double value;
    const char *comparison;
} thresholds[] = {
    {"x > 1", true, 1, ">"},           {"1 > x", true, 1, "<"},      {"-1 <= x", true, -1, ">="},
    {"(x) != (-(2))", true, -2, "!="}, {"x > bool 1", false, 0, ""}, {"x > y", false, 0, ""},
    {"x and y", false, 0, ""},         {"1 > bool 2", false, 0, ""}, {"(x == 3)", true, 3, "=="},
};

START_TEST(thresholds_of_conditions)
{
    struct error err = ERROR_INIT;
    struct expr *e = expr_parse(str_from(thresholds[_i].expr), NULL, &err);
    ck_assert_ptr_nonnull(e);
    struct rule_threshold t;
    ck_assert_msg(rule_threshold(e, &t) == thresholds[_i].is, "%s", thresholds[_i].expr);
    if (thresholds[_i].is) {
        ck_assert_msg(t.value == thresholds[_i].value &&
                          strcmp(t.comparison, thresholds[_i].comparison) == 0,
                      "%s", thresholds[_i].expr);
    }
    expr_unref(e);
}
END_TEST

START_TEST(a_rule_that_selects_nothing)
{
    struct alert_world w;
    alert_world_init(&w, "alert: A, expr: x > 1 and y", "");
    for (int64_t minute = 1; minute <= 2; minute++) {
        w.alerting.vanished.len = 0;
        alert_world_gather(&w, minute * MINUTE);
        ck_assert_int_eq(evidence_is_idle(w.evidence), minute == 1);
        evidence_destroy(w.evidence);
        alert_world_feed(&w, 2, "y 1");
    }
    alert_world_release(&w);
}
END_TEST

int main(void)
{
    TCase *all = tcase_create("evidence");
    tcase_add_loop_test(all, why_an_alert_vanished, 0, ARRAY_LEN(cases));
    tcase_add_test(all, the_value_of_what_no_longer_holds);
    tcase_add_test(all, data_comes_back);
    tcase_add_test(all, without_answers_nothing_is_known);
    tcase_add_test(all, a_rule_that_selects_nothing);
    tcase_add_loop_test(all, thresholds_of_conditions, 0, ARRAY_LEN(thresholds));
    return suite_run("rule/evidence", all);
}
