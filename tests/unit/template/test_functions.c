/*
 * Prometheus' functions: what they give was compared with promtool 2.42.
 */
#include <stdlib.h>

#include "support/suite.h"
#include "unit/template/expand.h"

static const struct expand_case cases[] = {
    {"{{ humanize 0.0 }} {{ humanize 1.0 }} {{ humanize 1234567.0 }} {{ humanize 0.12 }} {{ "
     "humanize 1e-30 }} {{ humanize 1e30 }} {{ humanize -1234.5 }} {{ humanize 999.9999 }} {{ "
     "humanize 1000.0 }} {{ humanize 1 }} {{ humanize \"1234\" }} {{ humanize \"NaN\" }} {{ "
     "humanize \"+Inf\" }} {{ humanize \"-Inf\" }}",
     "0 1 1.235M 120m 1e-06y 1e+06Y -1.234k 1000 1k 1 1.234k NaN +Inf -Inf"},
    {"{{ humanize1024 0.0 }} {{ humanize1024 1.0 }} {{ humanize1024 1048576.0 }} {{ humanize1024 "
     "0.12 }} {{ humanize1024 1e30 }} {{ humanize1024 1023 }} {{ humanize1024 1024 }} {{ "
     "humanize1024 \"2048\" }} {{ humanize1024 \"NaN\" }} {{ humanize1024 -4096 }}",
     "0 1 1Mi 0.12 8.272e+05Yi 1023 1ki 2ki NaN -4ki"},
    {"{{ humanizeDuration 0 }}|{{ humanizeDuration 1 }}|{{ humanizeDuration 60 }}|{{ "
     "humanizeDuration 3600 }}|{{ humanizeDuration 86400 }}|{{ humanizeDuration 86400.5 }}|{{ "
     "humanizeDuration 899.99 }}|{{ humanizeDuration -90061 }}|{{ humanizeDuration .1 }}|{{ "
     "humanizeDuration .0001 }}|{{ humanizeDuration 1.2345678 }}|{{ humanizeDuration \"12.3456\" "
     "}}|{{ humanizeDuration \"NaN\" }}|{{ humanizeDuration \"-Inf\" }}|{{ humanizeDuration 1e25 "
     "}}",
     "0s|1s|1m 0s|1h 0m 0s|1d 0h 0m 0s|1d 0h 0m 0s|14m 59s|-1d 1h 1m "
     "1s|100ms|100us|1.235s|12.35s|NaN|-Inf|-106751991167300d -15h -30m -8s"},
    {"{{ humanizePercentage 0.1234 }} {{ humanizePercentage 1 }} {{ humanizePercentage -0.22222 }} "
     "{{ humanizePercentage 12345.6 }} {{ humanizePercentage \"0.5\" }} {{ humanizePercentage "
     "\"NaN\" }} {{ $value | humanizePercentage }}",
     "12.34% 100% -22.22% 1.235e+06% 50% NaN% 12.34%"},
    {"{{ humanizeTimestamp 1435065584.128 }} {{ humanizeTimestamp 0 }} {{ humanizeTimestamp "
     "\"NaN\" }} {{ humanizeTimestamp \"+Inf\" }} {{ humanizeTimestamp -1.5 }} {{ "
     "humanizeTimestamp 1e9 }}",
     "2015-06-23 13:19:44.128 +0000 UTC 1970-01-01 00:00:00 +0000 UTC NaN +Inf 1969-12-31 "
     "23:59:58.5 +0000 UTC 2001-09-09 01:46:40 +0000 UTC"},
    {"{{ (1435065584.128 | toTime).Format \"2006\" }} {{ toTime 1435065584.128 }} {{ (toTime "
     "0).Unix }} {{ (toTime 1e9).UTC.Year }}",
     "2015 2015-06-23 13:19:44.128 +0000 UTC 0 2001"},
    {"{{ (toTime 1435065584.128).Format \"Mon Jan _2 15:04:05.000 2006 MST -0700 Z07:00 3:04PM "
     "02/01/06 __2 002 January Monday\" }}",
     "Tue Jun 23 13:19:44.128 2015 UTC +0000 Z 1:19PM 23/06/15 174 174 June Tuesday"},
    {"{{ stripPort \"h:1\" }} {{ stripPort \"h\" }} {{ stripPort \"[::1]:90\" }} {{ stripPort "
     "\"::1\" }} {{ stripPort \"a:b:c\" }} {{ stripPort \"\" }}| {{ stripPort \":80\" }}| {{ "
     "stripPort \"[::1]\" }} {{ stripPort \"h:\" }}",
     "h h ::1 ::1 a:b:c | | [::1] h"},
    {"{{ stripDomain \"h.example.org:90\" }} {{ stripDomain \"h.example.org\" }} {{ stripDomain "
     "\"1.2.3.4\" }} {{ stripDomain \"1.2.3.4:90\" }} {{ stripDomain \"[::1]:90\" }} {{ "
     "stripDomain \"::1\" }} {{ stripDomain \"h\" }} {{ stripDomain \"h:1\" }} {{ stripDomain \"\" "
     "}}| {{ stripDomain \"[2001:db8::1]\" }} {{ stripDomain \"1.2.3\" }} {{ stripDomain "
     "\"1.2.3.400:9\" }}",
     "h:90 h 1.2.3.4 1.2.3.4:90 [::1]:90 ::1 h h:1 | [2001:db8::1] 1 1:9"},
    {"{{ graphLink \"up{a=\\\"b\\\"} + 1\" }} {{ tableLink \"up\" }}",
     "/graph?g0.expr=up%7Ba%3D%22b%22%7D+%2B+1&g0.tab=0 /graph?g0.expr=up&g0.tab=1"},
    {"{{ title \"aa bb CC it's é-x\" }} {{ toUpper \"aa éß\" }} {{ toLower \"AA É\" }}",
     "Aa Bb CC It'S É-X AA Éß aa é"},
    {"{{ reReplaceAll \"(a)b\" \"x$1\" \"abab\" }} {{ match \"a+\" \"aa\" }}", "xaxa true"},
    {"{{ parseDuration \"1h2m10ms\" }} {{ parseDuration \"1d\" }}", "3720.01 86400"},
    {"{{ args 1 \"a\" 2.5 }} {{ (args 1).arg0 }} {{ (args 1).nope }}",
     "map[arg0:1 arg1:a arg2:2.5] 1 <no value>"},
    {"{{ safeHtml \"<b>\" }}", "<b>"},
    {"{{ printf \"%.1f%%\" $value }} {{ printf \"%0.2f\" $value }} {{ printf \"%5.1f|%-8.3f|\" "
     "$value $value }}",
     "0.1% 0.12   0.1|0.123   |"},
    {"{{ eq $value 0.1234 }}", "true"},
    {"{{ externalURL }} {{ pathPrefix }}", "http://example.org:9090/prom/ /prom/"},
    {"{{ query \"two\" | len }} {{ range query \"two\" | sortByLabel \"l\" }}{{ .Labels.l }}={{ "
     ".Value }} {{ end }}{{ with query \"none\" }}x{{ else }}none{{ end }}",
     "2 a=2.5 b=1 none"},
    {"{{ query \"two\" | first | value }} {{ query \"two\" | first | label \"l\" }} {{ query "
     "\"two\" | first | strvalue }} {{ query \"two\" | first | label \"nope\" }}|",
     "1 b text |"},
    {"{{ args 1 \"a\" 2.5 }} {{ (args 1).arg0 }} {{ (args 1).nope }}",
     "map[arg0:1 arg1:a arg2:2.5] 1 <no value>"},
    {"{{ define \"x\" }}{{ .arg0 }}-{{ .arg1 }}{{ end }}{{ tmpl \"x\" (args \"q\" 1) | toUpper }}",
     "Q-1"},
    {"{{ now }} {{ now | toTime }}", "1.50000000025e+09 2017-07-14 02:40:00.249 +0000 UTC"},
    {"{{ toDuration 3661.5 }} {{ (toDuration 90).Minutes }} {{ toDuration 0.0015 }} {{ toDuration "
     "0 }} {{ toDuration -1e-7 }} {{ (toDuration 5400).Hours }}",
     "1h1m1.5s 1.5 1.5ms 0s -100ns 1.5"},
    {"{{ parseDurationTime \"1h30m\" }} {{ humanizeDuration (parseDurationTime \"1h\") }} {{ "
     "parseDurationTime \"10ms\" }}",
     "1h30m0s 1h 0m 0s 10ms"},
    {"{{ $t := toTime 1435065584.128 }}{{ $t.Unix }} {{ $t.UnixMilli }} {{ $t.Year }} {{ $t.Month "
     "}} {{ $t.Day }} {{ $t.Hour }} {{ $t.Minute }} {{ $t.Second }} {{ $t.Weekday }} {{ $t.YearDay "
     "}}",
     "1435065584 1435065584128 2015 June 23 13 19 44 Tuesday 174"},
    {"{{ $t := toTime 951782400 }}{{ $t.Format \"02 Jan 06 3:04pm .000 Janet\" }} {{ $t.YearDay }} "
     "{{ (toTime -86400).Format \"2006-01-02T15:04:05Z07:00\" }} {{ (toTime 951868800).YearDay }}",
     "29 Feb 00 12:00am .000 Janet 60 1969-12-31T00:00:00Z 61"},
    {"{{ toTime 0 | printf \"%v %s\" 1 }} {{ eq (toTime 1) (toTime 1.0) }} {{ printf \"%d %v %s\" "
     "(toDuration 1) (toDuration 2) (toDuration 3) }}",
     "1 1970-01-01 00:00:00 +0000 UTC true 1000000000 2s 3s"},
    {"{{ reReplaceAll \"(.*):\\\\d+\" \"$1\" $labels.instance }} {{ $labels.instance | "
     "reReplaceAll \"[.].*\" \"\" }}",
     "db1.example.org db1"},
    {"{{ trimSpace \"  a b\\n\" }}|{{ join \"-\" (stringSlice \"a\" \"b\") }}|{{ urlQueryEscape "
     "\"a b&\" }}",
     "a b|a-b|a+b%26"},
    {"{{ stripPort $labels.instance }} {{ stripDomain $labels.instance }}",
     "db1.example.org db1:9100"},
    {"{{ title \"\" }}{{ toUpper \"\u044f \u03b1 \u00df\" }} {{ title \"\u044f\u044f \u00e9\" }}",
     "\u042f \u0391 \u00df \u042f\u044f \u00c9"},
};

START_TEST(test_case)
{
    expand_expect(&cases[_i]);
}
END_TEST

static const struct refuse_case refused[] = {
    {"{{ humanize \"abc\" }}", ERROR_EVALUATION, 1, 13, "humanize wants a number, not 'abc'", NULL},
    {"{{ humanize true }}", ERROR_EVALUATION, 1, 13, "humanize wants a number, not bool", NULL},
    {"{{ humanizeTimestamp 1e30 }}", ERROR_EVALUATION, 1, 4, "cannot hold", NULL},
    {"{{ toTime \"NaN\" }}", ERROR_EVALUATION, 1, 4, "cannot hold", NULL},
    {"{{ toUpper 1 }}", ERROR_EVALUATION, 1, 12, "toUpper wants a text, not int", NULL},
    {"{{ 1 | toUpper }}", ERROR_EVALUATION, 1, 8, "toUpper wants a text, not int", NULL},
    {"{{ toUpper }}", ERROR_EVALUATION, 1, 4, "toUpper takes 1 argument, not 0", NULL},
    {"{{ toUpper \"a\" \"b\" }}", ERROR_EVALUATION, 1, 4, "toUpper takes 1 argument, not 2", NULL},
    {"{{ printf }}", ERROR_EVALUATION, 1, 4, "at least 1 argument", NULL},
    {"{{ match \"(\" \"x\" }}", ERROR_SYNTAX, 1, 4, "missing closing )", NULL},
    {"{{ reReplaceAll \"(\" \"x\" \"a\" }}", ERROR_SYNTAX, 1, 4, "missing closing )", NULL},
    {"{{ reReplaceAll \"(a*)*(b|c)\" \"x\" (printf \"%01000d\" 0 | reReplaceAll \"0\" \"a\") }}",
     ERROR_EVALUATION, 1, 4, "more steps", NULL},
    {"{{ parseDuration \"abc\" }}", ERROR_SYNTAX, 1, 4, "'abc'", NULL},
    {"{{ query \"none\" | first }}", ERROR_EVALUATION, 1, 19, "no elements", NULL},
    {"{{ query \"bad(\" }}", ERROR_SYNTAX, 1, 4, "query 'bad(': this is no expression", NULL},
    {"{{ value 1 }}", ERROR_EVALUATION, 1, 10, "value wants a sample, not int", NULL},
    {"{{ first 1 }}", ERROR_EVALUATION, 1, 10, "first wants a list, not int", NULL},
    {"{{ sortByLabel \"a\" (stringSlice \"b\") }}", ERROR_EVALUATION, 1, 4, "list of samples",
     NULL},
    {"{{ tmpl \"none\" 1 }}", ERROR_EVALUATION, 1, 4, "no template 'none'", NULL},
    {"{{ define \"x\" }}{{ .a.b }}{{ end }}{{ tmpl \"x\" (args 1) }}", ERROR_EVALUATION, 1, 20,
     "no field 'b' in nil", NULL},
    {"{{ index $labels 1 }}", ERROR_EVALUATION, 1, 4, "indexed by a text", NULL},
    {"{{ index \"abc\" 5 }}", ERROR_EVALUATION, 1, 4, "index out of range: 5 of 3", NULL},
    {"{{ index 3 1 }}", ERROR_EVALUATION, 1, 4, "int cannot be indexed", NULL},
    {"{{ slice \"abc\" 2 1 }}", ERROR_EVALUATION, 1, 4, "slice from 2 to 1", NULL},
    {"{{ slice \"abc\" 0 9 }}", ERROR_EVALUATION, 1, 4, "index out of range: 9 of 3", NULL},
    {"{{ slice \"abc\" 1.0 }}", ERROR_EVALUATION, 1, 16, "slice wants a whole number, not float64",
     NULL},
    {"{{ len 3 }}", ERROR_EVALUATION, 1, 4, "int has no length", NULL},
    {"{{ join \",\" (query \"two\") }}", ERROR_EVALUATION, 1, 4, "join wants a list of texts",
     NULL},
    {"{{ (toTime 0).Format 1 }}", ERROR_EVALUATION, 1, 4, "Format wants a text", NULL},
    {"{{ (toTime 0).Format }}", ERROR_EVALUATION, 1, 4, "Format takes 1 argument", NULL},
    {"{{ (toTime 0).Nope }}", ERROR_EVALUATION, 1, 4, "no field 'Nope' in time.Time", NULL},
};

START_TEST(test_refused)
{
    expand_refuse(&refused[_i]);
}
END_TEST

/* Nothing is written until all is known. */
START_TEST(test_pending)
{
    struct error err = ERROR_INIT;
    struct strbuf out = STRBUF_INIT;
    struct template *t = template_parse(
        STR("a{{ define \"x\" }}{{ query . | len }}{{ end }}{{ tmpl \"x\" \"pending\" }}"), &err);
    strbuf_add_c(&out, "before");
    ck_assert_int_eq(expand_template(t, &out, &err), TEMPLATE_PENDING);
    ck_assert(!error_is(&err));
    ck_assert_str_eq(strbuf_cstr(&out), "before");
    strbuf_release(&out);
    template_unref(t);
}
END_TEST

START_TEST(test_without_queries_and_time)
{
    static const char *const texts[] = {"{{ query \"up\" }}", "{{ now }}"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct error err = ERROR_INIT;
        struct strbuf out = STRBUF_INIT;
        const struct template_data data = {.dot = {.kind = TEMPLATE_NIL}};
        struct template *t = template_parse(str_from(texts[i]), &err);
        ck_assert_int_eq(template_expand(t, &data, &out, &err), TEMPLATE_FAILED);
        ck_assert_int_eq(err.kind, ERROR_EVALUATION);
        error_release(&err);
        strbuf_release(&out);
        template_unref(t);
    }
}
END_TEST

int main(void)
{
    TCase *all = tcase_create("all");
    tcase_add_loop_test(all, test_case, 0, (int)ARRAY_LEN(cases));
    tcase_add_loop_test(all, test_refused, 0, (int)ARRAY_LEN(refused));
    tcase_add_test(all, test_pending);
    tcase_add_test(all, test_without_queries_and_time);
    return suite_run("template/functions", all);
}
