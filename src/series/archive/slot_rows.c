/* See slot_rows.h. */
#include "series/archive/slot_rows.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "series/block.h"

#define VARINT_BYTES_MAX 10

struct encoder {
    struct map numbers; /* of strings, plus 1 */
    struct strbuf strings;
    struct strbuf slots;
    uint64_t count;
};

static void add_number(struct strbuf *out, uint64_t v)
{
    uint8_t bytes[VARINT_BYTES_MAX];
    strbuf_add(out, bytes, varint_encode(bytes, v));
}

/* The strings are interned: they live as long as their sets. */
static uint64_t number_of(struct encoder *e, struct str s)
{
    uintptr_t known = (uintptr_t)map_get(&e->numbers, s);
    if (known == 0) {
        known = (uintptr_t)++e->count;
        map_put(&e->numbers, s, (void *)known); // NOLINT(performance-no-int-to-ptr)
        add_number(&e->strings, s.len);
        strbuf_add_str(&e->strings, s);
    }
    return known - 1;
}

bool slot_rows_encode(const struct sealed_slot *slots, size_t count, struct strbuf *out)
{
    struct encoder e = {.count = 0};
    strbuf_init(&e.strings, out->max);
    strbuf_init(&e.slots, out->max);
    for (size_t i = 0; i < count; i++) {
        const struct sealed_slot *slot = &slots[i];
        size_t labels = labels_count(slot->labels);
        add_number(&e.slots, slot->timeline);
        add_number(&e.slots, slot->slot);
        add_number(&e.slots, slot->first_chunk);
        add_number(&e.slots, labels);
        for (size_t j = 0; j < labels; j++) {
            struct label l = labels_at(slot->labels, j);
            add_number(&e.slots, number_of(&e, l.name));
            add_number(&e.slots, number_of(&e, l.value));
        }
    }
    add_number(out, e.count);
    strbuf_add_str(out, strbuf_str(&e.strings));
    add_number(out, count);
    strbuf_add_str(out, strbuf_str(&e.slots));
    bool ok = !out->overflowed && !e.strings.overflowed && !e.slots.overflowed;
    map_release(&e.numbers);
    strbuf_release(&e.strings);
    strbuf_release(&e.slots);
    return ok;
}

void slot_release(struct sealed_slot *slot)
{
    /* Its own reference goes with one more that gives a set that can be written to. */
    struct labels *labels = labels_ref(slot->labels);
    labels_unref(labels);
    labels_unref(labels);
    slot->labels = NULL;
}

void slot_list_release(struct slot_list *list)
{
    VEC_EACH (&list->items, struct sealed_slot, slot) {
        slot_release(slot);
    }
    vec_release(&list->items);
}

struct decoder {
    const uint8_t *at;
    const uint8_t *end;
    bool ok;
    struct str *strings;
    uint64_t string_count;
    struct labels_builder builder;
};

static uint64_t take_number(struct decoder *d, uint64_t max)
{
    uint64_t v = 0;
    size_t used = d->ok ? varint_decode(d->at, d->end, &v) : 0;
    d->ok = used != 0 && v <= max;
    d->at += used;
    return d->ok ? v : 0;
}

static size_t left(const struct decoder *d)
{
    return (size_t)(d->end - d->at);
}

static void take_strings(struct decoder *d)
{
    d->string_count = take_number(d, left(d)); /* each takes a byte at least */
    d->strings = mem_zalloc(d->string_count + 1, sizeof(*d->strings));
    for (uint64_t i = 0; d->ok && i < d->string_count; i++) {
        uint64_t len = take_number(d, left(d));
        d->ok = d->ok && len <= left(d);
        if (d->ok) {
            d->strings[i] = str_span((const char *)d->at, len);
            d->at += len;
        }
    }
}

static struct str take_string(struct decoder *d)
{
    if (d->string_count == 0) {
        d->ok = false;
        return STR_NONE;
    }
    return d->strings[take_number(d, d->string_count - 1)];
}

static void take_slot(struct decoder *d, bool (*wanted)(const void *context, uint32_t timeline),
                      const void *context, struct slot_list *out)
{
    struct error err = ERROR_INIT;
    struct sealed_slot slot = {
        .timeline = (uint32_t)take_number(d, UINT32_MAX),
        .slot = (uint32_t)take_number(d, UINT32_MAX),
        .first_chunk = (uint32_t)take_number(d, UINT32_MAX),
    };
    uint64_t labels = take_number(d, LABELS_MAX_COUNT);
    bool keep = d->ok && wanted(context, slot.timeline);
    out->seen += d->ok ? 1 : 0;
    for (uint64_t i = 0; d->ok && i < labels; i++) {
        struct str name = take_string(d);
        struct str value = take_string(d);
        if (d->ok && keep) {
            labels_builder_add(&d->builder, name, value);
        }
    }
    if (!d->ok || !keep) {
        return;
    }
    slot.labels = labels_builder_finish(&d->builder, &err);
    d->ok = slot.labels != NULL;
    error_release(&err);
    if (d->ok) {
        vec_push(&out->items, slot);
    }
}

bool slot_rows_decode(struct str bytes, struct label_table *table,
                      bool (*wanted)(const void *context, uint32_t timeline), const void *context,
                      struct slot_list *out)
{
    const uint8_t *in = (const uint8_t *)bytes.data;
    struct decoder d = {.at = in, .end = in + bytes.len, .ok = bytes.len > 0};
    labels_builder_init(&d.builder, table);
    take_strings(&d);
    uint64_t count = take_number(&d, left(&d));
    for (uint64_t i = 0; d.ok && i < count; i++) {
        take_slot(&d, wanted, context, out);
    }
    labels_builder_release(&d.builder);
    free(d.strings);
    return d.ok && d.at == d.end;
}
