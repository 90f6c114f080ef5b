/*
 * A Prometheus-compatible server as an answerer: questions become requests of its HTTP API, answers
 * are decoded as they arrive. Its rules are query/query.h's.
 *
 * Owner: prometheus_answerer_create/destroy; destroying ends open questions with ERROR_CANCELLED.
 * Nothing is touched behind a `done`, which may ask again, cancel or destroy.
 */
#ifndef TOCSIN_SOURCE_PROMETHEUS_ANSWERER_H
#define TOCSIN_SOURCE_PROMETHEUS_ANSWERER_H

#include "query/query.h"
#include "source/prometheus/api.h"

/* All outlive it. `interval_ms`: how often the server's data comes. */
struct answerer *prometheus_answerer_create(struct api *api, struct label_table *labels,
                                            const char *source, int64_t interval_ms,
                                            int64_t late_ms);
void prometheus_answerer_destroy(struct answerer *answerer); /* NULL is fine */
/* Are questions open? */
bool prometheus_answerer_busy(const struct answerer *answerer);
/* `heard` runs at the end of every question that the server ended, before the question's own
 * callback: `response` is NULL where it was no good answer. It must leave the answerer alone. One
 * watcher; NULL for none. */
typedef void (*prometheus_heard_cb)(void *user, const struct http_response *response);
void prometheus_answerer_watch(struct answerer *answerer, prometheus_heard_cb heard, void *user);

#endif
