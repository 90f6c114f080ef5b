/*
 * URLs taken apart, by curl's own parser, so that what is checked is what is later connected to.
 * Only http and https, always with the scheme. (The http_url_* helpers of http.h are here too.)
 *
 * Owner: url_parse fills, url_release frees.
 */
#ifndef TOCSIN_NET_URL_H
#define TOCSIN_NET_URL_H

#include <stdbool.h>

#include "base/error.h"
#include "base/strbuf.h"

#define URL_MAX_BYTES ((size_t)64 * 1024)

/* Missing parts are NULL, save scheme, host, port (the scheme's own where none is given) and path.
 */
struct url {
    char *scheme;
    char *user;
    char *password;
    char *host; /* IPv6 with its brackets */
    char *port;
    char *path;
    char *query;
};

bool url_parse(const char *text, struct url *out, struct error *err) ATTR_NODISCARD;
void url_release(struct url *url);
/* Appends what a Location header means, seen from `base`. */
bool url_resolve(struct strbuf *out, const char *base, const char *location,
                 struct error *err) ATTR_NODISCARD;
/* May credentials for `from` be sent to `to`? The same scheme, host and port; or the same host's
 * own TLS (http on 80 to https on 443). */
bool url_same_party(const struct url *from, const struct url *to);

#endif
