/* Watched ranges against an answerer that counts what it is asked and whose past may change. */
#include <stdlib.h>

#include "base/mem.h"
#include "loop/loop.h"
#include "query/range_cache.h"
#include "support/suite.h"

#define STEP     15000
#define INTERVAL 15000
#define HOUR     (3600 * 1000)
#define START    INT64_C(1700000000000) /* not on a step: the grid is aligned by the range */

/* The fake: answers in the turn after the question with the function `truth` over the steps asked
 * for, or with the error it was told. */
struct fake {
    struct answerer base;
    struct loop *loop;
    struct label_table *table;
    int64_t data_until_ms; /* later steps have no data yet */
    double shift;          /* of the values: "the past was corrected" */
    enum error_kind failing;
    bool off_grid; /* answers on other steps than asked */
    bool silent;   /* never answers */
    uint64_t steps;
    unsigned cancelled;
    int standing; /* announcements not yet withdrawn */
};

struct fake_query {
    struct query base;
    struct query_request request;
    struct deferred *turn;
};

static void fake_answer(void *user)
{
    struct fake_query *q = user;
    struct fake *f = CONTAINER_OF(q->base.answerer, struct fake, base);
    struct query_request request = q->request;
    free(q);
    if (f->failing != ERROR_NONE) {
        struct error err = ERROR_INIT;
        error_set(&err, f->failing, "told so");
        request.done(request.user, NULL, &err);
        error_release(&err);
        return;
    }
    struct value v;
    value_init(&v, VALUE_MATRIX, request.grid);
    v.grid.start_ms += f->off_grid ? request.grid.step_ms : 0;
    struct value_series *s = value_add(&v, labels_empty(f->table));
    for (size_t i = 0; i < v.grid.steps; i++) {
        int64_t t_ms = grid_time(&v.grid, i);
        s->points[i] = t_ms <= f->data_until_ms ? (double)(t_ms / STEP) + f->shift : s->points[i];
    }
    request.done(request.user, &v, NULL);
    value_release(&v);
}

static struct query *fake_ask(struct answerer *self, const struct query_request *request)
{
    struct fake *f = CONTAINER_OF(self, struct fake, base);
    struct fake_query *q = mem_zalloc(1, sizeof(*q));
    q->base.answerer = self;
    q->request = *request;
    q->turn = f->silent ? NULL : loop_defer(f->loop, fake_answer, q);
    f->steps += request->grid.steps;
    return &q->base;
}

static struct query *fake_names(struct answerer *self, const struct query_names_request *request)
{
    (void)self;
    (void)request;
    abort();
}

static void fake_cancel(struct answerer *self, struct query *query)
{
    struct fake *f = CONTAINER_OF(self, struct fake, base);
    struct fake_query *q = CONTAINER_OF(query, struct fake_query, base);
    deferred_cancel(q->turn);
    f->cancelled++;
    free(q);
}

static void fake_stand(struct answerer *self, const struct expr *e)
{
    struct fake *f = CONTAINER_OF(self, struct fake, base);
    ck_assert_ptr_nonnull(e);
    f->standing++;
}

static void fake_withdraw(struct answerer *self, const struct expr *e)
{
    struct fake *f = CONTAINER_OF(self, struct fake, base);
    ck_assert_ptr_nonnull(e);
    f->standing--;
}

static const struct answerer_ops fake_ops = {
    .kind = "fake",
    .ask = fake_ask,
    .names = fake_names,
    .cancel = fake_cancel,
    .stand = fake_stand,
    .withdraw = fake_withdraw,
};

static struct fake fake;
static struct expr *expr;
static struct range *range;
static unsigned changes;
static enum error_kind last_error;

static void on_changed(void *user, const struct error *err)
{
    ck_assert_ptr_eq(user, &fake);
    changes++;
    last_error = err != NULL ? err->kind : ERROR_NONE;
}

static void setup(void)
{
    struct error err = ERROR_INIT;
    fake = (struct fake){.base = {.ops = &fake_ops, .source = "fake", .interval_ms = INTERVAL},
                         .data_until_ms = INT64_MAX};
    fake.loop = loop_create(NULL, &err);
    fake.table = label_table_create();
    expr = expr_parse(STR("x"), NULL, &err);
    ck_assert_msg(expr != NULL, "%s", error_text(&err));
    struct range_options options = {.span_ms = HOUR, .step_ms = STEP};
    range = range_create(&fake.base, expr, &options, on_changed, &fake);
    changes = 0;
    last_error = ERROR_NONE;
}

static void teardown(void)
{
    range_destroy(range);
    expr_unref(expr);
    label_table_destroy(fake.table);
    loop_destroy(fake.loop);
}

/* One refresh at START + `ms`, and its end. */
static void refresh(int64_t ms)
{
    unsigned before = changes;
    ck_assert(range_refresh(range, (struct wall){START + ms}));
    ck_assert_uint_eq(changes, before); /* never inside the call */
    for (int turns = 0; changes == before; turns++) {
        ck_assert_int_lt(turns, 10);
        loop_step(fake.loop, 0);
    }
    ck_assert_uint_eq(changes, before + 1);
}

/* The value at the step that is `back` steps before the newest. */
static double point(size_t back)
{
    const struct value *v = range_value(range);
    ck_assert_uint_eq(v->series.len, 1);
    return v->series.items[0].points[v->grid.steps - 1 - back];
}

START_TEST(asks_only_for_what_is_new)
{
    ck_assert_uint_eq(range_version(range), 0);
    ck_assert_uint_eq(range_value(range)->series.len, 0);
    refresh(0);
    ck_assert_uint_eq(range_version(range), 1);
    ck_assert_uint_eq(fake.steps, 241);
    int refreshes = 0;
    for (int64_t ms = STEP; ms <= HOUR; ms += STEP) {
        refresh(ms);
        refreshes++;
    }
    uint64_t later = fake.steps - 241;
    ck_assert_uint_eq(later, 3 * (uint64_t)refreshes);
    double share = (double)later / refreshes / 240.0;
    ck_assert_msg(share < 0.03, "%g of the hour's steps a refresh", share);
    ck_assert_uint_eq(range_stats(range).steps_asked, fake.steps);
    ck_assert_uint_eq(range_stats(range).questions, 1 + (uint64_t)refreshes);
    ck_assert_uint_eq(range_stats(range).failures, 0);
    const struct value *v = range_value(range);
    ck_assert_int_eq(v->grid.start_ms % STEP, 0);
    ck_assert_int_eq(grid_end(&v->grid), (START + HOUR) / STEP * STEP);
    for (size_t i = 0; i < v->grid.steps; i++) {
        double want = (double)(grid_time(&v->grid, i) / STEP);
        ck_assert(v->series.items[0].points[i] == want);
    }
}
END_TEST

START_TEST(no_new_step_is_not_asked_for)
{
    refresh(0);
    ck_assert(!range_refresh(range, (struct wall){START}));
    ck_assert(!range_refresh(range, (struct wall){START + 1000}));
    ck_assert_uint_eq(range_stats(range).questions, 1);
}
END_TEST

START_TEST(one_question_at_a_time)
{
    ck_assert(range_refresh(range, (struct wall){START}));
    ck_assert(!range_refresh(range, (struct wall){START + 10 * STEP}));
    ck_assert_uint_eq(range_stats(range).questions, 1);
}
END_TEST

START_TEST(late_data_corrects_the_past)
{
    int64_t newest_ms = START / STEP * STEP;
    fake.data_until_ms = newest_ms - STEP; /* the newest step's has not come yet */
    refresh(0);
    ck_assert(value_is_absent(point(0)));
    ck_assert(!value_is_absent(point(1)));
    fake.data_until_ms = INT64_MAX;
    fake.shift = 0.5; /* and what was there is corrected */
    refresh(STEP);
    ck_assert(point(0) == (double)(newest_ms / STEP) + 1.5);
    ck_assert(point(1) == (double)(newest_ms / STEP) + 0.5);
    ck_assert(point(2) == (double)(newest_ms / STEP) - 0.5);
    ck_assert(point(3) == (double)(newest_ms / STEP) - 2.0); /* before the overlap: as it was */
}
END_TEST

START_TEST(late_sources_have_a_longer_overlap)
{
    struct range_options options = {.span_ms = HOUR, .step_ms = STEP};
    fake.base.late_ms = 60000;
    struct range *late = range_create(&fake.base, expr, &options, on_changed, &fake);
    ck_assert(range_refresh(late, (struct wall){START}));
    loop_step(fake.loop, 0);
    ck_assert_uint_eq(changes, 1);
    ck_assert(range_refresh(late, (struct wall){START + STEP}));
    ck_assert_uint_eq(fake.steps, 241 + 5);
    range_destroy(late);
}
END_TEST

START_TEST(failures_lose_nothing)
{
    refresh(0);
    double newest = point(0);
    fake.failing = ERROR_REFUSED;
    for (int i = 1; i <= 4; i++) {
        refresh((int64_t)i * STEP);
        ck_assert_int_eq(last_error, ERROR_REFUSED);
        ck_assert(point(0) == newest);
    }
    ck_assert_uint_eq(range_version(range), 1);
    ck_assert_uint_eq(range_stats(range).failures, 4);
    fake.failing = ERROR_NONE;
    uint64_t before = fake.steps;
    refresh(5 * STEP);
    ck_assert_int_eq(last_error, ERROR_NONE);
    ck_assert_uint_eq(fake.steps - before, 5 + 2);
    for (size_t back = 0; back < 10; back++) {
        ck_assert(point(back) == newest + 5 - (double)back);
    }
}
END_TEST

START_TEST(after_a_suspended_machine_all_is_asked_anew)
{
    refresh(0);
    uint64_t before = fake.steps;
    refresh(10 * (int64_t)HOUR);
    ck_assert_uint_eq(fake.steps - before, 241);
    ck_assert(point(240) == (double)(range_value(range)->grid.start_ms / STEP));
}
END_TEST

START_TEST(a_clock_set_back_is_followed)
{
    refresh(HOUR);
    ck_assert(!range_refresh(range, (struct wall){START + HOUR - STEP}));
    refresh(0);
    ck_assert_int_eq(grid_end(&range_value(range)->grid), START / STEP * STEP);
}
END_TEST

START_TEST(an_answer_on_other_steps_is_refused)
{
    refresh(0);
    fake.off_grid = true;
    refresh(STEP);
    ck_assert_int_eq(last_error, ERROR_PROTOCOL);
    ck_assert_uint_eq(range_version(range), 1);
    ck_assert_uint_eq(range_stats(range).failures, 1);
}
END_TEST

START_TEST(stands_as_long_as_it_is_there)
{
    ck_assert_int_eq(fake.standing, 1);
    refresh(0);
    refresh(STEP);
    ck_assert_int_eq(fake.standing, 1);
    range_destroy(range);
    range = NULL;
    ck_assert_int_eq(fake.standing, 0);
}
END_TEST

START_TEST(destroying_cancels)
{
    fake.silent = true;
    ck_assert(range_refresh(range, (struct wall){START}));
    range_destroy(range);
    range = NULL;
    ck_assert_uint_eq(fake.cancelled, 1);
    loop_step(fake.loop, 0);
    ck_assert_uint_eq(changes, 0);
}
END_TEST

static void destroy_inside(void *user, const struct error *err)
{
    (void)user;
    (void)err;
    range_destroy(range);
    range = NULL;
    changes++;
}

START_TEST(destroying_inside_the_callback)
{
    struct range_options options = {.span_ms = HOUR, .step_ms = STEP};
    range_destroy(range);
    range = range_create(&fake.base, expr, &options, destroy_inside, &fake);
    ck_assert(range_refresh(range, (struct wall){START}));
    loop_step(fake.loop, 0);
    ck_assert_uint_eq(changes, 1);
    ck_assert_uint_eq(fake.cancelled, 0);
}
END_TEST

int main(void)
{
    TCase *ranges = tcase_create("ranges");
    tcase_add_checked_fixture(ranges, setup, teardown);
    tcase_add_test(ranges, asks_only_for_what_is_new);
    tcase_add_test(ranges, no_new_step_is_not_asked_for);
    tcase_add_test(ranges, one_question_at_a_time);
    tcase_add_test(ranges, late_data_corrects_the_past);
    tcase_add_test(ranges, late_sources_have_a_longer_overlap);
    tcase_add_test(ranges, failures_lose_nothing);
    tcase_add_test(ranges, after_a_suspended_machine_all_is_asked_anew);
    tcase_add_test(ranges, a_clock_set_back_is_followed);
    tcase_add_test(ranges, an_answer_on_other_steps_is_refused);
    tcase_add_test(ranges, stands_as_long_as_it_is_there);
    tcase_add_test(ranges, destroying_cancels);
    tcase_add_test(ranges, destroying_inside_the_callback);
    return suite_run("query/range_cache", ranges);
}
