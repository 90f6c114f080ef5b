/*
 * See connection.h. The settings are for little memory and for surviving a power cut: a small cache
 * of pages, nothing mapped, a log that is synced at each commit.
 */
#include "db/connection.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "db/sqlite.h"

#define LOOKASIDE_BYTES 256
#define LOOKASIDE_COUNT 64
#define BUSY_WAIT_MS    25
/* Of SQLite's machine, between two looks whether it was interrupted: about a millisecond. A commit
 * takes far fewer, so that it is never called off. */
#define PROGRESS_STEPS 100000

static const char settings[] = "PRAGMA cache_size = -256;"
                               "PRAGMA temp_store = MEMORY;"
                               "PRAGMA mmap_size = 0;"
                               "PRAGMA foreign_keys = ON;";
static const char write_settings[] = "PRAGMA journal_mode = WAL;"
                                     "PRAGMA synchronous = FULL;"
                                     "PRAGMA journal_size_limit = 4194304;";

bool connection_failed(struct connection *c, int status, struct error *err)
{
    const char *why = c->db != NULL ? sqlite3_errmsg(c->db) : sqlite3_errstr(status);
    int system = c->db != NULL ? sqlite3_system_errno(c->db) : 0;
    enum error_kind kind = ERROR_IO;
    switch (status & 0xff) {
    case SQLITE_FULL:
        system = ENOSPC;
        break;
    case SQLITE_READONLY:
        system = EROFS;
        break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        system = EBADMSG;
        break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        kind = ERROR_BUSY;
        system = 0;
        break;
    case SQLITE_INTERRUPT:
        kind = ERROR_CANCELLED;
        system = 0;
        break;
    case SQLITE_TOOBIG:
    case SQLITE_NOMEM:
        kind = ERROR_LIMIT;
        system = 0;
        break;
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        break;
    default:
        kind = ERROR_PROTOCOL;
        system = 0;
        break;
    }
    char text[128];
    bool has_reason = system != 0 && system != EBADMSG && system != ENOSPC && system != EROFS;
    error_set(err, kind, "database '%s': %s%s%s", c->path, why, has_reason ? ": " : "",
              has_reason ? strerror_r(system, text, sizeof(text)) : "");
    err->sys = system;
    return false;
}

/* SQLite would make it readable for everybody that the mask lets; its log follows its mode. */
static bool make_file(const char *path, struct error *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return error_set_sys(err, errno, "cannot open the database '%s'", path);
    }
    close(fd);
    return true;
}

static bool sync_folder(const char *path, struct error *err)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash != NULL ? mem_strndup(path, (size_t)(slash - path) + 1) : mem_strdup(".");
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (!ok && errno != EINVAL) { /* a file system that has nothing to sync */
        error_set_sys(err, errno, "cannot sync the folder '%s'", folder);
    } else {
        ok = true;
    }
    if (fd >= 0) {
        close(fd);
    }
    free(folder);
    return ok;
}

/* sqlite3_interrupt() alone is lost between two statements. */
static int on_progress(void *user)
{
    struct connection *c = user;
    return atomic_load(&c->interrupted) ? 1 : 0;
}

/* Another process has it: as SQLite's own, but for the interrupt. */
static int on_busy(void *user, int times)
{
    struct connection *c = user;
    if (atomic_load(&c->interrupted) || times >= CONNECTION_BUSY_MS / BUSY_WAIT_MS) {
        return 0;
    }
    sqlite3_sleep(BUSY_WAIT_MS);
    return 1;
}

static bool open_file(struct connection *c, enum connection_mode mode, struct error *err)
{
    int flags = SQLITE_OPEN_NOMUTEX;
    char *name = mem_strdup(c->path);
    if (mode == CONNECTION_WRITE) {
        flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    } else {
        flags |= SQLITE_OPEN_READONLY;
    }
    if (mode == CONNECTION_UNCHANGED) {
        flags |= SQLITE_OPEN_URI;
        char *escaped = sqlite3_mprintf("file:%s?immutable=1", c->path);
        free(name);
        name = mem_strdup(escaped != NULL ? escaped : "");
        sqlite3_free(escaped);
    }
    int status = sqlite3_open_v2(name, &c->db, flags, NULL);
    free(name);
    if (status != SQLITE_OK) {
        return connection_failed(c, status, err);
    }
    sqlite3_extended_result_codes(c->db, 1);
    sqlite3_progress_handler(c->db, PROGRESS_STEPS, on_progress, c);
    sqlite3_busy_handler(c->db, on_busy, c);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_LOOKASIDE, NULL, LOOKASIDE_BYTES, LOOKASIDE_COUNT);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    return true;
}

/* A path with '?', '#' or '%' in it would be read as more than a path. */
static bool is_plain(const char *path)
{
    return strpbrk(path, "?#%") == NULL;
}

/* Each connection would take 90 KiB for pages at once; those that it needs come from the heap. */
static void set_up_library(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0);
}

struct connection *connection_open(const char *path, enum connection_mode mode, struct error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_up_library);
    struct connection *c = mem_zalloc(1, sizeof(*c));
    bool in_file = strcmp(path, CONNECTION_IN_MEMORY) != 0;
    c->path = mem_strdup(path);
    bool ok =
        mode != CONNECTION_UNCHANGED || is_plain(path) ||
        error_set(err, ERROR_UNSUPPORTED, "the path '%s' has one of '?', '#', '%%' in it", path);
    ok = ok && (!in_file || mode != CONNECTION_WRITE || make_file(path, err));
    ok = ok && open_file(c, mode, err) && connection_run(c, settings, err);
    if (ok && in_file && mode == CONNECTION_WRITE) {
        ok = connection_run(c, write_settings, err) && sync_folder(path, err);
    }
    if (!ok) {
        connection_close(c);
        return NULL;
    }
    return c;
}

void connection_close(struct connection *c)
{
    if (c == NULL) {
        return;
    }
    VEC_EACH (&c->statements, struct statement *, st) {
        sqlite3_finalize((*st)->stmt);
        free(*st);
    }
    vec_release(&c->statements);
    sqlite3_close(c->db);
    free(c->path);
    free(c);
}

bool connection_run(struct connection *c, const char *sql, struct error *err)
{
    int status = sqlite3_exec(c->db, sql, NULL, NULL, NULL);
    return status == SQLITE_OK || connection_failed(c, status, err);
}

bool connection_ask_int(struct connection *c, const char *sql, int64_t *answer, struct error *err)
{
    sqlite3_stmt *stmt = NULL;
    int status = sqlite3_prepare_v2(c->db, sql, -1, &stmt, NULL);
    *answer = 0;
    if (status == SQLITE_OK) {
        status = sqlite3_step(stmt);
    }
    if (status == SQLITE_ROW) {
        *answer = sqlite3_column_int64(stmt, 0);
        status = SQLITE_OK;
    }
    bool ok = status == SQLITE_OK || status == SQLITE_DONE || connection_failed(c, status, err);
    sqlite3_finalize(stmt);
    return ok;
}

void connection_shrink(struct connection *c)
{
    /* The count of bytes is of no interest: there may be none. */
    (void)sqlite3_db_release_memory(c->db);
}

bool connection_in_transaction(const struct connection *c)
{
    return sqlite3_get_autocommit(c->db) == 0;
}

int64_t connection_changed(const struct connection *c)
{
    return sqlite3_changes64(c->db);
}

void connection_interrupt(struct connection *c)
{
    atomic_store(&c->interrupted, true);
    sqlite3_interrupt(c->db);
}

void connection_settle(struct connection *c)
{
    VEC_EACH (&c->statements, struct statement *, st) {
        sqlite3_reset((*st)->stmt);
        sqlite3_clear_bindings((*st)->stmt);
    }
}

const char *connection_library(void)
{
    return sqlite3_libversion();
}
