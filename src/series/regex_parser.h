/*
 * The state that the two halves of reading an expression share: regex_syntax.c (groups, repetition,
 * shapes) and regex_class.c (escapes and character classes).
 */
#ifndef TOCSIN_SERIES_REGEX_PARSER_H
#define TOCSIN_SERIES_REGEX_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "series/regex_syntax.h"

enum regex_flags {
    REGEX_FLAG_CASELESS = 1 << 0,
    REGEX_FLAG_DOT_ALL = 1 << 1,
    REGEX_FLAG_MULTI_LINE = 1 << 2,
    REGEX_FLAG_UNGREEDY = 1 << 3,
};

struct regex_parser {
    struct regex_syntax *syntax;
    struct str in;
    size_t pos;
    unsigned flags; /* enum regex_flags, in force here */
    int depth;
    /* Largest product of repeat counts inside each other: of the last atom, and of the group so
     * far. */
    unsigned atom_repeats;
    unsigned group_repeats;
    struct error *err;
};

/* The words a piece of the expression is an alternation of. */
struct regex_words {
    struct str *items;
    size_t len;
};

static inline bool regex_at_end(const struct regex_parser *p)
{
    return p->pos >= p->in.len;
}

/* The byte `ahead` of here, or 0. */
static inline char regex_peek(const struct regex_parser *p, size_t ahead)
{
    return p->pos + ahead < p->in.len ? p->in.data[p->pos + ahead] : '\0';
}

/* False; names the part of the pattern from `from` to here. */
bool regex_fail(struct regex_parser *p, size_t from, const char *problem);
/* A character of the (valid) pattern; moves on. */
uint32_t regex_take(struct regex_parser *p);
/* A character as PCRE2 reads it literally, within a class or outside. */
void regex_emit(struct regex_parser *p, uint32_t c);
/* An escape that stands for one character; `pos` is behind the backslash. */
bool regex_read_escape(struct regex_parser *p, uint32_t *c);
/* \d \s \w \pN and their complements, `pos` behind the backslash; emits what stands for it.
 * *is_class is false (and nothing done) where it is another escape. */
bool regex_read_class_escape(struct regex_parser *p, bool within_class, bool *is_class);
/* A bracket expression; `pos` is at its '['. `words` are its characters where they are few; len 0
 * where not. */
bool regex_read_class(struct regex_parser *p, struct regex_words *words);

#endif
