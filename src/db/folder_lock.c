/*
 * See folder_lock.h. flock() and not fcntl()'s locks: those belong to the process, so that closing
 * any other descriptor of the file would give them up.
 */
#include "db/folder_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"

struct folder_lock {
    int fd;
};

/* " (pid 123)", or "" where the file does not say. */
static void read_holder(int fd, char *text, size_t size)
{
    char written[32];
    uint64_t pid = 0;
    ssize_t n = pread(fd, written, sizeof(written), 0);
    text[0] = '\0';
    if (n > 0 && str_to_u64(str_trim(str_span(written, (size_t)n)), &pid)) {
        (void)snprintf(text, size, " (pid %llu)", (unsigned long long)pid);
    }
}

static bool lock_file(int fd, const char *folder, struct error *err)
{
    int status;
    do {
        status = flock(fd, LOCK_EX | LOCK_NB);
    } while (status != 0 && errno == EINTR);
    if (status == 0) {
        return true;
    }
    if (errno != EWOULDBLOCK) {
        return error_set_sys(err, errno, "cannot lock the state directory '%s'", folder);
    }
    char holder[48];
    read_holder(fd, holder, sizeof(holder));
    return error_set(err, ERROR_BUSY, "another tocsin%s runs with the state directory '%s'", holder,
                     folder);
}

/* Only for the message: that it cannot be written (a full disk) leaves the lock what it is. */
static void write_holder(int fd)
{
    char text[32];
    int len = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) == 0 && len > 0) {
        ssize_t written = pwrite(fd, text, (size_t)len, 0);
        (void)written;
    }
}

struct folder_lock *folder_lock_take(const char *folder, struct error *err)
{
    char *path = mem_printf("%s/lock", folder);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        error_set_sys(err, errno, "cannot make '%s'", path);
    } else if (!lock_file(fd, folder, err)) {
        close(fd);
        fd = -1;
    }
    free(path);
    if (fd < 0) {
        return NULL;
    }
    write_holder(fd);
    struct folder_lock *lock = mem_zalloc(1, sizeof(*lock));
    lock->fd = fd;
    return lock;
}

void folder_lock_release(struct folder_lock *lock)
{
    if (lock != NULL) {
        close(lock->fd);
        free(lock);
    }
}
