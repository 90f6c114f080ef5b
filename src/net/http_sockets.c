/*
 * curl's sockets on the loop.
 *
 * curl forgets a socket whenever its connection is idle and asks for it again with the next
 * request. Telling the kernel each time would be six system calls a request, so a socket stays
 * watched from its opening to its closing, which curl tells as well (CURLOPT_OPENSOCKETFUNCTION,
 * CURLOPT_CLOSESOCKETFUNCTION); what an idle one has to say is ignored, once. Descriptors that curl
 * opens behind our back (its resolver's) are let go when it says so.
 *
 * Not so a socket that was not connected yet: curl 7.88 closes it without a word. It is let go when
 * curl forgets it. Where curl goes on to another address with a socket of the same number, it takes
 * that for watched, and so it is.
 */
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/http_internal.h"

struct watched {
    struct http_client *client;
    curl_socket_t fd;
    bool ours;             /* we see it closed, once it is connected */
    bool connected;        /* curl has waited for bytes */
    unsigned wanted;       /* by curl; 0: idle */
    unsigned events;       /* watched for */
    struct loop_fd *watch; /* NULL before curl asks */
};

static struct watched *find(struct http_client *client, curl_socket_t fd)
{
    return (size_t)fd < client->sockets.len ? client->sockets.items[fd] : NULL;
}

static struct watched *add(struct http_client *client, curl_socket_t fd, bool ours)
{
    while (client->sockets.len <= (size_t)fd) {
        vec_push(&client->sockets, NULL);
    }
    struct watched *w = mem_zalloc(1, sizeof(*w));
    w->client = client;
    w->fd = fd;
    w->ours = ours;
    client->sockets.items[fd] = w;
    return w;
}

static void drop(struct watched *w)
{
    if (w != NULL) {
        w->client->sockets.items[w->fd] = NULL;
        loop_fd_destroy(w->watch);
        free(w);
    }
}

static void on_socket(void *user, unsigned events)
{
    struct watched *w = user;
    struct http_client *client = w->client;
    if (w->wanted == 0) {
        /* Most likely the server closed an idle connection; curl finds out when it wants it. */
        w->events = 0;
        loop_fd_set(w->watch, 0);
        return;
    }
    int action = ((events & LOOP_READABLE) != 0 ? CURL_CSELECT_IN : 0) |
                 ((events & LOOP_WRITABLE) != 0 ? CURL_CSELECT_OUT : 0);
    int running;
    client_enter(client);
    curl_multi_socket_action(client->multi, w->fd, action, &running);
    client_leave(client);
}

static bool watch(struct watched *w, unsigned events)
{
    struct error err = ERROR_INIT;
    w->wanted = events;
    if (w->watch == NULL) {
        w->watch = loop_fd_create(w->client->loop, "http", w->fd, events, on_socket, w, &err);
        w->events = events;
    } else if (w->events != events) {
        loop_fd_set(w->watch, events);
        w->events = events;
    }
    error_release(&err);
    return w->watch != NULL;
}

int sockets_follow(CURL *easy, curl_socket_t fd, int what, void *user, void *unused)
{
    struct http_client *client = user;
    struct watched *w = find(client, fd);
    (void)easy;
    (void)unused;
    if (what != CURL_POLL_REMOVE) {
        w = w != NULL ? w : add(client, fd, false);
        unsigned events = ((what & CURL_POLL_IN) != 0 ? (unsigned)LOOP_READABLE : 0) |
                          ((what & CURL_POLL_OUT) != 0 ? (unsigned)LOOP_WRITABLE : 0);
        w->connected = w->connected || (events & LOOP_READABLE) != 0;
        return watch(w, events) ? 0 : -1;
    }
    if (w != NULL && w->ours && w->connected) {
        w->wanted = 0;
    } else {
        drop(w);
    }
    return 0;
}

static curl_socket_t on_open(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct http_client *client = user;
    (void)purpose;
    int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (fd < 0) {
        return CURL_SOCKET_BAD;
    }
    struct watched *before = find(client, fd);
    unsigned wanted = before != NULL ? before->wanted : 0;
    drop(before);
    struct watched *w = add(client, fd, true);
    if (wanted != 0 && !watch(w, wanted)) {
        drop(w);
        close(fd);
        return CURL_SOCKET_BAD;
    }
    return fd;
}

static int on_close(void *user, curl_socket_t fd)
{
    drop(find(user, fd));
    return close(fd);
}

void sockets_attach(struct http_client *client, CURL *easy)
{
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, client);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, client);
}

void sockets_release(struct http_client *client)
{
    for (size_t i = 0; i < client->sockets.len; i++) {
        drop(client->sockets.items[i]);
    }
    vec_release(&client->sockets);
}
