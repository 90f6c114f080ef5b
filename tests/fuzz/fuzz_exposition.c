/*
 * Any bytes as a metrics page. The first byte chooses the format and the size of the pieces it
 * comes in. Whatever the page is, it must be judged the same whole and in pieces, seen the first
 * time and seen again with its lines known, and a refusal must name a line.
 */
#include <stdlib.h>

#include "source/scrape/page.h"
#include "source/target_labels.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct outcome {
    bool accepted;
    uint64_t samples;
};

static void insist(bool holds)
{
    if (!holds) {
        abort();
    }
}

static struct outcome scrape(struct page *page, enum exposition_format format, int64_t t_ms,
                             struct str text, size_t piece)
{
    struct error err = ERROR_INIT;
    struct page_summary summary = {0};
    bool ok = true;
    page_begin(page, format, (struct wall){t_ms});
    for (size_t at = 0; ok && at < text.len; at += piece) {
        ok = page_feed(page, str_slice(text, at, piece), &err);
    }
    if (!ok) {
        page_abort(page);
    } else {
        ok = page_finish(page, &summary, &err);
    }
    insist(ok == !error_is(&err));
    insist(ok || err.span.line > 0 || text.len == 0);
    error_release(&err);
    return (struct outcome){ok, summary.counts.samples};
}

static struct page *open_page(struct label_table *table, struct target_series **series)
{
    struct error err = ERROR_INIT;
    struct labels *target = NULL;
    insist(target_labels_make(table, STR("j"), STR("i"), NULL, 0, &target, &err));
    *series = target_series_create(NULL, table, target);
    return page_create(table, *series, &(struct page_options){.honor_timestamps = true});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    enum exposition_format format =
        (data[0] & 0x20) != 0 ? EXPOSITION_OPENMETRICS : EXPOSITION_TEXT;
    size_t piece = (size_t)(data[0] & 0x1f) + 1;
    struct str text = str_span((const char *)data + 1, size - 1);
    struct label_table *table = label_table_create();
    struct target_series *series[2];
    struct page *pages[2] = {open_page(table, &series[0]), open_page(table, &series[1])};
    struct outcome first = scrape(pages[0], format, 1000, text, SIZE_MAX / 2);
    for (int i = 0; i < 3; i++) {
        struct outcome other = scrape(pages[i % 2], format, 1000, text, piece);
        insist(other.accepted == first.accepted && other.samples == first.samples);
    }
    for (int i = 0; i < 2; i++) {
        page_destroy(pages[i]);
        target_series_destroy(series[i]);
    }
    label_table_destroy(table);
    return 0;
}
