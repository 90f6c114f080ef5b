/* What people do about alerts: acknowledgements, silences; other engines' alerts; other rules. */
#include "alerts_fixture.h"

#include "alert/alerts_private.h"

#define NOUN "- name: g\n  rules:\n  - {alert: A, expr: x > 5}\n"

/* Commands are of now: the evaluations are before them. */
static void setup_before(void)
{
    world_setup_at(-60);
}

static uint64_t id_of(const char *part)
{
    return alert_named(part)->id;
}

/* The silence's parts are the caller's to release. */
static struct silence silence_of(const char *matcher, int64_t from_ms, int64_t to_ms)
{
    struct silence s;
    struct error err = ERROR_INIT;
    int64_t now_ms = loop_wall(w.loop).ms;
    silence_init(&s);
    ck_assert_msg(silence_add_matcher(&s, str_from(matcher), &err), "%s", error_text(&err));
    s.starts_at_ms = now_ms + from_ms;
    s.ends_at_ms = now_ms + to_ms;
    s.created_by = mem_strdup("me");
    s.comment = mem_strdup("why");
    return s;
}

/* Its id; the caller frees. */
static char *put_silence(const char *matcher, int64_t from_ms, int64_t to_ms)
{
    struct silence s = silence_of(matcher, from_ms, to_ms);
    char *id = NULL;
    ck_assert_int_eq(command(alerts_silence_put, &s, &id), ERROR_NONE);
    ck_assert_ptr_nonnull(id);
    silence_release(&s);
    return id;
}

/* Turns the loop until the ledger tells `from>to`. */
static void wait_for(const char *what)
{
    for (int i = 0; i < 3000 && strstr(ledger_text(NULL), what) == NULL; i++) {
        loop_step(w.loop, 10);
    }
    ck_assert_msg(strstr(ledger_text(NULL), what) != NULL, "no '%s' in %s", what,
                  ledger_text(NULL));
}

START_TEST(test_ack)
{
    world_open(NOUN, "local");
    feed_run(0, "x 9");
    ck_assert_int_eq(command(alerts_ack, id_of("A"), "me", "looking", 0), ERROR_NONE);
    expect_alerts("firing {alertname=\"A\"} acked\n");
    const struct ack *ack = alert_named("A")->ack;
    ck_assert_str_eq(ack->by, "me");
    ck_assert_str_eq(ack->note, "looking");
    ck_assert_int_eq(command(alerts_ack, id_of("A"), "you", NULL, 0), ERROR_NONE);
    ck_assert_str_eq(alert_named("A")->ack->by, "you");
    ck_assert_str_eq(alert_named("A")->ack->note, "");
    feed_run(1, "x 9");
    expect_alerts("firing {alertname=\"A\"} acked\n");
    feed_run(2, "x 1");
    expect_alerts("inactive {alertname=\"A\"} (the condition no longer holds)\n");
    feed_run(3, "x 9");
    expect_alerts("firing {alertname=\"A\"}\n");
}
END_TEST

START_TEST(test_unack)
{
    world_open(NOUN, "local");
    feed_run(0, "x 9");
    ck_assert_int_eq(command(alerts_unack, id_of("A"), "me"), ERROR_NOT_FOUND);
    ck_assert_int_eq(command(alerts_ack, id_of("A"), "me", "", 0), ERROR_NONE);
    ck_assert_int_eq(command(alerts_unack, id_of("A"), "me"), ERROR_NONE);
    expect_alerts("firing {alertname=\"A\"}\n");
    ck_assert_str_eq(ledger_text("A"), "inactive>firing firing>acknowledged firing>unacknowledged");
}
END_TEST

START_TEST(test_ack_expires)
{
    world_open(NOUN, "local");
    feed_run(0, "x 9");
    int64_t soon_ms = loop_wall(w.loop).ms + 30;
    ck_assert_int_eq(command(alerts_ack, id_of("A"), "me", "", soon_ms), ERROR_NONE);
    wait_for("acknowledged>firing");
    expect_alerts("firing {alertname=\"A\"}\n");
    /* Also where its time is over already. */
    ck_assert_int_eq(command(alerts_ack, id_of("A"), "me", "", 1), ERROR_NONE);
    for (int i = 0; i < 3000 && alert_named("A")->ack != NULL; i++) {
        loop_step(w.loop, 10);
    }
    expect_alerts("firing {alertname=\"A\"}\n");
}
END_TEST

START_TEST(test_refused)
{
    world_open(NOUN, "local");
    feed_run(0, "x 9");
    ck_assert_int_eq(command(alerts_ack, 4711, "me", "", 0), ERROR_NOT_FOUND);
    ck_assert_int_eq(command(alerts_unack, 4711, "me"), ERROR_NOT_FOUND);
    ck_assert_int_eq(command(alerts_dismiss, 4711, "me", ""), ERROR_NOT_FOUND);
    ck_assert_int_eq(command(alerts_dismiss, id_of("A"), "me", ""), ERROR_USAGE);
    ck_assert_int_eq(command(alerts_silence_expire, "nonesuch", "me"), ERROR_NOT_FOUND);
    feed_run(1, "x 1");
    ck_assert_int_eq(command(alerts_ack, id_of("A"), "me", "", 0), ERROR_NOT_FOUND);
    ck_assert_str_eq(last.text, "the alert is resolved");
}
END_TEST

START_TEST(test_dismiss)
{
    world_open(NOUN, "local");
    feed_run(0, "x 9");
    feed_run(1, "x stale");
    ck_assert_int_eq(command(alerts_ack, id_of("A"), "me", "", 0), ERROR_NONE);
    ck_assert_int_eq(command(alerts_dismiss, id_of("A"), "me", "taken down"), ERROR_NONE);
    expect_alerts("inactive {alertname=\"A\"} (taken down)\n");
    run(2);
    expect_alerts("inactive {alertname=\"A\"} (taken down)\n");
    expect_series("ALERTS", 0, 2,
                  "ALERTS{alertname=\"A\", alertstate=\"firing\"} 1@0 1@1 stale@2\n");
    ck_assert_str_eq(ledger_text("A"),
                     "inactive>firing firing>unknown unknown>acknowledged unknown>inactive");
    feed_run(3, "x 9");
    expect_alerts("firing {alertname=\"A\"}\n");
}
END_TEST

START_TEST(test_dismissed_while_evaluated)
{
    world_open(NOUN, "far");
    feed_run(0, "x{i=\"1\"} 9; x{i=\"2\"} 9");
    feed_run(1, "x{i=\"1\"} stale; x{i=\"2\"} stale");
    w.far.hold = true;
    world_begin(2);
    far_release();
    w.far.hold = true;
    turn(2); /* it is asked why they vanished */
    ck_assert_uint_gt(w.far.open.len, 1);
    ck_assert_int_eq(command(alerts_dismiss, id_of("\"1\""), "me", "gone"), ERROR_NONE);
    far_release();
    world_wait();
    ck_assert_str_eq(alert_named("\"1\"")->reason, "gone");
    ck_assert_int_eq(alert_named("\"1\"")->state, ALERT_INACTIVE);
    ck_assert_int_eq(alert_named("\"2\"")->state, ALERT_UNKNOWN);
}
END_TEST

START_TEST(test_silence)
{
    world_open(NOUN, "local");
    feed_run(0, "x{i=\"1\"} 9; x{i=\"2\"} 9");
    char *id = put_silence("i=1", 0, MINUTE);
    expect_alerts(
        "firing {alertname=\"A\", i=\"2\"}\nfiring {alertname=\"A\", i=\"1\"} silenced\n");
    ck_assert_str_eq(alert_named("\"1\"")->silences[0]->id, id);
    struct silence s;
    silence_copy(&s, alerts_silence_find(w.alerts, id));
    matcher_release(&s.matchers.items[0]);
    s.matchers.len = 0;
    struct error err = ERROR_INIT;
    ck_assert(silence_add_matcher(&s, STR("i=~1|2"), &err));
    char *again = NULL;
    ck_assert_int_eq(command(alerts_silence_put, &s, &again), ERROR_NONE);
    ck_assert_str_eq(again, id);
    ck_assert_uint_eq(alerts_silence_count(w.alerts), 1);
    expect_alerts("firing {alertname=\"A\", i=\"1\"} silenced\n"
                  "firing {alertname=\"A\", i=\"2\"} silenced\n");
    ck_assert_int_eq(command(alerts_silence_expire, id, "you"), ERROR_NONE);
    expect_alerts("firing {alertname=\"A\", i=\"1\"}\nfiring {alertname=\"A\", i=\"2\"}\n");
    ck_assert_int_eq(command(alerts_silence_expire, id, "you"), ERROR_NOT_FOUND);
    ck_assert_str_eq(last.text, "the silence has ended already");
    /* Who ends it by hand need not be told. */
    turn(3);
    ck_assert_ptr_null(strstr(ledger_text(NULL), "silenced>"));
    silence_release(&s);
    free(again);
    free(id);
}
END_TEST

START_TEST(test_silence_refused)
{
    world_open(NOUN, "local");
    struct silence s = silence_of("alertname=~\".*\"", 0, MINUTE);
    char *id = NULL;
    ck_assert_int_eq(command(alerts_silence_put, &s, &id), ERROR_CONFIG);
    ck_assert_ptr_null(id);
    silence_release(&s);
    s = silence_of("i=1", 0, MINUTE);
    s.id = mem_strdup("nonesuch");
    ck_assert_int_eq(command(alerts_silence_put, &s, &id), ERROR_NOT_FOUND);
    ck_assert_ptr_null(id);
    silence_release(&s);
    s = silence_of("i=1", 0, MINUTE);
    s.source = mem_strdup("nowhere");
    ck_assert_int_eq(command(alerts_silence_put, &s, &id), ERROR_NOT_FOUND);
    silence_release(&s);
    ck_assert_uint_eq(alerts_silence_count(w.alerts), 0);
}
END_TEST

START_TEST(test_silence_limit)
{
    world_open(NOUN, "local");
    struct silence s = silence_of("i=1", 0, MINUTE);
    for (size_t i = 0; i < SILENCE_MAX; i++) {
        alerts_silence_put(w.alerts, &s, NULL, NULL, NULL);
    }
    ck_assert_uint_eq(alerts_silence_count(w.alerts), SILENCE_MAX);
    ck_assert_int_eq(command(alerts_silence_put, &s, NULL), ERROR_LIMIT);
    silence_release(&s);
}
END_TEST

START_TEST(test_silence_begins_and_ends)
{
    world_open(NOUN, "local");
    feed_run(0, "x 9");
    free(put_silence("alertname=A", 40, 80));
    wait_for("silenced>firing"); /* "it still fires" */
    expect_alerts("firing {alertname=\"A\"}\n");
    ck_assert_int_eq(silence_state_at(alerts_silence_at(w.alerts, 0), loop_wall(w.loop).ms),
                     SILENCE_EXPIRED);
    size_t told = strlen(ledger_text(NULL));
    alerts_boundaries_pass(w.alerts);
    ck_assert_uint_eq(strlen(ledger_text(NULL)), told);
}
END_TEST

START_TEST(test_silence_pending_is_expired)
{
    world_open(NOUN, "local");
    char *id = put_silence("alertname=A", MINUTE, 2 * MINUTE);
    ck_assert_int_eq(command(alerts_silence_expire, id, "me"), ERROR_NONE);
    ck_assert_int_eq(silence_state_at(alerts_silence_find(w.alerts, id),
                                      loop_wall(w.loop).ms + 3 * MINUTE / 2),
                     SILENCE_EXPIRED);
    free(id);
}
END_TEST

/* The evaluations below lie within one moment: what is quiet is so "since now". */
START_TEST(test_silence_ends_when_resolved)
{
    world_open(NOUN, "local");
    feed_run(0, "x 9");
    struct silence s = silence_of("alertname=A", 0, 60 * MINUTE);
    s.end_when_resolved_ms = 40;
    char *id = NULL;
    ck_assert_int_eq(command(alerts_silence_put, &s, &id), ERROR_NONE);
    silence_release(&s);
    feed_run(1, "x 9");
    ck_assert_int_eq(alerts_silence_find(w.alerts, id)->quiet_since_ms, 0);
    feed_run(2, "x 1");
    ck_assert_int_ne(alerts_silence_find(w.alerts, id)->quiet_since_ms, 0);
    feed_run(3, "x 9"); /* again: it begins anew */
    ck_assert(silence_state_at(alerts_silence_find(w.alerts, id), loop_wall(w.loop).ms) !=
                  SILENCE_ACTIVE ||
              alerts_silence_find(w.alerts, id)->quiet_since_ms == 0);
    feed_run(4, "x 1");
    wait_for(">silence ended");
    ck_assert_int_eq(silence_state_at(alerts_silence_find(w.alerts, id), loop_wall(w.loop).ms),
                     SILENCE_EXPIRED);
    free(id);
}
END_TEST

START_TEST(test_silence_preview)
{
    world_open(NOUN, "local");
    size_t now, day;
    feed_run(0, "x{i=\"1\"} 9; x{i=\"2\"} 9; x{i=\"3\"} 9");
    feed_run(1, "x{i=\"1\"} 9; x{i=\"2\"} 1; x{i=\"3\"} 1");
    feed_run(2, "x{i=\"1\"} 9; x{i=\"2\"} 9; x{i=\"3\"} 9");
    feed_run(3, "x{i=\"1\"} 9; x{i=\"2\"} 1; x{i=\"3\"} 1");
    struct silence s = silence_of("i=~1|2", 0, MINUTE);
    alerts_silence_preview(w.alerts, &s, &now, &day);
    ck_assert_uint_eq(now, 1);
    ck_assert_uint_eq(day, 2);
    silence_release(&s);
    s = silence_of("i=9", 0, MINUTE);
    alerts_silence_preview(w.alerts, &s, &now, &day);
    ck_assert_uint_eq(now, 0);
    ck_assert_uint_eq(day, 0);
    silence_release(&s);
}
END_TEST

START_TEST(test_silences_in_order)
{
    world_open(NOUN, "local");
    char *ids[4] = {put_silence("i=1", 0, 9 * MINUTE), put_silence("i=2", 0, 5 * MINUTE),
                    put_silence("i=3", -9 * MINUTE, 8 * MINUTE),
                    put_silence("i=4", MINUTE, 7 * MINUTE)};
    ck_assert_int_eq(command(alerts_silence_expire, ids[2], "me"), ERROR_NONE);
    static const size_t order[] = {1, 3, 0, 2};
    ck_assert_uint_eq(alerts_silence_count(w.alerts), 4);
    for (size_t i = 0; i < ARRAY_LEN(order); i++) {
        ck_assert_str_eq(alerts_silence_at(w.alerts, i)->id, ids[order[i]]);
    }
    for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
        free(ids[i]);
    }
}
END_TEST

/* Another engine, which does as it is told at once, in the next turn. */
static struct {
    alerts_done_cb done;
    void *user;
    unsigned puts, expires;
    char id[40];
} host;

static void host_done(void *user)
{
    (void)user;
    host.done(host.user, NULL);
}

static void host_put(void *user, const struct silence *s, alerts_done_cb done, void *done_user)
{
    (void)user;
    (void)s;
    host.puts++;
    host.done = done;
    host.user = done_user;
    loop_defer(w.loop, host_done, NULL);
}

static void host_expire(void *user, const char *id, alerts_done_cb done, void *done_user)
{
    host_put(user, NULL, done, done_user);
    host.expires++;
    snprintf(host.id, sizeof(host.id), "%s", id);
}

static struct labels *labels_of(const char *text)
{
    struct error err = ERROR_INIT;
    struct str rest;
    struct labels *labels = series_notation_labels(str_from(text), w.table, &rest, &err);
    ck_assert_msg(labels != NULL, "%s", error_text(&err));
    return labels;
}

START_TEST(test_others)
{
    const struct silence_host am = {.put = host_put, .expire = host_expire};
    world_open(NOUN, "local");
    feed_run(0, "x{i=\"1\"} 9");
    memset(&host, 0, sizeof(host));
    alerts_set_silence_host(w.alerts, "am", &am);
    struct other_alert list[2] = {{.labels =
                                       labels_of("{alertname=\"O\", i=\"1\", severity=\"page\"}"),
                                   .origin = ALERT_OF_ALERTMANAGER,
                                   .state = ALERT_FIRING,
                                   .starts_at = at(-3),
                                   .generator_url = "http://g"},
                                  {.labels = labels_of("{alertname=\"M\"}"),
                                   .origin = ALERT_OF_ALERTMANAGER,
                                   .state = ALERT_FIRING,
                                   .suppressed = true}};
    struct silence there = silence_of("alertname=M", 0, MINUTE);
    there.id = mem_strdup("theirs");
    uint64_t version = alerts_version(w.alerts);
    alerts_set_others(w.alerts, "am", list, 2, &there, 1);
    ck_assert_uint_gt(alerts_version(w.alerts), version);
    expect_alerts("firing {alertname=\"O\", i=\"1\", severity=\"page\"}\n"
                  "firing {alertname=\"A\", i=\"1\"}\nfiring {alertname=\"M\"} silenced\n");
    ck_assert_str_eq(alerts_at(w.alerts, 0)->rule, "O");
    ck_assert_str_eq(alerts_at(w.alerts, 0)->source, "am");
    ck_assert_int_eq(command(alerts_ack, alerts_at(w.alerts, 0)->id, "me", "", 0), ERROR_NOT_FOUND);
    /* A silence of tocsin's hides both; one made there hides what is there. */
    size_t now, day;
    struct silence s = silence_of("i=1", 0, MINUTE);
    alerts_silence_preview(w.alerts, &s, &now, &day);
    ck_assert_uint_eq(now, 2);
    s.source = mem_strdup("am");
    alerts_silence_preview(w.alerts, &s, &now, &day);
    ck_assert_uint_eq(now, 1);
    char *id = (char *)(uintptr_t) "";
    ck_assert_int_eq(command(alerts_silence_put, &s, &id), ERROR_NONE);
    ck_assert_ptr_null(id);
    ck_assert_uint_eq(host.puts, 1);
    ck_assert_int_eq(command(alerts_silence_expire, "theirs", "me"), ERROR_NONE);
    ck_assert_str_eq(host.id, "theirs");
    silence_release(&s);
    /* Others take the place of what was. */
    alerts_set_others(w.alerts, "am", list, 1, NULL, 0);
    ck_assert_uint_eq(alerts_count(w.alerts), 2);
    ck_assert_uint_eq(alerts_silence_count(w.alerts), 0);
    turn(2);
    unsigned changes = w.changes;
    alerts_drop_others(w.alerts, "am");
    expect_alerts("firing {alertname=\"A\", i=\"1\"}\n");
    turn(2);
    ck_assert_uint_gt(w.changes, changes);
    alerts_drop_others(w.alerts, "am");
    s = silence_of("i=1", 0, MINUTE);
    s.source = mem_strdup("am");
    ck_assert_int_eq(command(alerts_silence_put, &s, NULL), ERROR_NOT_FOUND);
    silence_release(&s);
    alerts_set_others(w.alerts, "am", list, 2, &there, 1); /* destroyed with the alerts */
    silence_release(&there);
    labels_unref(list[0].labels);
    labels_unref(list[1].labels);
}
END_TEST

#define TWO                                                                                    \
    "- name: g\n  rules:\n  - {alert: A, expr: x > 5}\n  - {alert: B, expr: x > 5, for: 5m}\n" \
    "  - {record: r, expr: x}\n  - {record: q, expr: x}\n"

START_TEST(test_reload_goes_on)
{
    world_open(TWO, "local");
    feed_run(0, "x 9");
    ck_assert_int_eq(command(alerts_ack, id_of("\"A\""), "me", "", 0), ERROR_NONE);
    uint64_t id = id_of("\"A\"");
    /* Another expression, and another order. */
    world_reload("- name: new\n  rules:\n  - {alert: N, expr: x > 5}\n"
                 "- name: g\n  rules:\n  - {record: r, expr: x}\n"
                 "  - {alert: B, expr: x > 4, for: 5m}\n  - {alert: A, expr: x > 4}\n",
                 "local");
    ck_assert_uint_eq(id_of("\"A\""), id);
    ck_assert_int_eq(rule_named("r").health, RULE_HEALTH_OK);
    ck_assert_int_eq(rule_named("N").health, RULE_HEALTH_NEW);
    expect_alerts("firing {alertname=\"A\"} acked\npending {alertname=\"B\"}\n");
    feed_run(5, "x 9");
    ck_assert_int_eq(alert_named("\"A\"")->active_at.ms, at(0).ms);
    ck_assert_int_eq(alert_named("\"B\"")->fired_at.ms, at(5).ms);
    /* No marker between. */
    expect_series("r", -70, 5, "r 9@0 9@5\n");
    expect_series("ALERTS", -70, 5,
                  "ALERTS{alertname=\"A\", alertstate=\"firing\"} 1@0 1@5\n"
                  "ALERTS{alertname=\"B\", alertstate=\"firing\"} 1@5\n"
                  "ALERTS{alertname=\"B\", alertstate=\"pending\"} 1@0 stale@5\n"
                  "ALERTS{alertname=\"N\", alertstate=\"firing\"} 1@5\n");
}
END_TEST

START_TEST(test_reload_rule_gone)
{
    world_open(TWO, "local");
    feed_run(-120, "x 9");
    ck_assert_int_eq(command(alerts_ack, id_of("\"A\""), "me", "", 0), ERROR_NONE);
    world_reload("- name: g\n  rules:\n  - {record: r, expr: x}\n", "local");
    expect_alerts("");
    ck_assert_str_eq(ledger_text("A"), "inactive>firing firing>acknowledged firing>inactive");
    ck_assert_str_eq(ledger_text("B"), "inactive>pending pending>inactive");
    size_t now, day;
    struct silence s = silence_of("alertname=~A|B", 0, MINUTE);
    alerts_silence_preview(w.alerts, &s, &now, &day);
    ck_assert_uint_eq(now, 0);
    ck_assert_uint_eq(day, 1);
    silence_release(&s);
    char *text = store_text(w.store, "__name__", "q", at(-121).ms, at(0).ms);
    ck_assert_msg(strstr(text, "stale") != NULL, "%s", text);
    free(text);
    text = store_text(w.store, "__name__", "r", at(-121).ms, at(0).ms);
    ck_assert_msg(strstr(text, "stale") == NULL, "%s", text);
    free(text);
}
END_TEST

START_TEST(test_reload_renamed)
{
    world_open(NOUN, "local");
    feed_run(0, "x 9");
    world_reload("- name: g\n  rules:\n  - {alert: Z, expr: x > 5}\n", "local");
    expect_alerts("");
    feed_run(1, "x 9");
    expect_alerts("firing {alertname=\"Z\"}\n");
    world_reload("- name: other\n  rules:\n  - {alert: Z, expr: x > 5}\n", "local");
    expect_alerts("");
}
END_TEST

START_TEST(test_reload_same_name_of_another_kind)
{
    world_open("- name: g\n  rules:\n  - {record: A, expr: x}\n  - {alert: A, expr: x > 5}\n",
               "local");
    feed_run(0, "x 9");
    world_reload("- name: g\n  rules:\n  - {record: A, expr: x}\n  - {alert: A, expr: x > 5}\n",
                 "local");
    expect_alerts("firing {alertname=\"A\"}\n");
    world_reload("- name: g\n  rules:\n  - {record: A, expr: x}\n", "local");
    expect_alerts("");
    run(1);
}
END_TEST

START_TEST(test_reload_while_evaluated)
{
    world_open(NOUN, "far");
    feed_run(0, "x 9");
    w.far.hold = true;
    world_begin(1);
    world_reload("- name: g\n  rules:\n  - {alert: A, expr: x > 5}\n", "far");
    ck_assert(!alerts_busy(w.alerts));
    ck_assert_uint_eq(w.far.open.len, 0);
    far_release();
    feed_run(2, "x 1");
    expect_alerts("inactive {alertname=\"A\"} (the condition no longer holds)\n");
}
END_TEST

START_TEST(test_namesakes)
{
    world_open("- name: g\n  rules:\n  - {alert: A, expr: x > 5}\n  - {alert: A, expr: x > 5}\n",
               "local");
    feed_run(0, "x 9");
    ck_assert_uint_eq(alerts_count(w.alerts), 2);
    ck_assert_uint_ne(alerts_at(w.alerts, 0)->id, alerts_at(w.alerts, 1)->id);
    ck_assert_int_eq(command(alerts_ack, alerts_at(w.alerts, 1)->id, "me", "", 0), ERROR_NONE);
    expect_alerts("firing {alertname=\"A\"}\nfiring {alertname=\"A\"} acked\n");
}
END_TEST

START_TEST(test_destroyed_with_commands)
{
    world_open(NOUN, "local");
    feed_run(0, "x 9");
    struct told told = {0};
    struct silence s = silence_of("i=1", 0, MINUTE);
    for (int i = 0; i < 3; i++) {
        alerts_ack(w.alerts, id_of("A"), "me", "", 0, on_told, &told);
        alerts_ack(w.alerts, 1, "me", "", 0, on_told, &told);
        alerts_silence_put(w.alerts, &s, NULL, on_told, &told);
    }
    silence_release(&s);
    alerts_destroy(w.alerts);
    w.alerts = NULL;
    for (int i = 0; i < 20; i++) {
        loop_step(w.loop, 5);
    }
    ck_assert_uint_eq(told.count, 0);
}
END_TEST

int main(void)
{
    TCase *acks = tcase_create("acknowledgements");
    tcase_add_checked_fixture(acks, setup_before, world_teardown);
    tcase_add_test(acks, test_ack);
    tcase_add_test(acks, test_unack);
    tcase_add_test(acks, test_ack_expires);
    tcase_add_test(acks, test_refused);
    tcase_add_test(acks, test_dismiss);
    tcase_add_test(acks, test_dismissed_while_evaluated);
    tcase_add_test(acks, test_destroyed_with_commands);
    TCase *silences = tcase_create("silences");
    tcase_add_checked_fixture(silences, setup_before, world_teardown);
    tcase_add_test(silences, test_silence);
    tcase_add_test(silences, test_silence_refused);
    tcase_add_test(silences, test_silence_limit);
    tcase_add_test(silences, test_silence_begins_and_ends);
    tcase_add_test(silences, test_silence_pending_is_expired);
    tcase_add_test(silences, test_silence_ends_when_resolved);
    tcase_add_test(silences, test_silence_preview);
    tcase_add_test(silences, test_silences_in_order);
    tcase_add_test(silences, test_others);
    TCase *reloads = tcase_create("reloads");
    tcase_add_checked_fixture(reloads, world_setup, world_teardown);
    tcase_add_test(reloads, test_reload_goes_on);
    tcase_add_test(reloads, test_reload_rule_gone);
    tcase_add_test(reloads, test_reload_renamed);
    tcase_add_test(reloads, test_reload_same_name_of_another_kind);
    tcase_add_test(reloads, test_reload_while_evaluated);
    tcase_add_test(reloads, test_namesakes);
    return suite_run("alert/alerts_commands", acks, silences, reloads);
}
