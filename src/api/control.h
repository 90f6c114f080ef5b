/*
 * What a running engine answers on its control socket: Alertmanager's API as far as it goes
 * (alertmanager: api/v2/openapi.yaml), Prometheus' for rules and alerts, so that what reads those
 * reads tocsin, and its own under /api/tocsin/v1/.
 *
 *     GET    /api/v2/status                      POST   /api/tocsin/v1/ack
 *     GET    /api/v2/alerts                      DELETE /api/tocsin/v1/ack?id=ID
 *     GET    /api/v2/silences                    POST   /api/tocsin/v1/dismiss
 *     POST   /api/v2/silences                    POST   /api/tocsin/v1/silence/preview
 *     GET    /api/v2/silence/{id}                GET    /api/tocsin/v1/why?rule=NAME&at=TIME
 *     DELETE /api/v2/silence/{id}                GET    /api/tocsin/v1/transitions
 *     GET    /api/v1/rules                       GET    /api/tocsin/v1/status
 *     GET    /api/v1/alerts                      GET    /api/tocsin/v1/alerts
 *                                                POST   /api/tocsin/v1/reload
 *
 * Reading answers at once. What changes something answers when it is on disk; where it could not be
 * kept it holds in memory and the answer has `warnings`. Errors are a text under /api/v2/, as
 * Alertmanager's are, else {"status": "error", "errorType": ..., "error": ..., "suggestion": ...}.
 * Who acts is `by`, or the user at the other end of the unix socket. A body must be sent as
 * application/json unless it comes over the unix socket: then no page in a browser can send one.
 *
 * Owner: control_create/control_destroy. It is made before the http_server that is given its
 * routes, and destroyed after that one and after the alerts.
 */
#ifndef TOCSIN_API_CONTROL_H
#define TOCSIN_API_CONTROL_H

#include <stddef.h>

#include "alert/alerts.h"
#include "net/http_server.h"
#include "source/health.h"

/* Of an answer; a larger one is an error. */
#define CONTROL_MAX_ANSWER ((size_t)64 * 1024 * 1024)
/* Alerts that one acknowledgement may name. */
#define CONTROL_MAX_IDS 10000

/* Borrowed for the call that asked. */
struct control_status {
    const struct source_health *sources;
    size_t source_count;
    const char *environment; /* "" where none is set */
    struct wall last_cycle;  /* of the newest evaluation of rules; 0: none yet */
};

/* What the engine does and knows beyond the alerts. Borrowed; it outlives the API. */
struct control_host {
    const char *version;
    struct wall started;
    struct wall (*now)(void *user);
    void (*status)(void *user, struct control_status *out);
    /* Reads the configuration again; an error where the new one is refused. */
    bool (*reload)(void *user, struct error *err);
    void *user;
};

struct control;

struct control *control_create(struct alerts *alerts, const struct control_host *host);
void control_destroy(struct control *api); /* NULL is fine */
/* For http_server_options; `user` there is the API. */
const struct http_route *control_routes(size_t *count);

#endif
