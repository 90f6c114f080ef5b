/* See unittest.h. */
#include "unittest/unittest.h"

#include "base/file.h"

bool unittest_run_file(const char *file, const struct unittest_options *options,
                       struct report *report, struct diags *diags)
{
    struct str name = str_from(file);
    if (str_ends_with(name, STR(".yml")) || str_ends_with(name, STR(".yaml"))) {
        return unittest_run_rule_test(file, options, report, diags);
    }
    struct strbuf text;
    strbuf_init(&text, UNITTEST_MAX_BYTES);
    struct error err = ERROR_INIT;
    bool ok = file_read(file, &text, &err);
    if (ok) {
        ok = unittest_run_script(file, strbuf_str(&text), options, report, diags);
    } else {
        diags_add_error(diags, file, STR_NONE, &err);
        error_release(&err);
    }
    strbuf_release(&text);
    return ok;
}
