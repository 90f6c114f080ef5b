/*
 * Any bytes as a rule file, as a unit test of rules and as a script in Prometheus' test language.
 * Nothing may crash; what is refused says why, and a place that is named is in the text.
 */
#include <stdlib.h>

#include "rule/rule.h"
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
    read_test(text);
    read_script(text);
    return 0;
}
