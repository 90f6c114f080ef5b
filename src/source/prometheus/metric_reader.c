#include "source/prometheus/metric_reader.h"

void metric_reader_init(struct metric_reader *m, struct label_table *table)
{
    *m = (struct metric_reader){0};
    labels_builder_init(&m->builder, table);
    strbuf_init(&m->texts, METRIC_MAX_BYTES);
}

void metric_reader_release(struct metric_reader *m)
{
    labels_builder_release(&m->builder);
    strbuf_release(&m->texts);
    vec_release(&m->labels);
}

void metric_reader_begin(struct metric_reader *m)
{
    strbuf_reset(&m->texts);
    m->labels.len = 0;
}

static bool add_text(struct metric_reader *m, struct str text, struct error *err)
{
    if (!strbuf_add_str(&m->texts, text)) {
        return error_set(err, ERROR_LIMIT, "the answer has a series with labels of over %zu bytes",
                         METRIC_MAX_BYTES);
    }
    return true;
}

bool metric_reader_name(struct metric_reader *m, struct str name, struct error *err)
{
    if (name.len == 0) {
        return error_set(err, ERROR_PROTOCOL, "the answer has a label without a name");
    }
    if (m->labels.len == LABELS_MAX_COUNT) {
        return error_set(err, ERROR_LIMIT, "the answer has a series with more than %d labels",
                         LABELS_MAX_COUNT);
    }
    struct metric_label label = {.name = m->texts.len};
    if (!add_text(m, name, err)) {
        return false;
    }
    label.value = label.end = m->texts.len;
    vec_push(&m->labels, label);
    return true;
}

bool metric_reader_value(struct metric_reader *m, struct str value, struct error *err)
{
    if (!add_text(m, value, err)) {
        return false;
    }
    m->labels.items[m->labels.len - 1].end = m->texts.len;
    return true;
}

struct labels *metric_reader_finish(struct metric_reader *m, struct error *err)
{
    const char *texts = m->texts.data;
    for (size_t i = 0; i < m->labels.len; i++) {
        const struct metric_label *l = &m->labels.items[i];
        if (l->end > l->value) { /* an empty one is not there */
            labels_builder_add(&m->builder, str_span(texts + l->name, l->value - l->name),
                               str_span(texts + l->value, l->end - l->value));
        }
    }
    return labels_builder_finish(&m->builder, err);
}
