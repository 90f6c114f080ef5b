/* See http_routes.h. Tables are short: they are gone through. */
#include "net/http_routes.h"

static bool is_variable(struct str part)
{
    return part.len > 2 && part.data[0] == '{' && part.data[part.len - 1] == '}';
}

static bool path_fits(const struct http_route *route, const struct http_target *target)
{
    struct str rest = str_from(route->path + 1);
    struct str part;
    size_t i = 0;
    while (str_split(&rest, '/', &part)) {
        if (i == target->segments.len) {
            return false;
        }
        struct str segment = target->segments.items[i++];
        if (is_variable(part) ? segment.len == 0 : !str_equal(part, segment)) {
            return false;
        }
    }
    return i == target->segments.len;
}

const struct http_route *http_routes_find(const struct http_route *routes, size_t count,
                                          struct str method, const struct http_target *target,
                                          bool *known_path)
{
    const char *wanted = NULL;
    if (str_equal(method, STR("HEAD"))) {
        wanted = "GET";
    }
    *known_path = false;
    for (size_t i = 0; i < count; i++) {
        if (!path_fits(&routes[i], target)) {
            continue;
        }
        *known_path = true;
        if (str_equal_c(wanted != NULL ? str_from(wanted) : method, routes[i].method)) {
            return &routes[i];
        }
    }
    return NULL;
}

void http_routes_allow(struct strbuf *out, const struct http_route *routes, size_t count,
                       const struct http_target *target)
{
    for (size_t i = 0; i < count; i++) {
        if (path_fits(&routes[i], target)) {
            bool get = str_equal_c(STR("GET"), routes[i].method);
            strbuf_printf(out, "%s%s%s", out->len > 0 ? ", " : "", routes[i].method,
                          get ? ", HEAD" : "");
        }
    }
}

struct str http_route_variable(const struct http_route *route, const struct http_target *target,
                               struct str name)
{
    struct str rest = str_from(route->path + 1);
    struct str part;
    for (size_t i = 0; str_split(&rest, '/', &part); i++) {
        if (is_variable(part) && str_equal(str_slice(part, 1, part.len - 2), name)) {
            return target->segments.items[i];
        }
    }
    return STR_NONE;
}
