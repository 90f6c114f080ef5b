/* Times and steps as the HTTP API of Prometheus takes them: Unix seconds with decimals, or RFC
 * 3339; steps in seconds or as a duration. */
#ifndef TOCSIN_CMD_QUERY_TIME_H
#define TOCSIN_CMD_QUERY_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

bool query_time_parse(struct str s, int64_t *t_ms, struct error *err) ATTR_NODISCARD;
bool query_step_parse(struct str s, int64_t *step_ms, struct error *err) ATTR_NODISCARD;

#endif
