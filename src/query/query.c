/* Asking goes through the answerer's table; nothing is decided here. */
#include "query/query.h"

#include <assert.h>

struct query *query_ask(struct answerer *answerer, const struct query_request *request)
{
    assert(request->expr != NULL && request->done != NULL);
    assert(request->grid.steps >= 1 && request->grid.step_ms > 0);
    assert(request->end_ms == 0 ||
           (request->end_ms >= grid_end(&request->grid) &&
            request->end_ms - grid_end(&request->grid) < request->grid.step_ms));
    return answerer->ops->ask(answerer, request);
}

struct query *query_names(struct answerer *answerer, const struct query_names_request *request)
{
    assert(request->label.len > 0 && request->done != NULL);
    return answerer->ops->names(answerer, request);
}

void query_cancel(struct query *query)
{
    if (query != NULL) {
        query->answerer->ops->cancel(query->answerer, query);
    }
}

void query_stand(struct answerer *answerer, const struct expr *expr)
{
    if (answerer->ops->stand != NULL) {
        answerer->ops->stand(answerer, expr);
    }
}

void query_withdraw(struct answerer *answerer, const struct expr *expr)
{
    if (answerer->ops->withdraw != NULL) {
        answerer->ops->withdraw(answerer, expr);
    }
}
