/* tocsin keys: the key table. */
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "cmd/command.h"
#include "ui/keys_format.h"

static const struct option_row options[] = {
    {"format", 'f', "text|man|json", "how to print it (text)"},
};

static int run(const struct invocation *inv)
{
    const char *format = invocation_value(inv, "format");
    struct strbuf out = STRBUF_INIT;
    struct error err = ERROR_INIT;
    if (inv->argument_count != 0) {
        error_set(&err, ERROR_USAGE, "'keys' takes no argument");
    } else if (format == NULL || strcmp(format, "text") == 0) {
        keys_format_text(&out);
    } else if (strcmp(format, "man") == 0) {
        keys_format_man(&out);
    } else if (strcmp(format, "json") == 0) {
        keys_format_json(&out);
    } else {
        error_set(&err, ERROR_USAGE, "unknown format '%s'", format);
        error_suggest(&err, "formats are text, man and json");
    }
    int status = EXIT_STATUS_OK;
    if (error_is(&err)) {
        status = command_fail(&err);
        error_release(&err);
    } else {
        fputs(strbuf_cstr(&out), stdout);
    }
    strbuf_release(&out);
    return status;
}

const struct command command_keys = {.name = "keys",
                                     .arguments = "",
                                     .doc = "the keys of the console",
                                     .options = options,
                                     .option_count = ARRAY_LEN(options),
                                     .run = run};
