/*
 * /proc/diskstats: one line a block device; columns as in the kernel's Documentation/admin-guide/
 * iostats.rst. Older kernels have fewer of them (discards came with 4.18, flushes with 5.5).
 */
#include "source/host/decode.h"
#include "source/host/words.h"

#define SECTOR_BYTES 512.0

static const struct {
    const char *metric;
    double unit;
} columns[] = {
    {"node_disk_reads_completed_total", 1},
    {"node_disk_reads_merged_total", 1},
    {"node_disk_read_bytes_total", SECTOR_BYTES},
    {"node_disk_read_time_seconds_total", .001},
    {"node_disk_writes_completed_total", 1},
    {"node_disk_writes_merged_total", 1},
    {"node_disk_written_bytes_total", SECTOR_BYTES},
    {"node_disk_write_time_seconds_total", .001},
    {"node_disk_io_now", 1},
    {"node_disk_io_time_seconds_total", .001},
    {"node_disk_io_time_weighted_seconds_total", .001},
    {"node_disk_discards_completed_total", 1},
    {"node_disk_discards_merged_total", 1},
    {"node_disk_discarded_sectors_total", 1},
    {"node_disk_discard_time_seconds_total", .001},
    {"node_disk_flush_requests_total", 1},
    {"node_disk_flush_requests_time_seconds_total", .001},
};

#define COLUMNS_MIN 11 /* since Linux 2.6; partitions had 4 for a while */

static struct str without_digits(struct str s)
{
    while (s.len > 0 && s.data[s.len - 1] >= '0' && s.data[s.len - 1] <= '9') {
        s.len--;
    }
    return s;
}

/* Memory and loop devices, floppies, and partitions, whose disk is there already:
 * ^(z?ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$ */
static bool is_excluded(struct str device)
{
    static const char *const stems[] = {"ram", "zram", "loop", "fd"};
    static const char *const disks[] = {"hd", "sd", "vd", "xvd"};
    struct str stem = without_digits(device);
    if (stem.len == device.len) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(stems); i++) {
        if (str_equal_c(stem, stems[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(disks); i++) {
        struct str disk = str_from(disks[i]);
        if (stem.len == disk.len + 1 && str_starts_with(stem, disk) && stem.data[disk.len] >= 'a' &&
            stem.data[disk.len] <= 'z') {
            return true;
        }
    }
    if (!str_starts_with(stem, STR("nvme")) || !str_ends_with(stem, STR("p"))) {
        return false;
    }
    struct str space = str_slice(stem, 0, stem.len - 1);
    struct str controller = without_digits(space);
    if (controller.len == space.len || !str_ends_with(controller, STR("n"))) {
        return false;
    }
    controller.len--;
    return without_digits(controller).len == 4 && controller.len > 4;
}

static bool decode_device(struct str line, struct host_sink *sink)
{
    uint64_t values[ARRAY_LEN(columns)];
    uint64_t major;
    uint64_t minor;
    bool numbered = word_next_u64(&line, &major) && word_next_u64(&line, &minor);
    struct str device = word_next(&line);
    size_t count = 0;
    while (count < ARRAY_LEN(columns) && word_next_u64(&line, &values[count])) {
        count++;
    }
    if (!numbered || device.len == 0 || count < COLUMNS_MIN) {
        return false;
    }
    if (!is_excluded(device)) {
        struct label label = {STR("device"), device};
        for (size_t i = 0; i < count; i++) {
            host_add_labeled(sink, columns[i].metric, &label, 1,
                             (double)values[i] * columns[i].unit);
        }
    }
    return true;
}

bool host_decode_diskstats(struct str text, struct host_sink *sink)
{
    bool any = text.len == 0;
    struct str line;
    for (struct str rest = text; str_split(&rest, '\n', &line);) {
        any = decode_device(line, sink) || any;
    }
    return any;
}
