/*
 * Recursive descent over RE2's grammar: alternation, concatenation, repetition, atom. Each piece
 * comes back with its shape, and shapes are joined on the way up, so `(a|b)`, `^(?:web-[12])$` and
 * `.*foo.*` need no special cases. Every expression is anchored at both ends, which is why `^` in
 * the first place and `$` in the last say nothing.
 */
#include "series/regex_syntax.h"

#include "base/utf8.h"
#include "series/regex_parser.h"
#include "series/regex_shape.h"

#define PCRE_TEXT_MAX ((size_t)4 << 20)

static bool parse_alternation(struct regex_parser *p, bool at_start, struct regex_piece *out);

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A bound of at most REGEX_MAX_REPEAT at `*at`; false where there is no digit, or one behind a 0.
 */
static bool read_bound(const struct regex_parser *p, size_t *at, unsigned *bound)
{
    size_t begin = *at;
    *bound = 0;
    for (; is_digit(regex_peek(p, *at)); (*at)++) {
        *bound =
            *bound > REGEX_MAX_REPEAT ? *bound : *bound * 10 + (unsigned)(regex_peek(p, *at) - '0');
    }
    return *at == begin + 1 || (*at > begin && regex_peek(p, begin) != '0');
}

/* Length of the repetition that stands here, without a lazy `?`; 0 where there is none. A brace
 * that is none is a character. */
static size_t repetition_length(const struct regex_parser *p, unsigned *low, unsigned *high)
{
    char c = regex_peek(p, 0);
    *low = *high = 0;
    if (c == '*' || c == '+' || c == '?') {
        return 1;
    }
    size_t at = 1;
    if (c != '{' || !read_bound(p, &at, low)) {
        return 0;
    }
    *high = *low;
    if (regex_peek(p, at) == ',') {
        at++;
        if (regex_peek(p, at) == '}') {
            *high = REGEX_MAX_REPEAT;
        } else if (!read_bound(p, &at, high)) {
            return 0;
        }
    }
    return regex_peek(p, at) == '}' ? at + 1 : 0;
}

/* `{low,high}` around the last atom; false where such counts inside each other multiply to more
 * than the limit (Go: regexp/syntax, repeatIsValid). `{low,}` counts as low. */
static bool count_repeats(struct regex_parser *p, unsigned low, unsigned high, bool open)
{
    unsigned count = open ? low : high;
    if (!open && high == 0) {
        p->atom_repeats = 1;
    } else if (count > 0) {
        p->atom_repeats *= count;
    }
    return (low < 2 && high < 2) || p->atom_repeats <= REGEX_MAX_REPEAT;
}

/* The repetition behind an atom that has just been emitted, if there is one. */
static bool parse_repetition(struct regex_parser *p, struct regex_piece *s)
{
    unsigned low = 0;
    unsigned high = 0;
    size_t from = p->pos;
    size_t length = repetition_length(p, &low, &high);
    if (length == 0) {
        return true;
    }
    char op = regex_peek(p, 0);
    p->pos += length;
    bool open = p->in.data[p->pos - 2] == ',';
    if (low > REGEX_MAX_REPEAT || high > REGEX_MAX_REPEAT || low > high ||
        (op == '{' && !count_repeats(p, low, high, open))) {
        return regex_fail(p, from, "invalid repeat count");
    }
    strbuf_add_str(&p->syntax->pcre, str_slice(p->in, from, length));
    if (regex_peek(p, 0) == '?') {
        p->pos++;
        strbuf_add_char(&p->syntax->pcre, '?');
    }
    size_t next = repetition_length(p, &low, &high);
    if (next != 0) {
        p->pos += next;
        return regex_fail(p, from, "invalid nested repetition operator");
    }
    *s = regex_repeated(p, s, op);
    return true;
}

static bool add_group_name(struct regex_parser *p, size_t from, struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && !is_digit(c)) {
            return regex_fail(p, from, "invalid group name");
        }
    }
    vec_push(&p->syntax->groups, arena_str(&p->syntax->arena, name));
    return true;
}

/* `(?P<name>` and `(?<name>`; `prefix` bytes up to the name. */
static bool parse_group_name(struct regex_parser *p, size_t from, size_t prefix)
{
    size_t begin = p->pos + prefix;
    size_t end = begin;
    while (end < p->in.len && p->in.data[end] != '>') {
        end++;
    }
    p->pos = end < p->in.len ? end + 1 : end;
    if (end == p->in.len || end == begin) {
        return regex_fail(p, from, "invalid group name");
    }
    strbuf_add_char(&p->syntax->pcre, '(');
    return add_group_name(p, from, str_slice(p->in, begin, end - begin));
}

/* `(?flags)` and `(?flags:`; `pos` behind the question mark. */
static bool parse_flags(struct regex_parser *p, size_t from, bool *opens_group)
{
    static const char letters[] = "ismU";
    static const unsigned values[] = {REGEX_FLAG_CASELESS, REGEX_FLAG_DOT_ALL,
                                      REGEX_FLAG_MULTI_LINE, REGEX_FLAG_UNGREEDY};
    bool negative = false;
    bool after_minus = true; /* letters needed since the minus */
    size_t begin = p->pos;
    for (;; p->pos++) {
        char c = regex_peek(p, 0);
        const char *letter = c != '\0' ? strchr(letters, c) : NULL;
        if (letter != NULL) {
            unsigned flag = values[letter - letters];
            p->flags = negative ? p->flags & ~flag : p->flags | flag;
            after_minus = true;
        } else if (c == '-' && !negative) {
            negative = true;
            after_minus = false;
        } else if ((c == ':' || c == ')') && after_minus) {
            p->pos++;
            *opens_group = c == ':';
            strbuf_add_c(&p->syntax->pcre, "(?");
            strbuf_add_str(&p->syntax->pcre, str_slice(p->in, begin, p->pos - begin));
            return true;
        } else {
            p->pos += c != '\0' ? 1 : 0;
            bool looks_around = c == '=' || c == '!' || c == '<';
            return regex_fail(p, from,
                              looks_around ? "looking ahead or behind is not part of RE2's syntax"
                                           : "invalid or unsupported group");
        }
    }
}

/* `pos` is at the opening parenthesis. */
static bool parse_group(struct regex_parser *p, bool at_start, struct regex_piece *out)
{
    size_t from = p->pos;
    unsigned outer_flags = p->flags;
    bool opens_group = true;
    char after = regex_peek(p, 3);
    if (regex_peek(p, 1) != '?') {
        p->pos++;
        strbuf_add_char(&p->syntax->pcre, '(');
        vec_push(&p->syntax->groups, STR_NONE);
    } else if (regex_peek(p, 2) == 'P' && after == '<') {
        if (!parse_group_name(p, from, 4)) {
            return false;
        }
    } else if (regex_peek(p, 2) == '<' && after != '=' && after != '!') {
        if (!parse_group_name(p, from, 3)) {
            return false;
        }
    } else {
        p->pos += 2;
        if (!parse_flags(p, from, &opens_group)) {
            return false;
        }
    }
    if (!opens_group) { /* flags for the rest of the group around */
        *out = regex_word(p, STR(""));
        return true;
    }
    if (++p->depth > REGEX_MAX_DEPTH) {
        return regex_fail(p, from, "groups are nested too deeply");
    }
    unsigned outer_repeats = p->group_repeats;
    p->group_repeats = 1;
    if (!parse_alternation(p, at_start, out)) {
        return false;
    }
    p->atom_repeats = p->group_repeats;
    p->group_repeats = outer_repeats;
    if (regex_peek(p, 0) != ')') {
        p->pos = p->in.len;
        return regex_fail(p, from, "missing closing )");
    }
    p->pos++;
    p->depth--;
    p->flags = outer_flags;
    out->is_dot = false;
    strbuf_add_char(&p->syntax->pcre, ')');
    return true;
}

/* Only closing parentheses, or an alternative of the whole, follow. */
static bool nothing_follows(const struct regex_parser *p)
{
    size_t at = p->pos;
    while (at < p->in.len && p->in.data[at] == ')') {
        at++;
    }
    return at == p->in.len || (p->depth == 0 && p->in.data[p->pos] == '|');
}

/* An assertion; the group around it lets PCRE2 take a repetition, as RE2 does. */
static void assertion(struct regex_parser *p, const char *text, bool says_nothing,
                      struct regex_piece *out)
{
    strbuf_printf(&p->syntax->pcre, "(?:%s)", text);
    *out = says_nothing ? regex_word(p, STR("")) : (struct regex_piece){.kind = REGEX_SHAPE_OTHER};
}

/* An escape that is no character: *found says whether it was one. `pos` behind the backslash. */
static bool parse_special_escape(struct regex_parser *p, bool at_start, bool *found,
                                 struct regex_piece *out)
{
    *out = (struct regex_piece){.kind = REGEX_SHAPE_OTHER};
    if (!regex_read_class_escape(p, false, found)) {
        return false;
    }
    if (*found) {
        return true;
    }
    *found = true;
    char c = regex_peek(p, 0);
    switch (c) {
    case 'A':
    case 'z':
    case 'b':
    case 'B':
        p->pos++;
        assertion(p, (char[]){'\\', c, '\0'},
                  (c == 'A' && at_start) || (c == 'z' && nothing_follows(p)), out);
        return true;
    case 'C':
        p->pos++;
        return regex_fail(p, p->pos - 2, "a single byte is not supported");
    default:
        *found = false;
        return true;
    }
}

/* The characters in a row that have no repetition of their own, as one word. */
struct run {
    struct strbuf text;
    bool caseless; /* a letter among them stands for its other case too */
};

static void flush_run(struct regex_parser *p, struct run *run, struct regex_piece *so_far)
{
    if (run->text.len == 0) {
        return;
    }
    struct regex_piece word = regex_word(p, arena_str(&p->syntax->arena, strbuf_str(&run->text)));
    if (run->caseless) {
        word = (struct regex_piece){.kind = REGEX_SHAPE_OTHER};
    }
    *so_far = regex_join(p, so_far, &word);
    strbuf_reset(&run->text);
    run->caseless = false;
}

static bool has_case(uint32_t c)
{
    return c > 0x7F || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A character: part of the run, or an atom of its own where it is repeated. */
static bool add_char(struct regex_parser *p, uint32_t c, struct run *run,
                     struct regex_piece *so_far)
{
    unsigned low = 0;
    unsigned high = 0;
    char utf8[4];
    size_t length = utf8_encode(c, utf8);
    bool is_repeated = repetition_length(p, &low, &high) != 0;
    if (is_repeated) {
        flush_run(p, run, so_far);
    }
    regex_emit(p, c);
    strbuf_add(&run->text, utf8, length);
    run->caseless = run->caseless || ((p->flags & REGEX_FLAG_CASELESS) != 0 && has_case(c));
    if (!is_repeated) {
        return true;
    }
    struct regex_piece none = regex_word(p, STR(""));
    flush_run(p, run, &none);
    p->atom_repeats = 1;
    if (!parse_repetition(p, &none)) {
        return false;
    }
    p->group_repeats = p->atom_repeats > p->group_repeats ? p->atom_repeats : p->group_repeats;
    *so_far = regex_join(p, so_far, &none);
    return true;
}

/*
 * `\Q...\E`; `pos` behind the Q. RE2 could do without the end, but what is matched there is the
 * pattern in parentheses (prometheus: model/labels), whose end an open quote takes.
 */
static bool parse_quoted(struct regex_parser *p, struct run *run, struct regex_piece *so_far)
{
    size_t begin = p->pos - 2;
    while (!regex_at_end(p)) {
        if (regex_peek(p, 0) == '\\' && regex_peek(p, 1) == 'E') {
            p->pos += 2;
            return true;
        }
        uint32_t c = regex_take(p);
        bool last = regex_peek(p, 0) == '\\' && regex_peek(p, 1) == 'E';
        p->pos += last ? 2 : 0; /* a repetition behind \E is of the last character */
        if (last) {
            return add_char(p, c, run, so_far);
        }
        regex_emit(p, c);
        char utf8[4];
        strbuf_add(&run->text, utf8, utf8_encode(c, utf8));
        run->caseless = run->caseless || ((p->flags & REGEX_FLAG_CASELESS) != 0 && has_case(c));
    }
    return regex_fail(p, begin, "missing \\E behind \\Q");
}

/* An atom that is more than a character; *found is false where it is one, which *c then is. */
static bool parse_atom(struct regex_parser *p, bool at_start, bool *found, uint32_t *c,
                       struct regex_piece *out)
{
    size_t from = p->pos;
    unsigned low = 0;
    unsigned high = 0;
    p->atom_repeats = 1;
    *found = true;
    if (repetition_length(p, &low, &high) != 0) {
        p->pos++;
        return regex_fail(p, from, "missing argument to repetition operator");
    }
    switch (regex_peek(p, 0)) {
    case '(':
        return parse_group(p, at_start, out);
    case '[':
        *out = (struct regex_piece){.kind = REGEX_SHAPE_WORDS};
        if (!regex_read_class(p, &out->words)) {
            return false;
        }
        out->kind = out->words.len > 0 ? REGEX_SHAPE_WORDS : REGEX_SHAPE_OTHER;
        return true;
    case '.':
        p->pos++;
        strbuf_add_char(&p->syntax->pcre, '.');
        *out = (struct regex_piece){.kind = REGEX_SHAPE_OTHER,
                                    .is_dot = (p->flags & REGEX_FLAG_DOT_ALL) != 0};
        return true;
    case '^':
        p->pos++;
        assertion(p, "^", at_start, out);
        return true;
    case '$':
        p->pos++;
        assertion(p, "$", nothing_follows(p), out);
        return true;
    case '\\':
        p->pos++;
        if (!parse_special_escape(p, at_start, found, out)) {
            return false;
        }
        return *found || regex_read_escape(p, c);
    default:
        *found = false;
        *c = regex_take(p);
        return true;
    }
}

static bool parse_pieces(struct regex_parser *p, bool at_start, struct run *run,
                         struct regex_piece *out)
{
    while (!regex_at_end(p) && regex_peek(p, 0) != '|' && regex_peek(p, 0) != ')') {
        if (regex_peek(p, 0) == '\\' && regex_peek(p, 1) == 'Q') {
            p->pos += 2;
            if (!parse_quoted(p, run, out)) {
                return false;
            }
            continue;
        }
        bool found = false;
        uint32_t c = 0;
        struct regex_piece atom;
        if (!parse_atom(p, at_start && run->text.len == 0 && regex_is_empty(out), &found, &c,
                        &atom)) {
            return false;
        }
        if (!found) {
            if (!add_char(p, c, run, out)) {
                return false;
            }
            continue;
        }
        flush_run(p, run, out);
        if (!parse_repetition(p, &atom)) {
            return false;
        }
        p->group_repeats = p->atom_repeats > p->group_repeats ? p->atom_repeats : p->group_repeats;
        *out = regex_join(p, out, &atom);
    }
    flush_run(p, run, out);
    return true;
}

static bool parse_concatenation(struct regex_parser *p, bool at_start, struct regex_piece *out)
{
    struct run run = {.caseless = false};
    strbuf_init(&run.text, REGEX_MAX_PATTERN * 4);
    *out = regex_word(p, STR(""));
    bool ok = parse_pieces(p, at_start, &run, out);
    strbuf_release(&run.text);
    return ok;
}

static bool parse_alternation(struct regex_parser *p, bool at_start, struct regex_piece *out)
{
    VEC(struct str) words = {.items = NULL};
    bool all_words = true;
    bool ok = true;
    size_t alternatives = 0;
    for (;;) {
        ok = parse_concatenation(p, at_start, out);
        if (!ok) {
            break;
        }
        alternatives++;
        all_words = all_words && out->kind == REGEX_SHAPE_WORDS;
        for (size_t i = 0; all_words && i < out->words.len; i++) {
            vec_push(&words, out->words.items[i]);
        }
        if (regex_peek(p, 0) != '|') {
            break;
        }
        p->pos++;
        strbuf_add_char(&p->syntax->pcre, '|');
    }
    if (ok && alternatives > 1) {
        all_words = all_words && regex_has_room(p, words.len * sizeof(*words.items));
        *out = (struct regex_piece){.kind = all_words ? REGEX_SHAPE_WORDS : REGEX_SHAPE_OTHER};
        if (all_words) {
            out->words.len = words.len;
            out->words.items = arena_array(&p->syntax->arena, struct str, words.len);
            memcpy(out->words.items, words.items, words.len * sizeof(*words.items));
        }
    }
    vec_release(&words);
    return ok;
}

static bool parse(struct regex_parser *p, struct regex_piece *out)
{
    if (p->in.len > REGEX_MAX_PATTERN) {
        return error_set(p->err, ERROR_LIMIT,
                         "regular expression of %zu bytes: the limit is %zu bytes", p->in.len,
                         REGEX_MAX_PATTERN);
    }
    if (!utf8_valid(p->in)) {
        return error_set(p->err, ERROR_SYNTAX, "regular expression is not valid UTF-8");
    }
    if (!parse_alternation(p, true, out)) {
        return false;
    }
    if (!regex_at_end(p)) {
        p->pos++;
        return regex_fail(p, p->pos - 1, "unexpected )");
    }
    if (p->syntax->pcre.overflowed) {
        return error_set(p->err, ERROR_LIMIT, "regular expression is too large");
    }
    return true;
}

bool regex_syntax_init(struct regex_syntax *syntax, struct str pattern, struct error *err)
{
    *syntax = (struct regex_syntax){.shape = REGEX_SHAPE_OTHER};
    arena_init(&syntax->arena);
    strbuf_init(&syntax->pcre, PCRE_TEXT_MAX);
    struct regex_parser p = {.syntax = syntax,
                             .in = pattern,
                             .flags = REGEX_FLAG_DOT_ALL,
                             .err = err,
                             .group_repeats = 1};
    struct regex_piece shape;
    if (!parse(&p, &shape)) {
        regex_syntax_release(syntax);
        return false;
    }
    syntax->shape = shape.kind;
    syntax->words = shape.words.items;
    syntax->words_count = shape.words.len;
    syntax->word = shape.word;
    syntax->min_any = shape.min_any;
    syntax->min_any_after = shape.min_any_after;
    return true;
}

void regex_syntax_release(struct regex_syntax *syntax)
{
    arena_release(&syntax->arena);
    strbuf_release(&syntax->pcre);
    vec_release(&syntax->groups);
}
