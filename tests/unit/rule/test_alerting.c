/* Alerting rules at work over a store: who an alert is, what it says, when it is over, and what is
 * written of it. */
#include "unit/rule/alert_world.h"

#define A     "{alertname=\"A\", job=\"a\"}"
#define B     "{alertname=\"A\", job=\"b\"}"
#define PLAIN "alert: A, expr: up == 0"

START_TEST(labels_make_an_alert)
{
    static const struct {
        const char *rule;
        const char *alert;
    } cases[] = {
        {PLAIN, A},
        {"alert: A, expr: up == 0, labels: {team: x}", "{alertname=\"A\", job=\"a\", team=\"x\"}"},
        {"alert: A, expr: up == 0, labels: {job: over}", "{alertname=\"A\", job=\"over\"}"},
        {"alert: A, expr: up == 0, labels: {job: ''}", "{alertname=\"A\"}"},
        {"alert: A, expr: up == 0, labels: {job: '{{ if false }}x{{ end }}'}", "{alertname=\"A\"}"},
        {"alert: A, expr: up == 0, labels: {alertname: other}", A},
        {"alert: A, expr: up == 0, labels: {of: '{{ $labels.job }}{{ $value }}', n: '{{ "
         ".Labels.__name__ }}'}",
         "{alertname=\"A\", job=\"a\", n=\"up\", of=\"a0\"}"},
        {"alert: A, expr: 'scalar(up) + 1'", "{alertname=\"A\"}"},
        {"alert: A, expr: sum(up) == 0, labels: {x: '{{ $labels.none }}y{{ $externalLabels.none "
         "}}'}",
         "{alertname=\"A\", x=\"y\"}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct alert_world w;
        struct strbuf expected = STRBUF_INIT;
        alert_world_init(&w, cases[i].rule, "");
        alert_world_feed(&w, 1, "up{job=\"a\"} 0");
        strbuf_printf(&expected, "fired %s\n", cases[i].alert);
        alert_world_expect(&w, 1, strbuf_cstr(&expected));
        strbuf_release(&expected);
        alert_world_release(&w);
    }
}
END_TEST

/* The values are those of prometheus/common's own test (model/signature_test.go). */
START_TEST(fingerprints_are_alertmanagers)
{
    struct label_table *table = label_table_create();
    struct error err = ERROR_INIT;
    struct labels *none = labels_empty(table);
    ck_assert_uint_eq(alert_fingerprint(none), UINT64_C(14695981039346656037));
    struct labels_builder b;
    labels_builder_init(&b, table);
    labels_builder_set(&b, STR("name"), STR("garland, briggs"));
    labels_builder_set(&b, STR("fear"), STR("love is not enough"));
    struct labels *two = labels_builder_finish(&b, &err);
    ck_assert_uint_eq(alert_fingerprint(two), UINT64_C(5799056148416392346));
    labels_builder_release(&b);
    labels_unref(two);
    labels_unref(none);
    label_table_destroy(table);
}
END_TEST

static struct alert *only_alert(struct alert_world *w)
{
    ck_assert_uint_eq(w->alerting.alerts.len, 1);
    return w->alerting.alerts.items[0];
}

static void expect_annotation(struct alert_world *w, const char *name, const char *value)
{
    struct rule_pairs pairs = only_alert(w)->annotations;
    for (size_t i = 0; i < pairs.count; i++) {
        if (str_equal_c(pairs.items[i].name, name)) {
            ck_assert_msg(str_equal_c(pairs.items[i].value, value), "%s: '%.*s', not '%s'", name,
                          STR_ARG(pairs.items[i].value), value);
            return;
        }
    }
    ck_abort_msg("there is no annotation '%s'", name);
}

START_TEST(texts_are_expanded_anew)
{
    struct alert_world w;
    alert_world_init(
        &w,
        "alert: A, expr: x > 1, for: 1m, annotations: {v: 'is {{ $value }}', e: '', "
        "q: '{{ query \"up\" | len }}', wrong: 'a {{ .Nothing }}', "
        "asks: '{{ query \"x[1m]\" }}', url: '{{ $externalURL }}', l: '{{ $externalLabels.dc }}'}",
        "");
    struct rule_pair pair = {.name = STR("dc"), .value = STR("north")};
    w.context.external_labels = (struct rule_pairs){&pair, 1};
    w.context.external_url = STR("http://t.example");
    alert_world_feed(&w, 1, "x{job=\"a\"} 2; up{job=\"a\"} 1");
    alert_world_expect(&w, 1, "pending " A "\n");
    expect_annotation(&w, "v", "is 2");
    expect_annotation(&w, "e", "");
    expect_annotation(&w, "q", "1");
    expect_annotation(&w, "url", "http://t.example");
    expect_annotation(&w, "l", "north");
    ck_assert(only_alert(&w)->has_value && only_alert(&w)->value == 2);
    VEC_EACH (&w.alerting.alerts, struct alert *, alert) {
        for (size_t i = 0; i < (*alert)->annotations.count; i++) {
            struct rule_pair *p = &(*alert)->annotations.items[i];
            bool fails = str_equal_c(p->name, "wrong") || str_equal_c(p->name, "asks");
            ck_assert_msg(str_starts_with(p->value, STR("<error expanding template: ")) == fails,
                          "%.*s", STR_ARG(p->value));
        }
    }
    alert_world_feed(&w, 2, "x{job=\"a\"} 3; up{job=\"a\"} 1; up{job=\"b\"} 1");
    alert_world_expect(&w, 2, "fired " A "\n");
    expect_annotation(&w, "v", "is 3");
    expect_annotation(&w, "q", "2");
    /* What has resolved keeps its last texts. */
    alert_world_feed(&w, 3, "x{job=\"a\"} 1");
    alert_world_expect(&w, 3, "resolved " A " (the condition no longer holds)\n");
    expect_annotation(&w, "v", "is 3");
    alert_world_release(&w);
}
END_TEST

START_TEST(the_same_labels_twice_change_nothing)
{
    struct alert_world w;
    struct error err = ERROR_INIT;
    alert_world_init(&w, "alert: A, expr: up == 0, labels: {job: same}", "");
    alert_world_feed(&w, 1, "up{job=\"a\"} 0; up{job=\"b\"} 1");
    alert_world_expect(&w, 1, "fired {alertname=\"A\", job=\"same\"}\n");
    alert_world_feed(&w, 2, "up{job=\"a\"} 0; up{job=\"b\"} 0");
    ck_assert(!alert_world_step(&w, 2, &err));
    ck_assert_int_eq(err.kind, ERROR_EVALUATION);
    ck_assert_ptr_nonnull(strstr(error_text(&err), "{alertname=\"A\", job=\"same\"}"));
    error_release(&err);
    ck_assert_int_eq(only_alert(&w)->status.phase, ALERT_FIRING);
    alert_world_feed(&w, 3, "up{job=\"a\"} 1; up{job=\"b\"} 0");
    alert_world_expect(&w, 3, "");
    ck_assert_int_eq(only_alert(&w)->status.fired_at_ms, MINUTE);
    alert_world_release(&w);
}
END_TEST

START_TEST(over_the_limit_nothing_changes)
{
    struct alert_world w;
    struct error err = ERROR_INIT;
    alert_world_init(&w, PLAIN, "limit: 1,");
    alert_world_feed(&w, 1, "up{job=\"a\"} 0; up{job=\"b\"} 1");
    alert_world_expect(&w, 1, "fired " A "\n");
    alert_world_feed(&w, 2, "up{job=\"a\"} 0; up{job=\"b\"} 0");
    ck_assert(!alert_world_step(&w, 2, &err));
    ck_assert_int_eq(err.kind, ERROR_LIMIT);
    error_release(&err);
    ck_assert_int_eq(only_alert(&w)->status.phase, ALERT_FIRING);
    ck_assert(w.alerting.found.len == 0 && w.alerting.vanished.len == 0);
    /* No answer and no knowledge: it stays, and is told to be unknown when that lasts. */
    const struct alerting_events events = {.changed = alert_world_changed, .user = &w};
    alerting_fail(&w.alerting, &w.policy, 2 * MINUTE, FINDING_ERROR, "over the limit", &events);
    ck_assert_str_eq(strbuf_cstr(&w.events), "");
    ck_assert_str_eq(only_alert(&w)->reason, "over the limit");
    alerting_fail(&w.alerting, &w.policy, 3 * MINUTE, FINDING_FAILING, NULL, &events);
    ck_assert_str_eq(strbuf_cstr(&w.events), "unknown " A " (no answer)\n");
    alert_world_feed(&w, 4, "up{job=\"a\"} 0; up{job=\"b\"} 1");
    alert_world_expect(&w, 4, "known " A "\n");
    alert_world_release(&w);
}
END_TEST

START_TEST(a_range_is_no_answer)
{
    struct alert_world w;
    alert_world_init(&w, PLAIN, "");
    struct value v;
    struct error err = ERROR_INIT;
    value_init(&v, VALUE_STRING, grid_instant(MINUTE));
    ck_assert_int_eq(alerting_collect(&w.alerting, &v, 0, &w.context, &err), ALERTING_FAILED);
    ck_assert_int_eq(err.kind, ERROR_TYPE);
    error_release(&err);
    value_release(&v);
    alert_world_release(&w);
}
END_TEST

START_TEST(what_has_resolved_is_kept_a_quarter_of_an_hour)
{
    struct alert_world w;
    alert_world_init(&w, PLAIN, "");
    alert_world_feed(&w, 1, "up{job=\"a\"} 0");
    alert_world_expect(&w, 1, "fired " A "\n");
    alert_world_feed(&w, 2, "up{job=\"a\"} 1");
    alert_world_expect(&w, 2, "resolved " A " (the condition no longer holds)\n");
    alert_world_expect(&w, 17, "");
    ck_assert_int_eq(only_alert(&w)->status.resolved_at_ms, 2 * MINUTE);
    alert_world_expect(&w, 18, "forgotten " A "\n");
    ck_assert_uint_eq(w.alerting.alerts.len, 0);
    alert_world_release(&w);
}
END_TEST

START_TEST(what_comes_back_is_new)
{
    struct alert_world w;
    alert_world_init(&w, "alert: A, expr: up == 0, for: 1m", "");
    alert_world_feed(&w, 1, "up{job=\"a\"} 0");
    alert_world_expect(&w, 1, "pending " A "\n");
    alert_world_expect(&w, 2, "fired " A "\n");
    alert_world_feed(&w, 3, "up{job=\"a\"} 1");
    alert_world_expect(&w, 3, "resolved " A " (the condition no longer holds)\n");
    alert_world_feed(&w, 4, "up{job=\"a\"} 0");
    alert_world_expect(&w, 4, "pending " A "\n");
    ck_assert_int_eq(only_alert(&w)->status.active_at_ms, 4 * MINUTE);
    ck_assert_int_eq(only_alert(&w)->status.resolved_at_ms, 0);
    alert_world_feed(&w, 5, "up{job=\"a\"} 1");
    alert_world_expect(&w, 5, "dropped " A " (the condition no longer holds)\nforgotten " A "\n");
    ck_assert_uint_eq(w.alerting.alerts.len, 0);
    alert_world_release(&w);
}
END_TEST

START_TEST(keep_firing_for_is_strict)
{
    struct alert_world w;
    alert_world_init(&w, "alert: A, expr: up == 0, keep_firing_for: 3m", "");
    alert_world_feed(&w, 1, "up{job=\"a\"} 0");
    alert_world_expect(&w, 1, "fired " A "\n");
    alert_world_feed(&w, 2, "up{job=\"a\"} 1");
    alert_world_expect(&w, 2, "");
    alert_world_feed(&w, 3, "up{job=\"a\"} 0");
    alert_world_expect(&w, 3, "");
    ck_assert_int_eq(only_alert(&w)->status.active_at_ms, MINUTE);
    alert_world_feed(&w, 4, "up{job=\"a\"} 1");
    alert_world_expect(&w, 4, "");
    alert_world_expect(&w, 6, "");
    ck_assert_str_eq(only_alert(&w)->reason, "the condition no longer holds; kept firing");
    alert_world_expect(&w, 7, "resolved " A " (the condition no longer holds)\n");
    alert_world_release(&w);
}
END_TEST

static void expect_written(struct alert_world *w, const char *name, const char *expected)
{
    char *text = store_text(w->store, "__name__", name, 0, 100 * MINUTE);
    ck_assert_str_eq(text, expected);
    free(text);
}

START_TEST(series_are_written_and_end)
{
    struct alert_world w;
    alert_world_init(&w, "alert: A, expr: up == 0, for: 1m", "");
    alert_world_feed(&w, 1, "up{job=\"a\"} 0");
    alert_world_expect(&w, 1, "pending " A "\n");
    alert_world_expect(&w, 2, "fired " A "\n");
    alert_world_feed(&w, 3, "up{job=\"a\"} 1");
    alert_world_expect(&w, 3, "resolved " A " (the condition no longer holds)\n");
    alert_world_expect(&w, 4, "");
    alert_world_feed(&w, 5, "up{job=\"a\"} 0");
    alert_world_expect(&w, 5, "pending " A "\n");
    expect_written(
        &w, "ALERTS",
        "ALERTS{alertname=\"A\", alertstate=\"firing\", job=\"a\"} 1@120000 stale@180000\n"
        "ALERTS{alertname=\"A\", alertstate=\"pending\", job=\"a\"} 1@60000 stale@120000 "
        "1@300000\n");
    expect_written(&w, "ALERTS_FOR_STATE",
                   "ALERTS_FOR_STATE{alertname=\"A\", job=\"a\"} 60@60000 60@120000 stale@180000 "
                   "300@300000\n");
    alert_world_release(&w);
}
END_TEST

/* As a server that is started again does. */
START_TEST(what_was_kept_goes_on)
{
    struct alert_world w, again;
    alert_world_init(&w, "alert: A, expr: up == 0, for: 5m, annotations: {a: b}", "");
    alert_world_init(&again, "alert: A, expr: up == 0, for: 5m", "");
    alert_world_feed(&again, 1, "up{job=\"a\"} 0");
    alert_world_expect(&again, 1, "pending " A "\n");
    struct alert kept = *only_alert(&again);
    kept.series[0] = kept.series[1] = NULL;
    struct labels_builder b;
    struct error err = ERROR_INIT;
    labels_builder_init(&b, w.table);
    labels_builder_from(&b, kept.labels);
    kept.labels = labels_builder_finish(&b, &err);
    labels_builder_release(&b);
    kept.annotations = alert_copy_pairs(kept.annotations);
    kept.reason = NULL;
    ck_assert(alert_status_restore(&kept.status, 3 * MINUTE, 30 * MINUTE));
    alerting_restore(&w.alerting, &kept);
    /* A second time changes nothing. */
    struct alert twice = kept;
    twice.labels = labels_ref(kept.labels);
    twice.annotations = (struct rule_pairs){0};
    alerting_restore(&w.alerting, &twice);
    alert_world_feed(&w, 30, "up{job=\"a\"} 0");
    alert_world_expect(&w, 30, "");
    ck_assert_int_eq(alert_status_progress_ms(&only_alert(&w)->status, 30 * MINUTE), 2 * MINUTE);
    alert_world_feed(&w, 33, "up{job=\"a\"} 0");
    alert_world_expect(&w, 33, "fired " A "\n");
    /* And into a rule of the same name. */
    struct alerting to;
    alerting_init(&to, w.alerting.rule, w.table);
    alerting_move(&to, &w.alerting);
    ck_assert_uint_eq(w.alerting.alerts.len, 0);
    ck_assert_uint_eq(to.alerts.len, 1);
    alerting_release(&w.alerting);
    w.alerting = to;
    alert_world_feed(&w, 34, "up{job=\"a\"} 1");
    alert_world_expect(&w, 34, "resolved " A " (the condition no longer holds)\n");
    char *text = store_text(w.store, "__name__", "ALERTS_FOR_STATE", 34 * MINUTE, 34 * MINUTE);
    ck_assert_str_eq(text, "ALERTS_FOR_STATE{alertname=\"A\", job=\"a\"} stale@2040000\n");
    free(text);
    alert_world_release(&again);
    alert_world_release(&w);
}
END_TEST

/* Labels are told apart by their address: many of them come and go in another order. */
START_TEST(many_alerts)
{
    struct alert_world w;
    struct error err = ERROR_INIT;
    alert_world_init(&w, "alert: A, expr: up == 0, for: 1m", "");
    struct strbuf text = STRBUF_INIT;
    for (int64_t minute = 1; minute < 12; minute++) {
        strbuf_reset(&text);
        size_t down = 0;
        for (int64_t i = 0; i < 50; i++) {
            bool is_down = (i * 7 + minute) % 5 < 2;
            strbuf_printf(&text, "%sup{job=\"%lld\"} %d", i == 0 ? "" : ";", (long long)i,
                          !is_down);
            down += is_down ? 1 : 0;
        }
        alert_world_feed(&w, minute, strbuf_cstr(&text));
        ck_assert(alert_world_step(&w, minute, &err));
        size_t active = 0;
        VEC_EACH (&w.alerting.alerts, struct alert *, alert) {
            active += (*alert)->status.phase != ALERT_INACTIVE ? 1 : 0;
            ck_assert_ptr_eq(alerting_find(&w.alerting, (*alert)->labels), *alert);
        }
        ck_assert_uint_eq(active, down);
    }
    strbuf_release(&text);
    alert_world_release(&w);
}
END_TEST

int main(void)
{
    TCase *identity = tcase_create("identity");
    tcase_add_test(identity, labels_make_an_alert);
    tcase_add_test(identity, fingerprints_are_alertmanagers);
    tcase_add_test(identity, the_same_labels_twice_change_nothing);
    tcase_add_test(identity, over_the_limit_nothing_changes);
    tcase_add_test(identity, a_range_is_no_answer);
    tcase_add_test(identity, texts_are_expanded_anew);
    tcase_add_test(identity, many_alerts);
    TCase *course = tcase_create("course");
    tcase_add_test(course, what_has_resolved_is_kept_a_quarter_of_an_hour);
    tcase_add_test(course, what_comes_back_is_new);
    tcase_add_test(course, keep_firing_for_is_strict);
    tcase_add_test(course, series_are_written_and_end);
    tcase_add_test(course, what_was_kept_goes_on);
    return suite_run("rule/alerting", identity, course);
}
