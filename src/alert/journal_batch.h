/*
 * Changes not written yet: the last one of every key, and transitions in their order. Private to
 * this folder.
 *
 * Owner: journal_batch_init/release.
 */
#ifndef TOCSIN_ALERT_JOURNAL_BATCH_H
#define TOCSIN_ALERT_JOURNAL_BATCH_H

#include "alert/journal_layout.h"
#include "alert/journal_schema.h"
#include "base/map.h"

struct journal_batch {
    struct map items; /* struct batch_item */
    VEC(struct transition_record) transitions;
};

/* An empty one is all zero. */
void journal_batch_release(struct journal_batch *b);
bool journal_batch_is_empty(const struct journal_batch *b);
size_t journal_batch_count(const struct journal_batch *b);
/* Copies; replaces what was there of the same key. */
void journal_batch_put(struct journal_batch *b, enum record_kind kind, const void *record,
                       bool drop);
/* Returns how many older ones had to go for it. */
size_t journal_batch_add(struct journal_batch *b, const struct transition_record *r);
/* Puts `older` under `b`, where `b` has nothing of the same key; empties it. Returns how many
 * transitions had to go. */
size_t journal_batch_merge(struct journal_batch *b, struct journal_batch *older);
bool journal_batch_write(const struct journal_batch *b, struct connection *c,
                         const struct journal_sql *sql, struct error *err) ATTR_NODISCARD;

#endif
