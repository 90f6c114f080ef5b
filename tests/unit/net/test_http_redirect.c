/* Redirects, and who gets the credentials. */
#include "http_fixture.h"

static struct peer *other;

static void setup(void)
{
    fixture_setup();
    other = peer_create(loop);
    peer_answer(other, 200, NULL, "from the other");
}

static void teardown(void)
{
    peer_destroy(other);
    fixture_teardown();
}

static void redirect_to(int status, const char *location)
{
    char *header = mem_printf("Location: %s\r\n", location);
    peer_answer(peer, status, header, "see there");
    free(header);
}

static const struct {
    int status;
    enum http_method method;
    const char *sent; /* second method */
    bool with_body;
} kinds[] = {
    {301, HTTP_GET, "GET", false},  {302, HTTP_GET, "GET", false},  {303, HTTP_GET, "GET", false},
    {307, HTTP_GET, "GET", false},  {308, HTTP_GET, "GET", false},  {301, HTTP_POST, "GET", false},
    {302, HTTP_POST, "GET", false}, {303, HTTP_POST, "GET", false}, {307, HTTP_POST, "POST", true},
    {308, HTTP_POST, "POST", true}, {303, HTTP_PUT, "GET", false},  {301, HTTP_PUT, "PUT", true},
};

START_TEST(redirect_is_followed)
{
    bool body = kinds[_i].method != HTTP_GET;
    redirect_to(kinds[_i].status, "/b?x=1");
    peer_answer(peer, 200, NULL, "there");
    struct outcome got = fetch((struct http_request){
        .method = kinds[_i].method,
        .url = peer_url(peer, "/a"),
        .body = body ? STR("data") : STR_NONE,
        .content_type = body ? "text/plain" : NULL,
    });
    ck_assert_msg(got.kind == ERROR_NONE, "%s", got.message);
    ck_assert_str_eq(got.body, "there");
    const struct peer_request *second = peer_request(peer, 1);
    ck_assert(str_equal_c(second->target, "/b?x=1"));
    ck_assert(str_equal_c(second->method, kinds[_i].sent));
    ck_assert(str_equal_c(second->body, kinds[_i].with_body ? "data" : ""));
    ck_assert_uint_eq(peer_connections(peer), 1);
    outcome_release(&got);
}
END_TEST

static const char *const logins[] = {
    "basic_auth: { username: joe, password: hush-password }",
    "authorization: { credentials: hush-token }",
    "bearer_token: hush-token",
};

static struct outcome fetch_with(const char *login, const char *url)
{
    char *yaml = mem_printf("%s\nheaders: { X-Api-Key: hush-header }\n", login);
    struct http_config *config = config_from(yaml);
    struct http_header own[] = {{"Cookie", "hush-cookie"}, {"Accept", "text/plain"}};
    struct outcome got = fetch((struct http_request){
        .url = url, .config = config, .headers = own, .header_count = ARRAY_LEN(own)});
    http_config_unref(config);
    free(yaml);
    return got;
}

START_TEST(same_host_keeps_the_credentials)
{
    redirect_to(302, "b");
    peer_answer(peer, 200, NULL, "there");
    struct outcome got = fetch_with(logins[_i], peer_url(peer, "/a/"));
    ck_assert_str_eq(got.body, "there");
    for (unsigned i = 0; i < 2; i++) {
        const struct peer_request *request = peer_request(peer, i);
        ck_assert_uint_ne(peer_header(request, "Authorization").len, 0);
        ck_assert(str_equal_c(peer_header(request, "X-Api-Key"), "hush-header"));
        ck_assert(str_equal_c(peer_header(request, "Cookie"), "hush-cookie"));
    }
    ck_assert(str_equal_c(peer_request(peer, 1)->target, "/a/b"));
    outcome_release(&got);
}
END_TEST

/* Another port is another party: who listens there may be anybody. */
START_TEST(other_host_gets_no_credentials)
{
    redirect_to(302, peer_url(other, "/b"));
    struct outcome got = fetch_with(logins[_i], peer_url(peer, "/a"));
    ck_assert_str_eq(got.body, "from the other");
    const struct peer_request *request = peer_request(other, 0);
    ck_assert(!str_contains(request->head, STR("hush")));
    ck_assert_ptr_null(peer_header(request, "Authorization").data);
    ck_assert(str_equal_c(peer_header(request, "Accept"), "text/plain"));
    outcome_release(&got);
}
END_TEST

/* ... and when the other one sends the request back, it stays without them. */
START_TEST(credentials_do_not_come_back)
{
    struct peer *third = peer_create(loop);
    char *header = mem_printf("Location: %s\r\n", peer_url(peer, "/back"));
    peer_answer(third, 302, header, "");
    free(header);
    redirect_to(302, peer_url(third, "/"));
    peer_answer(peer, 200, NULL, "home");
    struct outcome got = fetch_with(logins[_i], peer_url(peer, "/a"));
    ck_assert_str_eq(got.body, "home");
    ck_assert(!str_contains(peer_request(peer, 1)->head, STR("hush")));
    outcome_release(&got);
    peer_destroy(third);
}
END_TEST

START_TEST(url_credentials_stay_with_their_host)
{
    redirect_to(302, peer_url(other, "/b"));
    char *url = mem_printf("http://joe:hush@127.0.0.1:%u/", peer_port(peer));
    struct outcome got = fetch((struct http_request){.url = url});
    ck_assert_str_eq(got.body, "from the other");
    ck_assert(
        str_equal_c(peer_header(peer_request(peer, 0), "Authorization"), "Basic am9lOmh1c2g="));
    ck_assert_ptr_null(peer_header(peer_request(other, 0), "Authorization").data);
    outcome_release(&got);
    free(url);
}
END_TEST

START_TEST(body_is_not_sent_to_another_host)
{
    redirect_to(307, peer_url(other, "/b"));
    struct outcome got = fetch((struct http_request){
        .method = HTTP_POST, .url = peer_url(peer, "/a"), .body = STR("client_secret=hush")});
    ck_assert_int_eq(got.kind, ERROR_HTTP);
    ck_assert_int_eq(got.http, 307);
    check_contains(got.message, "what is sent is not for another host");
    ck_assert_uint_eq(peer_requests(other), 0);
    outcome_release(&got);
}
END_TEST

START_TEST(circle_ends)
{
    redirect_to(302, "/again");
    struct outcome got = fetch_path("/");
    ck_assert_int_eq(got.kind, ERROR_HTTP);
    check_contains(got.message, "more than 5 redirects");
    ck_assert_uint_eq(peer_requests(peer), 6);
    outcome_release(&got);
}
END_TEST

START_TEST(following_can_be_forbidden)
{
    redirect_to(302, "/login?next=hush");
    struct http_config *config = config_from("follow_redirects: false\n");
    struct outcome got = fetch((struct http_request){.url = peer_url(peer, "/"), .config = config});
    ck_assert_int_eq(got.kind, ERROR_HTTP);
    ck_assert_int_eq(got.http, 302);
    check_contains(got.message, "answered 302 (found elsewhere) to '/login'");
    ck_assert_uint_eq(peer_requests(peer), 1);
    http_config_unref(config);
    outcome_release(&got);
}
END_TEST

static const struct {
    const char *location;
    enum error_kind kind;
} bad_locations[] = {
    {"file:///etc/passwd", ERROR_CONFIG},
    {"gopher://127.0.0.1/", ERROR_CONFIG},
    {"http://", ERROR_PROTOCOL},
    {"http://a b/", ERROR_PROTOCOL},
    {"http://host:70000/", ERROR_PROTOCOL},
};

START_TEST(bad_location_is_an_error)
{
    redirect_to(302, bad_locations[_i].location);
    struct outcome got = fetch_path("/");
    ck_assert_msg(got.kind == bad_locations[_i].kind, "%s: %s", error_kind_label(got.kind),
                  got.message);
    ck_assert_uint_eq(peer_requests(peer), 1);
    outcome_release(&got);
}
END_TEST

/* A status of this kind without a Location is an answer like any other. */
START_TEST(redirect_to_nowhere_is_its_status)
{
    peer_answer(peer, 302, NULL, "");
    struct outcome got = fetch_path("/");
    ck_assert_int_eq(got.kind, ERROR_HTTP);
    ck_assert_int_eq(got.http, 302);
    outcome_release(&got);
}
END_TEST

/* The whole time is for all of them together. */
START_TEST(time_runs_on_along_redirects)
{
    char *bytes = peer_http(302, "Location: /again\r\n", STR(""), NULL);
    peer_add(peer, &(struct peer_reply){.bytes = bytes, .delay_ms = 60});
    free(bytes);
    struct outcome got =
        fetch((struct http_request){.url = peer_url(peer, "/"), .timeout_ms = 150});
    ck_assert_int_eq(got.kind, ERROR_TIMEOUT);
    ck_assert_uint_lt(peer_requests(peer), 5);
    outcome_release(&got);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("redirect");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, redirect_is_followed, 0, ARRAY_LEN(kinds));
    tcase_add_loop_test(tc, same_host_keeps_the_credentials, 0, ARRAY_LEN(logins));
    tcase_add_loop_test(tc, other_host_gets_no_credentials, 0, ARRAY_LEN(logins));
    tcase_add_loop_test(tc, credentials_do_not_come_back, 0, ARRAY_LEN(logins));
    tcase_add_test(tc, url_credentials_stay_with_their_host);
    tcase_add_test(tc, body_is_not_sent_to_another_host);
    tcase_add_test(tc, circle_ends);
    tcase_add_test(tc, following_can_be_forbidden);
    tcase_add_loop_test(tc, bad_location_is_an_error, 0, ARRAY_LEN(bad_locations));
    tcase_add_test(tc, redirect_to_nowhere_is_its_status);
    tcase_add_test(tc, time_runs_on_along_redirects);
    return suite_run("net/http_redirect", tc);
}
