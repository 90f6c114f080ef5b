/* Options of a Prometheus-compatible server: what is accepted, what is refused and in which words.
 */
#include <stdlib.h>

#include "source/prometheus/options.h"
#include "support/suite.h"
#include "yaml/read.h"

/* Reads `text`'s root; diagnostics go to `problems`. */
static struct prometheus_options *read(const char *text, struct strbuf *problems)
{
    struct diags diags;
    diags_init(&diags);
    struct yaml_document *doc = yaml_parse("t.yaml", str_from(text), &diags);
    ck_assert_ptr_nonnull(doc);
    struct yaml_reader r;
    yaml_reader_init(&r, doc, &diags);
    struct prometheus_options *o = prometheus_options_read(&r, yaml_root(doc));
    diags_format(&diags, problems);
    yaml_reader_release(&r);
    yaml_destroy(doc);
    diags_release(&diags);
    return o;
}

START_TEST(everything)
{
    struct strbuf problems = STRBUF_INIT;
    struct prometheus_options *o =
        read("url: https://prom.example:9090/prefix/\n"
             "scrape_interval: 30s\n"
             "late: 1m\n"
             "query_params: { dedup: 'true', max_source_resolution: 5m }\n"
             "basic_auth: { username: a, password: b }\n",
             &problems);
    ck_assert_msg(o != NULL, "%s", strbuf_cstr(&problems));
    ck_assert_str_eq(o->url, "https://prom.example:9090/prefix");
    ck_assert_int_eq(o->scrape_interval_ms, 30000);
    ck_assert_int_eq(o->late_ms, 60000);
    ck_assert_uint_eq(o->params.len, 2);
    ck_assert_str_eq(o->params.items[0].name, "dedup");
    ck_assert_str_eq(o->params.items[0].value, "true");
    ck_assert_ptr_nonnull(o->http);
    prometheus_options_free(o);
    prometheus_options_free(NULL);
    strbuf_release(&problems);
}
END_TEST

struct bad_row {
    const char *text;
    const char *problem; /* a part of it */
};

static const struct bad_row bad[] = {
    {"{}", "url"},
    {"[]", "t.yaml:1:1"},
    {"url: prom.example:9090", "t.yaml:1:6"},
    {"url: ftp://prom.example", "t.yaml:1:6"},
    {"url: http://", "t.yaml:1:6"},
    {"url: http://prom.example:99999", "t.yaml:1:6"},
    {"url: http://prom.example/?x=1", "the URL goes on behind its path"},
    {"url: http://prom.example/#top", "t.yaml:1:6"},
    {"url: http://prom.example/?x=1", "'query_params'"},
    {"url: http://p\nlate: soon", "t.yaml:2:7"},
    {"url: http://p\nscrape_interval: 0s", "t.yaml:2:18"},
    {"url: http://p\nquery_params: [a]", "t.yaml:2:15"},
    {"url: http://p\nquery_params: { a: [b] }", "t.yaml:2:20"},
    {"url: http://p\nlat: 1m", "did you mean 'late'?"},
    {"url: http://p\nbasic_auth: x", "t.yaml:2:13"},
};

START_TEST(refused)
{
    struct strbuf problems = STRBUF_INIT;
    struct prometheus_options *o = read(bad[_i].text, &problems);
    ck_assert_ptr_null(o);
    ck_assert_msg(strstr(strbuf_cstr(&problems), bad[_i].problem) != NULL, "%s: got\n%s",
                  bad[_i].text, strbuf_cstr(&problems));
    strbuf_release(&problems);
}
END_TEST

struct target_row {
    const char *target;
    const char *url; /* NULL: refused */
};

static const struct target_row targets[] = {
    {"http://127.0.0.1:9090", "http://127.0.0.1:9090"},
    {"http://127.0.0.1:9090/", "http://127.0.0.1:9090"},
    {"http://[::1]:9090/p/api/v1/", "http://[::1]:9090/p"},
    {"https://mimir.example/prometheus", "https://mimir.example/prometheus"},
    {"http://h/api/v1", "http://h"},
    {"http://h?x", NULL},
    {"host:", NULL},
    {"http://:9090", NULL},
    {"", NULL},
};

START_TEST(target)
{
    struct error err = ERROR_INIT;
    struct prometheus_options *o =
        prometheus_options_from_target(str_from(targets[_i].target), &err);
    if (targets[_i].url == NULL) {
        ck_assert_ptr_null(o);
        ck_assert_int_eq(err.kind, ERROR_USAGE);
    } else {
        ck_assert_msg(o != NULL, "%s", error_text(&err));
        ck_assert_str_eq(o->url, targets[_i].url);
    }
    prometheus_options_free(o);
    error_release(&err);
}
END_TEST

START_TEST(sameness)
{
    static const struct {
        const char *a;
        const char *b;
        bool same;
    } rows[] = {
        {"url: http://a", "url: http://a", true},
        {"url: http://a", "url:   'http://a'",
         false}, /* made anew for nothing, but never kept wrongly */
        {"url: http://a", "url: http://b", false},
        {"{url: http://a, late: 1m}", "url: http://a\nlate: 1m", true},
        {"{url: http://a, late: 1m}", "{url: http://a, late: 2m}", false},
        {"{url: http://a, basic_auth: {username: a, password: b}}",
         "{url: http://a, basic_auth: {username: a, password: c}}", false},
        {"{url: http://a, query_params: {a: b}}", "{url: http://a, query_params: {a: c}}", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct strbuf problems = STRBUF_INIT;
        struct prometheus_options *a = read(rows[i].a, &problems);
        struct prometheus_options *b = read(rows[i].b, &problems);
        ck_assert_msg(a != NULL && b != NULL, "%s", strbuf_cstr(&problems));
        ck_assert_msg(prometheus_options_same(a, b) == rows[i].same, "%s", rows[i].b);
        prometheus_options_free(a);
        prometheus_options_free(b);
        strbuf_release(&problems);
    }
}
END_TEST

int main(void)
{
    TCase *options = tcase_create("options");
    tcase_add_test(options, everything);
    tcase_add_loop_test(options, refused, 0, (int)ARRAY_LEN(bad));
    tcase_add_loop_test(options, target, 0, (int)ARRAY_LEN(targets));
    tcase_add_test(options, sameness);
    return suite_run("source/prometheus/options", options);
}
