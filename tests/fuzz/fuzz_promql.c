/*
 * Any bytes as an expression, as plain PromQL and with conveniences and signals. What is refused
 * has a reason and a place in the text; what parses prints, reads back and prints the same.
 */
#include <stdint.h>
#include <stdlib.h>

#include "promql/promql.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static const struct expr *find_signal(void *user, struct str name)
{
    struct expr *const *signals = user;
    return str_equal_c(name, "p95") ? signals[0] : str_equal_c(name, "errors") ? signals[1] : NULL;
}

static void check_error(const struct error *err, size_t size)
{
    require(err->kind == ERROR_SYNTAX || err->kind == ERROR_TYPE || err->kind == ERROR_LIMIT);
    require(err->message != NULL && err->message[0] != '\0');
    require(err->span.line <= size + 1 && err->span.column <= size + 1);
    require(err->kind == ERROR_LIMIT || err->span.line >= 1);
}

/* Longer than what was given, a print may go over a limit; nothing else may be wrong with it. */
static void check_print(const struct expr *e, const struct parse_options *options, unsigned flags)
{
    struct error err = ERROR_INIT;
    struct strbuf first = STRBUF_INIT;
    struct strbuf second = STRBUF_INIT;
    expr_print(&first, e, flags);
    struct expr *again = first.overflowed ? NULL : expr_parse(strbuf_str(&first), options, &err);
    if (again != NULL) {
        expr_print(&second, again, flags);
        require(str_equal(strbuf_str(&first), strbuf_str(&second)));
        require(again->root->type == e->root->type);
    } else {
        require(first.overflowed || err.kind == ERROR_LIMIT);
    }
    error_release(&err);
    strbuf_release(&first);
    strbuf_release(&second);
    expr_unref(again);
}

static void check(struct str text, const struct parse_options *options)
{
    struct error err = ERROR_INIT;
    struct expr *e = expr_parse(text, options, &err);
    if (e == NULL) {
        check_error(&err, text.len);
        error_release(&err);
        return;
    }
    require(expr_lookback_ms(e, LOOKBACK_DELTA_DEFAULT_MS) >= 0);
    require(e->root->height >= 1 && e->root->height <= EXPR_MAX_HEIGHT);
    check_print(e, NULL, PRINT_PLAIN);
    check_print(e, options, PRINT_AS_WRITTEN);
    expr_unref(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"p95", "errors"};
    struct error err = ERROR_INIT;
    struct expr *signals[] = {
        expr_parse(STR("histogram_quantile(0.95, sum by (le) (rate(b[5m] offset 1m)))"), NULL,
                   &err),
        expr_parse(STR("-bad / max_over_time(all[1h:] @ end())"), NULL, &err),
    };
    require(signals[0] != NULL && signals[1] != NULL);
    const struct parse_options with = {.conveniences = true,
                                       .signals = find_signal,
                                       .signals_user = signals,
                                       .signal_names = names,
                                       .signal_name_count = 2};
    struct str text = str_span((const char *)data, size);
    check(text, NULL);
    check(text, &with);
    expr_unref(signals[0]);
    expr_unref(signals[1]);
    return 0;
}
