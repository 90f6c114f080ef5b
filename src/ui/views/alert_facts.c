/* What is known of one alert, in the order in which it is asked for at night: why, who has it, what
 * to do, where it comes from. */
#include <math.h>

#include "base/duration.h"
#include "ui/alert_look.h"
#include "ui/timefmt.h"
#include "ui/views/alerts.h"
#include "ui/views/views.h"

struct facts_of {
    struct facts *facts;
    const struct alert_info *alert;
    const struct frame *frame;
    int64_t now_ms;
    bool utc;
};

static void add_until(struct strbuf *out, const struct facts_of *f, int64_t ms)
{
    alert_until_text(out, ms, f->now_ms, f->utc);
}

/* "since 02:49:10 (18m)" */
static void add_since(struct strbuf *out, const struct facts_of *f, int64_t ms)
{
    if (ms != 0) {
        strbuf_add_c(out, " since ");
        alert_time_text(out, ms, f->now_ms, f->utc);
        strbuf_add_c(out, " (");
        timefmt_age_coarse(out, f->now_ms, ms);
        strbuf_add_char(out, ')');
    }
}

static void add_why(const struct facts_of *f, const char *name, struct strbuf *text)
{
    facts_add_text(f->facts, name, ROLE_TEXT, text);
    strbuf_release(text);
}

static bool holds(const char *comparison, double value, double threshold)
{
    struct str op = str_from(comparison);
    return str_equal_c(op, ">")    ? value > threshold
           : str_equal_c(op, ">=") ? value >= threshold
           : str_equal_c(op, "<")  ? value < threshold
           : str_equal_c(op, "<=") ? value <= threshold
           : str_equal_c(op, "!=") ? value != threshold
                                   : value == threshold;
}

static const char *comparison_words(const char *comparison)
{
    static const char *const words[][2] = {{">", "above "},           {">=", "at or above "},
                                           {"<", "below "},           {"<=", "at or below "},
                                           {"!=", "different from "}, {"==", "equal to "}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_equal_c(str_from(comparison), words[i][0])) {
            return words[i][1];
        }
    }
    return "against ";
}

/* "22.0x, above 14.4x"; what no longer holds is said to be so. */
static void add_value(const struct facts_of *f)
{
    const struct alert_info *a = f->alert;
    struct strbuf text = STRBUF_INIT;
    if (a->has_value) {
        strbuf_add_c(&text, a->state == ALERT_UNKNOWN ? "last known: " : "");
        if (isnan(a->value)) {
            strbuf_add_c(&text, "NaN");
        } else {
            unit_format_long(&text, a->value, a->unit);
        }
        if (a->has_threshold && a->comparison != NULL) {
            strbuf_add_c(&text, holds(a->comparison, a->value, a->threshold) ? ", " : ", not ");
            strbuf_add_c(&text, comparison_words(a->comparison));
            unit_format_long(&text, a->threshold, a->unit);
        }
    }
    add_why(f, "value", &text);
}

static void add_for(struct strbuf *out, int64_t for_ms)
{
    if (for_ms > 0) {
        strbuf_add_c(out, ", after it held for ");
        duration_format(out, for_ms);
    }
}

static void add_pending(struct strbuf *text, const struct facts_of *f)
{
    const struct alert_info *a = f->alert;
    strbuf_add_c(text, "pending");
    add_since(text, f, a->active_at.ms);
    if (a->for_ms > 0) {
        strbuf_add_c(text, ", has to hold for ");
        duration_format(text, a->for_ms);
    }
    if (a->fires_in_ms >= 0) {
        strbuf_add_c(text, "; fires at ");
        add_until(text, f, alert_fires_at_ms(a));
        strbuf_add_c(text, " if it holds on");
    }
}

static void add_unknown(struct strbuf *text, const struct facts_of *f)
{
    const struct alert_info *a = f->alert;
    strbuf_add_c(text, "nothing is known of it");
    add_since(text, f, a->unknown_since.ms);
    strbuf_add_c(text, a->fires ? "; it fired before, and goes on as firing"
                                : "; it was pending, and keeps the progress it had");
}

static void add_state(const struct facts_of *f)
{
    const struct alert_info *a = f->alert;
    struct strbuf text = STRBUF_INIT;
    switch (a->state) {
    case ALERT_PENDING:
        add_pending(&text, f);
        break;
    case ALERT_FIRING:
        strbuf_add_c(&text, "firing");
        add_since(&text, f, alert_since_ms(a));
        add_for(&text, a->for_ms);
        break;
    case ALERT_UNKNOWN:
        add_unknown(&text, f);
        break;
    case ALERT_INACTIVE:
        strbuf_add_c(&text, "resolved at ");
        alert_time_text(&text, a->resolved_at.ms, f->now_ms, f->utc);
        strbuf_add_c(&text, ", ");
        timefmt_age_coarse(&text, f->now_ms, a->resolved_at.ms);
        strbuf_add_c(&text, " ago");
        break;
    }
    if (a->flapping) {
        strbuf_add_c(&text, "; flapping: it comes and goes, and is held open");
    }
    add_why(f, "why", &text);
    facts_add(f->facts, "", ROLE_TEXT, str_from(a->reason));
}

static void add_ack(const struct facts_of *f)
{
    const struct ack *ack = f->alert->ack;
    struct strbuf text = STRBUF_INIT;
    if (ack != NULL) {
        strbuf_printf(&text, "acknowledged by %s at ", ack->by);
        add_until(&text, f, ack->at.ms);
        if (ack->note[0] != '\0') {
            strbuf_printf(&text, ": %s", ack->note);
        }
        if (ack->expires_at.ms != 0) {
            strbuf_add_c(&text, "; until ");
            add_until(&text, f, ack->expires_at.ms);
        }
    } else if (alert_is_unacked(f->alert)) {
        strbuf_add_c(&text, "nobody has acknowledged it");
    }
    add_why(f, "who", &text);
}

static void add_hidden(const struct facts_of *f)
{
    const struct alert_info *a = f->alert;
    for (size_t i = 0; i < a->silence_count; i++) {
        const struct silence *s = a->silences[i];
        struct strbuf text = STRBUF_INIT;
        strbuf_printf(&text, "silenced by %s until ", s->created_by != NULL ? s->created_by : "-");
        add_until(&text, f, s->ends_at_ms);
        strbuf_printf(&text, ": %s", s->comment != NULL ? s->comment : "");
        add_why(f, "hidden", &text);
    }
    if (a->inhibited_by != NULL) {
        facts_printf(f->facts, "hidden", ROLE_TEXT, "inhibited by the alert '%s'", a->inhibited_by);
    }
    if (a->muted_elsewhere) {
        facts_printf(f->facts, "hidden", ROLE_TEXT, "'%s' says that it is suppressed there",
                     a->source);
    }
}

static const struct rule_pair *find_pair(const struct rule_pairs *pairs, const char *name)
{
    for (size_t i = 0; i < pairs->count; i++) {
        if (str_equal_c(pairs->items[i].name, name)) {
            return &pairs->items[i];
        }
    }
    return NULL;
}

static const struct rule_pair *find_runbook(const struct alert_info *a)
{
    const struct rule_pair *runbook = find_pair(&a->annotations, "runbook_url");
    return runbook != NULL ? runbook : find_pair(&a->annotations, "runbook");
}

static void add_annotations(const struct facts_of *f)
{
    const struct rule_pairs *pairs = &f->alert->annotations;
    const struct rule_pair *summary = find_pair(pairs, "summary");
    const struct rule_pair *description = find_pair(pairs, "description");
    const struct rule_pair *runbook = find_runbook(f->alert);
    facts_add(f->facts, "summary", ROLE_TEXT, summary != NULL ? summary->value : STR_NONE);
    facts_add(f->facts, "more", ROLE_TEXT, description != NULL ? description->value : STR_NONE);
    if (runbook != NULL && runbook->value.len > 0) {
        facts_add(f->facts, NULL, ROLE_TEXT_STRONG, runbook->value);
    }
    for (size_t i = 0; i < pairs->count; i++) {
        const struct rule_pair *pair = &pairs->items[i];
        if (pair != summary && pair != description && pair != runbook) {
            facts_printf(f->facts, "note", ROLE_TEXT, "%.*s: %.*s", STR_ARG(pair->name),
                         STR_ARG(pair->value));
        }
    }
}

static void add_labels(const struct facts_of *f)
{
    struct strbuf text = STRBUF_INIT;
    for (size_t i = 0; i < labels_count(f->alert->labels); i++) {
        struct label label = labels_at(f->alert->labels, i);
        strbuf_printf(&text, "%s%.*s=\"%.*s\"", i > 0 ? "  " : "", STR_ARG(label.name),
                      STR_ARG(label.value));
    }
    add_why(f, "labels", &text);
}

static const struct source_health *find_source(const struct frame *frame, const char *name)
{
    for (size_t i = 0; i < frame->scene->source_count; i++) {
        if (strcmp(frame->scene->sources[i].name, name) == 0) {
            return &frame->scene->sources[i];
        }
    }
    return NULL;
}

static void add_source(const struct facts_of *f)
{
    const struct alert_info *a = f->alert;
    const struct source_health *source = find_source(f->frame, a->source);
    bool late = source != NULL && source_is_late(source, f->now_ms);
    struct strbuf text = STRBUF_INIT;
    strbuf_add_c(&text, a->source[0] != '\0' ? a->source : "-");
    strbuf_add_c(&text, a->origin == ALERT_OF_PROMETHEUS     ? ", a rule of that server"
                        : a->origin == ALERT_OF_ALERTMANAGER ? ", of that Alertmanager"
                                                             : "");
    if (source != NULL) {
        strbuf_printf(&text, ", %s, data ", source_state_name(source->state));
        source_age_text(&text, source, f->now_ms);
        strbuf_add_c(&text, " old");
    }
    if (a->updated_at.ms != 0) {
        strbuf_add_c(&text, ", last known at ");
        alert_time_text(&text, a->updated_at.ms, f->now_ms, f->utc);
    }
    facts_add(f->facts, "source", late ? ROLE_STATE_STALE : ROLE_TEXT, strbuf_str(&text));
    strbuf_release(&text);
}

static void add_rule(const struct facts_of *f)
{
    const struct alert_info *a = f->alert;
    struct strbuf text = STRBUF_INIT;
    if (a->file[0] != '\0') {
        strbuf_printf(&text, "%s:%u", a->file, a->line);
    }
    if (a->group[0] != '\0') {
        strbuf_printf(&text, "%sgroup %s", text.len > 0 ? "   " : "", a->group);
    }
    add_why(f, "rule", &text);
    facts_add(f->facts, "expr", ROLE_TEXT, str_from(a->expr));
}

void alert_facts(struct facts *out, const struct frame *frame, const struct alert_info *alert)
{
    const struct facts_of f = {.facts = out,
                               .alert = alert,
                               .frame = frame,
                               .now_ms = frame->model->now.ms,
                               .utc = frame->state->utc};
    add_state(&f);
    add_value(&f);
    add_ack(&f);
    add_hidden(&f);
    add_annotations(&f);
    add_source(&f);
    add_rule(&f);
    add_labels(&f);
}
