/* The `sources:` block and the options of `scrape`: every mistake at once, each with its place. */
#include <stdio.h>

#include "base/diag.h"
#include "source/scrape/options.h"
#include "source/source.h"
#include "support/suite.h"
#include "yaml/read.h"

static struct diags diags;
static struct source_configs configs;

static void setup(void)
{
    diags_init(&diags);
    configs = (struct source_configs){0};
}

static void teardown(void)
{
    source_configs_release(&configs);
    diags_release(&diags);
}

static void read_sources(const char *text)
{
    struct yaml_document *doc = yaml_parse("t.yaml", str_from(text), &diags);
    ck_assert_ptr_nonnull(doc);
    struct yaml_reader r;
    yaml_reader_init(&r, doc, &diags);
    source_configs_read(&configs, &r, yaml_get(yaml_root(doc), "sources"), 15000);
    yaml_reader_release(&r);
    yaml_destroy(doc);
}

/* `line: message (suggestion)`, one a line. */
static char *diags_text(void)
{
    struct strbuf out = STRBUF_INIT;
    VEC_EACH (&diags.list, struct diag, d) {
        strbuf_printf(&out, "%u: %s", d->span.line, d->message);
        if (d->suggestion != NULL) {
            strbuf_printf(&out, " (%s)", d->suggestion);
        }
        strbuf_add_char(&out, '\n');
    }
    return strbuf_take(&out);
}

static void expect_errors(const char *expected)
{
    char *text = diags_text();
    ck_assert_str_eq(text, expected);
    free(text);
}

START_TEST(reads_sources)
{
    read_sources("sources:\n"
                 "  - name: edge\n"
                 "    interval: 5s\n"
                 "    timeout: 2s\n"
                 "    scrape: { url: 'http://edge-1:9100/metrics', honor_labels: true,\n"
                 "              labels: { site: ams }, sample_limit: 5000, max_bytes: 1000 }\n"
                 "  - name: bare\n"
                 "    scrape: { url: 'https://[::1]' }\n"
                 "  - name: prom\n"
                 "    interval: 1m\n"
                 "    prometheus: { url: 'http://prom:9090' }\n");
    expect_errors("");
    ck_assert_uint_eq(configs.list.len, 3);
    const struct source_config *edge = &configs.list.items[0];
    const struct scrape_options *o = edge->options;
    ck_assert_str_eq(edge->name, "edge");
    ck_assert_str_eq(edge->ops->kind, "scrape");
    ck_assert_int_eq(edge->interval_ms, 5000);
    ck_assert_int_eq(edge->timeout_ms, 2000);
    ck_assert_str_eq(o->url, "http://edge-1:9100/metrics");
    ck_assert_str_eq(o->instance, "edge-1:9100");
    ck_assert(o->honor_labels && o->honor_timestamps);
    ck_assert_uint_eq(o->sample_limit, 5000);
    ck_assert_uint_eq(o->max_bytes, 1000);
    ck_assert_uint_eq(o->labels.len, 1);
    ck_assert_str_eq(o->labels.items[0].name, "site");
    ck_assert_str_eq(o->labels.items[0].value, "ams");
    const struct source_config *bare = &configs.list.items[1];
    o = bare->options;
    ck_assert_int_eq(bare->interval_ms, 15000);
    ck_assert_int_eq(bare->timeout_ms, 10000);
    ck_assert_str_eq(o->url, "https://[::1]/metrics");
    ck_assert_str_eq(o->instance, "[::1]:443");
    ck_assert(!o->honor_labels);
    ck_assert_int_eq(configs.list.items[2].interval_ms, 60000);
    ck_assert_str_eq(configs.list.items[2].ops->kind, "prometheus");
}
END_TEST

START_TEST(short_interval_bounds_the_timeout)
{
    read_sources("sources: [ { name: a, interval: 500ms, scrape: { url: 'http://h' } } ]\n");
    expect_errors("");
    ck_assert_int_eq(configs.list.items[0].timeout_ms, 500);
}
END_TEST

START_TEST(no_sources)
{
    read_sources(_i == 0 ? "global: {}\n" : _i == 1 ? "sources:\n" : "sources: []\n");
    expect_errors("");
    ck_assert_uint_eq(configs.list.len, 0);
}
END_TEST

static const struct wrong {
    const char *text;
    const char *errors;
} wrongs[] = {
    {"sources: { a: b }\n", "1: expected a list of sources: lines that begin with '- name:'\n"},
    {"sources:\n  - name: a\n", "2: the source does not say what it is: expected 'prometheus', "
                                "'scrape', 'host' or 'alertmanager'\n"},
    {"sources:\n  - name: a\n    scarpe: { url: 'http://h' }\n",
     "3: unknown key 'scarpe' (did you mean 'scrape'?)\n"},
    {"sources:\n  - name: a\n    intervall: 5s\n    scrape: { url: 'http://h' }\n",
     "3: unknown key 'intervall' (did you mean 'interval'?)\n"},
    {"sources:\n  - { name: a, scrape: { url: 'http://h' } }\n"
     "  - { name: a, scrape: { url: 'http://h' } }\n",
     "3: the source on line 2 has the name 'a' as well\n"},
    {"sources:\n  - { name: local, scrape: { url: 'http://h' } }\n",
     "2: 'local' is the name of tocsin's own store\n"},
    {"sources:\n  - { name: 'a b', scrape: { url: 'http://h' } }\n",
     "2: the name of a source is 1 to 63 bytes of text without blanks and quotes\n"},
    {"sources:\n  - { name: '', scrape: { url: 'http://h' } }\n",
     "2: the name of a source is 1 to 63 bytes of text without blanks and quotes\n"},
    {"sources:\n  - { name: a, timeout: 20s, scrape: { url: 'http://h' } }\n",
     "2: the timeout is longer than the interval\n"},
    {"sources:\n  - name: a\n    scrape: { url: 'http://h' }\n    prometheus: { url: 'http://h' "
     "}\n",
     "3: a source has one kind: this one is 'prometheus' already\n"},
    {"sources:\n  - name: a\n    scrape: { url: 'http://h', labels: { __name__: x } }\n",
     "3: this cannot be the name of a label\n"},
    {"sources:\n  - name: a\n    scrape: { url: 'http://h', honour_labels: true }\n",
     "3: unknown key 'honour_labels' (did you mean 'honor_labels'?)\n"},
};

START_TEST(reports_mistakes)
{
    read_sources(wrongs[_i].text);
    expect_errors(wrongs[_i].errors);
    ck_assert_uint_gt(diags.errors, 0);
}
END_TEST

START_TEST(all_mistakes_at_once)
{
    read_sources("sources:\n"
                 "  - interval: x\n"
                 "    scrape: { max_bytes: 0 }\n"
                 "  - 7\n"
                 "  - { name: good, scrape: { url: 'http://h' } }\n");
    ck_assert_uint_ge(diags.errors, 5);
    ck_assert_uint_eq(configs.list.len, 1);
    ck_assert_str_eq(configs.list.items[0].name, "good");
}
END_TEST

START_TEST(same_options)
{
    const struct source_ops *ops = source_find(STR("scrape"));
    read_sources("sources:\n"
                 "  - { name: a, scrape: { url: 'http://h', labels: { x: y } } }\n"
                 "  - { name: b, scrape: { url: \"http://h\", labels: { x: y } } }\n"
                 "  - { name: c, scrape: { url: 'http://h', labels: { x: z } } }\n");
    expect_errors("");
    ck_assert(ops->same_options(configs.list.items[0].options, configs.list.items[1].options));
    ck_assert(!ops->same_options(configs.list.items[0].options, configs.list.items[2].options));
}
END_TEST

START_TEST(targets_of_the_command_line)
{
    const struct source_ops *ops = source_find(STR("scrape"));
    struct error err = ERROR_INIT;
    struct scrape_options *o = ops->target_options(STR("http://127.0.0.1:9100"), &err);
    ck_assert_msg(o != NULL, "%s", error_text(&err));
    ck_assert_str_eq(o->url, "http://127.0.0.1:9100/metrics");
    ck_assert_str_eq(o->instance, "127.0.0.1:9100");
    ops->free_options(o);
    o = ops->target_options(STR("http://h:1/probe?target=x"), &err);
    ck_assert_str_eq(o->url, "http://h:1/probe?target=x");
    ops->free_options(o);
    ck_assert_ptr_null(ops->target_options(STR("ftp://h/"), &err));
    ck_assert_int_eq(err.kind, ERROR_USAGE);
    error_release(&err);
}
END_TEST

START_TEST(table_of_kinds)
{
    size_t count;
    const struct source_ops *const *table = source_table(&count);
    ck_assert_uint_ge(count, 3);
    for (size_t i = 0; i < count; i++) {
        ck_assert_ptr_eq(source_find(str_from(table[i]->kind)), table[i]);
        ck_assert_uint_gt(strlen(table[i]->doc), 0);
    }
    ck_assert_ptr_null(source_find(STR("scrap")));
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("source_config");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, reads_sources);
    tcase_add_test(tc, short_interval_bounds_the_timeout);
    tcase_add_loop_test(tc, no_sources, 0, 3);
    tcase_add_loop_test(tc, reports_mistakes, 0, ARRAY_LEN(wrongs));
    tcase_add_test(tc, all_mistakes_at_once);
    tcase_add_test(tc, same_options);
    tcase_add_test(tc, targets_of_the_command_line);
    tcase_add_test(tc, table_of_kinds);
    return suite_run("source/source_config", tc);
}
