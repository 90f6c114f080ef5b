/*
 * State of the network interfaces, from /sys/class/net: up, MTU, speed. It is read every
 * INTERFACES_EVERY_MS and given in between as it was: opening files of hundreds of interfaces every
 * second would cost more than all of /proc. The speed, which is asked of the driver, is read only
 * when the interface is new or has changed its state.
 *
 * Owner: interfaces_init/release. Limit: INTERFACES_MAX; those past it are not shown.
 */
#ifndef TOCSIN_SOURCE_HOST_INTERFACES_H
#define TOCSIN_SOURCE_HOST_INTERFACES_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "source/host/sink.h"

#define INTERFACES_EVERY_MS 10000
#define INTERFACES_MAX      1000

struct interface {
    char *name;
    char *state; /* operstate */
    double mtu;  /* NaN: not known, as below */
    double speed_bytes;
};

struct interfaces {
    char *folder;
    VEC(struct interface) list; /* by name */
    bool read;
    struct mono read_at;
    bool over_limit;
};

void interfaces_init(struct interfaces *in, const char *root);
void interfaces_release(struct interfaces *in);
/* `scratch` holds what is read. */
void interfaces_add(struct interfaces *in, struct mono now, struct strbuf *scratch,
                    struct host_sink *sink);

#endif
