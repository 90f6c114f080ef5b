/* /proc/net/sockstat and sockstat6: `TCP: inuse 5 orphan 0 mem 1`. `mem` counts pages and is given
 * in bytes as well. */
#include "source/host/decode.h"
#include "source/host/words.h"

static const char prefix[] = "node_sockstat_";

bool host_decode_sockstat(struct str text, double page_bytes, struct host_sink *sink)
{
    bool any = text.len == 0;
    struct str line;
    for (struct str rest = text; str_split(&rest, '\n', &line);) {
        struct str protocol = word_next(&line);
        if (protocol.len < 2 || !str_ends_with(protocol, STR(":"))) {
            continue;
        }
        protocol.len--;
        for (;;) {
            struct str name = word_next(&line);
            double v;
            if (name.len == 0 || !word_number(word_next(&line), &v)) {
                break;
            }
            any = true;
            host_add_protocol(sink, prefix, protocol, name, "", v);
            if (str_equal(name, STR("mem"))) {
                host_add_protocol(sink, prefix, protocol, name, "_bytes", v * page_bytes);
            }
        }
    }
    return any;
}
