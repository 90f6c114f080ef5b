/*
 * The `services:` block of the configuration:
 *
 *     services:
 *       - name: checkout
 *         source: prom                # or any
 *         panel: http-server          # or whichever pack finds it
 *         match: { job: checkout }
 *
 * Owner: services_release; the `struct service`s point into it.
 */
#ifndef TOCSIN_PANEL_SERVICES_H
#define TOCSIN_PANEL_SERVICES_H

#include "base/arena.h"
#include "base/vec.h"
#include "panel/board.h"
#include "yaml/read.h"

#define SERVICES_MAX ((size_t)10000)

struct services {
    struct arena arena;
    VEC(struct service) list;
};

/* `node` may be NULL: no services. Errors go to the reader. */
void services_read(struct services *out, struct yaml_reader *reader, const struct yaml_node *node);
void services_release(struct services *services);
bool services_same(const struct services *a, const struct services *b);

#endif
