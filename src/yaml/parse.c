/*
 * Texts to documents: what is checked before libyaml sees a text, and which document of a stream is
 * read.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "yaml/compose.h"
#include "yaml/node.h"

#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

/* Up to the beginning of document `index`. False past the last one and after an error. */
static bool skip_to_document(struct composer *c, size_t index)
{
    size_t seen = 0;
    for (;;) {
        yaml_event_type_t type = composer_next(c);
        if (type == YAML_NO_EVENT || type == YAML_STREAM_END_EVENT) {
            return false;
        }
        if (type == YAML_DOCUMENT_START_EVENT) {
            if (seen == YAML_MAX_DOCUMENTS) {
                diags_add(c->diags, DIAG_ERROR, c->doc->file, c->doc->text,
                          place_span(&c->place, 0), "more than %d documents", YAML_MAX_DOCUMENTS);
                return false;
            }
            if (seen == index) {
                return true;
            }
            seen++;
        }
    }
}

/* What would be left unread is reported rather than passed over. */
static bool expect_end(struct composer *c)
{
    yaml_event_type_t type = composer_next(c);
    if (type == YAML_DOCUMENT_START_EVENT) {
        diags_add(c->diags, DIAG_ERROR, c->doc->file, c->doc->text,
                  place_span(&c->place, c->place.index + 3),
                  "a second document begins here; only one is read");
    }
    return type != YAML_NO_EVENT;
}

/* NULL for a text that libyaml should not see: its own message for a bad byte names no line, and it
 * would take UTF-16 for text, too. */
static struct yaml_document *open_document(const char *file, struct str text, struct diags *diags)
{
    if (text.len > YAML_MAX_BYTES) {
        diags_add(diags, DIAG_ERROR, file, STR_NONE, (struct span){.line = 0},
                  "larger than %zu MiB", YAML_MAX_BYTES >> 20);
        return NULL;
    }
    size_t good = utf8_valid_prefix(text);
    if (good < text.len) {
        diags_add(diags, DIAG_ERROR, file, text, diag_span(text, good, good + 1),
                  "byte 0x%02x is not UTF-8", (unsigned char)text.data[good]);
        return NULL;
    }
    struct yaml_document *doc = mem_zalloc(1, sizeof(*doc));
    doc->file = mem_strdup(file);
    doc->bytes = str_dup(text);
    doc->text = str_span(doc->bytes, text.len);
    if (str_starts_with(doc->text, STR(BYTE_ORDER_MARK))) {
        doc->text = str_slice(doc->text, sizeof(BYTE_ORDER_MARK) - 1, SIZE_MAX);
    }
    arena_init(&doc->arena);
    return doc;
}

struct yaml_document *yaml_parse(const char *file, struct str text, struct diags *diags)
{
    struct yaml_document *doc = open_document(file, text, diags);
    if (doc == NULL) {
        return NULL;
    }
    struct composer c;
    composer_init(&c, doc, diags);
    size_t errors = diags->errors;
    bool ok;
    if (skip_to_document(&c, 0)) {
        ok = composer_document(&c) && expect_end(&c);
    } else {
        ok = diags->errors == errors;
        if (ok) {
            composer_nothing(&c);
        }
    }
    composer_release(&c);
    if (!ok) {
        yaml_destroy(doc);
        return NULL;
    }
    return doc;
}

struct yaml_document *yaml_parse_nth(const char *file, struct str text, size_t index,
                                     struct diags *diags)
{
    struct yaml_document *doc = open_document(file, text, diags);
    if (doc == NULL) {
        return NULL;
    }
    struct composer c;
    composer_init(&c, doc, diags);
    bool ok = skip_to_document(&c, index) && composer_document(&c);
    composer_release(&c);
    if (!ok) {
        yaml_destroy(doc);
        return NULL;
    }
    return doc;
}

const char *yaml_library(void)
{
    return yaml_get_version_string();
}
