/*
 * A round is shared by the loop and one thread. The thread writes the answers in order and counts
 * them (`answered`, released after each); the loop reads only what has been counted, so that a
 * round that hangs in the middle has given the answers before. The mount the thread is at, once it
 * is there for too long, is the stuck one.
 */
#include "source/host/remote_mounts.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/mem.h"

struct round_mount {
    char *point;
    char *path; /* with the root in front */
    struct host_fs fs;
};

struct round {
    remote_stat stat;
    struct round_mount *mounts;
    size_t count;
    atomic_size_t answered;
};

struct remote_mounts {
    struct loop *loop;
    char *root;
    remote_stat stat;
    struct round *running; /* its thread may be in it */
    struct round *last;    /* complete; NULL: none yet */
    struct work *work;     /* of the running round */
    struct mono started;
    size_t seen_answered; /* of the running round, and since when */
    struct mono seen_since;
};

static void round_destroy(void *user)
{
    struct round *r = user;
    if (r == NULL) {
        return;
    }
    for (size_t i = 0; i < r->count; i++) {
        free(r->mounts[i].point);
        free(r->mounts[i].path);
    }
    free(r->mounts);
    free(r);
}

static struct round *round_create(const struct remote_mounts *rm, const struct host_mounts *mounts)
{
    struct round *r = mem_zalloc(1, sizeof(*r));
    r->stat = rm->stat;
    r->mounts = mem_zalloc(mounts->list.len + 1, sizeof(*r->mounts));
    VEC_EACH (&mounts->list, const struct host_mount, mount) {
        if (mount->remote) {
            r->mounts[r->count].point = str_dup(mount->point);
            r->mounts[r->count].path = mem_printf("%s%.*s", rm->root, STR_ARG(mount->point));
            r->count++;
        }
    }
    return r;
}

static void on_thread(void *user)
{
    struct round *r = user;
    for (size_t i = 0; i < r->count; i++) {
        r->stat(r->mounts[i].path, &r->mounts[i].fs);
        atomic_store_explicit(&r->answered, i + 1, memory_order_release);
    }
}

/* The work's user is the round, which outlives us where it hangs; so the round's end is noticed by
 * its count and this only says that the thread has left it. */
static void on_done(void *user)
{
    struct round *r = user;
    atomic_store_explicit(&r->answered, r->count + 1, memory_order_release);
}

static size_t answered_of(struct round *r)
{
    return atomic_load_explicit(&r->answered, memory_order_acquire);
}

struct remote_mounts *remote_mounts_create(struct loop *loop, const char *root, remote_stat stat)
{
    struct remote_mounts *rm = mem_zalloc(1, sizeof(*rm));
    rm->loop = loop;
    rm->root = mem_strdup(root);
    rm->stat = stat;
    return rm;
}

void remote_mounts_destroy(struct remote_mounts *rm)
{
    if (rm == NULL) {
        return;
    }
    if (rm->running != NULL) {
        if (answered_of(rm->running) > rm->running->count) {
            round_destroy(rm->running);
        } else {
            work_abandon(rm->work); /* which frees the round when its thread has left it */
        }
    }
    round_destroy(rm->last);
    free(rm->root);
    free(rm);
}

/* What was asked so long ago says nothing about now. */
static bool is_old(const struct remote_mounts *rm, struct mono now)
{
    return mono_ms_since(now, rm->started) > (int64_t)2 * REMOTE_ROUND_MS;
}

/* Takes over a round that has come to its end, and looks how far a running one is. */
static void follow_round(struct remote_mounts *rm, struct mono now)
{
    if (rm->running == NULL) {
        return;
    }
    size_t answered = answered_of(rm->running);
    if (answered > rm->running->count) {
        round_destroy(rm->last);
        rm->last = rm->running;
        rm->running = NULL;
        rm->work = NULL;
        if (is_old(rm, now)) {
            round_destroy(rm->last);
            rm->last = NULL;
        }
    } else if (answered != rm->seen_answered) {
        rm->seen_answered = answered;
        rm->seen_since = now;
    }
}

static void start_round(struct remote_mounts *rm, const struct host_mounts *mounts, struct mono now)
{
    rm->started = now;
    rm->seen_since = now;
    rm->seen_answered = 0;
    rm->running = round_create(rm, mounts);
    if (rm->running->count == 0) {
        round_destroy(rm->last);
        round_destroy(rm->running);
        rm->last = NULL;
        rm->running = NULL;
        return;
    }
    rm->work = loop_work(rm->loop, on_thread, on_done, round_destroy, rm->running);
}

static const struct host_fs *find(const struct round *r, size_t count, struct str point)
{
    for (size_t i = 0; i < count; i++) {
        if (str_equal_c(point, r->mounts[i].point)) {
            return &r->mounts[i].fs;
        }
    }
    return NULL;
}

/* The newest answer of a mount; NULL where nothing is known of it (yet). */
static const struct host_fs *answer_of(const struct remote_mounts *rm, struct str point,
                                       struct mono now)
{
    static const struct host_fs stuck = {.failed = true};
    if (rm->running == NULL) {
        return rm->last != NULL ? find(rm->last, rm->last->count, point) : NULL;
    }
    size_t answered = answered_of(rm->running);
    answered = answered < rm->running->count ? answered : rm->running->count;
    const struct host_fs *fs = find(rm->running, answered, point);
    if (fs != NULL && !is_old(rm, now)) {
        return fs;
    }
    bool hangs =
        answered < rm->running->count && mono_ms_since(now, rm->seen_since) > REMOTE_STUCK_MS;
    if (hangs && str_equal_c(point, rm->running->mounts[answered].point)) {
        return &stuck;
    }
    /* Behind a mount that hangs nothing is known. */
    return !hangs && rm->last != NULL ? find(rm->last, rm->last->count, point) : NULL;
}

void remote_mounts_add(struct remote_mounts *rm, const struct host_mounts *mounts, struct mono now,
                       struct host_sink *sink)
{
    follow_round(rm, now);
    bool due = rm->last == NULL || mono_ms_since(now, rm->started) >= REMOTE_ROUND_MS;
    bool any = false;
    VEC_EACH (&mounts->list, const struct host_mount, mount) {
        any = any || mount->remote;
    }
    if (any && due && rm->running == NULL) {
        start_round(rm, mounts, now);
    }
    VEC_EACH (&mounts->list, const struct host_mount, mount) {
        const struct host_fs *fs = mount->remote ? answer_of(rm, mount->point, now) : NULL;
        if (fs != NULL) {
            host_fs_add(mount, fs, sink);
        }
    }
}
