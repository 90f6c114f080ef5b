/* Lists, maps and parts of them: Go's index, slice and len; args and join. */
#include <stdlib.h>

#include "template/functions.h"
#include "template/value.h"

static enum call_result index_list(struct call *c, const struct template_value *of,
                                   const struct template_value *index, struct template_value *out)
{
    size_t count = of->kind == TEMPLATE_STRING ? of->string.len : of->list->count;
    if (index->kind != TEMPLATE_INT) {
        return call_fail(c, "%s is indexed by a whole number, not by %s",
                         template_value_type_name(of), template_value_type_name(index));
    }
    if (index->integer < 0 || (uint64_t)index->integer >= count) {
        return call_fail(c, "index out of range: %lld of %zu", (long long)index->integer, count);
    }
    size_t at = (size_t)index->integer;
    *out = of->kind == TEMPLATE_STRING ? template_int((unsigned char)of->string.data[at])
                                       : of->list->items[at];
    return CALL_OK;
}

static enum call_result index_one(struct call *c, const struct template_value *of,
                                  const struct template_value *index, struct template_value *out)
{
    if (of->kind == TEMPLATE_LIST || of->kind == TEMPLATE_STRING) {
        return index_list(c, of, index, out);
    }
    if (of->kind == TEMPLATE_NIL) {
        return call_fail(c, "index of nil");
    }
    if (of->kind != TEMPLATE_MAP || of->map->is_struct) {
        return call_fail(c, "%s cannot be indexed", template_value_type_name(of));
    }
    if (index->kind != TEMPLATE_STRING) {
        return call_fail(c, "a map is indexed by a text, not by %s",
                         template_value_type_name(index));
    }
    (void)template_value_member(of, index->string, out); /* of a map, always found */
    return CALL_OK;
}

enum call_result call_index(struct call *c, struct template_value *out)
{
    *out = c->args[0];
    for (size_t i = 1; i < c->count; i++) {
        struct template_value of = *out;
        enum call_result result = index_one(c, &of, &c->args[i], out);
        if (result != CALL_OK) {
            return result;
        }
    }
    return CALL_OK;
}

enum call_result call_slice(struct call *c, struct template_value *out)
{
    const struct template_value *of = &c->args[0];
    if (of->kind != TEMPLATE_STRING && of->kind != TEMPLATE_LIST) {
        return call_fail(c, "%s cannot be sliced", template_value_type_name(of));
    }
    size_t count = of->kind == TEMPLATE_STRING ? of->string.len : of->list->count;
    size_t most = of->kind == TEMPLATE_STRING ? 3 : 4;
    if (c->count > most) {
        return call_fail(c, "slice of %s takes at most %zu indexes", template_value_type_name(of),
                         most - 1);
    }
    int64_t bounds[3] = {0, (int64_t)count, (int64_t)count};
    for (size_t i = 1; i < c->count; i++) {
        bounds[i - 1] = c->args[i].integer;
        if (bounds[i - 1] < 0 || bounds[i - 1] > (int64_t)count) {
            return call_fail(c, "index out of range: %lld of %zu", (long long)bounds[i - 1], count);
        }
    }
    if (bounds[0] > bounds[1] || bounds[1] > bounds[2]) {
        return call_fail(c, "slice from %lld to %lld", (long long)bounds[0], (long long)bounds[1]);
    }
    size_t from = (size_t)bounds[0];
    size_t length = (size_t)(bounds[1] - bounds[0]);
    if (of->kind == TEMPLATE_STRING) {
        *out = template_string(str_slice(of->string, from, length));
        return CALL_OK;
    }
    struct template_list *list = arena_new(c->arena, struct template_list);
    *list = (struct template_list){.items = of->list->items + from, .count = length};
    *out = template_of_list(list);
    return CALL_OK;
}

enum call_result call_len(struct call *c, struct template_value *out)
{
    const struct template_value *of = &c->args[0];
    if (of->kind == TEMPLATE_STRING) {
        *out = template_int((int64_t)of->string.len);
    } else if (of->kind == TEMPLATE_LIST) {
        *out = template_int((int64_t)of->list->count);
    } else if (of->kind == TEMPLATE_MAP && !of->map->is_struct) {
        *out = template_int((int64_t)of->map->count);
    } else {
        return call_fail(c, "%s has no length", template_value_type_name(of));
    }
    return CALL_OK;
}

static int by_name(const void *a, const void *b)
{
    return str_compare(((const struct template_member *)a)->name,
                       ((const struct template_member *)b)->name);
}

enum call_result call_args(struct call *c, struct template_value *out)
{
    struct template_map *map = arena_new(c->arena, struct template_map);
    struct template_member *members = arena_array(c->arena, struct template_member, c->count);
    for (size_t i = 0; i < c->count; i++) {
        members[i].name = arena_printf(c->arena, "arg%zu", i);
        members[i].value = c->args[i];
    }
    if (c->count > 1) {
        qsort(members, c->count, sizeof(*members), by_name);
    }
    *map = (struct template_map){.members = members, .count = c->count, .of_any = true};
    *out = template_of_map(map);
    return CALL_OK;
}

enum call_result call_join(struct call *c, struct template_value *out)
{
    const struct template_list *list = c->args[1].list;
    struct strbuf text;
    strbuf_init(&text, TEMPLATE_MAX_OUTPUT);
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].kind != TEMPLATE_STRING) {
            strbuf_release(&text);
            return call_fail(c, "join wants a list of texts, not one with %s in it",
                             template_value_type_name(&list->items[i]));
        }
        strbuf_add_str(&text, i > 0 ? c->args[0].string : STR(""));
        strbuf_add_str(&text, list->items[i].string);
    }
    return call_give(c, &text, out);
}

enum call_result call_string_slice(struct call *c, struct template_value *out)
{
    struct template_list *list = arena_new(c->arena, struct template_list);
    *list = (struct template_list){.items = c->args, .count = c->count};
    *out = template_of_list(list);
    return CALL_OK;
}
