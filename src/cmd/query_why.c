/*
 * Why an answer may be empty, where the data is an answerer's: which metrics it has, then, of the
 * metrics that the question names, which values the labels have that it asks for. A few small
 * questions, one after the other; what cannot be had in time is left out.
 */
#include <stdlib.h>

#include "cmd/query.h"
#include "query/query.h"

#define NAMES_TIMEOUT_MS 5000
/* Labels that are asked about; a question with more has hints for its first. */
#define LABELS_MAX 8

struct query_why {
    const struct query_question *question;
    struct answerer *answerer;
    int64_t from_ms, to_ms;
    void (*done)(void *user);
    void *user;
    struct query *query;
    struct diags diags;
    struct {
        const struct node *node;
        const struct matcher *matcher;
    } open[LABELS_MAX];
    size_t open_count, asked;
};

static void ask_next(struct query_why *why);

static void ask(struct query_why *why, struct str label, const struct matcher *of,
                query_names_cb answered)
{
    const struct query_names_request request = {.label = label,
                                                .matchers = of,
                                                .matcher_count = of != NULL,
                                                .from_ms = why->from_ms,
                                                .to_ms = why->to_ms,
                                                .timeout_ms = NAMES_TIMEOUT_MS,
                                                .done = answered,
                                                .user = why};
    why->query = query_names(why->answerer, &request);
}

static void values_known(void *user, const struct str *values, size_t count,
                         const struct error *err)
{
    struct query_why *why = user;
    const struct node *n = why->open[why->asked].node;
    const struct matcher *m = why->open[why->asked].matcher;
    why->query = NULL;
    why->asked++;
    if (err == NULL && count == 0) {
        query_hint_label(&why->diags, why->question, n, m, NULL, 0);
    } else if (err == NULL) {
        query_hint_value(&why->diags, why->question, n, m, values, count);
    }
    ask_next(why);
}

static void ask_next(struct query_why *why)
{
    if (why->asked == why->open_count) {
        query_hint_print(&why->diags);
        why->done(why->user);
        return;
    }
    struct str metric = why->open[why->asked].node->selector.metric;
    struct matcher of;
    struct error err = ERROR_INIT;
    if (!matcher_init(&of, MATCH_EQUAL, STR(LABEL_NAME), metric, &err)) {
        error_release(&err);
        why->asked++;
        ask_next(why);
        return;
    }
    ask(why, str_from(why->open[why->asked].matcher->name), &of, values_known);
    matcher_release(&of);
}

static void note_labels(struct query_why *why, const struct node *n)
{
    for (size_t i = 0; i < n->selector.matcher_count && why->open_count < LABELS_MAX; i++) {
        if (n->selector.metric.len != 0 && query_hint_asks_for(&n->selector.matchers[i])) {
            why->open[why->open_count].node = n;
            why->open[why->open_count++].matcher = &n->selector.matchers[i];
        }
    }
}

static void metrics_known(void *user, const struct str *names, size_t count,
                          const struct error *err)
{
    struct query_why *why = user;
    why->query = NULL;
    /* The answer is out already; a hint that cannot be had is none. */
    const struct node *first = err == NULL ? why->question->expr->selectors : NULL;
    for (const struct node *n = first; n != NULL; n = n->selector.next) {
        if (!query_hint_metric(&why->diags, why->question, n, names, count)) {
            note_labels(why, n);
        }
    }
    ask_next(why);
}

struct query_why *query_why_create(const struct query_question *q, struct answerer *answerer,
                                   int64_t from_ms, int64_t to_ms, void (*done)(void *user),
                                   void *user)
{
    struct query_why *why = mem_zalloc(1, sizeof(*why));
    why->question = q;
    why->answerer = answerer;
    why->from_ms = from_ms;
    why->to_ms = to_ms;
    why->done = done;
    why->user = user;
    diags_init(&why->diags);
    ask(why, STR(LABEL_NAME), NULL, metrics_known);
    return why;
}

void query_why_destroy(struct query_why *why)
{
    if (why == NULL) {
        return;
    }
    query_cancel(why->query);
    diags_release(&why->diags);
    free(why);
}
