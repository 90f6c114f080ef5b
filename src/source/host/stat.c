/* /proc/stat: CPU times by mode, context switches, interrupts, forks, boot time. Times are in ticks
 * of USER_HZ, which is 100 on every architecture Linux shows to programs (proc(5), time(7)). */
#include <string.h>

#include "source/host/decode.h"
#include "source/host/words.h"

#define USER_HZ               100.0
#define IDLE_JUMP_MAX_SECONDS 3.0

/* In the kernel's order. The guests' time is part of user and nice already. */
static const char *const mode_names[] = {"user",   "nice", "system",  "idle",
                                         "iowait", "irq",  "softirq", "steal"};
enum { MODE_IDLE = 3, MODE_GUEST = 8, MODE_GUEST_NICE = 9 };

void host_cpu_floor_release(struct host_cpu_floor *floor)
{
    vec_release(&floor->cpus);
}

/* Keeps `seconds` from going down. */
static void apply_floor(struct host_cpu_floor *floor, size_t cpu, double *seconds)
{
    while (floor->cpus.len <= cpu) {
        vec_push(&floor->cpus, ((struct host_cpu_times){.seconds = {0}}));
    }
    double *kept = floor->cpus.items[cpu].seconds;
    bool came_back = kept[MODE_IDLE] - seconds[MODE_IDLE] > IDLE_JUMP_MAX_SECONDS;
    for (size_t i = 0; i < HOST_CPU_MODES; i++) {
        if (came_back || seconds[i] > kept[i]) {
            kept[i] = seconds[i];
        }
        seconds[i] = kept[i];
    }
}

/* `cpu3 ...`; the line `cpu` is their sum. */
static bool decode_cpu(struct str name, struct str line, struct host_cpu_floor *floor,
                       struct host_sink *sink)
{
    struct str number = str_slice(name, 3, SIZE_MAX);
    uint64_t cpu;
    if (number.len == 0) {
        return true;
    }
    if (!str_to_u64(number, &cpu) || cpu >= HOST_MAX_CPUS) {
        return false;
    }
    double seconds[HOST_CPU_MODES] = {0};
    size_t count = 0;
    uint64_t ticks;
    while (count < HOST_CPU_MODES && word_next_u64(&line, &ticks)) {
        seconds[count++] = (double)ticks / USER_HZ;
    }
    if (count <= MODE_IDLE) {
        return false;
    }
    apply_floor(floor, (size_t)cpu, seconds);
    struct label labels[] = {{STR("cpu"), number}, {STR("mode"), STR_NONE}};
    for (size_t i = 0; i < ARRAY_LEN(mode_names) && i < count; i++) {
        labels[1].value = str_from(mode_names[i]);
        host_add_labeled(sink, "node_cpu_seconds_total", labels, 2, seconds[i]);
    }
    if (count == HOST_CPU_MODES) {
        labels[1].value = STR("user");
        host_add_labeled(sink, "node_cpu_guest_seconds_total", labels, 2, seconds[MODE_GUEST]);
        labels[1].value = STR("nice");
        host_add_labeled(sink, "node_cpu_guest_seconds_total", labels, 2, seconds[MODE_GUEST_NICE]);
    }
    return true;
}

static const struct {
    const char *word;
    const char *metric;
} counters[] = {
    {"ctxt", "node_context_switches_total"}, {"intr", "node_intr_total"},
    {"processes", "node_forks_total"},       {"btime", "node_boot_time_seconds"},
    {"procs_running", "node_procs_running"}, {"procs_blocked", "node_procs_blocked"},
};

bool host_decode_stat(struct str text, struct host_cpu_floor *floor, struct host_sink *sink)
{
    bool any = text.len == 0;
    struct str line;
    for (struct str rest = text; str_split(&rest, '\n', &line);) {
        struct str name = word_next(&line);
        if (str_starts_with(name, STR("cpu"))) {
            any = decode_cpu(name, line, floor, sink) || any;
            continue;
        }
        for (size_t i = 0; i < ARRAY_LEN(counters); i++) {
            uint64_t v;
            if (str_equal_c(name, counters[i].word) && word_next_u64(&line, &v)) {
                host_add(sink, counters[i].metric, (double)v);
                any = true;
                break;
            }
        }
    }
    return any;
}
