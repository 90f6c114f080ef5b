/*
 * See open.h. Whether a file is sound is asked of SQLite (quick_check reads every page), since a
 * damaged one may well open, and fail in the middle of the night.
 */
#include "db/open.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/strbuf.h"

#define SAME_SECOND_MAX 100

void db_opened_release(struct db_opened *opened)
{
    free(opened->set_aside);
    free(opened->damage);
    *opened = (struct db_opened){.from_version = 0};
}

static bool check_sound(struct connection *c, const char *path, struct error *err)
{
    struct statement *st = statement_prepare(c, "PRAGMA quick_check(1)", err);
    bool row = false;
    if (st == NULL || !statement_step(st, &row, err)) {
        return false;
    }
    struct str answer = row ? statement_str(st, 0) : STR("no answer");
    if (!str_equal_c(answer, "ok")) {
        error_set(err, ERROR_IO, "database '%s' is damaged: %.*s", path, STR_ARG(answer));
        err->sys = EBADMSG;
        return false;
    }
    return statement_run(st, err);
}

static bool check_version(struct connection *c, const char *path, const struct db_schema *schema,
                          int *version, struct error *err)
{
    int64_t found = 0;
    if (!connection_ask_int(c, "PRAGMA user_version", &found, err)) {
        return false;
    }
    *version = (int)found;
    if (found < 0 || found > schema->version) {
        error_set(err, ERROR_UNSUPPORTED,
                  "database '%s' has schema %d, and this tocsin knows those up to %d", path,
                  *version, schema->version);
        error_suggest(err, "use the newer tocsin that wrote it, or move the file away");
        return false;
    }
    return true;
}

static bool apply(struct connection *c, const struct db_schema *schema, int version,
                  struct error *err)
{
    for (int i = version; i < schema->version; i++) {
        if (!connection_run(c, schema->migrations[i], err)) {
            return error_wrap(err, "cannot bring it from schema %d to %d", i, i + 1);
        }
    }
    char *set = mem_printf("PRAGMA user_version = %d", schema->version);
    bool ok = connection_run(c, set, err);
    free(set);
    return ok && connection_run(c, "COMMIT", err);
}

static bool migrate(struct connection *c, const struct db_schema *schema, int version,
                    struct error *err)
{
    if (version == schema->version) {
        return true;
    }
    if (!connection_run(c, "BEGIN IMMEDIATE", err)) {
        return false;
    }
    bool ok = apply(c, schema, version, err);
    struct error ignored = ERROR_INIT;
    if (!ok && connection_in_transaction(c) && !connection_run(c, "ROLLBACK", &ignored)) {
        error_release(&ignored); /* the connection is closed next, which takes it back as well */
    }
    return ok;
}

static struct connection *open_sound(const char *path, const struct db_schema *schema, int *version,
                                     struct error *err)
{
    struct connection *c = connection_open(path, CONNECTION_WRITE, err);
    if (c == NULL) {
        return NULL;
    }
    if (!check_sound(c, path, err) || !check_version(c, path, schema, version, err) ||
        !migrate(c, schema, *version, err)) {
        connection_close(c);
        return NULL;
    }
    connection_shrink(c); /* all of its pages were read */
    return c;
}

/* "PATH.corrupt-20260314T092653Z", with "-2" and so on behind it where that is taken. */
static char *name_aside(const char *path, struct wall now)
{
    char stamp[32];
    struct tm tm;
    time_t seconds = (time_t)(now.ms / 1000);
    if (gmtime_r(&seconds, &tm) == NULL ||
        strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm) == 0) {
        (void)snprintf(stamp, sizeof(stamp), "%lld", (long long)now.ms);
    }
    char *name = mem_printf("%s.corrupt-%s", path, stamp);
    for (int i = 2; access(name, F_OK) == 0 && i < SAME_SECOND_MAX; i++) {
        free(name);
        name = mem_printf("%s.corrupt-%s-%d", path, stamp, i);
    }
    return name;
}

/* The log first: without its database it is nothing, but a new database must not find it. */
static bool move_aside(const char *path, const char *aside, struct error *err)
{
    static const char *const parts[] = {"-wal", "-shm", ""};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        char *from = mem_printf("%s%s", path, parts[i]);
        char *to = mem_printf("%s%s", aside, parts[i]);
        bool ok = rename(from, to) == 0 || errno == ENOENT ||
                  error_set_sys(err, errno, "cannot set '%s' aside as '%s'", from, to);
        free(from);
        free(to);
        if (!ok) {
            return false;
        }
    }
    return true;
}

struct connection *open_database(const char *path, const struct db_schema *schema, struct wall now,
                                 struct db_opened *opened, struct error *err)
{
    *opened = (struct db_opened){.from_version = 0};
    struct connection *c = open_sound(path, schema, &opened->from_version, err);
    if (c != NULL || !connection_is_damage(err)) {
        return c;
    }
    opened->damage = mem_strdup(error_text(err));
    opened->from_version = 0;
    char *aside = name_aside(path, now);
    error_release(err);
    if (!move_aside(path, aside, err)) {
        free(aside);
        return NULL;
    }
    opened->set_aside = aside;
    return open_sound(path, schema, &opened->from_version, err);
}

static struct connection *open_to_read(const char *path, enum connection_mode mode,
                                       const struct db_schema *schema, struct error *err)
{
    int version = 0;
    struct connection *c = connection_open(path, mode, err);
    if (c == NULL) {
        return NULL;
    }
    bool ok = check_version(c, path, schema, &version, err);
    if (ok && version < schema->version) {
        ok = error_set(err, ERROR_UNSUPPORTED, "database '%s' is of an older tocsin (schema %d)",
                       path, version);
        error_suggest(err, "start this tocsin once to bring it to schema %d", schema->version);
    }
    if (!ok) {
        connection_close(c);
        return NULL;
    }
    return c;
}

/* The log holds changes that the file has not. */
static bool has_log(const char *path)
{
    char *log = mem_printf("%s-wal", path);
    FILE *f = fopen(log, "re");
    bool has = f != NULL ? fgetc(f) != EOF : errno != ENOENT;
    if (f != NULL) {
        (void)fclose(f);
    }
    free(log);
    return has;
}

/* A reader needs the index of the log beside the file, which cannot be made in a read-only folder.
 * Where there is no log, the file alone is the database. */
struct connection *db_open_reader(const char *path, const struct db_schema *schema,
                                  struct error *err)
{
    if (access(path, F_OK) != 0) {
        error_set_sys(err, errno, "no database '%s'", path);
        return NULL;
    }
    struct connection *c = open_to_read(path, CONNECTION_READ, schema, err);
    if (c == NULL && err->kind == ERROR_IO && !connection_is_damage(err) && !has_log(path)) {
        error_release(err);
        c = open_to_read(path, CONNECTION_UNCHANGED, schema, err);
    }
    return c;
}
