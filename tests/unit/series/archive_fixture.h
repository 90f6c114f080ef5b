/* A folder of its own for each case, a loop, a table of labels, and a store with its archive. */
#ifndef TOCSIN_TESTS_UNIT_SERIES_ARCHIVE_FIXTURE_H
#define TOCSIN_TESTS_UNIT_SERIES_ARCHIVE_FIXTURE_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "random_series.h"
#include "series/archive/archive.h"
#include "support/suite.h"

#define START_MS INT64_C(1700000000000)

static struct {
    char folder[64];
    char path[96];
    struct loop *loop;
    struct label_table *table;
    struct store *store;
    struct archive *archive;
    struct archive_opened opened;
    int64_t retention_ms;
    struct wall now;
} fx;

static inline int fixture_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static inline void fixture_open(void)
{
    struct error err = ERROR_INIT;
    archive_opened_release(&fx.opened);
    fx.store = store_create(&(struct store_options){.retention_ms = fx.retention_ms}, fx.table);
    fx.archive = archive_open(fx.loop, fx.folder, fx.store, fx.table, fx.retention_ms, fx.now,
                              &fx.opened, &err);
    ck_assert_msg(fx.archive != NULL, "%s", error_text(&err));
}

static inline void fixture_close(void)
{
    ck_assert(archive_close(fx.archive, fx.now, 60000));
    store_destroy(fx.store);
    fx.archive = NULL;
    fx.store = NULL;
}

static inline void fixture_restart(void)
{
    fixture_close();
    fixture_open();
    ck_assert_uint_eq(fx.opened.unreadable, 0);
    ck_assert_ptr_null(fx.opened.set_aside);
}

static inline void fixture_setup(void)
{
    struct error err = ERROR_INIT;
    memset(&fx, 0, sizeof(fx));
    fx.now.ms = START_MS;
    (void)snprintf(fx.folder, sizeof(fx.folder), "/tmp/tocsin-archive-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(fx.folder));
    (void)snprintf(fx.path, sizeof(fx.path), "%s/archive.db", fx.folder);
    fx.loop = loop_create(NULL, &err);
    ck_assert_ptr_nonnull(fx.loop);
    fx.table = label_table_create();
}

static inline void fixture_teardown(void)
{
    archive_close(fx.archive, fx.now, 60000);
    store_destroy(fx.store);
    archive_opened_release(&fx.opened);
    label_table_destroy(fx.table);
    loop_destroy(fx.loop);
    nftw(fx.folder, fixture_remove, 8, FTW_DEPTH | FTW_PHYS);
}

/* One pass to its end. */
static inline void fixture_keep(void)
{
    struct archive_stats stats;
    archive_keep(fx.archive, fx.now);
    archive_stats(fx.archive, &stats);
    for (int i = 0; i < 6000 && stats.working; i++) {
        loop_step(fx.loop, 10);
        archive_stats(fx.archive, &stats);
    }
    ck_assert(!stats.working);
}

static inline struct labels *fixture_labels(const char *name, unsigned number)
{
    struct labels_builder b;
    struct error err = ERROR_INIT;
    char text[24];
    (void)snprintf(text, sizeof(text), "%u", number);
    labels_builder_init(&b, fx.table);
    labels_builder_add(&b, STR("__name__"), str_from(name));
    labels_builder_add(&b, STR("i"), str_from(text));
    struct labels *made = labels_builder_finish(&b, &err);
    labels_builder_release(&b);
    return made;
}

static inline void fixture_select(const struct store *store, struct selection *out)
{
    struct matcher matcher;
    struct error err = ERROR_INIT;
    ck_assert(matcher_init(&matcher, MATCH_REGEX, STR("__name__"), STR(".+"), &err));
    ck_assert(store_select(store, &matcher, 1, out, &err));
    matcher_release(&matcher);
}

#endif
