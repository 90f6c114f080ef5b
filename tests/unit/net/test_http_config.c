/* Reading http_config, and what of it reaches the wire. */
#include <stdio.h>
#include <unistd.h>

#include "http_fixture.h"
#include "yaml/node.h"
#include "yaml/read.h"

static char folder[] = "/tmp/tocsin-config-XXXXXX";

static void make_folder(void)
{
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static char *in_folder(const char *name)
{
    return mem_printf("%s/%s", folder, name);
}

static void write_file(const char *name, struct str text)
{
    char *path = in_folder(name);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(text.data, 1, text.len, f), text.len);
    fclose(f);
    free(path);
}

static void remove_folder(void)
{
    static const char *const names[] = {"secret", "password", "big", "tocsin.yaml"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        char *path = in_folder(names[i]);
        unlink(path);
        free(path);
    }
    rmdir(folder);
}

/* Everything wrong with `yaml`, as text. */
static char *problems_of(const char *file, const char *yaml, size_t *errors, size_t *warnings)
{
    struct diags diags;
    diags_init(&diags);
    struct yaml_document *document = yaml_parse(file, str_from(yaml), &diags);
    ck_assert_ptr_nonnull(document);
    struct yaml_reader reader;
    yaml_reader_init(&reader, document, &diags);
    struct http_config *config = http_config_read(&reader, yaml_root(document));
    ck_assert_ptr_nonnull(config);
    http_config_unref(config);
    yaml_read_done(&reader, yaml_root(document));
    struct strbuf text = STRBUF_INIT;
    VEC_EACH (&diags.list, struct diag, diag) {
        strbuf_printf(&text, "%u:%u: %s\n", diag->span.line, diag->span.column, diag->message);
    }
    *errors = diags.errors;
    *warnings = diags.warnings;
    yaml_reader_release(&reader);
    yaml_destroy(document);
    diags_release(&diags);
    return strbuf_take(&text);
}

static const struct {
    const char *yaml;
    const char *problem;
} refused[] = {
    {"basic_auth: { username: a, password: b }\nauthorization: { credentials: c }",
     "2:16: 'authorization' and 'basic_auth' exclude each other\n"},
    {"basic_auth: { username: a, password: b }\nbearer_token: c",
     "2:15: 'bearer_token' and 'basic_auth' exclude each other\n"},
    {"authorization: { credentials: c }\n"
     "oauth2: { client_id: a, client_secret: b, token_url: 'http://x/' }",
     "2:9: 'oauth2' and 'authorization' exclude each other\n"},
    {"bearer_token: a\nbearer_token_file: /dev/null",
     "1:15: 'bearer_token' and 'bearer_token_file' exclude each other\n"},
    {"basic_auth: { username: a, password: b, password_file: /dev/null }",
     "1:38: 'password' and 'password_file' exclude each other\n"},
    {"basic_auth: { password: b }", "1:13: 'basic_auth' has neither 'username' nor "
                                    "'username_file'\n"},
    {"basic_auth: hello", "1:13: a mapping ('key: value') belongs here, not a text\n"},
    {"basic_auth: { username: a, passwort: b }", "1:28: unknown key 'passwort'"},
    {"authorization: { type: Basic, credentials: c }", "1:24: 'basic' is not for this block\n"},
    {"authorization: { type: 'a b', credentials: c }", "1:24: the type is one word"},
    {"authorization: { type: Bearer }", "1:16: 'authorization' has neither 'credentials'"},
    {"oauth2: { client_secret: b, token_url: 'http://x/' }", "key 'client_id' is missing"},
    {"oauth2: { client_id: a, token_url: 'http://x/' }", "has neither 'client_secret' nor"},
    {"oauth2: { client_id: a, client_secret: b }", "key 'token_url' is missing"},
    {"oauth2: { client_id: a, client_secret: b, token_url: x }", "1:54: 'x' is not a URL"},
    {"oauth2: { client_id: a, client_secret: b, token_url: 'http://x/', scopes: all }",
     "'scopes' is a list"},
    {"tls_config: { ca: nonsense }", "'ca' is not a text in PEM"},
    {"tls_config: { ca_file: /dev/null, ca: '-----BEGIN X' }", "exclude each other"},
    {"tls_config: { cert_file: /dev/null }", "a client certificate needs both"},
    {"tls_config: { key_file: /dev/null }", "a client certificate needs both"},
    {"tls_config: { server_name: 'https://x' }", "'server_name' is a host's name only"},
    {"tls_config: { min_version: TLS14 }", "1:28: one of TLS10, TLS11, TLS12, TLS13"},
    {"tls_config: { insecure: true }", "unknown key 'insecure'"},
    {"proxy_url: 'proxy:3128'", "1:12: this is not a proxy's URL"},
    {"proxy_url: 'ftp://proxy:3128'", "1:12: this is not a proxy's URL"},
    {"no_proxy: localhost", "'no_proxy' without 'proxy_url'"},
    {"proxy_from_environment: true\nproxy_url: 'http://p:1'", "exclude each other"},
    {"headers: { Host: x }", "1:12: the header 'Host' is not free to be set"},
    {"headers: { 'X Y': x }", "1:12: this is not the name of a header"},
    {"headers: { '': x }", "this is not the name of a header"},
    {"headers: { X-A: \"a\\r\\nX-B: b\" }", "the value of a header is one line"},
    {"headers: { X-A: [ a ] }", "a text belongs here"},
    {"headers: { Authorization: x }\nbearer_token: y", "beside another way to log in"},
    {"http_headers: { X-A: { value: a } }", "unknown key 'value'"},
    {"http_headers: { X-A: { values: a } }", "'values' is a list"},
    {"follow_redirects: maybe", "true or false belongs here"},
    {"enable_http2: 2", "true or false belongs here"},
};

START_TEST(contradiction_is_refused)
{
    size_t errors;
    size_t warnings;
    char *problems = problems_of("t.yaml", refused[_i].yaml, &errors, &warnings);
    ck_assert_msg(errors >= 1, "accepted: %s", refused[_i].yaml);
    check_contains(problems, refused[_i].problem);
    free(problems);
}
END_TEST

START_TEST(missing_file_is_a_warning)
{
    size_t errors;
    size_t warnings;
    char *problems =
        problems_of("/etc/x/t.yaml", "bearer_token_file: sub/none", &errors, &warnings);
    ck_assert_uint_eq(errors, 0);
    ck_assert_uint_eq(warnings, 1);
    check_contains(problems, "the file '/etc/x/sub/none' cannot be read now");
    free(problems);
}
END_TEST

START_TEST(others_members_are_left_alone)
{
    size_t errors;
    size_t warnings;
    char *problems = problems_of("t.yaml", "url: x\nenable_http2: no\n", &errors, &warnings);
    ck_assert_uint_eq(errors, 1);
    check_contains(problems, "1:1: unknown key 'url'");
    free(problems);
    struct http_config *config = http_config_read(NULL, NULL);
    ck_assert_ptr_nonnull(config);
    http_config_unref(http_config_ref(config));
    http_config_unref(config);
    http_config_unref(NULL);
}
END_TEST

static const struct {
    const char *yaml;
    const char *header;
    const char *value;
} sent[] = {
    {"basic_auth: { username: Aladdin, password: 'open sesame' }", "Authorization",
     "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
    {"basic_auth: { username: joe }", "Authorization", "Basic am9lOg=="},
    {"basic_auth: { username: joe, password_file: password }", "Authorization",
     "Basic am9lOmZyb20gZmlsZQ=="},
    {"basic_auth: { username_file: password, password: x }", "Authorization",
     "Basic ZnJvbSBmaWxlOng="},
    {"authorization: { credentials: tok }", "Authorization", "Bearer tok"},
    {"authorization: { type: Token, credentials_file: password }", "Authorization",
     "Token from file"},
    {"bearer_token: tok", "Authorization", "Bearer tok"},
    {"bearer_token_file: password", "Authorization", "Bearer from file"},
    {"headers: { X-Scope-OrgID: shop }", "X-Scope-OrgID", "shop"},
    {"headers: { X-Empty: '' }", "X-Empty", ""},
    {"http_headers: { X-A: { values: [ one ] } }", "X-A", "one"},
    {"http_headers: { X-A: { secrets: [ two ] } }", "X-A", "two"},
    {"http_headers: { X-A: { files: [ password ] } }", "X-A", "from file"},
    {"headers: { Authorization: 'ApiKey abc' }", "Authorization", "ApiKey abc"},
};

static struct http_config *config_in_folder(const char *yaml)
{
    char *file = in_folder("tocsin.yaml");
    struct diags diags;
    diags_init(&diags);
    struct yaml_document *document = yaml_parse(file, str_from(yaml), &diags);
    struct yaml_reader reader;
    yaml_reader_init(&reader, document, &diags);
    struct http_config *config = http_config_read(&reader, yaml_root(document));
    ck_assert_uint_eq(diags.errors, 0);
    yaml_reader_release(&reader);
    yaml_destroy(document);
    diags_release(&diags);
    free(file);
    return config;
}

static struct outcome fetch_with(const struct http_config *config)
{
    return fetch((struct http_request){.url = peer_url(peer, "/"), .config = config});
}

START_TEST(option_reaches_the_wire)
{
    write_file("password", STR("from file\r\n\n"));
    peer_answer(peer, 200, NULL, "");
    struct http_config *config = config_in_folder(sent[_i].yaml);
    struct outcome got = fetch_with(config);
    ck_assert_msg(got.kind == ERROR_NONE, "%s", got.message);
    struct str value = peer_header(peer_request(peer, 0), sent[_i].header);
    ck_assert_ptr_nonnull(value.data);
    ck_assert_msg(str_equal_c(value, sent[_i].value), "%.*s", STR_ARG(value));
    outcome_release(&got);
    http_config_unref(config);
}
END_TEST

START_TEST(several_values_are_several_lines)
{
    peer_answer(peer, 200, NULL, "");
    struct http_config *config = config_from("http_headers: { X-A: { values: [ one, two ] } }");
    struct outcome got = fetch_with(config);
    ck_assert(str_contains(peer_request(peer, 0)->head, STR("X-A: one\r\nX-A: two\r\n")));
    outcome_release(&got);
    http_config_unref(config);
}
END_TEST

START_TEST(secret_file_is_read_again)
{
    peer_answer(peer, 200, NULL, "");
    write_file("secret", STR("first\n"));
    struct http_config *config = config_in_folder("bearer_token_file: secret");
    struct outcome got = fetch_with(config);
    outcome_release(&got);
    write_file("secret", STR("second"));
    got = fetch_with(config);
    outcome_release(&got);
    ck_assert(str_equal_c(peer_header(peer_request(peer, 0), "Authorization"), "Bearer first"));
    ck_assert(str_equal_c(peer_header(peer_request(peer, 1), "Authorization"), "Bearer second"));
    http_config_unref(config);
}
END_TEST

/* Each of them is that request's error, and nothing is sent. */
START_TEST(unusable_secret_file_is_the_requests_error)
{
    static const struct {
        const char *yaml;
        enum error_kind kind;
        const char *message;
    } cases[] = {
        {"bearer_token_file: none", ERROR_NOT_FOUND, "cannot open the secret '"},
        {"bearer_token_file: /dev", ERROR_CONFIG, "is not a regular file"},
        {"bearer_token_file: /dev/zero", ERROR_CONFIG, "is not a regular file"},
        {"bearer_token_file: big", ERROR_LIMIT, "is larger than 65536 bytes"},
        {"bearer_token_file: secret", ERROR_CONFIG, "has a line break in it"},
        {"http_headers: { X-A: { files: [ secret ] } }", ERROR_CONFIG, "header 'X-A' has a line"},
    };
    char *big = mem_alloc(70000);
    memset(big, 'x', 70000);
    write_file("big", str_span(big, 70000));
    write_file("secret", STR("hush\nhush"));
    free(big);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct http_config *config = config_in_folder(cases[i].yaml);
        struct outcome got = fetch_with(config);
        ck_assert_msg(got.kind == cases[i].kind, "%s: %s", error_kind_label(got.kind), got.message);
        check_contains(got.message, cases[i].message);
        check_lacks(got.message, "hush");
        outcome_release(&got);
        http_config_unref(config);
    }
    ck_assert_uint_eq(peer_connections(peer), 0);
}
END_TEST

/* A proxy is asked for the whole URL. */
START_TEST(proxy_is_used)
{
    peer_answer(peer, 200, NULL, "by proxy");
    char *yaml = mem_printf("proxy_url: %s\nno_proxy: direct.invalid\n", peer_url(peer, ""));
    struct http_config *config = config_from(yaml);
    struct outcome got =
        fetch((struct http_request){.url = "http://far.invalid/x", .config = config});
    ck_assert_str_eq(got.body, "by proxy");
    ck_assert(str_equal_c(peer_request(peer, 0)->target, "http://far.invalid/x"));
    outcome_release(&got);
    http_config_unref(config);
    free(yaml);
}
END_TEST

START_TEST(dead_proxy_is_named)
{
    char *yaml = mem_printf("proxy_url: http://joe:hush@127.0.0.1:%u\n", peer_port(peer));
    struct http_config *config = config_from(yaml);
    peer_refuse(peer);
    struct outcome got =
        fetch((struct http_request){.url = "http://far.invalid/x", .config = config});
    ck_assert_int_eq(got.kind, ERROR_REFUSED);
    check_contains(got.message, "the proxy 'http://127.0.0.1:");
    check_contains(got.message, "on the way to 'far.invalid:80'");
    check_lacks(got.message, "hush");
    outcome_release(&got);
    http_config_unref(config);
    free(yaml);
}
END_TEST

START_TEST(environment_says_nothing_unless_asked)
{
    struct peer *proxy = peer_create(loop);
    peer_answer(proxy, 200, NULL, "by proxy");
    peer_answer(peer, 200, NULL, "direct");
    setenv("http_proxy", peer_url(proxy, ""), 1);
    unsetenv("no_proxy");
    unsetenv("NO_PROXY");
    struct http_config *config = config_from(_i == 0 ? "{}" : "proxy_from_environment: true");
    struct outcome got = fetch_with(config);
    ck_assert_str_eq(got.body, _i == 0 ? "direct" : "by proxy");
    outcome_release(&got);
    http_config_unref(config);
    peer_destroy(proxy);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("http_config");
    tcase_add_unchecked_fixture(tc, make_folder, remove_folder);
    tcase_add_checked_fixture(tc, fixture_setup, fixture_teardown);
    tcase_add_loop_test(tc, contradiction_is_refused, 0, ARRAY_LEN(refused));
    tcase_add_test(tc, missing_file_is_a_warning);
    tcase_add_test(tc, others_members_are_left_alone);
    tcase_add_loop_test(tc, option_reaches_the_wire, 0, ARRAY_LEN(sent));
    tcase_add_test(tc, several_values_are_several_lines);
    tcase_add_test(tc, secret_file_is_read_again);
    tcase_add_test(tc, unusable_secret_file_is_the_requests_error);
    tcase_add_test(tc, proxy_is_used);
    tcase_add_test(tc, dead_proxy_is_named);
    tcase_add_loop_test(tc, environment_says_nothing_unless_asked, 0, 2);
    return suite_run("net/http_config", tc);
}
