/*
 * The shape of a piece of an expression (regex_syntax.h), and what pieces make together. Words are
 * multiplied out, `(a|b)[12]` to four of them, as long as they stay few.
 */
#ifndef TOCSIN_SERIES_REGEX_SHAPE_H
#define TOCSIN_SERIES_REGEX_SHAPE_H

#include <stdbool.h>

#include "series/regex_parser.h"

struct regex_piece {
    enum regex_shape kind;
    bool is_dot; /* one `.` that matches everything: an ANY when repeated */
    struct regex_words words;
    struct str word;
    unsigned min_any;
    unsigned min_any_after;
};

/* Whether words may take so many bytes more. */
bool regex_has_room(const struct regex_parser *p, size_t bytes);
/* One word. */
struct regex_piece regex_word(struct regex_parser *p, struct str word);
/* Only the empty word. */
bool regex_is_empty(const struct regex_piece *s);
/* `a` followed by `b`. */
struct regex_piece regex_join(struct regex_parser *p, const struct regex_piece *a,
                              const struct regex_piece *b);
/* `s` under the repetition that begins with `op`. */
struct regex_piece regex_repeated(struct regex_parser *p, const struct regex_piece *s, char op);

#endif
