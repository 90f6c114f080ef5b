/*
 * Whose slots are, as bytes for a row of the archive, and back. Names and values stand once a row,
 * and everything else is numbers of them: of the series of one target most are the same.
 *
 *     count of strings, then each: length, bytes
 *     count of slots, then each: timeline, slot, first chunk, count of labels, then each: name,
 *     value (numbers of strings)
 *
 * All numbers are LEB128. Private to this folder.
 */
#ifndef TOCSIN_SERIES_ARCHIVE_SLOT_ROWS_H
#define TOCSIN_SERIES_ARCHIVE_SLOT_ROWS_H

#include "base/strbuf.h"
#include "base/vec.h"
#include "series/store_sealed.h"

/* False where it hit the limit of `out`. */
bool slot_rows_encode(const struct sealed_slot *slots, size_t count, struct strbuf *out);

struct slot_list {
    VEC(struct sealed_slot) items; /* each owns a reference on its labels */
    size_t seen;                   /* in the rows, wanted or not */
};
void slot_release(struct sealed_slot *slot);
void slot_list_release(struct slot_list *list);
/* Adds to `out` the slots whose timeline `wanted` says yes to. False where the bytes are not such a
 * row; what was read before stays added. */
bool slot_rows_decode(struct str bytes, struct label_table *table,
                      bool (*wanted)(const void *context, uint32_t timeline), const void *context,
                      struct slot_list *out);

#endif
