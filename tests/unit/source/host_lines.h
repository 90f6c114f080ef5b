/* A sink that keeps what decoders give as lines of the text format. Owner: host_lines_release. */
#ifndef TOCSIN_TESTS_UNIT_SOURCE_HOST_LINES_H
#define TOCSIN_TESTS_UNIT_SOURCE_HOST_LINES_H

#include "base/number.h"
#include "base/strbuf.h"
#include "source/host/sink.h"

struct host_lines {
    struct host_sink sink;
    struct strbuf text;
    size_t count;
};

static inline void host_lines_add(struct host_sink *sink, const struct host_key *key, double v)
{
    struct host_lines *lines = CONTAINER_OF(sink, struct host_lines, sink);
    strbuf_printf(&lines->text, "%s%.*s%s", key->prefix, STR_ARG(key->stem), key->suffix);
    for (size_t i = 0; i < key->label_count; i++) {
        strbuf_printf(&lines->text, "%s%.*s=\"%.*s\"", i == 0 ? "{" : ",",
                      STR_ARG(key->labels[i].name), STR_ARG(key->labels[i].value));
    }
    strbuf_add_c(&lines->text, key->label_count > 0 ? "} " : " ");
    number_format(&lines->text, v);
    strbuf_add_char(&lines->text, '\n');
    lines->count++;
}

static inline void host_lines_init(struct host_lines *lines)
{
    *lines = (struct host_lines){.sink = {.add = host_lines_add}};
    strbuf_init(&lines->text, (size_t)16 << 20);
}

static inline void host_lines_release(struct host_lines *lines)
{
    strbuf_release(&lines->text);
}

#endif
