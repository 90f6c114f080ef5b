/*
 * Any bytes as a pattern, a line end, and a subject. The pattern is refused with a message or
 * matches the same with and without PCRE2: behind `(?:...)x{0}` no shape is simple any more.
 */
#include <stdlib.h>

#include "series/regex.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct regex *wrap(struct str pattern)
{
    struct error err = ERROR_INIT;
    struct strbuf text = STRBUF_INIT;
    strbuf_add_c(&text, "(?:");
    strbuf_add_str(&text, pattern);
    strbuf_add_c(&text, ")x{0}");
    struct regex *re = regex_create(strbuf_str(&text), &err);
    strbuf_release(&text);
    error_release(&err); /* one level too deep, or the quote \Q that never ends */
    return re;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str input = str_span((const char *)data, size < 4096 ? size : 4096);
    size_t line = str_find(input, '\n');
    struct str pattern = str_slice(input, 0, line);
    struct str subject = str_slice(input, line + 1, input.len);
    struct error err = ERROR_INIT;
    struct strbuf out = STRBUF_INIT;
    struct regex *re = regex_create(pattern, &err);
    if (re == NULL) {
        if (!error_is(&err)) {
            abort();
        }
        error_release(&err);
        return 0;
    }
    enum regex_result result = regex_match(re, subject);
    enum regex_result replaced = regex_replace(re, subject, STR("$0-${1}$x$$"), &out);
    if (result != replaced && result != REGEX_LIMIT && replaced != REGEX_LIMIT) {
        abort();
    }
    struct regex *wrapped = wrap(pattern);
    if (wrapped != NULL) {
        enum regex_result other = regex_match(wrapped, subject);
        if (other != result && other != REGEX_LIMIT && result != REGEX_LIMIT) {
            abort();
        }
    }
    regex_destroy(wrapped);
    regex_destroy(re);
    strbuf_release(&out);
    return 0;
}
