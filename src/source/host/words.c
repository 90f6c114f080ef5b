/* Numbers of the kernel are whole; a few are negative. */
#include "source/host/words.h"

bool word_next_u64(struct str *line, uint64_t *out)
{
    return str_to_u64(word_next(line), out);
}

bool word_number(struct str word, double *out)
{
    uint64_t magnitude;
    bool negative = word.len > 0 && word.data[0] == '-';
    if (!str_to_u64(str_slice(word, negative, SIZE_MAX), &magnitude)) {
        return false;
    }
    *out = negative ? -(double)magnitude : (double)magnitude;
    return true;
}
