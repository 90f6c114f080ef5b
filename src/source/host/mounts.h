/*
 * The table of mounts (/proc/1/mounts): which file systems there are, which of them are shown, and
 * which may keep a call waiting for another machine or process.
 *
 * Owner: zero-initialised is empty; host_mounts_release. Limit: HOST_MAX_MOUNTS shown; more is
 * said by `over_limit`.
 */
#ifndef TOCSIN_SOURCE_HOST_MOUNTS_H
#define TOCSIN_SOURCE_HOST_MOUNTS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/vec.h"
#include "source/host/sink.h"

#define HOST_MAX_MOUNTS 1000

struct host_mount {
    struct str device;
    struct str point; /* NUL-terminated */
    struct str type;
    bool read_only;
    bool remote; /* network and FUSE: statfs may never return */
};

struct host_mounts {
    struct arena arena; /* of the texts */
    VEC(struct host_mount) list;
    bool over_limit;
};

/* What node_exporter leaves out is left out (pseudo file systems; mounts under /dev, /proc, /sys,
 * of containers and credentials); a mount point that is mounted over stands there once. False where
 * no line of a text could be read. What the list held before is gone. */
bool host_mounts_decode(struct host_mounts *mounts, struct str text);
void host_mounts_release(struct host_mounts *mounts);

/* What statfs says of a mount. */
struct host_fs {
    bool failed; /* the call, or it does not come back */
    double size_bytes;
    double free_bytes;
    double avail_bytes;
    double files;
    double files_free;
};
void host_fs_add(const struct host_mount *mount, const struct host_fs *fs, struct host_sink *sink);

#endif
