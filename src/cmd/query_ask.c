/*
 * Asking a source: wait until it is there, ask, stop.
 *
 * Sources that tocsin polls itself have no past here, so they are polled twice, a second apart,
 * before the question is put: rates have two points then.
 */
#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "cmd/query.h"
#include "engine/engine.h"

#define POLL_GAP_MS 1100

struct session {
    const struct query_question *question;
    struct loop *loop;
    struct engine *engine;
    struct loop_timer *timer;    /* until the second poll */
    struct loop_timer *deadline; /* of everything */
    const char *name;            /* of the source, or NULL: the only or default one */
    struct query *query;
    struct query_why *why;     /* of an empty answer */
    struct answerer *answerer; /* who was asked */
    unsigned polls;
    bool done;
    int status;
};

static int64_t timeout_ms(const struct query_question *q)
{
    return q->timeout_ms != 0 ? q->timeout_ms : QUERY_TIMEOUT_DEFAULT_MS;
}

static void finish(struct session *s, int status)
{
    s->status = status;
    s->done = true;
    query_cancel(s->query);
    s->query = NULL;
    query_why_destroy(s->why);
    s->why = NULL;
    loop_stop(s->loop);
}

static bool is_local(const struct answerer *answerer)
{
    return strcmp(answerer->ops->kind, "local") == 0;
}

static void explained(void *user)
{
    struct session *s = user;
    finish(s, s->status);
}

/* The first of the sources that the answer is of whose last poll failed; false where there is none.
 */
static bool find_failing(const struct session *s, struct error *err)
{
    const struct directory *d = engine_directory(s->engine);
    for (size_t i = 0; is_local(s->answerer) && i < engine_source_count(s->engine); i++) {
        struct source_health health = {0};
        engine_source_health(s->engine, i, loop_wall(s->loop), &health);
        if (health.failures_in_a_row > 0 && directory_find(d, health.name) == s->answerer) {
            error_set(err, health.error_kind, "'%s' cannot be read: %s", health.name, health.error);
            return true;
        }
    }
    return false;
}

static void answered(void *user, struct value *value, const struct error *err)
{
    struct session *s = user;
    struct error failing = ERROR_INIT;
    s->query = NULL;
    if (value == NULL) {
        finish(s, query_print_error(s->question, err));
        return;
    }
    if (find_failing(s, &failing)) {
        /* Nothing of what could not be read is no answer; anything else may lack that part. */
        int status = query_is_empty(value) ? query_print_error(s->question, &failing)
                                           : query_print_value(s->question, value, true);
        if (!query_is_empty(value)) {
            command_say("tocsin", error_text(&failing));
        }
        error_release(&failing);
        finish(s, status);
        return;
    }
    /* A server was sent the expression as printed: places in it are not those of the text. */
    s->status = query_print_value(s->question, value, is_local(s->answerer));
    if (s->question->format != value_format_table || !query_is_empty(value)) {
        finish(s, s->status);
        return;
    }
    int64_t past_ms = expr_lookback_ms(s->question->expr, LOOKBACK_DELTA_DEFAULT_MS);
    s->why = query_why_create(s->question, s->answerer, value->grid.start_ms - past_ms,
                              grid_end(&value->grid), explained, s);
}

static bool no_such_source(const struct directory *d, const char *name, struct error *err)
{
    const char *names[64];
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

static struct answerer *pick_answerer(const struct session *s, struct error *err)
{
    const struct directory *d = engine_directory(s->engine);
    const char *name = s->name != NULL ? s->name : engine_config(s->engine)->default_source;
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
        struct answerer *a = directory_at(d, i, &ignored);
        if (found == NULL || strcmp(found->ops->kind, "local") == 0) {
            found = strcmp(a->ops->kind, "local") != 0 || found == NULL ? a : found;
        }
    }
    if (found == NULL) {
        error_set(err, ERROR_USAGE, "there is no source to ask");
        error_suggest(err, "name one with --source, or samples with --load");
    }
    return found;
}

static void ask(struct session *s, struct answerer *answerer)
{
    const struct query_question *q = s->question;
    struct error err = ERROR_INIT;
    struct grid grid;
    int64_t end_ms;
    s->answerer = answerer;
    const char *option = q->has_semantics                 ? "semantics"
                         : q->eval.lookback_delta_ms != 0 ? "lookback"
                         : q->eval.max_samples != 0       ? "max-samples"
                                                          : NULL;
    if (!is_local(answerer) && option != NULL) {
        error_set(&err, ERROR_USAGE, "--%s has no effect: '%s' is a server and decides itself",
                  option, answerer->source);
    } else if (query_question_grid(q, loop_wall(s->loop).ms, &grid, &end_ms, &err)) {
        const struct query_request request = {.expr = q->expr,
                                              .grid = grid,
                                              .end_ms = end_ms,
                                              .instant = q->instant,
                                              .timeout_ms = timeout_ms(q),
                                              .done = answered,
                                              .user = s};
        s->query = query_ask(answerer, &request);
        return;
    }
    finish(s, query_print_error(q, &err));
    error_release(&err);
}

/* After every poll and every address asked: can the question be put now? */
static void engine_moved(void *user)
{
    struct session *s = user;
    if (s->done || s->query != NULL || s->why != NULL || s->engine == NULL ||
        engine_probing(s->engine)) {
        return;
    }
    struct error err = ERROR_INIT;
    struct answerer *answerer = pick_answerer(s, &err);
    if (answerer == NULL) {
        struct source_health health = {0};
        if (engine_source_count(s->engine) != 0) {
            engine_source_health(s->engine, 0, loop_wall(s->loop), &health);
        }
        if (s->name == NULL && health.error[0] != '\0') {
            error_set(&err, health.error_kind, "%s", health.error);
        }
        finish(s, query_print_error(s->question, &err));
        error_release(&err);
    } else if (!is_local(answerer)) {
        ask(s, answerer);
    } else if (s->polls < 2 && !loop_timer_armed(s->timer)) {
        loop_timer_arm(s->timer, POLL_GAP_MS);
    }
}

static void poll_again(void *user)
{
    struct session *s = user;
    if (s->done) {
        return;
    }
    s->polls++;
    struct error err = ERROR_INIT;
    struct answerer *answerer = pick_answerer(s, &err);
    error_release(&err);
    if (s->polls == 1) {
        engine_poll_now(s->engine);
        loop_timer_arm(s->timer, POLL_GAP_MS);
    } else if (answerer != NULL && s->query == NULL && s->why == NULL) {
        s->polls = 2;
        ask(s, answerer);
    }
}

static void timed_out(void *user)
{
    struct session *s = user;
    if (s->done) {
        return;
    }
    if (s->why != NULL) {
        /* The answer is out; why it is empty is not to be had in time. */
        finish(s, s->status);
        return;
    }
    struct error err = ERROR_INIT;
    error_set(&err, ERROR_TIMEOUT, "no answer within %g s", (double)timeout_ms(s->question) / 1000);
    finish(s, query_print_error(s->question, &err));
    error_release(&err);
}

static struct config *find_config(const struct invocation *inv, bool *is_target,
                                  struct diags *diags)
{
    const char *source = invocation_value(inv, "source");
    *is_target = source != NULL && strchr(source, ':') != NULL;
    char *file = *is_target ? NULL : config_find(invocation_value(inv, "config"));
    struct config *config = file != NULL ? config_load(file, diags)
                                         : config_from_targets(&source, *is_target ? 1 : 0, diags);
    free(file);
    return config;
}

/* What the command line says goes before the configuration. */
static void override(struct config_promql *promql, const struct query_question *q)
{
    if (q->has_semantics) {
        promql->eval.semantics = q->eval.semantics;
    }
    if (q->eval.lookback_delta_ms != 0) {
        promql->eval.lookback_delta_ms = q->eval.lookback_delta_ms;
    }
    if (q->eval.max_samples != 0) {
        promql->eval.max_samples = q->eval.max_samples;
    }
    if (q->timeout_ms != 0) {
        promql->timeout_ms = q->timeout_ms;
    }
}

int query_ask_source(const struct invocation *inv, const struct query_question *q,
                     struct diags *diags)
{
    bool is_target;
    struct config *config = find_config(inv, &is_target, diags);
    if (config == NULL) {
        return error_kind_exit_status(ERROR_CONFIG);
    }
    override(&config->promql, q);
    struct error err = ERROR_INIT;
    struct session s = {.question = q, .name = is_target ? NULL : q->source};
    s.loop = loop_create(NULL, &err);
    if (s.loop == NULL) {
        int status = command_fail(&err);
        error_release(&err);
        config_unref(config);
        return status;
    }
    s.timer = loop_timer_create(s.loop, "poll again", poll_again, &s);
    s.deadline = loop_timer_create(s.loop, "deadline", timed_out, &s);
    loop_timer_arm(s.deadline, timeout_ms(q));
    const struct engine_options engine = {
        .loop = s.loop, .config = config, .changed = engine_moved, .user = &s};
    s.engine = engine_create(&engine);
    engine_moved(&s);
    if (!s.done) {
        loop_run(s.loop);
    }
    query_cancel(s.query);
    engine_destroy(s.engine);
    loop_timer_destroy(s.timer);
    loop_timer_destroy(s.deadline);
    loop_destroy(s.loop);
    config_unref(config);
    return s.status;
}
