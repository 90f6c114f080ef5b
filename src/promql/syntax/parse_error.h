/*
 * What is wrong in one text: a bounded list, in the order of the text when all is found. Private to
 * this folder.
 *
 * Owner: parse_errors_release.
 */
#ifndef TOCSIN_PROMQL_SYNTAX_PARSE_ERROR_H
#define TOCSIN_PROMQL_SYNTAX_PARSE_ERROR_H

#include <stddef.h>

#include "base/error.h"
#include "promql/promql.h"

struct parse_errors {
    struct error items[EXPR_MAX_ERRORS];
    size_t count;
    size_t lost; /* past the limit */
};

/* Takes what `err` has. */
void parse_errors_add(struct parse_errors *list, struct error *err);
/* By place; of several at one place the first stays. */
void parse_errors_sort(struct parse_errors *list);
void parse_errors_release(struct parse_errors *list);

#endif
