/*
 * What an engine answered, read back from the JSON of its API into what alerts.h shows: the answer
 * of GET /api/tocsin/v1/alerts?silences=true, and that of GET /api/v1/rules. Pure functions.
 *
 * Half an answer would look like a whole one: where anything of it cannot be read, all of it is an
 * error.
 *
 * Owner: fetched_alerts_init/release, fetched_rules_init/release, also after an error. The label
 * table outlives them.
 */
#ifndef TOCSIN_ATTACH_FETCHED_H
#define TOCSIN_ATTACH_FETCHED_H

#include "alert/alerts.h"
#include "base/arena.h"
#include "base/vec.h"
#include "net/json.h"
#include "series/labels.h"

struct fetched_alerts {
    struct arena arena;
    VEC(struct alert_info) alerts;
    VEC(struct labels *) labels; /* of the alerts */
    VEC(struct silence) silences;
    VEC(const struct silence *) hiding; /* of all alerts, one after the other */
    const char *version;                /* of the list, to ask with */
    const char *problem;                /* or NULL */
    struct wall last_cycle;
};

void fetched_alerts_init(struct fetched_alerts *f);
void fetched_alerts_release(struct fetched_alerts *f);
bool fetched_alerts_read(struct fetched_alerts *f, struct label_table *table, struct json root,
                         struct error *err) ATTR_NODISCARD;

struct fetched_rules {
    struct arena arena;
    VEC(struct rule_info) rules;
};

void fetched_rules_init(struct fetched_rules *f);
void fetched_rules_release(struct fetched_rules *f);
bool fetched_rules_read(struct fetched_rules *f, struct json root,
                        struct error *err) ATTR_NODISCARD;

#endif
