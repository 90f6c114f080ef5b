/*
 * A store with enough in it that questions over it are long, for the tests of evaluation in slices:
 * `m{i="0"}`, `m{i="1"}`, ... of one target, counters with a step of their own.
 */
#ifndef TOCSIN_TESTS_UNIT_QUERY_SLOW_STORE_H
#define TOCSIN_TESTS_UNIT_QUERY_SLOW_STORE_H

#include <stdio.h>

#include "series/store.h"
#include "support/suite.h"

#define SLOW_START_MS INT64_C(1700000000000)
#define SLOW_STEP_MS  15000

static inline struct labels *slow_labels(struct label_table *table, const char *name, size_t i)
{
    struct labels_builder b;
    struct error err = ERROR_INIT;
    char number[24];
    snprintf(number, sizeof(number), "%zu", i);
    labels_builder_init(&b, table);
    labels_builder_set(&b, STR(LABEL_NAME), str_from(name));
    labels_builder_set(&b, STR("i"), str_from(number));
    struct labels *ls = labels_builder_finish(&b, &err);
    labels_builder_release(&b);
    ck_assert_ptr_nonnull(ls);
    return ls;
}

/* Row `row` of series 0 to `count`: one poll. */
static inline void slow_commit(struct store *store, struct label_table *table, store_target target,
                               const char *name, size_t count, size_t row)
{
    struct batch batch;
    struct error err = ERROR_INIT;
    batch_init(&batch);
    batch_reset(&batch, SLOW_START_MS + (int64_t)row * SLOW_STEP_MS);
    for (size_t i = 0; i < count; i++) {
        batch_add_labels(&batch, slow_labels(table, name, i), (double)(row * (i % 7 + 1)));
    }
    ck_assert_msg(store_commit(store, target, &batch, NULL, &err), "%s", error_text(&err));
    batch_release(&batch);
}

#endif
