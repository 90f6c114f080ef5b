/*
 * From the kernel's texts to samples, in node_exporter's names and labels (version 1.5 and later;
 * what its collectors give without flags), so that one panel pack serves both.
 *
 * Each returns false where the text is not of the form it should be: no line of it could be read.
 * Single lines that cannot be read are passed over, since kernels add lines and columns. An empty
 * text is no error: a table may have no rows. Never reads past the view.
 */
#ifndef TOCSIN_SOURCE_HOST_DECODE_H
#define TOCSIN_SOURCE_HOST_DECODE_H

#include <stdbool.h>

#include "base/str.h"
#include "base/vec.h"
#include "source/host/sink.h"

/*
 * The kernel's idle and iowait times may step back by a little (proc(5)), which a rate would take
 * for a reset of the counter. Each CPU's modes are kept here and never go down, until idle steps
 * back by more than three seconds: then the CPU was taken off and came back.
 * Owner: zero-initialised is empty; host_cpu_floor_release.
 */
#define HOST_CPU_MODES 10
#define HOST_MAX_CPUS  16384
struct host_cpu_floor {
    VEC(struct host_cpu_times { double seconds[HOST_CPU_MODES]; }) cpus;
};
void host_cpu_floor_release(struct host_cpu_floor *floor);

bool host_decode_stat(struct str text, struct host_cpu_floor *floor, struct host_sink *sink);
bool host_decode_loadavg(struct str text, struct host_sink *sink);
bool host_decode_meminfo(struct str text, struct host_sink *sink);
bool host_decode_vmstat(struct str text, struct host_sink *sink);
bool host_decode_diskstats(struct str text, struct host_sink *sink);
/* /proc/net/dev */
bool host_decode_netdev(struct str text, struct host_sink *sink);
/* /proc/net/snmp and /proc/net/netstat: a line of names, a line of numbers */
bool host_decode_netstat(struct str text, struct host_sink *sink);
bool host_decode_snmp6(struct str text, struct host_sink *sink);
/* /proc/net/sockstat and sockstat6 */
bool host_decode_sockstat(struct str text, double page_bytes, struct host_sink *sink);
enum host_pressure { HOST_PRESSURE_CPU, HOST_PRESSURE_IO, HOST_PRESSURE_MEMORY, HOST_PRESSURE_IRQ };
bool host_decode_pressure(struct str text, enum host_pressure resource, struct host_sink *sink);
/* /proc/sys/fs/file-nr */
bool host_decode_filefd(struct str text, struct host_sink *sink);
/* A file of one number: the sample `name`. */
bool host_decode_number(struct str text, const char *name, struct host_sink *sink);

#endif
