/*
 * Alerts and silences of other engines, as a source reports them: what a Prometheus' own rules
 * fire, what an Alertmanager has. Plain data; what becomes of it is not this folder's to say.
 *
 * A list is immutable once it is given out, and counted: who keeps one over the next poll takes a
 * reference. Everything in it lives as long as the list, and the label table must outlive it.
 *
 * Limits: FOREIGN_MAX_ALERTS, FOREIGN_MAX_SILENCES, FOREIGN_MAX_BYTES of one answer; over them the
 * answer is an error, for half a list would look like a whole one.
 */
#ifndef TOCSIN_SOURCE_FOREIGN_H
#define TOCSIN_SOURCE_FOREIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/vec.h"
#include "series/labels.h"
#include "series/matcher.h"

#define FOREIGN_MAX_ALERTS   ((size_t)20000)
#define FOREIGN_MAX_SILENCES ((size_t)10000)
/* Of the pairs, receivers, ids or matchers of one of them. */
#define FOREIGN_MAX_PARTS ((size_t)256)
#define FOREIGN_MAX_BYTES ((size_t)32 * 1024 * 1024)

struct source;

enum foreign_state {
    FOREIGN_PENDING,
    FOREIGN_FIRING,
    FOREIGN_SUPPRESSED /* it fires, and its engine tells nobody: silenced, inhibited or muted */
};
/* "pending", "firing", "suppressed" */
const char *foreign_state_name(enum foreign_state state);

struct foreign_pair {
    struct str name;
    struct str value;
};

struct foreign_pairs {
    struct foreign_pair *items; /* as they came */
    size_t count;
};

struct foreign_texts {
    struct str *items;
    size_t count;
};

/* What is not known is empty, 0 or NaN. */
struct foreign_alert {
    struct labels *labels; /* the list's reference */
    struct foreign_pairs annotations;
    enum foreign_state state;
    struct wall starts_at; /* pending ones: active since */
    struct wall ends_at;
    struct wall updated_at;
    double value;
    struct str generator_url;
    struct str fingerprint;
    struct foreign_texts silenced_by;  /* ids of silences */
    struct foreign_texts inhibited_by; /* fingerprints of alerts */
    struct foreign_texts muted_by;     /* names of time intervals */
    struct foreign_texts receivers;
    /* Of a Prometheus' rule. */
    struct str rule;
    struct str group;
    struct str file;
    struct str expr;
    int64_t for_ms;
};

struct foreign_matcher {
    enum matcher_op op;
    struct str name;
    struct str value;
};

struct foreign_matchers {
    struct foreign_matcher *items; /* all of them must hold */
    size_t count;
};

enum foreign_silence_state {
    FOREIGN_SILENCE_PENDING,
    FOREIGN_SILENCE_ACTIVE,
    FOREIGN_SILENCE_EXPIRED
};

struct foreign_silence {
    struct str id;
    struct foreign_matchers matchers;
    enum foreign_silence_state state;
    struct wall starts_at;
    struct wall ends_at;
    struct wall updated_at;
    struct str created_by;
    struct str comment;
};

struct foreign_list {
    unsigned refs;
    struct arena arena;
    struct wall at; /* when it came in */
    VEC(struct foreign_alert) alerts;
    VEC(struct foreign_silence) silences; /* none of an engine that has no silences */
};

struct foreign_list *foreign_list_create(void);
struct foreign_list *foreign_list_ref(const struct foreign_list *list);
void foreign_list_unref(struct foreign_list *list); /* NULL is fine */

/* One change of a silence that is under way. */
struct foreign_change;
/* `id` is the silence's, borrowed, where it was made; exactly one of it and `err` is not NULL. */
typedef void (*foreign_change_cb)(void *user, const char *id, const struct error *err);

/* What a kind of source can do about them; source_ops.foreign. */
struct foreign_ops {
    /* From now on the list is kept, and `changed` runs after each change of it, or of the problem;
     * never inside the call. A server whose rules nobody follows is not asked for them. `changed`
     * NULL ends it. It must leave the source alone, save for reading. */
    void (*follow)(struct source *source, void (*changed)(void *user), void *user);
    /* Of the last time that it came in; NULL before that. Borrowed until the next turn. */
    const struct foreign_list *(*list)(const struct source *source);
    /* Why the list is old or lacks a part, where the source's health does not say it; or NULL. */
    const char *(*problem)(const struct source *source);
    /*
     * Makes a silence there, or changes the one that `silence->id` names (its id may become another
     * one); or ends one. Both NULL where there are no silences. `done` runs exactly once, never
     * inside the call, not after foreign_change_cancel; destroying the source ends it with
     * ERROR_CANCELLED. The list shows it after the next poll. `silence` and `id` are borrowed for
     * the call.
     */
    struct foreign_change *(*silence_put)(struct source *source,
                                          const struct foreign_silence *silence,
                                          foreign_change_cb done, void *user);
    struct foreign_change *(*silence_expire)(struct source *source, const char *id,
                                             foreign_change_cb done, void *user);
    /* Whether it came through nobody knows, then. NULL is fine. */
    void (*change_cancel)(struct foreign_change *change);
};

#endif
