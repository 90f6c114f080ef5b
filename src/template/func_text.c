/* Functions of texts. Letters beyond ASCII have their case from the C library's tables, which know
 * simple mappings as Go's do. */
#include <locale.h>
#include <wctype.h>

#include "base/utf8.h"
#include "series/regex.h"
#include "template/functions.h"

enum call_result call_same_text(struct call *c, struct template_value *out)
{
    *out = c->args[0];
    return CALL_OK;
}

enum letter_case { CASE_UPPER, CASE_LOWER, CASE_TITLE };

static bool is_ascii_letter(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Go: strings.Title. What is between words. */
static bool separates(uint32_t c, locale_t locale)
{
    if (c < 0x80) {
        return !is_ascii_letter(c) && !(c >= '0' && c <= '9') && c != '_';
    }
    return iswspace_l((wint_t)c, locale) != 0;
}

static uint32_t map_case(uint32_t c, bool upper, locale_t locale)
{
    if (c < 0x80) {
        return !is_ascii_letter(c) ? c : upper ? c & ~0x20u : c | 0x20u;
    }
    return upper ? towupper_l((wint_t)c, locale) : towlower_l((wint_t)c, locale);
}

static void add_mapped(struct strbuf *out, struct str s, enum letter_case to, locale_t locale)
{
    bool begins = true;
    for (size_t length = 0; s.len > 0; s = str_slice(s, length, s.len)) {
        char bytes[4];
        uint32_t c = utf8_decode(s, &length);
        bool as_is = to == CASE_TITLE && !begins;
        uint32_t shown = as_is ? c : map_case(c, to != CASE_LOWER, locale);
        strbuf_add(out, bytes, utf8_encode(shown, bytes));
        begins = separates(c, locale);
    }
}

static enum call_result give_mapped(struct call *c, enum letter_case to, struct template_value *out)
{
    locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (locale == (locale_t)0) {
        locale = newlocale(LC_CTYPE_MASK, "C", (locale_t)0);
    }
    struct strbuf text;
    strbuf_init(&text, TEMPLATE_MAX_OUTPUT);
    add_mapped(&text, c->args[0].string, to, locale);
    freelocale(locale);
    return call_give(c, &text, out);
}

enum call_result call_to_upper(struct call *c, struct template_value *out)
{
    return give_mapped(c, CASE_UPPER, out);
}

enum call_result call_to_lower(struct call *c, struct template_value *out)
{
    return give_mapped(c, CASE_LOWER, out);
}

enum call_result call_title(struct call *c, struct template_value *out)
{
    return give_mapped(c, CASE_TITLE, out);
}

enum call_result call_trim_space(struct call *c, struct template_value *out)
{
    *out = template_string(str_trim(c->args[0].string));
    return CALL_OK;
}

static struct regex *compile(struct call *c)
{
    struct regex *re = regex_create_search(c->args[0].string, c->err);
    c->err->span = (struct span){.line = 0}; /* what it has is a place in the pattern */
    return re;
}

enum call_result call_match(struct call *c, struct template_value *out)
{
    struct regex *re = compile(c);
    if (re == NULL) {
        return CALL_FAILED;
    }
    enum regex_result result = regex_match(re, c->args[1].string);
    regex_destroy(re);
    if (result == REGEX_LIMIT) {
        return call_fail(c, "matching takes more steps than are allowed: '%.*s'",
                         STR_ARG(str_slice(c->args[0].string, 0, 80)));
    }
    *out = template_bool(result == REGEX_MATCH);
    return CALL_OK;
}

enum call_result call_re_replace_all(struct call *c, struct template_value *out)
{
    struct regex *re = compile(c);
    struct strbuf text;
    if (re == NULL) {
        return CALL_FAILED;
    }
    strbuf_init(&text, TEMPLATE_MAX_OUTPUT);
    enum regex_result result = regex_replace_all(re, c->args[2].string, c->args[1].string, &text);
    regex_destroy(re);
    if (result == REGEX_LIMIT) {
        strbuf_release(&text);
        return call_fail(c, "matching takes more steps than are allowed: '%.*s'",
                         STR_ARG(str_slice(c->args[0].string, 0, 80)));
    }
    return call_give(c, &text, out);
}
