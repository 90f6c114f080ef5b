/*
 * What the handlers of the API share. Private to this folder.
 */
#ifndef TOCSIN_API_API_PRIVATE_H
#define TOCSIN_API_API_PRIVATE_H

#include "api/api.h"
#include "base/json_writer.h"
#include "base/vec.h"
#include "net/json.h"

struct api_person {
    uid_t uid;
    char *name;
};

struct api_pending;

struct api {
    struct alerts *alerts;
    struct api_host host;
    VEC(struct api_person) people; /* of /etc/passwd when tocsin began */
    struct api_pending *pending;   /* answers that are due, a list */
};

struct wall api_now(const struct api *api);

/* An answer as it is written. */
struct api_answer {
    struct strbuf text;
    struct json_writer json;
};
void api_answer_begin(struct api_answer *answer);
/* Sends it with 200; what was too large as an error. */
void api_answer_send(struct api_answer *answer, struct http_exchange *exchange);

/* Answers with the status that fits; releases `err`. */
void api_fail(struct http_exchange *exchange, struct error *err);

/* The body as a JSON object; the caller destroys. NULL with `err`. */
struct json_document *api_body(struct http_exchange *exchange, struct error *err) ATTR_NODISCARD;
/* A text of the object, "" where it is not there. */
bool api_text(struct json object, const char *key, struct str *out,
              struct error *err) ATTR_NODISCARD;
/* Who acts: `given`, or who is at the other end. A heap string, or NULL with `err`. */
char *api_actor(const struct api *api, const struct http_exchange *exchange, struct str given,
                struct error *err) ATTR_NODISCARD;
/* `true`, `false`; `otherwise` where the parameter is not there. */
bool api_bool_param(const struct http_exchange *exchange, const char *name, bool otherwise,
                    bool *out, struct error *err) ATTR_NODISCARD;
/* All parameters of the name as matchers. */
bool api_filter_param(const struct http_exchange *exchange, const char *name,
                      struct silence *filter, struct error *err) ATTR_NODISCARD;
/* No filter lets everything through. */
bool api_passes(const struct silence *filter, const struct labels *labels);
/* 16 hexadecimal digits. */
bool api_id_parse(struct str text, uint64_t *out);

/*
 * An answer that waits for `open` things to be done. The handler fills `answer` before it starts
 * them, without ending the object; api_pending_done then counts down, and the last one sends.
 */
struct api_pending {
    struct api *api;
    struct api_pending *next, **link;
    struct http_exchange *exchange; /* NULL: who asked is gone */
    struct api_answer answer;
    struct error failure; /* the first that was not about keeping */
    struct error warning; /* the first that was */
    size_t open;
    void *own; /* of the handler; released with it */
    void (*release)(void *own);
};
struct api_pending *api_pending_create(struct api *api, struct http_exchange *exchange,
                                       size_t open);
/* An alerts_done_cb. */
void api_pending_done(void *user, const struct error *err);
/* Answers with `err` in the place of what was to come; where the outcome is not counted down. */
void api_pending_finish(struct api_pending *pending);

/* --- the handlers --- */

void api_v2_status(void *user, struct http_exchange *exchange);
void api_v2_alerts(void *user, struct http_exchange *exchange);
void api_v2_alerts_post(void *user, struct http_exchange *exchange);
void api_v2_silences(void *user, struct http_exchange *exchange);
void api_v2_silences_post(void *user, struct http_exchange *exchange);
void api_v2_silence(void *user, struct http_exchange *exchange);
void api_v2_silence_delete(void *user, struct http_exchange *exchange);
void api_v1_rules(void *user, struct http_exchange *exchange);
void api_v1_alerts(void *user, struct http_exchange *exchange);
void api_status_get(void *user, struct http_exchange *exchange);
void api_alerts_get(void *user, struct http_exchange *exchange);
void api_ack_post(void *user, struct http_exchange *exchange);
void api_ack_delete(void *user, struct http_exchange *exchange);
void api_dismiss_post(void *user, struct http_exchange *exchange);
void api_preview_post(void *user, struct http_exchange *exchange);
void api_why_get(void *user, struct http_exchange *exchange);
void api_transitions_get(void *user, struct http_exchange *exchange);
void api_reload_post(void *user, struct http_exchange *exchange);

#endif
