/*
 * A file of /proc or /sys that is read again and again: its descriptor stays open, since opening
 * costs more than reading. A file that is not there is tried again at every reading (a module may
 * be loaded later).
 *
 * Owner: zero-initialised with `path` set; proc_file_release. Limit: PROC_FILE_MAX bytes.
 */
#ifndef TOCSIN_SOURCE_HOST_PROC_FILE_H
#define TOCSIN_SOURCE_HOST_PROC_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "base/strbuf.h"

#define PROC_FILE_MAX ((size_t)8 * 1024 * 1024)

struct proc_file {
    char *path;    /* owned */
    int fd_plus_1; /* 0: not open */
};

enum proc_read {
    PROC_READ,
    PROC_ABSENT, /* the kernel does not have it, or has it switched off */
    PROC_FAILED  /* errno says why; EFBIG over the limit */
};

void proc_file_init(struct proc_file *f, const char *root, const char *path);
void proc_file_release(struct proc_file *f);
/* Replaces what `out` holds (made with strbuf_init and PROC_FILE_MAX). */
enum proc_read proc_file_read(struct proc_file *f, struct strbuf *out);

#endif
