/*
 * JSON documents for small answers (an API's error, label values, metadata). Readers say what they
 * expect, and where it is something else the error names the place:
 *
 *     struct json metric;
 *     if (!json_get(json_root(doc), "data.result[0].metric", JSON_KIND_OBJECT, &metric, err)) {
 *         return false; // data.result[0].metric: expected an object, got a string
 *     }
 *
 * Cursors are values, borrowed from the document; so are the strings. Range query answers do not
 * come here: they have a decoder of their own.
 *
 * Owner: json_parse/json_destroy. Limits: `max_bytes`, JSON_MAX_DEPTH, JSON_MAX_PATH.
 */
#ifndef TOCSIN_NET_JSON_H
#define TOCSIN_NET_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

#define JSON_MAX_DEPTH 100
#define JSON_MAX_PATH  256 /* bytes of a path argument */

struct json_document;

enum json_kind {
    JSON_KIND_MISSING,
    JSON_KIND_NULL,
    JSON_KIND_BOOL,
    JSON_KIND_NUMBER,
    JSON_KIND_STRING,
    JSON_KIND_ARRAY,
    JSON_KIND_OBJECT,
};

struct json {
    const struct json_document *document;
    const void *node; /* NULL: missing */
};

/* ERROR_SYNTAX with line and column, or ERROR_LIMIT. */
struct json_document *json_parse(struct str text, size_t max_bytes,
                                 struct error *err) ATTR_NODISCARD;
void json_destroy(struct json_document *document); /* NULL is fine */
struct json json_root(const struct json_document *document);

enum json_kind json_kind(struct json value);
/* What `path` leads to from `from`, or a missing value: keys with dots between them, [n] for items;
 * "" is `from` itself. Keys that contain dots or brackets are reached with json_member. */
struct json json_find(struct json from, const char *path);
struct json json_member(struct json object, struct str key);
struct json json_item(struct json array, size_t i);
/* Items of an array, members of an object, 0 for others. */
size_t json_size(struct json value);

/* The same with an error (ERROR_PROTOCOL) for what is missing or of another kind. */
bool json_get(struct json from, const char *path, enum json_kind kind, struct json *out,
              struct error *err) ATTR_NODISCARD;
bool json_get_str(struct json from, const char *path, struct str *out,
                  struct error *err) ATTR_NODISCARD;
bool json_get_number(struct json from, const char *path, double *out,
                     struct error *err) ATTR_NODISCARD;
bool json_get_bool(struct json from, const char *path, bool *out, struct error *err) ATTR_NODISCARD;
/* Whole numbers that an int64_t holds. */
bool json_get_int(struct json from, const char *path, int64_t *out,
                  struct error *err) ATTR_NODISCARD;

/* Of a value whose kind is known; others give "", 0, false. */
struct str json_str(struct json value);
double json_number(struct json value);
bool json_bool(struct json value);

/* Members in the document's order:
 *     struct json_members it = json_members(object);
 *     while (json_next(&it)) { use(it.key, it.value); }
 */
struct json_members {
    struct str key;
    struct json value;
    struct json object;
    void *position;
    bool begun;
};
struct json_members json_members(struct json object);
bool json_next(struct json_members *it);

/* "2.14": of the jansson it runs with. */
const char *json_library(void);

#endif
