/* Files read whole. */
#ifndef TOCSIN_BASE_FILE_H
#define TOCSIN_BASE_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/attr.h"
#include "base/error.h"
#include "base/strbuf.h"

/* Adds all of the file to `out`; more than `out` takes (strbuf_init) is ERROR_LIMIT. The errors do
 * not name the file. It waits for the disk: for the time before the loop runs. */
bool file_read(const char *path, struct strbuf *out, struct error *err) ATTR_NODISCARD;
/* The same of what was opened, from where it stands; it stays open. */
bool file_read_stream(FILE *in, struct strbuf *out, struct error *err) ATTR_NODISCARD;

#endif
