/* See severity.h. */
#include "rule/severity.h"

#include <stddef.h>

#include "base/mem.h"

static const struct {
    const char *word;
    enum severity severity;
} words[] = {
    {"critical", SEVERITY_CRITICAL}, {"page", SEVERITY_CRITICAL},  {"error", SEVERITY_CRITICAL},
    {"warning", SEVERITY_WARNING},   {"ticket", SEVERITY_WARNING}, {"info", SEVERITY_INFO},
    {"none", SEVERITY_INFO},
};

enum severity severity_of(struct str word)
{
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_equal_c(word, words[i].word)) {
            return words[i].severity;
        }
    }
    return SEVERITY_WARNING;
}

const char *severity_name(enum severity severity)
{
    switch (severity) {
    case SEVERITY_INFO:
        return "info";
    case SEVERITY_WARNING:
        return "warning";
    case SEVERITY_CRITICAL:
        return "critical";
    }
    return "";
}
