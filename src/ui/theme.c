#include "ui/theme.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/embedded.h"
#include "base/mem.h"
#include "base/suggest.h"
#include "base/vec.h"
#include "ui/color.h"
#include "yaml/node.h"
#include "yaml/read.h"

extern const struct embedded_file tocsin_themes[];
extern const size_t tocsin_themes_count;

static const char *const role_names[ROLE_COUNT] = {
#define ROLE(id, name) [ROLE_##id] = (name),
#include "ui/roles.def"
#undef ROLE
};

const char *role_name(enum role role)
{
    return role < ROLE_COUNT ? role_names[role] : "text";
}

struct palette_entry {
    struct str name;
    struct theme_color color;
};

struct theme_reader {
    struct yaml_reader yaml;
    struct theme *theme;
    VEC(struct palette_entry) palette;
    bool given[ROLE_COUNT];
};

static void read_palette(struct theme_reader *r, const struct yaml_node *node)
{
    if (node == NULL || !yaml_is_mapping(&r->yaml, node)) {
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_node *key = node->items[2 * i], *value = node->items[2 * i + 1];
        struct palette_entry entry = {.name = key->text};
        if (value->kind != YAML_SCALAR || !color_from_words(value->text, &entry.color)) {
            yaml_error(&r->yaml, value,
                       "'%.*s' is no colour: '#rrggbb', 0 to 255, a name such as 'bright-red', or "
                       "these together",
                       STR_ARG(value->text));
            continue;
        }
        vec_push(&r->palette, entry);
    }
}

static bool find_color(const struct theme_reader *r, struct str word, struct theme_color *out)
{
    VEC_EACH (&r->palette, const struct palette_entry, entry) {
        if (str_equal(entry->name, word)) {
            *out = entry->color;
            return true;
        }
    }
    return color_from_word(word, out);
}

static unsigned attr_of(struct str word)
{
    return str_equal_c(word, "bold")        ? THEME_BOLD
           : str_equal_c(word, "dim")       ? THEME_DIM
           : str_equal_c(word, "underline") ? THEME_UNDERLINE
           : str_equal_c(word, "reverse")   ? THEME_REVERSE
                                            : 0;
}

static void suggest_color(const struct theme_reader *r, struct diag *diag, struct str word)
{
    const char *words[64] = {"bold", "dim", "underline", "reverse", "on", "default"};
    char copies[ARRAY_LEN(words)][32];
    size_t count = 6;
    for (size_t i = 0; i < r->palette.len && count < ARRAY_LEN(words); i++) {
        struct str name = r->palette.items[i].name;
        if (name.len < sizeof(copies[0])) {
            memcpy(copies[count], name.data, name.len);
            copies[count][name.len] = '\0';
            words[count] = copies[count];
            count++;
        }
    }
    const char *near = suggest_nearest(word, words, count);
    if (near != NULL && diag != NULL) {
        diag_suggest(diag, "did you mean '%s'?", near);
    }
}

/* `red bold`, `white on red`, `reverse`. */
static void read_style(struct theme_reader *r, const struct yaml_node *node,
                       struct theme_style *style)
{
    struct str rest = node->text, word;
    bool background = false;
    while (str_split(&rest, ' ', &word)) {
        struct theme_color color;
        if (word.len == 0) {
            continue;
        }
        if (str_equal_c(word, "on")) {
            background = true;
        } else if (attr_of(word) != 0) {
            style->attrs |= attr_of(word);
        } else if (find_color(r, word, &color)) {
            *(background ? &style->bg : &style->fg) = color;
            background = false;
        } else {
            suggest_color(r,
                          yaml_error(&r->yaml, node, "'%.*s' is no colour and no attribute",
                                     STR_ARG(word)),
                          word);
        }
    }
}

static size_t role_from_name(struct str name)
{
    size_t role = 0;
    while (role < ROLE_COUNT && !str_equal_c(name, role_names[role])) {
        role++;
    }
    return role;
}

static const struct theme_style plain = {
    .fg = {THEME_COLOR_DEFAULT, THEME_COLOR_DEFAULT},
    .bg = {THEME_COLOR_DEFAULT, THEME_COLOR_DEFAULT},
};

static void read_roles(struct theme_reader *r, const struct yaml_node *node)
{
    if (node == NULL || !yaml_is_mapping(&r->yaml, node)) {
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_node *key = node->items[2 * i], *value = node->items[2 * i + 1];
        size_t role = role_from_name(key->text);
        if (role == ROLE_COUNT) {
            /* A warning only: a theme written for a newer tocsin still works. */
            struct diag *diag =
                yaml_warning(&r->yaml, key, "unknown role '%.*s'", STR_ARG(key->text));
            const char *near = suggest_nearest(key->text, role_names, ROLE_COUNT);
            if (diag != NULL && near != NULL) {
                diag_suggest(diag, "did you mean '%s'?", near);
            }
        } else if (value->kind != YAML_SCALAR) {
            yaml_error(&r->yaml, value, "a role is a text such as 'red bold'");
        } else {
            r->theme->styles[role] = plain;
            read_style(r, value, &r->theme->styles[role]);
            r->given[role] = true;
        }
    }
}

/* The nearest of the prefixes of the role's name that the theme gives, else `text`. */
static void inherit(struct theme_reader *r)
{
    for (size_t role = 0; role < ROLE_COUNT; role++) {
        struct str name = str_from(role_names[role]);
        size_t from = role;
        while (!r->given[from] && name.len > 0) {
            while (name.len > 0 && name.data[name.len - 1] != '.') {
                name.len--;
            }
            name.len -= name.len > 0 ? 1 : 0;
            size_t prefix = role_from_name(name);
            from = prefix < ROLE_COUNT ? prefix : from;
        }
        if (!r->given[from]) {
            from = ROLE_TEXT;
        }
        if (from != role) {
            r->theme->styles[role] = r->theme->styles[from];
        }
    }
}

static void read_theme(struct theme_reader *r, const struct yaml_node *root)
{
    if (!yaml_is_mapping(&r->yaml, root)) {
        return;
    }
    yaml_read_string(&r->yaml, root, "theme", &r->theme->name);
    read_palette(r, yaml_member(&r->yaml, root, "palette"));
    read_roles(r, yaml_required(&r->yaml, root, "roles"));
    yaml_read_done(&r->yaml, root);
    inherit(r);
}

struct theme *theme_parse(const char *file, struct str text, struct diags *diags)
{
    size_t errors = diags->errors;
    struct yaml_document *doc = yaml_parse(file, text, diags);
    if (doc == NULL) {
        return NULL;
    }
    struct theme_reader r = {.theme = mem_zalloc(1, sizeof(struct theme))};
    for (size_t i = 0; i < ROLE_COUNT; i++) {
        r.theme->styles[i] = plain;
    }
    yaml_reader_init(&r.yaml, doc, diags);
    read_theme(&r, yaml_root(doc));
    yaml_reader_release(&r.yaml);
    vec_release(&r.palette);
    yaml_destroy(doc);
    if (r.theme->name == NULL) {
        r.theme->name = mem_strdup(file);
    }
    if (diags->errors != errors) {
        theme_destroy(r.theme);
        return NULL;
    }
    return r.theme;
}

void theme_destroy(struct theme *theme)
{
    if (theme != NULL) {
        free(theme->name);
        free(theme);
    }
}

static bool is_named(const struct embedded_file *file, const char *name)
{
    size_t len = strlen(name);
    return strncmp(file->name, name, len) == 0 && strcmp(file->name + len, ".yaml") == 0;
}

static struct theme *builtin(const char *name, struct diags *diags)
{
    for (size_t i = 0; i < tocsin_themes_count; i++) {
        if (is_named(&tocsin_themes[i], name)) {
            char *file = mem_printf("(built in)/%s", tocsin_themes[i].name);
            struct str text = str_span(tocsin_themes[i].data, tocsin_themes[i].len);
            struct theme *theme = theme_parse(file, text, diags);
            free(file);
            return theme;
        }
    }
    return NULL;
}

struct theme *theme_builtin(const char *name)
{
    struct diags diags;
    diags_init(&diags);
    struct theme *theme = builtin(name, &diags);
    diags_release(&diags);
    return theme;
}

void theme_builtin_list(struct strbuf *out)
{
    for (size_t i = 0; i < tocsin_themes_count; i++) {
        struct str name = str_from(tocsin_themes[i].name);
        name.len -= sizeof(".yaml") - 1;
        strbuf_printf(out, "%s%.*s", i == 0 ? "" : ", ", STR_ARG(name));
    }
}

static struct theme *load_file(const char *path, struct diags *diags)
{
    struct yaml_document *doc = yaml_load(path, diags);
    if (doc == NULL) {
        return NULL;
    }
    struct theme *theme = theme_parse(path, yaml_text(doc), diags);
    yaml_destroy(doc);
    return theme;
}

struct theme *theme_find(const char *name, const char *const *folders, size_t folder_count,
                         struct diags *diags)
{
    if (strchr(name, '/') != NULL) {
        return load_file(name, diags);
    }
    for (size_t i = 0; i < folder_count; i++) {
        char *path = mem_printf("%s/%s.yaml", folders[i], name);
        struct theme *theme = NULL;
        bool there = access(path, F_OK) == 0;
        if (there) {
            theme = load_file(path, diags);
        }
        free(path);
        if (there) {
            return theme;
        }
    }
    size_t errors = diags->errors;
    struct theme *theme = builtin(name, diags);
    if (theme == NULL && diags->errors == errors) {
        struct strbuf names = STRBUF_INIT;
        theme_builtin_list(&names);
        diags_add(diags, DIAG_ERROR, NULL, STR_NONE, (struct span){0},
                  "no theme '%s'; built in are %s", name, strbuf_cstr(&names));
        strbuf_release(&names);
    }
    return theme;
}
