/*
 * Columns of a table and the rows of a list.
 *
 * Columns drop in a fixed order when there is no room, never by what is in them, so that they stand
 * still while values change. Selection is an id: when rows are sorted anew the same thing stays
 * selected, and an action never meets another row than the one that was seen.
 */
#ifndef TOCSIN_UI_WIDGETS_TABLE_H
#define TOCSIN_UI_WIDGETS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/vec.h"
#include "ui/canvas.h"
#include "ui/glyphs.h"

#define TABLE_MAX_COLUMNS 12

struct table_column {
    const char *title;
    int min, ideal;
    int drop;   /* 1 goes first; 0: never */
    bool grows; /* gets a share of what is left */
    enum text_align align;
};

/* Where each column is; a width of 0: dropped. */
struct table_layout {
    int x[TABLE_MAX_COLUMNS];
    int width[TABLE_MAX_COLUMNS];
    size_t count;
};

/* First all columns at their ideal; then those that grow shrink to their min; then columns drop;
 * then the rest shrinks from the right; then dropped ones that fit after all come back at their
 * min. One blank between columns. */
struct table_layout table_fit(const struct table_column *columns, size_t count, struct rect r);
void table_head(struct canvas *c, int y, const struct table_column *columns,
                const struct table_layout *layout);
static inline struct rect table_cell(const struct table_layout *layout, size_t column, int y)
{
    return rect_at(layout->x[column], y, layout->width[column], 1);
}

/* What a row leads to: the detail of an instance, and a row there, or 0. */
struct list_target {
    uint64_t instance, row;
};

struct list {
    VEC(uint64_t) ids;             /* as last drawn, top to bottom */
    VEC(struct list_target) opens; /* of each row, where rows lead anywhere */
    uint64_t selected;
    bool has_selection;
    bool chosen;     /* by a person; until then the selection is the top row, whatever that is */
    size_t position; /* where the selected one was: the place to stay when it is gone */
    size_t top;      /* first row shown */
    size_t page;     /* rows shown */
};

void list_release(struct list *list);
/* Before the rows of a frame are added (vec_push on ids). */
void list_begin(struct list *list);
/* After: what is selected among them. */
void list_settle(struct list *list);
/* The same, and scrolls for `rows` rows on the screen. */
void list_fit(struct list *list, size_t rows);
/* Index of the selected row, or SIZE_MAX. */
size_t list_selected(const struct list *list);
/* A person's choice. */
void list_move(struct list *list, long by);
void list_select(struct list *list, size_t index);
/* Chosen before its row is drawn. */
void list_select_id(struct list *list, uint64_t id);
/* As if nobody had chosen anything. */
void list_unselect(struct list *list);
/* The selected row's ground and marker, before its cells: '>' only where keys move it. Gives the
 * flags of its cells. */
unsigned list_draw_selected(struct canvas *c, struct rect row, bool focus,
                            const struct glyphs *glyphs);
/* In the head, over the column of the selection's marker: that there are rows above or below. */
void list_draw_more(const struct list *list, struct canvas *c, int x, int y,
                    const struct glyphs *glyphs);
/* How many of its rows are shown, "11 of 27", where it is cut: as far right in the head as no
 * column's title stands in the way. */
void list_draw_count(const struct list *list, struct canvas *c, struct rect head);

#endif
