/*
 * What a database costs: private memory of this process before and after opening one and writing to
 * it, and group commits a second.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "db/db.h"

#define JOBS 20000

static const char *const migrations[] = {
    "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;"};
static const struct db_schema schema = {migrations, 1};
static unsigned told;

static long private_kib(void)
{
    char line[256];
    long kib = 0;
    FILE *f = fopen("/proc/self/smaps_rollup", "re");
    while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
        if (strncmp(line, "Private_Dirty:", 14) == 0) {
            kib = strtol(line + 14, NULL, 10);
        }
    }
    if (f != NULL) {
        (void)fclose(f);
    }
    return kib;
}

static bool work(struct connection *c, void *user, struct error *err)
{
    (void)user;
    struct statement *st = statement_prepare(c, "INSERT INTO notes (text) VALUES (?1)", err);
    if (st == NULL) {
        return false;
    }
    statement_bind_text(st, 1,
                        STR("some hundred bytes of an alert, with its labels and its value "
                            "and who knows what else there is to say"));
    return statement_run(st, err);
}

static void done(void *user, const struct error *err)
{
    (void)user;
    told += err == NULL ? 1 : 0;
}

static void submit(struct loop *loop, struct db *db, unsigned count, unsigned at_a_time)
{
    told = 0;
    for (unsigned i = 0; i < count;) {
        unsigned until = i + at_a_time;
        for (; i < until; i++) {
            db_submit(db, &(struct db_task){.work = work, .done = done});
        }
        while (told < i) {
            loop_step(loop, 1000);
        }
    }
}

int main(void)
{
    char folder[] = "/tmp/tocsin-bench-db-XXXXXX";
    struct error err = ERROR_INIT;
    struct db_opened opened;
    struct db_stats stats;
    struct clock clock = clock_real();
    struct loop *loop = loop_create(NULL, &err);
    if (mkdtemp(folder) == NULL || loop == NULL) {
        return 1;
    }
    char *path = mem_printf("%s/notes.db", folder);
    long before = private_kib();
    struct db *db = db_open(loop, path, &schema, clock_wall(&clock), &opened, &err);
    if (db == NULL) {
        (void)fprintf(stderr, "%s\n", error_text(&err));
        return 1;
    }
    long open = private_kib();
    submit(loop, db, 100, 1);
    long used = private_kib();
    struct mono t0 = clock_mono(&clock);
    submit(loop, db, JOBS, 100);
    int64_t took_ms = mono_ms_since(clock_mono(&clock), t0);
    long after = private_kib();
    db_stats(db, &stats);
    printf("private KiB: %ld before, %ld open, %ld after 100 commits, %ld after %d jobs\n", before,
           open, used, after, JOBS);
    printf("%llu jobs in %llu transactions, the last %d in %lld ms\n",
           (unsigned long long)stats.jobs, (unsigned long long)stats.transactions, JOBS,
           (long long)took_ms);
    db_close(db, 10000);
    loop_destroy(loop);
    const char *const parts[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        char *part = mem_printf("%s%s", path, parts[i]);
        unlink(part);
        free(part);
    }
    rmdir(folder);
    free(path);
    return 0;
}
