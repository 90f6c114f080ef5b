/* See format.h. Go: fmt, print.go. */
#include "template/format.h"

#include "base/escape.h"
#include "base/utf8.h"
#include "template/value.h"

static void format_any(struct strbuf *out, const struct format_spec *spec,
                       const struct template_value *v, int depth);

/* %!d(string=text) */
static void bad_verb(struct strbuf *out, const struct format_spec *spec, struct str verb,
                     const struct template_value *v, int depth)
{
    const struct format_spec plain = {.verb = 'v'};
    (void)spec;
    strbuf_printf(out, "%%!%.*s(", STR_ARG(verb));
    if (v->kind == TEMPLATE_NIL) {
        strbuf_add_c(out, "<nil>");
    } else {
        strbuf_printf(out, "%s=", template_value_type_name(v));
        format_any(out, &plain, v, depth + 1);
    }
    strbuf_add_char(out, ')');
}

/* The first `precision` characters. */
static struct str cut(const struct format_spec *spec, struct str text)
{
    size_t end = 0;
    if (!spec->has_precision) {
        return text;
    }
    for (int i = 0; i < spec->precision && end < text.len; i++) {
        size_t length = 0;
        (void)utf8_decode(str_slice(text, end, text.len), &length);
        end += length;
    }
    return str_slice(text, 0, end);
}

static void format_hex(struct strbuf *out, const struct format_spec *spec, struct str text)
{
    const char *digits = spec->verb == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    struct strbuf hex;
    strbuf_init(&hex, out->max);
    text = spec->has_precision ? str_slice(text, 0, (size_t)spec->precision) : text;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (spec->space && i > 0) {
            strbuf_add_char(&hex, ' ');
        }
        if (spec->sharp && (i == 0 || spec->space)) {
            strbuf_add_char(&hex, '0');
            strbuf_add_char(&hex, spec->verb);
        }
        strbuf_add_char(&hex, digits[c >> 4]);
        strbuf_add_char(&hex, digits[c & 15]);
    }
    out->overflowed = out->overflowed || hex.overflowed;
    format_pad(out, spec, strbuf_str(&hex));
    strbuf_release(&hex);
}

/* %+q: what is beyond ASCII is escaped, too. */
static void quote_ascii(struct strbuf *out, struct str text)
{
    struct strbuf quoted;
    strbuf_init(&quoted, out->max);
    escape_quoted(&quoted, text);
    out->overflowed = out->overflowed || quoted.overflowed;
    struct str s = strbuf_str(&quoted);
    for (size_t length = 0; s.len > 0; s = str_slice(s, length, s.len)) {
        uint32_t c = utf8_decode(s, &length);
        if (c < 0x80) {
            strbuf_add_char(out, (char)c);
        } else {
            strbuf_printf(out, c > 0xFFFF ? "\\U%08x" : "\\u%04x", (unsigned)c);
        }
    }
    strbuf_release(&quoted);
}

static void format_quoted(struct strbuf *out, const struct format_spec *spec, struct str text)
{
    struct strbuf quoted;
    strbuf_init(&quoted, out->max);
    text = cut(spec, text);
    bool raw = spec->sharp && str_find(text, '`') == text.len && utf8_valid(text);
    for (size_t i = 0; raw && i < text.len; i++) {
        raw = (unsigned char)text.data[i] >= ' ' || text.data[i] == '\t';
    }
    if (raw) {
        strbuf_add_char(&quoted, '`');
        strbuf_add_str(&quoted, text);
        strbuf_add_char(&quoted, '`');
    } else if (spec->plus) {
        quote_ascii(&quoted, text);
    } else {
        escape_quoted(&quoted, text);
    }
    out->overflowed = out->overflowed || quoted.overflowed;
    format_pad(out, spec, strbuf_str(&quoted));
    strbuf_release(&quoted);
}

static void format_string(struct strbuf *out, const struct format_spec *spec, struct str verb,
                          const struct template_value *v, int depth)
{
    switch (spec->verb) {
    case 'v':
        if (spec->sharp_v) {
            format_quoted(out, spec, v->string);
            break;
        }
        format_pad(out, spec, cut(spec, v->string));
        break;
    case 's':
        format_pad(out, spec, cut(spec, v->string));
        break;
    case 'q':
        format_quoted(out, spec, v->string);
        break;
    case 'x':
    case 'X':
        format_hex(out, spec, v->string);
        break;
    default:
        bad_verb(out, spec, verb, v, depth);
    }
}

static void format_elements(struct strbuf *out, const struct format_spec *spec,
                            const struct template_value *v, int depth)
{
    if (v->kind == TEMPLATE_LIST) {
        strbuf_add_char(out, '[');
        for (size_t i = 0; i < v->list->count && !out->overflowed; i++) {
            strbuf_add_c(out, i > 0 ? " " : "");
            format_any(out, spec, &v->list->items[i], depth + 1);
        }
        strbuf_add_char(out, ']');
        return;
    }
    bool named = !v->map->is_struct || spec->plus_v;
    strbuf_add_c(out, v->map->is_struct ? "{" : "map[");
    for (size_t i = 0; i < v->map->count && !out->overflowed; i++) {
        const struct template_value name = template_string(v->map->members[i].name);
        strbuf_add_c(out, i > 0 ? " " : "");
        if (named && v->map->is_struct) {
            strbuf_printf(out, "%.*s:", STR_ARG(name.string));
        } else if (named) {
            format_any(out, spec, &name, depth + 1);
            strbuf_add_char(out, ':');
        }
        format_any(out, spec, &v->map->members[i].value, depth + 1);
    }
    strbuf_add_char(out, v->map->is_struct ? '}' : ']');
}

static bool is_one_of(char verb, const char *verbs)
{
    return verb != '\0' && strchr(verbs, verb) != NULL;
}

/* Those with a String method are text to %v and %s, and numbers to the others. */
static void format_with_method(struct strbuf *out, const struct format_spec *spec, struct str verb,
                               const struct template_value *v, int depth)
{
    struct strbuf text;
    strbuf_init(&text, 100);
    if (v->kind == TEMPLATE_TIME) {
        format_time(&text, v->integer);
    } else {
        format_duration(&text, v->integer);
    }
    const struct template_value as_text = template_string(strbuf_str(&text));
    if (is_one_of(spec->verb, "vsqxX")) {
        format_string(out, spec, verb, &as_text, depth);
    } else if (v->kind == TEMPLATE_DURATION && is_one_of(spec->verb, "dboOcU")) {
        format_int(out, spec, v->integer);
    } else {
        bad_verb(out, spec, verb, v, depth);
    }
    strbuf_release(&text);
}

static void format_verb(struct strbuf *out, const struct format_spec *spec, struct str verb,
                        const struct template_value *v, int depth)
{
    bool shown = false;
    switch (v->kind) {
    case TEMPLATE_NIL:
        shown = spec->verb == 'v';
        if (shown) {
            format_pad(out, spec, STR("<nil>"));
        }
        break;
    case TEMPLATE_BOOL:
        shown = is_one_of(spec->verb, "tv");
        if (shown) {
            format_pad(out, spec, v->boolean ? STR("true") : STR("false"));
        }
        break;
    case TEMPLATE_INT:
        shown = is_one_of(spec->verb, "vdboOxXcqU");
        if (shown) {
            format_int(out, spec, v->integer);
        }
        break;
    case TEMPLATE_FLOAT:
        shown = is_one_of(spec->verb, "vgGeEfFxX");
        if (shown) {
            format_float(out, spec, v->number);
        }
        break;
    case TEMPLATE_STRING:
        format_string(out, spec, verb, v, depth);
        return;
    case TEMPLATE_LIST:
    case TEMPLATE_MAP:
        format_elements(out, spec, v, depth);
        return;
    case TEMPLATE_TIME:
    case TEMPLATE_DURATION:
        format_with_method(out, spec, verb, v, depth);
        return;
    }
    if (!shown) {
        bad_verb(out, spec, verb, v, depth);
    }
}

static void format_any(struct strbuf *out, const struct format_spec *spec,
                       const struct template_value *v, int depth)
{
    if (depth > TEMPLATE_MAX_DEPTH) {
        out->overflowed = true;
    }
    if (!out->overflowed) {
        format_verb(out, spec, str_span(&spec->verb, 1), v, depth);
    }
}

void format_value(struct strbuf *out, const struct template_value *v)
{
    const struct format_spec plain = {.verb = 'v'};
    format_any(out, &plain, v, 0);
}

void format_output(struct strbuf *out, const struct template_value *v)
{
    if (v->kind == TEMPLATE_STRING) {
        strbuf_add_str(out, v->string);
    } else if (v->kind == TEMPLATE_NIL) {
        strbuf_add_c(out, "<no value>");
    } else {
        format_value(out, v);
    }
}

void format_print(struct strbuf *out, const struct template_value *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool blank =
            i > 0 && values[i].kind != TEMPLATE_STRING && values[i - 1].kind != TEMPLATE_STRING;
        strbuf_add_c(out, blank ? " " : "");
        format_value(out, &values[i]);
    }
}

void format_println(struct strbuf *out, const struct template_value *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        strbuf_add_c(out, i > 0 ? " " : "");
        format_value(out, &values[i]);
    }
    strbuf_add_char(out, '\n');
}

/* Where reading a format is. */
struct reading {
    struct str format;
    size_t at;
    const struct template_value *values;
    size_t count;
    size_t next; /* value */
    bool reordered;
    bool good_index; /* of the `[n]` read last */
    bool after_index;
};

static char peek(const struct reading *r)
{
    return r->at < r->format.len ? r->format.data[r->at] : '\0';
}

/* False where there are no digits. Behind too large a number nothing is read any more, as in Go. */
static bool read_number(struct reading *r, int *number)
{
    bool found = false;
    *number = 0;
    for (; peek(r) >= '0' && peek(r) <= '9'; r->at++) {
        if (*number > 1000000) {
            r->at = r->format.len;
            *number = 0;
            return false;
        }
        found = true;
        *number = *number * 10 + (peek(r) - '0');
    }
    return found;
}

/* `[n]`: the value that comes next. */
static void read_index(struct reading *r)
{
    r->after_index = false;
    if (peek(r) != '[') {
        return;
    }
    r->reordered = true;
    size_t close = r->at + str_find(str_slice(r->format, r->at, r->format.len), ']');
    if (close >= r->format.len) {
        r->good_index = false;
        r->at++;
        return;
    }
    int number = 0;
    r->at++;
    bool ok =
        read_number(r, &number) && r->at == close && number >= 1 && (size_t)number <= r->count;
    r->at = close + 1;
    if (ok) {
        r->next = (size_t)number - 1;
        r->after_index = true;
    } else {
        r->good_index = false;
    }
}

/* `*`: a width or precision that is a value. */
static bool read_star(struct reading *r, int *number)
{
    r->at++;
    bool ok = r->next < r->count && r->values[r->next].kind == TEMPLATE_INT &&
              r->values[r->next].integer >= -1000000 && r->values[r->next].integer <= 1000000;
    *number = ok ? (int)r->values[r->next].integer : 0;
    r->next += r->next < r->count ? 1 : 0;
    r->after_index = false;
    return ok;
}

static void read_flags(struct reading *r, struct format_spec *spec)
{
    for (;; r->at++) {
        switch (peek(r)) {
        case '+':
            spec->plus = true;
            break;
        case '-':
            spec->minus = true;
            spec->zero = false;
            break;
        case '#':
            spec->sharp = true;
            break;
        case ' ':
            spec->space = true;
            break;
        case '0':
            spec->zero = !spec->minus;
            break;
        default:
            return;
        }
    }
}

static void read_width(struct strbuf *out, struct reading *r, struct format_spec *spec)
{
    read_index(r);
    if (peek(r) == '*') {
        spec->has_width = read_star(r, &spec->width);
        if (!spec->has_width) {
            strbuf_add_c(out, "%!(BADWIDTH)");
        }
        if (spec->width < 0) {
            spec->width = -spec->width;
            spec->minus = true;
            spec->zero = false;
        }
        return;
    }
    spec->has_width = read_number(r, &spec->width);
    if (r->after_index && spec->has_width) {
        r->good_index = false;
    }
}

static void read_precision(struct strbuf *out, struct reading *r, struct format_spec *spec)
{
    if (peek(r) != '.') {
        return;
    }
    r->at++;
    if (r->after_index) {
        r->good_index = false;
    }
    read_index(r);
    if (peek(r) == '*') {
        spec->has_precision = read_star(r, &spec->precision) && spec->precision >= 0;
        if (!spec->has_precision) {
            spec->precision = 0;
            strbuf_add_c(out, "%!(BADPREC)");
        }
        return;
    }
    spec->has_precision = true;
    if (!read_number(r, &spec->precision)) {
        spec->precision = 0;
    }
}

/* Behind a '%'. */
static void format_directive(struct strbuf *out, struct reading *r)
{
    struct format_spec spec = {.verb = '\0'};
    r->good_index = true;
    r->after_index = false;
    read_flags(r, &spec);
    read_width(out, r, &spec);
    read_precision(out, r, &spec);
    if (!r->after_index) {
        read_index(r);
    }
    if (r->at >= r->format.len) {
        strbuf_add_c(out, "%!(NOVERB)");
        return;
    }
    size_t length = 1;
    (void)utf8_decode(str_slice(r->format, r->at, r->format.len), &length);
    struct str verb = str_slice(r->format, r->at, length);
    spec.verb = length == 1 ? verb.data[0] : '\0';
    r->at += length;
    if (spec.verb == 'v') { /* there the two flags mean fields with names, and Go's syntax */
        spec.plus_v = spec.plus;
        spec.sharp_v = spec.sharp;
        spec.plus = spec.sharp = false;
    }
    if (spec.verb == '%') {
        strbuf_add_char(out, '%');
    } else if (!r->good_index) {
        strbuf_printf(out, "%%!%.*s(BADINDEX)", STR_ARG(verb));
    } else if (r->next >= r->count) {
        strbuf_printf(out, "%%!%.*s(MISSING)", STR_ARG(verb));
    } else if (spec.verb == 'T') {
        const struct template_value *value = &r->values[r->next++];
        bool nil = value->kind == TEMPLATE_NIL;
        format_pad(out, &spec, nil ? STR("<nil>") : str_from(template_value_type_name(value)));
    } else {
        format_verb(out, &spec, verb, &r->values[r->next++], 0);
    }
}

void format_printf(struct strbuf *out, struct str format, const struct template_value *values,
                   size_t count)
{
    struct reading r = {.format = format, .values = values, .count = count};
    while (r.at < format.len && !out->overflowed) {
        struct str rest = str_slice(format, r.at, format.len);
        size_t percent = str_find(rest, '%');
        strbuf_add_str(out, str_slice(rest, 0, percent));
        r.at += percent;
        if (r.at < format.len) {
            r.at++;
            format_directive(out, &r);
        }
    }
    if (r.reordered || r.next >= count) {
        return;
    }
    strbuf_add_c(out, "%!(EXTRA ");
    for (size_t i = r.next; i < count; i++) {
        strbuf_add_c(out, i > r.next ? ", " : "");
        if (values[i].kind == TEMPLATE_NIL) {
            strbuf_add_c(out, "<nil>");
            continue;
        }
        strbuf_printf(out, "%s=", template_value_type_name(&values[i]));
        format_value(out, &values[i]);
    }
    strbuf_add_char(out, ')');
}
