/*
 * A small disk in memory for one test process, which sees it alone: to be full, or to be read-only
 * for root as well. Where the process may not mount, the case says so and ends.
 *
 * Before the process has threads; small_disk_remove at the end, or with the process.
 */
#ifndef TOCSIN_TESTS_SUPPORT_SMALL_DISK_H
#define TOCSIN_TESTS_SUPPORT_SMALL_DISK_H

#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

/* `size` as tmpfs takes it: "size=512k". */
static inline bool small_disk_mount(const char *folder, const char *size)
{
    bool mounted = (unshare(CLONE_NEWNS) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) &&
                   mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
                   mount("tocsin-test", folder, "tmpfs", 0, size) == 0;
    if (!mounted) {
        puts("skipped: this process may not mount a disk of its own");
    }
    return mounted;
}

static inline bool small_disk_resize(const char *folder, const char *size)
{
    return mount(NULL, folder, NULL, MS_REMOUNT, size) == 0;
}

static inline bool small_disk_make_read_only(const char *folder)
{
    return mount(NULL, folder, NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0;
}

/* Writes `path` until nothing more goes. */
static inline void small_disk_fill(const char *path)
{
    char bytes[4000];
    memset(bytes, 'x', sizeof(bytes));
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    while (fd >= 0 && write(fd, bytes, sizeof(bytes)) > 0) {
    }
    while (fd >= 0 && write(fd, bytes, 1) > 0) {
    }
    close(fd);
}

static inline void small_disk_remove(const char *folder)
{
    umount2(folder, MNT_DETACH);
}

#endif
