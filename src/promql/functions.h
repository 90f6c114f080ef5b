/* The function table: one row a function; feeds the parser, the type check, the evaluator, the
 * manual and completion. */
#ifndef TOCSIN_PROMQL_FUNCTIONS_H
#define TOCSIN_PROMQL_FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "promql/value.h"

#define FUNCTION_MAX_ARGS 8

enum func_id {
#define FUNCTION(name, returns, required, maximum, doc, ...) FUNC_##name,
#include "promql/functions.def"
#undef FUNCTION
    FUNC_COUNT
};

struct function {
    const char *name;
    enum value_type returns;
    enum value_type args[FUNCTION_MAX_ARGS];
    unsigned declared; /* types in args; pi and time declare one they do not take */
    unsigned required; /* arguments that must be there */
    unsigned maximum;  /* FUNCTION_VARIADIC: any number, of the last declared type */
    const char *doc;   /* one line, for the manual */
    enum func_id id;
};
#define FUNCTION_VARIADIC 1000u

/* The type of argument `i`: past the declared ones (variadic) that of the last one. */
enum value_type function_arg_type(const struct function *f, size_t i);
/* By its name, or by the name it had before Prometheus 3 (holt_winters). */
const struct function *function_find(struct str name);
const struct function *function_table(size_t *count);
/* May its range vector be `anchored`, or `smoothed`? Few functions can do with samples beyond their
 * window (prometheus: promql/functions.go, AnchoredSafeFunctions, SmoothedSafeFunctions). */
bool function_takes_anchored(const struct function *f);
bool function_takes_smoothed(const struct function *f);
/* With so many arguments, does it differ from one evaluation time to another, whatever they are? */
bool function_depends_on_time(const struct function *f, size_t arg_count);

#endif
