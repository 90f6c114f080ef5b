/* Secrets in lines that are shown. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret_mask.h"
#include "support/suite.h"

static const struct mask_case {
    const char *line;
    const char *shown;
} cases[] = {
    {"password: hunter2", "password: *******"},
    {"basic_auth: { username: me, password: 'a, b', x: y }",
     "basic_auth: { username: me, password: ******, x: y }"},
    {"  \"password\": \"s\xc3\xa9same\"}", "  \"password\": ********}"},
    {"authorization: { credentials: abc }", "authorization: { credentials: ****}"},
    {"password_file: /run/secrets/x", "password_file: /run/secrets/x"},
    {"password: ${PROM_PASSWORD}", "password: ${PROM_PASSWORD}"},
    {"headers: { Authorization: Basic Zm9v }", "headers: { Authorization: ***********}"},
    {"oauth2: { client_secret: s, client_id: i }", "oauth2: { client_secret: *, client_id: i }"},
    {"url: http://127.0.0.1:9090", "url: http://127.0.0.1:9090"},
    {"url: 'http://me:hunter2@h:9090/a@b'", "url: 'http://me:*******@h:9090/a@b'"},
    {"http://me:p@ss@h x", "http://me:****@h x"},
    {"http://me@h/x:y@z", "http://me@h/x:y@z"},
    {"http://me:${PASSWORD}@h", "http://me:${PASSWORD}@h"},
    {"http://[::1]:9090/", "http://[::1]:9090/"},
    {"http://:@h", "http://:@h"},
    {"a://b:", "a://b:"},
    {"the password is not a key", "the password is not a key"},
    {"password:", "password:"},
    {"", ""},
};

START_TEST(test_mask)
{
    char *line = mem_strdup(cases[_i].line);
    line[secret_mask(line, strlen(line))] = '\0';
    ck_assert_str_eq(line, cases[_i].shown);
    free(line);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("mask");
    tcase_add_loop_test(tc, test_mask, 0, ARRAY_LEN(cases));
    return suite_run("base/secret_mask", tc);
}
