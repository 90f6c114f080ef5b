/*
 * Answers questions over samples from a file, for oracle.py:
 *
 *     ask v2|v3 START_MS END_MS STEP_MS DATA QUESTIONS
 *
 * DATA has a line `S name{label="value"}` for each series and behind it a line `TIME_MS VALUE` for
 * each sample. QUESTIONS has one expression a line. For each, one line of JSON comes out:
 * [[{label: value}, {time: "value"}], ...], or `{"error": text}`.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/number.h"
#include "promql/promql.h"
#include "promql/series_notation.h"

struct data {
    struct label_table *table;
    struct store *store;
};

ATTR_NORETURN static void die(const char *what, const char *why)
{
    fprintf(stderr, "ask: %s: %s\n", what, why);
    exit(2);
}

static struct labels *commit_and_read_labels(struct data *d, struct batch *batch, struct str line)
{
    struct error err = ERROR_INIT;
    if (!store_commit(d->store, 0, batch, NULL, &err)) {
        die("commit", error_text(&err));
    }
    batch_reset(batch, 0);
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
        if (text.data[0] == 'S') {
            struct labels *next =
                commit_and_read_labels(d, &batch, str_trim(str_slice(text, 1, text.len)));
            labels_unref(labels);
            labels = next;
            continue;
        }
        char *behind;
        int64_t t_ms = strtoll(line, &behind, 10);
        double v;
        if (labels == NULL || !number_parse(str_trim(str_from(behind)), &v)) {
            die("sample", line);
        }
        batch_add_labels(&batch, labels_ref(labels), v);
        batch_set_time(&batch, t_ms);
    }
    struct error err = ERROR_INIT;
    if (!store_commit(d->store, 0, &batch, NULL, &err)) {
        die("commit", error_text(&err));
    }
    labels_unref(labels);
    batch_release(&batch);
    fclose(in);
}

static void add_series(struct strbuf *out, const struct value_series *s, const struct grid *grid)
{
    strbuf_add_c(out, "[{");
    for (size_t i = 0; i < labels_count(s->labels); i++) {
        struct label l = labels_at(s->labels, i);
        strbuf_add_c(out, i > 0 ? ",\"" : "\"");
        escape_json(out, l.name);
        strbuf_add_c(out, "\":\"");
        escape_json(out, l.value);
        strbuf_add_char(out, '"');
    }
    strbuf_add_c(out, "},{");
    bool first = true;
    for (size_t i = 0; i < s->count; i++) {
        if (!value_is_absent(s->points[i])) {
            strbuf_printf(out, "%s\"%" PRId64 "\":\"", first ? "" : ",", grid_time(grid, i));
            number_format(out, s->points[i]);
            strbuf_add_char(out, '"');
            first = false;
        }
    }
    strbuf_add_c(out, "}]");
}

static void add_error(struct strbuf *out, const struct error *err)
{
    strbuf_add_c(out, "{\"error\":\"");
    escape_json(out, str_from(error_text(err)));
    strbuf_add_c(out, "\"}");
}

static void answer(const struct data *d, struct str question, const struct grid *grid,
                   int64_t end_ms, enum semantics semantics, struct strbuf *out)
{
    struct error err = ERROR_INIT;
    struct expr *e = expr_parse(question, NULL, &err);
    struct eval_options options = {.semantics = semantics, .end_ms = end_ms};
    struct value v;
    if (e == NULL || !expr_eval(e, d->store, d->table, grid, false, &options, &v, &err)) {
        add_error(out, &err);
        error_release(&err);
        expr_unref(e);
        return;
    }
    strbuf_add_char(out, '[');
    for (size_t i = 0; i < v.series.len; i++) {
        strbuf_add_c(out, i > 0 ? "," : "");
        add_series(out, &v.series.items[i], grid);
    }
    strbuf_add_char(out, ']');
    value_release(&v);
    expr_unref(e);
}

/* Largest answer. */
#define ANSWER_MAX_BYTES ((size_t)64 * 1024 * 1024)

int main(int argc, char **argv)
{
    if (argc != 7) {
        fprintf(stderr, "usage: ask v2|v3 START_MS END_MS STEP_MS DATA QUESTIONS\n");
        return 2;
    }
    enum semantics semantics = strcmp(argv[1], "v2") == 0 ? SEMANTICS_V2 : SEMANTICS_V3;
    int64_t end_ms = strtoll(argv[3], NULL, 10);
    struct grid grid = grid_range(strtoll(argv[2], NULL, 10), end_ms, strtoll(argv[4], NULL, 10));
    struct data d = {.table = label_table_create()};
    struct store_options options = {0};
    d.store = store_create(&options, d.table);
    load(&d, argv[5]);
    FILE *questions = fopen(argv[6], "r");
    if (questions == NULL) {
        perror(argv[6]);
        return 2;
    }
    struct strbuf out;
    strbuf_init(&out, ANSWER_MAX_BYTES);
    char line[4096];
    while (fgets(line, sizeof(line), questions) != NULL) {
        strbuf_reset(&out);
        answer(&d, str_trim(str_from(line)), &grid, end_ms, semantics, &out);
        puts(out.overflowed ? "{\"error\":\"answer too long\"}" : strbuf_cstr(&out));
    }
    fclose(questions);
    strbuf_release(&out);
    store_destroy(d.store);
    label_table_destroy(d.table);
    return 0;
}
