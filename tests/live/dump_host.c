/*
 * Prints what one poll of the source `host` puts into a store, as lines of the text format without
 * `job` and `instance`: host_against_node_exporter.py holds it against the real exporter's page.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/escape.h"
#include "base/number.h"
#include "source/source.h"

extern const struct source_ops source_host_ops;

struct polled_once {
    bool done;
    bool ok;
    uint64_t samples;
};

static void on_done(void *user, const struct poll_result *result, const struct error *err)
{
    struct polled_once *p = user;
    p->done = true;
    p->ok = result != NULL && result->partial == NULL;
    p->samples = result != NULL ? result->samples : 0;
    if (!p->ok) {
        fprintf(stderr, "%s\n", result != NULL ? result->partial : error_text(err));
    }
}

/* Label values are escaped as in the text format (strbuf_add_json escapes the same three). */
static void print_series(const struct series *series)
{
    struct strbuf line = STRBUF_INIT;
    const struct labels *ls = series_labels(series);
    strbuf_add_str(&line, labels_name(ls));
    char open = '{';
    for (size_t i = 0; i < labels_count(ls); i++) {
        struct label l = labels_at(ls, i);
        if (str_equal(l.name, STR(LABEL_NAME)) || str_equal(l.name, STR("job")) ||
            str_equal(l.name, STR("instance"))) {
            continue;
        }
        strbuf_printf(&line, "%c%.*s=\"", open, STR_ARG(l.name));
        escape_json(&line, l.value);
        strbuf_add_char(&line, '"');
        open = ',';
    }
    strbuf_add_c(&line, open == ',' ? "} " : " ");
    int64_t t_ms;
    double v;
    if (series_read_last(series, INT64_MIN, INT64_MAX, &t_ms, &v)) {
        number_format(&line, v);
    }
    puts(strbuf_cstr(&line));
    strbuf_release(&line);
}

static bool print_store(const struct store *store)
{
    struct matcher any;
    struct selection found = {0};
    struct error err = ERROR_INIT;
    bool ok = matcher_init(&any, MATCH_NOT_EQUAL, STR(LABEL_NAME), STR(""), &err);
    if (ok) {
        ok = store_select(store, &any, 1, &found, &err);
        matcher_release(&any);
    }
    for (size_t i = 0; i < found.series.len; i++) {
        print_series(found.series.items[i]);
    }
    selection_release(&found);
    error_release(&err);
    return ok;
}

int main(void)
{
    struct error err = ERROR_INIT;
    struct loop *loop = loop_create(NULL, &err);
    struct label_table *labels = label_table_create();
    struct store *store = store_create(&(struct store_options){0}, labels);
    const struct source_ops *ops = &source_host_ops;
    struct source_env env = {.loop = loop, .labels = labels, .store = store};
    struct source_config config = {.name = mem_strdup("here"), .ops = ops};
    config.options = ops->target_options(STR("host:"), &err);
    struct source *source = ops->create(&env, &config, &err);
    struct polled_once polled = {.done = false};
    ops->poll(source, loop_wall(loop), 1000, on_done, &polled);
    while (!polled.done) {
        loop_step(loop, 1000);
    }
    bool ok = polled.ok && print_store(store);
    ops->destroy(source);
    ops->free_options(config.options);
    free(config.name);
    store_destroy(store);
    label_table_destroy(labels);
    loop_destroy(loop);
    error_release(&err);
    return ok ? 0 : 1;
}
