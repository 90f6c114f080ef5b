/*
 * One scripted TCP peer on the test's own loop, for answers that no honest server gives: in pieces,
 * slowly, cut off, without end, not at all, or not HTTP.
 *
 *     struct peer *peer = peer_create(loop);
 *     peer_answer(peer, 200, "Content-Type: text/plain\r\n", "up 1\n");     // first request
 *     peer_add(peer, &(struct peer_reply){.bytes = "SSH-2.0-x\r\n", .then = PEER_CLOSE});
 *     request.url = peer_url(peer, "/metrics");
 *     ... start what is tested ...
 *     ck_assert(peer_wait(loop, &done));
 *     ck_assert_uint_eq(peer_requests(peer), 1);
 *     peer_destroy(peer);
 *
 * Replies are given in the order of requests, over all connections; the last one goes on for ever.
 * A test that must look at the request first sets a handler instead (peer_handle). What the script
 * does is a fault of the network, never of the test: a client that hangs up is not an error here.
 *
 * Owner: peer_create/destroy; strings returned live until peer_destroy. Limits: 1 MiB a request,
 * PEER_LOG_MAX requests kept (counted on).
 */
#ifndef TOCSIN_TESTS_SUPPORT_PEER_H
#define TOCSIN_TESTS_SUPPORT_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "loop/loop.h"

#define PEER_LOG_MAX 1000

struct peer;

enum peer_then {
    PEER_KEEP,  /* wait for the next request on this connection */
    PEER_CLOSE, /* end of stream */
    PEER_RESET, /* RST */
    PEER_STALL, /* say nothing more, ever */
    PEER_REPEAT /* send `bytes` from `repeat_from` on again and again, until the client hangs up */
};

struct peer_reply {
    const char *bytes;      /* copied; NULL: none */
    size_t len;             /* 0: strlen(bytes) */
    size_t chunk_bytes;     /* sent in pieces of so many bytes; 0: at once */
    int64_t chunk_delay_ms; /* between pieces; 0: a turn of the loop */
    int64_t delay_ms;       /* before the first byte */
    enum peer_then then;
    size_t repeat_from;
    bool on_connect; /* does not wait for a request (a greeting, or PEER_RESET right away) */
};

struct peer_request {
    struct str method;
    struct str target; /* path and query as sent */
    struct str head;   /* request line and headers */
    struct str body;
    unsigned connection; /* from 1, in the order of accepting */
};

/* Listens on 127.0.0.1, on a port the system chose. Aborts the test where that fails. */
struct peer *peer_create(struct loop *loop);
void peer_destroy(struct peer *peer);

/* Appends to the script. */
void peer_add(struct peer *peer, const struct peer_reply *reply);
/* A whole HTTP/1.1 answer with Content-Length; `headers` are whole lines with \r\n, or NULL. */
void peer_answer(struct peer *peer, int status, const char *headers, const char *body);
/* The same bytes, for a reply of one's own; the caller frees. `*len` may be NULL. */
char *peer_http(int status, const char *headers, struct str body, size_t *len);

/* Decides after the request is there: fill `reply` (zeroed; then PEER_KEEP). `reply->bytes` is
 * copied when the handler returns. */
typedef void (*peer_handler)(void *user, const struct peer_request *request,
                             struct peer_reply *reply);
void peer_handle(struct peer *peer, peer_handler handler, void *user);
/* Fills `reply` with a whole answer, from inside a handler. */
void peer_reply_http(struct peer *peer, struct peer_reply *reply, int status, const char *headers,
                     const char *body);

unsigned peer_port(const struct peer *peer);
/* "http://127.0.0.1:PORT" + path ("https://localhost:PORT" for a TLS peer). */
const char *peer_url(struct peer *peer, const char *path);
/* Stops listening, so that new connections are refused; open ones stay. The port remains taken, so
 * that nobody else answers at it. */
void peer_refuse(struct peer *peer);
/* Resets every open connection. */
void peer_hang_up(struct peer *peer);
unsigned peer_connections(const struct peer *peer); /* accepted so far */
unsigned peer_open(const struct peer *peer);        /* open now */
unsigned peer_requests(const struct peer *peer);    /* complete requests so far */
uint64_t peer_bytes_sent(const struct peer *peer);
/* Request `i` from 0, kept until peer_destroy. */
const struct peer_request *peer_request(const struct peer *peer, unsigned i);
/* Value of header `name` (any case), trimmed; data is NULL where it is missing. */
struct str peer_header(const struct peer_request *request, const char *name);

/* TLS: certificates made with the `openssl` command in a temporary folder. */
struct peer_certs;
/* NULL where the command is missing. */
struct peer_certs *peer_certs_create(void);
void peer_certs_destroy(struct peer_certs *certs);
enum peer_cert {
    PEER_CERT_GOOD,    /* for localhost and 127.0.0.1, of our CA */
    PEER_CERT_EXPIRED, /* the same, but ended yesterday */
    PEER_CERT_OTHER,   /* for other.invalid, of our CA */
    PEER_CERT_CLIENT,  /* for a client, of our CA */
    PEER_CERT_COUNT
};
const char *peer_certs_ca(const struct peer_certs *certs); /* file names, PEM */
const char *peer_certs_file(const struct peer_certs *certs, enum peer_cert which);
const char *peer_certs_key(const struct peer_certs *certs, enum peer_cert which);
/* From now on connections begin with a TLS handshake. With `ask_client`, a client certificate of
 * our CA is required. */
void peer_tls(struct peer *peer, const struct peer_certs *certs, enum peer_cert which,
              bool ask_client);
/* The name the client asked for last (SNI), or "". */
const char *peer_tls_name(const struct peer *peer);

/* Long beside any stall of a busy machine: reaching it means that something hangs. */
#define PEER_WAIT_MS 30000

/* Runs the loop until `*done`, at most PEER_WAIT_MS. Returns *done. */
bool peer_wait(struct loop *loop, const bool *done);

#endif
