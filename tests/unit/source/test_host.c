/*
 * The source `host` over a machine made of files in a temporary folder: what comes into the store,
 * what goes, and what is said when something cannot be read.
 */
#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/number.h"
#include "source/source.h"
#include "support/suite.h"
#include "yaml/read.h"

extern const struct source_ops source_host_ops;

#define START_MS 1700000000000

static const struct source_ops *const ops = &source_host_ops;

static struct {
    char root[64];
    struct loop *loop;
    struct label_table *labels;
    struct store *store;
    struct source_env env;
    struct source_config config;
    struct source *source;
    int64_t slot_ms;
    bool done;
    struct poll_result result;
    char *partial;
    struct error err;
} f;

static void put(const char *path, const char *text)
{
    char full[256];
    int n = snprintf(full, sizeof(full), "%s%s", f.root, path);
    ck_assert_int_lt(n, (int)sizeof(full));
    for (char *slash = full + strlen(f.root) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        (void)mkdir(full, 0700);
        *slash = '/';
    }
    FILE *out = fopen(full, "w");
    ck_assert_ptr_nonnull(out);
    ck_assert_int_ge(fputs(text, out), 0);
    fclose(out);
}

static void take_away(const char *path)
{
    char full[256];
    snprintf(full, sizeof(full), "%s%s", f.root, path);
    ck_assert_int_eq(remove(full), 0);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static void fill_machine(void)
{
    put("/etc/hostname", "box\n");
    put("/proc/stat", "cpu0 100 0 50 1000 5 0 1 2 0 0\nctxt 7\nbtime 1\n");
    put("/proc/loadavg", "0.50 0.25 0.10 1/2 3\n");
    put("/proc/net/dev", "a|b\n eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n");
    put("/proc/1/mounts", "d / ext4 rw 0 0\ngone /absent ext4 ro 0 0\n");
    put("/sys/class/net/eth0/operstate", "up\n");
    put("/sys/class/net/eth0/mtu", "1400\n");
    put("/sys/class/net/eth0/speed", "1000\n");
    put("/sys/class/net/wlan0/operstate", "down\n");
    put("/sys/class/net/wlan0/mtu", "1500\n");
    put("/sys/class/net/wlan0/speed", "-1\n");
    put("/sys/class/net/bonding_masters", "\n");
}

static void setup(void)
{
    memset(&f, 0, sizeof(f));
    f.slot_ms = START_MS;
    snprintf(f.root, sizeof(f.root), "/tmp/tocsin-host-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(f.root));
    f.loop = loop_create(NULL, &f.err);
    f.labels = label_table_create();
    f.store = store_create(&(struct store_options){.max_series = 1000}, f.labels);
    f.env = (struct source_env){.loop = f.loop, .labels = f.labels, .store = f.store};
    f.config = (struct source_config){.name = mem_strdup("here"), .ops = ops};
}

static void create(void)
{
    char target[80];
    snprintf(target, sizeof(target), "host:%s", f.root);
    f.config.options = ops->target_options(str_from(target), &f.err);
    ck_assert_ptr_nonnull(f.config.options);
    f.source = ops->create(&f.env, &f.config, &f.err);
    ck_assert_ptr_nonnull(f.source);
}

static void setup_machine(void)
{
    setup();
    fill_machine();
    create();
}

static void teardown(void)
{
    ops->destroy(f.source);
    ops->free_options(f.config.options);
    free(f.config.name);
    free(f.partial);
    error_release(&f.err);
    store_destroy(f.store);
    label_table_destroy(f.labels);
    loop_destroy(f.loop);
    ck_assert_int_eq(nftw(f.root, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static void on_done(void *user, const struct poll_result *result, const struct error *err)
{
    ck_assert_ptr_eq(user, &f);
    ck_assert(!f.done);
    ck_assert((result == NULL) != (err == NULL));
    f.done = true;
    free(f.partial);
    f.partial = NULL;
    error_release(&f.err);
    if (result != NULL) {
        f.result = *result;
        f.partial = result->partial != NULL ? mem_strdup(result->partial) : NULL;
    } else {
        error_copy(&f.err, err);
    }
}

/* One poll; true where it was good. */
static bool poll_once(void)
{
    f.done = false;
    f.slot_ms += 1000;
    ops->poll(f.source, (struct wall){.ms = f.slot_ms}, 1000, on_done, &f);
    ck_assert(!f.done); /* never inside the call */
    loop_step(f.loop, 0);
    ck_assert(f.done);
    return !error_is(&f.err);
}

/* The value of the only series of that name (and device) at the newest slot, with the marker for
 * an ended one; fails where there is none. */
static double value_of(const char *name, const char *device)
{
    struct matcher matchers[2];
    size_t n = 1;
    struct error err = ERROR_INIT;
    struct selection found = {0};
    double v = 0;
    int64_t t_ms = 0;
    ck_assert(matcher_init(&matchers[0], MATCH_EQUAL, STR(LABEL_NAME), str_from(name), &err));
    if (device != NULL) {
        ck_assert(matcher_init(&matchers[n++], MATCH_EQUAL, STR("device"), str_from(device), &err));
    }
    ck_assert(store_select(f.store, matchers, n, &found, &err));
    ck_assert_msg(found.series.len == 1, "%zu series '%s'", found.series.len, name);
    const struct labels *ls = series_labels(found.series.items[0]);
    ck_assert(str_equal(labels_get(ls, STR("job")), STR("here")));
    ck_assert(str_equal(labels_get(ls, STR("instance")), STR("box")));
    ck_assert(series_read_last(found.series.items[0], f.slot_ms, f.slot_ms, &t_ms, &v));
    selection_release(&found);
    for (size_t i = 0; i < n; i++) {
        matcher_release(&matchers[i]);
    }
    return v;
}

static size_t series_in_store(void)
{
    struct store_stats stats;
    store_stats(f.store, &stats);
    return stats.series;
}

START_TEST(test_poll)
{
    ck_assert(poll_once());
    ck_assert_ptr_null(f.partial);
    ck_assert_uint_eq(f.result.samples, series_in_store());
    ck_assert_uint_eq(f.result.samples, f.result.series_added);
    ck_assert_uint_gt(f.result.bytes, 100);
    ck_assert_double_eq(value_of("node_context_switches_total", NULL), 7);
    ck_assert_double_eq(value_of("node_load15", NULL), 0.1);
    ck_assert_double_eq(value_of("node_network_transmit_bytes_total", "eth0"), 9);
    ck_assert_double_eq(value_of("node_network_up", "eth0"), 1);
    ck_assert_double_eq(value_of("node_network_up", "wlan0"), 0);
    ck_assert_double_eq(value_of("node_network_mtu_bytes", "eth0"), 1400);
    ck_assert_double_eq(value_of("node_network_speed_bytes", NULL), 125e6); /* of eth0 alone */
    ck_assert_double_eq(value_of("node_uname_info", NULL), 1);
    /* The folder is on a real file system, the other mount point does not exist. */
    ck_assert_double_gt(value_of("node_filesystem_size_bytes", NULL), 0);
    ck_assert_double_eq(value_of("node_filesystem_device_error", "d"), 0);
    ck_assert_double_eq(value_of("node_filesystem_device_error", "gone"), 1);
    ck_assert_double_eq(value_of("node_filesystem_readonly", "gone"), 1);
}
END_TEST

START_TEST(test_later_polls_make_no_labels)
{
    ck_assert(poll_once());
    uint64_t samples = f.result.samples;
    size_t sets = label_table_sets(f.labels);
    put("/proc/loadavg", "1.50 0.25 0.10 1/2 3\n");
    ck_assert(poll_once());
    ck_assert_uint_eq(f.result.samples, samples);
    ck_assert_uint_eq(f.result.series_added, 0);
    ck_assert_uint_eq(label_table_sets(f.labels), sets);
    ck_assert_double_eq(value_of("node_load1", NULL), 1.5);
}
END_TEST

/* A device in the middle moves every place behind it. */
START_TEST(test_devices_come_and_go)
{
    ck_assert(poll_once());
    uint64_t samples = f.result.samples;
    put("/proc/net/dev", "a|b\n eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"
                         " tun0: 21 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n");
    ck_assert(poll_once());
    ck_assert_uint_eq(f.result.samples, samples + 16);
    ck_assert_uint_eq(f.result.series_added, 16);
    ck_assert_double_eq(value_of("node_network_receive_bytes_total", "tun0"), 21);
    ck_assert_double_eq(value_of("node_network_receive_bytes_total", "eth0"), 1);

    put("/proc/net/dev", "a|b\n tun0: 22 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n");
    ck_assert(poll_once());
    ck_assert_uint_eq(f.result.samples, samples);
    ck_assert_double_eq(value_of("node_network_receive_bytes_total", "tun0"), 22);
    ck_assert(is_stale_nan(value_of("node_network_receive_bytes_total", "eth0")));

    put("/proc/net/dev", "a|b\n eth0: 5 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n");
    ck_assert(poll_once());
    ck_assert_uint_eq(f.result.series_added, 16);
    ck_assert_double_eq(value_of("node_network_receive_bytes_total", "eth0"), 5);
    ck_assert(is_stale_nan(value_of("node_network_receive_bytes_total", "tun0")));
}
END_TEST

START_TEST(test_file_goes)
{
    ck_assert(poll_once());
    put("/proc/sys/fs/file-nr", "5 0 9\n");
    ck_assert(poll_once());
    ck_assert_double_eq(value_of("node_filefd_maximum", NULL), 9);
    /* The descriptor is kept open, so an empty file stands for one that has nothing to say. */
    put("/proc/sys/fs/file-nr", "");
    ck_assert(poll_once());
    ck_assert_ptr_null(f.partial);
    ck_assert(is_stale_nan(value_of("node_filefd_maximum", NULL)));
}
END_TEST

START_TEST(test_form_not_known)
{
    put("/proc/vmstat", "<html>\n");
    ck_assert(poll_once());
    ck_assert_ptr_nonnull(f.partial);
    ck_assert_ptr_nonnull(strstr(f.partial, "/proc/vmstat' has a form that is not known"));
    ck_assert_double_eq(value_of("node_load1", NULL), 0.5);
}
END_TEST

START_TEST(test_file_not_readable)
{
    put("/proc/vmstat/inside", "a folder where a file should be\n");
    ck_assert(poll_once());
    ck_assert_ptr_nonnull(f.partial);
    ck_assert(str_starts_with(str_from(f.partial), STR("cannot read '/tmp/tocsin-host-")));
    ck_assert_double_eq(value_of("node_load1", NULL), 0.5);
    take_away("/proc/vmstat/inside");
    take_away("/proc/vmstat");
    ck_assert(poll_once());
    ck_assert_ptr_null(f.partial);
}
END_TEST

START_TEST(test_no_proc_at_all)
{
    create();
    ck_assert(!poll_once());
    ck_assert_int_eq(f.err.kind, ERROR_NOT_FOUND);
    ck_assert(str_starts_with(str_from(error_text(&f.err)), STR("nothing to read in '/tmp/")));
    ck_assert_uint_eq(series_in_store(), 0);
    /* And it recovers by itself. */
    put("/proc/loadavg", "1 2 3 4/5 6\n");
    ck_assert(poll_once());
    ck_assert_uint_gt(series_in_store(), 3);
}
END_TEST

START_TEST(test_over_the_store_limit)
{
    store_destroy(f.store);
    f.store = store_create(&(struct store_options){.max_series = 5}, f.labels);
    f.env.store = f.store;
    fill_machine();
    create();
    ck_assert(!poll_once());
    ck_assert_int_eq(f.err.kind, ERROR_LIMIT);
    ck_assert_uint_eq(series_in_store(), 0);
}
END_TEST

START_TEST(test_cancel)
{
    f.done = false;
    ops->poll(f.source, (struct wall){.ms = START_MS}, 1000, on_done, &f);
    ops->cancel(f.source);
    ops->cancel(f.source); /* nothing open: nothing happens */
    loop_step(f.loop, 0);
    ck_assert(!f.done);
    ck_assert_uint_eq(series_in_store(), 0);
    ck_assert(poll_once());

    f.done = false;
    ops->poll(f.source, (struct wall){.ms = START_MS + 10000}, 1000, on_done, &f);
    ops->destroy(f.source);
    f.source = NULL;
    loop_step(f.loop, 0);
    ck_assert(!f.done);
}
END_TEST

START_TEST(test_stale_and_report)
{
    ck_assert(poll_once());
    struct poll_result result = f.result;
    ops->report(f.source, (struct wall){.ms = f.slot_ms}, true, 0.25, &result);
    ck_assert_double_eq(value_of("up", NULL), 1);
    ck_assert_double_eq(value_of("scrape_duration_seconds", NULL), 0.25);
    ck_assert_double_eq(value_of("scrape_samples_scraped", NULL), (double)result.samples);
    f.slot_ms += 1000;
    ops->mark_stale(f.source, (struct wall){.ms = f.slot_ms});
    ck_assert(is_stale_nan(value_of("node_load1", NULL)));
    ops->report(f.source, (struct wall){.ms = f.slot_ms}, false, 0.5, NULL);
    ck_assert_double_eq(value_of("up", NULL), 0);
    ck_assert(poll_once());
    ck_assert_double_eq(value_of("node_load1", NULL), 0.5);
}
END_TEST

START_TEST(test_endpoint)
{
    struct strbuf out = STRBUF_INIT;
    struct strbuf want = STRBUF_INIT;
    ops->endpoint(f.source, &out);
    strbuf_printf(&want, "box:%s", f.root);
    ck_assert_str_eq(strbuf_cstr(&out), strbuf_cstr(&want));
    strbuf_release(&out);
    strbuf_release(&want);
}
END_TEST

/* A mount point may be any bytes, and as a label it may not. */
START_TEST(test_names_that_are_not_utf8)
{
    put("/proc/1/mounts", "d\\377 /x\xFFy ext4 rw 0 0\n");
    ck_assert(poll_once());
    ck_assert_ptr_null(f.partial);
    ck_assert_double_eq(value_of("node_filesystem_device_error", "d\xEF\xBF\xBD"), 1);
}
END_TEST

static const struct {
    const char *yaml;
    const char *message; /* NULL: read well */
} blocks[] = {
    {"{}", NULL},
    {"~", NULL},
    {"{root: /host/}", NULL},
    {"{root: host}", "'root' must be an absolute path"},
    {"{rot: /host}", "unknown key 'rot'"},
    {"[]", "a mapping ('key: value') belongs here, not a list"},
    {"{root: []}", "a text belongs here, not a list"},
};

START_TEST(test_options)
{
    struct diags diags;
    struct yaml_reader reader;
    diags_init(&diags);
    struct yaml_document *doc = yaml_parse("f", str_from(blocks[_i].yaml), &diags);
    ck_assert_ptr_nonnull(doc);
    yaml_reader_init(&reader, doc, &diags);
    void *options = ops->read_options(&reader, yaml_root(doc));
    if (blocks[_i].message != NULL) {
        ck_assert_uint_eq(diags.errors, 1);
        ck_assert_ptr_null(options);
        ck_assert_str_eq(diags.list.items[0].message, blocks[_i].message);
    } else {
        ck_assert_uint_eq(diags.errors, 0);
        ck_assert_ptr_nonnull(options);
    }
    ops->free_options(options);
    yaml_reader_release(&reader);
    yaml_destroy(doc);
    diags_release(&diags);
}
END_TEST

START_TEST(test_targets)
{
    struct error err = ERROR_INIT;
    void *here = ops->target_options(STR("host:"), &err);
    void *there = ops->target_options(STR("host:/mnt/"), &err);
    void *same = ops->target_options(STR("host:/mnt"), &err);
    ck_assert(here != NULL && there != NULL && same != NULL);
    ck_assert(!ops->same_options(here, there));
    ck_assert(ops->same_options(there, same));
    static const char *const wrong[] = {"host", "hosts:", "host:relative", ""};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        ck_assert_ptr_null(ops->target_options(str_from(wrong[i]), &err));
        ck_assert_int_eq(err.kind, ERROR_USAGE);
        error_release(&err);
    }
    ops->free_options(here);
    ops->free_options(there);
    ops->free_options(same);
    ops->free_options(NULL);
    ops->destroy(NULL);
}
END_TEST

int main(void)
{
    TCase *machine = tcase_create("machine");
    tcase_add_checked_fixture(machine, setup_machine, teardown);
    tcase_add_test(machine, test_poll);
    tcase_add_test(machine, test_later_polls_make_no_labels);
    tcase_add_test(machine, test_devices_come_and_go);
    tcase_add_test(machine, test_file_goes);
    tcase_add_test(machine, test_form_not_known);
    tcase_add_test(machine, test_file_not_readable);
    tcase_add_test(machine, test_cancel);
    tcase_add_test(machine, test_stale_and_report);
    tcase_add_test(machine, test_endpoint);
    tcase_add_test(machine, test_names_that_are_not_utf8);
    TCase *bare = tcase_create("bare");
    tcase_add_checked_fixture(bare, setup, teardown);
    tcase_add_test(bare, test_no_proc_at_all);
    tcase_add_test(bare, test_over_the_store_limit);
    TCase *options = tcase_create("options");
    tcase_add_loop_test(options, test_options, 0, (int)ARRAY_LEN(blocks));
    tcase_add_test(options, test_targets);
    return suite_run("source/host", machine, bare, options);
}
