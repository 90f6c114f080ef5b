#include "source/scrape/scan.h"

#include <stdarg.h>

#include "base/strbuf.h"
#include "base/utf8.h"

#define SHOWN_MAX 200 /* bytes of a message that come from the page, at most */

#define LETTER (SCAN_LABEL_START | SCAN_LABEL | SCAN_NAME_START | SCAN_NAME)
#define DIGIT  (SCAN_LABEL | SCAN_NAME)

/* clang-format off */
#define L(c) [c] = LETTER,
#define D(c) [c] = DIGIT,
const uint8_t scan_classes[256] = {
    L('A') L('B') L('C') L('D') L('E') L('F') L('G') L('H') L('I') L('J') L('K') L('L') L('M')
    L('N') L('O') L('P') L('Q') L('R') L('S') L('T') L('U') L('V') L('W') L('X') L('Y') L('Z')
    L('a') L('b') L('c') L('d') L('e') L('f') L('g') L('h') L('i') L('j') L('k') L('l') L('m')
    L('n') L('o') L('p') L('q') L('r') L('s') L('t') L('u') L('v') L('w') L('x') L('y') L('z')
    D('0') D('1') D('2') D('3') D('4') D('5') D('6') D('7') D('8') D('9')
    L('_')
    [':'] = SCAN_NAME_START | SCAN_NAME,
};
#undef L
#undef D
/* clang-format on */

static struct span place(const struct scan *s, const char *at)
{
    size_t before = utf8_count(str_span(s->line, (size_t)(at - s->line)));
    return (struct span){
        .line = s->number < UINT32_MAX ? (uint32_t)s->number : UINT32_MAX,
        .column = before < UINT32_MAX ? (uint32_t)before + 1 : UINT32_MAX,
        .length = 1,
    };
}

static void fail_in(const struct scan *s, const char *at, struct error *err, struct str text)
{
    struct span span = place(s, at);
    struct strbuf clean;
    strbuf_init(&clean, STRBUF_MAX_DEFAULT);
    utf8_add_printable(&clean, str_slice(text, 0, SHOWN_MAX));
    error_set_at(err, ERROR_SYNTAX, span, "line %u, column %u: %s", span.line, span.column,
                 strbuf_cstr(&clean));
    strbuf_release(&clean);
}

bool scan_fail(const struct scan *s, const char *at, struct error *err, const char *fmt, ...)
{
    struct strbuf text;
    va_list args;
    strbuf_init(&text, STRBUF_MAX_DEFAULT);
    va_start(args, fmt);
    strbuf_vprintf(&text, fmt, args);
    va_end(args);
    fail_in(s, at, err, strbuf_str(&text));
    strbuf_release(&text);
    return false;
}

bool scan_expected(const struct scan *s, const char *at, struct error *err, const char *what)
{
    if (at >= s->end) {
        return scan_fail(s, s->end, err, "expected %s, got the end of the line", what);
    }
    size_t length;
    uint32_t code_point = utf8_decode(str_span(at, (size_t)(s->end - at)), &length);
    if (*at == '\r') {
        return scan_fail(s, at, err,
                         "expected %s, got a carriage return: lines end with a line "
                         "feed alone",
                         what);
    }
    if (code_point < 0x20 || code_point == 0x7f || code_point == UTF8_REPLACEMENT) {
        return scan_fail(s, at, err, "expected %s, got byte 0x%02x", what, (uint8_t)*at);
    }
    return scan_fail(s, at, err, "expected %s, got '%.*s'", what, (int)length, at);
}
