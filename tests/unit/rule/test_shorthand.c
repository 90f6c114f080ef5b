/* One-line rules: what each part becomes, and all that can be wrong with a line, with its place. */
#include "rule/shorthand.h"

#include "base/strbuf.h"
#include "support/suite.h"

#define ASSERT_STR(have, want) ck_assert_msg(str_equal_c(have, want), "%.*s", STR_ARG(have))

static const char *const names[] = {"errors", "p95", "rate"};
static struct expr *signals[ARRAY_LEN(names)];

static const struct expr *look_up(void *user, struct str name)
{
    (void)user;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (str_equal_c(name, names[i])) {
            return signals[i];
        }
    }
    return NULL;
}

static const struct parse_options options = {.conveniences = true,
                                             .signals = look_up,
                                             .signal_names = names,
                                             .signal_name_count = ARRAY_LEN(names)};

static void set_up(void)
{
    static const char *const texts[] = {
        "sum(rate(bad_total{job=\"c\"}[5m])) / sum(rate(all_total{job=\"c\"}[5m]))",
        "histogram_quantile(0.95, sum by (le) (rate(seconds_bucket{job=\"c\"}[5m])))",
        "sum(rate(all_total{job=\"c\"}[5m]))"};
    struct error err = ERROR_INIT;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        signals[i] = expr_parse(str_from(texts[i]), NULL, &err);
        ck_assert_msg(signals[i] != NULL, "%s", error_text(&err));
    }
}

static void tear_down(void)
{
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        expr_unref(signals[i]);
    }
}

struct parsed {
    struct arena arena;
    struct diags diags;
    struct rule rule;
    bool ok;
};

static void parse(struct parsed *p, const char *text)
{
    static struct rule_pair job[] = {{.name = STR_INIT("job"), .value = STR_INIT("c")}};
    struct service_scope scope = {
        .service = STR("checkout"), .labels = {.items = job, .count = 1}, .expressions = &options};
    arena_init(&p->arena);
    diags_init(&p->diags);
    p->ok = shorthand_parse(str_from(text), &scope, &p->arena, &p->rule, &p->diags);
}

static void forget(struct parsed *p)
{
    expr_unref(p->rule.expr);
    expr_unref(p->rule.recover);
    diags_release(&p->diags);
    arena_release(&p->arena);
}

static const struct {
    const char *text;
    const char *expr;
    const char *name;
    int64_t for_ms, keep_ms;
    const char *recover;
    const char *severity;
} good[] = {
    {"p95 > 500ms", "p95 > 500ms", "CheckoutP95", 0, 0, NULL, NULL},
    {"p95 > 500ms for 5m", "p95 > 500ms", "CheckoutP95", 300000, 0, NULL, NULL},
    {"errors > 1% and rate > 5 for 10m recover errors < 0.5% severity page",
     "errors > 1% and rate > 5", "CheckoutErrors", 600000, 0, "errors < 0.5%", "page"},
    {"errors > 1% keep 15m", "errors > 1%", "CheckoutErrors", 0, 900000, NULL, NULL},
    /* in any order, in any case, over lines */
    {"p95 > 1 severity page-2 for 1s", "p95 > 1", "CheckoutP95", 1000, 0, NULL, "page-2"},
    {"p95 > 1 SEVERITY page Recover p95 < 1\n  For 1h30m\tkeep 0", "p95 > 1", "CheckoutP95",
     5400000, 0, "p95 < 1", "page"},
    /* the words as labels, in strings, within names and as part of other words */
    {"sum by (for, severity) (up{keep=\"recover\", for='a'}) < 1 for 5s",
     "sum by (for, severity) (up{keep=\"recover\", for='a'}) < 1", "CheckoutUp", 5000, 0, NULL,
     NULL},
    {"up{a=\"\\\" for 5m\"} == 0 for 1m", "up{a=\"\\\" for 5m\"} == 0", "CheckoutUp", 60000, 0,
     NULL, NULL},
    {"up{a=`\\`} == 0 for 1m", "up{a=`\\`} == 0", "CheckoutUp", 60000, 0, NULL, NULL},
    {"keep_up:for_all > 1 for 1m", "keep_up:for_all > 1", "CheckoutKeepUpForAll", 60000, 0, NULL,
     NULL},
    {"{__name__=\"for\"} > 1", "{__name__=\"for\"} > 1", "Checkout", 0, 0, NULL, NULL},
    {"up == 0 # for 5m\n for 1m", "up == 0 # for 5m", "CheckoutUp", 60000, 0, NULL, NULL},
    /* a word near one of ours that stands where an operand may */
    {"up unless on (a) fro for 1m", "up unless on (a) fro", "CheckoutUp", 60000, 0, NULL, NULL},
    {"up > bool on (a) group_left (b) (fro) for 1m", "up > bool on (a) group_left (b) (fro)",
     "CheckoutUp", 60000, 0, NULL, NULL},
    {"up offset 5m or down for 1m", "up offset 5m or down", "CheckoutUp", 60000, 0, NULL, NULL},
    {"vector(1) > 0", "vector(1) > 0", "Checkout", 0, 0, NULL, NULL},
};

START_TEST(lines_become_rules)
{
    struct parsed p;
    parse(&p, good[_i].text);
    ck_assert_msg(p.ok, "%s: %s", good[_i].text,
                  p.diags.list.len != 0 ? p.diags.list.items[0].message : "?");
    ck_assert_uint_eq(p.diags.list.len, 0);
    ck_assert_int_eq(p.rule.kind, RULE_ALERTING);
    ASSERT_STR(p.rule.expr->text, good[_i].expr);
    ASSERT_STR(p.rule.name, good[_i].name);
    ck_assert_int_eq(p.rule.for_ms, good[_i].for_ms);
    ck_assert_int_eq(p.rule.keep_firing_for_ms, good[_i].keep_ms);
    ck_assert(p.rule.on_missing == RULE_MISSING_UNKNOWN && p.rule.on_error == RULE_MISSING_UNKNOWN);
    if (good[_i].recover != NULL) {
        ASSERT_STR(p.rule.recover->text, good[_i].recover);
    } else {
        ck_assert_ptr_null(p.rule.recover);
    }
    bool severe = good[_i].severity != NULL;
    ck_assert_uint_eq(p.rule.labels.count, severe ? 3 : 2);
    ASSERT_STR(p.rule.labels.items[0].name, "job");
    ASSERT_STR(p.rule.labels.items[1].name, "service");
    ASSERT_STR(p.rule.labels.items[1].value, "checkout");
    if (severe) {
        ASSERT_STR(p.rule.labels.items[2].name, "severity");
        ASSERT_STR(p.rule.labels.items[2].value, good[_i].severity);
    }
    forget(&p);
}
END_TEST

struct problem {
    const char *message; /* part of it */
    uint32_t line, column, length;
    const char *suggestion; /* part of it, or NULL */
};

static const struct {
    const char *text;
    struct problem problems[4]; /* all there are */
} bad[] = {
    {"", {{"a condition is missing", 1, 1, 1, "such as"}}},
    {"for 5m", {{"a condition is missing", 1, 1, 1, "such as"}}},
    {"severity page for 1m", {{"a condition is missing", 1, 1, 1, NULL}}},
    {"p95 > 1 for", {{"'for' needs a duration", 1, 9, 3, NULL}}},
    {"p95 > 1 for severity page", {{"'for' needs a duration", 1, 9, 3, NULL}}},
    {"p95 > 1 for soon", {{"needs a whole number here", 1, 13, 1, NULL}}},
    {"p95 > 1 keep 5 m", {{"misses a unit", 1, 15, 1, "units are"}}},
    {"p95 > 1 for 200000d", {{"'for' must be at most", 1, 13, 7, NULL}}},
    {"p95 > 1 for 5m for 10m", {{"'for' is given twice", 1, 16, 3, NULL}}},
    {"p95 > 1 severity", {{"'severity' needs a word", 1, 9, 8, NULL}}},
    {"p95 > 1 severity very bad", {{"one word", 1, 18, 8, NULL}}},
    {"p95 > 1 recover", {{"'recover' needs a condition", 1, 9, 7, NULL}}},
    {"p95 > 1 recover up{a=}", {{"unexpected '}'", 1, 22, 1, NULL}}},
    {"1 > bool 0", {{"gives a scalar", 1, 1, 10, NULL}}},
    {"up[5m] for 5m", {{"gives a range vector", 1, 1, 6, NULL}}},
    {"p95 > 500ms fro 5m", {{"unknown word 'fro'", 1, 13, 3, "did you mean 'for'?"}}},
    {"errors > 1% foor 5m severty page",
     {{"unknown word 'foor'", 1, 13, 4, "did you mean 'for'?"},
      {"unknown word 'severty'", 1, 21, 7, "did you mean 'severity'?"}}},
    {"sum(up) recovr up > 0", {{"unknown word 'recovr'", 1, 9, 6, "did you mean 'recover'?"}}},
    {"sum(up) by (a) fro 5m", {{"unknown word 'fro'", 1, 16, 3, "did you mean 'for'?"}}},
    {"up > bool (down) fro 5m", {{"unknown word 'fro'", 1, 18, 3, "did you mean 'for'?"}}},
    {"p95 > rte(up[5m]) for x recover\n p95 < up{a=} severity a b",
     {{"unknown function 'rte'", 1, 7, 3, "rate"},
      {"needs a whole number here", 1, 23, 1, NULL},
      {"unexpected '}'", 2, 13, 1, NULL},
      {"one word", 2, 24, 3, NULL}}},
    {"sum(up for 5m",
     {{"'(' is never closed", 1, 4, 1, NULL}, {"unexpected 'for'", 1, 8, 3, NULL}}},
    {"up{a=\"b} for 5m", {{"never closed", 1, 6, 1, NULL}}},
};

START_TEST(all_that_is_wrong_with_a_line_is_told)
{
    struct parsed p;
    parse(&p, bad[_i].text);
    ck_assert(!p.ok);
    ck_assert(p.rule.expr == NULL && p.rule.recover == NULL);
    size_t count = 0;
    while (count < ARRAY_LEN(bad[_i].problems) && bad[_i].problems[count].message != NULL) {
        count++;
    }
    struct strbuf said = STRBUF_INIT;
    diags_format(&p.diags, &said);
    ck_assert_msg(p.diags.list.len == count, "%s\n%s", bad[_i].text, strbuf_cstr(&said));
    for (size_t i = 0; i < count; i++) {
        const struct problem *want = &bad[_i].problems[i];
        bool found = false;
        for (size_t k = 0; k < count && !found; k++) {
            const struct diag *d = &p.diags.list.items[k];
            found = strstr(d->message, want->message) != NULL && d->span.line == want->line &&
                    d->span.column == want->column && d->span.length == want->length &&
                    (want->suggestion == NULL ||
                     (d->suggestion != NULL && strstr(d->suggestion, want->suggestion) != NULL));
        }
        ck_assert_msg(found, "%s: no '%s' at %u:%u+%u in\n%s", bad[_i].text, want->message,
                      want->line, want->column, want->length, strbuf_cstr(&said));
    }
    strbuf_release(&said);
    forget(&p);
}
END_TEST

START_TEST(a_signal_alone_is_doubtful)
{
    struct parsed p;
    parse(&p, "(p95) for 5m");
    ck_assert(p.ok);
    ck_assert_uint_eq(p.diags.warnings, 1);
    ck_assert_uint_eq(p.diags.list.items[0].span.column, 2);
    forget(&p);
}
END_TEST

START_TEST(without_a_service_there_is_no_label_of_one)
{
    struct service_scope scope = {.service = STR_NONE};
    struct arena arena;
    struct diags diags;
    struct rule rule;
    arena_init(&arena);
    diags_init(&diags);
    ck_assert(shorthand_parse(STR("node_load1 > 9"), &scope, &arena, &rule, &diags));
    ASSERT_STR(rule.name, "NodeLoad1");
    ck_assert_uint_eq(rule.labels.count, 0);
    expr_unref(rule.expr);
    ck_assert(shorthand_parse(STR("count({a!=\"\"}) > 9"), &scope, &arena, &rule, &diags));
    ASSERT_STR(rule.name, "Alert");
    expr_unref(rule.expr);
    ck_assert(!shorthand_parse(STR("up > 0%"), &scope, &arena, &rule, &diags));
    diags_release(&diags);
    arena_release(&arena);
}
END_TEST

int main(void)
{
    TCase *lines = tcase_create("lines");
    tcase_add_checked_fixture(lines, set_up, tear_down);
    tcase_add_loop_test(lines, lines_become_rules, 0, ARRAY_LEN(good));
    tcase_add_loop_test(lines, all_that_is_wrong_with_a_line_is_told, 0, ARRAY_LEN(bad));
    tcase_add_test(lines, a_signal_alone_is_doubtful);
    tcase_add_test(lines, without_a_service_there_is_no_label_of_one);
    return suite_run("rule/shorthand", lines);
}
