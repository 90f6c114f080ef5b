/* What commands read where no engine runs: the answers out of a journal that one left. */
#include "cmd/engine_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "alert/journal.h"
#include "base/mem.h"
#include "cmd/alert_rows.h"
#include "cmd/why_read.h"
#include "support/suite.h"

#define NOW    INT64_C(1795230461000) /* 2026-11-21 03:07:41 UTC */
#define MINUTE INT64_C(60000)

static char folder[64];
static struct silence filter;
static struct strbuf text;
static struct error err;
static struct json_document *document;

static void setup(void)
{
    strcpy(folder, "/tmp/tocsin-state-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    setenv("STATE_DIRECTORY", folder, 1);
    silence_init(&filter);
    strbuf_init(&text, ENGINE_MAX_ANSWER);
    err = (struct error)ERROR_INIT;
    document = NULL;
}

static void teardown(void)
{
    static const char *const files[] = {"state.db", "state.db-wal", "state.db-shm", "lock",
                                        "state.lock"};
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        char *path = mem_printf("%s/%s", folder, files[i]);
        unlink(path);
        free(path);
    }
    rmdir(folder);
    silence_release(&filter);
    strbuf_release(&text);
    error_release(&err);
    json_destroy(document);
}

static char *lit(const char *literal)
{
    return (char *)(uintptr_t)literal;
}

/* A firing one that is acknowledged and silenced, a pending one, and what happened. */
static void leave(struct journal *j)
{
    struct alert_record a = {
        .rule = lit("api/Slow"),
        .labels = lit("{alertname=\"Slow\", service=\"checkout\", severity=\"critical\"}"),
        .fingerprint = 7,
        .status = {.phase = ALERT_FIRING,
                   .active_at_ms = NOW - 20 * MINUTE,
                   .fired_at_ms = NOW - 15 * MINUTE},
        .source = lit("prom"),
        .reason = lit("held for 5m"),
        .value = 1.9,
        .has_value = true,
        .updated_at_ms = NOW - 10 * MINUTE};
    journal_put_alert(j, &a);
    const struct ack_record ack = {.rule = a.rule,
                                   .labels = a.labels,
                                   .fingerprint = 7,
                                   .by = lit("ada"),
                                   .note = lit("mine"),
                                   .at_ms = NOW - 12 * MINUTE};
    journal_put_ack(j, &ack);
    a.labels = lit("{alertname=\"Slow\", service=\"cart\"}");
    a.fingerprint = 8;
    a.status = (struct alert_status){.phase = ALERT_PENDING, .active_at_ms = NOW - 11 * MINUTE};
    journal_put_alert(j, &a);
    const struct silence_record s = {.id = lit("id-1"),
                                     .matchers = lit("service=\"checkout\""),
                                     .starts_at_ms = NOW - 30 * MINUTE,
                                     .ends_at_ms = NOW + 30 * MINUTE,
                                     .created_by = lit("bob"),
                                     .comment = lit("deploying")};
    journal_put_silence(j, &s);
    const struct transition_record t = {.at_ms = NOW - 15 * MINUTE,
                                        .rule = lit("api/Slow"),
                                        .fingerprint = 7,
                                        .alertname = lit("Slow"),
                                        .labels = lit("{alertname=\"Slow\", service=\"checkout\"}"),
                                        .from = lit("pending"),
                                        .to = lit("firing"),
                                        .reason = lit("held for 5m"),
                                        .who = lit("")};
    journal_add_transition(j, &t);
    journal_put_engine(j, &(struct engine_record){NOW - 60 * MINUTE, NOW - 10 * MINUTE});
}

static void write_state(void)
{
    struct loop *loop = loop_create(NULL, &err);
    struct journal_status status = {.on_disk = false};
    struct journal *j = journal_open(loop, NULL, &(struct journal_options){.folder = folder},
                                     (struct wall){NOW}, &status, &err);
    ck_assert_msg(j != NULL && status.on_disk, "%s", status.problem);
    leave(j);
    ck_assert(journal_close(j, 60000));
    journal_status_release(&status);
    loop_destroy(loop);
}

static struct json ask(const struct engine_question *question)
{
    ck_assert_msg(engine_state_answer(NULL, question, &filter, NOW, &text, &err), "%s",
                  error_text(&err));
    document = json_parse(strbuf_str(&text), ENGINE_MAX_ANSWER, &err);
    ck_assert_msg(document != NULL, "%s: %s", error_text(&err), strbuf_cstr(&text));
    return json_root(document);
}

START_TEST(alerts_as_they_were)
{
    struct alert_rows rows;
    write_state();
    struct json root = ask(&(struct engine_question){.about = ENGINE_ALERTS});
    ck_assert(str_equal_c(json_str(json_find(root, "fromDisk")), "2026-11-21T02:57:41.000Z"));
    ck_assert(alert_rows_read(&rows, root, &err));
    ck_assert_int_eq(rows.now_ms, NOW);
    ck_assert_uint_eq(rows.rows.len, 2);
    size_t slow = strcmp(rows.rows.items[0].state, "firing") == 0 ? 0 : 1;
    const struct alert_row *a = &rows.rows.items[slow];
    ck_assert_str_eq(a->name, "Slow");
    ck_assert_str_eq(a->labels, "service=checkout");
    ck_assert_str_eq(a->acked_by, "ada");
    ck_assert_str_eq(a->silenced_by, "bob");
    ck_assert_str_eq(a->source, "prom");
    ck_assert_str_eq(a->reason, "held for 5m");
    ck_assert_int_eq(a->severity, SEVERITY_CRITICAL);
    ck_assert_int_eq(a->since_ms, NOW - 15 * MINUTE);
    ck_assert(a->fires && a->hidden);
    ck_assert_str_eq(rows.rows.items[1 - slow].state, "pending");
    ck_assert(!rows.rows.items[1 - slow].fires);
    alert_rows_release(&rows);
}
END_TEST

START_TEST(matchers_choose)
{
    struct alert_rows rows;
    write_state();
    ck_assert(silence_add_matcher(&filter, STR("service=cart"), &err));
    struct json root = ask(&(struct engine_question){.about = ENGINE_ALERTS});
    ck_assert(alert_rows_read(&rows, root, &err));
    ck_assert_uint_eq(rows.rows.len, 1);
    ck_assert_str_eq(rows.rows.items[0].labels, "service=cart");
    alert_rows_release(&rows);
}
END_TEST

START_TEST(silences_as_they_were)
{
    write_state();
    struct json root = ask(&(struct engine_question){.about = ENGINE_SILENCES});
    ck_assert_uint_eq(json_size(json_find(root, "silences")), 1);
    ck_assert(str_equal_c(json_str(json_find(root, "silences[0].comment")), "deploying"));
    ck_assert(str_equal_c(json_str(json_find(root, "silences[0].matchers[0].value")), "checkout"));
    ck_assert(str_equal_c(json_str(json_find(root, "silences[0].status.state")), "active"));
}
END_TEST

START_TEST(why_from_the_ledger)
{
    struct why why;
    write_state();
    struct json root = ask(&(struct engine_question){.about = ENGINE_WHY, .rule = "Slow"});
    why_init(&why);
    ck_assert(why_read(&why, root, &err));
    ck_assert_uint_eq(why.rules.len, 1);
    ck_assert(!why.rules.items[0].known);
    ck_assert_str_eq(why.rules.items[0].name, "Slow");
    ck_assert_uint_eq(why.rules.items[0].alerts.len, 1);
    ck_assert_str_eq(why.rules.items[0].alerts.items[0]->state, "firing");
    ck_assert_int_eq(why.rules.items[0].alerts.items[0]->fired_at_ms, NOW - 15 * MINUTE);
    why_release(&why);
    strbuf_reset(&text);
    const struct engine_question other = {.about = ENGINE_WHY, .rule = "Other"};
    ck_assert(!engine_state_answer(NULL, &other, &filter, NOW, &text, &err));
    ck_assert_int_eq(err.kind, ERROR_NOT_FOUND);
}
END_TEST

START_TEST(age)
{
    int64_t age_ms;
    write_state();
    ck_assert(engine_state_age(NULL, NOW, &age_ms, &err));
    ck_assert_int_eq(age_ms, 10 * MINUTE);
    ck_assert(
        engine_state_age(NULL, NOW - 20 * MINUTE, &age_ms, &err)); /* the clock was set back */
    ck_assert_int_eq(age_ms, -1);
}
END_TEST

START_TEST(nothing_was_left)
{
    int64_t age_ms;
    const struct engine_question question = {.about = ENGINE_ALERTS};
    ck_assert(!engine_state_answer(NULL, &question, &filter, NOW, &text, &err));
    ck_assert_int_eq(err.kind, ERROR_NOT_FOUND);
    ck_assert(!engine_state_age(NULL, NOW, &age_ms, &err));
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("engine state");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, alerts_as_they_were);
    tcase_add_test(tc, matchers_choose);
    tcase_add_test(tc, silences_as_they_were);
    tcase_add_test(tc, why_from_the_ledger);
    tcase_add_test(tc, age);
    tcase_add_test(tc, nothing_was_left);
    return suite_run("cmd/engine state", tc);
}
