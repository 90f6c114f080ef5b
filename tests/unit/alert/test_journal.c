/* What must survive: round trips, the last one wins, failures kept and tried again, readers. */
#include <fcntl.h>
#include <math.h>
#include <sys/stat.h>

#include "alert/journal_inside.h"
#include "journal_fixture.h"
#include "support/small_disk.h"

static void reopen(void)
{
    fixture_close();
    fixture_open();
    ck_assert_msg(fx.status.on_disk, "%s", fx.status.problem);
}

/* Every field of a record set to something of its own, by its layout: a field that is forgotten on
 * the way is seen. */
static void fill(enum record_kind kind, void *record, unsigned seed)
{
    const struct record_layout *layout = journal_record_layout(kind);
    memset(record, 0, layout->size);
    for (size_t i = 0; i < layout->field_count; i++) {
        const struct field *f = &layout->fields[i];
        void *at = (char *)record + f->offset;
        uint64_t v = (uint64_t)seed * 1000 + i;
        switch (f->type) {
        case FIELD_TEXT:
            *(char **)at = mem_printf("%s %u \xc3\xa4 '\"\n", f->column, seed);
            break;
        case FIELD_INT:
            *(int64_t *)at = (int64_t)v - INT64_C(1) + INT64_MIN / (int64_t)(seed + 1);
            break;
        case FIELD_U64:
            *(uint64_t *)at = UINT64_MAX - v;
            break;
        case FIELD_U32:
            *(uint32_t *)at = f->max != UINT32_MAX ? seed % (f->max + 1) : UINT32_MAX - (uint32_t)v;
            break;
        case FIELD_U8:
            *(uint8_t *)at = (uint8_t)(f->max - seed);
            break;
        case FIELD_REAL:
            *(double *)at = seed == 0 ? INFINITY : 0.1 + seed;
            break;
        case FIELD_FLAG:
            *(bool *)at = (seed + i) % 2 == 0;
            break;
        }
    }
}

static void check_same(enum record_kind kind, const void *a, const void *b)
{
    const struct record_layout *layout = journal_record_layout(kind);
    static const size_t sizes[] = {[FIELD_INT] = 8, [FIELD_U64] = 8,  [FIELD_U32] = 4,
                                   [FIELD_U8] = 1,  [FIELD_REAL] = 8, [FIELD_FLAG] = 1};
    for (size_t i = 0; i < layout->field_count; i++) {
        const struct field *f = &layout->fields[i];
        const char *x = (const char *)a + f->offset;
        const char *y = (const char *)b + f->offset;
        bool same = f->type == FIELD_TEXT ? strcmp(*(char *const *)(const void *)x,
                                                   *(char *const *)(const void *)y) == 0
                                          : memcmp(x, y, sizes[f->type]) == 0;
        ck_assert_msg(same, "%s.%s", layout->table, f->column);
    }
}

#define SEEDS 3

/* The first text of each is a key that no other has; rows come in any order. */
static void check_found(enum record_kind kind, const void *records, const void *found)
{
    const struct record_layout *layout = journal_record_layout(kind);
    const char *key =
        *(char *const *)(const void *)((const char *)found + layout->fields[0].offset);
    for (unsigned i = 0; i < SEEDS; i++) {
        const char *record = (const char *)records + i * layout->size;
        if (strcmp(*(char *const *)(const void *)(record + layout->fields[0].offset), key) == 0) {
            check_same(kind, record, found);
            return;
        }
    }
    ck_abort_msg("%s: no record '%s' was put", layout->table, key);
}

START_TEST(records_come_back)
{
    struct alert_record alerts[SEEDS];
    struct ack_record acks[SEEDS];
    struct silence_record silences[SEEDS];
    struct rule_record rules[SEEDS];
    struct engine_record engine;
    struct journal_state state;
    for (unsigned seed = 0; seed < SEEDS; seed++) {
        fill(RECORD_ALERT, &alerts[seed], seed);
        fill(RECORD_ACK, &acks[seed], seed);
        fill(RECORD_SILENCE, &silences[seed], seed);
        fill(RECORD_RULE, &rules[seed], seed);
        journal_put_alert(fx.journal, &alerts[seed]);
        journal_put_ack(fx.journal, &acks[seed]);
        journal_put_silence(fx.journal, &silences[seed]);
        journal_put_rule(fx.journal, &rules[seed]);
    }
    fill(RECORD_ENGINE, &engine, 1);
    journal_put_engine(fx.journal, &engine);
    ck_assert_uint_eq(journal_unwritten(fx.journal), 4 * SEEDS + 1);
    ck_assert(fixture_flush());
    ck_assert_uint_eq(journal_unwritten(fx.journal), 0);
    ck_assert_ptr_null(journal_problem(fx.journal));
    reopen();
    fixture_load(&state);
    ck_assert_uint_eq(state.alerts.len, SEEDS);
    ck_assert_uint_eq(state.acks.len, SEEDS);
    ck_assert_uint_eq(state.silences.len, SEEDS);
    ck_assert_uint_eq(state.rules.len, SEEDS);
    ck_assert_uint_eq(state.unreadable, 0);
    for (unsigned i = 0; i < SEEDS; i++) {
        check_found(RECORD_ALERT, alerts, &state.alerts.items[i]);
        check_found(RECORD_ACK, acks, &state.acks.items[i]);
        check_found(RECORD_SILENCE, silences, &state.silences.items[i]);
        check_found(RECORD_RULE, rules, &state.rules.items[i]);
    }
    check_same(RECORD_ENGINE, &engine, &state.engine);
    journal_state_release(&state);
    for (unsigned seed = 0; seed < SEEDS; seed++) {
        journal_record_release(RECORD_ALERT, &alerts[seed]);
        journal_record_release(RECORD_ACK, &acks[seed]);
        journal_record_release(RECORD_SILENCE, &silences[seed]);
        journal_record_release(RECORD_RULE, &rules[seed]);
    }
}
END_TEST

START_TEST(the_last_of_a_key_wins)
{
    struct journal_state state;
    for (int i = 0; i < 3; i++) {
        struct alert_record r = alert_of("r", "{a=\"1\"}", i);
        journal_put_alert(fx.journal, &r);
        r = alert_of("r", "{a=\"2\"}", 10 + i);
        journal_put_alert(fx.journal, &r);
    }
    ck_assert_uint_eq(journal_unwritten(fx.journal), 2);
    journal_put_engine(fx.journal, &(struct engine_record){.alive_ms = 1});
    ck_assert(fixture_flush());
    journal_put_engine(fx.journal, &(struct engine_record){.alive_ms = 2});
    struct alert_record gone = alert_of("r", "{a=\"2\"}", 0);
    journal_put_alert(fx.journal, &gone);
    journal_drop_alert(fx.journal, &gone);
    /* Not the same key, though it runs into the same text. */
    gone = alert_of("r{a=", "\"1\"}", 0);
    journal_drop_alert(fx.journal, &gone);
    journal_drop_silence(fx.journal, "none");
    journal_drop_rule(fx.journal, "none");
    struct alert_record again = alert_of("r", "{a=\"1\"}", NAN);
    journal_put_alert(fx.journal, &again);
    ck_assert(fixture_flush());
    reopen();
    fixture_load(&state);
    ck_assert_int_eq(state.engine.alive_ms, 2);
    ck_assert_uint_eq(state.alerts.len, 1);
    ck_assert_str_eq(state.alerts.items[0].labels, "{a=\"1\"}");
    ck_assert(isnan(state.alerts.items[0].value));
    ck_assert(state.alerts.items[0].has_value);
    ck_assert_str_eq(state.alerts.items[0].reason, ""); /* was NULL */
    journal_state_release(&state);
}
END_TEST

static bool run_sql(struct connection *c, void *user, struct error *err)
{
    return connection_run(c, user, err);
}

static void run_in_journal(const char *sql)
{
    struct error err = ERROR_INIT;
    char *text = mem_strdup(sql);
    ck_assert_msg(db_run_now(fx.journal->db, run_sql, text, &err), "%s", error_text(&err));
    free(text);
}

/* The disk fails: what was put is kept, under what came since, and goes when it is better. */
START_TEST(failures_are_kept_and_tried_again)
{
    struct journal_state state;
    struct told told[3] = {{0}, {0}, {0}};
    run_in_journal("CREATE TRIGGER broken BEFORE INSERT ON alerts BEGIN"
                   " SELECT RAISE(ABORT, 'told to fail'); END");
    struct alert_record r = alert_of("r", "{a=\"1\"}", 1);
    journal_put_alert(fx.journal, &r);
    r = alert_of("r", "{a=\"2\"}", 2);
    journal_put_alert(fx.journal, &r);
    struct transition_record t = transition_of(1, "first", 1);
    journal_add_transition(fx.journal, &t);
    journal_flush(fx.journal, fx.now, on_told, &told[0]);
    r = alert_of("r", "{a=\"1\"}", 3); /* while it is under way */
    journal_put_alert(fx.journal, &r);
    t = transition_of(1, "second", 1); /* at the same time: in the order of adding */
    journal_add_transition(fx.journal, &t);
    journal_flush(fx.journal, fx.now, on_told, &told[1]);
    fixture_wait(&told[1].count, 1);
    ck_assert_uint_eq(told[0].count, 1);
    ck_assert(error_is(&told[0].err) && error_is(&told[1].err));
    ck_assert_ptr_nonnull(strstr(journal_problem(fx.journal), "state is in memory only: "));
    ck_assert_ptr_nonnull(strstr(journal_problem(fx.journal), "told to fail"));
    ck_assert_uint_eq(journal_unwritten(fx.journal), 4);
    run_in_journal("DROP TRIGGER broken");
    journal_flush(fx.journal, fx.now, on_told, &told[2]);
    fixture_wait(&told[2].count, 1);
    ck_assert(!error_is(&told[2].err));
    ck_assert_ptr_null(journal_problem(fx.journal));
    reopen();
    fixture_load(&state);
    ck_assert_uint_eq(state.alerts.len, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct alert_record *found = &state.alerts.items[i];
        double wanted = strcmp(found->labels, "{a=\"1\"}") == 0 ? 3 : 2;
        ck_assert_double_eq(found->value, wanted);
    }
    journal_state_release(&state);
    error_release(&told[0].err);
    error_release(&told[1].err);
}
END_TEST

START_TEST(memory_is_bounded_while_it_fails)
{
    run_in_journal("CREATE TRIGGER broken BEFORE INSERT ON transitions BEGIN"
                   " SELECT RAISE(ABORT, 'told to fail'); END");
    for (size_t i = 0; i < JOURNAL_UNWRITTEN_MAX; i++) {
        struct transition_record t = transition_of((int64_t)i, "r", 1);
        journal_add_transition(fx.journal, &t);
    }
    ck_assert(!fixture_flush());
    ck_assert_uint_eq(journal_unwritten(fx.journal), JOURNAL_UNWRITTEN_MAX);
    for (size_t i = 0; i < 7; i++) {
        struct transition_record t = transition_of(-1, "r", 1);
        journal_add_transition(fx.journal, &t);
    }
    ck_assert(!fixture_flush());
    ck_assert_uint_eq(journal_unwritten(fx.journal), JOURNAL_UNWRITTEN_MAX);
    ck_assert_ptr_nonnull(strstr(journal_problem(fx.journal), "7 transitions are lost"));
    run_in_journal("DROP TRIGGER broken");
    ck_assert(fixture_flush());
}
END_TEST

struct answer {
    unsigned calls;
    size_t count;
    int64_t at_ms[16];
    char text[64]; /* of the newest */
};

static void on_transitions(void *user, const struct transition_record *list, size_t count,
                           const struct error *err)
{
    struct answer *a = user;
    ck_assert_ptr_null(err);
    a->calls++;
    a->count = count;
    for (size_t i = 0; i < count && i < ARRAY_LEN(a->at_ms); i++) {
        a->at_ms[i] = list[i].at_ms;
    }
    if (count > 0) {
        (void)snprintf(a->text, sizeof(a->text), "%s %s %s>%s %s|%s", list[0].rule, list[0].labels,
                       list[0].from, list[0].to, list[0].reason, list[0].who);
    }
}

static void ask(const struct journal_filter *filter, struct answer *a)
{
    *a = (struct answer){0};
    journal_transitions(fx.journal, filter, on_transitions, a);
    ck_assert_uint_eq(a->calls, 0);
    fixture_wait(&a->calls, 1);
}

START_TEST(the_ledger_is_read_newest_first)
{
    struct answer a;
    for (int i = 0; i < 12; i++) {
        struct transition_record t =
            transition_of(100 + i / 2, i % 3 == 0 ? "r" : "s", i % 2 == 0 ? UINT64_MAX : 7);
        journal_add_transition(fx.journal, &t);
    }
    ck_assert(fixture_flush());
    ask(&(struct journal_filter){0}, &a);
    ck_assert_uint_eq(a.count, 12);
    ck_assert_int_eq(a.at_ms[0], 105);
    ck_assert_int_eq(a.at_ms[11], 100);
    ck_assert_str_eq(a.text, "s {a=\"b\"} pending>firing over it|");
    ask(&(struct journal_filter){.from_ms = 101, .to_ms = 102}, &a);
    ck_assert_uint_eq(a.count, 4);
    ask(&(struct journal_filter){.rule = "r", .limit = 3}, &a);
    ck_assert_uint_eq(a.count, 3);
    ck_assert_int_eq(a.at_ms[0], 104);
    ask(&(struct journal_filter){.fingerprint = UINT64_MAX, .rule = "r"}, &a);
    ck_assert_uint_eq(a.count, 2);
    a.calls = 0;
    journal_query_cancel(
        journal_transitions(fx.journal, &(struct journal_filter){0}, on_transitions, &a));
    journal_query_cancel(NULL);
    ck_assert(fixture_flush()); /* behind it */
    ck_assert_uint_eq(a.calls, 0);
}
END_TEST

START_TEST(the_ledger_is_pruned)
{
    struct answer a;
    fixture_close();
    fx.options.keep_rows = 10;
    fx.options.keep_ms = 5000;
    fixture_open();
    for (int i = 0; i < 15; i++) {
        struct transition_record t = transition_of(NOW_MS + i, "r", 1);
        journal_add_transition(fx.journal, &t);
    }
    ck_assert(fixture_flush()); /* the first one prunes: by number */
    ask(&(struct journal_filter){0}, &a);
    ck_assert_uint_eq(a.count, 10);
    ck_assert_int_eq(a.at_ms[9], NOW_MS + 5);
    fx.now.ms += 5010; /* not yet due */
    ck_assert(fixture_flush());
    ask(&(struct journal_filter){0}, &a);
    ck_assert_uint_eq(a.count, 10);
    fx.now.ms = NOW_MS + INT64_C(3600) * 1000; /* due: all are older than kept */
    struct transition_record t = transition_of(fx.now.ms, "r", 1);
    journal_add_transition(fx.journal, &t);
    ck_assert(fixture_flush());
    ask(&(struct journal_filter){0}, &a);
    ck_assert_uint_eq(a.count, 1);
}
END_TEST

START_TEST(a_second_one_is_in_memory)
{
    struct error err = ERROR_INIT;
    struct journal_status status;
    struct journal_state state;
    struct alert_record r = alert_of("r", "{}", 1);
    journal_put_alert(fx.journal, &r);
    ck_assert(fixture_flush());
    struct journal *first = fx.journal;
    struct journal *second = journal_open(fx.loop, NULL, &fx.options, fx.now, &status, &err);
    ck_assert_ptr_nonnull(second);
    ck_assert(!status.on_disk);
    ck_assert(status.taken);
    ck_assert_ptr_nonnull(strstr(status.problem, "another tocsin (pid "));
    ck_assert_ptr_nonnull(strstr(journal_problem(second), "state is in memory only: another"));
    fx.journal = second;
    fixture_load(&state);
    ck_assert_uint_eq(state.alerts.len, 0); /* the alerts are the other one's */
    journal_put_alert(second, &r);
    struct transition_record t = transition_of(1, "r", 1);
    journal_add_transition(second, &t);
    ck_assert(fixture_flush());
    struct answer a;
    ask(&(struct journal_filter){0}, &a);
    ck_assert_uint_eq(a.count, 1);
    fixture_close();
    fx.journal = first;
    journal_status_release(&status);
}
END_TEST

START_TEST(where_nothing_can_be_written)
{
    struct answer a;
    fixture_close();
    (void)snprintf(fx.folder, sizeof(fx.folder), "/dev/null/state");
    fixture_open();
    ck_assert(!fx.status.on_disk);
    ck_assert(!fx.status.taken);
    ck_assert_ptr_nonnull(strstr(fx.status.problem, "/dev/null"));
    struct transition_record t = transition_of(1, "r", 1);
    journal_add_transition(fx.journal, &t);
    ck_assert(fixture_flush());
    ask(&(struct journal_filter){0}, &a);
    ck_assert_uint_eq(a.count, 1);
}
END_TEST

/* What cannot be written is still read, and goes on in memory. */
START_TEST(a_folder_that_can_only_be_read)
{
    struct journal_state state;
    struct alert_record r = alert_of("r", "{}", 1);
    fixture_close();
    if (!small_disk_mount(fx.above, "size=1m")) {
        return;
    }
    fixture_open();
    journal_put_alert(fx.journal, &r);
    ck_assert(fixture_flush());
    fixture_close();
    ck_assert(small_disk_make_read_only(fx.above));
    fixture_open();
    ck_assert(!fx.status.on_disk);
    ck_assert_msg(strstr(fx.status.problem, "Read-only file system") != NULL, "%s",
                  fx.status.problem);
    fixture_load(&state);
    ck_assert_uint_eq(state.alerts.len, 1);
    journal_state_release(&state);
    journal_put_alert(fx.journal, &r);
    ck_assert(fixture_flush());
    fixture_close();
    small_disk_remove(fx.above);
}
END_TEST

START_TEST(a_disk_that_is_full)
{
    struct journal_state state;
    struct alert_record r = alert_of("r", "{}", 1);
    char *ballast = mem_printf("%s/ballast", fx.above);
    fixture_close();
    if (!small_disk_mount(fx.above, "size=1m")) {
        free(ballast);
        return;
    }
    fixture_open();
    journal_put_alert(fx.journal, &r);
    ck_assert(fixture_flush());
    /* While it runs: kept until there is room. */
    small_disk_fill(ballast);
    bool full = false;
    for (int i = 0; !full && i < 500; i++) {
        char labels[32];
        (void)snprintf(labels, sizeof(labels), "{i=\"%d\"}", i);
        r = alert_of("many", labels, i);
        journal_put_alert(fx.journal, &r);
        full = !fixture_flush();
    }
    ck_assert(full);
    ck_assert_ptr_nonnull(strstr(journal_problem(fx.journal), "full"));
    ck_assert_uint_eq(journal_unwritten(fx.journal), 1);
    ck_assert_int_eq(unlink(ballast), 0);
    ck_assert(fixture_flush());
    ck_assert_ptr_null(journal_problem(fx.journal));
    fixture_close();
    /* At the start: what there was is read. */
    small_disk_fill(ballast);
    fixture_open();
    ck_assert(!fx.status.on_disk);
    fixture_load(&state);
    ck_assert_uint_gt(state.alerts.len, 1);
    journal_state_release(&state);
    fixture_close();
    small_disk_remove(fx.above);
    free(ballast);
}
END_TEST

START_TEST(a_damaged_one_is_set_aside)
{
    struct journal_state state;
    struct alert_record r = alert_of("r", "{}", 1);
    fixture_close();
    char *path = mem_printf("%s/state.db", fx.folder);
    int fd = open(path, O_WRONLY);
    ck_assert_int_eq(pwrite(fd, "nonsense nonsense nonsense", 26, 0), 26);
    close(fd);
    fixture_open();
    ck_assert(fx.status.on_disk);
    ck_assert_ptr_nonnull(fx.status.set_aside);
    ck_assert_ptr_nonnull(fx.status.damage);
    journal_put_alert(fx.journal, &r);
    ck_assert(fixture_flush());
    reopen();
    ck_assert_ptr_null(fx.status.set_aside);
    fixture_load(&state);
    ck_assert_uint_eq(state.alerts.len, 1);
    journal_state_release(&state);
    free(path);
}
END_TEST

/* The database holds rows that no tocsin wrote. */
START_TEST(what_cannot_be_is_left_out)
{
    struct journal_state state;
    for (int i = 0; i < 3; i++) {
        struct alert_record r = alert_of(i == 0 ? "a" : i == 1 ? "b" : "c", "{}", i);
        journal_put_alert(fx.journal, &r);
    }
    ck_assert(fixture_flush());
    run_in_journal("UPDATE alerts SET phase = 99 WHERE rule = 'a';"
                   "UPDATE alerts SET history_count = -1 WHERE rule = 'b';");
    fixture_load(&state);
    ck_assert_uint_eq(state.alerts.len, 1);
    ck_assert_uint_eq(state.unreadable, 2);
    journal_state_release(&state);
}
END_TEST

START_TEST(a_newer_one_is_left_alone)
{
    run_in_journal("PRAGMA user_version = 1000");
    fixture_close();
    fixture_open();
    ck_assert(!fx.status.on_disk);
    ck_assert_ptr_nonnull(strstr(fx.status.problem, "schema 1000"));
    ck_assert_ptr_null(fx.status.set_aside);
}
END_TEST

START_TEST(a_reader_beside_the_engine)
{
    struct error err = ERROR_INIT;
    struct journal_state state;
    struct answer a = {0};
    ck_assert_ptr_null(journal_open_reader("/nowhere", &err));
    ck_assert_int_eq(err.kind, ERROR_NOT_FOUND);
    error_release(&err);
    struct journal_reader *reader = journal_open_reader(fx.folder, &err);
    ck_assert_msg(reader != NULL, "%s", error_text(&err));
    struct alert_record r = alert_of("r", "{}", 1);
    struct transition_record t = transition_of(1, "r", 1);
    journal_put_alert(fx.journal, &r);
    journal_add_transition(fx.journal, &t);
    journal_put_engine(fx.journal, &(struct engine_record){.alive_ms = NOW_MS, .started_ms = 5});
    ck_assert(fixture_flush());
    ck_assert(journal_reader_load(reader, &state, &err));
    ck_assert_uint_eq(state.alerts.len, 1);
    ck_assert_int_eq(state.engine.alive_ms, NOW_MS);
    journal_state_release(&state);
    ck_assert(
        journal_reader_transitions(reader, &(struct journal_filter){0}, on_transitions, &a, &err));
    ck_assert_uint_eq(a.count, 1);
    journal_reader_close(reader);
    journal_reader_close(NULL);
}
END_TEST

START_TEST(closing_writes_what_was_put)
{
    struct told told = {0};
    struct journal_state state;
    struct alert_record r = alert_of("r", "{a=\"1\"}", 1);
    journal_put_alert(fx.journal, &r);
    journal_flush(fx.journal, fx.now, on_told, &told);
    r = alert_of("r", "{a=\"2\"}", 1);
    journal_put_alert(fx.journal, &r);
    reopen();
    ck_assert_uint_eq(told.count, 0);
    fixture_load(&state);
    ck_assert_uint_eq(state.alerts.len, 2);
    journal_state_release(&state);
}
END_TEST

static void close_when_told(void *user, const struct error *err)
{
    unsigned *told = user;
    ck_assert_ptr_null(err);
    (*told)++;
    ck_assert(journal_close(fx.journal, 10000));
    fx.journal = NULL;
}

START_TEST(closed_when_told)
{
    unsigned told = 0;
    struct told never = {0};
    struct alert_record r = alert_of("r", "{}", 1);
    journal_put_alert(fx.journal, &r);
    journal_flush(fx.journal, fx.now, close_when_told, &told);
    journal_flush(fx.journal, fx.now, on_told, &never);
    fixture_wait(&told, 1);
    loop_step(fx.loop, 0);
    ck_assert_uint_eq(never.count, 0);
}
END_TEST

START_TEST(for_its_owner_only)
{
    struct stat st;
    char *path = mem_printf("%s/state.db", fx.folder);
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0600);
    ck_assert_int_eq(stat(fx.folder, &st), 0);
    ck_assert_uint_eq(st.st_mode & 0777, 0700);
    free(path);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("journal");
    tcase_add_checked_fixture(tc, fixture_setup, fixture_teardown);
    tcase_add_test(tc, records_come_back);
    tcase_add_test(tc, the_last_of_a_key_wins);
    tcase_add_test(tc, failures_are_kept_and_tried_again);
    tcase_add_test(tc, memory_is_bounded_while_it_fails);
    tcase_add_test(tc, the_ledger_is_read_newest_first);
    tcase_add_test(tc, the_ledger_is_pruned);
    tcase_add_test(tc, a_second_one_is_in_memory);
    tcase_add_test(tc, where_nothing_can_be_written);
    tcase_add_test(tc, a_folder_that_can_only_be_read);
    tcase_add_test(tc, a_disk_that_is_full);
    tcase_add_test(tc, a_damaged_one_is_set_aside);
    tcase_add_test(tc, what_cannot_be_is_left_out);
    tcase_add_test(tc, a_newer_one_is_left_alone);
    tcase_add_test(tc, a_reader_beside_the_engine);
    tcase_add_test(tc, closing_writes_what_was_put);
    tcase_add_test(tc, closed_when_told);
    tcase_add_test(tc, for_its_owner_only);
    return suite_run("alert/journal", tc);
}
