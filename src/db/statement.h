/*
 * Statements of a connection: prepared once, bound, stepped, read.
 *
 *     struct statement *st = statement_prepare(c, "SELECT at FROM acks WHERE rule = ?1", err);
 *     if (st == NULL) {
 *         return false;
 *     }
 *     statement_bind_text(st, 1, rule);
 *     bool row = false;
 *     while (statement_step(st, &row, err) && row) {
 *         use(statement_int(st, 0));
 *     }
 *     return !error_is(err);
 *
 * Owner: the connection; a statement is good until it closes. Parameters count from 1, columns from
 * 0. What cannot be bound is told by the next step.
 */
#ifndef TOCSIN_DB_STATEMENT_H
#define TOCSIN_DB_STATEMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "db/connection.h"

struct statement;

/* `sql` is kept by its address: a literal, or text that outlives the connection. The same one again
 * is the same statement, begun anew with nothing bound. */
struct statement *statement_prepare(struct connection *c, const char *sql,
                                    struct error *err) ATTR_NODISCARD;

void statement_bind_int(struct statement *st, int at, int64_t v);
/* SQLite has no NaN: it goes as NULL, and comes back as one. */
void statement_bind_real(struct statement *st, int at, double v);
/* Borrowed until the statement has ended or is prepared again. */
void statement_bind_text(struct statement *st, int at, struct str v);
void statement_bind_blob(struct statement *st, int at, struct str v);
void statement_bind_null(struct statement *st, int at);

/* `*row`: there is one. At the end, and after an error, it stands at its beginning again. */
bool statement_step(struct statement *st, bool *row, struct error *err) ATTR_NODISCARD;
/* To the end, whatever it answers; then ready to be bound anew. */
bool statement_run(struct statement *st, struct error *err) ATTR_NODISCARD;

bool statement_is_null(struct statement *st, int column);
int64_t statement_int(struct statement *st, int column);
double statement_real(struct statement *st, int column);
/* Of text and blobs; borrowed until the next step. Empty for NULL. */
struct str statement_str(struct statement *st, int column);

#endif
