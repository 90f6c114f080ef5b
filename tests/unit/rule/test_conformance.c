/*
 * Real rule files of several organisations, where they are: each is read, or refused for what
 * Prometheus refuses it for (`promtool check rules` said the same of all of them).
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "rule/rule.h"
#include "support/suite.h"

/* What is refused, by a part of its path, with a part of the first message. */
static const struct {
    const char *path;
    const char *message;
} refused[] = {
    {"victoriametrics/deployment__docker__rules__alerts-cluster.yml", "unknown key 'concurrency'"},
    {"victoriametrics/deployment__docker__rules__alerts-vmagent.yml", "unknown key 'concurrency'"},
    {"victoriametrics/deployment__docker__rules__alerts-single-node.yml",
     "unknown key 'concurrency'"},
    {"victoriametrics/deployment__docker__rules__alerts-vmanomaly.yml", "unknown function 'lag'"},
};

static const char *why_refused(const char *path)
{
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        if (strstr(path, refused[i].path) != NULL) {
            return refused[i].message;
        }
    }
    return NULL;
}

START_TEST(real_files)
{
    const char *shared = getenv("TOCSIN_SHARED");
    struct strbuf pattern = STRBUF_INIT;
    strbuf_printf(&pattern, "%s/conformance/rules/*/*.y*ml", shared != NULL ? shared : "../shared");
    glob_t files;
    size_t rules = 0;
    if (glob(strbuf_cstr(&pattern), 0, NULL, &files) == 0) {
        for (size_t i = 0; i < files.gl_pathc; i++) {
            struct diags diags;
            diags_init(&diags);
            struct rule_file *f = rule_file_load(files.gl_pathv[i], &diags);
            const char *why = why_refused(files.gl_pathv[i]);
            ck_assert_msg((f == NULL) == (why != NULL), "%s", files.gl_pathv[i]);
            ck_assert_msg(f != NULL || strstr(diags.list.items[0].message, why) != NULL, "%s: %s",
                          files.gl_pathv[i], diags.errors > 0 ? diags.list.items[0].message : "");
            for (size_t g = 0; f != NULL && g < f->group_count; g++) {
                rules += f->groups[g].rule_count;
            }
            rule_file_unref(f);
            diags_release(&diags);
        }
        ck_assert_uint_gt(rules, 500);
        globfree(&files);
    }
    strbuf_release(&pattern);
}
END_TEST

int main(void)
{
    const char *shared = getenv("TOCSIN_SHARED");
    struct strbuf pattern = STRBUF_INIT;
    strbuf_printf(&pattern, "%s/conformance/rules", shared != NULL ? shared : "../shared");
    FILE *there = fopen(strbuf_cstr(&pattern), "re");
    if (there == NULL) {
        printf("skipped: there is no %s\n", strbuf_cstr(&pattern));
        strbuf_release(&pattern);
        return SUITE_SKIPPED;
    }
    fclose(there);
    strbuf_release(&pattern);
    TCase *all = tcase_create("all");
    tcase_set_timeout(all, 60);
    tcase_add_test(all, real_files);
    return suite_run("rule/conformance", all);
}
