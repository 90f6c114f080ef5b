/* What a handler sees of a request, and the answers the server gives itself. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_writer.h"
#include "base/mem.h"
#include "net/http_routes.h"
#include "net/http_server_internal.h"

#define JSON_TYPE "application/json"
#define FORM_TYPE "application/x-www-form-urlencoded"

struct http_exchange *exchange_create(struct connection *connection, const char *raw_target)
{
    struct http_exchange *x = mem_zalloc(1, sizeof(*x));
    x->connection = connection;
    x->raw_target = mem_strdup(raw_target);
    http_target_init(&x->target);
    strbuf_init(&x->body, connection->server->options.max_body_bytes);
    strbuf_init(&x->answer, STRBUF_MAX_DEFAULT);
    return x;
}

void exchange_free(struct http_exchange *x)
{
    http_target_release(&x->target);
    strbuf_release(&x->body);
    strbuf_release(&x->answer);
    error_release(&x->refusal);
    free(x->raw_target);
    free(x->method);
    free(x->content_type);
    free(x->allow);
    free(x);
}

size_t exchange_max_body(const struct http_exchange *x)
{
    return x->body.max;
}

void exchange_begin(struct http_exchange *x, const char *method)
{
    const struct http_server_options *o = &x->connection->server->options;
    bool known_path;
    x->method = mem_strdup(method);
    if (!http_target_parse(&x->target, str_from(x->raw_target), &x->refusal)) {
        return;
    }
    x->route =
        http_routes_find(o->routes, o->route_count, str_from(method), &x->target, &known_path);
    if (x->route != NULL) {
        strbuf_init(&x->body,
                    x->route->max_body_bytes != 0 ? x->route->max_body_bytes : o->max_body_bytes);
    } else if (known_path) {
        struct strbuf allow = STRBUF_INIT;
        http_routes_allow(&allow, o->routes, o->route_count, &x->target);
        x->allow = strbuf_take(&allow);
    }
}

bool exchange_take(struct http_exchange *x, const char *data, size_t len)
{
    if (x->route == NULL || x->excess > 0 || !strbuf_add(&x->body, data, len)) {
        x->excess += len;
    }
    return x->excess <= HTTP_SERVER_DRAIN_BYTES;
}

static void refuse_unrouted(struct http_exchange *x)
{
    struct strbuf text = STRBUF_INIT;
    if (x->allow != NULL) {
        strbuf_printf(&text, "'%.*s' takes %s, not %s", STR_ARG(x->target.path), x->allow,
                      x->method);
        exchange_refuse(x, 405, NULL, strbuf_cstr(&text));
    } else {
        strbuf_printf(&text, "there is nothing at '%.*s'", STR_ARG(x->target.path));
        exchange_refuse(x, 404, NULL, strbuf_cstr(&text));
    }
    strbuf_release(&text);
}

static bool is_form(const struct http_exchange *x)
{
    const char *type = http_exchange_header(x, "Content-Type");
    return type != NULL &&
           str_equal_ignoring_case(
               str_trim(str_slice(str_from(type), 0, str_find(str_from(type), ';'))),
               STR(FORM_TYPE));
}

bool exchange_complete(struct http_exchange *x)
{
    if (x->route != NULL && x->excess == 0 && is_form(x) &&
        !http_target_add_params(&x->target, strbuf_str(&x->body), &x->refusal)) {
        x->route = NULL;
    }
    if (error_is(&x->refusal)) {
        exchange_refuse(x, 400, NULL, error_text(&x->refusal));
    } else if (x->route == NULL) {
        refuse_unrouted(x);
    } else if (x->excess > 0) {
        struct strbuf text = STRBUF_INIT;
        strbuf_printf(&text, "the body is larger than %zu bytes", x->body.max);
        exchange_refuse(x, 413, NULL, strbuf_cstr(&text));
        strbuf_release(&text);
    }
    return x->state != EXCHANGE_ANSWERED;
}

/* Prometheus' words (web/api/v1). */
static const char *type_of_status(int status)
{
    switch (status) {
    case 400:
    case 413:
        return "bad_data";
    case 404:
        return "not_found";
    case 422:
        return "execution";
    case 503:
        return "unavailable";
    default:
        return status < 500 ? "bad_data" : "internal";
    }
}

static void set_answer(struct http_exchange *x, int status, const char *content_type)
{
    assert(status >= 200 && status <= 599);
    x->state = EXCHANGE_ANSWERED;
    x->status = status;
    free(x->content_type);
    x->content_type = content_type != NULL ? mem_strdup(content_type) : NULL;
}

void exchange_refuse(struct http_exchange *x, int status, const char *type, const char *message)
{
    struct json_writer w;
    strbuf_reset(&x->answer);
    json_writer_init(&w, &x->answer);
    json_writer_object(&w);
    json_writer_key(&w, "status");
    json_writer_text(&w, "error");
    json_writer_key(&w, "errorType");
    json_writer_text(&w, type != NULL ? type : type_of_status(status));
    json_writer_key(&w, "error");
    json_writer_text(&w, message);
    json_writer_end(&w);
    strbuf_add_char(&x->answer, '\n');
    set_answer(x, status, JSON_TYPE);
}

const struct http_peer *http_exchange_peer(const struct http_exchange *x)
{
    return &x->connection->peer;
}

struct str http_exchange_method(const struct http_exchange *x)
{
    return str_from(x->method);
}

struct str http_exchange_path(const struct http_exchange *x)
{
    return x->target.path;
}

struct str http_exchange_variable(const struct http_exchange *x, const char *name)
{
    struct str value = http_route_variable(x->route, &x->target, str_from(name));
    assert(value.data != NULL);
    return value;
}

struct str http_exchange_param(const struct http_exchange *x, const char *name, size_t i)
{
    return http_target_param(&x->target, str_from(name), i);
}

struct str http_exchange_body(const struct http_exchange *x)
{
    return strbuf_str(&x->body);
}

void http_exchange_on_gone(struct http_exchange *x, void (*gone)(void *user), void *user)
{
    assert(x->state == EXCHANGE_HANDLED);
    x->gone = gone;
    x->user = user;
}

void http_exchange_answer(struct http_exchange *x, int status, const char *content_type,
                          struct str body)
{
    assert(x->state == EXCHANGE_HANDLED);
    strbuf_init(&x->answer, body.len);
    strbuf_add_str(&x->answer, body);
    set_answer(x, status, content_type);
    daemon_resume(x);
}

void http_exchange_answer_buffer(struct http_exchange *x, int status, const char *content_type,
                                 struct strbuf *body)
{
    assert(x->state == EXCHANGE_HANDLED);
    if (body->overflowed) {
        struct strbuf text = STRBUF_INIT;
        strbuf_printf(&text, "the answer is larger than %zu bytes", body->max);
        http_exchange_answer_error(x, 500, NULL, strbuf_cstr(&text));
        strbuf_release(&text);
        strbuf_release(body);
        return;
    }
    strbuf_release(&x->answer);
    x->answer = *body;
    strbuf_init(body, body->max);
    set_answer(x, status, content_type);
    daemon_resume(x);
}

void http_exchange_answer_error(struct http_exchange *x, int status, const char *type,
                                const char *message)
{
    assert(x->state == EXCHANGE_HANDLED);
    exchange_refuse(x, status, type, message);
    daemon_resume(x);
}
