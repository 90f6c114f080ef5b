/*
 * Alerts and silences of other engines, from the sources that have them to tocsin's list
 * (alert/alerts_setup.h), and the silences that are made and ended there.
 *
 * Owner: others_create/others_destroy; the alerts outlive it, sources are removed before they go.
 */
#ifndef TOCSIN_ENGINE_OTHERS_H
#define TOCSIN_ENGINE_OTHERS_H

#include "alert/alerts_setup.h"
#include "engine/engine_source.h"

struct others;

struct others *others_create(struct alerts *alerts);
void others_destroy(struct others *o); /* NULL is fine */
/* Nothing where the source has none. */
void others_add(struct others *o, struct engine_source *source);
void others_remove(struct others *o, struct engine_source *source);

#endif
