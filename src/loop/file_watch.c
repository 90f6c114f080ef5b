/*
 * Watching a file through its folder.
 *
 * Editors write a new file and rename it over the old one, so a watch on the file itself would go
 * with the old one. Kubernetes mounts `name -> ..data/name` and replaces the link `..data`
 * (kubernetes: pkg/volume/util/atomic_writer.go). So an event for the name, or for one that begins
 * with two dots, starts the settling time; afterwards the file is looked at, and only a difference
 * is told. The look is one stat(2) of a file that is about to be read anyway.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "loop/loop_internal.h"

/* A file written without pause is told at the latest so long after the first event. */
#define SETTLE_MAX_MS ((int64_t)5 * LOOP_FILE_SETTLE_MS)

struct signature {
    bool exists;
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec modified;
    struct timespec changed;
};

struct file_watch {
    uv_fs_event_t uv;
    struct loop *loop;
    char *path;
    const char *name; /* the last part of `path` */
    struct loop_timer *settle;
    struct mono burst_began;
    struct signature seen;
    loop_cb cb;
    void *user;
};

static struct signature look(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        return (struct signature){.exists = false};
    }
    return (struct signature){.exists = true,
                              .device = st.st_dev,
                              .inode = st.st_ino,
                              .size = st.st_size,
                              .modified = st.st_mtim,
                              .changed = st.st_ctim};
}

static bool same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool same(const struct signature *a, const struct signature *b)
{
    return a->exists == b->exists && a->device == b->device && a->inode == b->inode &&
           a->size == b->size && same_time(a->modified, b->modified) &&
           same_time(a->changed, b->changed);
}

static void on_settled(void *user)
{
    struct file_watch *w = user;
    struct signature now = look(w->path);
    bool tell = now.exists && !same(&now, &w->seen);
    w->seen = now;
    if (tell) {
        w->cb(w->user);
    }
}

static void on_event(uv_fs_event_t *uv, const char *name, int events, int status)
{
    struct file_watch *w = uv->data;
    (void)events;
    if (status == 0 && name != NULL && strcmp(name, w->name) != 0 && strncmp(name, "..", 2) != 0) {
        return;
    }
    uint64_t entered_ns = loop_enter(w->loop);
    if (!loop_timer_armed(w->settle)) {
        w->burst_began = w->loop->mono;
    }
    int64_t left_ms = SETTLE_MAX_MS - mono_ms_since(w->loop->mono, w->burst_began);
    loop_timer_arm(w->settle, left_ms < LOOP_FILE_SETTLE_MS ? left_ms : LOOP_FILE_SETTLE_MS);
    loop_leave(w->loop, "file-watch", entered_ns);
}

struct file_watch *loop_watch_file(struct loop *loop, const char *path, loop_cb cb, void *user,
                                   struct error *err)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL   ? mem_strdup(".")
                   : slash == path ? mem_strdup("/")
                                   : mem_strndup(path, (size_t)(slash - path));
    struct file_watch *w = mem_zalloc(1, sizeof(*w));
    int status = uv_fs_event_init(&loop->uv, &w->uv);
    if (status != 0) {
        error_set_sys(err, -status, "cannot watch '%s'", path);
        free(folder);
        free(w);
        return NULL;
    }
    w->uv.data = w;
    w->loop = loop;
    w->path = mem_strdup(path);
    w->name = w->path + (slash != NULL ? slash + 1 - path : 0);
    w->cb = cb;
    w->user = user;
    w->settle = loop_timer_create(loop, "file-watch", on_settled, w);
    w->seen = look(path);
    loop->handles++;
    status = uv_fs_event_start(&w->uv, on_event, folder, 0);
    if (status != 0) {
        error_set_sys(err, -status, "cannot watch the folder '%s'", folder);
        file_watch_destroy(w);
        w = NULL;
    }
    free(folder);
    return w;
}

void file_watch_destroy(struct file_watch *w)
{
    if (w == NULL) {
        return;
    }
    loop_timer_destroy(w->settle);
    free(w->path);
    loop_close_handle(w->loop, (uv_handle_t *)&w->uv);
}
