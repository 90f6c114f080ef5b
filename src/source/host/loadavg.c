/* /proc/loadavg: `0.84 0.46 0.27 2/345 6789` */
#include "base/number.h"
#include "source/host/decode.h"
#include "source/host/words.h"

bool host_decode_loadavg(struct str text, struct host_sink *sink)
{
    static const char *const names[] = {"node_load1", "node_load5", "node_load15"};
    double values[ARRAY_LEN(names)];
    if (text.len == 0) {
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (!number_parse(word_next(&text), &values[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        host_add(sink, names[i], values[i]);
    }
    return true;
}
