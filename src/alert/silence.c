/*
 * See silence.h. Matchers are read as Alertmanager reads them (pkg/labels/parse.go: ParseMatcher):
 * white space around name, operator and value does not count; a value that begins with a quote must
 * end with one; `\n`, `\"` and `\\` are escapes, any other backslash stands for itself.
 */
#include "alert/silence.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/mem.h"
#include "base/utf8.h"

#define ALERTNAME "alertname"

const char *silence_state_name(enum silence_state state)
{
    switch (state) {
    case SILENCE_PENDING:
        return "pending";
    case SILENCE_ACTIVE:
        return "active";
    case SILENCE_EXPIRED:
        return "expired";
    }
    assert(false);
    return "";
}

void silence_init(struct silence *s)
{
    *s = (struct silence){0};
}

void silence_release(struct silence *s)
{
    VEC_EACH (&s->matchers, struct matcher, m) {
        matcher_release(m);
    }
    vec_release(&s->matchers);
    free(s->id);
    free(s->created_by);
    free(s->comment);
    free(s->source);
    *s = (struct silence){0};
}

static char *copy_text(const char *text)
{
    return text != NULL ? mem_strdup(text) : NULL;
}

void silence_copy(struct silence *to, const struct silence *from)
{
    *to = *from;
    to->matchers.items = NULL;
    to->matchers.len = to->matchers.capacity = 0;
    vec_reserve(&to->matchers, from->matchers.len);
    VEC_EACH (&from->matchers, struct matcher, m) {
        matcher_copy(&to->matchers.items[to->matchers.len++], m);
    }
    to->id = copy_text(from->id);
    to->created_by = copy_text(from->created_by);
    to->comment = copy_text(from->comment);
    to->source = copy_text(from->source);
}

enum silence_state silence_state_at(const struct silence *s, int64_t now_ms)
{
    if (now_ms < s->starts_at_ms) {
        return s->ends_at_ms <= s->starts_at_ms ? SILENCE_EXPIRED : SILENCE_PENDING;
    }
    return now_ms < s->ends_at_ms ? SILENCE_ACTIVE : SILENCE_EXPIRED;
}

bool silence_matches(const struct silence *s, const struct labels *labels)
{
    return s->matchers.len != 0 &&
           matchers_test(s->matchers.items, s->matchers.len, labels) == MATCHER_YES;
}

/* Every alert has a name, so that `alertname=~".+"` tells none from another either. */
static bool narrows(const struct matcher *m)
{
    bool any_name =
        m->op == MATCH_REGEX && strcmp(m->name, ALERTNAME) == 0 && strcmp(m->value, ".+") == 0;
    return !any_name && matcher_test(m, STR_NONE) != MATCHER_YES;
}

static bool check_matchers(const struct silence *s, struct error *err)
{
    if (s->matchers.len == 0) {
        error_set(err, ERROR_CONFIG, "a silence without a matcher");
        error_suggest(err, "name what it is to hide: alertname=NAME");
        return false;
    }
    if (s->matchers.len > SILENCE_MAX_MATCHERS) {
        return error_set(err, ERROR_LIMIT, "a silence with %zu matchers; at most %d are allowed",
                         s->matchers.len, SILENCE_MAX_MATCHERS);
    }
    VEC_EACH (&s->matchers, struct matcher, m) {
        if (narrows(m)) {
            return true;
        }
    }
    struct strbuf text = STRBUF_INIT;
    silence_format_matchers(&text, s);
    error_set(err, ERROR_CONFIG, "a silence of '%s' would hide every alert", strbuf_cstr(&text));
    error_suggest(err, "at least one matcher must name a value, such as severity=warning");
    strbuf_release(&text);
    return false;
}

static bool check_text(const char *text, const char *what, const char *suggestion,
                       struct error *err)
{
    struct str trimmed = str_trim(str_from(text));
    if (trimmed.len == 0) {
        error_set(err, ERROR_CONFIG, "a silence without %s", what);
        error_suggest(err, "%s", suggestion);
        return false;
    }
    if (strlen(text) > SILENCE_MAX_TEXT) {
        return error_set(err, ERROR_LIMIT, "a silence with %s of %zu bytes; at most %d are allowed",
                         what, strlen(text), SILENCE_MAX_TEXT);
    }
    return true;
}

bool silence_check(const struct silence *s, struct error *err)
{
    if (!check_matchers(s, err)) {
        return false;
    }
    if (s->ends_at_ms <= s->starts_at_ms) {
        error_set(err, ERROR_CONFIG, "a silence that ends before it begins");
        error_suggest(err, "its end must lie behind its beginning");
        return false;
    }
    if (s->end_when_resolved_ms < 0) {
        return error_set(err, ERROR_CONFIG, "a negative time to end a silence after");
    }
    return check_text(s->created_by, "an author", "say who makes it", err) &&
           check_text(s->comment, "a comment", "say why, for those who wonder", err);
}

static bool is_name_character(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' ||
           (!first && c >= '0' && c <= '9');
}

static bool refuse_matcher(struct str text, const char *why, struct error *err)
{
    struct strbuf shown = STRBUF_INIT;
    utf8_add_printable(&shown, text);
    error_set(err, ERROR_SYNTAX, "'%s' is not a matcher: %s", strbuf_cstr(&shown), why);
    error_suggest(err, "matchers are name=value, name!=value, name=~pattern, name!~pattern");
    strbuf_release(&shown);
    return false;
}

/* The operator at the start of `*rest`, taken off. */
static bool take_operator(struct str *rest, enum matcher_op *op)
{
    static const struct {
        struct str text;
        enum matcher_op op;
    } operators[] = {{STR_INIT("=~"), MATCH_REGEX},
                     {STR_INIT("!~"), MATCH_NOT_REGEX},
                     {STR_INIT("!="), MATCH_NOT_EQUAL},
                     {STR_INIT("="), MATCH_EQUAL}};
    for (size_t i = 0; i < ARRAY_LEN(operators); i++) {
        if (str_starts_with(*rest, operators[i].text)) {
            *op = operators[i].op;
            *rest = str_slice(*rest, operators[i].text.len, rest->len);
            return true;
        }
    }
    return false;
}

/* What stands in `raw`, with or without quotes around it; why it cannot be read, or NULL. */
static const char *unquote(struct str raw, struct strbuf *out)
{
    bool quoted = raw.len != 0 && raw.data[0] == '"';
    size_t end = raw.len;
    for (size_t i = quoted ? 1 : 0; i < end; i++) {
        char c = raw.data[i];
        char next = i + 1 < end ? raw.data[i + 1] : '\0';
        if (c == '\\' && (next == 'n' || next == '"' || next == '\\')) {
            strbuf_add_char(out, next == 'n' ? '\n' : next);
            i++;
        } else if (c == '"') {
            return quoted && i + 1 == end ? NULL : "an unescaped quote within its value";
        } else {
            strbuf_add_char(out, c);
        }
    }
    return quoted ? "the quote is not closed" : NULL;
}

/* Bytes of the name at the start: a word, or anything in quotes; 0 where there is none. */
static size_t name_length(struct str text)
{
    size_t n = 0;
    if (text.len != 0 && text.data[0] == '"') {
        for (n = 1; n < text.len && text.data[n] != '"'; n++) {
            n += text.data[n] == '\\';
        }
        return n < text.len ? n + 1 : 0;
    }
    while (n < text.len && is_name_character(text.data[n], n == 0)) {
        n++;
    }
    return n;
}

static bool add_read(struct silence *s, enum matcher_op op, struct str name, struct str value,
                     struct str text, struct error *err)
{
    struct matcher m;
    if (!matcher_init(&m, op, name, value, err)) {
        struct strbuf shown = STRBUF_INIT;
        utf8_add_printable(&shown, text);
        error_wrap(err, "matcher '%s'", strbuf_cstr(&shown));
        strbuf_release(&shown);
        matcher_release(&m);
        return false;
    }
    vec_push(&s->matchers, m);
    return true;
}

/* A word with nothing of a matcher in it names an alert. */
static bool is_lone_word(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (strchr("=~\"{},", text.data[i]) != NULL) {
            return false;
        }
    }
    return text.len != 0;
}

/* `name` and `value` are as they were written. */
static bool add_written(struct silence *s, enum matcher_op op, struct str name, struct str value,
                        struct str text, struct error *err)
{
    struct strbuf read_name;
    struct strbuf read_value;
    strbuf_init(&read_name, LABELS_MAX_VALUE);
    strbuf_init(&read_value, LABELS_MAX_VALUE);
    const char *why = unquote(name, &read_name);
    why = why == NULL ? unquote(value, &read_value) : why;
    bool ok;
    if (why != NULL || read_name.len == 0) {
        ok = refuse_matcher(text, why != NULL ? why : "its name is empty", err);
    } else if (read_name.overflowed || read_value.overflowed) {
        ok = error_set(err, ERROR_LIMIT, "a matcher's value of more than %d bytes",
                       LABELS_MAX_VALUE);
    } else {
        ok = add_read(s, op, strbuf_str(&read_name), strbuf_str(&read_value), text, err);
    }
    strbuf_release(&read_name);
    strbuf_release(&read_value);
    return ok;
}

bool silence_add_matcher(struct silence *s, struct str text, struct error *err)
{
    struct str trimmed = str_trim(text);
    if (s->matchers.len >= SILENCE_MAX_MATCHERS) {
        return error_set(err, ERROR_LIMIT, "more than %d matchers", SILENCE_MAX_MATCHERS);
    }
    if (!utf8_valid(text)) {
        return refuse_matcher(text, "it is not UTF-8", err);
    }
    size_t n = name_length(trimmed);
    struct str rest = str_trim(str_slice(trimmed, n, trimmed.len));
    enum matcher_op op;
    if (n != 0 && take_operator(&rest, &op)) {
        return add_written(s, op, str_slice(trimmed, 0, n), str_trim(rest), trimmed, err);
    }
    return is_lone_word(trimmed)
               ? add_read(s, MATCH_EQUAL, STR(ALERTNAME), trimmed, trimmed, err)
               : refuse_matcher(trimmed, "no name and operator at its beginning", err);
}

/* With the escapes that are read back here, and by PromQL. */
static void add_quoted(struct strbuf *out, const char *text)
{
    strbuf_add_char(out, '"');
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '\n') {
            strbuf_add_c(out, "\\n");
        } else {
            strbuf_add_c(out, *c == '"' || *c == '\\' ? "\\" : "");
            strbuf_add_char(out, *c);
        }
    }
    strbuf_add_char(out, '"');
}

/* As PromQL has it: no colon, other than in Alertmanager's. */
static bool is_plain_name(const char *name)
{
    return name_length(str_from(name)) == strlen(name) && name[0] != '"' &&
           strchr(name, ':') == NULL;
}

void silence_format_matchers(struct strbuf *out, const struct silence *s)
{
    const char *between = "";
    VEC_EACH (&s->matchers, struct matcher, m) {
        strbuf_add_c(out, between);
        if (is_plain_name(m->name)) {
            strbuf_add_c(out, m->name);
        } else {
            add_quoted(out, m->name);
        }
        strbuf_add_c(out, matcher_op_text(m->op));
        add_quoted(out, m->value);
        between = ", ";
    }
}

char *silence_new_id(void)
{
    unsigned char bytes[16];
    size_t have = 0;
    while (have < sizeof(bytes)) {
        ssize_t got = getrandom(bytes + have, sizeof(bytes) - have, 0);
        /* Sixteen bytes are never cut by a signal once the pool is filled (getrandom(2)). */
        have += got > 0 ? (size_t)got : 0;
    }
    bytes[6] = (unsigned char)((bytes[6] & 0x0F) | 0x40); /* version 4 */
    bytes[8] = (unsigned char)((bytes[8] & 0x3F) | 0x80); /* RFC 9562's variant */
    struct strbuf text = STRBUF_INIT;
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bool dash = i == 4 || i == 6 || i == 8 || i == 10;
        strbuf_printf(&text, "%s%02x", dash ? "-" : "", bytes[i]);
    }
    return strbuf_take(&text);
}
