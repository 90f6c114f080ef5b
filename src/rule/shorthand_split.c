/* See shorthand_split.h. */
#include "rule/shorthand_split.h"

#include "base/attr.h"
#include "base/suggest.h"

static const char *const words[SHORTHAND_WORDS] = {"for", "keep", "recover", "severity"};

enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_STRING, TOKEN_OPEN, TOKEN_CLOSE, TOKEN_OTHER };

struct scanner {
    struct str text;
    size_t at;
    size_t depth; /* of brackets */
    bool operand; /* what was read last ends an operand */
    bool list;    /* the bracket that is open is a list behind a keyword: an operand follows */
    struct str keyword; /* read last; else empty */
    struct shorthand_parts *parts;
    struct shorthand_span again; /* a word's that was given before */
    struct shorthand_span *open; /* the part that is being read */
    struct diags *diags;
};

const char *shorthand_word(enum shorthand_part part)
{
    return part < SHORTHAND_WORDS ? words[part] : "";
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' ||
           c == ':' || c == '.' || (unsigned char)c >= 0x80;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_space(struct scanner *s)
{
    bool comment = false;
    while (s->at < s->text.len) {
        char c = s->text.data[s->at];
        comment = c == '#' || (comment && c != '\n');
        if (!comment && !is_space(c)) {
            break;
        }
        s->at++;
    }
}

/* Behind the string that begins here; one without an end goes to the end of the text. */
static void skip_string(struct scanner *s)
{
    char quote = s->text.data[s->at++];
    while (s->at < s->text.len && s->text.data[s->at] != quote) {
        s->at += s->text.data[s->at] == '\\' && quote != '`' ? 2 : 1;
    }
    s->at = s->at < s->text.len ? s->at + 1 : s->text.len;
}

static enum token_kind next(struct scanner *s, struct str *token)
{
    skip_space(s);
    if (s->at == s->text.len) {
        return TOKEN_END;
    }
    size_t begin = s->at;
    char c = s->text.data[begin];
    enum token_kind kind = TOKEN_OTHER;
    if (c == '"' || c == '\'' || c == '`') {
        kind = TOKEN_STRING;
        skip_string(s);
    } else if (is_word(c)) {
        kind = TOKEN_WORD;
        while (s->at < s->text.len && is_word(s->text.data[s->at])) {
            s->at++;
        }
        /* `1%`: a unit, and no operator. */
        if (is_digit(s->text.data[s->at - 1]) && s->at < s->text.len &&
            s->text.data[s->at] == '%') {
            s->at++;
        }
    } else {
        s->at++;
        if (c == '(' || c == '[' || c == '{') {
            kind = TOKEN_OPEN;
        } else if (c == ')' || c == ']' || c == '}') {
            kind = TOKEN_CLOSE;
        }
    }
    *token = str_slice(s->text, begin, s->at - begin);
    return kind;
}

static bool is_one_of(struct str word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_equal_ignoring_case(word, str_from(list[i]))) {
            return true;
        }
    }
    return false;
}

/* Words of PromQL behind which an operand or a bracket comes. */
static bool is_keyword(struct str word)
{
    static const char *const keywords[] = {"and",        "or",          "unless",    "atan2",
                                           "by",         "without",     "on",        "ignoring",
                                           "group_left", "group_right", "bool",      "offset",
                                           "fill",       "fill_left",   "fill_right"};
    return is_one_of(word, keywords, ARRAY_LEN(keywords));
}

/* Those whose bracket is followed by an operand, and is none itself. */
static bool has_list(struct str keyword)
{
    static const char *const keywords[] = {"on",   "ignoring",  "group_left", "group_right",
                                           "fill", "fill_left", "fill_right"};
    return is_one_of(keyword, keywords, ARRAY_LEN(keywords));
}

/* SHORTHAND_WORDS where it is none of them. */
static enum shorthand_part find_word(struct str word)
{
    enum shorthand_part part = 0;
    while (part < SHORTHAND_WORDS && !str_equal_ignoring_case(word, str_from(words[part]))) {
        part++;
    }
    return part;
}

static struct span span_of(const struct scanner *s, struct str token)
{
    size_t begin = (size_t)(token.data - s->text.data);
    return diag_span(s->text, begin, begin + token.len);
}

/* The part that the word begins; SHORTHAND_WORDS where it belongs to the expression. */
static enum shorthand_part part_of(struct scanner *s, struct str word)
{
    enum shorthand_part part = find_word(word);
    if (part != SHORTHAND_WORDS || !s->operand || is_keyword(word)) {
        return part;
    }
    const char *near = suggest_nearest(word, words, SHORTHAND_WORDS);
    if (near != NULL) {
        struct diag *diag = diags_add(s->diags, DIAG_ERROR, NULL, s->text, span_of(s, word),
                                      "unknown word '%.*s'", STR_ARG(word));
        diag_suggest(diag, "did you mean '%s'?", near);
        part = find_word(str_from(near));
    }
    return part;
}

static void close_part(struct scanner *s, size_t end)
{
    struct shorthand_span *part = s->open;
    while (part->begin < end && is_space(s->text.data[part->begin])) {
        part->begin++;
    }
    while (end > part->begin && is_space(s->text.data[end - 1])) {
        end--;
    }
    part->end = end;
}

static void open_part(struct scanner *s, enum shorthand_part which, struct str word)
{
    size_t begin = (size_t)(word.data - s->text.data);
    close_part(s, begin);
    struct shorthand_span *part = &s->parts->of[which];
    if (part->given) {
        diags_add(s->diags, DIAG_ERROR, NULL, s->text, span_of(s, word), "'%s' is given twice",
                  words[which]);
        part = &s->again;
    }
    *part = (struct shorthand_span){.given = true,
                                    .word_begin = begin,
                                    .word_end = begin + word.len,
                                    .begin = begin + word.len};
    s->open = part;
    s->operand = false;
}

/* Takes a token of the expression. */
static void pass(struct scanner *s, enum token_kind kind, struct str token)
{
    if (kind == TOKEN_OPEN && s->depth++ == 0) {
        s->list = has_list(s->keyword);
    } else if (kind == TOKEN_CLOSE && s->depth > 0) {
        s->depth--;
    }
    bool keyword = kind == TOKEN_WORD && is_keyword(token);
    s->keyword = keyword ? token : STR_NONE;
    s->operand = kind == TOKEN_STRING || (kind == TOKEN_WORD && !keyword) ||
                 (kind == TOKEN_CLOSE && !s->list);
}

void shorthand_split(struct str text, struct shorthand_parts *parts, struct diags *diags)
{
    struct scanner s = {.text = text, .parts = parts, .diags = diags};
    *parts = (struct shorthand_parts){0};
    s.open = &parts->of[SHORTHAND_CONDITION];
    s.open->given = true;
    struct str token;
    enum token_kind kind;
    while ((kind = next(&s, &token)) != TOKEN_END) {
        enum shorthand_part part = SHORTHAND_WORDS;
        if (kind == TOKEN_WORD && s.depth == 0) {
            part = part_of(&s, token);
        }
        if (part != SHORTHAND_WORDS) {
            open_part(&s, part, token);
        } else {
            pass(&s, kind, token);
        }
    }
    close_part(&s, text.len);
}
