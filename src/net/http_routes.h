/* Which route a request takes. Private to this folder. Pure. */
#ifndef TOCSIN_NET_HTTP_ROUTES_H
#define TOCSIN_NET_HTTP_ROUTES_H

#include "base/strbuf.h"
#include "net/http_server.h"
#include "net/http_target.h"

/* The route, or NULL; then `*known_path` says whether the path has other methods. HEAD is GET. */
const struct http_route *http_routes_find(const struct http_route *routes, size_t count,
                                          struct str method, const struct http_target *target,
                                          bool *known_path);
/* The methods of the path, as the header Allow lists them. */
void http_routes_allow(struct strbuf *out, const struct http_route *routes, size_t count,
                       const struct http_target *target);
/* What {name} of the route stands for; data is NULL where it has none of that name. */
struct str http_route_variable(const struct http_route *route, const struct http_target *target,
                               struct str name);

#endif
