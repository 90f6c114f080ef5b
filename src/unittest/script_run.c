/*
 * Runs a script: fills the world, asks, compares, reports.
 *
 * Each instant eval is also asked as the middle of a range from a minute before to a minute after,
 * and fixed to its time by `@` and asked an hour before and after: the engine has other paths
 * there, and the same answer must come (Prometheus' own runner does both). All of that is done
 * again with one memo for all evals over the same data, and once more when it keeps the answer.
 */
#include "base/arena.h"
#include "promql/eval/memo.h"
#include "promql/promql.h"
#include "promql/syntax/literals.h"
#include "series/regex.h"
#include "unittest/expected.h"
#include "unittest/pin.h"
#include "unittest/script.h"
#include "unittest/unittest.h"
#include "unittest/world.h"

struct runner {
    const char *file;
    struct str text;
    struct world world;
    struct eval_options options;
    struct report *report;
};

#define MINUTE_MS ((int64_t)60 * 1000)

/* Does `text` fit what is expected? An expectation without a text fits anything. */
static bool text_fits(const struct expectation *e, const char *text)
{
    if (e->text.len == 0) {
        return true;
    }
    if (!e->is_regex) {
        return str_equal_c(e->text, text);
    }
    struct strbuf pattern = STRBUF_INIT;
    strbuf_printf(&pattern, ".*(?:%.*s).*", STR_ARG(e->text));
    struct error err = ERROR_INIT;
    struct regex *re = regex_create(strbuf_str(&pattern), &err);
    bool fits = re != NULL && regex_match(re, str_from(text)) == REGEX_MATCH;
    regex_destroy(re);
    error_release(&err);
    strbuf_release(&pattern);
    return fits;
}

/* One kind of annotations: `word` is "warning" or "info". Where some are expected, each that came
 * must be one of them. */
static bool check_notes(const struct command *c, const char *word, enum expectation_kind wanted,
                        enum expectation_kind unwanted, char *const *notes, size_t count,
                        struct strbuf *why)
{
    if (command_expects(c, unwanted) != NULL && count > 0) {
        strbuf_printf(why, "expected no %s, got: %s", word, notes[0]);
        return false;
    }
    bool any_wanted = command_expects(c, wanted) != NULL;
    VEC_EACH (&c->expectations, const struct expectation, e) {
        bool fits = e->kind != wanted;
        for (size_t i = 0; i < count && !fits; i++) {
            fits = text_fits(e, notes[i]);
        }
        if (!fits) {
            strbuf_printf(why, "expected the %s: %.*s\ngot: %s", word, STR_ARG(e->text),
                          count > 0 ? notes[0] : "none");
            return false;
        }
    }
    for (size_t i = 0; any_wanted && i < count; i++) {
        bool fits = false;
        VEC_EACH (&c->expectations, const struct expectation, e) {
            fits = fits || (e->kind == wanted && text_fits(e, notes[i]));
        }
        if (!fits) {
            strbuf_printf(why, "expected no such %s, got: %s", word, notes[i]);
            return false;
        }
    }
    return true;
}

static bool check_annotations(const struct command *c, const struct value *v, struct strbuf *why)
{
    return check_notes(c, "warning", EXPECT_WARN, EXPECT_NO_WARN, v->warnings.items,
                       v->warnings.len, why) &&
           check_notes(c, "info", EXPECT_INFO, EXPECT_NO_INFO, v->infos.items, v->infos.len, why);
}

static bool check_failure(const struct command *c, const struct error *err, struct strbuf *why)
{
    if (command_expects(c, EXPECT_FAIL) == NULL) {
        strbuf_printf(why, "expected an answer, got the error: %s", error_text(err));
        return false;
    }
    VEC_EACH (&c->expectations, const struct expectation, e) {
        if (e->kind == EXPECT_FAIL && !text_fits(e, error_text(err))) {
            strbuf_printf(why, "expected the error: %.*s\ngot the error: %s", STR_ARG(e->text),
                          error_text(err));
            return false;
        }
    }
    return true;
}

/* `expect string` has the text as a literal. */
static bool string_equals(const struct expectation *e, const struct value *v, struct strbuf *why)
{
    struct arena arena;
    arena_init(&arena);
    struct error err = ERROR_INIT;
    struct str want = e->text;
    size_t length = literal_string_length(e->text, 0);
    bool ok = length == e->text.len && literal_string(&arena, e->text, 0, length, &want, &err);
    if (!ok) {
        strbuf_printf(why, "'%.*s' is no string in quotes", STR_ARG(e->text));
    } else if (v->type != VALUE_STRING || !str_equal_c(want, v->string)) {
        ok = false;
        strbuf_printf(why, "expected the string %.*s, got ", STR_ARG(e->text));
        if (v->type == VALUE_STRING) {
            strbuf_printf(why, "\"%s\"", v->string);
        } else {
            strbuf_printf(why, "a %s", value_type_name(v->type));
        }
    }
    error_release(&err);
    arena_release(&arena);
    return ok;
}

static bool check_answer(const struct command *c, struct expected *want, const struct value *v,
                         struct strbuf *why)
{
    const struct expectation *string = command_expects(c, EXPECT_STRING);
    const struct expectation *samples = command_expects(c, EXPECT_RANGE_VECTOR);
    bool ok;
    if (string != NULL) {
        ok = string_equals(string, v, why);
    } else if (samples != NULL) {
        ok = expected_equals_samples(want, v, samples, why);
    } else if (c->instant) {
        ok = expected_equals_instant(want, v, command_expects(c, EXPECT_ORDERED) != NULL, why);
    } else {
        ok = expected_equals_range(want, v, why);
    }
    return ok && check_annotations(c, v, why);
}

static bool look_for_bounds(void *user, const struct node *n)
{
    bool *found = user;
    *found = pin_asks_for_bounds(n);
    return !*found;
}

/* Gives another value when the same time is asked for as part of a range. */
static bool depends_on_bounds(const struct expr *e)
{
    bool found = false;
    node_walk(e->root, look_for_bounds, &found);
    return found;
}

static bool evaluate(struct runner *r, const struct expr *e, const struct grid *grid, bool instant,
                     struct value *v, struct error *err)
{
    return expr_eval(e, r->world.store, r->world.table, grid, instant, &r->options, v, err);
}

/* The same question as the middle step of a range. */
static bool check_around(struct runner *r, const struct command *c, const struct expr *e,
                         struct expected *want, struct strbuf *why)
{
    struct grid grid = grid_range(c->start_ms - MINUTE_MS, c->start_ms + MINUTE_MS, MINUTE_MS);
    struct value v;
    struct error err = ERROR_INIT;
    if (!evaluate(r, e, &grid, false, &v, &err)) {
        strbuf_printf(why, "asked as a range: expected an answer, got the error: %s",
                      error_text(&err));
        error_release(&err);
        return false;
    }
    struct strbuf difference = STRBUF_INIT;
    bool ok = command_expects(c, EXPECT_ORDERED) != NULL ||
              expected_equals_step(want, &v, 1, &difference);
    if (!ok) {
        strbuf_printf(why, "asked as a range: %s", strbuf_cstr(&difference));
    }
    strbuf_release(&difference);
    value_release(&v);
    return ok;
}

static bool check_pinned_at(struct runner *r, const struct command *c, const struct expr *e,
                            int64_t at_ms, struct expected *want, struct strbuf *why)
{
    struct grid grid = grid_instant(at_ms);
    struct value v;
    struct error err = ERROR_INIT;
    if (!evaluate(r, e, &grid, true, &v, &err)) {
        strbuf_printf(why, "fixed by @: expected an answer, got the error: %s", error_text(&err));
        error_release(&err);
        return false;
    }
    struct strbuf difference = STRBUF_INIT;
    bool ok =
        expected_equals_instant(want, &v, command_expects(c, EXPECT_ORDERED) != NULL, &difference);
    if (!ok) {
        strbuf_printf(why, "fixed by @: %s", strbuf_cstr(&difference));
    }
    strbuf_release(&difference);
    value_release(&v);
    return ok;
}

/* The same question fixed to its time by `@` and asked an hour before and after. */
static bool check_pinned(struct runner *r, const struct command *c, struct expected *want,
                         struct strbuf *why)
{
    static const int64_t hour_ms = 60 * MINUTE_MS;
    struct error err = ERROR_INIT;
    struct expr *e = expr_parse(c->expr, NULL, &err);
    if (e == NULL) {
        error_release(&err);
        return true;
    }
    bool ok = !pin_node(e->root, c->start_ms) ||
              (check_pinned_at(r, c, e, c->start_ms - hour_ms, want, why) &&
               check_pinned_at(r, c, e, c->start_ms + hour_ms, want, why));
    expr_unref(e);
    return ok;
}

static bool run_expr(struct runner *r, const struct command *c, const struct expr *e,
                     struct expected *want, struct strbuf *why)
{
    struct grid grid =
        c->instant ? grid_instant(c->start_ms) : grid_range(c->start_ms, c->end_ms, c->step_ms);
    struct value v;
    struct error err = ERROR_INIT;
    if (!evaluate(r, e, &grid, c->instant, &v, &err)) {
        bool ok = check_failure(c, &err, why);
        error_release(&err);
        return ok;
    }
    bool ok = command_expects(c, EXPECT_FAIL) == NULL;
    if (!ok) {
        strbuf_add_c(why, "expected an error, got an answer");
    }
    ok = ok && check_answer(c, want, &v, why);
    bool repeatable = c->instant && (v.type == VALUE_VECTOR || v.type == VALUE_SCALAR);
    if (ok && repeatable && !depends_on_bounds(e)) {
        ok = check_around(r, c, e, want, why) && check_pinned(r, c, want, why);
    }
    value_release(&v);
    return ok;
}

/* With a memo, in which another expression has all that this one has. */
static bool run_again(struct runner *r, const struct command *c, const struct expr *e,
                      struct expected *want, struct strbuf *why)
{
    memo_add(r->world.memo, e);
    memo_add(r->world.memo, e);
    r->options.memo = r->world.memo;
    bool ok = run_expr(r, c, e, want, why);
    ok = ok && run_expr(r, c, e, want, why); /* when it keeps the answer */
    r->options.memo = NULL;
    return ok;
}

static enum verdict judge(struct runner *r, const struct command *c, struct expected *want,
                          struct strbuf *why)
{
    struct error err = ERROR_INIT;
    struct expr *e = expr_parse(c->expr, NULL, &err);
    enum verdict verdict;
    if (e == NULL) {
        verdict = check_failure(c, &err, why) ? VERDICT_PASSED : VERDICT_FAILED;
        error_release(&err);
    } else if (world_needs_natives(&r->world, e)) {
        strbuf_add_c(why, "selects a native histogram");
        verdict = VERDICT_SKIPPED;
    } else {
        bool ok = run_expr(r, c, e, want, why) && run_again(r, c, e, want, why);
        verdict = ok ? VERDICT_PASSED : VERDICT_FAILED;
    }
    expr_unref(e);
    return verdict;
}

static bool run_eval(struct runner *r, const struct command *c, struct error *err)
{
    struct strbuf why = STRBUF_INIT;
    struct expected want;
    enum verdict verdict = VERDICT_SKIPPED;
    bool ok = true;
    if (expected_init(&want, c, r->text, r->world.table, err)) {
        verdict = judge(r, c, &want, &why);
        expected_release(&want);
    } else if (err->kind == ERROR_UNSUPPORTED) {
        strbuf_printf(&why, "expects a native histogram");
        error_release(err);
    } else {
        ok = false;
    }
    if (ok) {
        report_add(r->report, verdict, r->file, c->line, c->expr, strbuf_str(&why));
    }
    strbuf_release(&why);
    return ok;
}

static bool run_command(struct runner *r, const struct command *c, struct error *err)
{
    switch (c->kind) {
    case COMMAND_CLEAR:
        world_clear(&r->world);
        return true;
    case COMMAND_LOAD:
        return world_load(&r->world, c, r->text, err);
    case COMMAND_EVAL:
        return run_eval(r, c, err);
    }
    return true;
}

/* Commands up to the end or the first that is broken; `*evals` counts the tests among them. */
static bool run_commands(struct runner *r, size_t *evals, struct error *err)
{
    struct script script;
    script_init(&script, r->text);
    for (;;) {
        struct command c;
        switch (script_next(&script, &c, err)) {
        case SCRIPT_END:
            return true;
        case SCRIPT_ERROR:
            return false;
        case SCRIPT_COMMAND:
            break;
        }
        *evals += c.kind == COMMAND_EVAL;
        bool ok = run_command(r, &c, err);
        command_release(&c);
        if (!ok) {
            return false;
        }
    }
}

bool unittest_run_script(const char *file, struct str text, const struct unittest_options *options,
                         struct report *report, struct diags *diags)
{
    struct runner r = {
        .file = file, .text = text, .options = {.semantics = options->semantics}, .report = report};
    world_init(&r.world);
    struct error err = ERROR_INIT;
    size_t evals = 0;
    bool ok = run_commands(&r, &evals, &err);
    if (ok && evals == 0) {
        ok = error_set(&err, ERROR_SYNTAX, "there is no test in the file");
        error_suggest(&err, "a test is a line such as 'eval instant at 5m up'");
    }
    if (!ok) {
        diags_add_error(diags, file, text, &err);
        error_release(&err);
    }
    world_release(&r.world);
    return ok;
}
