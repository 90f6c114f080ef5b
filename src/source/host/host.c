/*
 * The source `host`: this Linux machine, from /proc and /sys, in node_exporter's names. Reading
 * takes well under a millisecond and never leaves the machine's memory, so it is done on the loop,
 * in the turn after the poll was asked for.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "source/host/reader.h"
#include "source/host/series.h"
#include "source/host/uname.h"
#include "source/source.h"
#include "source/target_labels.h"
#include "source/target_series.h"
#include "yaml/read.h"

struct host_options {
    char *root; /* "": this machine; else where its file system stands, without a slash behind */
};

struct host {
    struct source base;
    const struct source_env *env;
    const struct host_options *options;
    char *name; /* of the host */
    struct target_series *target;
    struct host_series series;
    struct host_reader *reader;

    struct deferred *deferred; /* NULL: no poll is open */
    struct wall slot;
    poll_done_cb done;
    void *user;
};

static struct host *self_of(const struct source *source)
{
    return (struct host *)(uintptr_t)source;
}

static void free_options(void *options)
{
    struct host_options *o = options;
    if (o != NULL) {
        free(o->root);
        free(o);
    }
}

/* Takes over `root`. */
static struct host_options *make_options(char *root)
{
    struct host_options *o = mem_zalloc(1, sizeof(*o));
    o->root = root != NULL ? root : mem_strdup("");
    size_t len = strlen(o->root);
    while (len > 0 && o->root[len - 1] == '/') {
        o->root[--len] = '\0';
    }
    return o;
}

static void *read_options(struct yaml_reader *reader, const struct yaml_node *node)
{
    char *root = NULL;
    size_t errors = reader->diags->errors;
    if (node->kind == YAML_NULL) {
        return make_options(NULL);
    }
    if (!yaml_is_mapping(reader, node)) {
        return NULL;
    }
    if (yaml_read_string(reader, node, "root", &root) && root != NULL && root[0] != '/') {
        yaml_error(reader, yaml_get(node, "root"), "'root' must be an absolute path");
    }
    yaml_read_done(reader, node);
    if (reader->diags->errors > errors) {
        free(root);
        return NULL;
    }
    return make_options(root);
}

static void *target_options(struct str target, struct error *err)
{
    struct str root = str_slice(target, str_find(target, ':') + 1, SIZE_MAX);
    if (!str_starts_with(target, STR("host:")) || (root.len > 0 && root.data[0] != '/')) {
        error_set(err, ERROR_USAGE, "'%.*s' is not a host; it is 'host:' or 'host:/ROOT'",
                  STR_ARG(target));
        return NULL;
    }
    return make_options(str_dup(root));
}

static bool same_options(const void *a, const void *b)
{
    const struct host_options *x = a;
    const struct host_options *y = b;
    return strcmp(x->root, y->root) == 0;
}

static struct source *create(const struct source_env *env, const struct source_config *config,
                             struct error *err)
{
    const struct host_options *options = config->options;
    char *name = host_name(options->root);
    struct labels *labels = NULL;
    if (!target_labels_make(env->labels, str_from(config->name), str_from(name), NULL, 0, &labels,
                            err)) {
        free(name);
        error_wrap(err, "source '%s'", config->name);
        return NULL;
    }
    struct host *h = mem_zalloc(1, sizeof(*h));
    h->base.ops = config->ops;
    h->base.config = config;
    h->env = env;
    h->options = options;
    h->name = name;
    h->target = target_series_create(env->store, env->labels, labels);
    host_series_init(&h->series, env->labels, h->target);
    h->reader = host_reader_create(env->loop, options->root);
    return &h->base;
}

/* Whole or not at all: an error leaves nothing in the store. */
static bool read_and_commit(struct host *h, struct poll_result *result, struct error *err)
{
    struct host_reading reading;
    struct target_counts counts;
    target_series_begin(h->target, h->slot);
    host_series_begin(&h->series);
    if (!host_reader_read(h->reader, loop_wall(h->env->loop), loop_mono(h->env->loop),
                          &h->series.sink, &reading, err)) {
        target_series_abort(h->target);
        return false;
    }
    if (!target_series_commit(h->target, &counts, err)) {
        return false;
    }
    *result = (struct poll_result){
        .samples = counts.samples,
        .samples_after_relabeling = counts.samples,
        .series_added = counts.added,
        .bytes = reading.bytes,
        .partial = reading.partial,
    };
    if (result->partial == NULL && error_is(&h->series.refused)) {
        result->partial = error_text(&h->series.refused);
    }
    return true;
}

static void on_turn(void *user)
{
    struct host *h = user;
    struct poll_result result = {.samples = 0};
    struct error err = ERROR_INIT;
    h->deferred = NULL;
    bool ok = read_and_commit(h, &result, &err);
    /* The last thing: the source may be destroyed in there. */
    h->done(h->user, ok ? &result : NULL, ok ? NULL : &err);
    error_release(&err);
}

static void poll_host(struct source *source, struct wall slot, int64_t deadline_ms,
                      poll_done_cb done, void *user)
{
    struct host *h = self_of(source);
    (void)deadline_ms;
    assert(h->deferred == NULL);
    h->slot = slot;
    h->done = done;
    h->user = user;
    h->deferred = loop_defer(h->env->loop, on_turn, h);
}

static void cancel(struct source *source)
{
    struct host *h = self_of(source);
    deferred_cancel(h->deferred);
    h->deferred = NULL;
}

static void mark_stale(struct source *source, struct wall t)
{
    target_series_mark_stale(self_of(source)->target, t);
}

static void report(struct source *source, struct wall slot, bool up, double duration_seconds,
                   const struct poll_result *result)
{
    target_series_report(self_of(source)->target, slot, up, duration_seconds, result);
}

static void endpoint(const struct source *source, struct strbuf *out)
{
    const struct host *h = self_of(source);
    strbuf_printf(out, "%s%s%s", h->name, h->options->root[0] != '\0' ? ":" : "", h->options->root);
}

static void destroy(struct source *source)
{
    if (source == NULL) {
        return;
    }
    struct host *h = self_of(source);
    cancel(source);
    host_reader_destroy(h->reader);
    host_series_release(&h->series);
    target_series_destroy(h->target);
    free(h->name);
    free(h);
}

extern const struct source_ops source_host_ops;
const struct source_ops source_host_ops = {
    .kind = "host",
    .doc = "this Linux machine, from /proc and /sys, as node_exporter names things",
    .answers_promql = false,
    .default_interval_ms = 1000,
    .read_options = read_options,
    .target_options = target_options,
    .free_options = free_options,
    .same_options = same_options,
    .create = create,
    .poll = poll_host,
    .cancel = cancel,
    .mark_stale = mark_stale,
    .report = report,
    .answerer = NULL,
    .endpoint = endpoint,
    .destroy = destroy,
};
