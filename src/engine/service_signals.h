/*
 * The signals of a service by their names, for its alerts: those of its panel, or of all packs that
 * have a signal of that name. Which pack fits is known only when its data is there; so the others'
 * expressions stand behind an `or` and give nothing.
 *
 * Owner: service_signals_init/release; what was looked up is borrowed until then.
 */
#ifndef TOCSIN_ENGINE_SERVICE_SIGNALS_H
#define TOCSIN_ENGINE_SERVICE_SIGNALS_H

#include "panel/packs.h"
#include "panel/services.h"
#include "promql/promql.h"

struct service_signal {
    char *name;
    struct strbuf text;
    struct expr *expr; /* NULL before it is looked up */
};

struct service_signals {
    VEC(struct service_signal) list;
    VEC(const char *) names;
};

/* Rates are over `window_ms`. */
void service_signals_init(struct service_signals *s, const struct service *service,
                          const struct packs *packs, int64_t window_ms);
void service_signals_release(struct service_signals *s);
/* For parse_options.signals, with the signals as its user. */
const struct expr *service_signals_find(void *user, struct str name);

#endif
