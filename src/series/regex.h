/*
 * Regular expressions as PromQL means them: RE2 syntax, anchored at both ends, `.` matches a line
 * end too. PCRE2 does the work under a match limit, so that a hostile pattern is an error and not a
 * hang. Literals, prefixes, suffixes and alternations of literals never reach PCRE2.
 */
#ifndef TOCSIN_SERIES_REGEX_H
#define TOCSIN_SERIES_REGEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/str.h"
#include "base/strbuf.h"

struct regex;

/* NULL with ERROR_SYNTAX and the span within the pattern. */
struct regex *regex_create(struct str pattern, struct error *err) ATTR_NODISCARD;
/* One more owner; each calls regex_destroy. */
struct regex *regex_ref(struct regex *re);
void regex_destroy(struct regex *re);
/* For templates, as Go's regexp: a match may stand anywhere in the subject (regex_match looks for
 * one), and `.` matches no line end. */
struct regex *regex_create_search(struct str pattern, struct error *err) ATTR_NODISCARD;
enum regex_result { REGEX_NO_MATCH, REGEX_MATCH, REGEX_LIMIT };
enum regex_result regex_match(struct regex *re, struct str subject);
/* As regex_match; on a match appends `replacement` with $1, ${name} and $$ expanded as Go's
 * Regexp.Expand does. */
enum regex_result regex_replace(struct regex *re, struct str subject, struct str replacement,
                                struct strbuf *out);
/* Appends the subject with each match of a regular expression for searching replaced, as Go's
 * Regexp.ReplaceAllString does; without any, the subject as it is. At a limit, or where there are
 * more than REGEX_MAX_REPLACED matches, `out` has no use. */
enum regex_result regex_replace_all(struct regex *re, struct str subject, struct str replacement,
                                    struct strbuf *out);
#define REGEX_MAX_REPLACED 100000
/* The literals the pattern is an alternation of (`a|b|c`, or one literal); 0 where it is something
 * else. For index look-ups. Borrowed. */
size_t regex_literals(const struct regex *re, const struct str **literals);

/* "10.42 2022-12-11": of the PCRE2 it runs with. */
void regex_library(struct strbuf *out);

#endif
