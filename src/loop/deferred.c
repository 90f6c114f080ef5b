/*
 * Calls for the next turn. A turn takes the whole list as it stands when it begins, so that a call
 * which defers itself again does not keep I/O waiting.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "loop/loop_internal.h"

struct deferred {
    struct loop *loop;
    struct deferred_list *list; /* the one it is in */
    struct deferred *previous;
    struct deferred *next;
    loop_cb cb;
    void *user;
};

static void list_append(struct deferred_list *list, struct deferred *d)
{
    d->list = list;
    d->previous = list->last;
    d->next = NULL;
    *(list->last != NULL ? &list->last->next : &list->first) = d;
    list->last = d;
}

static void list_unlink(struct deferred *d)
{
    *(d->previous != NULL ? &d->previous->next : &d->list->first) = d->next;
    *(d->next != NULL ? &d->next->previous : &d->list->last) = d->previous;
}

struct deferred *loop_defer(struct loop *loop, loop_cb cb, void *user)
{
    struct deferred *d = mem_zalloc(1, sizeof(*d));
    d->loop = loop;
    d->cb = cb;
    d->user = user;
    list_append(&loop->deferred, d);
    loop->handles++;
    loop_hurry(loop);
    return d;
}

void deferred_cancel(struct deferred *d)
{
    if (d == NULL) {
        return;
    }
    list_unlink(d);
    d->loop->handles--;
    free(d);
}

void deferred_run(struct loop *loop)
{
    while (loop->deferred.first != NULL) {
        struct deferred *d = loop->deferred.first;
        list_unlink(d);
        list_append(&loop->deferred_running, d);
    }
    while (loop->deferred_running.first != NULL) {
        struct deferred *d = loop->deferred_running.first;
        loop_cb cb = d->cb;
        void *user = d->user;
        deferred_cancel(d);
        loop_call(loop, "deferred", cb, user);
    }
}
