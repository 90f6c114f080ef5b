/* See label_search.h. */
#include "query/label_search.h"

#include "series/store.h"

/* Looking at a series, or comparing two strings, takes as long as a few samples. */
static bool spend_series(void *user, size_t series)
{
    return work_spend(user, series * 4);
}

/* Of the selected series that have a sample within the time asked for. */
static bool collect(const struct selection *sel, const struct query_names_request *wanted,
                    struct work *work, struct label_values *out)
{
    for (size_t i = 0; i < sel->series.len; i++) {
        const struct series *s = sel->series.items[i];
        int64_t t_ms = 0;
        double v = 0;
        if (!work_spend(work, WORK_ROW)) {
            return false;
        }
        if (!series_read_last(s, wanted->from_ms, wanted->to_ms, &t_ms, &v)) {
            continue;
        }
        struct str value = labels_get(series_labels(s), wanted->label);
        if (value.len > 0) {
            vec_push(&out->values, value);
        }
    }
    return true;
}

static bool search_times(const struct store *store, const struct query_names_request *wanted,
                         const struct sort_pace *pace, struct work *work, struct label_values *out)
{
    struct matcher named;
    const struct matcher *matchers = wanted->matchers;
    size_t count = wanted->matcher_count;
    if (count == 0) {
        if (!matcher_init(&named, MATCH_NOT_EQUAL, STR(LABEL_NAME), STR(""), work->err)) {
            return false;
        }
        matchers = &named;
    }
    struct selection sel;
    bool ok = store_select_paced(store, matchers, count == 0 ? 1 : count, pace, &sel, work->err);
    if (ok) {
        ok = collect(&sel, wanted, work, out) && label_values_settle(out, pace);
        selection_release(&sel);
    }
    if (count == 0) {
        matcher_release(&named);
    }
    return ok;
}

bool label_search(const struct store *store, const struct query_names_request *wanted,
                  struct work *work, struct label_values *out)
{
    const struct sort_pace pace = {.spend = spend_series, .user = work};
    bool ever = wanted->from_ms == INT64_MIN && wanted->to_ms == INT64_MAX;
    *out = (struct label_values){.values = {.items = NULL}};
    bool ok = ever ? store_label_values(store, wanted->label, wanted->matchers,
                                        wanted->matcher_count, &pace, out, work->err)
                   : search_times(store, wanted, &pace, work, out);
    if (!ok) {
        vec_release(&out->values);
    }
    return ok;
}
