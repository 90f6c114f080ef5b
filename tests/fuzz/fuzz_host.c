/*
 * Any bytes as a file of /proc. The first byte chooses the decoder; the rest is its text. Nothing
 * may crash or be read past the end, and no decoder makes more samples than bytes.
 */
#include <stdlib.h>

#include "source/host/decode.h"
#include "source/host/mounts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct counter {
    struct host_sink sink;
    size_t count;
};

static void count(struct host_sink *sink, const struct host_key *key, double v)
{
    struct counter *c = CONTAINER_OF(sink, struct counter, sink);
    (void)v;
    if (key->label_count > HOST_MAX_LABELS) {
        abort();
    }
    c->count++;
}

static void decode_mounts(struct str text, struct host_sink *sink)
{
    struct host_mounts mounts = {.over_limit = false};
    (void)host_mounts_decode(&mounts, text);
    if (mounts.list.len > HOST_MAX_MOUNTS) {
        abort();
    }
    const struct host_fs failed = {.failed = true};
    VEC_EACH (&mounts.list, const struct host_mount, mount) {
        host_fs_add(mount, &failed, sink);
    }
    host_mounts_release(&mounts);
}

static void decode(unsigned which, struct str text, struct host_sink *sink)
{
    struct host_cpu_floor floor = {.cpus = {.len = 0}};
    switch (which % 12) {
    case 0:
        (void)host_decode_stat(text, &floor, sink);
        (void)host_decode_stat(text, &floor, sink);
        break;
    case 1:
        (void)host_decode_loadavg(text, sink);
        break;
    case 2:
        (void)host_decode_meminfo(text, sink);
        break;
    case 3:
        (void)host_decode_vmstat(text, sink);
        break;
    case 4:
        (void)host_decode_diskstats(text, sink);
        break;
    case 5:
        (void)host_decode_netdev(text, sink);
        break;
    case 6:
        (void)host_decode_netstat(text, sink);
        break;
    case 7:
        (void)host_decode_snmp6(text, sink);
        break;
    case 8:
        (void)host_decode_sockstat(text, 4096, sink);
        break;
    case 9:
        (void)host_decode_pressure(text, HOST_PRESSURE_IO, sink);
        break;
    case 10:
        (void)host_decode_filefd(text, sink);
        (void)host_decode_number(text, "node_nf_conntrack_entries", sink);
        break;
    default:
        decode_mounts(text, sink);
        break;
    }
    host_cpu_floor_release(&floor);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    struct counter c = {.sink = {.add = count}};
    decode(data[0], str_span((const char *)data + 1, size - 1), &c.sink);
    /* /proc/stat is read twice and has ten samples for a line of some ten bytes. */
    if (c.count > 4 * size) {
        abort();
    }
    return 0;
}
