/* See services.h. */
#include "panel/services.h"

#include <stdlib.h>
#include <string.h>

static const char *keep(struct services *out, char *text)
{
    if (text == NULL) {
        return NULL;
    }
    const char *kept = arena_str(&out->arena, str_from(text)).data;
    free(text);
    return kept;
}

static const char *read_text(struct services *out, struct yaml_reader *reader,
                             const struct yaml_node *node, const char *key)
{
    char *text = NULL;
    yaml_read_string(reader, node, key, &text);
    return keep(out, text);
}

static void read_match(struct services *out, struct yaml_reader *reader,
                       const struct yaml_node *node, struct service *service)
{
    const struct yaml_node *match = yaml_required(reader, node, "match");
    if (match == NULL || !yaml_is_mapping(reader, match)) {
        return;
    }
    if (match->count == 0 || match->count > LABELS_MAX_COUNT) {
        yaml_error(reader, match, "expected 1 to %d labels with their values", LABELS_MAX_COUNT);
        return;
    }
    struct service_match *pairs = arena_array(&out->arena, struct service_match, match->count);
    for (size_t i = 0; i < match->count; i++) {
        const struct yaml_node *key = match->items[2 * i];
        const struct yaml_node *value = match->items[2 * i + 1];
        pairs[i].label = arena_str(&out->arena, key->text).data;
        pairs[i].value = "";
        if (value->kind != YAML_SCALAR) {
            yaml_error(reader, value, "expected the value of label '%s'", pairs[i].label);
            continue;
        }
        char *text = yaml_string(reader, value);
        if (text != NULL) {
            pairs[i].value = keep(out, text);
        }
    }
    service->match = pairs;
    service->match_count = match->count;
}

static void read_service(struct services *out, struct yaml_reader *reader,
                         const struct yaml_node *node)
{
    struct service service = {0};
    if (!yaml_is_mapping(reader, node)) {
        return;
    }
    yaml_required(reader, node, "name");
    service.name = read_text(out, reader, node, "name");
    service.source = read_text(out, reader, node, "source");
    service.panel = read_text(out, reader, node, "panel");
    read_match(out, reader, node, &service);
    (void)yaml_member(reader, node, "alerts"); /* read with the rules */
    yaml_read_done(reader, node);
    if (service.name == NULL) {
        return;
    }
    VEC_EACH (&out->list, const struct service, other) {
        if (strcmp(other->name, service.name) == 0) {
            yaml_error(reader, yaml_get(node, "name"), "there is a service '%s' already",
                       service.name);
            return;
        }
    }
    vec_push(&out->list, service);
}

void services_read(struct services *out, struct yaml_reader *reader, const struct yaml_node *node)
{
    *out = (struct services){0};
    arena_init(&out->arena);
    if (node == NULL) {
        return;
    }
    if (node->kind != YAML_SEQUENCE || node->count > SERVICES_MAX) {
        yaml_error(reader, node, "expected a list of at most %zu services", SERVICES_MAX);
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        read_service(out, reader, node->items[i]);
    }
}

void services_release(struct services *services)
{
    arena_release(&services->arena);
    vec_release(&services->list);
}

static bool text_same(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool service_same(const struct service *a, const struct service *b)
{
    bool same = text_same(a->name, b->name) && text_same(a->source, b->source) &&
                text_same(a->panel, b->panel) && a->match_count == b->match_count;
    for (size_t i = 0; same && i < a->match_count; i++) {
        same = text_same(a->match[i].label, b->match[i].label) &&
               text_same(a->match[i].value, b->match[i].value);
    }
    return same;
}

bool services_same(const struct services *a, const struct services *b)
{
    bool same = a->list.len == b->list.len;
    for (size_t i = 0; same && i < a->list.len; i++) {
        same = service_same(&a->list.items[i], &b->list.items[i]);
    }
    return same;
}
