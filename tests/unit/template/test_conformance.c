/*
 * Every template in other people's rule files, where they are: labels and annotations parse, use no
 * unknown variable, and expand with the data of an alert that has all labels they name.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "rule/rule.h"
#include "support/suite.h"
#include "template/template.h"

struct counts {
    size_t files;
    size_t templates;
    size_t actions; /* templates that are not plain */
};

static enum template_query answer(void *user, struct str expr, struct arena *arena,
                                  struct template_value *out, struct error *err)
{
    const struct template_value *labels = user;
    struct template_member *fields = arena_array(arena, struct template_member, 2);
    struct template_map *sample = arena_new(arena, struct template_map);
    struct template_value *items = arena_array(arena, struct template_value, 1);
    struct template_list *list = arena_new(arena, struct template_list);
    (void)expr;
    (void)err;
    fields[0] = (struct template_member){STR_INIT("Labels"), *labels};
    fields[1] = (struct template_member){STR_INIT("Value"), template_float(5)};
    *sample = (struct template_map){.members = fields, .count = 2, .is_struct = true};
    items[0] = template_of_map(sample);
    *list = (struct template_list){.items = items, .count = 1};
    *out = template_of_list(list);
    return TEMPLATE_QUERY_OK;
}

static void expand(const char *path, const struct template *t, struct str text)
{
    static const struct template_member members[] = {
        {STR_INIT("instance"), {.kind = TEMPLATE_STRING, .string = STR_INIT("db1:9100")}},
        {STR_INIT("job"), {.kind = TEMPLATE_STRING, .string = STR_INIT("node")}},
    };
    static const struct template_map map = {.members = members, .count = ARRAY_LEN(members)};
    struct template_value labels = template_of_map(&map);
    const struct template_variable variables[] = {
        {STR_INIT("$labels"), labels},
        {STR_INIT("$value"), template_float(1234.5)},
        {STR_INIT("$externalLabels"), labels},
        {STR_INIT("$externalURL"), template_string(STR("http://localhost:9090"))},
    };
    const struct template_member fields[] = {
        {STR_INIT("ExternalLabels"), labels},
        {STR_INIT("ExternalURL"), template_string(STR("http://localhost:9090"))},
        {STR_INIT("Labels"), labels},
        {STR_INIT("Value"), template_float(1234.5)},
    };
    const struct template_map dot = {
        .members = fields, .count = ARRAY_LEN(fields), .is_struct = true};
    const struct template_data data = {.dot = template_of_map(&dot),
                                       .variables = variables,
                                       .variable_count = ARRAY_LEN(variables),
                                       .external_url = STR("http://localhost:9090"),
                                       .now = {1500000000000},
                                       .query = answer,
                                       .user = &labels};
    const struct str names[] = {variables[0].name, variables[1].name, variables[2].name,
                                variables[3].name};
    struct error err = ERROR_INIT;
    struct strbuf out = STRBUF_INIT;
    ck_assert_msg(template_check_variables(t, names, ARRAY_LEN(names), &err), "%s: %s: %.*s", path,
                  error_text(&err), STR_ARG(text));
    ck_assert_msg(template_expand(t, &data, &out, &err) == TEMPLATE_OK, "%s: %s: %.*s", path,
                  error_text(&err), STR_ARG(text));
    ck_assert(!template_is_plain(t) || str_equal(strbuf_str(&out), text));
    strbuf_release(&out);
}

static void check_pairs(const char *path, const struct rule_pairs *pairs, struct counts *counts)
{
    for (size_t i = 0; i < pairs->count; i++) {
        struct str text = pairs->items[i].value;
        struct error err = ERROR_INIT;
        struct template *t = template_parse(text, &err);
        ck_assert_msg(t != NULL, "%s: %u:%u: %s: %.*s", path, err.span.line, err.span.column,
                      error_text(&err), STR_ARG(text));
        expand(path, t, text);
        counts->templates++;
        counts->actions += template_is_plain(t) ? 0 : 1;
        template_unref(t);
    }
}

static void check_file(const char *path, struct counts *counts)
{
    struct diags diags;
    diags_init(&diags);
    struct rule_file *f = rule_file_load(path, &diags);
    for (size_t g = 0; f != NULL && g < f->group_count; g++) {
        for (size_t r = 0; r < f->groups[g].rule_count; r++) {
            const struct rule *rule = &f->groups[g].rules[r];
            if (rule->kind == RULE_ALERTING) {
                check_pairs(path, &rule->labels, counts);
                check_pairs(path, &rule->annotations, counts);
            }
        }
    }
    counts->files += f != NULL ? 1 : 0;
    rule_file_unref(f);
    diags_release(&diags);
}

static void check_all(const char *folder, struct counts *counts)
{
    const char *shared = getenv("TOCSIN_SHARED");
    struct strbuf pattern = STRBUF_INIT;
    glob_t files;
    strbuf_printf(&pattern, "%s/conformance/%s", shared != NULL ? shared : "../shared", folder);
    if (glob(strbuf_cstr(&pattern), 0, NULL, &files) == 0) {
        for (size_t i = 0; i < files.gl_pathc; i++) {
            check_file(files.gl_pathv[i], counts);
        }
        globfree(&files);
    }
    strbuf_release(&pattern);
}

START_TEST(real_files)
{
    struct counts counts = {.files = 0};
    check_all("rules/*/*.y*ml", &counts);
    check_all("promtool-tests/*/*.y*ml", &counts);
    check_all("promtool-tests/*/*/*.y*ml", &counts);
    check_all("promtool-tests/*/*/*/*.y*ml", &counts);
    check_all("promtool-tests/*/*/*/*/*.y*ml", &counts);
    printf("%zu rule files, %zu templates, %zu of them with actions\n", counts.files,
           counts.templates, counts.actions);
    ck_assert_uint_gt(counts.actions, 500);
}
END_TEST

int main(void)
{
    const char *shared = getenv("TOCSIN_SHARED");
    struct strbuf folder = STRBUF_INIT;
    strbuf_printf(&folder, "%s/conformance/rules", shared != NULL ? shared : "../shared");
    FILE *there = fopen(strbuf_cstr(&folder), "re");
    if (there == NULL) {
        printf("skipped: there is no %s\n", strbuf_cstr(&folder));
        strbuf_release(&folder);
        return SUITE_SKIPPED;
    }
    fclose(there);
    strbuf_release(&folder);
    TCase *all = tcase_create("all");
    tcase_add_test(all, real_files);
    return suite_run("template/conformance", all);
}
