/* /proc/vmstat: `pgfault 123`. Of its more than a hundred lines those that node_exporter gives:
 * ^(oom_kill|pgpg|pswp|pg.*fault).* */
#include "source/host/decode.h"
#include "source/host/words.h"

static bool is_wanted(struct str name)
{
    return str_starts_with(name, STR("oom_kill")) || str_starts_with(name, STR("pgpg")) ||
           str_starts_with(name, STR("pswp")) ||
           (str_starts_with(name, STR("pg")) && str_contains(name, STR("fault")));
}

bool host_decode_vmstat(struct str text, struct host_sink *sink)
{
    bool any = text.len == 0;
    struct str line;
    for (struct str rest = text; str_split(&rest, '\n', &line);) {
        struct str name = word_next(&line);
        uint64_t v;
        if (name.len == 0 || !word_next_u64(&line, &v)) {
            continue;
        }
        any = true;
        if (is_wanted(name)) {
            host_add_stem(sink, "node_vmstat_", name, "", (double)v);
        }
    }
    return any;
}
