/*
 * The store's past, over restarts: at the start it is read from the archive in the state directory,
 * then what closes is written to it once a minute, and at the end all that is open. Whatever is
 * wrong with it is logged, and the engine goes on without.
 *
 * Owner: engine_archive_create/destroy; what `env` names outlives it. The state directory is this
 * engine's alone for as long.
 */
#ifndef TOCSIN_ENGINE_ENGINE_ARCHIVE_H
#define TOCSIN_ENGINE_ENGINE_ARCHIVE_H

#include "source/source.h"

#define ENGINE_ARCHIVE_FLUSH_MS 5000

struct engine_archive;
/* Waits for the disk. Before anything is committed to the store. NULL where there is none. */
struct engine_archive *engine_archive_create(const struct source_env *env, const char *folder,
                                             int64_t retention_ms);
/* Before sources go, whose series end then. NULL is fine. */
void engine_archive_destroy(struct engine_archive *a);

#endif
