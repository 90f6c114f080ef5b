/*
 * One poll of the host: reads the kernel's files and hands each to its decoder.
 *
 * Owner: host_reader_create/destroy. Single-threaded.
 */
#ifndef TOCSIN_SOURCE_HOST_READER_H
#define TOCSIN_SOURCE_HOST_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "loop/loop.h"
#include "source/host/sink.h"

struct host_reader;

/* `root` stands before every path: "" or such as "/host" in a container. */
struct host_reader *host_reader_create(struct loop *loop, const char *root);
void host_reader_destroy(struct host_reader *r);

struct host_reading {
    uint64_t bytes;
    const char *partial; /* what could not be read, or NULL; valid until the next poll */
};
/* A file that this kernel does not have is no error; false where nothing could be read at all. */
bool host_reader_read(struct host_reader *r, struct wall wall, struct mono mono,
                      struct host_sink *sink, struct host_reading *out,
                      struct error *err) ATTR_NODISCARD;

#endif
