/* The table of sources.def. Apart from all else, since it is what makes a program link every source
 * there is. */
#include "source/source.h"

#define SOURCE(id) extern const struct source_ops source_##id##_ops;
#include "source/sources.def"
#undef SOURCE

static const struct source_ops *const table[] = {
#define SOURCE(id) &source_##id##_ops,
#include "source/sources.def"
#undef SOURCE
};

const struct source_ops *const *source_table(size_t *count)
{
    *count = ARRAY_LEN(table);
    return table;
}

const struct source_ops *source_find(struct str kind)
{
    for (size_t i = 0; i < ARRAY_LEN(table); i++) {
        if (str_equal_c(kind, table[i]->kind)) {
            return table[i];
        }
    }
    return NULL;
}
