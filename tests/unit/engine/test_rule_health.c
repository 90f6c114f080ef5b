/* Rules that select nothing say so, until there is something. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alert/alerts.h"
#include "engine/engine.h"
#include "support/peer.h"
#include "support/suite.h"

#define MAX_MS 30000

static char folder[64];
static char *file;
static struct loop *loop;
static struct peer *peer;
static struct engine *engine;
static const char *page;

static void set_up(void)
{
    struct error err = ERROR_INIT;
    snprintf(folder, sizeof(folder), "/tmp/tocsin-health-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    setenv("XDG_CONFIG_HOME", folder, 1);
    file = mem_printf("%s/tocsin.yaml", folder);
    loop = loop_create(NULL, &err);
    peer = peer_create(loop);
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

static void answer(void *user, const struct peer_request *request, struct peer_reply *reply)
{
    (void)user;
    (void)request;
    peer_reply_http(peer, reply, 200, "Content-Type: text/plain; version=0.0.4\r\n", page);
}

static void on_changed(void *user)
{
    (void)user;
}

static void start(const char *alerts)
{
    struct diags diags;
    diags_init(&diags);
    FILE *out = fopen(file, "w");
    fprintf(out,
            "global: { interval: 1s }\n"
            "sources: [{ name: edge, scrape: { url: '%s' } }]\n"
            "services: [{ name: shop, match: { job: edge }, alerts: [%s] }]\n",
            peer_url(peer, "/metrics"), alerts);
    fclose(out);
    struct config *config = config_load(file, &diags);
    ck_assert_msg(config != NULL, "%s", diags.list.len != 0 ? diags.list.items[0].message : "");
    diags_release(&diags);
    peer_handle(peer, answer, NULL);
    const struct engine_options options = {
        .loop = loop, .config = config, .rules = true, .changed = on_changed};
    engine = engine_create(&options);
    config_unref(config);
}

static struct rule_info rule_of(const char *name)
{
    const struct alerts *alerts = engine_alerts(engine);
    struct rule_info rule = {0};
    for (size_t i = 0; i < alerts_rule_count(alerts); i++) {
        alerts_rule_at(alerts, i, &rule);
        if (strcmp(rule.name, name) == 0) {
            return rule;
        }
    }
    ck_abort_msg("there is no rule '%s'", name);
    return rule;
}

static void wait_for(const char *name, enum rule_health health)
{
    struct wall begin = loop_wall(loop);
    while (rule_of(name).health != health && loop_wall(loop).ms - begin.ms < MAX_MS) {
        loop_step(loop, 50);
    }
    ck_assert_str_eq(rule_health_name(rule_of(name).health), rule_health_name(health));
}

START_TEST(what_selects_nothing_says_so)
{
    page = "here 1\n";
    start("{alert: Gone, when: 'gone{a=\"b\"} > 0'}, {alert: Here, when: here > 5}, "
          "{alert: Half, when: here > 5 and gone}, {alert: Absent, when: absent(here)}, "
          "{alert: Or, when: gone or here > 5}");
    wait_for("Gone", RULE_HEALTH_NO_DATA);
    ck_assert_str_eq(rule_of("Gone").note, "matches nothing at 'local': gone{a=\"b\"}");
    static const char *const others[] = {"Here", "Half", "Absent", "Or"};
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        wait_for(others[i], RULE_HEALTH_OK);
        ck_assert_str_eq(rule_of(others[i]).note, "");
    }
    /* It has something to say: then there is data. */
    page = "here 1\ngone{a=\"b\"} 1\n";
    wait_for("Gone", RULE_HEALTH_OK);
    ck_assert_uint_eq(rule_of("Gone").firing, 1);
    ck_assert_str_eq(rule_of("Gone").note, "");
}
END_TEST

/* Data that the condition does not hold for is data, too. */
START_TEST(data_comes)
{
    page = "here 1\n";
    start("{alert: Gone, when: gone > 5}");
    wait_for("Gone", RULE_HEALTH_NO_DATA);
    page = "here 1\ngone 1\n";
    wait_for("Gone", RULE_HEALTH_OK);
    ck_assert_str_eq(rule_of("Gone").note, "");
}
END_TEST

START_TEST(a_reload_keeps_what_is_known)
{
    page = "here 1\n";
    start("{alert: Gone, when: gone > 5}");
    wait_for("Gone", RULE_HEALTH_NO_DATA);
    page = "here 1\ngone 1\n";
    struct diags diags;
    diags_init(&diags);
    struct config *config = config_load(file, &diags);
    ck_assert_ptr_nonnull(config);
    engine_reload(engine, config);
    config_unref(config);
    diags_release(&diags);
    ck_assert_str_eq(rule_of("Gone").note, "matches nothing at 'local': gone");
    wait_for("Gone", RULE_HEALTH_OK);
}
END_TEST

int main(void)
{
    TCase *all = tcase_create("health of rules");
    tcase_add_checked_fixture(all, set_up, tear_down);
    tcase_add_test(all, what_selects_nothing_says_so);
    tcase_add_test(all, data_comes);
    tcase_add_test(all, a_reload_keeps_what_is_known);
    return suite_run("engine/rule_health", all);
}
