/* Why, out of what /api/tocsin/v1/why answers. */
#ifndef TOCSIN_CMD_WHY_READ_H
#define TOCSIN_CMD_WHY_READ_H

#include "alert/why.h"
#include "net/json.h"

/* Into an empty one. What is missing of the answer is left empty. */
bool why_read(struct why *why, struct json answer, struct error *err) ATTR_NODISCARD;

#endif
