#include "source/prometheus/rules.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "source/prometheus/rules_decode.h"

struct rules {
    const struct source_env *env;
    struct api *api;
    int64_t interval_ms;
    void (*changed)(void *user); /* NULL: nobody follows */
    void *user;
    struct foreign_list *list; /* of the last good answer */
    struct strbuf problem;     /* empty where there is none */
    struct api_call *call;     /* NULL: not under way */
    struct foreign_list *coming;
    struct rules_decode *decode;
    struct mono next; /* not asked before */
    unsigned failures;
};

int64_t rules_wait_ms(int64_t interval_ms, size_t count, size_t bytes)
{
    int64_t by_size_ms = (int64_t)(bytes / (RULES_BYTES_A_SECOND / 1000));
    int64_t wait_ms = count == 0 ? RULES_RARELY_MS : by_size_ms;
    return wait_ms > interval_ms ? wait_ms : interval_ms;
}

int64_t rules_backoff_ms(int64_t interval_ms, unsigned failures)
{
    int64_t wait_ms = interval_ms;
    for (unsigned i = 0; i < failures && wait_ms < RULES_RARELY_MS; i++) {
        wait_ms *= 2;
    }
    int64_t most_ms = interval_ms > RULES_RARELY_MS ? interval_ms : RULES_RARELY_MS;
    return wait_ms < most_ms ? wait_ms : most_ms;
}

struct rules *rules_create(const struct source_env *env, struct api *api, int64_t interval_ms)
{
    struct rules *r = mem_zalloc(1, sizeof(*r));
    r->env = env;
    r->api = api;
    r->interval_ms = interval_ms;
    strbuf_init(&r->problem, STRBUF_MAX_DEFAULT);
    return r;
}

static void end_call(struct rules *r)
{
    r->call = NULL;
    rules_decode_destroy(r->decode);
    r->decode = NULL;
    foreign_list_unref(r->coming);
    r->coming = NULL;
}

void rules_destroy(struct rules *r)
{
    if (r == NULL) {
        return;
    }
    api_cancel(r->call);
    end_call(r);
    foreign_list_unref(r->list);
    strbuf_release(&r->problem);
    free(r);
}

void rules_follow(struct rules *r, void (*changed)(void *user), void *user)
{
    r->changed = changed;
    r->user = user;
    if (changed == NULL) {
        api_cancel(r->call);
        end_call(r);
    }
}

const struct foreign_list *rules_list(const struct rules *r)
{
    return r->list;
}

const char *rules_problem(const struct rules *r)
{
    return r->problem.len > 0 ? strbuf_cstr(&r->problem) : NULL;
}

/* Polls come at ticks, a little sooner or later: the last of the waited ones counts. */
static void wait(struct rules *r, int64_t ms)
{
    r->next.ns = loop_mono(r->env->loop).ns + (ms - r->interval_ms / 2) * 1000000;
}

static void accept_list(struct rules *r, size_t count, size_t bytes)
{
    r->failures = 0;
    strbuf_reset(&r->problem);
    r->coming->at = loop_wall(r->env->loop);
    foreign_list_unref(r->list);
    r->list = r->coming;
    r->coming = NULL;
    wait(r, rules_wait_ms(r->interval_ms, count, bytes));
}

/* By these a server says that it has no such endpoint. */
static bool has_no_rules(const struct error *err)
{
    return err->http == 404 || err->http == 405 || err->http == 501;
}

static void note_failure(struct rules *r, const struct error *err)
{
    if (has_no_rules(err)) {
        foreign_list_unref(r->coming);
        r->coming = foreign_list_create();
        accept_list(r, 0, 0);
        return;
    }
    strbuf_reset(&r->problem);
    strbuf_add_c(&r->problem, "the server's own alerts: ");
    utf8_add_printable(&r->problem, str_from(error_text(err)));
    wait(r, rules_backoff_ms(r->interval_ms, ++r->failures));
}

static bool on_body(void *user, const char *data, size_t len, struct error *err)
{
    struct rules *r = user;
    return rules_decode_feed(r->decode, data, len, err);
}

static void on_answer(void *user, const struct http_response *response, const struct error *failed)
{
    struct rules *r = user;
    struct error err = ERROR_INIT;
    size_t count = 0;
    if (api_check_response(response, failed, &err) &&
        rules_decode_finish(r->decode, response->status, &count, &err)) {
        accept_list(r, count, response->bytes);
    } else {
        note_failure(r, &err);
    }
    error_release(&err);
    end_call(r);
    if (r->changed != NULL) {
        r->changed(r->user);
    }
}

void rules_poll(struct rules *r, int64_t timeout_ms)
{
    if (r->changed == NULL || r->call != NULL || loop_mono(r->env->loop).ns < r->next.ns) {
        return;
    }
    r->coming = foreign_list_create();
    r->decode = rules_decode_create(r->coming, r->env->labels);
    struct strbuf form = STRBUF_INIT;
    http_form_add(&form, "type", STR("alert"));
    r->call = api_send(r->api, &(struct api_request){
                                   .path = "/api/v1/rules",
                                   .form = &form,
                                   .get = true,
                                   .timeout_ms = timeout_ms,
                                   .priority = QUERY_BACKGROUND,
                                   .on_body = on_body,
                                   .done = on_answer,
                                   .user = r,
                               });
    strbuf_release(&form);
}
