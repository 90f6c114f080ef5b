/*
 * Requests to one server's HTTP API under /api/v1: at most API_MAX_IN_FLIGHT at a time, the others
 * wait, background ones behind all others. The deadline of a request counts from api_send, so that
 * a slow server ends questions in time even where they never left the queue.
 *
 * Questions go as POST forms, since expressions outgrow URLs; a server (or what stands before it)
 * that answers 405 gets GET from then on (Prometheus and Mimir take both).
 *
 * Owner: api_create/api_destroy. Rules: `done` runs exactly once, never
 * inside api_send; not at all after api_cancel. api_destroy ends open requests with
 * ERROR_CANCELLED. Limit: API_MAX_QUEUED waiting; over it a request ends with ERROR_LIMIT.
 */
#ifndef TOCSIN_SOURCE_PROMETHEUS_API_H
#define TOCSIN_SOURCE_PROMETHEUS_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "net/http.h"
#include "query/query.h"
#include "source/prometheus/options.h"

#define API_MAX_IN_FLIGHT 6
#define API_MAX_QUEUED    2000

struct api;
struct api_call;

/* All outlive it. */
struct api *api_create(struct loop *loop, struct http_client *http,
                       const struct prometheus_options *options);
void api_destroy(struct api *api);

/* Exactly one of `response` and `err` is not NULL. A status other than 2xx is a response. */
typedef void (*api_done_cb)(void *user, const struct http_response *response,
                            const struct error *err);

struct api_request {
    const char *path;    /* "/api/v1/query"; copied */
    struct strbuf *form; /* name=value&...; taken over */
    bool get;            /* an endpoint without POST */
    bool urgent;         /* a probe: goes at once, whatever is in flight */
    int64_t timeout_ms;  /* > 0 */
    enum query_priority priority;
    http_body_cb on_body; /* pieces of a 2xx body */
    api_done_cb done;
    void *user;
};

/* Is there an answer of a 2xx status? Else `err` is `failed`, or what the server says in its JSON,
 * or the status and the first line of what came. */
bool api_check_response(const struct http_response *response, const struct error *failed,
                        struct error *err) ATTR_NODISCARD;

struct api_call *api_send(struct api *api, const struct api_request *request);
void api_cancel(struct api_call *call); /* NULL is fine */

#endif
