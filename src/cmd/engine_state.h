/*
 * What commands read: of a running engine or, where none runs, out of the state that the last one
 * left on disk. The answers have the same shape; one from disk is an object with a member
 * `fromDisk` that says until when the engine was alive.
 */
#ifndef TOCSIN_CMD_ENGINE_STATE_H
#define TOCSIN_CMD_ENGINE_STATE_H

#include "alert/silence.h"
#include "cmd/engine_client.h"

/* The row that every command has that reads, beside ENGINE_SOCKET_OPTION. */
#define ENGINE_STATE_OPTION                                               \
    {                                                                     \
        "state", 0, "DIRECTORY", "the state to read where no engine runs" \
    }

enum engine_about {
    ENGINE_ALERTS,   /* {"alerts": [...]} */
    ENGINE_SILENCES, /* [...] or, from disk, {"silences": [...]} */
    ENGINE_WHY       /* {"why": {...}} */
};

struct engine_question {
    enum engine_about about;
    const char *const *matchers; /* that must all hold, as a person writes them */
    size_t matcher_count;
    const char *rule; /* for why */
    int64_t at_ms;    /* for why; 0: now */
    bool expired;     /* for silences: these too */
};

/* Is what is on disk meant, too? Not where a socket was named, unless the state was, too. */
bool engine_state_counts(const struct invocation *inv);
/* ERROR_REFUSED where no engine runs and none has left anything. */
bool engine_get(const struct invocation *inv, const struct engine_question *question,
                struct engine_reply *out, struct error *err) ATTR_NODISCARD;
/* True for an answer from disk, after having said so on standard error, and how old it is. */
bool engine_reply_is_old(const struct engine_reply *reply);

/* The answer from disk, as text. `folder` NULL: where an engine of one's own, or a service, keeps
 * its state. */
bool engine_state_answer(const char *folder, const struct engine_question *question,
                         const struct silence *filter, int64_t now_ms, struct strbuf *out,
                         struct error *err) ATTR_NODISCARD;
/* How long ago the last engine was alive. */
bool engine_state_age(const char *folder, int64_t now_ms, int64_t *age_ms,
                      struct error *err) ATTR_NODISCARD;

#endif
