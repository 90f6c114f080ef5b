/*
 * A console that is not the engine: what its alerts, silences and rules are is fetched from the
 * engine at a control socket, every second and after each command; commands go there.
 *
 * While the engine does not answer, what it said last stays, and alerts_problem says for how long
 * it has not been reached; when it is back, so is the rest.
 *
 * Owner: attach_create/attach_destroy; before the alerts go, which from then on are nobody's.
 * Destroying forgets what is under way: it may be done all the same.
 */
#ifndef TOCSIN_ATTACH_ATTACH_H
#define TOCSIN_ATTACH_ATTACH_H

#include "alert/alerts.h"
#include "loop/loop.h"
#include "net/http.h"
#include "series/labels.h"

#define ATTACH_INTERVAL_MS 1000
/* Rules are read again where something has changed, and no sooner than this: there are many. */
#define ATTACH_RULES_MS 5000
/* No answer for so long, and the list is shown as an old one. */
#define ATTACH_LATE_MS 3000

struct attach;

enum attach_state {
    ATTACH_SEEKING, /* it has not answered yet */
    ATTACH_REACHED,
    ATTACH_LOST /* it answered, and no longer does */
};

struct attach_options {
    struct loop *loop;
    struct http_client *http;
    struct label_table *labels;
    struct alerts *alerts;   /* without rules of their own */
    const char *socket_path; /* copied */
};

struct attach *attach_create(const struct attach_options *options);
void attach_destroy(struct attach *attach); /* NULL is fine */
enum attach_state attach_state(const struct attach *attach);
/* Asks now rather than at the next second. */
void attach_poll_now(struct attach *attach);

#endif
