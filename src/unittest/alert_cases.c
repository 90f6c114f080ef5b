/*
 * See alert_cases.h. What is the same on both sides is left out of what is said; of the rest, an
 * alert that is expected is shown beside the one that is most like it.
 */
#include "unittest/alert_cases.h"

#include <stdlib.h>

#include "base/escape.h"

/* Alerts shown of one test. */
#define SHOWN_MAX 20

struct shown_alert {
    struct rule_pairs labels;
    struct rule_pairs annotations;
    bool paired;
};

struct shown_list {
    VEC(struct shown_alert) items;
};

static int compare_pairs(struct rule_pairs a, struct rule_pairs b)
{
    for (size_t i = 0; i < a.count && i < b.count; i++) {
        int order = str_compare(a.items[i].name, b.items[i].name);
        order = order != 0 ? order : str_compare(a.items[i].value, b.items[i].value);
        if (order != 0) {
            return order;
        }
    }
    return (a.count > b.count) - (a.count < b.count);
}

static int compare_alerts(const void *a, const void *b)
{
    const struct shown_alert *x = a, *y = b;
    int order = compare_pairs(x->labels, y->labels);
    return order != 0 ? order : compare_pairs(x->annotations, y->annotations);
}

static void sort(struct shown_list *l)
{
    if (l->items.len > 1) {
        qsort(l->items.items, l->items.len, sizeof(*l->items.items), compare_alerts);
    }
}

/* What only one of the two sorted lists has. */
static void remove_equal(struct shown_list *a, struct shown_list *b)
{
    size_t i = 0, j = 0, kept_a = 0, kept_b = 0;
    while (i < a->items.len || j < b->items.len) {
        int order = i == a->items.len   ? 1
                    : j == b->items.len ? -1
                                        : compare_alerts(&a->items.items[i], &b->items.items[j]);
        if (order < 0) {
            a->items.items[kept_a++] = a->items.items[i];
        } else if (order > 0) {
            b->items.items[kept_b++] = b->items.items[j];
        }
        i += order <= 0;
        j += order >= 0;
    }
    a->items.len = kept_a;
    b->items.len = kept_b;
}

/* One name of two sorted lists of pairs; a side that does not have it is NULL. */
struct both {
    const struct rule_pair *want;
    const struct rule_pair *have;
};

static bool next_both(struct rule_pairs *want, struct rule_pairs *have, struct both *out)
{
    if (want->count == 0 && have->count == 0) {
        return false;
    }
    int order = want->count == 0   ? 1
                : have->count == 0 ? -1
                                   : str_compare(want->items->name, have->items->name);
    *out = (struct both){.want = order <= 0 ? want->items : NULL,
                         .have = order >= 0 ? have->items : NULL};
    *want = order <= 0 ? (struct rule_pairs){want->items + 1, want->count - 1} : *want;
    *have = order >= 0 ? (struct rule_pairs){have->items + 1, have->count - 1} : *have;
    return true;
}

static bool differs(const struct both *b)
{
    return b->want == NULL || b->have == NULL || !str_equal(b->want->value, b->have->value);
}

static size_t count_differences(struct rule_pairs want, struct rule_pairs have)
{
    size_t count = 0;
    struct both b;
    while (next_both(&want, &have, &b)) {
        count += differs(&b) ? 1 : 0;
    }
    return count;
}

static void add_value(struct strbuf *out, const struct rule_pair *pair)
{
    if (pair == NULL) {
        strbuf_add_c(out, "none");
    } else {
        (void)escape_quoted(out, pair->value);
    }
}

static void add_differences(struct strbuf *out, const char *word, struct rule_pairs want,
                            struct rule_pairs have)
{
    struct both b;
    while (next_both(&want, &have, &b)) {
        if (differs(&b)) {
            struct str name = b.want != NULL ? b.want->name : b.have->name;
            strbuf_printf(out, "  %s '%.*s': expected ", word, STR_ARG(name));
            add_value(out, b.want);
            strbuf_add_c(out, ", got ");
            add_value(out, b.have);
            strbuf_add_char(out, '\n');
        }
    }
}

static void add_labels(struct strbuf *out, struct rule_pairs labels)
{
    strbuf_add_char(out, '{');
    for (size_t i = 0; i < labels.count; i++) {
        strbuf_printf(out, "%s%.*s=", i == 0 ? "" : ", ", STR_ARG(labels.items[i].name));
        (void)escape_quoted(out, labels.items[i].value);
    }
    strbuf_add_char(out, '}');
}

static struct shown_alert *find_nearest(struct shown_list *have, const struct shown_alert *want)
{
    struct shown_alert *nearest = NULL;
    size_t least = 0;
    VEC_EACH (&have->items, struct shown_alert, it) {
        size_t differences = count_differences(want->labels, it->labels);
        if (!it->paired && (nearest == NULL || differences < least)) {
            nearest = it;
            least = differences;
        }
    }
    return nearest;
}

/* Is it on its way? */
static void add_pending(struct strbuf *out, const struct shown_list *pending,
                        const struct shown_alert *want)
{
    VEC_EACH (&pending->items, const struct shown_alert, it) {
        if (compare_pairs(it->labels, want->labels) == 0) {
            strbuf_add_c(out, ", which is only pending");
            return;
        }
    }
}

static void add_missing(struct strbuf *out, const struct shown_list *pending,
                        const struct shown_alert *want)
{
    strbuf_add_c(out, "expected ");
    add_labels(out, want->labels);
    add_pending(out, pending, want);
    strbuf_add_char(out, '\n');
}

static void add_unexpected(struct strbuf *out, const struct shown_alert *have)
{
    strbuf_add_c(out, "not expected: ");
    add_labels(out, have->labels);
    strbuf_add_char(out, '\n');
    add_differences(out, "annotation", (struct rule_pairs){0}, have->annotations);
}

static void explain(struct shown_list *want, struct shown_list *have,
                    const struct shown_list *pending, struct strbuf *why)
{
    size_t shown = 0;
    VEC_EACH (&want->items, struct shown_alert, it) {
        struct shown_alert *nearest = shown < SHOWN_MAX ? find_nearest(have, it) : NULL;
        if (nearest != NULL) {
            nearest->paired = true;
            add_labels(why, nearest->labels);
            strbuf_add_c(why, ":\n");
            add_differences(why, "label", it->labels, nearest->labels);
            add_differences(why, "annotation", it->annotations, nearest->annotations);
        } else if (shown < SHOWN_MAX) {
            add_missing(why, pending, it);
        }
        shown++;
    }
    VEC_EACH (&have->items, const struct shown_alert, it) {
        if (!it->paired && shown < SHOWN_MAX) {
            add_unexpected(why, it);
        }
        shown += it->paired ? 0 : 1;
    }
    if (shown > SHOWN_MAX) {
        strbuf_printf(why, "... and %zu more\n", shown - SHOWN_MAX);
    }
}

static struct rule_pairs pairs_of(struct arena *arena, const struct labels *labels)
{
    struct rule_pairs out = {.count = labels_count(labels)};
    out.items = arena_array(arena, struct rule_pair, out.count);
    for (size_t i = 0; i < out.count; i++) {
        struct label label = labels_at(labels, i);
        out.items[i] = (struct rule_pair){.name = label.name, .value = label.value};
    }
    return out;
}

/* The alerts of all rules of the name. */
static size_t list_alerts(const struct alert_case *c, const struct rule_loop *l,
                          struct arena *arena, struct shown_list *firing,
                          struct shown_list *pending)
{
    size_t rules = 0;
    VEC_EACH (&l->groups, const struct live_group, g) {
        VEC_EACH (&g->rules, const struct live_rule, r) {
            if (r->rule->kind != RULE_ALERTING || !str_equal(r->rule->name, c->name)) {
                continue;
            }
            rules++;
            VEC_EACH (&r->alerting.alerts, struct alert *const, alert) {
                enum alert_state phase = (*alert)->status.phase;
                struct shown_alert it = {.labels = pairs_of(arena, (*alert)->labels),
                                         .annotations = (*alert)->annotations};
                if (phase != ALERT_INACTIVE) {
                    vec_push(phase == ALERT_FIRING ? &firing->items : &pending->items, it);
                }
            }
        }
    }
    return rules;
}

/* A test names the labels but `alertname`. */
static void list_expected(const struct alert_case *c, struct arena *arena, struct shown_list *out)
{
    struct rule_pair *name = arena_array(arena, struct rule_pair, 1);
    *name = (struct rule_pair){.name = STR(ALERTING_NAME), .value = c->name};
    VEC_EACH (&c->alerts, const struct expected_alert, it) {
        struct shown_alert want = {.labels = rule_pairs_merge(arena, it->labels,
                                                              (struct rule_pairs){name, 1}),
                                   .annotations = it->annotations};
        vec_push(&out->items, want);
    }
}

bool alert_case_is_unknown(const struct alert_case *c, const struct rule_loop *l)
{
    VEC_EACH (&l->groups, const struct live_group, g) {
        VEC_EACH (&g->rules, const struct live_rule, r) {
            if (r->unknown && r->rule->kind == RULE_ALERTING && str_equal(r->rule->name, c->name)) {
                return true;
            }
        }
    }
    return false;
}

bool alert_case_holds(const struct alert_case *c, const struct rule_loop *l, struct strbuf *why)
{
    struct shown_list want = {0}, have = {0}, pending = {0};
    struct arena arena;
    arena_init(&arena);
    size_t rules = list_alerts(c, l, &arena, &have, &pending);
    list_expected(c, &arena, &want);
    sort(&want);
    sort(&have);
    size_t expected = want.items.len, got = have.items.len;
    remove_equal(&want, &have);
    bool holds = want.items.len == 0 && have.items.len == 0;
    if (!holds && rules == 0) {
        strbuf_add_c(why, "no rule of the rule files has this name\n");
    } else if (!holds) {
        strbuf_printf(why, "expected %zu firing, got %zu\n", expected, got);
        explain(&want, &have, &pending, why);
    }
    vec_release(&want.items);
    vec_release(&have.items);
    vec_release(&pending.items);
    arena_release(&arena);
    return holds;
}
