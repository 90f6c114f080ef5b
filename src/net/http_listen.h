/*
 * Sockets to listen at: a unix socket's file, or a TCP address. Private to this folder.
 *
 * A file left behind by a process that is gone is removed once a connection to it was refused, and
 * not before. Two that start at the same time are kept apart by a lock on the folder, held only
 * while one of them looks, removes and binds.
 *
 * Owner: http_listener_release closes, and removes the file where it is still the one that was
 * made.
 */
#ifndef TOCSIN_NET_HTTP_LISTEN_H
#define TOCSIN_NET_HTTP_LISTEN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

struct http_listener {
    int fd;     /* -1: none; non-blocking */
    char *path; /* of a unix socket, or NULL */
    dev_t device;
    ino_t inode;
};

#define HTTP_LISTENER_INIT \
    {                      \
        .fd = -1           \
    }

bool http_listen_unix(struct http_listener *listener, const char *path,
                      struct error *err) ATTR_NODISCARD;
/* Numbers only: a name would have to be looked up. */
bool http_listen_tcp(struct http_listener *listener, const char *address,
                     struct error *err) ATTR_NODISCARD;
unsigned http_listener_port(const struct http_listener *listener);
void http_listener_release(struct http_listener *listener);

#endif
