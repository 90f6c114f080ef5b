/*
 * One source in the engine: its configuration (with the snapshot it came from), its place in the
 * poller, who answers for it, and its name on the board and in the directory.
 */
#ifndef TOCSIN_ENGINE_ENGINE_SOURCE_H
#define TOCSIN_ENGINE_ENGINE_SOURCE_H

#include "engine/config.h"
#include "panel/board.h"
#include "query/directory.h"
#include "source/poller.h"

struct engine_source;

/* What a source is put into; borrowed, outlives it. */
struct engine_scope {
    struct source_env env;
    struct poller *poller;
    struct directory *directory;
    struct board *board; /* or NULL */
};

/* `snapshot` is referenced and owns `config`. NULL with err where the source cannot be made. */
struct engine_source *engine_source_create(const struct engine_scope *scope,
                                           const struct config *snapshot,
                                           const struct source_config *config,
                                           struct error *err) ATTR_NODISCARD;
void engine_source_destroy(struct engine_source *s);
const char *engine_source_name(const struct engine_source *s);
struct polled *engine_source_polled(const struct engine_source *s);
/* Does it bring series into the store? */
bool engine_source_is_polled(const struct engine_source *s);
/* Says `config` the same as what this one was made of? */
bool engine_source_same(const struct engine_source *s, const struct source_config *config);
/* How questions over what it polls are answered from now on; nothing at a server. */
void engine_source_set_promql(struct engine_source *s, const struct config_promql *promql);
/* A poll is over: the board looks again where it brought data. */
void engine_source_polled_now(struct engine_source *s, struct wall now);

#endif
