/*
 * HTTP(S): libcurl's multi interface on the loop, by its socket and timer callbacks. Keep-alive,
 * HTTP/2 where offered over TLS, compressed answers, redirects never with credentials to
 * another host, time-outs for connecting and for the whole, a limit on the answer's size (after
 * decompression), cancel at any time.
 *
 * Rules: the completion runs exactly once (done, failed or cancelled by http_cancel: then not at
 * all), never inside http_send. The body goes either to `on_body` as it comes, or is collected up
 * to max_bytes.
 *
 * Statuses: 401, 403 -> ERROR_AUTH; 429, 503 -> ERROR_BUSY with retry_after_ms; other non-2xx ->
 * ERROR_HTTP, unless `any_status`; each with `http` set and the first line of the body's text in
 * the message.
 *
 * Over a unix socket the URL's host is a name like any other: it goes into the Host header, and
 * redirects to another one leave the socket.
 *
 * Redirects: up to 5, unless the config says no. Credentials, the config's headers and client
 * certificates go to the same scheme, host and port only (and from a host's port 80 to its own
 * 443); with a body a redirect to another host is an error.
 *
 * Owner: http_client_create/destroy; the client must outlive its requests' owners only in that
 * destroying it cancels them all. Single-threaded. libcurl is initialised by the first request, not
 * by http_client_create.
 */
#ifndef TOCSIN_NET_HTTP_H
#define TOCSIN_NET_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "loop/loop.h"
#include "net/http_config.h"

#define HTTP_MAX_BYTES_DEFAULT       ((size_t)64 * 1024 * 1024)
#define HTTP_CONNECT_TIMEOUT_DEFAULT 5000

struct http_client;
struct http_call;

struct http_client *http_client_create(struct loop *loop);
void http_client_destroy(struct http_client *client);

enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_DELETE };

struct http_response {
    int status;
    struct str content_type; /* without being parsed; empty where none */
    struct str body;         /* collected; empty with on_body */
    struct wall server_time; /* of the Date header, or 0 */
    int64_t took_ms;
    int64_t retry_after_ms; /* of the Retry-After header, or 0 */
    size_t bytes;           /* of body, decompressed */
};

/* Exactly one of `response` and `err` is not NULL; both are borrowed for the call. */
typedef void (*http_done_cb)(void *user, const struct http_response *response,
                             const struct error *err);
/* A piece of a 2xx body as it arrives. False (with `err` filled) ends the request with that error.
 */
typedef bool (*http_body_cb)(void *user, const char *data, size_t len, struct error *err);

struct http_header {
    const char *name;
    const char *value;
};

struct http_request {
    enum http_method method;
    const char *url;                   /* copied */
    const char *unix_socket;           /* copied; connect to this file instead, or NULL */
    const struct http_config *config;  /* or NULL; referenced until done */
    const struct http_header *headers; /* copied; beside those of the config */
    size_t header_count;
    struct str body;            /* copied */
    const char *content_type;   /* of the body */
    int64_t timeout_ms;         /* whole request; 0: 30 s */
    int64_t connect_timeout_ms; /* 0: the default */
    size_t max_bytes;           /* 0: the default */
    bool any_status;            /* non-2xx is a response, not an error; its body is collected */
    bool hide_path;             /* the path is a secret, as in webhooks: messages name the host */
    http_body_cb on_body;       /* or NULL: collect */
    http_done_cb done;
    void *user;
};

/* Never fails at once: what is wrong with the request comes through `done`. */
struct http_call *http_send(struct http_client *client, const struct http_request *request);
/* `done` will not be called. NULL is fine. The handle is dead once `done` was called. */
void http_cancel(struct http_call *call);
/* Content-Type of the answer, from the first `on_body` on; for who reads a body as it comes. Empty
 * where none. Borrowed until the next event of the call. */
struct str http_call_content_type(const struct http_call *call);

/* `url` without user, password and query, for messages and screens. */
void http_url_redacted(struct strbuf *out, const char *url);
/* `base` with `path` behind its path, keeping base's query out; for API roots such as
 * http://host/prefix. */
bool http_url_join(struct strbuf *out, const char *base, const char *path,
                   struct error *err) ATTR_NODISCARD;
/* Appends `name=value` percent-encoded, with '&' where `out` is not empty: form bodies and query
 * strings. */
void http_form_add(struct strbuf *out, const char *name, struct str value);

/* "libcurl/7.88.1 OpenSSL/3.0.15 ...": as libcurl says it */
const char *http_library(void);

#endif
