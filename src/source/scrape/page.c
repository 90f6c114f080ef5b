#include "source/scrape/page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/utf8.h"
#include "source/scrape/kept_lines.h"
#include "source/scrape/line_splitter.h"
#include "source/target_labels.h"

#define PARTIAL_MAX 512
#define NAMED_MAX   160 /* bytes of a series' text in a message */

/* Samples left out for one reason: the first is named, all are counted. */
struct left_out {
    uint64_t count;
    uint64_t line;
    struct strbuf series;
};

struct page {
    struct label_table *table;
    struct target_series *series;
    struct page_options options;
    struct exposition exposition;
    struct line_splitter splitter;
    struct kept_lines kept;
    enum exposition_format kept_format;
    uint64_t kept_epoch;
    struct labels_builder builder;
    struct arena names;
    VEC(struct label) exposed;
    struct wall t;
    uint64_t samples;
    bool unended; /* the last line had no line feed */
    struct left_out repeated;
    struct left_out ahead;
    struct strbuf partial;
};

struct page *page_create(struct label_table *table, struct target_series *series,
                         const struct page_options *options)
{
    struct page *page = mem_zalloc(1, sizeof(*page));
    page->table = table;
    page->series = series;
    page->options = *options;
    exposition_init(&page->exposition, EXPOSITION_TEXT);
    line_splitter_init(&page->splitter, EXPOSITION_MAX_LINE);
    labels_builder_init(&page->builder, table);
    arena_init(&page->names);
    strbuf_init(&page->repeated.series, NAMED_MAX * 4);
    strbuf_init(&page->ahead.series, NAMED_MAX * 4);
    strbuf_init(&page->partial, PARTIAL_MAX * 4);
    return page;
}

void page_destroy(struct page *page)
{
    if (page == NULL) {
        return;
    }
    exposition_release(&page->exposition);
    line_splitter_release(&page->splitter);
    kept_lines_release(&page->kept);
    labels_builder_release(&page->builder);
    arena_release(&page->names);
    vec_release(&page->exposed);
    strbuf_release(&page->repeated.series);
    strbuf_release(&page->ahead.series);
    strbuf_release(&page->partial);
    free(page);
}

void page_begin(struct page *page, enum exposition_format format, struct wall t)
{
    exposition_reset(&page->exposition, format);
    line_splitter_reset(&page->splitter);
    /* A line that one format accepts may be wrong in the other. */
    if (page->kept_format != format || page->kept_epoch != target_series_epoch(page->series)) {
        kept_lines_clear(&page->kept);
        page->kept_format = format;
        page->kept_epoch = target_series_epoch(page->series);
    }
    kept_lines_begin(&page->kept);
    target_series_begin(page->series, t);
    page->t = t;
    page->samples = 0;
    page->unended = false;
    page->repeated.count = 0;
    page->ahead.count = 0;
}

static void leave_out(struct left_out *left, const struct page *page, struct str series)
{
    if (left->count++ == 0) {
        left->line = page->exposition.line;
        strbuf_reset(&left->series);
        utf8_add_printable(&left->series, str_slice(series, 0, NAMED_MAX));
        if (series.len > NAMED_MAX) {
            strbuf_add_c(&left->series, "...");
        }
    }
}

static bool count_sample(struct page *page, struct error *err)
{
    page->samples++;
    if (UNLIKELY(page->options.sample_limit != 0 && page->samples > page->options.sample_limit)) {
        return error_set(err, ERROR_LIMIT, "more than %llu samples (sample_limit)",
                         (unsigned long long)page->options.sample_limit);
    }
    return true;
}

static inline bool add_sample(struct page *page, uint32_t index, int64_t t_ms, double v,
                              struct str series, struct error *err)
{
    if (UNLIKELY(t_ms != BATCH_NO_TIME)) {
        if (!page->options.honor_timestamps) {
            t_ms = BATCH_NO_TIME;
        } else if (t_ms > page->t.ms + PAGE_MAX_AHEAD_MS) {
            leave_out(&page->ahead, page, series);
            return true;
        }
    }
    if (UNLIKELY(target_series_add_index(page->series, index, t_ms, v) == TARGET_REPEATED)) {
        leave_out(&page->repeated, page, series);
    }
    return count_sample(page, err);
}

/* The label set of the sample just read, with the target's labels. */
static struct labels *make_labels(struct page *page, struct error *err)
{
    const struct sample_line *sample = &page->exposition.sample;
    page->exposed.len = 0;
    vec_push(&page->exposed, ((struct label){STR(LABEL_NAME), sample->name}));
    VEC_EACH (&sample->labels, const struct label, l) {
        vec_push(&page->exposed, *l);
    }
    target_labels_merge(target_series_labels(page->series), page->exposed.items, page->exposed.len,
                        page->options.honor_labels, &page->builder, &page->names);
    struct labels *made = labels_builder_finish(&page->builder, err);
    arena_release(&page->names);
    if (made == NULL) {
        error_wrap(err, "line %llu", (unsigned long long)page->exposition.line);
        err->span = (struct span){(uint32_t)page->exposition.line, 1, 1};
    }
    return made;
}

/* A line that is not the expected one. */
static bool take_line(struct page *page, struct str line, struct error *err)
{
    struct exposition *e = &page->exposition;
    enum exposition_line found = exposition_read_line(e, line, err);
    if (found == EXPOSITION_WRONG) {
        return false;
    }
    uint32_t index;
    if (found == EXPOSITION_NOTHING) {
        if (line.len > 0 && !e->eof && !kept_lines_find(&page->kept, line, &index)) {
            kept_lines_add(&page->kept, line, KEPT_NO_SERIES);
        }
        return true;
    }
    const struct sample_line *sample = &e->sample;
    if (!kept_lines_find(&page->kept, sample->series, &index)) {
        struct labels *labels = make_labels(page, err);
        if (labels == NULL) {
            return false;
        }
        index = target_series_index(page->series, labels);
        kept_lines_add(&page->kept, sample->series, index);
    }
    return add_sample(page, index, sample->t_ms, sample->value, sample->series, err);
}

enum expected { EXPECTED_TAKEN, EXPECTED_NOT, EXPECTED_WRONG };

/* The expected series, with more behind it than a plain value: a time, an exemplar, a word. */
static enum expected take_expected_tail(struct page *page, const struct kept_line *kept,
                                        const char **p, const char *end, struct error *err)
{
    const char *behind = *p + kept->len;
    if (**p == '{' || behind[1] == ' ' || behind[1] == '\t' || behind[1] == '{') {
        return EXPECTED_NOT;
    }
    const char *feed = memchr(behind, '\n', (size_t)(end - behind));
    struct str line = str_span(*p, (size_t)(feed - *p));
    struct exposition *e = &page->exposition;
    if (exposition_read_known(e, line, kept->len, err) == EXPOSITION_WRONG) {
        return EXPECTED_WRONG;
    }
    uint32_t index = kept->index;
    *p = feed + 1;
    kept_lines_took_expected(&page->kept);
    return add_sample(page, index, e->sample.t_ms, e->sample.value, str_slice(line, 0, kept->len),
                      err)
               ? EXPECTED_TAKEN
               : EXPECTED_WRONG;
}

/* The whole cost of a scrape whose series stand where they stood: one comparison, one number. */
static inline enum expected take_expected(struct page *page, const char **p, const char *end,
                                          struct error *err)
{
    const struct kept_line *kept = kept_lines_expected(&page->kept);
    if (UNLIKELY(kept == NULL || (size_t)(end - *p) <= kept->len ||
                 memcmp(*p, page->kept.text.items + kept->offset, kept->len) != 0)) {
        return EXPECTED_NOT;
    }
    const char *behind = *p + kept->len;
    if (kept->index == KEPT_NO_SERIES) {
        if (*behind != '\n') {
            return EXPECTED_NOT;
        }
        page->exposition.line++;
        kept_lines_took_expected(&page->kept);
        *p = behind + 1;
        return EXPECTED_TAKEN;
    }
    if (UNLIKELY(*behind != ' ')) {
        return EXPECTED_NOT;
    }
    double v;
    const char *feed = number_scan(behind + 1, end, &v);
    if (UNLIKELY(feed == NULL || *feed != '\n' || isinf(v))) {
        return take_expected_tail(page, kept, p, end, err);
    }
    page->exposition.line++;
    kept_lines_took_expected(&page->kept);
    struct str series = str_span(*p, kept->len);
    *p = feed + 1;
    return add_sample(page, kept->index, BATCH_NO_TIME, v, series, err) ? EXPECTED_TAKEN
                                                                        : EXPECTED_WRONG;
}

static bool take_block(void *user, struct str block, struct error *err)
{
    struct page *page = user;
    const char *p = block.data;
    const char *end = p + block.len;
    while (p < end) {
        if (LIKELY(!page->exposition.eof)) {
            enum expected expected = take_expected(page, &p, end, err);
            if (LIKELY(expected == EXPECTED_TAKEN)) {
                continue;
            }
            if (expected == EXPECTED_WRONG) {
                return false;
            }
        }
        const char *feed = memchr(p, '\n', (size_t)(end - p));
        if (!take_line(page, str_span(p, (size_t)(feed - p)), err)) {
            return false;
        }
        p = feed + 1;
    }
    return true;
}

bool page_feed(struct page *page, struct str piece, struct error *err)
{
    struct error here = ERROR_INIT;
    if (line_splitter_feed(&page->splitter, piece, take_block, page, &here)) {
        return true;
    }
    /* The splitter does not know where it is. */
    if (here.kind == ERROR_LIMIT && here.span.line == 0) {
        here.span = (struct span){(uint32_t)page->exposition.line + 1, 1, 1};
        error_wrap(&here, "line %llu", (unsigned long long)page->exposition.line + 1);
    }
    return error_move(err, &here);
}

static void describe(struct strbuf *out, const struct left_out *left, const char *what)
{
    if (left->count > 0) {
        strbuf_printf(out, "%s%s '%s' on line %llu (%llu in all)", out->len > 0 ? "; " : "", what,
                      strbuf_cstr(&left->series), (unsigned long long)left->line,
                      (unsigned long long)left->count);
    }
}

static const char *describe_partial(struct page *page)
{
    struct strbuf *out = &page->partial;
    strbuf_reset(out);
    describe(out, &page->repeated, "duplicate series");
    describe(out, &page->ahead, "time more than 10m ahead in");
    if (page->unended) {
        strbuf_printf(out, "%sno line feed behind line %llu: the page may be cut short",
                      out->len > 0 ? "; " : "", (unsigned long long)page->exposition.line);
    }
    return out->len > 0 ? strbuf_cstr(out) : NULL;
}

/* Prometheus takes a last line without a line feed as it is; "# EOF" may end without one. */
static bool take_rest(struct page *page, struct error *err)
{
    struct str rest = line_splitter_rest(&page->splitter);
    if (rest.len == 0) {
        return true;
    }
    page->unended = page->exposition.format == EXPOSITION_TEXT;
    return take_line(page, rest, err);
}

bool page_finish(struct page *page, struct page_summary *summary, struct error *err)
{
    *summary = (struct page_summary){0};
    if (!take_rest(page, err) || !exposition_finish(&page->exposition, err)) {
        page_abort(page);
        return false;
    }
    if (!target_series_commit(page->series, &summary->counts, err)) {
        kept_lines_end(&page->kept, false);
        return false;
    }
    kept_lines_end(&page->kept, true);
    summary->lines = page->exposition.line;
    summary->partial = describe_partial(page);
    return true;
}

void page_abort(struct page *page)
{
    target_series_abort(page->series);
    kept_lines_end(&page->kept, false);
    line_splitter_reset(&page->splitter);
}
