/* The key table: every key has one meaning, every row a help, and it reads back in every form. */
#include <check.h>
#include <stdlib.h>

#include "support/suite.h"
#include "ui/keycode.h"
#include "ui/keys.h"
#include "ui/keys_format.h"

/* Sets of contexts that are active together (screen_contexts). */
static const unsigned together[] = {
    CTX_GLOBAL | CTX_ROWS | CTX_BOARD,
    CTX_GLOBAL | CTX_ROWS | CTX_SOURCES,
    CTX_GLOBAL | CTX_ROWS | CTX_DETAIL,
    CTX_GLOBAL | CTX_HELP,
    CTX_PROMPT,
    CTX_GLOBAL | CTX_ROWS | CTX_ALERTS | CTX_ALERT,
    CTX_GLOBAL | CTX_ROWS | CTX_ALERT,
    CTX_GLOBAL | CTX_ROWS | CTX_RULES,
    CTX_GLOBAL | CTX_ROWS | CTX_SILENCES,
    CTX_DIALOG,
    CTX_CONFIRM,
};

START_TEST(test_no_key_twice)
{
    size_t count;
    const struct key_row *rows = keys_table(&count);
    for (size_t i = 0; i < count; i++) {
        const char *names = rows[i].keys;
        int32_t key;
        while ((rows[i].contexts & together[_i]) != 0 &&
               (key = keys_next(&names)) != KEYCODE_NONE) {
            ck_assert_msg(keys_find(key, together[_i]) == rows[i].action,
                          "a key of '%s' means something else in the same context",
                          rows[i].command);
        }
    }
}
END_TEST

START_TEST(test_rows)
{
    size_t count;
    const struct key_row *rows = keys_table(&count);
    ck_assert_uint_eq(count, ACTION_COUNT - 1);
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_eq(rows[i].action, i + 1);
        ck_assert(rows[i].help[0] != '\0' && rows[i].command[0] != '\0');
        ck_assert(rows[i].contexts != 0);
        /* Every word of the list is the name of a key. */
        const char *names = rows[i].keys;
        size_t keys = 0;
        while (keys_next(&names) != KEYCODE_NONE) {
            keys++;
        }
        ck_assert(keys > 0);
        ck_assert_msg(*names == '\0', "'%s' of '%s' is no key", names, rows[i].command);
    }
}
END_TEST

/* They delete or kill elsewhere. */
static const char *const unbound[] = {"d", "D", "K", "^K", "F9", "Delete"};

START_TEST(test_unbound_on_purpose)
{
    int32_t key = keycode_from_name(str_from(unbound[_i]));
    ck_assert_int_ne(key, KEYCODE_NONE);
    ck_assert_int_eq(keys_find(key, ~(unsigned)CTX_PROMPT), ACTION_NONE);
}
END_TEST

/* What changes something, and the contexts in which it is asked about. */
START_TEST(test_no_question_answers_itself)
{
    size_t count;
    const struct key_row *rows = keys_table(&count);
    for (size_t i = 0; i < count; i++) {
        const char *names = rows[i].keys;
        int32_t key;
        while (rows[i].action == ACTION_EXPIRE && (key = keys_next(&names)) != KEYCODE_NONE) {
            ck_assert_int_ne(keys_find(key, CTX_CONFIRM), ACTION_CONFIRM_YES);
        }
    }
    ck_assert_int_eq(keys_find(KEYCODE_ENTER, CTX_CONFIRM), ACTION_NONE);
    ck_assert_int_eq(keys_find(KEYCODE_ENTER, CTX_DIALOG), ACTION_DIALOG_NEXT);
    ck_assert_int_eq(keys_find('q', CTX_DIALOG), ACTION_NONE); /* a letter of the comment */
    ck_assert_int_eq(keys_find('y', CTX_CONFIRM), ACTION_CONFIRM_YES);
}
END_TEST

static const char *const names[] = {"j",    "Up",    "^R",  "S-Tab", "F5",        "F12",
                                    "PgDn", "Space", "Esc", "Enter", "Backspace", "/"};

START_TEST(test_names)
{
    struct strbuf out = STRBUF_INIT;
    keycode_format(&out, keycode_from_name(str_from(names[_i])));
    ck_assert_str_eq(strbuf_cstr(&out), names[_i]);
    strbuf_release(&out);
}
END_TEST

START_TEST(test_not_names)
{
    ck_assert_int_eq(keycode_from_name(STR("jk")), KEYCODE_NONE);
    ck_assert_int_eq(keycode_from_name(STR("")), KEYCODE_NONE);
    ck_assert_int_eq(keycode_from_name(STR("^a")), KEYCODE_NONE);
    ck_assert_int_eq(keycode_from_name(STR("F13")), KEYCODE_NONE);
}
END_TEST

START_TEST(test_forms)
{
    size_t count;
    const struct key_row *rows = keys_table(&count);
    struct strbuf text = STRBUF_INIT, man = STRBUF_INIT, json = STRBUF_INIT;
    keys_format_text(&text);
    keys_format_man(&man);
    keys_format_json(&json);
    for (size_t i = 0; i < count; i++) {
        ck_assert(str_contains(strbuf_str(&text), str_from(rows[i].help)));
        ck_assert(str_contains(strbuf_str(&json), str_from(rows[i].help)));
    }
    ck_assert(str_contains(strbuf_str(&man), STR(".It Ic \\&j , Ic \\&Down\n")));
    ck_assert(str_contains(strbuf_str(&man), STR("Ic \\&\\(haR")));
    ck_assert(str_contains(strbuf_str(&json), STR("\"keys\": [\"^R\", \"F5\"]")));
    strbuf_release(&text);
    strbuf_release(&man);
    strbuf_release(&json);
}
END_TEST

int main(void)
{
    TCase *table = tcase_create("table");
    tcase_add_loop_test(table, test_no_key_twice, 0, ARRAY_LEN(together));
    tcase_add_test(table, test_rows);
    tcase_add_test(table, test_no_question_answers_itself);
    tcase_add_loop_test(table, test_unbound_on_purpose, 0, ARRAY_LEN(unbound));
    tcase_add_loop_test(table, test_names, 0, ARRAY_LEN(names));
    tcase_add_test(table, test_not_names);
    tcase_add_test(table, test_forms);
    return suite_run("ui/keys", table);
}
