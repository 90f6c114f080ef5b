/*
 * Facts: a name at the left, what is known at its right, wrapped over as many lines as it takes; a
 * fact without a name begins at the left edge and has the whole width (addresses that a terminal is
 * to find). Lines can be counted before they are drawn, so that what surrounds them fits.
 *
 * Owner: facts_release; texts are copied.
 */
#ifndef TOCSIN_UI_WIDGETS_FACTS_H
#define TOCSIN_UI_WIDGETS_FACTS_H

#include "base/vec.h"
#include "ui/canvas.h"

/* Of one fact; what is longer ends with a mark. */
#define FACT_MAX_LINES 12

struct fact {
    const char *name; /* a literal; NULL: the whole width */
    char *text;
    enum role role;
};

struct facts {
    VEC(struct fact) list;
};

void facts_release(struct facts *facts);
/* An empty text adds nothing. */
void facts_add(struct facts *facts, const char *name, enum role role, struct str text);
/* The same; says so where the buffer did not take all of it. */
void facts_add_text(struct facts *facts, const char *name, enum role role,
                    const struct strbuf *text);
void facts_printf(struct facts *facts, const char *name, enum role role, const char *fmt, ...)
    ATTR_PRINTF(4, 5);
/* How many lines all of them take in so many columns. */
int facts_lines(const struct facts *facts, int width);
/* From line `top` on. */
void facts_draw(const struct facts *facts, struct canvas *c, struct rect r, int top, uint32_t cut);

#endif
