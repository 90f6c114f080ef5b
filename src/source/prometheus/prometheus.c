/*
 * The source `prometheus`: a server that answers PromQL itself (Prometheus, Thanos, Mimir,
 * VictoriaMetrics: only what they share is asked). It polls nothing into the store; a poll is a
 * probe of the server's health (probe.h).
 */
#include <stdlib.h>

#include "base/mem.h"
#include "source/prometheus/answerer.h"
#include "source/prometheus/probe.h"
#include "source/prometheus/rules.h"
#include "source/source.h"

struct prometheus {
    struct source base;
    const struct source_env *env;
    const struct prometheus_options *options;
    struct api *api;
    struct answerer *answerer;
    struct probe *probe;
    struct rules *rules;
};

static struct prometheus *self_of(const struct source *source)
{
    return (struct prometheus *)(uintptr_t)source;
}

static void *read_options(struct yaml_reader *reader, const struct yaml_node *node)
{
    return prometheus_options_read(reader, node);
}

static void *target_options(struct str target, struct error *err)
{
    return prometheus_options_from_target(target, err);
}

static void free_options(void *options)
{
    prometheus_options_free(options);
}

static bool same_options(const void *a, const void *b)
{
    return prometheus_options_same(a, b);
}

static struct source *create(const struct source_env *env, const struct source_config *config,
                             struct error *err)
{
    (void)err;
    struct prometheus *p = mem_zalloc(1, sizeof(*p));
    p->base.ops = config->ops;
    p->base.config = config;
    p->env = env;
    p->options = config->options;
    p->api = api_create(env->loop, env->http, p->options);
    int64_t interval_ms =
        p->options->scrape_interval_ms > 0 ? p->options->scrape_interval_ms : config->interval_ms;
    p->answerer = prometheus_answerer_create(p->api, env->labels, config->name, interval_ms,
                                             p->options->late_ms);
    p->probe = probe_create(env, p->api, p->answerer);
    p->rules = rules_create(env, p->api, config->interval_ms);
    return &p->base;
}

static void poll_server(struct source *source, struct wall slot, int64_t deadline_ms,
                        poll_done_cb done, void *user)
{
    (void)slot;
    probe_start(self_of(source)->probe, deadline_ms, done, user);
    rules_poll(self_of(source)->rules, deadline_ms);
}

static void cancel(struct source *source)
{
    probe_cancel(self_of(source)->probe);
}

static struct answerer *answerer(struct source *source)
{
    return self_of(source)->answerer;
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
    struct prometheus *p = self_of(source);
    rules_destroy(p->rules);
    probe_destroy(p->probe);
    prometheus_answerer_destroy(p->answerer);
    api_destroy(p->api);
    free(p);
}

static void follow(struct source *source, void (*changed)(void *user), void *user)
{
    rules_follow(self_of(source)->rules, changed, user);
}

static const struct foreign_list *list(const struct source *source)
{
    return rules_list(self_of(source)->rules);
}

static const char *problem(const struct source *source)
{
    return rules_problem(self_of(source)->rules);
}

static const struct foreign_ops foreign = {.follow = follow, .list = list, .problem = problem};

const struct source_ops source_prometheus_ops = {
    .kind = "prometheus",
    .doc = "a server that answers PromQL: Prometheus, Thanos, Mimir, VictoriaMetrics",
    .answers_promql = true,
    .read_options = read_options,
    .target_options = target_options,
    .free_options = free_options,
    .same_options = same_options,
    .create = create,
    .poll = poll_server,
    .cancel = cancel,
    .answerer = answerer,
    .endpoint = endpoint,
    .foreign = &foreign,
    .destroy = destroy,
};
