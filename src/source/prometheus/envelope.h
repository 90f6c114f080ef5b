/*
 * What every answer of the API is wrapped in (prometheus.io/docs/prometheus/latest/querying/api):
 *
 *     {"status": "success" | "error", "data": ..., "errorType": "...", "error": "...",
 *      "warnings": ["..."], "infos": ["..."]}
 *
 * in any order, fed as it arrives. The events of `data` go to its reader with their depth below it;
 * unknown members are skipped. An error of the server becomes an error value of ours.
 *
 * Owner: envelope_init/envelope_release. Limits: ENVELOPE_MAX_NOTES annotations are kept, and their
 * number is told when there were more; JSON's own are json_stream.h's.
 */
#ifndef TOCSIN_SOURCE_PROMETHEUS_ENVELOPE_H
#define TOCSIN_SOURCE_PROMETHEUS_ENVELOPE_H

#include "base/vec.h"
#include "source/prometheus/json_stream.h"

#define ENVELOPE_MAX_NOTES 100

/* One event within `data`. `depth` is 0 for the value of `data` itself, for its begin and end; 1
 * for its members, and so on. */
typedef bool (*envelope_data_cb)(void *user, unsigned depth, enum json_event event, struct str text,
                                 struct error *err);

/* Items of an array within `data`, as in json_stream.h. */
typedef const char *(*envelope_items_cb)(void *user, const char *p, const char *end);

enum envelope_member {
    ENVELOPE_OTHER,
    ENVELOPE_STATUS,
    ENVELOPE_DATA,
    ENVELOPE_ERROR_TYPE,
    ENVELOPE_ERROR,
    ENVELOPE_WARNINGS,
    ENVELOPE_INFOS
};

enum envelope_status { ENVELOPE_NO_STATUS, ENVELOPE_SUCCESS, ENVELOPE_FAILURE };

struct envelope_notes {
    VEC(char *) texts;
    size_t dropped;
};

struct envelope {
    struct json_stream json;
    envelope_data_cb data;
    envelope_items_cb items; /* or NULL */
    void *user;
    unsigned depth;
    enum envelope_member member;
    enum envelope_status status;
    bool has_data;
    char *error_type; /* or NULL */
    char *error;      /* or NULL */
    struct envelope_notes warnings;
    struct envelope_notes infos;
};

/* `items` may be NULL. */
void envelope_init(struct envelope *e, envelope_data_cb data, envelope_items_cb items, void *user);
void envelope_release(struct envelope *e);
bool envelope_feed(struct envelope *e, const char *data, size_t len,
                   struct error *err) ATTR_NODISCARD;
/* True for a whole answer of success that had data. `http_status` helps to tell the kind of an
 * error (0: unknown). */
bool envelope_finish(struct envelope *e, int http_status, struct error *err) ATTR_NODISCARD;

/*
 * The error a server gave, by its errorType and HTTP status: Prometheus' words (bad_data,
 * execution, timeout, canceled, internal, unavailable, not_found), Mimir's too_many_requests, and
 * VictoriaMetrics', which gives the status as the type.
 */
bool envelope_server_error(struct error *err, const char *type, const char *message,
                           int http_status);
/* The kind for a status alone; ERROR_EVALUATION for 0 and those of success. */
enum error_kind envelope_status_kind(int http_status);

#endif
