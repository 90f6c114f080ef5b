/*
 * Runs files in Prometheus' test language over tocsin's engine:
 *
 *     run [--semantics v2|v3] [--list-failures] FILE...
 *
 * Each instant eval is also asked as the middle of a range from a minute before to a minute after,
 * and fixed to its time by `@` an hour before and after, as Prometheus' own runner does. Exit
 * status: 0 without a failure, 1 with one, 77 where no file is there, 2 for wrong usage.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "promql/expected.h"
#include "promql/pin.h"
#include "promql/promql.h"
#include "promql/script.h"
#include "promql/world.h"
#include "series/regex.h"

enum verdict { PASSED, FAILED, SKIPPED };

struct tally {
    unsigned passed;
    unsigned failed;
    unsigned skipped;
};

struct runner {
    struct world world;
    struct eval_options options;
    bool list_failures;
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

static bool check_notes(const struct command *c, enum expectation_kind wanted,
                        enum expectation_kind unwanted, char *const *notes, size_t count,
                        struct strbuf *why)
{
    if (command_expects(c, unwanted) != NULL && count > 0) {
        strbuf_printf(why, "unexpected annotation: %s", notes[0]);
        return false;
    }
    VEC_EACH (&c->expectations, const struct expectation, e) {
        bool fits = e->kind != wanted;
        for (size_t i = 0; i < count && !fits; i++) {
            fits = text_fits(e, notes[i]);
        }
        if (!fits) {
            strbuf_printf(why, "missing annotation %.*s; there is: %s", STR_ARG(e->text),
                          count > 0 ? notes[0] : "none");
            return false;
        }
    }
    return true;
}

static bool check_annotations(const struct command *c, const struct value *v, struct strbuf *why)
{
    return check_notes(c, EXPECT_WARN, EXPECT_NO_WARN, v->warnings.items, v->warnings.len, why) &&
           check_notes(c, EXPECT_INFO, EXPECT_NO_INFO, v->infos.items, v->infos.len, why);
}

static bool check_failure(const struct command *c, const struct error *err, struct strbuf *why)
{
    const struct expectation *fail = command_expects(c, EXPECT_FAIL);
    if (fail == NULL) {
        strbuf_printf(why, "failed: %s", error_text(err));
        return false;
    }
    if (!text_fits(fail, error_text(err))) {
        strbuf_printf(why, "failed with: %s", error_text(err));
        return false;
    }
    return true;
}

/* The string of `expect string`, without its quotes. */
static bool string_equals(const struct expectation *e, const struct value *v, struct strbuf *why)
{
    struct str want = e->text.len >= 2 ? str_slice(e->text, 1, e->text.len - 2) : e->text;
    if (v->type == VALUE_STRING && str_equal_c(want, v->string)) {
        return true;
    }
    strbuf_add_c(why, "not the expected string");
    return false;
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

/* The same question as the middle step of a range. */
static bool check_around(struct runner *r, const struct command *c, const struct expr *e,
                         struct expected *want, struct strbuf *why)
{
    struct grid grid = grid_range(c->start_ms - MINUTE_MS, c->start_ms + MINUTE_MS, MINUTE_MS);
    struct value v;
    struct error err = ERROR_INIT;
    if (!expr_eval(e, r->world.store, r->world.table, &grid, false, &r->options, &v, &err)) {
        strbuf_printf(why, "as a range: failed: %s", error_text(&err));
        error_release(&err);
        return false;
    }
    struct strbuf difference = STRBUF_INIT;
    bool ok = command_expects(c, EXPECT_ORDERED) != NULL ||
              expected_equals_step(want, &v, 1, &difference);
    if (!ok) {
        strbuf_printf(why, "as a range: %s", strbuf_cstr(&difference));
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
    bool ok = true;
    bool pinned = pin_node(e->root, c->start_ms);
    for (int64_t shift = -hour_ms; ok && pinned && shift <= hour_ms; shift += 2 * hour_ms) {
        struct grid grid = grid_instant(c->start_ms + shift);
        struct value v;
        if (!expr_eval(e, r->world.store, r->world.table, &grid, true, &r->options, &v, &err)) {
            strbuf_printf(why, "with @: failed: %s", error_text(&err));
            error_release(&err);
            ok = false;
            break;
        }
        struct strbuf difference = STRBUF_INIT;
        ok = expected_equals_instant(want, &v, command_expects(c, EXPECT_ORDERED) != NULL,
                                     &difference);
        if (!ok) {
            strbuf_printf(why, "with @: %s", strbuf_cstr(&difference));
        }
        strbuf_release(&difference);
        value_release(&v);
    }
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
    if (!expr_eval(e, r->world.store, r->world.table, &grid, c->instant, &r->options, &v, &err)) {
        bool ok = check_failure(c, &err, why);
        error_release(&err);
        return ok;
    }
    bool ok = command_expects(c, EXPECT_FAIL) == NULL;
    if (!ok) {
        strbuf_add_c(why, "did not fail");
    }
    ok = ok && check_answer(c, want, &v, why);
    bool repeatable = c->instant && (v.type == VALUE_VECTOR || v.type == VALUE_SCALAR);
    if (ok && repeatable && !depends_on_bounds(e)) {
        ok = check_around(r, c, e, want, why) && check_pinned(r, c, want, why);
    }
    value_release(&v);
    return ok;
}

static enum verdict run_eval(struct runner *r, const struct command *c, struct strbuf *why)
{
    struct error err = ERROR_INIT;
    struct expected want;
    if (!expected_init(&want, c, r->world.table, &err)) {
        enum verdict verdict = err.kind == ERROR_UNSUPPORTED ? SKIPPED : FAILED;
        strbuf_add_c(why, error_text(&err));
        error_release(&err);
        return verdict;
    }
    enum verdict verdict;
    struct expr *e = expr_parse(c->expr, NULL, &err);
    if (e == NULL) {
        verdict = check_failure(c, &err, why) ? PASSED : FAILED;
        error_release(&err);
    } else if (world_needs_natives(&r->world, e)) {
        strbuf_add_c(why, "selects a native histogram");
        verdict = SKIPPED;
    } else {
        verdict = run_expr(r, c, e, &want, why) ? PASSED : FAILED;
    }
    expr_unref(e);
    expected_release(&want);
    return verdict;
}

static void run_counted(struct runner *r, const struct command *c, const char *file,
                        struct tally *tally)
{
    struct strbuf why = STRBUF_INIT;
    switch (run_eval(r, c, &why)) {
    case PASSED:
        tally->passed++;
        break;
    case SKIPPED:
        tally->skipped++;
        break;
    case FAILED:
        tally->failed++;
        if (r->list_failures) {
            printf("%s:%u: %.*s\n    %s\n", file, c->line, STR_ARG(c->expr), strbuf_cstr(&why));
        }
        break;
    }
    strbuf_release(&why);
}

/* False where the file itself is broken. */
static bool run_text(struct runner *r, const char *file, struct str text, struct tally *tally)
{
    struct script script;
    script_init(&script, text);
    world_clear(&r->world);
    struct error err = ERROR_INIT;
    for (;;) {
        struct command c;
        enum script_result result = script_next(&script, &c, &err);
        if (result == SCRIPT_END) {
            return true;
        }
        bool ok = result == SCRIPT_COMMAND;
        if (ok) {
            switch (c.kind) {
            case COMMAND_CLEAR:
                world_clear(&r->world);
                break;
            case COMMAND_LOAD:
                ok = world_load(&r->world, &c, &err);
                break;
            case COMMAND_EVAL:
                run_counted(r, &c, file, tally);
                break;
            }
            command_release(&c);
        }
        if (!ok) {
            fprintf(stderr, "%s: %s\n", file, error_text(&err));
            error_release(&err);
            return false;
        }
    }
}

/* Largest test file taken. */
#define FILE_MAX_BYTES ((size_t)16 * 1024 * 1024)

static bool run_file(struct runner *r, const char *file, struct tally *total)
{
    FILE *in = fopen(file, "r");
    if (in == NULL) {
        perror(file);
        return false;
    }
    struct strbuf text;
    strbuf_init(&text, FILE_MAX_BYTES);
    char chunk[65536];
    size_t n;
    while ((n = fread(chunk, 1, sizeof(chunk), in)) > 0) {
        strbuf_add(&text, chunk, n);
    }
    bool ok = !ferror(in) && !text.overflowed;
    fclose(in);
    struct tally tally = {0};
    if (ok) {
        ok = run_text(r, file, strbuf_str(&text), &tally);
        printf("%s: %u passed, %u failed, %u skipped\n", file, tally.passed, tally.failed,
               tally.skipped);
    } else {
        fprintf(stderr, "%s: cannot be read\n", file);
    }
    total->passed += tally.passed;
    total->failed += tally.failed;
    total->skipped += tally.skipped;
    strbuf_release(&text);
    return ok;
}

static int usage(void)
{
    fprintf(stderr, "usage: run [--semantics v2|v3] [--list-failures] [--shared FOLDER] FILE...\n");
    return 2;
}

/* The conformance files beside the project; 77 (meson's "skipped") where they are not there. */
static int run_shared(struct runner *r, const char *folder)
{
    const char *shared = getenv("TOCSIN_SHARED");
    struct strbuf pattern = STRBUF_INIT;
    strbuf_printf(&pattern, "%s/conformance/promql/%s/*.test",
                  shared != NULL ? shared : "../shared", folder);
    glob_t files;
    int status = 77;
    if (glob(strbuf_cstr(&pattern), 0, NULL, &files) == 0) {
        struct tally total = {0};
        bool ok = true;
        for (size_t i = 0; i < files.gl_pathc; i++) {
            ok = run_file(r, files.gl_pathv[i], &total) && ok;
        }
        printf("all: %u passed, %u failed, %u skipped\n", total.passed, total.failed,
               total.skipped);
        status = ok && total.failed == 0 ? 0 : 1;
        globfree(&files);
    } else {
        printf("skipped: no files at %s\n", strbuf_cstr(&pattern));
    }
    strbuf_release(&pattern);
    return status;
}

static int run_files(struct runner *r, char **files)
{
    struct tally total = {0};
    bool ok = true;
    for (; *files != NULL; files++) {
        ok = run_file(r, *files, &total) && ok;
    }
    printf("%u passed, %u failed, %u skipped\n", total.passed, total.failed, total.skipped);
    return ok && total.failed == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct runner r = {.options = {.semantics = SEMANTICS_V3}};
    const char *shared = NULL;
    int i = 1;
    for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
        if (strcmp(argv[i], "--list-failures") == 0) {
            r.list_failures = true;
        } else if (strcmp(argv[i], "--semantics") == 0 && i + 1 < argc) {
            r.options.semantics = strcmp(argv[++i], "v2") == 0 ? SEMANTICS_V2 : SEMANTICS_V3;
        } else if (strcmp(argv[i], "--shared") == 0 && i + 1 < argc) {
            shared = argv[++i];
        } else {
            return usage();
        }
    }
    if (shared == NULL && i == argc) {
        return usage();
    }
    world_init(&r.world);
    int status = shared != NULL ? run_shared(&r, shared) : run_files(&r, argv + i);
    world_release(&r.world);
    return status;
}
