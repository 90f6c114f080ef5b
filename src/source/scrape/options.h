/*
 * Options of a metrics page, as read from the configuration:
 *
 *     scrape:
 *       url: http://edge-1:9100/metrics   # without a path: /metrics
 *       labels: { site: ams }             # beside job (the source's name) and instance (host:port)
 *       honor_labels: false
 *       honor_timestamps: true
 *       max_bytes: 67108864               # of a page, unpacked
 *       sample_limit: 0                   # samples a page; 0: no limit
 *       ... members of http_config
 *
 * Owner: scrape_options_free. Immutable once read.
 */
#ifndef TOCSIN_SOURCE_SCRAPE_OPTIONS_H
#define TOCSIN_SOURCE_SCRAPE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "base/vec.h"
#include "net/http_config.h"

struct yaml_reader;
struct yaml_node;

#define SCRAPE_MAX_BYTES_LIMIT ((int64_t)1 << 30)

struct scrape_label {
    char *name;
    char *value;
};

struct scrape_options {
    char *url;
    char *instance; /* host:port of it */
    VEC(struct scrape_label) labels;
    bool honor_labels;
    bool honor_timestamps;
    size_t max_bytes;
    uint64_t sample_limit;
    struct http_config *http; /* owned reference */
    uint64_t fingerprint;
};

/* NULL after reported errors. */
struct scrape_options *scrape_options_read(struct yaml_reader *reader,
                                           const struct yaml_node *node);
/* From `http(s)://...` on the command line; NULL with ERROR_USAGE. */
struct scrape_options *scrape_options_from_target(struct str target, struct error *err);
void scrape_options_free(struct scrape_options *o); /* NULL is fine */
bool scrape_options_same(const struct scrape_options *a, const struct scrape_options *b);

#endif
