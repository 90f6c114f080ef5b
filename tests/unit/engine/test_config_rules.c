/* The rules of a configuration: which files, who answers, who records; what is wrong has its place.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/config.h"
#include "support/suite.h"

#define PROM  "- { name: prom, prometheus: { url: 'http://127.0.0.1:9' } }\n"
#define OTHER "- { name: other, prometheus: { url: 'http://127.0.0.1:9' } }\n"
#define EDGE  "- { name: edge, scrape: { url: 'http://127.0.0.1:9/metrics' } }\n"
#define HOST  "- { name: here, host: {} }\n"
#define AM    "- { name: am, alertmanager: { url: 'http://127.0.0.1:9' } }\n"
#define OWN   "tocsin@local "

static char folder[64];
static char *file;
static struct diags diags;

static char *path_of(const char *name)
{
    return mem_printf("%s/%s", folder, name);
}

static void write_file(const char *name, const char *text)
{
    char *path = path_of(name);
    FILE *out = fopen(path, "w");
    ck_assert_ptr_nonnull(out);
    fputs(text, out);
    fclose(out);
    free(path);
}

static const char *const rule_files[] = {"a1.yml", "a2.yml", "b.yml"};

static void set_up(void)
{
    snprintf(folder, sizeof(folder), "/tmp/tocsin-config-rules-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    file = path_of("tocsin.yaml");
    setenv("XDG_CONFIG_HOME", folder, 1);
    diags_init(&diags);
    write_file("a1.yml", "groups: [{name: a1, rules: [{alert: A, expr: x > 1}]}]\n");
    write_file("a2.yml", "groups: [{name: a2, interval: 7s, rules: [{alert: A, expr: x > 2}]}]\n");
    write_file("b.yml", "groups:\n"
                        "  - name: b\n"
                        "    rules:\n"
                        "      - { record: 'job:x:sum', expr: sum by (job) (x) }\n"
                        "      - { alert: B, expr: 'job:x:sum > 1' }\n");
}

static void tear_down(void)
{
    diags_release(&diags);
    for (size_t i = 0; i < ARRAY_LEN(rule_files); i++) {
        char *path = path_of(rule_files[i]);
        unlink(path);
        free(path);
    }
    unlink(file);
    rmdir(folder);
    free(file);
}

static struct config *load(const char *text)
{
    write_file("tocsin.yaml", text);
    return config_load(file, &diags);
}

/* Diagnostics without the folder. */
static char *said(void)
{
    struct strbuf text = STRBUF_INIT;
    struct strbuf out = STRBUF_INIT;
    diags_format(&diags, &text);
    struct str rest = strbuf_str(&text);
    char *prefix = mem_printf("%s/", folder);
    while (rest.len != 0) {
        size_t skip = str_starts_with(rest, str_from(prefix)) ? strlen(prefix) : 0;
        if (skip == 0) {
            strbuf_add_char(&out, rest.data[0]);
        }
        rest = str_slice(rest, skip != 0 ? skip : 1, SIZE_MAX);
    }
    free(prefix);
    strbuf_release(&text);
    return strbuf_take(&out);
}

/* "group@source " of all groups. */
static char *groups_of(const struct config *config)
{
    struct strbuf out = STRBUF_INIT;
    VEC_EACH (&config->rules.set->groups, const struct bound_group, g) {
        strbuf_printf(&out, "%.*s@%s ", STR_ARG(g->group->name), g->source);
        ck_assert(g->local == (strcmp(g->source, "local") == 0));
    }
    return strbuf_take(&out);
}

static struct config *load_well(const char *text)
{
    struct config *config = load(text);
    char *wrong = said();
    ck_assert_msg(config != NULL, "%s", wrong);
    free(wrong);
    return config;
}

static const struct {
    const char *config;
    const char *groups;
} bound[] = {
    {"sources:\n" PROM, OWN},
    {"sources:\n" PROM "rule_files: [a1.yml]\n", OWN "a1@prom "},
    {"sources:\n" PROM "rule_files: ['a*.yml', b.yml]\n", OWN "a1@prom a2@prom b@prom "},
    {"sources:\n" EDGE "rule_files: [a1.yml]\n", OWN "a1@local "},
    {"sources:\n" EDGE HOST "rule_files: [a1.yml]\n", OWN "a1@local "},
    {"rule_files: [a1.yml]\n", OWN "a1@local "},
    {"sources:\n" AM "rule_files: [a1.yml]\n", OWN "a1@local "},
    {"sources:\n" PROM AM "rule_files: [a1.yml]\n", OWN "a1@prom "},
    {"sources:\n" AM EDGE "rule_files: [a1.yml]\n", OWN "a1@local "},
    {"global: { default_source: prom }\nsources:\n" PROM HOST "rule_files: [a1.yml]\n",
     OWN "a1@prom "},
    {"global: { default_source: here }\nsources:\n" PROM HOST "rule_files: [a1.yml]\n",
     OWN "a1@local "},
    {"global: { default_source: local }\nsources:\n" PROM HOST "rule_files: [a1.yml]\n",
     OWN "a1@local "},
    {"sources:\n" PROM HOST "rule_files: [{ files: a1.yml, source: here }, { files: a2.yml, "
     "source: prom }, { files: b.yml, source: local }]\n",
     OWN "a1@local a2@prom b@local "},
    /* Read once for one source. */
    {"sources:\n" PROM HOST "rule_files: [{ files: 'a*.yml', source: prom }, { files: a1.yml, "
     "source: prom }, { files: a1.yml, source: local }]\n",
     OWN "a1@prom a2@prom a1@local "},
    {"sources:\n" PROM "rule_files: ['builtin:tocsin']\n", OWN},
    {"sources:\n" PROM "services: [{ name: shop, match: { job: shop }, alerts: [ up == 0 ] }]\n",
     OWN "shop@prom "},
    {"sources:\n" PROM HOST "services: [{ name: shop, source: here, match: { job: shop }, alerts: "
     "[ up == 0 ] }, { name: quiet, match: { job: quiet } }]\n",
     OWN "shop@local "},
};

START_TEST(test_who_answers)
{
    struct config *config = load_well(bound[_i].config);
    char *groups = groups_of(config);
    ck_assert_str_eq(groups, bound[_i].groups);
    ck_assert_uint_eq(diags.warnings, 0);
    free(groups);
    config_unref(config);
}
END_TEST

START_TEST(test_packs)
{
    struct config *config = load_well("sources:\n" HOST "rule_files: ['builtin:hosts', "
                                      "{ files: 'builtin:http', source: here }]\n");
    const struct ruleset *set = config->rules.set;
    ck_assert_uint_ge(set->files.len, 3);
    ck_assert_str_eq(set->files.items[1]->file, "(built in)/hosts.yaml");
    ck_assert_str_eq(set->files.items[2]->file, "(built in)/http.yaml");
    ck_assert_uint_eq(config->rules.watched.len, 0);
    config_unref(config);
}
END_TEST

START_TEST(test_what_is_read)
{
    char *text = mem_printf("global: { interval: 20s, external_url: 'https://t.example', "
                            "external_labels: { region: eu, cluster: '${TEST_CLUSTER}' } }\n"
                            "sources:\n" HOST "rule_files: ['a*.yml', %s/b.yml]\n",
                            folder);
    setenv("TEST_CLUSTER", "eu1", 1);
    struct config *config = load_well(text);
    free(text);
    const struct config_rules *rules = &config->rules;
    ck_assert_str_eq(rules->external_url, "https://t.example");
    ck_assert_uint_eq(rules->external_labels.count, 2);
    ck_assert(str_equal_c(rules->external_labels.items[0].name, "cluster"));
    ck_assert(str_equal_c(rules->external_labels.items[0].value, "eu1"));
    ck_assert_uint_eq(rules->watched.len, 3);
    for (size_t i = 0; i < ARRAY_LEN(rule_files); i++) {
        char *path = path_of(rule_files[i]);
        ck_assert_str_eq(rules->watched.items[i], path);
        free(path);
    }
    ck_assert_int_eq(rules->set->groups.items[1].interval_ms, 20000);
    ck_assert_int_eq(rules->set->groups.items[2].interval_ms, 7000);
    config_unref(config);
}
END_TEST

static const struct rule *rule_of(const struct config *config, const char *name)
{
    VEC_EACH (&config->rules.set->groups, const struct bound_group, g) {
        for (size_t i = 0; i < g->group->rule_count; i++) {
            if (str_equal_c(g->group->rules[i].name, name)) {
                return &g->group->rules[i];
            }
        }
    }
    ck_abort_msg("there is no rule '%s'", name);
    return NULL;
}

START_TEST(test_signals)
{
    struct config *config =
        load_well("sources:\n" PROM "services:\n"
                  "- { name: checkout, panel: http-server, match: { job: checkout }, alerts: "
                  "[ p95 > 500ms for 5m ] }\n");
    const struct rule *rule = rule_of(config, "CheckoutP95");
    ck_assert_int_eq(rule->for_ms, 300000);
    ck_assert(str_equal(rule_text(rule), STR("p95 > 500ms")));
    struct strbuf plain = STRBUF_INIT;
    expr_print(&plain, rule->expr, PRINT_PLAIN);
    ck_assert_ptr_nonnull(strstr(strbuf_cstr(&plain), "job=\"checkout\""));
    ck_assert_ptr_nonnull(strstr(strbuf_cstr(&plain), "[5m]"));
    strbuf_release(&plain);
    config_unref(config);
}
END_TEST

/* Who records decides on what is asked. */
static const struct {
    const char *item;
    const char *asked;
    size_t rules;
} recorded[] = {
    {"{ files: b.yml, source: prom }", "((sum by (job) (x))) > 1", 2},
    {"{ files: b.yml, source: prom, recorded: here }", "((sum by (job) (x))) > 1", 2},
    {"{ files: b.yml, source: prom, recorded: server }", "job:x:sum > 1", 1},
    {"{ files: b.yml, source: local }", "job:x:sum > 1", 2},
};

START_TEST(test_who_records)
{
    char *text = mem_printf("sources:\n" PROM HOST "rule_files: [%s]\n", recorded[_i].item);
    struct config *config = load_well(text);
    const struct rule *rule = rule_of(config, "B");
    ck_assert_msg(str_equal_c(rule->expr->text, recorded[_i].asked), "%.*s",
                  STR_ARG(rule->expr->text));
    ck_assert(str_equal(rule_text(rule), STR("job:x:sum > 1")));
    ck_assert_uint_eq(config->rules.set->groups.items[1].group->rule_count, recorded[_i].rules);
    config_unref(config);
    free(text);
}
END_TEST

/* A name is only replaced at the server it is recorded at. */
START_TEST(test_records_of_another_server)
{
    struct config *config =
        load_well("sources:\n" PROM OTHER "rule_files: [{ files: b.yml, source: prom }]\n"
                  "services: [{ name: shop, source: other, match: {job: a}, alerts: "
                  "[ 'job:x:sum > 2' ] }, { name: till, source: prom, match: {job: a}, alerts: "
                  "[ 'job:x:sum > 3 recover job:x:sum < 2' ] }]\n");
    const struct rule *shop = rule_of(config, "ShopJobXSum");
    const struct rule *till = rule_of(config, "TillJobXSum");
    ck_assert(str_equal(shop->expr->text, STR("job:x:sum > 2")));
    ck_assert(str_equal(till->expr->text, STR("((sum by (job) (x))) > 3")));
    ck_assert(str_equal(till->recover->text, STR("((sum by (job) (x))) < 2")));
    ck_assert(str_equal(rule_recover_text(till), STR("job:x:sum < 2")));
    config_unref(config);
}
END_TEST

static const struct {
    const char *config;
    const char *wanted; /* of what is said */
    size_t errors;
} wrong[] = {
    {"sources:\n" PROM HOST "rule_files: [a1.yml]\n",
     "tocsin.yaml:4:14: error: which source answers for this?", 1},
    {"sources:\n" PROM OTHER "rule_files:\n- a1.yml\n- a2.yml\n",
     "tocsin.yaml:6:3: error: which source answers for this?", 2},
    {"sources:\n" PROM HOST
     "services: [{ name: shop, match: { job: shop }, alerts: [ up == 0 ] }]\n",
     "error: which source answers for this?", 1},
    {"global: { default_source: prm }\nsources:\n" PROM HOST "rule_files: [a1.yml]\n",
     "tocsin.yaml:1:27: error: there is no source 'prm'", 1},
    {"sources:\n" PROM "rule_files: [{ files: a1.yml, source: prm }]\n",
     "tocsin.yaml:3:39: error: there is no source 'prm'", 1},
    {"sources:\n" PROM "rule_files: [{ files: a1.yml, source: prm }]\n", "did you mean 'prom'?", 1},
    {"sources:\n" PROM AM "rule_files: [{ files: a1.yml, source: am }]\n",
     "error: 'am' has alerts and no series", 1},
    {"sources:\n" PROM "services: [{ name: shop, source: prm, match: { job: shop }, alerts: "
     "[ up == 0 ] }]\n",
     "error: there is no source 'prm'", 1},
    {"sources:\n" PROM "rule_files: [gone.yml]\n",
     "tocsin.yaml:3:14: error: there is no rule file 'gone.yml'", 1},
    {"sources:\n" PROM "rule_files: ['builtin:host']\n", "did you mean 'hosts'?", 1},
    {"sources:\n" PROM "rule_files: ['builtin:host']\n",
     "tocsin.yaml:3:14: error: there is no rule pack 'host'", 1},
    {"sources:\n" PROM "rule_files: [{ source: prom }]\n", "error: key 'files' is missing", 1},
    {"sources:\n" PROM "rule_files: [{ files: a1.yml, sorce: prom }]\n",
     "tocsin.yaml:3:31: error: unknown key 'sorce'", 1},
    {"sources:\n" PROM "rule_files: [[a1.yml]]\n",
     "tocsin.yaml:3:14: error: expected a file name, or a mapping", 1},
    {"sources:\n" PROM "rule_files: a1.yml\n", "tocsin.yaml:3:13: error: expected a list", 1},
    {"sources:\n" HOST "rule_files: [{ files: b.yml, recorded: server }]\n",
     "tocsin.yaml:3:40: error: 'local' is no server that records", 1},
    {"sources:\n" PROM "rule_files: [{ files: b.yml, recorded: there }]\n", "one of", 1},
    {"global: { external_labels: { 'a b': x }, external_url: [x] }\n", "tocsin.yaml:1:", 1},
    {"sources:\n" PROM "rule_files: [b.yml]\nservices: [{ name: shop, match: {job: a}, alerts: "
     "[ 'rate(job:x:sum[5m]) > 1', 'job:x:sum{job=\"a\"} > 1 severity page' ] }]\n",
     "b.yml:4 records", 2},
    {"sources:\n" PROM "services: [{ name: shop, match: {job: a}, alerts: [ 'up == ' ] }]\n",
     "tocsin.yaml:3:", 1},
};

START_TEST(test_what_is_wrong)
{
    ck_assert_ptr_null(load(wrong[_i].config));
    char *text = said();
    ck_assert_msg(strstr(text, wrong[_i].wanted) != NULL, "no \"%s\" in:\n%s", wrong[_i].wanted,
                  text);
    ck_assert_msg(diags.errors == wrong[_i].errors, "%zu errors:\n%s", diags.errors, text);
    free(text);
}
END_TEST

START_TEST(test_errors_within_files)
{
    write_file("a2.yml", "groups:\n- name: a2\n  rules:\n  - alert: A\n    expr: sum(x\n");
    ck_assert_ptr_null(load("sources:\n" PROM "rule_files: ['a*.yml', gone.yml]\n"));
    char *text = said();
    ck_assert_msg(strstr(text, "a2.yml:5:") != NULL && strstr(text, "'gone.yml'") != NULL, "%s",
                  text);
    free(text);
}
END_TEST

START_TEST(test_pattern_of_nothing)
{
    struct config *config = load_well("sources:\n" PROM "rule_files: ['none/*.yml']\n");
    char *text = said();
    ck_assert_ptr_nonnull(strstr(text, "tocsin.yaml:3:14: warning: no file is named "
                                       "'none/*.yml'"));
    free(text);
    config_unref(config);
}
END_TEST

START_TEST(test_what_can_never_hold)
{
    struct config *config =
        load_well("sources:\n" PROM "services: [{ name: shop, match: {job: a}, alerts:\n"
                  "  [ 'up > 1' ] }]\n");
    char *text = said();
    ck_assert_msg(strstr(text, "tocsin.yaml:4:6: warning: this can never hold: 'up' is never "
                               "above 1, and has to be above 1") != NULL,
                  "%s", text);
    ck_assert(str_starts_with(rule_of(config, "ShopUp")->never, STR("can never hold: ")));
    free(text);
    config_unref(config);
}
END_TEST

int main(void)
{
    TCase *all = tcase_create("rules of the configuration");
    tcase_add_checked_fixture(all, set_up, tear_down);
    tcase_add_loop_test(all, test_who_answers, 0, ARRAY_LEN(bound));
    tcase_add_test(all, test_packs);
    tcase_add_test(all, test_what_is_read);
    tcase_add_test(all, test_signals);
    tcase_add_loop_test(all, test_who_records, 0, ARRAY_LEN(recorded));
    tcase_add_test(all, test_records_of_another_server);
    tcase_add_loop_test(all, test_what_is_wrong, 0, ARRAY_LEN(wrong));
    tcase_add_test(all, test_errors_within_files);
    tcase_add_test(all, test_pattern_of_nothing);
    tcase_add_test(all, test_what_can_never_hold);
    return suite_run("engine/config_rules", all);
}
