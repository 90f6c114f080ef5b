/* Samples from files into a store: both formats, and what is wrong with them told with its place.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/load.h"
#include "support/store_text.h"
#include "support/suite.h"

static char folder[64];
static char *file;
static struct label_table *table;
static struct store *store;
static struct diags diags;
static int64_t end_ms;

static void set_up(void)
{
    snprintf(folder, sizeof(folder), "/tmp/tocsin-load-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    table = label_table_create();
    store = store_create(&(struct store_options){0}, table);
    diags_init(&diags);
}

static void tear_down(void)
{
    diags_release(&diags);
    store_destroy(store);
    label_table_destroy(table);
    unlink(file);
    rmdir(folder);
    free(file);
}

static bool load(const char *name, const char *text)
{
    file = mem_printf("%s/%s", folder, name);
    FILE *out = fopen(file, "w");
    fputs(text, out);
    fclose(out);
    return load_samples((const char *const[]){file}, 1, store, table, &end_ms, &diags);
}

static void expect(const char *text)
{
    char *have = store_text(store, "__name__", NULL, INT64_MIN / 2, INT64_MAX / 2);
    ck_assert_str_eq(have, text);
    free(have);
}

static const struct good_case {
    const char *name, *text, *store;
    int64_t end_ms;
} good_cases[] = {
    {"a.om", "# TYPE up gauge\nup{a=\"b\"} 1 10\nup{a=\"b\"} 0 25.5\n# EOF\n",
     "up{a=\"b\"} 1@10000 0@25500\n", 25500},
    {"a.prom", "up 1 1500\nup NaN 2500\n", "up 1@1500 NaN@2500\n", 2500},
    {"before.om", "up 1 -5\nup 2 -2.5\n# EOF\n", "up 1@-5000 2@-2500\n", -2500},
    {"empty.prom", "", "", 0},
    {"a.yml",
     "tests:\n- interval: 15s\n  input_series:\n  - series: 'up{a=\"b\"}'\n"
     "    values: '1 _ 3 stale'\n  - series: x\n    values: '1+1x2'\n",
     "up{a=\"b\"} 1@0 3@30000 stale@45000\nx 1@0 2@15000 3@30000\n", 45000},
    {"default.yaml",
     "evaluation_interval: 2m\ntests:\n- input_series:\n  - series: x\n"
     "    values: '1 2'\n",
     "x 1@0 2@120000\n", 120000},
    {"none.yml", "tests:\n- input_series: []\n", "", 0},
};

START_TEST(test_good)
{
    const struct good_case *c = &good_cases[_i];
    bool ok = load(c->name, c->text);
    struct strbuf text = STRBUF_INIT;
    diags_format(&diags, &text);
    ck_assert_msg(ok, "%s", strbuf_cstr(&text));
    strbuf_release(&text);
    expect(c->store);
    ck_assert_int_eq(end_ms, c->end_ms);
}
END_TEST

static const struct bad_case {
    const char *name, *text;
    const char *said;
} bad_cases[] = {
    {"a.om", "up 1 10\nup{ 2\n# EOF\n", "a.om:2:"},
    {"a.yml", "tests: 1\n", ":1:8: error: expected a list of tests"},
    {"a.yml", "tests: []\n", "expected a list of tests"},
    {"a.yml", "nothing: 1\n", "key 'tests' is missing"},
    {"a.yml", "[1]\n", "a mapping ('key: value') belongs here"},
    {"a.yml", "tests: [1]\n", "a mapping ('key: value') belongs here"},
    {"a.yml", "tests: [{}]\n", "key 'input_series' is missing"},
    {"a.yml", "tests: [{input_series: {a: b}}]\n", "expected a list of series"},
    {"a.yml", "tests: [{input_series: text}]\n", "expected a list of series"},
    {"a.yml", "tests: [{input_series: [text]}]\n", "a mapping ('key: value') belongs here"},
    {"a.yml", "tests: [{input_series: [{series: x}]}]\n", "key 'values' is missing"},
    {"a.yml", "tests: [{input_series: [{series: [x], values: '1'}]}]\n", "are texts"},
    {"a.yml", "tests: [{input_series: [{series: 'x{', values: '1'}]}]\n", ":1:"},
    {"a.yml", "tests: [{input_series: [{series: 'x', values: '1 y'}]}]\n", ":1:"},
    {"a.yml", "tests: [{interval: 0s, input_series: []}]\n", ":1:"},
    {"a.yml", "tests: [{interval: 100y, input_series: [{series: x, values: '1x2999999'}]}]\n",
     "out of range"},
    {"a.yml", "a: [\n", ":"},
};

START_TEST(test_bad)
{
    const struct bad_case *c = &bad_cases[_i];
    ck_assert(!load(c->name, c->text));
    struct strbuf text = STRBUF_INIT;
    diags_format(&diags, &text);
    ck_assert_uint_gt(diags.errors, 0);
    ck_assert_msg(strstr(strbuf_cstr(&text), c->said) != NULL, "no \"%s\" in:\n%s", c->said,
                  strbuf_cstr(&text));
    strbuf_release(&text);
    expect("");
}
END_TEST

START_TEST(test_unreadable)
{
    file = mem_printf("%s/missing", folder);
    ck_assert(!load_samples((const char *const[]){file}, 1, store, table, &end_ms, &diags));
    ck_assert(!load_samples((const char *const[]){folder}, 1, store, table, &end_ms, &diags));
    ck_assert_uint_eq(diags.errors, 2);
    ck_assert_ptr_nonnull(strstr(diags.list.items[0].message, "cannot open the file"));
    ck_assert_ptr_nonnull(strstr(diags.list.items[1].message, "cannot read the file"));
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("load");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_loop_test(tc, test_good, 0, ARRAY_LEN(good_cases));
    tcase_add_loop_test(tc, test_bad, 0, ARRAY_LEN(bad_cases));
    tcase_add_test(tc, test_unreadable);
    return suite_run("engine/load", tc);
}
