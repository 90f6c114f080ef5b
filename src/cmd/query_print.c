/* See query.h: answers, and what is said about them. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/timestamp.h"
#include "cmd/query.h"

bool query_is_empty(const struct value *v)
{
    return (v->type == VALUE_VECTOR || v->type == VALUE_MATRIX) && v->series.len == 0;
}

/* Nothing on standard output might be a pipe that broke; a person wants to read it. */
static void say_no_data(const struct value *v)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_add_c(&text, v->grid.steps > 1 ? "no data from " : "no data at ");
    timestamp_format(&text, v->grid.start_ms, false);
    if (v->grid.steps > 1) {
        strbuf_add_c(&text, " to ");
        timestamp_format(&text, grid_end(&v->grid), false);
    }
    command_say("tocsin", strbuf_cstr(&text));
    strbuf_release(&text);
}

/* Annotations end in the place that they are about, ` (line:column)`, of the expression as it was
 * sent: that is the text of the command line unless a server was sent another one. */
static bool take_place(struct str note, struct str *text, struct span *span)
{
    *span = (struct span){0};
    *text = note;
    if (note.len == 0 || note.data[note.len - 1] != ')') {
        return false;
    }
    size_t open = note.len;
    while (open > 0 && note.data[open - 1] != '(') {
        open--;
    }
    struct str place = str_slice(note, open, note.len - 1 - open);
    size_t colon = str_find(place, ':');
    uint64_t line, column;
    if (open < 2 || !str_to_u64(str_slice(place, 0, colon), &line) ||
        !str_to_u64(str_slice(place, colon + 1, place.len), &column) || line > UINT16_MAX ||
        column > UINT16_MAX) {
        return false;
    }
    *text = str_trim(str_slice(note, 0, open - 1));
    *span = (struct span){.line = (uint32_t)line, .column = (uint32_t)column, .length = 1};
    return true;
}

/* The word that `severity` is printed as stands before it already. */
static struct str without_kind(struct str note)
{
    static const char *const kinds[] = {"PromQL warning: ", "PromQL info: "};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (str_starts_with(note, str_from(kinds[i]))) {
            return str_slice(note, strlen(kinds[i]), note.len);
        }
    }
    return note;
}

static void add_note(struct diags *diags, struct str expr, enum diag_severity severity,
                     const char *note)
{
    struct str text = without_kind(str_from(note));
    struct span span = {0};
    bool placed = expr.data != NULL && take_place(text, &text, &span);
    diags_add(diags, severity, placed ? QUERY_FILE : NULL, placed ? expr : STR_NONE, span, "%.*s",
              STR_ARG(text));
}

static void print_notes(const struct value *v, struct str expr)
{
    struct diags diags;
    struct strbuf text = STRBUF_INIT;
    diags_init(&diags);
    for (size_t i = 0; i < v->warnings.len; i++) {
        add_note(&diags, expr, DIAG_WARNING, v->warnings.items[i]);
    }
    for (size_t i = 0; i < v->infos.len; i++) {
        add_note(&diags, expr, DIAG_INFO, v->infos.items[i]);
    }
    diags_format(&diags, &text);
    fputs(strbuf_cstr(&text), stderr);
    strbuf_release(&text);
    diags_release(&diags);
}

int query_print_value(const struct query_question *q, const struct value *v, bool placed)
{
    struct strbuf out;
    /* A reader that has seen enough (`| head`) ends this as it ends any other program. */
    signal(SIGPIPE, SIG_DFL);
    strbuf_init(&out, (size_t)1 << 26);
    struct error err = ERROR_INIT;
    if (!q->format(&out, stdout, v) || fflush(stdout) != 0) {
        error_set_sys(&err, errno, "cannot write to standard output");
        clearerr(stdout);
    } else if (out.overflowed) {
        error_set(&err, ERROR_LIMIT, "a line of the answer is longer than %zu bytes", out.max);
    }
    strbuf_release(&out);
    if (error_is(&err)) {
        int status = command_fail(&err);
        error_release(&err);
        return status;
    }
    if (q->format != value_format_json) {
        print_notes(v, placed ? q->text : STR_NONE);
    }
    if (q->format == value_format_table && query_is_empty(v)) {
        say_no_data(v);
    }
    return EXIT_STATUS_OK;
}

static void print_json(const struct error *err)
{
    struct strbuf out = STRBUF_INIT;
    error_format_json(&out, err);
    fputs(strbuf_cstr(&out), stdout);
    strbuf_release(&out);
}

int query_print_error(const struct query_question *q, const struct error *err)
{
    if (q->format == value_format_json) {
        print_json(err);
    }
    return command_fail(err);
}

int query_print_syntax(const struct query_question *q, const struct diag *first)
{
    if (q->format == value_format_json) {
        /* The words around it are the API's, so that programs that look for them find them. A limit
         * is the question's fault here, not the data's. */
        struct error api = ERROR_INIT;
        error_set(&api, ERROR_SYNTAX, "invalid parameter \"query\": %u:%u: parse error: %s",
                  first->span.line, first->span.column, first->message);
        print_json(&api);
        error_release(&api);
    }
    return error_kind_exit_status(ERROR_SYNTAX);
}
