/*
 * statfs of mounts that ask another machine or process: such a call may hang for as long as that
 * one is away. It is made on the worker pool, one mount after the other, and its answers are given
 * in later polls for as long as they are fresh; a mount that does not answer is a failed one
 * (node_filesystem_device_error 1), and no second thread is sent after the first.
 *
 * Owner: remote_mounts_create/destroy; a thread that hangs is left to itself.
 */
#ifndef TOCSIN_SOURCE_HOST_REMOTE_MOUNTS_H
#define TOCSIN_SOURCE_HOST_REMOTE_MOUNTS_H

#include "base/clock.h"
#include "loop/loop.h"
#include "source/host/mounts.h"

/* Between two rounds over all mounts, and how long one mount may take to answer. */
#define REMOTE_ROUND_MS 15000
#define REMOTE_STUCK_MS 5000

/* statfs of `path`: a parameter so that tests can hang. Called on a thread of the pool. */
typedef void (*remote_stat)(const char *path, struct host_fs *out);

struct remote_mounts;
struct remote_mounts *remote_mounts_create(struct loop *loop, const char *root, remote_stat stat);
void remote_mounts_destroy(struct remote_mounts *rm);
/* Starts a round over the remote ones of `mounts` where it is time for one, and adds what is known
 * of them. */
void remote_mounts_add(struct remote_mounts *rm, const struct host_mounts *mounts, struct mono now,
                       struct host_sink *sink);

#endif
