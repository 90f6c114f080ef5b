/* See load.h. */
#include "engine/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "promql/series_notation.h"
#include "source/scrape/exposition.h"
#include "yaml/read.h"

struct loading {
    const char *file;
    struct store *store;
    struct label_table *table;
    struct diags *diags;
    int64_t *end_ms;
};

static bool fail(const struct loading *l, struct str text, struct error *err)
{
    diags_add_error(l->diags, l->file, text, err);
    error_release(err);
    return false;
}

static bool commit(const struct loading *l, struct batch *batch)
{
    struct error err = ERROR_INIT;
    VEC_EACH (&batch->samples, const struct batch_sample, s) {
        int64_t t_ms = s->t_ms != BATCH_NO_TIME ? s->t_ms : batch->t_ms;
        *l->end_ms = t_ms > *l->end_ms ? t_ms : *l->end_ms;
    }
    if (!store_commit(l->store, 0, batch, NULL, &err)) {
        return fail(l, STR_NONE, &err);
    }
    return true;
}

/* The whole file, at most LOAD_MAX_BYTES; the caller frees. */
static char *read_file(const struct loading *l, size_t *len)
{
    struct error err = ERROR_INIT;
    FILE *file = fopen(l->file, "re");
    if (file == NULL) {
        error_set_sys(&err, errno, "cannot open the file");
        fail(l, STR_NONE, &err);
        return NULL;
    }
    struct strbuf text;
    strbuf_init(&text, LOAD_MAX_BYTES);
    char piece[65536];
    size_t got;
    while ((got = fread(piece, 1, sizeof(piece), file)) != 0 && strbuf_add(&text, piece, got)) {
    }
    if (ferror(file) != 0) {
        error_set_sys(&err, errno, "cannot read the file");
    } else if (text.overflowed) {
        error_set(&err, ERROR_LIMIT, "the file is larger than %zu bytes", LOAD_MAX_BYTES);
    }
    fclose(file);
    if (error_is(&err)) {
        fail(l, STR_NONE, &err);
        strbuf_release(&text);
        return NULL;
    }
    *len = text.len;
    return strbuf_take(&text);
}

static bool load_exposition(const struct loading *l, struct str text)
{
    struct error err = ERROR_INIT;
    struct batch batch;
    batch_init(&batch);
    bool open_metrics = str_ends_with(str_trim(text), STR("# EOF"));
    bool ok = exposition_to_batch(text, open_metrics ? EXPOSITION_OPENMETRICS : EXPOSITION_TEXT,
                                  true, l->table, 0, &batch, &err);
    ok = ok ? commit(l, &batch) : fail(l, text, &err);
    batch_release(&batch);
    return ok;
}

/* One `series:` with its `values:`. */
static void load_series(const struct loading *l, struct yaml_reader *r,
                        const struct yaml_node *node, int64_t interval_ms)
{
    size_t before = l->diags->errors;
    const struct yaml_node *series = yaml_required(r, node, "series");
    const struct yaml_node *values = yaml_required(r, node, "values");
    if (series == NULL || values == NULL) {
        return;
    }
    if (series->kind != YAML_SCALAR || values->kind != YAML_SCALAR) {
        yaml_error(r, node, "'series' and 'values' are texts");
        return;
    }
    struct error err = ERROR_INIT;
    struct str rest;
    struct batch batch;
    batch_init(&batch);
    struct labels *labels = series_notation_labels(series->text, l->table, &rest, &err);
    struct notation_values list = {0};
    if (labels == NULL) {
        yaml_error_in(r, series, &err);
    } else if (!series_notation_values(values->text, &list, &err)) {
        yaml_error_in(r, values, &err);
    }
    if (labels != NULL && list.list.len > (size_t)(INT64_MAX / interval_ms)) {
        yaml_error(r, values, "the last value's time is out of range");
    }
    for (size_t i = 0; l->diags->errors == before && i < list.list.len; i++) {
        if (!list.list.items[i].omitted) {
            batch_add_labels(&batch, labels_ref(labels), list.list.items[i].v);
            batch_set_time(&batch, (int64_t)i * interval_ms);
        }
    }
    if (l->diags->errors == before) {
        commit(l, &batch);
    }
    labels_unref(labels);
    notation_values_release(&list);
    batch_release(&batch);
    error_release(&err);
}

static bool load_unit_test(const struct loading *l, const struct yaml_document *doc)
{
    size_t before = l->diags->errors;
    struct yaml_reader r;
    yaml_reader_init(&r, doc, l->diags);
    const struct yaml_node *root = yaml_root(doc);
    const struct yaml_node *tests =
        yaml_is_mapping(&r, root) ? yaml_required(&r, root, "tests") : NULL;
    if (tests != NULL && (tests->kind != YAML_SEQUENCE || tests->count == 0)) {
        yaml_error(&r, tests, "expected a list of tests");
    } else if (tests != NULL && yaml_is_mapping(&r, tests->items[0])) {
        const struct yaml_node *test = tests->items[0];
        int64_t interval_ms = 60000;
        yaml_read_duration(&r, root, "evaluation_interval", &interval_ms);
        yaml_read_duration(&r, test, "interval", &interval_ms);
        const struct yaml_node *input = yaml_required(&r, test, "input_series");
        if (input != NULL && input->kind != YAML_SEQUENCE) {
            yaml_error(&r, input, "expected a list of series");
        }
        for (size_t i = 0; input != NULL && input->kind == YAML_SEQUENCE && i < input->count; i++) {
            if (yaml_is_mapping(&r, input->items[i])) {
                load_series(l, &r, input->items[i], interval_ms);
            }
        }
    }
    yaml_reader_release(&r);
    return l->diags->errors == before;
}

static bool load_file(const struct loading *l)
{
    struct str name = str_from(l->file);
    if (str_ends_with(name, STR(".yml")) || str_ends_with(name, STR(".yaml"))) {
        struct yaml_document *doc = yaml_load(l->file, l->diags);
        bool ok = doc != NULL && load_unit_test(l, doc);
        yaml_destroy(doc);
        return ok;
    }
    size_t len;
    char *text = read_file(l, &len);
    bool ok = text != NULL && load_exposition(l, str_span(text, len));
    free(text);
    return ok;
}

bool load_samples(const char *file, struct store *store, struct label_table *table, int64_t *end_ms,
                  struct diags *diags)
{
    const struct loading l = {file, store, table, diags, end_ms};
    *end_ms = INT64_MIN;
    bool ok = load_file(&l);
    if (*end_ms == INT64_MIN) {
        *end_ms = 0;
    }
    return ok;
}
