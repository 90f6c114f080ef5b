/*
 * Asking a running engine, from a command: one request over its control socket, one answer, and
 * whoever asks waits for it, for at most ENGINE_TIMEOUT_MS. No loop and no thread: `tocsin status`
 * stands in status lines, and must cost next to nothing.
 *
 * Where the socket is: --socket or $TOCSIN_SOCKET, and then nowhere else; otherwise the first there
 * is of $XDG_RUNTIME_DIR/tocsin/tocsin.sock and /run/tocsin/tocsin.sock.
 *
 * Owner: engine_reply_release.
 */
#ifndef TOCSIN_CMD_ENGINE_CLIENT_H
#define TOCSIN_CMD_ENGINE_CLIENT_H

#include "base/error.h"
#include "base/strbuf.h"
#include "cmd/command.h"
#include "net/json.h"

#define ENGINE_TIMEOUT_MS 2000
#define ENGINE_MAX_ANSWER ((size_t)64 * 1024 * 1024)

/* The row that every command has that asks an engine. */
#define ENGINE_SOCKET_OPTION                             \
    {                                                    \
        "socket", 0, "FILE", "the control socket to ask" \
    }

struct engine_reply {
    struct strbuf body;
    struct json_document *document;
};

/* `body` empty: none. An answer that is an error comes as one. ERROR_REFUSED: no engine runs, or
 * none where it was looked for. */
bool engine_ask(const struct invocation *inv, const char *method, const char *path, struct str body,
                struct engine_reply *out, struct error *err) ATTR_NODISCARD;
/* The same at one socket. */
bool engine_ask_at(const char *socket_path, const char *method, const char *path, struct str body,
                   int64_t timeout_ms, struct engine_reply *out, struct error *err) ATTR_NODISCARD;
/* Where an engine listens, looked for as above: a heap string, or NULL where none does. A
 * connection is made and closed. */
char *engine_find_running(const struct invocation *inv);
/* Did the person say where it is? */
bool engine_is_named(const struct invocation *inv);
/* Who acts, as the person says it: --by or $TOCSIN_USER; NULL: the engine sees who asks. */
const char *engine_actor(const struct invocation *inv);
void engine_reply_release(struct engine_reply *reply);
/* What the answer warns of, on standard error. */
void engine_reply_warn(const struct engine_reply *reply);

#endif
