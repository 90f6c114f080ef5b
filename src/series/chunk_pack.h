/*
 * A chunk as bytes, and back: for the archive. What comes back is checked down to every column, so
 * that reading it never meets what is no column.
 *
 *     varints: rows, slots, samples, bytes of times, bytes of each slot's column
 *     times, columns, as they are in the chunk
 */
#ifndef TOCSIN_SERIES_CHUNK_PACK_H
#define TOCSIN_SERIES_CHUNK_PACK_H

#include "base/strbuf.h"
#include "series/chunk.h"

/* False where it hit the limit of `out`, to which nothing was added then. */
bool chunk_pack(const struct chunk *chunk, struct strbuf *out);
/* NULL where the bytes are not a chunk. */
struct chunk *chunk_unpack(struct str packed, uint64_t id);
/* The newest value of a slot and its row; false where it has none. */
bool chunk_last(const struct chunk *chunk, uint32_t slot, uint32_t *row, uint64_t *value);

#endif
