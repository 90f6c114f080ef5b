/* The key table in words: `tocsin keys`, the manual's section, programs. */
#ifndef TOCSIN_UI_KEYS_FORMAT_H
#define TOCSIN_UI_KEYS_FORMAT_H

#include "base/strbuf.h"
#include "ui/keys.h"

/* The keys of a row as a person reads them: "j, Down". */
void keys_format_row_keys(struct strbuf *out, const struct key_row *row, const char *between);
/* Columns, a group after the other. */
void keys_format_text(struct strbuf *out);
/* mdoc(7): a .Ss and a list for each group. */
void keys_format_man(struct strbuf *out);
/* [{"command": ..., "keys": [...], "contexts": [...], "help": ..., "group": ...}] */
void keys_format_json(struct strbuf *out);

#endif
