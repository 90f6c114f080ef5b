/* Members of JSON objects that came from outside. */
#ifndef TOCSIN_API_MEMBER_H
#define TOCSIN_API_MEMBER_H

#include "net/json.h"

/* A text without NUL; "" where it is not there, or null. */
bool member_text(struct json object, const char *key, struct str *out,
                 struct error *err) ATTR_NODISCARD;

#endif
