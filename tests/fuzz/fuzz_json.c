/*
 * Any bytes as a JSON document, and as a path into it. The first line is the path, the rest the
 * document. What is refused says why; what is asked for and missing names the place.
 */
#include <stdlib.h>

#include "net/json.h"
#include "net/oauth2.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool holds)
{
    if (!holds) {
        abort();
    }
}

static size_t count_values(struct json value, unsigned depth)
{
    size_t count = 1;
    insist(depth <= JSON_MAX_DEPTH);
    if (json_kind(value) == JSON_KIND_ARRAY) {
        for (size_t i = 0; i < json_size(value); i++) {
            count += count_values(json_item(value, i), depth + 1);
        }
    }
    struct json_members it = json_members(value);
    while (json_next(&it)) {
        count += count_values(it.value, depth + 1);
    }
    return count;
}

static void ask(const struct json_document *document, const char *path)
{
    struct error err = ERROR_INIT;
    struct str text;
    double number;
    bool flag;
    int64_t whole;
    struct json value = json_find(json_root(document), path);
    bool found = json_get_str(json_root(document), path, &text, &err);
    insist(found == (json_kind(value) == JSON_KIND_STRING));
    insist(found == !error_is(&err));
    error_release(&err);
    found = json_get_number(json_root(document), path, &number, &err);
    insist(found == (json_kind(value) == JSON_KIND_NUMBER));
    error_release(&err);
    insist(json_get_bool(json_root(document), path, &flag, &err) ==
           (json_kind(value) == JSON_KIND_BOOL));
    error_release(&err);
    insist(!json_get_int(json_root(document), path, &whole, &err) || found);
    error_release(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err = ERROR_INIT;
    struct str rest = str_span((const char *)data, size);
    struct str line;
    if (!str_split(&rest, '\n', &line)) {
        return 0;
    }
    char *path = str_dup(str_slice(line, 0, JSON_MAX_PATH));
    struct json_document *document = json_parse(rest, (size_t)1 << 16, &err);
    insist((document == NULL) == error_is(&err));
    if (document != NULL) {
        insist(count_values(json_root(document), 0) >= 1);
        ask(document, path);
    }
    json_destroy(document);
    error_release(&err);
    char *token = NULL;
    int64_t life_ms = 0;
    bool decoded = oauth2_decode(rest, &token, &life_ms, &err);
    insist(decoded == !error_is(&err));
    insist(!decoded || (token[0] != '\0' && life_ms >= 0));
    free(token);
    error_release(&err);
    free(path);
    return 0;
}
