/* See statement.h. */
#include "db/statement.h"

#include <math.h>

#include "base/mem.h"
#include "db/sqlite.h"

static struct statement *find(const struct connection *c, const char *sql)
{
    VEC_EACH (&c->statements, struct statement *, st) {
        if ((*st)->sql == sql) {
            return *st;
        }
    }
    return NULL;
}

static void begin_anew(struct statement *st)
{
    sqlite3_reset(st->stmt);
    sqlite3_clear_bindings(st->stmt);
    st->bind_status = SQLITE_OK;
}

struct statement *statement_prepare(struct connection *c, const char *sql, struct error *err)
{
    struct statement *st = find(c, sql);
    if (st != NULL) {
        begin_anew(st);
        return st;
    }
    sqlite3_stmt *stmt = NULL;
    int status = sqlite3_prepare_v3(c->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
    if (status != SQLITE_OK) {
        connection_failed(c, status, err);
        return NULL;
    }
    st = mem_zalloc(1, sizeof(*st));
    *st = (struct statement){.connection = c, .sql = sql, .stmt = stmt};
    vec_push(&c->statements, st);
    return st;
}

static void note(struct statement *st, int status)
{
    if (st->bind_status == SQLITE_OK) {
        st->bind_status = status;
    }
}

void statement_bind_int(struct statement *st, int at, int64_t v)
{
    note(st, sqlite3_bind_int64(st->stmt, at, v));
}

void statement_bind_real(struct statement *st, int at, double v)
{
    note(st, sqlite3_bind_double(st->stmt, at, v));
}

void statement_bind_text(struct statement *st, int at, struct str v)
{
    const char *data = v.data != NULL ? v.data : ""; /* a NULL pointer would be SQL's NULL */
    note(st, sqlite3_bind_text64(st->stmt, at, data, v.len, SQLITE_STATIC, SQLITE_UTF8));
}

void statement_bind_blob(struct statement *st, int at, struct str v)
{
    const char *data = v.data != NULL ? v.data : "";
    note(st, sqlite3_bind_blob64(st->stmt, at, data, v.len, SQLITE_STATIC));
}

void statement_bind_null(struct statement *st, int at)
{
    note(st, sqlite3_bind_null(st->stmt, at));
}

bool statement_step(struct statement *st, bool *row, struct error *err)
{
    *row = false;
    int status = st->bind_status;
    if (status == SQLITE_OK) {
        status = sqlite3_step(st->stmt);
    }
    if (status == SQLITE_ROW) {
        *row = true;
        return true;
    }
    bool ok = status == SQLITE_DONE || connection_failed(st->connection, status, err);
    begin_anew(st);
    return ok;
}

bool statement_run(struct statement *st, struct error *err)
{
    bool row = true;
    while (row) {
        if (!statement_step(st, &row, err)) {
            return false;
        }
    }
    return true;
}

bool statement_is_null(struct statement *st, int column)
{
    return sqlite3_column_type(st->stmt, column) == SQLITE_NULL;
}

int64_t statement_int(struct statement *st, int column)
{
    return sqlite3_column_int64(st->stmt, column);
}

double statement_real(struct statement *st, int column)
{
    return statement_is_null(st, column) ? NAN : sqlite3_column_double(st->stmt, column);
}

struct str statement_str(struct statement *st, int column)
{
    const void *data = sqlite3_column_blob(st->stmt, column);
    return str_span(data, (size_t)sqlite3_column_bytes(st->stmt, column));
}
