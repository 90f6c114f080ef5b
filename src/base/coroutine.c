/*
 * Coroutines over POSIX ucontext. Its switches are system calls (the signal mask), which is too
 * much for ten thousand short questions: so that only the first one onto a stack is made with it,
 * and all others are jumps between places that are both still there. For the same reason a body
 * that has returned leaves the frame that called it, and the next one is called from there.
 *
 * The address sanitizer has to be told of each change of stacks and wants no jumps between them;
 * there contexts do it all, each body beginning with an empty stack. Its wrapper of swapcontext
 * warns on standard error, so that the same is done by the two halves.
 */
/* The checked longjmp takes a jump to another stack for one into a frame that is gone. */
#undef _FORTIFY_SOURCE
#include "base/coroutine.h"

#include <assert.h>
#include <errno.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/mem.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

#ifdef SANITIZED
#include <sanitizer/common_interface_defs.h>
#define NOT_SANITIZED __attribute__((no_sanitize_address))
#else
#define NOT_SANITIZED
#endif

enum state { IDLE, READY, RUNNING, SUSPENDED };

/* One side of a switch. */
struct side {
    ucontext_t context;
#ifndef SANITIZED
    sigjmp_buf place;
#endif
    void *fake_stack; /* the sanitizer's, while this side does not run */
    const void *bottom;
    size_t size;
};

struct coroutine {
    enum state state;
    bool stopping;
    coroutine_body body;
    void *user;
    struct side caller;
    struct side inside;
    bool entered; /* the stack has its first frame */
    char *memory; /* the guard page and above it the stack */
    size_t memory_size;
};

/* `first`: nothing runs on the stack of `to` yet. */
static void swap(struct side *from, struct side *to, bool first)
{
#ifdef SANITIZED
    volatile bool back = false;
    (void)first;
    getcontext(&from->context);
    if (!back) {
        back = true;
        setcontext(&to->context);
    }
#else
    if (sigsetjmp(from->place, 0) != 0) {
        return;
    }
    if (first) {
        setcontext(&to->context);
    }
    siglongjmp(to->place, 1);
#endif
}

/* Gone from this side before the switch; `last`: for good, its stack is left empty. */
static void leave(struct side *from, const struct side *to, bool last)
{
#ifdef SANITIZED
    __sanitizer_start_switch_fiber(last ? NULL : &from->fake_stack, to->bottom, to->size);
#else
    (void)from;
    (void)to;
    (void)last;
#endif
}

/* Back on this side after the switch; what was left is `other`. */
static void arrive(struct side *here, struct side *other)
{
#ifdef SANITIZED
    __sanitizer_finish_switch_fiber(here->fake_stack, &other->bottom, &other->size);
    here->fake_stack = NULL;
#else
    (void)here;
    (void)other;
#endif
}

/* The first frame of the coroutine's stack. It never returns, so that the sanitizer must not put
 * marks around it which nobody would take away. */
NOT_SANITIZED static void enter(unsigned low, unsigned high)
{
    struct coroutine *co = (struct coroutine *)((uintptr_t)low | (uintptr_t)high << 16 << 16);
    for (;;) {
        arrive(&co->inside, &co->caller);
        co->body(co, co->user);
        co->state = IDLE;
        leave(&co->inside, &co->caller, true);
#ifdef SANITIZED
        co->entered = false;
        setcontext(&co->caller.context);
        abort(); /* a context that was saved can be gone back to */
#else
        swap(&co->inside, &co->caller, false);
#endif
    }
}

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

struct coroutine *coroutine_create(size_t stack_bytes, struct error *err)
{
    size_t page = page_size();
    size_t size = (stack_bytes + page - 1) / page * page + page;
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED) {
        error_set_sys(err, errno, "cannot reserve a stack of %zu bytes", stack_bytes);
        return NULL;
    }
    if (mprotect(memory, page, PROT_NONE) != 0) {
        error_set_sys(err, errno, "cannot guard a stack");
        munmap(memory, size);
        return NULL;
    }
    struct coroutine *co = mem_zalloc(1, sizeof(*co));
    co->memory = memory;
    co->memory_size = size;
    getcontext(&co->inside.context);
    co->inside.bottom = memory + page;
    co->inside.size = size - page;
    return co;
}

void coroutine_destroy(struct coroutine *co)
{
    if (co == NULL) {
        return;
    }
    coroutine_stop(co);
    munmap(co->memory, co->memory_size);
    free(co);
}

void coroutine_start(struct coroutine *co, coroutine_body body, void *user)
{
    assert(co->state == IDLE);
    co->state = READY;
    co->stopping = false;
    co->body = body;
    co->user = user;
    co->inside.fake_stack = NULL;
}

bool coroutine_active(const struct coroutine *co)
{
    return co->state != IDLE;
}

/* makecontext passes integers only: the address goes in two halves. */
static void begin(struct coroutine *co)
{
    uintptr_t address = (uintptr_t)co;
    co->inside.context.uc_stack.ss_sp = co->memory + page_size();
    co->inside.context.uc_stack.ss_size = co->inside.size;
    co->inside.context.uc_link = NULL;
    makecontext(&co->inside.context, (void (*)(void))enter, 2, (unsigned)address,
                (unsigned)(address >> 16 >> 16));
}

bool coroutine_resume(struct coroutine *co)
{
    assert(co->state == READY || co->state == SUSPENDED);
    bool first = !co->entered;
    if (first) {
        begin(co);
        co->entered = true;
    }
    co->state = RUNNING;
    leave(&co->caller, &co->inside, false);
    swap(&co->caller, &co->inside, first);
    arrive(&co->caller, &co->inside);
    return co->state == SUSPENDED;
}

bool coroutine_give_way(struct coroutine *co)
{
    assert(co->state == RUNNING);
    if (!co->stopping) {
        co->state = SUSPENDED;
        leave(&co->inside, &co->caller, false);
        swap(&co->inside, &co->caller, false);
        arrive(&co->inside, &co->caller);
    }
    return !co->stopping;
}

void coroutine_stop(struct coroutine *co)
{
    assert(co->state != RUNNING);
    if (co->state == READY) {
        co->state = IDLE;
    }
    co->stopping = true;
    if (co->state == SUSPENDED) {
        bool open = coroutine_resume(co);
        assert(!open); /* nobody gives way who was told to stop */
        (void)open;
    }
}
