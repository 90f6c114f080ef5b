/* The table of functions.def and its look-up. */
#include "template/functions.h"

#include <stdarg.h>

#include "base/suggest.h"

static const struct template_function table[] = {
#define FUNCTION(function_name, function, argument_types, text) \
    {.name = #function_name, .doc = (text), .types = (argument_types), .call = (function)},
#include "template/functions.def"
#undef FUNCTION
};

static const char *const names[] = {
#define FUNCTION(function_name, function, argument_types, text) #function_name,
#include "template/functions.def"
#undef FUNCTION
};

const struct template_function *template_function_find(struct str name)
{
    size_t low = 0;
    size_t high = ARRAY_LEN(table);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_compare(str_from(table[middle].name), name);
        if (order == 0) {
            return &table[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

const char *template_function_suggest(struct str name)
{
    return suggest_nearest(name, names, ARRAY_LEN(names));
}

enum call_result call_fail(struct call *c, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    struct strbuf text;
    strbuf_init(&text, 2000);
    strbuf_vprintf(&text, fmt, args);
    va_end(args);
    error_set(c->err, ERROR_EVALUATION, "%s", strbuf_cstr(&text));
    strbuf_release(&text);
    return CALL_FAILED;
}

enum call_result call_give(struct call *c, struct strbuf *text, struct template_value *out)
{
    bool overflowed = text->overflowed;
    if (overflowed) {
        error_set(c->err, ERROR_LIMIT, "a text of more than %zu bytes, or values nested too deep",
                  text->max);
    } else {
        *out = template_string(arena_str(c->arena, strbuf_str(text)));
    }
    strbuf_release(text);
    return overflowed ? CALL_FAILED : CALL_OK;
}
