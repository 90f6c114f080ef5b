/*
 * The language: what Go's text/template gives for the same templates, and what is refused.
 */
#include <stdlib.h>

#include "support/suite.h"
#include "unit/template/expand.h"

static const struct expand_case cases[] = {
    {"{{ eq 1 1 }} {{ eq 1 2 3 1 }} {{ eq \"a\" \"a\" }} {{ ne 1 2 }} {{ lt 1 2 }} {{ le 2 2 }} {{ "
     "gt 2 1 }} {{ ge 1 2 }} {{ lt \"a\" \"b\" }} {{ lt 1.5 2.5 }}",
     "true true true true true true true false true true"},
    {"{{ eq nil nil }}", "true"},
    {"{{ eq 1 nil }}", "false"},
    {"{{ eq true true }}{{ eq true false true }}", "truetrue"},
    {"{{ and 1 0 2 }} {{ and 1 2 }} {{ or 0 \"\" 3 }} {{ or 0 \"\" }}| {{ not 0 }} {{ not \"a\" }}",
     "0 2 3 | true false"},
    {"{{ and false (eq 1 \"a\") }} {{ or true (eq 1 \"a\") }}", "false true"},
    {"{{ 1 | and 2 }} {{ \"\" | or 0 }}|", "1 |"},
    {"{{ $x := 1 }}{{ $x }}{{ if true }}{{ $x := 2 }}{{ $x }}{{ end }}{{ $x }}{{ if true }}{{ $x = "
     "3 }}{{ end }}{{ $x }}",
     "1213"},
    {"{{ $x := 1 }}{{ $x := $x }}{{ $x }}", "1"},
    {"{{ with $x := 5 }}{{ $x }}{{ . }}{{ else }}no{{ end }}{{ with 0 }}a{{ else }}b{{ end }}",
     "55b"},
    {"{{ if $x := 0 }}a{{ else }}{{ $x }}{{ end }}", "0"},
    {"{{ if false }}a{{ else if 0 }}b{{ else if 1 }}c{{ else }}d{{ end }}", "c"},
    {"{{ range $i, $c := (stringSlice \"a\" \"b\") }}{{ $i }}{{ $c }}{{ end }}", "0a1b"},
    {"{{ define \"a\" }}A{{ . }}{{ end }}{{ template \"a\" 1 }}{{ template \"a\" \"x\" }}{{ "
     "template \"a\" }}",
     "A1AxA<no value>"},
    {"{{ block \"b\" 5 }}B{{ . }}{{ end }}{{ template \"b\" 6 }}", "B5B6"},
    {"{{ if false }}{{ template \"none\" }}{{ end }}ok", "ok"},
    {"{{ define \"a\" }}{{ end }}{{ define \"a\" }}2{{ end }}{{ template \"a\" }}", "2"},
    {"a {{- 1 -}} b", "a1b"},
    {"a {{- 1 }} b", "a1 b"},
    {"a {{-1}} b", "a -1 b"},
    {"a {{ 1 -}}   \n \tb", "a 1b"},
    {"a {{- /* c */ -}} b", "ab"},
    {"a {{/* c */}} b", "a  b"},
    {"{{ \"a\\tb\\\"c\\\\\\u00e9\\x41\\101\" }}{{ `raw \"x\" \\n` }}", "a\tb\"c\\éAAraw \"x\" \\n"},
    {"{{ 'a' }} {{ '\\n' }} {{ '\\u00e9' }} {{ '\\'' }} {{ '\"' }}", "97 10 233 39 34"},
    {"{{ 0x1F }} {{ 0b101 }} {{ 0o17 }} {{ 017 }} {{ 1_000 }} {{ 1e3 }} {{ .5 }} {{ -3 }} {{ +4 }} "
     "{{ 1.0 }} {{ 08.5 }} {{ 1e100 }}",
     "31 5 15 15 1000 1000 0.5 -3 4 1 8.5 1e+100"},
    {"{{ 9223372036854775807 }} {{ -9223372036854775808 }}",
     "9223372036854775807 -9223372036854775808"},
    {"{{ true }}{{ false }}", "truefalse"},
    {"{{ index \"abc\" 1 }} {{ slice \"abcdef\" 1 3 }} {{ slice \"abc\" 1 }} {{ slice \"abc\" }} "
     "{{ len \"abc\" }}",
     "98 bc bc abc 3"},
    {"{{ html \"<a href='x'>\\\"&</a>\" }} {{ \"<b>\" | html }} {{ html 1 2 \"a\" }}",
     "&lt;a href=&#39;x&#39;&gt;&#34;&amp;&lt;/a&gt; &lt;b&gt; 1 2a"},
    {"{{ js \"it's \\\"x\\\" <a> & = \\n é \\\\\" }}",
     "it\\'s \\\"x\\\" \\u003Ca\\u003E \\u0026 \\u003D \\u000A é \\\\"},
    {"{{ urlquery \"a b&c=d/é~-_.\" }} {{ urlquery 1 2 }}", "a+b%26c%3Dd%2F%C3%A9~-_. 1+2"},
    {"{{ toUpper \"abcé\" }} {{ toLower \"ABCÉ\" }} {{ title \"hello world foo-bar it's a_b 1st "
     "x.y\" }}",
     "ABCÉ abcé Hello World Foo-Bar It'S A_b 1st X.Y"},
    {"{{ match \"a.c\" \"xxabcxx\" }} {{ match \"^a\" \"ba\" }} {{ match \"A\" \"a\" }} {{ match "
     "\"(?i)A\" \"a\" }}",
     "true false false true"},
    {"{{ reReplaceAll \"a(x*)b\" \"${1}W\" \"-ab-axxb-\" }} {{ reReplaceAll \"a(x*)b\" \"$1W\" "
     "\"-ab-axxb-\" }} {{ reReplaceAll \"a*\" \"x\" \"baaau\" }} {{ reReplaceAll \"\" \"-\" "
     "\"abc\" }} {{ reReplaceAll \"^\" \">\" \"ab\" }} {{ reReplaceAll \"$\" \"<\" \"ab\" }} {{ "
     "reReplaceAll \"b\" \"$$\" \"abc\" }} {{ reReplaceAll \"(?P<n>b)\" \"[${n}]\" \"abc\" }}",
     "-W-xxW- --- xbxux -a-b-c- >ab ab< a$c a[b]c"},
    {"{{ reReplaceAll \".\" \"x\" \"a\\nb\" }} {{ reReplaceAll \"é|b\" \"X\" \"aébc\" }} {{ "
     "reReplaceAll \"\" \"-\" \"é\" }} {{ reReplaceAll \"\\\\bfoo\\\\b\" \"X\" \"foo food foo\" }}",
     "x\nx aXXc -é- X food X"},
    {"{{ safeHtml \"<a>\" }}", "<a>"},
    {"{{ humanizeDuration 3661 }}", "1h 1m 1s"},
    {"{{$x:=1}}{{$x}}", "1"},
    {"{{ $x := 1}}{{ $x = 2 }}{{ $x }}", "2"},
    {"{{ if and (eq 1 1) (or false true) }}y{{ end }}", "y"},
    {"{{\n1\n}}", "1"},
    {"{{ `a\nb` }}", "a\nb"},
    {"{{ if 1.0 }}t{{ end }}{{ if 0.0 }}t{{ end }}{{ if \"\" }}t{{ end }}{{ if \"x\" }}t{{end}}",
     "tt"},
    {"x{{\"}}\"}}y", "x}}y"},
    {"{{ \"{{\" }}", "{{"},
    {"}} {{1}} }", "}} 1 }"},
    {"{{ 5 | not | not }}", "true"},
    {"{{ le 1.0 1.0 }}{{ ge \"b\" \"a\" }}", "truetrue"},
    {"{{ 3 | lt 2 }}", "true"},
    {"{{ if not (eq \"a\" \"b\") -}}\n  yes\n{{- end }}", "yes"},
    {"{{- range $i, $e := stringSlice \"a\" \"b\" \"c\" }}{{ if eq $e \"b\" }}{{ continue }}{{ end "
     "}}{{ $e }}{{ end }} {{ range stringSlice \"a\" \"b\" \"c\" }}{{ if eq . \"b\" }}{{ break "
     "}}{{ end }}{{ . }}{{ end }}",
     "ac a"},
    {"{{ range $e := stringSlice }}x{{ else }}empty{{ end }}", "empty"},
    {"{{ 1.0 }} {{ 2.50 }} {{ 1e6 }} {{ 1e5 }} {{ 100000000.0 }} {{ 0.00001 }} {{ 1e-7 }}",
     "1 2.5 1e+06 100000 1e+08 1e-05 1e-07"},
    {"{{- \"x\" -}}", "x"},
    {"{{- -1 }}", "-1"},
    {"{{ index (stringSlice \"a\") 0 | toUpper }}", "A"},
    {"{{ (stringSlice \"a\" \"b\") | len }}", "2"},
    {"{{ $x := \"a\" }}{{ define \"t\" }}{{ $ }}{{ end }}{{ template \"t\" $x }}", "a"},
    {"{{ range $i := stringSlice \"a\" \"b\" }}{{ $i }}{{ end }}", "ab"},
    {"{{ range $i, $_ := stringSlice \"a\" \"b\" }}{{ $i }}{{ end }}", "01"},
    {"{{ $_ := 1 }}{{ $_ }}", "1"},
    {"{{ $é := 1 }}{{ $é }}", "1"},
    {"{{ \"é\" | len }}", "2"},
    {"{{ trimSpace \" a \" }}\n", "a\n"},
    {"{{ range $k, $v := $labels }}{{ $k }}={{ $v }};{{ end }}",
     "instance=db1.example.org:9100;job=node;"},
    {"{{ range $labels }}{{ . }};{{ end }}", "db1.example.org:9100;node;"},
    {"{{ range $v := $labels }}{{ $v }};{{ end }}", "db1.example.org:9100;node;"},
    {"{{ range 3 }}{{ . }}{{ else }}x{{ end }}{{ range $i, $x := 2 }}{{ $i }}{{ $x }}{{ end }}",
     "0120011"},
    {"{{ range 0 }}x{{ else }}none{{ end }}{{ range $labels.nope | len }}x{{ else }}none{{ end }}",
     "nonenone"},
    {"{{ range $i, $x := 3 }}{{ range 3 }}{{ if eq . 1 }}{{ break }}{{ end }}{{ . }}{{ end }}{{ if "
     "eq $x 1 }}{{ continue }}{{ end }}{{ $i }};{{ end }}",
     "00;002;"},
    {"{{ $sum := 0 }}{{ range 4 }}{{ $sum = . }}{{ end }}{{ $sum }}", "3"},
    {"{{ $labels.nope }}|{{ .Labels.nope }}|{{ $labels.job }}|{{ .Labels.job }}|{{ .Value }}|{{ "
     "$value }}",
     "||node|node|0.1234|0.1234"},
    {"{{ with .Labels }}{{ .job }}{{ $.Value }}{{ end }}", "node0.1234"},
    {"{{ with $labels.nope }}a{{ else with $labels.job }}{{ . }}{{ else }}c{{ end }}", "node"},
    {"{{ with $x := $labels.job }}{{ $x }}{{ end }}", "node"},
    {"{{ $labels }} {{ . }}", "map[instance:db1.example.org:9100 job:node] "
                              "{map[instance:db1.example.org:9100 job:node] 0.1234}"},
    {"{{ printf \"%+v\" . }}", "{Labels:map[instance:db1.example.org:9100 job:node] Value:0.1234}"},
    {"{{ (query \"two\" | first).Labels.l }}{{ (index (query \"two\") 1).Value }}", "b2.5"},
    {"{{ define \"t\" }}{{ . }}{{ $ }}{{ end }}{{ template \"t\" $labels.job }}{{ template \"t\" "
     "}}",
     "nodenode<no value><no value>"},
    {"{{ template \"late\" 1 }}{{ define \"late\" }}{{ if . }}x{{ end }}{{ end }}", "x"},
    {"{{ define \"count\" }}{{ if . }}{{ len . }}{{ template \"count\" (slice . 1) }}{{ end }}{{ "
     "end }}{{ template \"count\" \"abc\" }}",
     "321"},
    {"{{ range 2 }}{{ block \"b\" . }}[{{ . }}]{{ end }}{{ end }}", "[0][1]"},
};

START_TEST(test_case)
{
    expand_expect(&cases[_i]);
}
END_TEST

static const struct refuse_case refused[] = {
    {"{{ humanise 1 }}", ERROR_SYNTAX, 1, 4, "unknown function 'humanise'", "'humanize'"},
    {"a\n  {{ nofunc }}", ERROR_SYNTAX, 2, 6, "unknown function 'nofunc'", NULL},
    {"\u00e9\u00e9 {{ nofunc }}", ERROR_SYNTAX, 1, 7, "unknown function", NULL},
    {"{{ eq 1 1.0 }}", ERROR_EVALUATION, 1, 4, "int cannot be compared with float64", "5.0"},
    {"{{ if gt $value 5 }}{{ end }}", ERROR_EVALUATION, 1, 7, "float64 cannot be compared with int",
     "5.0"},
    {"{{ eq 1 \"a\" }}", ERROR_EVALUATION, 1, 4, "int cannot be compared with string", NULL},
    {"{{ eq $labels $labels }}", ERROR_EVALUATION, 1, 4, "cannot be compared", NULL},
    {"{{ eq 1 }}", ERROR_EVALUATION, 1, 4, "nothing to compare with", NULL},
    {"{{ lt true false }}", ERROR_EVALUATION, 1, 4, "no order", NULL},
    {"{{ and true (eq 1 \"a\") }}", ERROR_EVALUATION, 1, 14, "cannot be compared", NULL},
    {"{{ and }}", ERROR_EVALUATION, 1, 4, "at least 1 argument, not 0", NULL},
    {"{{ $x = 1 }}", ERROR_EVALUATION, 1, 4, "undefined variable '$x'", NULL},
    {"{{ define \"a\" }}{{ $value }}{{ end }}", ERROR_SYNTAX, 1, 20, "undefined variable '$value'",
     "a defined template has only"},
    {"{{ range $i, $e := $labels }}{{ end }}{{ $i }}", ERROR_EVALUATION, 1, 42,
     "undefined variable '$i'", NULL},
    {"{{ if true }}{{ $x := 1 }}{{ else }}{{ $x }}{{ end }}{{ if false }}{{ end }}{{ $x }}",
     ERROR_EVALUATION, 1, 40, "undefined variable '$x'", NULL},
    {"{{ if true }}{{ else }}{{ else }}{{ end }}", ERROR_SYNTAX, 1, 27, "second else", NULL},
    {"{{ range \"abc\" }}x{{ end }}", ERROR_EVALUATION, 1, 10, "range over string", NULL},
    {"{{ range . }}x{{ end }}", ERROR_EVALUATION, 1, 10, "range over", NULL},
    {"{{ break }}", ERROR_SYNTAX, 1, 4, "'break' outside of range", NULL},
    {"{{ range $labels }}{{ else }}{{ continue }}{{ end }}", ERROR_SYNTAX, 1, 33,
     "'continue' outside of range", NULL},
    {"{{ range $labels }}{{ block \"b\" . }}{{ break }}{{ end }}{{ end }}", ERROR_SYNTAX, 1, 40,
     "'break' outside of range", NULL},
    {"{{ end }}", ERROR_SYNTAX, 1, 4, "end without a block", NULL},
    {"a {{ else }}", ERROR_SYNTAX, 1, 6, "else without a block", NULL},
    {"a\n{{ if 1 }}", ERROR_SYNTAX, 2, 1, "no {{end}}", NULL},
    {"{{ define \"x\" }}", ERROR_SYNTAX, 1, 1, "no {{end}}", NULL},
    {"{{ define \"x\" }}{{ else }}{{ end }}", ERROR_SYNTAX, 1, 20, "else without a block", NULL},
    {"{{ template \"none\" }}", ERROR_EVALUATION, 1, 1, "no template 'none'", NULL},
    {"{{ define \"a\" }}1{{ end }}{{ define \"a\" }}2{{ end }}", ERROR_SYNTAX, 1, 27,
     "defined twice", NULL},
    {"{{ if 1 }}{{ define \"a\" }}2{{ end }}{{ end }}", ERROR_SYNTAX, 1, 14, "no other block",
     NULL},
    {"a {{ /* c */ }} b", ERROR_SYNTAX, 1, 6, "comment is an action of its own", NULL},
    {"a {{/* c */ }} b", ERROR_SYNTAX, 1, 10, "directly in front of", NULL},
    {"a {{/* c }} b", ERROR_SYNTAX, 1, 3, "comment that starts here is never closed", NULL},
    {"{{ \"\\q\" }}", ERROR_SYNTAX, 1, 4, "backslash", NULL},
    {"{{ 'ab' }}", ERROR_SYNTAX, 1, 4, "one character stands in single quotes", NULL},
    {"{{ 9223372036854775808 }}", ERROR_SYNTAX, 1, 4, "no number", NULL},
    {"{{ 1a }}", ERROR_SYNTAX, 1, 4, "no number", NULL},
    {"{{ 0x }}", ERROR_SYNTAX, 1, 4, "no number", NULL},
    {"{{ 1__0 }}", ERROR_SYNTAX, 1, 4, "no number", NULL},
    {"{{--1}}", ERROR_SYNTAX, 1, 3, "a number has digits", NULL},
    {"{{ nil }}", ERROR_EVALUATION, 1, 4, "nil alone", NULL},
    {"{{ 1 | 2 }}", ERROR_SYNTAX, 1, 8, "take nothing from a pipe", NULL},
    {"{{ 1 | .Value }}", ERROR_EVALUATION, 1, 8, "takes no arguments", NULL},
    {"{{ | print }}", ERROR_SYNTAX, 1, 4, "a value is expected in place of '|'", NULL},
    {"{{ \"a\"\"b\" }}", ERROR_SYNTAX, 1, 7, "a blank is expected", NULL},
    {"{{ print\"a\" }}", ERROR_SYNTAX, 1, 9, "behind a name", NULL},
    {"{{ print(1) }}", ERROR_SYNTAX, 1, 9, "a blank is expected", NULL},
    {"{{ (print 1 }}", ERROR_SYNTAX, 1, 13, "')' is expected", NULL},
    {"{{ print 1) }}", ERROR_SYNTAX, 1, 11, "'}}' is expected", NULL},
    {"{{ \"x\".y }}", ERROR_SYNTAX, 1, 7, "a blank is expected", NULL},
    {"{{ .Nope }}", ERROR_EVALUATION, 1, 4, "no field 'Nope'", NULL},
    {"{{ $labels.job.x }}", ERROR_EVALUATION, 1, 4, "no field 'x' in string", NULL},
    {"{{ 1 2 }}", ERROR_EVALUATION, 1, 4, "not a function", NULL},
    {"{{ if }}x{{ end }}", ERROR_SYNTAX, 1, 7, "if without a value", NULL},
    {"{{}}", ERROR_SYNTAX, 1, 3, "an action without a value", NULL},
    {"{{ range $a, $b, $c := 1 }}{{ end }}", ERROR_SYNTAX, 1, 16, "':=' is expected", NULL},
    {"{{ $a, $b := 1 }}", ERROR_SYNTAX, 1, 6, "':='", NULL},
    {"{{ template a }}", ERROR_SYNTAX, 1, 13, "in quotes", NULL},
    {"{{ {1} }}", ERROR_SYNTAX, 1, 4, "no meaning", NULL},
    {"{{ 1 : 2 }}", ERROR_SYNTAX, 1, 6, "':' is only used in ':='", NULL},
    {"{{ if if }}{{ end }}", ERROR_SYNTAX, 1, 7, "a value is expected in place of 'if'", NULL},
    {"{{ 1", ERROR_SYNTAX, 1, 5, "the text ends within an action", NULL},
    {"{{", ERROR_SYNTAX, 1, 3, "the text ends within an action", NULL},
    {"{{ \"a", ERROR_SYNTAX, 1, 4, "string that starts here is never closed", NULL},
    {"{{ `a", ERROR_SYNTAX, 1, 4, "string that starts here is never closed", NULL},
};

START_TEST(test_refused)
{
    expand_refuse(&refused[_i]);
}
END_TEST

/* What is given from outside can be assigned to, and is given anew to the next expansion. */
START_TEST(test_outer_variables)
{
    static const struct expand_case twice = {"{{ $value }} {{ $value = 2 }}{{ $value }}",
                                             "0.1234 2"};
    static const struct expand_case shadowed = {
        "{{ if true }}{{ $value := 1 }}{{ $value }}{{ end }} {{ $value }}", "1 0.1234"};
    expand_expect(&twice);
    expand_expect(&twice);
    expand_expect(&shadowed);
}
END_TEST

START_TEST(test_check_variables)
{
    const struct str names[] = {STR("$labels"), STR("$value")};
    struct error err = ERROR_INIT;
    struct template *t =
        template_parse(STR("{{ $labels.a }}\n{{ if false }}{{ $valeu }}{{ end }}"), &err);
    ck_assert_ptr_nonnull(t);
    ck_assert(!template_check_variables(t, names, ARRAY_LEN(names), &err));
    ck_assert_int_eq(err.kind, ERROR_SYNTAX);
    ck_assert_uint_eq(err.span.line, 2);
    ck_assert_uint_eq(err.span.column, 18);
    ck_assert_str_eq(err.suggestion, "did you mean '$value'?");
    error_release(&err);
    template_unref(t);
    t = template_parse(STR("{{ $labels.a }}{{ $value }}{{ $x := 1 }}{{ $x }}"), &err);
    ck_assert(template_check_variables(t, names, ARRAY_LEN(names), &err));
    template_unref(t);
}
END_TEST

START_TEST(test_plain)
{
    static const struct {
        const char *text;
        bool is_plain;
    } texts[] = {{"", true},
                 {"a\nb }}", true},
                 {"{{ 1 }}", false},
                 {"a{{/* */}}", false},
                 {"{{/* */}}", false},
                 {"{ {", true},
                 {"{{ define \"x\" }}{{ end }}", false}};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct error err = ERROR_INIT;
        struct template *t = template_parse(str_from(texts[i].text), &err);
        ck_assert_msg(template_is_plain(t) == texts[i].is_plain, "%s", texts[i].text);
        struct template *shared = template_ref(t);
        template_unref(t);
        template_unref(shared);
    }
    template_unref(NULL);
}
END_TEST

int main(void)
{
    TCase *all = tcase_create("all");
    tcase_add_loop_test(all, test_case, 0, (int)ARRAY_LEN(cases));
    tcase_add_loop_test(all, test_refused, 0, (int)ARRAY_LEN(refused));
    tcase_add_test(all, test_outer_variables);
    tcase_add_test(all, test_check_variables);
    tcase_add_test(all, test_plain);
    return suite_run("template/language", all);
}
