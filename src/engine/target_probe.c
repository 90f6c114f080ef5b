/* See target_probe.h. Only the first bytes of an answer are looked at; then the connection is given
 * up, so that a page of 50 MB costs no more than a small one. */
#include "engine/target_probe.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"

#define PROBE_TIMEOUT_MS 5000
#define PROBE_HEAD       512

enum step { STEP_PAGE_BY_NAME, STEP_API, STEP_PAGE, STEP_METRICS };

struct target_probe {
    struct loop *loop;
    struct http_client *http;
    char *url;
    target_probe_cb done;
    void *user;
    enum step step;
    struct http_call *call;
    bool enough; /* the head is full; on_body is given only what a 2xx brings */
    struct deferred *deferred;
    char head[PROBE_HEAD];
    size_t head_len;
    char *asked; /* the address asked now */
    int refused; /* the first status that says more than "not here": 401, 502; or 0 */
    bool web;    /* something was a web page */
};

static void ask(struct target_probe *probe);

static void finish(struct target_probe *probe, const char *kind, const struct error *err)
{
    probe->done(probe->user, kind, kind != NULL ? probe->asked : NULL, err);
}

static bool on_body(void *user, const char *data, size_t len, struct error *err)
{
    struct target_probe *probe = user;
    size_t room = PROBE_HEAD - probe->head_len;
    size_t take = len < room ? len : room;
    memcpy(probe->head + probe->head_len, data, take);
    probe->head_len += take;
    probe->enough = probe->head_len == PROBE_HEAD;
    return !probe->enough || error_set(err, ERROR_CANCELLED, "the rest is not wanted");
}

static bool looks_like_api(struct str head)
{
    return str_starts_with(head, STR("{")) && str_contains(head, STR("\"status\"")) &&
           str_contains(head, STR("\"success\""));
}

/* Comments or a metric's name; a web page begins with '<', JSON with '{' and a word of prose has no
 * value behind it. */
static bool looks_like_metrics(struct str head)
{
    if (str_starts_with(head, STR("# HELP ")) || str_starts_with(head, STR("# TYPE "))) {
        return true;
    }
    size_t i = 0;
    while (i < head.len && ((head.data[i] >= 'a' && head.data[i] <= 'z') ||
                            (head.data[i] >= 'A' && head.data[i] <= 'Z') || head.data[i] == '_' ||
                            head.data[i] == ':' || (head.data[i] >= '0' && head.data[i] <= '9'))) {
        i++;
    }
    struct str rest = str_slice(head, i, head.len);
    return i != 0 && rest.len > 1 && (rest.data[0] == '{' || rest.data[0] == ' ') &&
           str_contains(str_slice(rest, 0, str_find(rest, '\n')), STR(" "));
}

/* 404 and its like only say that the next path is to be tried. */
static bool is_telling(int status)
{
    return status == 401 || status == 403 || status == 407 || status == 429 || status / 100 == 5;
}

static void remember(struct target_probe *probe, int status, struct str head)
{
    if (probe->refused == 0 && is_telling(status)) {
        probe->refused = status;
    }
    probe->web = probe->web || (status / 100 == 2 && str_starts_with(head, STR("<")));
}

/* Nothing was found: the most helpful thing that was heard on the way. */
static void give_up(struct target_probe *probe)
{
    struct error err = ERROR_INIT;
    struct strbuf url = STRBUF_INIT;
    http_url_redacted(&url, probe->url);
    int status = probe->refused;
    if (status == 401 || status == 407) {
        error_set(&err, ERROR_AUTH, "'%s' wants credentials (HTTP status %d): tocsin.yaml(5)",
                  strbuf_cstr(&url), status);
    } else if (status == 403) {
        error_set(&err, ERROR_AUTH, "'%s' forbids it (HTTP status 403)", strbuf_cstr(&url));
    } else if (status != 0) {
        error_set(&err, status == 429 || status == 503 ? ERROR_BUSY : ERROR_HTTP,
                  "'%s' answers with HTTP status %d", strbuf_cstr(&url), status);
    } else {
        error_set(&err, ERROR_PROTOCOL, "'%s' is neither a Prometheus API nor a metrics page%s",
                  strbuf_cstr(&url), probe->web ? ", but a web page" : "");
    }
    err.http = status;
    strbuf_release(&url);
    finish(probe, NULL, &err);
    error_release(&err);
}

static void api_url(const struct target_probe *probe, struct strbuf *out, struct error *err)
{
    if (http_url_join(out, probe->url, "/api/v1/query", err)) {
        strbuf_add_c(out, "?query=1");
    }
}

static void answered(void *user, const struct http_response *response, const struct error *err)
{
    struct target_probe *probe = user;
    probe->call = NULL;
    if (response == NULL && err->http == 0 && !probe->enough) {
        finish(probe, NULL, err);
        return;
    }
    struct str head = str_trim(str_span(probe->head, probe->head_len));
    bool ok = probe->enough || (response != NULL && response->status / 100 == 2);
    remember(probe, response != NULL ? response->status : probe->enough ? 200 : err->http, head);
    if (probe->step == STEP_API) {
        if (ok && looks_like_api(head)) {
            free(probe->asked);
            probe->asked = mem_strdup(probe->url);
            finish(probe, "prometheus", NULL);
            return;
        }
        probe->step = STEP_PAGE;
    } else {
        if (ok && looks_like_metrics(head)) {
            finish(probe, "scrape", NULL);
            return;
        }
        if (probe->step == STEP_METRICS) {
            give_up(probe);
            return;
        }
        probe->step = STEP_METRICS;
    }
    ask(probe);
}

static void ask(struct target_probe *probe)
{
    struct strbuf url = STRBUF_INIT;
    struct error err = ERROR_INIT;
    switch (probe->step) {
    case STEP_API:
        api_url(probe, &url, &err);
        break;
    case STEP_METRICS:
        (void)!http_url_join(&url, probe->url, "/metrics", &err);
        break;
    case STEP_PAGE:
    case STEP_PAGE_BY_NAME:
        strbuf_add_c(&url, probe->url);
        break;
    }
    free(probe->asked);
    probe->asked = strbuf_take(&url);
    if (error_is(&err)) {
        finish(probe, NULL, &err);
        error_release(&err);
        return;
    }
    probe->head_len = 0;
    probe->enough = false;
    const struct http_request request = {.method = HTTP_GET,
                                         .url = probe->asked,
                                         .timeout_ms = PROBE_TIMEOUT_MS,
                                         .any_status = true,
                                         .on_body = on_body,
                                         .done = answered,
                                         .user = probe};
    probe->call = http_send(probe->http, &request);
}

static void start(void *user)
{
    struct target_probe *probe = user;
    probe->deferred = NULL;
    if (probe->step == STEP_PAGE_BY_NAME) {
        probe->asked = mem_strdup(probe->url);
        finish(probe, "scrape", NULL);
        return;
    }
    ask(probe);
}

struct target_probe *target_probe_create(struct loop *loop, struct http_client *http,
                                         const char *url, target_probe_cb done, void *user)
{
    struct target_probe *probe = mem_zalloc(1, sizeof(*probe));
    probe->loop = loop;
    probe->http = http;
    probe->url = mem_strdup(url);
    probe->done = done;
    probe->user = user;
    struct str path = str_from(url);
    bool page = str_ends_with(str_slice(path, 0, str_find(path, '?')), STR("/metrics"));
    probe->step = page ? STEP_PAGE_BY_NAME : STEP_API;
    probe->deferred = loop_defer(loop, start, probe);
    return probe;
}

void target_probe_destroy(struct target_probe *probe)
{
    if (probe == NULL) {
        return;
    }
    deferred_cancel(probe->deferred);
    http_cancel(probe->call);
    free(probe->asked);
    free(probe->url);
    free(probe);
}
