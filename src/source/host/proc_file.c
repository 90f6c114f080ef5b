/* Read with pread from the beginning: the kernel makes the text anew for that. It may give it in
 * pieces of a page, so only an empty read is its end. */
#include "source/host/proc_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

void proc_file_init(struct proc_file *f, const char *root, const char *path)
{
    *f = (struct proc_file){.path = mem_printf("%s%s", root, path)};
}

static void close_file(struct proc_file *f)
{
    if (f->fd_plus_1 != 0) {
        (void)close(f->fd_plus_1 - 1);
        f->fd_plus_1 = 0;
    }
}

void proc_file_release(struct proc_file *f)
{
    close_file(f);
    free(f->path);
    f->path = NULL;
}

/* ENXIO, ENODEV: a device that is going; EOPNOTSUPP: pressure with psi=0; EINVAL: an attribute that
 * this interface does not have. */
static enum proc_read outcome(int errnum)
{
    switch (errnum) {
    case ENOENT:
    case ENOTDIR:
    case ENXIO:
    case ENODEV:
    case EOPNOTSUPP:
    case EINVAL:
        return PROC_ABSENT;
    default:
        errno = errnum;
        return PROC_FAILED;
    }
}

static enum proc_read read_open(int fd, struct strbuf *out)
{
    char chunk[16384];
    strbuf_reset(out);
    for (;;) {
        ssize_t n = pread(fd, chunk, sizeof(chunk), (off_t)out->len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return outcome(errno);
        }
        if (n == 0) {
            return PROC_READ;
        }
        if (!strbuf_add(out, chunk, (size_t)n)) {
            errno = EFBIG;
            return PROC_FAILED;
        }
    }
}

enum proc_read proc_file_read(struct proc_file *f, struct strbuf *out)
{
    bool reopened = f->fd_plus_1 == 0;
    for (;;) {
        if (f->fd_plus_1 == 0) {
            int fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
            if (fd < 0) {
                return outcome(errno);
            }
            f->fd_plus_1 = fd + 1;
        }
        enum proc_read got = read_open(f->fd_plus_1 - 1, out);
        if (got == PROC_READ) {
            return got;
        }
        /* The descriptor may lead to something that was replaced (a device that came back). */
        int errnum = errno;
        close_file(f);
        if (reopened) {
            errno = errnum;
            return got;
        }
        reopened = true;
    }
}
