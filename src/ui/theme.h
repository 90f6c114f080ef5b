/*
 * Themes: what each role (roles.def) looks like. A theme is a YAML file (tocsin-theme(5)):
 *
 *     theme: tocsin-dark
 *     palette:
 *       red: "#ff5f5f 203 red"      # true colour, index of the 256, name of the 16; one is enough
 *     roles:
 *       state.crit: red bold        # COLOUR, `on COLOUR`, bold dim underline reverse
 *
 * Colours are indexes of the 256-colour palette and of the 16 ANSI colours; the terminal takes what
 * it has. `default` is the terminal's own foreground or background. No background is painted unless
 * a theme says so.
 *
 * Owner: theme_create.../theme_destroy; immutable in between.
 */
#ifndef TOCSIN_UI_THEME_H
#define TOCSIN_UI_THEME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/str.h"
#include "base/strbuf.h"

enum role {
#define ROLE(id, name) ROLE_##id,
#include "ui/roles.def"
#undef ROLE
    ROLE_COUNT
};
const char *role_name(enum role role);

enum theme_attr {
    THEME_BOLD = 1 << 0,
    THEME_DIM = 1 << 1,
    THEME_UNDERLINE = 1 << 2,
    THEME_REVERSE = 1 << 3
};

#define THEME_COLOR_DEFAULT (-1)
struct theme_color {
    int16_t index; /* of 256, or THEME_COLOR_DEFAULT */
    int16_t ansi;  /* of 16, or THEME_COLOR_DEFAULT */
};

struct theme_style {
    struct theme_color fg, bg;
    unsigned attrs; /* enum theme_attr */
};

struct theme {
    char *name;
    struct theme_style styles[ROLE_COUNT];
};

/* NULL after reported errors. */
struct theme *theme_parse(const char *file, struct str text, struct diags *diags);
/* One that is compiled in; NULL where there is none of that name. */
struct theme *theme_builtin(const char *name);
/* `NAME.yaml` in the first of `folders` (nearest first) that has it, else the one built in; NULL
 * after a reported error. A `name` with a slash is a file. */
struct theme *theme_find(const char *name, const char *const *folders, size_t folder_count,
                         struct diags *diags);
void theme_destroy(struct theme *theme);
/* Names of those built in, with commas between. */
void theme_builtin_list(struct strbuf *out);

#endif
