/* See script.h. */
#include "unittest/script.h"

#include "base/diag.h"
#include "base/duration.h"
#include "base/number.h"
#include "base/timestamp.h"

/* A step counted SERIES_NOTATION_MAX_VALUES times, and any time before it, stay within 64 bits. */
#define STEP_MAX_MS ((int64_t)900000000000)

void script_init(struct script *s, struct str text)
{
    *s = (struct script){.text = text, .line = 1};
}

bool script_place(struct str text, struct str part, struct error *err)
{
    size_t begin = (size_t)(part.data - text.data);
    struct span inside = err->span;
    err->span = diag_span(text, begin, begin + part.len);
    if (inside.line == 1) {
        err->span.column += inside.column - 1;
        err->span.length = inside.length;
    }
    return false;
}

/* False at the end of the text. */
static bool next_line(struct script *s, struct script_line *out)
{
    if (s->at >= s->text.len) {
        return false;
    }
    struct str rest = str_slice(s->text, s->at, s->text.len);
    size_t len = str_find(rest, '\n');
    *out = (struct script_line){.text = str_trim(str_slice(rest, 0, len)), .number = s->line};
    if (str_starts_with(out->text, STR("#"))) {
        out->text = str_slice(out->text, 0, 0);
    }
    s->at += len + 1;
    s->line++;
    return true;
}

/* What is being read: the rest of a line. */
struct cursor {
    struct str text; /* of the whole script */
    struct str rest;
    struct error *err;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct str skip_blanks(struct str s)
{
    size_t n = 0;
    while (n < s.len && is_blank(s.data[n])) {
        n++;
    }
    return str_slice(s, n, s.len);
}

/* The word in front, which stays. */
static struct str peek_word(const struct cursor *c)
{
    struct str rest = skip_blanks(c->rest);
    size_t len = 0;
    while (len < rest.len && !is_blank(rest.data[len])) {
        len++;
    }
    return str_slice(rest, 0, len);
}

static struct str take_word(struct cursor *c)
{
    struct str word = peek_word(c);
    c->rest = skip_blanks(str_slice(skip_blanks(c->rest), word.len, c->rest.len));
    return word;
}

static bool take_keyword(struct cursor *c, const char *keyword)
{
    if (!str_equal_c(peek_word(c), keyword)) {
        return false;
    }
    take_word(c);
    return true;
}

static bool fail(struct cursor *c, struct str at, const char *problem)
{
    error_set(c->err, ERROR_SYNTAX, "%s", problem);
    return script_place(c->text, at, c->err);
}

static bool want_keyword(struct cursor *c, const char *keyword)
{
    if (take_keyword(c, keyword)) {
        return true;
    }
    error_set(c->err, ERROR_SYNTAX, "expected '%s' here", keyword);
    return script_place(c->text, peek_word(c), c->err);
}

/* A duration, or seconds as a plain number. */
static bool take_time(struct cursor *c, int64_t *ms)
{
    struct str word = take_word(c);
    struct str digits = str_slice(word, str_starts_with(word, STR("-")), word.len);
    double seconds;
    if (number_parse(word, &seconds)) {
        if (!(seconds > -TIMESTAMP_MAX_SECONDS && seconds < TIMESTAMP_MAX_SECONDS)) {
            return fail(c, word, "the time is out of range");
        }
        *ms = (int64_t)(seconds * 1000);
        return true;
    }
    if (!duration_parse(digits, ms, c->err)) {
        return script_place(c->text, digits, c->err);
    }
    if ((double)*ms > TIMESTAMP_MAX_SECONDS * 1000) {
        return fail(c, word, "the time is out of range");
    }
    if (digits.len < word.len) {
        *ms = -*ms;
    }
    return true;
}

static bool take_step(struct cursor *c, int64_t *ms)
{
    struct str word = peek_word(c);
    return take_time(c, ms) && (*ms > 0 || fail(c, word, "a step must be longer than 0")) &&
           (*ms <= STEP_MAX_MS || fail(c, word, "a step must be at most 28y"));
}

static bool take_span(struct cursor *c, int64_t *from, int64_t *to, int64_t *step)
{
    return want_keyword(c, "from") && take_time(c, from) && want_keyword(c, "to") &&
           take_time(c, to) && want_keyword(c, "step") && take_step(c, step);
}

static bool find_expectation(struct str word, enum expectation_kind *kind)
{
    static const struct {
        const char *word;
        enum expectation_kind kind;
    } words[] = {
        {"fail", EXPECT_FAIL},     {"warn", EXPECT_WARN},       {"no_warn", EXPECT_NO_WARN},
        {"info", EXPECT_INFO},     {"no_info", EXPECT_NO_INFO}, {"ordered", EXPECT_ORDERED},
        {"string", EXPECT_STRING},
    };
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_equal_c(word, words[i].word)) {
            *kind = words[i].kind;
            return true;
        }
    }
    return false;
}

/* Behind `expect`. */
static bool read_expectation(struct command *c, struct cursor *at)
{
    struct expectation e = {0};
    if (take_keyword(at, "range")) {
        e.kind = EXPECT_RANGE_VECTOR;
        if (!want_keyword(at, "vector") || !take_span(at, &e.from_ms, &e.to_ms, &e.step_ms)) {
            return false;
        }
        vec_push(&c->expectations, e);
        return true;
    }
    struct str word = take_word(at);
    if (!find_expectation(word, &e.kind)) {
        return fail(at, word,
                    "expected fail, warn, no_warn, info, no_info, ordered, string or "
                    "range vector");
    }
    e.is_regex = str_starts_with(at->rest, STR("regex:"));
    bool labelled = e.is_regex || str_starts_with(at->rest, STR("msg:"));
    e.text = labelled ? str_trim(str_slice(at->rest, str_find(at->rest, ':') + 1, at->rest.len))
                      : at->rest;
    vec_push(&c->expectations, e);
    return true;
}

/* `eval`, `eval_fail`, `eval_warn`, ... : the older way to say what is expected. */
static bool read_eval_word(struct command *c, struct cursor *at, struct str word)
{
    if (str_equal_c(word, "eval")) {
        return true;
    }
    struct expectation e = {0};
    if (!str_starts_with(word, STR("eval_")) ||
        !find_expectation(str_slice(word, sizeof("eval_") - 1, word.len), &e.kind)) {
        return fail(at, word, "unknown command; there are clear, load and eval");
    }
    vec_push(&c->expectations, e);
    return true;
}

static bool read_eval(struct command *c, struct cursor *at, struct str word)
{
    c->kind = COMMAND_EVAL;
    if (!read_eval_word(c, at, word)) {
        return false;
    }
    if (take_keyword(at, "instant")) {
        c->instant = true;
        if (!want_keyword(at, "at") || !take_time(at, &c->start_ms)) {
            return false;
        }
        c->end_ms = c->start_ms;
    } else if (take_keyword(at, "range")) {
        struct str span = at->rest;
        if (!take_span(at, &c->start_ms, &c->end_ms, &c->step_ms)) {
            return false;
        }
        if (c->end_ms < c->start_ms) {
            return fail(at, str_slice(span, 0, (size_t)(at->rest.data - span.data)),
                        "the range ends before it begins");
        }
    } else {
        return fail(at, peek_word(at), "expected 'instant' or 'range' here");
    }
    c->expr = at->rest;
    return c->expr.len > 0 || fail(at, c->expr, "expected an expression here");
}

static bool read_head(struct command *c, struct cursor *at)
{
    struct str word = take_word(at);
    if (str_equal_c(word, "clear")) {
        c->kind = COMMAND_CLEAR;
        return at->rest.len == 0 || fail(at, at->rest, "nothing belongs behind 'clear'");
    }
    if (str_equal_c(word, "load") || str_equal_c(word, "load_with_nhcb")) {
        c->kind = COMMAND_LOAD;
        c->with_nhcb = word.len > 4;
        return take_step(at, &c->step_ms) &&
               (at->rest.len == 0 || fail(at, at->rest, "nothing belongs behind the step"));
    }
    if (str_starts_with(word, STR("eval"))) {
        return read_eval(c, at, word);
    }
    return fail(at, word, "unknown command; there are clear, load and eval");
}

static bool read_body_line(struct command *c, struct cursor *at, struct script_line line)
{
    if (c->kind == COMMAND_EVAL) {
        if (take_keyword(at, "expect")) {
            return read_expectation(c, at);
        }
        bool message = take_keyword(at, "expected_fail_message");
        if (message || take_keyword(at, "expected_fail_regexp")) {
            struct expectation e = {.kind = EXPECT_FAIL, .is_regex = !message, .text = at->rest};
            vec_push(&c->expectations, e);
            return true;
        }
    }
    vec_push(&c->lines, line);
    return true;
}

enum script_result script_next(struct script *s, struct command *out, struct error *err)
{
    *out = (struct command){0};
    struct script_line line;
    do {
        if (!next_line(s, &line)) {
            return SCRIPT_END;
        }
    } while (line.text.len == 0);
    out->line = line.number;
    struct cursor at = {.text = s->text, .rest = line.text, .err = err};
    bool ok = read_head(out, &at);
    while (ok && out->kind != COMMAND_CLEAR && next_line(s, &line) && line.text.len > 0) {
        at.rest = line.text;
        ok = read_body_line(out, &at, line);
    }
    if (!ok) {
        command_release(out);
        return SCRIPT_ERROR;
    }
    return SCRIPT_COMMAND;
}

void command_release(struct command *c)
{
    vec_release(&c->expectations);
    vec_release(&c->lines);
}

const struct expectation *command_expects(const struct command *c, enum expectation_kind kind)
{
    VEC_EACH (&c->expectations, const struct expectation, e) {
        if (e->kind == kind) {
            return e;
        }
    }
    return NULL;
}
