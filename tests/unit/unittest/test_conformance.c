/*
 * Real unit tests of rules of several organisations, where they are: each gives the verdict that
 * promtool gives (tests/live/rule_tests_promtool.py asks it), and nothing is skipped.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/suite.h"
#include "unittest/unittest.h"
#include "yaml/node.h"

/* Those that promtool fails, by the end of their path: Prometheus' own for what is wrong. */
static const char *const failing[] = {
    "prometheus/bad-input-series.yml",
    "prometheus/bad-promql.yml",
    "prometheus/bad-rules-error-test.yml",
    "prometheus/bad-rules-syntax-test.yml",
    "prometheus/failing.yml",
};

static const char *const patterns[] = {"*/*.y*ml", "*/*/*.y*ml", "*/*/*/*/*.y*ml",
                                       "*/*/*/*/*/*.y*ml"};

static void find_files(size_t pattern, glob_t *files)
{
    const char *shared = getenv("TOCSIN_SHARED");
    struct strbuf path = STRBUF_INIT;
    strbuf_printf(&path, "%s/conformance/promtool-tests/%s", shared != NULL ? shared : "../shared",
                  patterns[pattern]);
    if (glob(strbuf_cstr(&path), 0, NULL, files) != 0) {
        files->gl_pathc = 0;
    }
    strbuf_release(&path);
}

static bool is_failing(const char *path)
{
    for (size_t i = 0; i < ARRAY_LEN(failing); i++) {
        if (str_ends_with(str_from(path), str_from(failing[i]))) {
            return true;
        }
    }
    return false;
}

/* And not rules. */
static bool is_test(const char *path)
{
    struct diags diags;
    diags_init(&diags);
    struct yaml_document *doc = yaml_load(path, &diags);
    bool is = doc != NULL && yaml_get(yaml_root(doc), "tests") != NULL;
    yaml_destroy(doc);
    diags_release(&diags);
    return is;
}

static void collect(void *user, const char *text)
{
    strbuf_add_c(user, text);
}

static size_t run(const char *path)
{
    struct strbuf said = STRBUF_INIT;
    struct report report = {.print = collect, .user = &said};
    struct diags diags;
    diags_init(&diags);
    /* The version of promtool that the verdicts are of has the windows of before Prometheus 3. */
    const struct unittest_options options = {.semantics = SEMANTICS_V2};
    bool ok = unittest_run_rule_test(path, &options, &report, &diags) && report.tally.failed == 0;
    ck_assert_msg(ok != is_failing(path), "%s: %s\n%s", path, strbuf_cstr(&said),
                  diags.errors > 0 ? diags.list.items[0].message : "");
    ck_assert_msg(report.tally.skipped == 0, "%s: %s", path, strbuf_cstr(&said));
    size_t passed = report.tally.passed;
    strbuf_release(&said);
    diags_release(&diags);
    return passed;
}

START_TEST(real_files)
{
    size_t passed = 0;
    glob_t files;
    find_files((size_t)_i, &files);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        passed += is_test(files.gl_pathv[i]) ? run(files.gl_pathv[i]) : 0;
    }
    if (files.gl_pathc > 0) {
        ck_assert_uint_gt(passed, 20);
        globfree(&files);
    }
}
END_TEST

int main(void)
{
    glob_t files;
    find_files(0, &files);
    if (files.gl_pathc == 0) {
        printf("skipped: there are no files of the conformance data\n");
        return SUITE_SKIPPED;
    }
    globfree(&files);
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 120);
    tcase_add_loop_test(all, real_files, 0, ARRAY_LEN(patterns));
    return suite_run("unittest/conformance", all);
}
