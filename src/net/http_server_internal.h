/*
 * What the files of the HTTP server share. Private to this folder.
 *
 *     http_server.c       connections: accepting, their deadlines, who hangs up; from create to
 *                         destroy
 *     http_daemon.c       libmicrohttpd: requests come in, answers go out
 *     http_exchange.c     what a handler sees
 *
 * An exchange is made when its request line is there and freed when its answer has gone out, or its
 * connection. libmicrohttpd must not be called from its own callbacks, so a whole request is only
 * put into `arrived`, its connection suspended; handlers run when libmicrohttpd has returned.
 */
#ifndef TOCSIN_NET_HTTP_SERVER_INTERNAL_H
#define TOCSIN_NET_HTTP_SERVER_INTERNAL_H

#include "base/clock.h"
#include "base/vec.h"
#include "net/http_listen.h"
#include "net/http_server.h"
#include "net/http_target.h"

/* Of a body over the limit so much more is read, so that the client gets to see why. */
#define HTTP_SERVER_DRAIN_BYTES ((size_t)1024 * 1024)

struct MHD_Connection;
struct MHD_Daemon;

/* What the connection waits for. */
enum connection_phase {
    CONNECTION_IDLE,      /* a request */
    CONNECTION_RECEIVING, /* the rest of it */
    CONNECTION_HANDLED,   /* the handler */
    CONNECTION_SENDING,   /* the client to take the answer */
    CONNECTION_CLOSING    /* libmicrohttpd to see that it is shut down */
};

struct connection {
    struct http_server *server;
    int fd; /* libmicrohttpd closes it */
    struct http_peer peer;
    enum connection_phase phase;
    struct mono since;
    struct http_exchange *exchange; /* NULL while idle */
    struct loop_fd *watch;          /* for who hangs up; while handled */
};

enum exchange_state {
    EXCHANGE_COMING,   /* not whole yet */
    EXCHANGE_ARRIVED,  /* in server->arrived */
    EXCHANGE_HANDLED,  /* the handler's */
    EXCHANGE_ANSWERED, /* the answer is below, or libmicrohttpd's */
    EXCHANGE_DROPPED   /* nobody is there to answer to */
};

struct http_exchange {
    struct connection *connection;
    struct MHD_Connection *mhd;
    struct http_exchange *next; /* in server->arrived */
    enum exchange_state state;
    char *raw_target;
    char *method;
    struct http_target target;
    const struct http_route *route; /* or NULL: refused */
    struct strbuf body;             /* up to the limit */
    size_t excess;                  /* bytes beyond it */
    struct error refusal;           /* the request is wrong */
    void (*gone)(void *user);
    void *user;

    /* The answer. */
    int status;
    char *content_type;
    char *allow;
    struct strbuf answer;
};

struct http_server {
    struct loop *loop;
    struct http_server_options options;
    struct http_listener listeners[2]; /* unix, TCP */
    struct loop_fd *listening[2];
    struct MHD_Daemon *daemon;
    struct loop_fd *events; /* of the daemon */
    struct loop_timer *timer;
    struct deferred *kick;
    VEC(struct connection *) connections;
    struct http_exchange *arrived; /* the first */
    struct http_exchange *arrived_last;
    bool full;    /* does not accept for now */
    bool starved; /* because the system has no descriptors */
    bool resumed; /* the daemon has something to go on with */
    unsigned depth;
    bool dead; /* destroyed inside one of its callbacks */
};

/* http_server.c */
struct connection *server_connection(const struct http_server *server, int fd);
/* Forgets it; libmicrohttpd closes the descriptor. */
void server_drop_connection(struct connection *connection);
void connection_enter(struct connection *connection, enum connection_phase phase);
void server_kick(struct http_server *server);

/* http_daemon.c */
bool daemon_start(struct http_server *server, struct error *err) ATTR_NODISCARD;
/* Frees what is still open. */
void daemon_stop(struct http_server *server);
int daemon_descriptor(const struct http_server *server);
/* Takes over the descriptor, whatever comes of it. */
void daemon_add(struct http_server *server, int fd);
void daemon_run(struct http_server *server);
/* Has it more to do at once? */
bool daemon_is_due(const struct http_server *server);
/* The answer is there, or nobody to answer to. */
void daemon_resume(struct http_exchange *exchange);

/* http_exchange.c */
struct http_exchange *exchange_create(struct connection *connection, const char *raw_target);
void exchange_free(struct http_exchange *exchange);
/* Reads what is asked for and finds its route; what is wrong becomes its refusal or answer. */
void exchange_begin(struct http_exchange *exchange, const char *method);
/* False where there is no sense in reading on. */
bool exchange_take(struct http_exchange *exchange, const char *data, size_t len);
/* The request is there. True where a handler is to see it; else its answer is there. */
bool exchange_complete(struct http_exchange *exchange);
/* Fills the answer of the server's own errors. */
void exchange_refuse(struct http_exchange *exchange, int status, const char *type,
                     const char *message);
size_t exchange_max_body(const struct http_exchange *exchange);

#endif
