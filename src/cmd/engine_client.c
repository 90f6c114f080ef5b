/* See engine_client.h. The connection is closed behind the answer, so that its end is the end of
 * the bytes; an answer that says how long it is must be that long. */
#include "cmd/engine_client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "api/failure.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"

#define HEAD_MAX        ((size_t)64 * 1024)
#define FIND_TIMEOUT_MS 200
#define SYSTEM_SOCKET   "/run/tocsin/tocsin.sock"

struct connection {
    int fd;
    const char *path;
    struct clock clock;
    struct mono began;
    int64_t timeout_ms;
};

static bool too_late(const struct connection *c, struct error *err)
{
    return error_set(err, ERROR_TIMEOUT, "no answer from the engine at '%s' within %g s", c->path,
                     (double)c->timeout_ms / 1000);
}

/* The next call waits for no longer than what is left of the time. */
static bool set_patience(const struct connection *c, struct error *err)
{
    int64_t left_ms = c->timeout_ms - mono_ms_since(clock_mono(&c->clock), c->began);
    if (left_ms <= 0) {
        return too_late(c, err);
    }
    const struct timeval left = {.tv_sec = left_ms / 1000, .tv_usec = left_ms % 1000 * 1000};
    if (setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &left, sizeof(left)) != 0 ||
        setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &left, sizeof(left)) != 0) {
        return error_set_sys(err, errno, "cannot wait at '%s'", c->path);
    }
    return true;
}

static bool failed(const struct connection *c, const char *what, struct error *err)
{
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
        return too_late(c, err);
    }
    return error_set_sys(err, errno, "cannot %s the engine at '%s'", what, c->path);
}

static bool refuse_connection(const struct connection *c, struct error *err)
{
    if (errno == ENOENT || errno == ECONNREFUSED || errno == ENOTDIR) {
        error_set(err, ERROR_REFUSED, "no engine runs at '%s'", c->path);
        return false;
    }
    if (errno == EACCES || errno == EPERM) {
        error_set(err, ERROR_AUTH, "not allowed to ask the engine at '%s'", c->path);
        error_suggest(err, "be its user, or of the group of that file");
        return false;
    }
    return failed(c, "reach", err);
}

static bool connect_to(struct connection *c, struct error *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(c->path) >= sizeof(address.sun_path)) {
        return error_set(err, ERROR_CONFIG, "the name of a socket is too long: '%s'", c->path);
    }
    memcpy(address.sun_path, c->path, strlen(c->path));
    c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0) {
        return error_set_sys(err, errno, "cannot make a socket");
    }
    return set_patience(c, err) &&
           (connect(c->fd, (const struct sockaddr *)&address, sizeof(address)) == 0 ||
            refuse_connection(c, err));
}

static bool send_all(struct connection *c, struct str bytes, struct error *err)
{
    while (bytes.len != 0) {
        if (!set_patience(c, err)) {
            return false;
        }
        ssize_t sent = send(c->fd, bytes.data, bytes.len, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) {
            return failed(c, "ask", err);
        }
        bytes = str_slice(bytes, sent > 0 ? (size_t)sent : 0, bytes.len);
    }
    return true;
}

static bool send_request(struct connection *c, const char *method, const char *path,
                         struct str body, struct error *err)
{
    struct strbuf head = STRBUF_INIT;
    strbuf_printf(&head,
                  "%s %s HTTP/1.1\r\n"
                  "Host: tocsin\r\n"
                  "Accept: application/json\r\n"
                  "Connection: close\r\n",
                  method, path);
    if (body.len != 0 || strcmp(method, "POST") == 0) {
        strbuf_printf(&head, "Content-Type: application/json\r\nContent-Length: %zu\r\n", body.len);
    }
    strbuf_add_c(&head, "\r\n");
    bool ok = head.overflowed ? error_set(err, ERROR_LIMIT, "the question is too long")
                              : send_all(c, strbuf_str(&head), err) && send_all(c, body, err);
    strbuf_release(&head);
    return ok;
}

static bool receive_all(struct connection *c, struct strbuf *out, struct error *err)
{
    char piece[16384];
    for (;;) {
        if (!set_patience(c, err)) {
            return false;
        }
        ssize_t got = recv(c->fd, piece, sizeof(piece), 0);
        if (got == 0) {
            return true;
        }
        if (got < 0 && errno != EINTR) {
            return failed(c, "hear", err);
        }
        if (got > 0 && !strbuf_add(out, piece, (size_t)got)) {
            return error_set(err, ERROR_LIMIT, "an answer of more than %zu MiB",
                             ENGINE_MAX_ANSWER >> 20);
        }
    }
}

/* --- the answer --- */

static bool not_http(const struct connection *c, struct error *err)
{
    return error_set(err, ERROR_PROTOCOL, "what answers at '%s' is no engine", c->path);
}

/* "HTTP/1.1 200 OK" */
static bool read_status(struct str line, int *status)
{
    uint64_t number;
    struct str rest = line;
    struct str version;
    struct str code;
    if (!str_split(&rest, ' ', &version) || !str_split(&rest, ' ', &code) ||
        !str_starts_with(version, STR("HTTP/1.")) || !str_to_u64(code, &number) || number < 100 ||
        number > 599) {
        return false;
    }
    *status = (int)number;
    return true;
}

/* Where the head ends, and what it says of the body's length (or `whole` less the head). */
static bool read_head(struct str answer, int *status, struct str *body)
{
    struct str head = answer;
    struct str line;
    bool first = true;
    uint64_t length = UINT64_MAX;
    while (str_split(&head, '\n', &line)) {
        if ((size_t)(line.data - answer.data) > HEAD_MAX || head.data == NULL) {
            return false;
        }
        line = str_ends_with(line, STR("\r")) ? str_slice(line, 0, line.len - 1) : line;
        if (line.len == 0) {
            *body = head;
            return !first && (length == UINT64_MAX || length == head.len);
        }
        size_t colon = str_find(line, ':');
        struct str name = str_slice(line, 0, colon);
        struct str value = str_trim(str_slice(line, colon + 1, line.len));
        if (first ? !read_status(line, status)
                  : (str_equal_ignoring_case(name, STR("Content-Length")) &&
                     !str_to_u64(value, &length)) ||
                        str_equal_ignoring_case(name, STR("Transfer-Encoding"))) {
            return false;
        }
        first = false;
    }
    return false;
}

static bool read_answer(const struct connection *c, const struct strbuf *answer,
                        struct engine_reply *out, struct error *err)
{
    int status = 0;
    struct str body;
    if (!read_head(strbuf_str(answer), &status, &body)) {
        return not_http(c, err);
    }
    strbuf_add_str(&out->body, body);
    struct error wrong = ERROR_INIT;
    out->document = json_parse(body, ENGINE_MAX_ANSWER, &wrong);
    error_release(&wrong);
    if (status < 200 || status > 299) {
        struct json root = out->document != NULL ? json_root(out->document) : (struct json){0};
        return api_failure(status, root, err);
    }
    return out->document != NULL || not_http(c, err);
}

bool engine_ask_at(const char *socket_path, const char *method, const char *path, struct str body,
                   int64_t timeout_ms, struct engine_reply *out, struct error *err)
{
    struct connection c = {
        .fd = -1, .path = socket_path, .clock = clock_real(), .timeout_ms = timeout_ms};
    struct strbuf answer;
    c.began = clock_mono(&c.clock);
    *out = (struct engine_reply){.document = NULL};
    strbuf_init(&out->body, ENGINE_MAX_ANSWER);
    strbuf_init(&answer, ENGINE_MAX_ANSWER + HEAD_MAX);
    bool ok = connect_to(&c, err) && send_request(&c, method, path, body, err) &&
              receive_all(&c, &answer, err) && read_answer(&c, &answer, out, err);
    if (c.fd >= 0) {
        close(c.fd);
    }
    strbuf_release(&answer);
    if (!ok) {
        engine_reply_release(out);
    }
    return ok;
}

static const char *named_socket(const struct invocation *inv)
{
    const char *named = invocation_value(inv, "socket");
    named = named != NULL ? named : getenv("TOCSIN_SOCKET");
    return named != NULL && named[0] != '\0' ? named : NULL;
}

/* Where a person's own engine listens; a heap string, or NULL. */
static char *own_socket(void)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    return runtime != NULL && runtime[0] == '/' ? mem_printf("%s/tocsin/tocsin.sock", runtime)
                                                : NULL;
}

bool engine_is_named(const struct invocation *inv)
{
    return named_socket(inv) != NULL;
}

const char *engine_actor(const struct invocation *inv)
{
    const char *by = invocation_value(inv, "by");
    by = by != NULL ? by : getenv("TOCSIN_USER");
    return by != NULL && by[0] != '\0' ? by : NULL;
}

static bool listens(const char *path)
{
    struct connection c = {
        .fd = -1, .path = path, .clock = clock_real(), .timeout_ms = FIND_TIMEOUT_MS};
    struct error err = ERROR_INIT;
    c.began = clock_mono(&c.clock);
    /* Who is too busy to be connected to is there all the same. */
    bool there = connect_to(&c, &err) || err.kind == ERROR_TIMEOUT;
    error_release(&err);
    if (c.fd >= 0) {
        close(c.fd);
    }
    return there;
}

char *engine_find_running(const struct invocation *inv)
{
    const char *named = named_socket(inv);
    char *own = named == NULL ? own_socket() : NULL;
    const char *found = named != NULL                 ? (listens(named) ? named : NULL)
                        : own != NULL && listens(own) ? own
                        : listens(SYSTEM_SOCKET)      ? SYSTEM_SOCKET
                                                      : NULL;
    char *path = found != NULL ? mem_strdup(found) : NULL;
    free(own);
    return path;
}

bool engine_ask(const struct invocation *inv, const char *method, const char *path, struct str body,
                struct engine_reply *out, struct error *err)
{
    const char *named = named_socket(inv);
    if (named != NULL) {
        return engine_ask_at(named, method, path, body, ENGINE_TIMEOUT_MS, out, err);
    }
    char *own = own_socket();
    if (own != NULL) {
        bool ok = engine_ask_at(own, method, path, body, ENGINE_TIMEOUT_MS, out, err);
        free(own);
        if (ok || err->kind != ERROR_REFUSED) {
            return ok;
        }
    }
    bool ok = engine_ask_at(SYSTEM_SOCKET, method, path, body, ENGINE_TIMEOUT_MS, out, err);
    if (!ok && err->kind == ERROR_REFUSED) {
        error_set(err, ERROR_REFUSED, "no engine is running");
        error_suggest(err, "start one, or say with --socket where it listens");
    }
    return ok;
}

void engine_reply_release(struct engine_reply *reply)
{
    json_destroy(reply->document);
    reply->document = NULL;
    strbuf_release(&reply->body);
}

void engine_reply_warn(const struct engine_reply *reply)
{
    struct json warnings = json_find(json_root(reply->document), "warnings");
    for (size_t i = 0; i < json_size(warnings); i++) {
        char *text = str_dup(json_str(json_item(warnings, i)));
        command_say("tocsin", text);
        free(text);
    }
}
