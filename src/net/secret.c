/* See secret.h. The file is opened without waiting and must be a regular one: a named pipe or a
 * device in its place would stop the loop. */
#include "net/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool read_open_file(int fd, const char *path, struct strbuf *out, struct error *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        return error_set_sys(err, errno, "cannot read the secret '%s'", path);
    }
    if (!S_ISREG(st.st_mode)) {
        return error_set(err, ERROR_CONFIG, "the secret '%s' is not a regular file", path);
    }
    char buffer[4096];
    size_t total = 0;
    ssize_t n;
    while ((n = read(fd, buffer, sizeof(buffer))) > 0) {
        total += (size_t)n;
        if (total > SECRET_MAX_BYTES) {
            return error_set(err, ERROR_LIMIT, "the secret '%s' is larger than %zu bytes", path,
                             SECRET_MAX_BYTES);
        }
        strbuf_add(out, buffer, (size_t)n);
    }
    int problem = errno;
    explicit_bzero(buffer, sizeof(buffer));
    return n == 0 || error_set_sys(err, problem, "cannot read the secret '%s'", path);
}

bool secret_read(const struct secret *secret, struct strbuf *out, struct error *err)
{
    if (secret->file == NULL) {
        strbuf_add_c(out, secret->value != NULL ? secret->value : "");
        return true;
    }
    int fd = open(secret->file, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        return error_set_sys(err, errno, "cannot open the secret '%s'", secret->file);
    }
    size_t before = out->len;
    bool ok = read_open_file(fd, secret->file, out, err);
    close(fd);
    while (ok && out->len > before &&
           (out->data[out->len - 1] == '\n' || out->data[out->len - 1] == '\r')) {
        strbuf_truncate(out, out->len - 1);
    }
    return ok;
}

void secret_release(struct secret *secret)
{
    if (secret->value != NULL) {
        explicit_bzero(secret->value, strlen(secret->value));
    }
    free(secret->value);
    free(secret->file);
    *secret = (struct secret){0};
}

void secret_wipe(struct strbuf *buffer)
{
    if (buffer->data != NULL) {
        explicit_bzero(buffer->data, buffer->len);
    }
    strbuf_release(buffer);
}
