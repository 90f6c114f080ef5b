/*
 * Long questions to the embedded engine: the loop lives on between their slices, normal ones pass
 * background ones, and ending one in the middle leaves nothing behind (leaks: the sanitizers say).
 * Slices are as short as can be, so that nothing here hangs on how fast the machine is.
 */
#include <unistd.h>

#include "loop/loop.h"
#include "promql/eval/work.h"
#include "query/query.h"
#include "slow_store.h"

#define SERIES 100
#define ROWS   40
#define STEPS  ((size_t)20000)

static struct loop *loop;
static struct label_table *table;
static struct store *store;
static store_target target;
static struct answerer *answerer;

static void setup(void)
{
    struct error err = ERROR_INIT;
    loop = loop_create(NULL, &err);
    table = label_table_create();
    store = store_create(&(struct store_options){.retention_ms = 3600 * 1000}, table);
    target = store_add_target(store);
    for (size_t row = 0; row < ROWS; row++) {
        slow_commit(store, table, target, "m", SERIES, row);
    }
    answerer = answerer_local_create(loop, store, table, "local", NULL);
    answerer_local_set_slice(answerer, 0);
}

static void teardown(void)
{
    answerer_local_destroy(answerer);
    store_destroy(store);
    label_table_destroy(table);
    loop_destroy(loop);
}

static unsigned calls;

struct outcome {
    unsigned calls;
    unsigned order; /* of its call among all */
    enum error_kind error;
    char text[200];
    double last; /* point of the first series */
    struct query *cancels;
    bool destroys;
};

static void on_done(void *user, struct value *value, const struct error *err)
{
    struct outcome *o = user;
    o->calls++;
    o->order = ++calls;
    o->error = err != NULL ? err->kind : ERROR_NONE;
    snprintf(o->text, sizeof(o->text), "%s", err != NULL ? error_text(err) : "");
    if (value != NULL && value->series.len > 0) {
        const struct value_series *s = &value->series.items[0];
        o->last = s->points[s->count - 1];
    }
    query_cancel(o->cancels);
    if (o->destroys) {
        answerer_local_destroy(answerer);
        answerer = NULL;
    }
}

static struct expr *parse(const char *text)
{
    struct error err = ERROR_INIT;
    struct expr *e = expr_parse(str_from(text), NULL, &err);
    ck_assert_msg(e != NULL, "%s", error_text(&err));
    return e;
}

static struct query *ask_expr(const struct expr *e, size_t steps, enum query_priority priority,
                              int64_t timeout_ms, struct outcome *o)
{
    int64_t end_ms = SLOW_START_MS + (int64_t)(ROWS - 1) * SLOW_STEP_MS;
    struct query_request request = {
        .expr = e,
        .grid = {.start_ms = end_ms - (int64_t)(steps - 1), .step_ms = 1, .steps = steps},
        .instant = steps == 1,
        .priority = priority,
        .timeout_ms = timeout_ms,
        .done = on_done,
        .user = o};
    return query_ask(answerer, &request);
}

static struct query *ask(const char *text, size_t steps, enum query_priority priority,
                         int64_t timeout_ms, struct outcome *o)
{
    struct expr *e = parse(text);
    struct query *q = ask_expr(e, steps, priority, timeout_ms, o);
    expr_unref(e);
    return q;
}

static struct query *ask_long(enum query_priority priority, struct outcome *o)
{
    return ask("sum(m)", STEPS, priority, 0, o);
}

static struct query *ask_short(struct outcome *o)
{
    return ask("count(m)", 1, QUERY_NORMAL, 0, o);
}

static void turns(unsigned n)
{
    while (n-- > 0) {
        loop_step(loop, 0);
    }
}

static unsigned turns_until(const struct outcome *o)
{
    unsigned n = 0;
    while (o->calls == 0 && n < 1000000) {
        loop_step(loop, 0);
        n++;
    }
    ck_assert_uint_eq(o->calls, 1);
    return n;
}

/* sum(m) at the last row */
static double expected_sum(void)
{
    double sum = 0;
    for (size_t i = 0; i < SERIES; i++) {
        sum += (double)((ROWS - 1) * (i % 7 + 1));
    }
    return sum;
}

struct alive {
    struct loop_timer *timer;
    unsigned ticks;
    unsigned served; /* times that the readable descriptor had its turn */
};

static void on_tick(void *user)
{
    struct alive *a = user;
    a->ticks++;
    loop_timer_arm(a->timer, 1);
}

static void on_readable(void *user, unsigned events)
{
    struct alive *a = user;
    a->served += (events & LOOP_READABLE) != 0 ? 1 : 0;
}

START_TEST(the_loop_lives_on)
{
    struct error err = ERROR_INIT;
    struct outcome o = {0};
    struct alive alive = {0};
    int pipes[2];
    ck_assert_int_eq(pipe(pipes), 0);
    ck_assert_int_eq(write(pipes[1], "x", 1), 1);
    struct loop_fd *fd =
        loop_fd_create(loop, "pipe", pipes[0], LOOP_READABLE, on_readable, &alive, &err);
    ck_assert_ptr_nonnull(fd);
    alive.timer = loop_timer_create(loop, "tick", on_tick, &alive);
    loop_timer_arm(alive.timer, 1);
    ask_long(QUERY_NORMAL, &o);
    unsigned n = turns_until(&o);
    ck_assert_int_eq(o.error, ERROR_NONE);
    ck_assert(o.last == expected_sum());
    /* Work between two turns: its points over the turns it took. */
    ck_assert_uint_le(SERIES * STEPS / n, 2 * WORK_SLICE);
    ck_assert_uint_ge(alive.served + 1, n);
    ck_assert_uint_ge(alive.ticks, 1);
    loop_timer_destroy(alive.timer);
    loop_fd_destroy(fd);
    close(pipes[0]);
    close(pipes[1]);
}
END_TEST

START_TEST(a_slice_is_of_time)
{
    struct outcome o = {0};
    struct outcome p = {0};
    answerer_local_set_slice(answerer, 60000);
    ask_long(QUERY_NORMAL, &o);
    ask_short(&p);
    turns(1); /* with a minute a turn there is no reason to give way */
    ck_assert_uint_eq(o.calls, 1);
    ck_assert_uint_eq(p.calls, 1);
    ck_assert(o.last == expected_sum());
}
END_TEST

START_TEST(normal_ones_pass_background_ones)
{
    struct outcome background = {0};
    struct outcome next = {0};
    struct outcome normal = {0};
    struct outcome again = {0};
    calls = 0;
    ask_long(QUERY_BACKGROUND, &background);
    ask_long(QUERY_BACKGROUND, &next);
    turns(3);
    ask_long(QUERY_NORMAL, &normal);
    turns(2);
    ask_short(&again); /* behind the other normal one */
    turns_until(&background);
    turns_until(&next);
    ck_assert_uint_eq(normal.order, 1);
    ck_assert_uint_eq(again.order, 2);
    ck_assert_uint_eq(background.order, 3);
    ck_assert_uint_eq(next.order, 4);
    ck_assert(background.last == expected_sum() && normal.last == expected_sum());
    ck_assert(again.last == SERIES);
}
END_TEST

START_TEST(cancelled_in_the_middle)
{
    struct outcome a = {0};
    struct outcome b = {0};
    struct outcome c = {0};
    struct query *qa = ask_long(QUERY_NORMAL, &a);
    turns(3);
    struct query *qb = ask_long(QUERY_BACKGROUND, &b);
    query_cancel(qa);
    turns(3);
    query_cancel(qb);
    turns(3);
    ask_short(&c); /* and it is as good as new */
    turns_until(&c);
    turns(3);
    ck_assert_uint_eq(a.calls, 0);
    ck_assert_uint_eq(b.calls, 0);
    ck_assert(c.last == SERIES);
}
END_TEST

START_TEST(a_callback_cancels_one_in_the_middle)
{
    struct outcome background = {0};
    struct outcome normal = {0};
    normal.cancels = ask_long(QUERY_BACKGROUND, &background);
    turns(3);
    ask_short(&normal);
    turns_until(&normal);
    turns(3);
    ck_assert_uint_eq(background.calls, 0);
}
END_TEST

START_TEST(destroyed_in_the_middle)
{
    struct outcome a = {0};
    struct outcome b = {0};
    struct outcome c = {0};
    ask_long(QUERY_BACKGROUND, &b);
    turns(3);
    ask_long(QUERY_NORMAL, &a);
    turns(3);
    ask_short(&c);
    if (_i == 0) {
        answerer_local_destroy(answerer);
        answerer = NULL;
    } else { /* from a callback of its own */
        a.destroys = true;
        turns_until(&a);
        ck_assert_int_eq(a.error, ERROR_NONE);
    }
    ck_assert_uint_eq(a.calls, 1);
    ck_assert_uint_eq(b.calls, 1);
    ck_assert_uint_eq(c.calls, 1);
    ck_assert_int_eq(b.error, ERROR_CANCELLED);
    ck_assert_str_eq(c.text, "the source 'local' was closed");
}
END_TEST

/* What is delivered and not taken is freed in later turns; whenever the answerer goes, all is. */
START_TEST(huge_values_go_bit_by_bit)
{
    struct outcome o = {.destroys = _i == 2};
    struct outcome next = {0};
    ask("m", MEM_HUGE / sizeof(double) / SERIES + 1, QUERY_NORMAL, 0, &o);
    turns_until(&o);
    ck_assert_int_eq(o.error, ERROR_NONE);
    if (_i == 0) {
        query_cancel(ask_short(&next));
        ask_short(&next);
        ck_assert_uint_gt(turns_until(&next), 5);
        ck_assert(next.last == SERIES);
        ck_assert(!loop_step(loop, 0)); /* nothing is deferred any more */
    } else if (_i == 1) {
        turns(2);
        answerer_local_destroy(answerer);
        answerer = NULL;
    }
}
END_TEST

/* Turns are pieces of work here: fewer of them are less work. */
static unsigned turns_of(const struct expr *e, double expected)
{
    struct outcome o = {0};
    ask_expr(e, STEPS, QUERY_NORMAL, 0, &o);
    unsigned n = turns_until(&o);
    ck_assert_int_eq(o.error, ERROR_NONE);
    ck_assert(o.last == expected);
    return n;
}

START_TEST(standing_questions_share)
{
    struct expr *sum = parse("sum(m)");
    struct expr *twice = parse("2 * sum(m)");
    unsigned alone = turns_of(twice, 2 * expected_sum());
    query_stand(answerer, sum);
    query_stand(answerer, twice);
    turns_of(sum, expected_sum());
    ck_assert_uint_lt(turns_of(twice, 2 * expected_sum()), alone / 10);
    slow_commit(store, table, target, "m", SERIES, ROWS); /* behind what is asked for */
    ck_assert_uint_eq(turns_of(twice, 2 * expected_sum()), alone);
    query_withdraw(answerer, sum);
    ck_assert_uint_eq(turns_of(twice, 2 * expected_sum()), alone);
    query_withdraw(answerer, twice);
    expr_unref(sum);
    expr_unref(twice);
}
END_TEST

/* The answerer has its own reference, to an expression and to what is under way with it. */
START_TEST(withdrawn_in_the_middle)
{
    struct outcome a = {0};
    struct outcome b = {0};
    struct expr *sum = parse("sum(m)");
    struct expr *twice = parse("2 * sum(m)");
    query_stand(answerer, sum);
    query_stand(answerer, twice);
    struct query *q = ask_expr(twice, STEPS, QUERY_NORMAL, 0, &a);
    ask_expr(sum, STEPS, QUERY_BACKGROUND, 0, &b);
    turns(3);
    query_withdraw(answerer, twice);
    query_withdraw(answerer, sum);
    if (_i == 0) {
        query_stand(answerer, twice);
        query_stand(answerer, sum);
    }
    expr_unref(twice);
    expr_unref(sum);
    if (_i == 1) {
        query_cancel(q);
    } else {
        turns_until(&a);
        ck_assert(a.last == 2 * expected_sum());
    }
    turns_until(&b);
    ck_assert(b.last == expected_sum());
    if (_i == 0) {
        query_withdraw(answerer, twice);
        query_withdraw(answerer, sum);
    }
}
END_TEST

#define WIDE ((size_t)6000)

static void on_names(void *user, const struct str *names, size_t count, const struct error *err)
{
    struct outcome *o = user;
    o->calls++;
    o->error = err != NULL ? err->kind : ERROR_NONE;
    o->last = (double)count;
    for (size_t i = 1; i < count; i++) { /* reads all of them */
        ck_assert_int_lt(str_compare(names[i - 1], names[i]), 0);
    }
    if (o->destroys) {
        answerer_local_destroy(answerer);
        answerer = NULL;
    }
}

static struct query *ask_names(int64_t from_ms, int64_t to_ms, struct outcome *o)
{
    struct error err = ERROR_INIT;
    struct matcher m;
    ck_assert(matcher_init(&m, MATCH_EQUAL, STR(LABEL_NAME), STR("wide"), &err));
    struct query_names_request request = {.label = STR("i"),
                                          .matchers = &m,
                                          .matcher_count = 1,
                                          .from_ms = from_ms,
                                          .to_ms = to_ms,
                                          .done = on_names,
                                          .user = o};
    struct query *q = query_names(answerer, &request);
    matcher_release(&m);
    return q;
}

/* Names of many series come in slices too, and stay while they are read, though their series go. */
START_TEST(names_in_slices)
{
    bool ever = _i % 2 == 0;
    int64_t from_ms = ever ? INT64_MIN : SLOW_START_MS;
    int64_t to_ms = ever ? INT64_MAX : SLOW_START_MS;
    struct outcome o = {.destroys = _i / 2 == 3};
    struct outcome again = {0};
    store_target other = store_add_target(store);
    slow_commit(store, table, other, "wide", WIDE, 0);
    struct query *q = ask_names(from_ms, to_ms, &o);
    turns(2);
    ck_assert_uint_eq(o.calls, 0);
    store_remove_target(store, other, SLOW_START_MS + 1);
    store_trim(store, SLOW_START_MS + INT64_C(7200000));
    if (_i / 2 == 1) {
        query_cancel(q);
        turns(100);
        ck_assert_uint_eq(o.calls, 0);
    } else if (_i / 2 == 2) {
        answerer_local_destroy(answerer);
        answerer = NULL;
        ck_assert_int_eq(o.error, ERROR_CANCELLED);
        return;
    } else {
        turns_until(&o);
        /* Of those with a sample in a time, only those that were looked at before it went. */
        ck_assert(ever ? o.last == (double)WIDE : o.last <= (double)WIDE);
    }
    if (answerer != NULL) {
        ask_names(from_ms, to_ms, &again);
        turns_until(&again);
        ck_assert(again.last == 0);
    }
}
END_TEST

START_TEST(late_in_the_middle)
{
    struct outcome o = {0};
    struct outcome after = {0};
    ask("sum(m)", STEPS, QUERY_NORMAL, 50, &o);
    turns(2);
    usleep(60000);
    turns(2);
    ck_assert_uint_eq(o.calls, 1);
    ck_assert_int_eq(o.error, ERROR_TIMEOUT);
    ck_assert_str_eq(o.text, "the query took longer than 50ms");
    ask_short(&after);
    turns_until(&after);
    ck_assert(after.last == SERIES);
}
END_TEST

START_TEST(late_within_a_slice)
{
    struct outcome o = {0};
    answerer_local_set_slice(answerer, 60000);
    /* Much more than it has time for: it can only end at a look at the clock. */
    ask("sum(m) + sum(m) + sum(m) + sum(m) + sum(m) + sum(m) + sum(m) + sum(m)", STEPS * 10,
        QUERY_NORMAL, 1, &o);
    turns_until(&o);
    ck_assert_int_eq(o.error, ERROR_TIMEOUT);
}
END_TEST

START_TEST(late_while_waiting)
{
    struct outcome first = {0};
    struct outcome behind = {0};
    struct outcome background = {0};
    ask_long(QUERY_NORMAL, &first);
    ask("sum(m)", 1, QUERY_NORMAL, 30000, &behind);
    ask("sum(m)", 1, QUERY_BACKGROUND, 20, &background);
    turns(2);
    usleep(30000);
    turns(2); /* it is told although normal ones keep the engine busy */
    ck_assert_uint_eq(first.calls, 0);
    ck_assert_uint_eq(background.calls, 1);
    ck_assert_int_eq(background.error, ERROR_TIMEOUT);
    turns_until(&behind);
    ck_assert_int_eq(behind.error, ERROR_NONE);
}
END_TEST

START_TEST(the_answerers_time_is_the_longest)
{
    struct outcome a = {0};
    struct outcome b = {0};
    answerer_local_set_options(answerer, &(struct eval_options){0}, 10);
    ask("sum(m)", 1, QUERY_NORMAL, 0, &a);
    ask("sum(m)", 1, QUERY_NORMAL, 60000, &b);
    usleep(20000);
    turns(4);
    ck_assert_int_eq(a.error, ERROR_TIMEOUT);
    ck_assert_int_eq(b.error, ERROR_TIMEOUT);
    ck_assert_str_eq(b.text, "the query took longer than 10ms");
}
END_TEST

struct limit_row {
    struct eval_options options;
    const char *text;
    size_t steps;
    const char *part; /* of the message */
};

static const struct limit_row limit_rows[] = {
    {{.max_samples = 1000}, "sum(sum_over_time(m[5m]))", 1, "reads more than 1000 samples"},
    {{.max_samples = 1000}, "m", 100, "reads more than 1000 samples"},
    {{.max_samples = 1000}, "sum(m)", 100, "reads more than 1000 samples"},
    {{.max_points = 1000}, "m", 100, "more than 1000 points"},
    {{.max_points = 1000}, "sum(m)", 1001, "more than 1000 steps"},
    {{.max_points = 1000}, "m[5m]", 1, "more than 1000 points"},
    {{.max_points = 1000},
     "max_over_time(vector(1)[2h:1s])",
     1,
     "a subquery has more than 1000 steps"},
    {{.max_points = 1000}, "m * 2", 100, "more than 1000 points"},
    {{.max_points = 1000}, "m{i=\"1\"} or m", 100, "more than 1000 points"},
};

/* A limit is an error of its question alone: the next one on the same answerer is answered. */
START_TEST(limits_are_errors_and_nothing_else)
{
    const struct limit_row *row = &limit_rows[_i];
    struct outcome o = {0};
    struct outcome next = {0};
    answerer_local_set_options(answerer, &row->options, 0);
    ask(row->text, row->steps, QUERY_NORMAL, 0, &o);
    ask_short(&next);
    turns_until(&next);
    ck_assert_uint_eq(o.calls, 1);
    ck_assert_msg(o.error == ERROR_LIMIT, "%s: %s", row->text, o.text);
    ck_assert_msg(strstr(o.text, row->part) != NULL, "%s: %s", row->text, o.text);
    ck_assert(next.last == SERIES);
}
END_TEST

/* Text that goes over a limit of the parser never becomes a question. */
static char *repeated(const char *before, const char *part, size_t times, const char *after)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_add_c(&text, before);
    for (size_t i = 0; i < times; i++) {
        strbuf_add_c(&text, part);
    }
    strbuf_add_c(&text, after);
    return strbuf_take(&text);
}

static const struct {
    const char *before;
    const char *part;
    size_t times;
    const char *after;
    const char *message;
} parse_limit_rows[] = {
    {"", "(", EXPR_MAX_DEPTH + 1, "m", "nested deeper than 200 levels here"},
    {"", "-", EXPR_MAX_DEPTH + 1, "m", "nested deeper than 200 levels here"},
    {"m", " or m", EXPR_MAX_HEIGHT + 1, "",
     "more than 1000 operators and calls stand inside each other here"},
    {"m # ", "x", EXPR_MAX_BYTES, "", "the expression is longer than 65536 bytes"},
};

START_TEST(limits_of_text)
{
    struct error err = ERROR_INIT;
    struct outcome next = {0};
    char *text = repeated(parse_limit_rows[_i].before, parse_limit_rows[_i].part,
                          parse_limit_rows[_i].times, parse_limit_rows[_i].after);
    ck_assert_ptr_null(expr_parse(str_from(text), NULL, &err));
    ck_assert_int_eq(err.kind, ERROR_LIMIT);
    ck_assert_str_eq(error_text(&err), parse_limit_rows[_i].message);
    error_release(&err);
    free(text);
    ask_short(&next);
    turns_until(&next);
    ck_assert(next.last == SERIES);
}
END_TEST

int main(void)
{
    TCase *slices = tcase_create("slices");
    tcase_add_checked_fixture(slices, setup, teardown);
    tcase_set_timeout(slices, 60);
    tcase_add_test(slices, the_loop_lives_on);
    tcase_add_test(slices, a_slice_is_of_time);
    tcase_add_test(slices, normal_ones_pass_background_ones);
    tcase_add_test(slices, cancelled_in_the_middle);
    tcase_add_test(slices, a_callback_cancels_one_in_the_middle);
    tcase_add_loop_test(slices, destroyed_in_the_middle, 0, 2);
    tcase_add_test(slices, standing_questions_share);
    tcase_add_loop_test(slices, withdrawn_in_the_middle, 0, 3);
    tcase_add_loop_test(slices, names_in_slices, 0, 8);
    tcase_add_loop_test(slices, huge_values_go_bit_by_bit, 0, 3);
    TCase *limits = tcase_create("limits");
    tcase_add_checked_fixture(limits, setup, teardown);
    tcase_set_timeout(limits, 60);
    tcase_add_test(limits, late_in_the_middle);
    tcase_add_test(limits, late_within_a_slice);
    tcase_add_test(limits, late_while_waiting);
    tcase_add_test(limits, the_answerers_time_is_the_longest);
    tcase_add_loop_test(limits, limits_are_errors_and_nothing_else, 0, ARRAY_LEN(limit_rows));
    tcase_add_loop_test(limits, limits_of_text, 0, ARRAY_LEN(parse_limit_rows));
    return suite_run("query/answerer_slices", slices, limits);
}
