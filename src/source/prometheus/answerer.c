#include "source/prometheus/answerer.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "source/prometheus/decode.h"
#include "source/prometheus/names.h"

/* How much earlier than we the server is told to give up, so that its own error arrives. */
#define SERVER_MARGIN_MS 500

struct server;

/* One open question; `decode` or `names`. */
struct question {
    struct query base;
    struct server *server;
    struct question *previous;
    struct question *next;
    struct api_call *call;
    struct decode *decode;
    struct names *names;
    query_done_cb done;
    query_names_cb names_done;
    void *user;
};

struct server {
    struct answerer base;
    struct api *api;
    struct label_table *labels;
    struct question *open;
    prometheus_heard_cb heard;
    void *heard_user;
};

static void tell(const struct server *server, const struct http_response *response)
{
    if (server->heard != NULL) {
        server->heard(server->heard_user, response);
    }
}

static struct question *question_create(struct server *server)
{
    struct question *q = mem_zalloc(1, sizeof(*q));
    q->base.answerer = &server->base;
    q->server = server;
    q->next = server->open;
    if (q->next != NULL) {
        q->next->previous = q;
    }
    server->open = q;
    return q;
}

static void question_destroy(struct question *q)
{
    *(q->previous != NULL ? &q->previous->next : &q->server->open) = q->next;
    if (q->next != NULL) {
        q->next->previous = q->previous;
    }
    decode_destroy(q->decode);
    names_destroy(q->names);
    free(q);
}

/* Gives the question its end. */
static void fail(struct question *q, const struct error *err)
{
    query_done_cb done = q->done;
    query_names_cb names_done = q->names_done;
    void *user = q->user;
    question_destroy(q);
    if (done != NULL) {
        done(user, NULL, err);
    } else {
        names_done(user, NULL, 0, err);
    }
}

static bool on_query_body(void *user, const char *data, size_t len, struct error *err)
{
    struct question *q = user;
    return decode_feed(q->decode, data, len, err);
}

static bool on_names_body(void *user, const char *data, size_t len, struct error *err)
{
    struct question *q = user;
    return names_feed(q->names, data, len, err);
}

static void on_query_done(void *user, const struct http_response *response,
                          const struct error *failed)
{
    struct question *q = user;
    struct error err = ERROR_INIT;
    struct value value;
    if (!api_check_response(response, failed, &err) ||
        !decode_finish(q->decode, response->status, &value, &err)) {
        tell(q->server, NULL);
        fail(q, &err);
        error_release(&err);
        return;
    }
    query_done_cb done = q->done;
    void *done_user = q->user;
    tell(q->server, response);
    question_destroy(q);
    done(done_user, &value, NULL);
    value_release(&value);
}

static void on_names_done(void *user, const struct http_response *response,
                          const struct error *failed)
{
    struct question *q = user;
    struct error err = ERROR_INIT;
    const struct str *list = NULL;
    size_t count = 0;
    if (!api_check_response(response, failed, &err) ||
        !names_finish(q->names, response->status, &list, &count, &err)) {
        tell(q->server, NULL);
        fail(q, &err);
        error_release(&err);
        return;
    }
    struct names *names = q->names;
    q->names = NULL;
    query_names_cb done = q->names_done;
    void *done_user = q->user;
    tell(q->server, response);
    question_destroy(q);
    done(done_user, list, count, NULL);
    names_destroy(names);
}

/* Seconds, as all of these servers read them. */
static void add_seconds(struct strbuf *form, const char *name, int64_t ms)
{
    char text[40];
    int64_t magnitude = ms < 0 ? -ms : ms;
    snprintf(text, sizeof(text), "%s%lld.%03lld", ms < 0 ? "-" : "", (long long)(magnitude / 1000),
             (long long)(magnitude % 1000));
    http_form_add(form, name, str_from(text));
}

static void add_timeout(struct strbuf *form, int64_t timeout_ms)
{
    int64_t margin_ms = timeout_ms / 10 < SERVER_MARGIN_MS ? timeout_ms / 10 : SERVER_MARGIN_MS;
    add_seconds(form, "timeout", timeout_ms - margin_ms);
}

static struct query *server_ask(struct answerer *self, const struct query_request *request)
{
    struct server *server = CONTAINER_OF(self, struct server, base);
    struct question *q = question_create(server);
    q->done = request->done;
    q->user = request->user;
    struct decode_options options = {.grid = request->grid, .instant = request->instant};
    q->decode = decode_create(&options, server->labels);

    int64_t timeout_ms = request->timeout_ms > 0 ? request->timeout_ms : QUERY_TIMEOUT_DEFAULT_MS;
    struct strbuf text = STRBUF_INIT;
    struct strbuf form = STRBUF_INIT;
    expr_print(&text, request->expr, PRINT_PLAIN);
    http_form_add(&form, "query", strbuf_str(&text));
    form.overflowed = form.overflowed || text.overflowed;
    if (request->instant) {
        add_seconds(&form, "time", request->grid.start_ms);
    } else {
        add_seconds(&form, "start", request->grid.start_ms);
        add_seconds(&form, "end",
                    request->end_ms != 0 ? request->end_ms : grid_end(&request->grid));
        add_seconds(&form, "step", request->grid.step_ms);
    }
    add_timeout(&form, timeout_ms);
    struct api_request sent = {
        .path = request->instant ? "/api/v1/query" : "/api/v1/query_range",
        .form = &form,
        .timeout_ms = timeout_ms,
        .priority = request->priority,
        .on_body = on_query_body,
        .done = on_query_done,
        .user = q,
    };
    q->call = api_send(server->api, &sent);
    strbuf_release(&form);
    strbuf_release(&text);
    return &q->base;
}

/* All of them in one selector: `{a="b",c=~"d"}`. */
static void add_match(struct strbuf *form, const struct matcher *matchers, size_t n)
{
    struct strbuf selector = STRBUF_INIT;
    strbuf_add_char(&selector, '{');
    for (size_t i = 0; i < n; i++) {
        if (i > 0) {
            strbuf_add_char(&selector, ',');
        }
        matcher_format(&selector, &matchers[i]);
    }
    strbuf_add_char(&selector, '}');
    http_form_add(form, "match[]", strbuf_str(&selector));
    form->overflowed = form->overflowed || selector.overflowed;
    strbuf_release(&selector);
}

static void add_path(struct strbuf *path, struct str label)
{
    struct strbuf encoded = STRBUF_INIT;
    http_form_add(&encoded, "", label); /* "=label" */
    struct str name = str_slice(strbuf_str(&encoded), 1, encoded.len);
    strbuf_printf(path, "/api/v1/label/%.*s/values", STR_ARG(name));
    strbuf_release(&encoded);
}

static struct query *server_names(struct answerer *self, const struct query_names_request *request)
{
    struct server *server = CONTAINER_OF(self, struct server, base);
    struct question *q = question_create(server);
    q->names_done = request->done;
    q->user = request->user;
    q->names = names_create();

    struct strbuf path = STRBUF_INIT;
    struct strbuf form = STRBUF_INIT;
    add_path(&path, request->label);
    if (request->matcher_count > 0) {
        add_match(&form, request->matchers, request->matcher_count);
    }
    if (request->from_ms > 0) {
        add_seconds(&form, "start", request->from_ms);
    }
    if (request->to_ms < INT64_MAX) {
        add_seconds(&form, "end", request->to_ms);
    }
    struct api_request sent = {
        .path = strbuf_cstr(&path),
        .form = &form,
        .get = true,
        .timeout_ms = request->timeout_ms > 0 ? request->timeout_ms : QUERY_TIMEOUT_DEFAULT_MS,
        .on_body = on_names_body,
        .done = on_names_done,
        .user = q,
    };
    q->call = api_send(server->api, &sent);
    strbuf_release(&form);
    strbuf_release(&path);
    return &q->base;
}

static void server_cancel(struct answerer *self, struct query *query)
{
    (void)self;
    struct question *q = CONTAINER_OF(query, struct question, base);
    api_cancel(q->call);
    question_destroy(q);
}

static const struct answerer_ops server_ops = {
    .kind = "prometheus",
    .ask = server_ask,
    .names = server_names,
    .cancel = server_cancel,
};

struct answerer *prometheus_answerer_create(struct api *api, struct label_table *labels,
                                            const char *source, int64_t interval_ms,
                                            int64_t late_ms)
{
    struct server *server = mem_zalloc(1, sizeof(*server));
    server->base.ops = &server_ops;
    server->base.source = source;
    server->base.interval_ms = interval_ms;
    server->base.late_ms = late_ms;
    server->api = api;
    server->labels = labels;
    return &server->base;
}

void prometheus_answerer_destroy(struct answerer *answerer)
{
    if (answerer == NULL) {
        return;
    }
    struct server *server = CONTAINER_OF(answerer, struct server, base);
    struct error err = ERROR_INIT;
    error_set(&err, ERROR_CANCELLED, "the source '%s' was closed", answerer->source);
    while (server->open != NULL) {
        struct question *q = server->open;
        api_cancel(q->call);
        fail(q, &err);
    }
    error_release(&err);
    free(server);
}

bool prometheus_answerer_busy(const struct answerer *answerer)
{
    const struct server *server =
        CONTAINER_OF((struct answerer *)(uintptr_t)answerer, struct server, base);
    return server->open != NULL;
}

void prometheus_answerer_watch(struct answerer *answerer, prometheus_heard_cb heard, void *user)
{
    struct server *server = CONTAINER_OF(answerer, struct server, base);
    server->heard = heard;
    server->heard_user = user;
}
