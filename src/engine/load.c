/* See load.h. */
#include "engine/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/map.h"
#include "promql/syntax/series_notation.h"
#include "source/scrape/exposition.h"
#include "yaml/read.h"

struct loading {
    const char *file;
    struct label_table *table;
    struct batch *samples; /* of all files, each with its time */
    struct diags *diags;
};

static const char *shown_name(const char *file)
{
    return strcmp(file, "-") == 0 ? "<stdin>" : file;
}

static bool fail(const struct loading *l, struct str text, struct error *err)
{
    diags_add_error(l->diags, shown_name(l->file), text, err);
    error_release(err);
    return false;
}

/* `text` is released by the caller, also where this fails. */
static bool read_text(const struct loading *l, struct strbuf *text)
{
    struct error err = ERROR_INIT;
    strbuf_init(text, LOAD_MAX_BYTES);
    bool ok = strcmp(l->file, "-") == 0 ? file_read_stream(stdin, text, &err)
                                        : file_read(l->file, text, &err);
    return ok || fail(l, STR_NONE, &err);
}

/* The place stands before the message already. */
static void drop_place(struct error *err)
{
    struct strbuf place = STRBUF_INIT;
    strbuf_printf(&place, "line %u, column %u: ", err->span.line, err->span.column);
    if (err->span.line != 0 && str_starts_with(str_from(err->message), strbuf_str(&place))) {
        memmove(err->message, err->message + place.len, strlen(err->message) + 1 - place.len);
    }
    strbuf_release(&place);
}

/* Moves the samples of `from` over. */
static void take_samples(const struct loading *l, struct batch *from)
{
    VEC_EACH (&from->samples, const struct batch_sample, s) {
        batch_add_labels(l->samples, labels_ref(s->labels), s->v);
        batch_set_time(l->samples, s->t_ms != BATCH_NO_TIME ? s->t_ms : 0);
    }
}

static bool load_exposition(const struct loading *l, struct str text)
{
    struct error err = ERROR_INIT;
    struct batch batch;
    batch_init(&batch);
    bool open_metrics = str_ends_with(str_trim(text), STR("# EOF"));
    bool ok = exposition_to_batch(text, open_metrics ? EXPOSITION_OPENMETRICS : EXPOSITION_TEXT,
                                  true, l->table, 0, &batch, &err);
    if (ok) {
        take_samples(l, &batch);
    } else {
        drop_place(&err);
        fail(l, text, &err);
    }
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
            batch_add_labels(l->samples, labels_ref(labels), list.list.items[i].v);
            batch_set_time(l->samples, (int64_t)i * interval_ms);
        }
    }
    labels_unref(labels);
    notation_values_release(&list);
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
    struct strbuf text;
    bool ok = read_text(l, &text) && load_exposition(l, strbuf_str(&text));
    strbuf_release(&text);
    return ok;
}

/* Does time only go forward in every series? */
static bool is_in_order(const struct batch *batch)
{
    bool in_order = true;
    struct map newest = {0};
    for (size_t i = 0; in_order && i < batch->samples.len; i++) {
        struct batch_sample *s = &batch->samples.items[i];
        /* Label sets are interned: equal ones are one pointer. */
        struct str key = str_span((const char *)&s->labels, sizeof(s->labels));
        const struct batch_sample *before = map_put(&newest, key, s);
        in_order = before == NULL || before->t_ms < s->t_ms;
    }
    map_release(&newest);
    return in_order;
}

static int compare_samples(const void *a, const void *b)
{
    const struct batch_sample *x = a;
    const struct batch_sample *y = b;
    if (x->labels != y->labels) {
        return (uintptr_t)x->labels < (uintptr_t)y->labels ? -1 : 1;
    }
    return x->t_ms < y->t_ms ? -1 : x->t_ms > y->t_ms;
}

/* A store keeps the first of two at one time and counts the other; here the file is wrong. */
static bool check_times(const struct batch *batch, struct error *err)
{
    for (size_t i = 1; i < batch->samples.len; i++) {
        const struct batch_sample *s = &batch->samples.items[i];
        if (s[-1].labels == s->labels && s[-1].t_ms == s->t_ms) {
            struct strbuf name = STRBUF_INIT;
            labels_format(&name, s->labels);
            error_set(err, ERROR_PROTOCOL, "two samples of %s at %.3f", strbuf_cstr(&name),
                      (double)s->t_ms / 1000);
            strbuf_release(&name);
            return false;
        }
    }
    return true;
}

static bool commit(struct batch *batch, struct store *store, int64_t *end_ms, struct error *err)
{
    if (!is_in_order(batch)) {
        qsort(batch->samples.items, batch->samples.len, sizeof(*batch->samples.items),
              compare_samples);
        if (!check_times(batch, err)) {
            return false;
        }
    }
    int64_t newest = INT64_MIN;
    VEC_EACH (&batch->samples, const struct batch_sample, s) {
        newest = s->t_ms > newest ? s->t_ms : newest;
    }
    *end_ms = batch->samples.len != 0 ? newest : 0;
    return store_commit(store, 0, batch, NULL, err);
}

bool load_samples(const char *const *files, size_t count, struct store *store,
                  struct label_table *table, int64_t *end_ms, struct diags *diags)
{
    struct batch samples;
    batch_init(&samples);
    *end_ms = 0;
    bool ok = true;
    for (size_t i = 0; i < count; i++) {
        const struct loading l = {files[i], table, &samples, diags};
        ok = load_file(&l) && ok;
    }
    struct error err = ERROR_INIT;
    if (ok && !commit(&samples, store, end_ms, &err)) {
        diags_add_error(diags, count == 1 ? shown_name(files[0]) : NULL, STR_NONE, &err);
        error_release(&err);
        ok = false;
    }
    batch_release(&samples);
    return ok;
}
