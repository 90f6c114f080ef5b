/* Matchers. See matcher.h. */
#include "series/matcher.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/mem.h"

/* Texts are kept NUL-terminated, so a NUL within one would be cut off there. */
static bool check_text(struct str text, struct error *err)
{
    if (str_find(text, '\0') < text.len) {
        return error_set(err, ERROR_UNSUPPORTED, "a matcher with a NUL byte is not supported");
    }
    return true;
}

/* In one block: there are many of them. */
static void set_texts(struct matcher *m, struct str name, struct str value)
{
    m->name = mem_zalloc(name.len + value.len + 2, 1);
    m->value = m->name + name.len + 1;
    if (name.len != 0) {
        memcpy(m->name, name.data, name.len);
    }
    if (value.len != 0) {
        memcpy(m->value, value.data, value.len);
    }
}

bool matcher_init(struct matcher *m, enum matcher_op op, struct str name, struct str value,
                  struct error *err)
{
    *m = (struct matcher){.op = op};
    if (!check_text(name, err) || !check_text(value, err)) {
        return false;
    }
    if (op == MATCH_REGEX || op == MATCH_NOT_REGEX) {
        m->regex = regex_create(value, err);
        if (m->regex == NULL) {
            return false;
        }
    }
    set_texts(m, name, value);
    return true;
}

void matcher_release(struct matcher *m)
{
    free(m->name);
    regex_destroy(m->regex);
    *m = (struct matcher){.op = m->op};
}

void matcher_copy(struct matcher *to, const struct matcher *from)
{
    *to = (struct matcher){.op = from->op,
                           .regex = from->regex != NULL ? regex_ref(from->regex) : NULL};
    set_texts(to, str_from(from->name), str_from(from->value));
}

bool matcher_equal(const struct matcher *a, const struct matcher *b)
{
    return a->op == b->op && strcmp(a->name, b->name) == 0 && strcmp(a->value, b->value) == 0;
}

enum matcher_verdict matcher_test(const struct matcher *m, struct str value)
{
    enum regex_result result;
    switch (m->op) {
    case MATCH_EQUAL:
        return str_equal_c(value, m->value) ? MATCHER_YES : MATCHER_NO;
    case MATCH_NOT_EQUAL:
        return str_equal_c(value, m->value) ? MATCHER_NO : MATCHER_YES;
    case MATCH_REGEX:
    case MATCH_NOT_REGEX:
        result = regex_match(m->regex, value);
        if (result == REGEX_LIMIT) {
            return MATCHER_LIMIT;
        }
        return (result == REGEX_MATCH) == (m->op == MATCH_REGEX) ? MATCHER_YES : MATCHER_NO;
    }
    assert(false);
    return MATCHER_NO;
}

enum matcher_verdict matchers_test(const struct matcher *ms, size_t n, const struct labels *ls)
{
    for (size_t i = 0; i < n; i++) {
        enum matcher_verdict verdict = matcher_test(&ms[i], labels_get(ls, str_from(ms[i].name)));
        if (verdict != MATCHER_YES) {
            return verdict;
        }
    }
    return MATCHER_YES;
}

void matcher_format(struct strbuf *out, const struct matcher *m)
{
    labels_format_name(out, str_from(m->name));
    strbuf_add_c(out, matcher_op_text(m->op));
    escape_quoted(out, str_from(m->value));
}

const char *matcher_op_text(enum matcher_op op)
{
    switch (op) {
    case MATCH_EQUAL:
        return "=";
    case MATCH_NOT_EQUAL:
        return "!=";
    case MATCH_REGEX:
        return "=~";
    case MATCH_NOT_REGEX:
        return "!~";
    }
    assert(false);
    return "";
}
