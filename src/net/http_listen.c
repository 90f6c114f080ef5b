/* See http_listen.h. */
#include "net/http_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"

#define SOCKET_MODE 0660
#define FOLDER_MODE 0700

void http_listener_release(struct http_listener *l)
{
    struct stat now;
    if (l->path != NULL && l->inode != 0 && lstat(l->path, &now) == 0 && now.st_dev == l->device &&
        now.st_ino == l->inode) {
        unlink(l->path);
    }
    if (l->fd >= 0) {
        close(l->fd);
    }
    free(l->path);
    *l = (struct http_listener)HTTP_LISTENER_INIT;
}

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL) {
        return mem_strdup(".");
    }
    return slash == path ? mem_strdup("/") : mem_strndup(path, (size_t)(slash - path));
}

/* Whoever may write to the folder may put another socket in the place of ours. */
static bool folder_is_safe(int fd, const char *folder, struct error *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        return error_set_sys(err, errno, "the folder '%s' cannot be looked at", folder);
    }
    bool owned = st.st_uid == geteuid() || st.st_uid == 0;
    bool open_to_all = (st.st_mode & S_IWOTH) != 0 && (st.st_mode & S_ISVTX) == 0;
    if (!owned || open_to_all) {
        error_set(err, ERROR_CONFIG,
                  "the folder '%s' %s, who could put a socket there of their own", folder,
                  owned ? "may be written by everybody" : "belongs to somebody else");
        error_suggest(err, "name a folder of your own, such as one in $XDG_RUNTIME_DIR");
        return false;
    }
    return true;
}

/* Opens and locks it, having made it where it was not there; -1 with `err`. */
static int lock_folder(const char *folder, struct error *err)
{
    int fd = -1;
    if (mkdir(folder, FOLDER_MODE) != 0 && errno != EEXIST) {
        error_set_sys(err, errno, "the folder '%s' of the socket cannot be made", folder);
        return -1;
    }
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        error_set_sys(err, errno, "the folder '%s' of the socket cannot be opened", folder);
        return -1;
    }
    if (!folder_is_safe(fd, folder, err)) {
        close(fd);
        return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        error_set_sys(err, errno, "the folder '%s' is locked by somebody who starts as well",
                      folder);
        close(fd);
        return -1;
    }
    return fd;
}

static bool taken(const char *path, struct error *err)
{
    error_set(err, ERROR_CONFIG, "somebody listens at '%s' already", path);
    error_suggest(err, "is another tocsin running?");
    return false;
}

/* True where there is nothing at `path` any more, having removed what nobody listens at. */
static bool clear_place(const struct sockaddr_un *address, struct error *err)
{
    const char *path = address->sun_path;
    struct stat st;
    if (lstat(path, &st) != 0) {
        return errno == ENOENT || error_set_sys(err, errno, "'%s' cannot be looked at", path);
    }
    if (!S_ISSOCK(st.st_mode)) {
        return error_set(err, ERROR_CONFIG, "'%s' is there and is no socket", path);
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return error_set_sys(err, errno, "no socket can be made");
    }
    int refused = connect(fd, (const struct sockaddr *)address, sizeof(*address)) != 0 ? errno : 0;
    close(fd);
    if (refused == 0 || refused == EAGAIN || refused == EINPROGRESS) {
        return taken(path, err);
    }
    if (refused != ECONNREFUSED) {
        return error_set_sys(err, refused, "whether somebody listens at '%s' cannot be told", path);
    }
    return unlink(path) == 0 || errno == ENOENT ||
           error_set_sys(err, errno, "the old socket '%s' cannot be removed", path);
}

static bool bind_unix(struct http_listener *l, const struct sockaddr_un *address, struct error *err)
{
    l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (l->fd < 0) {
        return error_set_sys(err, errno, "no socket can be made");
    }
    /* Linux makes the file with the mode the descriptor has, less the umask: it is never open to
     * more than it should be. */
    fchmod(l->fd, SOCKET_MODE);
    if (bind(l->fd, (const struct sockaddr *)address, sizeof(*address)) != 0) {
        return errno == EADDRINUSE
                   ? taken(address->sun_path, err)
                   : error_set_sys(err, errno, "cannot listen at '%s'", address->sun_path);
    }
    struct stat st;
    if (chmod(address->sun_path, SOCKET_MODE) != 0 || lstat(address->sun_path, &st) != 0 ||
        listen(l->fd, SOMAXCONN) != 0) {
        int failure = errno;
        unlink(address->sun_path);
        return error_set_sys(err, failure, "cannot listen at '%s'", address->sun_path);
    }
    l->path = mem_strdup(address->sun_path);
    l->device = st.st_dev;
    l->inode = st.st_ino;
    return true;
}

bool http_listen_unix(struct http_listener *l, const char *path, struct error *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t len = strlen(path);
    *l = (struct http_listener)HTTP_LISTENER_INIT;
    if (len == 0 || len >= sizeof(address.sun_path)) {
        error_set(err, ERROR_CONFIG, "the name of the socket '%s' is %s", path,
                  len == 0 ? "empty" : "too long");
        error_suggest(err, "the system takes %zu bytes at most", sizeof(address.sun_path) - 1);
        return false;
    }
    memcpy(address.sun_path, path, len);
    char *folder = folder_of(path);
    int lock = lock_folder(folder, err);
    bool ok = lock >= 0 && clear_place(&address, err) && bind_unix(l, &address, err);
    if (lock >= 0) {
        close(lock);
    }
    if (!ok) {
        http_listener_release(l);
    }
    free(folder);
    return ok;
}

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* "127.0.0.1:9095", "[::1]:9095"; returns its size, or 0. */
static socklen_t read_address(const char *text, union address *out)
{
    const char *colon = strrchr(text, ':');
    uint64_t port;
    if (colon == NULL || !str_to_u64(str_from(colon + 1), &port) || port > UINT16_MAX) {
        return 0;
    }
    struct str name = str_span(text, (size_t)(colon - text));
    bool v6 = name.len > 2 && name.data[0] == '[' && name.data[name.len - 1] == ']';
    char *host = v6 ? str_dup(str_slice(name, 1, name.len - 2)) : str_dup(name);
    socklen_t size = 0;
    *out = (union address){0};
    if (v6 && inet_pton(AF_INET6, host, &out->v6.sin6_addr) == 1) {
        out->v6.sin6_family = AF_INET6;
        out->v6.sin6_port = htons((uint16_t)port);
        size = sizeof(out->v6);
    } else if (!v6 && inet_pton(AF_INET, strcmp(host, "localhost") == 0 ? "127.0.0.1" : host,
                                &out->v4.sin_addr) == 1) {
        out->v4.sin_family = AF_INET;
        out->v4.sin_port = htons((uint16_t)port);
        size = sizeof(out->v4);
    }
    free(host);
    return size;
}

static bool bind_tcp(struct http_listener *l, const union address *address, socklen_t size)
{
    int on = 1;
    l->fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return l->fd >= 0 && setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
           bind(l->fd, &address->any, size) == 0 && listen(l->fd, SOMAXCONN) == 0;
}

bool http_listen_tcp(struct http_listener *l, const char *text, struct error *err)
{
    union address address;
    socklen_t size = read_address(text, &address);
    *l = (struct http_listener)HTTP_LISTENER_INIT;
    if (size == 0) {
        error_set(err, ERROR_CONFIG, "'%s' is no address to listen at", text);
        error_suggest(err,
                      "an address is numbers and a port, such as 127.0.0.1:9095 or [::1]:9095");
        return false;
    }
    if (!bind_tcp(l, &address, size)) {
        error_set_sys(err, errno, "cannot listen at '%s'", text);
        http_listener_release(l);
        return false;
    }
    return true;
}

unsigned http_listener_port(const struct http_listener *l)
{
    union address address = {0};
    socklen_t len = sizeof(address);
    if (l->fd < 0 || l->path != NULL || getsockname(l->fd, &address.any, &len) != 0) {
        return 0;
    }
    return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}
