/*
 * One question to an engine over its control socket, on the loop.
 *
 * Owner: who asks; ask_cancel, or the end of `answered`.
 */
#ifndef TOCSIN_ATTACH_ASK_H
#define TOCSIN_ATTACH_ASK_H

#include "net/http.h"
#include "net/json.h"

#define ASK_TIMEOUT_MS 5000
#define ASK_MAX_BYTES  ((size_t)64 * 1024 * 1024) /* of an answer */

struct ask;

/* `err` NULL: `root` is the answer, borrowed for the call. What the engine refuses comes as the
 * error it tells; ERROR_IO is never one, since for who commands alerts that means: done. */
typedef void (*ask_cb)(void *user, struct json root, const struct error *err);

struct question {
    struct http_client *http;
    const char *socket_path;
    enum http_method method;
    const char *path; /* with parameters */
    struct str body;  /* JSON; may be empty */
    ask_cb answered;  /* once, never inside ask_send */
    void *user;
};

struct ask *ask_send(const struct question *question);
void ask_cancel(struct ask *ask); /* NULL is fine */

#endif
