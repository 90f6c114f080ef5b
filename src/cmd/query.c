/*
 * tocsin query: one question, one answer: to files of samples, to a source of the configuration, or
 * to a server. Here: the files.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "cmd/query.h"
#include "engine/load.h"

static const struct option_row options[] = {
    {"time", 't', "TIME", "when to evaluate: Unix seconds, RFC 3339, now-1h (now)"},
    {"start", 0, "TIME", "evaluate over a range, from here"},
    {"end", 0, "TIME", "end of the range (now)"},
    {"step", 0, "DURATION", "step of the range: 15s (a 60th of the range)"},
    {"source", 's', "NAME|TARGET", "who is asked: a source of the configuration, or an address"},
    {"load", 'l', "FILE", "ask the samples in FILE (- is standard input); may be given again"},
    {"semantics", 0, "v3|v2", "the language as of Prometheus 3 (default) or 2.x"},
    {"lookback", 0, "DURATION", "how old a sample may be and still count (5m)"},
    {"max-samples", 0, "NUMBER", "samples the question may read (50000000)"},
    {"timeout", 0, "DURATION", "how long the answer may take (30s; with --load no limit)"},
    {"format", 'f', "table|json|csv", "how to print the answer (table)"},
    {"config", 'c', "FILE", "the configuration"},
};

struct deadline {
    struct clock clock;
    struct mono began;
    int64_t timeout_ms;
};

static bool in_time(void *user)
{
    const struct deadline *deadline = user;
    return mono_ms_since(clock_mono(&deadline->clock), deadline->began) < deadline->timeout_ms;
}

static int evaluate(const struct query_question *q, struct store *store, struct label_table *table,
                    int64_t now_ms)
{
    struct value value;
    struct error err = ERROR_INIT;
    struct grid grid;
    struct eval_options eval = q->eval;
    struct deadline deadline = {.clock = clock_real(), .timeout_ms = q->timeout_ms};
    deadline.began = clock_mono(&deadline.clock);
    if (q->timeout_ms != 0) {
        eval.pause = in_time;
        eval.pause_user = &deadline;
    }
    if (!query_question_grid(q, now_ms, &grid, &eval.end_ms, &err) ||
        !expr_eval(q->expr, store, table, &grid, q->instant, &eval, &value, &err)) {
        if (err.kind == ERROR_CANCELLED) {
            error_set(&err, ERROR_TIMEOUT, "no answer within %g s", (double)q->timeout_ms / 1000);
        }
        int status = query_print_error(q, &err);
        error_release(&err);
        return status;
    }
    int status = query_print_value(q, &value, true);
    if (q->format == value_format_table) {
        (query_is_empty(&value) ? query_print_store_hints : query_print_slips)(q, store);
    }
    value_release(&value);
    return status;
}

static int ask_files(const struct invocation *inv, const struct query_question *q,
                     struct diags *diags)
{
    VEC(const char *) files = {0};
    size_t at = 0;
    for (const char *file; (file = invocation_next(inv, "load", &at)) != NULL;) {
        vec_push(&files, file);
    }
    struct label_table *table = label_table_create();
    struct store *store = store_create(&(struct store_options){0}, table);
    int64_t newest_ms;
    int status = error_kind_exit_status(ERROR_SYNTAX);
    if (load_samples(files.items, files.len, store, table, &newest_ms, diags)) {
        status = evaluate(q, store, table, newest_ms);
    }
    store_destroy(store);
    label_table_destroy(table);
    vec_release(&files);
    return status;
}

static int ask(const struct invocation *inv, struct query_question *q, struct diags *diags)
{
    const struct parse_options parse = {.conveniences = true};
    struct error err = ERROR_INIT;
    int status;
    if (!query_question_read(q, inv, &err)) {
        status = query_print_error(q, &err);
        error_release(&err);
        return status;
    }
    q->expr = expr_parse_all(q->text, &parse, QUERY_FILE, diags);
    if (q->expr == NULL) {
        return query_print_syntax(q, &diags->list.items[0]);
    }
    return invocation_value(inv, "load") != NULL ? ask_files(inv, q, diags)
                                                 : query_ask_source(inv, q, diags);
}

static int run(const struct invocation *inv)
{
    struct query_question question = {.format = value_format_table};
    struct diags diags;
    diags_init(&diags);
    int status = ask(inv, &question, &diags);
    struct strbuf text = STRBUF_INIT;
    diags_format(&diags, &text);
    fputs(strbuf_cstr(&text), stderr);
    strbuf_release(&text);
    diags_release(&diags);
    expr_unref(question.expr);
    return status;
}

const struct command command_query = {.name = "query",
                                      .arguments = "EXPR",
                                      .doc = "evaluate an expression once",
                                      .options = options,
                                      .option_count = ARRAY_LEN(options),
                                      .run = run};
