/* Escaping and addresses: html, js, urlquery (Go: text/template, funcs.go); Prometheus' links. */
#include "base/utf8.h"
#include "template/exec.h"
#include "template/format.h"

/* Go's evalArgs: one text is itself, anything else as print writes it. */
static struct strbuf printed(const struct call *c)
{
    struct strbuf text;
    strbuf_init(&text, TEMPLATE_MAX_OUTPUT);
    format_print(&text, c->args, c->count);
    return text;
}

static void add_html(struct strbuf *out, char c)
{
    switch (c) {
    case '\0':
        strbuf_add_c(out, "\xEF\xBF\xBD");
        break;
    case '"':
        strbuf_add_c(out, "&#34;");
        break;
    case '\'':
        strbuf_add_c(out, "&#39;");
        break;
    case '&':
        strbuf_add_c(out, "&amp;");
        break;
    case '<':
        strbuf_add_c(out, "&lt;");
        break;
    case '>':
        strbuf_add_c(out, "&gt;");
        break;
    default:
        strbuf_add_char(out, c);
    }
}

static void escape_html(struct strbuf *out, struct str s)
{
    for (size_t i = 0; i < s.len && !out->overflowed; i++) {
        add_html(out, s.data[i]);
    }
}

static void escape_js(struct strbuf *out, struct str s)
{
    for (size_t length = 0; s.len > 0 && !out->overflowed; s = str_slice(s, length, s.len)) {
        uint32_t c = utf8_decode(s, &length);
        switch (c) {
        case '\\':
        case '\'':
        case '"':
            strbuf_add_char(out, '\\');
            strbuf_add_char(out, (char)c);
            break;
        case '<':
        case '>':
        case '&':
        case '=':
            strbuf_printf(out, "\\u%04X", (unsigned)c);
            break;
        default:
            if (utf8_is_control(c)) {
                strbuf_printf(out, "\\u%04X", (unsigned)c);
            } else {
                strbuf_add_str(out, str_slice(s, 0, length));
            }
        }
    }
}

/* Go: url.QueryEscape */
static void escape_query(struct strbuf *out, struct str s)
{
    for (size_t i = 0; i < s.len && !out->overflowed; i++) {
        unsigned char c = (unsigned char)s.data[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                     c == '-' || c == '_' || c == '.' || c == '~';
        if (plain) {
            strbuf_add_char(out, (char)c);
        } else if (c == ' ') {
            strbuf_add_char(out, '+');
        } else {
            strbuf_printf(out, "%%%02X", c);
        }
    }
}

static enum call_result give_escaped(struct call *c, void (*escape)(struct strbuf *, struct str),
                                     struct template_value *out)
{
    struct strbuf text = printed(c);
    struct strbuf escaped;
    strbuf_init(&escaped, TEMPLATE_MAX_OUTPUT);
    escape(&escaped, strbuf_str(&text));
    escaped.overflowed = escaped.overflowed || text.overflowed;
    strbuf_release(&text);
    return call_give(c, &escaped, out);
}

enum call_result call_html(struct call *c, struct template_value *out)
{
    return give_escaped(c, escape_html, out);
}

enum call_result call_js(struct call *c, struct template_value *out)
{
    return give_escaped(c, escape_js, out);
}

enum call_result call_urlquery(struct call *c, struct template_value *out)
{
    return give_escaped(c, escape_query, out);
}

enum call_result call_url_query_escape(struct call *c, struct template_value *out)
{
    return give_escaped(c, escape_query, out);
}

static enum call_result give_link(struct call *c, const char *tab, struct template_value *out)
{
    struct strbuf text;
    strbuf_init(&text, TEMPLATE_MAX_OUTPUT);
    strbuf_add_c(&text, "/graph?g0.expr=");
    escape_query(&text, c->args[0].string);
    strbuf_printf(&text, "&g0.tab=%s", tab);
    return call_give(c, &text, out);
}

enum call_result call_graph_link(struct call *c, struct template_value *out)
{
    return give_link(c, "0", out);
}

enum call_result call_table_link(struct call *c, struct template_value *out)
{
    return give_link(c, "1", out);
}

enum call_result call_external_url(struct call *c, struct template_value *out)
{
    *out = template_string(c->exec->data->external_url);
    return CALL_OK;
}

enum call_result call_path_prefix(struct call *c, struct template_value *out)
{
    struct str path = c->exec->data->external_url;
    size_t colon = str_find(path, ':');
    if (str_starts_with(str_slice(path, colon, path.len), STR("://"))) {
        path = str_slice(path, colon + 3, path.len);
        path = str_slice(path, str_find(path, '/'), path.len);
    }
    path = str_slice(path, 0, str_find(path, '#'));
    *out = template_string(str_slice(path, 0, str_find(path, '?')));
    return CALL_OK;
}
