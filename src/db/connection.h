/*
 * One connection to an SQLite database, as a job sees it (db.h), or opened for reading alone by a
 * command while an engine runs. SQLite's own header stays behind this one and statement.h.
 *
 * Owner: connection_open/connection_close. Used by one thread at a time. Every call waits for the
 * disk.
 *
 * Errors carry what a caller must tell apart:
 *   err->sys ENOSPC   the disk, or the stated size of the database, is full
 *   err->sys EROFS    it cannot be written
 *   err->sys EBADMSG  what is there is not a database, or a damaged one (connection_is_damage)
 *   ERROR_BUSY        another process holds it for longer than CONNECTION_BUSY_MS
 *   ERROR_CANCELLED   connection_interrupt
 */
#ifndef TOCSIN_DB_CONNECTION_H
#define TOCSIN_DB_CONNECTION_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define CONNECTION_BUSY_MS 5000

enum connection_mode {
    CONNECTION_WRITE,     /* made where it is not there, for its owner's eyes only */
    CONNECTION_READ,      /* beside a writer */
    CONNECTION_UNCHANGED, /* where nobody writes and nothing can be written: a read-only folder */
};

#define CONNECTION_IN_MEMORY ":memory:" /* as a path */

struct connection;
struct connection *connection_open(const char *path, enum connection_mode mode,
                                   struct error *err) ATTR_NODISCARD;
void connection_close(struct connection *c); /* NULL is fine */

/* Statements without answers; `sql` may be several. */
bool connection_run(struct connection *c, const char *sql, struct error *err) ATTR_NODISCARD;
/* The whole number that `sql` answers with. */
bool connection_ask_int(struct connection *c, const char *sql, int64_t *answer,
                        struct error *err) ATTR_NODISCARD;
/* False where nothing is begun, or SQLite took it all back by itself (disk full). */
bool connection_in_transaction(const struct connection *c);
/* Gives back what the connection keeps to be quicker the next time. */
void connection_shrink(struct connection *c);
/* Of the last statement that changed rows. */
int64_t connection_changed(const struct connection *c);
/* From any thread, for good, while the connection is open: what runs, and every long statement from
 * then on, ends with ERROR_CANCELLED. */
void connection_interrupt(struct connection *c);

/* Ends all statements, so that nothing holds a transaction open. */
void connection_settle(struct connection *c);

/* "3.40.1": of the SQLite it runs with. */
const char *connection_library(void);

static inline bool connection_is_damage(const struct error *err)
{
    return err->sys == EBADMSG;
}

#endif
