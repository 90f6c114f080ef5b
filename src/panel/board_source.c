/* See board_source.h. */
#include "panel/board_source.h"

#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/strbuf.h"
#include "promql/promql.h"

#define DETECT_TIMEOUT_MS 10000

struct owned_feed {
    struct feed *feed;
    char *match; /* what the feed borrows */
};

struct board_source {
    const struct board_scope *scope;
    char *name;
    char *match;
    struct answerer *answerer;
    board_source_cb changed;
    void *user;
    VEC(struct owned_feed) feeds;
    bool *found; /* by number of the scope's panels */
    struct query *detecting;
    struct wall detected_at; /* 0: never */
    int64_t detect_wait_ms;  /* until the next time */
    struct wall now;
    struct error problem; /* of detecting, or of binding */
};

bool service_is_rename(const struct service *service, const struct panel *panel)
{
    for (size_t i = 0; i < service->match_count; i++) {
        bool there = false;
        for (size_t k = 0; k < panel->each.len; k++) {
            there = there || strcmp(service->match[i].label, panel->each.items[k]) == 0;
        }
        if (!there) {
            return false;
        }
    }
    return true;
}

bool service_matches(const struct service *service, const struct labels *ls)
{
    for (size_t i = 0; i < service->match_count; i++) {
        if (!str_equal_c(labels_get(ls, str_from(service->match[i].label)),
                         service->match[i].value)) {
            return false;
        }
    }
    return true;
}

struct board_source *board_source_create(const struct board_scope *scope, const char *name,
                                         struct answerer *answerer, const char *match,
                                         board_source_cb changed, void *user)
{
    struct board_source *s = mem_zalloc(1, sizeof(*s));
    s->scope = scope;
    s->name = mem_strdup(name);
    s->match = mem_strdup(match);
    s->answerer = answerer;
    s->changed = changed;
    s->user = user;
    s->found = mem_zalloc(scope->panel_count, sizeof(bool));
    return s;
}

void board_source_reset(struct board_source *s)
{
    query_cancel(s->detecting);
    s->detecting = NULL;
    VEC_EACH (&s->feeds, struct owned_feed, owned) {
        feed_destroy(owned->feed);
        free(owned->match);
    }
    vec_release(&s->feeds);
    free(s->found);
    s->found = mem_zalloc(s->scope->panel_count, sizeof(bool));
    s->detected_at = (struct wall){0};
    s->detect_wait_ms = 0;
    error_release(&s->problem);
}

void board_source_set_range(struct board_source *s)
{
    VEC_EACH (&s->feeds, struct owned_feed, owned) {
        struct error err = ERROR_INIT;
        if (!feed_set_range(owned->feed, s->scope->range_ms, &err)) {
            error_move(&s->problem, &err);
        }
    }
    /* A longer range may reach back to metrics that have ended. */
    s->detected_at = (struct wall){0};
}

void board_source_destroy(struct board_source *s)
{
    if (s == NULL) {
        return;
    }
    board_source_reset(s);
    free(s->found);
    free(s->name);
    free(s->match);
    free(s);
}

const char *board_source_name(const struct board_source *s)
{
    return s->name;
}

static void feed_changed(void *user)
{
    struct board_source *s = user;
    s->changed(s->user);
}

/* Takes over `match`. */
static void add_feed(struct board_source *s, struct panel *panel, char *match, const char *service)
{
    const struct feed_options options = {.panel = panel,
                                         .source = s->name,
                                         .answerer = s->answerer,
                                         .table = s->scope->table,
                                         .match = match,
                                         .service = service,
                                         .range_ms = s->scope->range_ms};
    struct error err = ERROR_INIT;
    struct feed *feed = feed_create(&options, feed_changed, s, &err);
    if (feed == NULL) {
        error_wrap(&err, "panel '%s'", panel->name);
        error_move(&s->problem, &err);
        free(match);
        return;
    }
    vec_push(&s->feeds, ((struct owned_feed){feed, match}));
    feed_refresh(feed, s->now);
}

/* The source's own matchers and the service's: `job="a",namespace="b"`. */
static char *join_match(const struct board_source *s, const struct service *service)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_add_c(&text, s->match);
    for (size_t i = 0; service != NULL && i < service->match_count; i++) {
        strbuf_add_c(&text, text.len != 0 ? "," : "");
        escape_quoted(&text, str_from(service->match[i].label));
        strbuf_add_char(&text, '=');
        escape_quoted(&text, str_from(service->match[i].value));
    }
    return strbuf_take(&text);
}

static void panel_found(struct board_source *s, size_t number)
{
    struct panel *panel = s->scope->panels[number];
    s->found[number] = true;
    add_feed(s, panel, join_match(s, NULL), NULL);
    for (size_t i = 0; i < s->scope->service_count; i++) {
        const struct service *service = &s->scope->services[i];
        bool here = service->source == NULL || strcmp(service->source, s->name) == 0;
        bool this_panel = service->panel != NULL ? strcmp(service->panel, panel->name) == 0
                                                 : panel->shape == PANEL_RED;
        if (here && this_panel && !service_is_rename(service, panel)) {
            add_feed(s, panel, join_match(s, service), service->name);
        }
    }
}

/* The metric a panel is detected by: the name at the start of `detect`. */
static struct str detect_metric(const struct panel *panel)
{
    struct str detect = str_trim(str_from(panel->detect));
    return str_slice(detect, 0, str_find(detect, '{'));
}

static void detected(void *user, const struct str *names, size_t count, const struct error *err)
{
    struct board_source *s = user;
    s->detecting = NULL;
    if (err != NULL) {
        error_copy(&s->problem, err);
        s->detected_at = (struct wall){0}; /* again at the next refresh */
        return;
    }
    for (size_t p = 0; p < s->scope->panel_count; p++) {
        struct str metric = detect_metric(s->scope->panels[p]);
        for (size_t i = 0; i < count && !s->found[p]; i++) {
            if (str_equal(metric, names[i])) {
                panel_found(s, p);
            }
        }
    }
}

/* A server that has just started has its first data seconds later, and a page that is just back
 * what it had: soon again as long as nothing is found, then less and less often. */
static int64_t next_wait_ms(const struct board_source *s)
{
    if (s->feeds.len == 0) {
        return BOARD_DETECT_EMPTY_MS;
    }
    int64_t wait_ms = 2 * s->detect_wait_ms;
    return wait_ms < BOARD_DETECT_MS ? wait_ms : BOARD_DETECT_MS;
}

/* Which of the panels' metrics are there? One question: `__name__=~"a|b|c"`. Metric names need no
 * escaping. */
static void detect(struct board_source *s)
{
    struct strbuf pattern = STRBUF_INIT;
    for (size_t p = 0; p < s->scope->panel_count; p++) {
        struct str metric = detect_metric(s->scope->panels[p]);
        if (!s->found[p]) {
            strbuf_printf(&pattern, "%s%.*s", pattern.len != 0 ? "|" : "", STR_ARG(metric));
        }
    }
    s->detected_at = s->now;
    s->detect_wait_ms = next_wait_ms(s);
    struct matcher matcher;
    struct error err = ERROR_INIT;
    if (pattern.len == 0) {
        strbuf_release(&pattern);
        return;
    }
    if (!matcher_init(&matcher, MATCH_REGEX, STR(LABEL_NAME), strbuf_str(&pattern), &err)) {
        error_move(&s->problem, &err);
    } else {
        const struct query_names_request request = {.label = STR(LABEL_NAME),
                                                    .matchers = &matcher,
                                                    .matcher_count = 1,
                                                    .from_ms = s->now.ms - s->scope->range_ms,
                                                    .to_ms = s->now.ms,
                                                    .timeout_ms = DETECT_TIMEOUT_MS,
                                                    .done = detected,
                                                    .user = s};
        s->detecting = query_names(s->answerer, &request);
        matcher_release(&matcher);
    }
    strbuf_release(&pattern);
}

void board_source_refresh(struct board_source *s, struct wall now)
{
    s->now = now;
    bool due = s->detected_at.ms == 0 || now.ms - s->detected_at.ms >= s->detect_wait_ms ||
               now.ms < s->detected_at.ms;
    if (due && s->detecting == NULL) {
        error_release(&s->problem);
        detect(s);
    }
    VEC_EACH (&s->feeds, struct owned_feed, owned) {
        feed_refresh(owned->feed, now);
    }
}

bool board_source_tick(struct board_source *s, struct wall now)
{
    bool changed = false;
    s->now = now;
    VEC_EACH (&s->feeds, struct owned_feed, owned) {
        changed = feed_tick(owned->feed, now) || changed;
    }
    return changed;
}

size_t board_source_feeds(const struct board_source *s)
{
    return s->feeds.len;
}

const struct feed *board_source_feed(const struct board_source *s, size_t i)
{
    return s->feeds.items[i].feed;
}

bool board_source_busy(const struct board_source *s)
{
    VEC_EACH (&s->feeds, const struct owned_feed, owned) {
        if (feed_busy(owned->feed)) {
            return true;
        }
    }
    return false;
}

const char *board_source_problem(const struct board_source *s)
{
    if (error_is(&s->problem)) {
        return error_text(&s->problem);
    }
    VEC_EACH (&s->feeds, struct owned_feed, owned) {
        const char *problem = feed_problem(owned->feed);
        if (problem != NULL) {
            return problem;
        }
    }
    return NULL;
}
