/*
 * A one-line rule in its parts: where the condition, and what stands behind each word, are. Private
 * to this folder.
 *
 * The words count at the top level only, outside brackets and strings: in `by (for)` it is a label.
 * They are found without parsing the expression, so that every part can be looked at even where
 * another is wrong. Two operands side by side cannot be PromQL: a word there that resembles one of
 * the four is a slip of it.
 *
 * Owner: nothing is owned; parts are bytes of the text.
 */
#ifndef TOCSIN_RULE_SHORTHAND_SPLIT_H
#define TOCSIN_RULE_SHORTHAND_SPLIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "base/str.h"

enum shorthand_part {
    SHORTHAND_FOR,
    SHORTHAND_KEEP,
    SHORTHAND_RECOVER,
    SHORTHAND_SEVERITY,
    SHORTHAND_WORDS,
    SHORTHAND_CONDITION = SHORTHAND_WORDS, /* in front of all words */
    SHORTHAND_PARTS
};

struct shorthand_span {
    bool given;
    size_t word_begin, word_end; /* bytes of the word itself; of the condition: none */
    size_t begin, end;           /* of what stands behind it, without white space around */
};

struct shorthand_parts {
    struct shorthand_span of[SHORTHAND_PARTS];
};

const char *shorthand_word(enum shorthand_part part);
/* What is wrong is added with its place in `text`; the parts are all the same what could be made
 * out. */
void shorthand_split(struct str text, struct shorthand_parts *parts, struct diags *diags);

#endif
