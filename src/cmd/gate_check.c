/* See gate_check.h. */
#include "cmd/gate_check.h"

#include <math.h>
#include <stdlib.h>

#include "base/duration.h"

static bool same_labels(const struct gate_held *held, const struct labels *labels)
{
    return labels == held->labels ||
           (labels != NULL && held->labels != NULL && labels_compare(labels, held->labels) == 0);
}

static struct gate_held *find_held(struct gate_check *c, const struct labels *labels)
{
    VEC_EACH (&c->held, struct gate_held, held) {
        if (same_labels(held, labels)) {
            return held;
        }
    }
    return NULL;
}

static void set_problem(struct gate_check *c, char *text)
{
    free(c->problem);
    c->problem = text;
}

/* `labels` may be NULL: a rule whose answer is a number alone. */
static void note_held(struct gate_check *c, const struct labels *labels, double value, int64_t t_ms,
                      bool at_once)
{
    struct gate_held *held = find_held(c, labels);
    if (held == NULL) {
        if (c->held.len == GATE_MAX_HELD) {
            c->known = false;
            set_problem(c, mem_printf("it holds for more than %d series", GATE_MAX_HELD));
            return;
        }
        const struct gate_held fresh = {.labels = labels != NULL ? labels_ref(labels) : NULL,
                                        .since_ms = t_ms};
        vec_push(&c->held, fresh);
        held = &c->held.items[c->held.len - 1];
    }
    held->last_ms = t_ms;
    held->value = value;
    int64_t held_ms = t_ms - held->since_ms;
    held->held_ms = held_ms > held->held_ms ? held_ms : held->held_ms;
    held->tripped = held->tripped || at_once || held_ms >= c->rule->for_ms;
}

/* What no longer holds begins anew when it holds again, and is forgotten where it never did for as
 * long as it must. */
static void forget_others(struct gate_check *c, int64_t t_ms)
{
    for (size_t i = c->held.len; i-- > 0;) {
        struct gate_held *held = &c->held.items[i];
        if (held->last_ms == t_ms) {
            continue;
        }
        if (held->tripped) {
            held->since_ms = INT64_MAX;
        } else {
            labels_unref(held->labels);
            vec_remove(&c->held, i);
        }
    }
}

static enum gate_question judge_holds(struct gate_check *c, const struct value *value, int64_t t_ms,
                                      bool at_once)
{
    bool holds = false;
    c->known = true;
    c->value = (double)NAN;
    set_problem(c, NULL);
    VEC_EACH (&c->held, struct gate_held, held) {
        /* A tripped one that holds again. */
        held->since_ms = held->since_ms == INT64_MAX ? t_ms : held->since_ms;
    }
    if (value->type == VALUE_SCALAR) {
        note_held(c, NULL, value->scalar[0], t_ms, at_once);
        holds = true;
    }
    VEC_EACH (&value->series, const struct value_series, series) {
        if (series->count != 0 && !value_is_absent(series->points[0])) {
            note_held(c, series->labels, series->points[0], t_ms, at_once);
            holds = true;
        }
    }
    forget_others(c, t_ms);
    if (holds) {
        return GATE_ASK_COUNT;
    }
    if (c->exprs[GATE_ASK_VALUE] != NULL) {
        return GATE_ASK_VALUE;
    }
    return c->exprs[GATE_ASK_DATA] != NULL ? GATE_ASK_DATA : GATE_ASK_COUNT;
}

/* The value that is nearest to the threshold. */
static enum gate_question judge_value(struct gate_check *c, const struct value *value)
{
    VEC_EACH (&value->series, const struct value_series, series) {
        if (series->count == 0 || value_is_absent(series->points[0])) {
            continue;
        }
        double v = series->points[0];
        bool nearer = isnan(c->value) || (c->highest ? v > c->value : v < c->value);
        c->value = nearer ? v : c->value;
        c->known = true;
    }
    bool any = !isnan(c->value);
    return !any && c->exprs[GATE_ASK_DATA] != NULL ? GATE_ASK_DATA : GATE_ASK_COUNT;
}

static enum gate_question judge_data(struct gate_check *c, const struct value *value, int64_t t_ms,
                                     bool at_once)
{
    c->known = value->series.len != 0;
    if (c->known || c->rule->on_missing == RULE_MISSING_OK) {
        c->known = true;
    } else if (c->rule->on_missing == RULE_MISSING_FIRING) {
        c->known = true;
        note_held(c, NULL, (double)NAN, t_ms, at_once);
    } else {
        set_problem(c, mem_printf("there is no data of what it looks at"));
    }
    return GATE_ASK_COUNT;
}

enum gate_question gate_check_answer(struct gate_check *c, enum gate_question question,
                                     const struct value *value, int64_t t_ms, bool at_once)
{
    switch (question) {
    case GATE_ASK_HOLDS:
        return judge_holds(c, value, t_ms, at_once);
    case GATE_ASK_VALUE:
        return judge_value(c, value);
    case GATE_ASK_DATA:
        return judge_data(c, value, t_ms, at_once);
    case GATE_ASK_COUNT:
        break;
    }
    return GATE_ASK_COUNT;
}

void gate_check_failed(struct gate_check *c, const struct error *err)
{
    c->known = c->rule->on_error == RULE_MISSING_OK;
    set_problem(c, mem_printf("%s", error_text(err)));
}

/* An alert that only tells something never fails a gate. */
static enum gate_state state_of(const struct gate_check *c)
{
    switch (c->severity) {
    case SEVERITY_INFO:
        return GATE_OK;
    case SEVERITY_WARNING:
        return GATE_WARNING;
    case SEVERITY_CRITICAL:
        return GATE_CRITICAL;
    }
    return GATE_UNKNOWN;
}

static struct str held_message(struct arena *arena, const struct gate_check *c,
                               const struct gate_held *held)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_add_c(&text, c->severity == SEVERITY_INFO ? "info: it holds" : "it holds");
    if (held->held_ms > 0) {
        strbuf_add_c(&text, ", seen for ");
        duration_format_short(&text, held->held_ms);
    }
    if (!held->tripped) {
        strbuf_add_c(&text, " of ");
        duration_format(&text, c->rule->for_ms);
    }
    struct str message = arena_str(arena, strbuf_str(&text));
    strbuf_release(&text);
    return message;
}

static struct gate_result blank(const struct gate_check *c)
{
    return (struct gate_result){.name = c->rule->name,
                                .expr = c->rule->expr->text,
                                .state = GATE_OK,
                                .value = c->value,
                                .threshold = c->threshold,
                                .unit = c->unit};
}

static struct gate_result of_held(const struct gate_check *c, struct arena *arena,
                                  const struct gate_held *held)
{
    struct gate_result result = blank(c);
    struct strbuf labels = STRBUF_INIT;
    if (held->labels != NULL) {
        /* An alert has no metric's name. */
        labels_format(&labels, held->labels);
        struct str text = strbuf_str(&labels);
        size_t brace = str_find(text, '{');
        result.labels = arena_str(arena, str_slice(text, brace, text.len - brace));
    }
    strbuf_release(&labels);
    result.value = held->value;
    result.message = held_message(arena, c, held);
    result.held_ms = held->held_ms;
    result.state = held->tripped ? state_of(c) : GATE_OK;
    return result;
}

void gate_check_results(const struct gate_check *c, struct arena *arena, struct gate_results *out)
{
    bool told = false;
    VEC_EACH (&c->held, const struct gate_held, held) {
        struct gate_result result = of_held(c, arena, held);
        vec_push(&out->list, result);
        told = true;
    }
    if (!c->known || !told) {
        struct gate_result result = blank(c);
        if (c->problem != NULL) {
            result.message = arena_str(arena, str_from(c->problem));
        }
        if (!c->known && c->severity != SEVERITY_INFO) {
            result.state = GATE_UNKNOWN;
        }
        vec_push(&out->list, result);
    }
}
