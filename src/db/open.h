/* Opening a database file: sound, and of the right schema. Private to this folder. */
#ifndef TOCSIN_DB_OPEN_H
#define TOCSIN_DB_OPEN_H

#include "db/db.h"

/* See db_open; everything of it but the thread. */
struct connection *open_database(const char *path, const struct db_schema *schema, struct wall now,
                                 struct db_opened *opened, struct error *err) ATTR_NODISCARD;

#endif
