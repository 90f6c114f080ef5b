/*
 * Long questions to the embedded engine: how long the loop is away for one of them, and what
 * pausing costs.
 *
 *     bench_pause [--check]     --check: exit status 1 where the loop is away for longer than told
 *
 * The data: 20,000 series of an hour, a sample each 15 s. The questions have 2,000 steps. Beside
 * them as many more as a store takes, of one sample, of which one instant is asked, and the values
 * of a label. The loop is away from the beginning of a turn to its end; processor time, since other
 * work on the machine is not the evaluation's. The last turn of a question delivers its value and
 * frees it.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "loop/loop.h"
#include "query/query.h"
#include "series/store.h"

#define SERIES      20000
#define GROUPS      100
#define ROWS        240
#define INTERVAL_MS 15000
#define START_MS    INT64_C(1700000100000)
#define END_MS      (START_MS + (int64_t)(ROWS - 1) * INTERVAL_MS)
#define STEPS       2000
#define WIDE        480000
#define AWAY_MS     20.0
#define SHORT_ONES  50000

static struct loop *loop;
static struct label_table *table;
static struct store *store;
static struct answerer *answerer;

static double now_ms(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void fail(const char *what, const struct error *err)
{
    fprintf(stderr, "bench_pause: %s: %s\n", what, error_text(err));
    exit(2);
}

static void fill(void)
{
    static double counts[SERIES];
    static series_ref refs[SERIES];
    struct error err = ERROR_INIT;
    struct labels_builder b;
    struct batch batch;
    store_target target = store_add_target(store);
    labels_builder_init(&b, table);
    batch_init(&batch);
    for (size_t row = 0; row < ROWS; row++) {
        batch_reset(&batch, START_MS + (int64_t)row * INTERVAL_MS);
        for (size_t i = 0; i < SERIES; i++) {
            counts[i] += (double)(random() % 50);
            if (row > 0) {
                batch_add_ref(&batch, refs[i], counts[i]);
                continue;
            }
            char group[24];
            char number[24];
            snprintf(group, sizeof(group), "%zu", i % GROUPS);
            snprintf(number, sizeof(number), "%zu", i);
            labels_builder_add(&b, STR(LABEL_NAME), STR("m"));
            labels_builder_add(&b, STR("group"), str_from(group));
            labels_builder_add(&b, STR("instance"), str_from(number));
            batch_add_labels(&batch, labels_builder_finish(&b, &err), counts[i]);
        }
        if (!store_commit(store, target, &batch, refs, &err)) {
            fail("commit", &err);
        }
    }
    batch_release(&batch);
    labels_builder_release(&b);
}

static void fill_wide(void)
{
    struct error err = ERROR_INIT;
    struct labels_builder b;
    struct batch batch;
    labels_builder_init(&b, table);
    batch_init(&batch);
    batch_reset(&batch, END_MS);
    for (size_t i = 0; i < WIDE; i++) {
        char number[24];
        snprintf(number, sizeof(number), "%zu", i * 7919 % WIDE);
        labels_builder_add(&b, STR(LABEL_NAME), STR("wide"));
        labels_builder_add(&b, STR("i"), str_from(number));
        batch_add_labels(&batch, labels_builder_finish(&b, &err), (double)(random() % 1000));
    }
    if (!store_commit(store, store_add_target(store), &batch, NULL, &err)) {
        fail("commit", &err);
    }
    batch_release(&batch);
    labels_builder_release(&b);
}

struct outcome {
    bool came;
    size_t series;
};

static void on_done(void *user, struct value *value, const struct error *err)
{
    struct outcome *o = user;
    if (err != NULL) {
        fail("answer", err);
    }
    o->came = true;
    o->series = value->series.len;
}

static void on_names(void *user, const struct str *names, size_t count, const struct error *err)
{
    struct outcome *o = user;
    (void)names;
    if (err != NULL) {
        fail("names", err);
    }
    o->came = true;
    o->series = count;
}

static struct expr *parse(const char *text)
{
    struct error err = ERROR_INIT;
    struct expr *e = expr_parse(str_from(text), NULL, &err);
    if (e == NULL) {
        fail(text, &err);
    }
    return e;
}

/* Without a pause, freeing included, as the answerer does it. */
static double straight_ms(const struct expr *e, const struct grid *grid)
{
    struct error err = ERROR_INIT;
    struct value v;
    double begin = now_ms(CLOCK_PROCESS_CPUTIME_ID);
    if (!expr_eval(e, store, table, grid, grid->steps == 1, NULL, &v, &err)) {
        fail("evaluation", &err);
    }
    value_release(&v);
    return now_ms(CLOCK_PROCESS_CPUTIME_ID) - begin;
}

/* Until it came. */
static bool watch(const char *text, const struct outcome *o, double straight)
{
    double wall = now_ms(CLOCK_MONOTONIC);
    double begin = now_ms(CLOCK_PROCESS_CPUTIME_ID);
    double before = begin;
    double away = 0;
    double last = 0;
    size_t turns = 0;
    while (!o->came) {
        loop_step(loop, 0);
        double after = now_ms(CLOCK_PROCESS_CPUTIME_ID);
        last = after - before;
        away = last > away && !o->came ? last : away;
        before = after;
        turns++;
    }
    double total = before - begin;
    printf("%-42s %6zu series %7.0f ms straight %7.0f ms in %5zu turns (%+5.1f%%, wall %7.0f)   "
           "away %5.1f ms, delivering %5.1f ms\n",
           text, o->series, straight, total, turns, (total / straight - 1) * 100,
           now_ms(CLOCK_MONOTONIC) - wall, away, last);
    return away <= AWAY_MS && last <= AWAY_MS;
}

static bool ask_one(const char *text, struct grid grid)
{
    struct expr *e = parse(text);
    double straight = straight_ms(e, &grid);
    struct outcome o = {0};
    struct query_request request = {
        .expr = e, .grid = grid, .instant = grid.steps == 1, .done = on_done, .user = &o};
    query_ask(answerer, &request);
    bool ok = watch(text, &o, straight);
    expr_unref(e);
    return ok;
}

static bool ask_long(const char *text)
{
    return ask_one(text, grid_range(START_MS, END_MS, (END_MS - START_MS) / (STEPS - 1)));
}

static bool ask_names(struct str label, int64_t from_ms, int64_t to_ms)
{
    struct error err = ERROR_INIT;
    struct outcome o = {0};
    struct matcher m;
    if (!matcher_init(&m, MATCH_REGEX, STR(LABEL_NAME), STR("m|wide"), &err)) {
        fail("matcher", &err);
    }
    struct query_names_request request = {.label = label,
                                          .matchers = &m,
                                          .matcher_count = 1,
                                          .from_ms = from_ms,
                                          .to_ms = to_ms,
                                          .done = on_names,
                                          .user = &o};
    query_names(answerer, &request);
    matcher_release(&m);
    return watch(from_ms == INT64_MIN ? "values of a label" : "those with data", &o, NAN);
}

static void ask_short(void)
{
    struct expr *e = parse("1 + 1");
    struct grid grid = grid_instant(END_MS);
    double straight = 0;
    for (int i = 0; i < SHORT_ONES; i++) {
        straight += straight_ms(e, &grid);
    }
    double begin = now_ms(CLOCK_PROCESS_CPUTIME_ID);
    for (int i = 0; i < SHORT_ONES; i++) {
        struct outcome o = {0};
        struct query_request request = {
            .expr = e, .grid = grid, .instant = true, .done = on_done, .user = &o};
        query_ask(answerer, &request);
        while (!o.came) {
            loop_step(loop, 0);
        }
    }
    double asked = now_ms(CLOCK_PROCESS_CPUTIME_ID) - begin;
    begin = now_ms(CLOCK_PROCESS_CPUTIME_ID);
    for (int i = 0; i < SHORT_ONES; i++) {
        loop_step(loop, 0);
    }
    double turns = now_ms(CLOCK_PROCESS_CPUTIME_ID) - begin;
    printf("1 + 1: %.2f us asked, of which a turn of the loop is %.2f us, evaluating %.2f us\n",
           asked * 1e3 / SHORT_ONES, turns * 1e3 / SHORT_ONES, straight * 1e3 / SHORT_ONES);
    expr_unref(e);
}

int main(int argc, char **argv)
{
    static const char *const texts[] = {
        "m",
        "sum by (group) (rate(m[5m]))",
        "rate(m[5m])",
        "quantile by (group) (0.9, m)",
        "topk(5, m)",
        "m / on (instance) group_left () m",
        "label_replace(m, \"x\", \"$1\", \"instance\", \"(.).*\")",
        "count(m{instance=~\".*7.*\"} or m)",
    };
    static const char *const wide_texts[] = {
        "wide",
        "count(wide)",
        "wide * 2",
        "sort(wide)",
        "sort_by_label(wide, \"i\")",
        "topk(10, wide)",
        "count by (i) (wide)",
        "quantile(0.5, wide)",
        "count_values(\"v\", wide)",
        "wide[1m]",
        "wide[1m] smoothed",
        "info(wide)",
    };
    struct error err = ERROR_INIT;
    bool check = argc > 1 && strcmp(argv[1], "--check") == 0;
    bool ok = true;
    loop = loop_create(NULL, &err);
    if (loop == NULL) {
        fail("loop", &err);
    }
    table = label_table_create();
    store = store_create(&(struct store_options){0}, table);
    fill();
    fill_wide();
    answerer = answerer_local_create(loop, store, table, "local", NULL);
    ask_short();
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        ok = ask_long(texts[i]) && ok;
    }
    for (size_t i = 0; i < sizeof(wide_texts) / sizeof(wide_texts[0]); i++) {
        ok = ask_one(wide_texts[i], grid_instant(END_MS)) && ok;
    }
    ok = ask_names(STR("i"), INT64_MIN, INT64_MAX) && ok;
    ok = ask_names(STR("i"), START_MS, END_MS) && ok;
    ok = ask_names(STR(LABEL_NAME), START_MS, END_MS) && ok;
    printf("the loop is to be away for no more than %.0f ms: %s\n", AWAY_MS,
           ok ? "met" : "not met");
    answerer_local_destroy(answerer);
    store_destroy(store);
    label_table_destroy(table);
    loop_destroy(loop);
    return check && !ok ? 1 : 0;
}
