/* The rows' filter: plain words, each of which must occur, upper and lower case alike. */
#ifndef TOCSIN_UI_FILTER_H
#define TOCSIN_UI_FILTER_H

#include <stdbool.h>

#include "panel/board.h"

/* True where every word of `filter` occurs in one of the texts (NULL ends them). */
bool filter_matches(const char *filter, const char *const *texts);
/* In an instance's name, its panel's name and title, or its source. `more` may be NULL. */
bool filter_matches_instance(const char *filter, const struct instance *instance, const char *more);

#endif
