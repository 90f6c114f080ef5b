/*
 * The functions of templates: the table of functions.def, and what a function is called with.
 * Private to this folder.
 */
#ifndef TOCSIN_TEMPLATE_FUNCTIONS_H
#define TOCSIN_TEMPLATE_FUNCTIONS_H

#include "template/template.h"

struct exec;

struct call {
    struct exec *exec;
    struct arena *arena; /* of the expansion: results may point into it */
    const struct template_value *args;
    size_t count;
    struct error *err; /* without a place: the caller knows it */
};

enum call_result { CALL_OK, CALL_FAILED, CALL_PENDING };

struct template_function {
    const char *name;
    const char *doc;
    /* A letter an argument, as in functions.def; one behind a '*' any number of times. */
    const char *types;
    enum call_result (*call)(struct call *c, struct template_value *out);
};

/* NULL where there is none. */
const struct template_function *template_function_find(struct str name);
/* The nearest name, or NULL. */
const char *template_function_suggest(struct str name);

/* CALL_FAILED with ERROR_EVALUATION. */
enum call_result call_fail(struct call *c, const char *fmt, ...) ATTR_PRINTF(2, 3);
/* The text as a value; takes the buffer's content and releases it. CALL_FAILED with ERROR_LIMIT
 * where it overflowed. */
enum call_result call_give(struct call *c, struct strbuf *text, struct template_value *out);

#define FUNCTION(name, function, types, doc) \
    enum call_result function(struct call *c, struct template_value *out);
#include "template/functions.def"
#undef FUNCTION

#endif
