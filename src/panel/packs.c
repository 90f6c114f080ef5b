/* See packs.h. */
#include "panel/packs.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/error.h"
#include "base/strbuf.h"
#include "yaml/node.h"

extern const struct embedded_file builtin_panels[];
extern const size_t builtin_panels_count;

struct taken {
    VEC(char *) names;
};

static bool is_taken(const struct taken *taken, const char *name)
{
    for (size_t i = 0; i < taken->names.len; i++) {
        if (strcmp(taken->names.items[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_pack(const char *name)
{
    struct str s = str_from(name);
    return s.len > 5 && name[0] != '.' &&
           (str_ends_with(s, STR(".yaml")) || str_ends_with(s, STR(".yml")));
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_pack(struct packs *packs, const char *file, struct str text, struct diags *diags)
{
    struct panel *panel = panel_parse(file, text, diags);
    if (panel == NULL) {
        return;
    }
    for (size_t i = 0; i < packs->list.len; i++) {
        if (strcmp(packs->list.items[i]->name, panel->name) == 0) {
            diags_add(diags, DIAG_ERROR, file, STR_NONE, (struct span){0},
                      "there is a panel '%s' already, in '%s'", panel->name,
                      packs->list.items[i]->file);
            panel_unref(panel);
            return;
        }
    }
    vec_push(&packs->list, panel);
}

/* A file of a folder: read whole, within YAML's limit. */
static void add_file(struct packs *packs, const char *path, struct diags *diags)
{
    struct yaml_document *doc = yaml_load(path, diags);
    if (doc != NULL) {
        add_pack(packs, path, yaml_text(doc), diags);
        yaml_destroy(doc);
    }
}

static void load_folder(struct packs *packs, struct taken *taken, const char *folder,
                        struct diags *diags)
{
    DIR *dir = opendir(folder);
    if (dir == NULL) {
        if (errno != ENOENT && errno != ENOTDIR) {
            struct error err = ERROR_INIT;
            error_set_sys(&err, errno, "cannot read the folder of panel packs");
            diags_add_error(diags, folder, STR_NONE, &err);
            error_release(&err);
        }
        return;
    }
    VEC(char *) names = {0};
    const struct dirent *entry;
    while ((entry = readdir(dir)) != NULL && names.len < PACKS_MAX) {
        if (is_pack(entry->d_name) && !is_taken(taken, entry->d_name)) {
            vec_push(&names, mem_strdup(entry->d_name));
        }
    }
    closedir(dir);
    if (names.len != 0) {
        qsort(names.items, names.len, sizeof(*names.items), by_text);
    }
    for (size_t i = 0; i < names.len; i++) {
        char *path = mem_printf("%s/%s", folder, names.items[i]);
        add_file(packs, path, diags);
        free(path);
        vec_push(&taken->names, names.items[i]);
    }
    vec_release(&names);
}

void packs_load(struct packs *packs, const char *const *folders, size_t count, struct diags *diags)
{
    *packs = (struct packs){0};
    struct taken taken = {0};
    for (size_t i = 0; i < count; i++) {
        load_folder(packs, &taken, folders[i], diags);
    }
    for (size_t i = 0; i < builtin_panels_count; i++) {
        const struct embedded_file *file = &builtin_panels[i];
        if (!is_taken(&taken, file->name)) {
            char *name = mem_printf("(built in)/%s", file->name);
            add_pack(packs, name, str_span(file->data, file->len), diags);
            free(name);
        }
    }
    for (size_t i = 0; i < taken.names.len; i++) {
        free(taken.names.items[i]);
    }
    vec_release(&taken.names);
}

void packs_release(struct packs *packs)
{
    for (size_t i = 0; i < packs->list.len; i++) {
        panel_unref(packs->list.items[i]);
    }
    vec_release(&packs->list);
}

bool packs_same(const struct packs *a, const struct packs *b)
{
    bool same = a->list.len == b->list.len;
    for (size_t i = 0; same && i < a->list.len; i++) {
        same = a->list.items[i]->fingerprint == b->list.items[i]->fingerprint;
    }
    return same;
}
