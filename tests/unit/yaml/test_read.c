/* Typed reading: values, every error at its place, the environment, unknown keys. */
#include <check.h>
#include <stdlib.h>

#include "support/suite.h"
#include "yaml/read.h"

/* A document, its reader and what went wrong: most tests read one text and look at the messages. */
struct reading {
    struct diags diags;
    struct yaml_document *doc;
    struct yaml_reader reader;
    const struct yaml_node *root;
};

static void reading_open(struct reading *x, const char *text)
{
    diags_init(&x->diags);
    x->doc = yaml_parse("f", str_from(text), &x->diags);
    ck_assert_ptr_nonnull(x->doc);
    x->root = yaml_root(x->doc);
    yaml_reader_init(&x->reader, x->doc, &x->diags);
}

static void reading_close(struct reading *x)
{
    yaml_reader_release(&x->reader);
    yaml_destroy(x->doc);
    diags_release(&x->diags);
}

static void expect(const struct reading *x, const char *want)
{
    struct strbuf out = STRBUF_INIT;
    diags_format(&x->diags, &out);
    ck_assert_str_eq(strbuf_cstr(&out), want);
    strbuf_release(&out);
}

struct values {
    char *s;
    bool b;
    int64_t i;
    double d;
    int64_t ms;
    size_t choice;
};

static const char *const words[] = {"red", "use", "table"};

/* Reads one of each; true where all of them could be. */
static bool read_values(struct reading *x, struct values *v)
{
    struct yaml_reader *r = &x->reader;
    bool ok = yaml_read_string(r, x->root, "text", &v->s);
    ok = yaml_read_bool(r, x->root, "flag", &v->b) && ok;
    ok = yaml_read_int(r, x->root, "count", 1, 100, &v->i) && ok;
    ok = yaml_read_double(r, x->root, "ratio", &v->d) && ok;
    ok = yaml_read_duration(r, x->root, "interval", &v->ms) && ok;
    ok = yaml_read_choice(r, x->root, "shape", words, ARRAY_LEN(words), &v->choice) && ok;
    yaml_read_done(r, x->root);
    return ok;
}

START_TEST(test_values)
{
    struct reading x;
    reading_open(&x, "text: 'a b'\nflag: Yes\ncount: +42\nratio: -1.5e-3\n"
                     "interval: 1m30s\nshape: table\n");
    struct values v = {.s = mem_strdup("old")};
    ck_assert(read_values(&x, &v));
    ck_assert_str_eq(v.s, "a b");
    ck_assert(v.b);
    ck_assert_int_eq(v.i, 42);
    ck_assert_double_eq(v.d, -1.5e-3);
    ck_assert_int_eq(v.ms, 90000);
    ck_assert_uint_eq(v.choice, 2);
    expect(&x, "");
    free(v.s);
    reading_close(&x);
}
END_TEST

static const char *const nothing_given[] = {
    "{}",
    "text: ~\nflag: null\ncount:\nratio: ~\ninterval: ~\nshape: ~\n",
};

START_TEST(test_missing_keeps_the_default)
{
    struct reading x;
    reading_open(&x, nothing_given[_i]);
    struct values v = {.s = NULL, .b = true, .i = 7, .d = 0.5, .ms = 15000, .choice = 1};
    ck_assert(read_values(&x, &v));
    ck_assert_ptr_null(v.s);
    ck_assert(v.b);
    ck_assert_int_eq(v.i, 7);
    ck_assert_double_eq(v.d, 0.5);
    ck_assert_int_eq(v.ms, 15000);
    ck_assert_uint_eq(v.choice, 1);
    expect(&x, "");
    reading_close(&x);
}
END_TEST

START_TEST(test_every_error_at_once)
{
    struct reading x;
    reading_open(&x, "text: [a]\nflag: maybe\ncount: 101\nratio: .5.\ninterval: 0s\nshape: rde\n");
    struct values v = {.s = NULL, .b = true, .i = 7, .d = 0.5, .ms = 15000, .choice = 1};
    ck_assert(!read_values(&x, &v));
    ck_assert_ptr_null(v.s);
    ck_assert(v.b);
    ck_assert_int_eq(v.i, 7);
    ck_assert_double_eq(v.d, 0.5);
    ck_assert_int_eq(v.ms, 15000);
    ck_assert_uint_eq(v.choice, 1);
    expect(&x, "f:1:7: error: a text belongs here, not a list\n"
               "  1 | text: [a]\n"
               "    |       ^\n"
               "f:2:7: error: true or false belongs here, not 'maybe'\n"
               "  2 | flag: maybe\n"
               "    |       ^^^^^\n"
               "f:3:8: error: a whole number from 1 to 100 belongs here, not '101'\n"
               "  3 | count: 101\n"
               "    |        ^^^\n"
               "f:4:8: error: a number belongs here, not '.5.'\n"
               "  4 | ratio: .5.\n"
               "    |        ^^^\n"
               "f:5:11: error: 'interval' must be longer than 0s\n"
               "  5 | interval: 0s\n"
               "    |           ^^\n"
               "f:6:8: error: one of red, use, table belongs here, not 'rde'\n"
               "  6 | shape: rde\n"
               "    |        ^^^\n"
               "    = did you mean 'red'?\n");
    reading_close(&x);
}
END_TEST

/* One line each: what is refused, and the first line of the message. */
static const struct {
    const char *text;
    const char *want;
} refused[] = {
    {"flag: 'true'", "true or false belongs here, not 'true' in quotes"},
    {"flag: {}", "true or false belongs here, not a mapping"},
    {"count: '5'", "a whole number from 1 to 100 belongs here, not '5' in quotes"},
    {"count: 1.0", "a whole number from 1 to 100 belongs here, not '1.0'"},
    {"count: 0x10", "a whole number from 1 to 100 belongs here, not '0x10'"},
    {"count: 99999999999999999999", "a whole number from 1 to 100 belongs here, not "
                                    "'99999999999999999999'"},
    {"count: -1", "a whole number from 1 to 100 belongs here, not '-1'"},
    {"count: [1]", "a whole number belongs here, not a list"},
    {"ratio: NaN", "a number belongs here, not 'NaN'"},
    {"ratio: Inf", "a number belongs here, not 'Inf'"},
    {"ratio: 1e999", "a number belongs here, not '1e999'"},
    {"ratio: \"1\"", "a number belongs here, not '1' in quotes"},
    {"interval: []", "a duration such as 30s belongs here, not a list"},
    {"interval: 101y", "'interval' must be at most 100y"},
    {"shape: {}", "one of red, use, table belongs here, not a mapping"},
    {"shape: RED", "one of red, use, table belongs here, not 'RED'"},
    {"text: {a: b}", "a text belongs here, not a mapping"},
    {"text: \"a\\0b\"", "a text may not contain the character U+0000"},
};

START_TEST(test_refused)
{
    struct reading x;
    reading_open(&x, refused[_i].text);
    struct values v = {.s = NULL};
    ck_assert(!read_values(&x, &v));
    ck_assert_uint_eq(x.diags.errors, 1);
    ck_assert_str_eq(x.diags.list.items[0].message, refused[_i].want);
    reading_close(&x);
}
END_TEST

START_TEST(test_bad_duration_points_inside)
{
    struct reading x;
    reading_open(&x, "interval: 10parsecs\n");
    struct values v = {.s = NULL};
    ck_assert(!read_values(&x, &v));
    ck_assert_uint_eq(x.diags.errors, 1);
    const struct diag *it = &x.diags.list.items[0];
    ck_assert_uint_eq(it->span.line, 1);
    ck_assert_uint_ge(it->span.column, 11);
    ck_assert_uint_le(it->span.column, 19);
    reading_close(&x);
}
END_TEST

START_TEST(test_ranges_in_words)
{
    struct reading x;
    reading_open(&x, "a: x\nb: 0\nc: 9\n");
    int64_t out = 5;
    ck_assert(!yaml_read_int(&x.reader, x.root, "a", INT64_MIN, INT64_MAX, &out));
    ck_assert(!yaml_read_int(&x.reader, x.root, "b", 1, INT64_MAX, &out));
    ck_assert(!yaml_read_int(&x.reader, x.root, "c", INT64_MIN, 8, &out));
    ck_assert_int_eq(out, 5);
    ck_assert_str_eq(x.diags.list.items[0].message, "a whole number belongs here, not 'x'");
    ck_assert_str_eq(x.diags.list.items[1].message,
                     "a whole number of at least 1 belongs here, not '0'");
    ck_assert_str_eq(x.diags.list.items[2].message,
                     "a whole number of at most 8 belongs here, not '9'");
    reading_close(&x);
}
END_TEST

START_TEST(test_members)
{
    struct reading x;
    reading_open(&x, "name: ~\nlist: [1]\n");
    ck_assert_ptr_null(yaml_required(&x.reader, x.root, "url"));
    ck_assert_ptr_null(yaml_required(&x.reader, x.root, "name"));
    const struct yaml_node *list = yaml_required(&x.reader, x.root, "list");
    ck_assert_ptr_nonnull(list);
    ck_assert(!yaml_is_mapping(&x.reader, list));
    ck_assert(yaml_is_mapping(&x.reader, x.root));
    /* Asking what is no mapping finds nothing and reports nothing more. */
    ck_assert_ptr_null(yaml_member(&x.reader, list, "a"));
    ck_assert_ptr_null(yaml_member(&x.reader, NULL, "a"));
    yaml_read_done(&x.reader, list);
    yaml_read_done(&x.reader, NULL);
    expect(&x, "f:1:1: error: key 'url' is missing\n"
               "  1 | name: ~\n"
               "    | ^\n"
               "f:1:7: error: 'name' has no value\n"
               "  1 | name: ~\n"
               "    |       ^\n"
               "f:2:7: error: a mapping ('key: value') belongs here, not a list\n"
               "  2 | list: [1]\n"
               "    |       ^\n");
    reading_close(&x);
}
END_TEST

START_TEST(test_unknown_keys)
{
    struct reading x;
    reading_open(&x, "text: a\nintervall: 15s\nzzz: 1\n");
    struct values v = {.s = NULL};
    ck_assert(read_values(&x, &v));
    expect(&x, "f:2:1: error: unknown key 'intervall'\n"
               "  2 | intervall: 15s\n"
               "    | ^^^^^^^^^\n"
               "    = did you mean 'interval'?\n"
               "f:3:1: error: unknown key 'zzz'\n"
               "  3 | zzz: 1\n"
               "    | ^^^\n"
               "    = known here: text, flag, count, ratio, interval, shape\n");
    free(v.s);
    reading_close(&x);
}
END_TEST

/* A mapping that stands in two places by an alias is complained about once. */
START_TEST(test_unknown_key_behind_an_alias)
{
    struct reading x;
    reading_open(&x, "a: &x {nmae: 1}\nb: *x\n");
    char key[] = "name";
    for (char place = 'a'; place <= 'b'; place++) {
        char member[] = {place, '\0'};
        const struct yaml_node *m = yaml_member(&x.reader, x.root, member);
        (void)yaml_member(&x.reader, m, key);
        yaml_read_done(&x.reader, m);
    }
    /* What was asked for is remembered by value. */
    key[0] = 'X';
    yaml_read_done(&x.reader, x.root);
    expect(&x, "f:1:8: error: unknown key 'nmae'\n"
               "  1 | a: &x {nmae: 1}\n"
               "    |        ^^^^\n"
               "    = did you mean 'name'?\n");
    reading_close(&x);
}
END_TEST

START_TEST(test_warning)
{
    struct reading x;
    reading_open(&x, "a: 1\n");
    struct diag *it = yaml_warning(&x.reader, x.root, "%s is odd", "this");
    diag_suggest(it, "do without");
    ck_assert_uint_eq(x.diags.errors, 0);
    ck_assert_uint_eq(x.diags.warnings, 1);
    expect(&x, "f:1:1: warning: this is odd\n"
               "  1 | a: 1\n"
               "    | ^\n"
               "    = do without\n");
    reading_close(&x);
}
END_TEST

static const struct {
    const char *text; /* YAML of one scalar */
    const char *want; /* its text, or NULL for an error with the message below */
    const char *message;
    uint32_t column;
} environment[] = {
    {"${TOCSIN_T}", "value", NULL, 0},
    {"a ${TOCSIN_T}${TOCSIN_T} b", "a valuevalue b", NULL, 0},
    {"'${TOCSIN_EMPTY}'", "", NULL, 0},
    {"$${TOCSIN_T}", "${TOCSIN_T}", NULL, 0},
    {"$$${TOCSIN_T}", "$${TOCSIN_T}", NULL, 0},
    {"cost $5 $x $", "cost $5 $x $", NULL, 0},
    {"${1}-${23}", "${1}-${23}", NULL, 0},
    {"'{{ $value }}'", "{{ $value }}", NULL, 0},
    {"\"u\\u0024{TOCSIN_T}\"", "uvalue", NULL, 0},
    /* What a value says is not expanded again. */
    {"${TOCSIN_NESTED}", "${TOCSIN_T}", NULL, 0},
    {"a ${TOCSIN_UNSET} b", NULL, "environment variable 'TOCSIN_UNSET' is not set", 3},
    {"ab ${TOCSIN-T}", NULL, "'${' without a name and '}' behind it; '$${' stands for a plain '${'",
     4},
    {"${", NULL, "'${' without a name and '}' behind it; '$${' stands for a plain '${'", 1},
    {"${}", NULL, "'${' without a name and '}' behind it; '$${' stands for a plain '${'", 1},
    {"${TOCSIN_T", NULL, "'${' without a name and '}' behind it; '$${' stands for a plain '${'", 1},
    {"${1x}", NULL, "'${' without a name and '}' behind it; '$${' stands for a plain '${'", 1},
    {"${TOCSIN_BYTES}", NULL, "the value of environment variable 'TOCSIN_BYTES' is not UTF-8", 1},
};

static void set_environment(void)
{
    setenv("TOCSIN_T", "value", 1);
    setenv("TOCSIN_EMPTY", "", 1);
    setenv("TOCSIN_NESTED", "${TOCSIN_T}", 1);
    setenv("TOCSIN_BYTES", "\xFF", 1);
    setenv("TOCSIN_NUMBER", "17", 1);
    unsetenv("TOCSIN_UNSET");
}

START_TEST(test_environment)
{
    set_environment();
    struct reading x;
    reading_open(&x, environment[_i].text);
    char *got = yaml_string(&x.reader, x.root);
    if (environment[_i].want != NULL) {
        ck_assert_ptr_nonnull(got);
        ck_assert_str_eq(got, environment[_i].want);
        ck_assert_uint_eq(x.diags.errors, 0);
    } else {
        ck_assert_ptr_null(got);
        ck_assert_uint_eq(x.diags.errors, 1);
        ck_assert_str_eq(x.diags.list.items[0].message, environment[_i].message);
        ck_assert_uint_eq(x.diags.list.items[0].span.column, environment[_i].column);
    }
    free(got);
    reading_close(&x);
}
END_TEST

/* In a flow mapping `${...}` needs quotes, so that they cannot mean "text" there. */
START_TEST(test_environment_in_numbers)
{
    set_environment();
    struct reading x;
    reading_open(&x, "{count: '${TOCSIN_NUMBER}', interval: '${TOCSIN_NUMBER}s'}");
    struct values v = {.s = NULL};
    ck_assert(read_values(&x, &v));
    ck_assert_int_eq(v.i, 17);
    ck_assert_int_eq(v.ms, 17000);
    reading_close(&x);
}
END_TEST

/* A value of the environment may be a secret that was put in the wrong place. */
START_TEST(test_environment_is_not_shown)
{
    set_environment();
    struct reading x;
    reading_open(&x, "flag: ${TOCSIN_T}\ncount: ${TOCSIN_T}\nratio: ${TOCSIN_T}\n"
                     "interval: ${TOCSIN_T}\nshape: ${TOCSIN_T}\n");
    struct values v = {.s = NULL};
    ck_assert(!read_values(&x, &v));
    ck_assert_uint_eq(x.diags.errors, 5);
    VEC_EACH (&x.diags.list, struct diag, it) {
        ck_assert_ptr_null(strstr(it->message, "value"));
        ck_assert_ptr_nonnull(strstr(it->message, "not '${TOCSIN_T}'"));
    }
    reading_close(&x);
}
END_TEST

/* The text has one '@'; an error at it inside the scalar must come out at it in the file, or, where
 * that is not possible, at the scalar. */
static const struct {
    const char *text;
    bool exact;
} places[] = {
    {"k: rate(@[5m])\n", true},
    {"k: '@x'\n", true},
    {"k: \"x \xC3\xBC @x\"\n", true},
    {"k: one\n  two @x\n", true},
    {"k: one\n\n\n  two @x\n", true},
    {"k: 'one\n\n  two @x'\n", true},
    {"k: \"x{a=\\\"b\\\"} \\\\ @\"\n", true},
    {"k: \"one\\n\\ttwo @\"\n", true},
    {"k: 'it''s @'\n", true},
    {"k: \"x \\u0041 @\"\n", false},
    {"k: \"@ \\u0041\"\n", true},
    {"k: &a !!str x@\n", true},
    {"k: |\n  one\n    two\n\n  thr@ee\n", true},
    {"k: |2-\n    two\n  thr@ee\n", true},
    {"k: |\r\n  one\r\n  t@wo\r\n", true},
    {"k: |\n\n\n  t@wo\n", true},
    {"- - |+\n   x\n   @\n\n", true},
    {"k: >\n  one\n  t@wo\n", true},
    {"k: >- # why\n  one\n\n  two\n  t@wo\n", true},
    {"k: >\r\n  one\r\n  t@wo\r\n", true},
    {"k: >\n  one\n    more\n  t@wo\n", false},
    {"k:\n  sum(\n    rate(@[5m])\n  )\n", true},
    {"k: {a: [x, '@']}\n", true},
};

static const struct yaml_node *find_marked(const struct yaml_node *node)
{
    const struct yaml_node *found = NULL;
    if (node->kind == YAML_SCALAR) {
        return str_find(node->text, '@') < node->text.len ? node : NULL;
    }
    size_t items = node->kind == YAML_MAPPING ? 2 * node->count : node->count;
    for (size_t i = 0; i < items && found == NULL; i++) {
        found = find_marked(node->items[i]);
    }
    return found;
}

START_TEST(test_error_in)
{
    struct reading x;
    reading_open(&x, places[_i].text);
    const struct yaml_node *node = find_marked(x.root);
    ck_assert_ptr_nonnull(node);
    size_t inside = str_find(node->text, '@');
    struct error err = ERROR_INIT;
    error_set_at(&err, ERROR_SYNTAX, diag_span(node->text, inside, inside + 1), "here");
    error_suggest(&err, "there");
    const struct diag *it = yaml_error_in(&x.reader, node, &err);
    error_release(&err);
    ck_assert_str_eq(it->message, "here");
    ck_assert_str_eq(it->suggestion, "there");
    struct str text = yaml_text(x.doc);
    size_t at = str_find(text, '@');
    struct span want = places[_i].exact ? diag_span(text, at, at + 1) : node->span;
    ck_assert_uint_eq(it->span.line, want.line);
    ck_assert_uint_eq(it->span.column, want.column);
    ck_assert_uint_eq(it->span.length, want.length);
    reading_close(&x);
}
END_TEST

START_TEST(test_error_in_no_place)
{
    struct reading x;
    reading_open(&x, "k: abc\nl: [1]\n");
    const struct yaml_node *node = yaml_get(x.root, "k");
    struct error err = ERROR_INIT;
    error_set(&err, ERROR_TYPE, "no place");
    ck_assert_uint_eq(yaml_error_in(&x.reader, node, &err)->span.column, 4);
    /* Behind the end of the text. */
    error_set_at(&err, ERROR_SYNTAX, (struct span){1, 4, 1}, "end");
    ck_assert_uint_eq(yaml_error_in(&x.reader, node, &err)->span.column, 7);
    error_set_at(&err, ERROR_SYNTAX, (struct span){9, 1, 1}, "far");
    ck_assert_uint_eq(yaml_error_in(&x.reader, node, &err)->span.line, 1);
    error_set_at(&err, ERROR_SYNTAX, (struct span){1, 1, 1}, "not a scalar");
    const struct yaml_node *list = yaml_get(x.root, "l");
    ck_assert_uint_eq(yaml_error_in(&x.reader, list, &err)->span.line, 2);
    error_release(&err);
    reading_close(&x);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("read");
    tcase_add_test(tc, test_values);
    tcase_add_loop_test(tc, test_missing_keeps_the_default, 0, (int)ARRAY_LEN(nothing_given));
    tcase_add_test(tc, test_every_error_at_once);
    tcase_add_loop_test(tc, test_refused, 0, (int)ARRAY_LEN(refused));
    tcase_add_test(tc, test_bad_duration_points_inside);
    tcase_add_test(tc, test_ranges_in_words);
    tcase_add_test(tc, test_members);
    tcase_add_test(tc, test_unknown_keys);
    tcase_add_test(tc, test_unknown_key_behind_an_alias);
    tcase_add_test(tc, test_warning);
    TCase *env = tcase_create("environment");
    tcase_add_loop_test(env, test_environment, 0, (int)ARRAY_LEN(environment));
    tcase_add_test(env, test_environment_in_numbers);
    tcase_add_test(env, test_environment_is_not_shown);
    TCase *place = tcase_create("places");
    tcase_add_loop_test(place, test_error_in, 0, (int)ARRAY_LEN(places));
    tcase_add_test(place, test_error_in_no_place);
    return suite_run("yaml/read", tc, env, place);
}
