/*
 * Expressions of other people: which of them Prometheus takes, and that all of them survive being
 * printed and read again, to the same tree. The files are not part of the project: they are looked
 * for in $TOCSIN_SHARED, or beside the project's root; without them the whole executable is
 * skipped.
 */
#include <check.h>
#include <ftw.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <yaml.h>

#include "base/mem.h"
#include "promql/promql.h"
#include "support/suite.h"

static char shared[4096];

/* Valid in Prometheus 3 and not in 2.42, which judged the cases. */
static const struct {
    const char *text;
    const char *reason;
} newer[] = {
    {"some_metric[5m] OFFSET 1", "a number is a duration in seconds"},
    {"some_metric[5m] @ 1m", "a duration is a number of seconds"},
    {"end()", "start(), end(), range() and step() are functions"},
};

/* Other dialects: metrics QL of VictoriaMetrics, and functions over native histograms. */
static const char *const foreign[] = {
    "lag(vmanomaly_start_time_seconds",
    "sum(rate(process_cpu_seconds_total{job=~\".*vmanomaly.*\"}[5m])) by (job, instance) /",
    "histogram_avg(",
    "histogram_count(",
    "histogram_sum(",
    "histogram_stddev(",
    "histogram_stdvar(",
    "histogram_quantiles(",
};

static struct strbuf text_of(const struct expr *e, unsigned flags)
{
    struct strbuf b = STRBUF_INIT;
    expr_print(&b, e, flags);
    return b;
}

/* Parse, print, parse, print: the two prints are the same. */
static void assert_round_trip(const char *text, const struct expr *e, unsigned flags)
{
    struct error err = ERROR_INIT;
    struct strbuf first = text_of(e, flags);
    struct expr *again = expr_parse(strbuf_str(&first), NULL, &err);
    ck_assert_msg(again != NULL, "'%s' printed as '%s': %s", text, strbuf_cstr(&first),
                  error_text(&err));
    struct strbuf second = text_of(again, flags);
    ck_assert_str_eq(strbuf_cstr(&first), strbuf_cstr(&second));
    ck_assert_int_eq(e->root->type, again->root->type);
    ck_assert_msg(node_equal(e->root, again->root), "'%s' came back different: '%s'", text,
                  strbuf_cstr(&first));
    strbuf_release(&first);
    strbuf_release(&second);
    expr_unref(again);
}

static bool is_newer(const char *text)
{
    for (size_t i = 0; i < ARRAY_LEN(newer); i++) {
        if (strcmp(text, newer[i].text) == 0) {
            return true;
        }
    }
    return false;
}

START_TEST(test_parse_cases)
{
    char path[4200];
    snprintf(path, sizeof(path), "%s/conformance/promql/parse_cases.json", shared);
    json_error_t why;
    json_t *cases = json_load_file(path, 0, &why);
    ck_assert_msg(cases != NULL, "%s: %s", path, why.text);
    ck_assert_uint_gt(json_array_size(cases), 100);
    size_t i;
    json_t *item;
    json_array_foreach(cases, i, item)
    {
        const char *text = json_string_value(json_object_get(item, "input"));
        bool valid = json_is_true(json_object_get(item, "valid")) || is_newer(text);
        struct error err = ERROR_INIT;
        struct expr *e = expr_parse(str_from(text), NULL, &err);
        ck_assert_msg((e != NULL) == valid, "'%s' should be %s: %s", text,
                      valid ? "valid" : "refused", error_text(&err));
        if (e != NULL) {
            assert_round_trip(text, e, PRINT_PLAIN);
            assert_round_trip(text, e, PRINT_AS_WRITTEN);
        } else {
            ck_assert_uint_ge(err.span.line, 1);
        }
        error_release(&err);
        expr_unref(e);
    }
    json_decref(cases);
}
END_TEST

static bool is_foreign(const char *text)
{
    for (size_t i = 0; i < ARRAY_LEN(foreign); i++) {
        if (strstr(text, foreign[i]) != NULL) {
            return true;
        }
    }
    return false;
}

/* Expressions that parsed, and how many different ones. */
static size_t seen;
static size_t distinct;
static char **texts;

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Counts and forgets them. */
static void count_distinct(void)
{
    qsort(texts, seen, sizeof(*texts), compare_texts);
    distinct = 0;
    for (size_t i = 0; i < seen; i++) {
        distinct += i == 0 || strcmp(texts[i], texts[i - 1]) != 0;
    }
    for (size_t i = 0; i < seen; i++) {
        free(texts[i]);
    }
    free(texts);
    texts = NULL;
}

static void assert_parses(const char *file, const char *text)
{
    struct error err = ERROR_INIT;
    struct expr *e = expr_parse(str_from(text), NULL, &err);
    ck_assert_msg(e != NULL || is_foreign(text), "%s: '%s': %s at %u:%u", file, text,
                  error_text(&err), err.span.line, err.span.column);
    if (e != NULL) {
        texts = mem_realloc(texts, seen + 1, sizeof(*texts));
        texts[seen++] = mem_strdup(text);
        assert_round_trip(text, e, PRINT_PLAIN);
        assert_round_trip(text, e, PRINT_AS_WRITTEN);
    }
    error_release(&err);
    expr_unref(e);
}

static bool has_suffix(const char *path, const char *suffix)
{
    return str_ends_with(str_from(path), str_from(suffix));
}

/* Every scalar behind a key `expr`. */
static int visit_rules(const char *path, const struct stat *status, int kind, struct FTW *ftw)
{
    (void)status;
    (void)ftw;
    if (kind != FTW_F || !(has_suffix(path, ".yml") || has_suffix(path, ".yaml"))) {
        return 0;
    }
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    yaml_parser_t parser;
    yaml_event_t event;
    yaml_parser_initialize(&parser);
    yaml_parser_set_input_file(&parser, file);
    bool is_expr = false;
    yaml_event_type_t type = YAML_NO_EVENT;
    while (type != YAML_STREAM_END_EVENT && yaml_parser_parse(&parser, &event)) {
        type = event.type;
        if (type == YAML_SCALAR_EVENT && is_expr) {
            assert_parses(path, (const char *)event.data.scalar.value);
            is_expr = false;
        } else {
            is_expr = type == YAML_SCALAR_EVENT &&
                      strcmp((const char *)event.data.scalar.value, "expr") == 0;
        }
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    fclose(file);
    return 0;
}

START_TEST(test_rules)
{
    char path[4200];
    snprintf(path, sizeof(path), "%s/conformance/rules", shared);
    seen = 0;
    ck_assert_int_eq(nftw(path, visit_rules, 16, FTW_PHYS), 0);
    count_distinct();
    printf("rules: %zu expressions, %zu distinct\n", seen, distinct);
    ck_assert_uint_gt(distinct, 1000);
}
END_TEST

/* The expression of an `eval` line that has to succeed, or NULL: behind `instant at T` or `range
 * from A to B step S`. */
static const char *eval_expression(const char *line)
{
    const char *p = line + strspn(line, " \t");
    if (strncmp(p, "eval", 4) != 0 || strncmp(p, "eval_fail", 9) == 0) {
        return NULL;
    }
    size_t words = strstr(p, " range from ") != NULL ? 8 : 4;
    for (size_t i = 0; i < words; i++) {
        p += strcspn(p, " \t");
        p += strspn(p, " \t");
    }
    return p;
}

/* Cases that must fail at evaluation or parsing say so on the next line. */
static bool expects_failure(const char *next)
{
    const char *p = next + strspn(next, " \t");
    return strncmp(p, "expect fail", 11) == 0;
}

static int visit_tests(const char *path, const struct stat *status, int kind, struct FTW *ftw)
{
    (void)status;
    (void)ftw;
    if (kind != FTW_F || !has_suffix(path, ".test")) {
        return 0;
    }
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    char *line = NULL;
    char *pending = NULL;
    size_t capacity = 0;
    while (getline(&line, &capacity, file) > 0) {
        line[strcspn(line, "\r\n")] = '\0';
        if (pending != NULL && !expects_failure(line)) {
            assert_parses(path, pending);
        }
        free(pending);
        const char *text = eval_expression(line);
        pending = text != NULL ? mem_strdup(text) : NULL;
    }
    free(pending);
    free(line);
    fclose(file);
    return 0;
}

START_TEST(test_test_files)
{
    char path[4200];
    snprintf(path, sizeof(path), "%s/conformance/promql", shared);
    seen = 0;
    ck_assert_int_eq(nftw(path, visit_tests, 16, FTW_PHYS), 0);
    count_distinct();
    printf("tests: %zu expressions, %zu distinct\n", seen, distinct);
    ck_assert_uint_gt(distinct, 500);
}
END_TEST

int main(void)
{
    const char *configured = getenv("TOCSIN_SHARED");
    struct stat status;
    snprintf(shared, sizeof(shared), "%s", configured != NULL ? configured : "../shared");
    char path[4200];
    snprintf(path, sizeof(path), "%s/conformance/promql", shared);
    if (stat(path, &status) != 0) {
        printf("skipped: no conformance data at '%s'\n", path);
        return SUITE_SKIPPED;
    }
    TCase *tc = tcase_create("parse conformance");
    tcase_add_test(tc, test_parse_cases);
    tcase_add_test(tc, test_rules);
    tcase_add_test(tc, test_test_files);
    return suite_run("promql/parse_conformance", tc);
}
