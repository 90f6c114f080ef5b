/*
 * Escapes and character classes of RE2's syntax, written out as PCRE2 reads them. Where the two
 * differ the ranges are spelt out: RE2's \s is without the vertical tab, its `[` within a class
 * needs no backslash, and \Z, \h, \R, \K and others are no escapes at all.
 */
#include "series/regex_parser.h"

#include "base/utf8.h"

#define CLASS_WORDS_MAX 32
#define CODE_POINT_MAX  0x10FFFFu

/* In any case, K is the Kelvin sign too, and s the long one: what RE2 adds to ASCII's classes. */
#define FOLDED_LETTERS "\\x{17f}\\x{212a}"
/* All but ASCII's words and these two. */
#define NO_FOLDED_WORD \
    "\\x00-\\x2f\\x3a-\\x40\\x5b-\\x5e\\x60\\x7b-\\x{17e}\\x{180}-\\x{2129}\\x{212b}-\\x{10ffff}"

bool regex_fail(struct regex_parser *p, size_t from, const char *problem)
{
    size_t end = p->pos > from ? p->pos : from + 1;
    struct str part = str_slice(p->in, from, end - from);
    struct span span = {.line = 1,
                        .column = (uint32_t)utf8_count(str_slice(p->in, 0, from)) + 1,
                        .length = (uint32_t)utf8_count(part)};
    if (span.length == 0) {
        span.length = 1;
    }
    struct str shown = str_slice(part, 0, 80);
    return error_set_at(p->err, ERROR_SYNTAX, span, "%s: '%.*s'", problem, STR_ARG(shown));
}

uint32_t regex_take(struct regex_parser *p)
{
    size_t length = 0;
    uint32_t c = utf8_decode(str_slice(p->in, p->pos, 4), &length);
    p->pos += length;
    return c;
}

static bool is_alnum(uint32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

void regex_emit(struct regex_parser *p, uint32_t c)
{
    struct strbuf *out = &p->syntax->pcre;
    char utf8[4];
    if (is_alnum(c) || c == '_' || c > 0x7F) {
        strbuf_add(out, utf8, utf8_encode(c, utf8));
    } else {
        strbuf_printf(out, "\\x%02x", (unsigned)c);
    }
}

static bool hex_digit(char c, uint32_t *digit)
{
    if (c >= '0' && c <= '9') {
        *digit = (uint32_t)(c - '0');
    } else if (c >= 'a' && c <= 'f') {
        *digit = (uint32_t)(c - 'a') + 10;
    } else if (c >= 'A' && c <= 'F') {
        *digit = (uint32_t)(c - 'A') + 10;
    } else {
        return false;
    }
    return true;
}

/* Behind `\x`: two digits, or any number of them in braces. */
static bool read_hex(struct regex_parser *p, size_t from, uint32_t *c)
{
    uint32_t digit = 0;
    uint32_t value = 0;
    if (regex_peek(p, 0) == '{') {
        size_t digits = 0;
        p->pos++;
        for (; hex_digit(regex_peek(p, 0), &digit); digits++, p->pos++) {
            value = value * 16 + digit;
            if (value > CODE_POINT_MAX) {
                return regex_fail(p, from, "no such character");
            }
        }
        if (digits == 0 || regex_peek(p, 0) != '}') {
            return regex_fail(p, from, "invalid escape sequence");
        }
        p->pos++;
    } else {
        for (int i = 0; i < 2; i++, p->pos++) {
            if (!hex_digit(regex_peek(p, 0), &digit)) {
                return regex_fail(p, from, "invalid escape sequence");
            }
            value = value * 16 + digit;
        }
    }
    if (value >= 0xD800 && value <= 0xDFFF) {
        return regex_fail(p, from, "no such character");
    }
    *c = value;
    return true;
}

static bool is_octal(char c)
{
    return c >= '0' && c <= '7';
}

bool regex_read_escape(struct regex_parser *p, uint32_t *c)
{
    static const char letters[] = "afnrtv";
    static const char values[] = "\a\f\n\r\t\v";
    size_t from = p->pos - 1;
    if (regex_at_end(p)) {
        return regex_fail(p, from, "trailing backslash");
    }
    uint32_t first = regex_take(p);
    if (first >= '0' && first <= '7') {
        /* One digit alone would be a back-reference, except \0. */
        if (first != '0' && !is_octal(regex_peek(p, 0))) {
            return regex_fail(p, from, "back-references are not part of RE2's syntax");
        }
        *c = first - '0';
        for (int i = 0; i < 2 && is_octal(regex_peek(p, 0)); i++, p->pos++) {
            *c = *c * 8 + (uint32_t)(regex_peek(p, 0) - '0');
        }
        return true;
    }
    if (first == '8' || first == '9' || first == 'k' || first == 'g') {
        return regex_fail(p, from, "back-references are not part of RE2's syntax");
    }
    if (first == 'x') {
        return read_hex(p, from, c);
    }
    for (size_t i = 0; i + 1 < sizeof(letters); i++) {
        if (first == (uint32_t)letters[i]) {
            *c = (uint32_t)values[i];
            return true;
        }
    }
    if (first < 0x80 && !is_alnum(first)) {
        *c = first;
        return true;
    }
    return regex_fail(p, from, "invalid escape sequence");
}

/* Behind `\p` or `\P`: one letter, or a name in braces. */
static bool read_property(struct regex_parser *p, size_t from, char kind)
{
    struct strbuf *out = &p->syntax->pcre;
    size_t begin = p->pos;
    if (regex_peek(p, 0) != '{') {
        char c = regex_peek(p, 0);
        if (c < 'A' || c > 'Z') {
            return regex_fail(p, from, "invalid character class");
        }
        p->pos++;
        strbuf_printf(out, "\\%c%c", kind, c);
        return true;
    }
    p->pos++;
    if (regex_peek(p, 0) == '^') {
        p->pos++;
    }
    size_t letters = 0;
    for (; is_alnum((unsigned char)regex_peek(p, 0)) || regex_peek(p, 0) == '_'; letters++) {
        p->pos++;
    }
    if (letters == 0 || regex_peek(p, 0) != '}') {
        return regex_fail(p, from, "invalid character class");
    }
    p->pos++;
    strbuf_printf(out, "\\%c", kind);
    strbuf_add_str(out, str_slice(p->in, begin, p->pos - begin));
    return true;
}

static void emit_word_class(struct regex_parser *p, char c, bool within_class)
{
    struct strbuf *out = &p->syntax->pcre;
    if ((p->flags & REGEX_FLAG_CASELESS) == 0) {
        strbuf_printf(out, "\\%c", c);
    } else if (within_class) {
        strbuf_add_c(out, c == 'w' ? "\\w" FOLDED_LETTERS : NO_FOLDED_WORD);
    } else {
        strbuf_add_c(out, c == 'w' ? "[\\w" FOLDED_LETTERS "]" : "[" NO_FOLDED_WORD "]");
    }
}

bool regex_read_class_escape(struct regex_parser *p, bool within_class, bool *is_class)
{
    struct strbuf *out = &p->syntax->pcre;
    char c = regex_peek(p, 0);
    *is_class = true;
    switch (c) {
    case 'd':
    case 'D':
        p->pos++;
        strbuf_printf(out, "\\%c", c);
        return true;
    case 'w':
    case 'W':
        p->pos++;
        emit_word_class(p, c, within_class);
        return true;
    case 's':
        p->pos++;
        strbuf_add_c(out, within_class ? "\\t\\n\\f\\r\\x20" : "[\\t\\n\\f\\r\\x20]");
        return true;
    case 'S':
        p->pos++;
        strbuf_add_c(out, within_class ? "\\x00-\\x08\\x0b\\x0e-\\x1f\\x21-\\x{10ffff}"
                                       : "[^\\t\\n\\f\\r\\x20]");
        return true;
    case 'p':
    case 'P':
        p->pos++;
        return read_property(p, p->pos - 2, c);
    default:
        *is_class = false;
        return true;
    }
}

/* `[:alpha:]` within a class. */
static bool read_posix_class(struct regex_parser *p, bool *found)
{
    static const struct {
        const char *name;
        bool letters; /* all of ASCII's */
    } classes[] = {{"alnum", true},  {"alpha", true},  {"ascii", true},  {"blank", false},
                   {"cntrl", false}, {"digit", false}, {"graph", true},  {"lower", true},
                   {"print", true},  {"punct", false}, {"space", false}, {"upper", true},
                   {"word", true},   {"xdigit", false}};
    *found = false;
    if (regex_peek(p, 0) != '[' || regex_peek(p, 1) != ':') {
        return true;
    }
    size_t from = p->pos;
    size_t end = from + 2;
    while (end + 1 < p->in.len && !(p->in.data[end] == ':' && p->in.data[end + 1] == ']')) {
        end++;
    }
    if (end + 1 >= p->in.len) {
        return true; /* no end: the characters themselves, as in RE2 */
    }
    struct str name = str_slice(p->in, from + 2, end - from - 2);
    bool negated = str_starts_with(name, STR("^"));
    name = str_slice(name, negated ? 1 : 0, name.len);
    p->pos = end + 2;
    for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
        if (str_equal_c(name, classes[i].name)) {
            *found = true;
            strbuf_add_str(&p->syntax->pcre, str_slice(p->in, from, p->pos - from));
            if (classes[i].letters && !negated && (p->flags & REGEX_FLAG_CASELESS) != 0) {
                strbuf_add_c(&p->syntax->pcre, FOLDED_LETTERS);
            }
            return true;
        }
    }
    return regex_fail(p, from, "invalid character class");
}

static bool read_class_char(struct regex_parser *p, size_t class_from, uint32_t *c)
{
    if (regex_at_end(p)) {
        return regex_fail(p, class_from, "missing closing ]");
    }
    *c = regex_take(p);
    return *c != '\\' || regex_read_escape(p, c);
}

/* One character or a range; its characters go to `words` while they are few. */
static bool read_range(struct regex_parser *p, size_t class_from, struct regex_words *words,
                       bool *few)
{
    size_t from = p->pos;
    uint32_t low = 0;
    if (!read_class_char(p, class_from, &low)) {
        return false;
    }
    uint32_t high = low;
    if (regex_peek(p, 0) == '-' && p->pos + 1 < p->in.len && regex_peek(p, 1) != ']') {
        p->pos++;
        if (!read_class_char(p, class_from, &high)) {
            return false;
        }
        if (high < low) {
            return regex_fail(p, from, "invalid character class range");
        }
    }
    regex_emit(p, low);
    if (high != low) {
        strbuf_add_char(&p->syntax->pcre, '-');
        regex_emit(p, high);
    }
    *few = *few && high - low < CLASS_WORDS_MAX && words->len + (high - low) < CLASS_WORDS_MAX;
    for (uint32_t c = low; *few && c <= high; c++) {
        char utf8[4];
        words->items[words->len++] =
            arena_str(&p->syntax->arena, str_span(utf8, utf8_encode(c, utf8)));
    }
    return true;
}

bool regex_read_class(struct regex_parser *p, struct regex_words *words)
{
    struct strbuf *out = &p->syntax->pcre;
    size_t from = p->pos++;
    bool few = (p->flags & REGEX_FLAG_CASELESS) == 0;
    words->items = arena_array(&p->syntax->arena, struct str, CLASS_WORDS_MAX);
    words->len = 0;
    strbuf_add_char(out, '[');
    if (regex_peek(p, 0) == '^') {
        p->pos++;
        strbuf_add_char(out, '^');
        few = false;
    }
    /* A ']' in the first place is a character. */
    for (bool first = true; first || regex_peek(p, 0) != ']'; first = false) {
        if (regex_at_end(p)) {
            return regex_fail(p, from, "missing closing ]");
        }
        bool found = false;
        if (!read_posix_class(p, &found)) {
            return false;
        }
        if (!found && regex_peek(p, 0) == '\\') {
            p->pos++;
            if (!regex_read_class_escape(p, true, &found)) {
                return false;
            }
            p->pos -= found ? 0 : 1;
        }
        few = few && !found;
        if (!found && !read_range(p, from, words, &few)) {
            return false;
        }
    }
    p->pos++;
    strbuf_add_char(out, ']');
    words->len = few ? words->len : 0;
    return true;
}
