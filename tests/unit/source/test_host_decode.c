/* Decoders of /proc: what each text gives, older and newer kernels, and texts cut or spoilt. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "host_lines.h"
#include "source/host/decode.h"
#include "support/suite.h"

static struct host_cpu_floor cpu_floor;

static bool stat_fresh(struct str text, struct host_sink *sink)
{
    host_cpu_floor_release(&cpu_floor);
    bool ok = host_decode_stat(text, &cpu_floor, sink);
    host_cpu_floor_release(&cpu_floor);
    return ok;
}

static bool sockstat(struct str text, struct host_sink *sink)
{
    return host_decode_sockstat(text, 4096, sink);
}

static bool pressure_cpu(struct str text, struct host_sink *sink)
{
    return host_decode_pressure(text, HOST_PRESSURE_CPU, sink);
}

static bool pressure_io(struct str text, struct host_sink *sink)
{
    return host_decode_pressure(text, HOST_PRESSURE_IO, sink);
}

static bool pressure_memory(struct str text, struct host_sink *sink)
{
    return host_decode_pressure(text, HOST_PRESSURE_MEMORY, sink);
}

static bool pressure_irq(struct str text, struct host_sink *sink)
{
    return host_decode_pressure(text, HOST_PRESSURE_IRQ, sink);
}

static bool conntrack(struct str text, struct host_sink *sink)
{
    return host_decode_number(text, "node_nf_conntrack_entries", sink);
}

#define PSI(kind, total) kind " avg10=1.25 avg60=0.10 avg300=0.00 total=" total "\n"

static const struct {
    const char *name;
    bool (*decode)(struct str text, struct host_sink *sink);
    const char *text;
    const char *want;
} cases[] = {
    {"stat", stat_fresh,
     "cpu  30313 0 7951 437007 2402 0 164 2414 0 0\n"
     "cpu1 17016 1 4301 215242 2310 0 133 1158 20 3\n"
     "intr 345345 0 0 7\n"
     "ctxt 503647\n"
     "btime 1795296485\n"
     "processes 18102\n"
     "procs_running 3\n"
     "procs_blocked 0\n"
     "softirq 1 2 3\n",
     "node_cpu_seconds_total{cpu=\"1\",mode=\"user\"} 170.16\n"
     "node_cpu_seconds_total{cpu=\"1\",mode=\"nice\"} 0.01\n"
     "node_cpu_seconds_total{cpu=\"1\",mode=\"system\"} 43.01\n"
     "node_cpu_seconds_total{cpu=\"1\",mode=\"idle\"} 2152.42\n"
     "node_cpu_seconds_total{cpu=\"1\",mode=\"iowait\"} 23.1\n"
     "node_cpu_seconds_total{cpu=\"1\",mode=\"irq\"} 0\n"
     "node_cpu_seconds_total{cpu=\"1\",mode=\"softirq\"} 1.33\n"
     "node_cpu_seconds_total{cpu=\"1\",mode=\"steal\"} 11.58\n"
     "node_cpu_guest_seconds_total{cpu=\"1\",mode=\"user\"} 0.2\n"
     "node_cpu_guest_seconds_total{cpu=\"1\",mode=\"nice\"} 0.03\n"
     "node_intr_total 345345\n"
     "node_context_switches_total 503647\n"
     "node_boot_time_seconds 1795296485\n"
     "node_forks_total 18102\n"
     "node_procs_running 3\n"
     "node_procs_blocked 0\n"},
    /* Linux 2.4 had four modes; a CPU's number beyond reason and a line cut short are left out. */
    {"stat of old", stat_fresh, "cpu0 1 2 3 400\ncpu99999 1 2 3 4\ncpu1 5 6\ncpux 1 2 3 4\n",
     "node_cpu_seconds_total{cpu=\"0\",mode=\"user\"} 0.01\n"
     "node_cpu_seconds_total{cpu=\"0\",mode=\"nice\"} 0.02\n"
     "node_cpu_seconds_total{cpu=\"0\",mode=\"system\"} 0.03\n"
     "node_cpu_seconds_total{cpu=\"0\",mode=\"idle\"} 4\n"},
    {"loadavg", host_decode_loadavg, "0.84 0.46 12.27 2/345 6789\n",
     "node_load1 0.84\nnode_load5 0.46\nnode_load15 12.27\n"},
    {"meminfo", host_decode_meminfo,
     "MemTotal:       24684096 kB\nActive(anon):     1200 kB\nHugePages_Free:        7\n"
     "Committed_AS:   18446744073709551615 kB\nodd line\nEmpty:\n: 5 kB\nDirectMap4k: 1 kB\n",
     "node_memory_MemTotal_bytes 25276514304\nnode_memory_Active_anon_bytes 1228800\n"
     "node_memory_HugePages_Free 7\n"
     "node_memory_Committed_AS_bytes 18889465931478580000000\n"
     "node_memory_DirectMap4k_bytes 1024\n"},
    {"vmstat", host_decode_vmstat,
     "nr_free_pages 5\npgpgin 1\npgpgout 2\npswpin 3\npswpout 4\npgfault 5\npgmajfault 6\n"
     "pgalloc_dma 7\noom_kill 8\nthp_fault_alloc 9\n",
     "node_vmstat_pgpgin 1\nnode_vmstat_pgpgout 2\nnode_vmstat_pswpin 3\nnode_vmstat_pswpout 4\n"
     "node_vmstat_pgfault 5\nnode_vmstat_pgmajfault 6\nnode_vmstat_oom_kill 8\n"},
    {"diskstats", host_decode_diskstats,
     " 254       0 vda 106056 10618 5947746 211785 9352 12637 1895104 7193 1 30096 219969 5938 49 "
     "562952 927 851 62\n",
     "node_disk_reads_completed_total{device=\"vda\"} 106056\n"
     "node_disk_reads_merged_total{device=\"vda\"} 10618\n"
     "node_disk_read_bytes_total{device=\"vda\"} 3045245952\n"
     "node_disk_read_time_seconds_total{device=\"vda\"} 211.785\n"
     "node_disk_writes_completed_total{device=\"vda\"} 9352\n"
     "node_disk_writes_merged_total{device=\"vda\"} 12637\n"
     "node_disk_written_bytes_total{device=\"vda\"} 970293248\n"
     "node_disk_write_time_seconds_total{device=\"vda\"} 7.1930000000000005\n"
     "node_disk_io_now{device=\"vda\"} 1\n"
     "node_disk_io_time_seconds_total{device=\"vda\"} 30.096\n"
     "node_disk_io_time_weighted_seconds_total{device=\"vda\"} 219.969\n"
     "node_disk_discards_completed_total{device=\"vda\"} 5938\n"
     "node_disk_discards_merged_total{device=\"vda\"} 49\n"
     "node_disk_discarded_sectors_total{device=\"vda\"} 562952\n"
     "node_disk_discard_time_seconds_total{device=\"vda\"} 0.927\n"
     "node_disk_flush_requests_total{device=\"vda\"} 851\n"
     "node_disk_flush_requests_time_seconds_total{device=\"vda\"} 0.062\n"},
    /* Before 4.18 a device had eleven columns, a partition once four. */
    {"diskstats of old", host_decode_diskstats,
     "8 0 sda 1 2 3 4 5 6 7 8 9 10 11\n8 1 sdx 1 2 3 4\n8 0 sdb 1 2 3 4 5 6 7 8 9 10 x\n",
     "node_disk_reads_completed_total{device=\"sda\"} 1\n"
     "node_disk_reads_merged_total{device=\"sda\"} 2\n"
     "node_disk_read_bytes_total{device=\"sda\"} 1536\n"
     "node_disk_read_time_seconds_total{device=\"sda\"} 0.004\n"
     "node_disk_writes_completed_total{device=\"sda\"} 5\n"
     "node_disk_writes_merged_total{device=\"sda\"} 6\n"
     "node_disk_written_bytes_total{device=\"sda\"} 3584\n"
     "node_disk_write_time_seconds_total{device=\"sda\"} 0.008\n"
     "node_disk_io_now{device=\"sda\"} 9\n"
     "node_disk_io_time_seconds_total{device=\"sda\"} 0.01\n"
     "node_disk_io_time_weighted_seconds_total{device=\"sda\"} 0.011\n"},
    {"netdev", host_decode_netdev,
     "Inter-|   Receive                            |  Transmit\n"
     " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets\n"
     "  eth0:4567 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15\n"
     "    lo: 1 2 3\n",
     "node_network_receive_bytes_total{device=\"eth0\"} 4567\n"
     "node_network_receive_packets_total{device=\"eth0\"} 1\n"
     "node_network_receive_errs_total{device=\"eth0\"} 2\n"
     "node_network_receive_drop_total{device=\"eth0\"} 3\n"
     "node_network_receive_fifo_total{device=\"eth0\"} 4\n"
     "node_network_receive_frame_total{device=\"eth0\"} 5\n"
     "node_network_receive_compressed_total{device=\"eth0\"} 6\n"
     "node_network_receive_multicast_total{device=\"eth0\"} 7\n"
     "node_network_transmit_bytes_total{device=\"eth0\"} 8\n"
     "node_network_transmit_packets_total{device=\"eth0\"} 9\n"
     "node_network_transmit_errs_total{device=\"eth0\"} 10\n"
     "node_network_transmit_drop_total{device=\"eth0\"} 11\n"
     "node_network_transmit_fifo_total{device=\"eth0\"} 12\n"
     "node_network_transmit_colls_total{device=\"eth0\"} 13\n"
     "node_network_transmit_carrier_total{device=\"eth0\"} 14\n"
     "node_network_transmit_compressed_total{device=\"eth0\"} 15\n"},
    {"netstat", host_decode_netstat,
     "TcpExt: SyncookiesSent TW ListenDrops TCPSynRetrans TCPTimeouts\n"
     "TcpExt: 1 2 3 4 5\n"
     "IpExt: InNoRoutes InOctets OutOctets\n"
     "IpExt: 6 7 8\n"
     "Tcp: MaxConn CurrEstab InSegs InErrs\n"
     "Tcp: -1 9 10 11\n"
     "Icmp: InMsgs InErrors InCsumErrors\n"
     "Icmp: 12 13\n"
     "Udp: InDatagrams\n"
     "Odd: 14\n",
     "node_netstat_TcpExt_SyncookiesSent 1\nnode_netstat_TcpExt_ListenDrops 3\n"
     "node_netstat_TcpExt_TCPSynRetrans 4\nnode_netstat_TcpExt_TCPTimeouts 5\n"
     "node_netstat_IpExt_InOctets 7\nnode_netstat_IpExt_OutOctets 8\n"
     "node_netstat_Tcp_CurrEstab 9\nnode_netstat_Tcp_InSegs 10\nnode_netstat_Tcp_InErrs 11\n"
     "node_netstat_Icmp_InMsgs 12\nnode_netstat_Icmp_InErrors 13\n"},
    {"snmp6", host_decode_snmp6,
     "Ip6InReceives                   \t1\nIp6InOctets                     \t2\n"
     "Icmp6InErrors \t3\nUdp6InDatagrams 4\nUdpLite6InErrors 5\nnonsense 6\nIp6OutOctets x\n",
     "node_netstat_Ip6_InOctets 2\nnode_netstat_Icmp6_InErrors 3\n"
     "node_netstat_Udp6_InDatagrams 4\nnode_netstat_UdpLite6_InErrors 5\n"},
    {"sockstat", sockstat,
     "sockets: used 123\nTCP: inuse 5 orphan 0 tw 6 alloc 8 mem 3\nFRAG: inuse 0 memory 9\nodd\n",
     "node_sockstat_sockets_used 123\nnode_sockstat_TCP_inuse 5\nnode_sockstat_TCP_orphan 0\n"
     "node_sockstat_TCP_tw 6\nnode_sockstat_TCP_alloc 8\nnode_sockstat_TCP_mem 3\n"
     "node_sockstat_TCP_mem_bytes 12288\nnode_sockstat_FRAG_inuse 0\n"
     "node_sockstat_FRAG_memory 9\n"},
    {"pressure cpu", pressure_cpu, PSI("some", "23284104") PSI("full", "7"),
     "node_pressure_cpu_waiting_seconds_total 23.284104\n"},
    {"pressure io", pressure_io, PSI("some", "1500000") PSI("full", "500000"),
     "node_pressure_io_waiting_seconds_total 1.5\nnode_pressure_io_stalled_seconds_total 0.5\n"},
    {"pressure memory", pressure_memory, PSI("some", "1") PSI("full", "0"),
     "node_pressure_memory_waiting_seconds_total 0.000001\n"
     "node_pressure_memory_stalled_seconds_total 0\n"},
    {"pressure irq", pressure_irq, PSI("full", "2000000"),
     "node_pressure_irq_stalled_seconds_total 2\n"},
    {"filefd", host_decode_filefd, "635\t0\t2466193\n",
     "node_filefd_allocated 635\nnode_filefd_maximum 2466193\n"},
    {"conntrack", conntrack, "17\n", "node_nf_conntrack_entries 17\n"},
};

START_TEST(test_decode)
{
    struct host_lines lines;
    host_lines_init(&lines);
    ck_assert(cases[_i].decode(str_from(cases[_i].text), &lines.sink));
    ck_assert_str_eq(strbuf_cstr(&lines.text), cases[_i].want);
    host_lines_release(&lines);
}
END_TEST

START_TEST(test_empty_is_no_error)
{
    struct host_lines lines;
    host_lines_init(&lines);
    ck_assert(cases[_i].decode(STR_NONE, &lines.sink));
    ck_assert(cases[_i].decode(STR(""), &lines.sink));
    ck_assert_uint_eq(lines.count, 0);
    host_lines_release(&lines);
}
END_TEST

START_TEST(test_garbage_is_one)
{
    static const char *const garbage[] = {
        "\n", " \n \n", "<html><body>\n", "\xFF\xFE\x00", ":::::\n", "cpu\ncpu0\n",
    };
    struct host_lines lines;
    host_lines_init(&lines);
    for (size_t i = 0; i < ARRAY_LEN(garbage); i++) {
        /* The sum of all CPUs alone is a form of /proc/stat, if a strange one. */
        bool sum = cases[_i].decode == stat_fresh && strncmp(garbage[i], "cpu", 3) == 0;
        ck_assert(cases[_i].decode(str_from(garbage[i]), &lines.sink) == sum);
    }
    ck_assert_uint_eq(lines.count, 0);
    host_lines_release(&lines);
}
END_TEST

/* Every beginning of a text, and each byte of it changed, in a copy of exactly that size: nothing
 * is read past its end, and a text cut at a line end gives what the lines before give. */
START_TEST(test_cut_and_spoilt)
{
    struct host_lines lines;
    struct str text = str_from(cases[_i].text);
    for (size_t len = 0; len <= text.len; len++) {
        char *copy = mem_alloc(len + 1);
        memcpy(copy, text.data, len);
        host_lines_init(&lines);
        (void)cases[_i].decode(str_span(copy, len), &lines.sink);
        bool line_end = len > 0 && copy[len - 1] == '\n';
        ck_assert(!line_end || str_starts_with(str_from(cases[_i].want), strbuf_str(&lines.text)) ||
                  cases[_i].decode == host_decode_netstat);
        host_lines_release(&lines);
        free(copy);
    }
    static const char bytes[] = {'\0', ' ', '\n', ':', '9', '-', (char)0xFF};
    char *copy = str_dup(text);
    for (size_t at = 0; at < text.len; at++) {
        for (size_t b = 0; b < sizeof(bytes); b++) {
            copy[at] = bytes[b];
            host_lines_init(&lines);
            (void)cases[_i].decode(str_span(copy, text.len), &lines.sink);
            ck_assert_uint_le(lines.count, 40);
            host_lines_release(&lines);
        }
        copy[at] = text.data[at];
    }
    free(copy);
}
END_TEST

static const struct {
    const char *device;
    bool shown;
} devices[] = {
    {"sda", true},      {"sda1", false},      {"sdaa1", true},        {"hdc3", false},
    {"vdb", true},      {"vdb2", false},      {"xvda", true},         {"xvda1", false},
    {"loop0", false},   {"loop", true},       {"ram0", false},        {"zram0", false},
    {"fd0", false},     {"sr0", true},        {"md127", true},        {"dm-0", true},
    {"nvme0n1", true},  {"nvme0n1p1", false}, {"nvme10n2p13", false}, {"nvmen1p1", true},
    {"nvme0np1", true}, {"mmcblk0p1", true},  {"p1", true},
};

/* As the expression of node_exporter decides. */
START_TEST(test_disks_shown)
{
    char text[128];
    struct host_lines lines;
    host_lines_init(&lines);
    snprintf(text, sizeof(text), "8 0 %s 1 2 3 4 5 6 7 8 9 10 11\n", devices[_i].device);
    ck_assert(host_decode_diskstats(str_from(text), &lines.sink));
    ck_assert_uint_eq(lines.count, devices[_i].shown ? 11 : 0);
    host_lines_release(&lines);
}
END_TEST

static double idle_of(struct host_cpu_floor *floor, const char *text)
{
    struct host_lines lines;
    host_lines_init(&lines);
    ck_assert(host_decode_stat(str_from(text), floor, &lines.sink));
    const char *at = strstr(strbuf_cstr(&lines.text), "mode=\"idle\"} ");
    ck_assert_ptr_nonnull(at);
    double v = strtod(at + strlen("mode=\"idle\"} "), NULL);
    host_lines_release(&lines);
    return v;
}

START_TEST(test_cpu_times_do_not_step_back)
{
    struct host_cpu_floor floor = {0};
    ck_assert_double_eq(idle_of(&floor, "cpu0 1 2 3 1000 5\n"), 10);
    /* A little: the kernel's accounting. */
    ck_assert_double_eq(idle_of(&floor, "cpu0 1 2 3 800 5\n"), 10);
    ck_assert_double_eq(idle_of(&floor, "cpu0 1 2 3 1100 5\n"), 11);
    /* Much: the CPU went and came back. */
    ck_assert_double_eq(idle_of(&floor, "cpu0 1 2 3 50 5\n"), 0.5);
    host_cpu_floor_release(&floor);
}
END_TEST

START_TEST(test_heading_alone_is_a_network_without_devices)
{
    struct host_lines lines;
    host_lines_init(&lines);
    ck_assert(
        host_decode_netdev(STR("Inter-| Receive | Transmit\n face |bytes|bytes\n"), &lines.sink));
    ck_assert_uint_eq(lines.count, 0);
    host_lines_release(&lines);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("host_decode");
    int n = (int)ARRAY_LEN(cases);
    tcase_add_loop_test(tc, test_decode, 0, n);
    tcase_add_loop_test(tc, test_empty_is_no_error, 0, n);
    tcase_add_loop_test(tc, test_garbage_is_one, 0, n);
    tcase_add_loop_test(tc, test_cut_and_spoilt, 0, n);
    tcase_add_loop_test(tc, test_disks_shown, 0, (int)ARRAY_LEN(devices));
    tcase_add_test(tc, test_cpu_times_do_not_step_back);
    tcase_add_test(tc, test_heading_alone_is_a_network_without_devices);
    return suite_run("source/host_decode", tc);
}
