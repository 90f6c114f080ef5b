/* The screen's commands as the alerts get them, and what is told of their end. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/console_alerts.h"
#include "support/fake_alerts.h"
#include "support/suite.h"

struct fixture {
    struct alerts *alerts;
    struct console_alerts console;
    char told[400];
    size_t count;
};

static void remember(void *user, const char *text)
{
    struct fixture *f = user;
    snprintf(f->told, sizeof(f->told), "%s", text);
    f->count++;
}

static void fixture_init(struct fixture *f)
{
    *f = (struct fixture){.alerts = fake_alerts_create(NULL)};
    setenv("TOCSIN_USER", "op1", 1);
    console_alerts_init(&f->console, remember, f);
}

/* The alerts first: that is what an engine does. */
static void fixture_release(struct fixture *f)
{
    fake_alerts_destroy(f->alerts);
    console_alerts_release(&f->console);
}

static const struct {
    enum ui_command_id id;
    enum fake_command_id asked;
    const char *done, *failed;
} commands[] = {
    {UI_COMMAND_ACK, FAKE_ACK, "acknowledged: 'Lag'", "not acknowledged: 'Lag': gone"},
    {UI_COMMAND_UNACK, FAKE_UNACK, "acknowledgement taken back: 'Lag'",
     "acknowledgement not taken back: 'Lag': gone"},
    {UI_COMMAND_DISMISS, FAKE_DISMISS, "dismissed: 'Lag'", "not dismissed: 'Lag': gone"},
    {UI_COMMAND_SILENCE, FAKE_SILENCE_PUT, "silenced: 'Lag'", "not silenced: 'Lag': gone"},
    {UI_COMMAND_EXPIRE, FAKE_SILENCE_EXPIRE, "silence ended: 'Lag'",
     "silence not ended: 'Lag': gone"},
};

static void give(struct fixture *f, enum ui_command_id id)
{
    struct silence silence;
    struct error err = ERROR_INIT;
    silence_init(&silence);
    ck_assert(silence_add_matcher(&silence, STR("a=b"), &err));
    silence.created_by = mem_strdup("op1");
    silence.comment = mem_strdup("why");
    const struct ui_command command = {.id = id,
                                       .alert = 7,
                                       .subject = "Lag",
                                       .text = "db?",
                                       .silence = &silence,
                                       .silence_id = "one"};
    ck_assert(console_alerts_command(&f->console, f->alerts, &command));
    silence_release(&silence);
}

START_TEST(test_commands)
{
    struct fixture f;
    fixture_init(&f);
    give(&f, commands[_i].id);
    const struct fake_command *asked = fake_alerts_last(f.alerts);
    ck_assert_int_eq(asked->id, commands[_i].asked);
    if (asked->id == FAKE_ACK || asked->id == FAKE_DISMISS) {
        ck_assert_str_eq(asked->note, "db?");
    }
    if (asked->id == FAKE_SILENCE_PUT) {
        ck_assert_str_eq(asked->silence.comment, "why");
    } else {
        ck_assert_str_eq(asked->by, "op1");
    }
    ck_assert_uint_eq(f.count, 0);
    fake_alerts_finish(f.alerts);
    ck_assert_uint_eq(f.count, 1);
    ck_assert_str_eq(f.told, commands[_i].done);
    fixture_release(&f);
}
END_TEST

START_TEST(test_failures)
{
    struct fixture f;
    fixture_init(&f);
    error_set(&f.alerts->failure, ERROR_NOT_FOUND, "gone");
    give(&f, commands[_i].id);
    fake_alerts_finish(f.alerts);
    ck_assert_str_eq(f.told, commands[_i].failed);
    fixture_release(&f);
}
END_TEST

/* What could not be written holds all the same. */
START_TEST(test_only_in_memory)
{
    struct fixture f;
    fixture_init(&f);
    error_set(&f.alerts->failure, ERROR_IO, "disk full");
    give(&f, UI_COMMAND_ACK);
    fake_alerts_finish(f.alerts);
    ck_assert_str_eq(f.told, "acknowledged: 'Lag', but only in memory: disk full");
    fixture_release(&f);
}
END_TEST

START_TEST(test_several_under_way)
{
    struct fixture f;
    fixture_init(&f);
    give(&f, UI_COMMAND_ACK);
    give(&f, UI_COMMAND_UNACK);
    fake_alerts_finish(f.alerts);
    ck_assert_uint_eq(f.count, 2);
    ck_assert_ptr_null(f.console.orders);
    give(&f, UI_COMMAND_SILENCE); /* this one is never done */
    give(&f, UI_COMMAND_EXPIRE);
    fixture_release(&f);
}
END_TEST

START_TEST(test_not_about_alerts)
{
    struct fixture f;
    fixture_init(&f);
    const struct ui_command refresh = {.id = UI_COMMAND_REFRESH};
    const struct ui_command ack = {.id = UI_COMMAND_ACK, .alert = 1, .subject = "Lag"};
    ck_assert(!console_alerts_command(&f.console, f.alerts, &refresh));
    ck_assert(console_alerts_command(&f.console, NULL, &ack));
    ck_assert_str_eq(f.told, "there are no alerts yet");
    fixture_release(&f);
}
END_TEST

START_TEST(test_author)
{
    struct console_alerts console;
    setenv("TOCSIN_USER", "", 1);
    setenv("LOGNAME", "ada", 1);
    console_alerts_init(&console, remember, NULL);
    ck_assert_str_eq(console.author, "ada");
    console_alerts_release(&console);
    unsetenv("TOCSIN_USER");
    unsetenv("LOGNAME");
    unsetenv("USER");
    console_alerts_init(&console, remember, NULL);
    ck_assert_uint_gt(strlen(console.author), 0);
    console_alerts_release(&console);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("console_alerts");
    tcase_add_loop_test(tcase, test_commands, 0, ARRAY_LEN(commands));
    tcase_add_loop_test(tcase, test_failures, 0, ARRAY_LEN(commands));
    tcase_add_test(tcase, test_only_in_memory);
    tcase_add_test(tcase, test_several_under_way);
    tcase_add_test(tcase, test_not_about_alerts);
    tcase_add_test(tcase, test_author);
    return suite_run("cmd/console_alerts", tcase);
}
