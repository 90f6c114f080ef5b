/*
 * Texts of alerts are templates: whether they parse is known when the file is read, and not first
 * when the alert fires. Private to this folder.
 */
#ifndef TOCSIN_RULE_TEXT_CHECK_H
#define TOCSIN_RULE_TEXT_CHECK_H

#include "yaml/read.h"

/* An error in `diags`, at its place, for each value of the mapping under `key` that does not parse
 * as the text of an alert, or that uses a variable that alerts do not have (prometheus:
 * model/rulefmt, testTemplateParsing). What is no text is left to whoever reads it. */
void text_check(struct yaml_reader *r, const struct yaml_node *owner, const char *key);

#endif
