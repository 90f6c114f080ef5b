/* Filling packs in: placeholders, signals that stand for one another, and errors traced to the text
 * as written. */
#include <check.h>
#include <stdlib.h>

#include "panel/bind.h"
#include "panel/panel_new.h"
#include "support/suite.h"

static void add_signal(struct panel *panel, const char *name, const char *expr, const char *each)
{
    struct panel_signal signal = {
        .name = mem_strdup(name), .title = mem_strdup(name), .expr = mem_strdup(expr)};
    if (each != NULL) {
        vec_push(&signal.each, mem_strdup(each));
    }
    vec_push(&panel->signals, signal);
}

static struct panel *new_panel(const char *detect, const char *unless)
{
    struct panel *panel = panel_new();
    panel->name = mem_strdup("p");
    panel->title = mem_strdup("P");
    panel->detect = mem_strdup(detect);
    panel->unless = unless != NULL ? mem_strdup(unless) : NULL;
    panel->name_label = mem_strdup("job");
    vec_push(&panel->each, mem_strdup("job"));
    return panel;
}

static const struct fill_case {
    const char *written;
    const char *match;
    bool single;
    const char *each;
    const char *plain;
} fill_cases[] = {
    {"sum by ($each) (rate(x{$match}[$window]))", "", false, NULL, "sum by (job) (rate(x[1m]))"},
    {"sum by ($each) (rate(x{$match,code=~\"5..\"}[$window]))", "", false, NULL,
     "sum by (job) (rate(x{code=~\"5..\"}[1m]))"},
    {"sum by ($each, le) (x{code=\"1\",$match})", "job=\"a\"", true, NULL,
     "sum by (le) (x{code=\"1\", job=\"a\"})"},
    {"sum by ($each) (x{$match})", "a=\"b\",c=\"d\"", true, NULL,
     "sum by () (x{a=\"b\", c=\"d\"})"},
    {"sum by ($each) (x)", "", false, "device", "sum by (job, device) (x)"},
    {"sum by ($each) (x)", "", true, "device", "sum by (device) (x)"},
    {"1% * x", "", false, NULL, "0.01 * x"},
};

START_TEST(test_fill)
{
    const struct fill_case *c = &fill_cases[_i];
    struct panel *panel = new_panel("x", NULL);
    add_signal(panel, "s", c->written, c->each);
    const struct binding_scope scope = {.match = c->match, .single = c->single, .window_ms = 60000};
    struct error err = ERROR_INIT;
    struct binding *binding = binding_create(panel, &scope, NULL, &err);
    ck_assert_msg(binding != NULL, "%s", error_text(&err));
    struct strbuf text = STRBUF_INIT;
    expr_print(&text, binding->signals[0], PRINT_PLAIN);
    ck_assert_str_eq(strbuf_cstr(&text), c->plain);
    strbuf_release(&text);
    binding_destroy(binding);
    panel_unref(panel);
}
END_TEST

START_TEST(test_presence)
{
    struct panel *panel = new_panel("x{$match}", "y{$match}");
    add_signal(panel, "s", "x", NULL);
    const struct binding_scope scope = {.match = "job=\"a\"", .window_ms = 60000};
    struct error err = ERROR_INIT;
    struct binding *binding = binding_create(panel, &scope, NULL, &err);
    ck_assert_msg(binding != NULL, "%s", error_text(&err));
    struct strbuf text = STRBUF_INIT;
    expr_print(&text, binding->presence, PRINT_PLAIN);
    ck_assert_str_eq(strbuf_cstr(&text), "count by (job) (x{job=\"a\"}) unless count by (job) "
                                         "(y{job=\"a\"})");
    strbuf_release(&text);
    binding_destroy(binding);
    panel_unref(panel);
}
END_TEST

START_TEST(test_signals_in_any_order)
{
    struct panel *panel = new_panel("x", NULL);
    add_signal(panel, "ratio", "bad / total", NULL);
    add_signal(panel, "bad", "sum(x_bad)", NULL);
    add_signal(panel, "total", "sum(x_total)", NULL);
    const struct binding_scope scope = {.match = "", .window_ms = 60000};
    struct error err = ERROR_INIT;
    struct binding *binding = binding_create(panel, &scope, NULL, &err);
    ck_assert_msg(binding != NULL, "%s", error_text(&err));
    struct strbuf text = STRBUF_INIT;
    expr_print(&text, binding->signals[0], PRINT_PLAIN);
    ck_assert_str_eq(strbuf_cstr(&text), "sum(x_bad) / sum(x_total)");
    strbuf_reset(&text);
    expr_print(&text, binding->signals[0], PRINT_AS_WRITTEN);
    ck_assert_str_eq(strbuf_cstr(&text), "bad / total");
    strbuf_release(&text);
    binding_destroy(binding);
    panel_unref(panel);
}
END_TEST

static const struct wrong_case {
    const char *expr; /* of the second signal */
    const char *message;
    size_t failed;
    uint32_t column, length;
} wrong_cases[] = {
    {"sum($mach)", "unknown placeholder '$mach'", 1, 5, 5},
    {"b + 1", "signal 'b' refers to itself", 1, 0, 0},
};

START_TEST(test_wrong)
{
    const struct wrong_case *c = &wrong_cases[_i];
    struct panel *panel = new_panel("x", NULL);
    add_signal(panel, "a", "b * 2", NULL);
    add_signal(panel, "b", c->expr, NULL);
    const struct binding_scope scope = {.match = "", .window_ms = 60000};
    struct error err = ERROR_INIT;
    size_t failed = 99;
    ck_assert_ptr_null(binding_create(panel, &scope, &failed, &err));
    ck_assert_str_eq(error_text(&err), c->message);
    ck_assert_uint_eq(failed, c->failed);
    ck_assert_uint_eq(err.span.column, c->column);
    ck_assert_uint_eq(err.span.length, c->length);
    error_release(&err);
    panel_unref(panel);
}
END_TEST

/* The place is that of the text as written, though placeholders before it are longer or shorter. */
START_TEST(test_error_is_traced_back)
{
    struct panel *panel = new_panel("x", NULL);
    const char *written = "sum by ($each) (rate(x{$match}[$window])) + nonsense(y)";
    add_signal(panel, "a", written, NULL);
    const struct binding_scope scope = {.match = "namespace=\"a-long-one\"", .window_ms = 60000};
    struct error err = ERROR_INIT;
    ck_assert_ptr_null(binding_create(panel, &scope, NULL, &err));
    ck_assert_uint_eq(err.span.line, 1);
    ck_assert_uint_eq(err.span.column, (uint32_t)(strstr(written, "nonsense") - written) + 1);
    error_release(&err);
    panel_unref(panel);
}
END_TEST

START_TEST(test_window)
{
    ck_assert_int_eq(binding_window_ms(15000, 15000), 60000);
    ck_assert_int_eq(binding_window_ms(1000, 15000), 15000);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("bind");
    tcase_add_loop_test(tc, test_fill, 0, ARRAY_LEN(fill_cases));
    tcase_add_test(tc, test_presence);
    tcase_add_test(tc, test_signals_in_any_order);
    tcase_add_loop_test(tc, test_wrong, 0, ARRAY_LEN(wrong_cases));
    tcase_add_test(tc, test_error_is_traced_back);
    tcase_add_test(tc, test_window);
    return suite_run("panel/bind", tc);
}
