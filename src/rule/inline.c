/*
 * See inline.h. Names are replaced in texts, by the bytes of the selectors in them, and the result
 * is parsed again. Invariant: the text of a record is made once; while it is being made the record
 * is open, and whoever needs it then uses itself.
 */
#include "rule/inline.h"

#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/vec.h"

struct origin {
    const char *file;
    const struct rule *rule;
};

/* What is recorded under one name. */
struct record_name {
    VEC(struct origin) origins;
    struct strbuf text; /* once it is made */
    bool open;
    bool made;
};

struct inlining {
    struct map names; /* to struct record_name */
    unsigned depth;
};

struct inlining *inlining_create(void)
{
    return mem_zalloc(1, sizeof(struct inlining));
}

void inlining_destroy(struct inlining *in)
{
    if (in == NULL) {
        return;
    }
    size_t at = 0;
    for (struct map_entry *entry; (entry = map_next(&in->names, &at)) != NULL;) {
        struct record_name *record = entry->value;
        vec_release(&record->origins);
        strbuf_release(&record->text);
        free(record);
    }
    map_release(&in->names);
    free(in);
}

void inlining_add(struct inlining *in, const char *file, const struct rule *rule)
{
    struct record_name *record = map_get(&in->names, rule->name);
    if (record == NULL) {
        record = mem_zalloc(1, sizeof(*record));
        record->text = (struct strbuf)STRBUF_INIT;
        map_put(&in->names, rule->name, record);
    }
    const struct origin origin = {file, rule};
    vec_push(&record->origins, origin);
}

static struct record_name *find_record(const struct inlining *in, const struct node *s)
{
    for (size_t i = 0; i < s->selector.matcher_count; i++) {
        const struct matcher *m = &s->selector.matchers[i];
        if (m->op == MATCH_EQUAL && strcmp(m->name, LABEL_NAME) == 0) {
            return map_get(&in->names, str_from(m->value));
        }
    }
    return NULL;
}

static bool uses_records(const struct inlining *in, const struct expr *e)
{
    for (const struct node *s = e->selectors; s != NULL; s = s->selector.next) {
        if (find_record(in, s) != NULL) {
            return true;
        }
    }
    return false;
}

/* What of the selector only a series that is there can be asked for, or NULL. */
static const char *beyond_name(const struct node *s)
{
    bool past = s->selector.range_ms != 0 || s->selector.range != NULL ||
                s->selector.offset_ms != 0 || s->selector.offset != NULL;
    return s->selector.matcher_count > 1 ? "labels are selected"
           : past                        ? "its past is asked for"
           : s->selector.at != AT_NONE   ? "another time is asked for"
                                         : NULL;
}

static bool refuse(const struct record_name *record, const char *why, struct error *err)
{
    const struct origin *origin = record->origins.items;
    error_set(err, ERROR_CONFIG,
              "'%.*s' cannot be put in place: %s, and the server does not have what %s:%u records",
              STR_ARG(origin->rule->name), why, origin->file, origin->rule->span.line);
    error_suggest(err, "where the server records it itself, say 'recorded: server' at that file "
                       "under rule_files");
    return false;
}

static bool make_text(struct inlining *in, struct record_name *record, struct error *err);

static int compare_places(const void *a, const void *b)
{
    const struct node *const *left = a, *const *right = b;
    return (*left)->begin < (*right)->begin ? -1 : (*left)->begin > (*right)->begin;
}

static bool fits(const struct strbuf *text, struct error *err)
{
    return (!text->overflowed && text->len <= EXPR_MAX_BYTES) ||
           error_set(err, ERROR_LIMIT,
                     "an expression with the rules that record its names has more than %zu bytes",
                     EXPR_MAX_BYTES);
}

static bool add_replaced(struct inlining *in, struct strbuf *out, const struct node *s,
                         struct error *err)
{
    struct record_name *record = find_record(in, s);
    const char *why = beyond_name(s);
    if (why != NULL) {
        return refuse(record, why, err);
    }
    if (!make_text(in, record, err)) {
        return false;
    }
    strbuf_printf(out, "(%s)", strbuf_cstr(&record->text));
    return fits(out, err);
}

/* The expression's text with all names replaced. */
static bool expand(struct inlining *in, const struct expr *e, struct strbuf *out, struct error *err)
{
    struct strbuf text = STRBUF_INIT;
    expr_print(&text, e, PRINT_PLAIN);
    struct expr *plain = expr_parse(strbuf_str(&text), NULL, err);
    strbuf_release(&text);
    if (plain == NULL) {
        return false;
    }
    VEC(const struct node *) places = {0};
    for (const struct node *s = plain->selectors; s != NULL; s = s->selector.next) {
        if (find_record(in, s) != NULL) {
            vec_push(&places, s);
        }
    }
    if (places.len > 1) {
        qsort(places.items, places.len, sizeof(*places.items), compare_places);
    }
    size_t from = 0;
    bool ok = true;
    for (size_t i = 0; ok && i < places.len; i++) {
        const struct node *s = places.items[i];
        strbuf_add_str(out, str_slice(plain->text, from, s->begin - from));
        from = s->end;
        ok = add_replaced(in, out, s, err);
    }
    strbuf_add_str(out, str_slice(plain->text, from, SIZE_MAX));
    vec_release(&places);
    expr_unref(plain);
    return ok;
}

/* A replacement in which `$` means nothing. */
static void add_replacement(struct strbuf *out, struct str value)
{
    struct strbuf plain = STRBUF_INIT;
    for (size_t i = 0; i < value.len; i++) {
        strbuf_add_c(&plain, value.data[i] == '$' ? "$" : "");
        strbuf_add_char(&plain, value.data[i]);
    }
    (void)escape_quoted(out, strbuf_str(&plain));
    strbuf_release(&plain);
}

/* What one rule records, its labels put on. */
static bool add_origin(struct inlining *in, struct strbuf *out, const struct rule *rule,
                       struct error *err)
{
    for (size_t i = 0; i < rule->labels.count; i++) {
        strbuf_add_c(out, "label_replace(");
    }
    bool scalar = rule->expr->root->type == VALUE_SCALAR;
    strbuf_add_c(out, scalar ? "vector(" : "(");
    bool ok = expand(in, rule->expr, out, err);
    strbuf_add_char(out, ')');
    for (size_t i = 0; i < rule->labels.count; i++) {
        strbuf_add_c(out, ", ");
        (void)escape_quoted(out, rule->labels.items[i].name);
        strbuf_add_c(out, ", ");
        add_replacement(out, rule->labels.items[i].value);
        strbuf_add_c(out, ", \"\", \"\")");
    }
    return ok;
}

static bool make_text(struct inlining *in, struct record_name *record, struct error *err)
{
    if (record->made) {
        return true;
    }
    if (record->open) {
        return refuse(record, "it is recorded from itself", err);
    }
    if (in->depth == INLINE_MAX_DEPTH) {
        return error_set(err, ERROR_LIMIT, "more than %d recording rules use one another",
                         INLINE_MAX_DEPTH);
    }
    record->open = true;
    in->depth++;
    bool ok = true;
    for (size_t i = 0; ok && i < record->origins.len; i++) {
        strbuf_add_c(&record->text, i == 0 ? "" : " or ");
        ok = add_origin(in, &record->text, record->origins.items[i].rule, err) &&
             fits(&record->text, err);
    }
    in->depth--;
    record->open = false;
    record->made = ok;
    if (!ok) {
        strbuf_reset(&record->text);
    }
    return ok;
}

bool inlining_apply(struct inlining *in, const struct expr *e, struct expr **out, struct error *err)
{
    *out = NULL;
    if (!uses_records(in, e)) {
        return true;
    }
    struct strbuf text = STRBUF_INIT;
    if (expand(in, e, &text, err)) {
        *out = expr_parse(strbuf_str(&text), NULL, err);
    }
    strbuf_release(&text);
    return *out != NULL;
}
