/*
 * Reading label sets. Equal strings are the same pointer, so comparing two sets looks into the
 * bytes of the first pair that differs only.
 */
#include "series/labels.h"

#include <assert.h>

#include "base/escape.h"
#include "series/label_table.h"

size_t labels_count(const struct labels *ls)
{
    return ls->count;
}

struct label labels_at(const struct labels *ls, size_t i)
{
    assert(i < ls->count);
    return (struct label){.name = interned_str(ls->pairs[i].name),
                          .value = interned_str(ls->pairs[i].value)};
}

struct str labels_get(const struct labels *ls, struct str name)
{
    for (uint32_t i = 0; i < ls->count; i++) {
        if (str_equal(interned_str(ls->pairs[i].name), name)) {
            return interned_str(ls->pairs[i].value);
        }
    }
    return STR_NONE;
}

struct str labels_name(const struct labels *ls)
{
    return labels_get(ls, STR(LABEL_NAME));
}

uint64_t labels_hash(const struct labels *ls)
{
    return ls->hash;
}

int labels_compare(const struct labels *a, const struct labels *b)
{
    if (a == b) {
        return 0;
    }
    uint32_t shorter = a->count < b->count ? a->count : b->count;
    for (uint32_t i = 0; i < shorter; i++) {
        const struct label_pair *x = &a->pairs[i];
        const struct label_pair *y = &b->pairs[i];
        if (x->name != y->name) {
            int order = str_compare(interned_str(x->name), interned_str(y->name));
            if (order != 0) {
                return order;
            }
        }
        if (x->value != y->value) {
            int order = str_compare(interned_str(x->value), interned_str(y->value));
            if (order != 0) {
                return order;
            }
        }
    }
    return a->count < b->count ? -1 : a->count > b->count;
}

struct labels *labels_ref(const struct labels *ls)
{
    /* The count is the table's, not part of what the set says: a borrowed set may be kept. */
    struct labels *kept = (struct labels *)(uintptr_t)ls;
    kept->refs++;
    return kept;
}

void labels_unref(struct labels *ls)
{
    if (ls != NULL && --ls->refs == 0) {
        label_table_drop(ls);
    }
}

/* Prometheus' names before UTF-8 names: [a-zA-Z_][a-zA-Z0-9_]*, metrics also with ':'. */
static bool is_plain_name(struct str name, bool metric)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        bool digit = c >= '0' && c <= '9';
        if (!letter && !(digit && i > 0) && !(metric && c == ':')) {
            return false;
        }
    }
    return name.len > 0;
}

void labels_format_name(struct strbuf *out, struct str name)
{
    if (is_plain_name(name, false)) {
        strbuf_add_str(out, name);
    } else {
        escape_quoted(out, name);
    }
}

void labels_format(struct strbuf *out, const struct labels *ls)
{
    struct str metric = labels_name(ls);
    bool plain = is_plain_name(metric, true);
    if (plain) {
        strbuf_add_str(out, metric);
        if (ls->count == 1) {
            return;
        }
    }
    strbuf_add_char(out, '{');
    const char *separator = "";
    if (!plain && metric.len > 0) {
        escape_quoted(out, metric);
        separator = ", ";
    }
    for (size_t i = 0; i < ls->count; i++) {
        struct label l = labels_at(ls, i);
        if (str_equal(l.name, STR(LABEL_NAME))) {
            continue;
        }
        strbuf_add_c(out, separator);
        separator = ", ";
        labels_format_name(out, l.name);
        strbuf_add_char(out, '=');
        escape_quoted(out, l.value);
    }
    strbuf_add_char(out, '}');
}
