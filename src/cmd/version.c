/* --version: what this is and what it runs with. */
#include "base/strbuf.h"
#include "cmd/help.h"
#include "db/connection.h"
#include "loop/loop.h"
#include "net/http.h"
#include "net/http_server.h"
#include "net/json.h"
#include "series/regex.h"
#include "source/source.h"
#include "ui/term.h"
#include "yaml/node.h"

void help_print_version(FILE *out)
{
    struct strbuf regex = STRBUF_INIT;
    regex_library(&regex);
    fprintf(out, "tocsin %s\n", TOCSIN_VERSION);
    fprintf(out, "http     %s\n", http_library());
    fprintf(out, "loop     libuv %s\n", loop_library());
    fprintf(out, "screen   %s\n", term_library());
    fprintf(out, "yaml     libyaml %s\n", yaml_library());
    fprintf(out, "json     jansson %s\n", json_library());
    fprintf(out, "regex    PCRE2 %s\n", strbuf_cstr(&regex));
    fprintf(out, "state    SQLite %s\n", connection_library());
    fprintf(out, "socket   libmicrohttpd %s\n", http_server_library());
    fprintf(out, "sources ");
    size_t count;
    const struct source_ops *const *table = source_table(&count);
    for (size_t i = 0; i < count; i++) {
        fprintf(out, " %s", table[i]->kind);
    }
    fprintf(out, "\n");
    strbuf_release(&regex);
}
