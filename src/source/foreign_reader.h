/*
 * Alerts and silences out of their JSON objects, event by event, into a list: those of
 * Alertmanager's API (api/v2/openapi.yaml) and of Prometheus' rules
 * (prometheus.io/docs/prometheus/latest/querying/api, rules), which share their words where they
 * mean the same. Members that nobody knows are skipped; those that are known must be what they
 * should. Pure.
 *
 * Owner: foreign_reader_create/destroy; list and table are borrowed. After an error it is not fed
 * again, and the list is not whole. Limits: those of source/foreign.h.
 */
#ifndef TOCSIN_SOURCE_FOREIGN_READER_H
#define TOCSIN_SOURCE_FOREIGN_READER_H

#include "source/foreign.h"
#include "source/prometheus/json_stream.h"

struct foreign_reader;

struct foreign_reader *foreign_reader_create(struct foreign_list *list, struct label_table *table);
void foreign_reader_destroy(struct foreign_reader *reader); /* NULL is fine */

/* One event of an object. `depth` is 0 for its begin and end, 1 for its members, and so on. */
bool foreign_reader_alert(struct foreign_reader *reader, unsigned depth, enum json_event event,
                          struct str text, struct error *err) ATTR_NODISCARD;
bool foreign_reader_silence(struct foreign_reader *reader, unsigned depth, enum json_event event,
                            struct str text, struct error *err) ATTR_NODISCARD;

#endif
