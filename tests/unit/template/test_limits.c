/*
 * Every limit of template.h, reached and refused; nothing hangs and no stack ends.
 */
#include <stdlib.h>

#include "support/suite.h"
#include "unit/template/expand.h"

/* `head`, then `part` so often, then `tail`. */
static void refuse(const char *head, const char *part, size_t times, const char *tail,
                   enum error_kind kind, const char *message)
{
    struct strbuf text;
    struct strbuf out = STRBUF_INIT;
    struct error err = ERROR_INIT;
    strbuf_init(&text, (size_t)4 << 20);
    strbuf_add_c(&text, head);
    for (size_t i = 0; i < times; i++) {
        strbuf_add_c(&text, part);
    }
    strbuf_add_c(&text, tail);
    struct template *t = template_parse(strbuf_str(&text), &err);
    if (t != NULL) {
        ck_assert_int_eq(expand_template(t, &out, &err), TEMPLATE_FAILED);
    }
    ck_assert_msg(err.kind == kind && strstr(err.message, message) != NULL, "%s%s...: %s", head,
                  part, error_text(&err));
    ck_assert_uint_eq(out.len, 0);
    error_release(&err);
    strbuf_release(&text);
    strbuf_release(&out);
    template_unref(t);
}

START_TEST(test_text)
{
    refuse("", "0123456789abcdef", TEMPLATE_MAX_TEXT / 16, "x", ERROR_LIMIT, "256 KiB");
}
END_TEST

START_TEST(test_depth)
{
    refuse("", "{{ if 1 }}", TEMPLATE_MAX_DEPTH + 1, "", ERROR_LIMIT, "nested more than 100");
    refuse("{{ ", "(", TEMPLATE_MAX_DEPTH + 1, "", ERROR_LIMIT, "nested more than 100");
    refuse("", "{{ block \"a\" 1 }}", TEMPLATE_MAX_DEPTH + 1, "", ERROR_LIMIT,
           "nested more than 100");
    refuse("{{ if 1 }}", "{{ else if 1 }}", TEMPLATE_MAX_DEPTH, "", ERROR_LIMIT,
           "nested more than 100");
    refuse("", "{{ if 1 }}", TEMPLATE_MAX_DEPTH, "", ERROR_SYNTAX, "no {{end}}");
}
END_TEST

START_TEST(test_calls)
{
    refuse("{{ define \"r\" }}{{ template \"r\" }}{{ end }}", "{{ template \"r\" }}", 1, "",
           ERROR_LIMIT, "100 deep");
    refuse("{{ define \"r\" }}{{ tmpl \"r\" . }}{{ end }}", "{{ tmpl \"r\" 1 }}", 1, "",
           ERROR_LIMIT, "100 deep");
}
END_TEST

START_TEST(test_output)
{
    refuse("{{ range 1000000 }}", "0123456789abcdef", 1, "{{ end }}", ERROR_LIMIT, "bytes of text");
    refuse("{{ printf \"%999999d%999999d\" 1 1 }}", "", 0, "", ERROR_LIMIT, "bytes");
    refuse("{{ $x := \"0123456789abcdef\" }}", "{{ $x = print $x $x }}", 20, "", ERROR_LIMIT,
           "bytes");
}
END_TEST

START_TEST(test_steps)
{
    refuse("{{ range 2000000 }}{{ end }}", "", 0, "", ERROR_LIMIT, "steps");
    refuse("{{ range 2000 }}{{ range 2000 }}{{ end }}{{ end }}", "", 0, "", ERROR_LIMIT, "steps");
}
END_TEST

START_TEST(test_memory)
{
    refuse("{{ $x := printf \"%100000d\" 1 }}{{ range 10000 }}", "{{ $y := print $x 1 }}", 1,
           "{{ end }}", ERROR_LIMIT, "memory");
}
END_TEST

/* Values inside of each other: deep ones, and ones that double with each level. */
START_TEST(test_nested_values)
{
    refuse("{{ $x := 1 }}{{ range 100000 }}{{ $x = args $x }}{{ end }}{{ $x }}", "", 0, "",
           ERROR_LIMIT, "");
    refuse("{{ $x := 1 }}{{ range 90 }}{{ $x = args $x $x }}{{ end }}{{ $x }}", "", 0, "",
           ERROR_LIMIT, "");
    refuse("{{ $x := 1 }}{{ range 90 }}{{ $x = args $x $x }}{{ end }}{{ print $x | len }}", "", 0,
           "", ERROR_LIMIT, "");
}
END_TEST

/* A template's own buffer may be smaller. */
START_TEST(test_small_buffer)
{
    struct error err = ERROR_INIT;
    struct strbuf out;
    struct template *t = template_parse(STR("0123456789{{ 1 }}"), &err);
    strbuf_init(&out, 10);
    ck_assert_int_eq(expand_template(t, &out, &err), TEMPLATE_FAILED);
    ck_assert_int_eq(err.kind, ERROR_LIMIT);
    ck_assert_uint_eq(out.len, 0);
    error_release(&err);
    strbuf_release(&out);
    template_unref(t);
}
END_TEST

/* A range over what a large query gives is no large work. */
START_TEST(test_large_range)
{
    static const struct expand_case large = {
        "{{ $n := 0 }}{{ range 100000 }}{{ if eq . 99999 }}{{ $n = . }}{{ end }}{{ end }}{{ $n }}",
        "99999"};
    expand_expect(&large);
}
END_TEST

int main(void)
{
    TCase *all = tcase_create("all");
    tcase_add_test(all, test_text);
    tcase_add_test(all, test_depth);
    tcase_add_test(all, test_calls);
    tcase_add_test(all, test_output);
    tcase_add_test(all, test_steps);
    tcase_add_test(all, test_memory);
    tcase_add_test(all, test_nested_values);
    tcase_add_test(all, test_small_buffer);
    tcase_add_test(all, test_large_range);
    return suite_run("template/limits", all);
}
