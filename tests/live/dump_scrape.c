/*
 * Scrapes a page as tocsin does, and prints what the store then has of the last scrape, a sample a
 * line: `name{label="value"} value`.
 *
 *     dump_scrape URL [TIMES]
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/number.h"
#include "source/poller.h"

extern const struct source_ops source_scrape_ops;

struct dump {
    struct loop *loop;
    struct store *store;
    struct poller *poller;
    long left;
    int status;
};

static void print_newest(const struct store *store)
{
    struct error err = ERROR_INIT;
    struct matcher named;
    struct selection sel = {0};
    int64_t newest_ms = INT64_MIN;
    if (!matcher_init(&named, MATCH_NOT_EQUAL, STR(LABEL_NAME), STR(""), &err) ||
        !store_select(store, &named, 1, &sel, &err)) {
        fprintf(stderr, "dump_scrape: %s\n", error_text(&err));
        exit(1);
    }
    VEC_EACH (&sel.series, const struct series *, it) {
        newest_ms = series_newest(*it) > newest_ms ? series_newest(*it) : newest_ms;
    }
    VEC_EACH (&sel.series, const struct series *, it) {
        struct strbuf line = STRBUF_INIT;
        int64_t t_ms;
        double v;
        if (series_read_last(*it, newest_ms, newest_ms, &t_ms, &v) && !is_stale_nan(v)) {
            labels_format(&line, series_labels(*it));
            strbuf_add_char(&line, ' ');
            number_format(&line, v);
            puts(strbuf_cstr(&line));
        }
        strbuf_release(&line);
    }
    selection_release(&sel);
    matcher_release(&named);
}

static void on_done(void *user, struct polled *p)
{
    struct dump *d = user;
    struct source_health health;
    polled_health(p, loop_wall(d->loop), &health);
    if (health.state != SOURCE_UP) {
        fprintf(stderr, "dump_scrape: %s: %s\n", source_state_name(health.state), health.error);
        d->status = 1;
        loop_stop(d->loop);
    } else if (--d->left > 0) {
        poller_poll_now(d->poller, p);
    } else {
        print_newest(d->store);
        loop_stop(d->loop);
    }
}

static int run(struct dump *d, const char *url)
{
    struct error err = ERROR_INIT;
    char name[] = "live";
    struct label_table *table = label_table_create();
    struct http_client *http = http_client_create(d->loop);
    d->store = store_create(&(struct store_options){0}, table);
    d->poller = poller_create(d->loop, NULL, on_done, d);
    struct source_env env = {.loop = d->loop, .http = http, .labels = table, .store = d->store};
    struct source_config config = {.name = name,
                                   .ops = &source_scrape_ops,
                                   .interval_ms = (int64_t)3650 * 24 * 3600 * 1000,
                                   .timeout_ms = 60000};
    config.options = config.ops->target_options(str_from(url), &err);
    struct source *source = config.options != NULL ? config.ops->create(&env, &config, &err) : NULL;
    if (source != NULL) {
        poller_add(d->poller, source);
        loop_run(d->loop);
    } else {
        fprintf(stderr, "dump_scrape: %s\n", error_text(&err));
        d->status = 1;
    }
    poller_destroy(d->poller);
    http_client_destroy(http);
    store_destroy(d->store);
    label_table_destroy(table);
    config.ops->free_options(config.options);
    error_release(&err);
    return d->status;
}

int main(int argc, char **argv)
{
    struct error err = ERROR_INIT;
    struct dump d = {.left = argc > 2 ? strtol(argv[2], NULL, 10) : 1};
    if (argc < 2) {
        fputs("usage: dump_scrape URL [TIMES]\n", stderr);
        return 64;
    }
    d.loop = loop_create(NULL, &err);
    if (d.loop == NULL) {
        fprintf(stderr, "dump_scrape: %s\n", error_text(&err));
        return 1;
    }
    int status = run(&d, argv[1]);
    loop_destroy(d.loop);
    return status;
}
