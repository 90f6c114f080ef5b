/*
 * The rule packs that are compiled in: the files of alerts/, so that one binary copied to a host
 * has them. A pack is named by its file, without `.yaml`: "hosts".
 *
 * Owner: names and texts are the program's own.
 */
#ifndef TOCSIN_RULE_PACKS_H
#define TOCSIN_RULE_PACKS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/str.h"

/* The text of the pack, for rule_file_parse. ERROR_NOT_FOUND, with a suggestion, where there is
 * none of that name. */
bool rule_packs_find(struct str name, struct str *text, struct error *err) ATTR_NODISCARD;
/* The name of the pack `i`, from 0, in order; STR_NONE past the last. */
struct str rule_packs_name(size_t i);

#endif
