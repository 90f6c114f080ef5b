/*
 * A template in tokens: text as it stands, and what is between `{{` and `}}`. Comments and the
 * white space that `{{-` and `-}}` take away never become tokens. A scanner is a value: a copy of
 * it goes on from the same place. Private to this folder.
 */
#ifndef TOCSIN_TEMPLATE_SCANNER_H
#define TOCSIN_TEMPLATE_SCANNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "base/strbuf.h"

enum token_kind {
    TOKEN_END,
    TOKEN_TEXT,
    TOKEN_OPEN,  /* `{{` */
    TOKEN_CLOSE, /* `}}` */
    TOKEN_WORD,
    TOKEN_FIELD,    /* `.name`; the text is without the point */
    TOKEN_VARIABLE, /* `$name`, `$`; the text is with the `$` */
    TOKEN_DOT,
    TOKEN_NUMBER, /* also a character in single quotes */
    TOKEN_STRING,
    TOKEN_RAW_STRING,
    TOKEN_PIPE,
    TOKEN_COMMA,
    TOKEN_DECLARE, /* `:=` */
    TOKEN_ASSIGN,  /* `=` */
    TOKEN_PAREN_OPEN,
    TOKEN_PAREN_CLOSE,
};

struct token {
    enum token_kind kind;
    bool after_space;
    size_t begin; /* bytes */
    size_t end;
    struct str text;
};

struct scanner {
    struct str text;
    size_t at;
    bool in_action;
    bool trims; /* the text that comes next begins behind its white space */
};

void scanner_init(struct scanner *lx, struct str text);
/* At the end TOKEN_END again and again. False with ERROR_SYNTAX. */
bool scanner_next(struct scanner *lx, struct token *token, struct error *err) ATTR_NODISCARD;

#endif
