/* Numbers for people, as Prometheus' templates write them. Private to this folder. */
#ifndef TOCSIN_TEMPLATE_HUMANIZE_H
#define TOCSIN_TEMPLATE_HUMANIZE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"

void humanize(struct strbuf *out, double v);
void humanize_1024(struct strbuf *out, double v);
void humanize_duration(struct strbuf *out, double seconds);
void humanize_percentage(struct strbuf *out, double ratio);
/* Seconds as nanoseconds; false where they do not fit. */
bool humanize_nanoseconds(double seconds, int64_t *ns);
/* False where 64 bits of nanoseconds do not hold the time. */
bool humanize_timestamp(struct strbuf *out, double seconds);

#endif
