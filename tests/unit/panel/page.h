/* Pages of pages/ in a store: two scrapes a minute apart, of job "shop". PAGES is the folder. */
#ifndef TOCSIN_TESTS_UNIT_PANEL_PAGE_H
#define TOCSIN_TESTS_UNIT_PANEL_PAGE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "series/store.h"
#include "source/scrape/exposition.h"

static inline char *page_read(const char *name, size_t *len)
{
    char *path = mem_printf("%s/%s.txt", PAGES, name);
    FILE *file = fopen(path, "r");
    ck_assert_msg(file != NULL, "no page '%s'", path);
    struct strbuf text = STRBUF_INIT;
    char piece[4096];
    size_t got;
    while ((got = fread(piece, 1, sizeof(piece), file)) != 0) {
        strbuf_add(&text, piece, got);
    }
    fclose(file);
    free(path);
    *len = text.len;
    return strbuf_take(&text);
}

/* The page's samples with the labels a scrape adds. */
static inline void page_load(struct store *store, struct label_table *table, const char *name)
{
    size_t len;
    char *text = page_read(name, &len);
    struct error err = ERROR_INIT;
    struct batch page, batch;
    batch_init(&page);
    batch_init(&batch);
    bool ok =
        exposition_to_batch(str_span(text, len), EXPOSITION_TEXT, false, table, 0, &page, &err);
    ck_assert_msg(ok, "%s", error_text(&err));
    VEC_EACH (&page.samples, struct batch_sample, s) {
        struct labels_builder b;
        labels_builder_init(&b, table);
        labels_builder_from(&b, s->labels);
        labels_builder_set(&b, STR("job"), STR("shop"));
        labels_builder_set(&b, STR("instance"), STR("shop-1:80"));
        batch_add_labels(&batch, labels_builder_finish(&b, &err), s->v);
        batch_set_time(&batch, s->t_ms);
        labels_builder_release(&b);
    }
    ck_assert_msg(store_commit(store, 0, &batch, NULL, &err), "%s", error_text(&err));
    batch_release(&page);
    batch_release(&batch);
    free(text);
}

#endif
