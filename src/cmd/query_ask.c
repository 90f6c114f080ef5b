/* Asking a source: wait until it is there (cmd/asker.h), ask, say why an answer is empty, stop. */
#include <stdlib.h>

#include "cmd/asker.h"
#include "cmd/query.h"

struct session {
    const struct query_question *question;
    struct loop *loop;
    struct asker *asker;
    struct loop_timer *deadline; /* of everything */
    struct query *query;
    struct query_why *why;     /* of an empty answer */
    struct answerer *answerer; /* who was asked */
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

static void explained(void *user)
{
    struct session *s = user;
    finish(s, s->status);
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
    if (asker_find_failing(s->asker, s->answerer, &failing)) {
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
    s->status = query_print_value(s->question, value, asker_is_local(s->answerer));
    if (s->question->format != value_format_table || !query_is_empty(value)) {
        finish(s, s->status);
        return;
    }
    int64_t past_ms = expr_lookback_ms(s->question->expr, LOOKBACK_DELTA_DEFAULT_MS);
    s->why = query_why_create(s->question, s->answerer, value->grid.start_ms - past_ms,
                              grid_end(&value->grid), explained, s);
}

static void ask(void *user, struct answerer *answerer)
{
    struct session *s = user;
    const struct query_question *q = s->question;
    struct error err = ERROR_INIT;
    struct grid grid;
    int64_t end_ms;
    s->answerer = answerer;
    const char *option = q->has_semantics                 ? "semantics"
                         : q->eval.lookback_delta_ms != 0 ? "lookback"
                         : q->eval.max_samples != 0       ? "max-samples"
                                                          : NULL;
    if (!asker_is_local(answerer) && option != NULL) {
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

static void nobody_to_ask(void *user, const struct error *err)
{
    struct session *s = user;
    finish(s, query_print_error(s->question, err));
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
    struct config *config = asker_config(inv, &is_target, diags);
    if (config == NULL) {
        return error_kind_exit_status(ERROR_CONFIG);
    }
    override(&config->promql, q);
    struct error err = ERROR_INIT;
    struct session s = {.question = q};
    s.loop = loop_create(NULL, &err);
    if (s.loop == NULL) {
        int status = command_fail(&err);
        error_release(&err);
        config_unref(config);
        return status;
    }
    const struct asker_events events = {.ready = ask, .failed = nobody_to_ask, .user = &s};
    s.deadline = loop_timer_create(s.loop, "deadline", timed_out, &s);
    loop_timer_arm(s.deadline, timeout_ms(q));
    s.asker = asker_create(s.loop, config, is_target ? NULL : q->source, &events);
    loop_run(s.loop);
    query_cancel(s.query);
    asker_destroy(s.asker);
    loop_timer_destroy(s.deadline);
    loop_destroy(s.loop);
    config_unref(config);
    return s.status;
}
