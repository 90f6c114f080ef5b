/* See member.h. */
#include "api/member.h"

bool member_text(struct json object, const char *key, struct str *out, struct error *err)
{
    struct json value = json_member(object, str_from(key));
    enum json_kind kind = json_kind(value);
    *out = STR("");
    if (kind == JSON_KIND_STRING) {
        *out = json_str(value);
        if (str_find(*out, '\0') < out->len) {
            return error_set(err, ERROR_TYPE, "'%s' has a NUL in it", key);
        }
        return true;
    }
    return kind == JSON_KIND_MISSING || kind == JSON_KIND_NULL ||
           error_set(err, ERROR_TYPE, "'%s' is not a text", key);
}
