/* See asker.h. */
#include "cmd/asker.h"

#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "query/directory.h"

#define POLL_GAP_MS  1100
#define SUGGEST_FROM 64
#define POLLS_ENOUGH 2

struct asker {
    struct loop *loop;
    struct engine *engine;
    struct loop_timer *timer; /* until the next poll */
    struct deferred *look;    /* the first one */
    const char *name;
    struct asker_events events;
    unsigned polls;
    bool told;
};

bool asker_is_local(const struct answerer *answerer)
{
    return strcmp(answerer->ops->kind, "local") == 0;
}

bool asker_find_failing(const struct asker *a, const struct answerer *answerer, struct error *err)
{
    const struct directory *d = engine_directory(a->engine);
    bool of_all = strcmp(answerer->source, DIRECTORY_LOCAL) == 0;
    for (size_t i = 0; asker_is_local(answerer) && i < engine_source_count(a->engine); i++) {
        struct source_health health = {0};
        engine_source_health(a->engine, i, loop_wall(a->loop), &health);
        struct answerer *of_source = directory_find(d, health.name);
        bool counts =
            of_all ? of_source != NULL && asker_is_local(of_source) : of_source == answerer;
        if (health.failures_in_a_row > 0 && counts) {
            error_set(err, health.error_kind, "'%s' cannot be read: %s", health.name, health.error);
            return true;
        }
    }
    return false;
}

static bool no_such_source(const struct directory *d, const char *name, struct error *err)
{
    const char *names[SUGGEST_FROM];
    size_t count = 0;
    for (size_t i = 0; i < directory_count(d) && i < ARRAY_LEN(names); i++) {
        (void)directory_at(d, i, &names[count++]);
    }
    error_set(err, ERROR_USAGE, "there is no source '%s'", name);
    const char *nearest = suggest_nearest(str_from(name), names, count);
    if (nearest != NULL) {
        error_suggest(err, "did you mean '%s'?", nearest);
    } else {
        error_suggest(err, "the configuration names sources; an address is http://HOST:PORT");
    }
    return false;
}

static struct answerer *pick_answerer(const struct asker *a, struct error *err)
{
    const struct directory *d = engine_directory(a->engine);
    const char *name = a->name != NULL ? a->name : engine_config(a->engine)->default_source;
    struct answerer *found = NULL;
    if (name != NULL) {
        found = directory_find(d, name);
        if (found == NULL) {
            no_such_source(d, name, err);
        }
        return found;
    }
    /* One that answers by itself is meant before one that tocsin polls: it has a past. */
    for (size_t i = 0; i < directory_count(d); i++) {
        const char *ignored;
        struct answerer *answerer = directory_at(d, i, &ignored);
        if (found == NULL || asker_is_local(found)) {
            found = !asker_is_local(answerer) || found == NULL ? answerer : found;
        }
    }
    if (found == NULL) {
        error_set(err, ERROR_USAGE, "there is no source to ask");
        error_suggest(err, "name one with --source, or samples with --load");
    }
    return found;
}

static void tell(struct asker *a, struct answerer *answerer, const struct error *err)
{
    a->told = true;
    loop_timer_disarm(a->timer);
    if (answerer != NULL) {
        a->events.ready(a->events.user, answerer);
    } else {
        a->events.failed(a->events.user, err);
    }
}

/* After every poll and every address asked: can the question be put now? */
static void engine_moved(void *user)
{
    struct asker *a = user;
    if (a->told || a->engine == NULL || engine_probing(a->engine)) {
        return;
    }
    struct error err = ERROR_INIT;
    struct answerer *answerer = pick_answerer(a, &err);
    if (answerer == NULL) {
        struct source_health health = {0};
        if (engine_source_count(a->engine) != 0) {
            engine_source_health(a->engine, 0, loop_wall(a->loop), &health);
        }
        if (a->name == NULL && health.error[0] != '\0') {
            error_set(&err, health.error_kind, "%s", health.error);
        }
        tell(a, NULL, &err);
        error_release(&err);
    } else if (!asker_is_local(answerer)) {
        tell(a, answerer, NULL);
    } else if (a->polls < POLLS_ENOUGH && !loop_timer_armed(a->timer)) {
        loop_timer_arm(a->timer, POLL_GAP_MS);
    }
}

static void poll_again(void *user)
{
    struct asker *a = user;
    a->polls++;
    if (a->polls < POLLS_ENOUGH) {
        engine_poll_now(a->engine);
        loop_timer_arm(a->timer, POLL_GAP_MS);
        return;
    }
    struct error err = ERROR_INIT;
    struct answerer *answerer = pick_answerer(a, &err);
    tell(a, answerer, &err);
    error_release(&err);
}

static void first_look(void *user)
{
    struct asker *a = user;
    a->look = NULL;
    engine_moved(a);
}

struct config *asker_config(const struct invocation *inv, bool *is_target, struct diags *diags)
{
    const char *source = invocation_value(inv, "source");
    *is_target = source != NULL && strchr(source, ':') != NULL;
    char *file = *is_target ? NULL : config_find(invocation_value(inv, "config"));
    struct config *config = file != NULL ? config_load(file, diags)
                                         : config_from_targets(&source, *is_target ? 1 : 0, diags);
    free(file);
    return config;
}

struct asker *asker_create(struct loop *loop, struct config *config, const char *name,
                           const struct asker_events *events)
{
    struct asker *a = mem_zalloc(1, sizeof(*a));
    a->loop = loop;
    a->name = name;
    a->events = *events;
    a->timer = loop_timer_create(loop, "poll again", poll_again, a);
    a->look = loop_defer(loop, first_look, a);
    const char *asked = name != NULL ? name : config->default_source;
    bool all = asked != NULL && strcmp(asked, DIRECTORY_LOCAL) == 0;
    if (all) {
        /* The engine over all that is polled comes with that of rules: here it has none. */
        ruleset_unref(config->rules.set);
        config->rules.set = ruleset_create();
    }
    const struct engine_options engine = {
        .loop = loop, .config = config, .rules = all, .changed = engine_moved, .user = a};
    a->engine = engine_create(&engine);
    return a;
}

void asker_destroy(struct asker *a)
{
    if (a == NULL) {
        return;
    }
    deferred_cancel(a->look);
    engine_destroy(a->engine);
    loop_timer_destroy(a->timer);
    free(a);
}
