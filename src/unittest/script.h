/*
 * Prometheus' test language for expressions, read into commands: clear, load, eval. What the
 * commands do is in script_run.c.
 *
 *     load 1m
 *         requests_total{code="200"} 0+10x10
 *
 *     eval instant at 10m sum(rate(requests_total[5m]))
 *         expect no_warn
 *         {} 0.16666666666666666
 *
 * Lines are trimmed, a line that starts with # is as good as empty, an empty line ends a command.
 * What is expected beside values is said by `expect` lines or, in older files, by the command's
 * name (`eval_fail`) and by `expected_fail_message` (prometheus: promql/promqltest, README).
 *
 * Owner: the reader holds nothing; a command is released by the caller. Texts are views into the
 * script's.
 */
#ifndef TOCSIN_UNITTEST_SCRIPT_H
#define TOCSIN_UNITTEST_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "base/vec.h"

struct script {
    struct str text;
    size_t at;
    uint32_t line; /* of the next line, from 1 */
};

struct script_line {
    struct str text; /* trimmed */
    uint32_t number;
};

enum expectation_kind {
    EXPECT_FAIL,
    EXPECT_WARN,
    EXPECT_NO_WARN,
    EXPECT_INFO,
    EXPECT_NO_INFO,
    EXPECT_ORDERED,
    EXPECT_STRING,
    EXPECT_RANGE_VECTOR
};

struct expectation {
    enum expectation_kind kind;
    bool is_regex;
    struct str text; /* message, pattern or string literal; empty where none was given */
    int64_t from_ms; /* of a range vector */
    int64_t to_ms;
    int64_t step_ms;
};

enum command_kind { COMMAND_CLEAR, COMMAND_LOAD, COMMAND_EVAL };

struct command {
    enum command_kind kind;
    uint32_t line;
    int64_t step_ms; /* load, and eval range; > 0 */
    bool with_nhcb;  /* load: native histograms are made of the classic ones, too */
    bool instant;
    int64_t start_ms;
    int64_t end_ms;
    struct str expr;
    VEC(struct expectation) expectations;
    VEC(struct script_line) lines; /* series with values */
};

/* `text` is borrowed and must outlive the commands. */
void script_init(struct script *s, struct str text);
enum script_result { SCRIPT_COMMAND, SCRIPT_END, SCRIPT_ERROR };
/* With SCRIPT_ERROR the span of `err` is in the script's text. */
enum script_result script_next(struct script *s, struct command *out, struct error *err);
void command_release(struct command *c);
/* NULL where there is none. */
const struct expectation *command_expects(const struct command *c, enum expectation_kind kind);

/* Moves the span of `err`, which is within `part`, to where `part` is in the script's text. Returns
 * false, as the functions of error.h do. */
bool script_place(struct str text, struct str part, struct error *err);

#endif
