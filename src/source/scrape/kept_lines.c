#include "source/scrape/kept_lines.h"

#include <string.h>

#define GARBAGE_SLACK ((size_t)64 << 10) /* bytes of text that are never worth starting anew */

void kept_lines_release(struct kept_lines *k)
{
    vec_release(&k->text);
    vec_release(&k->lines);
    vec_release(&k->order);
    vec_release(&k->next_order);
    free(k->slots);
    *k = (struct kept_lines){0};
}

void kept_lines_clear(struct kept_lines *k)
{
    k->text.len = 0;
    k->lines.len = 0;
    k->order.len = 0;
    k->next_order.len = 0;
    k->cursor = 0;
    k->differs = false;
    if (k->slot_count > 0) {
        memset(k->slots, 0, k->slot_count * sizeof(*k->slots));
    }
}

void kept_lines_begin(struct kept_lines *k)
{
    k->cursor = 0;
    k->differs = false;
    k->next_order.len = 0;
}

static size_t find_slot(const struct kept_lines *k, struct str text, uint64_t hash)
{
    size_t mask = k->slot_count - 1;
    size_t at = (size_t)hash & mask;
    for (; k->slots[at] != 0; at = (at + 1) & mask) {
        const struct kept_line *line = &k->lines.items[k->slots[at] - 1];
        if (line->hash == hash && str_equal(kept_lines_text(k, line), text)) {
            break;
        }
    }
    return at;
}

/* From here on the order of the running page is written down. */
static void note_difference(struct kept_lines *k)
{
    if (k->differs) {
        return;
    }
    k->differs = true;
    vec_reserve(&k->next_order, k->order.len + 1);
    if (k->cursor > 0) {
        memcpy(k->next_order.items, k->order.items, k->cursor * sizeof(*k->order.items));
    }
    k->next_order.len = k->cursor;
}

bool kept_lines_find(struct kept_lines *k, struct str text, uint32_t *index)
{
    if (k->slot_count == 0) {
        return false;
    }
    uint32_t slot = k->slots[find_slot(k, text, str_hash(text))];
    if (slot == 0) {
        return false;
    }
    const struct kept_line *line = &k->lines.items[slot - 1];
    *index = line->index;
    if (k->cursor < k->order.len && k->order.items[k->cursor] == slot - 1) {
        kept_lines_took_expected(k);
        return true;
    }
    note_difference(k);
    vec_push(&k->next_order, slot - 1);
    if (line->position != KEPT_NONE) {
        k->cursor = (size_t)line->position + 1;
    }
    return true;
}

static void grow_slots(struct kept_lines *k)
{
    k->slot_count = k->slot_count != 0 ? k->slot_count * 2 : 256;
    free(k->slots);
    k->slots = mem_zalloc(k->slot_count, sizeof(*k->slots));
    for (size_t i = 0; i < k->lines.len; i++) {
        const struct kept_line *line = &k->lines.items[i];
        k->slots[find_slot(k, kept_lines_text(k, line), line->hash)] = (uint32_t)i + 1;
    }
}

void kept_lines_add(struct kept_lines *k, struct str text, uint32_t index)
{
    if (text.len > KEPT_MAX_BYTES - k->text.len) {
        return;
    }
    if ((k->lines.len + 1) * 2 > k->slot_count) {
        grow_slots(k);
    }
    struct kept_line line = {
        .offset = (uint32_t)k->text.len,
        .len = (uint32_t)text.len,
        .index = index,
        .position = KEPT_NONE,
        .hash = str_hash(text),
    };
    note_difference(k);
    vec_reserve(&k->text, text.len + 1);
    memcpy(k->text.items + k->text.len, text.data, text.len);
    k->text.len += text.len;
    k->slots[find_slot(k, text, line.hash)] = (uint32_t)k->lines.len + 1;
    vec_push(&k->next_order, (uint32_t)k->lines.len);
    vec_push(&k->lines, line);
}

/* Positions of the lines follow the new order. Returns the bytes of text it uses. */
static size_t place_lines(struct kept_lines *k)
{
    size_t bytes = 0;
    VEC_EACH (&k->lines, struct kept_line, line) {
        line->position = KEPT_NONE;
    }
    for (size_t i = 0; i < k->order.len; i++) {
        struct kept_line *line = &k->lines.items[k->order.items[i]];
        line->position = (uint32_t)i;
        bytes += line->len;
    }
    return bytes;
}

void kept_lines_end(struct kept_lines *k, bool good)
{
    if (!good || (!k->differs && k->cursor == k->order.len)) {
        return;
    }
    note_difference(k);
    uint32_t *items = k->order.items;
    size_t capacity = k->order.capacity;
    k->order.items = k->next_order.items;
    k->order.len = k->next_order.len;
    k->order.capacity = k->next_order.capacity;
    k->next_order.items = items;
    k->next_order.capacity = capacity;
    k->next_order.len = 0;
    if (k->text.len > 2 * place_lines(k) + GARBAGE_SLACK) {
        kept_lines_clear(k);
    }
}
