/*
 * See probe.h. Whoever asks in the turn of the poll may do so through something that joins
 * questions (query/bundle.h) and sends them in the next turn; so it is looked one turn later
 * whether there are any.
 *
 * Invariant: between probe_start and the end exactly one of these is there: the turn to look in,
 * the armed patience, the call, the turn to end in.
 */
#include "source/prometheus/probe.h"

#include <stdlib.h>

#include "base/mem.h"
#include "source/prometheus/answerer.h"
#include "source/prometheus/decode.h"

struct probe {
    const struct source_env *env;
    struct api *api;
    struct answerer *answerer;
    poll_done_cb done; /* NULL: no poll is open */
    void *user;
    int64_t deadline_ms;
    struct mono began;
    struct deferred *look;
    struct loop_timer *patience;
    struct api_call *call;
    struct decode *decode;
    struct deferred *end;
    struct poll_result heard; /* what `end` gives */
};

static void withdraw(struct probe *p)
{
    deferred_cancel(p->look);
    deferred_cancel(p->end);
    p->look = p->end = NULL;
    loop_timer_disarm(p->patience);
    api_cancel(p->call);
    p->call = NULL;
    decode_destroy(p->decode);
    p->decode = NULL;
}

static void finish(struct probe *p, const struct poll_result *result, const struct error *err)
{
    poll_done_cb done = p->done;
    p->done = NULL;
    done(p->user, result, err);
}

static bool on_body(void *user, const char *data, size_t len, struct error *err)
{
    struct probe *p = user;
    return decode_feed(p->decode, data, len, err);
}

static bool read_answer(struct probe *p, const struct http_response *response,
                        const struct error *failed, struct poll_result *result, struct error *err)
{
    struct value value;
    if (!api_check_response(response, failed, err) ||
        !decode_finish(p->decode, response->status, &value, err)) {
        return false;
    }
    if (value.series.len == 1) {
        result->server_time.ms = grid_end(&value.grid);
    } else {
        error_set(err, ERROR_PROTOCOL, "the answer to vector(1) has %zu series", value.series.len);
    }
    result->bytes = response->bytes;
    value_release(&value);
    return !error_is(err);
}

static void on_answer(void *user, const struct http_response *response, const struct error *failed)
{
    struct probe *p = user;
    struct poll_result result = {0};
    struct error err = ERROR_INIT;
    bool ok = read_answer(p, response, failed, &result, &err);
    p->call = NULL;
    decode_destroy(p->decode);
    p->decode = NULL;
    finish(p, ok ? &result : NULL, ok ? NULL : &err);
    error_release(&err);
}

static void ask(struct probe *p)
{
    int64_t left_ms = p->deadline_ms - mono_ms_since(loop_mono(p->env->loop), p->began);
    struct decode_options options = {
        .grid = grid_instant(0),
        .instant = true,
        .any_time = true,
        .max_points = 1000,
    };
    p->decode = decode_create(&options, p->env->labels);
    struct strbuf form = STRBUF_INIT;
    http_form_add(&form, "query", STR("vector(1)"));
    struct api_request request = {
        .path = "/api/v1/query",
        .form = &form,
        .timeout_ms = left_ms > 0 ? left_ms : 1,
        .urgent = true,
        .on_body = on_body,
        .done = on_answer,
        .user = p,
    };
    p->call = api_send(p->api, &request);
    strbuf_release(&form);
}

static void on_look(void *user)
{
    struct probe *p = user;
    p->look = NULL;
    if (prometheus_answerer_busy(p->answerer)) {
        int64_t half_ms = p->deadline_ms / 2;
        loop_timer_arm(p->patience, half_ms < PROBE_PATIENCE_MS ? half_ms : PROBE_PATIENCE_MS);
    } else {
        ask(p);
    }
}

static void on_end(void *user)
{
    struct probe *p = user;
    struct poll_result result = p->heard;
    p->end = NULL;
    finish(p, &result, NULL);
}

/* A question ended. What follows is left to the next turn, for who asked gets his answer behind
 * this. */
static void on_heard(void *user, const struct http_response *response)
{
    struct probe *p = user;
    if (p->done == NULL || p->end != NULL) {
        return;
    }
    if (response != NULL) {
        withdraw(p);
        p->heard =
            (struct poll_result){.server_time = response->server_time, .bytes = response->bytes};
        p->end = loop_defer(p->env->loop, on_end, p);
    } else if (loop_timer_armed(p->patience)) {
        loop_timer_disarm(p->patience);
        ask(p);
    }
}

static void on_patience_over(void *user)
{
    ask(user);
}

struct probe *probe_create(const struct source_env *env, struct api *api, struct answerer *answerer)
{
    struct probe *p = mem_zalloc(1, sizeof(*p));
    p->env = env;
    p->api = api;
    p->answerer = answerer;
    p->patience = loop_timer_create(env->loop, "probe", on_patience_over, p);
    prometheus_answerer_watch(answerer, on_heard, p);
    return p;
}

void probe_destroy(struct probe *probe)
{
    if (probe == NULL) {
        return;
    }
    prometheus_answerer_watch(probe->answerer, NULL, NULL);
    withdraw(probe);
    loop_timer_destroy(probe->patience);
    free(probe);
}

void probe_start(struct probe *p, int64_t deadline_ms, poll_done_cb done, void *user)
{
    p->done = done;
    p->user = user;
    p->deadline_ms = deadline_ms;
    p->began = loop_mono(p->env->loop);
    p->look = loop_defer(p->env->loop, on_look, p);
}

void probe_cancel(struct probe *p)
{
    withdraw(p);
    p->done = NULL;
}
