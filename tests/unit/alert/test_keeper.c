/* What alerts are survives: what is put into the journal comes back with the next run. */
#include <ftw.h>
#include <stdio.h>
#include <unistd.h>

#include "alerts_fixture.h"

#include "alert/kept_text.h"

#define UP "- name: g\n  rules:\n  - {alert: A, expr: x > 5, for: 10m}\n"

static char folder[64];

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static void open_folder(void)
{
    snprintf(folder, sizeof(folder), "/tmp/tocsin-keeper-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    w.folder = folder;
}

/* Minute 0 is so long ago that the evaluations below end about now. */
static void setup(void)
{
    world_setup_at(-12);
    open_folder();
}

static void setup_long_ago(void)
{
    world_setup_at(-90);
    open_folder();
}

static void teardown(void)
{
    world_teardown();
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void restart(const char *groups)
{
    world_close();
    world_open(groups, "local");
    ck_assert(w.status.on_disk);
}

START_TEST(test_pending_goes_on)
{
    world_open(UP, "local");
    feed_run(0, "x 9");
    feed_run(4, "x 9");
    restart(UP);
    expect_alerts("pending {alertname=\"A\"}\n");
    ck_assert_int_eq(alerts_at(w.alerts, 0)->active_at.ms, at(0).ms);
    ck_assert_ptr_null(alerts_problem(w.alerts));
    feed_run(8, "x 9"); /* four minutes of ten: those between do not count */
    expect_alerts("pending {alertname=\"A\"}\n");
    feed_run(13, "x 9");
    expect_alerts("pending {alertname=\"A\"}\n");
    feed_run(14, "x 9");
    expect_alerts("firing {alertname=\"A\"}\n");
}
END_TEST

START_TEST(test_pending_begins_anew)
{
    world_open(UP, "local");
    feed_run(0, "x 9"); /* more than an hour ago */
    restart(UP);
    expect_alerts("");
    ck_assert_str_eq(ledger_text("A"), "inactive>pending pending>inactive");
    restart(UP);
    expect_alerts("");
    ck_assert_str_eq(ledger_text("A"), "inactive>pending pending>inactive");
}
END_TEST

#define NOUN                                                                 \
    "- name: g\n  rules:\n  - {alert: A, expr: x > 5, keep_firing_for: 5m, " \
    "annotations: {s: 'is {{ $value }}: \"so\"'}}\n"

START_TEST(test_firing)
{
    world_open(NOUN, "local");
    feed_run(0, "x 9");
    uint64_t id = alerts_at(w.alerts, 0)->id;
    restart(NOUN);
    expect_alerts("firing {alertname=\"A\"}\n");
    const struct alert_info *a = alerts_at(w.alerts, 0);
    ck_assert_uint_eq(a->id, id);
    ck_assert(a->fires);
    ck_assert_double_eq(a->value, 9);
    ck_assert_int_eq(a->fired_at.ms, at(0).ms);
    ck_assert_uint_eq(a->annotations.count, 1);
    ck_assert(str_equal_c(a->annotations.items[0].value, "is 9: \"so\""));
    feed_run(1, "x 9");
    ck_assert_str_eq(ledger_text("A"), "inactive>firing");
}
END_TEST

START_TEST(test_keep_firing)
{
    world_open(NOUN, "local");
    feed_run(0, "x 9");
    feed_run(1, "x 1");
    expect_alerts("firing {alertname=\"A\"} (the condition no longer holds; kept firing)\n");
    restart(NOUN);
    expect_alerts("firing {alertname=\"A\"} (the condition no longer holds; kept firing)\n");
    feed_run(5, "x 1");
    ck_assert_int_eq(alerts_at(w.alerts, 0)->state, ALERT_FIRING);
    feed_run(6, "x 1");
    ck_assert_int_eq(alerts_at(w.alerts, 0)->state, ALERT_INACTIVE);
    restart(NOUN);
    ck_assert_int_eq(alerts_at(w.alerts, 0)->state, ALERT_INACTIVE);
    feed_run(22, "x 1");
    restart(NOUN);
    expect_alerts("");
}
END_TEST

START_TEST(test_unknown)
{
    world_open(NOUN, "local");
    feed_run(0, "x 9");
    feed_run(1, "x stale");
    restart(NOUN);
    const struct alert_info *a = alerts_at(w.alerts, 0);
    ck_assert_int_eq(a->state, ALERT_UNKNOWN);
    ck_assert(a->fires);
    ck_assert_int_eq(a->unknown_since.ms, at(1).ms);
    feed_run(2, "x 9");
    ck_assert_str_eq(ledger_text("A"), "inactive>firing firing>unknown unknown>firing");
}
END_TEST

START_TEST(test_acks)
{
    world_open("- name: g\n  rules:\n  - {alert: A, expr: x > 5}\n  - {alert: B, expr: x > 5}\n"
               "  - {alert: C, expr: x > 5}\n  - {alert: D, expr: x > 5}\n",
               "local");
    feed_run(0, "x 9");
    int64_t later_ms = loop_wall(w.loop).ms + 60 * MINUTE;
    ck_assert_int_eq(command(alerts_ack, alert_named("\"A\"")->id, "me", "a\nb", later_ms),
                     ERROR_NONE);
    ck_assert_int_eq(command(alerts_ack, alert_named("\"B\"")->id, "me", "", 0), ERROR_NONE);
    ck_assert_int_eq(command(alerts_unack, alert_named("\"B\"")->id, "me"), ERROR_NONE);
    ck_assert_int_eq(command(alerts_ack, alert_named("\"C\"")->id, "me", "", 0), ERROR_NONE);
    /* Its time passes while nobody is there. */
    int64_t soon_ms = loop_wall(w.loop).ms + 200;
    ck_assert_int_eq(command(alerts_ack, alert_named("\"D\"")->id, "me", "", soon_ms), ERROR_NONE);
    restart("- name: g\n  rules:\n  - {alert: A, expr: x > 5}\n  - {alert: B, expr: x > 5}\n"
            "  - {alert: D, expr: x > 5}\n");
    const struct ack *ack = alert_named("\"A\"")->ack;
    ck_assert_ptr_nonnull(ack);
    ck_assert_str_eq(ack->by, "me");
    ck_assert_str_eq(ack->note, "a\nb");
    ck_assert_int_eq(ack->expires_at.ms, later_ms);
    ck_assert_ptr_null(alert_named("\"B\"")->ack);
    for (int i = 0; i < 6000 && alert_named("\"D\"")->ack != NULL; i++) {
        loop_step(w.loop, 10);
    }
    ck_assert_ptr_null(alert_named("\"D\"")->ack);
    /* That of C is gone with its rule. */
    restart("- name: g\n  rules:\n  - {alert: C, expr: x > 5}\n");
    feed_run(1, "x 9");
    expect_alerts("firing {alertname=\"C\"}\n");
}
END_TEST

START_TEST(test_silences)
{
    struct silence s;
    struct error err = ERROR_INIT;
    char *id = NULL;
    world_open(NOUN, "local");
    feed_run(0, "x 9");
    silence_init(&s);
    ck_assert(silence_add_matcher(&s, STR("alertname=~\"A|\\\\d\""), &err));
    ck_assert(silence_add_matcher(&s, STR("team!=\"q\\\"uote\\nline\""), &err));
    ck_assert(silence_add_matcher(&s, STR("a:b!=ü"), &err));
    s.starts_at_ms = at(0).ms;
    s.ends_at_ms = at(600).ms;
    s.end_when_resolved_ms = 30 * MINUTE;
    s.created_by = mem_strdup("me");
    s.comment = mem_strdup("why\nnot");
    ck_assert_int_eq(command(alerts_silence_put, &s, &id), ERROR_NONE);
    restart(NOUN);
    ck_assert_ptr_null(alerts_problem(w.alerts));
    expect_alerts("firing {alertname=\"A\"} silenced\n");
    const struct silence *kept = alerts_silence_find(w.alerts, id);
    ck_assert_ptr_nonnull(kept);
    ck_assert_uint_eq(kept->matchers.len, 3);
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(kept->matchers.items[i].op, s.matchers.items[i].op);
        ck_assert_str_eq(kept->matchers.items[i].name, s.matchers.items[i].name);
        ck_assert_str_eq(kept->matchers.items[i].value, s.matchers.items[i].value);
    }
    ck_assert_int_eq(kept->starts_at_ms, s.starts_at_ms);
    ck_assert_int_eq(kept->ends_at_ms, s.ends_at_ms);
    ck_assert_int_eq(kept->end_when_resolved_ms, s.end_when_resolved_ms);
    ck_assert_str_eq(kept->created_by, "me");
    ck_assert_str_eq(kept->comment, "why\nnot");
    ck_assert_int_eq(command(alerts_silence_expire, id, "me"), ERROR_NONE);
    restart(NOUN);
    expect_alerts("firing {alertname=\"A\"}\n");
    silence_release(&s);
    free(id);
}
END_TEST

/* One that ends while nobody is there is told of. */
START_TEST(test_silence_ended_meanwhile)
{
    struct silence s;
    struct error err = ERROR_INIT;
    world_open(NOUN, "local");
    feed_run(0, "x 9");
    silence_init(&s);
    ck_assert(silence_add_matcher(&s, STR("A"), &err));
    s.starts_at_ms = at(0).ms;
    s.ends_at_ms = loop_wall(w.loop).ms + 200;
    s.created_by = mem_strdup("me");
    s.comment = mem_strdup("why");
    ck_assert_int_eq(command(alerts_silence_put, &s, NULL), ERROR_NONE);
    restart(NOUN);
    for (int i = 0; i < 6000 && strstr(ledger_text("A"), "silenced>firing") == NULL; i++) {
        loop_step(w.loop, 10);
    }
    ck_assert_str_eq(ledger_text("A"), "inactive>firing silenced>firing");
    restart(NOUN);
    turn(3);
    ck_assert_str_eq(ledger_text("A"), "inactive>firing silenced>firing");
    silence_release(&s);
}
END_TEST

START_TEST(test_flapping)
{
    w.flapping = true;
    world_open("- name: g\n  rules:\n  - {alert: A, expr: x > 5}\n", "local");
    for (int64_t i = 0; i < 12; i++) {
        feed_run(i, i % 2 == 0 ? "x 9" : "x 1");
    }
    ck_assert(alerts_at(w.alerts, 0)->flapping);
    restart("- name: g\n  rules:\n  - {alert: A, expr: x > 5}\n");
    ck_assert(alerts_at(w.alerts, 0)->flapping);
    ck_assert_int_eq(alerts_at(w.alerts, 0)->state, ALERT_FIRING);
    feed_run(12, "x 1");
    ck_assert(alerts_at(w.alerts, 0)->flapping); /* with its history */
}
END_TEST

START_TEST(test_rule_gone)
{
    world_open(NOUN, "local");
    feed_run(0, "x 9");
    restart("- name: g\n  rules:\n  - {record: A, expr: x}\n");
    expect_alerts("");
    ck_assert_str_eq(ledger_text("A"), "inactive>firing firing>inactive");
    restart(NOUN);
    expect_alerts("");
    ck_assert_str_eq(ledger_text("A"), "inactive>firing firing>inactive");
}
END_TEST

START_TEST(test_label_sets)
{
    static const char sets[] =
        "x{a=\"qu\\\"ote\"} 9; x{a=\"new\\nline\"} 9; x{a=\"back\\\\slash\"} 9; "
        "x{a=\"\u00fc\u2603\"} 9; x{\"with.dot\"=\"1\"} 9; x{a=\"{}, =~\"} 9";
    world_open(NOUN, "local");
    feed_run(0, sets);
    char *before = mem_strdup(alerts_text());
    ck_assert_uint_eq(alerts_count(w.alerts), 6);
    restart(NOUN);
    ck_assert_str_eq(alerts_text(), before);
    ck_assert_ptr_null(alerts_problem(w.alerts));
    feed_run(1, sets);
    ck_assert_str_eq(alerts_text(), before);
    free(before);
}
END_TEST

START_TEST(test_garbage)
{
    char rule[] = "g/A", bad[] = "{a=", good[] = "{alertname=\"A\"}", not_equal[] = "{a!=\"b\"}";
    char id[] = "id", empty[] = "";
    world_open_journal();
    struct alert_record a = {.rule = rule, .labels = bad, .status = {.phase = ALERT_FIRING}};
    journal_put_alert(w.journal, &a);
    a.labels = not_equal;
    journal_put_alert(w.journal, &a);
    a.labels = good;
    a.annotations = bad;
    journal_put_alert(w.journal, &a);
    journal_put_ack(w.journal, &(struct ack_record){.rule = rule, .labels = bad, .by = id});
    journal_put_silence(w.journal, &(struct silence_record){.id = id, .matchers = empty});
    struct told told = {0};
    journal_flush(w.journal, loop_wall(w.loop), on_told, &told);
    told_wait(&told);
    ck_assert(journal_close(w.journal, 10000));
    w.journal = NULL;
    world_open(NOUN, "local");
    expect_alerts("firing {alertname=\"A\"}\n");
    ck_assert_uint_eq(alerts_silence_count(w.alerts), 0);
    ck_assert_str_eq(alerts_problem(w.alerts), "4 records of the kept state could not be read");
}
END_TEST

START_TEST(test_second_has_memory_only)
{
    world_open(NOUN, "local");
    struct journal *first = w.journal;
    struct alerts *firsts = w.alerts;
    struct ruleset *rules = w.rules;
    world_open(NOUN, "local");
    ck_assert(w.status.taken);
    ck_assert_ptr_nonnull(alerts_problem(w.alerts));
    feed_run(0, "x 9");
    expect_alerts("firing {alertname=\"A\"}\n");
    world_close();
    w.journal = first;
    w.alerts = firsts;
    w.rules = rules;
    expect_alerts("");
}
END_TEST

int main(void)
{
    TCase *runs = tcase_create("restarts");
    tcase_add_checked_fixture(runs, setup, teardown);
    tcase_add_test(runs, test_pending_goes_on);
    tcase_add_test(runs, test_firing);
    tcase_add_test(runs, test_keep_firing);
    tcase_add_test(runs, test_unknown);
    tcase_add_test(runs, test_acks);
    tcase_add_test(runs, test_silences);
    tcase_add_test(runs, test_silence_ended_meanwhile);
    tcase_add_test(runs, test_flapping);
    tcase_add_test(runs, test_rule_gone);
    tcase_add_test(runs, test_label_sets);
    tcase_add_test(runs, test_garbage);
    tcase_add_test(runs, test_second_has_memory_only);
    TCase *late = tcase_create("after a long time");
    tcase_add_checked_fixture(late, setup_long_ago, teardown);
    tcase_add_test(late, test_pending_begins_anew);
    return suite_run("alert/keeper", runs, late);
}
