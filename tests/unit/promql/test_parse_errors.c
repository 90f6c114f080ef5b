/* What does not parse: the kind, the exact place, the words, and the suggestion. */
#include <check.h>
#include <stdlib.h>

#include "promql/promql.h"
#include "support/suite.h"

#define OF_A_RANGE "over time it is rate() of a counter, avg_over_time() of a gauge"

static const struct {
    const char *text;
    enum error_kind kind;
    uint32_t line, column, length;
    const char *message;
    const char *suggestion; /* NULL: none */
} invalid[] = {
    {"", ERROR_SYNTAX, 1, 1, 1, "the expression is empty", NULL},
    {" # only\n", ERROR_SYNTAX, 1, 1, 7, "the expression is empty", NULL},
    {"1 +", ERROR_SYNTAX, 1, 4, 1, "unexpected end of the expression, expected an expression",
     NULL},
    {"a b", ERROR_SYNTAX, 1, 3, 1, "unexpected 'b', expected an operator or the end", NULL},
    {"a,b", ERROR_SYNTAX, 1, 2, 1, "unexpected ',', expected an operator or the end", NULL},
    {"*1", ERROR_SYNTAX, 1, 1, 1, "unexpected '*', expected an expression", NULL},
    {"()", ERROR_SYNTAX, 1, 2, 1, "unexpected ')', expected an expression", NULL},
    {"on", ERROR_SYNTAX, 1, 1, 2, "unexpected 'on', expected an expression", NULL},
    /* What is opened and never closed is shown where it was opened. */
    {"sum(x", ERROR_SYNTAX, 1, 4, 1, "'(' is never closed", NULL},
    {"(a +\n  (b", ERROR_SYNTAX, 2, 3, 1, "'(' is never closed", NULL},
    {"(", ERROR_SYNTAX, 1, 1, 1, "'(' is never closed", NULL},
    {"f(a", ERROR_SYNTAX, 1, 1, 1, "unknown function 'f'", NULL},
    {"rate(", ERROR_SYNTAX, 1, 5, 1, "'(' is never closed", NULL},
    {"sum by (a", ERROR_SYNTAX, 1, 8, 1, "'(' is never closed", NULL},
    {"foo{a=\"b\"", ERROR_SYNTAX, 1, 4, 1, "'{' is never closed", NULL},
    {"foo[5m", ERROR_SYNTAX, 1, 4, 1, "'[' is never closed", NULL},
    {"foo[5m:", ERROR_SYNTAX, 1, 4, 1, "'[' is never closed", NULL},
    {"\"abc", ERROR_SYNTAX, 1, 1, 1, "the string that starts here is never closed", NULL},
    {"\"a\nb\"", ERROR_SYNTAX, 1, 1, 1, "the string that starts here is never closed", NULL},
    {"a)", ERROR_SYNTAX, 1, 2, 1, "')' closes nothing", NULL},
    /* Characters. */
    {"a && b", ERROR_SYNTAX, 1, 3, 1, "unexpected character '&'", "write 'and'"},
    {"\xc3\xa9 \xc3\xa9", ERROR_SYNTAX, 1, 1, 1, "unexpected character '\xc3\xa9'", NULL},
    {"a + \xff", ERROR_SYNTAX, 1, 5, 1, "byte 0xff is not valid UTF-8", NULL},
    {"a\x01", ERROR_SYNTAX, 1, 2, 1, "unexpected control character (0x01)", NULL},
    {"rate(x[$window])", ERROR_SYNTAX, 1, 8, 1, "unexpected character '$'",
     "placeholders such as $match are for panel packs"},
    {"a ! b", ERROR_SYNTAX, 1, 3, 1, "unexpected character '!'", "'!' goes with '=' or '~'"},
    {"a = b", ERROR_SYNTAX, 1, 3, 1, "unexpected '=', expected an operator or the end",
     "a comparison is written '=='"},
    /* Numbers and strings. */
    {"2.5.", ERROR_SYNTAX, 1, 1, 4, "bad number '2.5.'", NULL},
    {"0x", ERROR_SYNTAX, 1, 1, 2, "bad number '0x'", NULL},
    {"1__0", ERROR_SYNTAX, 1, 1, 4, "bad number '1__0'", NULL},
    {"1_", ERROR_SYNTAX, 1, 1, 2, "bad number '1_'", NULL},
    {"1e999", ERROR_SYNTAX, 1, 1, 5, "bad number '1e999'", NULL},
    {"0deadbeef", ERROR_SYNTAX, 1, 1, 9, "'0deadbeef' is neither a number nor a duration",
     "units of durations are y, w, d, h, m, s and ms"},
    {"1 + 5M", ERROR_SYNTAX, 1, 5, 2, "'5M' is neither a number nor a duration",
     "units of durations are y, w, d, h, m, s and ms"},
    {"1.5h", ERROR_SYNTAX, 1, 1, 4, "'1.5h' is neither a number nor a duration",
     "units of durations are y, w, d, h, m, s and ms"},
    {"a[9999999999y]", ERROR_LIMIT, 1, 3, 11, "duration '9999999999y' is out of range", NULL},
    {"a[300y]", ERROR_SYNTAX, 1, 3, 4, "the duration is out of range", NULL},
    {"\"\\q\"", ERROR_SYNTAX, 1, 2, 2, "unknown escape in the string", NULL},
    {"'\\\"'", ERROR_SYNTAX, 1, 2, 2, "unknown escape in the string", NULL},
    {"\"\\x4\"", ERROR_SYNTAX, 1, 2, 2, "the escape in the string has not enough digits behind it",
     NULL},
    {"\"\\400\"", ERROR_SYNTAX, 1, 2, 4, "the escape in the string is larger than a byte", NULL},
    {"\"\\ud800\"", ERROR_SYNTAX, 1, 2, 6, "the escape in the string is no Unicode character",
     NULL},
    {"\"\\U00110000\"", ERROR_SYNTAX, 1, 2, 10, "the escape in the string is no Unicode character",
     NULL},
    /* Selectors. */
    {"{}", ERROR_SYNTAX, 1, 1, 2, "at least one matcher must not match the empty string",
     "all series would be {__name__=~\".+\"}"},
    {"{a=~\".*\",b!=\"c\"}", ERROR_SYNTAX, 1, 1, 16,
     "at least one matcher must not match the empty string",
     "all series would be {__name__=~\".+\"}"},
    {"foo{__name__=\"bar\"}", ERROR_SYNTAX, 1, 1, 19,
     "the metric's name is given twice, as 'foo' and by a matcher", NULL},
    {"foo{\"bar\"}", ERROR_SYNTAX, 1, 5, 5, "a second metric name: 'foo' is there already", NULL},
    {"{\"\"}", ERROR_SYNTAX, 1, 2, 2, "the metric's name is empty", NULL},
    {"foo{a}", ERROR_SYNTAX, 1, 6, 1, "unexpected '}', expected one of = != =~ !~", NULL},
    {"foo{a=b}", ERROR_SYNTAX, 1, 7, 1, "unexpected 'b', expected a string in quotes", NULL},
    {"foo{a==\"b\"}", ERROR_SYNTAX, 1, 7, 1, "unexpected '=', expected a string in quotes", NULL},
    {"foo{a:b=\"c\"}", ERROR_SYNTAX, 1, 6, 1, "unexpected character ':'", NULL},
    {"foo{,}", ERROR_SYNTAX, 1, 5, 1, "unexpected ',', expected a label name or '}'", NULL},
    {"foo{a=\"b\",,}", ERROR_SYNTAX, 1, 11, 1, "unexpected ',', expected a label name or '}'",
     NULL},
    {"foo{a=\"b\" c=\"d\"}", ERROR_SYNTAX, 1, 11, 1, "unexpected 'c', expected ',' or '}'", NULL},
    {"foo{a=\"\\x00\"}", ERROR_SYNTAX, 1, 7, 6, "a label cannot hold a NUL character", NULL},
    {"foo{\"\\xff\"=\"\"}", ERROR_SYNTAX, 1, 5, 6, "a name that is not valid UTF-8", NULL},
    /* Ranges and modifiers. */
    {"foo[]", ERROR_SYNTAX, 1, 5, 1, "unexpected ']', expected a duration such as 5m", NULL},
    {"foo[0s]", ERROR_SYNTAX, 1, 5, 2, "the duration must be greater than 0", NULL},
    {"foo[5m:0]", ERROR_SYNTAX, 1, 8, 1, "the duration must be greater than 0", NULL},
    {"foo[5m 1m]", ERROR_SYNTAX, 1, 8, 2, "unexpected '1m', expected ':' or ']'", NULL},
    {"(foo)[5m]", ERROR_SYNTAX, 1, 6, 4, "a range goes directly behind a metric",
     "a subquery has a colon: [5m:] or [5m:1m]"},
    {"foo[5m][5m]", ERROR_SYNTAX, 1, 8, 4, "a range goes directly behind a metric",
     "a subquery has a colon: [5m:] or [5m:1m]"},
    {"foo offset 1m[5m]", ERROR_SYNTAX, 1, 14, 4, "the range goes before 'offset' and '@'", NULL},
    {"foo @ 5[5m]", ERROR_SYNTAX, 1, 8, 4, "the range goes before 'offset' and '@'", NULL},
    {"foo offset 1m offset 2m", ERROR_SYNTAX, 1, 15, 6, "a second 'offset'", NULL},
    {"foo @ 1 offset 2m @ 3", ERROR_SYNTAX, 1, 19, 1, "a second '@'", NULL},
    {"1 offset 1d", ERROR_SYNTAX, 1, 3, 6,
     "'offset' goes directly behind a metric, a range or a subquery", NULL},
    {"rate(foo[5m]) @ 5", ERROR_SYNTAX, 1, 15, 1,
     "'@' goes directly behind a metric, a range or a subquery", NULL},
    {"foo offset bar", ERROR_SYNTAX, 1, 12, 3, "unexpected 'bar', expected a duration such as 5m",
     NULL},
    {"foo @ Inf", ERROR_SYNTAX, 1, 7, 3, "the time behind '@' is out of range", NULL},
    {"foo @ bar", ERROR_SYNTAX, 1, 7, 3,
     "unexpected 'bar', expected a time in seconds, start() or end()", NULL},
    {"foo @ end", ERROR_SYNTAX, 1, 10, 1, "unexpected end of the expression, expected '('", NULL},
    {"sum(x)[5m:] offset 1m [5m:]", ERROR_TYPE, 1, 1, 21,
     "a subquery needs an instant vector, got a range vector", NULL},
    /* Calls and aggregations. */
    {"reate(x[5m])", ERROR_SYNTAX, 1, 1, 5, "unknown function 'reate'", "did you mean 'rate'?"},
    {"summ(x)", ERROR_SYNTAX, 1, 1, 4, "unknown function 'summ'", "did you mean 'sum'?"},
    {"bool(1)", ERROR_SYNTAX, 1, 1, 4, "unexpected 'bool', expected an expression", NULL},
    {"rate(x[5m],)", ERROR_SYNTAX, 1, 11, 1, "no argument behind the comma", NULL},
    {"rate(x)", ERROR_TYPE, 1, 6, 1, "rate() needs a range vector, got an instant vector",
     "give it a range, such as [5m]"},
    {"rate(sum(x))", ERROR_TYPE, 1, 6, 6, "rate() needs a range vector, got an instant vector",
     "a subquery makes a range of it, such as [30m:1m]"},
    {"abs(1)", ERROR_TYPE, 1, 5, 1, "abs() needs an instant vector, got a scalar", NULL},
    {"label_join(x, \"a\", \",\", 5)", ERROR_TYPE, 1, 25, 1,
     "label_join() needs a string, got a scalar", NULL},
    {"clamp(x, 1)", ERROR_TYPE, 1, 1, 11, "clamp() takes 3 arguments, got 2", NULL},
    {"round(x, 1, 2)", ERROR_TYPE, 1, 1, 14, "round() takes at most 2 arguments, got 3", NULL},
    {"round()", ERROR_TYPE, 1, 1, 7, "round() takes at least 1 argument, got 0", NULL},
    {"label_join(x)", ERROR_TYPE, 1, 1, 13, "label_join() takes at least 3 arguments, got 1", NULL},
    {"time(1)", ERROR_TYPE, 1, 1, 7, "time() takes 0 arguments, got 1", NULL},
    {"topk(x)", ERROR_SYNTAX, 1, 5, 3, "topk takes 2 arguments, got 1", NULL},
    {"sum(a, b)", ERROR_SYNTAX, 1, 4, 6, "sum takes 1 argument, got 2", NULL},
    {"topk(a, b)", ERROR_TYPE, 1, 6, 1, "topk needs a scalar, got an instant vector", NULL},
    {"count_values(1, b)", ERROR_TYPE, 1, 14, 1, "count_values needs a string, got a scalar", NULL},
    {"sum(x[5m])", ERROR_TYPE, 1, 5, 5, "sum needs an instant vector, got a range vector",
     OF_A_RANGE},
    {"sum by (a) (x) by (b)", ERROR_SYNTAX, 1, 16, 2,
     "unexpected 'by', expected an operator: the grouping stands before the parenthesis already",
     NULL},
    {"sum by (without) (x)", ERROR_SYNTAX, 1, 9, 7, "unexpected 'without', expected a label name",
     NULL},
    {"sum by (a:b) (x)", ERROR_SYNTAX, 1, 9, 3, "unexpected 'a:b', expected a label name", NULL},
    {"sum by (\"\") (x)", ERROR_SYNTAX, 1, 9, 2, "not a label name", NULL},
    {"sum by (a b) (x)", ERROR_SYNTAX, 1, 11, 1, "unexpected 'b', expected ',' or ')'", NULL},
    {"sum by (,a) (x)", ERROR_SYNTAX, 1, 9, 1, "unexpected ',', expected a label name", NULL},
    /* Operators. */
    {"1 == 1", ERROR_TYPE, 1, 3, 2, "comparing two scalars needs 'bool'", "write '== bool'"},
    {"a + bool b", ERROR_TYPE, 1, 3, 6, "'bool' goes with comparisons, not with '+'", NULL},
    {"a and 1", ERROR_TYPE, 1, 3, 3, "'and' needs instant vectors on both sides", NULL},
    {"a and on (x) group_left b", ERROR_TYPE, 1, 3, 21, "'and' takes no group_left or group_right",
     NULL},
    {"a + on (x, y) group_left (y) b", ERROR_TYPE, 1, 3, 26,
     "label 'y' is both in 'on' and in 'group_left'", NULL},
    {"1 + on (x) b", ERROR_TYPE, 1, 3, 8, "'on' needs instant vectors on both sides of '+'", NULL},
    {"a - on (b) ignoring (c) d", ERROR_SYNTAX, 1, 12, 8,
     "unexpected 'ignoring', expected an expression", NULL},
    {"a + group_left b", ERROR_SYNTAX, 1, 5, 10, "unexpected 'group_left', expected an expression",
     NULL},
    {"-x[5m]", ERROR_TYPE, 1, 2, 5, "'-' needs scalars or instant vectors, got a range vector",
     OF_A_RANGE},
    {"x + \"a\"", ERROR_TYPE, 1, 5, 3, "'+' needs scalars or instant vectors, got a string", NULL},
};

START_TEST(test_invalid)
{
    struct error err = ERROR_INIT;
    struct expr *e = expr_parse(str_from(invalid[_i].text), NULL, &err);
    ck_assert_msg(e == NULL, "'%s' parsed", invalid[_i].text);
    ck_assert_str_eq(error_text(&err), invalid[_i].message);
    ck_assert_int_eq(err.kind, invalid[_i].kind);
    ck_assert_msg(err.span.line == invalid[_i].line && err.span.column == invalid[_i].column &&
                      err.span.length == invalid[_i].length,
                  "'%s': %u:%u+%u", invalid[_i].text, err.span.line, err.span.column,
                  err.span.length);
    ck_assert_pstr_eq(err.suggestion, invalid[_i].suggestion);
    error_release(&err);
}
END_TEST

/* The words are the regular expression's own; the place is within the pattern, through the escapes
 * of the string around it. */
static const struct {
    const char *text;
    uint32_t column, length;
} bad_regexes[] = {
    {"foo{ok=~\"a\", b=~\"(\"}", 18, 1},       {"foo{b=~\"ab[z-a]\"}", 12, 3},
    {"foo{b=~\"\\\\d\\u00e9+\\\\Z\"}", 19, 3}, {"foo{b=~'\\'(?=x)'}", 11, 3},
    {"foo{b=~`\\d\xc3\xa9\\Z`}", 12, 2},       {"foo{b=~\"a{1001}\"}", 10, 6},
};

START_TEST(test_bad_regex)
{
    struct error err = ERROR_INIT;
    ck_assert_ptr_null(expr_parse(str_from(bad_regexes[_i].text), NULL, &err));
    ck_assert_int_eq(err.kind, ERROR_SYNTAX);
    ck_assert_msg(err.span.column == bad_regexes[_i].column &&
                      err.span.length == bad_regexes[_i].length,
                  "'%s': %u+%u: %s", bad_regexes[_i].text, err.span.column, err.span.length,
                  error_text(&err));
    error_release(&err);
}
END_TEST

/* Everything that is wrong, in the order of the text: "column message|column message". */
static const struct {
    const char *text;
    const char *errors;
} several[] = {
    {"rat(x[5m]) + sume(y)", "1 unknown function 'rat' (did you mean 'rate'?)|"
                             "14 unknown function 'sume' (did you mean 'sum'?)"},
    /* What is unknown does not hide what is in it. */
    {"nosuch(rate(x), sum(y[5m]))",
     "1 unknown function 'nosuch'|13 rate() needs a range vector, got an instant vector (give it a "
     "range, such as [5m])|21 sum needs an instant vector, got a range vector (" OF_A_RANGE ")"},
    {"rate(x) + abs(1) > y[5m]",
     "6 rate() needs a range vector, got an instant vector (give it a range, such as [5m])|15 "
     "abs() needs an instant vector, got a scalar|20 '>' needs scalars or instant vectors, got a "
     "range vector (" OF_A_RANGE ")"},
    {"foo{a=b, c==\"d\", e=\"f\"} + bar[5x] + baz[]",
     "7 unexpected 'b', expected a string in quotes|12 unexpected '=', expected a string in "
     "quotes|31 '5x' is neither a number nor a duration (units of durations are y, w, d, h, m, s "
     "and ms)|41 unexpected ']', expected a duration such as 5m"},
    {"sum by (a b, c:d) (x) / sum by (without) (y)",
     "11 unexpected 'b', expected ',' or ')'|14 unexpected 'c:d', expected a label name|33 "
     "unexpected 'without', expected a label name"},
    {"clamp(x y, 1) + 1 == 2",
     "1 clamp() takes 3 arguments, got 2|9 unexpected 'y', expected an operator or ')'"},
    {"topk(rate(x))", "5 topk takes 2 arguments, got 1|11 rate() needs a range vector, got an "
                      "instant vector (give it a range, such as [5m])"},
    {"(a + * b) / foo{x=~\"(\"}",
     "6 unexpected '*', expected an expression|21 regular expression: missing closing ): '('"},
    {"a b + rate(c)", "3 unexpected 'b', expected an operator or the end|12 rate() needs a range "
                      "vector, got an instant vector (give it a range, such as [5m])"},
    {"a && b", "3 unexpected character '&' (write 'and')"},
    {"$a + $b", "1 unexpected character '$' (placeholders such as $match are for panel packs)|6 "
                "unexpected character '$' (placeholders such as $match are for panel packs)"},
    /* What follows from a string without an end is not told of; of two turned round once. */
    {"sum(x{a=\"b})", "9 the string that starts here is never closed"},
    {"topk(x, 5)", "6 topk takes these the other way round (first a scalar, then an instant "
                   "vector)"},
    {"quantile_over_time(x[5m], .9)",
     "20 quantile_over_time() takes these the other way round (first a scalar, then a range "
     "vector)"},
    {"clamp_max(\"a\", x)",
     "11 clamp_max() needs an instant vector, got a string|16 clamp_max() needs a scalar, got an "
     "instant vector"},
    /* Without its colon a subquery is one still, to what is around it. */
    {"rate(sum(x)[5m])", "12 a range goes directly behind a metric (a subquery has a colon: [5m:] "
                         "or [5m:1m])"},
    /* One open bracket is told of, the innermost. */
    {"sum(rate(x[5m", "11 '[' is never closed"},
    {"sum(rate(x{a=\"b\", c", "20 unexpected end of the expression, expected one of = != =~ !~"},
    {"a) + b)", "2 ')' closes nothing|7 ')' closes nothing"},
    {"1 == 1 and a + bool b",
     "3 comparing two scalars needs 'bool' (write '== bool')|8 'and' needs "
     "instant vectors on both sides|14 'bool' goes with comparisons, not "
     "with '+'"},
    {"foo[5m] offset x + foo @ y",
     "16 unexpected 'x', expected a duration such as 5m|26 unexpected "
     "'y', expected a time in seconds, start() or end()"},
};

START_TEST(test_several)
{
    struct diags diags;
    diags_init(&diags);
    ck_assert_ptr_null(expr_parse_all(str_from(several[_i].text), NULL, NULL, &diags));
    struct strbuf got = STRBUF_INIT;
    for (size_t i = 0; i < diags.list.len; i++) {
        const struct diag *d = &diags.list.items[i];
        strbuf_printf(&got, "%s%u %s", i > 0 ? "|" : "", d->span.column, d->message);
        if (d->suggestion != NULL) {
            strbuf_printf(&got, " (%s)", d->suggestion);
        }
    }
    ck_assert_str_eq(strbuf_cstr(&got), several[_i].errors);
    strbuf_release(&got);
    diags_release(&diags);
}
END_TEST

START_TEST(test_many)
{
    struct strbuf text = STRBUF_INIT;
    for (int i = 0; i < 60; i++) {
        strbuf_printf(&text, "%snosuch%d(x)", i > 0 ? " + " : "", i);
    }
    struct diags diags;
    diags_init(&diags);
    ck_assert_ptr_null(expr_parse_all(strbuf_str(&text), NULL, NULL, &diags));
    ck_assert_uint_eq(diags.list.len, EXPR_MAX_ERRORS);
    ck_assert_uint_eq(diags.errors, 60);
    diags_release(&diags);
    strbuf_release(&text);
}
END_TEST

/* "did you mean", and where nothing was meant. */
static const struct {
    const char *text;
    const char *suggestion;
} suggestions[] = {
    {"rat(x[5m])", "did you mean 'rate'?"},
    {"irat(x[5m])", "did you mean 'irate'?"},
    {"increese(x[5m])", "did you mean 'increase'?"},
    {"histogram_quantil(0.9, x)", "did you mean 'histogram_quantile'?"},
    {"avg_over_tme(x[5m])", "did you mean 'avg_over_time'?"},
    {"cont(x)", "did you mean 'count'?"},
    {"label_replce(x, \"a\", \"b\", \"c\", \"d\")", "did you mean 'label_replace'?"},
    {"sum(x) buy (job)", "did you mean 'by'?"},
    {"sum(x) witout (job)", "did you mean 'without'?"},
    {"a * on (job) group_lft (x) b", "did you mean 'group_left'?"},
    {"a * on (job) group_lft b", "did you mean 'group_left'?"},
    {"a / ignorin (job) b", "did you mean 'ignoring'?"},
    {"a offse 5m", "did you mean 'offset'?"},
    {"a unles b", "did you mean 'unless'?"},
    {"a adn b", "did you mean 'and'?"},
    {"foo bar", NULL},
    {"a b", NULL},
    {"frobnicate(x)", NULL},
    {"p95(x)", NULL},
    {"x(y)", NULL},
    {"median(x)", "write quantile(0.5, ...)"},
    {"Percentile(0.9, x)", "did you mean 'quantile' or 'histogram_quantile'?"},
    {"x =< 5", "write '<='"},
    {"x => 5", "write '>='"},
    {"x = 5", "a comparison is written '=='"},
    {"x <> 5", "write '!='"},
    {"x < > 5", NULL},
    {"x || y", "write 'or'"},
    {"a.b.c", "a name with dots stands in quotes: {\"a.name\"}"},
    {"x{a:\"b\"}", "labels are compared by = != =~ !~"},
    {"x{a=\xe2\x80\x9c"
     "b\xe2\x80\x9d}",
     "write a plain quote: \" or '"},
    {"x \xe2\x88\x92 1", "write a plain '-'"},
    {"x\xc2\xa0+ 1", "write a plain space"},
    {"x by (job)", "it goes with an aggregation: sum by (LABEL) (...)"},
    {"sum by job (x)", "write '(job)'"},
    {"a / on job b", "write '(job)'"},
};

START_TEST(test_suggestions)
{
    struct error err = ERROR_INIT;
    ck_assert_ptr_null(expr_parse(str_from(suggestions[_i].text), NULL, &err));
    ck_assert_pstr_eq(err.suggestion, suggestions[_i].suggestion);
    error_release(&err);
}
END_TEST

static const struct {
    const char *text;
    const char *warnings; /* as in `several` */
} names[] = {
    {"sum by (servce) (http_requests_total{methd=\"GET\"})",
     "9 no label 'servce' is known (did you mean 'service'?)|18 no label 'methd' is known (did you "
     "mean 'method'?)"},
    {"http_request_total / on (service) group_left (metod) up",
     "47 no label 'metod' is known (did you mean 'method'?)|1 no metric 'http_request_total' is "
     "known (did you mean 'http_requests_total'?)"},
    {"sum by (service, datacenter) (up)", ""},
    {"other_metric{zone=\"a\"}", ""},
};

START_TEST(test_names)
{
    static const char *const labels[] = {"job", "method", "service"};
    static const char *const metrics[] = {"http_requests_total", "up"};
    const struct parse_options options = {.label_names = labels,
                                          .label_name_count = ARRAY_LEN(labels),
                                          .metric_names = metrics,
                                          .metric_name_count = ARRAY_LEN(metrics)};
    struct diags diags;
    diags_init(&diags);
    struct expr *e = expr_parse_all(str_from(names[_i].text), &options, NULL, &diags);
    ck_assert_ptr_nonnull(e);
    ck_assert_uint_eq(diags.errors, 0);
    struct strbuf got = STRBUF_INIT;
    for (size_t i = 0; i < diags.list.len; i++) {
        const struct diag *d = &diags.list.items[i];
        strbuf_printf(&got, "%s%u %s (%s)", i > 0 ? "|" : "", d->span.column, d->message,
                      d->suggestion);
    }
    const char *out = got.len > 0 ? strbuf_cstr(&got) : "";
    /* In the order of the tree; the place sorts them when they are shown. */
    ck_assert_str_eq(out, names[_i].warnings);
    strbuf_release(&got);
    diags_release(&diags);
    expr_unref(e);
}
END_TEST

/* `part` `times` times between the two ends. */
static char *repeated(const char *begin, const char *part, size_t times, const char *end)
{
    struct strbuf b;
    strbuf_init(&b, EXPR_MAX_BYTES * 2);
    strbuf_add_c(&b, begin);
    for (size_t i = 0; i < times; i++) {
        strbuf_add_c(&b, part);
    }
    strbuf_add_c(&b, end);
    return strbuf_take(&b);
}

static const struct {
    const char *begin;
    const char *part;
    size_t times;
    const char *end;
    bool ok;
} limits[] = {
    {"", "(", 100000, "", false},
    {"", "(", 60000, "", false},
    {"", "-", 60000, "1", false},
    {"1", "^1", 30000, "", false},
    {"1", "+1", 900, "", true},
    {"1", "+1", 30000, "", false},
    {"a", "[5m:]", 10000, "", false},
    {"", "abs(", 10000, "", false},
    {"", " ", EXPR_MAX_BYTES - 1, "1", true},
    {"", " ", EXPR_MAX_BYTES, "1", false},
    {"label_join(x, \"a\", \",\"", ",\"a\"", 15000, ")", true},
};

START_TEST(test_limits)
{
    char *text = repeated(limits[_i].begin, limits[_i].part, limits[_i].times, limits[_i].end);
    struct error err = ERROR_INIT;
    struct expr *e = expr_parse(str_from(text), NULL, &err);
    ck_assert_msg((e != NULL) == limits[_i].ok, "%s", error_text(&err));
    ck_assert_int_eq(err.kind, limits[_i].ok ? ERROR_NONE : ERROR_LIMIT);
    error_release(&err);
    expr_unref(e);
    free(text);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("parse errors");
    tcase_add_loop_test(tc, test_invalid, 0, (int)ARRAY_LEN(invalid));
    tcase_add_loop_test(tc, test_bad_regex, 0, (int)ARRAY_LEN(bad_regexes));
    tcase_add_loop_test(tc, test_several, 0, (int)ARRAY_LEN(several));
    tcase_add_test(tc, test_many);
    tcase_add_loop_test(tc, test_suggestions, 0, (int)ARRAY_LEN(suggestions));
    tcase_add_loop_test(tc, test_names, 0, (int)ARRAY_LEN(names));
    tcase_add_loop_test(tc, test_limits, 0, (int)ARRAY_LEN(limits));
    return suite_run("promql/parse_errors", tc);
}
