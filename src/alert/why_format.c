/* Why, as lines for people. See why.h. */
#include <string.h>

#include "alert/why.h"
#include "base/duration.h"
#include "base/utf8.h"

struct page {
    struct strbuf *out;
    const struct why *why;
    why_time_cb time;
};

/* A row of a rule or an alert; what stands behind its head is added by the caller. */
static void row(const struct page *p, const char *head)
{
    strbuf_printf(p->out, "  %-11s ", head);
}

static void end(const struct page *p)
{
    strbuf_add_char(p->out, '\n');
}

static void text(const struct page *p, const char *s)
{
    utf8_add_printable(p->out, str_from(s));
}

static void text_row(const struct page *p, const char *head, const char *s)
{
    if (s != NULL && s[0] != '\0') {
        row(p, head);
        text(p, s);
        end(p);
    }
}

static void duration(const struct page *p, const char *before, int64_t ms)
{
    strbuf_add_c(p->out, before);
    duration_format_short(p->out, ms);
}

static void moment(const struct page *p, const char *before, int64_t ms)
{
    strbuf_add_c(p->out, before);
    p->time(p->out, ms);
}

/* "02:57:41 (10m00s)": since when, and for how long by now. */
static void since(const struct page *p, const char *before, int64_t ms)
{
    moment(p, before, ms);
    duration(p, " (", p->why->at_ms > ms ? p->why->at_ms - ms : 0);
    strbuf_add_char(p->out, ')');
}

/* --- the rule --- */

static void evaluation(const struct page *p, const struct why_rule *r)
{
    row(p, "evaluated");
    if (r->evaluated_ms == 0) {
        strbuf_add_c(p->out, "not yet");
    } else {
        moment(p, "at ", r->evaluated_ms);
        strbuf_printf(p->out, ", took %.1fms", (double)r->duration_us / 1000);
    }
    if (r->next_ms != 0) {
        moment(p, ", next at ", r->next_ms);
    }
    if (r->missed != 0) {
        strbuf_printf(p->out, ", %llu missed", (unsigned long long)r->missed);
    }
    end(p);
}

static void when(const struct page *p, const struct why_rule *r)
{
    row(p, "asks");
    text(p, r->source);
    if (r->interval_ms != 0) {
        duration(p, " every ", r->interval_ms);
    }
    if (r->alerting && r->for_ms != 0) {
        duration(p, ", must hold for ", r->for_ms);
    }
    if (r->keep_firing_for_ms != 0) {
        duration(p, ", fires on for ", r->keep_firing_for_ms);
    }
    end(p);
}

static void health(const struct page *p, const struct why_rule *r)
{
    if (r->error[0] != '\0') {
        text_row(p, "error", r->error);
    } else {
        text_row(p, "health", r->health);
    }
    text_row(p, "note", r->note);
}

static void rule(const struct page *p, const struct why_rule *r)
{
    text(p, r->name);
    strbuf_add_c(p->out, r->alerting ? "" : " (a recording rule)");
    end(p);
    text_row(p, r->alerting ? "condition" : "expression", r->expr);
    text_row(p, "recovers", r->recover);
    if (r->file[0] != '\0') {
        row(p, "from");
        text(p, r->file);
        if (r->line != 0) {
            strbuf_printf(p->out, ":%u", r->line);
        }
        if (r->group[0] != '\0') {
            strbuf_add_c(p->out, ", group ");
            text(p, r->group);
        }
        end(p);
    }
    if (r->source[0] != '\0') {
        when(p, r);
    }
    if (r->known && !p->why->past) {
        evaluation(p, r);
        health(p, r);
    }
    if (!r->known) {
        bool others = r->alerts.len != 0 && r->alerts.items[0]->origin != NULL;
        row(p, "note");
        strbuf_add_c(p->out, p->why->ledger_only ? "no engine runs that would know the rule"
                             : others            ? "a rule of another engine"
                                                 : "no such rule is loaded now");
        end(p);
    }
}

/* Nothing to show, and what that means. */
static void no_alert(const struct page *p, const struct why_rule *r)
{
    const char *said = "the condition holds for nothing";
    if (p->why->past) {
        said = "nothing was pending or firing, as far as the ledger tells";
    } else if (r->error[0] != '\0') {
        said = "the last evaluation failed, so nothing is known";
    } else if (r->evaluated_ms == 0) {
        said = "it has not been evaluated yet";
    } else if (r->health != NULL && strcmp(r->health, rule_health_name(RULE_HEALTH_NO_DATA)) == 0) {
        said = "there is no data that the condition asks for";
    }
    text_row(p, "no alert", said);
}

/* --- an alert --- */

static void progress(const struct page *p, const struct why_alert *a)
{
    int64_t left_ms = a->fires_in_ms;
    int64_t done_ms = a->for_ms > left_ms ? a->for_ms - left_ms : 0;
    duration(p, " ", done_ms);
    duration(p, " of ", a->for_ms);
    moment(p, ", fires at ", p->why->at_ms + left_ms);
    strbuf_add_c(p->out, " if it holds");
}

static void state(const struct page *p, const struct why_alert *a)
{
    row(p, "state");
    text(p, a->state);
    if (strcmp(a->state, "pending") == 0 && a->fires_in_ms >= 0) {
        progress(p, a);
    } else if (strcmp(a->state, "pending") == 0 && a->active_at_ms != 0) {
        since(p, " since ", a->active_at_ms);
    } else if (strcmp(a->state, "firing") == 0 && a->fired_at_ms != 0) {
        since(p, " since ", a->fired_at_ms);
    } else if (strcmp(a->state, "unknown") == 0 && a->unknown_since_ms != 0) {
        since(p, " since ", a->unknown_since_ms);
        strbuf_add_c(p->out, a->fires ? ", still firing towards receivers" : "");
    } else if (strcmp(a->state, "inactive") == 0 && a->resolved_at_ms != 0) {
        since(p, ", over since ", a->resolved_at_ms);
    }
    if (a->severity != NULL) {
        strbuf_add_c(p->out, ", ");
        text(p, a->severity);
    }
    strbuf_add_c(p->out, a->flapping ? ", flapping" : "");
    end(p);
}

static void value(const struct page *p, const struct why_alert *a)
{
    if (!a->has_value) {
        return;
    }
    row(p, "value");
    unit_format_long(p->out, a->value, a->unit);
    if (a->has_threshold) {
        strbuf_printf(p->out, ", the condition is ");
        text(p, a->comparison != NULL ? a->comparison : "");
        strbuf_add_char(p->out, ' ');
        unit_format_long(p->out, a->threshold, a->unit);
    }
    end(p);
}

static void hidden(const struct page *p, const struct why_alert *a)
{
    if (a->acked_by != NULL) {
        row(p, "acked");
        strbuf_add_c(p->out, "by ");
        text(p, a->acked_by);
        moment(p, " at ", a->acked_at_ms);
        if (a->ack_expires_ms != 0) {
            moment(p, " until ", a->ack_expires_ms);
        }
        if (a->ack_note != NULL && a->ack_note[0] != '\0') {
            strbuf_add_c(p->out, ": ");
            text(p, a->ack_note);
        }
        end(p);
    }
    for (size_t i = 0; i < a->silence_count; i++) {
        const struct why_silence *s = &a->silences[i];
        row(p, "silenced");
        strbuf_add_c(p->out, "by ");
        text(p, s->by != NULL ? s->by : "");
        moment(p, " until ", s->ends_at_ms);
        strbuf_add_c(p->out, ": ");
        text(p, s->comment != NULL ? s->comment : "");
        strbuf_add_c(p->out, " (");
        text(p, s->id != NULL ? s->id : "");
        strbuf_add_c(p->out, ")\n");
    }
    if (a->inhibited_by != NULL) {
        row(p, "inhibited");
        strbuf_add_c(p->out, "by ");
        text(p, a->inhibited_by);
        end(p);
    }
    if (a->muted_elsewhere) {
        text_row(p, "muted", "by its own Alertmanager");
    }
}

static void event(const struct page *p, const struct why_event *e)
{
    strbuf_add_c(p->out, "    ");
    p->time(p->out, e->at_ms);
    strbuf_add_c(p->out, "  ");
    text(p, e->from);
    strbuf_add_c(p->out, e->from[0] != '\0' ? " -> " : "");
    text(p, e->to);
    if (e->who[0] != '\0') {
        strbuf_add_c(p->out, " by ");
        text(p, e->who);
    }
    if (e->reason[0] != '\0') {
        strbuf_add_c(p->out, ": ");
        text(p, e->reason);
    }
    end(p);
}

static void alert(const struct page *p, const struct why_alert *a)
{
    end(p);
    strbuf_add_c(p->out, "  ");
    text(p, a->labels);
    end(p);
    state(p, a);
    value(p, a);
    text_row(p, "because", a->reason);
    hidden(p, a);
    for (size_t i = 0; i < a->event_count; i++) {
        event(p, &a->events[i]);
    }
}

void why_format(struct strbuf *out, const struct why *why, why_time_cb time)
{
    struct page page = {out, why, time};
    if (why->past) {
        moment(&page, "as known at ", why->at_ms);
        end(&page);
    }
    VEC_EACH (&why->rules, struct why_rule, r) {
        strbuf_add_c(out, r != why->rules.items ? "\n" : "");
        rule(&page, r);
        if (r->alerting && r->alerts.len == 0) {
            no_alert(&page, r);
        }
        VEC_EACH (&r->alerts, struct why_alert *, a) {
            alert(&page, *a);
        }
    }
}
