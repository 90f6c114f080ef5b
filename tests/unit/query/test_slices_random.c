/*
 * Questions in slices over a store that does not stand still: between two slices of an evaluation
 * targets are polled, go and come, and the store is trimmed, all at random; questions are announced
 * as standing and withdrawn, so that some share what others found, which lies there when one begins
 * or goes while it is read. The answer must be what it is without a pause, bit by bit, since
 * nothing of the time asked for changes; and nothing that the evaluation holds may be freed under
 * it, which the address sanitizer sees.
 */
#include "loop/loop.h"
#include "query/query.h"
#include "slow_store.h"

#define TARGETS      4
#define SERIES       60
#define ROWS         60
#define STEPS        ((size_t)1200)
#define QUESTIONS    8
#define RETENTION_MS INT64_C(3600000)

static const char *const names[TARGETS] = {"a", "b", "c", "d"};

static const char *const texts[] = {
    "a",
    "sum by (i) (rate({__name__=~\"[abcd]\"}[5m]))",
    "a + on (i) b",
    "topk(3, c)",
    "quantile by (__name__) (0.9, {__name__=~\"a|b\"})",
    "avg_over_time(d[10m]) / on (i) group_left () max by (i) (c)",
    "max_over_time(sum(a)[5m:15s])",
    "a or b or c or d",
    "label_replace(rate(b[2m]), \"x\", \"$1\", \"i\", \"(.).*\") unless c",
    "count_values(\"v\", {__name__=~\"a|b\"} % 5)",
    "stddev_over_time(a[3m] @ end()) + on (i) a",
    "sum(a) / on () group_right () sum by (i) (a)",
    "max by (i) (c) * 2",
    "sum(a or b)",
};

struct world {
    struct loop *loop;
    struct label_table *table;
    struct store *store;
    struct answerer *answerer;
    uint64_t random;
    size_t row; /* newest, counted on */
    store_target targets[TARGETS];
    struct expr *exprs[ARRAY_LEN(texts)];
    unsigned standing[ARRAY_LEN(texts)]; /* announcements */
};

/* Sebastiano Vigna's splitmix64. */
static uint64_t below(struct world *w, uint64_t n)
{
    uint64_t z = (w->random += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (z ^ (z >> 31)) % n;
}

static int64_t newest_ms(const struct world *w)
{
    return SLOW_START_MS + (int64_t)w->row * SLOW_STEP_MS;
}

/* One poll of every target, now and then with series that come only this once. */
static void poll_all(struct world *w)
{
    w->row++;
    for (size_t i = 0; i < TARGETS; i++) {
        size_t count = below(w, 4) == 0 ? SERIES + below(w, 20) : SERIES;
        slow_commit(w->store, w->table, w->targets[i], names[i], count, w->row);
    }
}

static void world_init(struct world *w, uint64_t seed)
{
    struct error err = ERROR_INIT;
    *w = (struct world){.random = seed};
    w->loop = loop_create(NULL, &err);
    w->table = label_table_create();
    w->store = store_create(&(struct store_options){.retention_ms = RETENTION_MS}, w->table);
    for (size_t i = 0; i < TARGETS; i++) {
        w->targets[i] = store_add_target(w->store);
        /* What is beyond the retention soon: it goes in the middle of an evaluation. */
        slow_commit(w->store, w->table, w->targets[i], names[i], SERIES * 3, 0);
    }
    w->row = (size_t)(RETENTION_MS / SLOW_STEP_MS) - ROWS;
    for (size_t i = 0; i < ROWS; i++) {
        poll_all(w);
    }
    w->answerer = answerer_local_create(w->loop, w->store, w->table, "local", NULL);
    answerer_local_set_slice(w->answerer, 0);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        w->exprs[i] = expr_parse(str_from(texts[i]), NULL, &err);
        ck_assert_msg(w->exprs[i] != NULL, "%s: %s", texts[i], error_text(&err));
    }
}

static void announce(struct world *w)
{
    size_t which = below(w, ARRAY_LEN(texts));
    if (w->standing[which] == 0 || below(w, 4) == 0) {
        query_stand(w->answerer, w->exprs[which]);
        w->standing[which]++;
    } else {
        query_withdraw(w->answerer, w->exprs[which]);
        w->standing[which]--;
    }
}

static void world_release(struct world *w)
{
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        for (; w->standing[i] > 0; w->standing[i]--) {
            query_withdraw(w->answerer, w->exprs[i]);
        }
        expr_unref(w->exprs[i]);
    }
    answerer_local_destroy(w->answerer);
    store_destroy(w->store);
    label_table_destroy(w->table);
    loop_destroy(w->loop);
}

static void disturb(struct world *w)
{
    size_t which = below(w, TARGETS);
    switch (below(w, 12)) {
    case 0:
        store_remove_target(w->store, w->targets[which], newest_ms(w) + 1);
        w->targets[which] = store_add_target(w->store);
        break;
    case 1:
        store_trim(w->store, newest_ms(w));
        break;
    case 2:
    case 3:
        poll_all(w);
        break;
    default: /* so that there are times in which things are kept */
        announce(w);
        break;
    }
}

struct outcome {
    bool came;
    struct value value;
};

static void on_done(void *user, struct value *value, const struct error *err)
{
    struct outcome *o = user;
    ck_assert_msg(value != NULL, "%s", err != NULL ? error_text(err) : "");
    o->came = true;
    o->value = *value; /* moved out */
    value_init(value, VALUE_SCALAR, grid_instant(0));
}

static void assert_same(const struct value *a, const struct value *b, const char *text)
{
    ck_assert_int_eq(a->type, b->type);
    ck_assert_msg(a->series.len == b->series.len, "%s: %zu series, not %zu", text, a->series.len,
                  b->series.len);
    for (size_t i = 0; i < a->series.len; i++) {
        const struct value_series *x = &a->series.items[i];
        const struct value_series *y = &b->series.items[i];
        ck_assert_msg(x->labels == y->labels, "%s: series %zu", text, i);
        ck_assert_uint_eq(x->count, y->count);
        ck_assert_msg(memcmp(x->points, y->points, x->count * sizeof(*x->points)) == 0,
                      "%s: points of series %zu", text, i);
    }
}

static void ask(struct world *w, size_t which, struct grid grid, enum query_priority priority,
                struct outcome *o)
{
    *o = (struct outcome){.came = false};
    struct query_request request = {
        .expr = w->exprs[which], .grid = grid, .priority = priority, .done = on_done, .user = o};
    query_ask(w->answerer, &request);
}

/* Two at a time, of one grid. Returns the number of times that something happened meanwhile. */
static size_t ask_and_disturb(struct world *w, const size_t which[2])
{
    struct error err = ERROR_INIT;
    int64_t end_ms = newest_ms(w);
    int64_t start_ms = end_ms - (int64_t)(ROWS / 2) * SLOW_STEP_MS; /* and 10 m of range before */
    int64_t step_ms = (end_ms - start_ms) / (int64_t)(STEPS - 1);
    struct grid grid = grid_range(start_ms, end_ms, step_ms);
    struct value calm[2];
    struct outcome o[2];
    for (size_t i = 0; i < 2; i++) {
        const struct expr *e = w->exprs[which[i]];
        ck_assert_msg(expr_eval(e, w->store, w->table, &grid, false, NULL, &calm[i], &err),
                      "%s: %s", texts[which[i]], error_text(&err));
    }
    ask(w, which[0], grid, QUERY_BACKGROUND, &o[0]);
    size_t times = 0;
    loop_step(w->loop, 0);
    ask(w, which[1], grid, QUERY_NORMAL, &o[1]); /* the other waits in its middle */
    while (!o[0].came || !o[1].came) {
        disturb(w);
        times++;
        loop_step(w->loop, 0);
    }
    for (size_t i = 0; i < 2; i++) {
        assert_same(&o[i].value, &calm[i], texts[which[i]]);
        value_release(&o[i].value);
        value_release(&calm[i]);
    }
    return times;
}

START_TEST(disturbed_evaluations_are_right)
{
    struct world w;
    size_t times = 0;
    world_init(&w, (uint64_t)_i + 1);
    for (size_t i = 0; i < QUESTIONS; i++) {
        const size_t pair[] = {(i + (size_t)_i) % ARRAY_LEN(texts), below(&w, ARRAY_LEN(texts))};
        times += ask_and_disturb(&w, pair);
    }
    ck_assert_uint_ge(times, QUESTIONS);
    world_release(&w);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("random");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, disturbed_evaluations_are_right, 0, 6);
    return suite_run("query/slices_random", tc);
}
