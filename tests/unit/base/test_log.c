/* The log: both forms, escaping, levels. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/strbuf.h"
#include "support/suite.h"

/* 2023-11-14T22:13:20.007Z */
#define WHEN_MS 1700000000007

struct sink {
    struct clock clock;
    char *text;
    size_t len;
    FILE *out;
    struct log *log;
};

static void sink_open(struct sink *s, enum log_format format, enum log_level level)
{
    *s = (struct sink){.clock = clock_manual((struct wall){.ms = WHEN_MS})};
    s->out = open_memstream(&s->text, &s->len);
    ck_assert_ptr_nonnull(s->out);
    s->log = log_create(s->out, format, level, &s->clock);
}

static void sink_close(struct sink *s)
{
    log_destroy(s->log);
    fclose(s->out);
    free(s->text);
}

static void emit(struct log *log)
{
    struct error err = ERROR_INIT;
    error_set(&err, ERROR_IO, "cannot read 'a=\"b\"'");
    log_event(log, LOG_LEVEL_WARN, "source", LOG_STR("name", "edge"), LOG_INT("n", -3),
              LOG_DBL("ratio", 0.25), LOG_MS("took", 412), LOG_ERR(&err), LOG_STR("none", NULL),
              LOG_STR("odd", "a\x1B[31m\n\xC2\x9B\xFF\xC3\xBC\\"), LOG_DBL("nan", NAN), LOG_END);
    error_release(&err);
}

START_TEST(test_logfmt)
{
    struct sink s;
    sink_open(&s, LOG_FORMAT_LOGFMT, LOG_LEVEL_INFO);
    emit(s.log);
    ck_assert_str_eq(s.text, "ts=2023-11-14T22:13:20.007Z level=warn event=source name=edge n=-3 "
                             "ratio=0.25 took_ms=412 err=\"cannot read 'a=\\\"b\\\"'\" none=\"\" "
                             "odd=\"a\\u001b[31m\\n\\u009b\\ufffd\xC3\xBC\\\\\" nan=NaN\n");
    sink_close(&s);
}
END_TEST

START_TEST(test_json)
{
    struct sink s;
    sink_open(&s, LOG_FORMAT_JSON, LOG_LEVEL_INFO);
    emit(s.log);
    ck_assert_str_eq(s.text,
                     "{\"ts\":\"2023-11-14T22:13:20.007Z\",\"level\":\"warn\",\"event\":\"source\","
                     "\"name\":\"edge\",\"n\":-3,\"ratio\":0.25,\"took_ms\":412,"
                     "\"err\":\"cannot read 'a=\\\"b\\\"'\",\"none\":\"\","
                     "\"odd\":\"a\\u001b[31m\\n\\u009b\\ufffd\xC3\xBC\\\\\",\"nan\":null}\n");
    sink_close(&s);
}
END_TEST

START_TEST(test_levels)
{
    struct sink s;
    sink_open(&s, LOG_FORMAT_LOGFMT, LOG_LEVEL_WARN);
    log_event(s.log, LOG_LEVEL_DEBUG, "a", LOG_END);
    log_event(s.log, LOG_LEVEL_INFO, "b", LOG_END);
    fflush(s.out);
    ck_assert_uint_eq(s.len, 0);
    log_event(s.log, LOG_LEVEL_ERROR, "c", LOG_END);
    ck_assert_uint_gt(s.len, 0);
    log_event(NULL, LOG_LEVEL_ERROR, "dropped", LOG_END);
    sink_close(&s);

    enum log_level level = LOG_LEVEL_ERROR;
    ck_assert(log_level_from_name("debug", &level));
    ck_assert_int_eq(level, LOG_LEVEL_DEBUG);
    ck_assert(!log_level_from_name("loud", &level));
}
END_TEST

/* A console whose standard error is its own terminal, and who asks one question, have no log. */
START_TEST(test_nowhere)
{
    struct clock clock = clock_manual((struct wall){.ms = WHEN_MS});
    struct log *log = log_create(NULL, LOG_FORMAT_LOGFMT, LOG_LEVEL_DEBUG, &clock);
    emit(log);
    log_destroy(log);
    log_destroy(NULL);
}
END_TEST

START_TEST(test_long_value)
{
    struct sink s;
    sink_open(&s, LOG_FORMAT_LOGFMT, LOG_LEVEL_INFO);
    struct strbuf value = STRBUF_INIT;
    strbuf_add_c(&value, "x");
    for (int i = 0; i < 5000; i++) {
        strbuf_add_c(&value, "\xC3\xBC");
    }
    log_event(s.log, LOG_LEVEL_INFO, "e", LOG_STR("v", strbuf_cstr(&value)), LOG_END);
    /* Cut between characters, and said so: 1 + 2 * 1023 = 2047 bytes kept. */
    ck_assert(str_ends_with(str_from(s.text), STR("\xC3\xBC...(7954 bytes more)\"\n")));
    ck_assert_ptr_null(strstr(s.text, "ufffd"));
    strbuf_release(&value);
    sink_close(&s);
}
END_TEST

START_TEST(test_before_the_epoch)
{
    struct sink s;
    sink_open(&s, LOG_FORMAT_LOGFMT, LOG_LEVEL_INFO);
    s.clock.wall.ms = -1;
    log_event(s.log, LOG_LEVEL_INFO, "e", LOG_END);
    ck_assert_str_eq(s.text, "ts=1969-12-31T23:59:59.999Z level=info event=e\n");
    sink_close(&s);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("log");
    tcase_add_test(tc, test_logfmt);
    tcase_add_test(tc, test_json);
    tcase_add_test(tc, test_levels);
    tcase_add_test(tc, test_nowhere);
    tcase_add_test(tc, test_long_value);
    tcase_add_test(tc, test_before_the_epoch);
    return suite_run("base/log", tc);
}
