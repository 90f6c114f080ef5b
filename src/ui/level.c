#include "ui/level.h"

#include <math.h>
#include <stddef.h>

#include "base/unit.h"
#include "base/utf8.h"
#include "ui/width.h"

static bool is_past(double value, double limit, bool low_is_bad)
{
    return low_is_bad ? value <= limit : value >= limit;
}

enum signal_level level_of_value(const struct panel_signal *signal, double value)
{
    if (signal == NULL || isnan(value)) {
        return LEVEL_OK;
    }
    if (signal->has_critical && is_past(value, signal->critical, signal->low_is_bad)) {
        return LEVEL_CRITICAL;
    }
    if (signal->has_warning && is_past(value, signal->warning, signal->low_is_bad)) {
        return LEVEL_WARNING;
    }
    return LEVEL_OK;
}

enum role level_role(enum signal_level level, enum role calm)
{
    switch (level) {
    case LEVEL_CRITICAL:
        return ROLE_STATE_CRIT;
    case LEVEL_WARNING:
        return ROLE_STATE_WARN;
    case LEVEL_OK:
        return calm;
    }
    return calm;
}

enum role level_chart_role(enum signal_level level)
{
    switch (level) {
    case LEVEL_CRITICAL:
        return ROLE_CHART_CRIT;
    case LEVEL_WARNING:
        return ROLE_CHART_WARN;
    case LEVEL_OK:
        return ROLE_CHART_AREA;
    }
    return ROLE_CHART_AREA;
}

uint32_t level_glyph(const struct glyphs *glyphs, enum signal_level level)
{
    switch (level) {
    case LEVEL_CRITICAL:
        return glyphs->critical;
    case LEVEL_WARNING:
        return glyphs->warning;
    case LEVEL_OK:
        return ' ';
    }
    return ' ';
}

void value_text(struct strbuf *out, enum value_form form, const struct glyphs *glyphs,
                const struct instance *instance, const struct panel_signal *signal,
                const struct signal_row *row)
{
    if (row == NULL || signal == NULL || row->state == SIGNAL_NO_DATA) {
        strbuf_add_c(out, "-");
        return;
    }
    if (row->state == SIGNAL_NO_TRAFFIC) {
        strbuf_add_c(out, "idle");
    } else {
        if (row->above_highest_bucket) {
            char bytes[4];
            strbuf_add(out, bytes, utf8_encode(glyphs->at_least, bytes));
        }
        if (form == VALUE_LONG) {
            unit_format_long(out, row->now, signal->unit);
        } else {
            unit_format(out, row->now, signal->unit);
        }
    }
    if (instance->state == INSTANCE_STALE) {
        strbuf_add_char(out, '?');
    }
}

void value_text_within(struct strbuf *out, enum value_form form, int room,
                       const struct glyphs *glyphs, const struct instance *instance,
                       const struct panel_signal *signal, const struct signal_row *row)
{
    value_text(out, form, glyphs, instance, signal, row);
    if (form == VALUE_LONG && width_columns(strbuf_str(out)) > room) {
        strbuf_reset(out);
        value_text(out, VALUE_COLUMN, glyphs, instance, signal, row);
    }
}

void value_text_titled(struct strbuf *out, const struct glyphs *glyphs,
                       const struct instance *instance, const struct panel_signal *signal,
                       const struct signal_row *row)
{
    value_text(out, VALUE_LONG, glyphs, instance, signal, row);
    if (row->state != SIGNAL_NO_DATA) {
        strbuf_printf(out, " %s", signal->title);
    }
}

struct style value_style(const struct instance *instance, const struct signal_row *row,
                         enum role calm)
{
    if (instance->state == INSTANCE_STALE) {
        return style_of(ROLE_STATE_STALE);
    }
    if (row == NULL || row->state != SIGNAL_VALUE) {
        return style_of(ROLE_TEXT_MUTED);
    }
    return style_of(level_role(row->level, calm));
}
