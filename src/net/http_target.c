/* See http_target.h. RFC 3986 for the path; parameters as HTML forms write them. */
#include "net/http_target.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

void http_target_init(struct http_target *target)
{
    *target = (struct http_target){0};
    arena_init(&target->arena);
}

void http_target_release(struct http_target *target)
{
    vec_release(&target->segments);
    vec_release(&target->params);
    arena_release(&target->arena);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static bool decode(struct http_target *target, struct str text, bool plus_is_blank, struct str *out,
                   struct error *err)
{
    char *to = arena_alloc(&target->arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '%') {
            int high = i + 2 < text.len ? hex_digit(text.data[i + 1]) : -1;
            int low = high >= 0 ? hex_digit(text.data[i + 2]) : -1;
            if (low < 0) {
                return error_set(err, ERROR_SYNTAX, "a '%%' without two hexadecimal digits");
            }
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_blank) {
            c = ' ';
        }
        to[len++] = c;
    }
    *out = str_span(to, len);
    if (memchr(to, '\0', len) != NULL || !utf8_valid(*out)) {
        return error_set(err, ERROR_SYNTAX, "what is asked for is not UTF-8 text");
    }
    return true;
}

bool http_target_add_params(struct http_target *target, struct str text, struct error *err)
{
    struct str pair;
    while (text.len > 0 && str_split(&text, '&', &pair)) {
        if (pair.len == 0) {
            continue;
        }
        if (target->params.len == HTTP_TARGET_MAX_PARAMS) {
            return error_set(err, ERROR_LIMIT, "more than %d parameters", HTTP_TARGET_MAX_PARAMS);
        }
        size_t equals = str_find(pair, '=');
        struct http_param param;
        if (!decode(target, str_slice(pair, 0, equals), true, &param.name, err) ||
            !decode(target, str_slice(pair, equals + 1, pair.len), true, &param.value, err)) {
            return false;
        }
        vec_push(&target->params, param);
    }
    return true;
}

/* RFC 9112, 3.2.2: a server takes the absolute form too. */
static struct str without_host(struct str text)
{
    static const struct str schemes[] = {STR_INIT("http://"), STR_INIT("https://")};
    for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
        struct str head = str_slice(text, 0, schemes[i].len);
        if (str_equal_ignoring_case(head, schemes[i])) {
            struct str rest = str_slice(text, schemes[i].len, text.len);
            size_t slash = str_find(rest, '/');
            return slash < rest.len ? str_slice(rest, slash, rest.len) : STR("/");
        }
    }
    return text;
}

bool http_target_parse(struct http_target *target, struct str text, struct error *err)
{
    text = without_host(text);
    size_t question = str_find(text, '?');
    struct str path = str_slice(text, 0, question);
    if (path.len == 0 || path.data[0] != '/') {
        return error_set(err, ERROR_SYNTAX, "what is asked for is not a path");
    }
    if (!decode(target, path, false, &target->path, err)) {
        return false;
    }
    struct str rest = str_slice(path, 1, path.len);
    if (rest.data == NULL) {
        rest = STR("");
    }
    struct str part;
    while (str_split(&rest, '/', &part)) {
        if (target->segments.len == HTTP_TARGET_MAX_SEGMENTS) {
            return error_set(err, ERROR_LIMIT, "a path of more than %d parts",
                             HTTP_TARGET_MAX_SEGMENTS);
        }
        struct str segment;
        if (!decode(target, part, false, &segment, err)) {
            return false;
        }
        vec_push(&target->segments, segment);
    }
    return http_target_add_params(target, str_slice(text, question + 1, text.len), err);
}

struct str http_target_param(const struct http_target *target, struct str name, size_t i)
{
    VEC_EACH (&target->params, const struct http_param, param) {
        if (str_equal(param->name, name) && i-- == 0) {
            return param->value;
        }
    }
    return STR_NONE;
}
