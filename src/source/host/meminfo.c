/*
 * /proc/meminfo: `MemFree:  123 kB` is node_memory_MemFree_bytes. What is in parentheses goes
 * behind an underscore (`Active(anon):` is node_memory_Active_anon_bytes); a number without a unit
 * is a count and has no suffix (`HugePages_Free:`). Every line of it, as node_exporter does.
 */
#include "source/host/decode.h"
#include "source/host/words.h"

#define MAX_NAME 64

/* Into a metric's name; empty where it cannot be one. */
static struct str metric_stem(struct str key, char *buffer)
{
    size_t n = 0;
    for (size_t i = 0; i < key.len && n < MAX_NAME; i++) {
        char c = key.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (c != ')') {
            buffer[n++] = letter ? c : '_';
        }
    }
    return key.len < MAX_NAME ? str_span(buffer, n) : STR_NONE;
}

bool host_decode_meminfo(struct str text, struct host_sink *sink)
{
    bool any = text.len == 0;
    struct str line;
    for (struct str rest = text; str_split(&rest, '\n', &line);) {
        struct str key;
        uint64_t v;
        char buffer[MAX_NAME];
        if (!str_split(&line, ':', &key) || line.data == NULL || !word_next_u64(&line, &v)) {
            continue;
        }
        struct str stem = metric_stem(key, buffer);
        if (stem.len == 0) {
            continue;
        }
        bool kib = str_equal(word_next(&line), STR("kB"));
        host_add_stem(sink, "node_memory_", stem, kib ? "_bytes" : "",
                      kib ? (double)v * 1024 : (double)v);
        any = true;
    }
    return any;
}
