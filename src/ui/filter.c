#include "ui/filter.h"

#include <stddef.h>
#include <string.h>

#include "base/str.h"

static bool contains_ignoring_case(struct str text, struct str word)
{
    for (size_t at = 0; at + word.len <= text.len; at++) {
        if (str_equal_ignoring_case(str_slice(text, at, word.len), word)) {
            return true;
        }
    }
    return false;
}

static bool word_occurs(struct str word, const char *const *texts)
{
    for (; *texts != NULL; texts++) {
        if (contains_ignoring_case(str_from(*texts), word)) {
            return true;
        }
    }
    return false;
}

bool filter_matches(const char *filter, const char *const *texts)
{
    struct str rest = str_from(filter), word;
    while (str_split(&rest, ' ', &word)) {
        if (word.len > 0 && !word_occurs(word, texts)) {
            return false;
        }
    }
    return true;
}

bool filter_matches_instance(const char *filter, const struct instance *instance, const char *more)
{
    const char *texts[] = {instance->name,
                           instance->panel->name != NULL ? instance->panel->name : "",
                           instance->panel->title != NULL ? instance->panel->title : "",
                           instance->source,
                           more != NULL ? more : "",
                           NULL};
    return filter_matches(filter, texts);
}
