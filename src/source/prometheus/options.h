/*
 * Options of a Prometheus-compatible server, as read from the configuration:
 *
 *     prometheus:
 *       url: https://prom.example/prefix     # what stands before /api/v1
 *       scrape_interval: 15s                 # how often its data comes; without it: the source's
 * interval late: 1m                             # how late data may still come query_params: {
 * dedup: "true" }      # with every question
 *       ... members of http_config
 *
 * Owner: prometheus_options_free. Immutable once read.
 */
#ifndef TOCSIN_SOURCE_PROMETHEUS_OPTIONS_H
#define TOCSIN_SOURCE_PROMETHEUS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "base/vec.h"
#include "net/http_config.h"

struct yaml_reader;
struct yaml_node;

struct query_param {
    char *name;
    char *value;
};

struct prometheus_options {
    char *url;                  /* checked; without the slash at its end */
    int64_t scrape_interval_ms; /* 0: not given */
    int64_t late_ms;
    VEC(struct query_param) params;
    struct http_config *http; /* owned reference */
    uint64_t fingerprint;     /* of all that was written (source/fingerprint.h) */
};

/* NULL after reported errors. */
struct prometheus_options *prometheus_options_read(struct yaml_reader *reader,
                                                   const struct yaml_node *node);
/* From `http(s)://...` on the command line; NULL with ERROR_USAGE. */
struct prometheus_options *prometheus_options_from_target(struct str target, struct error *err);
void prometheus_options_free(struct prometheus_options *o); /* NULL is fine */
bool prometheus_options_same(const struct prometheus_options *a,
                             const struct prometheus_options *b);
/* Is it an http or https URL without query or fragment? `kind` is the error's. */
bool prometheus_url_check(struct str url, enum error_kind kind, struct error *err) ATTR_NODISCARD;

#endif
