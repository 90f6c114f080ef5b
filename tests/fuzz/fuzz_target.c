/* Any bytes as the target of a request line: no crash, and what is taken is UTF-8 without NUL. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "net/http_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct str text)
{
    if (!utf8_valid(text) || (text.len > 0 && memchr(text.data, '\0', text.len) != NULL)) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http_target target;
    struct error err = ERROR_INIT;
    http_target_init(&target);
    bool ok = http_target_parse(&target, str_span((const char *)data, size), &err);
    if (ok == error_is(&err) || (ok && target.segments.len == 0)) {
        abort();
    }
    VEC_EACH (&target.segments, const struct str, segment) {
        check(*segment);
    }
    VEC_EACH (&target.params, const struct http_param, param) {
        check(param->name);
        check(param->value);
    }
    if (ok) {
        check(target.path);
    }
    error_release(&err);
    http_target_release(&target);
    return 0;
}
