/*
 * What a request asks for, taken apart: the segments of its path and its parameters, both decoded.
 * Pure.
 *
 * The path is split before it is decoded, so that %2F is part of a segment. `/a/b/` has three
 * segments, the last one empty. In parameters '+' is a blank. What is no UTF-8 text, or has a NUL
 * in it, is an error (ERROR_SYNTAX): nobody behind this has to think of it.
 *
 * Owner: http_target_init/release; the views look into memory of the struct.
 */
#ifndef TOCSIN_NET_HTTP_TARGET_H
#define TOCSIN_NET_HTTP_TARGET_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "base/vec.h"

#define HTTP_TARGET_MAX_SEGMENTS 32
#define HTTP_TARGET_MAX_PARAMS   1000

struct http_param {
    struct str name;
    struct str value;
};

struct http_target {
    struct arena arena;
    struct str path; /* decoded, for messages */
    VEC(struct str) segments;
    VEC(struct http_param) params; /* in the order written; names may be there again */
};

void http_target_init(struct http_target *target);
void http_target_release(struct http_target *target);
/* `text` as in the request line: "/path?query" or "http://host/path?query". */
bool http_target_parse(struct http_target *target, struct str text,
                       struct error *err) ATTR_NODISCARD;
/* Adds the parameters of `name=value&...`: a query, or the body of a form. */
bool http_target_add_params(struct http_target *target, struct str text,
                            struct error *err) ATTR_NODISCARD;
/* The `i`th value of that name; data is NULL where there is none. */
struct str http_target_param(const struct http_target *target, struct str name, size_t i);

#endif
