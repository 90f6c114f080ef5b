#include "source/prometheus/names.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/vec.h"
#include "source/prometheus/envelope.h"

struct names {
    struct envelope envelope;
    struct arena arena;
    VEC(struct str) list;
};

static bool on_data(void *user, unsigned depth, enum json_event event, struct str text,
                    struct error *err)
{
    struct names *n = user;
    if (depth == 0 && (event == JSON_ARRAY_BEGIN || event == JSON_ARRAY_END)) {
        return true;
    }
    if (depth != 1 || event != JSON_STRING) {
        return error_set(err, ERROR_PROTOCOL, "the answer has %s where a list of strings belongs",
                         json_event_name(event));
    }
    if (n->list.len == NAMES_MAX) {
        return error_set(err, ERROR_LIMIT, "the answer has more than %zu names", NAMES_MAX);
    }
    vec_push(&n->list, arena_str(&n->arena, text));
    return true;
}

struct names *names_create(void)
{
    struct names *n = mem_zalloc(1, sizeof(*n));
    arena_init(&n->arena);
    envelope_init(&n->envelope, on_data, NULL, n);
    return n;
}

void names_destroy(struct names *n)
{
    if (n == NULL) {
        return;
    }
    envelope_release(&n->envelope);
    arena_release(&n->arena);
    vec_release(&n->list);
    free(n);
}

bool names_feed(struct names *n, const char *data, size_t len, struct error *err)
{
    return envelope_feed(&n->envelope, data, len, err);
}

static int compare(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

bool names_finish(struct names *n, int http_status, const struct str **list, size_t *count,
                  struct error *err)
{
    if (!envelope_finish(&n->envelope, http_status, err)) {
        return false;
    }
    size_t kept = 0;
    if (n->list.len > 0) {
        qsort(n->list.items, n->list.len, sizeof(*n->list.items), compare);
        for (size_t i = 0; i < n->list.len; i++) {
            if (kept == 0 || !str_equal(n->list.items[i], n->list.items[kept - 1])) {
                n->list.items[kept++] = n->list.items[i];
            }
        }
    }
    n->list.len = kept;
    *list = n->list.items;
    *count = kept;
    return true;
}
