/* See sd_notify.h. Messages do not wait: where the service manager's queue is full they are an
 * error, and the loop goes on. */
#include "loop/sd_notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/strbuf.h"

#define USEC_PER_MS 1000
#define NS_PER_USEC 1000

struct sd_notify {
    struct loop *loop;
    struct log *log;
    int fd; /* -1: nobody is told */
    struct sockaddr_un address;
    socklen_t address_len;
    struct loop_timer *watchdog; /* or NULL */
    int64_t watchdog_ms;
};

struct sd_notify_env sd_notify_env(void)
{
    return (struct sd_notify_env){.socket = getenv("NOTIFY_SOCKET"),
                                  .watchdog_usec = getenv("WATCHDOG_USEC"),
                                  .watchdog_pid = getenv("WATCHDOG_PID")};
}

void sd_notify_env_forget(void)
{
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
}

static bool send_text(struct sd_notify *n, struct str text, struct error *err)
{
    if (n->fd < 0) {
        return true;
    }
    ssize_t sent = sendto(n->fd, text.data, text.len, MSG_DONTWAIT | MSG_NOSIGNAL,
                          (const struct sockaddr *)&n->address, n->address_len);
    if (sent < 0) {
        return error_set_sys(err, errno, "the service manager cannot be told");
    }
    return true;
}

static void tell_watchdog(void *user)
{
    struct sd_notify *n = user;
    struct error err = ERROR_INIT;
    if (!send_text(n, STR("WATCHDOG=1"), &err)) {
        log_event(n->log, LOG_LEVEL_WARN, "sd-notify", LOG_ERR(&err), LOG_END);
        error_release(&err);
    }
    loop_timer_arm(n->watchdog, n->watchdog_ms);
}

/* A path, or a name in the abstract space, which is written with an at sign for its NUL. */
static bool read_address(struct sd_notify *n, const char *name, struct error *err)
{
    size_t len = strlen(name);
    if ((name[0] != '/' && name[0] != '@') || name[1] == '\0') {
        return error_set(err, ERROR_CONFIG,
                         "NOTIFY_SOCKET is neither a path nor an abstract name: '%s'", name);
    }
    if (len >= sizeof(n->address.sun_path)) {
        return error_set(err, ERROR_CONFIG, "NOTIFY_SOCKET is too long: '%s'", name);
    }
    n->address.sun_family = AF_UNIX;
    memcpy(n->address.sun_path, name, len);
    if (name[0] == '@') {
        n->address.sun_path[0] = '\0';
    }
    /* A path ends with its NUL, an abstract name with its length. */
    size_t terminator = name[0] == '/' ? 1 : 0;
    n->address_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + terminator);
    n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (n->fd < 0) {
        return error_set_sys(err, errno, "cannot make a socket for the service manager");
    }
    return true;
}

static bool read_watchdog(struct sd_notify *n, const struct sd_notify_env *env, struct error *err)
{
    uint64_t pid;
    uint64_t usec;
    if (env->watchdog_usec == NULL) {
        return true;
    }
    if (env->watchdog_pid != NULL) {
        if (!str_to_u64(str_from(env->watchdog_pid), &pid) || pid == 0) {
            return error_set(err, ERROR_CONFIG, "WATCHDOG_PID is no process: '%s'",
                             env->watchdog_pid);
        }
        if (pid != (uint64_t)getpid()) {
            return true;
        }
    }
    if (!str_to_u64(str_from(env->watchdog_usec), &usec) || usec == 0 || usec > INT64_MAX) {
        return error_set(err, ERROR_CONFIG, "WATCHDOG_USEC is no time: '%s'", env->watchdog_usec);
    }
    int64_t half_ms = (int64_t)usec / USEC_PER_MS / 2;
    n->watchdog_ms = half_ms > 0 ? half_ms : 1;
    n->watchdog = loop_timer_create(n->loop, "service watchdog", tell_watchdog, n);
    loop_timer_arm(n->watchdog, n->watchdog_ms);
    return true;
}

struct sd_notify *sd_notify_create(struct loop *loop, struct log *log,
                                   const struct sd_notify_env *env, struct error *err)
{
    struct sd_notify *n = mem_zalloc(1, sizeof(*n));
    n->loop = loop;
    n->log = log;
    n->fd = -1;
    if (env->socket != NULL && env->socket[0] != '\0' &&
        (!read_address(n, env->socket, err) || !read_watchdog(n, env, err))) {
        sd_notify_destroy(n);
        return NULL;
    }
    return n;
}

void sd_notify_destroy(struct sd_notify *n)
{
    if (n == NULL) {
        return;
    }
    loop_timer_destroy(n->watchdog);
    if (n->fd >= 0) {
        close(n->fd);
    }
    free(n);
}

bool sd_notify_ready(struct sd_notify *n, struct error *err)
{
    return send_text(n, STR("READY=1"), err);
}

bool sd_notify_reloading(struct sd_notify *n, struct error *err)
{
    struct strbuf text = STRBUF_INIT;
    int64_t usec = loop_clock(n->loop).ns / NS_PER_USEC;
    strbuf_printf(&text, "RELOADING=1\nMONOTONIC_USEC=%" PRId64, usec);
    bool ok = send_text(n, strbuf_str(&text), err);
    strbuf_release(&text);
    return ok;
}

bool sd_notify_stopping(struct sd_notify *n, struct error *err)
{
    return send_text(n, STR("STOPPING=1"), err);
}

bool sd_notify_status(struct sd_notify *n, const char *text, struct error *err)
{
    if (strlen(text) > SD_NOTIFY_STATUS_MAX) {
        return error_set(err, ERROR_LIMIT, "a status has at most %d bytes", SD_NOTIFY_STATUS_MAX);
    }
    struct strbuf line = STRBUF_INIT;
    strbuf_add_c(&line, "STATUS=");
    for (const char *at = text; *at != '\0'; at++) {
        strbuf_add_char(&line, *at == '\n' ? ' ' : *at);
    }
    bool ok = send_text(n, strbuf_str(&line), err);
    strbuf_release(&line);
    return ok;
}

int64_t sd_notify_watchdog_ms(const struct sd_notify *n)
{
    return n->watchdog_ms;
}
