#include "ui/keys_format.h"

#include "base/escape.h"
#include "ui/keycode.h"
#include "ui/width.h"

#define KEYS_COLUMN 18 /* of the text form */

void keys_format_row_keys(struct strbuf *out, const struct key_row *row, const char *between)
{
    const char *names = row->keys;
    int32_t key = keys_next(&names);
    while (key != KEYCODE_NONE) {
        keycode_format(out, key);
        key = keys_next(&names);
        if (key != KEYCODE_NONE) {
            strbuf_add_c(out, between);
        }
    }
}

static void each_of_group(struct strbuf *out, enum key_group group,
                          void (*format)(struct strbuf *out, const struct key_row *row))
{
    size_t count;
    const struct key_row *rows = keys_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].group == group) {
            format(out, &rows[i]);
        }
    }
}

static void text_row(struct strbuf *out, const struct key_row *row)
{
    size_t before = out->len;
    strbuf_add_c(out, "  ");
    keys_format_row_keys(out, row, "  ");
    size_t used = (size_t)width_columns(str_slice(strbuf_str(out), before, out->len));
    strbuf_add_repeated(out, ' ', used < KEYS_COLUMN ? KEYS_COLUMN - used : 1);
    strbuf_printf(out, "%s\n", row->help);
}

void keys_format_text(struct strbuf *out)
{
    for (int group = 0; group < GROUP_COUNT; group++) {
        strbuf_printf(out, "%s%s\n", group == 0 ? "" : "\n",
                      key_group_title((enum key_group)group));
        each_of_group(out, (enum key_group)group, text_row);
    }
}

/* Text of a man page: a backslash begins an escape, a hyphen is to be one that can be searched. */
static void add_roff(struct strbuf *out, struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.data[i] == '\\') {
            strbuf_add_c(out, "\\e");
        } else if (s.data[i] == '-') {
            strbuf_add_c(out, "\\-");
        } else if (s.data[i] == '^') {
            strbuf_add_c(out, "\\(ha");
        } else {
            strbuf_add_char(out, s.data[i]);
        }
    }
}

static void man_row(struct strbuf *out, const struct key_row *row)
{
    struct strbuf keys = STRBUF_INIT;
    const char *names = row->keys;
    int32_t key;
    strbuf_add_c(out, ".It");
    for (bool first = true; (key = keys_next(&names)) != KEYCODE_NONE; first = false) {
        strbuf_reset(&keys);
        keycode_format(&keys, key);
        /* `\&`: a key such as `.` or `?` must not be set as punctuation. */
        strbuf_add_c(out, first ? " Ic \\&" : " , Ic \\&");
        add_roff(out, strbuf_str(&keys));
    }
    strbuf_add_char(out, '\n');
    add_roff(out, str_from(row->help));
    strbuf_add_char(out, '\n');
    strbuf_release(&keys);
}

void keys_format_man(struct strbuf *out)
{
    for (int group = 0; group < GROUP_COUNT; group++) {
        strbuf_printf(out, ".Ss %s\n.Bl -tag -width Ds\n", key_group_title((enum key_group)group));
        each_of_group(out, (enum key_group)group, man_row);
        strbuf_add_c(out, ".El\n");
    }
}

static void add_json_string(struct strbuf *out, const char *s)
{
    strbuf_add_char(out, '"');
    escape_json(out, str_from(s));
    strbuf_add_char(out, '"');
}

static void json_row(struct strbuf *out, const struct key_row *row)
{
    strbuf_add_c(out, "{\"command\": ");
    add_json_string(out, row->command);
    strbuf_add_c(out, ", \"keys\": [");
    const char *names = row->keys;
    int32_t key;
    struct strbuf name = STRBUF_INIT;
    for (bool first = true; (key = keys_next(&names)) != KEYCODE_NONE; first = false) {
        strbuf_reset(&name);
        keycode_format(&name, key);
        strbuf_add_c(out, first ? "" : ", ");
        add_json_string(out, strbuf_cstr(&name));
    }
    strbuf_release(&name);
    strbuf_add_c(out, "], \"contexts\": [");
    bool first = true;
    for (unsigned bit = 0; bit < CTX_COUNT; bit++) {
        if ((row->contexts & 1u << bit) != 0) {
            strbuf_add_c(out, first ? "" : ", ");
            add_json_string(out, key_context_name((enum key_context)(1u << bit)));
            first = false;
        }
    }
    strbuf_add_c(out, "], \"help\": ");
    add_json_string(out, row->help);
    strbuf_add_c(out, ", \"group\": ");
    add_json_string(out, key_group_title(row->group));
    strbuf_add_char(out, '}');
}

void keys_format_json(struct strbuf *out)
{
    size_t count;
    const struct key_row *rows = keys_table(&count);
    strbuf_add_c(out, "[\n");
    for (size_t i = 0; i < count; i++) {
        strbuf_add_c(out, "  ");
        json_row(out, &rows[i]);
        strbuf_add_c(out, i + 1 < count ? ",\n" : "\n");
    }
    strbuf_add_c(out, "]\n");
}
