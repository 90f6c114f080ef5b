/* See pairs.h. */
#include "rule/pairs.h"

#include <stdlib.h>

#include "series/labels.h"
#include "yaml/plain.h"

static int compare_pairs(const void *a, const void *b)
{
    const struct rule_pair *pa = a, *pb = b;
    return str_compare(pa->name, pb->name);
}

/* The value, in the arena. */
static bool read_value(struct yaml_reader *r, struct arena *arena, const struct yaml_node *node,
                       bool expanded, struct str *out)
{
    struct str text;
    if (!yaml_plain_node(r, node, &text)) {
        return false;
    }
    char *heap = expanded && node->kind == YAML_SCALAR ? yaml_string(r, node) : str_dup(text);
    if (heap != NULL) {
        *out = arena_str(arena, str_from(heap));
    }
    free(heap);
    return heap != NULL;
}

static struct rule_pairs read_pairs(struct yaml_reader *r, struct arena *arena,
                                    const struct yaml_node *owner, const char *key,
                                    const char *word, bool expanded)
{
    const struct yaml_node *node = yaml_plain_mapping(r, owner, key);
    struct rule_pairs pairs = {0};
    if (node == NULL) {
        return pairs;
    }
    pairs.items = arena_array(arena, struct rule_pair, node->count);
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_node *name = node->items[2 * i];
        const struct yaml_node *value = node->items[2 * i + 1];
        struct str text;
        if (name->kind != YAML_SCALAR || name->text.len == 0 ||
            str_find(name->text, '\0') < name->text.len) {
            yaml_error(r, name, "this %s needs a name", word);
        } else if (strcmp(word, "label") == 0 && str_equal_c(name->text, LABEL_NAME)) {
            yaml_error(r, name, "'%s' cannot be set as a label", LABEL_NAME);
        } else if (read_value(r, arena, value, expanded, &text)) {
            pairs.items[pairs.count++] = (struct rule_pair){
                .name = arena_str(arena, name->text), .value = text, .span = value->span};
        }
    }
    if (pairs.count > 1) {
        qsort(pairs.items, pairs.count, sizeof(*pairs.items), compare_pairs);
    }
    return pairs;
}

struct rule_pairs rule_pairs_read(struct yaml_reader *r, struct arena *arena,
                                  const struct yaml_node *owner, const char *key, const char *word)
{
    return read_pairs(r, arena, owner, key, word, false);
}

struct rule_pairs rule_pairs_read_expanded(struct yaml_reader *r, struct arena *arena,
                                           const struct yaml_node *owner, const char *key,
                                           const char *word)
{
    return read_pairs(r, arena, owner, key, word, true);
}

struct rule_pairs rule_pairs_merge(struct arena *arena, struct rule_pairs below,
                                   struct rule_pairs above)
{
    if (below.count == 0) {
        return above;
    }
    struct rule_pairs out = {0};
    out.items = arena_array(arena, struct rule_pair, below.count + above.count);
    size_t b = 0, a = 0;
    while (b < below.count || a < above.count) {
        int order = 1;
        if (a == above.count) {
            order = -1;
        } else if (b < below.count) {
            order = str_compare(below.items[b].name, above.items[a].name);
        }
        out.items[out.count++] = order < 0 ? below.items[b] : above.items[a];
        b += order <= 0;
        a += order >= 0;
    }
    return out;
}
