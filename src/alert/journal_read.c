/* Reading the journal: all of it at start-up, the ledger while it runs, and from another process.
 */
#include <assert.h>
#include <stdlib.h>

#include "alert/journal_inside.h"
#include "base/mem.h"

struct journal_reader {
    struct connection *connection;
    struct journal_sql sql;
};

/* Each row of the kind: `take` gets the record, and owns it. */
static bool load_kind(struct connection *c, const struct journal_sql *sql, enum record_kind kind,
                      void (*take)(struct journal_state *state, void *record),
                      struct journal_state *state, struct error *err)
{
    union {
        struct alert_record alert;
        struct ack_record ack;
        struct silence_record silence;
        struct rule_record rule;
        struct engine_record engine;
    } record;
    struct statement *st = statement_prepare(c, sql->load[kind], err);
    bool row = true;
    if (st == NULL) {
        return false;
    }
    while (statement_step(st, &row, err) && row) {
        if (journal_read_record(st, kind, &record)) {
            take(state, &record);
        } else {
            state->unreadable++;
        }
    }
    return !error_is(err);
}

static void take_alert(struct journal_state *state, void *record)
{
    vec_push(&state->alerts, *(struct alert_record *)record);
}

static void take_ack(struct journal_state *state, void *record)
{
    vec_push(&state->acks, *(struct ack_record *)record);
}

static void take_silence(struct journal_state *state, void *record)
{
    vec_push(&state->silences, *(struct silence_record *)record);
}

static void take_rule(struct journal_state *state, void *record)
{
    vec_push(&state->rules, *(struct rule_record *)record);
}

static void take_engine(struct journal_state *state, void *record)
{
    state->engine = *(struct engine_record *)record;
}

bool journal_load_state(struct connection *c, const struct journal_sql *sql,
                        struct journal_state *out, struct error *err)
{
    *out = (struct journal_state){.unreadable = 0};
    bool ok = load_kind(c, sql, RECORD_ALERT, take_alert, out, err) &&
              load_kind(c, sql, RECORD_ACK, take_ack, out, err) &&
              load_kind(c, sql, RECORD_SILENCE, take_silence, out, err) &&
              load_kind(c, sql, RECORD_RULE, take_rule, out, err) &&
              load_kind(c, sql, RECORD_ENGINE, take_engine, out, err);
    if (!ok) {
        journal_state_release(out);
    }
    return ok;
}

struct load {
    const struct journal_sql *sql;
    struct journal_state *out;
};

static bool load_work(struct connection *c, void *user, struct error *err)
{
    const struct load *load = user;
    return journal_load_state(c, load->sql, load->out, err);
}

bool journal_load(struct journal *j, struct journal_state *out, struct error *err)
{
    struct load load = {&j->sql, out};
    *out = (struct journal_state){.unreadable = 0};
    if (j->reader != NULL) {
        return journal_reader_load(j->reader, out, err);
    }
    return db_run_now(j->db, load_work, &load, err);
}

void transition_list_release(struct transition_list *list)
{
    VEC_EACH (&list->items, struct transition_record, r) {
        journal_record_release(RECORD_TRANSITION, r);
    }
    vec_release(&list->items);
}

bool journal_select_transitions(struct connection *c, const struct journal_sql *sql,
                                const struct journal_filter *filter, struct transition_list *out,
                                struct error *err)
{
    bool one = filter->fingerprint != 0;
    struct statement *st =
        statement_prepare(c, one ? sql->transitions_of_fingerprint : sql->transitions, err);
    if (st == NULL) {
        return false;
    }
    bool in_limit = filter->limit != 0 && filter->limit < JOURNAL_MAX_ANSWER;
    statement_bind_int(st, 1, filter->from_ms);
    statement_bind_int(st, 2, filter->to_ms != 0 ? filter->to_ms : INT64_MAX);
    if (filter->rule != NULL) {
        statement_bind_text(st, 3, str_from(filter->rule));
    }
    statement_bind_int(st, 4, (int64_t)(in_limit ? filter->limit : JOURNAL_MAX_ANSWER));
    if (one) {
        statement_bind_int(st, 5, (int64_t)filter->fingerprint);
    }
    bool row = true;
    while (statement_step(st, &row, err) && row) {
        struct transition_record r;
        if (journal_read_record(st, RECORD_TRANSITION, &r)) {
            vec_push(&out->items, r);
        }
    }
    return !error_is(err);
}

struct journal_query {
    struct journal *journal;
    struct journal_filter filter;
    char *rule; /* of the filter */
    struct transition_list list;
    journal_transitions_cb cb;
    void *user;
    struct db_job *job;
};

static bool query_work(struct connection *c, void *user, struct error *err)
{
    struct journal_query *q = user;
    return journal_select_transitions(c, &q->journal->sql, &q->filter, &q->list, err);
}

static void free_query(void *user)
{
    struct journal_query *q = user;
    q->journal->open--;
    transition_list_release(&q->list);
    free(q->rule);
    free(q);
}

static void query_done(void *user, const struct error *err)
{
    struct journal_query *q = user;
    journal_transitions_cb cb = q->cb;
    struct transition_list list = q->list;
    void *cb_user = q->user;
    q->list = (struct transition_list){.items = {.items = NULL}};
    free_query(q); /* first: the callback may close the journal */
    cb(cb_user, list.items.items, err == NULL ? list.items.len : 0, err);
    transition_list_release(&list);
}

struct journal_query *journal_transitions(struct journal *j, const struct journal_filter *filter,
                                          journal_transitions_cb cb, void *user)
{
    struct journal_query *q = mem_zalloc(1, sizeof(*q));
    q->journal = j;
    j->open++;
    q->filter = *filter;
    q->rule = filter->rule != NULL ? mem_strdup(filter->rule) : NULL;
    q->filter.rule = q->rule;
    q->cb = cb;
    q->user = user;
    q->job = db_submit(j->db, &(struct db_task){.work = query_work,
                                                .done = query_done,
                                                .release = free_query,
                                                .user = q,
                                                .reads = true});
    return q;
}

void journal_query_cancel(struct journal_query *q)
{
    if (q != NULL) {
        db_job_cancel(q->job);
    }
}

struct journal_reader *journal_open_reader(const char *folder, struct error *err)
{
    char *path = mem_printf("%s/%s", folder, JOURNAL_FILE);
    struct connection *c = db_open_reader(path, &journal_schema, err);
    free(path);
    if (c == NULL) {
        return NULL;
    }
    struct journal_reader *r = mem_zalloc(1, sizeof(*r));
    r->connection = c;
    journal_sql_init(&r->sql);
    return r;
}

void journal_reader_close(struct journal_reader *r)
{
    if (r != NULL) {
        connection_close(r->connection);
        journal_sql_release(&r->sql);
        free(r);
    }
}

/* One moment for all tables. */
static bool begin_reading(struct connection *c, struct error *err)
{
    return connection_run(c, "BEGIN", err);
}

static bool end_reading(struct connection *c, bool ok, struct error *err)
{
    struct error ignored = ERROR_INIT;
    connection_settle(c);
    bool ended = connection_run(c, "COMMIT", ok ? err : &ignored);
    error_release(&ignored);
    return ok && ended;
}

bool journal_reader_load(struct journal_reader *r, struct journal_state *out, struct error *err)
{
    *out = (struct journal_state){.unreadable = 0};
    return begin_reading(r->connection, err) &&
           end_reading(r->connection, journal_load_state(r->connection, &r->sql, out, err), err);
}

bool journal_reader_transitions(struct journal_reader *r, const struct journal_filter *filter,
                                journal_transitions_cb cb, void *user, struct error *err)
{
    struct transition_list list = {.items = {.items = NULL}};
    bool ok = journal_select_transitions(r->connection, &r->sql, filter, &list, err);
    if (ok) {
        cb(user, list.items.items, list.items.len, NULL);
    }
    transition_list_release(&list);
    return ok;
}
