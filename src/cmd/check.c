/* tocsin check: configurations, panel packs, themes, rule files and their unit tests, with
 * everything that is wrong with them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/command.h"
#include "engine/config.h"
#include "rule/rule.h"
#include "ui/theme.h"
#include "unittest/rule_test.h"
#include "yaml/node.h"

/* What the file's questions will be answered by, defaults included. */
static void show_promql(const char *file, const struct config *config)
{
    struct strbuf text = STRBUF_INIT;
    config_promql_format(&text, &config->promql);
    printf("%s: %s\n", file, strbuf_cstr(&text));
    strbuf_release(&text);
}

static void check_rule_test(const char *file, struct diags *diags)
{
    struct label_table *table = label_table_create();
    rule_test_destroy(rule_test_load(file, table, diags));
    label_table_destroy(table);
}

/* A pack has a `panel:` at its top, a theme `theme:`, a rule file `groups:`, a unit test `tests:`;
 * everything else is taken for a configuration. */
static void check_file(const char *file, struct diags *diags)
{
    struct diags quiet;
    diags_init(&quiet);
    struct yaml_document *doc = yaml_load(file, &quiet);
    const struct yaml_node *root = doc != NULL ? yaml_root(doc) : NULL;
    bool mapping = root != NULL && root->kind == YAML_MAPPING;
    if (mapping && yaml_get(root, "panel") != NULL) {
        panel_unref(panel_parse(file, yaml_text(doc), diags));
    } else if (mapping && yaml_get(root, "theme") != NULL) {
        theme_destroy(theme_parse(file, yaml_text(doc), diags));
    } else if (mapping && yaml_get(root, "tests") != NULL) {
        check_rule_test(file, diags);
    } else if (mapping && yaml_get(root, "groups") != NULL) {
        rule_file_unref(rule_file_parse(file, yaml_text(doc), diags));
    } else {
        struct config *config = config_load(file, diags);
        if (config != NULL && mapping && yaml_get(root, "promql") != NULL) {
            show_promql(file, config);
        }
        config_unref(config);
    }
    yaml_destroy(doc);
    diags_release(&quiet);
}

static int run(const struct invocation *inv)
{
    struct diags diags;
    diags_init(&diags);
    size_t checked = inv->argument_count;
    for (size_t i = 0; i < inv->argument_count; i++) {
        check_file(inv->arguments[i], &diags);
    }
    if (inv->argument_count == 0) {
        char *file = config_find(NULL);
        if (file == NULL) {
            fprintf(stderr, "tocsin: there is no configuration to check; see tocsin(1), FILES\n");
            diags_release(&diags);
            return error_kind_exit_status(ERROR_NOT_FOUND);
        }
        check_file(file, &diags);
        checked = 1;
        free(file);
    }
    struct strbuf text = STRBUF_INIT;
    diags_format(&diags, &text);
    fputs(strbuf_cstr(&text), stderr);
    int status = EXIT_STATUS_OK;
    if (diags.errors != 0) {
        status = error_kind_exit_status(ERROR_CONFIG);
    } else {
        printf("%zu file%s checked, no errors, %zu warning%s\n", checked, checked == 1 ? "" : "s",
               diags.warnings, diags.warnings == 1 ? "" : "s");
    }
    strbuf_release(&text);
    diags_release(&diags);
    return status;
}

const struct command command_check = {.name = "check",
                                      .arguments = "[FILE...]",
                                      .doc = "check configurations, packs, themes, rules and tests",
                                      .options = NULL,
                                      .option_count = 0,
                                      .run = run};
