/* The engine's alerts: its series about itself and the rules over them, other engines' alerts and
 * silences, with this host and a scripted Alertmanager as sources. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alert/alerts_setup.h"
#include "base/attr.h"
#include "base/mem.h"
#include "engine/engine.h"
#include "support/peer.h"
#include "support/suite.h"

static char folder[64];
static char *file;
static struct loop *loop;
static struct peer *peer;
static struct engine *engine;
static unsigned changes;

/* What the Alertmanager says. */
static struct {
    const char *alerts;
    const char *silences;
    bool stall; /* changes are not answered */
    char changed[512];
} says;

#define ALERT(name, state)                                                            \
    "{\"labels\":{\"alertname\":\"" name "\",\"severity\":\"page\"},\"annotations\":" \
    "{\"summary\":\"it is\"},\"startsAt\":\"2026-03-14T09:26:53Z\",\"generatorURL\":" \
    "\"http://g/\",\"status\":{\"state\":\"" state "\",\"silencedBy\":[],\"inhibitedBy\":[]}}"
#define SILENCE                                                                                    \
    "{\"id\":\"theirs\",\"status\":{\"state\":\"active\"},\"startsAt\":"                           \
    "\"2026-03-14T09:26:53Z\",\"endsAt\":\"2126-03-14T09:26:53Z\",\"createdBy\":\"them\","         \
    "\"comment\":\"why\",\"matchers\":[{\"name\":\"alertname\",\"value\":\"M\",\"isRegex\":false}" \
    "]}"

static void answer(void *user, const struct peer_request *request, struct peer_reply *reply)
{
    (void)user;
    static const char json[] = "Content-Type: application/json\r\n";
    if (str_equal_c(request->method, "POST") || str_equal_c(request->method, "DELETE")) {
        snprintf(says.changed, sizeof(says.changed), "%.*s %.*s %.*s", STR_ARG(request->method),
                 STR_ARG(request->target), STR_ARG(request->body));
        if (says.stall) {
            reply->then = PEER_STALL;
        } else {
            peer_reply_http(peer, reply, 200, json, "{\"silenceID\":\"new\"}");
        }
    } else if (str_contains(request->target, STR("/api/v2/alerts"))) {
        peer_reply_http(peer, reply, 200, json, says.alerts);
    } else {
        peer_reply_http(peer, reply, 200, json, says.silences);
    }
}

static void set_up(void)
{
    struct error err = ERROR_INIT;
    snprintf(folder, sizeof(folder), "/tmp/tocsin-engine-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    setenv("XDG_CONFIG_HOME", folder, 1);
    file = mem_printf("%s/tocsin.yaml", folder);
    loop = loop_create(NULL, &err);
    peer = peer_create(loop);
    peer_handle(peer, answer, NULL);
    memset(&says, 0, sizeof(says));
    says.alerts = "[" ALERT("O", "active") "," ALERT("M", "suppressed") "]";
    says.silences = "[" SILENCE "]";
    changes = 0;
}

static void tear_down(void)
{
    engine_destroy(engine);
    engine = NULL;
    peer_destroy(peer);
    loop_destroy(loop);
    unlink(file);
    rmdir(folder);
    free(file);
}

static void on_changed(void *user)
{
    (void)user;
    changes++;
}

/* The caller has the reference. */
static struct config *load(const char *text)
{
    FILE *out = fopen(file, "w");
    fputs(text, out);
    fclose(out);
    struct diags diags;
    diags_init(&diags);
    struct config *config = config_load(file, &diags);
    ck_assert_msg(config != NULL, "%s", diags.list.len != 0 ? diags.list.items[0].message : "");
    diags_release(&diags);
    config->interval_ms = 100; /* of the series about itself, too */
    return config;
}

static void start(const char *text)
{
    struct config *config = load(text);
    const struct engine_options options = {
        .loop = loop, .config = config, .rules = true, .changed = on_changed};
    engine = engine_create(&options);
    config_unref(config);
}

static void reload(const char *text)
{
    struct config *config = load(text);
    engine_reload(engine, config);
    config_unref(config);
}

static struct alerts *alerts(void)
{
    return engine_alerts(engine);
}

/* An answer of one element, or none. */
struct asked {
    bool there;
    size_t count;
    double value;
};

static void on_answer(void *user, struct value *value, const struct error *err)
{
    struct asked *asked = user;
    ck_assert_msg(err == NULL, "%s", error_text(err));
    asked->there = true;
    asked->count = value->series.len;
    asked->value = value->series.len != 0 ? value->series.items[0].points[0] : 0;
}

static struct asked ask(const char *text)
{
    struct error err = ERROR_INIT;
    struct asked asked = {0};
    struct expr *e = expr_parse(str_from(text), NULL, &err);
    ck_assert_msg(e != NULL, "%s: %s", text, error_text(&err));
    const struct query_request request = {.expr = e,
                                          .grid = grid_instant(loop_wall(loop).ms),
                                          .instant = true,
                                          .done = on_answer,
                                          .user = &asked};
    query_ask(directory_find(engine_directory(engine), "local"), &request);
    expr_unref(e);
    for (int i = 0; i < 3000 && !asked.there; i++) {
        loop_step(loop, 10);
    }
    ck_assert(asked.there);
    return asked;
}

/* Turns the loop until the expression gives something. */
static struct asked wait_for(const char *text)
{
    struct asked asked = ask(text);
    for (int i = 0; i < 3000 && asked.count == 0; i++) {
        loop_step(loop, 10);
        asked = ask(text);
    }
    ck_assert_msg(asked.count != 0, "nothing came of %s", text);
    return asked;
}

#define HERE "sources:\n- name: here\n  host: {}\n"

/* As self_series.h lists them. */
static const char *const own_series[] = {
    "tocsin_source_up{source=\"here\", kind=\"host\"} == 1",
    "tocsin_source_data_age_seconds{source=\"here\"} >= 0",
    "tocsin_source_failures_total{source=\"here\"} == 0",
    "tocsin_rule_evaluation_failures_total{group=\"tocsin\"} == 0",
    "tocsin_rule_group_iterations_missed_total{group=\"tocsin\"}",
    "tocsin_rule_group_last_duration_seconds{group=\"tocsin\"} > 0",
    "tocsin_rule_group_interval_seconds{group=\"tocsin\"} > 0",
    "tocsin_alerts{state=\"pending\"} == 0",
    "tocsin_alerts{state=\"firing\"} == 0",
    "tocsin_alerts{state=\"unknown\"} == 0",
    "tocsin_state_write_errors_total == 0",
    "tocsin_state_in_memory == 0",
    "tocsin_loop_slow_callbacks_total >= 0",
    "tocsin_store_series > 100",
    "tocsin_store_max_series > 1000"};

static void run_rules(void)
{
    alerts_run(alerts(), loop_wall(loop));
    for (int i = 0; i < 3000 && alerts_busy(alerts()); i++) {
        loop_step(loop, 10);
    }
    ck_assert(!alerts_busy(alerts()));
}

START_TEST(test_series_about_itself)
{
    start(HERE);
    run_rules();
    for (size_t i = 0; i < ARRAY_LEN(own_series); i++) {
        ck_assert_uint_eq(wait_for(own_series[i]).count, 1);
    }
}
END_TEST

/* Those that the shipped rules ask for are all written, and under the labels they ask by. */
START_TEST(test_rules_about_itself)
{
    struct rule_info rule;
    start(HERE);
    wait_for("tocsin_source_data_age_seconds");
    wait_for("tocsin_rule_group_interval_seconds");
    reload(HERE); /* what was found before there was anything is forgotten */
    run_rules();
    size_t count = alerts_rule_count(alerts());
    ck_assert_uint_ge(count, 10);
    for (size_t i = 0; i < count; i++) {
        alerts_rule_at(alerts(), i, &rule);
        ck_assert_msg(rule.health == RULE_HEALTH_OK, "%s: %s %s%s", rule.name,
                      rule_health_name(rule.health), rule.error, rule.note);
    }
    ck_assert_uint_eq(alerts_count(alerts()), 0);
}
END_TEST

START_TEST(test_source_down)
{
    start("sources:\n- name: gone\n  scrape: { url: 'http://127.0.0.1:1/metrics' }\n  interval: "
          "1s\n");
    wait_for("tocsin_source_up{source=\"gone\"} == 0");
    run_rules();
    ck_assert_uint_eq(alerts_count(alerts()), 1);
    const struct alert_info *a = alerts_at(alerts(), 0);
    ck_assert_str_eq(a->rule, "TocsinSourceDown");
    ck_assert_int_eq(a->state, ALERT_PENDING);
    ck_assert(str_equal_c(labels_get(a->labels, STR("source")), "gone"));
    ck_assert_uint_eq(wait_for("tocsin_alerts{state=\"pending\"} == 1").count, 1);
}
END_TEST

START_TEST(test_source_gone_has_no_series)
{
    start(HERE);
    wait_for("tocsin_source_up");
    reload("sources: []\n");
    for (int i = 0; i < 3000 && ask("tocsin_source_up").count != 0; i++) {
        loop_step(loop, 10);
    }
    ck_assert_uint_eq(ask("tocsin_source_up").count, 0);
    ck_assert_uint_eq(ask("tocsin_store_series").count, 1);
}
END_TEST

START_TEST(test_interval_is_reloaded)
{
    struct config *config = load(HERE);
    const struct engine_options options = {
        .loop = loop, .config = config, .rules = true, .changed = on_changed};
    config->interval_ms = (int64_t)365 * 24 * 3600 * 1000;
    engine = engine_create(&options);
    config_unref(config);
    ck_assert_uint_eq(ask("tocsin_store_series").count, 0);
    reload(HERE);
    wait_for("tocsin_store_series");
}
END_TEST

/* With an Alertmanager; the caller frees. */
static char *with_am(void)
{
    return mem_printf("sources:\n- name: am\n  alertmanager: { url: '%s' }\n", peer_url(peer, ""));
}

static void wait_for_alerts(size_t count)
{
    for (int i = 0; i < 3000 && alerts_count(alerts()) != count; i++) {
        loop_step(loop, 10);
    }
    ck_assert_uint_eq(alerts_count(alerts()), count);
}

static void start_with_am(void)
{
    char *text = with_am();
    start(text);
    free(text);
    wait_for_alerts(2);
}

struct told {
    unsigned count;
    enum error_kind kind;
};

static void on_told(void *user, const struct error *err)
{
    struct told *told = user;
    told->count++;
    told->kind = err != NULL ? err->kind : ERROR_NONE;
}

static void told_wait(const struct told *told)
{
    for (int i = 0; i < 3000 && told->count == 0; i++) {
        loop_step(loop, 10);
    }
    ck_assert_uint_eq(told->count, 1);
}

START_TEST(test_others)
{
    start_with_am();
    const struct alert_info *a = alerts_at(alerts(), 0);
    ck_assert_int_eq(a->origin, ALERT_OF_ALERTMANAGER);
    ck_assert_str_eq(a->rule, "O");
    ck_assert_str_eq(a->source, "am");
    ck_assert_int_eq(a->state, ALERT_FIRING);
    ck_assert_int_eq(a->severity, SEVERITY_CRITICAL);
    ck_assert_int_eq(a->active_at.ms, INT64_C(1773480413000));
    ck_assert_uint_eq(a->annotations.count, 1);
    ck_assert(str_equal_c(a->annotations.items[0].value, "it is"));
    ck_assert(!a->has_value);
    a = alerts_at(alerts(), 1);
    ck_assert(a->muted_elsewhere);
    ck_assert_uint_eq(a->silence_count, 1);
    ck_assert_uint_eq(alerts_silence_count(alerts()), 1);
    const struct silence *s = alerts_silence_at(alerts(), 0);
    ck_assert_str_eq(s->id, "theirs");
    ck_assert_str_eq(s->source, "am");
    ck_assert_str_eq(s->created_by, "them");
    struct alert_counts c;
    alerts_counts(alerts(), &c);
    ck_assert_uint_eq(c.critical, 1);
    ck_assert_uint_eq(c.silenced, 1);
    /* Of tocsin's own alerts there are none. */
    ck_assert_uint_eq(wait_for("tocsin_alerts{state=\"firing\"} == 0").count, 1);
    says.alerts = "[]";
    says.silences = "[]";
    engine_poll_now(engine);
    wait_for_alerts(0);
    ck_assert_uint_eq(alerts_silence_count(alerts()), 0);
}
END_TEST

START_TEST(test_others_are_dropped)
{
    start_with_am();
    unsigned before = changes;
    reload("sources: []\n");
    ck_assert_uint_eq(alerts_count(alerts()), 0);
    loop_step(loop, 0);
    loop_step(loop, 0);
    ck_assert_uint_gt(changes, before);
}
END_TEST

/* `source` is copied; the caller releases. */
static struct silence silence_at(const char *source)
{
    struct silence s;
    struct error err = ERROR_INIT;
    silence_init(&s);
    ck_assert(silence_add_matcher(&s, STR("alertname=~\"O|P\""), &err));
    s.starts_at_ms = loop_wall(loop).ms;
    s.ends_at_ms = s.starts_at_ms + 3600000;
    s.created_by = mem_strdup("me");
    s.comment = mem_strdup("why");
    s.source = mem_strdup(source);
    return s;
}

START_TEST(test_silence_there)
{
    start_with_am();
    struct told told = {0};
    struct silence s = silence_at("am");
    alerts_silence_put(alerts(), &s, NULL, on_told, &told);
    ck_assert_uint_eq(told.count, 0);
    told_wait(&told);
    ck_assert_int_eq(told.kind, ERROR_NONE);
    ck_assert_msg(strstr(says.changed, "POST /api/v2/silences") == says.changed, "%s",
                  says.changed);
    ck_assert_ptr_nonnull(strstr(says.changed, "O|P"));
    told = (struct told){0};
    alerts_silence_expire(alerts(), "theirs", "me", on_told, &told);
    told_wait(&told);
    ck_assert_int_eq(told.kind, ERROR_NONE);
    ck_assert_msg(strstr(says.changed, "DELETE /api/v2/silence/theirs") == says.changed, "%s",
                  says.changed);
    /* Nobody need be told. */
    alerts_silence_put(alerts(), &s, NULL, NULL, NULL);
    silence_release(&s);
    s = silence_at("here");
    told = (struct told){0};
    alerts_silence_put(alerts(), &s, NULL, on_told, &told);
    told_wait(&told);
    ck_assert_int_eq(told.kind, ERROR_NOT_FOUND);
    silence_release(&s);
}
END_TEST

START_TEST(test_source_goes_with_a_silence_under_way)
{
    start_with_am();
    struct told told = {0};
    struct silence s = silence_at("am");
    says.stall = true;
    alerts_silence_put(alerts(), &s, NULL, on_told, &told);
    silence_release(&s);
    for (int i = 0; i < 20; i++) {
        loop_step(loop, 5);
    }
    ck_assert_uint_eq(told.count, 0);
    reload("sources: []\n");
    told_wait(&told);
    ck_assert_int_eq(told.kind, ERROR_CANCELLED);
}
END_TEST

START_TEST(test_ends_with_a_silence_under_way)
{
    start_with_am();
    struct told told = {0};
    struct silence s = silence_at("am");
    says.stall = true;
    alerts_silence_put(alerts(), &s, NULL, on_told, &told);
    silence_release(&s);
    engine_destroy(engine);
    engine = NULL;
    ck_assert_uint_eq(told.count, 0);
}
END_TEST

int main(void)
{
    TCase *self = tcase_create("about itself");
    tcase_add_checked_fixture(self, set_up, tear_down);
    tcase_add_test(self, test_series_about_itself);
    tcase_add_test(self, test_rules_about_itself);
    tcase_add_test(self, test_source_down);
    tcase_add_test(self, test_source_gone_has_no_series);
    tcase_add_test(self, test_interval_is_reloaded);
    TCase *others = tcase_create("other engines");
    tcase_add_checked_fixture(others, set_up, tear_down);
    tcase_add_test(others, test_others);
    tcase_add_test(others, test_others_are_dropped);
    tcase_add_test(others, test_silence_there);
    tcase_add_test(others, test_source_goes_with_a_silence_under_way);
    tcase_add_test(others, test_ends_with_a_silence_under_way);
    return suite_run("engine/engine_alerts", self, others);
}
