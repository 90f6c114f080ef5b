/*
 * See journal_schema.h. Migrations are never changed once released: a new one is added, and the
 * layouts (journal_record.c) follow the newest.
 */
#include "alert/journal_schema.h"

#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"

static const char *const migrations[] = {
    /* 0 -> 1 */
    "CREATE TABLE alerts ("
    " rule TEXT NOT NULL, labels TEXT NOT NULL, fingerprint INTEGER NOT NULL,"
    " phase INTEGER NOT NULL, unknown INTEGER NOT NULL, flapping INTEGER NOT NULL,"
    " history_count INTEGER NOT NULL, history INTEGER NOT NULL,"
    " active_at_ms INTEGER NOT NULL, fired_at_ms INTEGER NOT NULL,"
    " resolved_at_ms INTEGER NOT NULL, keep_firing_since_ms INTEGER NOT NULL,"
    " frozen_since_ms INTEGER NOT NULL, held_ms INTEGER NOT NULL,"
    " annotations TEXT NOT NULL, source TEXT NOT NULL, reason TEXT NOT NULL,"
    " value REAL, has_value INTEGER NOT NULL,"
    " updated_at_ms INTEGER NOT NULL, last_sent_ms INTEGER NOT NULL,"
    " PRIMARY KEY (rule, labels)) STRICT;"
    "CREATE TABLE acks ("
    " rule TEXT NOT NULL, labels TEXT NOT NULL, kind INTEGER NOT NULL,"
    " fingerprint INTEGER NOT NULL, by TEXT NOT NULL, note TEXT NOT NULL,"
    " at_ms INTEGER NOT NULL, expires_at_ms INTEGER NOT NULL,"
    " PRIMARY KEY (rule, labels, kind)) STRICT;"
    "CREATE TABLE silences ("
    " id TEXT NOT NULL PRIMARY KEY, matchers TEXT NOT NULL,"
    " starts_at_ms INTEGER NOT NULL, ends_at_ms INTEGER NOT NULL,"
    " updated_at_ms INTEGER NOT NULL, end_when_resolved_ms INTEGER NOT NULL,"
    " quiet_since_ms INTEGER NOT NULL, created_by TEXT NOT NULL, comment TEXT NOT NULL) STRICT;"
    "CREATE TABLE rules ("
    " rule TEXT NOT NULL PRIMARY KEY, health INTEGER NOT NULL, error TEXT NOT NULL,"
    " evaluated_ms INTEGER NOT NULL, duration_us INTEGER NOT NULL,"
    " firing INTEGER NOT NULL, pending INTEGER NOT NULL, unknown INTEGER NOT NULL) STRICT;"
    "CREATE TABLE engine ("
    " started_ms INTEGER NOT NULL, alive_ms INTEGER NOT NULL,"
    " number INTEGER NOT NULL DEFAULT 1 UNIQUE CHECK (number = 1)) STRICT;"
    "CREATE TABLE transitions ("
    " id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, rule TEXT NOT NULL,"
    " fingerprint INTEGER NOT NULL, alertname TEXT NOT NULL, labels TEXT NOT NULL,"
    " state_from TEXT NOT NULL, state_to TEXT NOT NULL,"
    " value REAL, has_value INTEGER NOT NULL, reason TEXT NOT NULL, who TEXT NOT NULL) STRICT;"
    "CREATE INDEX transitions_by_time ON transitions (at_ms);"
    "CREATE INDEX transitions_by_fingerprint ON transitions (fingerprint, at_ms);",
};

const struct db_schema journal_schema = {migrations, (int)ARRAY_LEN(migrations)};

static void add_columns(struct strbuf *out, const struct record_layout *layout)
{
    for (size_t i = 0; i < layout->field_count; i++) {
        strbuf_printf(out, "%s%s", i > 0 ? ", " : "", layout->fields[i].column);
    }
}

/* The engine's row has no field for its key: the column's default is. */
static char *make_put(const struct record_layout *layout, bool add)
{
    struct strbuf out = STRBUF_INIT;
    strbuf_printf(&out, "INSERT%s INTO %s (", add ? "" : " OR REPLACE", layout->table);
    add_columns(&out, layout);
    strbuf_add_c(&out, ") VALUES (");
    for (size_t i = 0; i < layout->field_count; i++) {
        strbuf_printf(&out, "%s?%zu", i > 0 ? ", " : "", i + 1);
    }
    strbuf_add_c(&out, ")");
    return strbuf_take(&out);
}

static char *make_drop(const struct record_layout *layout)
{
    struct strbuf out = STRBUF_INIT;
    strbuf_printf(&out, "DELETE FROM %s WHERE ", layout->table);
    for (size_t i = 0; i < layout->key_count; i++) {
        strbuf_printf(&out, "%s%s = ?%zu", i > 0 ? " AND " : "", layout->fields[i].column, i + 1);
    }
    return strbuf_take(&out);
}

static char *make_select(const struct record_layout *layout, const char *rest)
{
    struct strbuf out = STRBUF_INIT;
    strbuf_add_c(&out, "SELECT ");
    add_columns(&out, layout);
    strbuf_printf(&out, " FROM %s%s", layout->table, rest);
    return strbuf_take(&out);
}

void journal_sql_init(struct journal_sql *sql)
{
    *sql = (struct journal_sql){.transitions = NULL};
    for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
        const struct record_layout *layout = journal_record_layout((enum record_kind)kind);
        sql->put[kind] = make_put(layout, kind == RECORD_TRANSITION);
        sql->drop[kind] = layout->key_count > 0 ? make_drop(layout) : NULL;
        sql->load[kind] = make_select(layout, "");
    }
    const struct record_layout *layout = journal_record_layout(RECORD_TRANSITION);
    sql->transitions = make_select(layout, " WHERE at_ms >= ?1 AND at_ms <= ?2"
                                           " AND (?3 IS NULL OR rule = ?3 OR alertname = ?3)"
                                           " ORDER BY at_ms DESC, id DESC LIMIT ?4");
    sql->transitions_of_fingerprint =
        make_select(layout, " WHERE fingerprint = ?5 AND at_ms >= ?1 AND at_ms <= ?2"
                            " AND (?3 IS NULL OR rule = ?3 OR alertname = ?3)"
                            " ORDER BY at_ms DESC, id DESC LIMIT ?4");
}

void journal_sql_release(struct journal_sql *sql)
{
    for (int kind = 0; kind < RECORD_KIND_COUNT; kind++) {
        free(sql->put[kind]);
        free(sql->drop[kind]);
        free(sql->load[kind]);
    }
    free(sql->transitions);
    free(sql->transitions_of_fingerprint);
    *sql = (struct journal_sql){.transitions = NULL};
}

static void bind_field(struct statement *st, int at, const struct field *f, const void *record)
{
    const void *from = (const char *)record + f->offset;
    union {
        const char *text;
        int64_t i;
        uint64_t u64;
        uint32_t u32;
        double real;
    } v;
    switch (f->type) {
    case FIELD_TEXT:
        memcpy(&v.text, from, sizeof(v.text));
        statement_bind_text(st, at, str_from(v.text));
        break;
    case FIELD_INT:
    case FIELD_U64: /* the same 64 bits */
        memcpy(&v.i, from, sizeof(v.i));
        statement_bind_int(st, at, v.i);
        break;
    case FIELD_U32:
        memcpy(&v.u32, from, sizeof(v.u32));
        statement_bind_int(st, at, v.u32);
        break;
    case FIELD_U8:
        statement_bind_int(st, at, *(const uint8_t *)from);
        break;
    case FIELD_REAL:
        memcpy(&v.real, from, sizeof(v.real));
        statement_bind_real(st, at, v.real);
        break;
    case FIELD_FLAG:
        statement_bind_int(st, at, *(const bool *)from ? 1 : 0);
        break;
    }
}

bool journal_write_record(struct connection *c, const struct journal_sql *sql,
                          enum record_kind kind, const void *record, bool drop, struct error *err)
{
    const struct record_layout *layout = journal_record_layout(kind);
    struct statement *st = statement_prepare(c, drop ? sql->drop[kind] : sql->put[kind], err);
    if (st == NULL) {
        return false;
    }
    size_t count = drop ? layout->key_count : layout->field_count;
    for (size_t i = 0; i < count; i++) {
        bind_field(st, (int)i + 1, &layout->fields[i], record);
    }
    return statement_run(st, err);
}

static bool read_field(struct statement *st, int column, const struct field *f, void *record)
{
    void *to = (char *)record + f->offset;
    struct str s = STR_NONE;
    char *text = NULL;
    double real = 0;
    int64_t v = 0;
    switch (f->type) {
    case FIELD_TEXT:
        s = statement_str(st, column);
        text = mem_strndup(s.data != NULL ? s.data : "", s.len);
        memcpy(to, &text, sizeof(text));
        return true;
    case FIELD_REAL:
        real = statement_real(st, column);
        memcpy(to, &real, sizeof(real));
        return true;
    case FIELD_INT:
    case FIELD_U64:
        v = statement_int(st, column);
        memcpy(to, &v, sizeof(v));
        return true;
    case FIELD_U32:
        v = statement_int(st, column);
        memcpy(to, &(uint32_t){(uint32_t)v}, sizeof(uint32_t));
        return v >= 0 && v <= f->max;
    case FIELD_U8:
        v = statement_int(st, column);
        *(uint8_t *)to = (uint8_t)v;
        return v >= 0 && v <= f->max;
    case FIELD_FLAG:
        v = statement_int(st, column);
        *(bool *)to = v != 0;
        return true;
    }
    return false;
}

bool journal_read_record(struct statement *st, enum record_kind kind, void *record)
{
    const struct record_layout *layout = journal_record_layout(kind);
    bool ok = true;
    memset(record, 0, layout->size);
    for (size_t i = 0; i < layout->field_count; i++) {
        ok = read_field(st, (int)i, &layout->fields[i], record) && ok;
    }
    if (!ok) {
        journal_record_release(kind, record);
    }
    return ok;
}
