/*
 * One token at a time. Brackets and braces do not nest in PromQL; that they are closed is the
 * parser's business.
 */
#include "promql/syntax/lexer.h"

#include "base/attr.h"
#include "base/diag.h"
#include "base/utf8.h"
#include "promql/syntax/literals.h"

static const struct {
    struct str text;
    enum keyword keyword;
} keywords[] = {
    {STR_INIT("by"), KEYWORD_BY},
    {STR_INIT("without"), KEYWORD_WITHOUT},
    {STR_INIT("on"), KEYWORD_ON},
    {STR_INIT("ignoring"), KEYWORD_IGNORING},
    {STR_INIT("group_left"), KEYWORD_GROUP_LEFT},
    {STR_INIT("group_right"), KEYWORD_GROUP_RIGHT},
    {STR_INIT("bool"), KEYWORD_BOOL},
    {STR_INIT("offset"), KEYWORD_OFFSET},
    {STR_INIT("start"), KEYWORD_START},
    {STR_INIT("end"), KEYWORD_END},
    {STR_INIT("fill"), KEYWORD_FILL},
    {STR_INIT("fill_left"), KEYWORD_FILL_LEFT},
    {STR_INIT("fill_right"), KEYWORD_FILL_RIGHT},
    {STR_INIT("anchored"), KEYWORD_ANCHORED},
    {STR_INIT("smoothed"), KEYWORD_SMOOTHED},
};

static const struct {
    struct str text;
    enum operator_id op;
} operators[] = {
#define OPERATOR(id, text, precedence, right, kind) {STR_INIT(text), OP_##id},
#include "promql/operators.def"
#undef OPERATOR
};

static const struct {
    struct str text;
    enum aggregate_id aggregate;
} aggregates[] = {
#define AGGREGATE(id, text, parameter, doc) {STR_INIT(text), AGG_##id},
#include "promql/aggregates.def"
#undef AGGREGATE
};

/* Characters that are a token alone. */
static const struct {
    char c;
    enum token_kind kind;
} marks[] = {
    {'(', TOKEN_PAREN_OPEN},  {')', TOKEN_PAREN_CLOSE},  {'{', TOKEN_BRACE_OPEN},
    {'}', TOKEN_BRACE_CLOSE}, {'[', TOKEN_BRACKET_OPEN}, {']', TOKEN_BRACKET_CLOSE},
    {',', TOKEN_COMMA},       {'@', TOKEN_AT},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_word(char c)
{
    return is_word_start(c) || is_digit(c);
}

void lexer_init(struct lexer *lx, struct str text, bool conveniences)
{
    *lx = (struct lexer){.text = text, .conveniences = conveniences};
}

static char peek(const struct lexer *lx, size_t ahead)
{
    return lx->at + ahead < lx->text.len ? lx->text.data[lx->at + ahead] : '\0';
}

static void skip_blanks(struct lexer *lx)
{
    while (lx->at < lx->text.len) {
        char c = lx->text.data[lx->at];
        if (c == '#') {
            while (lx->at < lx->text.len && lx->text.data[lx->at] != '\n') {
                lx->at++;
            }
        } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            lx->at++;
        } else {
            return;
        }
    }
}

static bool finish(struct lexer *lx, struct token *token, size_t length)
{
    token->begin = lx->at;
    token->end = lx->at + length;
    token->text = str_slice(lx->text, lx->at, length);
    lx->at += length;
    return true;
}

static bool lex_number(struct lexer *lx, struct token *token, struct error *err)
{
    struct number_literal number;
    if (!literal_number(lx->text, lx->at, lx->conveniences, &number, err)) {
        return false;
    }
    token->kind = TOKEN_NUMBER;
    token->value = number.value;
    token->has_unit = number.has_unit;
    token->unit = number.unit;
    return finish(lx, token, number.length);
}

static bool lex_string(struct lexer *lx, struct token *token, struct error *err)
{
    size_t length = literal_string_length(lx->text, lx->at);
    if (length == 0) {
        return error_set_at(err, ERROR_SYNTAX, diag_span(lx->text, lx->at, lx->at + 1),
                            "the string that starts here is never closed");
    }
    token->kind = TOKEN_STRING;
    return finish(lx, token, length);
}

/* `inf` and `nan` are numbers outside braces. */
static bool is_number_word(struct str word)
{
    return str_equal_ignoring_case(word, STR("inf")) || str_equal_ignoring_case(word, STR("nan"));
}

static void classify_word(struct token *token)
{
    struct str word = token->text;
    for (size_t i = 0; i < ARRAY_LEN(keywords); i++) {
        if (str_equal_ignoring_case(word, keywords[i].text)) {
            token->keyword = keywords[i].keyword;
            return;
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(operators); i++) {
        if (str_equal_ignoring_case(word, operators[i].text)) {
            token->op = operators[i].op;
            return;
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(aggregates); i++) {
        if (str_equal_ignoring_case(word, aggregates[i].text)) {
            token->aggregate = aggregates[i].aggregate;
            return;
        }
    }
    if (is_number_word(word)) {
        token->kind = TOKEN_NUMBER;
        token->value =
            (word.data[0] | 0x20) == 'i' ? (double)__builtin_inff() : (double)__builtin_nanf("");
    }
}

static bool lex_word(struct lexer *lx, struct token *token)
{
    size_t length = 1;
    while (is_word(peek(lx, length)) || (peek(lx, length) == ':' && !lx->in_braces)) {
        length++;
    }
    token->kind = TOKEN_WORD;
    finish(lx, token, length);
    if (!lx->in_braces) {
        classify_word(token);
    }
    return true;
}

/* `=` and what starts with it or ends in it, and `!~`; 0 where none stands here. */
static size_t match_operator(const struct lexer *lx, struct token *token)
{
    char c = peek(lx, 0);
    char next = peek(lx, 1);
    if (c == '=' && next == '~') {
        token->kind = TOKEN_REGEX;
        return 2;
    }
    if (c == '!' && next == '~') {
        token->kind = TOKEN_NOT_REGEX;
        return 2;
    }
    if (c == '=' && (next != '=' || lx->in_braces)) {
        token->kind = TOKEN_ASSIGN;
        return 1;
    }
    return 0;
}

/* The longest operator made of signs that stands here; 0 where none does. */
static size_t sign_operator(const struct lexer *lx, struct token *token)
{
    struct str rest = str_slice(lx->text, lx->at, lx->text.len);
    size_t longest = 0;
    for (size_t i = 0; i < ARRAY_LEN(operators); i++) {
        struct str text = operators[i].text;
        if (!is_word_start(text.data[0]) && text.len > longest && str_starts_with(rest, text)) {
            longest = text.len;
            token->kind = TOKEN_OPERATOR;
            token->op = operators[i].op;
        }
    }
    return longest;
}

static bool lex_mark(struct lexer *lx, struct token *token)
{
    char c = peek(lx, 0);
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        if (marks[i].c != c) {
            continue;
        }
        token->kind = marks[i].kind;
        lx->in_braces = c == '{' || (lx->in_braces && c != '}');
        lx->in_brackets = c == '[' || (lx->in_brackets && c != ']');
        return finish(lx, token, 1);
    }
    return false;
}

/* What chats, wikis and word processors make of plain characters. */
static const struct {
    uint32_t c;
    const char *said;       /* where it cannot be seen, or NULL */
    const char *suggestion; /* what is meant */
} typeset[] = {
    {0x00a0, "a no-break space", "write a plain space"},
    {0x202f, "a narrow no-break space", "write a plain space"},
    {0x200b, "a space of no width", "take it out"},
    {0xfeff, "a byte order mark", "take it out"},
    {0x2013, NULL, "write a plain '-'"},
    {0x2014, NULL, "write a plain '-'"},
    {0x2212, NULL, "write a plain '-'"},
    {0x00d7, NULL, "write '*'"},
    {0x2018, NULL, "write a plain quote: ' or \""},
    {0x2019, NULL, "write a plain quote: ' or \""},
    {0x201c, NULL, "write a plain quote: \" or '"},
    {0x201d, NULL, "write a plain quote: \" or '"},
    {0x201e, NULL, "write a plain quote: \" or '"},
    {0x2264, NULL, "write '<='"},
    {0x2265, NULL, "write '>='"},
    {0x2260, NULL, "write '!='"},
};

static bool typeset_character(uint32_t c, struct span span, struct error *err)
{
    for (size_t i = 0; i < ARRAY_LEN(typeset); i++) {
        if (typeset[i].c != c) {
            continue;
        }
        if (typeset[i].said != NULL) {
            error_set_at(err, ERROR_SYNTAX, span, "unexpected character: %s (U+%04X)",
                         typeset[i].said, (unsigned)c);
            error_suggest(err, "%s", typeset[i].suggestion);
            return true;
        }
        char bytes[4];
        size_t length = utf8_encode(c, bytes);
        error_set_at(err, ERROR_SYNTAX, span, "unexpected character '%.*s'", (int)length, bytes);
        error_suggest(err, "%s", typeset[i].suggestion);
        return true;
    }
    return false;
}

static bool unexpected_character(const struct lexer *lx, struct error *err)
{
    size_t length;
    struct str rest = str_slice(lx->text, lx->at, lx->text.len);
    uint32_t code = utf8_decode(rest, &length);
    struct span span = diag_span(lx->text, lx->at, lx->at + length);
    unsigned char c = (unsigned char)rest.data[0];
    if (typeset_character(code, span, err)) {
        return false;
    }
    if (c < 0x20 || c == 0x7f) {
        error_set_at(err, ERROR_SYNTAX, span, "unexpected control character (0x%02x)", c);
    } else {
        error_set_at(err, ERROR_SYNTAX, span, "unexpected character '%.*s'", (int)length,
                     rest.data);
    }
    if (c == '$') {
        error_suggest(err, "placeholders such as $match are for panel packs");
    } else if (c == '&' || c == '|') {
        error_suggest(err, "write '%s'", c == '&' ? "and" : "or");
    } else if (c == '!') {
        error_suggest(err, "'!' goes with '=' or '~'");
    } else if (c == '.') {
        error_suggest(err, "a name with dots stands in quotes: {\"a.name\"}");
    } else if (c == ':' && (peek(lx, 1) == '"' || peek(lx, 1) == ' ')) {
        error_suggest(err, "labels are compared by = != =~ !~");
    }
    return false;
}

static bool next_token(struct lexer *lx, struct token *token, struct error *err)
{
    char c = peek(lx, 0);
    if (is_digit(c) || (c == '.' && is_digit(peek(lx, 1)))) {
        return lex_number(lx, token, err);
    }
    if (c == '"' || c == '\'' || c == '`') {
        return lex_string(lx, token, err);
    }
    if (c == ':' && lx->in_brackets) {
        token->kind = TOKEN_COLON;
        return finish(lx, token, 1);
    }
    if (is_word_start(c) || (c == ':' && !lx->in_braces)) {
        return lex_word(lx, token);
    }
    if (lex_mark(lx, token)) {
        return true;
    }
    size_t length = match_operator(lx, token);
    if (length == 0) {
        length = sign_operator(lx, token);
    }
    return length > 0 ? finish(lx, token, length) : unexpected_character(lx, err);
}

/* Past what is no token: a string without an end up to the end of its line, a number with all that
 * hangs on it, any other character with those like it. */
static bool skip_bad(struct lexer *lx, struct token *token)
{
    char first = peek(lx, 0);
    bool string = first == '"' || first == '\'' || first == '`';
    bool number = is_digit(first) || first == '.';
    size_t length = 1;
    for (; lx->at + length < lx->text.len; length++) {
        char c = peek(lx, length);
        bool part = string   ? c != '\n'
                    : number ? is_word(c) || c == '.' || (unsigned char)c >= 0x80
                             : c == first || ((unsigned char)c & 0xc0) == 0x80;
        if (!part) {
            break;
        }
    }
    *token = (struct token){.kind = TOKEN_BAD};
    finish(lx, token, length);
    return false;
}

bool lexer_next(struct lexer *lx, struct token *token, struct error *err)
{
    skip_blanks(lx);
    *token = (struct token){.kind = TOKEN_END};
    if (lx->at >= lx->text.len) {
        return finish(lx, token, 0);
    }
    return next_token(lx, token, err) || skip_bad(lx, token);
}

bool lexer_at_paren(const struct lexer *lx)
{
    struct lexer ahead = *lx;
    skip_blanks(&ahead);
    return peek(&ahead, 0) == '(';
}

void lexer_leave(struct lexer *lx)
{
    lx->in_braces = false;
    lx->in_brackets = false;
}

static bool is_plain_word(struct str name, bool colons)
{
    if (name.len == 0 || !(is_word_start(name.data[0]) || (colons && name.data[0] == ':'))) {
        return false;
    }
    for (size_t i = 1; i < name.len; i++) {
        if (!is_word(name.data[i]) && !(colons && name.data[i] == ':')) {
            return false;
        }
    }
    return true;
}

bool token_is_metric_name(const struct token *token)
{
    switch (token->keyword) {
    case KEYWORD_NONE:
    case KEYWORD_BY:
    case KEYWORD_WITHOUT:
    case KEYWORD_OFFSET:
    case KEYWORD_START:
    case KEYWORD_END:
    case KEYWORD_FILL:
    case KEYWORD_FILL_LEFT:
    case KEYWORD_FILL_RIGHT:
    case KEYWORD_ANCHORED:
    case KEYWORD_SMOOTHED:
        return token->kind == TOKEN_WORD && token->op != OP_ATAN2;
    case KEYWORD_ON:
    case KEYWORD_IGNORING:
    case KEYWORD_GROUP_LEFT:
    case KEYWORD_GROUP_RIGHT:
    case KEYWORD_BOOL:
        return false;
    }
    return false;
}

bool word_is_metric_name(struct str name)
{
    struct token token = {.kind = TOKEN_WORD, .text = name};
    if (!is_plain_word(name, true)) {
        return false;
    }
    classify_word(&token);
    return token_is_metric_name(&token);
}

bool word_is_label_name(struct str name)
{
    /* Prometheus' grammar takes every keyword there but this one. */
    return is_plain_word(name, false) && !is_number_word(name) &&
           !str_equal_ignoring_case(name, STR("without"));
}

bool word_is_matcher_name(struct str name)
{
    return is_plain_word(name, false);
}
