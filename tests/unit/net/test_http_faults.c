/* What networks and broken servers do to the HTTP client: each is one clear error, once. */
#include "http_fixture.h"

/* Host and port are what one looks for at night. */
static void check_names_peer(const struct outcome *got)
{
    char *host = mem_printf("'127.0.0.1:%u'", peer_port(peer));
    check_contains(got->message, host);
    free(host);
}

START_TEST(nobody_listens)
{
    peer_refuse(peer);
    struct outcome got = fetch_path("/");
    ck_assert_int_eq(got.kind, ERROR_REFUSED);
    check_names_peer(&got);
    check_contains(got.message, "refused the connection");
    outcome_release(&got);
}
END_TEST

START_TEST(name_does_not_resolve)
{
    struct outcome got = fetch((struct http_request){.url = "http://nowhere.invalid:9090/"});
    ck_assert_int_eq(got.kind, ERROR_DNS);
    ck_assert_str_eq(got.message, "the name of 'nowhere.invalid:9090' cannot be resolved");
    outcome_release(&got);
}
END_TEST

static const struct {
    const char *url;
    const char *message;
} bad_urls[] = {
    {"", "'' is not a URL"},
    {"localhost:9090", "'localhost:9090' is not a URL"},
    {"http://", "'http://' is not a URL"},
    {"http:///etc/passwd", "'http:///etc/passwd' is not a URL"},
    {"http://user:hush@host:port/", "'http://host:port/' is not a URL"},
    {"ftp://host/file", "'ftp://' is neither http:// nor https://"},
    {"file:///etc/passwd", "'file:///etc/passwd' is not a URL"},
    {"http://host:99999/", "'http://host:99999/' is not a URL"},
};

START_TEST(bad_url_is_a_config_error)
{
    struct outcome got = fetch((struct http_request){.url = bad_urls[_i].url});
    ck_assert_int_eq(got.kind, ERROR_CONFIG);
    ck_assert_str_eq(got.message, bad_urls[_i].message);
    outcome_release(&got);
}
END_TEST

static const struct {
    struct peer_reply reply;
    const char *message; /* a part of it */
} slow[] = {
    {{.then = PEER_STALL}, "no answer from '127.0.0.1:"},
    {{.bytes = "HTTP/1.1 200 OK\r\nContent-Le", .then = PEER_STALL},
     "did not finish its answer within 400ms"},
    {{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", .then = PEER_STALL},
     "did not finish its answer within 400ms (3 bytes came)"},
    {{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\nabcdefghijklmnopqrstuvwxyz",
      .chunk_bytes = 20,
      .chunk_delay_ms = 10,
      .then = PEER_STALL},
     "did not finish its answer within 400ms"},
    {{.bytes = "HTTP/1.1 200 OK\r\nX: y\r\n",
      .then = PEER_REPEAT,
      .repeat_from = 17,
      .chunk_bytes = 10,
      .chunk_delay_ms = 5},
     "did not finish its answer within 400ms"},
};

START_TEST(slow_answer_times_out)
{
    peer_add(peer, &slow[_i].reply);
    struct outcome got = fetch_within((struct http_request){.url = peer_url(peer, "/")}, 400);
    ck_assert_int_eq(got.kind, ERROR_TIMEOUT);
    check_names_peer(&got);
    check_contains(got.message, slow[_i].message);
    outcome_release(&got);
}
END_TEST

/* The error is worth more than the page behind it. */
START_TEST(stalled_page_of_an_error_is_that_error)
{
    peer_add(peer,
             &(struct peer_reply){.bytes = "HTTP/1.1 500 No\r\nContent-Length: 99\r\n\r\nwhy\n",
                                  .then = PEER_STALL});
    struct outcome got = fetch_within((struct http_request){.url = peer_url(peer, "/")}, 400);
    ck_assert_int_eq(got.kind, ERROR_HTTP);
    check_contains(got.message, "answered 500 (internal server error): why");
    outcome_release(&got);
}
END_TEST

static const struct {
    struct peer_reply reply;
    enum error_kind kind;
    const char *message;
} broken[] = {
    {{.bytes = "SSH-2.0-OpenSSH_9.2p1\r\n", .on_connect = true, .then = PEER_CLOSE},
     ERROR_PROTOCOL,
     "does not answer in HTTP"},
    {{.bytes = "-ERR wrong number of arguments for 'get' command\r\n", .then = PEER_CLOSE},
     ERROR_PROTOCOL,
     "does not answer in HTTP"},
    {{.bytes = "\x15\x03\x01\x00\x02\x02\x46", .len = 7, .then = PEER_CLOSE},
     ERROR_PROTOCOL,
     "does not answer in HTTP"},
    {{.bytes = "HTTP/1.1 abc OK\r\n\r\n", .then = PEER_CLOSE},
     ERROR_PROTOCOL,
     "does not answer in HTTP"},
    {{.then = PEER_CLOSE}, ERROR_IO, "closed the connection without an answer"},
    {{.then = PEER_RESET}, ERROR_IO, "broke: Connection reset by peer"},
    {{.on_connect = true, .then = PEER_RESET}, ERROR_IO, "'127.0.0.1:"},
    {{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", .then = PEER_CLOSE},
     ERROR_IO,
     "is cut off: transfer closed with 7 bytes remaining to read"},
    {{.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", .then = PEER_RESET},
     ERROR_IO,
     "broke: Connection reset by peer"},
    {{.bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", .then = PEER_CLOSE},
     ERROR_IO,
     "is cut off"},
    {{.bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", .then = PEER_CLOSE},
     ERROR_IO,
     "'127.0.0.1:"},
    {{.bytes = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello"},
     ERROR_PROTOCOL,
     "a compressed answer that is damaged"},
    {{.bytes = "HTTP/1.1 200 OK\r\nContent-Encoding: lzma\r\nContent-Length: 5\r\n\r\nhello"},
     ERROR_PROTOCOL,
     "a compressed answer that is damaged"},
};

START_TEST(broken_answer_is_told)
{
    peer_add(peer, &broken[_i].reply);
    struct outcome got = fetch_path("/");
    ck_assert_msg(got.kind == broken[_i].kind, "%s: %s", error_kind_label(got.kind),
                  got.message != NULL ? got.message : "no error");
    check_names_peer(&got);
    check_contains(got.message, broken[_i].message);
    outcome_release(&got);
}
END_TEST

static const char endless_head[] = "HTTP/1.1 200 OK\r\n\r\n";

/* Whole, and one byte over. */
START_TEST(size_limit_is_exact)
{
    peer_answer(peer, 200, NULL, "0123456789");
    struct outcome got = fetch((struct http_request){.url = peer_url(peer, "/"), .max_bytes = 10});
    ck_assert_int_eq(got.kind, ERROR_NONE);
    ck_assert_uint_eq(got.bytes, 10);
    outcome_release(&got);
    got = fetch((struct http_request){.url = peer_url(peer, "/"), .max_bytes = 9});
    ck_assert_int_eq(got.kind, ERROR_LIMIT);
    check_contains(got.message, "is larger than the limit of 9B");
    outcome_release(&got);
}
END_TEST

START_TEST(endless_body_meets_the_limit)
{
    char *text = mem_printf("%s%01000d", endless_head, 0);
    peer_add(peer, &(struct peer_reply){.bytes = text,
                                        .then = PEER_REPEAT,
                                        .repeat_from = sizeof(endless_head) - 1});
    free(text);
    struct outcome got =
        fetch((struct http_request){.url = peer_url(peer, "/x?secret"), .max_bytes = 1 << 20});
    ck_assert_int_eq(got.kind, ERROR_LIMIT);
    check_contains(got.message, "is larger than the limit of 1.0MiB");
    check_lacks(got.message, "secret");
    ck_assert_uint_lt(peer_bytes_sent(peer), 8 << 20);
    outcome_release(&got);
}
END_TEST

START_TEST(endless_headers_meet_the_limit)
{
    char *text = mem_printf("HTTP/1.1 200 OK\r\nX: %01000d\r\n", 0);
    peer_add(peer, &(struct peer_reply){.bytes = text, .then = PEER_REPEAT, .repeat_from = 17});
    free(text);
    struct outcome got = fetch_path("/");
    ck_assert_msg(got.kind == ERROR_LIMIT, "%s", got.message);
    check_contains(got.message, "the headers of");
    outcome_release(&got);
}
END_TEST

/* A zero byte and deflate's longest match (258 bytes, distance 1) again and again (RFC 1951,
 * 3.2.6): 13 bits unpack to 258 bytes. */
static struct strbuf gzip_bomb(size_t matches)
{
    struct strbuf out;
    strbuf_init(&out, 1 << 20);
    strbuf_add(&out, "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", 10);
    /* Fixed Huffman codes, least significant bit first: final block (1), type 01, literal 0
     * (8 bits 00110000), then length 258 (code 285: 11000101) and distance 1 (code 0: 00000). */
    uint64_t bits = 1 | 1 << 1;
    unsigned count = 3;
    const unsigned literal[8] = {0, 0, 1, 1, 0, 0, 0, 0};
    const unsigned match[13] = {1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0};
    for (unsigned i = 0; i < 8; i++) {
        bits |= (uint64_t)literal[i] << count++;
    }
    for (size_t m = 0; m < matches; m++) {
        for (unsigned i = 0; i < 13; i++) {
            bits |= (uint64_t)match[i] << count++;
        }
        for (; count >= 8; count -= 8, bits >>= 8) {
            strbuf_add_char(&out, (char)(bits & 255));
        }
    }
    strbuf_add(&out, (char[]){(char)bits, 0, 0}, 3);
    return out;
}

START_TEST(gzip_bomb_meets_the_limit)
{
    struct strbuf bomb = gzip_bomb(20000);
    size_t len;
    char *bytes = peer_http(200, "Content-Encoding: gzip\r\n", strbuf_str(&bomb), &len);
    peer_add(peer, &(struct peer_reply){.bytes = bytes, .len = len});
    free(bytes);
    ck_assert_uint_lt(bomb.len, 40000);
    struct outcome got =
        fetch((struct http_request){.url = peer_url(peer, "/"), .max_bytes = 1 << 20});
    ck_assert_msg(got.kind == ERROR_LIMIT, "%s", got.message);
    check_contains(got.message, "is larger than the limit of 1.0MiB");
    outcome_release(&got);
    /* It is a bomb, and not just broken: with room it unpacks, until its missing checksum. */
    got = fetch((struct http_request){.url = peer_url(peer, "/"), .max_bytes = 64 << 20});
    ck_assert_int_ne(got.kind, ERROR_LIMIT);
    outcome_release(&got);
    strbuf_release(&bomb);
}
END_TEST

/* A page of errors without end is not read to its end, and is that error. */
START_TEST(endless_page_of_an_error_is_that_error)
{
    peer_add(peer, &(struct peer_reply){.bytes = "HTTP/1.1 500 No\r\n\r\nwhy why why\n",
                                        .then = PEER_REPEAT,
                                        .repeat_from = 19});
    struct outcome got = fetch_path("/");
    ck_assert_int_eq(got.kind, ERROR_HTTP);
    check_contains(got.message, ": why why why");
    outcome_release(&got);
}
END_TEST

static const struct {
    const char *name;
    const char *value;
} bad_headers[] = {{"X-One", "a\r\nX-Two: b"}, {"X-One\nX-Two", "b"}};

START_TEST(line_break_in_a_header_is_refused)
{
    struct http_header header = {bad_headers[_i].name, bad_headers[_i].value};
    struct outcome got = fetch(
        (struct http_request){.url = peer_url(peer, "/"), .headers = &header, .header_count = 1});
    ck_assert_int_eq(got.kind, ERROR_CONFIG);
    check_contains(got.message, "line break");
    ck_assert_uint_eq(peer_connections(peer), 0);
    outcome_release(&got);
}
END_TEST

/* One call that hangs says nothing about the others. */
START_TEST(stalled_peer_does_not_hold_others)
{
    struct outcome stalled = {0};
    struct outcome good = {0};
    struct peer *other = peer_create(loop);
    peer_add(peer, &(struct peer_reply){.then = PEER_STALL});
    peer_answer(other, 200, NULL, "fine");
    struct http_call *call =
        send_request((struct http_request){.url = peer_url(peer, "/")}, &stalled);
    send_request((struct http_request){.url = peer_url(other, "/")}, &good);
    ck_assert(peer_wait(loop, &good.done));
    ck_assert_str_eq(good.body, "fine");
    ck_assert(!stalled.done);
    http_cancel(call);
    outcome_release(&good);
    peer_destroy(other);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("faults");
    tcase_add_checked_fixture(tc, fixture_setup, fixture_teardown);
    tcase_add_test(tc, nobody_listens);
    tcase_add_test(tc, name_does_not_resolve);
    tcase_add_loop_test(tc, bad_url_is_a_config_error, 0, ARRAY_LEN(bad_urls));
    tcase_add_loop_test(tc, slow_answer_times_out, 0, ARRAY_LEN(slow));
    tcase_add_test(tc, stalled_page_of_an_error_is_that_error);
    tcase_add_loop_test(tc, broken_answer_is_told, 0, ARRAY_LEN(broken));
    tcase_add_test(tc, size_limit_is_exact);
    tcase_add_test(tc, endless_body_meets_the_limit);
    tcase_add_test(tc, endless_headers_meet_the_limit);
    tcase_add_test(tc, gzip_bomb_meets_the_limit);
    tcase_add_test(tc, endless_page_of_an_error_is_that_error);
    tcase_add_loop_test(tc, line_break_in_a_header_is_refused, 0, ARRAY_LEN(bad_headers));
    tcase_add_test(tc, stalled_peer_does_not_hold_others);
    return suite_run("net/http_faults", tc);
}
