/* URLs: shown without secrets, joined, resolved, compared; forms; base64. */
#include "net/url.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "net/base64.h"
#include "net/http.h"
#include "support/suite.h"

static const struct {
    const char *url;
    const char *shown;
} redactions[] = {
    {"http://h:9090/a/b?token=hush#x", "http://h:9090/a/b"},
    {"https://joe:hush@h/a", "https://h/a"},
    {"https://joe:hu@sh@h/a", "https://h/a"},
    {"http://h/a@b", "http://h/a@b"},
    {"http://h?x=@y", "http://h"},
    {"joe:hush@h:9090", "h:9090"},
    {"http://h/\x1b[31m\n", "http://h/?[31m "},
    {"", ""},
    {"joe:hu/sh@h/a://b", "h/a://b"},
    {"//joe:hush@h/a", "h/a"},
    {"postgres://monitor:hush@db:5432/orders?sslmode=x", "postgres://db:5432/orders"},
};

START_TEST(secrets_are_not_shown)
{
    struct strbuf out = STRBUF_INIT;
    http_url_redacted(&out, redactions[_i].url);
    ck_assert_str_eq(strbuf_cstr(&out), redactions[_i].shown);
    strbuf_release(&out);
}
END_TEST

static const struct {
    const char *base;
    const char *path;
    const char *joined; /* NULL: an error */
} joins[] = {
    {"http://h:9090", "/api/v1/query", "http://h:9090/api/v1/query"},
    {"http://h:9090/", "/api/v1/query", "http://h:9090/api/v1/query"},
    {"http://h:9090/prefix", "api", "http://h:9090/prefix/api"},
    {"http://h:9090/prefix//", "/api", "http://h:9090/prefix/api"},
    {"http://h:9090/prefix?dedup=true#x", "/api", "http://h:9090/prefix/api"},
    {"http://h?dedup=true", "/api", "http://h/api"},
    {"http://joe:pw@h/a", "/b?c=d", "http://joe:pw@h/a/b?c=d"},
    {"http://[::1]:9090/x", "/y", "http://[::1]:9090/x/y"},
    {"http://h/a%20b", "/c", "http://h/a%20b/c"},
    {"http://h", "", "http://h"},
    {"h:9090", "/x", NULL},
    {"http:/h", "/x", NULL},
    {"http:h", "/x", NULL},
    {"https:/a1/:1]://", "/x", NULL},
    {"ftp://h", "/x", NULL},
    {"", "/x", NULL},
};

START_TEST(path_is_joined)
{
    struct strbuf out = STRBUF_INIT;
    struct error err = ERROR_INIT;
    bool ok = http_url_join(&out, joins[_i].base, joins[_i].path, &err);
    ck_assert_int_eq(ok, joins[_i].joined != NULL);
    if (ok) {
        ck_assert_str_eq(strbuf_cstr(&out), joins[_i].joined);
    } else {
        ck_assert_int_eq(err.kind, ERROR_CONFIG);
        ck_assert_uint_eq(out.len, 0);
    }
    error_release(&err);
    strbuf_release(&out);
}
END_TEST

START_TEST(parts_are_found)
{
    struct url url;
    struct error err = ERROR_INIT;
    ck_assert(url_parse("https://j%6fe:p%40w@[::1]/a/b?c=d", &url, &err));
    ck_assert_str_eq(url.scheme, "https");
    ck_assert_str_eq(url.user, "joe");
    ck_assert_str_eq(url.password, "p@w");
    ck_assert_str_eq(url.host, "[::1]");
    ck_assert_str_eq(url.port, "443");
    ck_assert_str_eq(url.path, "/a/b");
    ck_assert_str_eq(url.query, "c=d");
    url_release(&url);
    char *large = malloc(URL_MAX_BYTES + 2);
    memset(large, 'x', URL_MAX_BYTES + 1);
    memcpy(large, "http://h/", 9);
    large[URL_MAX_BYTES + 1] = '\0';
    ck_assert(!url_parse(large, &url, &err));
    ck_assert_int_eq(err.kind, ERROR_LIMIT);
    error_release(&err);
    free(large);
}
END_TEST

static const struct {
    const char *from;
    const char *to;
    bool same;
} parties[] = {
    {"http://a/x", "http://a/y?z", true},
    {"http://a", "http://A:80", true},
    {"http://a", "http://b", false},
    {"http://a", "http://a.b", false},
    {"http://a:9090", "http://a:9091", false},
    {"http://a", "https://a", true},
    {"http://a", "https://a:8443", false},
    {"https://a", "http://a", false},
    {"http://a:8080", "https://a:8080", false},
    {"https://a", "https://a:443/", true},
    {"http://a:9090", "https://a", false},
};

START_TEST(credentials_stay_with_their_party)
{
    struct url from;
    struct url to;
    struct error err = ERROR_INIT;
    ck_assert(url_parse(parties[_i].from, &from, &err));
    ck_assert(url_parse(parties[_i].to, &to, &err));
    ck_assert_int_eq(url_same_party(&from, &to), parties[_i].same);
    url_release(&from);
    url_release(&to);
}
END_TEST

START_TEST(form_is_encoded)
{
    struct strbuf out = STRBUF_INIT;
    http_form_add(&out, "query", STR("sum(rate(x{a=\"b c\"}[5m])) + 1 ~ \xc3\xa9"));
    http_form_add(&out, "match[]", STR("a-b_c.d&e=f"));
    http_form_add(&out, "empty", STR_NONE);
    ck_assert_str_eq(strbuf_cstr(&out), "query=sum%28rate%28x%7Ba%3D%22b%20c%22%7D%5B5m%5D%29%29"
                                        "%20%2B%201%20~%20%C3%A9"
                                        "&match%5B%5D=a-b_c.d%26e%3Df&empty=");
    strbuf_release(&out);
}
END_TEST

/* RFC 4648, section 10. */
static const struct {
    struct str data;
    const char *encoded;
} base64s[] = {
    {STR_INIT(""), ""},
    {STR_INIT("f"), "Zg=="},
    {STR_INIT("fo"), "Zm8="},
    {STR_INIT("foo"), "Zm9v"},
    {STR_INIT("foob"), "Zm9vYg=="},
    {STR_INIT("fooba"), "Zm9vYmE="},
    {STR_INIT("foobar"), "Zm9vYmFy"},
    {STR_INIT("\xff\xfe\x00\x80"), "//4AgA=="},
};

START_TEST(base64_is_standard)
{
    struct strbuf out = STRBUF_INIT;
    base64_add(&out, base64s[_i].data);
    ck_assert_str_eq(strbuf_cstr(&out), base64s[_i].encoded);
    strbuf_release(&out);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("url");
    tcase_add_loop_test(tc, secrets_are_not_shown, 0, ARRAY_LEN(redactions));
    tcase_add_loop_test(tc, path_is_joined, 0, ARRAY_LEN(joins));
    tcase_add_test(tc, parts_are_found);
    tcase_add_loop_test(tc, credentials_stay_with_their_party, 0, ARRAY_LEN(parties));
    tcase_add_test(tc, form_is_encoded);
    tcase_add_loop_test(tc, base64_is_standard, 0, ARRAY_LEN(base64s));
    return suite_run("net/url", tc);
}
