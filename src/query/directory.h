/* From a source's name to who answers for it. "local" is the embedded store. Owner: the directory
 * owns its entries' names, not the answerers. */
#ifndef TOCSIN_QUERY_DIRECTORY_H
#define TOCSIN_QUERY_DIRECTORY_H

#include "query/query.h"

#define DIRECTORY_LOCAL "local"

struct directory;

struct directory *directory_create(void);
void directory_destroy(struct directory *d);
/* Replaces an entry of the same name. */
void directory_add(struct directory *d, const char *source, struct answerer *answerer);
void directory_remove(struct directory *d, const char *source);
/* NULL where there is none. */
struct answerer *directory_find(const struct directory *d, const char *source);
/* In order of adding. */
size_t directory_count(const struct directory *d);
struct answerer *directory_at(const struct directory *d, size_t i, const char **source);

#endif
