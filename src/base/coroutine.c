/*
 * Coroutines over POSIX ucontext. A switch costs a system call or two (the signal mask), which is
 * nothing beside the milliseconds between two of them.
 *
 * The address sanitizer has to be told of each change of stacks; its own wrapper of swapcontext
 * warns on standard error, so that there the same is done by its two halves.
 */
#include "base/coroutine.h"

#include <assert.h>
#include <errno.h>
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
    char *memory; /* the guard page and above it the stack */
    size_t memory_size;
};

static void swap(ucontext_t *from, const ucontext_t *to)
{
#ifdef SANITIZED
    volatile bool back = false;
    getcontext(from);
    if (!back) {
        back = true;
        setcontext(to);
    }
#else
    swapcontext(from, to);
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
    arrive(&co->inside, &co->caller);
    co->body(co, co->user);
    co->state = IDLE;
    leave(&co->inside, &co->caller, true);
    setcontext(&co->caller.context);
    abort(); /* a context that was saved can be gone back to */
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
    if (co->state == READY) {
        begin(co);
    }
    co->state = RUNNING;
    leave(&co->caller, &co->inside, false);
    swap(&co->caller.context, &co->inside.context);
    arrive(&co->caller, &co->inside);
    return co->state == SUSPENDED;
}

bool coroutine_give_way(struct coroutine *co)
{
    assert(co->state == RUNNING);
    if (!co->stopping) {
        co->state = SUSPENDED;
        leave(&co->inside, &co->caller, false);
        swap(&co->inside.context, &co->caller.context);
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
