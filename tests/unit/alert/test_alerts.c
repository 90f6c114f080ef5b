/* Alerts at work: evaluations of groups, and what becomes of their alerts. */
#include "alerts_fixture.h"

#define UP "- name: g\n  rules:\n  - {alert: A, expr: x > 5, for: 2m}\n"

START_TEST(test_pending_firing_resolved)
{
    world_open(UP, "local");
    ck_assert_int_eq(alerts_last_cycle(w.alerts).ms, 0);
    feed_run(0, "x{i=\"1\"} 9");
    expect_alerts("pending {alertname=\"A\", i=\"1\"}\n");
    feed_run(1, "x{i=\"1\"} 8");
    expect_alerts("pending {alertname=\"A\", i=\"1\"}\n");
    feed_run(2, "x{i=\"1\"} 7");
    expect_alerts("firing {alertname=\"A\", i=\"1\"}\n");
    const struct alert_info *a = alerts_at(w.alerts, 0);
    ck_assert(a->fires);
    ck_assert_int_eq(a->active_at.ms, at(0).ms);
    ck_assert_int_eq(a->fired_at.ms, at(2).ms);
    ck_assert_int_eq(a->updated_at.ms, at(2).ms);
    ck_assert_double_eq(a->value, 7);
    ck_assert(a->has_threshold);
    ck_assert_double_eq(a->threshold, 5);
    ck_assert_str_eq(a->comparison, ">");
    ck_assert_str_eq(a->rule, "A");
    ck_assert_str_eq(a->group, "g");
    ck_assert_str_eq(a->source, "local");
    feed_run(3, "x{i=\"1\"} 3");
    expect_alerts("inactive {alertname=\"A\", i=\"1\"} (the condition no longer holds)\n");
    a = alerts_at(w.alerts, 0);
    ck_assert_int_eq(a->resolved_at.ms, at(3).ms);
    ck_assert_double_eq(a->value, 3);
    ck_assert_int_eq(alerts_last_cycle(w.alerts).ms, at(3).ms);
    ck_assert_str_eq(ledger_text("A"), "inactive>pending pending>firing firing>inactive");
    expect_series("ALERTS", 0, 3,
                  "ALERTS{alertname=\"A\", alertstate=\"firing\", i=\"1\"} 1@2 stale@3\n"
                  "ALERTS{alertname=\"A\", alertstate=\"pending\", i=\"1\"} 1@0 1@1 stale@2\n");
    feed_run(19, "x{i=\"1\"} 3");
    expect_alerts("");
}
END_TEST

START_TEST(test_pending_dropped)
{
    world_open(UP, "local");
    feed_run(0, "x 9");
    feed_run(1, "x 1");
    expect_alerts("");
    ck_assert_str_eq(ledger_text(NULL), "inactive>pending pending>inactive");
}
END_TEST

START_TEST(test_recover_holds)
{
    world_open("- name: g\n  rules:\n  - {alert: A, expr: x > 5, annotations: {tocsin_recover: 'x "
               "< 2'}}\n",
               "local");
    feed_run(0, "x 9");
    feed_run(1, "x 4");
    expect_alerts(
        "firing {alertname=\"A\"} (the condition no longer holds, but has not recovered)\n");
    feed_run(2, "x 1");
    expect_alerts("inactive {alertname=\"A\"} (the condition no longer holds)\n");
}
END_TEST

#define NOUN "- name: g\n  rules:\n  - {alert: A, expr: x > 5}\n"

START_TEST(test_data_stops)
{
    world_open(NOUN, "local");
    feed_run(0, "x{job=\"j\"} 9");
    feed_run(1, "x{job=\"j\"} stale");
    ck_assert_int_eq(alerts_at(w.alerts, 0)->state, ALERT_UNKNOWN);
    ck_assert(alerts_at(w.alerts, 0)->fires);
    ck_assert_int_eq(alerts_at(w.alerts, 0)->unknown_since.ms, at(1).ms);
    feed_run(2, "x{job=\"j\"} 9");
    expect_alerts("firing {alertname=\"A\", job=\"j\"}\n");
    ck_assert_str_eq(ledger_text("A"), "inactive>firing firing>unknown unknown>firing");
}
END_TEST

START_TEST(test_unknown_then_false_is_told_from_unknown)
{
    world_open(NOUN, "local");
    feed_run(0, "x{job=\"j\"} 9");
    feed_run(1, "x{job=\"j\"} stale");
    feed_run(2, "x{job=\"j\"} 1");
    ck_assert_str_eq(ledger_text("A"), "inactive>firing firing>unknown unknown>inactive");
}
END_TEST

START_TEST(test_object_gone)
{
    world_open(NOUN, "local");
    feed_run(0, "up{job=\"j\", instance=\"a\"} 1; x{job=\"j\", instance=\"a\", pod=\"1\"} 9; "
                "x{job=\"j\", instance=\"a\", pod=\"2\"} 1");
    feed_run(1, "up{job=\"j\", instance=\"a\"} 1; x{job=\"j\", instance=\"a\", pod=\"1\"} stale; "
                "x{job=\"j\", instance=\"a\", pod=\"2\"} 1");
    const struct alert_info *a = alerts_at(w.alerts, 0);
    ck_assert_int_eq(a->state, ALERT_INACTIVE);
    ck_assert_msg(strstr(a->reason, "gone") != NULL, "%s", a->reason);
}
END_TEST

START_TEST(test_target_down)
{
    world_open(NOUN, "local");
    feed_run(0, "up{job=\"j\", instance=\"a\"} 1; x{job=\"j\", instance=\"a\"} 9; "
                "x{job=\"j\", instance=\"b\"} 1");
    feed_run(1, "up{job=\"j\", instance=\"a\"} 0; x{job=\"j\", instance=\"a\"} stale; "
                "x{job=\"j\", instance=\"b\"} 1");
    ck_assert_int_eq(alert_named("instance=\"a\"")->state, ALERT_UNKNOWN);
    ck_assert_msg(strstr(alerts_at(w.alerts, 0)->reason, "down") != NULL, "%s", alerts_text());
}
END_TEST

START_TEST(test_text_asks)
{
    world_open("- name: g\n  rules:\n  - alert: A\n    expr: x > 5\n    annotations:\n"
               "      summary: '{{ with query \"y\" }}{{ . | first | value }}{{ end }}'\n",
               "far");
    w.far.hold = true;
    feed(0, "x 9; y 42");
    world_begin(0);
    ck_assert_uint_eq(w.far.asked, 1);
    far_release();
    w.far.hold = true;
    turn(2);
    ck_assert_uint_eq(w.far.asked, 2);
    ck_assert(alerts_busy(w.alerts));
    ck_assert_uint_eq(alerts_count(w.alerts), 0);
    far_release();
    world_wait();
    ck_assert_uint_eq(alerts_count(w.alerts), 1);
    ck_assert(str_equal_c(alerts_at(w.alerts, 0)->annotations.items[0].value, "42"));
}
END_TEST

START_TEST(test_limit_keeps_what_fires)
{
    world_open("- name: g\n  limit: 1\n  rules:\n  - {alert: A, expr: x > 5}\n", "local");
    feed_run(0, "x{i=\"1\"} 9; x{i=\"2\"} 1");
    feed_run(1, "x{i=\"1\"} 9; x{i=\"2\"} 9");
    ck_assert_uint_eq(alerts_count(w.alerts), 1);
    ck_assert_int_eq(alerts_at(w.alerts, 0)->state, ALERT_FIRING);
    struct rule_info rule = rule_named("A");
    ck_assert_int_eq(rule.health, RULE_HEALTH_ERROR);
    ck_assert_msg(strstr(rule.error, "limit of 1") != NULL, "%s", rule.error);
    feed_run(2, "x{i=\"1\"} 9; x{i=\"2\"} 1");
    expect_alerts("firing {alertname=\"A\", i=\"1\"}\n");
    ck_assert_int_eq(rule_named("A").health, RULE_HEALTH_OK);
    ck_assert_str_eq(rule_named("A").error, "");
    ck_assert_str_eq(ledger_text("A"), "inactive>firing");
}
END_TEST

START_TEST(test_two_failures_are_unknown)
{
    world_open("- name: g\n  rules:\n  - {alert: A, expr: x > 5, for: 3m}\n", "far");
    feed_run(0, "x 9");
    feed_run(1, "x 9");
    w.far.failures = 1;
    run(2);
    expect_alerts("pending {alertname=\"A\"} (nobody answers)\n");
    ck_assert_int_eq(rule_named("A").health, RULE_HEALTH_ERROR);
    ck_assert_str_eq(rule_named("A").error, "nobody answers");
    w.far.failures = 1;
    run(3);
    expect_alerts("unknown {alertname=\"A\"} (nobody answers)\n");
    ck_assert(!alerts_at(w.alerts, 0)->fires);
    ck_assert_uint_eq(rule_named("A").unknown, 1);
    feed_run(4, "x 9"); /* what is not known does not count */
    expect_alerts("pending {alertname=\"A\"}\n");
    feed_run(5, "x 9");
    expect_alerts("firing {alertname=\"A\"}\n");
    struct group_stats stats;
    ck_assert(alerts_group_stats(w.alerts, 0, &stats));
    ck_assert_uint_eq(stats.failures, 2);
    ck_assert_uint_eq(stats.runs, 6);
    ck_assert(!alerts_group_stats(w.alerts, 1, &stats));
}
END_TEST

START_TEST(test_down_is_unknown_at_once)
{
    world_open(NOUN, "far");
    feed_run(0, "x 9");
    w.down = true;
    w.far.failures = 1;
    run(1);
    expect_alerts("unknown {alertname=\"A\"} fires (nobody answers)\n");
    w.down = false;
    feed_run(2, "x 1");
    expect_alerts("inactive {alertname=\"A\"} (the condition no longer holds)\n");
}
END_TEST

START_TEST(test_no_such_source)
{
    world_open(NOUN "  - {record: r, expr: x}\n", "nowhere");
    run(0);
    ck_assert_int_eq(rule_named("A").health, RULE_HEALTH_ERROR);
    ck_assert_str_eq(rule_named("A").error, "there is no source 'nowhere'");
    ck_assert_str_eq(rule_named("r").error, "there is no source 'nowhere'");
}
END_TEST

START_TEST(test_source_goes_while_asked)
{
    world_open(
        "- name: g\n  rules:\n  - {alert: A, expr: x > 5, annotations: {s: '{{ query \"y\" }}'}}\n",
        "far");
    feed(0, "x 9");
    w.far.hold = true;
    world_begin(0);
    far_release();
    w.absent = true; /* before the text is asked */
    world_wait();
    ck_assert_str_eq(rule_named("A").error, "the source is gone");
    expect_alerts("");
}
END_TEST

START_TEST(test_evidence_fails)
{
    world_open(NOUN, "far");
    feed_run(0, "x 9");
    feed(1, "x 1");
    w.far.hold = true;
    world_begin(1);
    far_release();
    turn(1);
    w.far.failures = 100; /* why it vanished cannot be asked */
    world_wait();
    w.far.failures = 0;
    ck_assert_msg(alerts_at(w.alerts, 0)->state == ALERT_UNKNOWN, "%s", alerts_text());
    feed_run(2, "x 1");
    ck_assert_int_eq(alerts_at(w.alerts, 0)->state, ALERT_INACTIVE);
}
END_TEST

START_TEST(test_side_by_side)
{
    world_open("- name: g\n  rules:\n  - {record: a, expr: x}\n  - {record: b, expr: x + 1}\n"
               "  - {alert: C, expr: x > 5}\n",
               "far");
    feed(0, "x 9");
    w.far.hold = true;
    world_begin(0);
    ck_assert_uint_eq(w.far.open.len, 3);
    far_release();
    world_wait();
    expect_series("b", 0, 0, "b 10@0\n");
}
END_TEST

static const struct {
    const char *name;
    const char *groups;
} dependent[] = {
    {"a metric", "- name: g\n  rules:\n  - {record: a, expr: x}\n  - {record: b, expr: a + 1}\n"},
    {"any metric", "- name: g\n  rules:\n  - {record: a, expr: x}\n  - {record: b, expr: "
                   "'{__name__=~\"a|z\"} + 1'}\n"},
    {"its condition to recover",
     "- name: g\n  rules:\n  - {record: a, expr: x}\n"
     "  - {alert: B, expr: x > 5, annotations: {tocsin_recover: 'a < 2'}}\n"},
    {"ALERTS",
     "- name: g\n  rules:\n  - {alert: A, expr: x > 5}\n  - {record: b, expr: count(ALERTS)}\n"},
};

START_TEST(test_one_after_the_other)
{
    world_open(dependent[_i].groups, "far");
    feed_run(0, "x 9");
    ck_assert_msg(w.far.most_open == 1, "%s: %zu at a time", dependent[_i].name, w.far.most_open);
    ck_assert_uint_eq(w.far.asked, 2);
}
END_TEST

START_TEST(test_writes_what_the_next_reads)
{
    world_open(dependent[0].groups, "local");
    feed_run(0, "x 9");
    expect_series("b", 0, 0, "b 10@0\n");
}
END_TEST

START_TEST(test_query_offset)
{
    world_open("- name: g\n  query_offset: 2m\n  rules:\n  - {record: a, expr: x}\n"
               "  - {alert: A, expr: x > 5}\n",
               "local");
    feed(0, "x 9");
    feed_run(2, "x 1");
    expect_series("a", 0, 2, "a 9@0\n");
    expect_series("ALERTS", 0, 2, "ALERTS{alertname=\"A\", alertstate=\"firing\"} 1@0\n");
    ck_assert_int_eq(alerts_at(w.alerts, 0)->active_at.ms, at(2).ms);
}
END_TEST

START_TEST(test_record_error)
{
    world_open("- name: g\n  limit: 1\n  rules:\n  - {record: a, expr: x}\n", "local");
    feed_run(0, "x{i=\"1\"} 1; x{i=\"2\"} 2");
    ck_assert_int_eq(rule_named("a").health, RULE_HEALTH_ERROR);
    ck_assert(!rule_named("a").alerting);
    expect_series("a", 0, 0, "");
    feed_run(1, "x{i=\"1\"} 1; x{i=\"2\"} stale");
    ck_assert_int_eq(rule_named("a").health, RULE_HEALTH_OK);
}
END_TEST

START_TEST(test_slots_are_missed)
{
    w.interval_ms = 20;
    world_open(NOUN, "far");
    w.far.hold = true;
    struct group_stats stats = {0};
    for (int i = 0; i < 6000 && stats.missed < 3; i++) {
        loop_step(w.loop, 10);
        ck_assert(alerts_group_stats(w.alerts, 0, &stats));
    }
    ck_assert_uint_ge(stats.missed, 3);
    ck_assert_uint_eq(w.far.asked, 1);
    ck_assert_uint_eq(rule_named("A").missed, stats.missed);
}
END_TEST

static void wait_for_runs(uint64_t runs)
{
    struct group_stats stats = {0};
    for (int i = 0; i < 6000 && stats.runs < runs; i++) {
        loop_step(w.loop, 10);
        ck_assert(alerts_group_stats(w.alerts, 0, &stats));
    }
    ck_assert_uint_ge(stats.runs, runs);
}

START_TEST(test_polls_are_waited_for)
{
    w.interval_ms = 1000;
    w.unpolled = true;
    world_open(NOUN, "local");
    for (int i = 0; i < 6000 && !alerts_busy(w.alerts); i++) {
        loop_step(w.loop, 10); /* its slot comes */
    }
    ck_assert(alerts_busy(w.alerts));
    w.inside = true;
    alerts_polled(w.alerts);
    w.inside = false;
    w.unpolled = false;
    alerts_polled(w.alerts);
    wait_for_runs(1);
    int64_t slot_ms = alerts_last_cycle(w.alerts).ms;
    ck_assert_int_eq(slot_ms % 1000, 0); /* at its slot, whenever the polls came */
    ck_assert_int_eq(rule_named("A").evaluated.ms, slot_ms);
    ck_assert_int_gt(rule_named("A").next.ms, slot_ms);
}
END_TEST

START_TEST(test_polls_do_not_come)
{
    w.interval_ms = 50;
    w.unpolled = true;
    world_open(NOUN, "local");
    wait_for_runs(2); /* at its deadline */
}
END_TEST

START_TEST(test_selects_nothing)
{
    world_open(
        "- name: g\n  rules:\n  - {alert: A, expr: nothing > 5}\n  - {alert: B, expr: x > 5}\n",
        "local");
    feed_run(0, "x 1");
    ck_assert_int_eq(rule_named("A").health, RULE_HEALTH_NO_DATA);
    ck_assert_str_eq(rule_named("A").note, "matches nothing at 'local': nothing");
    ck_assert_int_eq(rule_named("B").health, RULE_HEALTH_OK);
    ck_assert_str_eq(rule_named("B").note, "");
    feed_run(1, "x 1"); /* it is not asked about each time */
    ck_assert_int_eq(rule_named("A").health, RULE_HEALTH_NO_DATA);
    feed_run(5, "x 1; nothing 1");
    ck_assert_int_eq(rule_named("A").health, RULE_HEALTH_OK);
    feed_run(6, "x 1; nothing 9");
    ck_assert_int_eq(alerts_at(w.alerts, 0)->state, ALERT_FIRING);
}
END_TEST

/* A server is asked for it now and then only, and for nothing that is not needed. */
START_TEST(test_selects_nothing_at_a_server)
{
    world_open(
        "- name: g\n  rules:\n  - {alert: A, expr: nothing > 5}\n  - {alert: B, expr: x > 5}\n",
        "far");
    unsigned asked[20];
    for (unsigned i = 0; i < ARRAY_LEN(asked); i++) {
        unsigned before = w.far.asked;
        feed_run(i, i < 10 ? "x 1" : "x 1; nothing 1");
        asked[i] = w.far.asked - before;
        ck_assert(i > 9 || rule_named("A").health == RULE_HEALTH_NO_DATA);
    }
    ck_assert_str_eq(rule_named("B").note, "");
    ck_assert_int_eq(rule_named("A").health, RULE_HEALTH_OK);
    unsigned extra = 0;
    for (unsigned i = 0; i < ARRAY_LEN(asked); i++) {
        ck_assert_uint_le(asked[i], 4);
        extra += asked[i] - 2;
    }
    ck_assert_uint_eq(asked[0], 4);
    ck_assert_uint_eq(asked[1], 2);
    /* A every two or three minutes until there is something, then both every ten to fifteen. */
    ck_assert_uint_ge(extra, 2 + 3 + 1);
    ck_assert_uint_le(extra, 2 + 6 + 2);
}
END_TEST

START_TEST(test_order_and_counts)
{
    world_open("- name: g\n  rules:\n"
               "  - {alert: I, expr: x > 5, labels: {severity: info}}\n"
               "  - {alert: P, expr: x > 5, for: 5m, labels: {severity: critical}}\n"
               "  - {alert: W, expr: x > 5, labels: {severity: warning}}\n"
               "  - {alert: C, expr: y > 5, labels: {severity: critical}}\n"
               "  - {alert: K, expr: x > 5, labels: {severity: critical}}\n"
               "  - {alert: R, expr: z > 5, labels: {severity: critical}}\n",
               "local");
    feed_run(0, "x 9; y 1; z 9");
    feed_run(1, "x 9; y 9; z 1");
    ck_assert_int_eq(command(alerts_ack, alert_named("\"K\"")->id, "me", "mine", 0), ERROR_NONE);
    static const char *const order[] = {"C", "W", "K", "I", "P", "R"};
    ck_assert_uint_eq(alerts_count(w.alerts), ARRAY_LEN(order));
    for (size_t i = 0; i < ARRAY_LEN(order); i++) {
        ck_assert_str_eq(alerts_at(w.alerts, i)->rule, order[i]);
    }
    struct alert_counts c;
    alerts_counts(w.alerts, &c);
    ck_assert_uint_eq(c.critical, 2);
    ck_assert_uint_eq(c.warning, 1);
    ck_assert_uint_eq(c.info, 1);
    ck_assert_uint_eq(c.unacknowledged, 2);
    ck_assert_uint_eq(c.acknowledged, 1);
    ck_assert_uint_eq(c.pending, 1);
    ck_assert_uint_eq(c.unknown, 0);
    ck_assert_uint_eq(c.silenced, 0);
    ck_assert_uint_eq(c.resolved, 1);
}
END_TEST

START_TEST(test_inhibited_by_source_down)
{
    world_open("- name: g\n  rules:\n  - {alert: TocsinSourceDown, expr: tocsin_source_up == 0}\n"
               "  - {alert: A, expr: x > 5}\n  - {alert: B, expr: sum(x) > 5}\n",
               "local");
    feed_run(0, "x{job=\"j\"} 9; x{job=\"k\"} 9");
    feed_run(1, "x{job=\"j\"} stale; x{job=\"k\"} stale; tocsin_source_up{source=\"j\"} 0");
    ck_assert_str_eq(alert_named("\"A\", job=\"j\"")->inhibited_by, "TocsinSourceDown");
    ck_assert_ptr_null(alert_named("\"A\", job=\"k\"")->inhibited_by);
    ck_assert_ptr_null(alert_named("\"B\"")->inhibited_by);
    struct alert_counts c;
    alerts_counts(w.alerts, &c);
    ck_assert_uint_eq(c.silenced, 1);
    ck_assert_uint_eq(c.unknown, 2);
}
END_TEST

START_TEST(test_down_without_a_source_inhibits_nothing)
{
    world_open("- name: g\n  rules:\n  - {alert: TocsinSourceDown, expr: down == 1}\n"
               "  - {alert: A, expr: x > 5}\n",
               "local");
    feed_run(0, "x 9; down 1");
    feed_run(1, "x stale; down 1");
    ck_assert_int_eq(alert_named("\"A\"")->state, ALERT_UNKNOWN);
    ck_assert_ptr_null(alert_named("\"A\"")->inhibited_by);
}
END_TEST

START_TEST(test_version_and_changed)
{
    world_open(NOUN, "local");
    turn(2);
    unsigned changes = w.changes;
    uint64_t version = alerts_version(w.alerts);
    turn(3);
    ck_assert_uint_eq(w.changes, changes);
    ck_assert_uint_eq(alerts_version(w.alerts), version);
    feed_run(0, "x 9");
    turn(2);
    ck_assert_uint_gt(w.changes, changes);
    ck_assert_uint_gt(alerts_version(w.alerts), version);
    ck_assert_ptr_null(alerts_problem(w.alerts));
}
END_TEST

START_TEST(test_destroyed_at_any_time)
{
    for (unsigned turns = 0; turns < 8; turns++) {
        world_open("- name: g\n  rules:\n"
                   "  - {alert: A, expr: x > 5, annotations: {s: '{{ query \"y\" | len }}'}}\n"
                   "  - {alert: B, expr: x > 5}\n  - {record: c, expr: ALERTS}\n"
                   "- name: h\n  rules:\n  - {alert: D, expr: x > 5}\n",
                   "far");
        w.far.hold = turns % 2 == 0;
        feed(turns, turns % 3 == 0 ? "x 9; y 1" : "x 1; y 1");
        world_begin(turns);
        turn(turns);
        struct told told = {0};
        alerts_ack(w.alerts, 1, "me", "", 0, on_told, &told); /* refused, in the next turn */
        alerts_transitions(w.alerts, &(struct transition_filter){.limit = 1}, NULL, NULL);
        world_close();
        ck_assert_uint_eq(w.far.open.len, 0);
        turn(3);
        ck_assert_uint_eq(told.count, 0);
    }
}
END_TEST

START_TEST(test_never_answered_is_cancelled)
{
    world_open(NOUN, "far");
    w.far.hold = true;
    world_begin(0);
    ck_assert_uint_eq(w.far.open.len, 1);
    world_close();
    ck_assert_uint_eq(w.far.open.len, 0);
    ck_assert_uint_eq(w.far.cancelled, 1);
}
END_TEST

int main(void)
{
    TCase *states = tcase_create("states");
    tcase_add_checked_fixture(states, world_setup, world_teardown);
    tcase_add_test(states, test_pending_firing_resolved);
    tcase_add_test(states, test_pending_dropped);
    tcase_add_test(states, test_recover_holds);
    tcase_add_test(states, test_data_stops);
    tcase_add_test(states, test_unknown_then_false_is_told_from_unknown);
    tcase_add_test(states, test_object_gone);
    tcase_add_test(states, test_target_down);
    tcase_add_test(states, test_text_asks);
    tcase_add_test(states, test_limit_keeps_what_fires);
    TCase *answers = tcase_create("answers");
    tcase_add_checked_fixture(answers, world_setup, world_teardown);
    tcase_add_test(answers, test_two_failures_are_unknown);
    tcase_add_test(answers, test_down_is_unknown_at_once);
    tcase_add_test(answers, test_no_such_source);
    tcase_add_test(answers, test_source_goes_while_asked);
    tcase_add_test(answers, test_evidence_fails);
    tcase_add_test(answers, test_selects_nothing);
    tcase_add_test(answers, test_selects_nothing_at_a_server);
    tcase_add_test(answers, test_destroyed_at_any_time);
    tcase_add_test(answers, test_never_answered_is_cancelled);
    TCase *groups = tcase_create("groups");
    tcase_add_checked_fixture(groups, world_setup, world_teardown);
    tcase_add_test(groups, test_side_by_side);
    tcase_add_loop_test(groups, test_one_after_the_other, 0, ARRAY_LEN(dependent));
    tcase_add_test(groups, test_writes_what_the_next_reads);
    tcase_add_test(groups, test_query_offset);
    tcase_add_test(groups, test_record_error);
    tcase_add_test(groups, test_slots_are_missed);
    tcase_add_test(groups, test_polls_are_waited_for);
    tcase_add_test(groups, test_polls_do_not_come);
    TCase *views = tcase_create("views");
    tcase_add_checked_fixture(views, world_setup, world_teardown);
    tcase_add_test(views, test_order_and_counts);
    tcase_add_test(views, test_inhibited_by_source_down);
    tcase_add_test(views, test_down_without_a_source_inhibits_nothing);
    tcase_add_test(views, test_version_and_changed);
    return suite_run("alert/alerts", states, answers, groups, views);
}
