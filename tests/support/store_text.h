/* What is in a store, as text to compare with. */
#ifndef TOCSIN_TESTS_SUPPORT_STORE_TEXT_H
#define TOCSIN_TESTS_SUPPORT_STORE_TEXT_H

#include <check.h>

#include "base/number.h"
#include "base/strbuf.h"
#include "series/store.h"

/* The series that have the label `name` equal to `value` (`!= ""` where value is NULL), in order,
 * one a line: `up{job="a"} 1@15000 stale@30000`. Only samples of [from_ms, to_ms]; series without
 * one are left out. The caller frees. */
static inline char *store_text(const struct store *store, const char *name, const char *value,
                               int64_t from_ms, int64_t to_ms)
{
    struct error err = ERROR_INIT;
    struct matcher m;
    struct selection sel = {0};
    struct samples samples = {0};
    struct strbuf out = STRBUF_INIT;
    ck_assert(matcher_init(&m, value != NULL ? MATCH_EQUAL : MATCH_NOT_EQUAL, str_from(name),
                           str_from(value != NULL ? value : ""), &err));
    ck_assert_msg(store_select(store, &m, 1, &sel, &err), "%s", error_text(&err));
    for (size_t i = 0; i < sel.series.len; i++) {
        series_read(sel.series.items[i], from_ms, to_ms, &samples);
        if (samples.len == 0) {
            continue;
        }
        labels_format(&out, series_labels(sel.series.items[i]));
        for (size_t k = 0; k < samples.len; k++) {
            strbuf_add_char(&out, ' ');
            if (is_stale_nan(samples.v[k])) {
                strbuf_add_c(&out, "stale");
            } else {
                number_format(&out, samples.v[k]);
            }
            strbuf_printf(&out, "@%lld", (long long)samples.t_ms[k]);
        }
        strbuf_add_char(&out, '\n');
    }
    samples_release(&samples);
    selection_release(&sel);
    matcher_release(&m);
    return strbuf_take(&out);
}

#endif
