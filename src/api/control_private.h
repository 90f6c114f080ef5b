/*
 * What the handlers of the API share. Private to this folder.
 */
#ifndef TOCSIN_API_CONTROL_PRIVATE_H
#define TOCSIN_API_CONTROL_PRIVATE_H

#include "api/control.h"
#include "api/member.h"
#include "base/json_writer.h"
#include "base/vec.h"
#include "net/json.h"

struct control_person {
    uid_t uid;
    char *name;
};

struct control_pending;

struct control {
    struct alerts *alerts;
    struct control_host host;
    VEC(struct control_person) people; /* of /etc/passwd when tocsin began */
    struct control_pending *pending;   /* answers that are due, a list */
};

struct wall control_now(const struct control *api);

/* An answer as it is written. */
struct control_answer {
    struct strbuf text;
    struct json_writer json;
};
void control_answer_begin(struct control_answer *answer);
/* Sends it with 200; what was too large as an error. */
void control_answer_send(struct control_answer *answer, struct http_exchange *exchange);

/* Answers with the status that fits; releases `err`. */
void control_fail(struct http_exchange *exchange, struct error *err);

/* The body as a JSON object; the caller destroys. NULL with `err`. */
struct json_document *control_body(struct http_exchange *exchange,
                                   struct error *err) ATTR_NODISCARD;
/* Who acts: `given`, or who is at the other end. A heap string, or NULL with `err`. */
char *control_actor(const struct control *api, const struct http_exchange *exchange,
                    struct str given, struct error *err) ATTR_NODISCARD;
/* `true`, `false`; `otherwise` where the parameter is not there. */
bool control_bool_param(const struct http_exchange *exchange, const char *name, bool otherwise,
                        bool *out, struct error *err) ATTR_NODISCARD;
/* All parameters of the name as matchers. */
bool control_filter_param(const struct http_exchange *exchange, const char *name,
                          struct silence *filter, struct error *err) ATTR_NODISCARD;
/* No filter lets everything through. */
bool control_passes(const struct silence *filter, const struct labels *labels);
/* 16 hexadecimal digits. */
bool control_id_parse(struct str text, uint64_t *out);

/*
 * An answer that waits for `open` things to be done. The handler fills `answer` before it starts
 * them, without ending the object; control_pending_done then counts down, and the last one sends.
 */
struct control_pending {
    struct control *api;
    struct control_pending *next, **link;
    struct http_exchange *exchange; /* NULL: who asked is gone */
    struct control_answer answer;
    struct error failure; /* the first that was not about keeping */
    struct error warning; /* the first that was */
    size_t open;
    void *own; /* of the handler; released with it */
    void (*release)(void *own);
};
struct control_pending *control_pending_create(struct control *api, struct http_exchange *exchange,
                                               size_t open);
/* An alerts_done_cb. */
void control_pending_done(void *user, const struct error *err);
/* Answers with `err` in the place of what was to come; where the outcome is not counted down. */
void control_pending_finish(struct control_pending *pending);

/* --- the handlers --- */

void control_v2_status(void *user, struct http_exchange *exchange);
void control_v2_alerts(void *user, struct http_exchange *exchange);
void control_v2_alerts_post(void *user, struct http_exchange *exchange);
void control_v2_silences(void *user, struct http_exchange *exchange);
void control_v2_silences_post(void *user, struct http_exchange *exchange);
void control_v2_silence(void *user, struct http_exchange *exchange);
void control_v2_silence_delete(void *user, struct http_exchange *exchange);
void control_v1_rules(void *user, struct http_exchange *exchange);
void control_v1_alerts(void *user, struct http_exchange *exchange);
void control_status_get(void *user, struct http_exchange *exchange);
void control_alerts_get(void *user, struct http_exchange *exchange);
void control_ack_post(void *user, struct http_exchange *exchange);
void control_ack_delete(void *user, struct http_exchange *exchange);
void control_dismiss_post(void *user, struct http_exchange *exchange);
void control_preview_post(void *user, struct http_exchange *exchange);
void control_why_get(void *user, struct http_exchange *exchange);
void control_transitions_get(void *user, struct http_exchange *exchange);
void control_reload_post(void *user, struct http_exchange *exchange);

#endif
