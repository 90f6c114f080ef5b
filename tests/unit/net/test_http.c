/* Requests and answers of the HTTP client, as honest servers give them. */
#include <time.h>

#include "http_fixture.h"

START_TEST(answer_is_collected)
{
    peer_answer(peer, 200,
                "Content-Type: text/plain; version=0.0.4\r\n"
                "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
                "up 1\n");
    struct outcome got = fetch_path("/metrics?a=b");
    ck_assert_int_eq(got.status, 200);
    ck_assert_str_eq(got.body, "up 1\n");
    ck_assert_uint_eq(got.bytes, 5);
    ck_assert_str_eq(got.content_type, "text/plain; version=0.0.4");
    ck_assert_int_eq(got.server_time.ms, 784111777000);
    const struct peer_request *request = peer_request(peer, 0);
    ck_assert(str_equal_c(request->method, "GET"));
    ck_assert(str_equal_c(request->target, "/metrics?a=b"));
    ck_assert(str_starts_with(peer_header(request, "User-Agent"), STR("tocsin/")));
    ck_assert(str_contains(peer_header(request, "Accept-Encoding"), STR("gzip")));
    ck_assert_ptr_null(peer_header(request, "Content-Type").data);
    ck_assert_ptr_null(peer_header(request, "Authorization").data);
    outcome_release(&got);
}
END_TEST

static const struct {
    enum http_method method;
    const char *word;
    const char *body;
} methods[] = {
    {HTTP_GET, "GET", ""},     {HTTP_POST, "POST", "query=up"}, {HTTP_POST, "POST", ""},
    {HTTP_PUT, "PUT", "a\tb"}, {HTTP_DELETE, "DELETE", ""},     {HTTP_DELETE, "DELETE", "x"},
};

START_TEST(method_and_body_arrive)
{
    peer_answer(peer, 200, NULL, "");
    struct http_header header = {"X-One", "1"};
    struct outcome got = fetch((struct http_request){
        .method = methods[_i].method,
        .url = peer_url(peer, "/"),
        .headers = &header,
        .header_count = 1,
        .body = str_from(methods[_i].body),
        .content_type = methods[_i].body[0] != '\0' ? "application/x-test" : NULL,
    });
    ck_assert_int_eq(got.status, 200);
    const struct peer_request *request = peer_request(peer, 0);
    ck_assert(str_equal_c(request->method, methods[_i].word));
    ck_assert(str_equal_c(request->body, methods[_i].body));
    ck_assert(str_equal_c(peer_header(request, "X-One"), "1"));
    ck_assert_ptr_null(peer_header(request, "Expect").data);
    if (methods[_i].body[0] != '\0') {
        ck_assert(str_equal_c(peer_header(request, "Content-Type"), "application/x-test"));
    } else {
        ck_assert_ptr_null(peer_header(request, "Content-Type").data);
    }
    outcome_release(&got);
}
END_TEST

/* A body of a megabyte, more than any socket buffer takes at once. */
START_TEST(large_body_arrives)
{
    char *body = mem_alloc(900000);
    memset(body, 'b', 900000);
    peer_answer(peer, 200, NULL, "");
    struct outcome got = fetch((struct http_request){
        .method = HTTP_POST, .url = peer_url(peer, "/"), .body = str_span(body, 900000)});
    ck_assert_int_eq(got.status, 200);
    ck_assert_uint_eq(peer_request(peer, 0)->body.len, 900000);
    outcome_release(&got);
    free(body);
}
END_TEST

static const struct {
    const char *bytes;
    enum peer_then then;
    const char *body;
} framings[] = {
    {"HTTP/1.0 200 OK\r\n\r\nto the end", PEER_CLOSE, "to the end"},
    {"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nthe same", PEER_CLOSE, "the same"},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
     PEER_KEEP, "abcde"},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nTrailer: t\r\n\r\n",
     PEER_KEEP, "a"},
    {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", PEER_KEEP,
     "ok"},
    {"HTTP/1.1 204 No Content\r\n\r\n", PEER_KEEP, ""},
};

/* Whole, and in pieces of one byte. */
START_TEST(every_framing_is_read)
{
    size_t i = (size_t)_i / 2;
    peer_add(peer, &(struct peer_reply){.bytes = framings[i].bytes,
                                        .then = framings[i].then,
                                        .chunk_bytes = (size_t)_i % 2});
    struct outcome got = fetch_path("/");
    ck_assert_msg(got.kind == ERROR_NONE, "%s", got.message);
    ck_assert_str_eq(got.body, framings[i].body);
    outcome_release(&got);
}
END_TEST

/* printf hello | gzip -n */
static const char gzip_hello[] = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\x07"
                                 "\x00\x86\xa6\x10\x36\x05\x00\x00\x00";

START_TEST(gzip_is_unpacked)
{
    size_t len;
    char *bytes = peer_http(200, "Content-Encoding: gzip\r\n",
                            str_span(gzip_hello, sizeof(gzip_hello) - 1), &len);
    peer_add(peer, &(struct peer_reply){.bytes = bytes, .len = len});
    free(bytes);
    struct outcome got = fetch_path("/");
    ck_assert_msg(got.kind == ERROR_NONE, "%s", got.message);
    ck_assert_str_eq(got.body, "hello");
    ck_assert_uint_eq(got.bytes, 5);
    outcome_release(&got);
}
END_TEST

struct stream {
    struct strbuf text;
    unsigned pieces;
    size_t stop_after;
};

static bool on_body(void *user, const char *data, size_t len, struct error *err)
{
    struct stream *stream = user;
    stream->pieces++;
    strbuf_add(&stream->text, data, len);
    return stream->stop_after == 0 || stream->text.len < stream->stop_after ||
           error_set(err, ERROR_SYNTAX, "line 3: enough");
}

struct streamed {
    struct stream stream;
    struct outcome outcome;
};

static bool on_streamed_body(void *user, const char *data, size_t len, struct error *err)
{
    struct streamed *streamed = user;
    return on_body(&streamed->stream, data, len, err);
}

static void on_streamed_done(void *user, const struct http_response *response,
                             const struct error *err)
{
    struct streamed *streamed = user;
    streamed->outcome.done = true;
    streamed->outcome.status = response != NULL ? response->status : 0;
    streamed->outcome.body = response != NULL ? str_dup(response->body) : NULL;
    streamed->outcome.message = err != NULL ? mem_strdup(error_text(err)) : NULL;
    streamed->outcome.kind = err != NULL ? err->kind : ERROR_NONE;
}

static void run_streamed(struct streamed *streamed, bool any_status)
{
    strbuf_init(&streamed->stream.text, 1000);
    http_send(client, &(struct http_request){.url = peer_url(peer, "/"),
                                             .any_status = any_status,
                                             .on_body = on_streamed_body,
                                             .done = on_streamed_done,
                                             .user = streamed});
    ck_assert(peer_wait(loop, &streamed->outcome.done));
}

static void release_streamed(struct streamed *streamed)
{
    strbuf_release(&streamed->stream.text);
    outcome_release(&streamed->outcome);
}

START_TEST(body_streams_as_it_comes)
{
    peer_add(peer, &(struct peer_reply){
                       .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nabcdefghijkl",
                       .chunk_bytes = 2});
    struct streamed streamed = {0};
    run_streamed(&streamed, false);
    ck_assert_int_eq(streamed.outcome.status, 200);
    ck_assert_str_eq(streamed.outcome.body, "");
    ck_assert_str_eq(strbuf_cstr(&streamed.stream.text), "abcdefghijkl");
    ck_assert_uint_gt(streamed.stream.pieces, 1);
    release_streamed(&streamed);
}
END_TEST

START_TEST(reader_of_the_body_can_refuse)
{
    peer_add(peer, &(struct peer_reply){
                       .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nabcdefghijkl",
                       .chunk_bytes = 20});
    struct streamed streamed = {.stream.stop_after = 1};
    run_streamed(&streamed, false);
    ck_assert_int_eq(streamed.outcome.kind, ERROR_SYNTAX);
    ck_assert_str_eq(streamed.outcome.message, "line 3: enough");
    release_streamed(&streamed);
}
END_TEST

/* The reader of a page never sees an error's body. */
START_TEST(errors_body_is_not_streamed)
{
    peer_answer(peer, 422, NULL, "{\"status\":\"error\"}");
    struct streamed streamed = {0};
    run_streamed(&streamed, true);
    ck_assert_int_eq(streamed.outcome.status, 422);
    ck_assert_str_eq(streamed.outcome.body, "{\"status\":\"error\"}");
    ck_assert_uint_eq(streamed.stream.pieces, 0);
    release_streamed(&streamed);
}
END_TEST

static const struct {
    int status;
    const char *headers;
    const char *body;
    enum error_kind kind;
    int64_t retry_after_ms;
    const char *message; /* behind the quoted URL */
} statuses[] = {
    {400, NULL, "bad_data: 1:3: parse error\nmore", ERROR_HTTP, 0,
     " answered 400 (bad request): bad_data: 1:3: parse error"},
    {401, NULL, "", ERROR_AUTH, 0, " answered 401 (unauthorized)"},
    {403, NULL, "\n\n  no rights\x1b[31m here\r\n", ERROR_AUTH, 0,
     " answered 403 (forbidden): no rights?[31m here"},
    {404, NULL, "<html><body>404</body></html>", ERROR_HTTP, 0, " answered 404 (not found)"},
    {418, NULL, "teapot", ERROR_HTTP, 0, " answered 418: teapot"},
    {429, "Retry-After: 7\r\n", "slow down", ERROR_BUSY, 7000,
     " answered 429 (too many requests): slow down"},
    {429, "Retry-After: -5\r\n", "", ERROR_BUSY, 0, " answered 429 (too many requests)"},
    {429, "Retry-After: 99999999\r\n", "", ERROR_BUSY, 21600000,
     " answered 429 (too many requests)"},
    {429, "Retry-After: soon\r\n", "", ERROR_BUSY, 0, " answered 429 (too many requests)"},
    {500, NULL, "oops", ERROR_HTTP, 0, " answered 500 (internal server error): oops"},
    {503, NULL, "", ERROR_BUSY, 0, " answered 503 (service unavailable)"},
    {304, NULL, "", ERROR_HTTP, 0, " answered 304 (not modified)"},
};

START_TEST(status_becomes_an_error)
{
    peer_answer(peer, statuses[_i].status, statuses[_i].headers, statuses[_i].body);
    struct outcome got = fetch_path("/api?token=hush");
    char *expected = mem_printf("'%s'%s", peer_url(peer, "/api"), statuses[_i].message);
    ck_assert_int_eq(got.kind, statuses[_i].kind);
    ck_assert_int_eq(got.http, statuses[_i].status);
    ck_assert_int_eq(got.retry_after_ms, statuses[_i].retry_after_ms);
    ck_assert_str_eq(got.message, expected);
    free(expected);
    outcome_release(&got);
}
END_TEST

START_TEST(retry_after_may_be_a_date)
{
    struct wall now = loop_wall(loop);
    time_t then = (time_t)(now.ms / 1000 + 3600);
    struct tm tm;
    char header[100];
    gmtime_r(&then, &tm);
    strftime(header, sizeof(header), "Retry-After: %a, %d %b %Y %H:%M:%S GMT\r\n", &tm);
    peer_answer(peer, 503, header, "");
    struct outcome got = fetch_path("/");
    ck_assert_int_eq(got.kind, ERROR_BUSY);
    ck_assert_int_ge(got.retry_after_ms, 3500000);
    /* curl counts from time(2), which may still be in the second before. */
    ck_assert_int_le(got.retry_after_ms, 3601000);
    outcome_release(&got);
}
END_TEST

START_TEST(long_first_line_is_cut_with_a_mark)
{
    char body[1000];
    memset(body, 'x', sizeof(body));
    body[sizeof(body) - 1] = '\0';
    peer_answer(peer, 500, NULL, body);
    struct outcome got = fetch_path("/");
    const char *said = strstr(got.message, ": x") + 2;
    ck_assert_uint_eq(strspn(said, "x"), 200);
    ck_assert_str_eq(said + 200, "\xe2\x80\xa6");
    outcome_release(&got);
}
END_TEST

START_TEST(any_status_gives_the_answer)
{
    peer_answer(peer, 429, "Retry-After: 5\r\n", "nothing here");
    struct outcome got =
        fetch((struct http_request){.url = peer_url(peer, "/"), .any_status = true});
    ck_assert_int_eq(got.status, 429);
    ck_assert_int_eq(got.retry_after_ms, 5000);
    ck_assert_str_eq(got.body, "nothing here");
    outcome_release(&got);
}
END_TEST

START_TEST(secret_path_stays_out_of_messages)
{
    peer_answer(peer, 500, NULL, "");
    struct outcome got = fetch(
        (struct http_request){.url = peer_url(peer, "/services/T0/B0/hush"), .hide_path = true});
    check_contains(got.message, "'127.0.0.1:");
    check_lacks(got.message, "hush");
    outcome_release(&got);
}
END_TEST

START_TEST(connection_is_used_again)
{
    peer_answer(peer, 200, NULL, "a");
    for (int i = 0; i < 5; i++) {
        struct outcome got = fetch_path("/");
        ck_assert_int_eq(got.status, 200);
        outcome_release(&got);
    }
    ck_assert_uint_eq(peer_requests(peer), 5);
    ck_assert_uint_eq(peer_connections(peer), 1);
}
END_TEST

/* Also behind an error with a body. */
START_TEST(error_does_not_cost_the_connection)
{
    char body[20000];
    memset(body, 'e', sizeof(body));
    body[sizeof(body) - 1] = '\0';
    peer_answer(peer, 500, NULL, body);
    for (int i = 0; i < 3; i++) {
        struct outcome got = fetch_path("/");
        ck_assert_int_eq(got.http, 500);
        outcome_release(&got);
    }
    ck_assert_uint_eq(peer_connections(peer), 1);
}
END_TEST

/* What a keep-alive connection always risks: the server hung up in between. */
START_TEST(connection_that_went_away_is_replaced)
{
    peer_answer(peer, 200, NULL, "a");
    struct outcome got = fetch_path("/");
    outcome_release(&got);
    peer_hang_up(peer);
    got = fetch_path("/");
    ck_assert_msg(got.kind == ERROR_NONE, "%s", got.message);
    ck_assert_uint_eq(peer_connections(peer), 2);
    outcome_release(&got);
}
END_TEST

START_TEST(many_at_once_share_few_connections)
{
    struct outcome outcomes[40] = {0};
    peer_answer(peer, 200, NULL, "a");
    for (size_t i = 0; i < ARRAY_LEN(outcomes); i++) {
        send_request((struct http_request){.url = peer_url(peer, "/")}, &outcomes[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(outcomes); i++) {
        ck_assert(peer_wait(loop, &outcomes[i].done));
        ck_assert_int_eq(outcomes[i].status, 200);
        outcome_release(&outcomes[i]);
    }
    ck_assert_uint_eq(peer_requests(peer), 40);
    ck_assert_uint_le(peer_connections(peer), 8);
}
END_TEST

/* How long so many steps of 10 ms took: less where something woke the loop. */
static int64_t steps_took_ms(int steps)
{
    struct clock clock = clock_real();
    struct mono began = clock_mono(&clock);
    for (int i = 0; i < steps; i++) {
        loop_step(loop, 10);
    }
    return mono_ms_since(clock_mono(&clock), began);
}

START_TEST(idle_client_does_not_wake)
{
    peer_answer(peer, 200, NULL, "a");
    struct outcome got = fetch_path("/");
    outcome_release(&got);
    ck_assert_int_ge(steps_took_ms(3), 29);
}
END_TEST

/* A server that closes an idle connection is heard once, and does not keep the loop awake. */
START_TEST(closed_idle_connection_wakes_once)
{
    peer_answer(peer, 200, NULL, "a");
    struct outcome got = fetch_path("/");
    outcome_release(&got);
    peer_hang_up(peer);
    ck_assert_int_ge(steps_took_ms(5), 39);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("http");
    tcase_add_checked_fixture(tc, fixture_setup, fixture_teardown);
    tcase_add_test(tc, answer_is_collected);
    tcase_add_loop_test(tc, method_and_body_arrive, 0, ARRAY_LEN(methods));
    tcase_add_test(tc, large_body_arrives);
    tcase_add_loop_test(tc, every_framing_is_read, 0, 2 * ARRAY_LEN(framings));
    tcase_add_test(tc, gzip_is_unpacked);
    tcase_add_test(tc, body_streams_as_it_comes);
    tcase_add_test(tc, reader_of_the_body_can_refuse);
    tcase_add_test(tc, errors_body_is_not_streamed);
    tcase_add_loop_test(tc, status_becomes_an_error, 0, ARRAY_LEN(statuses));
    tcase_add_test(tc, retry_after_may_be_a_date);
    tcase_add_test(tc, long_first_line_is_cut_with_a_mark);
    tcase_add_test(tc, any_status_gives_the_answer);
    tcase_add_test(tc, secret_path_stays_out_of_messages);
    tcase_add_test(tc, connection_is_used_again);
    tcase_add_test(tc, error_does_not_cost_the_connection);
    tcase_add_test(tc, connection_that_went_away_is_replaced);
    tcase_add_test(tc, many_at_once_share_few_connections);
    tcase_add_test(tc, idle_client_does_not_wake);
    tcase_add_test(tc, closed_idle_connection_wakes_once);
    return suite_run("net/http", tc);
}
