/* tocsin check: configurations, panel packs, themes, rule files and their unit tests, with
 * everything that is wrong with them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "cmd/asker.h"
#include "cmd/check_rules.h"
#include "cmd/command.h"
#include "engine/config.h"
#include "query/query.h"
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

/* A file whose rules are looked at once more. */
struct checked {
    const char *file;
    struct config *config; /* NULL: a rule file */
    struct ruleset *rules;
};

struct check {
    const struct invocation *inv;
    struct diags diags;
    VEC(struct checked) list;
    int64_t timeout_ms;
};

/* By itself it says neither who answers nor how often. */
static void check_rule_file(struct check *c, const char *file, struct str text)
{
    struct rule_file *rules = rule_file_parse(file, text, &c->diags);
    if (rules != NULL) {
        const char *source = invocation_value(c->inv, "source");
        bool named = source != NULL && strchr(source, ':') == NULL;
        const struct ruleset_binding binding = {.source = named ? source : ""};
        struct checked checked = {.file = file, .rules = ruleset_create()};
        ruleset_add(checked.rules, rules, &binding);
        vec_push(&c->list, checked);
        rule_file_unref(rules);
    }
}

static void check_config(struct check *c, const char *file, bool shows_promql)
{
    struct config *config = config_load(file, &c->diags);
    if (config != NULL) {
        struct checked checked = {
            .file = file, .config = config, .rules = ruleset_ref(config->rules.set)};
        vec_push(&c->list, checked);
        if (shows_promql) {
            show_promql(file, config);
        }
    }
}

/* A pack has a `panel:` at its top, a theme `theme:`, a rule file `groups:`, a unit test `tests:`;
 * everything else is taken for a configuration. */
static void check_file(struct check *c, const char *file)
{
    struct diags quiet;
    diags_init(&quiet);
    struct yaml_document *doc = yaml_load(file, &quiet);
    const struct yaml_node *root = doc != NULL ? yaml_root(doc) : NULL;
    bool mapping = root != NULL && root->kind == YAML_MAPPING;
    if (mapping && yaml_get(root, "panel") != NULL) {
        panel_unref(panel_parse(file, yaml_text(doc), &c->diags));
    } else if (mapping && yaml_get(root, "theme") != NULL) {
        theme_destroy(theme_parse(file, yaml_text(doc), &c->diags));
    } else if (mapping && yaml_get(root, "tests") != NULL) {
        check_rule_test(file, &c->diags);
    } else if (mapping && yaml_get(root, "groups") != NULL) {
        check_rule_file(c, file, yaml_text(doc));
    } else {
        check_config(c, file, mapping && yaml_get(root, "promql") != NULL);
    }
    yaml_destroy(doc);
    diags_release(&quiet);
}

static void print(const struct diags *diags)
{
    struct strbuf text = STRBUF_INIT;
    diags_format(diags, &text);
    fputs(strbuf_cstr(&text), stderr);
    strbuf_release(&text);
}

/* At the sources of its configuration; a rule file at the one that the command line names. */
static int ask_sources(struct check *c, struct checked *checked)
{
    if (checked->config == NULL) {
        bool is_target;
        struct diags diags;
        diags_init(&diags);
        checked->config = asker_config(c->inv, &is_target, &diags);
        bool wrong = checked->config == NULL;
        if (wrong) {
            print(&diags);
        }
        diags_release(&diags);
        if (wrong) {
            return error_kind_exit_status(ERROR_CONFIG);
        }
    }
    return check_live(checked->config, checked->rules, c->timeout_ms, &c->diags.warnings);
}

static int check_rules(struct check *c)
{
    int status = EXIT_STATUS_OK;
    VEC_EACH (&c->list, struct checked, checked) {
        check_rules_count(checked->file, checked->rules);
        fflush(stdout);
        if (invocation_value(c->inv, "live") != NULL) {
            int one = ask_sources(c, checked);
            status = status == EXIT_STATUS_OK ? one : status;
        }
    }
    return status;
}

static int check_files(struct check *c, const char *const *files, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check_file(c, files[i]);
    }
    VEC_EACH (&c->list, struct checked, checked) {
        check_rules_warn(checked->rules, &c->diags);
    }
    print(&c->diags);
    if (c->diags.errors != 0) {
        return error_kind_exit_status(ERROR_CONFIG);
    }
    int status = check_rules(c);
    if (status == EXIT_STATUS_OK) {
        printf("%zu file%s checked, no errors, %zu warning%s\n", count, count == 1 ? "" : "s",
               c->diags.warnings, c->diags.warnings == 1 ? "" : "s");
    }
    return status;
}

static bool read_options(struct check *c, struct error *err)
{
    const char *timeout = invocation_value(c->inv, "timeout");
    bool live = invocation_value(c->inv, "live") != NULL;
    bool asks = timeout != NULL || invocation_value(c->inv, "source") != NULL ||
                invocation_value(c->inv, "config") != NULL;
    c->timeout_ms = QUERY_TIMEOUT_DEFAULT_MS;
    if (!live && asks) {
        return error_set(err, ERROR_USAGE, "--source, --config and --timeout are for --live");
    }
    if (timeout != NULL && !duration_parse(str_from(timeout), &c->timeout_ms, err)) {
        err->kind = ERROR_USAGE;
        return error_wrap(err, "--timeout");
    }
    return c->timeout_ms > 0 || error_set(err, ERROR_USAGE, "--timeout must be longer than 0");
}

static int run_check(struct check *c)
{
    struct error err = ERROR_INIT;
    if (!read_options(c, &err)) {
        int status = command_fail(&err);
        error_release(&err);
        return status;
    }
    if (c->inv->argument_count != 0) {
        return check_files(c, c->inv->arguments, c->inv->argument_count);
    }
    char *file = config_find(invocation_value(c->inv, "config"));
    if (file == NULL) {
        fprintf(stderr, "tocsin: there is no configuration to check; see tocsin(1), FILES\n");
        return error_kind_exit_status(ERROR_NOT_FOUND);
    }
    const char *only = file;
    int status = check_files(c, &only, 1);
    free(file);
    return status;
}

static int run(const struct invocation *inv)
{
    struct check c = {.inv = inv};
    diags_init(&c.diags);
    int status = run_check(&c);
    VEC_EACH (&c.list, struct checked, checked) {
        ruleset_unref(checked->rules);
        config_unref(checked->config);
    }
    vec_release(&c.list);
    diags_release(&c.diags);
    return status;
}

static const struct option_row options[] = {
    {"live", 0, NULL, "ask the sources, too, whether anything is there that the rules select"},
    {"source", 's', "NAME|TARGET", "with --live: who is asked about a rule file"},
    {"timeout", 0, "DURATION", "with --live: how long a source may take (30s)"},
    {"config", 'c', "FILE", "with --live: the configuration that names sources"},
};

const struct command command_check = {.name = "check",
                                      .arguments = "[FILE...]",
                                      .doc = "check configurations, packs, themes, rules and tests",
                                      .options = options,
                                      .option_count = ARRAY_LEN(options),
                                      .run = run};
