/*
 * A coroutine: one piece of work on a stack of its own, which can give way in the middle and be
 * resumed later. It is how work written as plain recursion is done in slices of a loop's turns.
 *
 *     struct coroutine *co = coroutine_create(COROUTINE_STACK_BYTES, &err);
 *     coroutine_start(co, body, user);
 *     while (coroutine_resume(co)) {       // true: the body gave way
 *         ...                              // the others' turn
 *     }
 *
 * Inside, the body (or whatever it calls) says coroutine_give_way now and then. False means stop:
 * the body releases what it holds and returns. A body that is suspended is never just forgotten,
 * since its stack holds what it has to release: coroutine_stop and coroutine_destroy resume it and
 * tell it to stop.
 *
 * One thread only, and no nesting: a coroutine is not resumed from inside another one's body.
 * Neither the body nor what it calls may leave it by longjmp.
 *
 * The stack is reserved and becomes resident as it is used; below it stands a page that faults, so
 * that overflowing it ends the program and does not overwrite anything. It is kept for the next
 * coroutine_start.
 *
 * Owner: coroutine_create/coroutine_destroy; `user` is the caller's.
 */
#ifndef TOCSIN_BASE_COROUTINE_H
#define TOCSIN_BASE_COROUTINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/error.h"

/* As much as the main thread has by default. */
#define COROUTINE_STACK_BYTES ((size_t)8 * 1024 * 1024)

struct coroutine;

typedef void (*coroutine_body)(struct coroutine *co, void *user);

/* `stack_bytes` is rounded up to whole pages. NULL where the memory cannot be reserved. */
struct coroutine *coroutine_create(size_t stack_bytes, struct error *err) ATTR_NODISCARD;
/* Stops the body first where it is suspended. NULL is fine. */
void coroutine_destroy(struct coroutine *co);
/* Makes `body` what the next coroutine_resume begins. Not while another body is under way. */
void coroutine_start(struct coroutine *co, coroutine_body body, void *user);
/* Is a body under way: started, and not yet returned? */
bool coroutine_active(const struct coroutine *co);
/* Runs the body until it gives way (true) or returns (false). It must be active. */
bool coroutine_resume(struct coroutine *co);
/* From inside the body: back to who resumed it. False, at once and from then on: stop. */
bool coroutine_give_way(struct coroutine *co);
/* Resumes the body, telling it to stop, until it has returned; one that has not begun is dropped.
 * Nothing where none is active. Not from inside the body. */
void coroutine_stop(struct coroutine *co);

#endif
