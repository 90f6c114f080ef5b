/* A state directory of its own for each case, a loop, and a journal. */
#ifndef TOCSIN_TESTS_UNIT_ALERT_JOURNAL_FIXTURE_H
#define TOCSIN_TESTS_UNIT_ALERT_JOURNAL_FIXTURE_H

#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alert/journal.h"
#include "base/attr.h"
#include "base/mem.h"
#include "support/suite.h"

#define NOW_MS INT64_C(1773480413000) /* 2026-03-14T09:26:53Z */

static struct {
    char above[64];
    char folder[96];
    struct loop *loop;
    struct journal *journal;
    struct journal_status status;
    struct wall now;
    struct journal_options options;
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
    journal_status_release(&fx.status);
    fx.options.folder = fx.folder;
    fx.journal = journal_open(fx.loop, NULL, &fx.options, fx.now, &fx.status, &err);
    ck_assert_msg(fx.journal != NULL, "%s", error_text(&err));
}

static inline void fixture_close(void)
{
    ck_assert(journal_close(fx.journal, 10000));
    fx.journal = NULL;
}

static inline void fixture_setup(void)
{
    struct error err = ERROR_INIT;
    memset(&fx, 0, sizeof(fx));
    fx.now.ms = NOW_MS;
    fx.options.keep_ms = 2 * NOW_MS; /* times in the cases are small numbers */
    (void)snprintf(fx.above, sizeof(fx.above), "/tmp/tocsin-journal-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(fx.above));
    (void)snprintf(fx.folder, sizeof(fx.folder), "%s/state", fx.above);
    fx.loop = loop_create(NULL, &err);
    ck_assert_ptr_nonnull(fx.loop);
    fixture_open();
}

static inline void fixture_teardown(void)
{
    journal_close(fx.journal, 10000);
    journal_status_release(&fx.status);
    loop_destroy(fx.loop);
    nftw(fx.above, fixture_remove, 8, FTW_DEPTH | FTW_PHYS);
}

struct told {
    unsigned count;
    struct error err;
};

static inline void on_told(void *user, const struct error *err)
{
    struct told *told = user;
    told->count++;
    error_release(&told->err);
    if (err != NULL) {
        error_copy(&told->err, err);
    }
}

static inline void fixture_wait(const unsigned *counter, unsigned wanted)
{
    for (int i = 0; i < 6000 && *counter < wanted; i++) {
        loop_step(fx.loop, 10);
    }
    ck_assert_uint_eq(*counter, wanted);
}

/* True where it is on disk. */
static inline bool fixture_flush(void)
{
    struct told told = {0};
    journal_flush(fx.journal, fx.now, on_told, &told);
    ck_assert_uint_eq(told.count, 0);
    fixture_wait(&told.count, 1);
    bool ok = !error_is(&told.err);
    error_release(&told.err);
    return ok;
}

static inline void fixture_load(struct journal_state *state)
{
    struct error err = ERROR_INIT;
    ck_assert_msg(journal_load(fx.journal, state, &err), "%s", error_text(&err));
}

/* Borrowed texts: for putting only. */
static inline struct alert_record alert_of(const char *rule, const char *labels, double value)
{
    static char texts[6][64];
    struct alert_record r = {.rule = texts[0], .labels = texts[1], .annotations = texts[2]};
    (void)snprintf(texts[0], sizeof(texts[0]), "%s", rule);
    (void)snprintf(texts[1], sizeof(texts[1]), "%s", labels);
    (void)snprintf(texts[2], sizeof(texts[2]), "{\"summary\":\"%g\"}", value);
    r.value = value;
    r.has_value = true;
    return r;
}

static inline struct transition_record transition_of(int64_t at_ms, const char *rule,
                                                     uint64_t fingerprint)
{
    static char texts[5][32];
    static const char *const words[] = {NULL, "{a=\"b\"}", "pending", "firing", "over it"};
    struct transition_record r = {.at_ms = at_ms, .fingerprint = fingerprint};
    char **to[] = {&r.rule, &r.labels, &r.from, &r.to, &r.reason};
    for (size_t i = 0; i < ARRAY_LEN(to); i++) {
        (void)snprintf(texts[i], sizeof(texts[i]), "%s", i == 0 ? rule : words[i]);
        *to[i] = texts[i];
    }
    return r;
}

#endif
