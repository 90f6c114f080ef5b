/* No defaults, no nesting, no command substitution: what a name stands for is either there or an
 * error. Values never appear in messages. */
#include "yaml/expand.h"

#include <stdlib.h>

#include "base/diag.h"
#include "base/mem.h"
#include "base/utf8.h"

/* Bytes of the name at the start of `s`. */
static size_t name_length(struct str s)
{
    size_t n = 0;
    while (n < s.len) {
        char c = s.data[n];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && !(n > 0 && c >= '0' && c <= '9')) {
            break;
        }
        n++;
    }
    return n;
}

/* `${12}` at the start of `s`: its length, or 0. */
static size_t group_length(struct str s)
{
    size_t n = 2;
    while (n < s.len && s.data[n] >= '0' && s.data[n] <= '9') {
        n++;
    }
    return n > 2 && n < s.len && s.data[n] == '}' ? n + 1 : 0;
}

static bool add_variable(struct str text, size_t at, size_t name_len, struct strbuf *out,
                         struct error *err)
{
    char *name = mem_strndup(text.data + at + 2, name_len);
    struct span span = diag_span(text, at, at + name_len + 3);
    const char *value = getenv(name);
    bool ok = true;
    if (value == NULL) {
        ok = error_set_at(err, ERROR_CONFIG, span, "environment variable '%s' is not set", name);
    } else if (!utf8_valid(str_from(value))) {
        ok = error_set_at(err, ERROR_CONFIG, span,
                          "the value of environment variable '%s' is not UTF-8", name);
    } else {
        strbuf_add_c(out, value);
    }
    free(name);
    return ok;
}

bool expand_environment(struct str text, struct strbuf *out, bool *expanded, struct error *err)
{
    *expanded = false;
    size_t i = 0;
    while (i < text.len) {
        struct str rest = str_slice(text, i, SIZE_MAX);
        size_t plain = str_find(rest, '$');
        strbuf_add(out, rest.data, plain);
        i += plain;
        rest = str_slice(text, i, SIZE_MAX);
        if (str_starts_with(rest, STR("$${"))) {
            strbuf_add_c(out, "${");
            i += 3;
        } else if (group_length(rest) > 0 || !str_starts_with(rest, STR("${"))) {
            strbuf_add(out, rest.data, rest.len > 0);
            i += rest.len > 0;
        } else {
            size_t name_len = name_length(str_slice(rest, 2, SIZE_MAX));
            if (name_len == 0 || name_len + 2 == rest.len || rest.data[name_len + 2] != '}') {
                return error_set_at(err, ERROR_CONFIG, diag_span(text, i, i + 2 + name_len),
                                    "'${' without a name and '}' behind it; '$${' stands for a "
                                    "plain '${'");
            }
            if (!add_variable(text, i, name_len, out, err)) {
                return false;
            }
            *expanded = true;
            i += name_len + 3;
        }
    }
    if (out->overflowed) {
        return error_set_at(err, ERROR_LIMIT, diag_span(text, 0, text.len),
                            "longer than %zu bytes once '${...}' is filled in", out->max);
    }
    return true;
}
