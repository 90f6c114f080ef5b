/* See others.h. */
#include "engine/others.h"

#include <stdlib.h>

#include "base/mem.h"
#include "source/foreign.h"

struct change;

struct other_engine {
    struct others *others;
    struct engine_source *engine_source;
    struct source *source;
    const struct foreign_ops *ops;
    VEC(struct change *) changes; /* under way */
};

/* A silence on its way to the other engine. */
struct change {
    struct other_engine *engine;
    struct foreign_change *handle;
    alerts_done_cb done; /* or NULL */
    void *user;
};

struct others {
    struct alerts *alerts;
    VEC(struct other_engine *) list;
};

/* Texts of the list are not NUL-terminated; these live for one call. */
struct taking {
    struct arena arena;
    VEC(struct other_alert) alerts;
    VEC(struct silence) silences;
};

static enum alert_state state_of(enum foreign_state state)
{
    switch (state) {
    case FOREIGN_PENDING:
        return ALERT_PENDING;
    case FOREIGN_FIRING:
    case FOREIGN_SUPPRESSED:
        return ALERT_FIRING;
    }
    return ALERT_FIRING;
}

static struct rule_pairs pairs_of(struct arena *arena, const struct foreign_pairs *from)
{
    struct rule_pairs pairs = {.items = arena_array(arena, struct rule_pair, from->count + 1)};
    for (size_t i = 0; i < from->count; i++) {
        pairs.items[pairs.count++] =
            (struct rule_pair){.name = from->items[i].name, .value = from->items[i].value};
    }
    return pairs;
}

static void take_alert(struct taking *t, const struct foreign_alert *a, enum alert_origin origin)
{
    struct other_alert alert = {
        .labels = a->labels,
        .annotations = pairs_of(&t->arena, &a->annotations),
        .origin = origin,
        .state = state_of(a->state),
        .starts_at = a->starts_at,
        .updated_at = a->updated_at,
        .value = a->value,
        .has_value = a->value == a->value,
        .suppressed = a->state == FOREIGN_SUPPRESSED,
        .generator_url =
            a->generator_url.len != 0 ? arena_str(&t->arena, a->generator_url).data : NULL,
    };
    vec_push(&t->alerts, alert);
}

/* A matcher that does not compile here is left out: such a silence hides more here than there, so
 * it is not taken at all. */
static bool take_matchers(struct silence *s, const struct foreign_silence *from)
{
    struct error err = ERROR_INIT;
    for (size_t i = 0; i < from->matchers.count; i++) {
        const struct foreign_matcher *m = &from->matchers.items[i];
        struct matcher matcher;
        if (!matcher_init(&matcher, m->op, m->name, m->value, &err)) {
            error_release(&err);
            return false;
        }
        vec_push(&s->matchers, matcher);
    }
    return true;
}

static void take_silence(struct taking *t, const struct foreign_silence *from)
{
    struct silence s;
    silence_init(&s);
    s.id = str_dup(from->id);
    s.starts_at_ms = from->starts_at.ms;
    s.ends_at_ms = from->ends_at.ms;
    s.updated_at_ms = from->updated_at.ms;
    s.created_by = str_dup(from->created_by);
    s.comment = str_dup(from->comment);
    if (take_matchers(&s, from)) {
        vec_push(&t->silences, s);
    } else {
        silence_release(&s);
    }
}

static void on_changed(void *user)
{
    struct other_engine *e = user;
    const struct foreign_list *list = e->ops->list(e->source);
    if (list == NULL) {
        return;
    }
    struct taking t = {0};
    arena_init(&t.arena);
    enum alert_origin origin =
        e->ops->silence_put != NULL ? ALERT_OF_ALERTMANAGER : ALERT_OF_PROMETHEUS;
    VEC_EACH (&list->alerts, const struct foreign_alert, a) {
        take_alert(&t, a, origin);
    }
    VEC_EACH (&list->silences, const struct foreign_silence, s) {
        take_silence(&t, s);
    }
    alerts_set_others(e->others->alerts, e->source->config->name, t.alerts.items, t.alerts.len,
                      t.silences.items, t.silences.len);
    VEC_EACH (&t.silences, struct silence, s) {
        silence_release(s);
    }
    vec_release(&t.alerts);
    vec_release(&t.silences);
    arena_release(&t.arena);
}

static void end_change(struct change *change)
{
    struct other_engine *e = change->engine;
    for (size_t i = 0; i < e->changes.len; i++) {
        if (e->changes.items[i] == change) {
            vec_remove(&e->changes, i);
            break;
        }
    }
    free(change);
}

static void on_change(void *user, const char *id, const struct error *err)
{
    struct change *change = user;
    alerts_done_cb done = change->done;
    void *done_user = change->user;
    (void)id;
    end_change(change);
    if (done != NULL) {
        done(done_user, err);
    }
}

static struct change *begin_change(struct other_engine *e, alerts_done_cb done, void *user)
{
    struct change *change = mem_zalloc(1, sizeof(*change));
    *change = (struct change){.engine = e, .done = done, .user = user};
    vec_push(&e->changes, change);
    return change;
}

static void put_silence(void *user, const struct silence *s, alerts_done_cb done, void *done_user)
{
    struct other_engine *e = user;
    struct arena arena;
    arena_init(&arena);
    struct foreign_silence out = {
        .id = str_from(s->id),
        .matchers = {.items = arena_array(&arena, struct foreign_matcher, s->matchers.len + 1)},
        .starts_at = {s->starts_at_ms},
        .ends_at = {s->ends_at_ms},
        .created_by = str_from(s->created_by),
        .comment = str_from(s->comment),
    };
    VEC_EACH (&s->matchers, const struct matcher, m) {
        out.matchers.items[out.matchers.count++] = (struct foreign_matcher){
            .op = m->op, .name = str_from(m->name), .value = str_from(m->value)};
    }
    struct change *change = begin_change(e, done, done_user);
    change->handle = e->ops->silence_put(e->source, &out, on_change, change);
    arena_release(&arena);
}

static void expire_silence(void *user, const char *id, alerts_done_cb done, void *done_user)
{
    struct other_engine *e = user;
    struct change *change = begin_change(e, done, done_user);
    change->handle = e->ops->silence_expire(e->source, id, on_change, change);
}

struct others *others_create(struct alerts *alerts)
{
    struct others *o = mem_zalloc(1, sizeof(*o));
    o->alerts = alerts;
    return o;
}

/* Whoever waits is told where the source goes, and not where all of it ends: then they are gone. */
static void destroy_engine(struct other_engine *e, bool tell)
{
    e->ops->follow(e->source, NULL, NULL);
    struct error err = ERROR_INIT;
    error_set(&err, ERROR_CANCELLED, "the source went while it was asked");
    VEC_EACH (&e->changes, struct change *, it) {
        struct change *change = *it;
        e->ops->change_cancel(change->handle);
        if (tell && change->done != NULL) {
            change->done(change->user, &err);
        }
        free(change);
    }
    error_release(&err);
    vec_release(&e->changes);
    free(e);
}

void others_destroy(struct others *o)
{
    if (o == NULL) {
        return;
    }
    VEC_EACH (&o->list, struct other_engine *, e) {
        destroy_engine(*e, false);
    }
    vec_release(&o->list);
    free(o);
}

void others_add(struct others *o, struct engine_source *engine_source)
{
    struct source *source = polled_source(engine_source_polled(engine_source));
    if (source->ops->foreign == NULL) {
        return;
    }
    struct other_engine *e = mem_zalloc(1, sizeof(*e));
    *e = (struct other_engine){
        .others = o, .engine_source = engine_source, .source = source, .ops = source->ops->foreign};
    vec_push(&o->list, e);
    if (e->ops->silence_put != NULL) {
        const struct silence_host host = {.put = put_silence, .expire = expire_silence, .user = e};
        alerts_set_silence_host(o->alerts, source->config->name, &host);
    }
    e->ops->follow(source, on_changed, e);
}

void others_remove(struct others *o, struct engine_source *engine_source)
{
    for (size_t i = 0; i < o->list.len; i++) {
        struct other_engine *e = o->list.items[i];
        if (e->engine_source == engine_source) {
            alerts_drop_others(o->alerts, e->source->config->name);
            vec_remove(&o->list, i);
            destroy_engine(e, true);
            return;
        }
    }
}
