/*
 * Members of the API's JSON, as its own writers write them, for the decoders of this folder. Texts
 * go into an arena. What is missing or of another kind is an error that names it.
 */
#ifndef TOCSIN_ATTACH_DECODE_H
#define TOCSIN_ATTACH_DECODE_H

#include "base/arena.h"
#include "base/clock.h"
#include "net/json.h"
#include "rule/pairs.h"

/* A member of any kind; an error where it is not there. */
bool decode_member(struct json object, const char *key, struct json *out,
                   struct error *err) ATTR_NODISCARD;
bool decode_text(struct json object, const char *key, struct arena *arena, const char **out,
                 struct error *err) ATTR_NODISCARD;
/* NULL where it is null or not there. */
bool decode_optional_text(struct json object, const char *key, struct arena *arena,
                          const char **out, struct error *err) ATTR_NODISCARD;
/* 0 where it is null or not there. */
bool decode_time(struct json object, const char *key, struct wall *out,
                 struct error *err) ATTR_NODISCARD;
/* Seconds as milliseconds; `otherwise` where it is null. */
bool decode_seconds(struct json object, const char *key, int64_t otherwise, int64_t *out_ms,
                    struct error *err) ATTR_NODISCARD;
bool decode_count(struct json object, const char *key, size_t *out,
                  struct error *err) ATTR_NODISCARD;
/* 16 hexadecimal digits. */
bool decode_id(struct json object, const char *key, uint64_t *out,
               struct error *err) ATTR_NODISCARD;
/* An object of texts. */
bool decode_pairs(struct json object, const char *key, struct arena *arena, struct rule_pairs *out,
                  struct error *err) ATTR_NODISCARD;

#endif
