/*
 * One call: copies the request, gets a token where one is needed, runs one transfer or, along
 * redirects, several, and ends exactly once.
 *
 * Redirects are followed here and not by curl: whom the credentials may go to is a question about
 * all of them (basic_auth, tokens, custom headers, client certificates, the body), and curl knows
 * some of these only as headers like any other.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "net/http_internal.h"

static char *copy_or_null(const char *s)
{
    return s != NULL ? mem_strdup(s) : NULL;
}

struct http_call *http_send(struct http_client *client, const struct http_request *request)
{
    struct http_call *call = mem_zalloc(1, sizeof(*call));
    call->client = client;
    call->method = request->method;
    call->url = mem_strdup(request->url);
    call->unix_socket = copy_or_null(request->unix_socket);
    call->config =
        request->config != NULL ? http_config_ref(request->config) : http_config_default();
    for (size_t i = 0; i < request->header_count; i++) {
        const struct http_header *header = &request->headers[i];
        vec_push(&call->headers, mem_printf("%s: %s", header->name, header->value));
    }
    call->body_len = request->body.len;
    call->body = request->body.len != 0 ? mem_strndup(request->body.data, request->body.len) : NULL;
    call->content_type = copy_or_null(request->content_type);
    call->timeout_ms = request->timeout_ms > 0 ? request->timeout_ms : HTTP_TIMEOUT_DEFAULT;
    call->connect_timeout_ms = request->connect_timeout_ms > 0 ? request->connect_timeout_ms
                                                               : HTTP_CONNECT_TIMEOUT_DEFAULT;
    call->max_bytes = request->max_bytes != 0 ? request->max_bytes : HTTP_MAX_BYTES_DEFAULT;
    call->any_status = request->any_status;
    call->hide_path = request->hide_path;
    call->on_body = request->on_body;
    call->done = request->done;
    call->user = request->user;
    call->began = loop_mono(client->loop);
    strbuf_init(&call->answer.body, call->max_bytes);
    call_enqueue(&client->waiting, call);
    client_kick(client);
    return call;
}

static void call_free(struct http_call *call)
{
    transfer_end(call);
    oauth2_cancel(call->token_wait);
    loop_timer_destroy(call->token_timer);
    answer_reset(&call->answer);
    strbuf_release(&call->answer.body);
    VEC_EACH (&call->headers, char *, header) {
        free(*header);
    }
    vec_release(&call->headers);
    error_release(&call->err);
    http_config_unref(call->config);
    free(call->token);
    free(call->url);
    free(call->unix_socket);
    free(call->body);
    free(call->content_type);
    free(call);
}

void http_cancel(struct http_call *call)
{
    if (call == NULL || call->silent) {
        return;
    }
    call->silent = true;
    call_dequeue(call);
    if (call->client->depth > 0) {
        call_enqueue(&call->client->finished, call);
    } else {
        call_free(call);
    }
}

const char *call_unix_socket(const struct http_call *call)
{
    return call->foreign ? NULL : call->unix_socket;
}

struct str http_call_content_type(const struct http_call *call)
{
    return str_from(call->answer.content_type != NULL ? call->answer.content_type : "");
}

static void give_response(struct http_call *call)
{
    const struct answer *answer = &call->answer;
    bool streamed = call->on_body != NULL && answer_is_success(call);
    struct http_response response = {
        .status = answer->status,
        .content_type = str_from(answer->content_type != NULL ? answer->content_type : ""),
        .body = streamed ? STR_NONE : strbuf_str(&answer->body),
        .server_time = answer->server_time,
        .took_ms = mono_ms_since(loop_mono(call->client->loop), call->began),
        .retry_after_ms = answer->retry_after_ms,
        .bytes = answer->bytes,
    };
    call->done(call->user, &response, NULL);
}

void call_complete(struct http_call *call)
{
    /* The connection is free for whatever the completion sends next. */
    transfer_end(call);
    if (call->silent) {
        call_free(call);
        return;
    }
    call->silent = true; /* the handle is dead: http_cancel by the callback does nothing */
    if (error_is(&call->err)) {
        call->done(call->user, NULL, &call->err);
    } else {
        give_response(call);
    }
    call_free(call);
}

/* Its completion is due, with call->err or with the answer. */
static void call_finish(struct http_call *call)
{
    call_dequeue(call);
    call_enqueue(&call->client->finished, call);
}

static int64_t time_left_ms(const struct http_call *call)
{
    return call->timeout_ms - mono_ms_since(loop_mono(call->client->loop), call->began);
}

static void stop_waiting_for_token(struct http_call *call)
{
    oauth2_cancel(call->token_wait);
    call->token_wait = NULL;
    loop_timer_destroy(call->token_timer);
    call->token_timer = NULL;
}

static void on_token_late(void *user)
{
    struct http_call *call = user;
    struct http_client *client = call->client;
    client_enter(client);
    stop_waiting_for_token(call);
    error_set(&call->err, ERROR_TIMEOUT, "no access token within %lld ms",
              (long long)call->timeout_ms);
    call_finish(call);
    client_leave(client);
}

/* Runs inside the completion of the call that asked for the token. */
static void on_token(void *user, const char *token, const struct error *err)
{
    struct http_call *call = user;
    call->token_wait = NULL;
    stop_waiting_for_token(call);
    if (err != NULL) {
        error_copy(&call->err, err);
        call_finish(call);
        return;
    }
    call->token = mem_strdup(token);
    call_dequeue(call);
    call_enqueue(&call->client->waiting, call);
    client_kick(call->client);
}

/* True where a token has to be waited for. */
static bool waits_for_token(struct http_call *call, struct error *err)
{
    struct http_client *client = call->client;
    const char *token = NULL;
    if (call->config->oauth2 == NULL || call->foreign || call->token != NULL ||
        !oauth2_get(client->tokens, call->config, on_token, call, &token, &call->token_wait, err)) {
        return false;
    }
    if (token != NULL) {
        call->token = mem_strdup(token);
        return false;
    }
    call->token_timer = loop_timer_create(client->loop, "http-token", on_token_late, call);
    loop_timer_arm(call->token_timer, time_left_ms(call));
    return true;
}

static bool begin(struct http_call *call)
{
    if (time_left_ms(call) <= 0) {
        call_set_curl_error(call, CURLE_OPERATION_TIMEDOUT);
        return false;
    }
    if (!client_open(call->client, &call->err)) {
        return false;
    }
    return waits_for_token(call, &call->err) ||
           (!error_is(&call->err) && transfer_begin(call, &call->err));
}

void call_start(struct http_call *call)
{
    if (!begin(call)) {
        call_finish(call);
    }
}

static bool is_redirect(const struct http_call *call)
{
    int status = call->answer.status;
    return call->config->follow_redirects && call->answer.location != NULL &&
           (status == 301 || status == 302 || status == 303 || status == 307 || status == 308);
}

/* Takes the parts that decide; on failure call->err is set. */
static bool judge_redirect(struct http_call *call, const char *target)
{
    struct url from;
    struct url to;
    if (!url_parse(call->url, &from, &call->err)) {
        return false;
    }
    if (!url_parse(target, &to, &call->err)) {
        url_release(&from);
        return false;
    }
    call->foreign = call->foreign || !url_same_party(&from, &to);
    if (call->foreign && call->body_len != 0) {
        struct strbuf subject = STRBUF_INIT;
        call_add_subject(call, &subject);
        error_set(&call->err, ERROR_HTTP,
                  "%s redirects to '%s', and what is sent is not for another host",
                  strbuf_cstr(&subject), to.host);
        call->err.http = call->answer.status;
        strbuf_release(&subject);
    }
    url_release(&from);
    url_release(&to);
    return !error_is(&call->err);
}

/* RFC 9110, 15.4: 303 is fetched with GET; for 301 and 302 everybody does the same with POST. */
static void adapt_method(struct http_call *call)
{
    int status = call->answer.status;
    if (status == 303 || (call->method == HTTP_POST && (status == 301 || status == 302))) {
        call->method = HTTP_GET;
        free(call->body);
        free(call->content_type);
        call->body = NULL;
        call->content_type = NULL;
        call->body_len = 0;
    }
}

static void follow_redirect(struct http_call *call)
{
    struct strbuf target = STRBUF_INIT;
    strbuf_init(&target, URL_MAX_BYTES);
    adapt_method(call);
    transfer_end(call);
    bool ok = false;
    if (++call->redirects > HTTP_MAX_REDIRECTS) {
        struct strbuf subject = STRBUF_INIT;
        call_add_subject(call, &subject);
        error_set(&call->err, ERROR_HTTP, "more than %d redirects, the last one from %s",
                  HTTP_MAX_REDIRECTS, strbuf_cstr(&subject));
        strbuf_release(&subject);
    } else {
        ok = url_resolve(&target, call->url, call->answer.location, &call->err) &&
             judge_redirect(call, strbuf_cstr(&target));
    }
    if (ok) {
        free(call->url);
        call->url = strbuf_take(&target);
        answer_reset(&call->answer);
        call_dequeue(call);
        call_enqueue(&call->client->waiting, call);
        client_kick(call->client);
    } else {
        call_finish(call);
    }
    strbuf_release(&target);
}

void call_transferred(struct http_call *call, CURLcode result)
{
    int status = call->answer.status;
    if (status == 401 && call->token != NULL) {
        oauth2_drop(call->client->tokens, call->config, call->token);
    }
    if (error_is(&call->err)) {
        call_finish(call);
        return;
    }
    if (result == CURLE_OK && is_redirect(call)) {
        follow_redirect(call);
        return;
    }
    call->answer.retry_after_ms = call_retry_after_ms(call);
    /* What the server said about the request matters more than how the rest of its page came in. */
    if (status >= 300 && !call->any_status) {
        call_set_status_error(call);
    } else if (result != CURLE_OK) {
        call_set_curl_error(call, result);
    }
    call_finish(call);
}
