/*
 * JSON written as it is made, into a buffer of the caller's:
 *
 *     struct json_writer w;
 *     json_writer_init(&w, &text);
 *     json_writer_object(&w);
 *     json_writer_key(&w, "name");
 *     json_writer_str(&w, name);
 *     json_writer_key(&w, "tags");
 *     json_writer_array(&w);
 *     ...
 *     json_writer_end(&w); // of the array
 *     json_writer_end(&w); // of the object
 *     return json_writer_finish(&w, err);
 *
 * What comes out is always well formed, or over the buffer's limit, which json_writer_finish says
 * once. A value without its key, a key in an array and an end too many are bugs and asserted.
 * Strings may be any bytes: what is no UTF-8 becomes U+FFFD.
 *
 * Owner: the struct holds no resources; the buffer is borrowed. Limit: JSON_WRITER_MAX_DEPTH
 * levels.
 */
#ifndef TOCSIN_BASE_JSON_WRITER_H
#define TOCSIN_BASE_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strbuf.h"

#define JSON_WRITER_MAX_DEPTH 64

struct json_writer {
    struct strbuf *out;
    unsigned depth;
    uint64_t objects; /* bit n: level n is an object, not an array */
    bool has_items;   /* the level at hand is not empty */
    bool has_key;     /* a value is due */
};

/* Adds behind what `out` has. */
void json_writer_init(struct json_writer *w, struct strbuf *out);
void json_writer_object(struct json_writer *w);
void json_writer_array(struct json_writer *w);
/* Of whichever was begun last. */
void json_writer_end(struct json_writer *w);
void json_writer_key(struct json_writer *w, const char *key);
void json_writer_key_str(struct json_writer *w, struct str key);

void json_writer_str(struct json_writer *w, struct str s);
/* NULL is null. */
void json_writer_text(struct json_writer *w, const char *text);
/* JSON has no NaN and no infinities: those become null. */
void json_writer_number(struct json_writer *w, double number);
/* The number as a string, as Prometheus' API gives samples: "0.5", "NaN", "+Inf". */
void json_writer_sample(struct json_writer *w, double number);
void json_writer_int(struct json_writer *w, int64_t number);
void json_writer_bool(struct json_writer *w, bool yes);
void json_writer_null(struct json_writer *w);
/* "2021-01-01T00:00:00.000Z" */
void json_writer_time(struct json_writer *w, struct wall t);
/* A value that is JSON already. */
void json_writer_raw(struct json_writer *w, struct str json);

/* Everything begun has been ended. ERROR_LIMIT where the buffer did not take all of it. */
bool json_writer_finish(const struct json_writer *w, struct error *err) ATTR_NODISCARD;

#endif
