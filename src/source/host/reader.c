/*
 * What is read and by whom is one table; a poll goes through it in order, which is what lets the
 * sink remember series by their place. A part that fails is told and leaves the rest as it is.
 */
#include "source/host/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "source/host/decode.h"
#include "source/host/filesystems.h"
#include "source/host/interfaces.h"
#include "source/host/proc_file.h"
#include "source/host/uname.h"

struct poll_now {
    struct host_sink *sink;
    struct mono mono;
};

struct open_file {
    struct proc_file file;
    bool uses_instead; /* the other path of the table */
};

struct host_reader {
    struct open_file *open; /* one for each of `files` */
    char *root;
    struct strbuf text; /* of the file at hand */
    struct strbuf partial;
    struct host_cpu_floor cpu_floor;
    struct filesystems *filesystems;
    struct interfaces interfaces;
    double page_bytes;
};

static bool read_stat(struct host_reader *r, struct str text, const struct poll_now *now)
{
    return host_decode_stat(text, &r->cpu_floor, now->sink);
}

static bool read_loadavg(struct host_reader *r, struct str text, const struct poll_now *now)
{
    (void)r;
    return host_decode_loadavg(text, now->sink);
}

static bool read_meminfo(struct host_reader *r, struct str text, const struct poll_now *now)
{
    (void)r;
    return host_decode_meminfo(text, now->sink);
}

static bool read_vmstat(struct host_reader *r, struct str text, const struct poll_now *now)
{
    (void)r;
    return host_decode_vmstat(text, now->sink);
}

static bool read_diskstats(struct host_reader *r, struct str text, const struct poll_now *now)
{
    (void)r;
    return host_decode_diskstats(text, now->sink);
}

static bool read_netdev(struct host_reader *r, struct str text, const struct poll_now *now)
{
    (void)r;
    return host_decode_netdev(text, now->sink);
}

static bool read_netstat(struct host_reader *r, struct str text, const struct poll_now *now)
{
    (void)r;
    return host_decode_netstat(text, now->sink);
}

static bool read_snmp6(struct host_reader *r, struct str text, const struct poll_now *now)
{
    (void)r;
    return host_decode_snmp6(text, now->sink);
}

static bool read_sockstat(struct host_reader *r, struct str text, const struct poll_now *now)
{
    return host_decode_sockstat(text, r->page_bytes, now->sink);
}

static bool read_pressure_cpu(struct host_reader *r, struct str text, const struct poll_now *now)
{
    (void)r;
    return host_decode_pressure(text, HOST_PRESSURE_CPU, now->sink);
}

static bool read_pressure_io(struct host_reader *r, struct str text, const struct poll_now *now)
{
    (void)r;
    return host_decode_pressure(text, HOST_PRESSURE_IO, now->sink);
}

static bool read_pressure_memory(struct host_reader *r, struct str text, const struct poll_now *now)
{
    (void)r;
    return host_decode_pressure(text, HOST_PRESSURE_MEMORY, now->sink);
}

static bool read_pressure_irq(struct host_reader *r, struct str text, const struct poll_now *now)
{
    (void)r;
    return host_decode_pressure(text, HOST_PRESSURE_IRQ, now->sink);
}

static bool read_filefd(struct host_reader *r, struct str text, const struct poll_now *now)
{
    (void)r;
    return host_decode_filefd(text, now->sink);
}

static bool read_conntrack(struct host_reader *r, struct str text, const struct poll_now *now)
{
    (void)r;
    return host_decode_number(text, "node_nf_conntrack_entries", now->sink);
}

static bool read_conntrack_max(struct host_reader *r, struct str text, const struct poll_now *now)
{
    (void)r;
    return host_decode_number(text, "node_nf_conntrack_entries_limit", now->sink);
}

static bool read_mounts(struct host_reader *r, struct str text, const struct poll_now *now)
{
    return filesystems_add(r->filesystems, text, now->mono, now->sink);
}

/* What is read, in this order. Mounts are those of process 1, as the host sees them, where that one
 * may be looked at. */
static const struct {
    const char *path;
    const char *instead; /* where `path` cannot be read, or NULL */
    bool (*read)(struct host_reader *r, struct str text, const struct poll_now *now);
} files[] = {
    {"/proc/stat", NULL, read_stat},
    {"/proc/loadavg", NULL, read_loadavg},
    {"/proc/meminfo", NULL, read_meminfo},
    {"/proc/vmstat", NULL, read_vmstat},
    {"/proc/diskstats", NULL, read_diskstats},
    {"/proc/net/dev", NULL, read_netdev},
    {"/proc/net/netstat", NULL, read_netstat},
    {"/proc/net/snmp", NULL, read_netstat},
    {"/proc/net/snmp6", NULL, read_snmp6},
    {"/proc/net/sockstat", NULL, read_sockstat},
    {"/proc/net/sockstat6", NULL, read_sockstat},
    {"/proc/pressure/cpu", NULL, read_pressure_cpu},
    {"/proc/pressure/io", NULL, read_pressure_io},
    {"/proc/pressure/memory", NULL, read_pressure_memory},
    {"/proc/pressure/irq", NULL, read_pressure_irq},
    {"/proc/sys/fs/file-nr", NULL, read_filefd},
    {"/proc/sys/net/netfilter/nf_conntrack_count", NULL, read_conntrack},
    {"/proc/sys/net/netfilter/nf_conntrack_max", NULL, read_conntrack_max},
    {"/proc/1/mounts", "/proc/self/mounts", read_mounts},
};

struct host_reader *host_reader_create(struct loop *loop, const char *root)
{
    struct host_reader *r = mem_zalloc(1, sizeof(*r));
    r->open = mem_zalloc(ARRAY_LEN(files), sizeof(*r->open));
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        proc_file_init(&r->open[i].file, root, files[i].path);
    }
    r->root = mem_strdup(root);
    strbuf_init(&r->text, PROC_FILE_MAX);
    strbuf_init(&r->partial, STRBUF_MAX_DEFAULT);
    r->filesystems = filesystems_create(loop, root);
    interfaces_init(&r->interfaces, root);
    r->page_bytes = (double)sysconf(_SC_PAGESIZE);
    return r;
}

void host_reader_destroy(struct host_reader *r)
{
    if (r == NULL) {
        return;
    }
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        proc_file_release(&r->open[i].file);
    }
    interfaces_release(&r->interfaces);
    filesystems_destroy(r->filesystems);
    host_cpu_floor_release(&r->cpu_floor);
    strbuf_release(&r->partial);
    strbuf_release(&r->text);
    free(r->open);
    free(r->root);
    free(r);
}

/* The first thing that went wrong is the one that is told. */
static void note(struct host_reader *r, const char *fmt, ...) ATTR_PRINTF(2, 3);
static void note(struct host_reader *r, const char *fmt, ...)
{
    if (r->partial.len == 0) {
        va_list args;
        va_start(args, fmt);
        strbuf_vprintf(&r->partial, fmt, args);
        va_end(args);
    }
}

/* Reads file `i` into r->text. */
static enum proc_read read_file(struct host_reader *r, size_t i)
{
    struct open_file *open = &r->open[i];
    enum proc_read got = proc_file_read(&open->file, &r->text);
    if (got != PROC_READ && files[i].instead != NULL && !open->uses_instead) {
        open->uses_instead = true;
        proc_file_release(&open->file);
        proc_file_init(&open->file, r->root, files[i].instead);
        got = proc_file_read(&open->file, &r->text);
    }
    return got;
}

bool host_reader_read(struct host_reader *r, struct wall wall, struct mono mono,
                      struct host_sink *sink, struct host_reading *out, struct error *err)
{
    struct poll_now now = {.sink = sink, .mono = mono};
    size_t read = 0;
    strbuf_reset(&r->partial);
    *out = (struct host_reading){.bytes = 0};
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        switch (read_file(r, i)) {
        case PROC_ABSENT:
            break;
        case PROC_FAILED:
            note(r, "cannot read '%s': %s", r->open[i].file.path, strerror(errno));
            break;
        case PROC_READ:
            out->bytes += r->text.len;
            read++;
            if (!files[i].read(r, strbuf_str(&r->text), &now)) {
                note(r, "'%s' has a form that is not known", r->open[i].file.path);
            }
            break;
        }
    }
    if (read == 0) {
        return r->partial.len > 0
                   ? error_set(err, ERROR_IO, "%s", strbuf_cstr(&r->partial))
                   : error_set(err, ERROR_NOT_FOUND, "nothing to read in '%s/proc'", r->root);
    }
    interfaces_add(&r->interfaces, mono, &r->text, sink);
    struct utsname u;
    if (uname(&u) == 0) {
        host_uname_add(&u, sink);
    }
    host_add(sink, "node_time_seconds", (double)wall.ms / 1000.0);
    if (filesystems_over_limit(r->filesystems) || r->interfaces.over_limit) {
        note(r, "more file systems or interfaces than are shown");
    }
    out->partial = r->partial.len > 0 ? strbuf_cstr(&r->partial) : NULL;
    return true;
}
