/* What is asked of the alerts of an engine elsewhere: one request each. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "api/alert_json.h"
#include "api/silence_json.h"
#include "attach/attach_private.h"
#include "attach/decode.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/timestamp.h"

/* A preview is asked for again where it is older. */
#define PREVIEW_KEPT_MS 5000

/* --- orders --- */

static void remove_order(struct order *order)
{
    struct attach *a = order->attach;
    for (size_t i = 0; i < a->orders.len; i++) {
        if (a->orders.items[i] == order) {
            vec_remove(&a->orders, i);
            break;
        }
    }
    free(order);
}

void attach_orders_cancel(struct attach *a)
{
    VEC_EACH (&a->orders, struct order *, order) {
        ask_cancel((*order)->ask);
        free(*order);
    }
    vec_release(&a->orders);
    ask_cancel(a->preview.ask);
    free(a->preview.subject);
}

static void on_done(void *user, struct json root, const struct error *err)
{
    struct order *order = user;
    struct attach *a = order->attach;
    alerts_done_cb done = order->done;
    void *done_user = order->user;
    struct json warning = json_find(root, "warnings[0]");
    struct error kept_badly = ERROR_INIT;
    remove_order(order);
    attach_poll_now(a);
    if (err == NULL && json_kind(warning) == JSON_KIND_STRING) {
        error_set(&kept_badly, ERROR_IO, "%.*s", STR_ARG(json_str(warning)));
        err = &kept_badly;
    }
    if (done != NULL) {
        done(done_user, err);
    }
    error_release(&kept_badly);
}

static struct order *new_order(struct attach *a, void *user)
{
    struct order *order = mem_zalloc(1, sizeof(*order));
    *order = (struct order){.attach = a, .user = user};
    vec_push(&a->orders, order);
    return order;
}

static struct ask *send(struct attach *a, enum http_method method, const struct strbuf *path,
                        struct str body, ask_cb answered, void *user)
{
    const struct question question = {.http = a->o.http,
                                      .socket_path = a->socket_path,
                                      .method = method,
                                      .path = strbuf_cstr(path),
                                      .body = body,
                                      .answered = answered,
                                      .user = user};
    return ask_send(&question);
}

/* --- acknowledging and giving up --- */

static void post_act(struct attach *a, const char *where, uint64_t id, const char *by,
                     const char *note, int64_t expires_ms, alerts_done_cb done, void *done_user)
{
    struct strbuf path = STRBUF_INIT, body = STRBUF_INIT;
    struct json_writer w;
    json_writer_init(&w, &body);
    json_writer_object(&w);
    alert_json_id(&w, "id", id);
    alert_json_text(&w, "by", by);
    alert_json_text(&w, "note", note);
    alert_json_time(&w, "expires", (struct wall){expires_ms});
    json_writer_end(&w);
    strbuf_printf(&path, "/api/tocsin/v1/%s", where);
    struct order *order = new_order(a, done_user);
    order->done = done;
    order->ask = send(a, HTTP_POST, &path, strbuf_str(&body), on_done, order);
    strbuf_release(&body);
    strbuf_release(&path);
}

static void ack(void *user, uint64_t id, const char *by, const char *note, int64_t expires_ms,
                alerts_done_cb done, void *done_user)
{
    post_act(user, "ack", id, by, note, expires_ms, done, done_user);
}

static void dismiss(void *user, uint64_t id, const char *by, const char *note, alerts_done_cb done,
                    void *done_user)
{
    post_act(user, "dismiss", id, by, note, 0, done, done_user);
}

static void send_delete(struct attach *a, struct strbuf *path, const char *by, alerts_done_cb done,
                        void *done_user)
{
    struct strbuf parameter = STRBUF_INIT;
    http_form_add(&parameter, "by", str_from(by != NULL ? by : ""));
    strbuf_add_str(path, strbuf_str(&parameter));
    struct order *order = new_order(a, done_user);
    order->done = done;
    order->ask = send(a, HTTP_DELETE, path, STR(""), on_done, order);
    strbuf_release(&parameter);
}

static void unack(void *user, uint64_t id, const char *by, alerts_done_cb done, void *done_user)
{
    struct strbuf path = STRBUF_INIT;
    strbuf_printf(&path, "/api/tocsin/v1/ack?id=%016" PRIx64 "&", id);
    send_delete(user, &path, by, done, done_user);
    strbuf_release(&path);
}

/* --- silences --- */

static void write_silence(const struct attach *a, const struct silence *s, struct strbuf *body)
{
    struct json_writer w;
    json_writer_init(&w, body);
    silence_json(&w, s, loop_wall(a->o.loop));
}

static void put(void *user, const struct silence *s, alerts_done_cb done, void *done_user)
{
    struct attach *a = user;
    struct strbuf path = STRBUF_INIT, body = STRBUF_INIT;
    write_silence(a, s, &body);
    strbuf_add_c(&path, "/api/v2/silences");
    struct order *order = new_order(a, done_user);
    order->done = done;
    order->ask = send(a, HTTP_POST, &path, strbuf_str(&body), on_done, order);
    strbuf_release(&body);
    strbuf_release(&path);
}

static void expire(void *user, const char *id, const char *by, alerts_done_cb done, void *done_user)
{
    struct strbuf path = STRBUF_INIT, escaped = STRBUF_INIT;
    http_form_add(&escaped, "", str_from(id)); /* "=ID", and a form's blank is a "+" */
    struct str text = strbuf_str(&escaped);
    text = str_starts_with(text, STR("=")) ? str_slice(text, 1, text.len) : text;
    strbuf_printf(&path, "/api/v2/silence/%.*s?", STR_ARG(text));
    send_delete(user, &path, by, done, done_user);
    strbuf_release(&escaped);
    strbuf_release(&path);
}

static void on_preview(void *user, struct json root, const struct error *err)
{
    struct attach *a = user;
    struct preview *p = &a->preview;
    struct error wrong = ERROR_INIT;
    p->ask = NULL;
    p->at = loop_mono(a->o.loop);
    p->known = err == NULL && decode_count(root, "now", &p->now, &wrong) &&
               decode_count(root, "day", &p->day, &wrong);
    error_release(&wrong);
    attach_show(a);
}

static char *subject_of(const struct silence *s)
{
    struct strbuf text = STRBUF_INIT;
    silence_format_matchers(&text, s);
    char *subject = mem_printf("%s@%s", strbuf_cstr(&text), s->source != NULL ? s->source : "");
    strbuf_release(&text);
    return subject;
}

/* Asked for at every frame while a silence is being made. Where it cannot be asked, what the list
 * tells is shown. */
static void preview(void *user, const struct silence *s, size_t *now, size_t *day)
{
    struct attach *a = user;
    struct preview *p = &a->preview;
    char *subject = subject_of(s);
    bool same = p->subject != NULL && strcmp(p->subject, subject) == 0;
    if (same && p->known) {
        *now = p->now;
        *day = p->day;
    }
    bool fresh =
        same && (p->ask != NULL || mono_ms_since(loop_mono(a->o.loop), p->at) < PREVIEW_KEPT_MS);
    if (fresh || s->matchers.len == 0) {
        free(subject);
        return;
    }
    struct strbuf path = STRBUF_INIT, body = STRBUF_INIT;
    ask_cancel(p->ask);
    free(p->subject);
    *p = (struct preview){
        .subject = subject, .known = same && p->known, .now = p->now, .day = p->day};
    write_silence(a, s, &body);
    strbuf_add_c(&path, "/api/tocsin/v1/silence/preview");
    p->ask = send(a, HTTP_POST, &path, strbuf_str(&body), on_preview, a);
    strbuf_release(&body);
    strbuf_release(&path);
}

/* --- the ledger --- */

static bool read_transition(struct arena *arena, struct json object, struct transition *t,
                            struct error *err)
{
    struct json value;
    if (!decode_time(object, "at", &t->at, err) ||
        !decode_text(object, "rule", arena, &t->rule, err) ||
        !decode_text(object, "alertname", arena, &t->alertname, err) ||
        !decode_id(object, "fingerprint", &t->fingerprint, err) ||
        !decode_text(object, "labels", arena, &t->labels, err) ||
        !decode_text(object, "from", arena, &t->from, err) ||
        !decode_text(object, "to", arena, &t->to, err) ||
        !decode_member(object, "value", &value, err) ||
        !decode_text(object, "reason", arena, &t->reason, err) ||
        !decode_text(object, "who", arena, &t->who, err)) {
        return error_wrap(err, "a transition");
    }
    t->has_value = json_kind(value) == JSON_KIND_STRING;
    return !t->has_value || number_parse(json_str(value), &t->value) ||
           error_set(err, ERROR_PROTOCOL, "a transition: 'value' is not a number");
}

static void on_transitions(void *user, struct json root, const struct error *err)
{
    struct order *order = user;
    transitions_cb read = order->read;
    void *read_user = order->user;
    VEC(struct transition) list = {0};
    struct arena arena;
    struct error wrong = ERROR_INIT;
    struct json items;
    remove_order(order);
    arena_init(&arena);
    bool ok = err == NULL && json_get(root, "transitions", JSON_KIND_ARRAY, &items, &wrong);
    for (size_t i = 0; ok && i < json_size(items); i++) {
        struct transition t = {.value = 0};
        ok = read_transition(&arena, json_item(items, i), &t, &wrong);
        vec_push(&list, t);
    }
    read(read_user, list.items, ok ? list.len : 0, ok ? NULL : err != NULL ? err : &wrong);
    error_release(&wrong);
    vec_release(&list);
    arena_release(&arena);
}

static void add_time(struct strbuf *parameters, const char *name, struct wall t)
{
    if (t.ms != 0) {
        struct strbuf text = STRBUF_INIT;
        timestamp_format(&text, t.ms, true);
        http_form_add(parameters, name, strbuf_str(&text));
        strbuf_release(&text);
    }
}

static void transitions(void *user, const struct transition_filter *filter, transitions_cb done,
                        void *done_user)
{
    struct attach *a = user;
    struct strbuf path = STRBUF_INIT, parameters = STRBUF_INIT;
    strbuf_printf(&parameters, "limit=%zu", filter->limit);
    add_time(&parameters, "from", filter->from);
    add_time(&parameters, "to", filter->to);
    if (filter->rule != NULL) {
        http_form_add(&parameters, "rule", str_from(filter->rule));
    }
    if (filter->fingerprint != 0) {
        strbuf_printf(&parameters, "&fingerprint=%016" PRIx64, filter->fingerprint);
    }
    strbuf_printf(&path, "/api/tocsin/v1/transitions?%s", strbuf_cstr(&parameters));
    struct order *order = new_order(a, done_user);
    order->read = done;
    order->ask = send(a, HTTP_GET, &path, STR(""), on_transitions, order);
    strbuf_release(&parameters);
    strbuf_release(&path);
}

const struct alerts_host attach_host = {.ack = ack,
                                        .unack = unack,
                                        .dismiss = dismiss,
                                        .put = put,
                                        .expire = expire,
                                        .preview = preview,
                                        .transitions = transitions};
