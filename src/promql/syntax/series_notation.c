/* See series_notation.h. The labels are read with PromQL's own lexer, so that quoting is the same.
 */
#include "promql/syntax/series_notation.h"

#include "base/arena.h"
#include "base/diag.h"
#include "base/number.h"
#include "promql/syntax/lexer.h"
#include "promql/syntax/literals.h"
#include "series/batch.h"

struct reader {
    struct lexer lx;
    struct arena arena; /* decoded strings */
    struct labels_builder b;
    struct error *err;
};

static bool fail(struct reader *r, const struct token *t, const char *problem)
{
    return error_set_at(r->err, ERROR_SYNTAX, diag_span(r->lx.text, t->begin, t->end), "%s",
                        problem);
}

static bool decode(struct reader *r, const struct token *t, struct str *out)
{
    return literal_string(&r->arena, r->lx.text, t->begin, t->end - t->begin, out, r->err);
}

/* One `name="value"` or `"metric name"`; the name's token is given. */
static bool read_label(struct reader *r, const struct token *name)
{
    struct str label = name->text;
    struct token t;
    if (name->kind == TOKEN_STRING) {
        if (!decode(r, name, &label)) {
            return false;
        }
        struct lexer before = r->lx;
        if (!lexer_next(&r->lx, &t, r->err)) {
            return false;
        }
        if (t.kind == TOKEN_COMMA || t.kind == TOKEN_BRACE_CLOSE) {
            r->lx = before;
            labels_builder_set(&r->b, STR(LABEL_NAME), label);
            return true;
        }
        r->lx = before;
    } else if (name->kind != TOKEN_WORD) {
        return fail(r, name, "expected the name of a label");
    }
    if (!lexer_next(&r->lx, &t, r->err)) {
        return false;
    }
    if (t.kind != TOKEN_OPERATOR && t.kind != TOKEN_ASSIGN) {
        return fail(r, &t, "expected '=' behind the name of a label");
    }
    if (t.kind != TOKEN_ASSIGN) {
        return fail(r, &t, "a series has labels with '=' only");
    }
    struct str value;
    if (!lexer_next(&r->lx, &t, r->err)) {
        return false;
    }
    if (t.kind != TOKEN_STRING) {
        return fail(r, &t, "expected the value of a label in quotes");
    }
    if (!decode(r, &t, &value)) {
        return false;
    }
    labels_builder_set(&r->b, label, value);
    return true;
}

/* Behind the opening brace, up to and with the closing one. */
static bool read_braces(struct reader *r)
{
    struct token t;
    for (;;) {
        if (!lexer_next(&r->lx, &t, r->err)) {
            return false;
        }
        if (t.kind == TOKEN_BRACE_CLOSE) {
            return true;
        }
        if (!read_label(r, &t) || !lexer_next(&r->lx, &t, r->err)) {
            return false;
        }
        if (t.kind == TOKEN_BRACE_CLOSE) {
            return true;
        }
        if (t.kind != TOKEN_COMMA) {
            return fail(r, &t, "expected ',' or '}' behind a label");
        }
    }
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool read_series(struct reader *r)
{
    struct str text = r->lx.text;
    struct token t;
    if (!lexer_next(&r->lx, &t, r->err)) {
        return false;
    }
    if (t.kind == TOKEN_WORD) {
        labels_builder_set(&r->b, STR(LABEL_NAME), t.text);
        size_t at = r->lx.at;
        while (at < text.len && is_space(text.data[at])) {
            at++;
        }
        if (at == text.len || text.data[at] != '{' ||
            (at + 1 < text.len && text.data[at + 1] == '{')) {
            return true;
        }
        if (!lexer_next(&r->lx, &t, r->err)) {
            return false;
        }
    }
    if (t.kind != TOKEN_BRACE_OPEN) {
        return fail(r, &t, "expected the name of a metric or '{'");
    }
    return read_braces(r);
}

struct labels *series_notation_labels(struct str text, struct label_table *table, struct str *rest,
                                      struct error *err)
{
    if (str_starts_with(text, STR("{{"))) {
        *rest = text;
        return labels_empty(table);
    }
    struct reader r = {.err = err};
    lexer_init(&r.lx, text, false);
    arena_init(&r.arena);
    labels_builder_init(&r.b, table);
    struct labels *labels = NULL;
    if (read_series(&r)) {
        *rest = str_slice(text, r.lx.at, text.len);
        labels = labels_builder_finish(&r.b, err);
    }
    labels_builder_release(&r.b);
    arena_release(&r.arena);
    return labels;
}

/* A number at the start of `*s`, with a sign; takes it off. */
static bool take_number(struct str *s, double *out)
{
    bool negative = s->len > 0 && s->data[0] == '-';
    struct str rest = *s;
    if (s->len > 0 && (s->data[0] == '-' || s->data[0] == '+')) {
        rest = str_slice(rest, 1, rest.len);
    }
    double v = 0;
    struct str word = str_slice(rest, 0, 3);
    if (str_equal_ignoring_case(word, STR("nan")) || str_equal_ignoring_case(word, STR("inf"))) {
        number_parse(word, &v);
        rest = str_slice(rest, 3, rest.len);
    } else {
        const char *behind = rest.len > 0 && rest.data[0] != '+' && rest.data[0] != '-'
                                 ? number_scan(rest.data, rest.data + rest.len, &v)
                                 : NULL;
        if (behind == NULL) {
            return false;
        }
        rest = str_slice(rest, (size_t)(behind - rest.data), rest.len);
    }
    *out = negative ? -v : v;
    *s = rest;
    return true;
}

/* `xN` at the start of `*s`: N, else 0. False where the number is missing. */
static bool take_times(struct str *s, uint64_t *times)
{
    *times = 0;
    if (s->len == 0 || s->data[0] != 'x') {
        return true;
    }
    bool ok = str_to_u64(str_slice(*s, 1, s->len), times);
    *s = STR_NONE;
    return ok;
}

static bool add_run(struct notation_runs *out, struct notation_run run, struct error *err)
{
    if (run.count > SERIES_NOTATION_MAX_COUNT - out->count) {
        return error_set(err, ERROR_LIMIT, "a series has more than %llu values",
                         (unsigned long long)SERIES_NOTATION_MAX_COUNT);
    }
    out->count += run.count;
    vec_push(&out->list, run);
    return true;
}

/* `word` is one item between white space. False without an error where it is none. */
static bool read_item(struct str word, struct notation_runs *out, struct error *err)
{
    struct notation_run run = {0};
    uint64_t times;
    if (word.data[0] == '_') {
        struct str rest = str_slice(word, 1, word.len);
        run.omitted = true;
        /* Unlike with values, the number behind the x is how many there are. */
        bool many = rest.len > 0;
        if (!take_times(&rest, &times) || rest.len > 0) {
            return false;
        }
        run.count = many ? times : 1;
        return add_run(out, run, err);
    }
    struct str rest = word;
    if (str_starts_with(word, STR("stale"))) {
        run.first = stale_nan();
        rest = str_slice(word, 5, word.len);
    } else if (!take_number(&rest, &run.first) ||
               (rest.len > 0 && (rest.data[0] == '+' || rest.data[0] == '-') &&
                !take_number(&rest, &run.by))) {
        return false;
    }
    if (!take_times(&rest, &times) || rest.len > 0) {
        return false;
    }
    run.count = times == UINT64_MAX ? times : times + 1;
    return add_run(out, run, err);
}

bool series_notation_runs(struct str text, struct notation_runs *out, struct error *err)
{
    size_t at = 0;
    while (at < text.len) {
        if (is_space(text.data[at])) {
            at++;
            continue;
        }
        size_t end = at;
        while (end < text.len && !is_space(text.data[end])) {
            end++;
        }
        struct str word = str_slice(text, at, end - at);
        if (str_starts_with(word, STR("{{"))) {
            return error_set_at(err, ERROR_UNSUPPORTED, diag_span(text, at, end),
                                "native histograms are not supported");
        }
        if (!read_item(word, out, err)) {
            if (!error_is(err)) {
                error_set(err, ERROR_SYNTAX, "'%.*s' is no value of a series", STR_ARG(word));
            }
            err->span = diag_span(text, at, end);
            return false;
        }
        at = end;
    }
    return true;
}

void notation_runs_release(struct notation_runs *runs)
{
    vec_release(&runs->list);
    runs->count = 0;
}

bool notation_next(const struct notation_runs *runs, struct notation_cursor *at,
                   struct notation_value *out)
{
    while (at->run < runs->list.len && at->at == runs->list.items[at->run].count) {
        at->run++;
        at->at = 0;
    }
    if (at->run == runs->list.len) {
        return false;
    }
    const struct notation_run *run = &runs->list.items[at->run];
    if (at->at == 0) {
        at->v = run->first;
    } else if (run->by != 0) {
        at->v += run->by; /* as Prometheus adds them up */
    }
    at->at++;
    *out = (struct notation_value){.v = at->v, .omitted = run->omitted};
    return true;
}

bool series_notation_values(struct str text, struct notation_values *out, struct error *err)
{
    struct notation_runs runs = {0};
    bool ok = series_notation_runs(text, &runs, err);
    if (ok && runs.count > SERIES_NOTATION_MAX_VALUES - out->list.len) {
        ok = error_set_at(err, ERROR_LIMIT, diag_span(text, 0, text.len),
                          "a series has more than %zu values", SERIES_NOTATION_MAX_VALUES);
    }
    if (ok) {
        vec_reserve(&out->list, runs.count);
        struct notation_cursor at = {0};
        for (struct notation_value v; notation_next(&runs, &at, &v);) {
            vec_push(&out->list, v);
        }
    }
    notation_runs_release(&runs);
    return ok;
}

void notation_values_release(struct notation_values *values)
{
    vec_release(&values->list);
}
