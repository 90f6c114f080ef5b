/* An engine elsewhere: the API over alerts that the test fills in, behind a socket that comes and
 * goes. What attach shows and what it does for others is taken here, in the place of alerts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alert/mirror.h"
#include "api/control.h"
#include "attach/attach.h"
#include "base/mem.h"
#include "support/fake_alerts.h"
#include "support/suite.h"

#define NOW FAKE_ALERTS_NOW

static struct alerts *alerts; /* of the engine */
static struct label_table *table;
static struct loop *loop;
static struct http_client *client;
static struct http_server *server;
static struct control *api;
static struct attach *attach;
static char folder[64], path[108];
static int64_t started_ms;

static const struct alerts_host *host;
static struct alerts_mirror shown;
static unsigned shows;

void alerts_set_host(struct alerts *a, const struct alerts_host *h)
{
    ck_assert_ptr_eq(a, alerts);
    host = h;
}

void alerts_show(struct alerts *a, const struct alerts_mirror *mirror)
{
    ck_assert_ptr_eq(a, alerts);
    shown = *mirror;
    shows++;
}

static struct wall host_now(void *user)
{
    (void)user;
    return (struct wall){NOW};
}

static void start_engine(void)
{
    struct error err = ERROR_INIT;
    const struct control_host of_engine = {
        .version = "1.2.3", .started = {started_ms++}, .now = host_now};
    struct http_server_options options = {.unix_path = path};
    api = control_create(alerts, &of_engine);
    options.routes = control_routes(&options.route_count);
    options.user = api;
    server = http_server_create(loop, &options, &err);
    ck_assert_msg(server != NULL, "%s", error_text(&err));
}

static void stop_engine(void)
{
    http_server_destroy(server);
    control_destroy(api);
    server = NULL;
    api = NULL;
}

static void setup(void)
{
    struct error err = ERROR_INIT;
    loop = loop_create(NULL, &err);
    ck_assert_ptr_nonnull(loop);
    strcpy(folder, "/tmp/tocsin-attach-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/tocsin.sock", folder);
    alerts = fake_alerts_create(loop);
    table = label_table_create();
    client = http_client_create(loop);
    started_ms = NOW;
    shows = 0;
}

static void teardown(void)
{
    attach_destroy(attach);
    attach = NULL;
    ck_assert_ptr_null(host);
    stop_engine();
    http_client_destroy(client);
    fake_alerts_destroy(alerts);
    label_table_destroy(table);
    loop_destroy(loop);
    rmdir(folder);
}

static void start_attach(void)
{
    const struct attach_options options = {
        .loop = loop, .http = client, .labels = table, .alerts = alerts, .socket_path = path};
    attach = attach_create(&options);
    ck_assert_ptr_nonnull(host);
}

/* Each of these waits for what must come; the case's limit ends what hangs. */
static void until_state(enum attach_state state)
{
    while (attach_state(attach) != state) {
        loop_step(loop, 1000);
    }
}

static void until_problem(const char *beginning)
{
    while (shown.problem == NULL ||
           !str_starts_with(str_from(shown.problem), str_from(beginning))) {
        loop_step(loop, 1000);
    }
}

static void until_alerts(size_t count)
{
    while (shown.alert_count != count) {
        loop_step(loop, 1000);
    }
}

START_TEST(shows_what_the_engine_has)
{
    fake_alerts_add(alerts, "Slow", "service=cart");
    fake_alerts_add_rule(alerts, "Slow");
    fake_alerts_add_silence(alerts, "s-1", "service=pay");
    start_engine();
    start_attach();
    ck_assert_int_eq((int)attach_state(attach), (int)ATTACH_SEEKING);
    ck_assert_ptr_nonnull(shown.problem);
    until_state(ATTACH_REACHED);
    ck_assert_ptr_null(shown.problem);
    ck_assert_uint_eq(shown.alert_count, 1);
    ck_assert_uint_eq(shown.rule_count, 1);
    ck_assert_uint_eq(shown.silence_count, 1);
    ck_assert(shown.alerts[0].id == alerts_at(alerts, 0)->id);
    ck_assert_str_eq(shown.alerts[0].rule, "Slow");
}
END_TEST

START_TEST(follows_what_changes)
{
    start_engine();
    start_attach();
    until_state(ATTACH_REACHED);
    fake_alerts_add(alerts, "Slow", "service=cart");
    attach_poll_now(attach);
    until_alerts(1);
    alerts->problem = "disk full";
    alerts->version++;
    attach_poll_now(attach);
    until_problem("disk full");
}
END_TEST

START_TEST(the_engine_goes_and_comes_back)
{
    fake_alerts_add(alerts, "Slow", "service=cart");
    start_engine();
    start_attach();
    until_state(ATTACH_REACHED);
    stop_engine();
    attach_poll_now(attach);
    until_state(ATTACH_LOST);
    until_problem("engine not reached for ");
    ck_assert_uint_eq(shown.alert_count, 1); /* as it was */
    fake_alerts_add(alerts, "Fast", "service=cart");
    start_engine();
    attach_poll_now(attach);
    until_state(ATTACH_REACHED);
    until_alerts(2);
    ck_assert_ptr_null(shown.problem);
}
END_TEST

START_TEST(no_engine_at_first)
{
    start_attach();
    until_problem("not known: cannot connect");
    ck_assert_int_eq((int)attach_state(attach), (int)ATTACH_SEEKING);
    fake_alerts_add(alerts, "Slow", "service=cart");
    start_engine();
    attach_poll_now(attach);
    until_state(ATTACH_REACHED);
    ck_assert_uint_eq(shown.alert_count, 1);
}
END_TEST

/* Half an answer is none. */
START_TEST(an_answer_that_cannot_be_read)
{
    fake_alerts_add(alerts, "Slow", "service=cart");
    start_engine();
    start_attach();
    until_state(ATTACH_REACHED);
    struct alert_info *bad = fake_alerts_add(alerts, "Bad", "");
    bad->fingerprint = 0;
    bad->silence_count = 1;
    char id[] = "nowhere", text[] = "x";
    const struct silence unlisted = {
        .id = id, .created_by = text, .comment = text, .ends_at_ms = NOW + 1};
    const struct silence *const list[] = {&unlisted};
    bad->silences = list;
    attach_poll_now(attach);
    until_state(ATTACH_LOST);
    ck_assert_uint_eq(shown.alert_count, 1);
}
END_TEST

/* --- commands --- */

static unsigned dones;
static struct error done_err;

static void on_done(void *user, const struct error *err)
{
    ck_assert_ptr_eq(user, &dones);
    dones++;
    error_release(&done_err);
    if (err != NULL) {
        error_copy(&done_err, err);
    }
}

static void begin_commands(void)
{
    fake_alerts_add(alerts, "Slow", "service=cart")->state = ALERT_UNKNOWN;
    fake_alerts_add_silence(alerts, "s-1", "service=pay");
    start_engine();
    start_attach();
    until_state(ATTACH_REACHED);
    dones = 0;
    error_release(&done_err);
}

static void until_done(void)
{
    ck_assert_uint_eq(dones, 0);
    while (dones == 0) {
        loop_step(loop, 1000);
    }
    ck_assert_uint_eq(dones, 1);
}

static const struct fake_command *last(enum fake_command_id id)
{
    const struct fake_command *c = fake_alerts_last(alerts);
    ck_assert_ptr_nonnull(c);
    ck_assert_int_eq((int)c->id, (int)id);
    return c;
}

static void done_well(void)
{
    until_done();
    ck_assert_msg(!error_is(&done_err), "%s", error_text(&done_err));
}

START_TEST(acknowledges)
{
    begin_commands();
    host->ack(host->user, 1, "ada", "on \"it\"", NOW + 60000, on_done, &dones);
    done_well();
    const struct fake_command *c = last(FAKE_ACK);
    ck_assert(c->alert == 1 && c->expires_ms == NOW + 60000);
    ck_assert_str_eq(c->by, "ada");
    ck_assert_str_eq(c->note, "on \"it\"");
}
END_TEST

START_TEST(takes_back_and_gives_up)
{
    begin_commands();
    host->unack(host->user, 1, "ada & co", on_done, &dones);
    done_well();
    ck_assert_str_eq(last(FAKE_UNACK)->by, "ada & co");
    dones = 0;
    host->dismiss(host->user, 1, "ada", "host is gone", on_done, &dones);
    done_well();
    ck_assert_str_eq(last(FAKE_DISMISS)->note, "host is gone");
}
END_TEST

START_TEST(silences)
{
    struct silence s;
    struct error err = ERROR_INIT;
    begin_commands();
    silence_init(&s);
    ck_assert(silence_add_matcher(&s, STR("service=~\"a|b\""), &err));
    s.created_by = mem_strdup("ada");
    s.comment = mem_strdup("deploying");
    s.ends_at_ms = NOW + 3600000;
    s.end_when_resolved_ms = 60000;
    host->put(host->user, &s, on_done, &dones);
    done_well();
    const struct fake_command *c = last(FAKE_SILENCE_PUT);
    ck_assert_int_eq(c->silence.ends_at_ms, NOW + 3600000);
    ck_assert_int_eq(c->silence.end_when_resolved_ms, 60000);
    ck_assert_str_eq(c->silence.matchers.items[0].value, "a|b");
    dones = 0;
    host->expire(host->user, "s-1", "ada", on_done, &dones);
    done_well();
    ck_assert_str_eq(last(FAKE_SILENCE_EXPIRE)->silence_id, "s-1");
    ck_assert_str_eq(last(FAKE_SILENCE_EXPIRE)->by, "ada");
    silence_release(&s);
}
END_TEST

START_TEST(what_the_engine_refuses)
{
    begin_commands();
    host->ack(host->user, 99, "ada", "", 0, on_done, &dones);
    until_done();
    ck_assert_int_eq((int)done_err.kind, (int)ERROR_NOT_FOUND);
    ck_assert_msg(strstr(error_text(&done_err), "no alert '0000000000000063'") != NULL, "%s",
                  error_text(&done_err));
}
END_TEST

/* It holds, and the engine says that it is not on disk. */
START_TEST(what_is_kept_in_memory_only)
{
    begin_commands();
    error_set(&alerts->failure, ERROR_IO, "disk full");
    host->ack(host->user, 1, "ada", "", 0, on_done, &dones);
    until_done();
    ck_assert_int_eq((int)done_err.kind, (int)ERROR_IO);
    ck_assert_str_eq(error_text(&done_err), "disk full");
}
END_TEST

/* Not done, whatever the error of the connection: ERROR_IO would say that it holds. */
START_TEST(a_command_while_the_engine_is_gone)
{
    begin_commands();
    stop_engine();
    host->ack(host->user, 1, "ada", "", 0, on_done, &dones);
    until_done();
    ck_assert(error_is(&done_err) && done_err.kind != ERROR_IO);
}
END_TEST

START_TEST(nobody_is_told_after_the_end)
{
    begin_commands();
    host->ack(host->user, 1, "ada", "", 0, on_done, &dones);
    attach_destroy(attach);
    attach = NULL;
    for (int i = 0; i < 10; i++) {
        loop_step(loop, 0);
    }
    ck_assert_uint_eq(dones, 0);
}
END_TEST

START_TEST(previews_are_the_engines)
{
    struct silence s;
    struct error err = ERROR_INIT;
    size_t now = 7, day = 8;
    begin_commands();
    silence_init(&s);
    ck_assert(silence_add_matcher(&s, STR("service=cart"), &err));
    host->preview(host->user, &s, &now, &day);
    ck_assert(now == 7 && day == 8); /* not known yet */
    unsigned before = shows;
    while (now != 1) {
        loop_step(loop, 1000);
        host->preview(host->user, &s, &now, &day);
    }
    ck_assert_uint_gt(shows, before); /* so that it is looked at again */
    silence_release(&s);
}
END_TEST

static size_t transitions;
static char *first_reason;

static void on_transitions(void *user, const struct transition *list, size_t count,
                           const struct error *err)
{
    (void)user;
    ck_assert_msg(err == NULL, "%s", error_text(err));
    transitions = count;
    first_reason = mem_strdup(list[0].reason);
    ck_assert(list[0].has_value && list[0].value == 0.25);
    ck_assert_int_eq(list[0].at.ms, NOW - 1500);
    ck_assert(list[0].fingerprint == 5);
    dones++;
}

START_TEST(reads_the_ledger)
{
    const struct transition t = {.at = {NOW - 1500},
                                 .rule = "Slow & slower",
                                 .alertname = "Slow",
                                 .fingerprint = 5,
                                 .labels = "{a=\"b\"}",
                                 .from = "pending",
                                 .to = "firing",
                                 .value = 0.25,
                                 .has_value = true,
                                 .reason = "it held",
                                 .who = ""};
    fake_alerts_add_transition(alerts, &t);
    begin_commands();
    const struct transition_filter filter = {
        .from = {NOW - 60001}, .rule = "Slow & slower", .fingerprint = 5, .limit = 12};
    host->transitions(host->user, &filter, on_transitions, NULL);
    until_done();
    ck_assert_uint_eq(transitions, 1);
    ck_assert_str_eq(first_reason, "it held");
    free(first_reason);
    const struct fake_command *c = last(FAKE_TRANSITIONS);
    ck_assert_int_eq(c->filter.from.ms, NOW - 60001);
    ck_assert_uint_eq(c->filter.limit, 12);
    ck_assert(c->filter.fingerprint == 5);
    ck_assert_str_eq(c->note, "Slow & slower");
}
END_TEST

int main(void)
{
    TCase *showing = tcase_create("showing"), *commands = tcase_create("commands");
    tcase_add_checked_fixture(showing, setup, teardown);
    tcase_add_checked_fixture(commands, setup, teardown);
    tcase_add_test(showing, shows_what_the_engine_has);
    tcase_add_test(showing, follows_what_changes);
    tcase_add_test(showing, the_engine_goes_and_comes_back);
    tcase_add_test(showing, no_engine_at_first);
    tcase_add_test(showing, an_answer_that_cannot_be_read);
    tcase_add_test(commands, acknowledges);
    tcase_add_test(commands, takes_back_and_gives_up);
    tcase_add_test(commands, silences);
    tcase_add_test(commands, what_the_engine_refuses);
    tcase_add_test(commands, what_is_kept_in_memory_only);
    tcase_add_test(commands, a_command_while_the_engine_is_gone);
    tcase_add_test(commands, nobody_is_told_after_the_end);
    tcase_add_test(commands, previews_are_the_engines);
    tcase_add_test(commands, reads_the_ledger);
    return suite_run("attach/attach", showing, commands);
}
