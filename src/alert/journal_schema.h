/*
 * The journal's tables, and records in and out of them. Private to this folder.
 *
 * Owner: journal_sql_init/release; the texts must outlive the connection that prepared them.
 */
#ifndef TOCSIN_ALERT_JOURNAL_SCHEMA_H
#define TOCSIN_ALERT_JOURNAL_SCHEMA_H

#include "alert/journal.h"
#include "alert/journal_layout.h"
#include "db/db.h"

#define JOURNAL_FILE "state.db"

extern const struct db_schema journal_schema;

/* Statements made from the layouts. */
struct journal_sql {
    char *put[RECORD_KIND_COUNT];
    char *drop[RECORD_KIND_COUNT]; /* NULL where rows are only added */
    char *load[RECORD_KIND_COUNT];
    char *transitions;                /* ?1 from, ?2 to, ?3 rule or NULL, ?4 limit; newest first */
    char *transitions_of_fingerprint; /* and ?5 fingerprint */
};
void journal_sql_init(struct journal_sql *sql);
void journal_sql_release(struct journal_sql *sql);

bool journal_write_record(struct connection *c, const struct journal_sql *sql,
                          enum record_kind kind, const void *record, bool drop,
                          struct error *err) ATTR_NODISCARD;
/* The row the statement stands at. False where it says what cannot be; then there is nothing to
 * release. */
bool journal_read_record(struct statement *st, enum record_kind kind, void *record);

bool journal_load_state(struct connection *c, const struct journal_sql *sql,
                        struct journal_state *out, struct error *err) ATTR_NODISCARD;

struct transition_list {
    VEC(struct transition_record) items;
};
void transition_list_release(struct transition_list *list);
bool journal_select_transitions(struct connection *c, const struct journal_sql *sql,
                                const struct journal_filter *filter, struct transition_list *out,
                                struct error *err) ATTR_NODISCARD;

#endif
