/*
 * What is at an address: a Prometheus-compatible API or a metrics page? Asked in this order:
 * ADDRESS/api/v1/query, ADDRESS itself, ADDRESS/metrics. An address whose path ends in /metrics is
 * a page without asking.
 *
 * Owner: target_probe_create/destroy (cancels). `done` runs exactly once, never inside the create.
 */
#ifndef TOCSIN_ENGINE_TARGET_PROBE_H
#define TOCSIN_ENGINE_TARGET_PROBE_H

#include "base/error.h"
#include "net/http.h"

struct target_probe;

/* `kind` is "prometheus" or "scrape" with the address to use, or NULL with `err`. Borrowed for the
 * call. */
typedef void (*target_probe_cb)(void *user, const char *kind, const char *url,
                                const struct error *err);

struct target_probe *target_probe_create(struct loop *loop, struct http_client *http,
                                         const char *url, target_probe_cb done, void *user);
void target_probe_destroy(struct target_probe *probe);

#endif
