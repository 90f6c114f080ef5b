/*
 * Reads a regular expression in RE2's syntax (Go: regexp/syntax with the Perl flags, which is what
 * Prometheus compiles) and says two things about it: the same expression in PCRE2's syntax, and
 * whether its shape is simple enough to be matched without PCRE2 at all.
 *
 * What RE2 does not have (back-references, looking around, possessive and atomic groups, \C, verbs)
 * is refused here, so PCRE2 never sees it.
 *
 * Owner: regex_syntax_init/release; everything the result points to lives in its arena.
 */
#ifndef TOCSIN_SERIES_REGEX_SYNTAX_H
#define TOCSIN_SERIES_REGEX_SYNTAX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "base/vec.h"

#define REGEX_MAX_PATTERN ((size_t)256 * 1024) /* bytes */
#define REGEX_MAX_DEPTH   200                  /* nested groups */
#define REGEX_MAX_REPEAT  1000                 /* in {n,m}, as RE2 */

enum regex_shape {
    REGEX_SHAPE_OTHER,    /* PCRE2's work; every match starts with `word` */
    REGEX_SHAPE_WORDS,    /* one of `words` */
    REGEX_SHAPE_ANY,      /* anything of at least `min_any` characters (0 or 1) */
    REGEX_SHAPE_PREFIX,   /* `word`, then at least min_any characters */
    REGEX_SHAPE_SUFFIX,   /* at least min_any characters, then `word` */
    REGEX_SHAPE_CONTAINS, /* min_any, `word`, min_any_after */
};

struct regex_syntax {
    struct arena arena;
    struct strbuf pcre;
    enum regex_shape shape;
    struct str *words;
    size_t words_count;
    struct str word;
    unsigned min_any;
    unsigned min_any_after;
    VEC(struct str)
    groups; /* names of the capturing groups from 1 on; empty where they have none */
};

bool regex_syntax_init(struct regex_syntax *syntax, struct str pattern,
                       struct error *err) ATTR_NODISCARD;
void regex_syntax_release(struct regex_syntax *syntax);

#endif
