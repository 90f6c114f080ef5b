/*
 * Values as Go's fmt writes them. Private to this folder.
 *
 * A buffer that overflows ends the work; so it also ends where values are nested more than
 * TEMPLATE_MAX_DEPTH deep.
 */
#ifndef TOCSIN_TEMPLATE_FORMAT_H
#define TOCSIN_TEMPLATE_FORMAT_H

#include "template/template.h"

/* What an action shows: %v, and `<no value>` for nil. */
void format_output(struct strbuf *out, const struct template_value *v);
/* %v */
void format_value(struct strbuf *out, const struct template_value *v);
/* fmt.Sprint: blanks between two of which neither is a text. */
void format_print(struct strbuf *out, const struct template_value *values, size_t count);
/* fmt.Sprintln */
void format_println(struct strbuf *out, const struct template_value *values, size_t count);
/* fmt.Sprintf: what is wrong with the format stands in the result, `%!d(string=x)`. */
void format_printf(struct strbuf *out, struct str format, const struct template_value *values,
                   size_t count);

/* How a verb is written. */
struct format_spec {
    bool plus;
    bool minus;
    bool sharp;
    bool space;
    bool zero;
    bool plus_v;  /* %+v: fields with their names */
    bool sharp_v; /* %#v: texts in quotes */
    bool has_width;
    bool has_precision;
    int width;
    int precision;
    char verb; /* of ASCII; others are bad anyway */
};

/* format_number.c; the verb is one they know. */
void format_int(struct strbuf *out, const struct format_spec *spec, int64_t value);
void format_float(struct strbuf *out, const struct format_spec *spec, double value);
/* Text in the width: padded with blanks, or zeros where those are asked for. */
void format_pad(struct strbuf *out, const struct format_spec *spec, struct str text);

/* Duration and time as their String methods write them. */
void format_duration(struct strbuf *out, int64_t ns);
void format_time(struct strbuf *out, int64_t ns);

#endif
