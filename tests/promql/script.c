/* See script.h. */
#include "promql/script.h"

#include "base/duration.h"
#include "base/number.h"

void script_init(struct script *s, struct str text)
{
    *s = (struct script){.text = text, .line = 1};
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
        out->text = STR("");
    }
    s->at += len + 1;
    s->line++;
    return true;
}

/* Takes the first word off `*rest`. */
static struct str take_word(struct str *rest)
{
    *rest = str_trim(*rest);
    size_t len = 0;
    while (len < rest->len && rest->data[len] != ' ' && rest->data[len] != '\t') {
        len++;
    }
    struct str word = str_slice(*rest, 0, len);
    *rest = str_trim(str_slice(*rest, len, rest->len));
    return word;
}

static bool take_keyword(struct str *rest, const char *keyword)
{
    struct str before = *rest;
    if (str_equal_c(take_word(rest), keyword)) {
        return true;
    }
    *rest = before;
    return false;
}

/* A duration, or seconds as a plain number. */
static bool take_time(struct str *rest, int64_t *ms, struct error *err)
{
    struct str word = take_word(rest);
    double seconds;
    if (number_parse(word, &seconds)) {
        *ms = (int64_t)(seconds * 1000);
        return true;
    }
    return duration_parse(word, ms, err);
}

static bool fail(struct error *err, uint32_t line, const char *problem)
{
    return error_set(err, ERROR_SYNTAX, "line %u: %s", line, problem);
}

static bool take_span(struct str *rest, int64_t *from, int64_t *to, int64_t *step, uint32_t line,
                      struct error *err)
{
    if (!take_keyword(rest, "from") || !take_time(rest, from, err) || !take_keyword(rest, "to") ||
        !take_time(rest, to, err) || !take_keyword(rest, "step") || !take_time(rest, step, err)) {
        return fail(err, line, "expected 'from A to B step C'");
    }
    return true;
}

static bool read_expectation(struct command *c, struct str rest, uint32_t line, struct error *err)
{
    static const struct {
        const char *word;
        enum expectation_kind kind;
    } words[] = {
        {"fail", EXPECT_FAIL},     {"warn", EXPECT_WARN},       {"no_warn", EXPECT_NO_WARN},
        {"info", EXPECT_INFO},     {"no_info", EXPECT_NO_INFO}, {"ordered", EXPECT_ORDERED},
        {"string", EXPECT_STRING},
    };
    struct expectation e = {0};
    if (take_keyword(&rest, "range")) {
        e.kind = EXPECT_RANGE_VECTOR;
        if (!take_keyword(&rest, "vector")) {
            return fail(err, line, "expected 'range vector'");
        }
        if (!take_span(&rest, &e.from_ms, &e.to_ms, &e.step_ms, line, err)) {
            return false;
        }
        vec_push(&c->expectations, e);
        return true;
    }
    struct str word = take_word(&rest);
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_equal_c(word, words[i].word)) {
            e.kind = words[i].kind;
            e.is_regex = str_starts_with(rest, STR("regex:"));
            bool labelled = e.is_regex || str_starts_with(rest, STR("msg:"));
            e.text = labelled ? str_trim(str_slice(rest, str_find(rest, ':') + 1, rest.len)) : rest;
            vec_push(&c->expectations, e);
            return true;
        }
    }
    return fail(err, line, "unknown expectation");
}

/* `eval`, `eval_fail`, `eval_warn`, ... : the older way to say what is expected. */
static bool read_eval_word(struct command *c, struct str word, uint32_t line, struct error *err)
{
    if (str_equal_c(word, "eval")) {
        return true;
    }
    return read_expectation(c, str_slice(word, sizeof("eval_") - 1, word.len), line, err);
}

static bool read_eval(struct command *c, struct str word, struct str rest, struct error *err)
{
    c->kind = COMMAND_EVAL;
    if (!read_eval_word(c, word, c->line, err)) {
        return false;
    }
    if (take_keyword(&rest, "instant")) {
        c->instant = true;
        if (!take_keyword(&rest, "at") || !take_time(&rest, &c->start_ms, err)) {
            return fail(err, c->line, "expected 'at' and a time");
        }
        c->end_ms = c->start_ms;
    } else if (take_keyword(&rest, "range")) {
        if (!take_span(&rest, &c->start_ms, &c->end_ms, &c->step_ms, c->line, err)) {
            return false;
        }
    } else {
        return fail(err, c->line, "expected 'instant' or 'range'");
    }
    c->expr = rest;
    return true;
}

static bool read_head(struct command *c, struct str head, struct error *err)
{
    struct str rest = head;
    struct str word = take_word(&rest);
    if (str_equal_c(word, "clear")) {
        c->kind = COMMAND_CLEAR;
        return true;
    }
    if (str_equal_c(word, "load") || str_equal_c(word, "load_with_nhcb")) {
        c->kind = COMMAND_LOAD;
        c->with_nhcb = word.len > 4;
        return take_time(&rest, &c->step_ms, err) || fail(err, c->line, "expected a duration");
    }
    if (str_starts_with(word, STR("eval"))) {
        return read_eval(c, word, rest, err);
    }
    return fail(err, c->line, "expected clear, load or eval");
}

static bool read_body_line(struct command *c, struct script_line line, struct error *err)
{
    struct str rest = line.text;
    if (c->kind == COMMAND_EVAL) {
        if (take_keyword(&rest, "expect")) {
            return read_expectation(c, rest, line.number, err);
        }
        bool message = take_keyword(&rest, "expected_fail_message");
        if (message || take_keyword(&rest, "expected_fail_regexp")) {
            vec_push(
                &c->expectations,
                ((struct expectation){.kind = EXPECT_FAIL, .is_regex = !message, .text = rest}));
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
    bool ok = read_head(out, line.text, err);
    while (ok && out->kind != COMMAND_CLEAR && next_line(s, &line) && line.text.len > 0) {
        ok = read_body_line(out, line, err);
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
