#include "query/range_cache.h"

#include <stdlib.h>

#include "base/mem.h"
#include "query/range_window.h"

struct range {
    struct answerer *answerer;
    struct expr *expr;
    int64_t timeout_ms;
    enum query_priority priority;
    range_changed_cb changed;
    void *user;
    struct range_window window;
    struct grid asked; /* of the open question */
    struct query *open;
    uint64_t version;
    struct range_stats stats;
};

static int64_t overlap_ms(const struct answerer *answerer)
{
    int64_t two_intervals_ms = 2 * answerer->interval_ms;
    return answerer->late_ms > two_intervals_ms ? answerer->late_ms : two_intervals_ms;
}

struct range *range_create(struct answerer *answerer, const struct expr *expr,
                           const struct range_options *options, range_changed_cb changed,
                           void *user)
{
    struct range *r = mem_zalloc(1, sizeof(*r));
    r->answerer = answerer;
    r->expr = expr_ref(expr);
    query_stand(answerer, expr);
    r->timeout_ms = options->timeout_ms;
    r->priority = options->priority;
    r->changed = changed;
    r->user = user;
    range_window_init(&r->window, options->span_ms, options->step_ms, overlap_ms(answerer));
    return r;
}

void range_destroy(struct range *range)
{
    if (range == NULL) {
        return;
    }
    query_cancel(range->open);
    query_withdraw(range->answerer, range->expr);
    expr_unref(range->expr);
    range_window_release(&range->window);
    free(range);
}

static bool take(struct range *r, const struct value *value, struct error *err)
{
    if (!grid_equal(&value->grid, &r->asked)) {
        return error_set(err, ERROR_PROTOCOL, "the answer is not on the steps asked for");
    }
    return range_window_merge(&r->window, value, err);
}

/* Nothing of the range is touched behind `changed`: it may destroy it. */
static void on_answer(void *user, struct value *value, const struct error *failed)
{
    struct range *r = user;
    r->open = NULL;
    struct error err = ERROR_INIT;
    if (failed != NULL) {
        error_copy(&err, failed);
    } else if (take(r, value, &err)) {
        r->version++;
    }
    if (error_is(&err)) {
        r->stats.failures++;
        r->changed(r->user, &err);
    } else {
        r->changed(r->user, NULL);
    }
    error_release(&err);
}

bool range_refresh(struct range *range, struct wall now)
{
    if (range->open != NULL || !range_window_next(&range->window, now.ms, &range->asked)) {
        return false;
    }
    range->stats.questions++;
    range->stats.steps_asked += range->asked.steps;
    struct query_request request = {
        .expr = range->expr,
        .grid = range->asked,
        .timeout_ms = range->timeout_ms,
        .priority = range->priority,
        .done = on_answer,
        .user = range,
    };
    range->open = query_ask(range->answerer, &request);
    return true;
}

const struct value *range_value(const struct range *range)
{
    return &range->window.value;
}

uint64_t range_version(const struct range *range)
{
    return range->version;
}

struct range_stats range_stats(const struct range *range)
{
    return range->stats;
}
