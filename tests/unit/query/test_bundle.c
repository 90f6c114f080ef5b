/* The bundle before an answerer that keeps what it is asked and answers when told: who is joined,
 * what each gets, and that every question ends exactly once, whatever its callbacks do. */
#include <stdlib.h>

#include "base/mem.h"
#include "loop/loop.h"
#include "query/apart.h"
#include "query/bundle.h"
#include "query/joint.h"
#include "support/suite.h"

#define T0 INT64_C(1700000000000)

struct fake {
    struct answerer base;
    VEC(struct fake_query *) open;
    unsigned asked;
    unsigned cancelled;
};

struct fake_query {
    struct query base;
    struct query_request request;
    struct query_names_request names;
    char *text; /* of the expression; NULL: names */
};

static struct query *fake_ask(struct answerer *self, const struct query_request *request)
{
    struct fake *f = CONTAINER_OF(self, struct fake, base);
    struct fake_query *q = mem_zalloc(1, sizeof(*q));
    struct strbuf text = STRBUF_INIT;
    expr_print(&text, request->expr, PRINT_PLAIN);
    q->base.answerer = self;
    q->request = *request;
    q->request.expr = expr_ref(request->expr);
    q->text = strbuf_take(&text);
    vec_push(&f->open, q);
    f->asked++;
    return &q->base;
}

static struct query *fake_names(struct answerer *self, const struct query_names_request *request)
{
    struct fake *f = CONTAINER_OF(self, struct fake, base);
    struct fake_query *q = mem_zalloc(1, sizeof(*q));
    q->base.answerer = self;
    q->names = *request;
    vec_push(&f->open, q);
    f->asked++;
    return &q->base;
}

static void fake_free(struct fake *f, struct fake_query *q)
{
    for (size_t i = 0; i < f->open.len; i++) {
        if (f->open.items[i] == q) {
            vec_remove(&f->open, i);
            break;
        }
    }
    expr_unref((struct expr *)(uintptr_t)q->request.expr);
    free(q->text);
    free(q);
}

static void fake_cancel(struct answerer *self, struct query *query)
{
    struct fake *f = CONTAINER_OF(self, struct fake, base);
    f->cancelled++;
    fake_free(f, CONTAINER_OF(query, struct fake_query, base));
}

static const struct answerer_ops fake_ops = {
    .kind = "fake",
    .ask = fake_ask,
    .names = fake_names,
    .cancel = fake_cancel,
};

static struct fake fake;
static struct loop *loop;
static struct label_table *table;
static struct answerer *bundle;

static void setup(void)
{
    struct error err = ERROR_INIT;
    fake = (struct fake){
        .base = {.ops = &fake_ops, .source = "fake", .interval_ms = 15000, .late_ms = 60000}};
    loop = loop_create(NULL, &err);
    table = label_table_create();
    bundle = bundle_create(loop, &fake.base, table);
}

static void close_bundle(void)
{
    bundle_destroy(bundle);
    bundle = NULL;
}

static void teardown(void)
{
    close_bundle();
    ck_assert_uint_eq(fake.open.len, 0); /* nothing is left behind with the inner one */
    vec_release(&fake.open);
    label_table_destroy(table);
    loop_destroy(loop);
}

struct outcome {
    unsigned calls;
    enum error_kind kind;
    struct value value; /* taken */
    char text[200];
    bool has_span;
    void (*also)(void); /* what the callback does */
};

static struct outcome outcomes[JOINT_MAX_QUESTIONS + 10];
static struct query *queries[ARRAY_LEN(outcomes)];

static void on_value(void *user, struct value *value, const struct error *err)
{
    struct outcome *o = user;
    ck_assert((value == NULL) != (err == NULL));
    o->calls++;
    queries[o - outcomes] = NULL;
    if (value != NULL) {
        o->value = *value;
        value_init(value, VALUE_VECTOR, o->value.grid);
    } else {
        o->kind = err->kind;
        o->has_span = err->span.line != 0;
        snprintf(o->text, sizeof(o->text), "%s", error_text(err));
    }
    if (o->also != NULL) {
        o->also();
    }
}

static void forget(void)
{
    for (size_t i = 0; i < ARRAY_LEN(outcomes); i++) {
        value_release(&outcomes[i].value);
        outcomes[i] = (struct outcome){0};
    }
}

static struct expr *parse(const char *text)
{
    struct error err = ERROR_INIT;
    struct expr *e = expr_parse(str_from(text), NULL, &err);
    ck_assert_msg(e != NULL, "%s: %s", text, error_text(&err));
    return e;
}

static void ask_with(size_t i, const struct expr *e, struct query_request how)
{
    how.expr = e;
    how.grid = how.grid.steps == 0 ? grid_instant(T0) : how.grid;
    how.done = on_value;
    how.user = &outcomes[i];
    queries[i] = query_ask(bundle, &how);
    ck_assert_uint_eq(outcomes[i].calls, 0); /* never inside the call */
}

static void ask(size_t i, const char *text)
{
    struct expr *e = parse(text);
    ask_with(i, e, (struct query_request){.instant = true});
    expr_unref(e);
}

static void turn(void)
{
    loop_step(loop, 0);
}

static void fake_fail(size_t i, enum error_kind kind, int http)
{
    struct fake_query *q = fake.open.items[i];
    query_done_cb done = q->request.done;
    void *user = q->request.user;
    struct error err = ERROR_INIT;
    error_set_at(&err, kind, (struct span){1, 2, 3}, "told so");
    err.http = http;
    fake_free(&fake, q);
    done(user, NULL, &err);
    error_release(&err);
}

/* A series for each of `tags` ("1,0,1"), whose value is its place in the list. "-": no tag. */
static void fake_answer(size_t i, const char *tags)
{
    struct fake_query *q = fake.open.items[i];
    struct query_request request = q->request;
    struct value v;
    struct str rest = str_from(tags);
    struct str tag;
    struct error err = ERROR_INIT;
    char place[2] = "0";
    value_init(&v, request.instant ? VALUE_VECTOR : VALUE_MATRIX, request.grid);
    value_warn(&v, "careful");
    value_info(&v, "by the way");
    for (; rest.len > 0 && str_split(&rest, ',', &tag); place[0]++) {
        struct labels_builder b;
        labels_builder_init(&b, table);
        labels_builder_set(&b, STR("place"), str_from(place));
        if (!str_equal_c(tag, "-")) {
            labels_builder_set(&b, STR(JOINT_LABEL), tag);
        }
        struct value_series *s = value_add(&v, labels_builder_finish(&b, &err));
        for (size_t k = 0; k < s->count; k++) {
            s->points[k] = place[0] - '0';
        }
        labels_builder_release(&b);
    }
    fake_free(&fake, q);
    request.done(request.user, &v, NULL);
    value_release(&v);
}

static void check_series(size_t i, const char *want)
{
    struct strbuf have = STRBUF_INIT;
    VEC_EACH (&outcomes[i].value.series, struct value_series, s) {
        labels_format(&have, s->labels);
        strbuf_printf(&have, " %g\n", s->points[s->count - 1]);
    }
    ck_assert_str_eq(strbuf_cstr(&have), want);
    strbuf_release(&have);
}

/* Each of the first `count` ended once, with this. */
static void check_ends(size_t count, enum error_kind kind)
{
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_eq(outcomes[i].calls, 1);
        ck_assert_int_eq(outcomes[i].kind, kind);
    }
}

START_TEST(joins_one_turn)
{
    ask(0, "up");
    ask(1, "rate(x[5m])");
    ask(2, "y");
    ck_assert_uint_eq(fake.asked, 0);
    turn();
    ck_assert_uint_eq(fake.asked, 1);
    ck_assert_str_eq(fake.open.items[0]->text,
                     "(label_replace(up, \"tocsin_question\", \"0\", \"\", \"\") or "
                     "(label_replace(rate(x[5m]), \"tocsin_question\", \"1\", \"\", \"\") or "
                     "label_replace(y, \"tocsin_question\", \"2\", \"\", \"\")))");
    fake_answer(0, "1,0,1");
    check_ends(3, ERROR_NONE);
    check_series(0, "{place=\"1\"} 1\n");
    check_series(1, "{place=\"0\"} 0\n{place=\"2\"} 2\n");
    check_series(2, "");
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(outcomes[i].value.type, VALUE_VECTOR);
        ck_assert(outcomes[i].value.grid.start_ms == T0);
        ck_assert_uint_eq(outcomes[i].value.warnings.len, 1);
        ck_assert_str_eq(outcomes[i].value.infos.items[0], "by the way");
    }
    forget();
}
END_TEST

START_TEST(range_is_a_matrix)
{
    struct expr *e = parse("x");
    struct query_request how = {.grid = grid_range(T0, T0 + 30000, 15000)};
    ask_with(0, e, how);
    ask_with(1, e, how);
    expr_unref(e);
    turn();
    fake_answer(0, "0,1");
    check_ends(2, ERROR_NONE);
    ck_assert_int_eq(outcomes[1].value.type, VALUE_MATRIX);
    ck_assert_uint_eq(outcomes[1].value.series.items[0].count, 3);
    forget();
}
END_TEST

/* What `end()` is would differ from when they are asked one by one. */
START_TEST(ranges_of_two_ends_are_not_joined)
{
    struct expr *e = parse("x");
    struct query_request how = {.grid = grid_range(T0, T0 + 30000, 15000)};
    ask_with(0, e, how);
    how.end_ms = T0 + 40000;
    ask_with(1, e, how);
    ask_with(2, e, how);
    expr_unref(e);
    turn();
    ck_assert_uint_eq(fake.asked, 2);
    ck_assert_int_eq(fake.open.items[0]->request.end_ms, 0);
    ck_assert_int_eq(fake.open.items[1]->request.end_ms, how.end_ms);
    fake_answer(1, "0,1");
    fake_answer(0, "-");
    check_ends(3, ERROR_NONE);
    forget();
}
END_TEST

START_TEST(one_alone_is_untouched)
{
    ask(0, "up > 0");
    turn();
    ck_assert_str_eq(fake.open.items[0]->text, "up > 0");
    fake_answer(0, "-");
    check_ends(1, ERROR_NONE);
    check_series(0, "{place=\"0\"} 0\n");
    forget();
}
END_TEST

static const char *const passing[] = {
    "1",       "x[5m]",          "\"text\"",  "scalar(x)",
    "sort(x)", "(sort_desc(x))", "topk(3,x)", "bottomk(3, x)",
};

/* At once, for there is nothing to wait for. */
START_TEST(others_pass)
{
    ask(0, passing[_i]);
    ask(1, passing[_i]);
    ck_assert_uint_eq(fake.asked, 2);
    fake_fail(1, ERROR_EVALUATION, 422);
    fake_answer(0, "");
    ck_assert_int_eq(outcomes[1].kind, ERROR_EVALUATION);
    ck_assert(outcomes[1].has_span);
    ck_assert_uint_eq(outcomes[0].calls + outcomes[1].calls, 2);
    forget();
}
END_TEST

/* The order of an answer means nothing on a grid. */
START_TEST(topk_over_a_range_is_joined)
{
    struct expr *e = parse("topk(3, x)");
    struct query_request how = {.grid = grid_range(T0, T0 + 30000, 15000)};
    ask_with(0, e, how);
    ask_with(1, e, how);
    expr_unref(e);
    turn();
    ck_assert_uint_eq(fake.asked, 1);
    fake_answer(0, "");
    forget();
}
END_TEST

START_TEST(unlike_ones_are_not_joined)
{
    struct expr *e = parse("x");
    const struct query_request kinds[] = {
        {.grid = grid_instant(T0), .instant = true},
        {.grid = grid_instant(T0 + 1), .instant = true},
        {.grid = grid_instant(T0), .instant = false},
        {.grid = grid_instant(T0), .instant = true, .priority = QUERY_BACKGROUND},
    };
    for (size_t i = 0; i < 2 * ARRAY_LEN(kinds); i++) {
        ask_with(i, e, kinds[i % ARRAY_LEN(kinds)]);
    }
    expr_unref(e);
    turn();
    ck_assert_uint_eq(fake.asked, ARRAY_LEN(kinds));
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        const struct query_request *sent = &fake.open.items[i]->request;
        ck_assert(grid_equal(&sent->grid, &kinds[i].grid));
        ck_assert_int_eq(sent->instant, kinds[i].instant);
        ck_assert_int_eq(sent->priority, kinds[i].priority);
    }
    while (fake.open.len > 0) {
        fake_answer(0, "0,1");
    }
    check_ends(2 * ARRAY_LEN(kinds), ERROR_NONE);
    forget();
}
END_TEST

START_TEST(longest_timeout)
{
    struct expr *e = parse("x");
    ask_with(0, e, (struct query_request){.instant = true, .timeout_ms = 5000});
    ask_with(1, e, (struct query_request){.instant = true, .timeout_ms = 9000});
    turn();
    ck_assert_int_eq(fake.open.items[0]->request.timeout_ms, 9000);
    fake_answer(0, "");
    ask_with(2, e, (struct query_request){.instant = true, .timeout_ms = 5000});
    ask_with(3, e, (struct query_request){.instant = true}); /* the default */
    turn();
    ck_assert_int_eq(fake.open.items[0]->request.timeout_ms, QUERY_TIMEOUT_DEFAULT_MS);
    fake_answer(0, "");
    expr_unref(e);
    forget();
}
END_TEST

START_TEST(bounded_in_number)
{
    struct expr *e = parse("x");
    size_t count = JOINT_MAX_QUESTIONS + 3;
    for (size_t i = 0; i < count; i++) {
        ask_with(i, e, (struct query_request){.instant = true});
    }
    expr_unref(e);
    turn();
    ck_assert_uint_eq(fake.asked, 2);
    fake_answer(1, "2");
    fake_answer(0, "63");
    check_ends(count, ERROR_NONE);
    check_series(JOINT_MAX_QUESTIONS - 1, "{place=\"0\"} 0\n");
    check_series(count - 1, "{place=\"0\"} 0\n");
    forget();
}
END_TEST

START_TEST(bounded_in_bytes)
{
    static const size_t lengths[] = {JOINT_MAX_BYTES / 2, JOINT_MAX_BYTES / 3, JOINT_MAX_BYTES / 4,
                                     JOINT_MAX_BYTES + 1, 1};
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        char *text = mem_zalloc(lengths[i] + 1, 1);
        memset(text, 'x', lengths[i]);
        ask(i, text);
        free(text);
    }
    turn();
    /* The first two together, the third does not fit, and the fourth not with anybody. */
    ck_assert_uint_eq(fake.asked, 4);
    for (size_t i = 0; i < 4; i++) {
        const char *text = fake.open.items[i]->text;
        bool is_joined = strstr(text, JOINT_LABEL) != NULL;
        ck_assert_int_eq(is_joined, i == 0);
        ck_assert(!is_joined || strlen(text) <= JOINT_MAX_BYTES);
    }
    while (fake.open.len > 0) {
        fake_answer(0, "");
    }
    check_ends(ARRAY_LEN(lengths), ERROR_NONE);
    forget();
}
END_TEST

/* One that is as deep as can be does not parse within others. */
START_TEST(too_deep_to_join)
{
    struct strbuf text = STRBUF_INIT;
    for (int i = 0; i < EXPR_MAX_DEPTH - 2; i++) {
        strbuf_add_char(&text, '(');
    }
    strbuf_add_char(&text, 'x');
    for (int i = 0; i < EXPR_MAX_DEPTH - 2; i++) {
        strbuf_add_char(&text, ')');
    }
    ask(0, strbuf_cstr(&text));
    ask(1, "y");
    ask(2, "z");
    turn();
    ck_assert_uint_eq(fake.asked, 3);
    while (fake.open.len > 0) {
        fake_answer(0, "");
    }
    check_ends(3, ERROR_NONE);
    strbuf_release(&text);
    forget();
}
END_TEST

START_TEST(joined_expression_is_kept)
{
    struct expr *a = parse("a");
    struct expr *b = parse("b");
    const struct expr *joined = NULL;
    for (int round = 0; round < 3; round++) {
        ask_with(0, a, (struct query_request){.instant = true});
        ask_with(1, b, (struct query_request){.instant = true});
        /* Others between do not put it out. */
        struct query_request other = {.grid = grid_range(T0, T0 + 1000 * (round + 1), 1000)};
        ask_with(2, b, other);
        ask_with(3, a, other);
        turn();
        const struct expr *now = fake.open.items[0]->request.expr;
        ck_assert(joined == NULL || joined == now);
        joined = now;
        fake_answer(0, "");
        fake_answer(0, "");
        forget();
    }
    expr_unref(a);
    expr_unref(b);
}
END_TEST

struct fault_row {
    enum error_kind kind;
    int http;
    bool asked_apart;
};

static const struct fault_row faults[] = {
    {ERROR_EVALUATION, 422, true}, {ERROR_SYNTAX, 400, true},     {ERROR_TYPE, 0, true},
    {ERROR_LIMIT, 413, true},      {ERROR_PROTOCOL, 200, true},   {ERROR_HTTP, 500, true},
    {ERROR_TIMEOUT, 503, true},    {ERROR_HTTP, 502, false},      {ERROR_HTTP, 503, false},
    {ERROR_REFUSED, 0, false},     {ERROR_DNS, 0, false},         {ERROR_TLS, 0, false},
    {ERROR_AUTH, 401, false},      {ERROR_IO, 0, false},          {ERROR_BUSY, 429, false},
    {ERROR_NOT_FOUND, 404, false}, {ERROR_UNSUPPORTED, 0, false}, {ERROR_CANCELLED, 0, false},
};

START_TEST(failing_together)
{
    const struct fault_row *row = &faults[_i];
    ask(0, "a");
    ask(1, "b");
    ask(2, "c");
    turn();
    fake_fail(0, row->kind, row->http);
    if (!row->asked_apart) {
        check_ends(3, row->kind);
        ck_assert_str_eq(outcomes[1].text, "told so");
        ck_assert(!outcomes[1].has_span); /* which would be of another text */
        /* That says nothing about joining. */
        forget();
        ask(0, "a");
        ask(1, "b");
        turn();
        ck_assert_uint_eq(fake.open.len, 1);
        fake_answer(0, "");
    } else {
        ck_assert_uint_eq(fake.open.len, 3);
        ck_assert_str_eq(fake.open.items[1]->text, "b");
        while (fake.open.len > 0) {
            fake_answer(0, "-");
        }
        check_ends(3, ERROR_NONE);
        check_series(1, "{place=\"0\"} 0\n");
        /* Nobody was to blame: joining is. */
        forget();
        ask(0, "a");
        ask(1, "b");
        turn();
        ck_assert_uint_eq(fake.open.len, 2);
        fake_answer(0, "");
        fake_answer(0, "");
    }
    forget();
}
END_TEST

START_TEST(one_is_to_blame)
{
    struct expr *good = parse("good");
    struct expr *bad = parse("bad");
    struct expr *fine = parse("fine");
    const struct expr *const exprs[] = {good, bad, fine};
    for (size_t i = 0; i < 3; i++) {
        ask_with(i, exprs[i], (struct query_request){.instant = true});
    }
    turn();
    fake_fail(0, ERROR_EVALUATION, 422);
    fake_answer(0, "-");
    fake_fail(0, ERROR_EVALUATION, 422);
    fake_answer(0, "-");
    ck_assert_int_eq(outcomes[0].kind, ERROR_NONE);
    ck_assert_int_eq(outcomes[1].kind, ERROR_EVALUATION);
    ck_assert(outcomes[1].has_span);
    forget();
    for (size_t i = 0; i < 3; i++) {
        ask_with(i, exprs[i], (struct query_request){.instant = true});
    }
    turn();
    ck_assert_uint_eq(fake.open.len, 2);
    ck_assert_str_eq(fake.open.items[0]->text, "bad");
    fake_fail(0, ERROR_EVALUATION, 422);
    fake_answer(0, "0,1");
    ck_assert_int_eq(outcomes[1].kind, ERROR_EVALUATION);
    check_series(2, "{place=\"1\"} 1\n");
    expr_unref(good);
    expr_unref(bad);
    expr_unref(fine);
    forget();
}
END_TEST

/* The time is up: nobody is asked a second time on the same time-out. */
START_TEST(no_time_left)
{
    struct expr *e = parse("x");
    struct query_request how = {.instant = true, .timeout_ms = BUNDLE_RETRY_MIN_MS - 1};
    ask_with(0, e, how);
    ask_with(1, e, how);
    how.timeout_ms = 60000;
    ask_with(2, e, how);
    turn();
    fake_fail(0, ERROR_TIMEOUT, 0);
    check_ends(2, ERROR_TIMEOUT);
    ck_assert_uint_eq(fake.open.len, 1);
    ck_assert_int_le(fake.open.items[0]->request.timeout_ms, 60000);
    fake_answer(0, "");
    ck_assert_uint_eq(outcomes[2].calls, 1);
    expr_unref(e);
    forget();
}
END_TEST

static const char *const strange[] = {"0,7", "-", "0,x", "1,-1", "2"};

START_TEST(tag_of_nobody)
{
    ask(0, "a");
    ask(1, "b");
    turn();
    fake_answer(0, strange[_i]);
    ck_assert_uint_eq(fake.open.len, 2); /* asked by themselves */
    fake_answer(0, "");
    fake_answer(0, "");
    check_ends(2, ERROR_NONE);
    forget();
}
END_TEST

START_TEST(cancel_one_waiting)
{
    ask(0, "a");
    ask(1, "b");
    query_cancel(queries[0]);
    turn();
    ck_assert_str_eq(fake.open.items[0]->text, "b");
    fake_answer(0, "");
    ck_assert_uint_eq(outcomes[0].calls, 0);
    ck_assert_uint_eq(outcomes[1].calls, 1);
    ask(2, "c");
    query_cancel(queries[2]);
    turn();
    ck_assert_uint_eq(fake.open.len, 0);
    forget();
}
END_TEST

START_TEST(cancel_one_joined)
{
    ask(0, "a");
    ask(1, "b");
    turn();
    query_cancel(queries[0]);
    ck_assert_uint_eq(fake.cancelled, 0);
    fake_answer(0, "0,1");
    ck_assert_uint_eq(outcomes[0].calls, 0);
    check_series(1, "{place=\"1\"} 1\n");
    forget();
}
END_TEST

START_TEST(cancel_all_joined)
{
    ask(0, "a");
    ask(1, "b");
    turn();
    query_cancel(queries[1]);
    query_cancel(queries[0]);
    ck_assert_uint_eq(fake.cancelled, 1);
    ck_assert_uint_eq(fake.open.len, 0);
    ck_assert_uint_eq(outcomes[0].calls + outcomes[1].calls, 0);
}
END_TEST

START_TEST(cancel_one_passed)
{
    ask(0, "1");
    query_cancel(queries[0]);
    ck_assert_uint_eq(fake.cancelled, 1);
    ck_assert_uint_eq(outcomes[0].calls, 0);
}
END_TEST

START_TEST(cancelled_ones_are_not_asked_again)
{
    ask(0, "a");
    ask(1, "b");
    turn();
    query_cancel(queries[0]);
    fake_fail(0, ERROR_EVALUATION, 422);
    ck_assert_uint_eq(fake.open.len, 1);
    query_cancel(queries[1]);
    ck_assert_uint_eq(fake.open.len, 0);
    ck_assert_uint_eq(outcomes[0].calls + outcomes[1].calls, 0);
}
END_TEST

static void cancel_the_others(void)
{
    for (size_t i = 1; i < 4; i++) {
        query_cancel(queries[i]);
    }
}

static void ask_more(void)
{
    ask(4, "more");
    ask(5, "even_more");
}

static void (*const deeds[])(void) = {cancel_the_others, close_bundle, ask_more};

/* The first of four callbacks does it, in a good answer or a bad one. */
START_TEST(deeds_in_callbacks)
{
    void (*deed)(void) = deeds[_i / 2];
    bool good = _i % 2 == 0;
    for (size_t i = 0; i < 4; i++) {
        ask(i, "x");
    }
    outcomes[0].also = deed;
    turn();
    if (good) {
        fake_answer(0, "0,1,2,3");
    } else {
        fake_fail(0, ERROR_REFUSED, 0);
    }
    enum error_kind kind = good ? ERROR_NONE : ERROR_REFUSED;
    check_ends(1, kind);
    for (size_t i = 1; i < 4; i++) {
        ck_assert_uint_eq(outcomes[i].calls, deed != cancel_the_others);
        if (deed == close_bundle) {
            ck_assert_int_eq(outcomes[i].kind, ERROR_CANCELLED);
        } else if (deed == ask_more) {
            ck_assert_int_eq(outcomes[i].kind, kind);
        }
    }
    if (deed == ask_more) {
        turn();
        ck_assert_uint_eq(fake.open.len, 1);
        fake_answer(0, "");
        ck_assert_uint_eq(outcomes[4].calls + outcomes[5].calls, 2);
    }
    ck_assert_uint_eq(fake.cancelled, 0);
    forget();
}
END_TEST

/* Of those that wait, are joined, are passed on; one of the callbacks asks again and another
 * cancels. */
START_TEST(destroy_with_open_questions)
{
    ask(0, "a");
    ask(1, "b");
    turn();
    ask(2, "1");
    ask(3, "c");
    outcomes[3].also = ask_more;
    outcomes[2].also = cancel_the_others; /* 1, still open */
    close_bundle();
    ck_assert_uint_eq(fake.cancelled, 2);
    ck_assert_uint_eq(outcomes[1].calls, 0);
    for (size_t i = 0; i < 6; i++) {
        ck_assert_uint_eq(outcomes[i].calls, i != 1);
        ck_assert_int_eq(outcomes[i].kind, i != 1 ? ERROR_CANCELLED : ERROR_NONE);
    }
    ck_assert_str_eq(outcomes[0].text, "the source 'fake' was closed");
    turn();
    forget();
}
END_TEST

static unsigned names_calls;
static enum error_kind names_kind;
static size_t names_count;

static void on_names(void *user, const struct str *names, size_t count, const struct error *err)
{
    (void)user;
    (void)names;
    names_calls++;
    names_count = count;
    names_kind = err != NULL ? err->kind : ERROR_NONE;
}

START_TEST(names_pass)
{
    const struct query_names_request request = {.label = STR("job"), .done = on_names};
    const struct str names[] = {STR("a"), STR("b")};
    names_calls = 0;
    query_names(bundle, &request);
    struct fake_query *q = fake.open.items[0];
    struct query_names_request sent = q->names;
    ck_assert(str_equal_c(sent.label, "job"));
    fake_free(&fake, q);
    sent.done(sent.user, names, 2, NULL);
    ck_assert_uint_eq(names_calls, 1);
    ck_assert_uint_eq(names_count, 2);
    query_cancel(query_names(bundle, &request));
    ck_assert_uint_eq(fake.cancelled, 1);
    query_names(bundle, &request);
    close_bundle();
    ck_assert_uint_eq(names_calls, 2);
    ck_assert_int_eq(names_kind, ERROR_CANCELLED);
}
END_TEST

START_TEST(looks_like_the_inner_one)
{
    ck_assert_str_eq(bundle->source, "fake");
    ck_assert_int_eq(bundle->interval_ms, 15000);
    ck_assert_int_eq(bundle->late_ms, 60000);
}
END_TEST

/* Who is asked by himself, and for how long. */
START_TEST(apart_for_a_while)
{
    struct apart a = {0};
    struct expr *x = parse("x");
    struct expr *y = parse("y");
    struct mono t = {INT64_C(5000000000)};
    struct mono last = {t.ns + (APART_MS - 1) * 1000000};
    struct mono over = {t.ns + APART_MS * 1000000};
    ck_assert(!apart_has(&a, x, t));
    apart_all(&a, t);
    ck_assert(apart_has(&a, x, last));
    apart_one(&a, x, t);
    ck_assert(apart_has(&a, x, last));
    ck_assert(!apart_has(&a, y, last));
    ck_assert(!apart_has(&a, x, over));
    ck_assert_uint_eq(a.exprs.len, 0);
    apart_all(&a, t);
    ck_assert(!apart_has(&a, y, over));
    /* With too many of them joining stays given up. */
    for (int i = 0; i < APART_MAX; i++) {
        apart_one(&a, x, t);
    }
    apart_all(&a, t);
    apart_one(&a, x, t);
    ck_assert_uint_eq(a.exprs.len, APART_MAX);
    ck_assert(apart_has(&a, y, t));
    apart_release(&a);
    expr_unref(x);
    expr_unref(y);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("bundle");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, joins_one_turn);
    tcase_add_test(cases, range_is_a_matrix);
    tcase_add_test(cases, ranges_of_two_ends_are_not_joined);
    tcase_add_test(cases, one_alone_is_untouched);
    tcase_add_loop_test(cases, others_pass, 0, ARRAY_LEN(passing));
    tcase_add_test(cases, topk_over_a_range_is_joined);
    tcase_add_test(cases, unlike_ones_are_not_joined);
    tcase_add_test(cases, longest_timeout);
    tcase_add_test(cases, bounded_in_number);
    tcase_add_test(cases, bounded_in_bytes);
    tcase_add_test(cases, too_deep_to_join);
    tcase_add_test(cases, joined_expression_is_kept);
    tcase_add_loop_test(cases, failing_together, 0, ARRAY_LEN(faults));
    tcase_add_test(cases, one_is_to_blame);
    tcase_add_test(cases, no_time_left);
    tcase_add_loop_test(cases, tag_of_nobody, 0, ARRAY_LEN(strange));
    tcase_add_test(cases, cancel_one_waiting);
    tcase_add_test(cases, cancel_one_joined);
    tcase_add_test(cases, cancel_all_joined);
    tcase_add_test(cases, cancel_one_passed);
    tcase_add_test(cases, cancelled_ones_are_not_asked_again);
    tcase_add_loop_test(cases, deeds_in_callbacks, 0, 2 * ARRAY_LEN(deeds));
    tcase_add_test(cases, destroy_with_open_questions);
    tcase_add_test(cases, names_pass);
    tcase_add_test(cases, looks_like_the_inner_one);
    tcase_add_test(cases, apart_for_a_while);
    return suite_run("query/bundle", cases);
}
