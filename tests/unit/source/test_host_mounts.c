/* The table of mounts, and remote ones whose statfs hangs. */
#include <check.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"
#include "host_lines.h"
#include "source/host/mounts.h"
#include "source/host/remote_mounts.h"
#include "support/suite.h"

static const struct {
    const char *line;
    bool shown;
    bool remote;
    bool read_only;
} mounts[] = {
    {"/dev/vda / ext4 rw,relatime 0 0", true, false, false},
    {"/dev/vdb /data xfs ro,relatime 0 0", true, false, true},
    {"/dev/vdb /data xfs rw,errors=remount-ro 0 0", true, false, false},
    {"tmpfs /run tmpfs rw 0 0", true, false, false},
    {"tmpfs /run/credentials/a.service tmpfs ro 0 0", false, false, false},
    {"tmpfs /run/credentials tmpfs ro 0 0", true, false, true},
    {"tmpfs /dev/shm tmpfs rw 0 0", false, false, false},
    {"x /dev ext4 rw 0 0", false, false, false},
    {"x /device ext4 rw 0 0", true, false, false},
    {"proc /proc proc rw 0 0", false, false, false},
    {"x /sys/x ext4 rw 0 0", false, false, false},
    {"overlay /var/lib/docker/overlay2/x/merged overlay rw 0 0", false, false, false},
    {"x /var/lib/docker/x ext4 rw 0 0", false, false, false},
    {"x /var/lib/docker ext4 rw 0 0", true, false, false},
    {"x /var/lib/containers/storage/y ext4 rw 0 0", false, false, false},
    {"cgroup2 /x cgroup2 rw 0 0", false, false, false},
    {"srv:/home /home nfs4 rw 0 0", true, true, false},
    {"//srv/x /cifs cifs rw 0 0", true, true, false},
    {"s3fs /bucket fuse.s3fs rw 0 0", true, true, false},
    {"fusectl /x fusectl rw 0 0", false, false, false},
};

START_TEST(test_which_are_shown)
{
    struct host_mounts m = {0};
    ck_assert(host_mounts_decode(&m, str_from(mounts[_i].line)));
    ck_assert_uint_eq(m.list.len, mounts[_i].shown ? 1 : 0);
    if (mounts[_i].shown) {
        ck_assert(m.list.items[0].remote == mounts[_i].remote);
        ck_assert(m.list.items[0].read_only == mounts[_i].read_only);
    }
    host_mounts_release(&m);
}
END_TEST

START_TEST(test_escapes_and_layers)
{
    struct host_mounts m = {0};
    ck_assert(host_mounts_decode(&m, STR("/dev/a\\134b /with\\040blank ext4 rw 0 0\n"
                                         "/dev/old /x ext4 rw 0 0\n"
                                         "short line\n"
                                         "relative point ext4 rw 0 0\n"
                                         "/dev/new /x xfs ro 0 0\n"
                                         "/dev/c /end\\04 ext4 rw 0 0\n")));
    ck_assert_uint_eq(m.list.len, 3);
    ck_assert(str_equal(m.list.items[0].device, STR("/dev/a\\b")));
    ck_assert_str_eq(m.list.items[0].point.data, "/with blank");
    /* Mounted over: what can be seen is the newer one. */
    ck_assert(str_equal(m.list.items[1].device, STR("/dev/new")));
    ck_assert(m.list.items[1].read_only);
    ck_assert(str_equal(m.list.items[2].point, STR("/end\\04")));

    ck_assert(!host_mounts_decode(&m, STR("not a table\n")));
    ck_assert_uint_eq(m.list.len, 0);
    ck_assert(host_mounts_decode(&m, STR_NONE));
    host_mounts_release(&m);
}
END_TEST

START_TEST(test_limit)
{
    struct strbuf text = STRBUF_INIT;
    for (int i = 0; i <= HOST_MAX_MOUNTS; i++) {
        strbuf_printf(&text, "d /m%d ext4 rw 0 0\n", i);
    }
    struct host_mounts m = {0};
    ck_assert(host_mounts_decode(&m, strbuf_str(&text)));
    ck_assert_uint_eq(m.list.len, HOST_MAX_MOUNTS);
    ck_assert(m.over_limit);
    ck_assert(host_mounts_decode(&m, STR("d / ext4 rw 0 0\n")));
    ck_assert(!m.over_limit);
    host_mounts_release(&m);
    strbuf_release(&text);
}
END_TEST

#define AT(metric, value) \
    "node_filesystem_" metric "{device=\"d\",fstype=\"t\",mountpoint=\"/m\"} " value "\n"

START_TEST(test_samples)
{
    struct host_mount mount = {
        .device = STR("d"), .point = STR("/m"), .type = STR("t"), .read_only = true};
    struct host_fs fs = {
        .size_bytes = 5, .free_bytes = 4, .avail_bytes = 3, .files = 2, .files_free = 1};
    struct host_lines lines;
    host_lines_init(&lines);
    host_fs_add(&mount, &fs, &lines.sink);
    ck_assert_str_eq(strbuf_cstr(&lines.text),
                     AT("device_error", "0") AT("readonly", "1") AT("size_bytes", "5")
                         AT("free_bytes", "4") AT("avail_bytes", "3") AT("files", "2")
                             AT("files_free", "1"));
    strbuf_reset(&lines.text);
    fs.failed = true;
    host_fs_add(&mount, &fs, &lines.sink);
    ck_assert_str_eq(strbuf_cstr(&lines.text), AT("device_error", "1") AT("readonly", "1"));
    host_lines_release(&lines);
}
END_TEST

/* A server of remote mounts that answers only as many calls as it is allowed to. Shared with the
 * pool's thread. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned allowed;
    unsigned calls; /* that have begun */
} server = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void serve(const char *path, struct host_fs *out)
{
    pthread_mutex_lock(&server.lock);
    unsigned call = ++server.calls;
    pthread_cond_broadcast(&server.changed);
    while (call > server.allowed) {
        pthread_cond_wait(&server.changed, &server.lock);
    }
    pthread_mutex_unlock(&server.lock);
    *out = (struct host_fs){.size_bytes = 1, .failed = strncmp(path, "/root/", 6) != 0};
}

static void allow(unsigned calls)
{
    pthread_mutex_lock(&server.lock);
    server.allowed = calls;
    pthread_cond_broadcast(&server.changed);
    pthread_mutex_unlock(&server.lock);
}

static void wait_for_calls(unsigned calls)
{
    pthread_mutex_lock(&server.lock);
    while (server.calls < calls) {
        pthread_cond_wait(&server.changed, &server.lock);
    }
    pthread_mutex_unlock(&server.lock);
}

static struct {
    struct loop *loop;
    struct host_mounts mounts;
    struct remote_mounts *remote;
    struct mono now;
} f;

static void setup(void)
{
    struct error err = ERROR_INIT;
    server.allowed = 0;
    server.calls = 0;
    f.loop = loop_create(NULL, &err);
    ck_assert_ptr_nonnull(f.loop);
    ck_assert(host_mounts_decode(&f.mounts, STR("d / ext4 rw 0 0\n"
                                                "a /fast nfs rw 0 0\n"
                                                "b /slow nfs rw 0 0\n"
                                                "c /last nfs rw 0 0\n")));
    f.remote = remote_mounts_create(f.loop, "/root", serve);
    f.now.ns = 1000000000;
}

static void teardown(void)
{
    allow(UINT_MAX);
    remote_mounts_destroy(f.remote);
    while (loop_step(f.loop, 1000)) {
    }
    loop_destroy(f.loop);
    host_mounts_release(&f.mounts);
}

/* What a poll gives: a letter for each mount, in order: 's' a size, 'e' an error, '-' nothing. */
static void expect(const char *want)
{
    struct host_lines lines;
    char got[4] = "---";
    host_lines_init(&lines);
    remote_mounts_add(f.remote, &f.mounts, f.now, &lines.sink);
    static const char *const points[] = {"/fast\"}", "/slow\"}", "/last\"}"};
    struct str line;
    for (struct str rest = strbuf_str(&lines.text); str_split(&rest, '\n', &line);) {
        for (size_t i = 0; i < ARRAY_LEN(points); i++) {
            if (!str_contains(line, str_from(points[i]))) {
                continue;
            }
            if (str_contains(line, STR("_size_bytes"))) {
                got[i] = 's';
            } else if (str_contains(line, STR("_device_error")) && str_ends_with(line, STR(" 1"))) {
                got[i] = 'e';
            }
        }
    }
    /* Local ones are none of its business. */
    ck_assert(!str_contains(strbuf_str(&lines.text), STR("mountpoint=\"/\"")));
    ck_assert_str_eq(got, want);
    host_lines_release(&lines);
}

static void advance(int64_t ms)
{
    f.now.ns += ms * 1000000;
}

/* Until the round's thread has left it and the loop has heard. `calls`: since the beginning. */
static void finish_round(unsigned calls)
{
    allow(calls);
    wait_for_calls(calls);
    while (loop_step(f.loop, 1000)) {
    }
}

START_TEST(test_remote_round)
{
    expect("---");
    finish_round(3);
    expect("sss");
    advance(REMOTE_ROUND_MS - 1);
    expect("sss");
    ck_assert_uint_eq(server.calls, 3);
    advance(1);
    expect("sss");
    finish_round(6);
    expect("sss");
}
END_TEST

START_TEST(test_remote_hangs)
{
    expect("---");
    finish_round(3);
    expect("sss");
    advance(REMOTE_ROUND_MS);
    expect("sss"); /* this starts the round; the last answers still count */
    allow(4);
    wait_for_calls(5);
    advance(1000);
    expect("sss");
    advance(REMOTE_STUCK_MS + 1);
    /* Behind the one that hangs nothing is known. */
    expect("se-");
    advance((int64_t)3 * REMOTE_ROUND_MS);
    /* And what was answered before it is too old now; no second thread has been sent. */
    expect("-e-");
    ck_assert_uint_eq(server.calls, 5);
    finish_round(6);
    expect("---"); /* the late round says nothing about now; a new one has begun */
    finish_round(9);
    expect("sss");
}
END_TEST

START_TEST(test_remote_destroyed_while_it_hangs)
{
    expect("---");
    allow(1);
    wait_for_calls(2);
    /* The round is freed when its thread has left it: the leak checker looks. */
    remote_mounts_destroy(f.remote);
    f.remote = NULL;
}
END_TEST

START_TEST(test_remote_mount_goes)
{
    expect("---");
    finish_round(3);
    ck_assert(host_mounts_decode(&f.mounts, STR("d / ext4 rw 0 0\na /fast nfs rw 0 0\n")));
    expect("s--");
    ck_assert(host_mounts_decode(&f.mounts, STR("d / ext4 rw 0 0\n")));
    advance((int64_t)2 * REMOTE_ROUND_MS);
    expect("---");
    ck_assert_uint_eq(server.calls, 3);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("mounts");
    tcase_add_loop_test(tc, test_which_are_shown, 0, (int)ARRAY_LEN(mounts));
    tcase_add_test(tc, test_escapes_and_layers);
    tcase_add_test(tc, test_limit);
    tcase_add_test(tc, test_samples);
    TCase *remote = tcase_create("remote");
    tcase_add_checked_fixture(remote, setup, teardown);
    tcase_add_test(remote, test_remote_round);
    tcase_add_test(remote, test_remote_hangs);
    tcase_add_test(remote, test_remote_destroyed_while_it_hangs);
    tcase_add_test(remote, test_remote_mount_goes);
    return suite_run("source/host_mounts", tc, remote);
}
