/*
 * One poll of a server: is it there, how late, and what is its clock? Where questions are under way
 * when a poll begins, their first good answer tells all of it and nothing more is sent. Else, and
 * where they fail or take longer than PROBE_PATIENCE_MS, the server is asked `vector(1)`, which
 * costs it nothing and goes through all that a real question does: an expression that fails or is
 * slow is no server that is down.
 *
 * Owner: probe_create/probe_destroy (cancels).
 */
#ifndef TOCSIN_SOURCE_PROMETHEUS_PROBE_H
#define TOCSIN_SOURCE_PROMETHEUS_PROBE_H

#include "source/prometheus/api.h"
#include "source/source.h"

#define PROBE_PATIENCE_MS 1000

struct probe;

/* All outlive it. `answerer` is one of prometheus_answerer_create; the probe is its watcher. */
struct probe *probe_create(const struct source_env *env, struct api *api,
                           struct answerer *answerer);
void probe_destroy(struct probe *probe); /* NULL is fine */
/* Never while one is open. The rules of `done` are those of source_ops.poll. */
void probe_start(struct probe *probe, int64_t deadline_ms, poll_done_cb done, void *user);
void probe_cancel(struct probe *probe);

#endif
