/* One alert: its parts. See alerting.h. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rule/alerting.h"

/* FNV-1a of 64 bits (Fowler, Noll, Vo), with a byte that is in no UTF-8 behind each text. */
#define FNV_OFFSET UINT64_C(14695981039346656037)
#define FNV_PRIME  UINT64_C(1099511628211)
#define SEPARATOR  0xff

static uint64_t add_text(uint64_t hash, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        hash = (hash ^ (unsigned char)text.data[i]) * FNV_PRIME;
    }
    return (hash ^ SEPARATOR) * FNV_PRIME;
}

uint64_t alert_fingerprint(const struct labels *labels)
{
    uint64_t hash = FNV_OFFSET;
    for (size_t i = 0; i < labels_count(labels); i++) {
        struct label label = labels_at(labels, i);
        hash = add_text(add_text(hash, label.name), label.value);
    }
    return hash;
}

static struct str put(char **at, struct str text)
{
    char *begin = *at;
    if (text.len != 0) {
        memcpy(begin, text.data, text.len);
    }
    begin[text.len] = '\0';
    *at = begin + text.len + 1;
    return str_span(begin, text.len);
}

struct rule_pairs alert_copy_pairs(struct rule_pairs pairs)
{
    if (pairs.count == 0) {
        return (struct rule_pairs){0};
    }
    size_t bytes = pairs.count * sizeof(struct rule_pair);
    for (size_t i = 0; i < pairs.count; i++) {
        bytes += pairs.items[i].name.len + pairs.items[i].value.len + 2;
    }
    struct rule_pair *items = mem_alloc(bytes);
    char *at = (char *)(items + pairs.count);
    for (size_t i = 0; i < pairs.count; i++) {
        items[i] = pairs.items[i];
        items[i].name = put(&at, pairs.items[i].name);
        items[i].value = put(&at, pairs.items[i].value);
    }
    return (struct rule_pairs){.items = items, .count = pairs.count};
}

void alert_set_reason(struct alert *alert, const char *reason)
{
    char *copy = reason != NULL ? mem_strdup(reason) : NULL;
    free(alert->reason);
    alert->reason = copy;
}
