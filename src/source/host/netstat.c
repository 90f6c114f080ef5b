/*
 * Counters of the network protocols. /proc/net/netstat and snmp have two lines a protocol, one of
 * names and one of numbers; snmp6 has one counter a line (`Ip6InOctets  123`). Of some three
 * hundred those that node_exporter gives.
 */
#include "source/host/decode.h"
#include "source/host/words.h"

/* `name` of NULL: any that begins with `begins`. Protocol NULL: every one. */
static const struct {
    const char *protocol;
    const char *name;
    const char *begins;
} wanted[] = {
    {NULL, "InErrors", NULL},        {NULL, "InErrs", NULL},
    {"Ip", "Forwarding", NULL},      {"Ip6", "InOctets", NULL},
    {"Ip6", "OutOctets", NULL},      {"IpExt", "InOctets", NULL},
    {"IpExt", "OutOctets", NULL},    {"Icmp", "InMsgs", NULL},
    {"Icmp", "OutMsgs", NULL},       {"Icmp6", "InMsgs", NULL},
    {"Icmp6", "OutMsgs", NULL},      {"TcpExt", NULL, "Listen"},
    {"TcpExt", NULL, "Syncookies"},  {"TcpExt", "TCPSynRetrans", NULL},
    {"TcpExt", "TCPTimeouts", NULL}, {"TcpExt", "TCPOFOQueue", NULL},
    {"TcpExt", "TCPRcvQDrop", NULL}, {"Tcp", "ActiveOpens", NULL},
    {"Tcp", "InSegs", NULL},         {"Tcp", "OutSegs", NULL},
    {"Tcp", "OutRsts", NULL},        {"Tcp", "PassiveOpens", NULL},
    {"Tcp", "RetransSegs", NULL},    {"Tcp", "CurrEstab", NULL},
    {"Udp", "InDatagrams", NULL},    {"Udp", "OutDatagrams", NULL},
    {"Udp", "NoPorts", NULL},        {"Udp", "RcvbufErrors", NULL},
    {"Udp", "SndbufErrors", NULL},   {"Udp6", "InDatagrams", NULL},
    {"Udp6", "OutDatagrams", NULL},  {"Udp6", "NoPorts", NULL},
    {"Udp6", "RcvbufErrors", NULL},  {"Udp6", "SndbufErrors", NULL},
};

static bool is_wanted(struct str protocol, struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
        if (wanted[i].protocol != NULL && !str_equal_c(protocol, wanted[i].protocol)) {
            continue;
        }
        if (wanted[i].name != NULL ? str_equal_c(name, wanted[i].name)
                                   : str_starts_with(name, str_from(wanted[i].begins))) {
            return true;
        }
    }
    return false;
}

/* `Tcp:` names and `Tcp:` numbers. */
static bool decode_pair(struct str names, struct str numbers, struct host_sink *sink)
{
    struct str protocol = word_next(&names);
    if (protocol.len < 2 || !str_ends_with(protocol, STR(":")) ||
        !str_equal(protocol, word_next(&numbers))) {
        return false;
    }
    protocol.len--;
    for (;;) {
        struct str name = word_next(&names);
        double v;
        if (name.len == 0 || !word_number(word_next(&numbers), &v)) {
            return true;
        }
        if (is_wanted(protocol, name)) {
            host_add_protocol(sink, "node_netstat_", protocol, name, "", v);
        }
    }
}

bool host_decode_netstat(struct str text, struct host_sink *sink)
{
    bool any = text.len == 0;
    struct str rest = text;
    struct str names;
    struct str numbers;
    while (str_split(&rest, '\n', &names) && str_split(&rest, '\n', &numbers)) {
        any = decode_pair(names, numbers, sink) || any;
    }
    return any;
}

bool host_decode_snmp6(struct str text, struct host_sink *sink)
{
    bool any = text.len == 0;
    struct str line;
    for (struct str rest = text; str_split(&rest, '\n', &line);) {
        struct str word = word_next(&line);
        size_t six = str_find(word, '6');
        double v;
        if (six == word.len || !word_number(word_next(&line), &v)) {
            continue;
        }
        any = true;
        struct str protocol = str_slice(word, 0, six + 1);
        struct str name = str_slice(word, six + 1, SIZE_MAX);
        if (is_wanted(protocol, name)) {
            host_add_protocol(sink, "node_netstat_", protocol, name, "", v);
        }
    }
    return any;
}
