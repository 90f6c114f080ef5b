/* Label sets: building, interning, order, text, limits. */
#include <stdio.h>
#include <stdlib.h>

#include "series/labels.h"
#include "support/suite.h"

static struct label_table *table;
static struct labels_builder builder;
static struct error err;

static void setup(void)
{
    table = label_table_create();
    labels_builder_init(&builder, table);
    err = (struct error)ERROR_INIT;
}

static void teardown(void)
{
    error_release(&err);
    labels_builder_release(&builder);
    ck_assert_uint_eq(label_table_sets(table), 0);
    label_table_destroy(table);
}

/* "a=1,b=2" in the order given. */
static void add_all(const char *text)
{
    struct str rest = str_from(text);
    struct str part;
    while (rest.len > 0 && str_split(&rest, ',', &part)) {
        size_t sign = str_find(part, '=');
        labels_builder_add(&builder, str_slice(part, 0, sign), str_slice(part, sign + 1, part.len));
    }
}

static struct labels *make(const char *text)
{
    add_all(text);
    struct labels *ls = labels_builder_finish(&builder, &err);
    ck_assert_msg(ls != NULL, "%s", error_text(&err));
    return ls;
}

static void assert_text(const struct labels *ls, const char *text)
{
    struct strbuf out = STRBUF_INIT;
    labels_format(&out, ls);
    ck_assert_str_eq(strbuf_cstr(&out), text);
    strbuf_release(&out);
}

START_TEST(equal_sets_are_one)
{
    struct labels *a = make("__name__=up,instance=x,job=y");
    struct labels *b = make("job=y,__name__=up,instance=x");
    struct labels *c = make("__name__=up,instance=x,job=z");
    ck_assert_ptr_eq(a, b);
    ck_assert_ptr_ne(a, c);
    ck_assert_uint_eq(labels_hash(a), labels_hash(b));
    ck_assert_uint_ne(labels_hash(a), labels_hash(c));
    ck_assert_uint_eq(label_table_sets(table), 2);
    labels_unref(a);
    ck_assert_uint_eq(label_table_sets(table), 2);
    labels_unref(b);
    ck_assert_uint_eq(label_table_sets(table), 1);
    labels_unref(c);
}
END_TEST

START_TEST(hash_does_not_depend_on_the_table)
{
    struct labels *here = make("__name__=up,job=y");
    struct label_table *other = label_table_create();
    struct labels_builder b;
    labels_builder_init(&b, other);
    labels_builder_add(&b, STR("__name__"), STR("up"));
    labels_builder_add(&b, STR("job"), STR("y"));
    struct labels *there = labels_builder_finish(&b, &err);
    ck_assert_uint_eq(labels_hash(here), labels_hash(there));
    labels_unref(here);
    labels_unref(there);
    labels_builder_release(&b);
    label_table_destroy(other);
}
END_TEST

START_TEST(where_a_name_ends_matters)
{
    struct labels *a = make("ab=c");
    struct labels *b = make("a=bc");
    ck_assert_ptr_ne(a, b);
    labels_unref(a);
    labels_unref(b);
}
END_TEST

START_TEST(labels_can_be_read)
{
    struct labels *ls = make("b=2,a=1,__name__=m");
    ck_assert_uint_eq(labels_count(ls), 3);
    ck_assert(str_equal_c(labels_at(ls, 0).name, "__name__"));
    ck_assert(str_equal_c(labels_at(ls, 2).value, "2"));
    ck_assert(str_equal_c(labels_get(ls, STR("a")), "1"));
    ck_assert_uint_eq(labels_get(ls, STR("c")).len, 0);
    ck_assert(str_equal_c(labels_name(ls), "m"));
    labels_unref(ls);
    ls = labels_empty(table);
    ck_assert_uint_eq(labels_count(ls), 0);
    ck_assert_uint_eq(labels_name(ls).len, 0);
    labels_unref(ls);
    labels_unref(NULL);
}
END_TEST

START_TEST(builder_sets_and_removes)
{
    struct labels *ls = make("a=1,c=3,e=5");
    labels_builder_from(&builder, ls);
    labels_builder_set(&builder, STR("d"), STR("4"));
    labels_builder_set(&builder, STR("c"), STR("33"));
    labels_builder_set(&builder, STR("0"), STR("0"));
    labels_builder_set(&builder, STR("a"), STR(""));
    labels_builder_remove(&builder, STR("nothing"));
    struct labels *changed = labels_builder_finish(&builder, &err);
    assert_text(changed, "{\"0\"=\"0\", c=\"33\", d=\"4\", e=\"5\"}");
    labels_unref(changed);
    add_all("z=1,y=2");
    labels_builder_set(&builder, STR("m"), STR("3"));
    labels_builder_set(&builder, STR("z"), STR("4"));
    changed = labels_builder_finish(&builder, &err);
    assert_text(changed, "{m=\"3\", y=\"2\", z=\"4\"}");
    labels_unref(changed);
    labels_unref(ls);
}
END_TEST

START_TEST(empty_values_are_no_labels)
{
    struct labels *a = make("a=,b=1,c=");
    struct labels *b = make("b=1");
    ck_assert_ptr_eq(a, b);
    labels_unref(a);
    labels_unref(b);
}
END_TEST

START_TEST(many_labels_are_sorted)
{
    char names[60][8];
    for (int i = 0; i < 60; i++) {
        snprintf(names[i], sizeof(names[i]), "n%02d", (i * 37) % 60);
        labels_builder_add(&builder, str_from(names[i]), STR("v"));
    }
    struct labels *ls = labels_builder_finish(&builder, &err);
    for (size_t i = 1; i < labels_count(ls); i++) {
        ck_assert_int_lt(str_compare(labels_at(ls, i - 1).name, labels_at(ls, i).name), 0);
    }
    labels_unref(ls);
}
END_TEST

static const char *const duplicates[] = {"a=1,a=1", "b=1,a=2,b=3", "a=,a=1"};

START_TEST(a_name_twice_is_refused)
{
    add_all(duplicates[_i]);
    ck_assert_ptr_null(labels_builder_finish(&builder, &err));
    ck_assert_int_eq(err.kind, ERROR_PROTOCOL);
    struct labels *next = make("a=1"); /* the builder is usable again */
    labels_unref(next);
}
END_TEST

START_TEST(too_much_is_refused)
{
    char names[LABELS_MAX_COUNT + 1][8];
    for (int i = 0; i <= LABELS_MAX_COUNT; i++) {
        snprintf(names[i], sizeof(names[i]), "n%d", i);
        labels_builder_add(&builder, str_from(names[i]), STR("v"));
    }
    ck_assert_ptr_null(labels_builder_finish(&builder, &err));
    ck_assert_int_eq(err.kind, ERROR_LIMIT);
    char *text = mem_zalloc(LABELS_MAX_VALUE + 1, 1);
    memset(text, 'x', LABELS_MAX_VALUE + 1);
    labels_builder_add(&builder, STR("a"), str_span(text, LABELS_MAX_VALUE));
    struct labels *ls = labels_builder_finish(&builder, &err);
    ck_assert_ptr_nonnull(ls);
    labels_unref(ls);
    labels_builder_add(&builder, STR("a"), str_span(text, LABELS_MAX_VALUE + 1));
    ck_assert_ptr_null(labels_builder_finish(&builder, &err));
    ck_assert_int_eq(err.kind, ERROR_LIMIT);
    labels_builder_add(&builder, str_span(text, LABELS_MAX_VALUE + 1), STR("a"));
    ck_assert_ptr_null(labels_builder_finish(&builder, &err));
    free(text);
}
END_TEST

/* In the order Prometheus sorts series in. */
static const char *const ordered[] = {"",
                                      "A=1",
                                      "__name__=a",
                                      "__name__=a,a=1",
                                      "__name__=a,a=2",
                                      "__name__=a,b=0",
                                      "__name__=ab",
                                      "__name__=b",
                                      "a=1",
                                      "a=1,b=1",
                                      "a=10",
                                      "b=1"};

START_TEST(order_is_by_names_and_values)
{
    for (size_t j = 0; j < ARRAY_LEN(ordered); j++) {
        struct labels *a = make(ordered[_i]);
        struct labels *b = make(ordered[j]);
        int order = labels_compare(a, b);
        int wanted = _i < (int)j ? -1 : _i > (int)j;
        ck_assert_msg((order > 0) - (order < 0) == wanted, "'%s' and '%s': %d", ordered[_i],
                      ordered[j], order);
        labels_unref(a);
        labels_unref(b);
    }
}
END_TEST

static const struct {
    const char *labels;
    const char *text;
} formats[] = {
    {"", "{}"},
    {"__name__=up", "up"},
    {"__name__=a:b_9", "a:b_9"},
    {"a=b", "{a=\"b\"}"},
    {"__name__=up,a=b,c=d", "up{a=\"b\", c=\"d\"}"},
    {"a=say \"x\"\\\n", "{a=\"say \\\"x\\\"\\\\\\n\"}"},
    {"__name__=my.metric", "{\"my.metric\"}"},
    {"__name__=my.metric,a=b", "{\"my.metric\", a=\"b\"}"},
    {"__name__=9to5,my.label=1", "{\"9to5\", \"my.label\"=\"1\"}"},
    {"a:b=1", "{\"a:b\"=\"1\"}"},
};

START_TEST(sets_are_printed_as_prometheus_does)
{
    struct labels *ls = make(formats[_i].labels);
    assert_text(ls, formats[_i].text);
    labels_unref(ls);
}
END_TEST

START_TEST(the_table_forgets_what_is_gone)
{
    for (int round = 0; round < 3; round++) {
        struct labels *sets[2000];
        for (int i = 0; i < 2000; i++) {
            char text[40];
            snprintf(text, sizeof(text), "__name__=m%d,i=%d", i % 10, i);
            sets[i] = make(text);
        }
        for (int i = 0; i < 2000; i++) { /* all still found while others go */
            int at = (i * 7) % 2000;
            char text[40];
            snprintf(text, sizeof(text), "__name__=m%d,i=%d", at % 10, at);
            struct labels *again = make(text);
            ck_assert_ptr_eq(again, sets[at]);
            labels_unref(again);
            labels_unref(sets[at]);
        }
        ck_assert_uint_eq(label_table_sets(table), 0);
    }
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("labels");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, equal_sets_are_one);
    tcase_add_test(tc, hash_does_not_depend_on_the_table);
    tcase_add_test(tc, where_a_name_ends_matters);
    tcase_add_test(tc, labels_can_be_read);
    tcase_add_test(tc, builder_sets_and_removes);
    tcase_add_test(tc, empty_values_are_no_labels);
    tcase_add_test(tc, many_labels_are_sorted);
    tcase_add_loop_test(tc, a_name_twice_is_refused, 0, ARRAY_LEN(duplicates));
    tcase_add_test(tc, too_much_is_refused);
    tcase_add_loop_test(tc, order_is_by_names_and_values, 0, ARRAY_LEN(ordered));
    tcase_add_loop_test(tc, sets_are_printed_as_prometheus_does, 0, ARRAY_LEN(formats));
    tcase_add_test(tc, the_table_forgets_what_is_gone);
    return suite_run("series/labels", tc);
}
