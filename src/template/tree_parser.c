/* Actions and blocks (Go: text/template/parse, parse.go). */
#include "template/tree_parser.h"

#include <stdarg.h>

#include "base/diag.h"
#include "template/constant.h"

/* What ended a list of nodes. */
enum list_end { LIST_OPEN, LIST_END, LIST_ELSE };

static const char *const keywords[] = {"if",     "else",  "end",   "range",    "with",
                                       "define", "block", "break", "template", "continue",
                                       "true",   "false", "nil"};

const void *tree_parser_take(struct arena *arena, const void *items, size_t *len, size_t mark,
                             size_t size)
{
    size_t bytes = (*len - mark) * size;
    if (bytes == 0) {
        return NULL;
    }
    void *copy = arena_alloc(arena, bytes);
    memcpy(copy, (const char *)items + mark * size, bytes);
    *len = mark;
    return copy;
}

bool tree_parser_fail(struct tree_parser *p, size_t begin, size_t end, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    struct strbuf text;
    strbuf_init(&text, 1000);
    strbuf_vprintf(&text, fmt, args);
    va_end(args);
    error_set_at(p->err, ERROR_SYNTAX, diag_span(p->t->text, begin, end), "%s", strbuf_cstr(&text));
    strbuf_release(&text);
    return false;
}

bool tree_parser_unexpected(struct tree_parser *p, const char *wanted)
{
    if (p->token.kind == TOKEN_END) {
        return tree_parser_fail(p, p->token.begin, p->token.end,
                                "the text ends within an action, where %s is expected", wanted);
    }
    return tree_parser_fail(
        p, p->token.begin, p->token.end, "%s is expected in place of '%.*s'", wanted,
        STR_ARG(str_slice(p->t->text, p->token.begin, p->token.end - p->token.begin)));
}

bool tree_parser_advance(struct tree_parser *p)
{
    return scanner_next(&p->lx, &p->token, p->err);
}

bool tree_parser_enter(struct tree_parser *p)
{
    if (++p->depth > TEMPLATE_MAX_DEPTH) {
        return error_set_at(p->err, ERROR_LIMIT,
                            diag_span(p->t->text, p->token.begin, p->token.end),
                            "blocks and parentheses are nested more than %d deep",
                            TEMPLATE_MAX_DEPTH);
    }
    return true;
}

bool tree_parser_is_keyword(struct str word)
{
    for (size_t i = 0; i < ARRAY_LEN(keywords); i++) {
        if (str_equal_c(word, keywords[i])) {
            return true;
        }
    }
    return false;
}

uint32_t tree_parser_declare(struct tree_parser *p, struct str name)
{
    struct scope_variable variable = {.name = name, .slot = p->slot_count++};
    vec_push(&p->scope, variable);
    return variable.slot;
}

static bool at_word(const struct tree_parser *p, const char *word)
{
    return p->token.kind == TOKEN_WORD && str_equal_c(p->token.text, word);
}

/* The `}}` of an action that is complete. */
static bool close_action(struct tree_parser *p)
{
    if (p->token.kind != TOKEN_CLOSE) {
        return tree_parser_unexpected(p, "'}}'");
    }
    return tree_parser_advance(p);
}

static bool parse_action(struct tree_parser *p, size_t open, struct node *node);
static bool parse_control(struct tree_parser *p, enum node_kind kind, const char *word, size_t open,
                          struct node *node);
static bool parse_definition(struct tree_parser *p, struct str name, size_t open);
static bool parse_name(struct tree_parser *p, struct str *name);

static const struct node_list *take_nodes(struct tree_parser *p, size_t mark)
{
    struct node_list *list = arena_new(&p->t->arena, struct node_list);
    list->count = p->nodes.len - mark;
    list->nodes = TREE_PARSER_TAKE(p, nodes, mark, struct node);
    return list;
}

/* `{{define "name"}}`, behind the word. */
static bool parse_define(struct tree_parser *p, size_t open)
{
    struct str name;
    if (p->depth > 0 || !p->in_root) {
        return tree_parser_fail(p, p->word.begin, p->word.end, "'define' stands in no other block");
    }
    return parse_name(p, &name) && close_action(p) && parse_definition(p, name, open);
}

static bool parse_item(struct tree_parser *p, bool *done, enum list_end *end)
{
    struct node node = {.kind = NODE_TEXT, .begin = p->token.begin, .end = p->token.end};
    if (p->token.kind == TOKEN_TEXT) {
        node.text = p->token.text;
        vec_push(&p->nodes, node);
        return tree_parser_advance(p);
    }
    size_t open = p->token.begin;
    if (!tree_parser_advance(p)) {
        return false;
    }
    p->word = p->token;
    *done = at_word(p, "end") || at_word(p, "else");
    if (*done) {
        *end = at_word(p, "end") ? LIST_END : LIST_ELSE;
        return tree_parser_advance(p) && (*end == LIST_ELSE || close_action(p));
    }
    if (at_word(p, "define")) {
        return tree_parser_advance(p) && parse_define(p, open);
    }
    if (!parse_action(p, open, &node)) {
        return false;
    }
    vec_push(&p->nodes, node);
    return true;
}

/* Nodes up to `{{end}}`, whose action is used up, or to `{{else`, of which only the word is. */
static bool parse_list(struct tree_parser *p, const struct node_list **out, enum list_end *end)
{
    size_t mark = p->nodes.len;
    bool done = false;
    *end = LIST_OPEN;
    while (!done && p->token.kind != TOKEN_END) {
        if (!parse_item(p, &done, end)) {
            return false;
        }
    }
    *out = take_nodes(p, mark);
    return true;
}

static bool never_ends(struct tree_parser *p, size_t open)
{
    return tree_parser_fail(p, open, open + 2, "the block that starts here has no {{end}}");
}

/* Behind `{{else`: the other half, with its end. */
static bool parse_else(struct tree_parser *p, enum node_kind kind, size_t open,
                       const struct node_list **out)
{
    size_t here = p->token.begin;
    if ((kind == NODE_IF && at_word(p, "if")) || (kind == NODE_WITH && at_word(p, "with"))) {
        struct node inner = {.begin = here};
        size_t mark = p->nodes.len;
        if (!tree_parser_advance(p) ||
            !parse_control(p, kind, kind == NODE_IF ? "if" : "with", open, &inner)) {
            return false;
        }
        vec_push(&p->nodes, inner);
        *out = take_nodes(p, mark);
        return true;
    }
    enum list_end end;
    if (!close_action(p) || !parse_list(p, out, &end)) {
        return false;
    }
    if (end == LIST_ELSE) {
        return tree_parser_fail(p, p->word.begin, p->word.end, "a second else of one block");
    }
    return end == LIST_END || never_ends(p, open);
}

static bool parse_control(struct tree_parser *p, enum node_kind kind, const char *word, size_t open,
                          struct node *node)
{
    size_t scope = p->scope.len;
    enum list_end end;
    node->kind = kind;
    node->end = p->token.begin;
    if (!tree_parser_enter(p) || !tree_parser_pipe(p, word, TOKEN_CLOSE, &node->pipe) ||
        !close_action(p)) {
        return false;
    }
    size_t declared = p->scope.len;
    p->range_depth += kind == NODE_RANGE ? 1 : 0;
    if (!parse_list(p, &node->body, &end)) {
        return false;
    }
    p->range_depth -= kind == NODE_RANGE ? 1 : 0;
    p->scope.len = declared;
    if (end == LIST_OPEN) {
        return never_ends(p, open);
    }
    if (end == LIST_ELSE && !parse_else(p, kind, open, &node->otherwise)) {
        return false;
    }
    p->scope.len = scope;
    p->depth--;
    return true;
}

static bool parse_name(struct tree_parser *p, struct str *name)
{
    *name = str_slice(p->token.text, 1, p->token.text.len - 2);
    if (p->token.kind != TOKEN_STRING && p->token.kind != TOKEN_RAW_STRING) {
        return tree_parser_unexpected(p, "the name of a template in quotes");
    }
    if (p->token.kind == TOKEN_STRING && !constant_string(&p->t->arena, p->token.text, name)) {
        return tree_parser_fail(p, p->token.begin, p->token.end,
                                "a backslash in this string begins nothing that is known");
    }
    return tree_parser_advance(p);
}

static bool is_empty(const struct tree *tree)
{
    for (size_t i = 0; i < tree->root->count; i++) {
        const struct node *node = &tree->root->nodes[i];
        if (node->kind != NODE_TEXT || str_trim(node->text).len > 0) {
            return false;
        }
    }
    return true;
}

/* Of two definitions one must be empty; the other counts. */
static bool add_tree(struct tree_parser *p, const struct tree *tree, size_t open)
{
    for (size_t i = 0; i < p->trees.len; i++) {
        struct tree *other = &p->trees.items[i];
        if (!str_equal(other->name, tree->name)) {
            continue;
        }
        if (is_empty(other)) {
            *other = *tree;
            return true;
        }
        return is_empty(tree) ||
               tree_parser_fail(p, open, open + 2, "template '%.*s' is defined twice",
                                STR_ARG(tree->name));
    }
    vec_push(&p->trees, *tree);
    return true;
}

/* The body of a define or block, up to its end, with variables of its own. */
static bool parse_definition(struct tree_parser *p, struct str name, size_t open)
{
    bool in_root = p->in_root;
    uint32_t slot_count = p->slot_count;
    int range_depth = p->range_depth;
    size_t scope = p->scope.len;
    struct tree tree = {.name = name};
    enum list_end end;
    p->in_root = false;
    p->slot_count = 0;
    p->range_depth = 0;
    if (!tree_parser_enter(p)) {
        return false;
    }
    /* The innermost `$` is found first; what is outside must not be found at all. */
    struct tree_parser outside = *p;
    p->scope.items = NULL;
    p->scope.len = p->scope.capacity = 0;
    tree_parser_declare(p, STR("$"));
    bool ok = parse_list(p, &tree.root, &end);
    vec_release(&p->scope);
    p->scope.items = outside.scope.items;
    p->scope.len = scope;
    p->scope.capacity = outside.scope.capacity;
    if (!ok || end != LIST_END) {
        return ok && end == LIST_ELSE ? tree_parser_fail(p, p->word.begin, p->word.end,
                                                         "else without a block that it belongs to")
                                      : ok && never_ends(p, open);
    }
    tree.slot_count = p->slot_count;
    p->depth--;
    p->in_root = in_root;
    p->slot_count = slot_count;
    p->range_depth = range_depth;
    return add_tree(p, &tree, open);
}

/* `{{template "name" pipe}}`, behind the word. */
static bool parse_template_call(struct tree_parser *p, struct node *node)
{
    node->kind = NODE_TEMPLATE;
    if (!parse_name(p, &node->text)) {
        return false;
    }
    node->end = p->token.begin;
    if (p->token.kind != TOKEN_CLOSE &&
        !tree_parser_pipe(p, "template", TOKEN_CLOSE, &node->pipe)) {
        return false;
    }
    return close_action(p);
}

/* `{{block "name" pipe}}` defines a template and calls it. */
static bool parse_block(struct tree_parser *p, size_t open, struct node *node)
{
    node->kind = NODE_TEMPLATE;
    if (!parse_name(p, &node->text) || !tree_parser_pipe(p, "block", TOKEN_CLOSE, &node->pipe)) {
        return false;
    }
    node->end = p->token.begin;
    return close_action(p) && parse_definition(p, node->text, open);
}

static bool parse_jump(struct tree_parser *p, enum node_kind kind, struct node *node)
{
    struct token word = p->token;
    node->kind = kind;
    if (p->range_depth == 0) {
        return tree_parser_fail(p, word.begin, word.end, "'%.*s' outside of range",
                                STR_ARG(word.text));
    }
    return tree_parser_advance(p) && close_action(p);
}

static bool parse_action(struct tree_parser *p, size_t open, struct node *node)
{
    *node = (struct node){.kind = NODE_ACTION, .begin = open};
    node->end = p->token.end;
    if (at_word(p, "if")) {
        return tree_parser_advance(p) && parse_control(p, NODE_IF, "if", open, node);
    }
    if (at_word(p, "range")) {
        return tree_parser_advance(p) && parse_control(p, NODE_RANGE, "range", open, node);
    }
    if (at_word(p, "with")) {
        return tree_parser_advance(p) && parse_control(p, NODE_WITH, "with", open, node);
    }
    if (at_word(p, "template")) {
        return tree_parser_advance(p) && parse_template_call(p, node);
    }
    if (at_word(p, "block")) {
        return tree_parser_advance(p) && parse_block(p, open, node);
    }
    if (at_word(p, "break")) {
        return parse_jump(p, NODE_BREAK, node);
    }
    if (at_word(p, "continue")) {
        return parse_jump(p, NODE_CONTINUE, node);
    }
    if (!tree_parser_pipe(p, "an action", TOKEN_CLOSE, &node->pipe)) {
        return false;
    }
    node->end = p->token.end;
    return close_action(p);
}

static bool parse_all(struct tree_parser *p)
{
    struct tree tree = {.name = STR("")};
    enum list_end end;
    tree_parser_declare(p, STR("$"));
    vec_push(&p->trees, tree);
    static const struct node_list nothing = {.count = 0};
    p->trees.items[0].root = &nothing;
    if (!tree_parser_advance(p) || !parse_list(p, &tree.root, &end)) {
        return false;
    }
    if (end != LIST_OPEN) {
        return tree_parser_fail(p, p->word.begin, p->word.end,
                                end == LIST_ELSE ? "else without a block that it belongs to"
                                                 : "end without a block that it ends");
    }
    tree.slot_count = p->slot_count;
    p->trees.items[0] = tree;
    return true;
}

bool tree_parser_run(struct template *t, struct error *err)
{
    struct tree_parser p = {.t = t, .err = err, .in_root = true};
    scanner_init(&p.lx, t->text);
    bool ok = parse_all(&p);
    if (ok) {
        t->tree_count = p.trees.len;
        t->trees = arena_array(&t->arena, struct tree, p.trees.len);
        memcpy(t->trees, p.trees.items, p.trees.len * sizeof(*t->trees));
        t->outer_count = p.outer.len;
        t->outer = arena_array(&t->arena, struct outer_variable, p.outer.len);
        if (p.outer.len > 0) {
            memcpy(t->outer, p.outer.items, p.outer.len * sizeof(*t->outer));
        }
    }
    vec_release(&p.scope);
    vec_release(&p.nodes);
    vec_release(&p.commands);
    vec_release(&p.operands);
    vec_release(&p.fields);
    vec_release(&p.trees);
    vec_release(&p.outer);
    return ok;
}
