/*
 * Where the decoders of /proc put what they find. They are pure: bytes in, samples out; a sink is
 * all they know of the rest (host_series in the program, a list of lines in tests).
 *
 * A sample is named by literals and views into the text just read, so that nothing has to be put
 * together for a series that is known from the poll before.
 */
#ifndef TOCSIN_SOURCE_HOST_SINK_H
#define TOCSIN_SOURCE_HOST_SINK_H

#include <stddef.h>
#include <string.h>

#include "base/str.h"
#include "series/labels.h"

/* The name is `prefix`, `stem` and `suffix` in one: node_memory_ MemFree _bytes. */
struct host_key {
    const char *prefix; /* a literal */
    struct str stem;    /* borrowed for the call, as are the labels' values */
    const char *suffix; /* a literal */
    const struct label *labels;
    size_t label_count;
};

#define HOST_MAX_LABELS 8

struct host_sink {
    void (*add)(struct host_sink *sink, const struct host_key *key, double v);
};

static inline void host_add(struct host_sink *sink, const char *name, double v)
{
    sink->add(sink, &(struct host_key){.prefix = name, .suffix = ""}, v);
}

static inline void host_add_labeled(struct host_sink *sink, const char *name,
                                    const struct label *labels, size_t count, double v)
{
    sink->add(
        sink,
        &(struct host_key){.prefix = name, .suffix = "", .labels = labels, .label_count = count},
        v);
}

static inline void host_add_stem(struct host_sink *sink, const char *prefix, struct str stem,
                                 const char *suffix, double v)
{
    sink->add(sink, &(struct host_key){.prefix = prefix, .stem = stem, .suffix = suffix}, v);
}

/* The same with the protocol in the name: node_netstat_ Tcp_InSegs. The kernel's words are short;
 * what does not fit is none of them. */
static inline void host_add_protocol(struct host_sink *sink, const char *prefix,
                                     struct str protocol, struct str name, const char *suffix,
                                     double v)
{
    char stem[128];
    size_t len = protocol.len + 1 + name.len;
    if (len > sizeof(stem)) {
        return;
    }
    memcpy(stem, protocol.data, protocol.len);
    stem[protocol.len] = '_';
    memcpy(stem + protocol.len + 1, name.data, name.len);
    host_add_stem(sink, prefix, str_span(stem, len), suffix, v);
}

#endif
