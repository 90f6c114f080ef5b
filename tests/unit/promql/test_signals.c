/* The conveniences: unit literals, signals by name, and commas where a placeholder was empty. */
#include <check.h>
#include <stdlib.h>

#include "promql/promql.h"
#include "support/suite.h"

#define SIGNALS 8

struct signals {
    const char *names[SIGNALS];
    struct expr *exprs[SIGNALS];
    size_t count;
};

static const struct expr *find_signal(void *user, struct str name)
{
    const struct signals *s = user;
    for (size_t i = 0; i < s->count; i++) {
        if (str_equal_c(name, s->names[i])) {
            return s->exprs[i];
        }
    }
    return NULL;
}

static struct parse_options options_for(struct signals *s)
{
    return (struct parse_options){.conveniences = true,
                                  .signals = find_signal,
                                  .signals_user = s,
                                  .signal_names = s->names,
                                  .signal_name_count = s->count};
}

/* Signals may use those before them. */
static void add_signal(struct signals *s, const char *name, const char *text)
{
    struct error err = ERROR_INIT;
    struct parse_options options = options_for(s);
    struct expr *e = expr_parse(str_from(text), &options, &err);
    ck_assert_msg(e != NULL, "%s: %s", text, error_text(&err));
    s->names[s->count] = name;
    s->exprs[s->count++] = e;
}

static struct signals signals;

static void setup(void)
{
    signals.count = 0;
    add_signal(&signals, "rate", "sum by (job) (rate(http_total[5m]))");
    add_signal(&signals, "bad", "sum by (job) (rate(http_total{code=~\"5..\"}[5m] offset 1m))");
    add_signal(&signals, "errors", "bad / rate");
    add_signal(&signals, "p95", "histogram_quantile(0.95, sum by (le) (rate(b[5m])))");
    add_signal(&signals, "drop", "-foo");
    add_signal(&signals, "age", "time() - start_time");
    add_signal(&signals, "fixed", "foo @ 100");
    add_signal(&signals, "peak", "max_over_time(rate[1h:])");
}

static void teardown(void)
{
    for (size_t i = 0; i < signals.count; i++) {
        expr_unref(signals.exprs[i]);
    }
}

#define RATE "sum by (job) (rate(http_total[5m]))"
#define BAD  "sum by (job) (rate(http_total{code=~\"5..\"}[5m] offset 1m))"
#define P95  "histogram_quantile(0.95, sum by (le) (rate(b[5m])))"

static const struct {
    const char *text;
    const char *plain;
    const char *written; /* NULL: as `text` */
} valid[] = {
    {"x > 500ms", "x > 0.5", NULL},
    {"x > 1%", "x > 0.01", NULL},
    {"x > 2GiB", "x > 2147483648", NULL},
    {"x > 1.5k", "x > 1500", NULL},
    {"x > 1.5h", "x > 5400", NULL},
    {"x[1.5h]", "x[1h30m]", "x[1h30m]"},
    {"5%+1", "0.05 + 1", "5% + 1"},
    {"5 % 2", "5 % 2", NULL},
    {"5%2", "5 % 2", "5 % 2"},
    {"x % 2", "x % 2", NULL},
    {"x %2", "x % 2", "x % 2"},
    {"x > 1 % for", "x > 1 % for", NULL}, /* the metric `for` */
    {"1%for", "1 % for", "1 % for"},
    {"x > 1% or y", "x > 0.01 or y", NULL},
    {"p95", P95, NULL},
    {"p95 > 500ms", P95 " > 0.5", NULL},
    {"errors", BAD " / " RATE, NULL},
    {"errors > 1% and rate > 5", "(" BAD " / " RATE ") > 0.01 and " RATE " > 5", NULL},
    {"errors{}", "errors", NULL},
    {"rate(x[5m]) / rate", "rate(x[5m]) / " RATE, NULL},
    {"drop ^ 2", "(-foo) ^ 2", NULL},
    {"-errors", "-(" BAD " / " RATE ")", NULL},
    {"abs(errors)", "abs(" BAD " / " RATE ")", NULL},
    {"p95[10m]", P95 "[10m:]", "p95[10m:]"},
    {"max_over_time(errors[10m:1m])", "max_over_time((" BAD " / " RATE ")[10m:1m])", NULL},
    {"rate offset 1w", "sum by (job) (rate(http_total[5m] offset 1w))", NULL},
    {"bad offset 1h", "sum by (job) (rate(http_total{code=~\"5..\"}[5m] offset 1h1m))", NULL},
    {"rate @ end() offset -5m", "sum by (job) (rate(http_total[5m] @ end() offset -5m))", NULL},
    {"rate @ 60", "sum by (job) (rate(http_total[5m] @ 60.000))", "rate @ 60.000"},
    {"fixed offset 5m", "foo @ 100.000", NULL},
    {"peak offset 1d", "max_over_time(" RATE "[1h:] offset 1d)", NULL},
    {"rate[10m] offset 1w", RATE "[10m:] offset 1w", "rate[10m:] offset 1w"},
    {"x{,code=\"5..\",,}", "x{code=\"5..\"}", "x{code=\"5..\"}"},
    {"x{,}", "x", "x{}"},
    {"sum by (,a,,le,) (x)", "sum by (a, le) (x)", "sum by (a, le) (x)"},
    {"sum by () (x)", "sum by () (x)", NULL},
};

static void assert_prints(const struct expr *e, unsigned flags, const char *want)
{
    struct strbuf b = STRBUF_INIT;
    expr_print(&b, e, flags);
    ck_assert_str_eq(strbuf_cstr(&b), want);
    strbuf_release(&b);
}

START_TEST(test_valid)
{
    struct error err = ERROR_INIT;
    struct parse_options options = options_for(&signals);
    struct expr *e = expr_parse(str_from(valid[_i].text), &options, &err);
    ck_assert_msg(e != NULL, "%s: %s", valid[_i].text, error_text(&err));
    const char *written = valid[_i].written != NULL ? valid[_i].written : valid[_i].text;
    assert_prints(e, PRINT_PLAIN, valid[_i].plain);
    assert_prints(e, PRINT_AS_WRITTEN, written);
    expr_unref(e);

    /* The plain form needs no conveniences, the written one comes back as it is. */
    e = expr_parse(str_from(valid[_i].plain), NULL, &err);
    ck_assert_msg(e != NULL, "%s: %s", valid[_i].plain, error_text(&err));
    assert_prints(e, PRINT_PLAIN, valid[_i].plain);
    expr_unref(e);
    e = expr_parse(str_from(written), &options, &err);
    ck_assert_msg(e != NULL, "%s: %s", written, error_text(&err));
    assert_prints(e, PRINT_PLAIN, valid[_i].plain);
    assert_prints(e, PRINT_AS_WRITTEN, written);
    expr_unref(e);
}
END_TEST

static const struct {
    const char *text;
    uint32_t column, length;
    const char *message;
    const char *suggestion;
} invalid[] = {
    {"x > 5M", 5, 2, "'5M' is neither a number nor a duration",
     "did you mean '5m', '5MB', '5MiB'?"},
    {"1Kib", 1, 4, "'1Kib' is neither a number nor a duration", "did you mean '1KiB'?"},
    {"5furlongs", 1, 9, "'5furlongs' is neither a number nor a duration",
     "units are ns us ms s m h d w y, B kB MB GB TB KiB MiB GiB TiB, k, %"},
    {"x[5MiB]", 3, 4, "unexpected '5MiB', expected a duration such as 5m", NULL},
    {"p59 > 1", 1, 3, "no signal 'p59' here",
     "did you mean 'p95'? A metric of that name is 'p59{}'"},
    {"p95(x)", 1, 3, "unknown function 'p95'", "'p95' is a signal: it takes no parentheses"},
    {"error(x)", 1, 5, "unknown function 'error'", "did you mean 'errors'?"},
    {"age offset 5m", 1, 13, "'offset' and '@' cannot move a signal that asks for time()", NULL},
    {"rate offset 1m offset 2m", 16, 6, "a second 'offset'", NULL},
    {"rate @ 1 @ 2", 10, 1, "a second '@'", NULL},
    {"rate[5m][5m]", 9, 4, "a range goes directly behind a metric",
     "a subquery has a colon: [5m:] or [5m:1m]"},
    {"errors ^ p95[5m:]", 10, 8, "'^' needs scalars or instant vectors, got a range vector", NULL},
    {"rate == rate == abs(1 + time())", 21, 10, "abs() needs an instant vector, got a scalar",
     NULL},
};

START_TEST(test_invalid)
{
    struct error err = ERROR_INIT;
    struct parse_options options = options_for(&signals);
    struct expr *e = expr_parse(str_from(invalid[_i].text), &options, &err);
    ck_assert_msg(e == NULL, "'%s' parsed", invalid[_i].text);
    ck_assert_str_eq(error_text(&err), invalid[_i].message);
    ck_assert_msg(err.span.column == invalid[_i].column && err.span.length == invalid[_i].length,
                  "'%s': %u+%u", invalid[_i].text, err.span.column, err.span.length);
    ck_assert_pstr_eq(err.suggestion, invalid[_i].suggestion);
    error_release(&err);
}
END_TEST

/* In a rule file of Prometheus' nothing is added. */
static const char *const not_plain[] = {"x > 1%", "x > 2GiB", "x{,a=\"b\"}", "1.5h"};

START_TEST(test_not_plain)
{
    struct error err = ERROR_INIT;
    struct parse_options options = options_for(&signals);
    options.conveniences = false;
    ck_assert_ptr_null(expr_parse(str_from(not_plain[_i]), &options, &err));
    ck_assert(error_is(&err));
    error_release(&err);
}
END_TEST

START_TEST(test_plain_knows_no_signals)
{
    struct error err = ERROR_INIT;
    struct parse_options options = options_for(&signals);
    options.conveniences = false;
    struct expr *e = expr_parse(STR("p95"), &options, &err);
    ck_assert_msg(e != NULL, "%s", error_text(&err));
    ck_assert_int_eq(e->root->kind, NODE_SELECTOR);
    expr_unref(e);
}
END_TEST

/* The copy is its own: it outlives the signal it was made of. */
START_TEST(test_copy_outlives_signal)
{
    struct error err = ERROR_INIT;
    struct signals own = {0};
    add_signal(&own, "s", "topk by (a) (2, -x{b=\"c\"} + on (d) (y offset 1m) * 5 + count(z))");
    struct parse_options options = options_for(&own);
    struct expr *e = expr_parse(STR("s + s offset 1m"), &options, &err);
    ck_assert_msg(e != NULL, "%s", error_text(&err));
    expr_unref(own.exprs[0]);
    ck_assert_uint_eq(e->selector_count, 6);
    assert_prints(e, PRINT_PLAIN,
                  "topk by (a) (2, -x{b=\"c\"} + on (d) (y offset 1m) * 5 + count(z)) + topk by (a)"
                  " (2, -x{b=\"c\"} offset 1m + on (d) (y offset 2m) * 5 + count(z offset 1m))");
    expr_unref(e);
}
END_TEST

/* Signals of signals grow by doubling: the limit is on nodes, not on what is written. */
START_TEST(test_limit)
{
    struct error err = ERROR_INIT;
    struct parse_options options = {.conveniences = true, .signals = find_signal};
    struct signals last = {.names = {"s"}, .count = 1};
    last.exprs[0] = expr_parse(STR("x"), NULL, &err);
    options.signals_user = &last;
    size_t rounds = 0;
    while (last.exprs[0] != NULL) {
        struct expr *doubled = expr_parse(STR("s+s"), &options, &err);
        expr_unref(last.exprs[0]);
        last.exprs[0] = doubled;
        ck_assert_uint_lt(++rounds, 30);
    }
    ck_assert_uint_gt(rounds, 10);
    ck_assert_int_eq(err.kind, ERROR_LIMIT);
    error_release(&err);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("signals");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, test_valid, 0, (int)ARRAY_LEN(valid));
    tcase_add_loop_test(tc, test_invalid, 0, (int)ARRAY_LEN(invalid));
    tcase_add_loop_test(tc, test_not_plain, 0, (int)ARRAY_LEN(not_plain));
    tcase_add_test(tc, test_plain_knows_no_signals);
    tcase_add_test(tc, test_copy_outlives_signal);
    tcase_add_test(tc, test_limit);
    return suite_run("promql/signals", tc);
}
