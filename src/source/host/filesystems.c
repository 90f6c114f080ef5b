/* The table of mounts is decoded only when it has changed. */
#include "source/host/filesystems.h"

#include <stdlib.h>
#include <sys/vfs.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "source/host/mounts.h"
#include "source/host/remote_mounts.h"

struct filesystems {
    char *root;
    struct host_mounts mounts;
    struct strbuf path;
    uint64_t table_hash;
    bool decoded; /* and it was of its form */
    struct remote_mounts *remote;
};

/* Counts are in units of f_bsize (node_exporter takes it, too), not of statvfs' fragment size. */
static void stat_path(const char *path, struct host_fs *out)
{
    struct statfs s;
    if (statfs(path, &s) != 0) {
        *out = (struct host_fs){.failed = true};
        return;
    }
    double unit = (double)s.f_bsize;
    *out = (struct host_fs){
        .size_bytes = (double)s.f_blocks * unit,
        .free_bytes = (double)s.f_bfree * unit,
        .avail_bytes = (double)s.f_bavail * unit,
        .files = (double)s.f_files,
        .files_free = (double)s.f_ffree,
    };
}

struct filesystems *filesystems_create(struct loop *loop, const char *root)
{
    struct filesystems *fs = mem_zalloc(1, sizeof(*fs));
    fs->root = mem_strdup(root);
    strbuf_init(&fs->path, STRBUF_MAX_DEFAULT);
    fs->remote = remote_mounts_create(loop, root, stat_path);
    return fs;
}

void filesystems_destroy(struct filesystems *fs)
{
    if (fs == NULL) {
        return;
    }
    remote_mounts_destroy(fs->remote);
    host_mounts_release(&fs->mounts);
    strbuf_release(&fs->path);
    free(fs->root);
    free(fs);
}

bool filesystems_add(struct filesystems *fs, struct str table, struct mono now,
                     struct host_sink *sink)
{
    uint64_t hash = str_hash(table);
    if (!fs->decoded || hash != fs->table_hash) {
        fs->decoded = host_mounts_decode(&fs->mounts, table);
        fs->table_hash = hash;
    }
    VEC_EACH (&fs->mounts.list, const struct host_mount, mount) {
        if (mount->remote) {
            continue;
        }
        struct host_fs stat;
        strbuf_reset(&fs->path);
        strbuf_add_c(&fs->path, fs->root);
        strbuf_add_str(&fs->path, mount->point);
        stat_path(strbuf_cstr(&fs->path), &stat);
        host_fs_add(mount, &stat, sink);
    }
    remote_mounts_add(fs->remote, &fs->mounts, now, sink);
    return fs->decoded;
}

bool filesystems_over_limit(const struct filesystems *fs)
{
    return fs->mounts.over_limit;
}
