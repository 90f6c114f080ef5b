/* The HTTP server: honest clients through our own client, hostile ones by hand. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "http_fixture.h"
#include "net/http_server.h"

#define MAX_BODY 1000

static struct http_server *server;
static char folder[64];
static char path[108]; /* as sun_path */

/* What the handlers saw and hold. */
static struct {
    struct http_exchange *held;
    unsigned holds;
    unsigned gone;
    unsigned handled;
    struct http_peer peer;
    bool destroys;
} seen;

static void on_gone(void *user)
{
    (void)user;
    seen.held = NULL;
    seen.gone++;
}

static void handle_echo(void *user, struct http_exchange *x)
{
    struct strbuf text = STRBUF_INIT;
    ck_assert_ptr_eq(user, &seen);
    seen.handled++;
    seen.peer = *http_exchange_peer(x);
    strbuf_printf(&text, "%.*s %.*s", STR_ARG(http_exchange_method(x)),
                  STR_ARG(http_exchange_path(x)));
    struct str value;
    for (size_t i = 0; (value = http_exchange_param(x, "filter", i)).data != NULL; i++) {
        strbuf_printf(&text, " filter='%.*s'", STR_ARG(value));
    }
    strbuf_printf(&text, " body='%.*s'", STR_ARG(http_exchange_body(x)));
    const char *header = http_exchange_header(x, "x-test");
    strbuf_printf(&text, " x=%s", header != NULL ? header : "-");
    http_exchange_answer_buffer(x, 200, "text/plain", &text);
}

static void handle_id(void *user, struct http_exchange *x)
{
    (void)user;
    http_exchange_answer(x, 200, "text/plain", http_exchange_variable(x, "id"));
}

static void handle_hold(void *user, struct http_exchange *x)
{
    (void)user;
    seen.holds++;
    seen.held = x;
    http_exchange_on_gone(x, on_gone, NULL);
    if (seen.destroys) {
        http_server_destroy(server);
        server = NULL;
    }
}

static void handle_large(void *user, struct http_exchange *x)
{
    (void)user;
    struct strbuf text;
    strbuf_init(&text, 8u << 20);
    strbuf_add_repeated(&text, 'x', 8u << 20);
    http_exchange_answer_buffer(x, 200, NULL, &text);
}

static void handle_too_large(void *user, struct http_exchange *x)
{
    (void)user;
    struct strbuf text;
    strbuf_init(&text, 10);
    strbuf_add_c(&text, "more than there is room for");
    http_exchange_answer_buffer(x, 200, NULL, &text);
}

static const struct http_route routes[] = {
    {"GET", "/echo", handle_echo, 0},      {"POST", "/echo", handle_echo, 0},
    {"POST", "/small", handle_echo, 10},   {"GET", "/api/{id}/show", handle_id, 0},
    {"DELETE", "/api/{id}", handle_id, 0}, {"GET", "/hold", handle_hold, 0},
    {"GET", "/large", handle_large, 0},    {"GET", "/too-large", handle_too_large, 0},
};

static struct http_server_options options_with(size_t max_connections, int64_t timeout_ms)
{
    return (struct http_server_options){
        .unix_path = path,
        .routes = routes,
        .route_count = ARRAY_LEN(routes),
        .user = &seen,
        .max_connections = max_connections,
        .max_body_bytes = MAX_BODY,
        .idle_timeout_ms = timeout_ms,
        .receive_timeout_ms = timeout_ms,
        .send_timeout_ms = timeout_ms,
    };
}

static void start(struct http_server_options options)
{
    struct error err = ERROR_INIT;
    http_server_destroy(server);
    server = http_server_create(loop, &options, &err);
    ck_assert_msg(server != NULL, "%s", error_text(&err));
}

static void setup(void)
{
    fixture_setup();
    strcpy(folder, "/tmp/tocsin-http-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/run/tocsin.sock", folder);
    memset(&seen, 0, sizeof(seen));
    start(options_with(0, 0));
}

static void teardown(void)
{
    char run[96];
    http_server_destroy(server);
    server = NULL;
    ck_assert_int_ne(access(path, F_OK), 0);
    snprintf(run, sizeof(run), "%s/run", folder);
    rmdir(run);
    rmdir(folder);
    fixture_teardown();
}

/* A client by hand. */
struct raw {
    int fd;
    struct strbuf in;
    bool ended;
};

static struct raw raw_connect(void)
{
    struct raw raw = {.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, path, sizeof(path));
    ck_assert_int_eq(connect(raw.fd, (struct sockaddr *)&address, sizeof(address)), 0);
    strbuf_init(&raw.in, 16u << 20);
    return raw;
}

static void raw_close(struct raw *raw)
{
    close(raw->fd);
    strbuf_release(&raw->in);
}

static void raw_read(struct raw *raw)
{
    char bytes[65536];
    ssize_t got;
    while ((got = read(raw->fd, bytes, sizeof(bytes))) > 0) {
        strbuf_add(&raw->in, bytes, (size_t)got);
    }
    raw->ended = raw->ended || got == 0 || (got < 0 && errno != EAGAIN);
}

/* Sends as much as the server takes before it hangs up. */
static void raw_send(struct raw *raw, const char *data, size_t len)
{
    for (int i = 0; i < 10000 && len > 0; i++) {
        ssize_t sent = send(raw->fd, data, len, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) {
            return;
        }
        data += sent > 0 ? sent : 0;
        len -= sent > 0 ? (size_t)sent : 0;
        loop_step(loop, 1);
    }
}

static void raw_say(struct raw *raw, const char *text)
{
    raw_send(raw, text, strlen(text));
}

/* Runs the loop until the client has got `part`, or the end where it is NULL. */
static void raw_expect(struct raw *raw, const char *part)
{
    for (int i = 0; i < 3000; i++) {
        raw_read(raw);
        if (part == NULL ? raw->ended : strstr(strbuf_cstr(&raw->in), part) != NULL) {
            return;
        }
        ck_assert_msg(!raw->ended || part == NULL, "ended behind '%s'", strbuf_cstr(&raw->in));
        loop_step(loop, 10);
    }
    ck_abort_msg("'%s' did not come behind '%s'", part != NULL ? part : "the end",
                 strbuf_cstr(&raw->in));
}

static void wait_until(const unsigned *counter, unsigned wanted)
{
    for (int i = 0; i < 3000 && *counter < wanted; i++) {
        loop_step(loop, 10);
    }
    ck_assert_uint_eq(*counter, wanted);
}

static struct outcome ask(enum http_method method, const char *target, const char *body,
                          const char *type)
{
    struct strbuf url = STRBUF_INIT;
    strbuf_printf(&url, "http://tocsin%s", target);
    struct http_header header = {"X-Test", "yes"};
    struct outcome got = fetch((struct http_request){.method = method,
                                                     .url = strbuf_cstr(&url),
                                                     .unix_socket = path,
                                                     .headers = &header,
                                                     .header_count = 1,
                                                     .body = str_from(body),
                                                     .content_type = type,
                                                     .any_status = true});
    strbuf_release(&url);
    return got;
}

static const struct {
    enum http_method method;
    const char *target;
    const char *body;
    const char *type;
    int status;
    const char *wanted;
} requests[] = {
    {HTTP_GET, "/echo", "", NULL, 200, "GET /echo body='' x=yes"},
    {HTTP_GET, "/echo?filter=a%3D%22b%22&x=1&filter=c+d&filter", "", NULL, 200,
     "GET /echo filter='a=\"b\"' filter='c d' filter='' body='' x=yes"},
    {HTTP_POST, "/echo?filter=q", "filter=one&filter=t%77o", "application/x-www-form-urlencoded",
     200, "POST /echo filter='q' filter='one' filter='two' body='filter=one&filter=t%77o' x=yes"},
    {HTTP_POST, "/echo", "{\"filter\":1}", "application/json", 200,
     "POST /echo body='{\"filter\":1}' x=yes"},
    {HTTP_GET, "/api/a%2Fb%C3%BC/show", "", NULL, 200, "a/bü"},
    {HTTP_DELETE, "/api/7", "", NULL, 200, "7"},
    {HTTP_GET, "/nothing", "", NULL, 404,
     "{\"status\":\"error\",\"errorType\":\"not_found\",\"error\":\"there is nothing at "
     "'/nothing'\"}\n"},
    {HTTP_GET, "/api//show", "", NULL, 404, NULL},
    {HTTP_GET, "/api/x/show/", "", NULL, 404, NULL},
    {HTTP_GET, "/", "", NULL, 404, NULL},
    {HTTP_PUT, "/echo", "x", NULL, 405,
     "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"'/echo' takes GET, HEAD, POST, "
     "not PUT\"}\n"},
    {HTTP_GET, "/echo?a=%zz", "", NULL, 400, NULL},
    {HTTP_GET, "/echo?a=%00", "", NULL, 400, NULL},
    {HTTP_GET, "/echo?a=%ff", "", NULL, 400, NULL},
    {HTTP_GET, "/api/%c3%28/show", "", NULL, 400, NULL},
    {HTTP_POST, "/echo", "a=%", "application/x-www-form-urlencoded", 400, NULL},
    {HTTP_POST, "/small", "0123456789", NULL, 200, "POST /small body='0123456789' x=yes"},
    {HTTP_POST, "/small", "0123456789a", NULL, 413,
     "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"the body is larger than 10 "
     "bytes\"}\n"},
    {HTTP_GET, "/too-large", "", NULL, 500, NULL},
};

START_TEST(requests_are_answered)
{
    struct outcome got =
        ask(requests[_i].method, requests[_i].target, requests[_i].body, requests[_i].type);
    ck_assert_msg(got.kind == ERROR_NONE, "%s", got.message);
    ck_assert_int_eq(got.status, requests[_i].status);
    if (requests[_i].wanted != NULL) {
        ck_assert_str_eq(got.body, requests[_i].wanted);
    }
    outcome_release(&got);
}
END_TEST

START_TEST(peer_of_a_unix_socket_is_known)
{
    struct outcome got = ask(HTTP_GET, "/echo", "", NULL);
    ck_assert(seen.peer.local);
    ck_assert_uint_eq(seen.peer.uid, geteuid());
    ck_assert_uint_eq(seen.peer.gid, getegid());
    ck_assert_int_eq(seen.peer.pid, getpid());
    outcome_release(&got);
}
END_TEST

START_TEST(connections_are_kept)
{
    for (int i = 0; i < 5; i++) {
        struct outcome got = ask(HTTP_GET, i % 2 == 0 ? "/echo" : "/nothing", "", NULL);
        outcome_release(&got);
    }
    ck_assert_uint_eq(http_server_connections(server), 1);
    ck_assert_uint_eq(seen.handled, 3);
}
END_TEST

START_TEST(allow_and_head)
{
    struct raw raw = raw_connect();
    raw_say(&raw, "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    raw_expect(&raw, "takes GET");
    ck_assert_ptr_nonnull(strstr(strbuf_cstr(&raw.in), "405 Method Not Allowed\r\n"));
    ck_assert_ptr_nonnull(strstr(strbuf_cstr(&raw.in), "Allow: GET, HEAD, POST\r\n"));
    strbuf_reset(&raw.in);
    raw_say(&raw,
            "HEAD /echo HTTP/1.1\r\nHost: x\r\n\r\nGET /api/next/show HTTP/1.1\r\nHost: x\r\n\r\n");
    raw_expect(&raw, "\r\n\r\nnext");
    ck_assert_ptr_nonnull(strstr(strbuf_cstr(&raw.in), "Content-Length: 22\r\n"));
    ck_assert_ptr_null(strstr(strbuf_cstr(&raw.in), "/echo"));
    raw_close(&raw);
}
END_TEST

START_TEST(answer_may_come_later)
{
    struct outcome got = {0};
    send_request((struct http_request){.url = "http://x/hold", .unix_socket = path}, &got);
    wait_until(&seen.holds, 1);
    let_run(5);
    ck_assert(!got.done);
    http_exchange_answer(seen.held, 202, NULL, STR("later"));
    ck_assert(peer_wait(loop, &got.done));
    ck_assert_int_eq(got.status, 202);
    ck_assert_str_eq(got.body, "later");
    ck_assert_uint_eq(seen.gone, 0);
    outcome_release(&got);
}
END_TEST

START_TEST(large_answers_are_sent_whole)
{
    struct outcome got = ask(HTTP_GET, "/large", "", NULL);
    ck_assert_int_eq(got.status, 200);
    ck_assert_uint_eq(got.bytes, 8u << 20);
    outcome_release(&got);
}
END_TEST

START_TEST(client_that_hangs_up_is_told_of)
{
    struct raw raw = raw_connect();
    raw_say(&raw, "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
    wait_until(&seen.holds, 1);
    raw_close(&raw);
    wait_until(&seen.gone, 1);
    let_run(5);
    ck_assert_uint_eq(http_server_connections(server), 0);
}
END_TEST

/* What comes behind an unanswered request waits for its turn, and is no hang-up. */
START_TEST(pipelined_requests_keep_their_order)
{
    struct raw raw = raw_connect();
    raw_say(
        &raw,
        "GET /hold HTTP/1.1\r\nHost: x\r\n\r\nGET /api/second/show HTTP/1.1\r\nHost: x\r\n\r\n");
    wait_until(&seen.holds, 1);
    raw_say(&raw, "GET /api/third/show HTTP/1.1\r\nHost: x\r\n\r\n");
    let_run(10);
    raw_read(&raw);
    ck_assert_uint_eq(raw.in.len, 0);
    http_exchange_answer(seen.held, 200, NULL, STR("first"));
    raw_expect(&raw, "third");
    const char *first = strstr(strbuf_cstr(&raw.in), "first");
    ck_assert_ptr_nonnull(first);
    ck_assert_ptr_nonnull(strstr(first, "second"));
    ck_assert_uint_eq(seen.gone, 0);
    raw_close(&raw);
}
END_TEST

START_TEST(destroying_ends_what_is_open)
{
    struct raw held = raw_connect();
    struct raw half = raw_connect();
    raw_say(&held, "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
    raw_say(&half, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n123");
    wait_until(&seen.holds, 1);
    http_server_destroy(server);
    server = NULL;
    ck_assert_uint_eq(seen.gone, 1);
    ck_assert_int_ne(access(path, F_OK), 0);
    raw_read(&held);
    raw_read(&half);
    ck_assert(held.ended && half.ended);
    ck_assert_ptr_nonnull(strstr(strbuf_cstr(&held.in), "503 Service Unavailable"));
    ck_assert_uint_eq(half.in.len, 0);
    raw_close(&held);
    raw_close(&half);
}
END_TEST

START_TEST(handler_may_destroy_the_server)
{
    struct raw raw = raw_connect();
    seen.destroys = true;
    raw_say(&raw, "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
    wait_until(&seen.gone, 1);
    raw_expect(&raw, NULL);
    ck_assert_ptr_nonnull(strstr(strbuf_cstr(&raw.in), "503 Service"));
    raw_close(&raw);
}
END_TEST

/* Requests that are wrong, and the status they get; NULL: the connection just ends. */
static const struct {
    const char *bytes;
    const char *wanted;
} wrong[] = {
    {"SSH-2.0-x\r\n\r\n", NULL},
    {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n", NULL},
    {"GET /echo HTTP/1.1\r\n\r\n", " 400 "}, /* no Host */
    {"GET echo HTTP/1.1\r\nHost: x\r\n\r\n", " 400 "},
    {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", " 400 "},
    {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n", " 413 "},
    {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000000\r\n\r\nabc", " 413 "},
    {"POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", " 400 "},
};

START_TEST(wrong_requests_are_refused)
{
    struct raw raw = raw_connect();
    raw_say(&raw, wrong[_i].bytes);
    if (wrong[_i].wanted != NULL) {
        raw_expect(&raw, wrong[_i].wanted);
    } else {
        shutdown(raw.fd, SHUT_WR);
        raw_expect(&raw, NULL);
    }
    ck_assert_uint_eq(seen.handled, 0);
    raw_close(&raw);
    struct outcome got = ask(HTTP_GET, "/echo", "", NULL);
    ck_assert_int_eq(got.status, 200);
    outcome_release(&got);
}
END_TEST

/* A query as a screen full of matchers makes it. */
START_TEST(long_queries_are_taken)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_add_c(&text, "GET /echo?");
    for (int i = 0; i < 600; i++) {
        strbuf_printf(&text, "x%d=some+value+of+a+label&", i);
    }
    strbuf_add_c(&text, "filter=last HTTP/1.1\r\nHost: x\r\n\r\n");
    struct raw raw = raw_connect();
    raw_send(&raw, text.data, text.len);
    raw_expect(&raw, "filter='last'");
    raw_close(&raw);
    strbuf_release(&text);
}
END_TEST

START_TEST(huge_headers_are_refused)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_add_c(&text, "GET /echo HTTP/1.1\r\nHost: x\r\nX-Long: ");
    strbuf_add_repeated(&text, 'a', 500000);
    struct raw raw = raw_connect();
    raw_send(&raw, text.data, text.len);
    raw_expect(&raw, NULL);
    ck_assert_uint_eq(seen.handled, 0);
    raw_close(&raw);
    strbuf_release(&text);
}
END_TEST

/* In chunks, so that its length is not known before. */
START_TEST(endless_body_is_refused)
{
    struct raw raw = raw_connect();
    struct strbuf chunk = STRBUF_INIT;
    strbuf_add_c(&chunk, "10000\r\n");
    strbuf_add_repeated(&chunk, 'b', 65536);
    strbuf_add_c(&chunk, "\r\n");
    raw_say(&raw, "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 100 && !raw.ended; i++) {
        raw_send(&raw, chunk.data, chunk.len);
        raw_read(&raw);
    }
    raw_expect(&raw, NULL);
    ck_assert_uint_eq(seen.handled, 0);
    raw_close(&raw);
    strbuf_release(&chunk);
}
END_TEST

START_TEST(chunked_body_over_the_limit_is_413)
{
    struct raw raw = raw_connect();
    raw_say(&raw, "POST /small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "6\r\n123456\r\n6\r\n123456\r\n0\r\n\r\n");
    raw_expect(&raw, " 413 ");
    raw_say(&raw, "GET /api/still/show HTTP/1.1\r\nHost: x\r\n\r\n");
    raw_expect(&raw, "still");
    raw_close(&raw);
}
END_TEST

/* Somebody who trickles bytes is cut off all the same. */
START_TEST(slow_requests_are_cut_off)
{
    start(options_with(0, 300));
    struct raw raw = raw_connect();
    raw_say(&raw, _i == 0 ? "GET /echo HTTP" : "GET /echo HTTP/1.1\r\n");
    for (int i = 0; i < 3000 && !raw.ended; i++) {
        raw_say(&raw, _i == 0 ? "/" : "X-a: b\r\n");
        let_pass(20);
        raw_read(&raw);
    }
    ck_assert(raw.ended);
    ck_assert_uint_eq(seen.handled, 0);
    let_run(3);
    ck_assert_uint_eq(http_server_connections(server), 0);
    raw_close(&raw);
}
END_TEST

START_TEST(client_that_does_not_read_is_cut_off)
{
    start(options_with(0, 300));
    struct raw raw = raw_connect();
    raw_say(&raw, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
    for (int i = 0; i < 3000 && (i == 0 || http_server_connections(server) > 0); i++) {
        loop_step(loop, 10);
    }
    ck_assert_uint_eq(http_server_connections(server), 0);
    raw_close(&raw);
}
END_TEST

/* More idle connections than there is room for: who asks is served. */
START_TEST(idle_connections_make_room)
{
    struct raw idle[100];
    start(options_with(20, 0));
    for (size_t i = 0; i < ARRAY_LEN(idle); i++) {
        idle[i] = raw_connect();
        loop_step(loop, 0);
    }
    ck_assert_uint_le(http_server_connections(server), 20);
    struct outcome got = ask(HTTP_GET, "/echo", "", NULL);
    ck_assert_msg(got.status == 200, "%s", got.message);
    ck_assert_uint_le(http_server_connections(server), 20);
    outcome_release(&got);
    for (size_t i = 0; i < ARRAY_LEN(idle); i++) {
        raw_close(&idle[i]);
    }
}
END_TEST

START_TEST(who_waits_for_an_answer_is_not_closed_for_room)
{
    struct http_server_options options = options_with(1, 0);
    start(options);
    struct raw first = raw_connect();
    raw_say(&first, "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
    wait_until(&seen.holds, 1);
    struct raw second = raw_connect();
    raw_say(&second, "GET /api/second/show HTTP/1.1\r\nHost: x\r\n\r\n");
    let_pass(HTTP_SERVER_GRACE_MS + 200);
    ck_assert_uint_eq(seen.gone, 0);
    http_exchange_answer(seen.held, 200, NULL, STR("first"));
    raw_expect(&first, "first");
    raw_expect(&second, "second");
    raw_close(&first);
    raw_close(&second);
}
END_TEST

static void check_refused(const char *part)
{
    struct error err = ERROR_INIT;
    struct http_server_options options = options_with(0, 0);
    ck_assert_ptr_null(http_server_create(loop, &options, &err));
    ck_assert_int_eq(err.kind, ERROR_CONFIG);
    check_contains(error_text(&err), part);
    error_release(&err);
}

START_TEST(second_server_is_refused)
{
    check_refused("somebody listens at");
    struct outcome got = ask(HTTP_GET, "/echo", "", NULL);
    ck_assert_int_eq(got.status, 200);
    outcome_release(&got);
}
END_TEST

START_TEST(modes_of_folder_and_socket)
{
    struct stat st;
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0660);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0700);
    *slash = '/';
}
END_TEST

static int listen_at_path(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, path, sizeof(path));
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(fd, 1), 0);
    return fd;
}

START_TEST(stale_socket_is_replaced)
{
    http_server_destroy(server);
    server = NULL;
    close(listen_at_path());
    ck_assert_int_eq(access(path, F_OK), 0);
    start(options_with(0, 0));
    struct outcome got = ask(HTTP_GET, "/echo", "", NULL);
    ck_assert_int_eq(got.status, 200);
    outcome_release(&got);
}
END_TEST

/* Somebody who put a socket of their own there keeps it when we end. */
START_TEST(socket_of_somebody_else_stays)
{
    ck_assert_int_eq(unlink(path), 0);
    int fd = listen_at_path();
    http_server_destroy(server);
    server = NULL;
    ck_assert_int_eq(access(path, F_OK), 0);
    check_refused("somebody listens at");
    close(fd);
    unlink(path);
}
END_TEST

START_TEST(other_files_are_not_removed)
{
    http_server_destroy(server);
    server = NULL;
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    close(fd);
    check_refused("is no socket");
    ck_assert_int_eq(access(path, F_OK), 0);
    unlink(path);
}
END_TEST

START_TEST(folder_open_to_all_is_refused)
{
    http_server_destroy(server);
    server = NULL;
    char *slash = strrchr(path, '/');
    *slash = '\0';
    chmod(path, 0777);
    *slash = '/';
    check_refused("may be written by everybody");
}
END_TEST

static const char *const bad_addresses[] = {
    "127.0.0.1", ":1", "127.0.0.1:65536", "127.0.0.1:x", "host.example:1", "300.0.0.1:1",
};

START_TEST(bad_addresses_are_refused)
{
    struct error err = ERROR_INIT;
    struct http_server_options options = options_with(0, 0);
    options.unix_path = NULL;
    options.tcp_address = bad_addresses[_i];
    ck_assert_ptr_null(http_server_create(loop, &options, &err));
    ck_assert_int_eq(err.kind, ERROR_CONFIG);
    error_release(&err);
}
END_TEST

START_TEST(tcp_beside_the_socket)
{
    struct http_server_options options = options_with(0, 0);
    options.tcp_address = "127.0.0.1:0";
    start(options);
    struct strbuf url = STRBUF_INIT;
    strbuf_printf(&url, "http://127.0.0.1:%u/echo", http_server_port(server));
    struct outcome got = fetch((struct http_request){.url = strbuf_cstr(&url)});
    ck_assert_msg(got.status == 200, "%s", got.message);
    ck_assert(!seen.peer.local);
    outcome_release(&got);
    got = ask(HTTP_GET, "/echo", "", NULL);
    ck_assert_int_eq(got.status, 200);
    ck_assert(seen.peer.local);
    outcome_release(&got);
    strbuf_release(&url);
}
END_TEST

/* The client's side of unix sockets. */
START_TEST(missing_socket_is_named)
{
    struct outcome got =
        fetch((struct http_request){.url = "http://x/", .unix_socket = "/nonexistent/tocsin.sock"});
    ck_assert_int_eq(got.kind, ERROR_REFUSED);
    check_contains(got.message, "'/nonexistent/tocsin.sock'");
    outcome_release(&got);
}
END_TEST

START_TEST(long_name_of_a_socket_is_an_error)
{
    char name[200];
    memset(name, 'a', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    struct outcome got = fetch((struct http_request){.url = "http://x/", .unix_socket = name});
    ck_assert_int_eq(got.kind, ERROR_CONFIG);
    outcome_release(&got);
}
END_TEST

/* A server nobody talks to does not wake up. */
START_TEST(idle_server_sleeps)
{
    struct outcome got = ask(HTTP_GET, "/echo", "", NULL);
    outcome_release(&got);
    http_client_destroy(client);
    client = http_client_create(loop);
    let_run(20);
    ck_assert_uint_eq(http_server_connections(server), 0);
    uint64_t before = loop_wakeups(loop);
    for (int i = 0; i < 10; i++) {
        loop_step(loop, 1);
    }
    ck_assert_uint_le(loop_wakeups(loop) - before, 10);
}
END_TEST

static TCase *case_of_honest(void)
{
    TCase *tc = tcase_create("honest");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, requests_are_answered, 0, (int)ARRAY_LEN(requests));
    tcase_add_test(tc, peer_of_a_unix_socket_is_known);
    tcase_add_test(tc, connections_are_kept);
    tcase_add_test(tc, allow_and_head);
    tcase_add_test(tc, answer_may_come_later);
    tcase_add_test(tc, large_answers_are_sent_whole);
    tcase_add_test(tc, long_queries_are_taken);
    tcase_add_test(tc, pipelined_requests_keep_their_order);
    tcase_add_test(tc, destroying_ends_what_is_open);
    tcase_add_test(tc, handler_may_destroy_the_server);
    tcase_add_test(tc, tcp_beside_the_socket);
    tcase_add_test(tc, idle_server_sleeps);
    tcase_add_test(tc, missing_socket_is_named);
    tcase_add_test(tc, long_name_of_a_socket_is_an_error);
    return tc;
}

static TCase *case_of_hostile(void)
{
    TCase *tc = tcase_create("hostile");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, client_that_hangs_up_is_told_of);
    tcase_add_loop_test(tc, wrong_requests_are_refused, 0, (int)ARRAY_LEN(wrong));
    tcase_add_test(tc, huge_headers_are_refused);
    tcase_add_test(tc, endless_body_is_refused);
    tcase_add_test(tc, chunked_body_over_the_limit_is_413);
    tcase_add_loop_test(tc, slow_requests_are_cut_off, 0, 2);
    tcase_add_test(tc, client_that_does_not_read_is_cut_off);
    tcase_add_test(tc, idle_connections_make_room);
    tcase_add_test(tc, who_waits_for_an_answer_is_not_closed_for_room);
    return tc;
}

static TCase *case_of_places(void)
{
    TCase *tc = tcase_create("places");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, second_server_is_refused);
    tcase_add_test(tc, modes_of_folder_and_socket);
    tcase_add_test(tc, stale_socket_is_replaced);
    tcase_add_test(tc, socket_of_somebody_else_stays);
    tcase_add_test(tc, other_files_are_not_removed);
    tcase_add_test(tc, folder_open_to_all_is_refused);
    tcase_add_loop_test(tc, bad_addresses_are_refused, 0, (int)ARRAY_LEN(bad_addresses));
    return tc;
}

int main(void)
{
    return suite_run("net/http_server", case_of_honest(), case_of_hostile(), case_of_places());
}
