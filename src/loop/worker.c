/*
 * A thread with a queue of its own. Tasks are handed over in one piece: all that waits goes to the
 * thread at once, and all that it has done comes back at once, so that a burst costs two wake-ups.
 *
 * Whatever both threads touch is under the lock. A thread that does not end in time (a dead file
 * server) is left behind with the struct, which nobody frees then; `closed` keeps it away from the
 * loop's handle, which is gone.
 */
#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "base/mem.h"
#include "loop/loop_internal.h"

/* SQLite's deepest calls take a tenth of it; only what is touched is memory. */
#define STACK_BYTES ((size_t)512 * 1024)
/* Waits are counted and not measured: a machine that stood still gave the thread no time either. */
#define WAIT_SLICE_MS 10
#define NS_PER_MS     UINT64_C(1000000)

struct task_list {
    struct worker_task *first;
    struct worker_task *last;
};

struct worker {
    struct loop *loop;
    uv_async_t *told; /* its data is this worker; freed when libuv has let go */
    const char *name;
    struct worker_calls calls;
    void *user;
    uv_thread_t thread;
    /* The loop's thread only: */
    size_t open;     /* submitted and not told */
    bool *destroyed; /* of the on_told that runs */

    uv_mutex_t lock;
    uv_cond_t changed;
    struct task_list waiting;
    struct task_list running; /* what the thread has */
    struct task_list ended;
    bool stop; /* the thread is to end when nothing waits */
    bool ended_thread;
    bool closed; /* the loop's handle is no more */
};

static void list_add(struct task_list *list, struct worker_task *task)
{
    task->next = NULL;
    *(list->last != NULL ? &list->last->next : &list->first) = task;
    list->last = task;
}

/* Empties `list`. */
static struct worker_task *list_take(struct task_list *list)
{
    struct worker_task *first = list->first;
    *list = (struct task_list){.first = NULL};
    return first;
}

static void list_move(struct task_list *to, struct task_list *from)
{
    struct worker_task *task = list_take(from);
    while (task != NULL) {
        struct worker_task *next = task->next;
        list_add(to, task);
        task = next;
    }
}

static void on_worker_thread(void *arg)
{
    struct worker *w = arg;
    uv_mutex_lock(&w->lock);
    for (;;) {
        while (w->waiting.first == NULL && !w->stop) {
            uv_cond_wait(&w->changed, &w->lock);
        }
        if (w->waiting.first == NULL) {
            break;
        }
        list_move(&w->running, &w->waiting);
        uv_mutex_unlock(&w->lock);
        w->calls.run(w->user, w->running.first);
        uv_mutex_lock(&w->lock);
        list_move(&w->ended, &w->running);
        if (!w->closed) {
            uv_async_send(w->told);
        }
        uv_cond_broadcast(&w->changed);
    }
    w->ended_thread = true;
    uv_cond_broadcast(&w->changed);
    uv_mutex_unlock(&w->lock);
}

static struct worker_task *take_ended(struct worker *w)
{
    uv_mutex_lock(&w->lock);
    struct worker_task *task = w->ended.first;
    if (task != NULL) {
        w->ended.first = task->next;
        w->ended.last = task->next != NULL ? w->ended.last : NULL;
    }
    uv_mutex_unlock(&w->lock);
    return task;
}

/* One by one: who is told may destroy the worker. */
static void on_told(uv_async_t *uv)
{
    struct worker *w = uv->data;
    struct loop *loop = w->loop;
    struct worker_task *task;
    bool destroyed = false;
    w->destroyed = &destroyed;
    while (!destroyed && (task = take_ended(w)) != NULL) {
        if (--w->open == 0) {
            uv_unref((uv_handle_t *)w->told);
        }
        const char *name = w->name;
        uint64_t entered_ns = loop_enter(loop);
        w->calls.done(w->user, task);
        loop_leave(loop, name, entered_ns);
    }
    if (!destroyed) {
        w->destroyed = NULL;
    }
}

static void on_async_closed(uv_handle_t *handle)
{
    free(handle);
}

static void close_async(struct worker *w)
{
    w->loop->handles--;
    uv_close((uv_handle_t *)w->told, on_async_closed);
}

static void free_worker(struct worker *w)
{
    uv_cond_destroy(&w->changed);
    uv_mutex_destroy(&w->lock);
    free(w);
}

/* Signals are the loop's. */
static int start_thread(struct worker *w)
{
    sigset_t all;
    sigset_t before;
    const uv_thread_options_t options = {.flags = UV_THREAD_HAS_STACK_SIZE,
                                         .stack_size = STACK_BYTES};
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int status = uv_thread_create_ex(&w->thread, &options, on_worker_thread, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return status;
}

struct worker *loop_worker_create(struct loop *loop, const char *name,
                                  const struct worker_calls *calls, void *user, struct error *err)
{
    struct worker *w = mem_zalloc(1, sizeof(*w));
    w->loop = loop;
    w->name = name;
    w->calls = *calls;
    w->user = user;
    w->told = mem_zalloc(1, sizeof(*w->told));
    int status = uv_async_init(&loop->uv, w->told, on_told);
    if (status != 0) {
        error_set_sys(err, -status, "cannot wake the loop from a thread");
        free(w->told);
        free(w);
        return NULL;
    }
    w->told->data = w;
    loop->handles++;
    uv_unref((uv_handle_t *)w->told);
    uv_mutex_init(&w->lock);
    uv_cond_init(&w->changed);
    status = start_thread(w);
    if (status != 0) {
        error_set_sys(err, -status, "cannot start a thread (%s)", name);
        close_async(w);
        free_worker(w);
        return NULL;
    }
    return w;
}

void worker_submit(struct worker *w, struct worker_task *task)
{
    if (w->open++ == 0) {
        uv_ref((uv_handle_t *)w->told);
    }
    uv_mutex_lock(&w->lock);
    assert(!w->stop);
    list_add(&w->waiting, task);
    uv_cond_broadcast(&w->changed);
    uv_mutex_unlock(&w->lock);
}

static bool list_remove(struct task_list *list, const struct worker_task *task)
{
    struct worker_task *previous = NULL;
    for (struct worker_task *t = list->first; t != NULL; previous = t, t = t->next) {
        if (t == task) {
            *(previous != NULL ? &previous->next : &list->first) = t->next;
            list->last = t->next != NULL ? list->last : previous;
            return true;
        }
    }
    return false;
}

bool worker_withdraw(struct worker *w, struct worker_task *task)
{
    uv_mutex_lock(&w->lock);
    bool found = list_remove(&w->waiting, task);
    uv_mutex_unlock(&w->lock);
    if (found && --w->open == 0) {
        uv_unref((uv_handle_t *)w->told);
    }
    return found;
}

size_t worker_open(const struct worker *w)
{
    return w->open;
}

/* With the lock. Waits while the thread has or gets something to do, or (with `to_end`) lives. */
static bool wait_until_idle(struct worker *w, int64_t wait_ms, bool to_end)
{
    for (;;) {
        bool busy = w->waiting.first != NULL || w->running.first != NULL;
        if (to_end ? w->ended_thread : !busy) {
            return true;
        }
        if (wait_ms <= 0) {
            return false;
        }
        if (uv_cond_timedwait(&w->changed, &w->lock, WAIT_SLICE_MS * NS_PER_MS) != 0) {
            wait_ms -= WAIT_SLICE_MS;
        }
    }
}

bool worker_wait(struct worker *w, int64_t wait_ms)
{
    uv_mutex_lock(&w->lock);
    bool idle = wait_until_idle(w, wait_ms, false);
    uv_mutex_unlock(&w->lock);
    return idle;
}

bool worker_destroy(struct worker *w, int64_t wait_ms)
{
    struct task_list untold = {.first = NULL};
    if (w->destroyed != NULL) {
        *w->destroyed = true;
    }
    uv_mutex_lock(&w->lock);
    struct task_list waiting = {.first = NULL};
    list_move(&waiting, &w->waiting);
    w->stop = true;
    uv_cond_broadcast(&w->changed);
    bool ended = wait_until_idle(w, wait_ms, true);
    list_move(&untold, &w->ended);
    list_move(&untold, &waiting);
    w->closed = true;
    uv_mutex_unlock(&w->lock);
    close_async(w);
    struct worker_task *task = untold.first;
    while (task != NULL) {
        struct worker_task *next = task->next;
        w->calls.dropped(w->user, task);
        task = next;
    }
    if (ended) {
        uv_thread_join(&w->thread);
        free_worker(w);
    }
    return ended;
}
