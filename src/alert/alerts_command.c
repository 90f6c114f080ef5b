/*
 * What people do about alerts. Every command changes what is here at once and is told to `done`
 * when it is on disk; one that is refused changes nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "alert/alerts_private.h"
#include "base/mem.h"

/* A refusal on its way: `done` is never called inside the command. */
struct refusal {
    struct alerts *alerts;
    struct deferred *turn;
    struct error err;
    alerts_done_cb done;
    void *user;
};

static void destroy_refusal(struct refusal *r)
{
    deferred_cancel(r->turn);
    error_release(&r->err);
    free(r);
}

void alerts_cancel_refusals(struct alerts *alerts)
{
    VEC_EACH (&alerts->refusals, struct refusal *, r) {
        destroy_refusal(*r);
    }
    vec_release(&alerts->refusals);
}

static void refuse_now(void *user)
{
    struct refusal *r = user;
    r->turn = NULL;
    for (size_t i = 0; i < r->alerts->refusals.len; i++) {
        if (r->alerts->refusals.items[i] == r) {
            vec_remove(&r->alerts->refusals, i);
            break;
        }
    }
    r->done(r->user, &r->err);
    destroy_refusal(r);
}

static void refuse(struct alerts *alerts, struct error *err, alerts_done_cb done, void *user)
{
    if (done == NULL) {
        error_release(err);
        return;
    }
    struct refusal *r = mem_zalloc(1, sizeof(*r));
    *r = (struct refusal){.alerts = alerts, .done = done, .user = user};
    error_move(&r->err, err);
    r->turn = loop_defer(alerts->o.loop, refuse_now, r);
    vec_push(&alerts->refusals, r);
}

/* The alert of a command, or a refusal. */
static struct alert *find_alert(struct alerts *alerts, uint64_t id, struct live_rule **rule,
                                struct error *err)
{
    struct alert *alert = alerts_of_id(alerts, id, rule);
    if (alert == NULL) {
        error_set(err, ERROR_NOT_FOUND, "there is no such alert of tocsin's own rules");
    } else if (alert->status.phase == ALERT_INACTIVE) {
        error_set(err, ERROR_NOT_FOUND, "the alert is resolved");
        alert = NULL;
    }
    return alert;
}

static void note(struct alerts *alerts, const struct live_rule *rule, const struct alert *alert,
                 const char *to, const char *reason, const char *who)
{
    const struct note n = {.rule = rule,
                           .alert = alert,
                           .from = alert_state_name(alert_status_state(&alert->status)),
                           .to = to,
                           .reason = reason,
                           .who = who};
    alerts_note(alerts, loop_wall(alerts->o.loop), &n);
}

void alerts_ack(struct alerts *alerts, uint64_t id, const char *by, const char *text,
                int64_t expires_ms, alerts_done_cb done, void *user)
{
    if (alerts->host != NULL) {
        alerts->host->ack(alerts->host->user, id, by, text, expires_ms, done, user);
        return;
    }
    struct error err = ERROR_INIT;
    struct live_rule *rule = NULL;
    struct alert *alert = find_alert(alerts, id, &rule, &err);
    if (alert == NULL) {
        refuse(alerts, &err, done, user);
        return;
    }
    alerts_drop_ack(alerts, rule, alert);
    struct kept_ack ack = {.id = id,
                           .ack = {.by = mem_strdup(by),
                                   .note = mem_strdup(text != NULL ? text : ""),
                                   .at = loop_wall(alerts->o.loop),
                                   .expires_at = {expires_ms}}};
    vec_push(&alerts->acks, ack);
    note(alerts, rule, alert, "acknowledged", ack.ack.note, by);
    keeper_put_ack(alerts, rule, alert, &ack.ack);
    keeper_flush(alerts, done, user);
    alerts_boundaries_arm(alerts);
    alerts_touch(alerts);
}

void alerts_unack(struct alerts *alerts, uint64_t id, const char *by, alerts_done_cb done,
                  void *user)
{
    if (alerts->host != NULL) {
        alerts->host->unack(alerts->host->user, id, by, done, user);
        return;
    }
    struct error err = ERROR_INIT;
    struct live_rule *rule = NULL;
    struct alert *alert = find_alert(alerts, id, &rule, &err);
    if (alert != NULL && alerts_find_ack(alerts, id) == NULL) {
        error_set(&err, ERROR_NOT_FOUND, "the alert is not acknowledged");
        alert = NULL;
    }
    if (alert == NULL) {
        refuse(alerts, &err, done, user);
        return;
    }
    alerts_drop_ack(alerts, rule, alert);
    note(alerts, rule, alert, "unacknowledged", "", by);
    keeper_flush(alerts, done, user);
    alerts_touch(alerts);
}

/* An evaluation that is under way looks no longer why it vanished. */
static void end_unknown(struct alerts *alerts, struct live_rule *rule, struct alert *alert,
                        const char *why)
{
    struct wall now = loop_wall(alerts->o.loop);
    for (size_t i = 0; i < rule->alerting.vanished.len; i++) {
        if (rule->alerting.vanished.items[i] == alert) {
            vec_remove(&rule->alerting.vanished, i);
            break;
        }
    }
    if (alert_status_fires(&alert->status)) {
        alerts_recent_add(alerts, alerts_id(rule, alert), alert->labels, now.ms);
    }
    alert_set_reason(alert, why);
    alert->status.phase = ALERT_INACTIVE;
    alert->status.unknown = false;
    alert->status.frozen_since_ms = 0;
    alert->status.resolved_at_ms = now.ms;
    alert->kept = alert->status;
}

void alerts_dismiss(struct alerts *alerts, uint64_t id, const char *by, const char *text,
                    alerts_done_cb done, void *user)
{
    if (alerts->host != NULL) {
        alerts->host->dismiss(alerts->host->user, id, by, text, done, user);
        return;
    }
    struct error err = ERROR_INIT;
    struct live_rule *rule = NULL;
    struct alert *alert = find_alert(alerts, id, &rule, &err);
    if (alert != NULL && !alert->status.unknown) {
        error_set(&err, ERROR_USAGE, "the alert is %s, and only an unknown one can be dismissed",
                  alert_state_name(alert->status.phase));
        error_suggest(&err, "a silence hides an alert that is known");
        alert = NULL;
    }
    if (alert == NULL) {
        refuse(alerts, &err, done, user);
        return;
    }
    const char *why = text != NULL && text[0] != '\0' ? text : "dismissed";
    note(alerts, rule, alert, alert_state_name(ALERT_INACTIVE), why, by);
    end_unknown(alerts, rule, alert, why);
    keeper_put_alert(alerts, rule, alert);
    alerts_drop_ack(alerts, rule, alert);
    keeper_flush(alerts, done, user);
    alerts_touch(alerts);
}

static struct silence *find_silence(const struct alerts *alerts, const char *id)
{
    VEC_EACH (&alerts->silences, struct silence, s) {
        if (strcmp(s->id, id) == 0) {
            return s;
        }
    }
    return NULL;
}

static const struct other_source *find_host(const struct alerts *alerts, const char *source)
{
    VEC_EACH (&alerts->others, const struct other_source, f) {
        if (strcmp(f->name, source) == 0 && f->host.put != NULL) {
            return f;
        }
    }
    return NULL;
}

void alerts_note_silence(struct alerts *alerts, const struct silence *s, const char *to,
                         const char *who)
{
    struct strbuf text = STRBUF_INIT;
    silence_format_matchers(&text, s);
    strbuf_printf(&text, ": %s", s->comment);
    const struct note n = {
        .from = "", .to = to, .reason = strbuf_cstr(&text), .who = who != NULL ? who : ""};
    alerts_note(alerts, loop_wall(alerts->o.loop), &n);
    strbuf_release(&text);
}

static bool put_here(struct alerts *alerts, const struct silence *s, char **id, struct error *err)
{
    struct silence *old = s->id != NULL ? find_silence(alerts, s->id) : NULL;
    if (s->id != NULL && old == NULL) {
        return error_set(err, ERROR_NOT_FOUND, "there is no silence '%s'", s->id);
    }
    if (old == NULL && alerts->silences.len >= SILENCE_MAX) {
        return error_set(err, ERROR_LIMIT, "there are %d silences already", SILENCE_MAX);
    }
    struct silence fresh;
    silence_copy(&fresh, s);
    fresh.updated_at_ms = loop_wall(alerts->o.loop).ms;
    fresh.quiet_since_ms = 0;
    if (old != NULL) {
        silence_release(old);
        *old = fresh;
    } else {
        fresh.id = silence_new_id();
        vec_push(&alerts->silences, fresh);
    }
    if (id != NULL) {
        *id = mem_strdup(fresh.id);
    }
    keeper_put_silence(alerts, &fresh);
    alerts_note_silence(alerts, &fresh, "silence", fresh.created_by);
    return true;
}

void alerts_silence_put(struct alerts *alerts, const struct silence *s, char **id,
                        alerts_done_cb done, void *user)
{
    struct error err = ERROR_INIT;
    if (id != NULL) {
        *id = NULL;
    }
    const struct other_source *host = s->source != NULL ? find_host(alerts, s->source) : NULL;
    bool ok = silence_check(s, &err);
    if (ok && alerts->host != NULL) {
        alerts->host->put(alerts->host->user, s, done, user);
        return;
    }
    if (ok && s->source != NULL && host == NULL) {
        ok = error_set(&err, ERROR_NOT_FOUND, "no silence can be made at '%s'", s->source);
    }
    if (ok && host != NULL) {
        host->host.put(host->host.user, s, done, user);
        return;
    }
    ok = ok && put_here(alerts, s, id, &err);
    if (!ok) {
        refuse(alerts, &err, done, user);
        return;
    }
    keeper_flush(alerts, done, user);
    alerts_boundaries_arm(alerts);
    alerts_touch(alerts);
}

/* A silence of another engine, by its id. */
static const struct other_source *host_of(const struct alerts *alerts, const char *id)
{
    VEC_EACH (&alerts->others, const struct other_source, f) {
        VEC_EACH (&f->silences, const struct silence, s) {
            if (strcmp(s->id, id) == 0) {
                return f->host.expire != NULL ? f : NULL;
            }
        }
    }
    return NULL;
}

void alerts_silence_expire(struct alerts *alerts, const char *id, const char *by,
                           alerts_done_cb done, void *user)
{
    if (alerts->host != NULL) {
        alerts->host->expire(alerts->host->user, id, by, done, user);
        return;
    }
    struct error err = ERROR_INIT;
    struct silence *s = find_silence(alerts, id);
    const struct other_source *host = s == NULL ? host_of(alerts, id) : NULL;
    if (host != NULL) {
        host->host.expire(host->host.user, id, done, user);
        return;
    }
    int64_t now_ms = loop_wall(alerts->o.loop).ms;
    if (s == NULL) {
        error_set(&err, ERROR_NOT_FOUND, "there is no silence '%s'", id);
    } else if (silence_state_at(s, now_ms) == SILENCE_EXPIRED) {
        error_set(&err, ERROR_NOT_FOUND, "the silence has ended already");
    }
    if (error_is(&err)) {
        refuse(alerts, &err, done, user);
        return;
    }
    /* One that has not begun ends where it would begin: it never was. */
    s->ends_at_ms = now_ms;
    s->starts_at_ms = s->starts_at_ms > now_ms ? now_ms : s->starts_at_ms;
    s->updated_at_ms = now_ms;
    keeper_put_silence(alerts, s);
    alerts_note_silence(alerts, s, "silence ended", by);
    keeper_flush(alerts, done, user);
    alerts_boundaries_arm(alerts);
    alerts_touch(alerts);
}
