/*
 * The source `scrape`: one metrics page over HTTP. The page is read as it arrives and committed
 * when it is complete; which format it has is known from its headers when the first bytes come.
 */
#include <assert.h>
#include <stdlib.h>

#include "source/scrape/media.h"
#include "source/scrape/options.h"
#include "source/scrape/page.h"
#include "source/source.h"
#include "source/target_labels.h"
#include "source/target_series.h"

struct scrape {
    struct source base;
    const struct source_env *env;
    const struct scrape_options *options;
    struct target_series *series;
    struct page *page;

    struct http_call *call; /* NULL: no poll is open */
    poll_done_cb done;
    void *user;
    struct wall slot;
    bool began; /* the page has begun to arrive */
    char head[MEDIA_HEAD_MAX];
    size_t head_len;
    struct strbuf content_type;
};

static struct scrape *self_of(const struct source *source)
{
    return (struct scrape *)(uintptr_t)source;
}

static void *read_options(struct yaml_reader *reader, const struct yaml_node *node)
{
    return scrape_options_read(reader, node);
}

static void *target_options(struct str target, struct error *err)
{
    return scrape_options_from_target(target, err);
}

static void free_options(void *options)
{
    scrape_options_free(options);
}

static bool same_options(const void *a, const void *b)
{
    return scrape_options_same(a, b);
}

static struct labels *make_target(const struct source_env *env, const struct source_config *config,
                                  struct error *err)
{
    const struct scrape_options *o = config->options;
    VEC(struct label) extra = {0};
    VEC_EACH (&o->labels, const struct scrape_label, l) {
        vec_push(&extra, ((struct label){str_from(l->name), str_from(l->value)}));
    }
    struct labels *made = NULL;
    if (!target_labels_make(env->labels, str_from(config->name), str_from(o->instance), extra.items,
                            extra.len, &made, err)) {
        error_wrap(err, "source '%s'", config->name);
    }
    vec_release(&extra);
    return made;
}

static struct source *create(const struct source_env *env, const struct source_config *config,
                             struct error *err)
{
    struct labels *target = make_target(env, config, err);
    if (target == NULL) {
        return NULL;
    }
    struct scrape *s = mem_zalloc(1, sizeof(*s));
    s->base.ops = config->ops;
    s->base.config = config;
    s->env = env;
    s->options = config->options;
    s->series = target_series_create(env->store, env->labels, target);
    s->page = page_create(env->labels, s->series,
                          &(struct page_options){.honor_labels = s->options->honor_labels,
                                                 .honor_timestamps = s->options->honor_timestamps,
                                                 .sample_limit = s->options->sample_limit});
    strbuf_init(&s->content_type, 1024);
    return &s->base;
}

static bool on_body(void *user, const char *data, size_t len, struct error *err)
{
    struct scrape *s = user;
    if (!s->began) {
        s->began = true;
        strbuf_reset(&s->content_type);
        strbuf_add_str(&s->content_type,
                       str_slice(http_call_content_type(s->call), 0, s->content_type.max));
        page_begin(s->page, media_format(strbuf_str(&s->content_type)), s->slot);
    }
    for (size_t i = 0; i < len && s->head_len < sizeof(s->head); i++) {
        s->head[s->head_len++] = data[i];
    }
    return page_feed(s->page, str_span(data, len), err);
}

/* The answer has come whole. */
static bool finish_page(struct scrape *s, const struct http_response *response,
                        struct poll_result *result, struct error *err)
{
    if (!s->began) {
        return error_set(err, ERROR_PROTOCOL, "the page is empty");
    }
    struct page_summary summary;
    s->began = false;
    if (!page_finish(s->page, &summary, err)) {
        return false;
    }
    *result = (struct poll_result){
        .samples = summary.counts.samples,
        .samples_after_relabeling = summary.counts.samples,
        .series_added = summary.counts.added,
        .bytes = response->bytes,
        .server_time = response->server_time,
        .partial = summary.partial,
    };
    return true;
}

static void on_done(void *user, const struct http_response *response, const struct error *failed)
{
    struct scrape *s = user;
    struct poll_result result = {0};
    struct error err = ERROR_INIT;
    bool ok = false;
    s->call = NULL;
    if (failed != NULL) {
        error_copy(&err, failed);
        if (s->began) {
            page_abort(s->page);
        }
    } else {
        ok = finish_page(s, response, &result, &err);
    }
    if (!ok) {
        media_explain(strbuf_str(&s->content_type), str_span(s->head, s->head_len), s->options->url,
                      &err);
    }
    s->began = false;
    /* The last thing: the source may be destroyed in there. */
    s->done(s->user, ok ? &result : NULL, ok ? NULL : &err);
    error_release(&err);
}

static void poll_page(struct source *source, struct wall slot, int64_t deadline_ms,
                      poll_done_cb done, void *user)
{
    static const struct http_header headers[] = {{"Accept", MEDIA_ACCEPT}};
    struct scrape *s = self_of(source);
    assert(s->call == NULL);
    s->done = done;
    s->user = user;
    s->slot = slot;
    s->began = false;
    s->head_len = 0;
    strbuf_reset(&s->content_type);
    s->call = http_send(s->env->http, &(struct http_request){
                                          .method = HTTP_GET,
                                          .url = s->options->url,
                                          .config = s->options->http,
                                          .headers = headers,
                                          .header_count = ARRAY_LEN(headers),
                                          .timeout_ms = deadline_ms,
                                          .connect_timeout_ms = deadline_ms,
                                          .max_bytes = s->options->max_bytes,
                                          .on_body = on_body,
                                          .done = on_done,
                                          .user = s,
                                      });
}

static void cancel(struct source *source)
{
    struct scrape *s = self_of(source);
    http_cancel(s->call);
    s->call = NULL;
    if (s->began) {
        page_abort(s->page);
        s->began = false;
    }
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
    struct scrape *s = self_of(source);
    cancel(source);
    page_destroy(s->page);
    target_series_destroy(s->series);
    strbuf_release(&s->content_type);
    free(s);
}

extern const struct source_ops source_scrape_ops;
const struct source_ops source_scrape_ops = {
    .kind = "scrape",
    .doc = "a metrics page in Prometheus' text format or OpenMetrics",
    .answers_promql = false,
    .read_options = read_options,
    .target_options = target_options,
    .free_options = free_options,
    .same_options = same_options,
    .create = create,
    .poll = poll_page,
    .cancel = cancel,
    .mark_stale = mark_stale,
    .report = report,
    .answerer = NULL,
    .endpoint = endpoint,
    .destroy = destroy,
};
