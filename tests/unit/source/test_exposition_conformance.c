/*
 * Other people's pages: the OpenMetrics suite, the classic format's good and bad ones, and the
 * error tables of Prometheus' own scrape parsers. Read where they lie ($TOCSIN_SHARED, or
 * ../shared); skipped where they are not.
 *
 * Where a suite is stricter than Prometheus, tocsin does as Prometheus: a page that Prometheus
 * scrapes must not be lost here. Those cases are listed with what they find fault with; Prometheus
 * 2.42 accepts every one of them. The list is checked both ways: a listed case must be accepted.
 */
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/scrape/page.h"
#include "source/target_labels.h"
#include "support/suite.h"

struct lax {
    const char *name;
    const char *reason;
};

static const struct lax lax_openmetrics[] = {
    {"bad_clashing_names_1", "metadata is not compared between metrics"},
    {"bad_counter_values_0", "values are not judged by type"},
    {"bad_counter_values_10", "values are not judged by type"},
    {"bad_counter_values_12", "values are not judged by type"},
    {"bad_counter_values_14", "values are not judged by type"},
    {"bad_counter_values_16", "values are not judged by type"},
    {"bad_counter_values_18", "values are not judged by type"},
    {"bad_counter_values_2", "values are not judged by type"},
    {"bad_counter_values_4", "values are not judged by type"},
    {"bad_counter_values_6", "values are not judged by type"},
    {"bad_counter_values_8", "values are not judged by type"},
    {"bad_exemplar_complex_chars", "the length of an exemplar's labels does not spoil a page"},
    {"bad_exemplars_on_unallowed_samples_2",
     "exemplars are judged by the ending of the name alone"},
    {"bad_grouping_or_ordering_0", "samples may come in any order and repeatedly"},
    {"bad_grouping_or_ordering_10", "samples may come in any order and repeatedly"},
    {"bad_grouping_or_ordering_3", "samples may come in any order and repeatedly"},
    {"bad_grouping_or_ordering_5", "samples may come in any order and repeatedly"},
    {"bad_grouping_or_ordering_7", "samples may come in any order and repeatedly"},
    {"bad_grouping_or_ordering_9", "samples may come in any order and repeatedly"},
    {"bad_histograms_0", "buckets, sums and counts are not compared"},
    {"bad_histograms_10", "buckets, sums and counts are not compared"},
    {"bad_histograms_12", "buckets, sums and counts are not compared"},
    {"bad_histograms_14", "buckets, sums and counts are not compared"},
    {"bad_histograms_3", "buckets, sums and counts are not compared"},
    {"bad_histograms_7", "buckets, sums and counts are not compared"},
    {"bad_histograms_9", "buckets, sums and counts are not compared"},
    {"bad_info_and_stateset_values_1", "values are not judged by type"},
    {"bad_metadata_in_wrong_place_1", "metadata may come behind its samples"},
    {"bad_missing_or_invalid_labels_for_a_type_1", "labels are not judged by type"},
    {"bad_missing_or_invalid_labels_for_a_type_3", "labels are not judged by type"},
    {"bad_missing_or_invalid_labels_for_a_type_5", "labels are not judged by type"},
    {"bad_missing_or_invalid_labels_for_a_type_7", "labels are not judged by type"},
    {"bad_repeated_metadata_1", "metadata may be repeated"},
    {"bad_repeated_metadata_3", "metadata may be repeated"},
    {"bad_stateset_info_values_1", "values are not judged by type"},
    {"bad_stateset_info_values_3", "values are not judged by type"},
    {"bad_unit_6", "units are not judged by type"},
    {NULL, NULL},
};

static const struct lax lax_text[] = {
    {"from_test_parse_error_0", "the last line may lack its line feed (the source says so)"},
    {"from_test_parse_error_12", "metadata may be repeated"},
    {"from_test_parse_error_14", "metadata may come behind its samples"},
    {NULL, NULL},
};

static const struct lax lax_none[] = {{NULL, NULL}};

struct verdict {
    bool accepted;
    struct error err;
};

/* Twice over the same page: the second time every line is known. Pieces of 5 bytes. */
static struct verdict judge(enum exposition_format format, struct str text)
{
    struct verdict v = {.err = ERROR_INIT};
    struct label_table *table = label_table_create();
    struct labels *target = NULL;
    ck_assert(target_labels_make(table, STR("j"), STR("i"), NULL, 0, &target, &v.err));
    struct target_series *series = target_series_create(NULL, table, target);
    struct page *page =
        page_create(table, series, &(struct page_options){.honor_timestamps = true});
    for (int round = 0; round < 2; round++) {
        struct page_summary summary;
        bool ok = true;
        error_release(&v.err);
        page_begin(page, format, (struct wall){1700000000000 + round});
        for (size_t at = 0; ok && at < text.len; at += 5) {
            ok = page_feed(page, str_slice(text, at, 5), &v.err);
        }
        if (ok) {
            ok = page_finish(page, &summary, &v.err);
        } else {
            page_abort(page);
        }
        ck_assert_msg(round == 0 || ok == v.accepted, "the second look differs from the first");
        v.accepted = ok;
    }
    page_destroy(page);
    target_series_destroy(series);
    label_table_destroy(table);
    return v;
}

static const struct lax *find_lax(const struct lax *list, const char *name)
{
    for (; list->name != NULL; list++) {
        if (strcmp(list->name, name) == 0) {
            return list;
        }
    }
    return NULL;
}

static void check_case(const char *name, enum exposition_format format, struct str text,
                       bool should_parse, const struct lax *lax_list)
{
    struct verdict v = judge(format, text);
    const struct lax *lax = should_parse ? NULL : find_lax(lax_list, name);
    if (should_parse || lax != NULL) {
        ck_assert_msg(v.accepted, "%s was refused (%s): %s", name,
                      lax != NULL ? lax->reason : "a good page", error_text(&v.err));
    } else {
        ck_assert_msg(!v.accepted, "%s was accepted", name);
        ck_assert_msg(v.err.span.line > 0 || text.len == 0, "%s: no line in: %s", name,
                      error_text(&v.err));
        ck_assert_msg(strstr(error_text(&v.err), "line ") != NULL, "%s: no line in: %s", name,
                      error_text(&v.err));
    }
    error_release(&v.err);
}

static const char *folder(void)
{
    const char *shared = getenv("TOCSIN_SHARED");
    return shared != NULL ? shared : TOCSIN_SOURCE_ROOT "/../shared";
}

static DIR *open_folder(const char *part, char *path, size_t size)
{
    snprintf(path, size, "%s/conformance/exposition/%s", folder(), part);
    DIR *dir = opendir(path);
    if (dir == NULL) {
        printf("skipped: '%s' is not there\n", path);
    }
    return dir;
}

static struct str read_file(const char *path)
{
    struct strbuf text = STRBUF_INIT;
    char buffer[4096];
    FILE *f = fopen(path, "rb");
    ck_assert_msg(f != NULL, "cannot read '%s'", path);
    for (size_t n; (n = fread(buffer, 1, sizeof(buffer), f)) > 0;) {
        strbuf_add(&text, buffer, n);
    }
    fclose(f);
    size_t len = text.len;
    return str_span(strbuf_take(&text), len);
}

static void check_file(const char *path, const char *name, enum exposition_format format,
                       bool should_parse, const struct lax *lax_list)
{
    struct str text = read_file(path);
    check_case(name, format, text, should_parse, lax_list);
    free((void *)(uintptr_t)text.data);
}

START_TEST(openmetrics_suite)
{
    char path[1024];
    DIR *dir = open_folder("openmetrics", path, sizeof(path));
    if (dir == NULL) {
        return;
    }
    unsigned cases = 0;
    for (struct dirent *d; (d = readdir(dir)) != NULL;) {
        char file[2048];
        if (d->d_name[0] == '.') {
            continue;
        }
        snprintf(file, sizeof(file), "%s/%s/test.json", path, d->d_name);
        json_t *test = json_load_file(file, 0, NULL);
        ck_assert_msg(test != NULL, "cannot read '%s'", file);
        bool good = json_is_true(json_object_get(test, "shouldParse"));
        json_decref(test);
        snprintf(file, sizeof(file), "%s/%s/metrics", path, d->d_name);
        check_file(file, d->d_name, EXPOSITION_OPENMETRICS, good, lax_openmetrics);
        cases++;
    }
    closedir(dir);
    ck_assert_uint_gt(cases, 50);
}
END_TEST

static const struct text_folder {
    const char *name;
    bool good;
} text_folders[] = {{"text-good", true}, {"text-bad", false}};

START_TEST(classic_pages)
{
    char path[1024];
    DIR *dir = open_folder(text_folders[_i].name, path, sizeof(path));
    if (dir == NULL) {
        return;
    }
    unsigned cases = 0;
    for (struct dirent *d; (d = readdir(dir)) != NULL;) {
        char file[2048];
        if (d->d_name[0] == '.') {
            continue;
        }
        snprintf(file, sizeof(file), "%s/%s", path, d->d_name);
        check_file(file, d->d_name, EXPOSITION_TEXT, text_folders[_i].good, lax_text);
        cases++;
    }
    closedir(dir);
    ck_assert_uint_gt(cases, 0);
}
END_TEST

static const struct error_table {
    const char *name;
    enum exposition_format format;
} error_tables[] = {
    {"scrape-prom-cases.json", EXPOSITION_TEXT},
    {"scrape-openmetrics-cases.json", EXPOSITION_OPENMETRICS},
};

/* The tables came through JSON, which has no bytes outside UTF-8: U+FFFD stands for one. */
static struct str original_bytes(const char *text, size_t len, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        if (len - i >= 3 && memcmp(text + i, "\xef\xbf\xbd", 3) == 0) {
            out[n++] = '\xff';
            i += 2;
        } else {
            out[n++] = text[i];
        }
    }
    return str_span(out, n);
}

START_TEST(prometheus_error_tables)
{
    char path[1024];
    snprintf(path, sizeof(path), "%s/conformance/exposition/%s", folder(), error_tables[_i].name);
    json_t *root = json_load_file(path, JSON_ALLOW_NUL, NULL);
    if (root == NULL) {
        printf("skipped: '%s' is not there\n", path);
        return;
    }
    size_t i;
    json_t *row;
    json_array_foreach(root, i, row)
    {
        json_t *input = json_object_get(row, "input");
        size_t len = json_string_length(input);
        char *bytes = malloc(len + 1);
        struct str text = original_bytes(json_string_value(input), len, bytes);
        char name[80];
        snprintf(name, sizeof(name), "%s[%zu]", error_tables[_i].name, i);
        check_case(name, error_tables[_i].format, text,
                   !json_is_true(json_object_get(row, "reject")), lax_none);
        free(bytes);
    }
    ck_assert_uint_gt(json_array_size(root), 0);
    json_decref(root);
}
END_TEST

static const struct real_page {
    const char *name;
    enum exposition_format format;
    unsigned min_samples;
} real_pages[] = {
    {"alltypes.5mfs.om.txt", EXPOSITION_OPENMETRICS, 30},
    {"node_exporter-e2e-output-darwin.txt", EXPOSITION_TEXT, 100},
    {"node_exporter-e2e-output-freebsd.txt", EXPOSITION_TEXT, 100},
};

/* Every line that is no comment is a sample. */
START_TEST(real_pages_whole)
{
    char path[1024];
    snprintf(path, sizeof(path), "%s/conformance/exposition/%s", folder(), real_pages[_i].name);
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        printf("skipped: '%s' is not there\n", path);
        return;
    }
    fclose(f);
    struct str text = read_file(path);
    size_t lines = 0;
    for (size_t i = 0; i < text.len; i++) {
        lines += (i == 0 || text.data[i - 1] == '\n') && text.data[i] != '#';
    }
    struct label_table *table = label_table_create();
    struct batch batch;
    struct error err = ERROR_INIT;
    batch_init(&batch);
    ck_assert_msg(exposition_to_batch(text, real_pages[_i].format, false, table, 0, &batch, &err),
                  "%s", error_text(&err));
    ck_assert_uint_eq(batch.samples.len, lines);
    ck_assert_uint_ge(lines, real_pages[_i].min_samples);
    batch_release(&batch);
    label_table_destroy(table);
    check_case(real_pages[_i].name, real_pages[_i].format, text, true, lax_none);
    free((void *)(uintptr_t)text.data);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("conformance");
    tcase_add_test(tc, openmetrics_suite);
    tcase_add_loop_test(tc, classic_pages, 0, ARRAY_LEN(text_folders));
    tcase_add_loop_test(tc, prometheus_error_tables, 0, ARRAY_LEN(error_tables));
    tcase_add_loop_test(tc, real_pages_whole, 0, ARRAY_LEN(real_pages));
    return suite_run("source/exposition_conformance", tc);
}
