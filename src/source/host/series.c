/* Encoding a key and comparing it costs some 50 ns a sample; making its label set and looking it up
 * takes twenty times that. */
#include "source/host/series.h"

#include <stdlib.h>

#include "base/utf8.h"

#define MAX_KEY ((size_t)512 * 1024)

static void add_bytes(struct strbuf *out, struct str s)
{
    strbuf_add(out, &s.len, sizeof(s.len));
    strbuf_add_str(out, s);
}

/* Literals are known by their address; views by their length and bytes. */
static void encode(struct strbuf *out, const struct host_key *key)
{
    strbuf_reset(out);
    strbuf_add(out, &key->prefix, sizeof(key->prefix));
    strbuf_add(out, &key->suffix, sizeof(key->suffix));
    add_bytes(out, key->stem);
    for (size_t i = 0; i < key->label_count; i++) {
        strbuf_add(out, &key->labels[i].name.data, sizeof(key->labels[i].name.data));
        add_bytes(out, key->labels[i].value);
    }
}

/* Paths and names of devices are bytes to the kernel, labels are UTF-8. */
static struct str valid_value(struct str value, struct strbuf *spare)
{
    if (utf8_valid(value)) {
        return value;
    }
    size_t start = spare->len;
    for (size_t i = 0; i < value.len;) {
        size_t length;
        char bytes[4];
        uint32_t cp = utf8_decode(str_slice(value, i, SIZE_MAX), &length);
        strbuf_add(spare, bytes, utf8_encode(cp, bytes));
        i += length;
    }
    return str_slice(strbuf_str(spare), start, SIZE_MAX);
}

static struct labels *make_labels(struct host_series *s, const struct host_key *key)
{
    struct strbuf name = STRBUF_INIT;
    struct strbuf values[HOST_MAX_LABELS];
    struct error err = ERROR_INIT;
    strbuf_printf(&name, "%s%.*s%s", key->prefix, STR_ARG(key->stem), key->suffix);
    labels_builder_from(&s->builder, target_series_labels(s->target));
    labels_builder_set(&s->builder, STR(LABEL_NAME), strbuf_str(&name));
    for (size_t i = 0; i < key->label_count; i++) {
        strbuf_init(&values[i], MAX_KEY);
        labels_builder_set(&s->builder, key->labels[i].name,
                           valid_value(key->labels[i].value, &values[i]));
    }
    struct labels *labels = labels_builder_finish(&s->builder, &err);
    for (size_t i = 0; i < key->label_count; i++) {
        strbuf_release(&values[i]);
    }
    strbuf_release(&name);
    if (labels == NULL && !error_is(&s->refused)) {
        error_move(&s->refused, &err);
    }
    error_release(&err);
    return labels;
}

static void remember(struct host_series *s, uint32_t index)
{
    if (s->next == s->places.len) {
        vec_push(&s->places, ((struct host_place){.key = NULL}));
    }
    struct host_place *place = &s->places.items[s->next++];
    if (place->key_capacity < s->key.len) {
        place->key = mem_realloc(place->key, s->key.len, 1);
        place->key_capacity = s->key.len;
    }
    memcpy(place->key, s->key.data, s->key.len);
    place->key_len = s->key.len;
    place->index = index;
}

static void add(struct host_sink *sink, const struct host_key *key, double v)
{
    struct host_series *s = CONTAINER_OF(sink, struct host_series, sink);
    encode(&s->key, key);
    const struct host_place *place = s->next < s->places.len ? &s->places.items[s->next] : NULL;
    if (LIKELY(place != NULL && place->key_len == s->key.len &&
               memcmp(place->key, s->key.data, s->key.len) == 0)) {
        s->next++;
        (void)target_series_add_index(s->target, place->index, TARGET_POLL_TIME, v);
        return;
    }
    struct labels *labels = make_labels(s, key);
    if (labels != NULL) {
        uint32_t index;
        /* A repeated one (a path that two byte strings show as) is left out; the first stays. */
        (void)target_series_add(s->target, labels, TARGET_POLL_TIME, v, &index);
        remember(s, index);
    }
}

void host_series_init(struct host_series *s, struct label_table *table,
                      struct target_series *target)
{
    *s = (struct host_series){.sink = {.add = add}, .table = table, .target = target};
    strbuf_init(&s->key, MAX_KEY);
    labels_builder_init(&s->builder, table);
}

void host_series_release(struct host_series *s)
{
    VEC_EACH (&s->places, struct host_place, place) {
        free(place->key);
    }
    vec_release(&s->places);
    strbuf_release(&s->key);
    labels_builder_release(&s->builder);
    error_release(&s->refused);
}

void host_series_begin(struct host_series *s)
{
    s->next = 0;
    error_release(&s->refused);
    if (s->epoch != target_series_epoch(s->target)) {
        s->epoch = target_series_epoch(s->target);
        VEC_EACH (&s->places, struct host_place, place) {
            place->key_len = 0;
        }
    }
}
