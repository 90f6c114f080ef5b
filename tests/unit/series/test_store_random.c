/*
 * The store against a model so plain that it can be seen to be right: an array of samples a series.
 * Random batches to several targets, loose samples, own times, late and repeated ones, markers,
 * removed targets, trimming; after every few steps everything is read back and compared bit by bit.
 * Meanwhile selections are held over some of the steps, and read like the others.
 */
#include <stdio.h>

#include "random_series.h"
#include "series/store.h"
#include "support/suite.h"

#define SERIES_COUNT 24
#define TARGETS      4
#define RETENTION_MS INT64_C(3000000)
#define HELD_MAX     4

struct model_series {
    struct labels *labels;
    enum random_kind kind;
    double before;
    bool there;  /* its reference is good */
    bool listed; /* in the store, if only without samples */
    store_target target;
    series_ref ref;
    struct samples samples;
};

/* A selection made some steps ago. */
struct held {
    bool open;
    uint64_t hold;
    struct selection selection;
    size_t of[SERIES_COUNT]; /* which series of the model each is */
};

struct model {
    struct random random;
    struct label_table *table;
    struct store *store;
    int64_t now_ms;
    int64_t cutoff_ms; /* before it the store may have forgotten */
    int64_t retention_ms;
    store_target targets[TARGETS];
    struct model_series series[SERIES_COUNT];
    struct held held[HELD_MAX];
};

static bool same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof(a)) == 0;
}

static void model_add(struct model_series *s, int64_t t_ms, double v)
{
    struct samples *out = &s->samples;
    if (out->len > 0 && out->t_ms[out->len - 1] >= t_ms) {
        return;
    }
    if (out->len == out->capacity) {
        out->capacity = out->capacity != 0 ? out->capacity * 2 : 64;
        out->t_ms = mem_realloc(out->t_ms, out->capacity, sizeof(*out->t_ms));
        out->v = mem_realloc(out->v, out->capacity, sizeof(*out->v));
    }
    out->t_ms[out->len] = t_ms;
    out->v[out->len++] = v;
}

static void model_init(struct model *m, uint64_t seed, int64_t retention_ms)
{
    *m = (struct model){.random = {seed}, .now_ms = 1700000000000, .cutoff_ms = INT64_MIN};
    m->retention_ms = retention_ms;
    m->table = label_table_create();
    m->store = store_create(&(struct store_options){.retention_ms = retention_ms}, m->table);
    for (int i = 1; i < TARGETS; i++) {
        m->targets[i] = store_add_target(m->store);
    }
    struct labels_builder b;
    labels_builder_init(&b, m->table);
    for (size_t i = 0; i < SERIES_COUNT; i++) {
        struct error err = ERROR_INIT;
        char number[24];
        snprintf(number, sizeof(number), "%zu", i);
        labels_builder_add(&b, STR("__name__"), i % 2 != 0 ? STR("odd") : STR("even"));
        labels_builder_add(&b, STR("i"), str_from(number));
        m->series[i].labels = labels_builder_finish(&b, &err);
        m->series[i].kind = (enum random_kind)random_below(&m->random, RANDOM_KIND_COUNT);
    }
    labels_builder_release(&b);
}

static void let_go(struct model *m, struct held *h)
{
    if (h->open) {
        selection_release(&h->selection);
        store_release_hold(m->store, h->hold);
        h->open = false;
    }
}

static void model_release(struct model *m)
{
    for (size_t i = 0; i < HELD_MAX; i++) {
        let_go(m, &m->held[i]);
    }
    for (size_t i = 0; i < SERIES_COUNT; i++) {
        labels_unref(m->series[i].labels);
        samples_release(&m->series[i].samples);
    }
    store_destroy(m->store);
    label_table_destroy(m->table);
}

/* What a commit would do, kept aside until it is known to be taken. */
struct planned {
    size_t series;
    int64_t t_ms;
    double v;
};

static bool planned_twice(const struct planned *plan, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            if (plan[i].series == plan[j].series && plan[i].t_ms == plan[j].t_ms) {
                return true;
            }
        }
    }
    return false;
}

static void step_commit(struct model *m)
{
    struct random *r = &m->random;
    struct planned plan[SERIES_COUNT * 2];
    series_ref refs[SERIES_COUNT * 2];
    struct batch batch;
    struct error err = ERROR_INIT;
    size_t n = 0;
    size_t which = random_below(r, 8);
    size_t target = which < TARGETS ? which : 1; /* mostly one target, as in life */
    bool all = random_below(r, 3) != 0;
    bool careless = random_below(r, 40) == 0; /* may name a series twice */
    m->now_ms += random_below(r, 10) != 0 ? 15000 + (int64_t)random_below(r, 7) : 0;
    batch_init(&batch);
    batch_reset(&batch, m->now_ms - (random_below(r, 50) == 0 ? 40000 : 0));
    for (size_t i = 0; i < SERIES_COUNT && n + 2 < ARRAY_LEN(plan); i++) {
        struct model_series *s = &m->series[i];
        bool at_home = i % (TARGETS - 1) + 1 == target;
        if (!at_home ? random_below(r, 60) != 0 : !all && random_below(r, 2) == 0) {
            continue;
        }
        for (size_t twice = careless && random_below(r, 6) == 0 ? 2 : 1; twice > 0; twice--) {
            int64_t t_ms = batch.t_ms;
            double v = random_value(r, s->kind, s->before);
            v = random_below(r, 100) == 0 ? stale_nan() : v;
            if (s->there && random_below(r, 2) == 0) {
                batch_add_ref(&batch, s->ref, v);
            } else {
                batch_add_labels(&batch, labels_ref(s->labels), v);
            }
            if (i % 7 == 3 && random_below(r, 3) == 0) {
                t_ms += (int64_t)random_below(r, 5) * 1000 - 3000;
                batch_set_time(&batch, t_ms);
            }
            plan[n++] = (struct planned){.series = i, .t_ms = t_ms, .v = v};
        }
    }
    bool taken = store_commit(m->store, m->targets[target], &batch, refs, &err);
    ck_assert_int_eq(taken, !planned_twice(plan, n));
    ck_assert_int_eq(err.kind, taken ? ERROR_NONE : ERROR_PROTOCOL);
    for (size_t i = 0; taken && i < n; i++) {
        struct model_series *s = &m->series[plan[i].series];
        size_t before = s->samples.len;
        model_add(s, plan[i].t_ms, plan[i].v);
        s->target = s->samples.len > before ? m->targets[target] : s->target;
        s->before = isfinite(plan[i].v) ? plan[i].v : s->before;
        s->there = s->listed = true;
        s->ref = refs[i];
        ck_assert_ptr_eq(store_labels(m->store, refs[i]), s->labels);
    }
    error_release(&err);
    batch_release(&batch);
}

static void step_remove_target(struct model *m)
{
    size_t which = 1 + random_below(&m->random, TARGETS - 1);
    store_target target = m->targets[which];
    for (size_t i = 0; i < SERIES_COUNT; i++) {
        struct model_series *s = &m->series[i];
        if (!s->there || s->target != target) {
            continue;
        }
        if (s->samples.len == 0 || !is_stale_nan(s->samples.v[s->samples.len - 1])) {
            model_add(s, m->now_ms + 1, stale_nan());
        }
        s->there = false; /* its reference is given up */
        s->target = 0;
    }
    store_remove_target(m->store, target, m->now_ms + 1);
    for (size_t i = 0; i < SERIES_COUNT; i++) {
        struct model_series *s = &m->series[i];
        ck_assert(s->there == (store_labels(m->store, s->ref) != NULL));
    }
    m->targets[which] = store_add_target(m->store);
}

static void step_trim(struct model *m)
{
    store_trim(m->store, m->now_ms);
    if (m->retention_ms == 0) {
        return;
    }
    int64_t cutoff_ms = m->now_ms - m->retention_ms;
    m->cutoff_ms = cutoff_ms > m->cutoff_ms ? cutoff_ms : m->cutoff_ms;
    for (size_t i = 0; i < SERIES_COUNT; i++) {
        struct model_series *s = &m->series[i];
        bool old = s->samples.len == 0 || s->samples.t_ms[s->samples.len - 1] < cutoff_ms;
        if (s->listed && old) {
            s->samples.len = 0;
            s->there = s->listed = false;
            s->target = 0;
            ck_assert_ptr_null(store_labels(m->store, s->ref));
        }
    }
}

/* The clock is set back, sometimes into the middle of what is there, sometimes before all of it. */
static void step_back(struct model *m)
{
    static const uint64_t far_ms[] = {10, 60000, 2000000, 30000000};
    int64_t back_ms = (int64_t)random_below(&m->random, far_ms[random_below(&m->random, 4)]);
    bool cut = false;
    m->now_ms -= back_ms;
    if (m->retention_ms != 0 && m->now_ms < m->cutoff_ms + 60000) {
        m->now_ms = m->cutoff_ms + 60000; /* before, only the store knows what it still has */
    }
    for (size_t i = 0; i < SERIES_COUNT; i++) {
        struct samples *samples = &m->series[i].samples;
        while (samples->len > 0 && samples->t_ms[samples->len - 1] > m->now_ms) {
            samples->len--;
            cut = true;
        }
    }
    uint64_t version = store_trim_version(m->store);
    bool told = store_forget_after(m->store, m->now_ms);
    ck_assert(told || !cut); /* series that went have left samples in their target's times */
    ck_assert_int_eq(told, store_trim_version(m->store) > version);
    ck_assert(!store_forget_after(m->store, m->now_ms));
}

static const struct series *find(const struct selection *sel, const struct labels *ls)
{
    VEC_EACH (&sel->series, const struct series *, s) {
        if (series_labels(*s) == ls) {
            return *s;
        }
    }
    return NULL;
}

static void check_window(struct model *m, const struct model_series *s, const struct series *real,
                         struct samples *got)
{
    int64_t from = m->now_ms - (int64_t)random_below(&m->random, 6000000);
    int64_t to = from + (int64_t)random_below(&m->random, 6000000);
    from = from > m->cutoff_ms ? from : m->cutoff_ms;
    size_t at = 0;
    size_t same = 0; /* counted, as Check notes every assertion in a file */
    series_read(real, from, to, got);
    for (size_t i = 0; i < s->samples.len; i++) {
        if (s->samples.t_ms[i] >= from && s->samples.t_ms[i] <= to) {
            same += at < got->len && got->t_ms[at] == s->samples.t_ms[i] &&
                    same_bits(got->v[at], s->samples.v[i]);
            at++;
        }
    }
    ck_assert_uint_eq(same, at);
    ck_assert_uint_eq(at, got->len);
    int64_t t_ms = 0;
    double v = 0;
    bool found = series_read_last(real, from, to, &t_ms, &v);
    ck_assert_int_eq(found, at > 0);
    if (found) {
        ck_assert_int_eq(t_ms, got->t_ms[at - 1]);
        ck_assert(same_bits(v, got->v[at - 1]));
    }
}

static void select_all(struct model *m, struct selection *out)
{
    struct matcher matcher;
    struct error err = ERROR_INIT;
    ck_assert(matcher_init(&matcher, MATCH_REGEX, STR("__name__"), STR("odd|even"), &err));
    ck_assert(store_select(m->store, &matcher, 1, out, &err));
    matcher_release(&matcher);
}

static void step_hold(struct model *m)
{
    struct held *h = &m->held[random_below(&m->random, HELD_MAX)];
    if (h->open) {
        let_go(m, h);
        return;
    }
    h->open = true;
    h->hold = store_hold(m->store);
    select_all(m, &h->selection);
    for (size_t i = 0; i < h->selection.series.len; i++) {
        h->of[i] = 0;
        while (m->series[h->of[i]].labels != series_labels(h->selection.series.items[i])) {
            h->of[i]++;
        }
    }
}

/* What is held is either still the series, or went and reads as empty; its labels stay. */
static void check_held(struct model *m, const struct selection *now, struct samples *got)
{
    for (size_t i = 0; i < HELD_MAX; i++) {
        const struct held *h = &m->held[i];
        for (size_t j = 0; h->open && j < h->selection.series.len; j++) {
            const struct series *real = h->selection.series.items[j];
            const struct model_series *s = &m->series[h->of[j]];
            ck_assert_ptr_eq(series_labels(real), s->labels);
            if (find(now, s->labels) == real) {
                check_window(m, s, real, got);
            } else {
                int64_t t_ms = 0;
                double v = 0;
                series_read(real, INT64_MIN, INT64_MAX, got);
                ck_assert_uint_eq(got->len, 0);
                ck_assert(!series_read_last(real, INT64_MIN, INT64_MAX, &t_ms, &v));
            }
        }
    }
}

static void check_all(struct model *m)
{
    struct selection sel;
    struct samples got = {.t_ms = NULL};
    struct store_stats stats;
    size_t series = 0;
    size_t samples = 0;
    select_all(m, &sel);
    for (size_t i = 0; i < SERIES_COUNT; i++) {
        const struct model_series *s = &m->series[i];
        const struct series *real = find(&sel, s->labels);
        ck_assert_int_eq(real != NULL, s->listed);
        if (real != NULL) {
            size_t n = s->samples.len;
            int64_t newest = n > 0 ? s->samples.t_ms[n - 1] : INT64_MIN;
            series++;
            samples += n;
            ck_assert(series_newest(real) == newest || newest < m->cutoff_ms);
            check_window(m, s, real, &got);
        }
    }
    store_stats(m->store, &stats);
    ck_assert_uint_eq(stats.series, series);
    ck_assert_uint_eq(sel.series.len, series);
    if (m->retention_ms == 0) {
        ck_assert_uint_eq(stats.samples, samples);
    }
    check_held(m, &sel, &got);
    samples_release(&got);
    selection_release(&sel);
}

static void run_model(uint64_t seed, int64_t retention_ms, int steps, bool sets_back)
{
    struct model m;
    model_init(&m, seed, retention_ms);
    for (int step = 0; step < steps; step++) {
        uint64_t what = random_below(&m.random, 400);
        if (what == 0) {
            step_remove_target(&m);
        } else if (what < 6) {
            step_trim(&m);
        } else if (what == 6) {
            m.now_ms += (int64_t)random_below(&m.random, 4000000); /* a suspended machine */
        } else if (what < 15) {
            step_hold(&m);
        } else if (what < 20 && sets_back) {
            step_back(&m);
        } else {
            step_commit(&m);
        }
        if (step % 16 == 0) {
            check_all(&m);
        }
    }
    check_all(&m);
    model_release(&m);
}

START_TEST(store_does_as_the_model_keeping_all)
{
    run_model((uint64_t)_i + 1, 0, 700, false);
}
END_TEST

START_TEST(store_does_as_the_model_forgetting)
{
    run_model((uint64_t)_i + 1000, RETENTION_MS, 1200, false);
}
END_TEST

START_TEST(store_does_as_the_model_under_a_clock_that_is_set_back)
{
    run_model((uint64_t)_i + 2000, _i % 2 == 0 ? 0 : RETENTION_MS, 1200, true);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("model");
    tcase_add_loop_test(tc, store_does_as_the_model_keeping_all, 0, 6);
    tcase_add_loop_test(tc, store_does_as_the_model_forgetting, 0, 6);
    tcase_add_loop_test(tc, store_does_as_the_model_under_a_clock_that_is_set_back, 0, 12);
    return suite_run("series/store_random", tc);
}
