/* See unknowns.h. */
#include "unittest/unknowns.h"

#include "series/matcher.h"

void unknowns_init(struct unknowns *u, const struct test_group *group)
{
    *u = (struct unknowns){0};
    VEC_EACH (&group->series, const struct test_series, s) {
        if (s->native) {
            struct unknown native = {.natives = s->labels,
                                     .why = "needs a native histogram, which is not supported"};
            vec_push(&u->list, native);
        }
    }
}

void unknowns_release(struct unknowns *u)
{
    vec_release(&u->list);
}

static void add_name(struct unknowns *u, struct str name, const char *why)
{
    struct unknown unknown = {.name = name, .why = why};
    vec_push(&u->list, unknown);
}

void unknowns_add_rule(struct unknowns *u, const struct rule *rule)
{
    if (rule->kind == RULE_RECORDING) {
        add_name(u, rule->name, "needs what is recorded from native histograms");
        return;
    }
    static const char why[] = "needs the series of alerts on native histograms";
    add_name(u, STR("ALERTS"), why);
    add_name(u, STR("ALERTS_FOR_STATE"), why);
}

/* Could the selector mean a metric of this name? */
static bool may_select(const struct node *selector, struct str name)
{
    for (size_t i = 0; i < selector->selector.matcher_count; i++) {
        const struct matcher *m = &selector->selector.matchers[i];
        if (strcmp(m->name, LABEL_NAME) == 0 && matcher_test(m, name) == MATCHER_NO) {
            return false;
        }
    }
    return true;
}

struct search {
    const struct unknowns *unknowns;
    const char *why;
};

static bool look(void *user, const struct node *n)
{
    struct search *search = user;
    if (n->kind != NODE_SELECTOR) {
        return true;
    }
    VEC_EACH (&search->unknowns->list, const struct unknown, u) {
        bool selected = u->natives != NULL
                            ? matchers_test(n->selector.matchers, n->selector.matcher_count,
                                            u->natives) != MATCHER_NO
                            : may_select(n, u->name);
        if (selected) {
            search->why = u->why;
            return false;
        }
    }
    return true;
}

const char *unknowns_of(const struct unknowns *u, const struct expr *e)
{
    struct search search = {.unknowns = u};
    node_walk(e->root, look, &search);
    return search.why;
}
