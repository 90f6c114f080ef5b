/*
 * Connections from accepting to their end, by the loop's descriptors and one timer. Nothing is
 * polled: a server nobody talks to never wakes up.
 *
 * A connection that is over its time is shut down, which libmicrohttpd sees as its end; it closes
 * the descriptor.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/http_server_internal.h"

/* Taken from the system's queue in one go. */
#define ACCEPT_MAX 32
/* Rounds of requests and answers in one turn, of clients who send many at once. */
#define ROUNDS_MAX 8
/* The system has no descriptor to give: tried again after this. */
#define STARVED_MS 1000

struct connection *server_connection(const struct http_server *server, int fd)
{
    VEC_EACH (&server->connections, struct connection *, it) {
        if ((*it)->fd == fd) {
            return *it;
        }
    }
    return NULL;
}

void server_drop_connection(struct connection *c)
{
    struct http_server *server = c->server;
    for (size_t i = 0; i < server->connections.len; i++) {
        if (server->connections.items[i] == c) {
            vec_remove(&server->connections, i);
            break;
        }
    }
    loop_fd_destroy(c->watch);
    free(c);
}

void connection_enter(struct connection *c, enum connection_phase phase)
{
    if (c->phase != CONNECTION_CLOSING) {
        c->phase = phase;
        c->since = loop_mono(c->server->loop);
    }
}

/* How long a connection may stay as it is; INT64_MAX: as long as it likes. */
static int64_t limit_ms(const struct connection *c)
{
    const struct http_server *server = c->server;
    const struct http_server_options *o = &server->options;
    switch (c->phase) {
    case CONNECTION_IDLE:
        return server->full && o->idle_timeout_ms > HTTP_SERVER_GRACE_MS ? HTTP_SERVER_GRACE_MS
                                                                         : o->idle_timeout_ms;
    case CONNECTION_RECEIVING:
        return o->receive_timeout_ms;
    case CONNECTION_SENDING:
        return o->send_timeout_ms;
    case CONNECTION_HANDLED:
    case CONNECTION_CLOSING:
        break;
    }
    return INT64_MAX;
}

/* Shuts down what is over its time; returns how long until the next one is, or -1. */
static int64_t enforce_limits(struct http_server *server)
{
    struct mono now = loop_mono(server->loop);
    int64_t soonest_ms = -1;
    VEC_EACH (&server->connections, struct connection *, it) {
        int64_t limit = limit_ms(*it);
        int64_t left_ms = limit == INT64_MAX ? limit : limit - mono_ms_since(now, (*it)->since);
        if (left_ms <= 0) {
            connection_enter(*it, CONNECTION_CLOSING);
            shutdown((*it)->fd, SHUT_RDWR);
        } else if (limit != INT64_MAX && (soonest_ms < 0 || left_ms < soonest_ms)) {
            soonest_ms = left_ms;
        }
    }
    return soonest_ms;
}

static void listen_on(struct http_server *server, bool on)
{
    server->full = !on;
    for (size_t i = 0; i < ARRAY_LEN(server->listening); i++) {
        if (server->listening[i] != NULL) {
            loop_fd_set(server->listening[i], on ? LOOP_READABLE : 0);
        }
    }
}

static void leave(struct http_server *server)
{
    if (--server->depth > 0) {
        return;
    }
    if (server->dead) {
        vec_release(&server->connections);
        free(server);
    } else if (server->resumed || daemon_is_due(server)) {
        server_kick(server);
    }
}

static void tell_gone(struct http_exchange *x)
{
    void (*gone)(void *user) = x->gone;
    x->gone = NULL;
    if (gone != NULL) {
        gone(x->user);
    }
}

/* Who waits for an answer has nothing to say: what can be read is the end, or the next request. */
static void on_watch(void *user, unsigned events)
{
    struct connection *c = user;
    struct http_server *server = c->server;
    struct http_exchange *x = c->exchange;
    char byte;
    (void)events;
    ssize_t got = recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (got > 0) {
        loop_fd_set(c->watch, 0);
        return;
    }
    server->depth++;
    x->state = EXCHANGE_DROPPED;
    daemon_resume(x);
    tell_gone(x);
    leave(server);
}

static void watch_client(struct connection *c)
{
    struct error err = ERROR_INIT;
    c->watch =
        loop_fd_create(c->server->loop, "http-client", c->fd, LOOP_READABLE, on_watch, c, &err);
    error_release(&err); /* without it the end is seen with the answer */
}

static void dispatch(struct http_server *server)
{
    while (server->arrived != NULL && !server->dead) {
        struct http_exchange *x = server->arrived;
        server->arrived = x->next;
        x->state = EXCHANGE_HANDLED;
        x->route->handler(server->options.user, x);
        if (!server->dead && x->state == EXCHANGE_HANDLED) {
            watch_client(x->connection);
        }
    }
}

static void plan(struct http_server *server)
{
    int64_t wait_ms = enforce_limits(server);
    if (server->starved) {
        wait_ms = wait_ms >= 0 && wait_ms < STARVED_MS ? wait_ms : STARVED_MS;
    } else if (server->full && server->connections.len < server->options.max_connections) {
        listen_on(server, true);
    }
    if (wait_ms >= 0) {
        loop_timer_arm(server->timer, wait_ms);
    } else {
        loop_timer_disarm(server->timer);
    }
}

static void run(struct http_server *server)
{
    server->depth++;
    for (int i = 0; i < ROUNDS_MAX && !server->dead; i++) {
        daemon_run(server);
        dispatch(server);
        if (!server->resumed) {
            break;
        }
    }
    if (!server->dead) {
        plan(server);
    }
    leave(server);
}

static void on_kick(void *user)
{
    struct http_server *server = user;
    server->kick = NULL;
    run(server);
}

void server_kick(struct http_server *server)
{
    if (server->kick == NULL && server->depth == 0 && !server->dead) {
        server->kick = loop_defer(server->loop, on_kick, server);
    }
}

static void on_daemon(void *user, unsigned events)
{
    (void)events;
    run(user);
}

static void on_timer(void *user)
{
    struct http_server *server = user;
    server->starved = false;
    run(server);
}

static void note_peer(struct connection *c, bool local)
{
    struct ucred who;
    socklen_t len = sizeof(who);
    if (local && getsockopt(c->fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0) {
        c->peer = (struct http_peer){.local = true, .uid = who.uid, .gid = who.gid, .pid = who.pid};
    }
}

static void accept_some(struct http_server *server, size_t which)
{
    for (int i = 0; i < ACCEPT_MAX; i++) {
        if (server->connections.len >= server->options.max_connections) {
            listen_on(server, false);
            return;
        }
        int fd = accept4(server->listeners[which].fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            server->starved =
                errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
            if (server->starved) {
                listen_on(server, false);
            }
            return;
        }
        struct connection *c = mem_zalloc(1, sizeof(*c));
        c->server = server;
        c->fd = fd;
        c->since = loop_mono(server->loop);
        note_peer(c, which == 0);
        vec_push(&server->connections, c);
        daemon_add(server, fd);
    }
}

static void on_unix(void *user, unsigned events)
{
    (void)events;
    accept_some(user, 0);
    run(user);
}

static void on_tcp(void *user, unsigned events)
{
    (void)events;
    accept_some(user, 1);
    run(user);
}

static void set_options(struct http_server *server, const struct http_server_options *options)
{
    struct http_server_options *o = &server->options;
    *o = *options;
    o->unix_path = o->tcp_address = NULL; /* the caller's, and done with */
    if (o->max_connections == 0) {
        o->max_connections = HTTP_SERVER_CONNECTIONS_DEFAULT;
    }
    if (o->max_body_bytes == 0) {
        o->max_body_bytes = HTTP_SERVER_BODY_DEFAULT;
    }
    if (o->idle_timeout_ms == 0) {
        o->idle_timeout_ms = HTTP_SERVER_IDLE_DEFAULT_MS;
    }
    if (o->receive_timeout_ms == 0) {
        o->receive_timeout_ms = HTTP_SERVER_RECEIVE_DEFAULT_MS;
    }
    if (o->send_timeout_ms == 0) {
        o->send_timeout_ms = HTTP_SERVER_SEND_DEFAULT_MS;
    }
}

static bool open_sockets(struct http_server *server, const struct http_server_options *options,
                         struct error *err)
{
    static const loop_fd_cb callbacks[] = {on_unix, on_tcp};
    if ((options->unix_path != NULL &&
         !http_listen_unix(&server->listeners[0], options->unix_path, err)) ||
        (options->tcp_address != NULL &&
         !http_listen_tcp(&server->listeners[1], options->tcp_address, err))) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(callbacks); i++) {
        int fd = server->listeners[i].fd;
        if (fd >= 0 &&
            (server->listening[i] = loop_fd_create(server->loop, "http-listen", fd, LOOP_READABLE,
                                                   callbacks[i], server, err)) == NULL) {
            return false;
        }
    }
    return true;
}

struct http_server *http_server_create(struct loop *loop, const struct http_server_options *options,
                                       struct error *err)
{
    struct http_server *server = mem_zalloc(1, sizeof(*server));
    server->loop = loop;
    set_options(server, options);
    server->timer = loop_timer_create(loop, "http-server", on_timer, server);
    server->listeners[0] = server->listeners[1] = (struct http_listener)HTTP_LISTENER_INIT;
    bool ok = open_sockets(server, options, err) && daemon_start(server, err);
    if (ok) {
        server->events = loop_fd_create(loop, "http-server", daemon_descriptor(server),
                                        LOOP_READABLE, on_daemon, server, err);
    }
    if (server->events == NULL) {
        http_server_destroy(server);
        return NULL;
    }
    return server;
}

/* The rest of libmicrohttpd's work is to send this, as far as the client takes it at once. */
static void end_exchanges(struct http_server *server)
{
    VEC_EACH (&server->connections, struct connection *, it) {
        struct http_exchange *x = (*it)->exchange;
        if (x != NULL && (x->state == EXCHANGE_HANDLED || x->state == EXCHANGE_ARRIVED)) {
            exchange_refuse(x, 503, NULL, "tocsin is ending");
            daemon_resume(x);
            tell_gone(x);
        }
    }
    server->arrived = NULL;
    for (int i = 0; i < ROUNDS_MAX && server->resumed; i++) {
        daemon_run(server);
    }
}

void http_server_destroy(struct http_server *server)
{
    if (server == NULL || server->dead) {
        return;
    }
    server->depth++;
    server->dead = true;
    for (size_t i = 0; i < ARRAY_LEN(server->listeners); i++) {
        loop_fd_destroy(server->listening[i]);
        http_listener_release(&server->listeners[i]);
    }
    if (server->daemon != NULL) {
        end_exchanges(server);
    }
    loop_fd_destroy(server->events);
    daemon_stop(server);
    assert(server->connections.len == 0);
    deferred_cancel(server->kick);
    loop_timer_destroy(server->timer);
    leave(server);
}

unsigned http_server_port(const struct http_server *server)
{
    return http_listener_port(&server->listeners[1]);
}

size_t http_server_connections(const struct http_server *server)
{
    return server->connections.len;
}
