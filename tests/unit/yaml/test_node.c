/* Nodes: kinds, texts and places; aliases and merging; limits; what is refused, and where. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/escape.h"
#include "support/suite.h"
#include "yaml/node.h"

static struct diags diags;

static void setup(void)
{
    diags_init(&diags);
}

static void teardown(void)
{
    diags_release(&diags);
}

static void dump_text(struct strbuf *out, const struct yaml_node *node)
{
    strbuf_add_char(out, node->quoted ? '"' : '\'');
    escape_json(out, node->text);
    strbuf_add_char(out, node->quoted ? '"' : '\'');
}

/* One line: what a node is, with `line:column+length` of every scalar. */
static void dump(struct strbuf *out, const struct yaml_node *node)
{
    switch (node->kind) {
    case YAML_NULL:
        strbuf_add_c(out, "null");
        return;
    case YAML_SCALAR:
        dump_text(out, node);
        strbuf_printf(out, "@%u:%u+%u", node->span.line, node->span.column, node->span.length);
        return;
    case YAML_SEQUENCE:
        strbuf_add_char(out, '[');
        for (size_t i = 0; i < node->count; i++) {
            strbuf_add_c(out, i > 0 ? ", " : "");
            dump(out, node->items[i]);
        }
        strbuf_add_char(out, ']');
        return;
    case YAML_MAPPING:
        strbuf_add_char(out, '{');
        for (size_t i = 0; i < node->count; i++) {
            strbuf_add_c(out, i > 0 ? ", " : "");
            strbuf_add_str(out, node->items[2 * i]->text);
            strbuf_add_c(out, ": ");
            dump(out, node->items[2 * i + 1]);
        }
        strbuf_add_char(out, '}');
        return;
    }
}

static const struct {
    const char *text;
    const char *want;
} good[] = {
    {"", "null"},
    {"# nothing\n", "null"},
    {"---\n...\n", "null"},
    {"plain text", "'plain text'@1:1+10"},
    {"a: 1\nb: 'two'\n", "{a: '1'@1:4+1, b: \"two\"@2:4+5}"},
    {"a: ~\nb: null\nc:\nd: \"\"\ne: 'null'\n",
     "{a: null, b: null, c: null, d: \"\"@4:4+2, e: \"null\"@5:4+6}"},
    {"a:\n- x\n- [y, {z: 1}]\n", "{a: ['x'@2:3+1, ['y'@3:4+1, {z: '1'@3:11+1}]]}"},
    /* CRLF and a byte order mark change no column. */
    {"\xEF\xBB\xBF"
     "a: 1\r\nb: x y\r\n",
     "{a: '1'@1:4+1, b: 'x y'@2:4+3}"},
    {"# only\r\n\r\nb: 1", "{b: '1'@3:4+1}"},
    /* Columns are characters, not bytes. */
    {"{\xC3\xBC: \xE2\x82\xAC, \xF0\x9F\x98\x80: x}",
     "{\xC3\xBC: '\xE2\x82\xAC'@1:5+1, \xF0\x9F\x98\x80: 'x'@1:11+1}"},
    {"a: |\n  one\n   two\nb: >-\n  one\n  two\n",
     "{a: \"one\\n two\\n\"@1:4+1, b: \"one two\"@4:4+2}"},
    {"a: \"\\u00fc\\n\\\"\"\n", "{a: \"\xC3\xBC\\n\\\"\"@1:4+12}"},
    {"a: one\n  two\n", "{a: 'one two'@1:4+3}"},
    /* Tags decide how a scalar reads; anchors and tags are not part of its place. */
    {"a: !!str 1\nb: !!int '2'\nc: &x  !!str ~\nd: ! 5\n",
     "{a: \"1\"@1:10+1, b: '2'@2:10+3, c: \"~\"@3:14+1, d: \"5\"@4:6+1}"},
    {"a: !!str\nb: 1\n", "{a: \"\"@1:4+5, b: '1'@2:4+1}"},
    {"a: &x # why\n  b: 1\nc: *x\n", "{a: {b: '1'@2:6+1}, c: {b: '1'@2:6+1}}"},
    {"- &x 1\n- *x\n- &x 2\n- *x\n", "['1'@1:6+1, '1'@1:6+1, '2'@3:6+1, '2'@3:6+1]"},
    /* Merging: own keys first, then earlier mappings before later ones. */
    {"x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz:\n  <<: [*x, *y]\n  a: 9\n",
     "{x: {a: '1'@1:11+1, b: '2'@1:17+1}, y: {b: '3'@2:11+1, c: '4'@2:17+1}, "
     "z: {a: '9'@5:6+1, b: '2'@1:17+1, c: '4'@2:17+1}}"},
    {"x: &x {a: 1}\nz: {<<: *x, b: 2}\n",
     "{x: {a: '1'@1:11+1}, z: {b: '2'@2:16+1, a: '1'@1:11+1}}"},
    {"'<<': 1\n", "{<<: '1'@1:7+1}"},
    {"- \n-\n", "[null, null]"},
    {"{}", "{}"},
    {"[]", "[]"},
    {"? a\n: b\n", "{a: 'b'@2:3+1}"},
};

START_TEST(test_good)
{
    struct yaml_document *doc = yaml_parse("f.yaml", str_from(good[_i].text), &diags);
    ck_assert_ptr_nonnull(doc);
    ck_assert_uint_eq(diags.errors + diags.warnings, 0);
    struct strbuf out = STRBUF_INIT;
    dump(&out, yaml_root(doc));
    ck_assert_str_eq(strbuf_cstr(&out), good[_i].want);
    ck_assert_str_eq(yaml_file(doc), "f.yaml");
    strbuf_release(&out);
    yaml_destroy(doc);
}
END_TEST

static const struct {
    const char *text;
    size_t len;    /* 0: up to the NUL */
    bool document; /* returned in spite of the error */
    const char *want;
} bad[] = {
    {"a: 1\nb: 2\na: 3\nb: 4\n", 0, true,
     "f:3:1: error: key 'a' is given twice, first in line 1\n"
     "  3 | a: 3\n"
     "    | ^\n"
     "f:4:1: error: key 'b' is given twice, first in line 2\n"
     "  4 | b: 4\n"
     "    | ^\n"},
    {"a:\n\tb: 1\n", 0, false,
     "f:2:1: error: a value cannot begin with this character\n"
     "  2 |  b: 1\n"
     "    | ^\n"
     "    = YAML is indented with blanks, not with tabs\n"},
    {"a: b: 1\n", 0, false,
     "f:1:5: error: a key is not possible here\n"
     "  1 | a: b: 1\n"
     "    |     ^\n"
     "    = put a text that contains ': ' in quotes; keys of one mapping need the same "
     "indentation\n"},
    {"a: @x\n", 0, false,
     "f:1:4: error: a value cannot begin with this character\n"
     "  1 | a: @x\n"
     "    |    ^\n"
     "    = put the text in quotes\n"},
    {"x:\n  a: 1\n b: 2\n", 0, false,
     "f:3:2: error: a key of the mapping is expected here, while parsing a block mapping that "
     "begins in line 1\n"
     "  3 |  b: 2\n"
     "    |  ^\n"
     "    = keys of one mapping need the same indentation\n"},
    {"a: 'open\nb: 1\n", 0, false,
     "f:3:1: error: found unexpected end of stream, while scanning a quoted scalar that begins in "
     "line 1\n"
     "  3 | \n"
     "    | ^\n"},
    {"a: *b\n", 0, false,
     "f:1:4: error: no anchor '&b' stands before this alias\n"
     "  1 | a: *b\n"
     "    |    ^^\n"},
    {"a: &b [*b]\n", 0, false,
     "f:1:8: error: the alias is inside its own anchor '&b'\n"
     "  1 | a: &b [*b]\n"
     "    |        ^^\n"},
    {"a: 1\n<<: 2\n", 0, true,
     "f:2:5: error: '<<' must be given a mapping or a list of mappings\n"
     "  2 | <<: 2\n"
     "    |     ^\n"},
    {"x: &x {a: 1}\nb: {<<: [*x, 2]}\n", 0, true,
     "f:2:9: error: '<<' must be given a mapping or a list of mappings\n"
     "  2 | b: {<<: [*x, 2]}\n"
     "    |         ^\n"},
    {"? [a]\n: 1\nb: 2\n", 0, true,
     "f:1:3: error: a key must be a text, not a list or a mapping\n"
     "  1 | ? [a]\n"
     "    |   ^\n"},
    {"a: !vault x\n", 0, true,
     "f:1:11: error: unknown tag '!vault'\n"
     "  1 | a: !vault x\n"
     "    |           ^\n"},
    {"a: 1\n---\nb: 2\n", 0, true,
     "f:2:1: error: a second document begins here; only one is read\n"
     "  2 | ---\n"
     "    | ^^^\n"},
    {"a: \xC3\xBC\nb: \xFF\n", 0, false,
     "f:2:4: error: byte 0xff is not UTF-8\n"
     "  2 | b: \xEF\xBF\xBD\n"
     "    |    ^\n"},
    {"a: 1\nb: \0x\n", 12, false,
     "f:2:4: error: control characters are not allowed\n"
     "  2 | b: \xE2\x90\x80x\n"
     "    |    ^\n"},
    /* UTF-16 is not UTF-8. */
    {"\xFF\xFE"
     "a\0:\0 \0001\0",
     10, false,
     "f:1:1: error: byte 0xff is not UTF-8\n"
     "  1 | \xEF\xBF\xBD\xEF\xBF\xBD"
     "a\xE2\x90\x80:\xE2\x90\x80 \xE2\x90\x80"
     "1\xE2\x90\x80\n"
     "    | ^\n"},
};

START_TEST(test_bad)
{
    struct str text = str_from(bad[_i].text);
    if (bad[_i].len > 0) {
        text.len = bad[_i].len;
    }
    struct yaml_document *doc = yaml_parse("f", text, &diags);
    struct strbuf out = STRBUF_INIT;
    diags_format(&diags, &out);
    ck_assert_str_eq(strbuf_cstr(&out), bad[_i].want);
    ck_assert((doc != NULL) == bad[_i].document);
    strbuf_release(&out);
    yaml_destroy(doc);
}
END_TEST

START_TEST(test_first_of_two_keys_counts)
{
    struct yaml_document *doc = yaml_parse("f", STR("a: 1\nb: 2\na: 3\n"), &diags);
    ck_assert_uint_eq(yaml_root(doc)->count, 2);
    ck_assert_str_eq(yaml_get(yaml_root(doc), "a")->text.data, "1");
    ck_assert_ptr_null(yaml_get(yaml_root(doc), "c"));
    ck_assert_ptr_null(yaml_get(yaml_get(yaml_root(doc), "a"), "x"));
    ck_assert_ptr_null(yaml_get(NULL, "x"));
    yaml_destroy(doc);
}
END_TEST

/* The only diagnostic's message; the document must not have been returned. */
static void expect_refused(struct str text, const char *want)
{
    struct yaml_document *doc = yaml_parse("f", text, &diags);
    ck_assert_ptr_null(doc);
    ck_assert_uint_eq(diags.list.len, 1);
    ck_assert_str_eq(diags.list.items[0].message, want);
}

#define TOO_MANY "more than 1000000 values, aliases counted as what they stand for"

START_TEST(test_billion_laughs)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_add_c(&text, "a: &a [x,x,x,x,x,x,x,x,x,x]\n");
    for (char c = 'b'; c <= 'j'; c++) {
        char p = (char)(c - 1);
        strbuf_printf(&text, "%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n", c, c, p, p, p,
                      p, p, p, p, p, p, p);
    }
    expect_refused(strbuf_str(&text), TOO_MANY);
    strbuf_release(&text);
}
END_TEST

START_TEST(test_billion_laughs_by_merging)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_add_c(&text, "m: &m\n");
    for (int i = 0; i < 1000; i++) {
        strbuf_printf(&text, "  k%d: v\n", i);
    }
    strbuf_add_c(&text, "list:\n");
    for (int i = 0; i < 1000; i++) {
        strbuf_add_c(&text, "- <<: *m\n");
    }
    expect_refused(strbuf_str(&text), TOO_MANY);
    strbuf_release(&text);
}
END_TEST

static struct str nested(struct strbuf *text, size_t levels)
{
    strbuf_reset(text);
    strbuf_add_repeated(text, '[', levels);
    strbuf_add_repeated(text, ']', levels);
    return strbuf_str(text);
}

START_TEST(test_depth)
{
    struct strbuf text = STRBUF_INIT;
    struct yaml_document *doc = yaml_parse("f", nested(&text, YAML_MAX_DEPTH), &diags);
    ck_assert_ptr_nonnull(doc);
    yaml_destroy(doc);
    expect_refused(nested(&text, YAML_MAX_DEPTH + 1), "nested more than 100 levels deep");
    diags_release(&diags);
    expect_refused(nested(&text, 100000), "nested more than 100 levels deep");
    strbuf_release(&text);
}
END_TEST

/* Each alias is 60 levels high; two of them in one another are too many, also by a merge key. */
START_TEST(test_depth_by_aliases)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_add_c(&text, "a: &a ");
    strbuf_add_repeated(&text, '[', 60);
    strbuf_add_repeated(&text, ']', 60);
    strbuf_add_c(&text, "\nm: &m {k: *a}\nb: ");
    size_t common = text.len;
    strbuf_add_repeated(&text, '[', 60);
    strbuf_add_c(&text, "*a");
    strbuf_add_repeated(&text, ']', 60);
    expect_refused(strbuf_str(&text), "nested more than 100 levels deep");
    diags_release(&diags);
    strbuf_truncate(&text, common);
    strbuf_add_repeated(&text, '[', 60);
    strbuf_add_c(&text, "{<<: {k: *a}}");
    strbuf_add_repeated(&text, ']', 60);
    expect_refused(strbuf_str(&text), "nested more than 100 levels deep");
    strbuf_release(&text);
}
END_TEST

START_TEST(test_too_large)
{
    char *text = mem_zalloc(YAML_MAX_BYTES + 1, 1);
    memset(text, '#', YAML_MAX_BYTES + 1);
    expect_refused(str_span(text, YAML_MAX_BYTES + 1), "larger than 16 MiB");
    diags_release(&diags);
    struct yaml_document *doc = yaml_parse("f", str_span(text, YAML_MAX_BYTES), &diags);
    ck_assert_ptr_nonnull(doc);
    yaml_destroy(doc);
    free(text);
}
END_TEST

START_TEST(test_stream)
{
    struct str text = STR("a: 1\n---\n- 2\n--- # three\n...\n---\nd: [\n");
    static const char *const want[] = {"{a: '1'@1:4+1}", "['2'@3:3+1]", "null"};
    for (size_t i = 0; i < ARRAY_LEN(want); i++) {
        struct yaml_document *doc = yaml_parse_nth("f", text, i, &diags);
        ck_assert_ptr_nonnull(doc);
        struct strbuf out = STRBUF_INIT;
        dump(&out, yaml_root(doc));
        ck_assert_str_eq(strbuf_cstr(&out), want[i]);
        strbuf_release(&out);
        yaml_destroy(doc);
    }
    ck_assert_uint_eq(diags.errors, 0);
    ck_assert_ptr_null(yaml_parse_nth("f", text, 3, &diags));
    ck_assert_uint_eq(diags.errors, 1);

    diags_release(&diags);
    ck_assert_ptr_null(yaml_parse_nth("f", STR("a: 1\n"), 1, &diags));
    ck_assert_ptr_null(yaml_parse_nth("f", STR(""), 0, &diags));
    ck_assert_uint_eq(diags.errors, 0);
}
END_TEST

START_TEST(test_too_many_documents)
{
    struct strbuf text = STRBUF_INIT;
    for (int i = 0; i <= YAML_MAX_DOCUMENTS; i++) {
        strbuf_add_c(&text, "--- x\n");
    }
    struct yaml_document *doc =
        yaml_parse_nth("f", strbuf_str(&text), YAML_MAX_DOCUMENTS - 1, &diags);
    ck_assert_ptr_nonnull(doc);
    yaml_destroy(doc);
    ck_assert_ptr_null(yaml_parse_nth("f", strbuf_str(&text), YAML_MAX_DOCUMENTS, &diags));
    ck_assert_str_eq(diags.list.items[0].message, "more than 256 documents");
    ck_assert_uint_eq(diags.list.items[0].span.line, YAML_MAX_DOCUMENTS + 1);
    strbuf_release(&text);
}
END_TEST

START_TEST(test_load)
{
    char path[] = "/tmp/tocsin-yaml-XXXXXX";
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, "a: 1\n", 5), 5);
    close(fd);
    struct yaml_document *doc = yaml_load(path, &diags);
    unlink(path);
    ck_assert_ptr_nonnull(doc);
    ck_assert_str_eq(yaml_file(doc), path);
    ck_assert(str_equal(yaml_text(doc), STR("a: 1\n")));
    yaml_destroy(doc);

    ck_assert_ptr_null(yaml_load(path, &diags));
    ck_assert_uint_eq(diags.errors, 1);
    ck_assert_str_eq(diags.list.items[0].file, path);
    ck_assert(str_starts_with(str_from(diags.list.items[0].message), STR("cannot open the file")));

    ck_assert_ptr_null(yaml_load("/tmp", &diags));
    ck_assert_uint_eq(diags.errors, 2);
    ck_assert(str_starts_with(str_from(diags.list.items[1].message), STR("cannot read the file")));

    ck_assert_ptr_null(yaml_load("/dev/zero", &diags));
    ck_assert_str_eq(diags.list.items[2].message, "the file is larger than 16 MiB");
    yaml_destroy(NULL);
}
END_TEST

/* Every beginning of a text with everything in it parses or is refused, and nothing else. */
START_TEST(test_truncated)
{
    struct str text =
        STR("\xEF\xBB\xBF%YAML 1.1\n---\na: &x {b: [1, \"\\u00fc\", 'it''s'], c: !!str 2}\n"
            "d:\n  <<: *x\n  e: |2-\n    lit\n  f: >+\n   fold\n\n- \n? k\n: v\n...\n");
    for (size_t len = 0; len <= text.len; len++) {
        char *copy = mem_strndup(text.data, len);
        struct yaml_document *doc = yaml_parse("f", str_span(copy, len), &diags);
        ck_assert(doc != NULL || diags.errors > 0);
        yaml_destroy(doc);
        diags_release(&diags);
        free(copy);
    }
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("node");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, test_good, 0, (int)ARRAY_LEN(good));
    tcase_add_loop_test(tc, test_bad, 0, (int)ARRAY_LEN(bad));
    tcase_add_test(tc, test_first_of_two_keys_counts);
    tcase_add_test(tc, test_billion_laughs);
    tcase_add_test(tc, test_billion_laughs_by_merging);
    tcase_add_test(tc, test_depth);
    tcase_add_test(tc, test_depth_by_aliases);
    tcase_add_test(tc, test_too_large);
    tcase_add_test(tc, test_stream);
    tcase_add_test(tc, test_too_many_documents);
    tcase_add_test(tc, test_load);
    tcase_add_test(tc, test_truncated);
    return suite_run("yaml/node", tc);
}
