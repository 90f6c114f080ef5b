/*
 * YAML documents as nodes that know where they stand: file, line, column. libyaml parses; aliases
 * stand for the node they name (the same pointer; its place is the anchor's) within limits on what
 * a reader would walk (YAML_MAX_NODES, YAML_MAX_DEPTH: no billion laughs); merge keys (`<<`) are
 * honoured; a key given twice in a mapping is an error.
 *
 * Lines end with LF or CRLF; columns count characters; a byte order mark counts for nothing.
 *
 * Owner: yaml_load/yaml_destroy own the document, its nodes and its text; nodes are borrowed.
 */
#ifndef TOCSIN_YAML_NODE_H
#define TOCSIN_YAML_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/str.h"

#define YAML_MAX_BYTES     ((size_t)16 * 1024 * 1024)
#define YAML_MAX_NODES     ((size_t)1000000)
#define YAML_MAX_DEPTH     100
#define YAML_MAX_DOCUMENTS 256

struct yaml_document;

enum yaml_kind { YAML_NULL, YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING };

struct yaml_node {
    enum yaml_kind kind;
    struct span span;         /* of the scalar's first line, or of where the collection begins */
    struct str text;          /* scalar's text, unescaped; NUL-terminated behind; also of a null */
    bool quoted;              /* 'x', "x", | or >: never a number, boolean or null */
    bool block;               /* | or > */
    struct yaml_node **items; /* sequence: items; mapping: key, value, key, value, ... */
    size_t count;             /* of items; for a mapping: of pairs */
};

/*
 * The only document of the text. On a syntax error or a limit NULL and one diagnostic. What can be
 * read past (a key given twice, a tag, a second document) is reported as an error, and the document
 * is still returned so that its reader finds the other errors, too: look at diags->errors before
 * using what was read. An empty text gives a YAML_NULL root. `file` names it in messages.
 */
struct yaml_document *yaml_parse(const char *file, struct str text, struct diags *diags);
/* The file's; a file that cannot be read is a diagnostic. */
struct yaml_document *yaml_load(const char *file, struct diags *diags);
/* Document `index` (from 0) of a stream; NULL without a diagnostic past the last one. More than
 * YAML_MAX_DOCUMENTS are an error. */
struct yaml_document *yaml_parse_nth(const char *file, struct str text, size_t index,
                                     struct diags *diags);
/* NULL is fine. */
void yaml_destroy(struct yaml_document *doc);
const struct yaml_node *yaml_root(const struct yaml_document *doc);
const char *yaml_file(const struct yaml_document *doc);
struct str yaml_text(const struct yaml_document *doc);
/* The value of `key` in a mapping, or NULL. */
const struct yaml_node *yaml_get(const struct yaml_node *mapping, const char *key);

/* "0.2.5": of the libyaml it runs with. */
const char *yaml_library(void);

#endif
