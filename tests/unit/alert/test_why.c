/* Why: rules and their alerts now, what the ledger adds, and the past out of the ledger alone. */
#include "alert/why.h"

#include "support/fake_alerts.h"
#include "support/suite.h"
#include "ui/timefmt.h"

#define NOW    FAKE_ALERTS_NOW
#define MINUTE INT64_C(60000)

static struct alerts *alerts;
static struct why why;
static struct why_question question;
static struct error err;

static void setup(void)
{
    alerts = fake_alerts_create(NULL);
    why_init(&why);
    err = (struct error)ERROR_INIT;
    question = (struct why_question){.rule = "Slow", .now = {NOW}};
}

static void teardown(void)
{
    why_release(&why);
    fake_alerts_destroy(alerts);
    error_release(&err);
}

static bool build(void)
{
    return why_build(&why, alerts, &question, alerts->transitions.items, alerts->transitions.len,
                     &err);
}

static void clock_utc(struct strbuf *out, int64_t ms)
{
    timefmt_clock(out, ms, true);
}

static char *formatted(void)
{
    struct strbuf out = STRBUF_INIT;
    why_format(&out, &why, clock_utc);
    return strbuf_take(&out);
}

static void expect_text(const char *expected)
{
    char *text = formatted();
    ck_assert_str_eq(text, expected);
    free(text);
}

static void expect_part(const char *part)
{
    char *text = formatted();
    ck_assert_msg(strstr(text, part) != NULL, "'%s' is not in:\n%s", part, text);
    free(text);
}

static struct rule_info *slow_rule(void)
{
    struct rule_info *r = fake_alerts_add_rule(alerts, "Slow");
    r->expr = "p95 > 500ms";
    r->group = "api";
    r->file = "rules/api.yml";
    r->line = 12;
    return r;
}

static struct alert_info *slow_alert(const char *labels)
{
    struct alert_info *a = fake_alerts_add(alerts, "Slow", labels);
    a->group = "api";
    a->file = "rules/api.yml";
    a->line = 12;
    a->has_value = a->has_threshold = true;
    a->value = 1.9;
    a->threshold = 0.5;
    a->comparison = ">";
    a->unit = UNIT_SECONDS;
    return a;
}

static void event(int64_t ago_ms, const char *labels, uint64_t fingerprint, const char *from,
                  const char *to, const char *reason, const char *who)
{
    const struct transition t = {.at = {NOW - ago_ms},
                                 .rule = "Slow",
                                 .alertname = "Slow",
                                 .fingerprint = fingerprint,
                                 .labels = labels,
                                 .from = from,
                                 .to = to,
                                 .reason = reason,
                                 .who = who,
                                 .value = 0.25,
                                 .has_value = true};
    fake_alerts_add_transition(alerts, &t);
}

START_TEST(a_firing_alert_whole)
{
    slow_rule();
    struct alert_info *a = slow_alert("service=checkout");
    static char by[] = "ada";
    static char note[] = "looking";
    static const struct ack ack = {.by = by, .note = note, .at = {NOW - 2 * MINUTE}};
    a->ack = &ack;
    a->reason = "the condition has held for 5m";
    a->inhibited_by = "SourceDown";
    fake_alerts_silence(alerts, a, fake_alerts_add_silence(alerts, "id-1", "service=checkout"));
    event(10 * MINUTE, "{}", a->fingerprint, "pending", "firing", "held for 5m", "");
    event(15 * MINUTE, "{}", a->fingerprint, "inactive", "pending", "", "");
    ck_assert(build());
    expect_text("Slow\n"
                "  condition   p95 > 500ms\n"
                "  from        rules/api.yml:12, group api\n"
                "  asks        prom every 15s, must hold for 5m00s\n"
                "  evaluated   at 03:07:37, took 1.5ms, next at 03:07:52\n"
                "  health      ok\n"
                "\n"
                "  {alertname=\"Slow\", service=\"checkout\"}\n"
                "  state       firing since 02:57:41 (10m00s), warning\n"
                "  value       1.9s, the condition is > 500ms\n"
                "  because     the condition has held for 5m\n"
                "  acked       by ada at 03:05:41: looking\n"
                "  silenced    by ada until 04:07:41: deploying (id-1)\n"
                "  inhibited   by SourceDown\n"
                "    02:57:41  pending -> firing: held for 5m\n"
                "    02:52:41  inactive -> pending\n");
}
END_TEST

START_TEST(progress_of_what_is_pending)
{
    slow_rule();
    struct alert_info *a = slow_alert("service=cart");
    a->state = ALERT_PENDING;
    a->fires = false;
    a->fired_at.ms = 0;
    a->fires_in_ms = 2 * MINUTE;
    ck_assert(build());
    expect_part("state       pending 3m00s of 5m00s, fires at 03:09:41 if it holds, warning\n");
}
END_TEST

START_TEST(unknown_says_since_when)
{
    slow_rule();
    struct alert_info *a = slow_alert("service=cart");
    a->state = ALERT_UNKNOWN;
    a->unknown_since.ms = NOW - MINUTE;
    a->reason = "'prom' is down";
    ck_assert(build());
    expect_part("state       unknown since 03:06:41 (1m00s), still firing towards receivers");
    expect_part("because     'prom' is down");
}
END_TEST

static const struct {
    enum rule_health health;
    const char *error;
    int64_t evaluated_ms;
    const char *said;
} quiet[] = {
    {RULE_HEALTH_OK, "", NOW, "the condition holds for nothing"},
    {RULE_HEALTH_NO_DATA, "", NOW, "there is no data"},
    {RULE_HEALTH_ERROR, "no route to host", NOW, "the last evaluation failed"},
    {RULE_HEALTH_NEW, "", 0, "not been evaluated yet"},
};

START_TEST(no_alert_says_what_that_means)
{
    struct rule_info *r = slow_rule();
    r->health = quiet[_i].health;
    r->error = quiet[_i].error;
    r->evaluated.ms = quiet[_i].evaluated_ms;
    ck_assert(build());
    expect_part("no alert");
    expect_part(quiet[_i].said);
}
END_TEST

START_TEST(what_reset_it_is_shown)
{
    slow_rule();
    event(3 * MINUTE, "{service=\"cart\"}", 77, "pending", "inactive",
          "the condition does not hold any more", "");
    event(6 * MINUTE, "{service=\"cart\"}", 77, "inactive", "pending", "", "");
    ck_assert(build());
    ck_assert_uint_eq(why.rules.items[0].alerts.len, 1);
    expect_part("state       inactive, over since 03:04:41 (3m00s)");
    expect_part("03:04:41  pending -> inactive: the condition does not hold any more");
}
END_TEST

START_TEST(the_past_is_the_ledgers)
{
    slow_rule();
    slow_alert("service=checkout"); /* of now: no part of the past */
    event(30 * MINUTE, "{service=\"cart\"}", 77, "firing", "acked", "", "ada");
    event(40 * MINUTE, "{service=\"cart\"}", 77, "pending", "firing", "held for 5m", "");
    event(45 * MINUTE, "{service=\"cart\"}", 77, "inactive", "pending", "", "");
    question.at.ms = NOW - 20 * MINUTE;
    ck_assert(build());
    ck_assert(why.past);
    ck_assert_uint_eq(why.rules.items[0].alerts.len, 1);
    const struct why_alert *a = why.rules.items[0].alerts.items[0];
    ck_assert_str_eq(a->state, "firing");
    ck_assert(a->fires);
    ck_assert_uint_eq(a->event_count, 3);
    expect_part("as known at 02:47:41\n");
    expect_part("state       firing since 02:27:41 (20m00s)\n");
    expect_part("firing -> acked by ada");
}
END_TEST

START_TEST(the_past_knows_what_is_not_loaded)
{
    event(40 * MINUTE, "{service=\"cart\"}", 77, "firing", "unknown", "'prom' is down", "");
    ck_assert(build());
    expect_part("no such rule is loaded now");
    expect_part("unknown since 02:27:41 (40m00s), still firing towards receivers");
}
END_TEST

START_TEST(labels_and_fingerprints_choose)
{
    struct silence filter;
    slow_rule();
    slow_alert("service=checkout");
    slow_alert("service=cart");
    event(3 * MINUTE, "{service=\"mail\"}", 77, "pending", "inactive", "", "");
    event(4 * MINUTE, "{alertname=\"Slow\", service=\"cart\", pod=\"a\"}", 78, "pending",
          "inactive", "", "");
    silence_init(&filter);
    ck_assert(silence_add_matcher(&filter, STR("service=cart"), &err));
    question.filter = &filter;
    ck_assert(build());
    ck_assert_uint_eq(why.rules.items[0].alerts.len, 2);
    ck_assert_ptr_nonnull(strstr(why.rules.items[0].alerts.items[0]->labels, "cart"));
    ck_assert_uint_eq(why.rules.items[0].alerts.items[1]->fingerprint, 78);
    silence_release(&filter);
}
END_TEST

START_TEST(same_name_twice_and_other_engines)
{
    slow_rule();
    struct rule_info *second = fake_alerts_add_rule(alerts, "Slow");
    second->file = "rules/other.yml";
    second->group = "g";
    slow_alert("service=checkout");
    struct alert_info *foreign = fake_alerts_add(alerts, "Slow", "service=cart");
    foreign->origin = ALERT_OF_PROMETHEUS;
    ck_assert(build());
    ck_assert_uint_eq(why.rules.len, 3);
    ck_assert_uint_eq(why.rules.items[0].alerts.len, 1);
    ck_assert_uint_eq(why.rules.items[1].alerts.len, 0);
    ck_assert(!why.rules.items[2].known);
    ck_assert_str_eq(why.rules.items[2].alerts.items[0]->origin, "prometheus");
    expect_part("a rule of another engine");
}
END_TEST

START_TEST(a_slip_of_the_name)
{
    slow_rule();
    question.rule = "Slwo";
    ck_assert(!build());
    ck_assert_int_eq(err.kind, ERROR_NOT_FOUND);
    ck_assert_str_eq(err.suggestion, "did you mean 'Slow'?");
}
END_TEST

START_TEST(limits_hold)
{
    slow_rule();
    for (int i = 0; i < 3 * WHY_MAX_EVENTS; i++) {
        event(i * MINUTE, "{}", 77, "pending", "inactive", "", "");
    }
    for (unsigned i = 0; i < 3 * WHY_MAX_GONE; i++) {
        event(MINUTE, "{}", 1000 + i, "pending", "inactive", "", "");
    }
    ck_assert(build());
    ck_assert_uint_eq(why.rules.items[0].alerts.len, WHY_MAX_GONE);
    ck_assert_uint_eq(why.rules.items[0].alerts.items[0]->event_count, WHY_MAX_EVENTS);
    ck_assert_int_eq(why.rules.items[0].alerts.items[0]->events[0].at_ms, NOW);
}
END_TEST

START_TEST(hostile_text_is_made_harmless)
{
    struct rule_info *r = slow_rule();
    r->note = "a\x1b]0;x\x07z";
    slow_alert("service=\x1b[31mred");
    ck_assert(build());
    char *text = formatted();
    ck_assert_ptr_null(strchr(text, '\x1b'));
    ck_assert_ptr_null(strchr(text, '\x07'));
    free(text);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("why");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_firing_alert_whole);
    tcase_add_test(tc, progress_of_what_is_pending);
    tcase_add_test(tc, unknown_says_since_when);
    tcase_add_loop_test(tc, no_alert_says_what_that_means, 0, ARRAY_LEN(quiet));
    tcase_add_test(tc, what_reset_it_is_shown);
    tcase_add_test(tc, the_past_is_the_ledgers);
    tcase_add_test(tc, the_past_knows_what_is_not_loaded);
    tcase_add_test(tc, labels_and_fingerprints_choose);
    tcase_add_test(tc, same_name_twice_and_other_engines);
    tcase_add_test(tc, a_slip_of_the_name);
    tcase_add_test(tc, limits_hold);
    tcase_add_test(tc, hostile_text_is_made_harmless);
    return suite_run("alert/why", tc);
}
