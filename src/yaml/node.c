/* Documents: where their text comes from, and looking into their nodes. parse.c builds them. */
#include "yaml/node.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "yaml/document.h"

struct yaml_document *yaml_load(const char *file, struct diags *diags)
{
    struct strbuf text;
    strbuf_init(&text, YAML_MAX_BYTES);
    struct error err = ERROR_INIT;
    struct yaml_document *doc = NULL;
    if (file_read(file, &text, &err)) {
        doc = yaml_parse(file, strbuf_str(&text), diags);
    } else {
        diags_add_error(diags, file, STR_NONE, &err);
    }
    error_release(&err);
    strbuf_release(&text);
    return doc;
}

void yaml_destroy(struct yaml_document *doc)
{
    if (doc == NULL) {
        return;
    }
    arena_release(&doc->arena);
    free(doc->bytes);
    free(doc->file);
    free(doc);
}

const struct yaml_node *yaml_root(const struct yaml_document *doc)
{
    return doc->root;
}

const char *yaml_file(const struct yaml_document *doc)
{
    return doc->file;
}

struct str yaml_text(const struct yaml_document *doc)
{
    return doc->text;
}

const struct yaml_node *yaml_get(const struct yaml_node *mapping, const char *key)
{
    if (mapping == NULL || mapping->kind != YAML_MAPPING) {
        return NULL;
    }
    struct str wanted = str_from(key);
    for (size_t i = 0; i < mapping->count; i++) {
        if (str_equal(mapping->items[2 * i]->text, wanted)) {
            return mapping->items[2 * i + 1];
        }
    }
    return NULL;
}
