/* See change.h. A change that cannot be sent ends by the turn after, as all others end later. */
#include "source/alertmanager/change.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "source/alertmanager/answer.h"

#define BODY_MAX ((size_t)1024 * 1024)
#define ID_MAX   ((size_t)128)

struct foreign_change {
    struct changes *changes;
    char *id; /* of one that is ended; NULL: one is made */
    foreign_change_cb done;
    void *user;
    struct http_call *call;
    struct deferred *refusal; /* runs instead of the call */
    struct error err;         /* for it */
};

struct changes {
    const struct source_env *env;
    const struct alertmanager_options *options;
    VEC(struct foreign_change *) list;
};

struct changes *changes_create(const struct source_env *env,
                               const struct alertmanager_options *options)
{
    struct changes *changes = mem_zalloc(1, sizeof(*changes));
    changes->env = env;
    changes->options = options;
    return changes;
}

static void forget(struct foreign_change *change)
{
    struct changes *changes = change->changes;
    for (size_t i = 0; i < changes->list.len; i++) {
        if (changes->list.items[i] == change) {
            vec_remove(&changes->list, i);
            break;
        }
    }
}

static void change_free(struct foreign_change *change)
{
    error_release(&change->err);
    free(change->id);
    free(change);
}

void change_cancel(struct foreign_change *change)
{
    if (change != NULL) {
        http_cancel(change->call);
        deferred_cancel(change->refusal);
        forget(change);
        change_free(change);
    }
}

void changes_destroy(struct changes *changes)
{
    if (changes == NULL) {
        return;
    }
    struct error err = ERROR_INIT;
    error_set(&err, ERROR_CANCELLED, "the source was closed");
    while (changes->list.len > 0) {
        struct foreign_change *change = changes->list.items[0];
        http_cancel(change->call);
        deferred_cancel(change->refusal);
        forget(change);
        change->done(change->user, NULL, &err);
        change_free(change);
    }
    error_release(&err);
    vec_release(&changes->list);
    free(changes);
}

static void end(struct foreign_change *change, const char *id, const struct error *err)
{
    forget(change);
    change->done(change->user, err == NULL ? id : NULL, err);
    change_free(change);
}

static void on_refusal(void *user)
{
    struct foreign_change *change = user;
    change->refusal = NULL;
    end(change, NULL, &change->err);
}

static void on_put(void *user, const struct http_response *response, const struct error *failed)
{
    struct foreign_change *change = user;
    struct error err = ERROR_INIT;
    change->call = NULL;
    char *id = failed == NULL ? silence_id_of(response->body, &err) : NULL;
    end(change, id, id != NULL ? NULL : failed != NULL ? failed : &err);
    free(id);
    error_release(&err);
}

/* Its API says 404; version 0.25 says 500 and these words. */
static bool is_not_found(const struct error *err)
{
    return err->http == 404 ||
           (err->http == 500 && strstr(error_text(err), "silence not found") != NULL);
}

static void on_expire(void *user, const struct http_response *response, const struct error *failed)
{
    struct foreign_change *change = user;
    (void)response;
    change->call = NULL;
    if (failed != NULL && is_not_found(failed)) {
        error_set(&change->err, ERROR_NOT_FOUND, "there is no silence '%s'", change->id);
        failed = &change->err;
    }
    end(change, change->id, failed);
}

/* Sends, or sees to it that what is in change->err is told. */
static void begin(struct foreign_change *change, const char *path, struct http_request *request)
{
    struct changes *changes = change->changes;
    if (!error_is(&change->err) && changes->list.len >= CHANGES_MAX) {
        error_set(&change->err, ERROR_LIMIT, "more than %zu changes of silences at a time",
                  CHANGES_MAX);
    }
    vec_push(&changes->list, change);
    if (error_is(&change->err)) {
        change->refusal = loop_defer(changes->env->loop, on_refusal, change);
        return;
    }
    char *url = mem_printf("%s%s", changes->options->url, path);
    request->url = url;
    request->config = changes->options->http;
    request->timeout_ms = CHANGES_TIMEOUT_MS;
    request->max_bytes = BODY_MAX;
    request->user = change;
    change->call = http_send(changes->env->http, request);
    free(url);
}

struct foreign_change *changes_put(struct changes *changes, const struct foreign_silence *silence,
                                   foreign_change_cb done, void *user)
{
    struct foreign_change *change = mem_zalloc(1, sizeof(*change));
    struct strbuf body;
    strbuf_init(&body, BODY_MAX);
    *change = (struct foreign_change){.changes = changes, .done = done, .user = user};
    struct http_request request = {.method = HTTP_POST, .done = on_put};
    if (silence_body(&body, silence, &change->err)) {
        request.body = strbuf_str(&body);
        request.content_type = "application/json";
    }
    begin(change, "/api/v2/silences", &request);
    strbuf_release(&body);
    return change;
}

/* It becomes part of a path: what Alertmanager gives are UUIDs. */
static bool id_is_sane(const char *id)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "-_";
    size_t len = strlen(id);
    return len > 0 && len <= ID_MAX && strspn(id, allowed) == len;
}

struct foreign_change *changes_expire(struct changes *changes, const char *id,
                                      foreign_change_cb done, void *user)
{
    struct foreign_change *change = mem_zalloc(1, sizeof(*change));
    char *path = mem_printf("/api/v2/silence/%s", id);
    *change = (struct foreign_change){
        .changes = changes, .id = mem_strdup(id), .done = done, .user = user};
    if (!id_is_sane(id)) {
        error_set(&change->err, ERROR_NOT_FOUND, "there is no silence of that id");
    }
    begin(change, path, &(struct http_request){.method = HTTP_DELETE, .done = on_expire});
    free(path);
    return change;
}
