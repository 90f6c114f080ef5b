/*
 * The label set of one series out of its JSON object, piece by piece: texts are copied as they come
 * and interned once, when the object is whole.
 *
 * Owner: metric_reader_init/metric_reader_release. Limits: METRIC_MAX_BYTES of texts a series, and
 * those of series/labels.h.
 */
#ifndef TOCSIN_SOURCE_PROMETHEUS_METRIC_READER_H
#define TOCSIN_SOURCE_PROMETHEUS_METRIC_READER_H

#include "base/vec.h"
#include "series/labels.h"

#define METRIC_MAX_BYTES ((size_t)1 << 20)

struct metric_label {
    size_t name;
    size_t value;
    size_t end;
};

struct metric_reader {
    struct labels_builder builder;
    struct strbuf texts;
    VEC(struct metric_label) labels; /* places in `texts` */
};

void metric_reader_init(struct metric_reader *m, struct label_table *table);
void metric_reader_release(struct metric_reader *m);
void metric_reader_begin(struct metric_reader *m);
bool metric_reader_name(struct metric_reader *m, struct str name, struct error *err) ATTR_NODISCARD;
/* Of the name read last. */
bool metric_reader_value(struct metric_reader *m, struct str value,
                         struct error *err) ATTR_NODISCARD;
/* The caller's reference; NULL with err. */
struct labels *metric_reader_finish(struct metric_reader *m, struct error *err) ATTR_NODISCARD;

#endif
