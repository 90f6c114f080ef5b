/*
 * What the files of the HTTP client share.
 *
 *     http_client.c    the multi handle on the loop; queues of calls
 *     http_sockets.c   curl's sockets on the loop
 *     http_call.c      one call from http_send to its completion
 *     http_transfer.c  one transfer of it: the options of its easy handle
 *     http_answer.c    what comes in
 *     http_error.c     curl's results as errors
 *     http_status.c    HTTP's statuses as errors
 *
 * A call is in one queue at a time: `waiting` (to be started), `open` (in curl, or waiting for a
 * token), `finished` (its completion is due). libcurl must not be called from its own callbacks, so
 * http_send and http_cancel only move calls between queues; the work is done in client_leave, when
 * curl has returned.
 */
#ifndef TOCSIN_NET_HTTP_INTERNAL_H
#define TOCSIN_NET_HTTP_INTERNAL_H

#include <curl/curl.h>

#include "net/http.h"
#include "net/http_config_fields.h"
#include "net/oauth2.h"
#include "net/url.h"

#define HTTP_TIMEOUT_DEFAULT 30000
#define HTTP_MAX_REDIRECTS   5
/* Of the header lines of one answer together. */
#define HTTP_MAX_HEADER_BYTES ((size_t)256 * 1024)
/* Of an error's body: what is kept for the message, and what is read so that the connection can be
 * used again. */
#define HTTP_ERROR_KEPT_BYTES  ((size_t)4 * 1024)
#define HTTP_ERROR_DRAIN_BYTES ((size_t)64 * 1024)
/* Connections to one host at a time; further calls wait for one to become free. */
#define HTTP_MAX_HOST_CONNECTIONS 8
/* Idle connections kept for later. curl's own measure, four for each call that is open now, throws
 * most of them away when a tick's thousand calls end. */
#define HTTP_MAX_CONNECTIONS 1024

/* A name's address is asked for again after this. */
#define HTTP_DNS_CACHE_S 60

struct call_queue {
    struct http_call *first;
    struct http_call *last;
};

struct http_client {
    struct loop *loop;
    CURLM *multi; /* NULL before the first request */
    struct loop_timer *timer;
    struct deferred *kick; /* start what waits, or curl's time-out of 0 */
    struct call_queue waiting;
    struct call_queue open;
    struct call_queue finished;
    VEC(struct watched *) sockets; /* by descriptor; NULL where there is none */
    struct mono dns_pruned;
    struct oauth2_cache *tokens;
    unsigned depth; /* of client_enter */
    bool dead;      /* destroyed inside one of its callbacks */
};

struct answer {
    int status;
    size_t header_bytes;
    char *content_type;
    char *location;
    struct wall server_time;
    int64_t retry_after_ms;
    struct strbuf body;
    size_t bytes;
};

struct http_call {
    struct http_client *client;
    struct call_queue *queue;
    struct http_call *previous;
    struct http_call *next;

    /* The request; all of it is ours. */
    enum http_method method;
    char *url;
    char *unix_socket; /* or NULL */
    struct http_config *config;
    VEC(char *) headers; /* "Name: value" */
    char *body;
    size_t body_len;
    char *content_type;
    int64_t timeout_ms;
    int64_t connect_timeout_ms;
    size_t max_bytes;
    bool any_status;
    bool hide_path;
    http_body_cb on_body;
    http_done_cb done;
    void *user;

    struct mono began;
    unsigned redirects;
    bool foreign; /* redirected to somebody whom the credentials are not for */
    bool silent;  /* cancelled */
    struct oauth2_wait *token_wait;
    struct loop_timer *token_timer;
    char *token; /* of config->oauth2, for this attempt */

    CURL *easy; /* NULL: not in curl */
    struct curl_slist *header_list;
    struct curl_slist *proxy_header_list;
    struct curl_slist *connect_to;
    char curl_text[CURL_ERROR_SIZE];

    struct answer answer;
    struct error err; /* set while it ran; wins over curl's result */
};

/* http_client.c */
void call_enqueue(struct call_queue *queue, struct http_call *call);
void call_dequeue(struct http_call *call);
void client_kick(struct http_client *client);
/* Begins and ends a stretch in which callbacks of the owner may run; after leave the client may be
 * gone. */
void client_enter(struct http_client *client);
void client_leave(struct http_client *client);
/* Makes the multi handle where there is none yet. */
bool client_open(struct http_client *client, struct error *err) ATTR_NODISCARD;

/* http_sockets.c */
int sockets_follow(CURL *easy, curl_socket_t fd, int what, void *client, void *unused);
/* For each easy handle. */
void sockets_attach(struct http_client *client, CURL *easy);
void sockets_release(struct http_client *client);

/* http_call.c */
void call_start(struct http_call *call);
/* The transfer is over: ends the call, or starts the next one (a redirect). */
void call_transferred(struct http_call *call, CURLcode result);
/* The socket this transfer goes to, or NULL for the network. */
const char *call_unix_socket(const struct http_call *call);
/* Runs the completion (unless silent) and frees the call. */
void call_complete(struct http_call *call);

/* http_transfer.c */
bool transfer_begin(struct http_call *call, struct error *err) ATTR_NODISCARD;
void transfer_end(struct http_call *call);

/* http_answer.c; the two functions are CURLOPT_HEADERFUNCTION's and CURLOPT_WRITEFUNCTION's. */
size_t answer_on_header(char *data, size_t size, size_t count, void *call);
size_t answer_on_body(char *data, size_t size, size_t count, void *call);
bool answer_is_success(const struct http_call *call);
void answer_reset(struct answer *answer);

/* http_error.c */
void call_set_curl_error(struct http_call *call, CURLcode result);
/* "'host:port'", and the URL or that, for messages. */
void call_add_host(const struct http_call *call, struct strbuf *out);
void call_add_subject(const struct http_call *call, struct strbuf *out);

/* http_status.c */
void call_set_status_error(struct http_call *call);
/* What the Retry-After header of the answer asks for, within limits; or 0. */
int64_t call_retry_after_ms(const struct http_call *call);

#endif
