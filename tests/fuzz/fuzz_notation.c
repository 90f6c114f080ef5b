/*
 * Any bytes as a series with values, as tests write them. Nothing may crash; what is refused says
 * why and where, and never more values come than the limit says.
 */
#include <stdint.h>
#include <stdlib.h>

#include "promql/syntax/series_notation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_error(struct error *err, size_t size)
{
    require(err->message != NULL && err->message[0] != '\0');
    require(err->span.line <= size + 1 && err->span.column <= size + 1);
    error_release(err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct label_table *table = label_table_create();
    struct str text = str_span((const char *)data, size);
    struct str rest = STR_NONE;
    struct error err = ERROR_INIT;
    struct labels *labels = series_notation_labels(text, table, &rest, &err);
    if (labels == NULL) {
        check_error(&err, size);
        rest = text;
    }
    struct notation_values values = {.list.len = 0};
    if (!series_notation_values(rest, &values, &err)) {
        check_error(&err, size);
    }
    require(values.list.len <= SERIES_NOTATION_MAX_VALUES);
    notation_values_release(&values);
    labels_unref(labels);
    label_table_destroy(table);
    return 0;
}
