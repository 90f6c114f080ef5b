/* See template.h. */
#include "template/template.h"

#include <stdlib.h>

#include "base/diag.h"
#include "base/mem.h"
#include "base/suggest.h"
#include "template/tree.h"
#include "template/tree_parser.h"

struct template *template_parse(struct str text, struct error *err)
{
    if (text.len > TEMPLATE_MAX_TEXT) {
        error_set(err, ERROR_LIMIT, "template of more than %zu KiB", TEMPLATE_MAX_TEXT / 1024);
        return NULL;
    }
    struct template *t = mem_zalloc(1, sizeof(*t));
    t->refs = 1;
    arena_init(&t->arena);
    t->text = arena_str(&t->arena, text);
    if (!tree_parser_run(t, err)) {
        template_unref(t);
        return NULL;
    }
    const struct node_list *root = t->trees[0].root;
    t->is_plain = root->count == 0
                      ? text.len == 0
                      : root->nodes[0].kind == NODE_TEXT && root->nodes[0].text.len == text.len;
    return t;
}

struct template *template_ref(const struct template *t)
{
    // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): the count is all that ever changes
    struct template *shared = (struct template *)(uintptr_t)t;
    shared->refs++;
    return shared;
}

void template_unref(struct template *t)
{
    if (t == NULL || --t->refs > 0) {
        return;
    }
    arena_release(&t->arena);
    free(t);
}

bool template_is_plain(const struct template *t)
{
    return t->is_plain;
}

static bool is_given(struct str name, const struct str *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_equal(names[i], name)) {
            return true;
        }
    }
    return false;
}

static void suggest(struct str name, const struct str *names, size_t count, struct error *err)
{
    struct arena arena;
    arena_init(&arena);
    const char **words = arena_array(&arena, const char *, count);
    for (size_t i = 0; i < count; i++) {
        words[i] = arena_str(&arena, names[i]).data;
    }
    const char *near = suggest_nearest(name, words, count);
    if (near != NULL) {
        error_suggest(err, "did you mean '%s'?", near);
    }
    arena_release(&arena);
}

bool template_check_variables(const struct template *t, const struct str *names, size_t count,
                              struct error *err)
{
    for (size_t i = 0; i < t->outer_count; i++) {
        const struct outer_variable *v = &t->outer[i];
        if (!is_given(v->name, names, count)) {
            error_set_at(err, ERROR_SYNTAX, diag_span(t->text, v->begin, v->end),
                         "undefined variable '%.*s'", STR_ARG(v->name));
            suggest(v->name, names, count, err);
            return false;
        }
    }
    return true;
}

const struct tree *template_find(const struct template *t, struct str name)
{
    for (size_t i = 1; i < t->tree_count; i++) {
        if (str_equal(t->trees[i].name, name)) {
            return &t->trees[i];
        }
    }
    return NULL;
}
