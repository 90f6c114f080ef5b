/*
 * Silences as Alertmanager's API has them (api/v2/openapi.yaml: gettableSilence, postableSilence),
 * and beyond it a member `tocsin` with `endWhenResolvedSeconds` and `source`.
 */
#ifndef TOCSIN_API_SILENCE_JSON_H
#define TOCSIN_API_SILENCE_JSON_H

#include "alert/silence.h"
#include "base/clock.h"
#include "base/json_writer.h"
#include "net/json.h"

void silence_json(struct json_writer *w, const struct silence *s, struct wall now);
/* Into an empty silence; without `startsAt` it begins now, as does one that would have begun
 * before. What is missing beyond that is silence_check's to say. */
bool silence_json_read(struct silence *s, struct json object, struct wall now,
                       struct error *err) ATTR_NODISCARD;

#endif
