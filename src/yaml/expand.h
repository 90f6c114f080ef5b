/* `${NAME}` in texts: the environment's value, so that a secret need not stand in a file. */
#ifndef TOCSIN_YAML_EXPAND_H
#define TOCSIN_YAML_EXPAND_H

#include <stdbool.h>

#include "base/error.h"
#include "base/str.h"
#include "base/strbuf.h"

/*
 * Adds `text` to `out` with each `${NAME}` replaced; `$${` stands for `${`. NAME is what a shell
 * takes for one. `${1}` is left as it is: it means a group in a regular expression's replacement.
 * `*expanded` says whether anything was replaced. The error (an unset or malformed name, a value
 * that is not UTF-8, ERROR_LIMIT) has its span within `text`.
 */
bool expand_environment(struct str text, struct strbuf *out, bool *expanded,
                        struct error *err) ATTR_NODISCARD;

#endif
