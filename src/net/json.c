/*
 * See json.h. The only file that knows jansson.
 *
 * Paths in errors are made when an error is: a cursor does not carry where it came from, it is
 * looked for in the document.
 */
#include "net/json.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "base/utf8.h"

struct json_document {
    json_t *root;
};

/* jansson's own limit of 2048 levels costs that many stack frames. */
static bool depth_in_limits(struct str text)
{
    unsigned depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (in_string) {
            i += c == '\\' ? 1 : 0;
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > JSON_MAX_DEPTH) {
                return false;
            }
        } else if ((c == ']' || c == '}') && depth > 0) {
            depth--;
        }
    }
    return true;
}

static bool syntax_error(const json_error_t *problem, struct error *err)
{
    struct span span = {.line = problem->line > 0 ? (uint32_t)problem->line : 0,
                        .column = problem->column > 0 ? (uint32_t)problem->column : 1,
                        .length = 1};
    struct strbuf text = STRBUF_INIT;
    utf8_add_printable(&text, str_from(problem->text));
    error_set_at(err, ERROR_SYNTAX, span, "not JSON (line %d, column %d): %s", problem->line,
                 problem->column, strbuf_cstr(&text));
    strbuf_release(&text);
    return false;
}

struct json_document *json_parse(struct str text, size_t max_bytes, struct error *err)
{
    if (text.len > max_bytes) {
        error_set(err, ERROR_LIMIT, "a JSON text of %zu bytes is larger than the limit of %zu",
                  text.len, max_bytes);
        return NULL;
    }
    if (!depth_in_limits(text)) {
        error_set(err, ERROR_LIMIT, "a JSON text is nested deeper than %d levels", JSON_MAX_DEPTH);
        return NULL;
    }
    size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL;
    const char *data = text.data != NULL ? text.data : "";
    json_error_t problem;
    json_t *root = json_loadb(data, text.len, flags, &problem);
    if (root == NULL && json_error_code(&problem) == json_error_numeric_overflow) {
        root = json_loadb(data, text.len, flags | JSON_DECODE_INT_AS_REAL, &problem);
    }
    if (root == NULL) {
        syntax_error(&problem, err);
        return NULL;
    }
    struct json_document *document = mem_zalloc(1, sizeof(*document));
    document->root = root;
    return document;
}

void json_destroy(struct json_document *document)
{
    if (document != NULL) {
        json_decref(document->root);
        free(document);
    }
}

static struct json at(const struct json_document *document, const json_t *node)
{
    return (struct json){.document = document, .node = node};
}

/* jansson's getters do not change anything, but take pointers to what may be changed. */
static json_t *node_of(struct json value)
{
    return (json_t *)(uintptr_t)value.node;
}

struct json json_root(const struct json_document *document)
{
    return at(document, document->root);
}

enum json_kind json_kind(struct json value)
{
    const json_t *node = value.node;
    if (node == NULL) {
        return JSON_KIND_MISSING;
    }
    switch (json_typeof(node)) {
    case JSON_OBJECT:
        return JSON_KIND_OBJECT;
    case JSON_ARRAY:
        return JSON_KIND_ARRAY;
    case JSON_STRING:
        return JSON_KIND_STRING;
    case JSON_INTEGER:
    case JSON_REAL:
        return JSON_KIND_NUMBER;
    case JSON_TRUE:
    case JSON_FALSE:
        return JSON_KIND_BOOL;
    case JSON_NULL:
        return JSON_KIND_NULL;
    }
    return JSON_KIND_MISSING;
}

struct json json_member(struct json object, struct str key)
{
    /* json_object_getn came with jansson 2.14. */
    char *name = str_dup(key);
    struct json found = at(object.document, json_object_get(node_of(object), name));
    free(name);
    return found;
}

struct json json_item(struct json array, size_t i)
{
    return at(array.document, json_array_get(node_of(array), i));
}

size_t json_size(struct json value)
{
    const json_t *node = value.node;
    return json_is_array(node) ? json_array_size(node) : json_object_size(node);
}

/* One step of a path: `[n]` or a key up to the next dot or bracket. */
static struct json step(struct json from, struct str *path)
{
    struct str rest = *path;
    if (rest.data[0] == '[') {
        size_t close = str_find(rest, ']');
        uint64_t i = 0;
        bool ok = str_to_u64(str_slice(rest, 1, close - 1), &i);
        *path = str_slice(rest, close + 1, rest.len);
        return ok ? json_item(from, (size_t)i) : at(from.document, NULL);
    }
    if (rest.data[0] == '.') {
        rest = str_slice(rest, 1, rest.len);
    }
    size_t end = 0;
    while (end < rest.len && rest.data[end] != '.' && rest.data[end] != '[') {
        end++;
    }
    *path = str_slice(rest, end, rest.len);
    return json_member(from, str_slice(rest, 0, end));
}

struct json json_find(struct json from, const char *path)
{
    struct str rest = str_from(path);
    while (rest.len != 0 && from.node != NULL) {
        from = step(from, &rest);
    }
    return from;
}

/* Appends the way from `node` down to `wanted`; false and nothing where it is not below. */
static bool add_way(json_t *node, const json_t *wanted, struct strbuf *out)
{
    if (node == wanted) {
        return true;
    }
    size_t before = out->len;
    if (json_is_object(node)) {
        for (void *it = json_object_iter(node); it != NULL; it = json_object_iter_next(node, it)) {
            strbuf_add_c(out, before != 0 ? "." : "");
            utf8_add_printable(out, str_from(json_object_iter_key(it)));
            if (add_way(json_object_iter_value(it), wanted, out)) {
                return true;
            }
            strbuf_truncate(out, before);
        }
    }
    for (size_t i = 0; json_is_array(node) && i < json_array_size(node); i++) {
        strbuf_printf(out, "[%zu]", i);
        if (add_way(json_array_get(node, i), wanted, out)) {
            return true;
        }
        strbuf_truncate(out, before);
    }
    return false;
}

static const char *kind_words(enum json_kind kind)
{
    switch (kind) {
    case JSON_KIND_MISSING:
        return "nothing";
    case JSON_KIND_NULL:
        return "null";
    case JSON_KIND_BOOL:
        return "true or false";
    case JSON_KIND_NUMBER:
        return "a number";
    case JSON_KIND_STRING:
        return "a string";
    case JSON_KIND_ARRAY:
        return "an array";
    case JSON_KIND_OBJECT:
        return "an object";
    }
    return "something else";
}

static bool unexpected(struct json from, const char *path, const char *expected, const char *got,
                       struct error *err)
{
    struct strbuf where = STRBUF_INIT;
    /* true, false and null are shared by jansson: no single place is theirs. */
    if (from.node != NULL && (json_is_object(node_of(from)) || json_is_array(node_of(from)))) {
        add_way(from.document->root, from.node, &where);
    }
    if (where.len != 0 && path[0] != '\0' && path[0] != '[') {
        strbuf_add_char(&where, '.');
    }
    strbuf_add_c(&where, path);
    error_set(err, ERROR_PROTOCOL, "%s: expected %s, got %s",
              where.len != 0 ? strbuf_cstr(&where) : "the document", expected, got);
    strbuf_release(&where);
    return false;
}

bool json_get(struct json from, const char *path, enum json_kind kind, struct json *out,
              struct error *err)
{
    *out = json_find(from, path);
    enum json_kind got = json_kind(*out);
    return got == kind || unexpected(from, path, kind_words(kind), kind_words(got), err);
}

bool json_get_str(struct json from, const char *path, struct str *out, struct error *err)
{
    struct json value;
    if (!json_get(from, path, JSON_KIND_STRING, &value, err)) {
        return false;
    }
    *out = json_str(value);
    return true;
}

bool json_get_number(struct json from, const char *path, double *out, struct error *err)
{
    struct json value;
    if (!json_get(from, path, JSON_KIND_NUMBER, &value, err)) {
        return false;
    }
    *out = json_number(value);
    return true;
}

bool json_get_bool(struct json from, const char *path, bool *out, struct error *err)
{
    struct json value;
    if (!json_get(from, path, JSON_KIND_BOOL, &value, err)) {
        return false;
    }
    *out = json_bool(value);
    return true;
}

bool json_get_int(struct json from, const char *path, int64_t *out, struct error *err)
{
    struct json value;
    if (!json_get(from, path, JSON_KIND_NUMBER, &value, err)) {
        return false;
    }
    const json_t *node = value.node;
    if (json_is_integer(node)) {
        *out = json_integer_value(node);
        return true;
    }
    double number = json_real_value(node);
    if (number != trunc(number) || fabs(number) >= 0x1p63) {
        return unexpected(from, path, "a whole number", "another number", err);
    }
    *out = (int64_t)number;
    return true;
}

struct str json_str(struct json value)
{
    const char *text = json_string_value(value.node);
    return text != NULL ? str_span(text, json_string_length(value.node)) : STR("");
}

double json_number(struct json value)
{
    return json_number_value(value.node);
}

bool json_bool(struct json value)
{
    return json_is_true((const json_t *)value.node);
}

struct json_members json_members(struct json object)
{
    return (struct json_members){.object = object};
}

bool json_next(struct json_members *it)
{
    json_t *node = node_of(it->object);
    it->position = it->begun ? json_object_iter_next(node, it->position) : json_object_iter(node);
    it->begun = true;
    if (it->position == NULL) {
        return false;
    }
    it->key = str_from(json_object_iter_key(it->position));
    it->value = at(it->object.document, json_object_iter_value(it->position));
    return true;
}

const char *json_library(void)
{
    return jansson_version_str();
}
