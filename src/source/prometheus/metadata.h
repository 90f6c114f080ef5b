/*
 * What a server knows about its metrics (/api/v1/metadata): type, unit and help text by name. For
 * help on the screen and for units where a panel gives none; a server without this endpoint is no
 * worse for it.
 *
 * Targets may disagree about a metric: the first entry counts, as the server orders them.
 *
 * Owner: metadata_create/metadata_destroy; texts live until then. Limit: METADATA_MAX metrics:
 * ERROR_LIMIT.
 */
#ifndef TOCSIN_SOURCE_PROMETHEUS_METADATA_H
#define TOCSIN_SOURCE_PROMETHEUS_METADATA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/str.h"
#include "source/prometheus/api.h"

#define METADATA_MAX ((size_t)200000)

struct metadata;

struct metric_info {
    struct str name;
    struct str type; /* "counter", "gauge", "histogram", ...: the server's word */
    struct str unit; /* often empty */
    struct str help;
};

struct metadata *metadata_create(void);
void metadata_destroy(struct metadata *m); /* NULL is fine */
bool metadata_feed(struct metadata *m, const char *data, size_t len,
                   struct error *err) ATTR_NODISCARD;
/* `http_status` as in decode.h. */
bool metadata_finish(struct metadata *m, int http_status, struct error *err) ATTR_NODISCARD;
size_t metadata_count(const struct metadata *m);
/* NULL where nothing is known of it. */
const struct metric_info *metadata_find(const struct metadata *m, struct str name);

/* Asks for it. Exactly one of `metadata` (the callback's to destroy) and `err` is not NULL. `done`
 * runs exactly once, never inside the call; not after metadata_cancel. */
struct metadata_question;
typedef void (*metadata_done_cb)(void *user, struct metadata *metadata, const struct error *err);
struct metadata_question *metadata_ask(struct api *api, int64_t timeout_ms, metadata_done_cb done,
                                       void *user);
void metadata_cancel(struct metadata_question *q); /* NULL is fine */

#endif
