/*
 * /proc/pressure/{cpu,io,memory,irq} (the kernel's Documentation/accounting/psi.rst):
 *
 *     some avg10=0.04 avg60=0.10 avg300=0.13 total=20787112
 *
 * `some` is the time in which at least one task waited, `full` that in which all did; in
 * microseconds. A CPU has no `full` of its own, interrupts have nothing else.
 */
#include "source/host/decode.h"
#include "source/host/words.h"

static const struct {
    const char *some; /* or NULL: not given */
    const char *full;
} metrics[] = {
    [HOST_PRESSURE_CPU] = {"node_pressure_cpu_waiting_seconds_total", NULL},
    [HOST_PRESSURE_IO] = {"node_pressure_io_waiting_seconds_total",
                          "node_pressure_io_stalled_seconds_total"},
    [HOST_PRESSURE_MEMORY] = {"node_pressure_memory_waiting_seconds_total",
                              "node_pressure_memory_stalled_seconds_total"},
    [HOST_PRESSURE_IRQ] = {NULL, "node_pressure_irq_stalled_seconds_total"},
};

static bool find_total(struct str line, uint64_t *us)
{
    struct str word;
    while ((word = word_next(&line)).len > 0) {
        if (str_starts_with(word, STR("total="))) {
            return str_to_u64(str_slice(word, 6, SIZE_MAX), us);
        }
    }
    return false;
}

bool host_decode_pressure(struct str text, enum host_pressure resource, struct host_sink *sink)
{
    bool any = text.len == 0;
    struct str line;
    for (struct str rest = text; str_split(&rest, '\n', &line);) {
        struct str kind = word_next(&line);
        bool some = str_equal(kind, STR("some"));
        uint64_t us;
        if ((!some && !str_equal(kind, STR("full"))) || !find_total(line, &us)) {
            continue;
        }
        any = true;
        const char *metric = some ? metrics[resource].some : metrics[resource].full;
        if (metric != NULL) {
            host_add(sink, metric, (double)us / 1000.0 / 1000.0);
        }
    }
    return any;
}
