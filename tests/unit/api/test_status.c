/* How tocsin is, over the API, and reading the configuration again. */
#include "api_fixture.h"

static struct source_health sources[2];

static void two_sources(enum source_state a, enum source_state b)
{
    sources[0] = (struct source_health){
        .name = "prom", .kind = "prometheus", .state = a, .last_success = {NOW - 4000}};
    sources[1] = (struct source_health){.name = "node",
                                        .kind = "scrape",
                                        .state = b,
                                        .last_success = {NOW - 6000},
                                        .error = "connection refused"};
    host_status.sources = sources;
    host_status.source_count = 2;
}

START_TEST(all_of_it)
{
    two_sources(SOURCE_UP, SOURCE_DOWN);
    alerts->counts = (struct alert_counts){.critical = 2, .warning = 3, .unacknowledged = 4};
    host_status.last_cycle.ms = NOW - 1000;
    fake_alerts_add(alerts, "Slow", "service=checkout");
    get("/api/tocsin/v1/status");
    ck_assert_int_eq(status, 200);
    ck_assert_str_eq(text_at("version"), "1.2.3");
    ck_assert(number_at("pid") > 0);
    ck_assert_str_eq(text_at("started"), "2026-11-21T02:07:41.000Z");
    ck_assert_str_eq(text_at("environment"), "prod");
    ck_assert_str_eq(text_at("worst"), "critical");
    ck_assert(number_at("alerts.critical") == 2);
    ck_assert(number_at("alerts.unacknowledged") == 4);
    ck_assert(number_at("sources.up") == 1);
    ck_assert(number_at("sources.total") == 2);
    ck_assert_str_eq(text_at("sources.list[1].state"), "down");
    ck_assert_str_eq(text_at("sources.list[1].error"), "connection refused");
    ck_assert(number_at("dataAgeSeconds") == 4);
    ck_assert_str_eq(text_at("lastCycle"), "2026-11-21T03:07:40.000Z");
    ck_assert_str_eq(text_at("top.labels.alertname"), "Slow");
    ck_assert(is_null_at("problem"));
}
END_TEST

static const struct {
    enum source_state source;
    size_t critical, warning;
    const char *problem;
    const char *worst;
} verdicts[] = {
    {SOURCE_UP, 0, 0, NULL, "ok"},           {SOURCE_UP, 0, 1, NULL, "warning"},
    {SOURCE_UP, 1, 1, NULL, "critical"},     {SOURCE_UP, 0, 0, "disk full", "warning"},
    {SOURCE_DEGRADED, 0, 0, NULL, "ok"},     {SOURCE_DOWN, 0, 0, NULL, "unknown"},
    {SOURCE_DOWN, 0, 1, NULL, "unknown"},    {SOURCE_DOWN, 1, 0, NULL, "critical"},
    {SOURCE_WAITING, 0, 0, NULL, "unknown"},
};

START_TEST(the_worst_of_it)
{
    two_sources(verdicts[_i].source, SOURCE_DOWN);
    alerts->counts.critical = verdicts[_i].critical;
    alerts->counts.warning = verdicts[_i].warning;
    alerts->problem = verdicts[_i].problem;
    get("/api/tocsin/v1/status");
    ck_assert_str_eq(text_at("worst"), verdicts[_i].worst);
}
END_TEST

START_TEST(without_sources_and_alerts)
{
    get("/api/tocsin/v1/status");
    ck_assert_str_eq(text_at("worst"), "ok");
    ck_assert(is_null_at("top"));
    ck_assert(is_null_at("dataAgeSeconds"));
    ck_assert(is_null_at("lastCycle"));
}
END_TEST

START_TEST(what_somebody_has_taken_is_not_on_top)
{
    static char text[] = "ada";
    static const struct ack ack = {.by = text, .note = text, .at = {NOW}};
    fake_alerts_add(alerts, "Slow", "service=checkout")->ack = &ack;
    get("/api/tocsin/v1/status");
    ck_assert(is_null_at("top"));
}
END_TEST

START_TEST(alertmanagers_status)
{
    get("/api/v2/status");
    ck_assert_int_eq(status, 200);
    ck_assert_str_eq(text_at("cluster.status"), "disabled");
    ck_assert_str_eq(text_at("versionInfo.version"), "1.2.3");
    ck_assert_str_eq(text_at("versionInfo.goVersion"), "");
    ck_assert_str_eq(text_at("config.original"), "");
    ck_assert_str_eq(text_at("uptime"), "2026-11-21T02:07:41.000Z");
}
END_TEST

START_TEST(the_configuration_is_read_again)
{
    post("/api/tocsin/v1/reload", NULL);
    ck_assert_int_eq(status, 200);
    ck_assert_uint_eq(reloads, 1);
    error_set(&reload_failure, ERROR_CONFIG, "tocsin.yaml:3: unknown key 'alrts'");
    error_suggest(&reload_failure, "did you mean 'alerts'?");
    post("/api/tocsin/v1/reload", NULL);
    expect_error(400, "unknown key 'alrts'");
    ck_assert_str_eq(text_at("suggestion"), "did you mean 'alerts'?");
    ask_as("POST", "/api/tocsin/v1/reload", NULL, NULL, true);
    expect_error(403, "application/json");
    ck_assert_uint_eq(reloads, 2);
}
END_TEST

START_TEST(unknown_paths_and_methods)
{
    get("/api/v2/nothing");
    ck_assert_int_eq(status, 404);
    post("/api/tocsin/v1/status", "{}");
    ck_assert_int_eq(status, 405);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("status");
    tcase_add_checked_fixture(tc, fixture_setup, fixture_teardown);
    tcase_add_test(tc, all_of_it);
    tcase_add_loop_test(tc, the_worst_of_it, 0, ARRAY_LEN(verdicts));
    tcase_add_test(tc, without_sources_and_alerts);
    tcase_add_test(tc, what_somebody_has_taken_is_not_on_top);
    tcase_add_test(tc, alertmanagers_status);
    tcase_add_test(tc, the_configuration_is_read_again);
    tcase_add_test(tc, unknown_paths_and_methods);
    return suite_run("api/status", tc);
}
