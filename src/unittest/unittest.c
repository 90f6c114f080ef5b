/* See unittest.h. */
#include "unittest/unittest.h"

#include <errno.h>
#include <stdio.h>

/* The whole of a file. */
static bool read_file(const char *file, struct strbuf *text, struct error *err)
{
    FILE *in = fopen(file, "re");
    if (in == NULL) {
        return error_set_sys(err, errno, "cannot open the file");
    }
    char piece[65536];
    size_t got;
    while ((got = fread(piece, 1, sizeof(piece), in)) != 0 && strbuf_add(text, piece, got)) {
    }
    if (ferror(in) != 0) {
        error_set_sys(err, errno, "cannot read the file");
    } else if (text->overflowed) {
        error_set(err, ERROR_LIMIT, "larger than %zu MiB", UNITTEST_MAX_BYTES >> 20);
    }
    fclose(in);
    return !error_is(err);
}

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
    bool ok = read_file(file, &text, &err);
    if (ok) {
        ok = unittest_run_script(file, strbuf_str(&text), options, report, diags);
    } else {
        diags_add_error(diags, file, STR_NONE, &err);
        error_release(&err);
    }
    strbuf_release(&text);
    return ok;
}
