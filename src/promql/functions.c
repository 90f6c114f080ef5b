/* The table of functions.def and its look-up: rows stand in the order of their names. */
#include "promql/functions.h"

#include "base/attr.h"

static const struct function table[FUNC_COUNT] = {
#define FUNCTION(function_name, returns_type, required_args, maximum_args, text, ...) \
    {.name = #function_name,                                                          \
     .returns = returns_type,                                                         \
     .args = {__VA_ARGS__},                                                           \
     .declared = sizeof((enum value_type[]){__VA_ARGS__}) / sizeof(enum value_type),  \
     .required = required_args,                                                       \
     .maximum = maximum_args,                                                         \
     .doc = text,                                                                     \
     .id = FUNC_##function_name},
#include "promql/functions.def"
#undef FUNCTION
};

enum value_type function_arg_type(const struct function *f, size_t i)
{
    return f->args[i < f->declared ? i : f->declared - 1];
}

bool function_takes_smoothed(const struct function *f)
{
    return f->id == FUNC_rate || f->id == FUNC_increase || f->id == FUNC_delta;
}

bool function_takes_anchored(const struct function *f)
{
    return function_takes_smoothed(f) || f->id == FUNC_changes || f->id == FUNC_resets;
}

bool function_depends_on_time(const struct function *f, size_t arg_count)
{
    /* Fields of a date, which without an argument is that of the evaluation. */
    bool is_date = f->required == 0 && f->maximum == 1;
    return (is_date && arg_count == 0) || f->id == FUNC_info || f->id == FUNC_predict_linear ||
           f->id == FUNC_time || f->id == FUNC_timestamp;
}

const struct function *function_find(struct str name)
{
    if (str_equal_c(name, "holt_winters")) {
        return &table[FUNC_double_exponential_smoothing];
    }
    size_t low = 0;
    size_t high = ARRAY_LEN(table);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_compare(name, str_from(table[middle].name));
        if (order == 0) {
            return &table[middle];
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

const struct function *function_table(size_t *count)
{
    *count = ARRAY_LEN(table);
    return table;
}
