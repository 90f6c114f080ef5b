/* "did you mean": the nearest of some words by Damerau-Levenshtein distance. */
#ifndef TOCSIN_BASE_SUGGEST_H
#define TOCSIN_BASE_SUGGEST_H

#include <stddef.h>

#include "base/str.h"

/* The nearest candidate within a third of the word's length (at least 1, at most 3 edits), or NULL.
 * Of equally near ones the one that shares more of its beginning and end. */
const char *suggest_nearest(struct str word, const char *const *candidates, size_t count);

#endif
