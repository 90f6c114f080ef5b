/*
 * The panel packs there are: the user's, the system's and those compiled in. A pack in a folder
 * named earlier stands in for one of the same file name named later; so a user changes a shipped
 * pack by copying and editing it.
 *
 * Owner: packs_release.
 */
#ifndef TOCSIN_PANEL_PACKS_H
#define TOCSIN_PANEL_PACKS_H

#include "base/diag.h"
#include "base/vec.h"
#include "panel/panel.h"

#define PACKS_MAX ((size_t)500)

struct packs {
    VEC(struct panel *) list;
};

/* Reads NAME.yaml and NAME.yml of each folder (one that is not there is skipped), then what is
 * compiled in. A pack with errors is reported and left out; the others are there. */
void packs_load(struct packs *packs, const char *const *folders, size_t count, struct diags *diags);
void packs_release(struct packs *packs);
/* The same texts in the same order? */
bool packs_same(const struct packs *a, const struct packs *b);

#endif
