/*
 * The live part of check_rules.h. A source is asked in two steps: whether anything of what each
 * rule selects is there, for many rules at a time, so that a server gets few requests; then, for
 * those that select nothing, one after the other, why that may be (cmd/query.h).
 *
 * Invariant: `open` counts the questions of the first step whose answers are to come; the second
 * begins when it is 0 and all are asked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/asker.h"
#include "cmd/check_rules.h"
#include "cmd/query.h"
#include "query/directory.h"
#include "query/query.h"
#include "rule/evidence.h"

#define OPEN_MAX ((size_t)64)

struct look;

struct look_question {
    struct look *look;
    struct query *query; /* NULL: answered */
    size_t number;       /* of the evidence's */
};

/* One rule that is looked at. */
struct look {
    struct live *live;
    const struct bound_group *bound;
    const struct rule *rule;
    struct evidence *evidence;
    struct look_question *questions;
    size_t count;
    struct expr *plain; /* the expression, for places of hints */
};

struct live {
    struct loop *loop;
    struct asker *asker;
    struct loop_timer *deadline;
    struct answerer *answerer; /* NULL: not known yet */
    const char *source; /* as the rules are bound; "": whoever is asked where none is named */
    const char *shown;  /* for messages */
    VEC(struct look *) looks;
    size_t asked, open, explained;
    int64_t now_ms;
    int64_t timeout_ms;
    struct query_question question; /* of the rule that is explained */
    struct query_why *why;
    size_t empty; /* rules that select nothing */
    int status;
    bool over;
};

static void finish(struct live *live)
{
    live->over = true;
    loop_stop(live->loop);
}

static void fail(struct live *live, const struct error *err)
{
    live->status = command_fail(err);
    finish(live);
}

/* --- why there is nothing --- */

static bool selects_nothing(const struct look *look, size_t *selector)
{
    for (size_t i = 0; i < evidence_selector_count(look->evidence); i++) {
        if (evidence_is_empty(look->evidence, i)) {
            *selector = i;
            return true;
        }
    }
    return false;
}

static void print_empty(const struct look *look, size_t selector)
{
    struct diags diags;
    struct strbuf text = STRBUF_INIT;
    struct str what = evidence_selector(look->evidence, selector);
    diags_init(&diags);
    (void)diags_add(&diags, DIAG_WARNING, look->bound->file->file, STR_NONE, look->rule->span,
                    "'%.*s': '%s' has nothing of %.*s", STR_ARG(look->rule->name),
                    look->live->shown, STR_ARG(what));
    diags_format(&diags, &text);
    fputs(strbuf_cstr(&text), stderr);
    strbuf_release(&text);
    diags_release(&diags);
}

static void explain_next(struct live *live);

static void explained(void *user)
{
    struct live *live = user;
    query_why_destroy(live->why);
    live->why = NULL;
    explain_next(live);
}

static void explain(struct live *live, struct look *look)
{
    struct strbuf text = STRBUF_INIT;
    struct error err = ERROR_INIT;
    expr_print(&text, look->rule->expr, PRINT_PLAIN);
    look->plain = expr_parse(strbuf_str(&text), NULL, &err);
    strbuf_release(&text);
    error_release(&err);
    live->question = (struct query_question){
        .expr = look->plain != NULL ? look->plain : look->rule->expr, .name = look->rule->name};
    live->question.text = live->question.expr->text;
    int64_t past_ms = expr_lookback_ms(live->question.expr, LOOKBACK_DELTA_DEFAULT_MS);
    live->why = query_why_create(&live->question, live->answerer, live->now_ms - past_ms,
                                 live->now_ms, explained, live);
}

static void explain_next(struct live *live)
{
    size_t selector;
    while (live->explained < live->looks.len) {
        struct look *look = live->looks.items[live->explained++];
        if (selects_nothing(look, &selector)) {
            live->empty++;
            print_empty(look, selector);
            explain(live, look);
            return;
        }
    }
    printf("'%s' was asked about %zu rule%s, and has nothing for %zu\n", live->shown,
           live->looks.len, live->looks.len == 1 ? "" : "s", live->empty);
    finish(live);
}

/* --- whether there is --- */

static void ask_more(struct live *live);

static void answered(void *user, struct value *value, const struct error *err)
{
    struct look_question *question = user;
    struct live *live = question->look->live;
    question->query = NULL;
    live->open--;
    if (live->over) {
        return;
    }
    if (err != NULL) {
        struct error whole = ERROR_INIT;
        error_copy(&whole, err);
        error_wrap(&whole, "'%s' cannot be asked about '%.*s'", live->shown,
                   STR_ARG(question->look->rule->name));
        fail(live, &whole);
        error_release(&whole);
        return;
    }
    evidence_answer(question->look->evidence, question->number, value);
    ask_more(live);
}

static void ask_look(struct look *look)
{
    struct live *live = look->live;
    look->count = evidence_count(look->evidence);
    look->questions = mem_zalloc(look->count + 1, sizeof(*look->questions));
    for (size_t i = 0; i < look->count; i++) {
        const struct expr *expr = evidence_question(look->evidence, i);
        look->questions[i] = (struct look_question){.look = look, .number = i};
        const struct query_request request = {.expr = expr,
                                              .grid = grid_instant(live->now_ms),
                                              .instant = true,
                                              .timeout_ms = live->timeout_ms,
                                              .done = answered,
                                              .user = &look->questions[i]};
        if (expr != NULL) {
            look->questions[i].query = query_ask(live->answerer, &request);
            live->open++;
        }
    }
}

static void ask_more(struct live *live)
{
    while (live->asked < live->looks.len && live->open < OPEN_MAX) {
        ask_look(live->looks.items[live->asked++]);
    }
    if (live->open == 0 && live->asked == live->looks.len) {
        explain_next(live);
    }
}

static void ready(void *user, struct answerer *answerer)
{
    struct live *live = user;
    struct error err = ERROR_INIT;
    live->shown = answerer->source;
    if (asker_find_failing(live->asker, answerer, &err)) {
        fail(live, &err);
        error_release(&err);
        return;
    }
    live->answerer = answerer;
    live->now_ms = loop_wall(live->loop).ms;
    ask_more(live);
}

static void nobody_to_ask(void *user, const struct error *err)
{
    fail(user, err);
}

static void timed_out(void *user)
{
    struct live *live = user;
    struct error err = ERROR_INIT;
    if (!live->over) {
        error_set(&err, ERROR_TIMEOUT, "'%s' did not answer everything within %g s", live->shown,
                  (double)live->timeout_ms / 1000);
        error_suggest(&err, "--timeout gives it longer");
        fail(live, &err);
        error_release(&err);
    }
}

/* --- one source --- */

static void add_looks(struct live *live, const struct ruleset *rules)
{
    VEC_EACH (&rules->groups, const struct bound_group, bound) {
        bool here = strcmp(bound->source, live->source) == 0 && !check_rules_is_own(bound);
        for (size_t i = 0; here && i < bound->group->rule_count; i++) {
            struct look *look = mem_zalloc(1, sizeof(*look));
            *look = (struct look){.live = live, .bound = bound, .rule = &bound->group->rules[i]};
            look->evidence = evidence_create(look->rule, NULL, 0, live->now_ms);
            vec_push(&live->looks, look);
        }
    }
}

static void drop_looks(struct live *live)
{
    VEC_EACH (&live->looks, struct look *, at) {
        struct look *look = *at;
        for (size_t i = 0; i < look->count; i++) {
            query_cancel(look->questions[i].query);
        }
        free(look->questions);
        evidence_destroy(look->evidence);
        expr_unref(look->plain);
        free(look);
    }
    vec_release(&live->looks);
}

static int check_source(struct config *config, const struct ruleset *rules, const char *source,
                        int64_t timeout_ms, size_t *warnings)
{
    struct error err = ERROR_INIT;
    struct live live = {.source = source,
                        .shown = source[0] != '\0' ? source : "the source",
                        .timeout_ms = timeout_ms};
    live.loop = loop_create(NULL, &err);
    if (live.loop == NULL) {
        int status = command_fail(&err);
        error_release(&err);
        return status;
    }
    add_looks(&live, rules);
    if (live.looks.len != 0) {
        const struct asker_events events = {.ready = ready, .failed = nobody_to_ask, .user = &live};
        live.deadline = loop_timer_create(live.loop, "deadline", timed_out, &live);
        loop_timer_arm(live.deadline, timeout_ms);
        live.asker = asker_create(live.loop, config, source[0] != '\0' ? source : NULL, &events);
        loop_run(live.loop);
        query_why_destroy(live.why);
    }
    *warnings += live.empty;
    drop_looks(&live);
    asker_destroy(live.asker);
    loop_timer_destroy(live.deadline);
    loop_destroy(live.loop);
    return live.status;
}

int check_live(struct config *config, const struct ruleset *rules, int64_t timeout_ms,
               size_t *warnings)
{
    int status = EXIT_STATUS_OK;
    ruleset_unref(config->rules.set);
    config->rules.set = ruleset_create();
    for (size_t i = 0; i < rules->groups.len; i++) {
        const char *source = rules->groups.items[i].source;
        bool first = true;
        for (size_t k = 0; first && k < i; k++) {
            first = strcmp(rules->groups.items[k].source, source) != 0;
        }
        int one =
            first ? check_source(config, rules, source, timeout_ms, warnings) : EXIT_STATUS_OK;
        status = status == EXIT_STATUS_OK ? one : status;
    }
    return status;
}
