/* The commands that ask an engine: what they print, what they send, how they exit. */
#include "engine_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NOW    INT64_C(1795230461000) /* of the fake engine */
#define MINUTE INT64_C(60000)

START_TEST(a_table)
{
    engine_start("many");
    ck_assert_int_eq(run("alerts"), EXIT_STATUS_CRITICAL);
    ck_assert_str_eq(output,
                     "     ALERT                              SINCE    VALUE            WHO\n"
                     "CRIT Slow service=checkout              10m      1.9s > 500ms\n"
                     "WARN Acked service=cart                 10m                       ack ada\n"
                     "UNKN Lost service=mail                  2m\n"
                     "PEND Waiting service=search             3m/5m\n");
    ck_assert_str_eq(errors, "not shown: 1 silenced or inhibited, 1 resolved (--all)\n");
    ck_assert_int_eq(run("alerts", "--all"), EXIT_STATUS_CRITICAL);
    expect_output(
        "SIL  Hushed service=pay                 10m                       until 04:07:41\n");
    expect_output("OK   Over service=old                   3m\n");
    ck_assert_str_eq(errors, "");
}
END_TEST

START_TEST(a_table_of_long_and_hostile_names_keeps_its_columns)
{
    engine_start("hostile");
    ck_assert_int_eq(run("alerts"), EXIT_STATUS_WARNING);
    expect_output("WARN AVeryLongNameOfAnAlertThatGoesOnA~ 10m\n");
    expect_output("WARN Evil service=?[31mred?             10m\n");
    ck_assert_ptr_null(strchr(output, '\x1b'));
    ck_assert_ptr_null(strchr(output, '\x07'));
    for (const char *line = output; (line = strstr(line, "10m\n")) != NULL; line++) {
        ck_assert_ptr_ne(line, output);
    }
}
END_TEST

START_TEST(sentences)
{
    engine_start("many");
    ck_assert_int_eq(run("alerts", "--format=plain", "-a"), EXIT_STATUS_CRITICAL);
    expect_output("Slow service=checkout: critical, firing since 02:57:41 (10m00s), value 1.9s > "
                  "500ms, not acknowledged\n");
    expect_output("Acked service=cart: warning, firing since 02:57:41 (10m00s), acknowledged by "
                  "ada\n");
    expect_output("Lost service=mail: warning, unknown since 03:05:41 (2m00s), not acknowledged; "
                  "'prom-b' is down\n");
    expect_output("Waiting service=search: warning, pending, fires at 03:09:41 if it holds\n");
    expect_output("silenced by ada until 04:07:41\n");
    expect_output("Over service=old: warning, resolved since 03:04:41 (3m00s)\n");
}
END_TEST

START_TEST(json_is_what_the_engine_says)
{
    engine_start("many");
    ck_assert_int_eq(run("alerts", "--format", "json", "service=cart"), EXIT_STATUS_WARNING);
    ck_assert_int_eq(output[0], '{');
    expect_output("\"alertname\":\"Acked\"");
    ck_assert_ptr_null(strstr(output, "\"Slow\""));
}
END_TEST

START_TEST(no_alert_is_ok)
{
    engine_start("none");
    ck_assert_int_eq(run("alerts"), EXIT_STATUS_OK);
    ck_assert_str_eq(output, "");
}
END_TEST

START_TEST(acknowledging)
{
    engine_start("many");
    ck_assert_int_eq(run("ack", "service=~checkout|mail", "--note", "mine", "--by", "bob"), 0);
    ck_assert_str_eq(output,
                     "acknowledged Slow service=checkout\nacknowledged Lost service=mail\n");
    ck_assert_int_eq(run("ack", "0000000000000001"), 0);
    ck_assert_int_eq(run("ack", "Acked", "--undo"), 0);
    ck_assert_str_eq(output, "not acknowledged any more Acked service=cart\n");
    ck_assert_int_eq(run("ack", "--dismiss", "Lost", "-n", "gone"), 0);
    ck_assert_str_eq(output, "dismissed Lost service=mail\n");
    char *record = engine_record();
    ck_assert_msg(strstr(record, "ack alert=1 by=bob note=mine expires=0 ") != NULL, "%s", record);
    ck_assert_msg(strstr(record, "ack alert=3 by=bob note=mine expires=0 ") != NULL, "%s", record);
    ck_assert_msg(strstr(record, "unack alert=2 by=") != NULL, "%s", record);
    ck_assert_msg(strstr(record, "dismiss alert=3 by=") != NULL, "%s", record);
    free(record);
}
END_TEST

START_TEST(acknowledging_for_a_while)
{
    engine_start("many");
    ck_assert_int_eq(run("ack", "Slow", "--for", "2h"), 0);
    char *record = engine_record();
    char wanted[80];
    snprintf(wanted, sizeof(wanted), "expires=%lld ", (long long)(NOW + 120 * MINUTE));
    ck_assert_msg(strstr(record, wanted) != NULL, "%s", record);
    free(record);
    ck_assert_int_eq(run("ack", "Slow", "--for", "soon"), 64);
    expect_errors("'for'");
}
END_TEST

static const struct {
    const char *words[6];
    int status;
    const char *part;
} slips[] = {
    {{"ack"}, 64, "takes alerts"},
    {{"ack", "Nobody"}, 66, "no alert is named so"},
    {{"ack", "Acked"}, 66, "1 alert is named so, and acknowledged already"},
    {{"ack", "Slow", "--dismiss"}, 66, "not unknown"},
    {{"ack", "Slow", "--undo"}, 66, "not acknowledged"},
    {{"ack", "Slow", "--undo", "--note", "x"}, 64, "--undo goes together"},
    {{"ack", "Slow", "--dismiss", "--for", "1h"}, 64, "--for is for acknowledging"},
    {{"ack", "a=~("}, 65, "matcher 'a=~('"},
    {{"alerts", "="}, 65, "not a matcher"},
    {{"alerts", "--format", "xml"}, 64, "unknown format 'xml'"},
    {{"silence"}, 64, "takes matchers"},
    {{"silence", "a=b"}, 64, "must end"},
    {{"silence", "a=b", "--for", "1h"}, 64, "needs a comment"},
    {{"silence", "a=b", "--for", "1x", "-m", "x"}, 64, "--for"},
    {{"silence", "a=b", "--until", "soon", "-m", "x"}, 64, "'soon' is not a time"},
    {{"silence", "a=b", "--until", "now-1h", "-mx"}, 64, "over before it begins"},
    {{"silence", "a=~.*", "--for", "1h", "-m", "x"}, 64, "would hide every alert"},
    {{"silence", "--list", "--preview"}, 64, "exclude each other"},
    {{"silence", "--list", "a=b"}, 64, "takes no matchers"},
    {{"silence", "--expire", "../x"}, 64, "no silence's id"},
    {{"silence", "--expire", "ffff"}, 66, "there is no silence 'ffff'"},
    {{"why"}, 64, "takes the name of a rule"},
    {{"why", "Nothing"}, 66, "no rule 'Nothing'"},
    {{"why", "Slow", "--at", "soon"}, 64, "is not a time"},
    {{"why", "Slow", "-f", "xml"}, 64, "unknown format"},
    {{"status", "--short", "--json"}, 64, "exclude each other"},
    {{"status", "x"}, 64, "takes no argument"},
};

START_TEST(slips_are_said)
{
    const char *words[8] = {"tocsin"};
    engine_start("many");
    memcpy(words + 1, slips[_i].words, sizeof(slips[_i].words));
    int status = run_words(words);
    ck_assert_msg(status == slips[_i].status, "%d: %s", status, errors);
    expect_errors(slips[_i].part);
}
END_TEST

START_TEST(silencing)
{
    engine_start("many");
    ck_assert_int_eq(run("silence", "service=~checkout|old", "--for", "2h", "--comment",
                         "deploying", "--by", "ada", "--end-when-resolved", "15m"),
                     0);
    expect_output("hides 1 alert now, 2 in the last 24h\n  Slow service=checkout\nsilence ");
    char *record = engine_record();
    ck_assert_msg(strstr(record, "put alert=0 ") != NULL, "%s", record);
    ck_assert_msg(strstr(record, "silence=service=~\"checkout|old\" comment=deploying") != NULL,
                  "%s", record);
    free(record);
}
END_TEST

START_TEST(previewing_makes_none)
{
    engine_start("many");
    ck_assert_int_eq(run("silence", "-p", "Slow"), 0);
    ck_assert_str_eq(output,
                     "would hide 1 alert now, 1 in the last 24h\n  Slow service=checkout\n");
    char *record = engine_record();
    ck_assert_str_eq(record, "");
    free(record);
}
END_TEST

START_TEST(listing_and_ending)
{
    engine_start("silences");
    ck_assert_int_eq(run("silence", "--list"), 0);
    expect_output("abc-1  active   until ");
    expect_output(
        "\n  service=\"pay\"\n  ada: deploying\n  ends once nothing has matched for 15m\n");
    ck_assert_ptr_null(strstr(output, "abc-2"));
    ck_assert_int_eq(run("silence", "--list", "--all"), 0);
    expect_output("abc-2  expired  since ");
    ck_assert_int_eq(run("silence", "--expire", "abc-1"), 0);
    ck_assert_str_eq(output, "silence abc-1 has ended\n");
    char *record = engine_record();
    ck_assert_msg(strstr(record, "expire alert=0 by=") != NULL, "%s", record);
    free(record);
}
END_TEST

START_TEST(why_reads_back_all_of_it)
{
    engine_start("explained");
    ck_assert_int_eq(run("why", "Slow"), 0);
    expect_output("  condition   p95 > 500ms\n  recovers    p95 < 400ms\n");
    expect_output("  asks        prom every 15s, must hold for 5m00s\n");
    expect_output("took 1.5ms, next at ");
    expect_output(", 2 missed\n");
    expect_output("  note        matches nothing at 'prom-b'\n");
    expect_output("  state       firing since ");
    expect_output(" (10m00s), critical\n  value       1.9s, the condition is > 500ms\n");
    expect_output("  acked       by ada at ");
    expect_output(": looking\n");
    expect_output("  pending -> firing: held for 5m\n");
    ck_assert_int_eq(run("why", "Slow", "service=other"), 0);
    expect_output("no alert");
    ck_assert_int_eq(run("why", "Slow", "--at", "2026-11-21T03:00:00Z"), 0);
    expect_output("as known at ");
    expect_output("  state       firing since ");
    ck_assert_int_eq(run("why", "Slow", "--format", "json"), 0);
    ck_assert_int_eq(output[0], '{');
    expect_output("\"comparison\":\">\"");
}
END_TEST

START_TEST(one_line)
{
    engine_start("many");
    ck_assert_int_eq(run("status"), EXIT_STATUS_CRITICAL);
    ck_assert_str_eq(output, "CRIT 1 WARN 2 unacked 2 sil 1 unknown 1 pending 1 | Slow checkout "
                             "1.9s | src 1/2 prom-b down | data 4s\n");
    ck_assert_int_eq(run("status", "--short"), EXIT_STATUS_CRITICAL);
    ck_assert_str_eq(output, "1C2W u2 ?1 1/2\n");
    ck_assert_int_eq(run("status", "--tmux"), EXIT_STATUS_CRITICAL);
    ck_assert_str_eq(output, "#[fg=red,bold]CRIT 1#[default] #[fg=yellow]WARN 2#[default] u2 ?1"
                             "#[dim] 1/2 4s#[default]\n");
    ck_assert_int_eq(run("status", "--json"), EXIT_STATUS_CRITICAL);
    expect_output("\"environment\":\"prod\"");
}
END_TEST

START_TEST(all_is_well)
{
    engine_start("none");
    ck_assert_int_eq(run("status"), EXIT_STATUS_OK);
    ck_assert_str_eq(output, "ok | src 1/2 prom-b down | data 4s\n");
}
END_TEST

START_TEST(names_bring_no_styles_of_their_own)
{
    engine_start("problem");
    ck_assert_int_eq(run("status", "--tmux"), EXIT_STATUS_WARNING);
    expect_output("##(reboot) ##[fg=red]?[2J");
}
END_TEST

START_TEST(no_engine)
{
    ck_assert_int_eq(run("status"), EXIT_STATUS_UNKNOWN);
    ck_assert_str_eq(output, "tocsin ? no engine is running\n");
    ck_assert_int_eq(run("status", "--short"), EXIT_STATUS_UNKNOWN);
    ck_assert_str_eq(output, "?\n");
    ck_assert_int_eq(run("status", "--tmux"), EXIT_STATUS_UNKNOWN);
    ck_assert_str_eq(output, "#[fg=magenta]tocsin ? no engine is running#[default]\n");
    ck_assert_int_eq(run("alerts"), EXIT_STATUS_UNKNOWN);
    expect_errors("no engine runs at");
    ck_assert_int_eq(run("ack", "Slow"), 69);
    ck_assert_int_eq(run("why", "Slow"), 69);
    ck_assert_int_eq(run("silence", "--list"), 69);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("engine commands");
    tcase_add_checked_fixture(tc, engine_setup, engine_teardown);
    tcase_add_test(tc, a_table);
    tcase_add_test(tc, a_table_of_long_and_hostile_names_keeps_its_columns);
    tcase_add_test(tc, sentences);
    tcase_add_test(tc, json_is_what_the_engine_says);
    tcase_add_test(tc, no_alert_is_ok);
    tcase_add_test(tc, acknowledging);
    tcase_add_test(tc, acknowledging_for_a_while);
    tcase_add_loop_test(tc, slips_are_said, 0, ARRAY_LEN(slips));
    tcase_add_test(tc, silencing);
    tcase_add_test(tc, previewing_makes_none);
    tcase_add_test(tc, listing_and_ending);
    tcase_add_test(tc, why_reads_back_all_of_it);
    tcase_add_test(tc, one_line);
    tcase_add_test(tc, all_is_well);
    tcase_add_test(tc, names_bring_no_styles_of_their_own);
    tcase_add_test(tc, no_engine);
    return suite_run("cmd/engine commands", tc);
}
