/* /proc/net/dev: two lines of heading, then `eth0: ` and sixteen counters. A name can be so long
 * that the first number stands directly behind the colon. */
#include "source/host/decode.h"
#include "source/host/words.h"

static const char *const columns[] = {
    "node_network_receive_bytes_total",      "node_network_receive_packets_total",
    "node_network_receive_errs_total",       "node_network_receive_drop_total",
    "node_network_receive_fifo_total",       "node_network_receive_frame_total",
    "node_network_receive_compressed_total", "node_network_receive_multicast_total",
    "node_network_transmit_bytes_total",     "node_network_transmit_packets_total",
    "node_network_transmit_errs_total",      "node_network_transmit_drop_total",
    "node_network_transmit_fifo_total",      "node_network_transmit_colls_total",
    "node_network_transmit_carrier_total",   "node_network_transmit_compressed_total",
};

static bool decode_device(struct str line, struct host_sink *sink)
{
    /* An alias may have a colon in its name (eth0:1): the last one ends it. */
    size_t colon = line.len;
    for (size_t i = 0; i < line.len; i++) {
        colon = line.data[i] == ':' ? i : colon;
    }
    struct str device = str_trim(str_slice(line, 0, colon));
    struct str numbers = str_slice(line, colon + 1, SIZE_MAX);
    uint64_t values[ARRAY_LEN(columns)];
    size_t count = 0;
    while (count < ARRAY_LEN(columns) && word_next_u64(&numbers, &values[count])) {
        count++;
    }
    if (colon == line.len || device.len == 0 || count < ARRAY_LEN(columns)) {
        return false;
    }
    struct label label = {STR("device"), device};
    for (size_t i = 0; i < count; i++) {
        host_add_labeled(sink, columns[i], &label, 1, (double)values[i]);
    }
    return true;
}

bool host_decode_netdev(struct str text, struct host_sink *sink)
{
    bool any = text.len == 0;
    struct str line;
    for (struct str rest = text; str_split(&rest, '\n', &line);) {
        /* The headings are known by their bars; a network namespace may have no device at all. */
        any = any || str_find(line, '|') < line.len;
        any = decode_device(line, sink) || any;
    }
    return any;
}
