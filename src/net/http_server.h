/*
 * An HTTP/1.1 server on the loop, for the control socket and the API: libmicrohttpd told by the
 * loop when to run. It listens on a unix socket, on a TCP address, or on both.
 *
 *     static const struct http_route routes[] = {
 *         {"GET", "/api/v2/silences", list_silences},
 *         {"DELETE", "/api/v2/silence/{id}", expire_silence},
 *     };
 *
 * A handler is given an exchange and answers it exactly once, at once or turns later; HEAD goes to
 * the handler of GET. A path nobody knows is 404, a method a path does not have 405 with Allow, a
 * request that is none 400, a body over the limit 413: all as Prometheus' API gives errors. Answers
 * of one connection come in the order of its requests.
 *
 * Slow or silent clients: a request must have come in whole, and an answer must have been taken,
 * within stated times from their beginnings, however many bytes trickle meanwhile. At
 * max_connections nobody is turned away: what is idle for longer than HTTP_SERVER_GRACE_MS is
 * closed, and new ones wait in the system's queue until there is room.
 *
 * Who may: the folder of the unix socket is made with mode 0700 where it is not there, and the
 * socket has 0660; handlers see who asks (http_exchange_peer). Over TCP anybody is served who
 * reaches the address.
 *
 * Owner: http_server_create/destroy. Destroying refuses new connections, answers what is open with
 * 503 (their `gone` runs) and removes the socket's file, all within the call; it may be called in a
 * handler. Single-threaded; nothing blocks.
 */
#ifndef TOCSIN_NET_HTTP_SERVER_H
#define TOCSIN_NET_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "loop/loop.h"

#define HTTP_SERVER_CONNECTIONS_DEFAULT ((size_t)64)
#define HTTP_SERVER_BODY_DEFAULT        ((size_t)1024 * 1024)
#define HTTP_SERVER_IDLE_DEFAULT_MS     60000
#define HTTP_SERVER_RECEIVE_DEFAULT_MS  20000
#define HTTP_SERVER_SEND_DEFAULT_MS     120000
#define HTTP_SERVER_GRACE_MS            1000
/* Memory of a connection for the request line and the headers of a request, taken apart: a query of
 * many parameters needs more than its bytes. Each open connection that was used keeps that much. */
#define HTTP_SERVER_HEAD_BYTES ((size_t)64 * 1024)

struct http_server;
struct http_exchange;

typedef void (*http_handler)(void *user, struct http_exchange *exchange);

struct http_route {
    const char *method;
    const char *path; /* "/fixed/{name}": {name} stands for one segment, as it is, not empty */
    http_handler handler;
    size_t max_body_bytes; /* 0: the server's */
};

/* Zero means the default. */
struct http_server_options {
    const char *unix_path;   /* or NULL */
    const char *tcp_address; /* "127.0.0.1:9095", "[::1]:9095", port 0 for any free one; or NULL */
    const struct http_route *routes; /* the first that fits counts; borrowed */
    size_t route_count;
    void *user; /* given to every handler */
    size_t max_connections;
    size_t max_body_bytes;
    int64_t idle_timeout_ms;
    int64_t receive_timeout_ms;
    int64_t send_timeout_ms;
};

/* NULL with `err` where it cannot listen: somebody else does (ERROR_CONFIG), no right to, a name
 * too long. A socket file that nobody listens at any more is replaced. */
struct http_server *http_server_create(struct loop *loop, const struct http_server_options *options,
                                       struct error *err) ATTR_NODISCARD;
void http_server_destroy(struct http_server *server); /* NULL is fine */
/* Of the TCP address; 0 without one. */
unsigned http_server_port(const struct http_server *server);
size_t http_server_connections(const struct http_server *server);

/* Who asks. The ids of a unix socket's client are those it had when it connected. */
struct http_peer {
    bool local; /* over the unix socket: the ids are known */
    uid_t uid;
    gid_t gid;
    pid_t pid;
};

/* What was asked; borrowed until the answer. Texts are UTF-8 without NUL. */
const struct http_peer *http_exchange_peer(const struct http_exchange *exchange);
struct str http_exchange_method(const struct http_exchange *exchange);
struct str http_exchange_path(const struct http_exchange *exchange);
/* Of the route's pattern, which must have it. */
struct str http_exchange_variable(const struct http_exchange *exchange, const char *name);
/* The `i`th value of a parameter of the query, or of a form in the body (behind those of the
 * query); data is NULL where there is none. */
struct str http_exchange_param(const struct http_exchange *exchange, const char *name, size_t i);
/* The bytes as they came. */
struct str http_exchange_body(const struct http_exchange *exchange);
/* NULL where the request does not have it. */
const char *http_exchange_header(const struct http_exchange *exchange, const char *name);

/* `gone` runs where the client hangs up, or the server is destroyed, before the answer; the
 * exchange must not be touched any more, then. A client that sent
 * its next request already is seen to hang up only by its answer. Never inside a call about the
 * exchange. */
void http_exchange_on_gone(struct http_exchange *exchange, void (*gone)(void *user), void *user);

/* Answers; the exchange is dead afterwards. `content_type` may be NULL; `body` is copied. */
void http_exchange_answer(struct http_exchange *exchange, int status, const char *content_type,
                          struct str body);
/* The same with what `body` has, which is empty afterwards; its overflow is answered as 500. */
void http_exchange_answer_buffer(struct http_exchange *exchange, int status,
                                 const char *content_type, struct strbuf *body);
/* {"status":"error","errorType":...,"error":...}; `type` NULL: by the status. */
void http_exchange_answer_error(struct http_exchange *exchange, int status, const char *type,
                                const char *message);

/* "0.9.75": of the libmicrohttpd it runs with. */
const char *http_server_library(void);

#endif
