/*
 * JSON (RFC 8259) read as it arrives: fed with pieces cut anywhere, it calls `event` for each token
 * of a well-formed document. Nothing of the document is kept but a token cut by the end of a piece.
 *
 * The documents here are long runs of one shape (samples of a range answer), so the owner may take
 * whole items of an array itself by `items`, and gets the general way for all that it leaves.
 *
 * Owner: json_stream_init/json_stream_release. After an error the stream must not be fed again.
 * Limits: JSON_STREAM_MAX_STRING bytes a string or number as written, JSON_STREAM_MAX_DEPTH levels:
 * ERROR_LIMIT. Bytes above 0x7f are passed on unchecked.
 */
#ifndef TOCSIN_SOURCE_PROMETHEUS_JSON_STREAM_H
#define TOCSIN_SOURCE_PROMETHEUS_JSON_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "base/strbuf.h"

#define JSON_STREAM_MAX_STRING ((size_t)1 << 20)
#define JSON_STREAM_MAX_DEPTH  64

enum json_event {
    JSON_OBJECT_BEGIN,
    JSON_OBJECT_END,
    JSON_ARRAY_BEGIN,
    JSON_ARRAY_END,
    JSON_KEY,
    JSON_STRING,
    JSON_NUMBER, /* text as written */
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL
};
/* "an object", "a string", ...: for messages. */
const char *json_event_name(enum json_event event);

struct json_stream_ops {
    /* `text` (of keys, strings, numbers) is borrowed for the call. False, with `err` filled, ends
     * it. */
    bool (*event)(void *user, enum json_event event, struct str text, struct error *err);
    /*
     * Optional: called with `p` at the first byte of an item of an array. Takes any number of whole
     * items and returns the byte behind the last one, which is not yet its comma or bracket; or `p`
     * where it takes none. Must not read at or past `end`.
     */
    const char *(*items)(void *user, const char *p, const char *end);
};

enum json_expect {
    JSON_EXPECT_VALUE,
    JSON_EXPECT_VALUE_OR_END,
    JSON_EXPECT_KEY,
    JSON_EXPECT_KEY_OR_END,
    JSON_EXPECT_COLON,
    JSON_EXPECT_COMMA_OR_END,
    JSON_EXPECT_NOTHING
};

struct json_stream {
    const struct json_stream_ops *ops;
    void *user;
    enum json_expect expect;
    bool begun;
    unsigned depth;
    uint64_t objects;    /* bit n: level n is an object, not an array */
    uint64_t offset;     /* bytes consumed before the piece at hand */
    size_t resume;       /* of a token cut off: bytes known to be within it */
    struct strbuf carry; /* a token cut off */
    struct strbuf plain; /* a string without its escapes */
};

void json_stream_init(struct json_stream *js, const struct json_stream_ops *ops, void *user);
void json_stream_release(struct json_stream *js);
bool json_stream_feed(struct json_stream *js, const char *data, size_t len,
                      struct error *err) ATTR_NODISCARD;
/* The end of the document: false where it is not whole. */
bool json_stream_finish(struct json_stream *js, struct error *err) ATTR_NODISCARD;

#endif
