/*
 * Sizes of the mounted file systems. Local ones are asked in the poll itself (their answer is in
 * memory), remote ones as remote_mounts.h says.
 *
 * Owner: filesystems_create/destroy.
 */
#ifndef TOCSIN_SOURCE_HOST_FILESYSTEMS_H
#define TOCSIN_SOURCE_HOST_FILESYSTEMS_H

#include "base/clock.h"
#include "loop/loop.h"
#include "source/host/sink.h"

struct filesystems;

struct filesystems *filesystems_create(struct loop *loop, const char *root);
void filesystems_destroy(struct filesystems *fs);
/* `table` is the text of the table of mounts. False where it is not of its form. */
bool filesystems_add(struct filesystems *fs, struct str table, struct mono now,
                     struct host_sink *sink);
/* More mounts than are shown. */
bool filesystems_over_limit(const struct filesystems *fs);

#endif
