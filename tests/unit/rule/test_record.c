/* What a recording rule writes: names, labels, limits, staleness. */
#include "rule/record.h"
#include "series/store.h"
#include "support/suite.h"

struct world {
    struct label_table *table;
    struct rule_file *file;
    struct record record;
    struct batch samples;
    struct batch markers;
};

static void set_up(struct world *w, const char *labels)
{
    struct strbuf text = STRBUF_INIT;
    struct diags diags;
    diags_init(&diags);
    strbuf_printf(&text, "groups: [{name: a, rules: [{record: r, expr: x, labels: %s}]}]", labels);
    w->table = label_table_create();
    w->file = rule_file_parse("rules.yml", strbuf_str(&text), &diags);
    ck_assert_ptr_nonnull(w->file);
    record_init(&w->record, &w->file->groups[0].rules[0]);
    batch_init(&w->samples);
    batch_init(&w->markers);
    strbuf_release(&text);
    diags_release(&diags);
}

static void tear_down(struct world *w)
{
    batch_release(&w->samples);
    batch_release(&w->markers);
    record_release(&w->record);
    rule_file_unref(w->file);
    label_table_destroy(w->table);
}

static struct labels *labels_of(struct world *w, const char *name, const char *value)
{
    struct labels_builder b;
    struct error err = ERROR_INIT;
    labels_builder_init(&b, w->table);
    labels_builder_set(&b, STR(LABEL_NAME), STR("x"));
    labels_builder_set(&b, str_from(name), str_from(value));
    struct labels *ls = labels_builder_finish(&b, &err);
    ck_assert_ptr_nonnull(ls);
    labels_builder_release(&b);
    return ls;
}

/* A vector with a series {a="VALUE"} for each word, the value its place from 1. */
static bool apply(struct world *w, const char *words, int64_t limit, struct error *err)
{
    struct value v;
    value_init(&v, VALUE_VECTOR, grid_instant(1000));
    struct str rest = str_from(words), word;
    double next = 1;
    while (str_split(&rest, ' ', &word)) {
        if (word.len > 0) {
            char *text = str_dup(word);
            value_add(&v, labels_of(w, "a", text))->points[0] = next++;
            free(text);
        }
    }
    batch_reset(&w->samples, 1000);
    batch_reset(&w->markers, 1000);
    bool ok = record_apply(&w->record, &v, limit, w->table, &w->samples, &w->markers, err);
    value_release(&v);
    return ok;
}

static bool has(const struct batch *b, const char *series)
{
    VEC_EACH (&b->samples, const struct batch_sample, s) {
        struct strbuf text = STRBUF_INIT;
        labels_format(&text, s->labels);
        bool same = str_equal_c(strbuf_str(&text), series);
        strbuf_release(&text);
        if (same) {
            return true;
        }
    }
    return false;
}

START_TEST(names_and_labels)
{
    struct world w;
    struct error err = ERROR_INIT;
    set_up(&w, "{team: core, b: ''}");
    ck_assert(apply(&w, "1 2", 0, &err));
    ck_assert_uint_eq(w.samples.samples.len, 2);
    ck_assert(has(&w.samples, "r{a=\"1\", team=\"core\"}"));
    ck_assert(has(&w.samples, "r{a=\"2\", team=\"core\"}"));
    tear_down(&w);
}
END_TEST

START_TEST(what_ended_is_marked_once)
{
    struct world w;
    struct error err = ERROR_INIT;
    set_up(&w, "{}");
    ck_assert(apply(&w, "1 2 3", 0, &err));
    ck_assert_uint_eq(w.markers.samples.len, 0);
    ck_assert(apply(&w, "2", 0, &err));
    ck_assert_uint_eq(w.markers.samples.len, 2);
    ck_assert(has(&w.markers, "r{a=\"1\"}") && has(&w.markers, "r{a=\"3\"}"));
    ck_assert(is_stale_nan(w.markers.samples.items[0].v));
    ck_assert(apply(&w, "2 3", 0, &err));
    ck_assert_uint_eq(w.markers.samples.len, 0);
    ck_assert(apply(&w, "", 0, &err));
    ck_assert_uint_eq(w.markers.samples.len, 2);
    tear_down(&w);
}
END_TEST

START_TEST(errors_change_nothing)
{
    struct world w;
    struct error err = ERROR_INIT;
    set_up(&w, "{a: ''}");
    ck_assert(apply(&w, "1", 0, &err));
    ck_assert(!apply(&w, "1 2", 0, &err));
    ck_assert_int_eq(err.kind, ERROR_EVALUATION);
    ck_assert_uint_eq(w.samples.samples.len + w.markers.samples.len, 0);
    ck_assert(apply(&w, "", 0, &err));
    ck_assert(has(&w.markers, "r"));
    error_release(&err);
    tear_down(&w);
    set_up(&w, "{}");
    ck_assert(apply(&w, "1 2", 2, &err));
    ck_assert(!apply(&w, "1 2 3", 2, &err));
    ck_assert_int_eq(err.kind, ERROR_LIMIT);
    ck_assert(apply(&w, "1", 2, &err));
    ck_assert(has(&w.markers, "r{a=\"2\"}"));
    error_release(&err);
    tear_down(&w);
}
END_TEST

START_TEST(scalars_and_what_cannot_be_written)
{
    struct world w;
    struct error err = ERROR_INIT;
    struct value v;
    set_up(&w, "{team: core}");
    value_init(&v, VALUE_SCALAR, grid_instant(1000));
    v.scalar = mem_zalloc(1, sizeof(double));
    v.scalar[0] = 5;
    batch_reset(&w.samples, 1000);
    ck_assert(record_apply(&w.record, &v, 0, w.table, &w.samples, &w.markers, &err));
    value_release(&v);
    ck_assert(has(&w.samples, "r{team=\"core\"}"));
    ck_assert_double_eq(w.samples.samples.items[0].v, 5);
    value_init(&v, VALUE_MATRIX, grid_instant(1000));
    ck_assert(!record_apply(&w.record, &v, 0, w.table, &w.samples, &w.markers, &err));
    ck_assert_int_eq(err.kind, ERROR_TYPE);
    value_release(&v);
    error_release(&err);
    tear_down(&w);
}
END_TEST

int main(void)
{
    TCase *record = tcase_create("record");
    tcase_add_test(record, names_and_labels);
    tcase_add_test(record, what_ended_is_marked_once);
    tcase_add_test(record, errors_change_nothing);
    tcase_add_test(record, scalars_and_what_cannot_be_written);
    return suite_run("rule/record", record);
}
