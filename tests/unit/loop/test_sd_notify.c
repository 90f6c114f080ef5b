/* What the service manager is told, read from a socket of the test's own. */
#include <check.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/str.h"
#include "loop/sd_notify.h"
#include "support/suite.h"

#define TOLD_MAX 512

static struct loop *loop;
static char folder[] = "/tmp/tocsin-sd-notify-XXXXXX";
static char name[sizeof(folder) + 16];
static char told[TOLD_MAX];

static void setup(void)
{
    struct error err = ERROR_INIT;
    loop = loop_create(NULL, &err);
    ck_assert_ptr_nonnull(loop);
    memcpy(strrchr(folder, '-'), "-XXXXXX", 8);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(name, sizeof(name), "%s/notify", folder);
}

static void teardown(void)
{
    loop_destroy(loop);
    unlink(name);
    rmdir(folder);
}

/* A manager that listens at `name`; an abstract one where it begins with an at sign. */
static int listen_at(const char *where)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t len = strlen(where);
    memcpy(address.sun_path, where, len);
    if (where[0] == '@') {
        address.sun_path[0] = '\0';
    } else {
        len++;
    }
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(bind(fd, (const struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
                     0);
    return fd;
}

/* The next datagram, or "". */
static const char *next(int fd)
{
    ssize_t len = recv(fd, told, sizeof(told) - 1, 0);
    told[len > 0 ? len : 0] = '\0';
    return told;
}

static struct sd_notify *create(const char *socket, const char *usec, const char *pid)
{
    struct error err = ERROR_INIT;
    const struct sd_notify_env env = {.socket = socket, .watchdog_usec = usec, .watchdog_pid = pid};
    struct sd_notify *n = sd_notify_create(loop, NULL, &env, &err);
    ck_assert_msg(n != NULL, "%s", error_text(&err));
    return n;
}

static void tells_all(const char *where)
{
    struct error err = ERROR_INIT;
    int fd = listen_at(where);
    struct sd_notify *n = create(where, NULL, NULL);
    ck_assert(sd_notify_ready(n, &err));
    ck_assert_str_eq(next(fd), "READY=1");
    struct clock clock = clock_real();
    long long before_usec = (long long)clock_mono(&clock).ns / 1000;
    ck_assert(sd_notify_reloading(n, &err));
    static const char reloading[] = "RELOADING=1\nMONOTONIC_USEC=";
    ck_assert(str_starts_with(str_from(next(fd)), str_from(reloading)));
    char *end;
    ck_assert_int_ge(strtoll(told + strlen(reloading), &end, 10), before_usec);
    ck_assert_str_eq(end, "");
    ck_assert(sd_notify_status(n, "2 of 3\nsources", &err));
    ck_assert_str_eq(next(fd), "STATUS=2 of 3 sources");
    ck_assert(sd_notify_stopping(n, &err));
    ck_assert_str_eq(next(fd), "STOPPING=1");
    ck_assert_str_eq(next(fd), "");
    ck_assert_int_eq(sd_notify_watchdog_ms(n), 0);
    sd_notify_destroy(n);
    close(fd);
}

START_TEST(tells_a_path)
{
    tells_all(name);
}
END_TEST

START_TEST(tells_an_abstract_name)
{
    char abstract[64];
    snprintf(abstract, sizeof(abstract), "@tocsin-test-%ld", (long)getpid());
    tells_all(abstract);
}
END_TEST

START_TEST(says_nothing_where_nobody_listens)
{
    struct error err = ERROR_INIT;
    static const char *const nowhere[] = {NULL, ""};
    for (size_t i = 0; i < ARRAY_LEN(nowhere); i++) {
        struct sd_notify *n = create(nowhere[i], "1000000", NULL);
        ck_assert(sd_notify_ready(n, &err) && sd_notify_reloading(n, &err));
        ck_assert(sd_notify_status(n, "well", &err) && sd_notify_stopping(n, &err));
        ck_assert_int_eq(sd_notify_watchdog_ms(n), 0);
        sd_notify_destroy(n);
    }
}
END_TEST

START_TEST(failing_to_tell_is_an_error)
{
    struct error err = ERROR_INIT;
    struct sd_notify *n = create(name, NULL, NULL);
    ck_assert(!sd_notify_ready(n, &err));
    ck_assert(error_is(&err));
    char text[SD_NOTIFY_STATUS_MAX + 2];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    ck_assert(!sd_notify_status(n, text, &err));
    ck_assert_int_eq(err.kind, ERROR_LIMIT);
    error_release(&err);
    sd_notify_destroy(n);
}
END_TEST

START_TEST(a_full_queue_is_an_error_and_no_wait)
{
    struct error err = ERROR_INIT;
    int fd = listen_at(name);
    struct sd_notify *n = create(name, NULL, NULL);
    unsigned sent = 0;
    while (sent < 100000 && sd_notify_ready(n, &err)) {
        sent++;
    }
    ck_assert_uint_lt(sent, 100000);
    ck_assert(error_is(&err));
    error_release(&err);
    sd_notify_destroy(n);
    close(fd);
}
END_TEST

START_TEST(tells_the_watchdog_again_and_again)
{
    char pid[32];
    snprintf(pid, sizeof(pid), "%ld", (long)getpid());
    int fd = listen_at(name);
    struct sd_notify *n = create(name, "20500", pid);
    ck_assert_int_eq(sd_notify_watchdog_ms(n), 10);
    unsigned count = 0;
    for (int i = 0; i < 10000 && count < 3; i++) {
        loop_step(loop, 10);
        while (next(fd)[0] != '\0') {
            ck_assert_str_eq(told, "WATCHDOG=1");
            count++;
        }
    }
    ck_assert_uint_ge(count, 3);
    sd_notify_destroy(n);
    close(fd);
}
END_TEST

START_TEST(another_process_has_its_own_watchdog)
{
    struct sd_notify *n = create(name, "20000", "1");
    ck_assert_int_eq(sd_notify_watchdog_ms(n), 0);
    sd_notify_destroy(n);
}
END_TEST

static const struct sd_notify_env wrong[] = {
    {.socket = "relative/path"},
    {.socket = "vsock:2:1234"},
    {.socket = "@"},
    {.socket = "/"},
    {.socket =
         "/a/path/that/is/longer/than/an/address/of/this/family/may/be/which/has/room/for/just/"
         "over/a/hundred/bytes/which/this/one/does/not"},
    {.socket = "/s", .watchdog_usec = "soon"},
    {.socket = "/s", .watchdog_usec = "0"},
    {.socket = "/s", .watchdog_usec = "18446744073709551615"},
    {.socket = "/s", .watchdog_usec = "1000", .watchdog_pid = "me"},
};

START_TEST(wrong_variables_are_an_error)
{
    struct error err = ERROR_INIT;
    ck_assert_ptr_null(sd_notify_create(loop, NULL, &wrong[_i], &err));
    ck_assert_int_eq(err.kind, ERROR_CONFIG);
    error_release(&err);
}
END_TEST

START_TEST(environment_is_read_and_forgotten)
{
    setenv("NOTIFY_SOCKET", "/run/s", 1);
    setenv("WATCHDOG_USEC", "5", 1);
    unsetenv("WATCHDOG_PID");
    struct sd_notify_env env = sd_notify_env();
    ck_assert_str_eq(env.socket, "/run/s");
    ck_assert_str_eq(env.watchdog_usec, "5");
    ck_assert_ptr_null(env.watchdog_pid);
    sd_notify_env_forget();
    env = sd_notify_env();
    ck_assert_ptr_null(env.socket);
    ck_assert_ptr_null(env.watchdog_usec);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("sd_notify");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, tells_a_path);
    tcase_add_test(tc, tells_an_abstract_name);
    tcase_add_test(tc, says_nothing_where_nobody_listens);
    tcase_add_test(tc, failing_to_tell_is_an_error);
    tcase_add_test(tc, a_full_queue_is_an_error_and_no_wait);
    tcase_add_test(tc, tells_the_watchdog_again_and_again);
    tcase_add_test(tc, another_process_has_its_own_watchdog);
    tcase_add_loop_test(tc, wrong_variables_are_an_error, 0, (int)ARRAY_LEN(wrong));
    tcase_add_test(tc, environment_is_read_and_forgotten);
    return suite_run("loop/sd_notify", tc);
}
