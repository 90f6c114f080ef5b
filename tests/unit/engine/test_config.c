/* The configuration as a whole: what is wrong is all found at once, with its place. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/config.h"
#include "support/suite.h"

static char folder[64];
static char *file;
static struct diags diags;

static void set_up(void)
{
    snprintf(folder, sizeof(folder), "/tmp/tocsin-config-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    file = mem_printf("%s/tocsin.yaml", folder);
    setenv("XDG_CONFIG_HOME", folder, 1);
    unsetenv("TOCSIN_CONFIG");
    diags_init(&diags);
}

static void tear_down(void)
{
    diags_release(&diags);
    unlink(file);
    rmdir(folder);
    free(file);
}

static void write_file(const char *text)
{
    FILE *out = fopen(file, "w");
    fputs(text, out);
    fclose(out);
}

START_TEST(test_good)
{
    write_file(
        "global: { environment: prod-eu1, default_source: prom, interval: 30s, retention: 2h, "
        "max_series: 1000 }\n"
        "console: { theme: mono }\n"
        "sources:\n"
        "  - name: prom\n    prometheus: { url: 'http://127.0.0.1:9090' }\n"
        "  - name: edge\n    interval: 5s\n    scrape: { url: 'http://127.0.0.1:9100/metrics' }\n"
        "  - name: here\n    host: {}\n"
        "services:\n  - name: checkout\n    source: prom\n    match: { job: checkout }\n");
    struct config *config = config_load(file, &diags);
    struct strbuf text = STRBUF_INIT;
    diags_format(&diags, &text);
    ck_assert_msg(config != NULL, "%s", strbuf_cstr(&text));
    strbuf_release(&text);
    ck_assert_str_eq(config->environment, "prod-eu1");
    ck_assert_int_eq(config->interval_ms, 30000);
    ck_assert_int_eq(config->retention_ms, 7200000);
    ck_assert_uint_eq(config->max_series, 1000);
    ck_assert_uint_eq(config->sources.list.len, 3);
    ck_assert_int_eq(config->sources.list.items[0].interval_ms, 30000);
    ck_assert_int_eq(config->sources.list.items[1].interval_ms, 5000);
    ck_assert_int_eq(config->sources.list.items[2].interval_ms, 1000);
    ck_assert_uint_eq(config->services.list.len, 1);
    ck_assert_str_eq(config->services.list.items[0].match[0].value, "checkout");
    config_unref(config);
}
END_TEST

START_TEST(test_everything_wrong_at_once)
{
    write_file("global:\n  default_source: prm\n  intervall: 15s\n  retention: -5m\n"
               "sources:\n"
               "  - name: prom\n    prometheus: { url: 'ftp://x' }\n"
               "  - name: prom\n    host: {}\n"
               "  - name: two\n    host: {}\n    scrape: { url: 'http://h/metrics' }\n"
               "services:\n"
               "  - name: a\n    source: nowhere\n    match: { job: a }\n"
               "  - name: b\n    panel: nothing\n    match: {}\n"
               "nonsense: 1\n");
    ck_assert_ptr_null(config_load(file, &diags));
    struct strbuf text = STRBUF_INIT;
    diags_format(&diags, &text);
    static const char *const wanted[] = {
        ":2:19: error: there is no source 'prm'",
        ":3:3: error: unknown key 'intervall'",
        "did you mean 'interval'?",
        ":4:14: error:",
        "ftp",
        ":8:",
        ":11:11: error:",
        ":15:13: error: there is no source 'nowhere'",
        ":18:12: error: there is no panel 'nothing'",
        "expected 1 to 256 labels",
        ":20:1: error: unknown key 'nonsense'",
    };
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        ck_assert_msg(strstr(strbuf_cstr(&text), wanted[i]) != NULL, "no \"%s\" in:\n%s", wanted[i],
                      strbuf_cstr(&text));
    }
    strbuf_release(&text);
}
END_TEST

static struct config *load(const char *text)
{
    write_file(text);
    struct config *config = config_load(file, &diags);
    ck_assert_msg(config != NULL, "%s", diags.list.len != 0 ? diags.list.items[0].message : "");
    return config;
}

static const struct promql_case {
    const char *text;
    const char *said;
} promql_cases[] = {
    {"{}", "promql: v3 semantics, look-back 5m; a question takes at most 50000000 samples, "
           "50000000 points and 30s"},
    {"promql: { semantics: v2, lookback_delta: 90s, max_samples: 1000, max_points: 20, "
     "timeout: 1500ms }",
     "promql: v2 semantics, look-back 1m30s; a question takes at most 1000 samples, 20 points and "
     "1s500ms"},
    {"promql: { semantics: v3, max_points: 1000000000 }",
     "promql: v3 semantics, look-back 5m; a question takes at most 50000000 samples, 1000000000 "
     "points and 30s"},
};

START_TEST(test_promql)
{
    struct config *config = load(promql_cases[_i].text);
    struct strbuf text = STRBUF_INIT;
    config_promql_format(&text, &config->promql);
    ck_assert_str_eq(strbuf_cstr(&text), promql_cases[_i].said);
    strbuf_release(&text);
    config_unref(config);
}
END_TEST

START_TEST(test_promql_wrong)
{
    write_file("promql:\n"
               "  semantics: v4\n"
               "  lookback: 5m\n"
               "  lookback_delta: 0s\n"
               "  max_samples: 0\n"
               "  max_points: 1000000001\n"
               "  timeout: soon\n");
    ck_assert_ptr_null(config_load(file, &diags));
    struct strbuf text = STRBUF_INIT;
    diags_format(&diags, &text);
    static const char *const wanted[] = {":2:14: error: one of",
                                         ":3:3: error: unknown key 'lookback'",
                                         "known here: semantics, lookback_delta,",
                                         ":4:19: error:",
                                         ":5:16: error:",
                                         ":6:15: error:",
                                         ":7:12: error:"};
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        ck_assert_msg(strstr(strbuf_cstr(&text), wanted[i]) != NULL, "no \"%s\" in:\n%s", wanted[i],
                      strbuf_cstr(&text));
    }
    strbuf_release(&text);
}
END_TEST

START_TEST(test_secrets_are_not_printed)
{
    setenv("TOCSIN_TEST_SECRET", "hunter2", 1);
    write_file(
        "sources:\n  - name: prom\n    prometheus:\n      url: 'http://127.0.0.1:9090'\n"
        "      basic_auth: { username: me, password: '${TOCSIN_TEST_SECRET}', pasword: x }\n");
    ck_assert_ptr_null(config_load(file, &diags));
    struct strbuf text = STRBUF_INIT;
    diags_format(&diags, &text);
    ck_assert_ptr_nonnull(strstr(strbuf_cstr(&text), "pasword"));
    ck_assert_ptr_null(strstr(strbuf_cstr(&text), "hunter2"));
    strbuf_release(&text);
}
END_TEST

START_TEST(test_found_where_it_is)
{
    char *named = config_find("/x/y.yaml");
    ck_assert_str_eq(named, "/x/y.yaml");
    free(named);
    setenv("TOCSIN_CONFIG", "/from/env.yaml", 1);
    named = config_find(NULL);
    ck_assert_str_eq(named, "/from/env.yaml");
    free(named);
    unsetenv("TOCSIN_CONFIG");
}
END_TEST

static const struct target_case {
    const char *target;
    bool good;
    size_t sources, addresses;
} target_cases[] = {
    {"http://127.0.0.1:9090", true, 0, 1},
    {"https://prom.example/prefix", true, 0, 1},
    {"host:", true, 1, 0},
    {"gopher://x", false, 0, 0},
    {"9090", false, 0, 0},
};

START_TEST(test_targets)
{
    const struct target_case *c = &target_cases[_i];
    struct config *config = config_from_targets(&c->target, 1, &diags);
    ck_assert_int_eq(config != NULL, c->good);
    if (config != NULL) {
        ck_assert_uint_eq(config->sources.list.len, c->sources);
        ck_assert_uint_eq(config->targets.len, c->addresses);
        config_unref(config);
    }
}
END_TEST

START_TEST(test_no_target_is_this_machine)
{
    struct config *config = config_from_targets(NULL, 0, &diags);
    ck_assert_uint_eq(config->sources.list.len, 1);
    VEC_EACH (&config->targets, const struct config_target, target) {
        ck_assert(target->optional);
        /* It would be a source at once, dead where nothing listens. */
        ck_assert(!str_ends_with(str_from(target->url), STR("/metrics")));
        ck_assert(str_starts_with(str_from(target->url), STR("http://127.0.0.1:")));
    }
    config_unref(config);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("config");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, test_good);
    tcase_add_test(tc, test_everything_wrong_at_once);
    tcase_add_loop_test(tc, test_promql, 0, ARRAY_LEN(promql_cases));
    tcase_add_test(tc, test_promql_wrong);
    tcase_add_test(tc, test_secrets_are_not_printed);
    tcase_add_test(tc, test_found_where_it_is);
    tcase_add_loop_test(tc, test_targets, 0, ARRAY_LEN(target_cases));
    tcase_add_test(tc, test_no_target_is_this_machine);
    return suite_run("engine/config", tc);
}
