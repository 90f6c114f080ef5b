/* See journal_batch.h. */
#include "alert/journal_batch.h"

#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"

struct batch_item {
    enum record_kind kind;
    bool drop;
    void *record;
    size_t key_len;
    char key[];
};

/* Kind and key fields with their lengths, so that no two keys run into the same text. */
static void format_key(struct strbuf *out, enum record_kind kind, const void *record)
{
    const struct record_layout *layout = journal_record_layout(kind);
    strbuf_printf(out, "%d", (int)kind);
    for (size_t i = 0; i < layout->key_count; i++) {
        const char *at = (const char *)record + layout->fields[i].offset;
        if (layout->fields[i].type == FIELD_TEXT) {
            const char *text;
            memcpy(&text, at, sizeof(text));
            struct str s = str_from(text);
            strbuf_printf(out, " %zu ", s.len);
            strbuf_add_str(out, s);
        } else {
            uint32_t v;
            memcpy(&v, at, sizeof(v));
            strbuf_printf(out, " %u", v);
        }
    }
}

static void free_item(struct batch_item *item)
{
    if (item != NULL) {
        journal_record_release(item->kind, item->record);
        free(item->record);
        free(item);
    }
}

void journal_batch_release(struct journal_batch *b)
{
    struct map_entry *e;
    for (size_t i = 0; (e = map_next(&b->items, &i)) != NULL;) {
        free_item(e->value);
    }
    map_release(&b->items);
    VEC_EACH (&b->transitions, struct transition_record, r) {
        journal_record_release(RECORD_TRANSITION, r);
    }
    vec_release(&b->transitions);
    *b = (struct journal_batch){.items = {.count = 0}};
}

bool journal_batch_is_empty(const struct journal_batch *b)
{
    return journal_batch_count(b) == 0;
}

size_t journal_batch_count(const struct journal_batch *b)
{
    return b->items.count + b->transitions.len;
}

void journal_batch_put(struct journal_batch *b, enum record_kind kind, const void *record,
                       bool drop)
{
    struct strbuf key = STRBUF_INIT;
    key.max = SIZE_MAX / 2; /* labels have a limit of their own */
    format_key(&key, kind, record);
    struct batch_item *item = mem_alloc(sizeof(*item) + key.len);
    *item = (struct batch_item){.kind = kind, .drop = drop, .key_len = key.len};
    memcpy(item->key, key.data, key.len);
    strbuf_release(&key);
    item->record = mem_alloc(journal_record_layout(kind)->size);
    journal_record_copy(kind, item->record, record);
    struct str name = str_span(item->key, item->key_len);
    /* The key in the map is the item's own, so the old one goes with its item. */
    free_item(map_remove(&b->items, name));
    map_put(&b->items, name, item);
}

static size_t lose_oldest(struct journal_batch *b)
{
    if (b->transitions.len <= JOURNAL_UNWRITTEN_MAX) {
        return 0;
    }
    size_t lost = b->transitions.len - JOURNAL_UNWRITTEN_MAX;
    for (size_t i = 0; i < lost; i++) {
        journal_record_release(RECORD_TRANSITION, &b->transitions.items[i]);
    }
    b->transitions.len -= lost;
    memmove(b->transitions.items, b->transitions.items + lost,
            b->transitions.len * sizeof(*b->transitions.items));
    return lost;
}

size_t journal_batch_add(struct journal_batch *b, const struct transition_record *r)
{
    struct transition_record copy;
    journal_record_copy(RECORD_TRANSITION, &copy, r);
    vec_push(&b->transitions, copy);
    return lose_oldest(b);
}

size_t journal_batch_merge(struct journal_batch *b, struct journal_batch *older)
{
    struct map_entry *e;
    for (size_t i = 0; (e = map_next(&older->items, &i)) != NULL;) {
        struct batch_item *item = e->value;
        if (map_get(&b->items, e->key) != NULL) {
            free_item(item);
        } else {
            map_put(&b->items, str_span(item->key, item->key_len), item);
        }
    }
    map_release(&older->items);
    VEC_EACH (&b->transitions, struct transition_record, r) {
        vec_push(&older->transitions, *r);
    }
    vec_release(&b->transitions);
    b->transitions.items = older->transitions.items;
    b->transitions.len = older->transitions.len;
    b->transitions.capacity = older->transitions.capacity;
    *older = (struct journal_batch){.items = {.count = 0}};
    return lose_oldest(b);
}

bool journal_batch_write(const struct journal_batch *b, struct connection *c,
                         const struct journal_sql *sql, struct error *err)
{
    const struct map_entry *e;
    for (size_t i = 0; (e = map_next(&b->items, &i)) != NULL;) {
        const struct batch_item *item = e->value;
        if (!journal_write_record(c, sql, item->kind, item->record, item->drop, err)) {
            return false;
        }
    }
    VEC_EACH (&b->transitions, struct transition_record, r) {
        if (!journal_write_record(c, sql, RECORD_TRANSITION, r, false, err)) {
            return false;
        }
    }
    return true;
}
