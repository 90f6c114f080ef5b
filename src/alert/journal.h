/*
 * The journal: what alerts are must survive a restart, a crash, and a full disk. A file `state.db`
 * in the state directory, on a thread of its own (db/db.h).
 *
 * Changes are collected in memory, the last one of a key winning, until journal_flush puts all of
 * them on disk in one transaction. What could not be written is kept and goes with the next flush,
 * under whatever came since. Where there is no directory to write to, or another tocsin has it, the
 * journal is one in memory and says so; nothing else changes for its user.
 *
 * Owner: journal_open/journal_close. Single-threaded (the loop's).
 * Limits: of transitions not written JOURNAL_UNWRITTEN_MAX are kept; older ones are lost, counted,
 * and said by journal_problem.
 */
#ifndef TOCSIN_ALERT_JOURNAL_H
#define TOCSIN_ALERT_JOURNAL_H

#include "alert/journal_record.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "loop/loop.h"

#define JOURNAL_UNWRITTEN_MAX ((size_t)10000)
#define JOURNAL_KEEP_MS       ((int64_t)90 * 24 * 3600 * 1000)
#define JOURNAL_KEEP_ROWS     ((int64_t)1000000)
#define JOURNAL_KEEP_MEMORY   ((int64_t)10000) /* transitions of one in memory */
#define JOURNAL_MAX_ANSWER    ((size_t)10000)  /* transitions read at once */

struct journal;

struct journal_options {
    const char *folder; /* made where it is not there; NULL: in memory, and nothing is wrong */
    int64_t keep_ms;    /* of transitions; 0: JOURNAL_KEEP_MS */
    int64_t keep_rows;  /* 0: JOURNAL_KEEP_ROWS */
};

struct journal_status {
    bool on_disk;
    bool taken;      /* another tocsin has the directory */
    char *problem;   /* why it is not on disk; NULL where it is */
    char *set_aside; /* where a damaged file was put; NULL: there was none */
    char *damage;    /* what was wrong with it */
};
void journal_status_release(struct journal_status *status);

/* Opens and brings to the newest schema; waits for the disk, so before the loop turns. NULL only
 * where not even memory can be had. A state of a newer schema is left alone, and the journal in
 * memory. What `status` says is the caller's to log; what fails later is logged here. */
struct journal *journal_open(struct loop *loop, struct log *log,
                             const struct journal_options *options, struct wall now,
                             struct journal_status *status, struct error *err) ATTR_NODISCARD;
/* Writes what is collected, for at most `flush_ms`; false where something was not. Completions are
 * not called any more. */
bool journal_close(struct journal *j, int64_t flush_ms);

/* What there was, also where it can only be read. Waits for the disk: before the first flush. */
bool journal_load(struct journal *j, struct journal_state *out, struct error *err) ATTR_NODISCARD;

/* To be written with the next flush. Records are copied; of those to drop only the key is read. */
void journal_put_alert(struct journal *j, const struct alert_record *r);
void journal_drop_alert(struct journal *j, const struct alert_record *key);
void journal_put_ack(struct journal *j, const struct ack_record *r);
void journal_drop_ack(struct journal *j, const struct ack_record *key);
void journal_put_silence(struct journal *j, const struct silence_record *r);
void journal_drop_silence(struct journal *j, const char *id);
void journal_put_rule(struct journal *j, const struct rule_record *r);
void journal_drop_rule(struct journal *j, const char *rule);
void journal_put_engine(struct journal *j, const struct engine_record *r);
void journal_add_transition(struct journal *j, const struct transition_record *r);

/*
 * Writes all that was put until now. `done` is called once, never inside: with NULL when it is on
 * disk (or was taken by one in memory), else with the reason, and it goes with the next flush. May
 * be NULL. One transaction is under way at a time; flushes meanwhile share the next. Also prunes
 * the ledger now and then.
 */
typedef void (*journal_done_cb)(void *user, const struct error *err);
void journal_flush(struct journal *j, struct wall now, journal_done_cb done, void *user);
/* Completions with this `user` are not called any more; what was put is written all the same. */
void journal_flush_cancel(struct journal *j, const void *user);

/* What is wrong, in words for people: "state is in memory only: ...", or that what there was is
 * lost; NULL where all is well. Good until the next turn. */
const char *journal_problem(const struct journal *j);
/* Records collected and not on disk. */
size_t journal_unwritten(const struct journal *j);

struct journal_filter {
    int64_t from_ms, to_ms; /* both included; to_ms 0: any */
    const char *rule;       /* its key, or the name of its alerts; or NULL */
    uint64_t fingerprint;   /* 0: any */
    size_t limit;           /* 0, or more: JOURNAL_MAX_ANSWER */
};
/* Of what was flushed, newest first; `list` is borrowed for the call. Once, never inside. The
 * handle is dead once it was called. */
struct journal_query;
typedef void (*journal_transitions_cb)(void *user, const struct transition_record *list,
                                       size_t count, const struct error *err);
struct journal_query *journal_transitions(struct journal *j, const struct journal_filter *filter,
                                          journal_transitions_cb cb, void *user);
void journal_query_cancel(struct journal_query *q); /* NULL is fine */

/* For commands, also beside an engine that has the directory. They wait for the disk. */
struct journal_reader;
struct journal_reader *journal_open_reader(const char *folder, struct error *err) ATTR_NODISCARD;
void journal_reader_close(struct journal_reader *r); /* NULL is fine */
bool journal_reader_load(struct journal_reader *r, struct journal_state *out,
                         struct error *err) ATTR_NODISCARD;
bool journal_reader_transitions(struct journal_reader *r, const struct journal_filter *filter,
                                journal_transitions_cb cb, void *user,
                                struct error *err) ATTR_NODISCARD;

#endif
