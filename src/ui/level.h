/* How a signal's value and an instance's state look: word, mark and role. Colour is only for
 * problems; what is well has none. */
#ifndef TOCSIN_UI_LEVEL_H
#define TOCSIN_UI_LEVEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "panel/board.h"
#include "ui/canvas.h"
#include "ui/glyphs.h"

/* Of a value by the signal's own limits; NULL has none. */
enum signal_level level_of_value(const struct panel_signal *signal, double value);
/* state.crit, state.warn, or `calm` where there is no problem. */
enum role level_role(enum signal_level level, enum role calm);
enum role level_chart_role(enum signal_level level);
/* The mark, or a blank. */
uint32_t level_glyph(const struct glyphs *glyphs, enum signal_level level);

/* "412", "idle" (known to have no traffic), "-" (nothing is known), "≥10s" (above the highest
 * bucket), with a '?' behind where the instance is stale. `row` may be NULL. */
enum value_form {
    VALUE_COLUMN, /* at most seven columns; the column's head says what it is */
    VALUE_LONG    /* with "/s" where it is a rate */
};
void value_text(struct strbuf *out, enum value_form form, const struct glyphs *glyphs,
                const struct instance *instance, const struct panel_signal *signal,
                const struct signal_row *row);
/* The same; the form of a column where the long one takes more columns than `room`. */
void value_text_within(struct strbuf *out, enum value_form form, int room,
                       const struct glyphs *glyphs, const struct instance *instance,
                       const struct panel_signal *signal, const struct signal_row *row);
/* "1.7 load/cpu": the long form with what it is of; a mere "-" where nothing is known.
 * Neither `signal` nor `row` is NULL. */
void value_text_titled(struct strbuf *out, const struct glyphs *glyphs,
                       const struct instance *instance, const struct panel_signal *signal,
                       const struct signal_row *row);
struct style value_style(const struct instance *instance, const struct signal_row *row,
                         enum role calm);

#endif
