/* See regex_shape.h. */
#include "series/regex_shape.h"

/* What an expression's words may take while it is read, before PCRE2 does the work instead. */
#define WORDS_BYTES_MAX ((size_t)16 << 20)
/* Words that two sets of them may make together: `[a-z][a-z][a-z]` is better left as it is. */
#define PRODUCT_MAX 4096

bool regex_has_room(const struct regex_parser *p, size_t bytes)
{
    return p->syntax->arena.used_bytes + bytes <= WORDS_BYTES_MAX;
}

struct regex_piece regex_word(struct regex_parser *p, struct str word)
{
    struct str *items = arena_array(&p->syntax->arena, struct str, 1);
    items[0] = word;
    return (struct regex_piece){.kind = REGEX_SHAPE_WORDS, .words = {.items = items, .len = 1}};
}

static bool is_word(const struct regex_piece *s)
{
    return s->kind == REGEX_SHAPE_WORDS && s->words.len == 1;
}

bool regex_is_empty(const struct regex_piece *s)
{
    return is_word(s) && s->words.items[0].len == 0;
}

static size_t words_bytes(const struct regex_words *words)
{
    size_t bytes = words->len * sizeof(struct str);
    for (size_t i = 0; i < words->len; i++) {
        bytes += words->items[i].len;
    }
    return bytes;
}

/* Every word of `a` before every word of `b`; false where that would be too much. */
static bool multiply(struct regex_parser *p, const struct regex_piece *a,
                     const struct regex_piece *b, struct regex_piece *out)
{
    struct arena *arena = &p->syntax->arena;
    if (a->words.len > 1 && b->words.len > 1 && a->words.len > PRODUCT_MAX / b->words.len) {
        return false;
    }
    size_t bytes = words_bytes(&a->words) * b->words.len + words_bytes(&b->words) * a->words.len;
    if (!regex_has_room(p, bytes)) {
        return false;
    }
    struct regex_words words = {.len = a->words.len * b->words.len};
    words.items = arena_array(arena, struct str, words.len);
    for (size_t i = 0; i < words.len; i++) {
        struct str x = a->words.items[i / b->words.len];
        struct str y = b->words.items[i % b->words.len];
        char *text = arena_alloc(arena, x.len + y.len + 1);
        if (x.len > 0) {
            memcpy(text, x.data, x.len);
        }
        if (y.len > 0) {
            memcpy(text + x.len, y.data, y.len);
        }
        words.items[i] = str_span(text, x.len + y.len);
    }
    *out = (struct regex_piece){.kind = REGEX_SHAPE_WORDS, .words = words};
    return true;
}

/* What every match of `s` starts with, as far as it is known. */
static struct str leading_word(const struct regex_piece *s)
{
    switch (s->kind) {
    case REGEX_SHAPE_WORDS:
        return s->words.len == 1 ? s->words.items[0] : STR_NONE;
    case REGEX_SHAPE_PREFIX:
    case REGEX_SHAPE_OTHER:
        return s->word;
    case REGEX_SHAPE_ANY:
    case REGEX_SHAPE_SUFFIX:
    case REGEX_SHAPE_CONTAINS:
        break;
    }
    return STR_NONE;
}

struct regex_piece regex_join(struct regex_parser *p, const struct regex_piece *a,
                              const struct regex_piece *b)
{
    struct regex_piece joined;
    if (regex_is_empty(a)) {
        return *b;
    }
    if (regex_is_empty(b)) {
        joined = *a;
        joined.is_dot = false;
        return joined;
    }
    if (a->kind == REGEX_SHAPE_WORDS && b->kind == REGEX_SHAPE_WORDS &&
        multiply(p, a, b, &joined)) {
        return joined;
    }
    if (is_word(a) && b->kind == REGEX_SHAPE_ANY) {
        return (struct regex_piece){
            .kind = REGEX_SHAPE_PREFIX, .word = a->words.items[0], .min_any = b->min_any};
    }
    if (a->kind == REGEX_SHAPE_ANY && is_word(b)) {
        return (struct regex_piece){
            .kind = REGEX_SHAPE_SUFFIX, .word = b->words.items[0], .min_any = a->min_any};
    }
    if (a->kind == REGEX_SHAPE_SUFFIX && b->kind == REGEX_SHAPE_ANY) {
        joined = *a;
        joined.kind = REGEX_SHAPE_CONTAINS;
        joined.min_any_after = b->min_any;
        return joined;
    }
    return (struct regex_piece){.kind = REGEX_SHAPE_OTHER, .word = leading_word(a)};
}

struct regex_piece regex_repeated(struct regex_parser *p, const struct regex_piece *s, char op)
{
    if (op == '?' && s->kind == REGEX_SHAPE_WORDS &&
        regex_has_room(p, s->words.len * sizeof(struct str))) {
        struct regex_words words = {.len = s->words.len + 1};
        words.items = arena_array(&p->syntax->arena, struct str, words.len);
        memcpy(words.items, s->words.items, s->words.len * sizeof(*words.items));
        words.items[s->words.len] = STR("");
        return (struct regex_piece){.kind = REGEX_SHAPE_WORDS, .words = words};
    }
    if (s->is_dot && (op == '*' || op == '+')) {
        return (struct regex_piece){.kind = REGEX_SHAPE_ANY, .min_any = op == '+'};
    }
    return (struct regex_piece){.kind = REGEX_SHAPE_OTHER};
}
