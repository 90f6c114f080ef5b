/*
 * The source `alertmanager`: another engine's alerts and silences, for screens. A poll asks for
 * both; without the alerts it has failed, without the silences it lacks a part. Nothing of it goes
 * into the store, save for the target's own `up` and scrape_* series.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "source/alertmanager/answer.h"
#include "source/alertmanager/change.h"
#include "source/alertmanager/options.h"
#include "source/foreign.h"
#include "source/source.h"
#include "source/target_labels.h"
#include "source/target_series.h"

struct fetch {
    struct alertmanager *owner;
    struct http_call *call; /* NULL: not under way */
    struct answer_reader *reader;
    struct error err; /* why it failed */
    size_t bytes;
};

struct alertmanager {
    struct source base;
    const struct source_env *env;
    const struct alertmanager_options *options;
    struct target_series *series;
    struct changes *changes;
    struct foreign_list *list; /* of the last good poll */
    struct strbuf problem;     /* of it; empty where there is none */
    void (*changed)(void *user);
    void *changed_user;

    poll_done_cb done; /* NULL: no poll is open */
    void *user;
    struct foreign_list *coming;
    struct fetch alerts;
    struct fetch silences;
    struct wall server_time;
};

static struct alertmanager *self_of(const struct source *source)
{
    return (struct alertmanager *)(uintptr_t)source;
}

static void *read_options(struct yaml_reader *reader, const struct yaml_node *node)
{
    return alertmanager_options_read(reader, node);
}

static void *target_options(struct str target, struct error *err)
{
    return alertmanager_options_from_target(target, err);
}

static void free_options(void *options)
{
    alertmanager_options_free(options);
}

static bool same_options(const void *a, const void *b)
{
    return alertmanager_options_same(a, b);
}

static struct source *create(const struct source_env *env, const struct source_config *config,
                             struct error *err)
{
    const struct alertmanager_options *options = config->options;
    struct labels *target = NULL;
    if (!target_labels_make(env->labels, str_from(config->name), str_from(options->instance), NULL,
                            0, &target, err)) {
        error_wrap(err, "source '%s'", config->name);
        return NULL;
    }
    struct alertmanager *a = mem_zalloc(1, sizeof(*a));
    a->base.ops = config->ops;
    a->base.config = config;
    a->env = env;
    a->options = options;
    a->series = target_series_create(env->store, env->labels, target);
    a->changes = changes_create(env, options);
    a->alerts.owner = a->silences.owner = a;
    strbuf_init(&a->problem, STRBUF_MAX_DEFAULT);
    return &a->base;
}

static void end_fetch(struct fetch *f)
{
    f->call = NULL;
    answer_destroy(f->reader);
    f->reader = NULL;
}

static void withdraw(struct alertmanager *a)
{
    http_cancel(a->alerts.call);
    http_cancel(a->silences.call);
    end_fetch(&a->alerts);
    end_fetch(&a->silences);
    error_release(&a->alerts.err);
    error_release(&a->silences.err);
    foreign_list_unref(a->coming);
    a->coming = NULL;
}

static void accept_list(struct alertmanager *a)
{
    strbuf_reset(&a->problem);
    if (error_is(&a->silences.err)) {
        a->coming->silences.len = 0;
        strbuf_printf(&a->problem, "the silences are missing: %s", error_text(&a->silences.err));
    }
    a->coming->at = loop_wall(a->env->loop);
    foreign_list_unref(a->list);
    a->list = a->coming;
    a->coming = NULL;
}

/* Both have ended. */
static void finish(struct alertmanager *a)
{
    poll_done_cb done = a->done;
    void *user = a->user;
    struct error err = ERROR_INIT;
    struct poll_result result = {.samples = 0};
    bool ok = !error_is(&a->alerts.err);
    a->done = NULL;
    if (ok) {
        accept_list(a);
        result.bytes = a->alerts.bytes + a->silences.bytes;
        result.server_time = a->server_time;
        result.partial = a->problem.len > 0 ? strbuf_cstr(&a->problem) : NULL;
    } else {
        error_move(&err, &a->alerts.err);
    }
    withdraw(a);
    if (ok && a->changed != NULL) {
        a->changed(a->changed_user);
    }
    /* The last thing: the source may be destroyed in there. */
    done(user, ok ? &result : NULL, ok ? NULL : &err);
    error_release(&err);
}

static bool on_body(void *user, const char *data, size_t len, struct error *err)
{
    struct fetch *f = user;
    return answer_feed(f->reader, data, len, err);
}

static void on_answer(void *user, const struct http_response *response, const struct error *failed)
{
    struct fetch *f = user;
    struct alertmanager *a = f->owner;
    if (failed != NULL) {
        error_copy(&f->err, failed);
    } else if (answer_finish(f->reader, &f->err)) {
        f->bytes = response->bytes;
        a->server_time = response->server_time;
    }
    end_fetch(f);
    if (a->alerts.call == NULL && a->silences.call == NULL) {
        finish(a);
    }
}

static void start_fetch(struct fetch *f, enum answer_kind kind, const struct strbuf *url,
                        int64_t deadline_ms)
{
    static const struct http_header headers[] = {{"Accept", "application/json"}};
    struct alertmanager *a = f->owner;
    f->bytes = 0;
    f->reader = answer_create(kind, a->coming, a->env->labels);
    f->call = http_send(a->env->http, &(struct http_request){
                                          .method = HTTP_GET,
                                          .url = strbuf_cstr(url),
                                          .config = a->options->http,
                                          .headers = headers,
                                          .header_count = ARRAY_LEN(headers),
                                          .timeout_ms = deadline_ms,
                                          .connect_timeout_ms = deadline_ms,
                                          .max_bytes = FOREIGN_MAX_BYTES,
                                          .on_body = on_body,
                                          .done = on_answer,
                                          .user = f,
                                      });
}

static void poll_server(struct source *source, struct wall slot, int64_t deadline_ms,
                        poll_done_cb done, void *user)
{
    struct alertmanager *a = self_of(source);
    struct strbuf url = STRBUF_INIT;
    struct strbuf query = STRBUF_INIT;
    (void)slot;
    assert(a->done == NULL);
    a->done = done;
    a->user = user;
    a->coming = foreign_list_create();
    VEC_EACH (&a->options->filters, char *, filter) {
        http_form_add(&query, "filter", str_from(*filter));
    }
    strbuf_printf(&url, "%s/api/v2/alerts%s%s", a->options->url, query.len > 0 ? "?" : "",
                  strbuf_cstr(&query));
    start_fetch(&a->alerts, ANSWER_ALERTS, &url, deadline_ms);
    strbuf_reset(&url);
    strbuf_printf(&url, "%s/api/v2/silences", a->options->url);
    start_fetch(&a->silences, ANSWER_SILENCES, &url, deadline_ms);
    strbuf_release(&url);
    strbuf_release(&query);
}

static void cancel(struct source *source)
{
    withdraw(self_of(source));
    self_of(source)->done = NULL;
}

static void mark_stale(struct source *source, struct wall t)
{
    target_series_mark_stale(self_of(source)->series, t);
}

static void report(struct source *source, struct wall slot, bool up, double duration_seconds,
                   const struct poll_result *result)
{
    target_series_report(self_of(source)->series, slot, up, duration_seconds, result);
}

static void endpoint(const struct source *source, struct strbuf *out)
{
    http_url_redacted(out, self_of(source)->options->url);
}

static void destroy(struct source *source)
{
    if (source == NULL) {
        return;
    }
    struct alertmanager *a = self_of(source);
    cancel(source);
    changes_destroy(a->changes);
    target_series_destroy(a->series);
    foreign_list_unref(a->list);
    strbuf_release(&a->problem);
    free(a);
}

static void follow(struct source *source, void (*changed)(void *user), void *user)
{
    self_of(source)->changed = changed;
    self_of(source)->changed_user = user;
}

static const struct foreign_list *list(const struct source *source)
{
    return self_of(source)->list;
}

static const char *problem(const struct source *source)
{
    const struct alertmanager *a = self_of(source);
    return a->problem.len > 0 ? strbuf_cstr(&a->problem) : NULL;
}

static struct foreign_change *silence_put(struct source *source,
                                          const struct foreign_silence *silence,
                                          foreign_change_cb done, void *user)
{
    return changes_put(self_of(source)->changes, silence, done, user);
}

static struct foreign_change *silence_expire(struct source *source, const char *id,
                                             foreign_change_cb done, void *user)
{
    return changes_expire(self_of(source)->changes, id, done, user);
}

static const struct foreign_ops foreign = {
    .follow = follow,
    .list = list,
    .problem = problem,
    .silence_put = silence_put,
    .silence_expire = silence_expire,
    .change_cancel = change_cancel,
};

extern const struct source_ops source_alertmanager_ops;
const struct source_ops source_alertmanager_ops = {
    .kind = "alertmanager",
    .doc = "an Alertmanager: its alerts, and silences made there",
    .answers_promql = false,
    .read_options = read_options,
    .target_options = target_options,
    .free_options = free_options,
    .same_options = same_options,
    .create = create,
    .poll = poll_server,
    .cancel = cancel,
    .mark_stale = mark_stale,
    .report = report,
    .answerer = NULL,
    .endpoint = endpoint,
    .foreign = &foreign,
    .destroy = destroy,
};
