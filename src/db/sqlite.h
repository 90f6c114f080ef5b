/*
 * The inside of a connection, for connection.c and statement.c: nobody else sees SQLite. Private to
 * this folder.
 */
#ifndef TOCSIN_DB_SQLITE_H
#define TOCSIN_DB_SQLITE_H

#include <sqlite3.h>
#include <stdatomic.h>

#include "base/vec.h"
#include "db/statement.h"

struct statement {
    struct connection *connection;
    const char *sql;
    sqlite3_stmt *stmt;
    int bind_status; /* the first that was not SQLITE_OK */
};

struct connection {
    sqlite3 *db;
    char *path;
    atomic_bool interrupted;
    VEC(struct statement *) statements;
};

/* False, with what `status` means. */
bool connection_failed(struct connection *c, int status, struct error *err);

#endif
