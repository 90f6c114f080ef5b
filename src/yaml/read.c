/*
 * Reading goes on after an error, so that a person sees all of them at once; a value that could not
 * be read keeps what it was (its default), which is safe because nobody uses a configuration with
 * errors.
 *
 * Which keys were asked for is known only from the asking, so there is no schema to keep in step
 * with the code: yaml_read_done reports the rest.
 */
#include "yaml/read.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/duration.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/suggest.h"
#include "base/vec.h"
#include "yaml/expand.h"
#include "yaml/scalar_place.h"

/* A list of known keys longer than this is no help in a message. */
#define MAX_KEYS_LISTED 12

struct asked_keys {
    const struct yaml_node *mapping; /* its address is the key in the map */
    VEC(const char *) keys;
    bool reported;
};

struct yaml_asked {
    struct arena arena; /* of the key names */
    struct map mappings;
};

void yaml_reader_init(struct yaml_reader *r, const struct yaml_document *doc, struct diags *diags)
{
    *r = (struct yaml_reader){.doc = doc, .diags = diags};
    r->asked = mem_zalloc(1, sizeof(*r->asked));
    arena_init(&r->asked->arena);
}

void yaml_reader_release(struct yaml_reader *r)
{
    if (r->asked == NULL) {
        return;
    }
    struct map_entry *entry;
    for (size_t i = 0; (entry = map_next(&r->asked->mappings, &i)) != NULL;) {
        struct asked_keys *asked = entry->value;
        vec_release(&asked->keys);
        free(asked);
    }
    map_release(&r->asked->mappings);
    arena_release(&r->asked->arena);
    free(r->asked);
    r->asked = NULL;
}

static struct asked_keys *asked_of(struct yaml_reader *r, const struct yaml_node *mapping)
{
    struct str address = str_span((const char *)&mapping, sizeof(const struct yaml_node *));
    struct asked_keys *asked = map_get(&r->asked->mappings, address);
    if (asked == NULL) {
        asked = mem_zalloc(1, sizeof(*asked));
        asked->mapping = mapping;
        address.data = (const char *)&asked->mapping;
        map_put(&r->asked->mappings, address, asked);
    }
    return asked;
}

static void remember(struct yaml_reader *r, const struct yaml_node *mapping, const char *key)
{
    struct asked_keys *asked = asked_of(r, mapping);
    for (size_t i = 0; i < asked->keys.len; i++) {
        if (strcmp(asked->keys.items[i], key) == 0) {
            return;
        }
    }
    vec_push(&asked->keys, arena_str(&r->asked->arena, str_from(key)).data);
}

static struct diag *report(struct yaml_reader *r, enum diag_severity severity,
                           const struct yaml_node *at, const char *fmt, va_list args)
    ATTR_PRINTF(4, 0);
static struct diag *report(struct yaml_reader *r, enum diag_severity severity,
                           const struct yaml_node *at, const char *fmt, va_list args)
{
    return diags_vadd(r->diags, severity, yaml_file(r->doc), yaml_text(r->doc), at->span, fmt,
                      args);
}

struct diag *yaml_error(struct yaml_reader *r, const struct yaml_node *at, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    struct diag *diag = report(r, DIAG_ERROR, at, fmt, args);
    va_end(args);
    return diag;
}

struct diag *yaml_warning(struct yaml_reader *r, const struct yaml_node *at, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    struct diag *diag = report(r, DIAG_WARNING, at, fmt, args);
    va_end(args);
    return diag;
}

struct diag *yaml_error_in(struct yaml_reader *r, const struct yaml_node *at,
                           const struct error *err)
{
    struct error placed = ERROR_INIT;
    error_copy(&placed, err);
    placed.span = scalar_place(r->doc, at, err->span);
    struct diag *diag = diags_add_error(r->diags, yaml_file(r->doc), yaml_text(r->doc), &placed);
    error_release(&placed);
    return diag;
}

void yaml_diags_in(struct yaml_reader *r, const struct yaml_node *at, const struct diags *inside)
{
    VEC_EACH (&inside->list, const struct diag, d) {
        struct diag *placed = diags_add(r->diags, d->severity, yaml_file(r->doc), yaml_text(r->doc),
                                        scalar_place(r->doc, at, d->span), "%s", d->message);
        if (d->suggestion != NULL) {
            diag_suggest(placed, "%s", d->suggestion);
        }
    }
}

static const char *kind_name(const struct yaml_node *node)
{
    switch (node->kind) {
    case YAML_NULL:
        return "nothing";
    case YAML_SCALAR:
        return "a text";
    case YAML_SEQUENCE:
        return "a list";
    case YAML_MAPPING:
        return "a mapping";
    }
    return "?";
}

bool yaml_is_mapping(struct yaml_reader *r, const struct yaml_node *node)
{
    if (node->kind == YAML_MAPPING) {
        return true;
    }
    yaml_error(r, node, "a mapping ('key: value') belongs here, not %s", kind_name(node));
    return false;
}

const struct yaml_node *yaml_member(struct yaml_reader *r, const struct yaml_node *owner,
                                    const char *key)
{
    if (owner == NULL || owner->kind != YAML_MAPPING) {
        return NULL;
    }
    remember(r, owner, key);
    return yaml_get(owner, key);
}

const struct yaml_node *yaml_required(struct yaml_reader *r, const struct yaml_node *owner,
                                      const char *key)
{
    const struct yaml_node *node = yaml_member(r, owner, key);
    if (node == NULL) {
        yaml_error(r, owner, "key '%s' is missing", key);
    } else if (node->kind == YAML_NULL) {
        yaml_error(r, node, "'%s' has no value", key);
        node = NULL;
    }
    return node;
}

/* The member, unless it is missing or `~`: both leave the default. */
static const struct yaml_node *given(struct yaml_reader *r, const struct yaml_node *owner,
                                     const char *key)
{
    const struct yaml_node *node = yaml_member(r, owner, key);
    return node != NULL && node->kind != YAML_NULL ? node : NULL;
}

/* A scalar's text with the environment's values filled in; NULL after an error. */
struct scalar {
    char *text; /* owned */
    bool expanded;
    bool plain; /* may be a number or boolean: not quoted, or given by the environment */
};

static bool scalar_read(struct yaml_reader *r, const struct yaml_node *node, const char *wanted,
                        struct scalar *out)
{
    if (node->kind != YAML_SCALAR) {
        yaml_error(r, node, "%s belongs here, not %s", wanted, kind_name(node));
        return false;
    }
    struct strbuf text;
    strbuf_init(&text, YAML_MAX_BYTES);
    struct error err = ERROR_INIT;
    bool ok = expand_environment(node->text, &text, &out->expanded, &err);
    if (!ok) {
        yaml_error_in(r, node, &err);
    } else if (strlen(strbuf_cstr(&text)) != text.len) {
        yaml_error(r, node, "a text may not contain the character U+0000");
        ok = false;
    }
    error_release(&err);
    if (!ok) {
        strbuf_release(&text);
        return false;
    }
    out->text = strbuf_take(&text);
    out->plain = !node->quoted || out->expanded;
    return true;
}

/* What the file says, never what the environment filled in: that may be a secret. */
static bool refuse(struct yaml_reader *r, const struct yaml_node *node, const char *wanted)
{
    yaml_error(r, node, "%s belongs here, not '%.*s'%s", wanted, STR_ARG(node->text),
               node->quoted ? " in quotes" : "");
    return false;
}

char *yaml_string(struct yaml_reader *r, const struct yaml_node *node)
{
    struct scalar s;
    return scalar_read(r, node, "a text", &s) ? s.text : NULL;
}

bool yaml_read_string(struct yaml_reader *r, const struct yaml_node *owner, const char *key,
                      char **out)
{
    const struct yaml_node *node = given(r, owner, key);
    if (node == NULL) {
        return true;
    }
    char *text = yaml_string(r, node);
    if (text == NULL) {
        return false;
    }
    free(*out);
    *out = text;
    return true;
}

/* YAML 1.1's words: files for Prometheus and Kubernetes are read with them. */
static bool parse_bool(struct str s, bool *out)
{
    static const char *const yes[] = {"true", "yes", "on"};
    static const char *const no[] = {"false", "no", "off"};
    for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
        if (str_equal_ignoring_case(s, str_from(yes[i]))) {
            *out = true;
            return true;
        }
        if (str_equal_ignoring_case(s, str_from(no[i]))) {
            *out = false;
            return true;
        }
    }
    return false;
}

bool yaml_read_bool(struct yaml_reader *r, const struct yaml_node *owner, const char *key,
                    bool *out)
{
    const struct yaml_node *node = given(r, owner, key);
    if (node == NULL) {
        return true;
    }
    struct scalar s;
    if (!scalar_read(r, node, "true or false", &s)) {
        return false;
    }
    bool ok = s.plain && parse_bool(str_from(s.text), out);
    free(s.text);
    return ok || refuse(r, node, "true or false");
}

/* Decimal with an optional sign. */
static bool parse_int(struct str s, int64_t *out)
{
    bool negative = s.len > 0 && s.data[0] == '-';
    struct str digits = str_slice(s, s.len > 0 && (negative || s.data[0] == '+'), SIZE_MAX);
    uint64_t magnitude;
    if (!str_to_u64(digits, &magnitude) || magnitude > (uint64_t)INT64_MAX) {
        return false;
    }
    *out = negative ? -(int64_t)magnitude : (int64_t)magnitude;
    return true;
}

static bool refuse_range(struct yaml_reader *r, const struct yaml_node *node, int64_t min,
                         int64_t max)
{
    if (min == INT64_MIN && max == INT64_MAX) {
        return refuse(r, node, "a whole number");
    }
    char wanted[96];
    if (max == INT64_MAX) {
        snprintf(wanted, sizeof(wanted), "a whole number of at least %" PRId64, min);
    } else if (min == INT64_MIN) {
        snprintf(wanted, sizeof(wanted), "a whole number of at most %" PRId64, max);
    } else {
        snprintf(wanted, sizeof(wanted), "a whole number from %" PRId64 " to %" PRId64, min, max);
    }
    return refuse(r, node, wanted);
}

bool yaml_read_int(struct yaml_reader *r, const struct yaml_node *owner, const char *key,
                   int64_t min, int64_t max, int64_t *out)
{
    const struct yaml_node *node = given(r, owner, key);
    if (node == NULL) {
        return true;
    }
    struct scalar s;
    if (!scalar_read(r, node, "a whole number", &s)) {
        return false;
    }
    int64_t value;
    bool ok = s.plain && parse_int(str_from(s.text), &value) && value >= min && value <= max;
    free(s.text);
    if (!ok) {
        return refuse_range(r, node, min, max);
    }
    *out = value;
    return true;
}

bool yaml_read_double(struct yaml_reader *r, const struct yaml_node *owner, const char *key,
                      double *out)
{
    const struct yaml_node *node = given(r, owner, key);
    if (node == NULL) {
        return true;
    }
    struct scalar s;
    if (!scalar_read(r, node, "a number", &s)) {
        return false;
    }
    double value;
    bool ok = s.plain && number_parse(str_from(s.text), &value) && isfinite(value);
    free(s.text);
    if (!ok) {
        return refuse(r, node, "a number");
    }
    *out = value;
    return true;
}

bool yaml_read_duration(struct yaml_reader *r, const struct yaml_node *owner, const char *key,
                        int64_t *out_ms)
{
    const struct yaml_node *node = given(r, owner, key);
    if (node == NULL) {
        return true;
    }
    struct scalar s;
    if (!scalar_read(r, node, "a duration such as 30s", &s)) {
        return false;
    }
    struct error err = ERROR_INIT;
    int64_t ms;
    bool parsed = duration_parse(str_from(s.text), &ms, &err);
    bool ok = parsed && ms > 0 && ms <= YAML_MAX_DURATION_MS;
    if (parsed && !ok) {
        yaml_error(r, node, "'%s' must be %s", key, ms > 0 ? "at most 100y" : "longer than 0s");
    } else if (!parsed && s.expanded) {
        refuse(r, node, "a duration such as 30s");
    } else if (!parsed) {
        yaml_error_in(r, node, &err);
    } else {
        *out_ms = ms;
    }
    error_release(&err);
    free(s.text);
    return ok;
}

static void add_words(struct strbuf *out, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        strbuf_printf(out, "%s%s", i > 0 ? ", " : "", words[i]);
    }
}

bool yaml_read_choice(struct yaml_reader *r, const struct yaml_node *owner, const char *key,
                      const char *const *words, size_t count, size_t *out)
{
    const struct yaml_node *node = given(r, owner, key);
    if (node == NULL) {
        return true;
    }
    struct strbuf wanted = STRBUF_INIT;
    strbuf_add_c(&wanted, "one of ");
    add_words(&wanted, words, count);
    struct scalar s;
    bool found = false;
    if (scalar_read(r, node, strbuf_cstr(&wanted), &s)) {
        for (size_t i = 0; i < count && !found; i++) {
            if (strcmp(s.text, words[i]) == 0) {
                *out = i;
                found = true;
            }
        }
        if (!found) {
            struct diag *diag = yaml_error(r, node, "%s belongs here, not '%.*s'",
                                           strbuf_cstr(&wanted), STR_ARG(node->text));
            const char *near = suggest_nearest(node->text, words, count);
            if (near != NULL) {
                diag_suggest(diag, "did you mean '%s'?", near);
            }
        }
        free(s.text);
    }
    strbuf_release(&wanted);
    return found;
}

static void report_unknown(struct yaml_reader *r, const struct asked_keys *asked,
                           const struct yaml_node *key)
{
    struct diag *diag = yaml_error(r, key, "unknown key '%.*s'", STR_ARG(key->text));
    const char *near = suggest_nearest(key->text, asked->keys.items, asked->keys.len);
    if (near != NULL) {
        diag_suggest(diag, "did you mean '%s'?", near);
    } else if (asked->keys.len > 0 && asked->keys.len <= MAX_KEYS_LISTED) {
        struct strbuf known = STRBUF_INIT;
        add_words(&known, asked->keys.items, asked->keys.len);
        diag_suggest(diag, "known here: %s", strbuf_cstr(&known));
        strbuf_release(&known);
    }
}

void yaml_read_done(struct yaml_reader *r, const struct yaml_node *mapping)
{
    if (mapping == NULL || mapping->kind != YAML_MAPPING) {
        return;
    }
    struct asked_keys *asked = asked_of(r, mapping);
    if (asked->reported) {
        return; /* an alias: the same mapping stands in two places */
    }
    asked->reported = true;
    for (size_t i = 0; i < mapping->count; i++) {
        const struct yaml_node *key = mapping->items[2 * i];
        bool known = false;
        for (size_t k = 0; k < asked->keys.len && !known; k++) {
            known = str_equal_c(key->text, asked->keys.items[k]);
        }
        if (!known) {
            report_unknown(r, asked, key);
        }
    }
}
