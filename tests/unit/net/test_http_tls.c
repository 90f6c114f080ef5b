/* TLS: whom the client believes, and what it says when it does not. */
#include "http_fixture.h"

static struct peer_certs *certs;

static void make_certs(void)
{
    certs = peer_certs_create();
    ck_assert_msg(certs != NULL, "no certificates: is the openssl command there?");
}

static void remove_certs(void)
{
    peer_certs_destroy(certs);
}

/* `fmt` with the CA's file in the place of its %s. */
static struct http_config *config_with_ca(const char *fmt)
{
    struct strbuf yaml = STRBUF_INIT;
    const char *mark = strstr(fmt, "%s");
    strbuf_add(&yaml, fmt, mark != NULL ? (size_t)(mark - fmt) : strlen(fmt));
    if (mark != NULL) {
        strbuf_add_c(&yaml, peer_certs_ca(certs));
        strbuf_add_c(&yaml, mark + 2);
    }
    struct http_config *config = config_from(strbuf_cstr(&yaml));
    strbuf_release(&yaml);
    return config;
}

static const struct {
    const char *yaml;
    enum peer_cert cert;
    const char *problem; /* NULL: it works */
    const char *suggestion;
} trusts[] = {
    {"tls_config: { ca_file: %s }", PEER_CERT_GOOD, NULL, NULL},
    {"{}", PEER_CERT_GOOD, "self-signed certificate", "ca_file"},
    {"tls_config: { ca_file: %s }", PEER_CERT_EXPIRED, "certificate has expired", NULL},
    {"tls_config: { ca_file: %s }", PEER_CERT_OTHER, "localhost", "server_name"},
    {"tls_config: { ca_file: %s, server_name: other.invalid }", PEER_CERT_OTHER, NULL, NULL},
    {"tls_config: { ca_file: %s, server_name: other.invalid }", PEER_CERT_GOOD, "other.invalid",
     "server_name"},
    {"tls_config: { insecure_skip_verify: true }", PEER_CERT_EXPIRED, NULL, NULL},
    {"tls_config: { insecure_skip_verify: true }", PEER_CERT_OTHER, NULL, NULL},
    {"tls_config: { ca_file: %s, min_version: TLS13 }", PEER_CERT_GOOD, NULL, NULL},
    {"tls_config: { ca_file: /nonexistent/ca.pem }", PEER_CERT_GOOD, "/nonexistent/ca.pem", NULL},
    {"{ enable_http2: false, tls_config: { ca_file: %s } }", PEER_CERT_GOOD, NULL, NULL},
};

START_TEST(server_is_verified)
{
    peer_tls(peer, certs, trusts[_i].cert, false);
    peer_answer(peer, 200, NULL, "secure");
    struct http_config *config = config_with_ca(trusts[_i].yaml);
    struct outcome got =
        fetch((struct http_request){.url = peer_url(peer, "/x"), .config = config});
    if (trusts[_i].problem == NULL) {
        ck_assert_msg(got.kind == ERROR_NONE, "%s", got.message);
        ck_assert_str_eq(got.body, "secure");
    } else {
        ck_assert_msg(got.kind == ERROR_TLS, "%s", error_kind_label(got.kind));
        check_contains(got.message, "TLS with 'localhost:");
        check_contains(got.message, trusts[_i].problem);
        ck_assert_uint_eq(peer_requests(peer), 0);
    }
    if (trusts[_i].suggestion != NULL) {
        check_contains(got.suggestion, trusts[_i].suggestion);
    }
    http_config_unref(config);
    outcome_release(&got);
}
END_TEST

/* The name goes into the handshake, the header stays as the URL has it. */
START_TEST(server_name_is_asked_for)
{
    peer_tls(peer, certs, PEER_CERT_OTHER, false);
    peer_answer(peer, 200, NULL, "secure");
    struct http_config *config =
        config_with_ca("tls_config: { ca_file: %s, server_name: other.invalid }");
    struct outcome got =
        fetch((struct http_request){.url = peer_url(peer, "/p?q=1"), .config = config});
    ck_assert_str_eq(got.body, "secure");
    ck_assert_str_eq(peer_tls_name(peer), "other.invalid");
    char *host = mem_printf("localhost:%u", peer_port(peer));
    ck_assert(str_equal_c(peer_header(peer_request(peer, 0), "Host"), host));
    ck_assert(str_equal_c(peer_request(peer, 0)->target, "/p?q=1"));
    free(host);
    http_config_unref(config);
    outcome_release(&got);
}
END_TEST

static char *slurp(const char *file)
{
    FILE *f = fopen(file, "r");
    ck_assert_ptr_nonnull(f);
    char text[8192];
    size_t len = fread(text, 1, sizeof(text), f);
    fclose(f);
    return mem_strndup(text, len);
}

/* As a literal block of YAML below `key`. */
static void add_pem(struct strbuf *yaml, const char *key, const char *file)
{
    char *text = slurp(file);
    struct str rest = str_from(text);
    struct str line;
    strbuf_printf(yaml, "  %s: |\n", key);
    while (str_split(&rest, '\n', &line)) {
        strbuf_printf(yaml, "    %.*s\n", STR_ARG(line));
    }
    free(text);
}

START_TEST(client_certificate_is_shown)
{
    struct strbuf yaml = STRBUF_INIT;
    strbuf_add_c(&yaml, "tls_config:\n");
    if (_i == 0) {
        strbuf_printf(&yaml, "  ca_file: %s\n  cert_file: %s\n  key_file: %s\n",
                      peer_certs_ca(certs), peer_certs_file(certs, PEER_CERT_CLIENT),
                      peer_certs_key(certs, PEER_CERT_CLIENT));
    } else {
        add_pem(&yaml, "ca", peer_certs_ca(certs));
        add_pem(&yaml, "cert", peer_certs_file(certs, PEER_CERT_CLIENT));
        add_pem(&yaml, "key", peer_certs_key(certs, PEER_CERT_CLIENT));
    }
    peer_tls(peer, certs, PEER_CERT_GOOD, true);
    peer_answer(peer, 200, NULL, "known");
    struct http_config *config = config_from(strbuf_cstr(&yaml));
    struct outcome got = fetch((struct http_request){.url = peer_url(peer, "/"), .config = config});
    ck_assert_msg(got.kind == ERROR_NONE, "%s", got.message);
    ck_assert_str_eq(got.body, "known");
    http_config_unref(config);
    outcome_release(&got);
    strbuf_release(&yaml);
}
END_TEST

START_TEST(missing_client_certificate_is_a_tls_error)
{
    peer_tls(peer, certs, PEER_CERT_GOOD, true);
    peer_answer(peer, 200, NULL, "known");
    struct http_config *config = config_with_ca("tls_config: { ca_file: %s }");
    struct outcome got = fetch((struct http_request){.url = peer_url(peer, "/"), .config = config});
    ck_assert_msg(got.kind == ERROR_TLS, "%s: %s", error_kind_label(got.kind), got.message);
    check_contains(got.message, "certificate required");
    http_config_unref(config);
    outcome_release(&got);
}
END_TEST

START_TEST(plain_server_is_told_from_a_tls_one)
{
    peer_add(peer, &(struct peer_reply){.bytes = "HTTP/1.1 400 Bad Request\r\n\r\n",
                                        .on_connect = true,
                                        .then = PEER_CLOSE});
    char *url = mem_printf("https://127.0.0.1:%u/", peer_port(peer));
    struct outcome got = fetch((struct http_request){.url = url});
    ck_assert_int_eq(got.kind, ERROR_TLS);
    check_contains(got.message, "does not speak TLS");
    check_contains(got.suggestion, "http://");
    free(url);
    outcome_release(&got);
}
END_TEST

/* Asked in plain HTTP, a TLS server answers with an alert. */
START_TEST(tls_server_is_told_from_a_plain_one)
{
    peer_tls(peer, certs, PEER_CERT_GOOD, false);
    char *url = mem_printf("http://127.0.0.1:%u/", peer_port(peer));
    struct outcome got = fetch((struct http_request){.url = url});
    ck_assert_int_ne(got.kind, ERROR_NONE);
    check_contains(got.message, "'127.0.0.1:");
    free(url);
    outcome_release(&got);
}
END_TEST

START_TEST(silent_handshake_times_out)
{
    peer_add(peer, &(struct peer_reply){.then = PEER_STALL});
    char *url = mem_printf("https://127.0.0.1:%u/", peer_port(peer));
    struct outcome got =
        fetch((struct http_request){.url = url, .timeout_ms = 60000, .connect_timeout_ms = 80});
    ck_assert_int_eq(got.kind, ERROR_TIMEOUT);
    check_contains(got.message, "no connection to '127.0.0.1:");
    check_contains(got.message, "within 80ms");
    free(url);
    outcome_release(&got);
}
END_TEST

/* Two configurations never share a connection: what one verified is nothing to the other. */
START_TEST(connections_are_not_shared_between_trusts)
{
    peer_tls(peer, certs, PEER_CERT_GOOD, false);
    peer_answer(peer, 200, NULL, "secure");
    struct http_config *lax = config_from("tls_config: { insecure_skip_verify: true }");
    struct outcome got = fetch((struct http_request){.url = peer_url(peer, "/"), .config = lax});
    ck_assert_str_eq(got.body, "secure");
    outcome_release(&got);
    got = fetch((struct http_request){.url = peer_url(peer, "/")});
    ck_assert_int_eq(got.kind, ERROR_TLS);
    outcome_release(&got);
    http_config_unref(lax);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("tls");
    tcase_add_unchecked_fixture(tc, make_certs, remove_certs);
    tcase_add_checked_fixture(tc, fixture_setup, fixture_teardown);
    tcase_add_loop_test(tc, server_is_verified, 0, ARRAY_LEN(trusts));
    tcase_add_test(tc, server_name_is_asked_for);
    tcase_add_loop_test(tc, client_certificate_is_shown, 0, 2);
    tcase_add_test(tc, missing_client_certificate_is_a_tls_error);
    tcase_add_test(tc, plain_server_is_told_from_a_tls_one);
    tcase_add_test(tc, tls_server_is_told_from_a_plain_one);
    tcase_add_test(tc, silent_handshake_times_out);
    tcase_add_test(tc, connections_are_not_shared_between_trusts);
    return suite_run("net/http_tls", tc);
}
