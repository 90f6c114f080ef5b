/* The client of the control socket: answers that are none, errors, deadlines; and times as commands
 * print them. */
#include "cmd/engine_client.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "cmd/local_time.h"
#include "support/suite.h"

#define FOREVER_MS 200000

static char folder[64];
static char path[108];
static int listener;
static pid_t server;
static struct engine_reply reply;
static struct error err;

static void setup(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(folder, "/tmp/tocsin-client-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/s", folder);
    strcpy(address.sun_path, path);
    listener = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(listener, (const struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(listener, 4), 0);
    err = (struct error)ERROR_INIT;
    server = 0;
}

static void teardown(void)
{
    if (server != 0) {
        kill(server, SIGKILL);
        waitpid(server, NULL, 0);
    }
    close(listener);
    unlink(path);
    rmdir(folder);
    engine_reply_release(&reply);
    error_release(&err);
}

/* Reads the whole request before it answers: what is left unread would reset the connection. */
static void answer_with(const char *bytes)
{
    server = fork();
    ck_assert_int_ge(server, 0);
    if (server == 0) {
        int fd = accept(listener, NULL, NULL);
        char request[4096];
        size_t len = 0;
        while (len < sizeof(request) - 1 && (len < 4 || strstr(request, "\r\n\r\n") == NULL)) {
            ssize_t got = read(fd, request + len, sizeof(request) - 1 - len);
            if (got <= 0) {
                break;
            }
            len += (size_t)got;
            request[len] = '\0';
        }
        for (size_t at = 0, all = strlen(bytes); at < all;) {
            ssize_t put = write(fd, bytes + at, all - at);
            at += put > 0 ? (size_t)put : all;
        }
        close(fd);
        _exit(0);
    }
}

static bool ask(int64_t timeout_ms)
{
    return engine_ask_at(path, "GET", "/x", STR_NONE, timeout_ms, &reply, &err);
}

#define JSON "Content-Type: application/json\r\n"

START_TEST(an_answer)
{
    answer_with("HTTP/1.1 200 OK\r\n" JSON "content-length: 7\r\n\r\n{\"a\":1}");
    ck_assert_msg(ask(FOREVER_MS), "%s", error_text(&err));
    ck_assert_str_eq(strbuf_cstr(&reply.body), "{\"a\":1}");
    ck_assert(json_number(json_find(json_root(reply.document), "a")) == 1);
}
END_TEST

START_TEST(an_answer_without_a_length)
{
    answer_with("HTTP/1.0 200 OK\r\n\r\n[]");
    ck_assert_msg(ask(FOREVER_MS), "%s", error_text(&err));
    ck_assert_str_eq(strbuf_cstr(&reply.body), "[]");
}
END_TEST

static const struct {
    const char *bytes;
    enum error_kind kind;
    const char *part;
} failures[] = {
    {"", ERROR_PROTOCOL, "is no engine"},
    {"SSH-2.0-OpenSSH_9.2\r\n", ERROR_PROTOCOL, "is no engine"},
    {"SSH-2.0-OpenSSH_9.2\r\n\r\n", ERROR_PROTOCOL, "is no engine"},
    {"\r\n\r\n", ERROR_PROTOCOL, "is no engine"},
    {"HTTP/1.1 200 OK\r\n" JSON, ERROR_PROTOCOL, "is no engine"},
    {"HTTP/1.1 20000 OK\r\n\r\n{}", ERROR_PROTOCOL, "is no engine"},
    {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", ERROR_PROTOCOL, "is no engine"}, /* cut */
    {"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}", ERROR_PROTOCOL, "is no engine"},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", ERROR_PROTOCOL,
     "is no engine"},
    {"HTTP/1.1 200 OK\r\n\r\n<html>", ERROR_PROTOCOL, "is no engine"},
    {"HTTP/1.1 500 Oops\r\n\r\n<html>", ERROR_HTTP, "HTTP status 500"},
    {"HTTP/1.1 404 No\r\n\r\n{\"error\":\"there is no silence\",\"suggestion\":\"make one\"}",
     ERROR_NOT_FOUND, "there is no silence"},
    {"HTTP/1.1 403 No\r\n\r\n{\"error\":\"not you\"}", ERROR_AUTH, "not you"},
    {"HTTP/1.1 503 No\r\n\r\n{\"error\":\"going down\"}", ERROR_BUSY, "going down"},
};

START_TEST(answers_that_are_none)
{
    answer_with(failures[_i].bytes);
    ck_assert(!ask(FOREVER_MS));
    ck_assert_int_eq(err.kind, failures[_i].kind);
    ck_assert_msg(strstr(error_text(&err), failures[_i].part) != NULL, "%s", error_text(&err));
    ck_assert_ptr_null(reply.document);
}
END_TEST

START_TEST(a_suggestion_comes_along)
{
    answer_with("HTTP/1.1 404 No\r\n\r\n{\"error\":\"e\",\"suggestion\":\"did you mean 'x'?\"}");
    ck_assert(!ask(FOREVER_MS));
    ck_assert_str_eq(err.suggestion, "did you mean 'x'?");
}
END_TEST

START_TEST(one_that_never_answers)
{
    ck_assert(!ask(50)); /* nobody accepts */
    ck_assert_int_eq(err.kind, ERROR_TIMEOUT);
    ck_assert_ptr_nonnull(strstr(error_text(&err), "within 0.05 s"));
}
END_TEST

START_TEST(a_head_without_end)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_add_c(&text, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 8000; i++) {
        strbuf_add_c(&text, "X-Filler: filler\r\n");
    }
    strbuf_add_c(&text, "\r\n{}");
    answer_with(strbuf_cstr(&text));
    ck_assert(!ask(FOREVER_MS));
    ck_assert_int_eq(err.kind, ERROR_PROTOCOL);
    strbuf_release(&text);
}
END_TEST

START_TEST(nobody_there)
{
    char long_path[200];
    ck_assert(!engine_ask_at("/nowhere/s", "GET", "/", STR_NONE, FOREVER_MS, &reply, &err));
    ck_assert_int_eq(err.kind, ERROR_REFUSED);
    close(listener); /* a file that nobody listens at any more */
    ck_assert(!ask(FOREVER_MS));
    ck_assert_int_eq(err.kind, ERROR_REFUSED);
    listener = socket(AF_UNIX, SOCK_STREAM, 0);
    memset(long_path, 'x', sizeof(long_path));
    long_path[0] = '/';
    long_path[sizeof(long_path) - 1] = '\0';
    ck_assert(!engine_ask_at(long_path, "GET", "/", STR_NONE, FOREVER_MS, &reply, &err));
    ck_assert_int_eq(err.kind, ERROR_CONFIG);
}
END_TEST

static const struct {
    int64_t ms;
    const char *text;
} moments[] = {
    {INT64_C(1795230461000), "04:07:41"},                   /* now */
    {INT64_C(1795215600000), "00:00:00"},                   /* the first of the day */
    {INT64_C(1795215599000), "Nov 20 23:59:59"},            /* the last of the one before */
    {INT64_C(1795230461000) + 86400000, "Nov 22 04:07:41"}, /* tomorrow */
    {INT64_C(1795230461000) + INT64_C(31536000000), "2027-11-21 04:07:41"}, /* next year */
};

START_TEST(times_say_their_day)
{
    struct strbuf out = STRBUF_INIT;
    setenv("TZ", "CET-1", 1);
    tzset();
    local_time_format_from(&out, moments[_i].ms, INT64_C(1795230461000));
    ck_assert_str_eq(strbuf_cstr(&out), moments[_i].text);
    strbuf_release(&out);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("engine client");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, an_answer);
    tcase_add_test(tc, an_answer_without_a_length);
    tcase_add_loop_test(tc, answers_that_are_none, 0, ARRAY_LEN(failures));
    tcase_add_test(tc, a_suggestion_comes_along);
    tcase_add_test(tc, one_that_never_answers);
    tcase_add_test(tc, a_head_without_end);
    tcase_add_test(tc, nobody_there);
    tcase_add_loop_test(tc, times_say_their_day, 0, ARRAY_LEN(moments));
    return suite_run("cmd/engine client", tc);
}
