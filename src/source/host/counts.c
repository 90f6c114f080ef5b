/* Files of one line with a number or a few: file-nr, nf_conntrack_count. */
#include "source/host/decode.h"
#include "source/host/words.h"

/* The word up to a line end. */
static struct str only_line(struct str text)
{
    struct str line = text;
    (void)str_split(&text, '\n', &line);
    return line;
}

bool host_decode_filefd(struct str text, struct host_sink *sink)
{
    struct str line = only_line(text);
    uint64_t allocated;
    uint64_t unused;
    uint64_t maximum;
    if (text.len == 0) {
        return true;
    }
    if (!word_next_u64(&line, &allocated) || !word_next_u64(&line, &unused) ||
        !word_next_u64(&line, &maximum)) {
        return false;
    }
    host_add(sink, "node_filefd_allocated", (double)allocated);
    host_add(sink, "node_filefd_maximum", (double)maximum);
    return true;
}

bool host_decode_number(struct str text, const char *name, struct host_sink *sink)
{
    struct str line = only_line(text);
    double v;
    if (text.len == 0) {
        return true;
    }
    if (!word_number(word_next(&line), &v)) {
        return false;
    }
    host_add(sink, name, v);
    return true;
}
