/* See attach.h: asking, and what is shown of the answers. */
#include "attach/attach.h"

#include <stdlib.h>
#include <string.h>

#include "attach/attach_private.h"
#include "base/duration.h"
#include "base/mem.h"

static int64_t silent_ms(const struct attach *a)
{
    return mono_ms_since(loop_mono(a->o.loop), a->reached_at);
}

enum attach_state attach_state(const struct attach *a)
{
    if (a->reached_at.ns == 0) {
        return ATTACH_SEEKING;
    }
    return a->failing || silent_ms(a) > ATTACH_LATE_MS ? ATTACH_LOST : ATTACH_REACHED;
}

static char *problem_of(const struct attach *a)
{
    switch (attach_state(a)) {
    case ATTACH_SEEKING:
        return a->failure != NULL ? mem_printf("not known: %s", a->failure)
                                  : mem_printf("not known: the engine is being asked");
    case ATTACH_LOST: {
        struct strbuf age = STRBUF_INIT;
        duration_format(&age, silent_ms(a) / 1000 * 1000);
        char *text = mem_printf("engine not reached for %s", strbuf_cstr(&age));
        strbuf_release(&age);
        return text;
    }
    case ATTACH_REACHED:
        break;
    }
    return a->alerts.problem != NULL ? mem_strdup(a->alerts.problem) : NULL;
}

static void show(struct attach *a, char *problem)
{
    char *old = a->problem;
    a->problem = problem;
    const struct alerts_mirror mirror = {.alerts = a->alerts.alerts.items,
                                         .alert_count = a->alerts.alerts.len,
                                         .silences = a->alerts.silences.items,
                                         .silence_count = a->alerts.silences.len,
                                         .rules = a->rules.rules.items,
                                         .rule_count = a->rules.rules.len,
                                         .problem = a->problem,
                                         .last_cycle = a->alerts.last_cycle};
    alerts_show(a->o.alerts, &mirror);
    free(old);
}

void attach_show(struct attach *a)
{
    show(a, problem_of(a));
}

/* Only the problem may have changed. */
static void show_problem(struct attach *a)
{
    char *fresh = problem_of(a);
    bool same =
        fresh == NULL ? a->problem == NULL : a->problem != NULL && strcmp(fresh, a->problem) == 0;
    if (same) {
        free(fresh);
    } else {
        show(a, fresh);
    }
}

static void failed(struct attach *a, const struct error *err)
{
    a->failing = true;
    free(a->failure);
    a->failure = mem_strdup(error_text(err));
    show_problem(a);
}

static void reached(struct attach *a)
{
    a->failing = false;
    a->reached_at = loop_mono(a->o.loop);
    free(a->failure);
    a->failure = NULL;
}

static void ask_alerts(struct attach *a);

static void end_poll(struct attach *a)
{
    if (a->again && a->poll == NULL) {
        a->again = false;
        ask_alerts(a);
    }
}

static void on_rules(void *user, struct json root, const struct error *err)
{
    struct attach *a = user;
    struct error wrong = ERROR_INIT;
    struct fetched_rules fresh;
    a->poll = NULL;
    fetched_rules_init(&fresh);
    if (err == NULL && fetched_rules_read(&fresh, root, &wrong)) {
        struct fetched_rules old = a->rules;
        a->rules = fresh;
        a->rules_due = false;
        a->rules_at = loop_mono(a->o.loop);
        reached(a);
        attach_show(a);
        fetched_rules_release(&old);
    } else {
        failed(a, err != NULL ? err : &wrong);
        fetched_rules_release(&fresh);
    }
    error_release(&wrong);
    end_poll(a);
}

static struct ask *ask_for(struct attach *a, const char *path, ask_cb answered)
{
    const struct question question = {.http = a->o.http,
                                      .socket_path = a->socket_path,
                                      .path = path,
                                      .answered = answered,
                                      .user = a};
    return ask_send(&question);
}

static bool rules_wanted(const struct attach *a)
{
    return a->rules_at.ns == 0 ||
           (a->rules_due && mono_ms_since(loop_mono(a->o.loop), a->rules_at) >= ATTACH_RULES_MS);
}

/* Before the first rules are there, nothing is known: alerts without rules would look like none. */
static void known(struct attach *a, bool changed)
{
    if (rules_wanted(a)) {
        a->poll = ask_for(a, "/api/v1/rules", on_rules);
    }
    if (a->rules_at.ns == 0) {
        return;
    }
    reached(a);
    if (changed) {
        attach_show(a);
    } else {
        show_problem(a);
    }
}

static void on_alerts(void *user, struct json root, const struct error *err)
{
    struct attach *a = user;
    struct error wrong = ERROR_INIT;
    struct fetched_alerts fresh;
    a->poll = NULL;
    if (err == NULL && json_bool(json_member(root, STR("unchanged")))) {
        known(a, false);
        end_poll(a);
        return;
    }
    fetched_alerts_init(&fresh);
    if (err == NULL && fetched_alerts_read(&fresh, a->o.labels, root, &wrong)) {
        struct fetched_alerts old = a->alerts;
        a->alerts = fresh;
        a->rules_due = true;
        attach_show(a); /* what is shown is borrowed from the old ones */
        fetched_alerts_release(&old);
        known(a, true);
    } else {
        failed(a, err != NULL ? err : &wrong);
        fetched_alerts_release(&fresh);
    }
    error_release(&wrong);
    end_poll(a);
}

static void ask_alerts(struct attach *a)
{
    const char *version = a->alerts.version != NULL ? a->alerts.version : "";
    struct strbuf path = STRBUF_INIT;
    struct strbuf parameter = STRBUF_INIT;
    http_form_add(&parameter, "unless", str_from(version));
    strbuf_printf(&path, "/api/tocsin/v1/alerts?silences=true&%s", strbuf_cstr(&parameter));
    a->poll = ask_for(a, strbuf_cstr(&path), on_alerts);
    strbuf_release(&parameter);
    strbuf_release(&path);
}

static void tick(void *user, struct wall slot, uint64_t missed)
{
    struct attach *a = user;
    (void)slot;
    (void)missed;
    if (a->poll == NULL) {
        ask_alerts(a);
    }
    show_problem(a);
}

void attach_poll_now(struct attach *a)
{
    if (a->poll == NULL) {
        ask_alerts(a);
    } else {
        a->again = true;
    }
}

struct attach *attach_create(const struct attach_options *options)
{
    struct attach *a = mem_zalloc(1, sizeof(*a));
    a->o = *options;
    a->socket_path = mem_strdup(options->socket_path);
    a->o.socket_path = a->socket_path;
    fetched_alerts_init(&a->alerts);
    fetched_rules_init(&a->rules);
    a->host = attach_host;
    a->host.user = a;
    alerts_set_host(a->o.alerts, &a->host);
    attach_show(a);
    a->ticker = loop_ticker_create(options->loop, "attach", ATTACH_INTERVAL_MS, 0, tick, a);
    ask_alerts(a);
    return a;
}

void attach_destroy(struct attach *a)
{
    if (a == NULL) {
        return;
    }
    alerts_set_host(a->o.alerts, NULL);
    loop_ticker_destroy(a->ticker);
    ask_cancel(a->poll);
    attach_orders_cancel(a);
    fetched_alerts_release(&a->alerts);
    fetched_rules_release(&a->rules);
    free(a->failure);
    free(a->problem);
    free(a->socket_path);
    free(a);
}
