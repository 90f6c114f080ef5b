/* See packs.h. */
#include "rule/packs.h"

#include "base/arena.h"
#include "base/embedded.h"
#include "base/strbuf.h"
#include "base/suggest.h"
#include "base/vec.h"

extern const struct embedded_file builtin_rules[];
extern const size_t builtin_rules_count;

struct str rule_packs_name(size_t i)
{
    if (i >= builtin_rules_count) {
        return STR_NONE;
    }
    struct str file = str_from(builtin_rules[i].name);
    return str_slice(file, 0, file.len - STR(".yaml").len);
}

static void suggest(struct str name, struct error *err)
{
    struct arena arena;
    VEC(const char *) names = {0};
    struct strbuf list = STRBUF_INIT;
    arena_init(&arena);
    for (size_t i = 0; i < builtin_rules_count; i++) {
        vec_push(&names, arena_str(&arena, rule_packs_name(i)).data);
        strbuf_printf(&list, "%s%s", i == 0 ? "" : ", ", names.items[i]);
    }
    const char *near = suggest_nearest(name, names.items, names.len);
    if (near != NULL) {
        error_suggest(err, "did you mean '%s'?", near);
    } else {
        error_suggest(err, "there are %s", strbuf_cstr(&list));
    }
    strbuf_release(&list);
    vec_release(&names);
    arena_release(&arena);
}

bool rule_packs_find(struct str name, struct str *text, struct error *err)
{
    for (size_t i = 0; i < builtin_rules_count; i++) {
        if (str_equal(rule_packs_name(i), name)) {
            *text = str_span(builtin_rules[i].data, builtin_rules[i].len);
            return true;
        }
    }
    error_set(err, ERROR_NOT_FOUND, "there is no rule pack '%.*s'", STR_ARG(name));
    suggest(name, err);
    return false;
}
