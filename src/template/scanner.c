/* Go: text/template/parse/lex.go says what ends where. */
#include "template/scanner.h"

#include "base/diag.h"
#include "base/utf8.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Letters beyond ASCII are not told from signs there; no name in use has either. */
static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || is_digit(c) ||
           (unsigned char)c >= 0x80;
}

static char peek(const struct scanner *lx, size_t ahead)
{
    return lx->at + ahead < lx->text.len ? lx->text.data[lx->at + ahead] : '\0';
}

static struct str rest(const struct scanner *lx)
{
    return str_slice(lx->text, lx->at, lx->text.len);
}

void scanner_init(struct scanner *lx, struct str text)
{
    *lx = (struct scanner){.text = text};
}

static bool fail(const struct scanner *lx, size_t begin, size_t end, struct error *err,
                 const char *problem)
{
    return error_set_at(err, ERROR_SYNTAX, diag_span(lx->text, begin, end), "%s", problem);
}

static bool finish(struct scanner *lx, struct token *token, enum token_kind kind, size_t length)
{
    token->kind = kind;
    token->begin = lx->at;
    token->end = lx->at + length;
    token->text = str_slice(lx->text, lx->at, length);
    lx->at += length;
    return true;
}

/* Where the next `part` is, or the end of the text. */
static size_t find(const struct scanner *lx, size_t from, struct str part)
{
    for (size_t i = from; i + part.len <= lx->text.len; i++) {
        const char *next = memchr(lx->text.data + i, part.data[0], lx->text.len - i);
        if (next == NULL) {
            break;
        }
        i = (size_t)(next - lx->text.data);
        if (str_starts_with(str_slice(lx->text, i, part.len), part)) {
            return i;
        }
    }
    return lx->text.len;
}

/* `{{-` is only one where a blank follows. */
static bool trims_before(struct str action)
{
    return action.len >= 4 && action.data[2] == '-' && is_space(action.data[3]);
}

/* At a comment: goes behind it. */
static bool skip_comment(struct scanner *lx, size_t open, struct error *err)
{
    size_t end = find(lx, lx->at + 2, STR("*/"));
    if (end == lx->text.len) {
        return fail(lx, open, lx->at + 2, err, "the comment that starts here is never closed");
    }
    lx->at = end + 2;
    if (is_space(peek(lx, 0)) && str_starts_with(str_slice(lx->text, lx->at + 1, 3), STR("-}}"))) {
        lx->at += 4;
        lx->trims = true;
        return true;
    }
    if (!str_starts_with(rest(lx), STR("}}"))) {
        return fail(lx, end, end + 2, err, "a comment ends directly in front of '}}'");
    }
    lx->at += 2;
    lx->trims = false;
    return true;
}

/* Text up to the next action, or the `{{` of one; comments are passed over. */
static bool next_outside(struct scanner *lx, struct token *token, struct error *err)
{
    for (;;) {
        size_t open = find(lx, lx->at, STR("{{"));
        struct str action = str_slice(lx->text, open, lx->text.len);
        size_t end = open;
        if (lx->trims) {
            while (lx->at < open && is_space(lx->text.data[lx->at])) {
                lx->at++;
            }
            lx->trims = false;
        }
        if (trims_before(action)) {
            while (end > lx->at && is_space(lx->text.data[end - 1])) {
                end--;
            }
        }
        if (end > lx->at) {
            return finish(lx, token, TOKEN_TEXT, end - lx->at);
        }
        lx->at = open;
        if (action.len == 0) {
            return finish(lx, token, TOKEN_END, 0);
        }
        size_t length = trims_before(action) ? 4 : 2;
        lx->at = open + length;
        if (!str_starts_with(rest(lx), STR("/*"))) {
            lx->at = open;
            lx->in_action = true;
            return finish(lx, token, TOKEN_OPEN, length);
        }
        if (!skip_comment(lx, open, err)) {
            return false;
        }
    }
}

/* What may follow a word, a field or a variable. */
static bool at_terminator(const struct scanner *lx)
{
    char c = peek(lx, 0);
    return lx->at >= lx->text.len || is_space(c) || strchr(".,|:)(", c) != NULL ||
           str_starts_with(rest(lx), STR("}}"));
}

static bool lex_word(struct scanner *lx, struct token *token, enum token_kind kind, size_t prefix,
                     struct error *err)
{
    size_t length = prefix;
    while (is_word(peek(lx, length)) && lx->at + length < lx->text.len) {
        length++;
    }
    finish(lx, token, kind, length);
    if (!at_terminator(lx)) {
        return fail(lx, lx->at, lx->at + 1, err, "this character cannot stand behind a name");
    }
    return true;
}

/* Digits of any base, with underscores; what they mean is constant.c's. */
static bool lex_number(struct scanner *lx, struct token *token, struct error *err)
{
    size_t length = peek(lx, 0) == '+' || peek(lx, 0) == '-' ? 1 : 0;
    bool hexadecimal = peek(lx, length) == '0' && (peek(lx, length + 1) | 0x20) == 'x';
    while (lx->at + length < lx->text.len) {
        char c = peek(lx, length);
        char before = length > 0 ? (char)(peek(lx, length - 1) | 0x20) : '\0';
        bool signs_exponent = (c == '+' || c == '-') && before == (hexadecimal ? 'p' : 'e');
        if (!is_word(c) && c != '.' && !signs_exponent) {
            break;
        }
        length++;
    }
    finish(lx, token, TOKEN_NUMBER, length);
    if (!is_digit(token->text.data[length - 1]) && length == 1) {
        return fail(lx, token->begin, token->end, err, "a number has digits");
    }
    return true;
}

static bool lex_quoted(struct scanner *lx, struct token *token, struct error *err)
{
    char quote = peek(lx, 0);
    size_t length = 1;
    while (lx->at + length < lx->text.len && peek(lx, length) != quote) {
        if (peek(lx, length) == '\n' && quote != '`') {
            break;
        }
        length += peek(lx, length) == '\\' && quote != '`' ? 2 : 1;
    }
    if (lx->at + length >= lx->text.len || peek(lx, length) != quote) {
        return fail(lx, lx->at, lx->at + 1, err, "the string that starts here is never closed");
    }
    enum token_kind kind = quote == '"'    ? TOKEN_STRING
                           : quote == '\'' ? TOKEN_NUMBER
                                           : TOKEN_RAW_STRING;
    return finish(lx, token, kind, length + 1);
}

static bool next_mark(struct scanner *lx, struct token *token, struct error *err)
{
    switch (peek(lx, 0)) {
    case '|':
        return finish(lx, token, TOKEN_PIPE, 1);
    case ',':
        return finish(lx, token, TOKEN_COMMA, 1);
    case '(':
        return finish(lx, token, TOKEN_PAREN_OPEN, 1);
    case ')':
        return finish(lx, token, TOKEN_PAREN_CLOSE, 1);
    case '=':
        return finish(lx, token, TOKEN_ASSIGN, 1);
    case ':':
        if (peek(lx, 1) == '=') {
            return finish(lx, token, TOKEN_DECLARE, 2);
        }
        return fail(lx, lx->at, lx->at + 1, err, "':' is only used in ':='");
    default:
        return fail(lx, lx->at, lx->at + 1, err, "this character has no meaning in an action");
    }
}

static bool next_inside(struct scanner *lx, struct token *token, struct error *err)
{
    size_t begin = lx->at;
    while (lx->at < lx->text.len && is_space(peek(lx, 0))) {
        lx->at++;
    }
    token->after_space = lx->at > begin;
    bool trims = token->after_space && str_starts_with(rest(lx), STR("-}}"));
    if (trims || str_starts_with(rest(lx), STR("}}"))) {
        lx->trims = trims;
        lx->in_action = false;
        return finish(lx, token, TOKEN_CLOSE, trims ? 3 : 2);
    }
    if (lx->at >= lx->text.len) {
        return finish(lx, token, TOKEN_END, 0);
    }
    char c = peek(lx, 0);
    if (c == '.' && !is_digit(peek(lx, 1))) {
        if (!is_word(peek(lx, 1))) {
            return finish(lx, token, TOKEN_DOT, 1);
        }
        bool ok = lex_word(lx, token, TOKEN_FIELD, 1, err);
        token->text = str_slice(token->text, 1, token->text.len);
        return ok;
    }
    if (c == '$') {
        return lex_word(lx, token, TOKEN_VARIABLE, 1, err);
    }
    if (c == '"' || c == '`' || c == '\'') {
        return lex_quoted(lx, token, err);
    }
    if (is_digit(c) || c == '+' || c == '-' || c == '.') {
        return lex_number(lx, token, err);
    }
    if (is_word(c)) {
        return lex_word(lx, token, TOKEN_WORD, 0, err);
    }
    if (str_starts_with(rest(lx), STR("/*"))) {
        return fail(lx, lx->at, lx->at + 2, err,
                    "a comment is an action of its own: {{/* ... */}}");
    }
    return next_mark(lx, token, err);
}

bool scanner_next(struct scanner *lx, struct token *token, struct error *err)
{
    *token = (struct token){.kind = TOKEN_END};
    return lx->in_action ? next_inside(lx, token, err) : next_outside(lx, token, err);
}
