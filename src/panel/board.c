/* See board.h. The list of instances is put together anew when a feed changed; it points into the
 * feeds. */
#include "panel/board.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "panel/board_source.h"
#include "panel/panel_new.h"

struct board {
    struct board_scope scope;
    board_changed_cb changed;
    void *user;
    VEC(struct panel *) panels;
    VEC(struct service) services; /* with texts of their own */
    VEC(struct board_source *) sources;
    VEC(struct instance) list;
    struct arena names;    /* those in the list that had to be told apart */
    struct panel *nowhere; /* stands for the panel of a service that no pack has found */
    uint64_t version;
};

struct board *board_create(struct label_table *table, int64_t range_ms, board_changed_cb changed,
                           void *user)
{
    struct board *board = mem_zalloc(1, sizeof(*board));
    board->scope.table = table;
    board->scope.range_ms = range_ms;
    board->changed = changed;
    board->user = user;
    board->nowhere = panel_new();
    board->nowhere->name = mem_strdup("");
    board->nowhere->title = mem_strdup("not found");
    return board;
}

static void services_clear(struct board *board)
{
    VEC_EACH (&board->services, struct service, service) {
        for (size_t i = 0; i < service->match_count; i++) {
            free((char *)(uintptr_t)service->match[i].label);
            free((char *)(uintptr_t)service->match[i].value);
        }
        free((struct service_match *)(uintptr_t)service->match);
        free((char *)(uintptr_t)service->name);
        free((char *)(uintptr_t)service->source);
        free((char *)(uintptr_t)service->panel);
    }
    vec_release(&board->services);
}

static void panels_clear(struct board *board)
{
    VEC_EACH (&board->panels, struct panel *, panel) {
        panel_unref(*panel);
    }
    vec_release(&board->panels);
}

void board_destroy(struct board *board)
{
    if (board == NULL) {
        return;
    }
    VEC_EACH (&board->sources, struct board_source *, s) {
        board_source_destroy(*s);
    }
    vec_release(&board->sources);
    services_clear(board);
    panels_clear(board);
    panel_unref(board->nowhere);
    vec_release(&board->list);
    arena_release(&board->names);
    free(board);
}

/* The service that `it` goes by, or NULL. */
static const struct service *service_of(const struct board *board, const struct instance *it)
{
    VEC_EACH (&board->services, const struct service, service) {
        bool here = service->source == NULL || strcmp(service->source, it->source) == 0;
        bool this_panel = service->panel == NULL || strcmp(service->panel, it->panel->name) == 0;
        if (here && this_panel && service_is_rename(service, it->panel) &&
            service_matches(service, it->labels)) {
            return service;
        }
    }
    return NULL;
}

static bool shown(const struct board *board, const char *name)
{
    VEC_EACH (&board->list, const struct instance, it) {
        if (strcmp(it->name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* Services of the configuration that nothing was found of: shown all the same, as not known. */
static void add_missing(struct board *board)
{
    VEC_EACH (&board->services, const struct service, service) {
        if (shown(board, service->name)) {
            continue;
        }
        struct instance it = {.id = str_hash(str_from(service->name)),
                              .panel = board->nowhere,
                              .name = service->name,
                              .source = service->source != NULL ? service->source : "",
                              .labels = NULL,
                              .grid = grid_instant(0),
                              .state = INSTANCE_STALE};
        vec_push(&board->list, it);
    }
}

static int instance_order(const void *a, const void *b)
{
    const struct instance *x = a, *y = b;
    if (x->panel->shape != y->panel->shape) {
        return x->panel->shape < y->panel->shape ? -1 : 1;
    }
    int order = strcmp(x->name, y->name);
    order = order != 0 ? order : strcmp(x->panel->name, y->panel->name);
    return order != 0 ? order : strcmp(x->source, y->source);
}

/* Are these two shown under one name, as one kind of thing? */
static bool are_namesakes(const struct instance *a, const struct instance *b)
{
    return a->panel->shape == b->panel->shape && strcmp(a->name, b->name) == 0;
}

/* The same machine seen by two sources, or one job that two packs know: each says which it is. */
static void tell_namesakes_apart(struct board *board)
{
    struct instance *list = board->list.items;
    for (size_t i = 0; i < board->list.len;) {
        size_t end = i + 1;
        bool sources_differ = false;
        for (; end < board->list.len && are_namesakes(&list[i], &list[end]); end++) {
            sources_differ = sources_differ || strcmp(list[i].source, list[end].source) != 0;
        }
        const char *name = list[i].name;
        for (size_t k = i; end - i > 1 && k < end; k++) {
            const char *which = sources_differ ? list[k].source : list[k].panel->title;
            list[k].name = arena_printf(&board->names, "%s (%s)", name, which).data;
        }
        i = end;
    }
}

static void assemble(struct board *board)
{
    board->list.len = 0;
    arena_release(&board->names);
    VEC_EACH (&board->sources, struct board_source *, s) {
        for (size_t i = 0; i < board_source_feeds(*s); i++) {
            const struct instances *from = feed_instances(board_source_feed(*s, i));
            VEC_EACH (&from->list, const struct instance, it) {
                struct instance copy = *it;
                const struct service *service = service_of(board, it);
                copy.name = service != NULL ? service->name : it->name;
                vec_push(&board->list, copy);
            }
        }
    }
    add_missing(board);
    if (board->list.len != 0) {
        qsort(board->list.items, board->list.len, sizeof(*board->list.items), instance_order);
    }
    tell_namesakes_apart(board);
    board->version++;
}

static void source_changed(void *user)
{
    struct board *board = user;
    assemble(board);
    board->changed(board->user);
}

static void reset(struct board *board)
{
    board->scope.panels = board->panels.items;
    board->scope.panel_count = board->panels.len;
    board->scope.services = board->services.items;
    board->scope.service_count = board->services.len;
    board->list.len = 0;
    VEC_EACH (&board->sources, struct board_source *, s) {
        board_source_reset(*s);
    }
    assemble(board);
}

void board_set_panels(struct board *board, struct panel *const *panels, size_t count)
{
    /* The old ones are let go only after the feeds that use them are gone. */
    size_t old = board->panels.len;
    for (size_t i = 0; i < count; i++) {
        vec_push(&board->panels, panel_ref(panels[i]));
    }
    struct panel **all = board->panels.items;
    struct panel **gone = mem_zalloc(old, sizeof(*gone));
    memcpy(gone, all, old * sizeof(*gone));
    memmove(all, all + old, count * sizeof(*all));
    board->panels.len = count;
    reset(board);
    for (size_t i = 0; i < old; i++) {
        panel_unref(gone[i]);
    }
    free(gone);
}

static char *dup_or_null(const char *s)
{
    return s != NULL ? mem_strdup(s) : NULL;
}

void board_set_services(struct board *board, const struct service *services, size_t count)
{
    board->list.len = 0;
    services_clear(board);
    for (size_t i = 0; i < count; i++) {
        struct service_match *match = mem_zalloc(services[i].match_count, sizeof(*match));
        for (size_t k = 0; k < services[i].match_count; k++) {
            match[k].label = mem_strdup(services[i].match[k].label);
            match[k].value = mem_strdup(services[i].match[k].value);
        }
        struct service copy = {.name = mem_strdup(services[i].name),
                               .source = dup_or_null(services[i].source),
                               .panel = dup_or_null(services[i].panel),
                               .match = match,
                               .match_count = services[i].match_count};
        vec_push(&board->services, copy);
    }
    reset(board);
}

void board_add_source(struct board *board, const char *source, struct answerer *answerer,
                      const char *match)
{
    struct board_source *s =
        board_source_create(&board->scope, source, answerer, match, source_changed, board);
    vec_push(&board->sources, s);
}

void board_remove_source(struct board *board, const char *source)
{
    for (size_t i = 0; i < board->sources.len; i++) {
        if (strcmp(board_source_name(board->sources.items[i]), source) == 0) {
            struct board_source *gone = board->sources.items[i];
            vec_remove(&board->sources, i);
            assemble(board);
            board_source_destroy(gone);
            return;
        }
    }
}

void board_set_range(struct board *board, int64_t range_ms)
{
    if (range_ms != board->scope.range_ms) {
        board->scope.range_ms = range_ms;
        VEC_EACH (&board->sources, struct board_source *, s) {
            board_source_set_range(*s);
        }
    }
}

void board_refresh(struct board *board, const char *source, struct wall now)
{
    VEC_EACH (&board->sources, struct board_source *, s) {
        if (strcmp(board_source_name(*s), source) == 0) {
            board_source_refresh(*s, now);
        }
    }
}

void board_tick(struct board *board, struct wall now)
{
    bool changed = false;
    VEC_EACH (&board->sources, struct board_source *, s) {
        changed = board_source_tick(*s, now) || changed;
    }
    if (changed) {
        assemble(board);
    }
}

bool board_busy(const struct board *board)
{
    VEC_EACH (&board->sources, struct board_source *const, s) {
        if (board_source_busy(*s)) {
            return true;
        }
    }
    return false;
}

const char *board_problem(const struct board *board)
{
    VEC_EACH (&board->sources, struct board_source *const, s) {
        const char *problem = board_source_problem(*s);
        if (problem != NULL) {
            return problem;
        }
    }
    return NULL;
}

size_t board_count(const struct board *board)
{
    return board->list.len;
}

const struct instance *board_at(const struct board *board, size_t i)
{
    return &board->list.items[i];
}

const struct instance *board_find(const struct board *board, uint64_t id)
{
    VEC_EACH (&board->list, const struct instance, it) {
        if (it->id == id) {
            return it;
        }
    }
    return NULL;
}

uint64_t board_version(const struct board *board)
{
    return board->version;
}

const struct signal_row *instance_signal(const struct instance *instance, const char *signal)
{
    size_t i = panel_find_signal(instance->panel, signal);
    if (i == PANEL_NONE || instance->signals == NULL || instance->signals[i].count == 0) {
        return NULL;
    }
    return &instance->signals[i].rows[0];
}
