/* Access tokens: asked for once, shared, renewed, and what goes wrong with them. */
#include "http_fixture.h"

#include "net/oauth2.h"

/* One peer is token endpoint and service: /token and the rest. */
struct service {
    unsigned tokens;     /* asked for */
    bool basic_refused;  /* the client has to name itself in the body */
    bool tokens_refused; /* the service answers 401 */
    const char *answer;  /* of the token endpoint, or NULL for a good one */
    int status;          /* of it; 0: 200 */
    int64_t delay_ms;    /* before it answers */
    const char *life;    /* "3600" */
};

static struct service service;

static void answer(void *user, const struct peer_request *request, struct peer_reply *reply)
{
    (void)user;
    if (!str_starts_with(request->target, STR("/token"))) {
        bool known = str_starts_with(peer_header(request, "Authorization"), STR("Bearer token-"));
        peer_reply_http(peer, reply, known && !service.tokens_refused ? 200 : 401, NULL, "data");
        return;
    }
    service.tokens++;
    reply->delay_ms = service.delay_ms;
    bool basic = peer_header(request, "Authorization").data != NULL;
    if (basic && service.basic_refused) {
        peer_reply_http(peer, reply, 401, NULL, "{\"error\":\"invalid_client\"}");
        return;
    }
    char *text = service.answer != NULL
                     ? mem_strdup(service.answer)
                     : mem_printf("{\"access_token\":\"token-%u\",\"token_type\":\"Bearer\","
                                  "\"expires_in\":%s}",
                                  service.tokens, service.life);
    peer_reply_http(peer, reply, service.status != 0 ? service.status : 200,
                    "Content-Type: application/json\r\n", text);
    free(text);
}

static void setup(void)
{
    fixture_setup();
    service = (struct service){.life = "3600"};
    peer_handle(peer, answer, NULL);
}

static struct http_config *oauth2_config(const char *more)
{
    char *yaml = mem_printf("oauth2:\n"
                            "  client_id: 'a:b'\n"
                            "  client_secret: 'hush&100%%'\n"
                            "  token_url: %s\n"
                            "%s",
                            peer_url(peer, "/token"), more);
    struct http_config *config = config_from(yaml);
    free(yaml);
    return config;
}

static struct outcome fetch_data(const struct http_config *config)
{
    return fetch((struct http_request){.url = peer_url(peer, "/data"), .config = config});
}

START_TEST(token_is_fetched_once_and_used)
{
    struct http_config *config = oauth2_config("  scopes: [ read, 'write it' ]\n"
                                               "  endpoint_params: { audience: 'https://x/' }\n");
    for (int i = 0; i < 3; i++) {
        struct outcome got = fetch_data(config);
        ck_assert_msg(got.kind == ERROR_NONE, "%s", got.message);
        outcome_release(&got);
    }
    ck_assert_uint_eq(service.tokens, 1);
    const struct peer_request *asked = peer_request(peer, 0);
    ck_assert(str_equal_c(asked->method, "POST"));
    /* "a%3Ab:hush%26100%25" */
    ck_assert(
        str_equal_c(peer_header(asked, "Authorization"), "Basic YSUzQWI6aHVzaCUyNjEwMCUyNQ=="));
    ck_assert(str_equal_c(asked->body, "grant_type=client_credentials&scope=read%20write%20it"
                                       "&audience=https%3A%2F%2Fx%2F"));
    ck_assert(str_equal_c(peer_header(peer_request(peer, 3), "Authorization"), "Bearer token-1"));
    http_config_unref(config);
}
END_TEST

START_TEST(requests_at_once_wait_for_one_token)
{
    struct http_config *config = oauth2_config("");
    struct outcome outcomes[5] = {0};
    service.delay_ms = 30;
    for (size_t i = 0; i < ARRAY_LEN(outcomes); i++) {
        send_request((struct http_request){.url = peer_url(peer, "/data"), .config = config},
                     &outcomes[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(outcomes); i++) {
        ck_assert(peer_wait(loop, &outcomes[i].done));
        ck_assert_int_eq(outcomes[i].status, 200);
        outcome_release(&outcomes[i]);
    }
    ck_assert_uint_eq(service.tokens, 1);
    http_config_unref(config);
}
END_TEST

START_TEST(client_names_itself_in_the_body_where_it_must)
{
    struct http_config *config = oauth2_config("");
    service.basic_refused = true;
    service.life = "0";
    struct outcome got = fetch_data(config);
    ck_assert_msg(got.kind == ERROR_NONE, "%s", got.message);
    ck_assert_uint_eq(service.tokens, 2);
    ck_assert(str_equal_c(peer_request(peer, 1)->body,
                          "grant_type=client_credentials&client_id=a%3Ab"
                          "&client_secret=hush%26100%25"));
    outcome_release(&got);
    http_config_unref(config);
}
END_TEST

/* Half of a life of 40 ms is over after 20. */
START_TEST(token_is_renewed_before_it_expires)
{
    struct http_config *config = oauth2_config("");
    service.life = "0.04";
    struct outcome got = fetch_data(config);
    outcome_release(&got);
    unsigned before = service.tokens;
    let_pass(25);
    got = fetch_data(config);
    ck_assert_int_eq(got.status, 200);
    ck_assert_uint_gt(service.tokens, before);
    outcome_release(&got);
    http_config_unref(config);
}
END_TEST

START_TEST(refused_token_is_dropped)
{
    struct http_config *config = oauth2_config("");
    service.tokens_refused = true;
    struct outcome got = fetch_data(config);
    ck_assert_int_eq(got.kind, ERROR_AUTH);
    outcome_release(&got);
    service.tokens_refused = false;
    got = fetch_data(config);
    ck_assert_int_eq(got.status, 200);
    ck_assert_uint_eq(service.tokens, 2);
    outcome_release(&got);
    http_config_unref(config);
}
END_TEST

static const struct {
    int status;
    const char *answer;
    enum error_kind kind;
    const char *message;
} failures[] = {
    {200, "<html>", ERROR_SYNTAX, "not JSON"},
    {200, "{}", ERROR_PROTOCOL, "access_token: expected a string, got nothing"},
    {200, "{\"access_token\": 7}", ERROR_PROTOCOL, "access_token: expected a string, got a number"},
    {200, "{\"access_token\": \"\"}", ERROR_PROTOCOL, "is not a usable text"},
    {200, "{\"access_token\": \"a\\u0000b\"}", ERROR_PROTOCOL, "is not a usable text"},
    {200, "{\"access_token\": \"a\\r\\nX-Evil: b\"}", ERROR_CONFIG, "line break"},
    {200, "{\"access_token\": \"t\", \"expires_in\": \"soon\"}", ERROR_PROTOCOL,
     "expires_in: expected a number"},
    {401, "{\"error\":\"invalid_client\"}", ERROR_AUTH, "answered 401"},
    {500, "down", ERROR_HTTP, "answered 500"},
};

START_TEST(failure_reaches_every_waiting_request)
{
    struct http_config *config = oauth2_config("");
    struct outcome outcomes[3] = {0};
    service.answer = failures[_i].answer;
    service.status = failures[_i].status;
    for (size_t i = 0; i < ARRAY_LEN(outcomes); i++) {
        send_request((struct http_request){.url = peer_url(peer, "/data"), .config = config},
                     &outcomes[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(outcomes); i++) {
        ck_assert(peer_wait(loop, &outcomes[i].done));
        ck_assert_msg(outcomes[i].kind == failures[_i].kind, "%s: %s",
                      error_kind_label(outcomes[i].kind), outcomes[i].message);
        check_contains(outcomes[i].message, failures[_i].message);
        check_lacks(outcomes[i].message, "hush");
        outcome_release(&outcomes[i]);
    }
    http_config_unref(config);
}
END_TEST

START_TEST(missing_secret_file_is_told_at_once)
{
    struct http_config *config = config_from("oauth2:\n"
                                             "  client_id: a\n"
                                             "  client_secret_file: /nonexistent/secret\n"
                                             "  token_url: http://127.0.0.1:1/\n");
    struct outcome got = fetch_data(config);
    ck_assert_int_eq(got.kind, ERROR_NOT_FOUND);
    check_contains(got.message, "/nonexistent/secret");
    ck_assert_uint_eq(peer_connections(peer), 0);
    outcome_release(&got);
    http_config_unref(config);
}
END_TEST

START_TEST(waiting_for_a_token_has_an_end)
{
    struct http_config *config = oauth2_config("");
    service.delay_ms = 60000;
    struct outcome got =
        fetch_within((struct http_request){.url = peer_url(peer, "/data"), .config = config}, 200);
    ck_assert_int_eq(got.kind, ERROR_TIMEOUT);
    check_contains(got.message, "access token");
    outcome_release(&got);
    http_config_unref(config);
}
END_TEST

/* Cancelled or destroyed while the token is on its way. */
START_TEST(waiting_request_is_cancelled)
{
    struct http_config *config = oauth2_config("");
    struct outcome outcomes[2] = {0};
    struct http_call *calls[2];
    service.delay_ms = 30;
    for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
        calls[i] = send_request(
            (struct http_request){.url = peer_url(peer, "/data"), .config = config}, &outcomes[i]);
    }
    for (int i = 0; i < 3000 && service.tokens == 0; i++) {
        loop_step(loop, 10);
    }
    if (_i == 0) {
        http_cancel(calls[0]);
        ck_assert(peer_wait(loop, &outcomes[1].done));
        ck_assert_int_eq(outcomes[1].status, 200);
    } else {
        http_client_destroy(client);
        client = NULL;
        let_run(5);
        ck_assert(!outcomes[1].done);
    }
    ck_assert(!outcomes[0].done);
    outcome_release(&outcomes[1]);
    http_config_unref(config);
}
END_TEST

/* The client keeps tokens of configurations in use, not of all there ever were. */
START_TEST(token_of_an_old_configuration_goes)
{
    for (int i = 0; i < 3; i++) {
        struct http_config *config = oauth2_config("");
        struct outcome got = fetch_data(config);
        ck_assert_int_eq(got.status, 200);
        outcome_release(&got);
        http_config_unref(config);
    }
    ck_assert_uint_eq(service.tokens, 3);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("oauth2");
    tcase_add_checked_fixture(tc, setup, fixture_teardown);
    tcase_add_test(tc, token_is_fetched_once_and_used);
    tcase_add_test(tc, requests_at_once_wait_for_one_token);
    tcase_add_test(tc, client_names_itself_in_the_body_where_it_must);
    tcase_add_test(tc, token_is_renewed_before_it_expires);
    tcase_add_test(tc, refused_token_is_dropped);
    tcase_add_loop_test(tc, failure_reaches_every_waiting_request, 0, ARRAY_LEN(failures));
    tcase_add_test(tc, missing_secret_file_is_told_at_once);
    tcase_add_test(tc, waiting_for_a_token_has_an_end);
    tcase_add_loop_test(tc, waiting_request_is_cancelled, 0, 2);
    tcase_add_test(tc, token_of_an_old_configuration_goes);
    return suite_run("net/oauth2", tc);
}
