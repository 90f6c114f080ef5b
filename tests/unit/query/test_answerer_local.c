/* The embedded engine behind the asynchronous interface: order, exactly-once, cancelling. */
#include "loop/loop.h"
#include "query/query.h"
#include "series/store.h"
#include "support/suite.h"

#define T0 INT64_C(1700000000000)

static struct loop *loop;
static struct label_table *table;
static struct store *store;
static struct answerer *answerer;

static struct labels *series(const char *name, const char *job)
{
    struct labels_builder b;
    struct error err = ERROR_INIT;
    labels_builder_init(&b, table);
    labels_builder_set(&b, STR(LABEL_NAME), str_from(name));
    labels_builder_set(&b, STR("job"), str_from(job));
    struct labels *ls = labels_builder_finish(&b, &err);
    labels_builder_release(&b);
    ck_assert_ptr_nonnull(ls);
    return ls;
}

static void setup(void)
{
    struct error err = ERROR_INIT;
    loop = loop_create(NULL, &err);
    table = label_table_create();
    store = store_create(&(struct store_options){0}, table);
    answerer = answerer_local_create(loop, store, table, "local", NULL);
    struct batch batch;
    batch_init(&batch);
    batch_reset(&batch, T0);
    batch_add_labels(&batch, series("up", "api"), 1);
    batch_add_labels(&batch, series("up", "db"), 0);
    ck_assert(store_commit(store, store_add_target(store), &batch, NULL, &err));
    batch_reset(&batch, T0 - 3600 * 1000);
    batch_add_labels(&batch, series("gone", "old"), 1);
    ck_assert(store_commit(store, store_add_target(store), &batch, NULL, &err));
    batch_release(&batch);
}

static void teardown(void)
{
    answerer_local_destroy(answerer);
    store_destroy(store);
    label_table_destroy(table);
    loop_destroy(loop);
}

/* What came of one question. */
struct outcome {
    unsigned calls;
    unsigned order; /* of its call among all */
    enum error_kind error;
    size_t series;
    double first;
    struct strbuf names; /* each with a blank behind */
    struct query *cancels;
    bool destroys;
};

static unsigned calls;

static void took(struct outcome *o, const struct error *err)
{
    o->calls++;
    o->order = ++calls;
    o->error = err != NULL ? err->kind : ERROR_NONE;
    query_cancel(o->cancels);
    if (o->destroys) {
        answerer_local_destroy(answerer);
        answerer = NULL;
    }
}

static void on_done(void *user, struct value *value, const struct error *err)
{
    struct outcome *o = user;
    ck_assert((value == NULL) != (err == NULL));
    if (value != NULL) {
        o->series = value->series.len;
        o->first = value->series.len > 0 ? value->series.items[0].points[0] : 0;
    }
    took(o, err);
}

static void on_names(void *user, const struct str *names, size_t count, const struct error *err)
{
    struct outcome *o = user;
    strbuf_init(&o->names, 1000);
    for (size_t i = 0; i < count; i++) {
        strbuf_printf(&o->names, "%.*s ", STR_ARG(names[i]));
    }
    took(o, err);
}

static struct query *ask_with(const char *text, enum query_priority priority, struct outcome *o)
{
    struct error err = ERROR_INIT;
    struct expr *e = expr_parse(str_from(text), NULL, &err);
    ck_assert_msg(e != NULL, "%s", error_text(&err));
    struct query_request request = {.expr = e,
                                    .grid = grid_instant(T0),
                                    .instant = true,
                                    .priority = priority,
                                    .done = on_done,
                                    .user = o};
    struct query *q = query_ask(answerer, &request);
    expr_unref(e); /* the question has its own reference */
    return q;
}

static struct query *ask(const char *text, struct outcome *o)
{
    return ask_with(text, QUERY_NORMAL, o);
}

static void settle(void)
{
    for (int i = 0; i < 20; i++) {
        loop_step(loop, 0);
    }
}

START_TEST(answers_once_and_later)
{
    struct outcome o = {0};
    calls = 0;
    ask("sum(up)", &o);
    ck_assert_uint_eq(o.calls, 0);
    settle();
    ck_assert_uint_eq(o.calls, 1);
    ck_assert_int_eq(o.error, ERROR_NONE);
    ck_assert_uint_eq(o.series, 1);
    ck_assert(o.first == 1);
}
END_TEST

START_TEST(errors_of_evaluation_come_the_same_way)
{
    struct outcome o = {0};
    ask("up + on(nothing) up", &o);
    settle();
    ck_assert_uint_eq(o.calls, 1);
    ck_assert_int_eq(o.error, ERROR_EVALUATION);
}
END_TEST

/* As many a turn as there is time for. */
START_TEST(background_last)
{
    struct outcome first = {0};
    struct outcome background = {0};
    struct outcome second = {0};
    calls = 0;
    answerer_local_set_slice(answerer, _i == 0 ? 0 : 60000);
    ask_with("up", QUERY_BACKGROUND, &background);
    ask("up", &first);
    ask("up", &second);
    loop_step(loop, 0);
    ck_assert_uint_eq(calls, _i == 0 ? 1 : 3);
    settle();
    ck_assert_uint_eq(first.order, 1);
    ck_assert_uint_eq(second.order, 2);
    ck_assert_uint_eq(background.order, 3);
}
END_TEST

START_TEST(cancelled_ones_are_not_answered)
{
    struct outcome a = {0};
    struct outcome b = {0};
    struct outcome c = {0};
    struct query *qa = ask("up", &a);
    struct query *qb = ask_with("up", QUERY_BACKGROUND, &b);
    query_cancel(qb);
    query_cancel(qa);
    query_cancel(NULL);
    ask("up", &c);
    settle();
    ck_assert_uint_eq(a.calls, 0);
    ck_assert_uint_eq(b.calls, 0);
    ck_assert_uint_eq(c.calls, 1);
}
END_TEST

START_TEST(a_callback_may_cancel_the_next)
{
    struct outcome a = {0};
    struct outcome b = {0};
    ask("up", &a);
    a.cancels = ask("up", &b);
    settle();
    ck_assert_uint_eq(a.calls, 1);
    ck_assert_uint_eq(b.calls, 0);
}
END_TEST

START_TEST(destroying_ends_open_questions)
{
    struct outcome a = {0};
    struct outcome b = {0};
    ask("up", &a);
    struct query_names_request wanted = {
        .label = STR("job"), .to_ms = T0, .done = on_names, .user = &b};
    query_names(answerer, &wanted);
    answerer_local_destroy(answerer);
    answerer = NULL;
    ck_assert_uint_eq(a.calls, 1);
    ck_assert_int_eq(a.error, ERROR_CANCELLED);
    ck_assert_uint_eq(b.calls, 1);
    ck_assert_int_eq(b.error, ERROR_CANCELLED);
    settle();
    ck_assert_uint_eq(a.calls, 1);
    strbuf_release(&b.names);
}
END_TEST

START_TEST(a_callback_may_destroy_the_answerer)
{
    struct outcome a = {.destroys = true};
    struct outcome b = {0};
    ask("up", &a);
    ask("up", &b);
    settle();
    ck_assert_uint_eq(a.calls, 1);
    ck_assert_uint_eq(b.calls, 1);
    ck_assert_int_eq(b.error, ERROR_CANCELLED);
}
END_TEST

/* `--end` of a range need not be one of its steps. */
START_TEST(a_range_may_end_behind_its_last_step)
{
    struct error err = ERROR_INIT;
    struct outcome o = {0};
    struct expr *e = expr_parse(STR("end() - start()"), NULL, &err);
    struct query_request request = {
        .expr = e, .grid = grid_range(T0, T0 + 25000, 10000), .done = on_done, .user = &o};
    query_ask(answerer, &request);
    settle();
    ck_assert(o.first == 20);
    request.end_ms = T0 + 25000;
    query_ask(answerer, &request);
    settle();
    ck_assert_uint_eq(o.calls, 2);
    ck_assert(o.first == 25);
    expr_unref(e);
}
END_TEST

struct names_row {
    const char *label;
    const char *job; /* matcher job="...", or NULL */
    int64_t from_ms;
    int64_t to_ms;
    const char *expected;
};

static const struct names_row names_rows[] = {
    {"__name__", NULL, INT64_MIN, INT64_MAX, "gone up "},
    {"__name__", NULL, T0 - 60000, T0, "up "},
    {"__name__", NULL, 0, T0 - 60000, "gone "},
    {"job", NULL, T0 - 60000, T0, "api db "},
    {"job", "api", T0 - 60000, T0, "api "},
    {"job", "old", T0 - 60000, T0, ""},
    {"job", "old", INT64_MIN, INT64_MAX, "old "},
    {"missing", NULL, T0 - 60000, T0, ""},
};

START_TEST(names)
{
    const struct names_row *row = &names_rows[_i];
    struct outcome o = {0};
    struct error err = ERROR_INIT;
    struct matcher m;
    char label[20];
    ck_assert(matcher_init(&m, MATCH_EQUAL, STR("job"), str_from(row->job), &err));
    snprintf(label, sizeof(label), "%s", row->label);
    struct query_names_request wanted = {.label = str_from(label),
                                         .matchers = &m,
                                         .matcher_count = row->job != NULL ? 1 : 0,
                                         .from_ms = row->from_ms,
                                         .to_ms = row->to_ms,
                                         .done = on_names,
                                         .user = &o};
    query_names(answerer, &wanted);
    matcher_release(&m); /* borrowed for the call only */
    memset(label, 'x', sizeof(label));
    settle();
    ck_assert_uint_eq(o.calls, 1);
    ck_assert_str_eq(strbuf_cstr(&o.names), row->expected);
    strbuf_release(&o.names);
}
END_TEST

int main(void)
{
    TCase *questions = tcase_create("questions");
    tcase_add_checked_fixture(questions, setup, teardown);
    tcase_add_test(questions, answers_once_and_later);
    tcase_add_test(questions, errors_of_evaluation_come_the_same_way);
    tcase_add_loop_test(questions, background_last, 0, 2);
    tcase_add_test(questions, cancelled_ones_are_not_answered);
    tcase_add_test(questions, a_callback_may_cancel_the_next);
    tcase_add_test(questions, destroying_ends_open_questions);
    tcase_add_test(questions, a_callback_may_destroy_the_answerer);
    tcase_add_test(questions, a_range_may_end_behind_its_last_step);
    tcase_add_loop_test(questions, names, 0, (int)ARRAY_LEN(names_rows));
    return suite_run("query/answerer_local", questions);
}
