/*
 * Answers questions over samples from a file, for oracle.py:
 *
 *     ask DATA
 *
 * DATA has a line `S name{label="value"}` for each series and behind it a line `TIME_MS VALUE` for
 * each sample, the value as number or `stale`. Then questions come on standard input, one a line,
 * and each is answered with a line of JSON as soon as it is there:
 *
 *     eval v2|v3 START_MS END_MS STEP_MS EXPR    what Prometheus' API answers; step 0: an instant
 *     print EXPR                                 the type, and the expression printed
 *
 * The byte 1 in an expression stands for a line end.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/number.h"
#include "promql/promql.h"
#include "promql/syntax/series_notation.h"
#include "promql/value_format.h"

struct data {
    struct label_table *table;
    struct store *store;
};

/* Longest line of the data and of a question. */
#define LINE_MAX_BYTES (int)(2 * EXPR_MAX_BYTES)
/* Largest answer. */
#define ANSWER_MAX_BYTES ((size_t)64 * 1024 * 1024)

ATTR_NORETURN static void die(const char *what, const char *why)
{
    fprintf(stderr, "ask: %s: %s\n", what, why);
    exit(2);
}

static void commit(struct data *d, struct batch *batch)
{
    struct error err = ERROR_INIT;
    if (!store_commit(d->store, 0, batch, NULL, &err)) {
        die("commit", error_text(&err));
    }
    batch_reset(batch, 0);
}

static struct labels *read_labels(struct data *d, struct str line)
{
    struct error err = ERROR_INIT;
    struct str rest;
    struct labels *labels = series_notation_labels(line, d->table, &rest, &err);
    if (labels == NULL) {
        die("series", error_text(&err));
    }
    return labels;
}

static void load(struct data *d, const char *path)
{
    FILE *in = fopen(path, "r");
    if (in == NULL) {
        perror(path);
        exit(2);
    }
    struct batch batch;
    batch_init(&batch);
    batch_reset(&batch, 0);
    struct labels *labels = NULL;
    char line[4096];
    while (fgets(line, sizeof(line), in) != NULL) {
        struct str text = str_trim(str_from(line));
        if (text.len > 0 && text.data[0] == 'S') {
            commit(d, &batch);
            labels_unref(labels);
            labels = read_labels(d, str_trim(str_slice(text, 1, text.len)));
            continue;
        }
        char *behind;
        int64_t t_ms = strtoll(line, &behind, 10);
        struct str word = str_trim(str_from(behind));
        double v = value_absent();
        if (labels == NULL || (!str_equal_c(word, "stale") && !number_parse(word, &v))) {
            die("sample", line);
        }
        batch_add_labels(&batch, labels_ref(labels), v);
        batch_set_time(&batch, t_ms);
    }
    commit(d, &batch);
    labels_unref(labels);
    batch_release(&batch);
    fclose(in);
}

static void answer_eval(const struct data *d, struct str question, struct strbuf *out)
{
    char semantics[3];
    int64_t start_ms;
    int64_t end_ms;
    int64_t step_ms;
    int used = 0;
    if (sscanf(question.data, "eval %2s %" SCNd64 " %" SCNd64 " %" SCNd64 " %n", semantics,
               &start_ms, &end_ms, &step_ms, &used) != 4) {
        die("question", question.data);
    }
    struct error err = ERROR_INIT;
    bool instant = step_ms == 0;
    struct grid grid = instant ? grid_instant(start_ms) : grid_range(start_ms, end_ms, step_ms);
    struct expr *e = expr_parse(str_slice(question, (size_t)used, question.len), NULL, &err);
    struct eval_options options = {
        .semantics = strcmp(semantics, "v2") == 0 ? SEMANTICS_V2 : SEMANTICS_V3, .end_ms = end_ms};
    struct value v;
    if (e == NULL || !expr_eval(e, d->store, d->table, &grid, instant, &options, &v, &err)) {
        error_format_json(out, &err);
        error_release(&err);
    } else {
        (void)value_format_json(out, NULL, &v);
        value_release(&v);
    }
    expr_unref(e);
}

static void answer_print(struct str text, struct strbuf *out)
{
    struct error err = ERROR_INIT;
    struct expr *e = expr_parse(text, NULL, &err);
    if (e == NULL) {
        error_format_json(out, &err);
        error_release(&err);
        return;
    }
    struct strbuf printed = STRBUF_INIT;
    expr_print(&printed, e, PRINT_PLAIN);
    strbuf_printf(out, "{\"status\":\"success\",\"type\":\"%s\",\"text\":\"",
                  value_type_name(e->root->type));
    escape_json(out, strbuf_str(&printed));
    strbuf_add_c(out, "\"}\n");
    strbuf_release(&printed);
    expr_unref(e);
}

static void answer_all(const struct data *d)
{
    char *line = malloc(LINE_MAX_BYTES);
    struct strbuf out;
    strbuf_init(&out, ANSWER_MAX_BYTES);
    while (line != NULL && fgets(line, LINE_MAX_BYTES, stdin) != NULL) {
        for (char *c = line; *c != '\0'; c++) {
            *c = *c == 1 ? '\n' : *c == '\n' ? '\0' : *c;
        }
        struct str question = str_from(line);
        strbuf_reset(&out);
        if (str_starts_with(question, STR("print "))) {
            answer_print(str_slice(question, 6, question.len), &out);
        } else {
            answer_eval(d, question, &out);
        }
        fputs(out.overflowed ? "{\"status\":\"overflow\"}\n" : strbuf_cstr(&out), stdout);
        fflush(stdout);
    }
    strbuf_release(&out);
    free(line);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: ask DATA < QUESTIONS\n");
        return 2;
    }
    struct data d = {.table = label_table_create()};
    struct store_options options = {0};
    d.store = store_create(&options, d.table);
    load(&d, argv[1]);
    answer_all(&d);
    store_destroy(d.store);
    label_table_destroy(d.table);
    return 0;
}
