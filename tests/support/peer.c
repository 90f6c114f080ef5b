#include "support/peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "support/peer_tls.h"

#define REQUEST_MAX_BYTES ((size_t)1 << 20)

/* One connection: reads requests, sends one reply at a time. */
struct conn {
    struct peer *peer;
    struct conn *next;
    unsigned number;
    int fd;
    struct tls_stream *tls;
    struct loop_fd *watch;
    struct loop_timer *pause;
    struct deferred *next_piece;
    struct strbuf in;
    bool replying;
    struct peer_reply reply; /* `bytes` is ours */
    size_t sent;
};

struct peer {
    struct loop *loop;
    int fd;
    struct loop_fd *watch;
    unsigned port;
    struct conn *conns;
    struct tls_server *tls;
    VEC(struct peer_reply) script;
    size_t script_at;
    peer_handler handler;
    void *handler_user;
    VEC(struct peer_request *) log;
    VEC(char *) strings;
    unsigned connections;
    unsigned open;
    unsigned requests;
    uint64_t bytes_sent;
};

static void must(bool ok, const char *what)
{
    if (!ok) {
        perror(what);
        abort();
    }
}

static char *keep(struct peer *peer, char *string)
{
    vec_push(&peer->strings, string);
    return string;
}

static void conn_destroy(struct conn *conn)
{
    struct conn **link = &conn->peer->conns;
    while (*link != conn) {
        link = &(*link)->next;
    }
    *link = conn->next;
    conn->peer->open--;
    loop_fd_destroy(conn->watch);
    loop_timer_destroy(conn->pause);
    deferred_cancel(conn->next_piece);
    tls_stream_destroy(conn->tls);
    close(conn->fd);
    strbuf_release(&conn->in);
    free((char *)(uintptr_t)conn->reply.bytes);
    free(conn);
}

static void conn_reset(struct conn *conn)
{
    struct linger hard = {.l_onoff = 1, .l_linger = 0};
    setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
    conn_destroy(conn);
}

/* Bytes moved, 0 at the end, TLS_AGAIN. */
static int conn_read(struct conn *conn, void *data, size_t len)
{
    if (conn->tls != NULL) {
        return tls_stream_read(conn->tls, data, len);
    }
    ssize_t n = read(conn->fd, data, len);
    return n >= 0 ? (int)n : errno == EAGAIN ? TLS_AGAIN : 0;
}

static int conn_write(struct conn *conn, const void *data, size_t len)
{
    if (conn->tls != NULL) {
        return tls_stream_write(conn->tls, data, len);
    }
    ssize_t n = send(conn->fd, data, len, MSG_NOSIGNAL);
    return n >= 0 ? (int)n : errno == EAGAIN ? TLS_AGAIN : 0;
}

static bool conn_take_request(struct conn *conn);
static void conn_send(struct conn *conn);

static void reply_done(struct conn *conn)
{
    conn->replying = false;
    free((char *)(uintptr_t)conn->reply.bytes);
    enum peer_then then = conn->reply.then;
    conn->reply = (struct peer_reply){0};
    switch (then) {
    case PEER_KEEP:
    case PEER_REPEAT:
        loop_fd_set(conn->watch, LOOP_READABLE);
        conn_take_request(conn);
        break;
    case PEER_CLOSE:
        if (conn->tls != NULL) {
            tls_stream_end(conn->tls);
        }
        conn_destroy(conn);
        break;
    case PEER_RESET:
        conn_reset(conn);
        break;
    case PEER_STALL:
        conn->replying = true;
        conn->reply.then = PEER_STALL;
        loop_fd_set(conn->watch, LOOP_READABLE);
        break;
    }
}

static void on_next_piece(void *user)
{
    struct conn *conn = user;
    conn->next_piece = NULL;
    conn_send(conn);
}

static void on_pause_over(void *user)
{
    conn_send(user);
}

static void wait_before_next_piece(struct conn *conn)
{
    loop_fd_set(conn->watch, LOOP_READABLE);
    if (conn->reply.chunk_delay_ms > 0) {
        loop_timer_arm(conn->pause, conn->reply.chunk_delay_ms);
    } else {
        conn->next_piece = loop_defer(conn->peer->loop, on_next_piece, conn);
    }
}

/* One piece, or what the socket takes of it. */
static void conn_send(struct conn *conn)
{
    struct peer_reply *reply = &conn->reply;
    if (conn->sent == reply->len && reply->then == PEER_REPEAT && reply->repeat_from < reply->len) {
        conn->sent = reply->repeat_from;
    }
    if (conn->sent == reply->len) {
        reply_done(conn);
        return;
    }
    size_t left = reply->len - conn->sent;
    size_t piece = left;
    if (reply->chunk_bytes != 0) {
        piece = reply->chunk_bytes - conn->sent % reply->chunk_bytes;
        piece = piece < left ? piece : left;
    }
    int n = conn_write(conn, reply->bytes + conn->sent, piece);
    if (n == 0) {
        conn_destroy(conn);
        return;
    }
    if (n == TLS_AGAIN) {
        loop_fd_set(conn->watch, LOOP_READABLE | LOOP_WRITABLE);
        return;
    }
    conn->sent += (size_t)n;
    conn->peer->bytes_sent += (uint64_t)n;
    if (conn->sent == reply->len && reply->then != PEER_REPEAT) {
        reply_done(conn);
    } else {
        wait_before_next_piece(conn);
    }
}

/* Copies the reply's bytes and starts. */
static void conn_reply(struct conn *conn, const struct peer_reply *reply)
{
    conn->replying = true;
    conn->reply = *reply;
    if (reply->bytes != NULL && reply->len == 0) {
        conn->reply.len = strlen(reply->bytes);
    }
    conn->reply.bytes = mem_strndup(reply->bytes != NULL ? reply->bytes : "", conn->reply.len);
    conn->sent = 0;
    if (reply->delay_ms > 0) {
        loop_timer_arm(conn->pause, reply->delay_ms);
    } else {
        conn_send(conn);
    }
}

static const struct peer_reply *script_next(struct peer *peer)
{
    if (peer->script.len == 0) {
        return NULL;
    }
    const struct peer_reply *reply = &peer->script.items[peer->script_at];
    if (peer->script_at + 1 < peer->script.len) {
        peer->script_at++;
    }
    return reply;
}

static void answer_request(struct conn *conn, const struct peer_request *request)
{
    struct peer *peer = conn->peer;
    if (peer->handler != NULL) {
        struct peer_reply reply = {0};
        peer->handler(peer->handler_user, request, &reply);
        conn_reply(conn, &reply);
        return;
    }
    const struct peer_reply *reply = script_next(peer);
    conn_reply(conn, reply != NULL ? reply : &(struct peer_reply){.then = PEER_STALL});
}

static size_t body_length(const struct peer_request *request)
{
    uint64_t length = 0;
    struct str value = peer_header(request, "Content-Length");
    return value.data != NULL && str_to_u64(value, &length) ? (size_t)length : 0;
}

/* Takes one request off the input where it is complete. False where the connection is gone or has
 * to wait. */
static bool conn_take_request(struct conn *conn)
{
    struct str in = strbuf_str(&conn->in);
    const char *end = in.len != 0 ? memmem(in.data, in.len, "\r\n\r\n", 4) : NULL;
    if (conn->replying || end == NULL) {
        return false;
    }
    size_t head_len = (size_t)(end - in.data) + 4;
    struct peer_request request = {.head = str_slice(in, 0, head_len), .connection = conn->number};
    size_t total = head_len + body_length(&request);
    if (in.len < total) {
        return false;
    }
    struct peer *peer = conn->peer;
    const char *copy = keep(peer, mem_strndup(in.data, total));
    struct str rest = str_span(copy, head_len);
    request.head = rest;
    request.body = str_span(copy + head_len, total - head_len);
    str_split(&rest, ' ', &request.method);
    str_split(&rest, ' ', &request.target);
    if (peer->log.len < PEER_LOG_MAX) {
        struct peer_request *kept = mem_alloc(sizeof(*kept));
        *kept = request;
        vec_push(&peer->log, kept);
    }
    peer->requests++;
    char *after = mem_strndup(in.data + total, in.len - total);
    size_t after_len = in.len - total;
    strbuf_reset(&conn->in);
    strbuf_add(&conn->in, after, after_len);
    free(after);
    answer_request(conn, &request);
    return true;
}

static void on_conn(void *user, unsigned events)
{
    struct conn *conn = user;
    if ((events & LOOP_WRITABLE) != 0 && conn->replying && conn->reply.then != PEER_STALL) {
        loop_fd_set(conn->watch, LOOP_READABLE);
        conn_send(conn);
        return;
    }
    char buffer[16384];
    int n = conn_read(conn, buffer, sizeof(buffer));
    if (n == TLS_AGAIN) {
        return;
    }
    if (n == 0 || !strbuf_add(&conn->in, buffer, (size_t)n)) {
        conn_destroy(conn);
        return;
    }
    conn_take_request(conn);
}

static void conn_create(struct peer *peer, int fd)
{
    struct conn *conn = mem_zalloc(1, sizeof(*conn));
    struct error err = ERROR_INIT;
    conn->peer = peer;
    conn->fd = fd;
    conn->number = ++peer->connections;
    strbuf_init(&conn->in, REQUEST_MAX_BYTES);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    conn->watch = loop_fd_create(peer->loop, "peer", fd, LOOP_READABLE, on_conn, conn, &err);
    if (conn->watch == NULL) {
        fprintf(stderr, "%s\n", error_text(&err));
        abort();
    }
    conn->pause = loop_timer_create(peer->loop, "peer", on_pause_over, conn);
    if (peer->tls != NULL) {
        conn->tls = tls_stream_create(peer->tls, fd);
    }
    conn->next = peer->conns;
    peer->conns = conn;
    peer->open++;
    if (peer->handler == NULL && peer->script.len != 0 &&
        peer->script.items[peer->script_at].on_connect) {
        conn_reply(conn, script_next(peer));
    }
}

static void on_listening(void *user, unsigned events)
{
    struct peer *peer = user;
    (void)events;
    int fd = accept4(peer->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
        conn_create(peer, fd);
    }
}

/* A socket on loopback; port 0 is any, and `*port` tells which. */
static int bound_socket(unsigned *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons((uint16_t)*port)};
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    must(fd >= 0, "socket");
    /* For peer_refuse, beside connections that are still there. Set behind the choice of a port, or
     * the system might choose one that is only bound. */
    if (*port != 0) {
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    }
    must(bind(fd, (struct sockaddr *)&address, len) == 0, "bind");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    must(getsockname(fd, (struct sockaddr *)&address, &len) == 0, "getsockname");
    *port = ntohs(address.sin_port);
    return fd;
}

struct peer *peer_create(struct loop *loop)
{
    struct peer *peer = mem_zalloc(1, sizeof(*peer));
    struct error err = ERROR_INIT;
    peer->loop = loop;
    peer->fd = bound_socket(&peer->port);
    must(listen(peer->fd, 128) == 0, "listen");
    peer->watch =
        loop_fd_create(loop, "peer-listen", peer->fd, LOOP_READABLE, on_listening, peer, &err);
    must(peer->watch != NULL, "watching the listener");
    /* OpenSSL writes with write(2), which has no MSG_NOSIGNAL. */
    signal(SIGPIPE, SIG_IGN);
    return peer;
}

void peer_refuse(struct peer *peer)
{
    if (peer->watch != NULL) {
        loop_fd_destroy(peer->watch);
        peer->watch = NULL;
        close(peer->fd);
        peer->fd = bound_socket(&peer->port);
    }
}

void peer_hang_up(struct peer *peer)
{
    while (peer->conns != NULL) {
        conn_reset(peer->conns);
    }
}

void peer_destroy(struct peer *peer)
{
    if (peer == NULL) {
        return;
    }
    while (peer->conns != NULL) {
        conn_destroy(peer->conns);
    }
    loop_fd_destroy(peer->watch);
    close(peer->fd);
    tls_server_destroy(peer->tls);
    VEC_EACH (&peer->script, struct peer_reply, reply) {
        free((char *)(uintptr_t)reply->bytes);
    }
    VEC_EACH (&peer->strings, char *, string) {
        free(*string);
    }
    VEC_EACH (&peer->log, struct peer_request *, request) {
        free(*request);
    }
    vec_release(&peer->script);
    vec_release(&peer->strings);
    vec_release(&peer->log);
    free(peer);
}

void peer_add(struct peer *peer, const struct peer_reply *reply)
{
    struct peer_reply copy = *reply;
    if (copy.bytes != NULL && copy.len == 0) {
        copy.len = strlen(copy.bytes);
    }
    copy.bytes = mem_strndup(reply->bytes != NULL ? reply->bytes : "", copy.len);
    vec_push(&peer->script, copy);
}

char *peer_http(int status, const char *headers, struct str body, size_t *len)
{
    struct strbuf text;
    strbuf_init(&text, (size_t)1 << 30);
    strbuf_printf(&text, "HTTP/1.1 %d Status %d\r\nContent-Length: %zu\r\n%s\r\n", status, status,
                  body.len, headers != NULL ? headers : "");
    strbuf_add_str(&text, body);
    if (len != NULL) {
        *len = text.len;
    }
    return strbuf_take(&text);
}

void peer_answer(struct peer *peer, int status, const char *headers, const char *body)
{
    size_t len;
    char *bytes = peer_http(status, headers, str_from(body), &len);
    peer_add(peer, &(struct peer_reply){.bytes = bytes, .len = len});
    free(bytes);
}

void peer_reply_http(struct peer *peer, struct peer_reply *reply, int status, const char *headers,
                     const char *body)
{
    reply->bytes = keep(peer, peer_http(status, headers, str_from(body), &reply->len));
}

void peer_handle(struct peer *peer, peer_handler handler, void *user)
{
    peer->handler = handler;
    peer->handler_user = user;
}

unsigned peer_port(const struct peer *peer)
{
    return peer->port;
}

const char *peer_url(struct peer *peer, const char *path)
{
    return keep(peer,
                mem_printf("%s:%u%s", peer->tls != NULL ? "https://localhost" : "http://127.0.0.1",
                           peer->port, path));
}

unsigned peer_connections(const struct peer *peer)
{
    return peer->connections;
}

unsigned peer_open(const struct peer *peer)
{
    return peer->open;
}

unsigned peer_requests(const struct peer *peer)
{
    return peer->requests;
}

uint64_t peer_bytes_sent(const struct peer *peer)
{
    return peer->bytes_sent;
}

const struct peer_request *peer_request(const struct peer *peer, unsigned i)
{
    return i < peer->log.len ? peer->log.items[i] : NULL;
}

struct str peer_header(const struct peer_request *request, const char *name)
{
    struct str rest = request->head;
    struct str line;
    while (str_split(&rest, '\n', &line)) {
        size_t colon = str_find(line, ':');
        if (colon < line.len &&
            str_equal_ignoring_case(str_slice(line, 0, colon), str_from(name))) {
            return str_trim(str_slice(line, colon + 1, line.len));
        }
    }
    return STR_NONE;
}

void peer_tls(struct peer *peer, const struct peer_certs *certs, enum peer_cert which,
              bool ask_client)
{
    tls_server_destroy(peer->tls);
    peer->tls = tls_server_create(certs, which, ask_client);
}

const char *peer_tls_name(const struct peer *peer)
{
    return tls_server_asked_name(peer->tls);
}

bool peer_wait(struct loop *loop, const bool *done)
{
    struct clock clock = clock_real();
    struct mono began = clock_mono(&clock);
    while (!*done && mono_ms_since(clock_mono(&clock), began) < PEER_WAIT_MS) {
        loop_step(loop, 100);
    }
    return *done;
}
