/*
 * From libyaml's events to nodes.
 *
 * Each node is built with the number of nodes and levels a reader would meet below it, aliases
 * followed: that is what the limits are on, so that a small text cannot stand for a huge tree even
 * though aliased nodes are shared. Merging counts the same way.
 *
 * Recursion is as deep as YAML_MAX_DEPTH at most.
 */
#include "yaml/compose.h"

#include <assert.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/vec.h"
#include "yaml/document.h"

#define STANDARD_TAG "tag:yaml.org,2002:"

struct built {
    struct yaml_node node;
    size_t size;     /* nodes, itself included */
    unsigned height; /* levels of collections, itself included; 0 for a scalar */
};

struct anchor {
    struct str name;
    struct built *node; /* NULL while what it names is still being read */
};

static void report(struct composer *c, struct span span, const char *message)
{
    diags_add(c->diags, DIAG_ERROR, c->doc->file, c->doc->text, span, "%s", message);
}

/* libyaml's words for what it met, where a person who does not know its tokens needs other ones. */
static const struct {
    const char *libyaml;
    const char *ours;
    const char *suggestion; /* or NULL */
} problems[] = {
    {"mapping values are not allowed in this context", "a key is not possible here",
     "put a text that contains ': ' in quotes; keys of one mapping need the same indentation"},
    {"did not find expected <document start>", "unexpected text behind the end of the document",
     NULL},
    {"did not find expected key", "a key of the mapping is expected here",
     "keys of one mapping need the same indentation"},
    {"could not find expected ':'", "a key without its ':'", NULL},
    {"found character that cannot start any token", "a value cannot begin with this character",
     "put the text in quotes"},
};

static void suggest_for_syntax(struct diag *diag, struct str text, size_t byte, const char *usual)
{
    if (byte < text.len && text.data[byte] == '\t') {
        diag_suggest(diag, "YAML is indented with blanks, not with tabs");
    } else if (usual != NULL) {
        diag_suggest(diag, "%s", usual);
    }
}

static void report_syntax(struct composer *c)
{
    const yaml_parser_t *p = &c->parser;
    const char *problem = p->problem != NULL ? p->problem : "not YAML";
    const char *suggestion = NULL;
    for (size_t i = 0; i < ARRAY_LEN(problems); i++) {
        if (strcmp(problem, problems[i].libyaml) == 0) {
            problem = problems[i].ours;
            suggestion = problems[i].suggestion;
            break;
        }
    }
    if (p->error == YAML_READER_ERROR) {
        size_t at = p->problem_offset;
        diags_add(c->diags, DIAG_ERROR, c->doc->file, c->doc->text,
                  diag_span(c->doc->text, at, at + 1), "%s", problem);
        return;
    }
    place_seek(&c->place, p->problem_mark.index);
    struct span span = place_span(&c->place, p->problem_mark.index + 1);
    struct diag *diag;
    if (p->context != NULL && p->context_mark.index < p->problem_mark.index) {
        struct place from;
        place_init(&from, c->doc->text);
        place_seek(&from, p->context_mark.index);
        diag = diags_add(c->diags, DIAG_ERROR, c->doc->file, c->doc->text, span,
                         "%s, %s that begins in line %u", problem, p->context, from.line);
    } else {
        diag = diags_add(c->diags, DIAG_ERROR, c->doc->file, c->doc->text, span, "%s", problem);
    }
    suggest_for_syntax(diag, c->doc->text, c->place.byte, suggestion);
}

/* False after an error, which has been reported. */
static bool next_event(struct composer *c, yaml_event_t *event)
{
    if (yaml_parser_parse(&c->parser, event) == 0) {
        report_syntax(c);
        return false;
    }
    return true;
}

/* To a node's own beginning: libyaml's mark is at its anchor or tag where it has one. An empty
 * scalar has nothing of its own; `limit` (characters) keeps the search from the node behind it. */
static void seek_node(struct composer *c, const yaml_event_t *event, bool has_properties,
                      size_t limit)
{
    place_seek(&c->place, event->start_mark.index);
    if (!has_properties) {
        return;
    }
    struct place start = c->place;
    struct str text = c->doc->text;
    size_t at = c->place.byte;
    while (at < text.len) {
        char ch = text.data[at];
        if (ch == '&' || ch == '!') {
            while (at < text.len && strchr(" \t\r\n", text.data[at]) == NULL) {
                at++;
            }
        } else if (ch == '#') {
            at += str_find(str_slice(text, at, SIZE_MAX), '\n');
        } else if (strchr(" \t\r\n", ch) != NULL) {
            at++;
        } else {
            break;
        }
    }
    place_seek_byte(&c->place, at);
    if (c->place.index >= limit) {
        c->place = start;
    }
}

static bool grow(struct composer *c, struct span at, size_t nodes)
{
    if (nodes > YAML_MAX_NODES - c->size) {
        diags_add(c->diags, DIAG_ERROR, c->doc->file, c->doc->text, at,
                  "more than %zu values, aliases counted as what they stand for", YAML_MAX_NODES);
        return false;
    }
    c->size += nodes;
    return true;
}

/* For `height` more levels below where the composer is. */
static bool check_depth(struct composer *c, struct span at, unsigned height)
{
    if (c->depth + height > YAML_MAX_DEPTH) {
        diags_add(c->diags, DIAG_ERROR, c->doc->file, c->doc->text, at,
                  "nested more than %d levels deep", YAML_MAX_DEPTH);
        return false;
    }
    return true;
}

/* NULL where the limit is reached. The place is at the node's beginning. */
static struct built *new_node(struct composer *c, enum yaml_kind kind, size_t end_index)
{
    struct span span = place_span(&c->place, end_index);
    if (!grow(c, span, 1)) {
        return NULL;
    }
    struct built *b = arena_new(&c->doc->arena, struct built);
    b->node.kind = kind;
    b->node.span = span;
    b->size = 1;
    b->height = kind == YAML_SCALAR ? 0 : 1;
    return b;
}

static struct anchor *open_anchor(struct composer *c, const yaml_char_t *name)
{
    if (name == NULL) {
        return NULL;
    }
    struct anchor *anchor = arena_new(&c->doc->arena, struct anchor);
    anchor->name = arena_str(&c->doc->arena, str_from((const char *)name));
    /* A name may be given anew; the newest counts (YAML 1.2, 7.1). */
    map_put(&c->anchors, anchor->name, anchor);
    return anchor;
}

static void close_anchor(struct anchor *anchor, struct built *node)
{
    if (anchor != NULL) {
        anchor->node = node;
    }
}

enum tag { TAG_NONE, TAG_TEXT, TAG_PLAIN };

/* Only the tags that say "read it as text" or "as its looks say" mean something here. */
static enum tag read_tag(struct composer *c, const yaml_char_t *name)
{
    if (name == NULL) {
        return TAG_NONE;
    }
    struct str tag = str_from((const char *)name);
    if (str_equal(tag, STR("!")) || str_equal(tag, STR(STANDARD_TAG "str"))) {
        return TAG_TEXT;
    }
    static const char *const plain[] = {"int", "float", "bool", "null", "seq", "map"};
    if (str_starts_with(tag, STR(STANDARD_TAG))) {
        struct str kind = str_slice(tag, sizeof(STANDARD_TAG) - 1, SIZE_MAX);
        for (size_t i = 0; i < ARRAY_LEN(plain); i++) {
            if (str_equal_c(kind, plain[i])) {
                return TAG_PLAIN;
            }
        }
    }
    diags_add(c->diags, DIAG_ERROR, c->doc->file, c->doc->text, place_span(&c->place, 0),
              "unknown tag '%.*s'", STR_ARG(tag));
    return TAG_NONE;
}

/* YAML 1.2, 10.3.2 (core schema). */
static bool is_null_text(struct str s)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_equal_c(s, words[i])) {
            return true;
        }
    }
    return false;
}

static struct built *compose_scalar(struct composer *c, const yaml_event_t *event)
{
    const yaml_char_t *anchor_name = event->data.scalar.anchor;
    const yaml_char_t *tag_name = event->data.scalar.tag;
    seek_node(c, event, anchor_name != NULL || tag_name != NULL, event->end_mark.index);
    enum tag tag = read_tag(c, tag_name);
    struct built *b = new_node(c, YAML_SCALAR, event->end_mark.index);
    if (b == NULL) {
        return NULL;
    }
    yaml_scalar_style_t style = event->data.scalar.style;
    b->node.text = arena_str(&c->doc->arena, str_span((const char *)event->data.scalar.value,
                                                      event->data.scalar.length));
    b->node.block = style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE;
    b->node.quoted = tag == TAG_TEXT || (tag != TAG_PLAIN && style != YAML_PLAIN_SCALAR_STYLE);
    if (!b->node.quoted && is_null_text(b->node.text)) {
        b->node.kind = YAML_NULL;
    }
    close_anchor(open_anchor(c, anchor_name), b);
    return b;
}

static struct built *compose_alias(struct composer *c, const yaml_event_t *event)
{
    place_seek(&c->place, event->start_mark.index);
    struct span span = place_span(&c->place, event->end_mark.index);
    struct str name = str_from((const char *)event->data.alias.anchor);
    const struct anchor *anchor = map_get(&c->anchors, name);
    if (anchor == NULL || anchor->node == NULL) {
        diags_add(c->diags, DIAG_ERROR, c->doc->file, c->doc->text, span,
                  anchor == NULL ? "no anchor '&%.*s' stands before this alias"
                                 : "the alias is inside its own anchor '&%.*s'",
                  STR_ARG(name));
        return NULL;
    }
    if (!grow(c, span, anchor->node->size)) {
        return NULL;
    }
    return check_depth(c, span, anchor->node->height) ? anchor->node : NULL;
}

struct nodes {
    VEC(struct built *) list;
};

static void adopt(struct built *parent, const struct built *child)
{
    parent->size += child->size;
    if (parent->height < child->height + 1) {
        parent->height = child->height + 1;
    }
}

static void finish_items(struct composer *c, struct built *b, const struct nodes *nodes,
                         size_t per_item)
{
    b->node.count = nodes->list.len / per_item;
    if (nodes->list.len > 0) {
        b->node.items = arena_array(&c->doc->arena, struct yaml_node *, nodes->list.len);
    }
    for (size_t i = 0; i < nodes->list.len; i++) {
        b->node.items[i] = &nodes->list.items[i]->node;
        adopt(b, nodes->list.items[i]);
    }
}

static struct built *compose_node(struct composer *c, const yaml_event_t *event);

/* Reads nodes up to the event `end`. False after an error. */
static bool compose_until(struct composer *c, yaml_event_type_t end, struct nodes *nodes)
{
    for (;;) {
        yaml_event_t event;
        if (!next_event(c, &event)) {
            return false;
        }
        bool done = event.type == end;
        struct built *b = done ? NULL : compose_node(c, &event);
        yaml_event_delete(&event);
        if (done) {
            return true;
        }
        if (b == NULL) {
            return false;
        }
        vec_push(&nodes->list, b);
    }
}

static bool is_merge_key(const struct yaml_node *key)
{
    return !key->quoted && str_equal(key->text, STR("<<"));
}

/* Adds the pairs of `from` whose keys are not there yet. */
static bool merge_mapping(struct composer *c, const struct yaml_node *at, struct built *from,
                          struct map *keys, struct nodes *out)
{
    for (size_t i = 0; i < from->node.count; i++) {
        struct built *key = CONTAINER_OF(from->node.items[2 * i], struct built, node);
        struct built *value = CONTAINER_OF(from->node.items[2 * i + 1], struct built, node);
        if (map_get(keys, key->node.text) != NULL) {
            continue;
        }
        if (!grow(c, at->span, key->size + value->size) ||
            !check_depth(c, at->span, value->height)) {
            return false;
        }
        map_put(keys, key->node.text, key);
        vec_push(&out->list, key);
        vec_push(&out->list, value);
    }
    return true;
}

/* `<<: *base` and `<<: [*first, *second]` (https://yaml.org/type/merge.html): keys of the mapping
 * itself win, then those of earlier ones. */
static bool merge_value(struct composer *c, struct built *value, struct map *keys,
                        struct nodes *out)
{
    if (value->node.kind == YAML_MAPPING) {
        return merge_mapping(c, &value->node, value, keys, out);
    }
    bool mappings = value->node.kind == YAML_SEQUENCE;
    for (size_t i = 0; mappings && i < value->node.count; i++) {
        struct built *item = CONTAINER_OF(value->node.items[i], struct built, node);
        mappings = item->node.kind == YAML_MAPPING;
        if (mappings && !merge_mapping(c, &value->node, item, keys, out)) {
            return false;
        }
    }
    if (!mappings) {
        report(c, value->node.span, "'<<' must be given a mapping or a list of mappings");
    }
    return true;
}

/* Own pairs of a mapping, each key once; the value of a merge key goes to `merged`. */
static void own_pairs(struct composer *c, const struct nodes *read, struct map *keys,
                      struct nodes *out, struct nodes *merged)
{
    for (size_t i = 0; i + 1 < read->list.len; i += 2) {
        struct built *key = read->list.items[i];
        if (key->node.kind != YAML_SCALAR && key->node.kind != YAML_NULL) {
            report(c, key->node.span, "a key must be a text, not a list or a mapping");
            continue;
        }
        const struct built *first = map_get(keys, key->node.text);
        if (first != NULL) {
            diags_add(c->diags, DIAG_ERROR, c->doc->file, c->doc->text, key->node.span,
                      "key '%.*s' is given twice, first in line %u", STR_ARG(key->node.text),
                      first->node.span.line);
            continue;
        }
        map_put(keys, key->node.text, key);
        if (is_merge_key(&key->node)) {
            vec_push(&merged->list, read->list.items[i + 1]);
        } else {
            vec_push(&out->list, key);
            vec_push(&out->list, read->list.items[i + 1]);
        }
    }
}

static bool finish_mapping(struct composer *c, struct built *b, const struct nodes *read)
{
    struct map keys = {.count = 0};
    struct nodes pairs = {.list = {.len = 0}};
    struct nodes merged = {.list = {.len = 0}};
    own_pairs(c, read, &keys, &pairs, &merged);
    bool ok = true;
    for (size_t i = 0; ok && i < merged.list.len; i++) {
        ok = merge_value(c, merged.list.items[i], &keys, &pairs);
    }
    if (ok) {
        finish_items(c, b, &pairs, 2);
    }
    vec_release(&merged.list);
    vec_release(&pairs.list);
    map_release(&keys);
    return ok;
}

static struct built *compose_collection(struct composer *c, const yaml_event_t *event)
{
    bool is_mapping = event->type == YAML_MAPPING_START_EVENT;
    const yaml_char_t *anchor_name =
        is_mapping ? event->data.mapping_start.anchor : event->data.sequence_start.anchor;
    const yaml_char_t *tag_name =
        is_mapping ? event->data.mapping_start.tag : event->data.sequence_start.tag;
    seek_node(c, event, anchor_name != NULL || tag_name != NULL, SIZE_MAX);
    (void)read_tag(c, tag_name);
    struct built *b = new_node(c, is_mapping ? YAML_MAPPING : YAML_SEQUENCE, c->place.index + 1);
    if (b == NULL) {
        return NULL;
    }
    if (!check_depth(c, b->node.span, 1)) {
        return NULL;
    }
    struct anchor *anchor = open_anchor(c, anchor_name);
    c->depth++;
    struct nodes nodes = {.list = {.len = 0}};
    bool ok;
    if (is_mapping) {
        ok = compose_until(c, YAML_MAPPING_END_EVENT, &nodes) && finish_mapping(c, b, &nodes);
    } else {
        ok = compose_until(c, YAML_SEQUENCE_END_EVENT, &nodes);
        finish_items(c, b, &nodes, 1);
    }
    vec_release(&nodes.list);
    c->depth--;
    close_anchor(anchor, b);
    return ok ? b : NULL;
}

static struct built *compose_node(struct composer *c, const yaml_event_t *event)
{
    if (event->type == YAML_ALIAS_EVENT) {
        return compose_alias(c, event);
    }
    if (event->type == YAML_SCALAR_EVENT) {
        return compose_scalar(c, event);
    }
    assert(event->type == YAML_SEQUENCE_START_EVENT || event->type == YAML_MAPPING_START_EVENT);
    return compose_collection(c, event);
}

yaml_event_type_t composer_next(struct composer *c)
{
    yaml_event_t event;
    if (!next_event(c, &event)) {
        return YAML_NO_EVENT;
    }
    yaml_event_type_t type = event.type;
    if (type == YAML_DOCUMENT_START_EVENT) {
        place_seek(&c->place, event.start_mark.index);
    }
    yaml_event_delete(&event);
    return type;
}

bool composer_document(struct composer *c)
{
    struct nodes root = {.list = {.len = 0}};
    bool ok = compose_until(c, YAML_DOCUMENT_END_EVENT, &root);
    if (ok) {
        assert(root.list.len == 1);
        c->doc->root = &root.list.items[0]->node;
    }
    vec_release(&root.list);
    return ok;
}

void composer_nothing(struct composer *c)
{
    place_init(&c->place, c->doc->text);
    struct built *b = new_node(c, YAML_NULL, 0);
    c->doc->root = &b->node;
}

void composer_init(struct composer *c, struct yaml_document *doc, struct diags *diags)
{
    *c = (struct composer){.doc = doc, .diags = diags};
    place_init(&c->place, doc->text);
    if (yaml_parser_initialize(&c->parser) == 0) {
        abort(); /* it fails for want of memory only */
    }
    yaml_parser_set_encoding(&c->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&c->parser, (const unsigned char *)doc->text.data, doc->text.len);
}

void composer_release(struct composer *c)
{
    yaml_parser_delete(&c->parser);
    map_release(&c->anchors);
}
