/* What terminals send, and what must never act: answers, mouse, pastes, halves of sequences. */
#include <check.h>

#include "support/suite.h"
#include "ui/key_parser.h"
#include "ui/keycode.h"

static const struct {
    const char *bytes;
    int32_t keys[6]; /* ends with 0 */
} inputs[] = {
    {"j", {'j'}},
    {"\r", {KEYCODE_ENTER}},
    {"\n", {KEYCODE_ENTER}},
    {"\t", {KEYCODE_TAB}},
    {"\x7F", {KEYCODE_BACKSPACE}},
    {"\x08", {KEYCODE_BACKSPACE}},
    {"\x12", {KEYCODE_CTRL('R')}},
    {"\xC3\xA9", {0xE9}},
    {"\xE6\xB1\xBA", {0x6C7A}},
    {"\xE6\xB1j", {'j'}},
    {"\xFFj", {'j'}},
    {"\x1B[A\x1B[B\x1B[C\x1B[D", {KEYCODE_UP, KEYCODE_DOWN, KEYCODE_RIGHT, KEYCODE_LEFT}},
    {"\x1BOA\x1BOB\x1BOH\x1BOF", {KEYCODE_UP, KEYCODE_DOWN, KEYCODE_HOME, KEYCODE_END}},
    {"\x1B[H\x1B[1~\x1B[7~\x1B[4~\x1B[F",
     {KEYCODE_HOME, KEYCODE_HOME, KEYCODE_HOME, KEYCODE_END, KEYCODE_END}},
    {"\x1B[5~\x1B[6~\x1B[3~\x1B[2~",
     {KEYCODE_PAGE_UP, KEYCODE_PAGE_DOWN, KEYCODE_DELETE, KEYCODE_INSERT}},
    {"\x1B[Z", {KEYCODE_BACK_TAB}},
    {"\x1BOP\x1B[11~\x1B[[A", {KEYCODE_F1, KEYCODE_F1, KEYCODE_F1}},
    {"\x1B[15~\x1B[21~\x1B[24~", {KEYCODE_F1 + 4, KEYCODE_F1 + 9, KEYCODE_F12}},
    {"\x1B[1;5A", {KEYCODE_UP}}, /* with Ctrl */
    {"\x1Bx", {'x' | KEYCODE_ALT}},
    {"\x1B\x1B[A", {KEYCODE_ESCAPE, KEYCODE_UP}},
    {"\x1B[Ij\x1B[Ok", {'j', 'k'}},                 /* focus */
    {"\x1B[<0;10;10Mq\x1B[<0;10;10mq", {'q', 'q'}}, /* mouse */
    {"\x1B[?62;4cj\x1B[12;40Rj", {'j', 'j'}},       /* answers */
    {"\x1B]11;rgb:0000/0000/0000\x07j", {'j'}},     /* OSC, BEL */
    {"\x1BP>|tmux 3.3a\x1B\\j", {'j'}},             /* DCS, ST */
    {"\x1B[200~q\rQ\x1B[A\x1B[201~j", {'j'}},       /* paste */
    {"\x1B[200~\x1B[20\x1B[201~j", {'j'}},          /* with half an end in it */
    {"\x1B[99999999999999999999999999999999999999999999999999999999999999999999~j", {'j'}},
};

START_TEST(test_keys)
{
    struct key_parser p = {.state = KEY_STATE_GROUND};
    size_t n = 0;
    for (const char *b = inputs[_i].bytes; *b != '\0'; b++) {
        int32_t key = key_parser_byte(&p, (unsigned char)*b);
        if (key != KEYCODE_NONE) {
            ck_assert_int_eq(key, inputs[_i].keys[n]);
            n++;
        }
    }
    ck_assert_int_eq(inputs[_i].keys[n], KEYCODE_NONE);
    ck_assert(!key_parser_pending(&p));
}
END_TEST

START_TEST(test_lone_escape)
{
    struct key_parser p = {.state = KEY_STATE_GROUND};
    ck_assert_int_eq(key_parser_timeout(&p), KEYCODE_NONE);
    ck_assert_int_eq(key_parser_byte(&p, 0x1B), KEYCODE_NONE);
    ck_assert(key_parser_pending(&p));
    ck_assert_int_eq(key_parser_timeout(&p), KEYCODE_ESCAPE);
    ck_assert(!key_parser_pending(&p));
    ck_assert_int_eq(key_parser_byte(&p, 'j'), 'j');
    /* A sequence that a slow line cut in two is still one. */
    key_parser_byte(&p, 0x1B);
    key_parser_byte(&p, '[');
    ck_assert(!key_parser_pending(&p));
    ck_assert_int_eq(key_parser_timeout(&p), KEYCODE_NONE);
    ck_assert_int_eq(key_parser_byte(&p, 'A'), KEYCODE_UP);
}
END_TEST

START_TEST(test_any_bytes)
{
    struct key_parser p = {.state = KEY_STATE_GROUND};
    uint32_t seed = 1;
    size_t keys = 0, wrong = 0;
    for (int i = 0; i < 1000000; i++) {
        seed = seed * 1664525u + 1013904223u;
        int32_t key = key_parser_byte(&p, (unsigned char)(seed >> 24));
        keys += key != KEYCODE_NONE ? 1 : 0;
        wrong += key < 0 || (key & ~KEYCODE_ALT) > KEYCODE_F12 ? 1 : 0;
        if (seed % 977 == 0) {
            key_parser_timeout(&p);
        }
    }
    ck_assert_uint_eq(wrong, 0);
    ck_assert_uint_gt(keys, 1000);
}
END_TEST

int main(void)
{
    TCase *keys = tcase_create("keys");
    tcase_add_loop_test(keys, test_keys, 0, ARRAY_LEN(inputs));
    tcase_add_test(keys, test_lone_escape);
    tcase_add_test(keys, test_any_bytes);
    return suite_run("ui/key_parser", keys);
}
