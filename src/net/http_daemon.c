/*
 * libmicrohttpd without threads and without a socket to listen at: it is given connections, says
 * by its epoll descriptor when it wants to run, and runs when it is told to. It has no time-outs of
 * its own, since those begin anew with every byte.
 */
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "net/http_server_internal.h"

static struct connection *connection_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info->socket_context;
}

static void on_connection(void *user, struct MHD_Connection *mhd, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
        *context = server_connection(user, info->connect_fd);
    } else if (*context != NULL) {
        server_drop_connection(*context);
        *context = NULL;
    }
}

/* The request line is there. */
static void *on_target(void *user, const char *target, struct MHD_Connection *mhd)
{
    (void)user;
    struct connection *c = connection_of(mhd);
    c->exchange = exchange_create(c, target);
    c->exchange->mhd = mhd;
    connection_enter(c, CONNECTION_RECEIVING);
    return c->exchange;
}

static void on_completed(void *user, struct MHD_Connection *mhd, void **context,
                         enum MHD_RequestTerminationCode how)
{
    (void)user;
    (void)mhd;
    (void)how;
    struct http_exchange *x = *context;
    if (x != NULL) {
        x->connection->exchange = NULL;
        connection_enter(x->connection, CONNECTION_IDLE);
        exchange_free(x);
        *context = NULL;
    }
}

static enum MHD_Result send_answer(struct http_exchange *x)
{
    size_t len = x->answer.len;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(len, strbuf_take(&x->answer), MHD_RESPMEM_MUST_FREE);
    if (response == NULL) {
        return MHD_NO;
    }
    if (x->content_type != NULL) {
        MHD_add_response_header(response, "Content-Type", x->content_type);
    }
    if (x->allow != NULL) {
        MHD_add_response_header(response, "Allow", x->allow);
    }
    MHD_add_response_header(response, "Cache-Control", "no-store");
    enum MHD_Result queued = MHD_queue_response(x->mhd, (unsigned)x->status, response);
    MHD_destroy_response(response);
    connection_enter(x->connection, CONNECTION_SENDING);
    return queued;
}

/* A body that is said to be far too large is not waited for. */
static bool is_hopeless(const struct http_exchange *x)
{
    const char *length = http_exchange_header(x, "Content-Length");
    uint64_t bytes;
    return length != NULL && (!str_to_u64(str_from(length), &bytes) ||
                              bytes > exchange_max_body(x) + HTTP_SERVER_DRAIN_BYTES);
}

static enum MHD_Result begin(struct http_exchange *x, const char *method)
{
    exchange_begin(x, method);
    if (is_hopeless(x)) {
        x->excess = SIZE_MAX;
        exchange_complete(x);
        return send_answer(x);
    }
    return MHD_YES;
}

static enum MHD_Result arrive(struct http_exchange *x)
{
    struct http_server *server = x->connection->server;
    if (server->dead) {
        exchange_refuse(x, 503, NULL, "tocsin is ending");
    } else if (exchange_complete(x)) {
        x->state = EXCHANGE_ARRIVED;
        *(server->arrived != NULL ? &server->arrived_last->next : &server->arrived) = x;
        server->arrived_last = x;
        MHD_suspend_connection(x->mhd);
        connection_enter(x->connection, CONNECTION_HANDLED);
        return MHD_YES;
    }
    return send_answer(x);
}

/* Called when the headers are there, with each piece of the body, when it is whole, and after a
 * suspended connection goes on. */
static enum MHD_Result on_request(void *user, struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *len, void **context)
{
    struct http_exchange *x = *context;
    (void)user;
    (void)mhd;
    (void)url;
    (void)version;
    if (x == NULL || x->state == EXCHANGE_DROPPED) {
        return MHD_NO;
    }
    if (x->state == EXCHANGE_ANSWERED) {
        return send_answer(x);
    }
    if (x->method == NULL) {
        return begin(x, method);
    }
    if (*len > 0) {
        bool more = exchange_take(x, data, *len);
        *len = 0;
        return more ? MHD_YES : MHD_NO;
    }
    return arrive(x);
}

const char *http_exchange_header(const struct http_exchange *x, const char *name)
{
    return MHD_lookup_connection_value(x->mhd, MHD_HEADER_KIND, name);
}

bool daemon_start(struct http_server *server, struct error *err)
{
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL,
        on_request, NULL, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, NULL, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
        NULL, MHD_OPTION_CONNECTION_LIMIT, (unsigned)server->options.max_connections,
        MHD_OPTION_CONNECTION_TIMEOUT, 0u, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)HTTP_SERVER_HEAD_BYTES, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    return server->daemon != NULL ||
           error_set(err, ERROR_UNSUPPORTED, "libmicrohttpd cannot be started");
}

void daemon_stop(struct http_server *server)
{
    if (server->daemon != NULL) {
        MHD_stop_daemon(server->daemon);
        server->daemon = NULL;
    }
}

int daemon_descriptor(const struct http_server *server)
{
    return MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

void daemon_add(struct http_server *server, int fd)
{
    static const struct sockaddr_storage nobody;
    if (MHD_add_connection(server->daemon, fd, (const struct sockaddr *)&nobody,
                           sizeof(struct sockaddr)) != MHD_YES) {
        struct connection *c = server_connection(server, fd);
        if (c != NULL) {
            server_drop_connection(c);
        }
    }
}

void daemon_run(struct http_server *server)
{
    server->resumed = false;
    MHD_run(server->daemon);
}

bool daemon_is_due(const struct http_server *server)
{
    MHD_UNSIGNED_LONG_LONG wait_ms;
    return MHD_get_timeout(server->daemon, &wait_ms) == MHD_YES && wait_ms == 0;
}

void daemon_resume(struct http_exchange *x)
{
    struct http_server *server = x->connection->server;
    loop_fd_destroy(x->connection->watch);
    x->connection->watch = NULL;
    server->resumed = true;
    MHD_resume_connection(x->mhd);
    server_kick(server);
}

const char *http_server_library(void)
{
    return MHD_get_version();
}
