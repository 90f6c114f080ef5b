/*
 * Silences made and ended at an Alertmanager. The rules of `done` are those of struct foreign_ops.
 *
 * Owner: changes_create/changes_destroy, which ends what is under way with ERROR_CANCELLED. Limit:
 * CHANGES_MAX at a time.
 */
#ifndef TOCSIN_SOURCE_ALERTMANAGER_CHANGE_H
#define TOCSIN_SOURCE_ALERTMANAGER_CHANGE_H

#include "source/alertmanager/options.h"
#include "source/foreign.h"
#include "source/source.h"

#define CHANGES_MAX        ((size_t)64)
#define CHANGES_TIMEOUT_MS 20000

struct changes;

/* All outlive it. */
struct changes *changes_create(const struct source_env *env,
                               const struct alertmanager_options *options);
void changes_destroy(struct changes *changes);
struct foreign_change *changes_put(struct changes *changes, const struct foreign_silence *silence,
                                   foreign_change_cb done, void *user);
struct foreign_change *changes_expire(struct changes *changes, const char *id,
                                      foreign_change_cb done, void *user);
void change_cancel(struct foreign_change *change); /* NULL is fine */

#endif
