/* See shorthand.h. */
#include "rule/shorthand.h"

#include "base/duration.h"
#include "rule/condition.h"
#include "rule/impossible.h"
#include "rule/shorthand_split.h"
#include "yaml/plain.h"

struct reading {
    struct str text;
    struct shorthand_parts parts;
    const struct parse_options *expressions;
    struct diags *diags;
};

/* From a place in the part that begins at byte `begin` to its place in the whole text. */
static struct span place_in(const struct reading *rd, size_t begin, struct span inside)
{
    struct span origin = diag_span(rd->text, begin, begin);
    if (inside.line == 0) {
        return origin;
    }
    if (inside.line == 1) {
        inside.column += origin.column - 1;
    }
    inside.line += origin.line - 1;
    return inside;
}

static struct diag *wrong_part(struct reading *rd, size_t begin, size_t end, const char *fmt, ...)
    ATTR_PRINTF(4, 5);
static struct diag *wrong_part(struct reading *rd, size_t begin, size_t end, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    struct diag *diag = diags_vadd(rd->diags, DIAG_ERROR, NULL, rd->text,
                                   diag_span(rd->text, begin, end), fmt, args);
    va_end(args);
    return diag;
}

/* What stands behind the word; false where it is not given, or after an error nothing is. */
static bool part_text(struct reading *rd, enum shorthand_part which, const char *needs,
                      struct str *out)
{
    const struct shorthand_span *part = &rd->parts.of[which];
    *out = str_slice(rd->text, part->begin, part->end - part->begin);
    if (part->given && out->len == 0) {
        wrong_part(rd, part->word_begin, part->word_end, "'%s' needs %s", shorthand_word(which),
                   needs);
    }
    return part->given && out->len != 0;
}

static void read_duration(struct reading *rd, enum shorthand_part which, int64_t *out_ms)
{
    struct str text;
    if (!part_text(rd, which, "a duration, such as 5m", &text)) {
        return;
    }
    const struct shorthand_span *part = &rd->parts.of[which];
    struct error err = ERROR_INIT;
    int64_t ms;
    if (!duration_parse(text, &ms, &err)) {
        err.span = place_in(rd, part->begin, err.span);
        diags_add_error(rd->diags, NULL, rd->text, &err);
        error_release(&err);
    } else if (ms > YAML_PLAIN_MAX_DURATION_MS) {
        wrong_part(rd, part->begin, part->end, "'%s' must be at most 106751d",
                   shorthand_word(which));
    } else {
        *out_ms = ms;
    }
}

static struct expr *read_condition(struct reading *rd, enum shorthand_part which)
{
    const struct shorthand_span *part = &rd->parts.of[which];
    struct str text = str_slice(rd->text, part->begin, part->end - part->begin);
    struct diags inside;
    diags_init(&inside);
    struct expr *e = condition_parse(text, rd->expressions, &inside);
    VEC_EACH (&inside.list, const struct diag, d) {
        struct diag *placed = diags_add(rd->diags, d->severity, NULL, rd->text,
                                        place_in(rd, part->begin, d->span), "%s", d->message);
        if (d->suggestion != NULL) {
            diag_suggest(placed, "%s", d->suggestion);
        }
    }
    diags_release(&inside);
    return e;
}

static bool is_severity(struct str word)
{
    for (size_t i = 0; i < word.len; i++) {
        char c = word.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && c != '_' && c != '-') {
            return false;
        }
    }
    return true;
}

static struct rule_pairs read_labels(struct reading *rd, const struct service_scope *scope,
                                     struct arena *arena)
{
    struct rule_pairs labels = service_scope_labels(scope, arena);
    struct str word;
    if (!part_text(rd, SHORTHAND_SEVERITY, "a word, such as page", &word)) {
        return labels;
    }
    const struct shorthand_span *part = &rd->parts.of[SHORTHAND_SEVERITY];
    if (!is_severity(word)) {
        wrong_part(rd, part->begin, part->end,
                   "a severity is one word of letters, digits, '_' and '-'");
        return labels;
    }
    struct rule_pair *severity = arena_new(arena, struct rule_pair);
    *severity = (struct rule_pair){.name = STR("severity"), .value = arena_str(arena, word)};
    return rule_pairs_merge(arena, labels, (struct rule_pairs){.items = severity, .count = 1});
}

struct rule_pairs service_scope_labels(const struct service_scope *scope, struct arena *arena)
{
    if (scope->service.len == 0) {
        return scope->labels;
    }
    struct rule_pair *service = arena_new(arena, struct rule_pair);
    *service =
        (struct rule_pair){.name = STR("service"), .value = arena_str(arena, scope->service)};
    return rule_pairs_merge(arena, scope->labels,
                            (struct rule_pairs){.items = service, .count = 1});
}

bool shorthand_parse(struct str text, const struct service_scope *scope, struct arena *arena,
                     struct rule *rule, struct diags *diags)
{
    struct reading rd = {.text = text, .expressions = scope->expressions, .diags = diags};
    size_t before = diags->errors;
    *rule = (struct rule){.kind = RULE_ALERTING};
    shorthand_split(text, &rd.parts, diags);
    rule->expr = read_condition(&rd, SHORTHAND_CONDITION);
    read_duration(&rd, SHORTHAND_FOR, &rule->for_ms);
    read_duration(&rd, SHORTHAND_KEEP, &rule->keep_firing_for_ms);
    struct str recover;
    if (part_text(&rd, SHORTHAND_RECOVER, "a condition, such as 'p95 < 400ms'", &recover)) {
        rule->recover = read_condition(&rd, SHORTHAND_RECOVER);
    }
    rule->labels = read_labels(&rd, scope, arena);
    if (diags->errors != before) {
        expr_unref(rule->expr);
        expr_unref(rule->recover);
        *rule = (struct rule){.kind = RULE_ALERTING};
        return false;
    }
    rule->name = condition_alert_name(arena, scope->service, rule->expr);
    rule->never = impossible_why(rule->expr, arena);
    return true;
}
