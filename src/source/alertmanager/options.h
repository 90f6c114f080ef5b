/*
 * Options of an Alertmanager, as read from the configuration:
 *
 *     alertmanager:
 *       url: https://alerts.example/prefix   # what stands before /api/v2
 *       filter: ['team="shop"']              # only these alerts; as its API takes them
 *       ... members of http_config
 *
 * Owner: alertmanager_options_free. Immutable once read.
 */
#ifndef TOCSIN_SOURCE_ALERTMANAGER_OPTIONS_H
#define TOCSIN_SOURCE_ALERTMANAGER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "base/vec.h"
#include "net/http_config.h"

struct yaml_reader;
struct yaml_node;

#define ALERTMANAGER_MAX_FILTERS 64

struct alertmanager_options {
    char *url;                /* checked; without the slash at its end */
    char *instance;           /* host:port */
    VEC(char *) filters;      /* matchers */
    struct http_config *http; /* owned reference */
    uint64_t fingerprint;     /* of all that was written (source/fingerprint.h) */
};

/* NULL after reported errors. */
struct alertmanager_options *alertmanager_options_read(struct yaml_reader *reader,
                                                       const struct yaml_node *node);
/* From `http(s)://...`; NULL with ERROR_USAGE. */
struct alertmanager_options *alertmanager_options_from_target(struct str target, struct error *err);
void alertmanager_options_free(struct alertmanager_options *o); /* NULL is fine */
bool alertmanager_options_same(const struct alertmanager_options *a,
                               const struct alertmanager_options *b);

#endif
