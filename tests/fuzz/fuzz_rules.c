/*
 * Any bytes as a rule file, as a rule of one line, as the alerts of a service, as a unit test of
 * rules and as a script in Prometheus' test language.
 * Nothing may crash; what is refused says why, and a place that is named is in the text.
 */
#include <stdlib.h>

#include "rule/service_alerts.h"
#include "unittest/rule_test.h"
#include "unittest/script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void read_rules(struct str text)
{
    struct diags diags;
    diags_init(&diags);
    struct rule_file *f = rule_file_parse("fuzz", text, &diags);
    require((f == NULL) == (diags.errors > 0));
    rule_file_unref(f);
    diags_release(&diags);
}

static const struct expr *no_signal(void *user, struct str name)
{
    (void)user;
    (void)name;
    return NULL;
}

static const struct parse_options conveniences = {.conveniences = true, .signals = no_signal};
static const struct service_scope scope = {.service = STR_INIT("checkout"),
                                           .expressions = &conveniences};

static void read_line(struct str text)
{
    struct diags diags;
    struct arena arena;
    struct rule rule;
    diags_init(&diags);
    arena_init(&arena);
    bool ok = shorthand_parse(text, &scope, &arena, &rule, &diags);
    require(ok == (diags.errors == 0) && ok == (rule.expr != NULL));
    size_t lines = 1;
    for (size_t i = 0; i < text.len; i++) {
        lines += text.data[i] == '\n';
    }
    VEC_EACH (&diags.list, const struct diag, d) {
        require(d->span.line <= lines);
    }
    expr_unref(rule.expr);
    expr_unref(rule.recover);
    arena_release(&arena);
    diags_release(&diags);
}

static void read_alerts(struct str text)
{
    struct diags diags;
    diags_init(&diags);
    struct yaml_document *doc = yaml_parse("fuzz", text, &diags);
    if (doc != NULL) {
        struct yaml_reader r;
        size_t before = diags.errors;
        yaml_reader_init(&r, doc, &diags);
        struct rule_file *f = service_alerts_read(&r, yaml_root(doc), &scope);
        require((f == NULL) == (diags.errors > before));
        rule_file_unref(f);
        yaml_reader_release(&r);
        yaml_destroy(doc);
    }
    diags_release(&diags);
}

static void read_test(struct str text)
{
    struct diags diags;
    diags_init(&diags);
    struct label_table *table = label_table_create();
    struct yaml_document *doc = yaml_parse("fuzz", text, &diags);
    if (doc != NULL) {
        size_t before = diags.errors;
        struct rule_test *t = rule_test_read(doc, table, &diags);
        require((t == NULL) == (diags.errors > before));
        rule_test_destroy(t);
    }
    require(label_table_sets(table) <= 1); /* the empty set stays */
    label_table_destroy(table);
    diags_release(&diags);
}

static void read_script(struct str text)
{
    struct script script;
    struct error err = ERROR_INIT;
    enum script_result result = SCRIPT_COMMAND;
    script_init(&script, text);
    while (result == SCRIPT_COMMAND) {
        struct command c;
        result = script_next(&script, &c, &err);
        if (result == SCRIPT_COMMAND) {
            command_release(&c);
        }
    }
    require((result == SCRIPT_ERROR) == error_is(&err));
    require(result == SCRIPT_END || err.span.line <= script.line);
    error_release(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_span((const char *)data, size);
    read_rules(text);
    read_line(text);
    read_alerts(text);
    read_test(text);
    read_script(text);
    return 0;
}
