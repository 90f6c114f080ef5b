/* The two text formats: what is read, what is refused, and where. The facts about what Prometheus
 * accepts were taken from Prometheus 2.42 scraping each of these pages. */
#include <math.h>
#include <stdio.h>

#include "base/number.h"
#include "source/scrape/exposition.h"
#include "support/suite.h"

#define TEXT EXPOSITION_TEXT
#define OM   EXPOSITION_OPENMETRICS

static struct label_table *table;
static struct batch batch;
static struct error err;

static void setup(void)
{
    table = label_table_create();
    batch_init(&batch);
    err = (struct error)ERROR_INIT;
}

static void teardown(void)
{
    batch_release(&batch);
    label_table_destroy(table);
    error_release(&err);
}

static bool read_page(enum exposition_format format, struct str text)
{
    return exposition_to_batch(text, format, false, table, 1000, &batch, &err);
}

/* `series value[@time]`, one a line. */
static char *batch_text(void)
{
    struct strbuf out = STRBUF_INIT;
    VEC_EACH (&batch.samples, struct batch_sample, s) {
        labels_format(&out, s->labels);
        strbuf_add_char(&out, ' ');
        number_format(&out, s->v);
        if (s->t_ms != BATCH_NO_TIME) {
            strbuf_printf(&out, "@%lld", (long long)s->t_ms);
        }
        strbuf_add_char(&out, '\n');
    }
    return strbuf_take(&out);
}

struct good {
    enum exposition_format format;
    const char *page;
    const char *samples;
};

static const struct good goods[] = {
    {TEXT, "", ""},
    {TEXT, "\n\n  \n\t\n", ""},
    {TEXT, "up 1\n", "up 1\n"},
    {TEXT, "up 1", "up 1\n"},
    {TEXT, "  up 1\n", "up 1\n"},
    {TEXT, "up\t1\t12\n", "up 1@12\n"},
    {TEXT, "up 1 \nup{a=\"b\"} 2 12 \n", "up 1\nup{a=\"b\"} 2@12\n"},
    {TEXT, "up {a = \"b\" , c=\"d\",} 1\n", "up{a=\"b\", c=\"d\"} 1\n"},
    {TEXT, "up{a=\"b\"c=\"d\"} 1\n", "up{a=\"b\", c=\"d\"} 1\n"},
    {TEXT, "up{} 1\n", "up 1\n"},
    {TEXT, "up{a=\"b\"}-Inf\n", "up{a=\"b\"} -Inf\n"},
    {TEXT, "up{a=\"\"} 1\n", "up 1\n"},
    {TEXT, "up{a=\"\",a=\"1\"} 1\n", "up{a=\"1\"} 1\n"},
    {TEXT, "a:b_1 .5\n", "a:b_1 0.5\n"},
    {TEXT, "up1.5\n", "up1 0.5\n"},
    {TEXT, "a NaN\nb nan\nc Inf\nd +inf\ne infinity\n", "a NaN\nb NaN\nc +Inf\nd +Inf\ne +Inf\n"},
    {TEXT, "a 1e-400\nb 1.5e3\nc +7\nd 007\n", "a 0\nb 1500\nc 7\nd 7\n"},
    {TEXT, "a{b=\"x\\\"y\\\\z\\nw\"} 1\n", "a{b=\"x\\\"y\\\\z\\nw\"} 1\n"},
    {TEXT, "a{b=\"\\q\"} 1\n", "a{b=\"\\\\q\"} 1\n"},
    {TEXT, "a{b=\"} # {\"} 1\n", "a{b=\"} # {\"} 1\n"},
    {TEXT, "a{b=\"\xc3\xa9\xe2\x98\x83\"} 1\n", "a{b=\"\xc3\xa9\xe2\x98\x83\"} 1\n"},
    {TEXT, "{\"http.requests\", \"a.b\"=\"c\"} 1\n", "{\"http.requests\", \"a.b\"=\"c\"} 1\n"},
    {TEXT, "{a=\"b\",\"x y\"} 1\n", "{\"x y\", a=\"b\"} 1\n"},
    {TEXT, "{\"plain\"} 1\n", "plain 1\n"},
    {TEXT, "# HELP a\n# HELP a two\n# HELP a three\n#\n#x\n# TYPE\n#TYPE a x\n# EOF\na 1\n",
     "a 1\n"},
    {TEXT, " #  TYPE   a gauge\n# HELP \t a  \\n x\n# \xff\na 1\n# TYPE a counter\n", "a 1\n"},
    {TEXT, "# TYPE a untyped\n# TYPE \"a b\" summary\na 1\n", "a 1\n"},
    {TEXT, "a 1\na 2\n", "a 1\na 2\n"},
    {OM, "# EOF", ""},
    {OM, "# EOF\n", ""},
    {OM, "a 1\n# EOF\n", "a 1\n"},
    {OM, "# TYPE a stateset\n# HELP a \n# UNIT a \na{a=\"b\"} 1\n# EOF", "a{a=\"b\"} 1\n"},
    {OM, "# TYPE a_s gauge\n# UNIT a_s s\n# HELP a_s  x\na_s 1\n# EOF\n", "a_s 1\n"},
    {OM, "a 1 1.5\nb 1 -2\nc 1 1e3\n# EOF\n", "a 1@1500\nb 1@-2000\nc 1@1000000\n"},
    {OM, "a_total 1 # {} 1\nb_total 1 2 # {a=\"b\",c=\"d\"} 0.5 3\n# EOF\n",
     "a_total 1\nb_total 1@2000\n"},
    {OM, "a_bucket{le=\"+Inf\"} 1 # {a=\"} 1 # {\"} 1 1\n# EOF\n", "a_bucket{le=\"+Inf\"} 1\n"},
    {OM, "{\"a.b\",c=\"d\"} 1\n# EOF\n", "{\"a.b\", c=\"d\"} 1\n"},
    {OM, "# TYPE a counter\n# TYPE a counter\na 1\na 2\n# EOF\n", "a 1\na 2\n"},
};

START_TEST(reads_good_pages)
{
    const struct good *c = &goods[_i];
    ck_assert_msg(read_page(c->format, str_from(c->page)), "%s: %s", c->page, error_text(&err));
    char *text = batch_text();
    ck_assert_str_eq(text, c->samples);
    free(text);
}
END_TEST

struct bad {
    enum exposition_format format;
    const char *page;
    const char *message;
};

static const struct bad bads[] = {
    {TEXT, "a", "line 1, column 2: expected a value, got the end of the line"},
    {TEXT, "ok 1\na-b 1\n",
     "line 2, column 2: expected a value, got '-b', which is no number or too large"},
    {TEXT, "a{b=\n",
     "line 1, column 5: expected a label value in double quotes, got the end of "
     "the line"},
    {TEXT, "a{b=c} 1\n", "line 1, column 5: expected a label value in double quotes, got 'c'"},
    {TEXT, "a{b \"c\"} 1\n", "line 1, column 5: expected '=' after the label's name, got '\"'"},
    {TEXT, "a{b=\"c} 1\n", "line 1, column 5: the label's value has no closing quote"},
    {TEXT, "a{b=\"c\\\"} 1\n", "line 1, column 5: the label's value has no closing quote"},
    {TEXT, "a{b=\"c\nd\"} 1\n", "line 1, column 5: the label's value has no closing quote"},
    {TEXT, "a{b=\"\xff\"} 1\n", "line 1, column 5: the label's value is not valid UTF-8"},
    {TEXT, "a{b=\"c\",,} 1\n", "line 1, column 9: expected a label's name or '}', got ','"},
    {TEXT, "a{,} 1\n", "line 1, column 3: expected a label's name or '}', got ','"},
    {TEXT, "a{b:c=\"x\"} 1\n", "line 1, column 4: expected '=' after the label's name, got ':'"},
    {TEXT, "a{b=\"c\"}{d=\"e\"} 1\n", "line 1, column 9: expected a value, got '{'"},
    {TEXT, "{b=\"c\"} 1\n", "line 1, column 1: the braces hold no metric name"},
    {TEXT, "{\"\"} 1\n", "line 1, column 2: the metric's name is empty"},
    {TEXT, "a{\"b\"} 1\n", "line 1, column 3: the metric's name is given twice"},
    {TEXT, "a{\"\"=\"b\"} 1\n", "line 1, column 3: the label's name is empty"},
    {TEXT, "a 1 x\n",
     "line 1, column 5: expected a time in whole milliseconds or the end of the "
     "line, got 'x'"},
    {TEXT, "a 1 -5\n",
     "line 1, column 5: expected a time in whole milliseconds or the end of the "
     "line, got '-'"},
    {TEXT, "a 1 2 3\n", "line 1, column 7: expected the end of the line after the time, got '3'"},
    {TEXT, "a 1 9223372036854775808\n", "line 1, column 5: the time is too large"},
    {TEXT, "a 1{}\n",
     "line 1, column 4: expected a time in whole milliseconds or the end of the "
     "line, got '{'"},
    {TEXT, "a 1e400\n",
     "line 1, column 3: expected a value, got '1e400', which is no number or too large"},
    {TEXT, "a 0x1\n",
     "line 1, column 3: expected a value, got '0x1', which is no number or too "
     "large"},
    {TEXT, "a 1_2\n",
     "line 1, column 3: expected a value, got '1_2', which is no number or too "
     "large"},
    {TEXT, "a +NaN\n",
     "line 1, column 3: expected a value, got '+NaN', which is no number or too "
     "large"},
    {TEXT, "a StaleNaN\n",
     "line 1, column 3: expected a value, got 'StaleNaN', which is no number "
     "or too large"},
    {TEXT, "a 1\r\nb 1\r\n",
     "line 1, column 4: a carriage return: lines end with a line feed "
     "alone"},
    {TEXT, "# TYPE a\n", "line 1, column 9: '' is not a type of metric"},
    {TEXT, "# TYPE a counter \n", "line 1, column 10: 'counter ' is not a type of metric"},
    {TEXT, "# TYPE a unknown\n", "line 1, column 10: 'unknown' is not a type of metric"},
    {TEXT, "# HELP \n", "line 1, column 8: expected a metric's name after HELP"},
    {TEXT, "# HELP a \xff\n", "line 1, column 10: the help text is not valid UTF-8"},
    {TEXT, "a{__name__=\"b\"} 1\n", "line 1: "},
    {TEXT, "ok 1\na{b=\"1\",b=\"2\"} 1\n", "line 2: "},
    {TEXT, "<html>\n", "line 1, column 1: expected a metric's name, got '<'"},
    {TEXT, "a{\xc3\xa9=\"b\"} 1\n",
     "line 1, column 3: expected a label's name or '}', got "
     "'\xc3\xa9'"},
    {TEXT, "a{b=\"\xc3\xa9\xc3\xa9\" c} 1\n",
     "line 1, column 11: expected '=' after the label's "
     "name, got '}'"},
    {OM, "", "the page ends at line 0 without '# EOF': it was cut short"},
    {OM, "a 1\n", "the page ends at line 1 without '# EOF': it was cut short"},
    {OM, "# EOF\n\n", "line 2, column 1: unexpected text after '# EOF'"},
    {OM, "# EOF\na 1\n", "line 2, column 1: unexpected text after '# EOF'"},
    {OM, "# EOFa\n", "line 1, column 6: unexpected text after '# EOF'"},
    {OM, "a 1\n\n# EOF\n", "line 2, column 1: OpenMetrics has no blank lines"},
    {OM, "# hello\n# EOF\n",
     "line 1, column 1: OpenMetrics has no comments: expected '# HELP', "
     "'# TYPE', '# UNIT' or '# EOF', each with one blank"},
    {OM, "#\n# EOF\n",
     "line 1, column 1: OpenMetrics has no comments: expected '# HELP', "
     "'# TYPE', '# UNIT' or '# EOF', each with one blank"},
    {OM, " a 1\n# EOF\n", "line 1, column 1: expected a metric's name, got ' '"},
    {OM, "a\t1\n# EOF\n", "line 1, column 2: expected a blank and the value, got byte 0x09"},
    {OM, "a  1\n# EOF\n", "line 1, column 3: expected a value, got ' '"},
    {OM, "a 1 \n# EOF\n", "line 1, column 5: expected a time in seconds, got the end of the line"},
    {OM, "a 1 2 \n# EOF\n",
     "line 1, column 6: expected an exemplar or the end of the line, got "
     "' '"},
    {OM, "a 1 Inf\n# EOF\n", "line 1, column 5: the time is not finite"},
    {OM, "a{b=\"c\"}1\n# EOF\n", "line 1, column 9: expected a blank and the value, got '1'"},
    {OM, "a {b=\"c\"} 1\n# EOF\n",
     "line 1, column 3: expected a value, got '{b=\"c\"}', which is "
     "no number or too large"},
    {OM, "a{b=\"c\", d=\"e\"} 1\n# EOF\n",
     "line 1, column 9: expected a label's name or '}', got "
     "' '"},
    {OM, "a{b=\"c\",} 1\n# EOF\n", "line 1, column 9: OpenMetrics has no comma before the '}'"},
    {OM, "a{b=\"c\"d=\"e\"} 1\n# EOF\n",
     "line 1, column 8: expected ',' or '}' after the label's "
     "value, got 'd'"},
    {OM, "a 1 # {a=\"b\"} 1\n# EOF\n",
     "line 1, column 5: an exemplar on a metric that cannot have "
     "one (only names that end in _total or _bucket can)"},
    {OM, "a_total 1 # {a=\"b\"}\n# EOF\n",
     "line 1, column 20: expected a blank and the exemplar's "
     "value, got the end of the line"},
    {OM, "a_total 1 # {\"b\"} 1\n# EOF\n",
     "line 1, column 17: expected '=' after the label's name, "
     "got '}'"},
    {OM, "a_total 1 # {a=\"b\"} 1 Inf\n# EOF\n", "line 1, column 23: the time is not finite"},
    {OM, "a_total 1 # {a=\"b\"} 1 1 \n# EOF\n",
     "line 1, column 24: expected the end of the line "
     "after the exemplar's time, got ' '"},
    {OM, "# TYPE u untyped\n# EOF\n", "line 1, column 10: 'untyped' is not a type of metric"},
    {OM, "# TYPE m\n# EOF\n", "line 1, column 9: expected a blank and a text after TYPE m"},
    {OM, "# HELP m\n# EOF\n", "line 1, column 9: expected a blank and a text after HELP m"},
    {OM, "# UNIT ms s\n# EOF\n",
     "line 1, column 11: unit 's' is not the last word of the name "
     "'ms'"},
};

START_TEST(refuses_bad_pages)
{
    const struct bad *c = &bads[_i];
    ck_assert_msg(!read_page(c->format, str_from(c->page)), "accepted: %s", c->page);
    size_t len = strlen(c->message);
    /* Messages that come from the label table are only looked at for their line. */
    if (c->message[len - 1] == ' ') {
        ck_assert_msg(strncmp(error_text(&err), c->message, len) == 0, "%s", error_text(&err));
    } else {
        ck_assert_str_eq(error_text(&err), c->message);
    }
}
END_TEST

/* NUL bytes are text in values and help, and wrong elsewhere. */
START_TEST(nul_bytes)
{
    static const char good[] = "# HELP a x\0y\na{b=\"c\0d\"} 1\n";
    ck_assert(read_page(TEXT, str_span(good, sizeof(good) - 1)));
    ck_assert_uint_eq(batch.samples.len, 1);
    struct str value = labels_get(batch.samples.items[0].labels, STR("b"));
    ck_assert(str_equal(value, str_span("c\0d", 3)));
    static const char *const bad[] = {"a 1\n\0b 2\n", "a\0 11111\n", "a{b\0=\"\"}1\n"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        ck_assert(!read_page(TEXT, str_span(bad[i], 9)));
        ck_assert_ptr_nonnull(strstr(error_text(&err), "byte 0x00"));
    }
}
END_TEST

START_TEST(stale_word_where_asked_for)
{
    ck_assert(exposition_to_batch(STR("a StaleNaN 1\n# EOF\n"), OM, true, table, 0, &batch, &err));
    ck_assert_uint_eq(batch.samples.len, 1);
    ck_assert(is_stale_nan(batch.samples.items[0].v));
    ck_assert_int_eq(batch.samples.items[0].t_ms, 1000);
    ck_assert(read_page(TEXT, STR("a NaN\n")));
    ck_assert(isnan(batch.samples.items[0].v) && !is_stale_nan(batch.samples.items[0].v));
}
END_TEST

START_TEST(error_has_a_span)
{
    ck_assert(!read_page(TEXT, STR("a 1\n\nb{c=\"\xc3\xa9\" d} 1\n")));
    ck_assert_uint_eq(err.span.line, 3);
    ck_assert_uint_eq(err.span.column, 10);
    ck_assert_int_eq(err.kind, ERROR_SYNTAX);
}
END_TEST

START_TEST(too_many_labels)
{
    struct strbuf page = STRBUF_INIT;
    strbuf_add_c(&page, "a{");
    for (int i = 0; i <= LABELS_MAX_COUNT; i++) {
        strbuf_printf(&page, "l%d=\"x\",", i);
    }
    strbuf_add_c(&page, "} 1\n");
    ck_assert(!read_page(TEXT, strbuf_str(&page)));
    ck_assert_ptr_nonnull(strstr(error_text(&err), "more than 256 labels"));
    strbuf_release(&page);
}
END_TEST

/* Escapes of one line share memory that must not move under them. */
START_TEST(many_escapes_on_a_line)
{
    struct strbuf page = STRBUF_INIT;
    strbuf_add_c(&page, "a{");
    for (int i = 0; i < 200; i++) {
        strbuf_printf(&page, "l%03d=\"\\\\%d\\n\",", i, i);
    }
    strbuf_add_c(&page, "} 1\n");
    ck_assert(read_page(TEXT, strbuf_str(&page)));
    const struct labels *ls = batch.samples.items[0].labels;
    for (int i = 0; i < 200; i++) {
        char name[8];
        char value[16];
        snprintf(name, sizeof(name), "l%03d", i);
        snprintf(value, sizeof(value), "\\%d\n", i);
        ck_assert(str_equal_c(labels_get(ls, str_from(name)), value));
    }
    strbuf_release(&page);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("exposition");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, reads_good_pages, 0, ARRAY_LEN(goods));
    tcase_add_loop_test(tc, refuses_bad_pages, 0, ARRAY_LEN(bads));
    tcase_add_test(tc, nul_bytes);
    tcase_add_test(tc, stale_word_where_asked_for);
    tcase_add_test(tc, error_has_a_span);
    tcase_add_test(tc, too_many_labels);
    tcase_add_test(tc, many_escapes_on_a_line);
    return suite_run("source/exposition", tc);
}
