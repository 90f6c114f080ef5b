#include "source/prometheus/api.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "source/prometheus/envelope.h"

/* Statuses by which servers and proxies say "not with this method": then a question goes again by
 * GET. */
#define STATUS_METHOD_NOT_ALLOWED 405
#define STATUS_NOT_IMPLEMENTED    501

#define STATUS_TEXT_MAX ((size_t)200)

struct api_call {
    struct api *api;
    struct api_call *next;
    char *path;
    struct strbuf form;
    bool get;
    bool background;
    bool urgent;
    struct mono deadline;
    http_body_cb on_body;
    api_done_cb done;
    void *user;
    struct error refusal;   /* ends it from the queue in the next turn */
    struct http_call *http; /* in flight */
    bool posted;
};

struct call_list {
    struct api_call *first;
    size_t count;
};

struct api {
    struct loop *loop;
    struct http_client *http;
    const struct prometheus_options *options;
    bool no_post;
    struct call_list in_flight;
    struct call_list queued; /* in order of their turn */
    struct loop_timer *timer;
};

static bool ignore_data(void *user, unsigned depth, enum json_event event, struct str text,
                        struct error *err)
{
    (void)user;
    (void)depth;
    (void)event;
    (void)text;
    (void)err;
    return true;
}

/* For answers that are no JSON of the API's: pages of proxies, plain sentences. */
static void say_status(const struct http_response *response, struct error *err)
{
    struct str line = str_trim(response->body);
    line = str_slice(line, 0, str_find(line, '\n'));
    struct strbuf said = STRBUF_INIT;
    if (line.len > 0 && line.data[0] != '<' && line.data[0] != '{') {
        utf8_add_printable(&said, str_slice(line, 0, STATUS_TEXT_MAX));
    }
    error_set(err, envelope_status_kind(response->status), "HTTP status %d%s%s", response->status,
              said.len > 0 ? ": " : "", strbuf_cstr(&said));
    strbuf_release(&said);
}

static bool status_error(const struct http_response *response, struct error *err)
{
    struct envelope e;
    envelope_init(&e, ignore_data, NULL, NULL);
    struct error bad = ERROR_INIT;
    bool whole = envelope_feed(&e, response->body.data, response->body.len, &bad) &&
                 envelope_finish(&e, response->status, &bad);
    if (!whole && e.status == ENVELOPE_FAILURE && e.error != NULL) {
        error_move(err, &bad);
    } else {
        say_status(response, err);
    }
    err->http = response->status;
    err->retry_after_ms = response->retry_after_ms;
    error_release(&bad);
    envelope_release(&e);
    return false;
}

bool api_check_response(const struct http_response *response, const struct error *failed,
                        struct error *err)
{
    if (failed != NULL) {
        error_copy(err, failed);
        return false;
    }
    return (response->status >= 200 && response->status < 300) || status_error(response, err);
}

static void list_insert(struct call_list *list, struct api_call **at, struct api_call *call)
{
    call->next = *at;
    *at = call;
    list->count++;
}

static void list_remove(struct call_list *list, struct api_call *call)
{
    struct api_call **at = &list->first;
    while (*at != call) {
        assert(*at != NULL);
        at = &(*at)->next;
    }
    *at = call->next;
    call->next = NULL;
    list->count--;
}

static void call_free(struct api_call *call)
{
    free(call->path);
    strbuf_release(&call->form);
    error_release(&call->refusal);
    free(call);
}

static int64_t ms_left(const struct api_call *call)
{
    return mono_ms_since(call->deadline, loop_mono(call->api->loop));
}

static void start(struct api_call *call);

/* Starts what there is room for, and looks after the deadlines of what still waits. */
static void pump(struct api *api)
{
    struct api_call **at = &api->queued.first;
    while (*at != NULL) {
        struct api_call *call = *at;
        bool ended = error_is(&call->refusal) || ms_left(call) <= 0; /* the timer says so */
        bool room = call->urgent || api->in_flight.count < API_MAX_IN_FLIGHT;
        if (ended || !room) {
            at = &call->next;
            continue;
        }
        list_remove(&api->queued, call);
        list_insert(&api->in_flight, &api->in_flight.first, call);
        start(call);
    }
    int64_t soonest_ms = INT64_MAX;
    for (const struct api_call *call = api->queued.first; call != NULL; call = call->next) {
        int64_t left_ms = error_is(&call->refusal) ? 0 : ms_left(call);
        soonest_ms = left_ms < soonest_ms ? left_ms : soonest_ms;
    }
    if (soonest_ms == INT64_MAX) {
        loop_timer_disarm(api->timer);
    } else {
        loop_timer_arm(api->timer, soonest_ms > 0 ? soonest_ms : 0);
    }
}

/* Ends one queued request that is past its deadline or was refused. `done` may destroy the API:
 * nothing is touched behind it, and the timer brings the next one. */
static void on_timer(void *user)
{
    struct api *api = user;
    struct api_call *call = api->queued.first;
    while (call != NULL && !error_is(&call->refusal) && ms_left(call) > 0) {
        call = call->next;
    }
    if (call == NULL) {
        pump(api);
        return;
    }
    list_remove(&api->queued, call);
    pump(api);
    if (!error_is(&call->refusal)) {
        error_set(&call->refusal, ERROR_TIMEOUT,
                  "no answer in time: the question waited behind others at a slow server");
    }
    call->done(call->user, NULL, &call->refusal);
    call_free(call);
}

static void on_response(void *user, const struct http_response *response, const struct error *err)
{
    struct api_call *call = user;
    struct api *api = call->api;
    call->http = NULL;
    bool refused_post = response != NULL && call->posted &&
                        (response->status == STATUS_METHOD_NOT_ALLOWED ||
                         response->status == STATUS_NOT_IMPLEMENTED);
    if (refused_post && ms_left(call) > 0) {
        api->no_post = true;
        start(call);
        return;
    }
    list_remove(&api->in_flight, call);
    pump(api);
    call->done(call->user, response, err);
    call_free(call);
}

static bool on_body(void *user, const char *data, size_t len, struct error *err)
{
    struct api_call *call = user;
    return call->on_body(call->user, data, len, err);
}

static void start(struct api_call *call)
{
    struct api *api = call->api;
    struct strbuf url = STRBUF_INIT;
    strbuf_add_c(&url, api->options->url);
    strbuf_add_c(&url, call->path);
    call->posted = !call->get && !api->no_post;
    if (!call->posted && call->form.len > 0) {
        strbuf_add_char(&url, '?');
        strbuf_add_str(&url, strbuf_str(&call->form));
    }
    struct http_request request = {
        .method = call->posted ? HTTP_POST : HTTP_GET,
        .url = strbuf_cstr(&url),
        .config = api->options->http,
        .timeout_ms = ms_left(call),
        .any_status = true,
        .on_body = call->on_body != NULL ? on_body : NULL,
        .done = on_response,
        .user = call,
    };
    if (call->posted) {
        request.body = strbuf_str(&call->form);
        request.content_type = "application/x-www-form-urlencoded";
    }
    call->http = http_send(api->http, &request);
    strbuf_release(&url);
}

struct api *api_create(struct loop *loop, struct http_client *http,
                       const struct prometheus_options *options)
{
    struct api *api = mem_zalloc(1, sizeof(*api));
    api->loop = loop;
    api->http = http;
    api->options = options;
    api->timer = loop_timer_create(loop, "prometheus queue", on_timer, api);
    return api;
}

static void end_all(struct call_list *list)
{
    struct error err = ERROR_INIT;
    error_set(&err, ERROR_CANCELLED, "the source was closed");
    while (list->first != NULL) {
        struct api_call *call = list->first;
        list_remove(list, call);
        http_cancel(call->http);
        call->done(call->user, NULL, &err);
        call_free(call);
    }
    error_release(&err);
}

void api_destroy(struct api *api)
{
    if (api == NULL) {
        return;
    }
    end_all(&api->queued);
    end_all(&api->in_flight);
    loop_timer_destroy(api->timer);
    free(api);
}

/* Background requests stand behind all others, each kind in order of asking. */
static void enqueue(struct api *api, struct api_call *call)
{
    struct api_call **at = &api->queued.first;
    while (*at != NULL && (call->background || !(*at)->background)) {
        at = &(*at)->next;
    }
    list_insert(&api->queued, at, call);
}

struct api_call *api_send(struct api *api, const struct api_request *request)
{
    struct api_call *call = mem_zalloc(1, sizeof(*call));
    call->api = api;
    call->path = mem_strdup(request->path);
    call->form = *request->form;
    strbuf_init(request->form, request->form->max);
    call->get = request->get;
    call->background = request->priority == QUERY_BACKGROUND;
    call->urgent = request->urgent;
    call->deadline.ns = loop_mono(api->loop).ns + request->timeout_ms * 1000000;
    call->on_body = request->on_body;
    call->done = request->done;
    call->user = request->user;
    VEC_EACH (&api->options->params, const struct query_param, param) {
        http_form_add(&call->form, param->name, str_from(param->value));
    }
    if (call->form.overflowed) {
        error_set(&call->refusal, ERROR_LIMIT, "the question is longer than %zu bytes",
                  call->form.max);
    } else if (api->queued.count >= API_MAX_QUEUED) {
        error_set(&call->refusal, ERROR_LIMIT, "more than %d questions wait for this server",
                  API_MAX_QUEUED);
    }
    enqueue(api, call);
    pump(api);
    return call;
}

void api_cancel(struct api_call *call)
{
    if (call == NULL) {
        return;
    }
    struct api *api = call->api;
    if (call->http != NULL) {
        http_cancel(call->http);
        list_remove(&api->in_flight, call);
    } else {
        list_remove(&api->queued, call);
    }
    pump(api);
    call_free(call);
}
