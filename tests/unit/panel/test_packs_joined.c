/* What the shipped packs ask, joined into one question (query/bundle.h) and each by itself: the
 * same answers, over one store with the pages of all packs. */
#include <math.h>

#include "loop/loop.h"
#include "panel/bind.h"
#include "panel/packs.h"
#include "query/bundle.h"
#include "query/joint.h"
#include "support/suite.h"
#include "unit/panel/page.h"

#define FIRST_MS  INT64_C(1700000010000)
#define SECOND_MS INT64_C(1700000070000)

static struct loop *loop;
static struct label_table *table;
static struct store *store;
static struct answerer *local;
static struct answerer *bundle;
static VEC(struct expr *) exprs;
static unsigned asked; /* of the engine by the bundle */

/* Between the two; a question is the engine's own. */
static struct query *count_ask(struct answerer *self, const struct query_request *request)
{
    (void)self;
    asked++;
    return query_ask(local, request);
}

static struct query *count_names(struct answerer *self, const struct query_names_request *request)
{
    (void)self;
    return query_names(local, request);
}

static void count_cancel(struct answerer *self, struct query *query)
{
    (void)self;
    query_cancel(query);
}

static const struct answerer_ops counting_ops = {
    .kind = "counting", .ask = count_ask, .names = count_names, .cancel = count_cancel};
static struct answerer counting = {.ops = &counting_ops, .source = "test"};

/* What packs do not ask, or these pages do not have. */
static const char *const others[] = {
    "nothing_like_this",                /* no series */
    "up",                               /* a name that stays */
    "{__name__=~\"node_memory_.*\"}",   /* that differ by name only */
    "vector(NaN)",                      /* a number that is none */
    "vector(1) / 0",                    /* infinite */
    "absent(nothing_like_this)",        /* out of nothing */
    "http_requests_total",              /* twice: */
    "http_requests_total",              /* the same series of two questions */
    "http_requests_total offset 30s",   /* another time */
    "http_requests_total @ 1700000010", /* a fixed one */
    "label_replace(node_load1, \"x\", \"$1\", \"instance\", \"(.*):.*\")",
    "node_load1 or node_load5 or node_load15",
    "sum by (le) (http_request_duration_seconds_bucket)",
    "count by (job, instance) ({__name__=~\".+\"})",
    "topk by (job) (2, node_cpu_seconds_total) > 0",
};

static void add(struct expr *e, const char *text, const struct error *err)
{
    ck_assert_msg(e != NULL, "%s: %s", text, error_text(err));
    vec_push(&exprs, e);
}

static void add_pack(const struct panel *panel)
{
    const struct binding_scope scope = {.match = "", .window_ms = 80000};
    struct error err = ERROR_INIT;
    struct binding *binding = binding_create(panel, &scope, NULL, &err);
    ck_assert_msg(binding != NULL, "%s: %s", panel->name, error_text(&err));
    page_load(store, table, panel->name);
    add(expr_ref(binding->presence), panel->name, NULL);
    for (size_t i = 0; i < binding->count; i++) {
        add(expr_ref(binding->signals[i]), panel->name, NULL);
    }
    binding_destroy(binding);
}

static void set_up(void)
{
    struct error err = ERROR_INIT;
    struct diags diags;
    struct packs packs;
    loop = loop_create(NULL, &err);
    table = label_table_create();
    store = store_create(&(struct store_options){0}, table);
    local = answerer_local_create(loop, store, table, "test", NULL);
    bundle = bundle_create(loop, &counting, table);
    diags_init(&diags);
    packs_load(&packs, NULL, 0, &diags);
    VEC_EACH (&packs.list, struct panel *const, panel) {
        add_pack(*panel);
    }
    packs_release(&packs);
    diags_release(&diags);
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        struct expr *e = expr_parse(str_from(others[i]), NULL, &err);
        add(e, others[i], &err);
    }
}

static void tear_down(void)
{
    VEC_EACH (&exprs, struct expr *, e) {
        expr_unref(*e);
    }
    vec_release(&exprs);
    bundle_destroy(bundle);
    answerer_local_destroy(local);
    store_destroy(store);
    label_table_destroy(table);
    loop_destroy(loop);
}

static void on_value(void *user, struct value *value, const struct error *err)
{
    struct value *out = user;
    ck_assert_msg(err == NULL, "%s", error_text(err));
    *out = *value;
    value_init(value, VALUE_VECTOR, out->grid);
}

/* All of them in one turn; sorted values, which the caller releases. */
static void ask_all(struct answerer *answerer, struct grid grid, bool instant, struct value *values)
{
    for (size_t i = 0; i < exprs.len; i++) {
        const struct query_request request = {.expr = exprs.items[i],
                                              .grid = grid,
                                              .instant = instant,
                                              .done = on_value,
                                              .user = &values[i]};
        query_ask(answerer, &request);
    }
    for (size_t turns = 0; turns < exprs.len + 3; turns++) {
        loop_step(loop, 0);
    }
    for (size_t i = 0; i < exprs.len; i++) {
        ck_assert_msg(values[i].grid.steps != 0, "question %zu has no answer", i);
        value_sort(&values[i]);
    }
}

/* To the bit: the same engine works on the same samples. */
static bool same(const struct value *a, const struct value *b)
{
    bool is =
        a->type == b->type && grid_equal(&a->grid, &b->grid) && a->series.len == b->series.len;
    for (size_t i = 0; is && i < a->series.len; i++) {
        const struct value_series *x = &a->series.items[i];
        const struct value_series *y = &b->series.items[i];
        is = x->labels == y->labels && x->count == y->count && y->times_ms == NULL;
        for (size_t k = 0; is && k < x->count; k++) {
            is = memcmp(&x->points[k], &y->points[k], sizeof(double)) == 0 ||
                 (isnan(x->points[k]) && isnan(y->points[k]) &&
                  value_is_absent(x->points[k]) == value_is_absent(y->points[k]));
        }
    }
    return is;
}

static const struct grid_case {
    int64_t start_ms, end_ms, step_ms;
    bool instant;
} grids[] = {
    {SECOND_MS, SECOND_MS, 1, true},
    {SECOND_MS - 15000, SECOND_MS - 15000, 1, true},
    {FIRST_MS - 300000, FIRST_MS - 300000, 1, true}, /* before all data */
    {FIRST_MS - 60000, SECOND_MS + 600000, 15000, false},
    {SECOND_MS, SECOND_MS, 15000, false},
};

START_TEST(same_answers)
{
    const struct grid_case *c = &grids[_i];
    struct grid grid =
        c->instant ? grid_instant(c->start_ms) : grid_range(c->start_ms, c->end_ms, c->step_ms);
    struct value *alone = mem_zalloc(exprs.len, sizeof(*alone));
    struct value *joined = mem_zalloc(exprs.len, sizeof(*joined));
    ask_all(local, grid, c->instant, alone);
    asked = 0;
    ask_all(bundle, grid, c->instant, joined);
    ck_assert_uint_eq(asked, exprs.len / JOINT_MAX_QUESTIONS + 1); /* none failed or was too long */
    size_t with_series = 0;
    for (size_t i = 0; i < exprs.len; i++) {
        struct strbuf text = STRBUF_INIT;
        expr_print(&text, exprs.items[i], PRINT_PLAIN);
        ck_assert_msg(same(&alone[i], &joined[i]), "%s", strbuf_cstr(&text));
        strbuf_release(&text);
        with_series += alone[i].series.len != 0;
        value_release(&alone[i]);
        value_release(&joined[i]);
    }
    ck_assert_uint_ge(with_series, grid_end(&grid) >= SECOND_MS ? exprs.len / 2 : 0);
    free(alone);
    free(joined);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("packs_joined");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_loop_test(cases, same_answers, 0, ARRAY_LEN(grids));
    return suite_run("panel/packs_joined", cases);
}
