/* The store: commits whole or not at all, selection, reading, targets, limits, forgetting. */
#include <stdio.h>

#include "series/store.h"
#include "support/suite.h"

#define START_MS    INT64_C(1700000000000)
#define INTERVAL_MS 15000

static struct label_table *table;
static struct labels_builder builder;
static struct store *store;
static store_target target;
static struct batch batch;
static struct error err;

static void setup(void)
{
    table = label_table_create();
    labels_builder_init(&builder, table);
    store =
        store_create(&(struct store_options){.retention_ms = 3600000, .max_series = 100}, table);
    target = store_add_target(store);
    batch_init(&batch);
    batch_reset(&batch, START_MS);
    err = (struct error)ERROR_INIT;
}

static void teardown(void)
{
    error_release(&err);
    batch_release(&batch);
    store_destroy(store);
    labels_builder_release(&builder);
    ck_assert_uint_eq(label_table_sets(table), 0); /* the store gave all of its sets back */
    label_table_destroy(table);
}

/* "a=1,b=2" */
static struct labels *make(const char *text)
{
    struct str rest = str_from(text);
    struct str part;
    while (rest.len > 0 && str_split(&rest, ',', &part)) {
        size_t sign = str_find(part, '=');
        labels_builder_add(&builder, str_slice(part, 0, sign), str_slice(part, sign + 1, part.len));
    }
    struct labels *ls = labels_builder_finish(&builder, &err);
    ck_assert_ptr_nonnull(ls);
    return ls;
}

static void add(const char *labels, double v)
{
    batch_add_labels(&batch, make(labels), v);
}

static void commit(series_ref *refs)
{
    ck_assert_msg(store_commit(store, target, &batch, refs, &err), "%s", error_text(&err));
    batch_reset(&batch, batch.t_ms + INTERVAL_MS);
}

static void assert_refused(enum error_kind kind, const char *part)
{
    struct store_stats before;
    struct store_stats after;
    uint64_t version = store_version(store);
    store_stats(store, &before);
    ck_assert(!store_commit(store, target, &batch, NULL, &err));
    ck_assert_int_eq(err.kind, kind);
    ck_assert_msg(strstr(error_text(&err), part) != NULL, "%s", error_text(&err));
    store_stats(store, &after);
    ck_assert_uint_eq(after.series, before.series);
    ck_assert_uint_eq(after.samples, before.samples);
    ck_assert_uint_eq(after.batches_refused, before.batches_refused + 1);
    ck_assert_uint_eq(store_version(store), version);
    batch_reset(&batch, batch.t_ms);
}

/* `op value` on `name`; several as "job=node;code=~5.." */
static size_t parse_matchers(const char *text, struct matcher *ms)
{
    struct str rest = str_from(text);
    struct str part;
    size_t n = 0;
    while (rest.len > 0 && str_split(&rest, ';', &part)) {
        size_t at = 0;
        while (strchr("=!", part.data[at]) == NULL) {
            at++;
        }
        struct str op = str_slice(part, at, 2);
        enum matcher_op kind = MATCH_EQUAL;
        if (str_equal_c(op, "!=")) {
            kind = MATCH_NOT_EQUAL;
        } else if (str_equal_c(op, "=~")) {
            kind = MATCH_REGEX;
        } else if (str_equal_c(op, "!~")) {
            kind = MATCH_NOT_REGEX;
        }
        struct str value = str_slice(part, at + (kind == MATCH_EQUAL ? 1 : 2), part.len);
        ck_assert(matcher_init(&ms[n++], kind, str_slice(part, 0, at), value, &err));
    }
    return n;
}

static void assert_selected(const char *matchers, const char *expected)
{
    struct matcher ms[4];
    struct selection sel;
    struct strbuf out = STRBUF_INIT;
    size_t n = parse_matchers(matchers, ms);
    ck_assert(store_select(store, ms, n, &sel, &err));
    VEC_EACH (&sel.series, const struct series *, s) {
        strbuf_add_c(&out, out.len > 0 ? " " : "");
        labels_format(&out, series_labels(*s));
    }
    ck_assert_msg(strcmp(strbuf_cstr(&out), expected) == 0, "%s: %s", matchers, strbuf_cstr(&out));
    selection_release(&sel);
    strbuf_release(&out);
    while (n > 0) {
        matcher_release(&ms[--n]);
    }
}

static const struct series *find(const char *matchers)
{
    struct matcher ms[4];
    struct selection sel;
    size_t n = parse_matchers(matchers, ms);
    ck_assert(store_select(store, ms, n, &sel, &err));
    const struct series *s = sel.series.len == 1 ? sel.series.items[0] : NULL;
    selection_release(&sel);
    while (n > 0) {
        matcher_release(&ms[--n]);
    }
    return s;
}

static size_t count_samples(const struct series *s)
{
    struct samples out = {.t_ms = NULL};
    series_read(s, INT64_MIN, INT64_MAX, &out);
    size_t n = out.len;
    samples_release(&out);
    return n;
}

START_TEST(references_come_back_in_order)
{
    series_ref refs[3];
    series_ref again[4];
    add("__name__=b", 1);
    add("__name__=a", 2);
    add("__name__=c", 3);
    commit(refs);
    for (int i = 2; i >= 0; i--) {
        batch_add_ref(&batch, refs[i], i);
    }
    add("__name__=a,x=y", 4);
    commit(again);
    ck_assert_uint_eq(again[0], refs[2]);
    ck_assert_uint_eq(again[2], refs[0]);
    ck_assert_uint_ne(again[3], 0);
    ck_assert(str_equal_c(labels_name(store_labels(store, refs[1])), "a"));
    ck_assert_ptr_null(store_labels(store, 0));
    ck_assert_ptr_null(store_labels(store, refs[1] + (UINT64_C(1) << 32)));
    ck_assert_ptr_null(store_labels(store, UINT64_MAX));
}
END_TEST

START_TEST(a_series_twice_is_refused_whole)
{
    series_ref refs[1];
    add("__name__=old", 1);
    commit(refs);
    add("__name__=new", 1);
    add("__name__=twice,a=b", 1);
    add("__name__=twice,a=b", 1);
    assert_refused(ERROR_PROTOCOL, "'twice{a=\"b\"}' is there twice");
    assert_selected("__name__=~.+", "old");
    batch_add_ref(&batch, refs[0], 1);
    add("__name__=old", 2);
    assert_refused(ERROR_PROTOCOL, "'old'");
    batch_add_ref(&batch, refs[0], 1); /* at two times it is two samples */
    add("__name__=old", 2);
    batch_set_time(&batch, batch.t_ms + 1);
    commit(NULL);
    ck_assert_uint_eq(count_samples(find("__name__=old")), 3);
}
END_TEST

START_TEST(a_reference_to_nothing_is_refused_whole)
{
    add("__name__=new", 1);
    batch_add_ref(&batch, 77, 1);
    assert_refused(ERROR_NOT_FOUND, "no longer there");
    assert_selected("__name__=~.+", "");
}
END_TEST

START_TEST(too_many_series_are_refused_whole)
{
    char text[40];
    for (int i = 0; i < 99; i++) {
        snprintf(text, sizeof(text), "__name__=m,i=%d", i);
        add(text, 0);
    }
    commit(NULL);
    add("__name__=m,i=0", 1);
    add("__name__=one", 1);
    add("__name__=two", 1);
    assert_refused(ERROR_LIMIT, "limit of 100");
    add("__name__=one", 1);
    commit(NULL);
    ck_assert_ptr_null(find("__name__=two"));
    ck_assert_ptr_nonnull(find("__name__=one"));
}
END_TEST

START_TEST(late_samples_are_counted)
{
    struct store_stats stats;
    add("__name__=a", 1);
    commit(NULL);
    batch_reset(&batch, START_MS);
    add("__name__=a", 2); /* the same time */
    add("__name__=b", 2); /* new: joins the row that is there */
    commit(NULL);
    batch_reset(&batch, START_MS - 1);
    add("__name__=b", 3);
    add("__name__=c", 3); /* new, and older than the newest row */
    commit(NULL);
    store_stats(store, &stats);
    ck_assert_uint_eq(stats.out_of_order, 2);
    ck_assert_uint_eq(stats.samples, 3);
    ck_assert_uint_eq(stats.samples_appended, 3);
    ck_assert_int_eq(series_newest(find("__name__=c")), START_MS - 1);
}
END_TEST

static void add_some(void)
{
    add("__name__=req,code=200,job=a", 1);
    add("__name__=req,code=404,job=a", 1);
    add("__name__=req,code=503,job=b", 1);
    add("__name__=up,job=a", 1);
    add("__name__=up,job=b", 1);
    add("job=c,zone=x", 1);
    commit(NULL);
}

static const struct {
    const char *matchers;
    const char *expected;
} selections[] = {
    {"__name__=up", "up{job=\"a\"} up{job=\"b\"}"},
    {"__name__=req;code=~5..", "req{code=\"503\", job=\"b\"}"},
    {"__name__=req;code!~5..", "req{code=\"200\", job=\"a\"} req{code=\"404\", job=\"a\"}"},
    {"__name__=req;code=~200|503", "req{code=\"200\", job=\"a\"} req{code=\"503\", job=\"b\"}"},
    {"code=~200|503|999", "req{code=\"200\", job=\"a\"} req{code=\"503\", job=\"b\"}"},
    {"code=~4.+|5.+", "req{code=\"404\", job=\"a\"} req{code=\"503\", job=\"b\"}"},
    {"job=b", "req{code=\"503\", job=\"b\"} up{job=\"b\"}"},
    {"job=b;code=", "up{job=\"b\"}"},
    {"job=a;code!=", "req{code=\"200\", job=\"a\"} req{code=\"404\", job=\"a\"}"},
    {"code!=", "req{code=\"200\", job=\"a\"} req{code=\"404\", job=\"a\"} "
               "req{code=\"503\", job=\"b\"}"},
    {"job=~.+;__name__!~.+", "{job=\"c\", zone=\"x\"}"},
    {"job=c;nowhere=", "{job=\"c\", zone=\"x\"}"},
    {"job=c;nowhere!=", ""},
    {"nowhere=x", ""},
    {"nowhere=~x.*", ""},
    {"job=nobody", ""},
    {"job=a;job=b", ""},
    {"job=a;job!=nobody;code!=503;code=~2.*|", "req{code=\"200\", job=\"a\"} up{job=\"a\"}"},
};

START_TEST(selection_by_all_operators)
{
    add_some();
    assert_selected(selections[_i].matchers, selections[_i].expected);
}
END_TEST

static const struct {
    const char *matchers;
    enum error_kind kind;
} bad_selections[] = {
    {"job=", ERROR_TYPE},
    {"job=~.*;code!=200", ERROR_TYPE},
    {"job!~.+", ERROR_TYPE},
    {"big=~(a?a?a?a?){9}(b|c)d?[xy]", ERROR_LIMIT},
    {"__name__=slow;big!~(a?a?a?a?){9}(b|c)d?[xy]", ERROR_LIMIT},
};

START_TEST(selections_that_are_refused)
{
    struct matcher ms[4];
    struct selection sel;
    struct label_values values;
    add("__name__=slow,big=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaabdz", 1);
    commit(NULL);
    size_t n = parse_matchers(bad_selections[_i].matchers, ms);
    ck_assert(!store_select(store, ms, n, &sel, &err));
    ck_assert_int_eq(err.kind, bad_selections[_i].kind);
    selection_release(&sel);
    error_release(&err);
    /* Metadata may be asked of everything, but not without end. */
    bool ok = store_label_values(store, STR("big"), ms, n, NULL, &values, &err);
    ck_assert_int_eq(ok, bad_selections[_i].kind == ERROR_TYPE);
    vec_release(&values.values);
    while (n > 0) {
        matcher_release(&ms[--n]);
    }
}
END_TEST

static const struct {
    const char *name;
    const char *matchers;
    const char *expected;
} values[] = {
    {"job", "", "a b c"},         {"code", "", "200 404 503"}, {"code", "job=a", "200 404"},
    {"nowhere", "", ""},          {"code", "job=c", ""},       {"__name__", "", "req up"},
    {"job", "code=~.*", "a b c"}, {"nowhere", "job=a", ""},
};

START_TEST(label_values_are_distinct_and_sorted)
{
    struct matcher ms[4];
    struct label_values got;
    struct strbuf out = STRBUF_INIT;
    add_some();
    size_t n = parse_matchers(values[_i].matchers, ms);
    ck_assert(store_label_values(store, str_from(values[_i].name), ms, n, NULL, &got, &err));
    VEC_EACH (&got.values, struct str, v) {
        strbuf_add_c(&out, out.len > 0 ? " " : "");
        strbuf_add_str(&out, *v);
    }
    ck_assert_str_eq(strbuf_cstr(&out), values[_i].expected);
    vec_release(&got.values);
    strbuf_release(&out);
    while (n > 0) {
        matcher_release(&ms[--n]);
    }
}
END_TEST

START_TEST(a_removed_target_leaves_markers_and_takes_its_references)
{
    series_ref refs[2];
    int64_t t_ms = 0;
    double v = 0;
    add("__name__=a", 1);
    add("__name__=b", stale_nan());
    commit(refs);
    store_remove_target(store, target, START_MS + 5000);
    ck_assert_ptr_null(store_labels(store, refs[0]));
    ck_assert(series_read_last(find("__name__=a"), INT64_MIN, INT64_MAX, &t_ms, &v));
    ck_assert_int_eq(t_ms, START_MS + 5000);
    ck_assert(is_stale_nan(v));
    ck_assert_int_eq(series_newest(find("__name__=b")), START_MS); /* it had ended before */
    /* The same labels from a new target go on in the same series. */
    target = store_add_target(store);
    add("__name__=a", 2);
    commit(refs);
    ck_assert_uint_eq(count_samples(find("__name__=a")), 3);
    ck_assert_ptr_nonnull(store_labels(store, refs[0]));
}
END_TEST

START_TEST(two_targets_may_have_a_series_in_common)
{
    store_target other = store_add_target(store);
    struct store_stats before = {.bytes = 0};
    struct store_stats after;
    for (int i = 0; i < 600; i++) {
        if (i == 60) {
            store_stats(store, &before);
        }
        add("__name__=a", i);
        ck_assert(store_commit(store, i % 2 != 0 ? target : other, &batch, NULL, &err));
        batch_reset(&batch, batch.t_ms + 1000);
    }
    store_stats(store, &after);
    ck_assert_uint_lt(after.bytes - before.bytes, 8192); /* not a track for every change */
    struct samples out = {.t_ms = NULL};
    series_read(find("__name__=a"), INT64_MIN, INT64_MAX, &out);
    ck_assert_uint_eq(out.len, 600);
    for (size_t i = 0; i < out.len; i++) {
        ck_assert_int_eq(out.t_ms[i], START_MS + (int64_t)i * 1000);
        ck_assert_double_eq(out.v[i], (double)i);
    }
    samples_release(&out);
}
END_TEST

START_TEST(old_series_are_forgotten)
{
    struct store_stats stats;
    series_ref refs[2];
    add("__name__=ends,only=here", 1);
    add("__name__=goes_on", 1);
    commit(refs);
    for (int i = 0; i < 400; i++) {
        batch_add_ref(&batch, refs[1], i);
        commit(NULL);
    }
    uint64_t version = store_version(store);
    int64_t newest = batch.t_ms - INTERVAL_MS;
    store_trim(store, START_MS + 3600000); /* nothing is past the hour yet */
    ck_assert_uint_eq(store_version(store), version);
    store_trim(store, newest);
    ck_assert_uint_gt(store_version(store), version);
    ck_assert_ptr_null(store_labels(store, refs[0]));
    ck_assert_ptr_nonnull(store_labels(store, refs[1]));
    assert_selected("__name__=~.+", "goes_on");
    assert_selected("only=here", "");
    store_stats(store, &stats);
    ck_assert_uint_eq(stats.series, 1);
    ck_assert_uint_lt(stats.samples, 300); /* an hour is 240, and a chunk a sixth of it */
    ck_assert_uint_ge(stats.samples, 240);
    add("__name__=comes,in=its_place", 1);
    commit(refs);
    ck_assert_ptr_nonnull(find("in=its_place"));
    ck_assert_uint_eq(count_samples(find("in=its_place")), 1);
    batch_reset(&batch, newest);
    store_trim(store, newest + 2 * 3600000);
    store_stats(store, &stats);
    ck_assert_uint_eq(stats.series, 0);
    ck_assert_uint_eq(stats.samples, 0);
    ck_assert_uint_eq(label_table_sets(table), 0);
}
END_TEST

START_TEST(a_place_in_a_chunk_is_not_inherited)
{
    series_ref refs[2];
    add("__name__=ends", 77);
    add("__name__=goes_on", 1);
    commit(refs);
    for (int i = 0; i < 245; i++) {
        batch_add_ref(&batch, refs[1], i);
        if (i < 3) {
            batch_add_ref(&batch, refs[0], 77);
        }
        commit(NULL);
    }
    /* Its samples are past the retention; the chunk they are in is not. */
    store_trim(store, START_MS + 3600000 + 5 * INTERVAL_MS);
    ck_assert_ptr_null(find("__name__=ends"));
    ck_assert_uint_eq(count_samples(find("__name__=goes_on")), 246);
    add("__name__=begins", 1);
    commit(NULL);
    ck_assert_uint_eq(count_samples(find("__name__=begins")), 1);
}
END_TEST

START_TEST(reading_outside_finds_nothing)
{
    struct samples out = {.t_ms = NULL};
    int64_t t_ms = 0;
    double v = 0;
    for (int i = 0; i < 300; i++) {
        add("__name__=a", i);
        commit(NULL);
    }
    const struct series *s = find("__name__=a");
    series_read(s, INT64_MIN, START_MS - 1, &out);
    ck_assert_uint_eq(out.len, 0);
    series_read(s, series_newest(s) + 1, INT64_MAX, &out);
    ck_assert_uint_eq(out.len, 0);
    series_read(s, START_MS + 1, START_MS, &out);
    ck_assert_uint_eq(out.len, 0);
    ck_assert(!series_read_last(s, INT64_MIN, START_MS - 1, &t_ms, &v));
    ck_assert(!series_read_last(s, series_newest(s) + 1, INT64_MAX, &t_ms, &v));
    ck_assert(!series_read_last(s, START_MS + 1, START_MS + 2, &t_ms, &v));
    ck_assert(series_read_last(s, INT64_MIN, START_MS + 1, &t_ms, &v));
    ck_assert_int_eq(t_ms, START_MS);
    series_read(s, START_MS, START_MS, &out);
    ck_assert_uint_eq(out.len, 1);
    samples_release(&out);
}
END_TEST

START_TEST(loose_samples_need_no_target)
{
    target = 0;
    add("__name__=a", 1);
    add("__name__=b", 1);
    batch_set_time(&batch, INT64_MAX);
    add("__name__=c", 1);
    batch_set_time(&batch, INT64_MIN + 1);
    add("__name__=c", 2);
    batch_set_time(&batch, INT64_MAX);
    commit(NULL);
    struct samples out = {.t_ms = NULL};
    series_read(find("__name__=c"), INT64_MIN, INT64_MAX, &out);
    ck_assert_uint_eq(out.len, 2);
    ck_assert_int_eq(out.t_ms[0], INT64_MIN + 1);
    ck_assert_int_eq(out.t_ms[1], INT64_MAX);
    samples_release(&out);
}
END_TEST

START_TEST(bytes_are_given_back)
{
    struct store_stats before;
    struct store_stats after;
    store_stats(store, &before);
    add_some();
    store_remove_target(store, target, START_MS + 1);
    target = store_add_target(store);
    store_trim(store, START_MS + 3600000 * 2);
    store_stats(store, &after);
    /* What stays is room for series and the table of sets. */
    ck_assert_uint_le(after.bytes, before.bytes + 256 * 128 + 1024);
    ck_assert_uint_eq(after.samples, 0);
}
END_TEST

START_TEST(an_empty_batch_changes_nothing)
{
    uint64_t version = store_version(store);
    commit(NULL);
    ck_assert_uint_eq(store_version(store), version);
    store_destroy(NULL);
}
END_TEST

static void select_one(const char *matcher, struct selection *out)
{
    struct matcher m;
    ck_assert_uint_eq(parse_matchers(matcher, &m), 1);
    ck_assert(store_select(store, &m, 1, out, &err));
    matcher_release(&m);
}

static void assert_held(const struct selection *sel, const char *labels, size_t samples)
{
    struct strbuf text = STRBUF_INIT;
    struct samples got = {.t_ms = NULL};
    ck_assert_uint_eq(sel->series.len, 1);
    labels_format(&text, series_labels(sel->series.items[0]));
    ck_assert_str_eq(strbuf_cstr(&text), labels);
    series_read(sel->series.items[0], INT64_MIN, INT64_MAX, &got);
    ck_assert_uint_eq(got.len, samples);
    strbuf_release(&text);
    samples_release(&got);
}

START_TEST(what_is_held_outlives_its_series)
{
    struct selection first;
    struct selection second;
    struct selection third;
    struct store_stats stats;
    add("__name__=x,job=a", 1);
    commit(NULL);
    uint64_t one = store_hold(store);
    select_one("job=a", &first);
    assert_held(&first, "x{job=\"a\"}", 1);
    store_trim(store, batch.t_ms + 2 * 3600000); /* it goes */
    assert_held(&first, "x{job=\"a\"}", 0);
    store_stats(store, &stats);
    ck_assert_uint_eq(stats.series, 0);
    ck_assert_uint_eq(stats.samples, 0); /* memory of samples is not held back */
    assert_selected("job=a", "");

    batch_reset(&batch, batch.t_ms + 2 * 3600000);
    add("__name__=x,job=a", 2); /* the same labels and others: none of them takes its place */
    add("__name__=x,job=b", 3);
    commit(NULL);
    uint64_t two = store_hold(store);
    select_one("job=a", &second);
    ck_assert_ptr_ne(first.series.items[0], second.series.items[0]);
    assert_held(&first, "x{job=\"a\"}", 0);
    assert_held(&second, "x{job=\"a\"}", 1);

    store_remove_target(store, target, batch.t_ms);
    target = store_add_target(store);
    assert_held(&second, "x{job=\"a\"}", 2);
    store_trim(store, batch.t_ms + 2 * 3600000);
    store_release_hold(store, one); /* in any order; the younger hold goes on */
    selection_release(&first);
    batch_reset(&batch, batch.t_ms + 3 * 3600000);
    add("__name__=y,job=c", 4); /* takes the number that nobody holds any more */
    commit(NULL);
    assert_held(&second, "x{job=\"a\"}", 0);
    select_one("job=c", &third);
    assert_held(&third, "y{job=\"c\"}", 1);
    store_release_hold(store, two);
    selection_release(&second);
    assert_held(&third, "y{job=\"c\"}", 1);
    selection_release(&third);
}
END_TEST

START_TEST(a_refused_batch_leaves_nothing_under_a_hold)
{
    add("__name__=x,job=a", 1);
    commit(NULL);
    uint64_t hold = store_hold(store);
    add("__name__=x,job=b", 1);
    add("__name__=x,job=b", 1);
    assert_refused(ERROR_PROTOCOL, "there twice");
    assert_selected("__name__=x", "x{job=\"a\"}");
    assert_selected("job!=", "x{job=\"a\"}");
    add("__name__=x,job=b", 2);
    commit(NULL);
    store_release_hold(store, hold);
    assert_selected("job=b", "x{job=\"b\"}");
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("store");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, references_come_back_in_order);
    tcase_add_test(tc, a_series_twice_is_refused_whole);
    tcase_add_test(tc, a_reference_to_nothing_is_refused_whole);
    tcase_add_test(tc, too_many_series_are_refused_whole);
    tcase_add_test(tc, late_samples_are_counted);
    tcase_add_loop_test(tc, selection_by_all_operators, 0, ARRAY_LEN(selections));
    tcase_add_loop_test(tc, selections_that_are_refused, 0, ARRAY_LEN(bad_selections));
    tcase_add_loop_test(tc, label_values_are_distinct_and_sorted, 0, ARRAY_LEN(values));
    tcase_add_test(tc, a_removed_target_leaves_markers_and_takes_its_references);
    tcase_add_test(tc, two_targets_may_have_a_series_in_common);
    tcase_add_test(tc, old_series_are_forgotten);
    tcase_add_test(tc, a_place_in_a_chunk_is_not_inherited);
    tcase_add_test(tc, reading_outside_finds_nothing);
    tcase_add_test(tc, loose_samples_need_no_target);
    tcase_add_test(tc, bytes_are_given_back);
    tcase_add_test(tc, an_empty_batch_changes_nothing);
    tcase_add_test(tc, what_is_held_outlives_its_series);
    tcase_add_test(tc, a_refused_batch_leaves_nothing_under_a_hold);
    return suite_run("series/store", tc);
}
