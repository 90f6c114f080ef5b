/*
 * Silences, as Alertmanager has them (docs/alerting/alertmanager; api/v2: silences): matchers that
 * must all hold, a time to begin and one to end, an author and a reason. A silence hides; it never
 * changes what an alert is.
 *
 * Beyond that: a silence may end by itself once nothing that it hides has fired for a while; one
 * that would match everything is refused.
 *
 * Owner: silence_init/silence_release. Times are Unix milliseconds.
 */
#ifndef TOCSIN_ALERT_SILENCE_H
#define TOCSIN_ALERT_SILENCE_H

#include <stdint.h>

#include "base/error.h"
#include "base/vec.h"
#include "series/labels.h"
#include "series/matcher.h"

#define SILENCE_MAX_MATCHERS 64
#define SILENCE_MAX_TEXT     4096 /* bytes of the author, and of the comment */
#define SILENCE_MAX          10000

enum silence_state { SILENCE_PENDING, SILENCE_ACTIVE, SILENCE_EXPIRED };
/* "pending", "active", "expired" */
const char *silence_state_name(enum silence_state state);

struct silence {
    char *id; /* UUID; NULL before it has one */
    VEC(struct matcher) matchers;
    int64_t starts_at_ms;
    int64_t ends_at_ms;
    int64_t updated_at_ms;
    int64_t end_when_resolved_ms; /* ends once nothing has matched for so long; 0: not */
    int64_t quiet_since_ms;       /* nothing has matched since; 0: something does */
    char *created_by;
    char *comment;
    char *source; /* where it lives, if not here: the name of an alertmanager source; or NULL */
};

void silence_init(struct silence *s);
void silence_release(struct silence *s);
void silence_copy(struct silence *to, const struct silence *from);
enum silence_state silence_state_at(const struct silence *s, int64_t now_ms);
/* Do all matchers hold? A pattern that hits its limit does not hold. */
bool silence_matches(const struct silence *s, const struct labels *labels);
/* ERROR_CONFIG where something is missing: matchers, an end behind the beginning, an author, a
 * comment; and where every matcher also matches the empty string, so that it hides everything. */
bool silence_check(const struct silence *s, struct error *err) ATTR_NODISCARD;
/* Adds `name=value`, `name!=value`, `name=~pattern`, `name!~pattern`, the value quoted or not
 * (alertmanager: pkg/labels/parse.go); a lone word is an alert's name. */
bool silence_add_matcher(struct silence *s, struct str text, struct error *err) ATTR_NODISCARD;
/* `alertname="X", service="y"`: each reads back by silence_add_matcher, all of it within braces as
 * PromQL. */
void silence_format_matchers(struct strbuf *out, const struct silence *s);
/* A random UUID (version 4) as 36 characters; the caller frees. */
char *silence_new_id(void);

#endif
