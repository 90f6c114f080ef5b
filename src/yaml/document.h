/* Inside of a document, for the files of this folder. */
#ifndef TOCSIN_YAML_DOCUMENT_H
#define TOCSIN_YAML_DOCUMENT_H

#include "base/arena.h"
#include "yaml/node.h"

struct yaml_document {
    char *file;
    char *bytes;     /* what was given, NUL-terminated */
    struct str text; /* of `bytes`, without a byte order mark */
    struct arena arena;
    struct yaml_node *root;
};

#endif
