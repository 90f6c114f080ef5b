/* See value.h. */
#include "template/value.h"

#include "base/number.h"

static bool has_only_strings(const struct template_map *map)
{
    for (size_t i = 0; i < map->count; i++) {
        if (map->members[i].value.kind != TEMPLATE_STRING) {
            return false;
        }
    }
    return !map->of_any;
}

static const char *list_type_name(const struct template_list *list)
{
    bool strings = list->count > 0;
    bool samples = list->count > 0;
    for (size_t i = 0; i < list->count; i++) {
        strings = strings && list->items[i].kind == TEMPLATE_STRING;
        samples = samples && template_value_is_sample(&list->items[i]);
    }
    return strings ? "[]string" : samples ? "[]sample" : "[]interface {}";
}

const char *template_value_type_name(const struct template_value *v)
{
    switch (v->kind) {
    case TEMPLATE_NIL:
        return "nil";
    case TEMPLATE_BOOL:
        return "bool";
    case TEMPLATE_INT:
        return "int";
    case TEMPLATE_FLOAT:
        return "float64";
    case TEMPLATE_STRING:
        return "string";
    case TEMPLATE_LIST:
        return list_type_name(v->list);
    case TEMPLATE_MAP:
        if (v->map->is_struct) {
            return template_value_is_sample(v) ? "sample" : "struct";
        }
        return has_only_strings(v->map) ? "map[string]string" : "map[string]interface {}";
    case TEMPLATE_TIME:
        return "time.Time";
    case TEMPLATE_DURATION:
        return "time.Duration";
    }
    return "";
}

bool template_value_truth(const struct template_value *v)
{
    switch (v->kind) {
    case TEMPLATE_NIL:
        return false;
    case TEMPLATE_BOOL:
        return v->boolean;
    case TEMPLATE_INT:
    case TEMPLATE_DURATION:
        return v->integer != 0;
    case TEMPLATE_FLOAT:
        return v->number != 0;
    case TEMPLATE_STRING:
        return v->string.len > 0;
    case TEMPLATE_LIST:
        return v->list->count > 0;
    case TEMPLATE_MAP:
        return v->map->is_struct || v->map->count > 0;
    case TEMPLATE_TIME:
        return true;
    }
    return false;
}

static const struct template_value *find_member(const struct template_map *map, struct str name)
{
    size_t low = 0;
    size_t high = map->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_compare(map->members[middle].name, name);
        if (order == 0) {
            return &map->members[middle].value;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

enum value_lookup template_value_member(const struct template_value *v, struct str name,
                                        struct template_value *out)
{
    if (v->kind != TEMPLATE_MAP) {
        return VALUE_NO_MEMBER;
    }
    const struct template_value *found = find_member(v->map, name);
    if (found != NULL) {
        *out = *found;
        return VALUE_FOUND;
    }
    if (v->map->is_struct) {
        return VALUE_NO_MEMBER;
    }
    *out = has_only_strings(v->map) ? template_string(STR(""))
                                    : (struct template_value){.kind = TEMPLATE_NIL};
    return VALUE_FOUND;
}

bool template_value_number(const struct template_value *v, double *out)
{
    switch (v->kind) {
    case TEMPLATE_INT:
        *out = (double)v->integer;
        return true;
    case TEMPLATE_FLOAT:
        *out = v->number;
        return true;
    case TEMPLATE_STRING:
        return number_parse(v->string, out);
    case TEMPLATE_DURATION:
        *out = (double)v->integer / 1e9;
        return true;
    case TEMPLATE_NIL:
    case TEMPLATE_BOOL:
    case TEMPLATE_LIST:
    case TEMPLATE_MAP:
    case TEMPLATE_TIME:
        break;
    }
    return false;
}

bool template_value_is_sample(const struct template_value *v)
{
    if (v->kind != TEMPLATE_MAP || !v->map->is_struct) {
        return false;
    }
    const struct template_value *labels = find_member(v->map, STR("Labels"));
    const struct template_value *value = find_member(v->map, STR("Value"));
    return labels != NULL && value != NULL && labels->kind == TEMPLATE_MAP &&
           value->kind == TEMPLATE_FLOAT;
}

bool template_value_comparable(const struct template_value *a, const struct template_value *b)
{
    return a->kind == b->kind && a->kind != TEMPLATE_LIST && a->kind != TEMPLATE_MAP;
}

bool template_value_equal(const struct template_value *a, const struct template_value *b)
{
    switch (a->kind) {
    case TEMPLATE_BOOL:
        return a->boolean == b->boolean;
    case TEMPLATE_INT:
    case TEMPLATE_TIME:
    case TEMPLATE_DURATION:
        return a->integer == b->integer;
    case TEMPLATE_FLOAT:
        return a->number == b->number;
    case TEMPLATE_STRING:
        return str_equal(a->string, b->string);
    case TEMPLATE_NIL:
        return true;
    case TEMPLATE_LIST:
    case TEMPLATE_MAP:
        break;
    }
    return false;
}
