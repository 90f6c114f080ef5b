/*
 * Any bytes as a YAML document, read the way configuration is read: every node by every typed
 * reader, and an error placed at each end of every scalar. Nothing may crash, and a document that
 * is refused says why.
 */
#include <stdlib.h>

#include "yaml/read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_member(struct yaml_reader *r, const struct yaml_node *owner, const char *key)
{
    char *s = NULL;
    bool b;
    int64_t i;
    double d;
    size_t choice;
    static const char *const words[] = {"red", "use"};
    (void)yaml_read_string(r, owner, key, &s);
    (void)yaml_read_bool(r, owner, key, &b);
    (void)yaml_read_int(r, owner, key, -5, 5, &i);
    (void)yaml_read_double(r, owner, key, &d);
    (void)yaml_read_duration(r, owner, key, &i);
    (void)yaml_read_choice(r, owner, key, words, 2, &choice);
    free(s);
}

static void place_errors(struct yaml_reader *r, const struct yaml_node *node)
{
    struct error err = ERROR_INIT;
    error_set_at(&err, ERROR_SYNTAX, diag_span(node->text, 0, node->text.len), "whole");
    (void)yaml_error_in(r, node, &err);
    error_set_at(&err, ERROR_SYNTAX, diag_span(node->text, node->text.len, node->text.len), "end");
    (void)yaml_error_in(r, node, &err);
    error_release(&err);
}

/* `*left`: aliases make a tree of a million nodes out of few bytes; a part of it is enough. */
static void visit(struct yaml_reader *r, const struct yaml_node *node, size_t *left)
{
    if (*left == 0) {
        return;
    }
    --*left;
    if (node->kind == YAML_SCALAR) {
        place_errors(r, node);
        return;
    }
    size_t items = node->kind == YAML_MAPPING ? 2 * node->count : node->count;
    for (size_t i = 0; i < items; i++) {
        visit(r, node->items[i], left);
    }
    for (size_t i = 0; node->kind == YAML_MAPPING && i < node->count && i < 20; i += 2) {
        read_member(r, node, node->items[2 * i]->text.data);
    }
    yaml_read_done(r, node);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_span((const char *)data, size);
    for (size_t index = 0; index < 3; index++) {
        struct diags diags;
        diags_init(&diags);
        struct yaml_document *doc = index == 0 ? yaml_parse("fuzz", text, &diags)
                                               : yaml_parse_nth("fuzz", text, index, &diags);
        if (doc == NULL && index == 0 && diags.errors == 0) {
            abort();
        }
        if (doc != NULL) {
            struct yaml_reader reader;
            yaml_reader_init(&reader, doc, &diags);
            size_t left = 2000;
            visit(&reader, yaml_root(doc), &left);
            yaml_reader_release(&reader);
        }
        struct strbuf out = STRBUF_INIT;
        diags_format(&diags, &out);
        if (!out.overflowed && out.len > 0 && out.data[out.len - 1] != '\n') {
            abort();
        }
        strbuf_release(&out);
        yaml_destroy(doc);
        diags_release(&diags);
    }
    return 0;
}
