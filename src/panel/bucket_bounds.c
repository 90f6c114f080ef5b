/* See bucket_bounds.h. p50, p95 and p99 of a panel read the same series, so that signals with the
 * same matchers share one question. */
#include "panel/bucket_bounds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "promql/functions.h"

#define BOUNDS_TIMEOUT_MS 10000

struct histogram {
    struct bucket_bounds *owner;
    const struct node *selector;
    struct query *question;
    struct wall asked_at;
    double highest;
};

struct bucket_bounds {
    struct answerer *answerer;
    bucket_bounds_cb answered;
    void *user;
    VEC(struct histogram *) histograms;
    const struct histogram **of_signal; /* NULL: no quantile */
    double *highest;
    size_t count;
};

static bool same_series(const struct node *a, const struct node *b)
{
    if (a->selector.matcher_count != b->selector.matcher_count) {
        return false;
    }
    for (size_t i = 0; i < a->selector.matcher_count; i++) {
        if (!matcher_equal(&a->selector.matchers[i], &b->selector.matchers[i])) {
            return false;
        }
    }
    return true;
}

struct search {
    const struct node *selector;
    bool ambiguous;
};

static bool visit_selector(void *user, const struct node *n)
{
    struct search *search = user;
    if (n->kind == NODE_SELECTOR) {
        search->ambiguous = search->selector != NULL && !same_series(search->selector, n);
        search->selector = n;
    }
    return !search->ambiguous;
}

/* What is inside parentheses and names of signals. */
static const struct node *unwrap(const struct node *n)
{
    while (n->kind == NODE_PAREN || n->kind == NODE_SIGNAL) {
        n = node_child(n, 0);
    }
    return n;
}

/* The selector of the buckets that `expr` is a quantile of, or NULL. */
static const struct node *quantile_selector(const struct expr *expr)
{
    const struct node *n = unwrap(expr->root);
    if (n->kind != NODE_CALL || strcmp(n->call.function->name, "histogram_quantile") != 0) {
        return NULL;
    }
    struct search search = {0};
    node_walk(n->call.args[1], visit_selector, &search);
    return search.ambiguous ? NULL : search.selector;
}

static const struct histogram *histogram_of(struct bucket_bounds *b, const struct node *selector)
{
    VEC_EACH (&b->histograms, struct histogram *, h) {
        if (same_series((*h)->selector, selector)) {
            return *h;
        }
    }
    struct histogram *h = mem_zalloc(1, sizeof(*h));
    h->owner = b;
    h->selector = selector;
    h->highest = NAN;
    vec_push(&b->histograms, h);
    return h;
}

struct bucket_bounds *bucket_bounds_create(struct answerer *answerer, struct expr *const *signals,
                                           size_t count, bucket_bounds_cb answered, void *user)
{
    struct bucket_bounds *b = mem_zalloc(1, sizeof(*b));
    b->answerer = answerer;
    b->answered = answered;
    b->user = user;
    b->count = count;
    b->of_signal = mem_zalloc(count, sizeof(*b->of_signal));
    b->highest = mem_zalloc(count, sizeof(*b->highest));
    for (size_t i = 0; i < count; i++) {
        const struct node *selector = quantile_selector(signals[i]);
        b->of_signal[i] = selector != NULL ? histogram_of(b, selector) : NULL;
        b->highest[i] = NAN;
    }
    return b;
}

void bucket_bounds_destroy(struct bucket_bounds *b)
{
    if (b == NULL) {
        return;
    }
    VEC_EACH (&b->histograms, struct histogram *, h) {
        query_cancel((*h)->question);
        free(*h);
    }
    vec_release(&b->histograms);
    free(b->of_signal);
    free(b->highest);
    free(b);
}

static double highest_of(const struct str *names, size_t count)
{
    double highest = NAN;
    for (size_t i = 0; i < count; i++) {
        double bound;
        if (number_parse(names[i], &bound) && isfinite(bound) && !(bound <= highest)) {
            highest = bound;
        }
    }
    return highest;
}

static void learned(void *user, const struct str *names, size_t count, const struct error *err)
{
    struct histogram *h = user;
    struct bucket_bounds *b = h->owner;
    h->question = NULL;
    if (err == NULL) {
        h->highest = highest_of(names, count);
        for (size_t i = 0; i < b->count; i++) {
            b->highest[i] = b->of_signal[i] != NULL ? b->of_signal[i]->highest : NAN;
        }
    }
    b->answered(b->user, err);
}

size_t bucket_bounds_ask(struct bucket_bounds *b, struct wall now, int64_t range_ms)
{
    size_t asked = 0;
    VEC_EACH (&b->histograms, struct histogram *, at) {
        struct histogram *h = *at;
        int64_t age_ms = now.ms - h->asked_at.ms;
        int64_t wait_ms = isfinite(h->highest) ? BUCKET_BOUNDS_FRESH_MS : BUCKET_BOUNDS_RETRY_MS;
        if (h->question != NULL || (age_ms >= 0 && age_ms < wait_ms)) {
            continue;
        }
        h->asked_at = now;
        const struct query_names_request request = {.label = STR("le"),
                                                    .matchers = h->selector->selector.matchers,
                                                    .matcher_count =
                                                        h->selector->selector.matcher_count,
                                                    .from_ms = now.ms - range_ms,
                                                    .to_ms = now.ms,
                                                    .timeout_ms = BOUNDS_TIMEOUT_MS,
                                                    .done = learned,
                                                    .user = h};
        h->question = query_names(b->answerer, &request);
        asked++;
    }
    return asked;
}

const double *bucket_bounds_highest(const struct bucket_bounds *b)
{
    return b->highest;
}
