/* See ask.h. */
#include "attach/ask.h"

#include <stdlib.h>

#include "api/failure.h"
#include "base/mem.h"

struct ask {
    struct http_call *call;
    ask_cb answered;
    void *user;
};

static void answer(struct ask *ask, struct json root, const struct error *err)
{
    ask->answered(ask->user, root, err);
    free(ask);
}

static void fail(struct ask *ask, struct error *err)
{
    err->kind = err->kind == ERROR_IO ? ERROR_REFUSED : err->kind;
    answer(ask, (struct json){.node = NULL}, err);
    error_release(err);
}

static void take(struct ask *ask, const struct http_response *response)
{
    struct error err = ERROR_INIT, refused = ERROR_INIT;
    struct json_document *document = json_parse(response->body, ASK_MAX_BYTES, &err);
    struct json root = document != NULL ? json_root(document) : (struct json){.node = NULL};
    if (response->status < 200 || response->status > 299) {
        api_failure(response->status, root, &refused);
        fail(ask, &refused);
    } else if (document == NULL) {
        error_wrap(&err, "what answers is no engine");
        fail(ask, &err);
    } else {
        answer(ask, root, NULL);
    }
    json_destroy(document);
    error_release(&err);
}

static void done(void *user, const struct http_response *response, const struct error *err)
{
    struct ask *ask = user;
    struct error copy = ERROR_INIT;
    ask->call = NULL;
    if (response != NULL) {
        take(ask, response);
    } else {
        error_copy(&copy, err);
        fail(ask, &copy);
    }
}

struct ask *ask_send(const struct question *question)
{
    struct ask *ask = mem_zalloc(1, sizeof(*ask));
    char *url = mem_printf("http://tocsin%s", question->path);
    *ask = (struct ask){.answered = question->answered, .user = question->user};
    const struct http_request request = {.method = question->method,
                                         .url = url,
                                         .unix_socket = question->socket_path,
                                         .body = question->body,
                                         .content_type = "application/json",
                                         .timeout_ms = ASK_TIMEOUT_MS,
                                         .max_bytes = ASK_MAX_BYTES,
                                         .any_status = true,
                                         .done = done,
                                         .user = ask};
    ask->call = http_send(question->http, &request);
    free(url);
    return ask;
}

void ask_cancel(struct ask *ask)
{
    if (ask != NULL) {
        http_cancel(ask->call);
        free(ask);
    }
}
