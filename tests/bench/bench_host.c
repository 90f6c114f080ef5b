/*
 * A poll of this machine: CPU time a poll of the source `host`, commit into the store included, and
 * how much of it is the kernel's.
 *
 *     bench_host [--check] [POLLS]
 *
 * The peer is node_exporter, whose scrape of the same files is given by its own
 * node_scrape_collector_duration_seconds; its sum here is 20 to 60 ms. With --check it exits 1
 * where a poll takes more than BENCH_MAX_MS of CPU.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "source/source.h"

#define BENCH_MAX_MS 1.5

extern const struct source_ops source_host_ops;

static void on_done(void *user, const struct poll_result *result, const struct error *err)
{
    uint64_t *samples = user;
    *samples = result != NULL ? result->samples : 0;
    if (err != NULL) {
        fprintf(stderr, "%s\n", error_text(err));
        exit(1);
    }
}

struct spent {
    double user_ms;
    double system_ms;
};

static double ms_of(struct timeval t)
{
    return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

static struct spent spent_now(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (struct spent){ms_of(u.ru_utime), ms_of(u.ru_stime)};
}

int main(int argc, char **argv)
{
    bool check = argc > 1 && strcmp(argv[1], "--check") == 0;
    int polls = argc > 1 + check ? (int)strtol(argv[1 + check], NULL, 10) : 2000;
    struct error err = ERROR_INIT;
    struct loop *loop = loop_create(NULL, &err);
    struct label_table *labels = label_table_create();
    struct store *store = store_create(&(struct store_options){.retention_ms = 600000}, labels);
    const struct source_ops *ops = &source_host_ops;
    struct source_env env = {.loop = loop, .labels = labels, .store = store};
    struct source_config config = {.name = mem_strdup("here"), .ops = ops};
    config.options = ops->target_options(STR("host:"), &err);
    struct source *source = ops->create(&env, &config, &err);

    int64_t slot = 1700000000000;
    struct spent first = {0};
    struct spent start = spent_now();
    uint64_t samples = 0;
    for (int i = 0; i <= polls; i++) {
        ops->poll(source, (struct wall){.ms = slot}, 1000, on_done, &samples);
        while (loop_step(loop, 0) && samples == 0) {
        }
        slot += 1000;
        if (i == 0) {
            first = spent_now();
            first.user_ms -= start.user_ms;
            first.system_ms -= start.system_ms;
            start = spent_now();
        }
    }
    struct spent end = spent_now();
    double user_ms = (end.user_ms - start.user_ms) / polls;
    double system_ms = (end.system_ms - start.system_ms) / polls;
    printf("host: %llu samples a poll\n", (unsigned long long)samples);
    printf("  first poll   %7.3f ms user %7.3f ms system\n", first.user_ms, first.system_ms);
    printf("  later polls  %7.3f ms user %7.3f ms system (mean of %d)\n", user_ms, system_ms,
           polls);
    ops->destroy(source);
    ops->free_options(config.options);
    free(config.name);
    store_destroy(store);
    label_table_destroy(labels);
    loop_destroy(loop);
    error_release(&err);
    return check && user_ms + system_ms > BENCH_MAX_MS ? 1 : 0;
}
