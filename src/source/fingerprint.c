#include "source/fingerprint.h"

#include "base/str.h"

/* A number or boolean in quotes is a string, hence the quotes count; `|` blocks are quoted too. */
static uint64_t mix(uint64_t hash, uint64_t value)
{
    uint64_t both[2] = {hash, value};
    return str_hash(str_span((const char *)both, sizeof(both)));
}

uint64_t fingerprint_of_node(const struct yaml_node *node)
{
    uint64_t hash = mix((uint64_t)node->kind, node->quoted);
    size_t items = 0;
    switch (node->kind) {
    case YAML_NULL:
        break;
    case YAML_SCALAR:
        hash = mix(hash, str_hash(node->text));
        break;
    case YAML_SEQUENCE:
        items = node->count;
        break;
    case YAML_MAPPING:
        items = 2 * node->count;
        break;
    }
    for (size_t i = 0; i < items; i++) {
        hash = mix(hash, fingerprint_of_node(node->items[i]));
    }
    return hash;
}
