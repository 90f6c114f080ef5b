/*
 * Access tokens by client credentials (RFC 6749, section 4.4): asked for once, kept until shortly
 * before they expire, shared by all requests with the same configuration.
 *
 * Owner: the HTTP client has one cache. A wait belongs to the cache and is dead once its callback
 * ran, which is never inside oauth2_get.
 */
#ifndef TOCSIN_NET_OAUTH2_H
#define TOCSIN_NET_OAUTH2_H

#include <stdbool.h>

#include "base/error.h"
#include "base/str.h"

struct http_client;
struct http_config;
struct oauth2_cache;
struct oauth2_wait;

/* A token is not used in its last so many milliseconds (or half of its life, where that is less).
 */
#define OAUTH2_MARGIN_MS 10000
/* For a server that does not say how long it lives. */
#define OAUTH2_DEFAULT_LIFE_MS ((int64_t)5 * 60 * 1000)
#define OAUTH2_MAX_BYTES       ((size_t)64 * 1024)

/* Exactly one of `token` and `err` is not NULL. */
typedef void (*oauth2_cb)(void *user, const char *token, const struct error *err);

struct oauth2_cache *oauth2_cache_create(struct http_client *client);
/* Cancels what is being asked for; waits then end by oauth2_cancel only. */
void oauth2_cache_stop(struct oauth2_cache *cache);
/* After oauth2_cache_stop, with no waits left. */
void oauth2_cache_destroy(struct oauth2_cache *cache);
/* `*token` where one is at hand, else NULL: then `*wait` is set, and `cb` is called when the token
 * is there or could not be had. False: it cannot even be asked for; `cb` is not called. */
bool oauth2_get(struct oauth2_cache *cache, const struct http_config *config, oauth2_cb cb,
                void *user, const char **token, struct oauth2_wait **wait,
                struct error *err) ATTR_NODISCARD;
void oauth2_cancel(struct oauth2_wait *wait); /* NULL is fine */
/* The server did not take this token: forget it, unless a newer one is there. */
void oauth2_drop(struct oauth2_cache *cache, const struct http_config *config, const char *token);

/* What a token endpoint answered. Pure. `*life_ms` is OAUTH2_DEFAULT_LIFE_MS where it does not say.
 */
bool oauth2_decode(struct str body, char **token, int64_t *life_ms,
                   struct error *err) ATTR_NODISCARD;

#endif
