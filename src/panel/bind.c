/*
 * See bind.h. Filling in is textual, before parsing, because a placeholder may stand for several
 * matchers or labels. Where an error in the filled-in text is, is traced back to the text as
 * written through the list of pieces.
 */
#include "panel/bind.h"

#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "base/strbuf.h"

/* `out_len` bytes of the filled-in text that stand for `in_len` bytes of the one written. */
struct piece {
    size_t out_begin, out_len;
    size_t in_begin, in_len;
};

struct filled {
    struct strbuf text;
    VEC(struct piece) pieces;
};

static void filled_release(struct filled *f)
{
    strbuf_release(&f->text);
    vec_release(&f->pieces);
}

static void filled_add(struct filled *f, struct str out, size_t in_begin, size_t in_len)
{
    struct piece piece = {f->text.len, out.len, in_begin, in_len};
    strbuf_add_str(&f->text, out);
    vec_push(&f->pieces, piece);
}

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

struct placeholders {
    struct str match;
    struct str each;
    struct str window;
};

static const struct str *placeholder_find(const struct placeholders *ph, struct str name)
{
    if (str_equal_c(name, "match")) {
        return &ph->match;
    }
    if (str_equal_c(name, "each")) {
        return &ph->each;
    }
    return str_equal_c(name, "window") ? &ph->window : NULL;
}

/* The length of white space and one comma at the start of `s`, or 0 where there is no comma. */
static size_t comma_length(struct str s)
{
    size_t i = 0;
    while (i < s.len && (s.data[i] == ' ' || s.data[i] == '\n' || s.data[i] == '\t')) {
        i++;
    }
    return i < s.len && s.data[i] == ',' ? i + 1 : 0;
}

static bool fill(struct filled *f, struct str text, const struct placeholders *ph,
                 struct error *err)
{
    size_t at = 0;
    while (at < text.len) {
        size_t dollar = at + str_find(str_slice(text, at, text.len), '$');
        if (dollar > at) {
            filled_add(f, str_slice(text, at, dollar - at), at, dollar - at);
        }
        if (dollar == text.len) {
            break;
        }
        size_t end = dollar + 1;
        while (end < text.len && is_name_byte(text.data[end])) {
            end++;
        }
        struct str name = str_slice(text, dollar + 1, end - dollar - 1);
        const struct str *value = placeholder_find(ph, name);
        if (value == NULL) {
            error_set_at(err, ERROR_SYNTAX, diag_span(text, dollar, end),
                         "unknown placeholder '$%.*s'", STR_ARG(name));
            error_suggest(err, "there are $match, $each and $window");
            return false;
        }
        if (value->len == 0) {
            end += comma_length(str_slice(text, end, text.len));
        }
        filled_add(f, *value, dollar, end - dollar);
        at = end;
    }
    if (f->text.overflowed) {
        return error_set(err, ERROR_LIMIT, "the expression is longer than %zu bytes when filled in",
                         f->text.max);
    }
    return true;
}

/* Byte offset of a place in `text`. */
static size_t offset_of(struct str text, uint32_t line, uint32_t column)
{
    struct str at = diag_line(text, line);
    size_t offset = at.data != NULL ? (size_t)(at.data - text.data) : text.len;
    for (uint32_t c = 1; c < column && offset < text.len; c++) {
        do {
            offset++;
        } while (offset < text.len && ((unsigned char)text.data[offset] & 0xC0) == 0x80);
    }
    return offset;
}

/* Moves the span of `err` from the filled-in text to the text as written. */
static void trace_back(const struct filled *f, struct str written, struct error *err)
{
    if (err->span.line == 0) {
        return;
    }
    struct str text = strbuf_str(&f->text);
    size_t begin = offset_of(text, err->span.line, err->span.column);
    size_t length = err->span.length;
    VEC_EACH (&f->pieces, struct piece, p) {
        if (begin < p->out_begin + p->out_len || p == f->pieces.items + f->pieces.len - 1) {
            bool verbatim = p->out_len == p->in_len;
            size_t in =
                p->in_begin + (verbatim && begin >= p->out_begin ? begin - p->out_begin : 0);
            err->span = diag_span(written, in, in + (verbatim ? length : p->in_len));
            return;
        }
    }
}

struct signal_scope {
    const struct panel *panel;
    struct binding *binding;
    /* One entry a signal: not begun, being parsed (meeting it again is a cycle), done. */
    enum { SIGNAL_NEW, SIGNAL_OPEN, SIGNAL_DONE, SIGNAL_FAILED } * progress;
    const struct binding_scope *scope;
    const char *window;
    size_t *failed;
    struct error *err;
    bool broken; /* a signal referred to could not be bound: err says why */
};

static bool bind_signal(struct signal_scope *s, size_t i);

/* Signals are bound on demand, so that they may stand in any order in the pack. */
static const struct expr *look_up(void *user, struct str name)
{
    struct signal_scope *s = user;
    for (size_t i = 0; i < s->panel->signals.len; i++) {
        if (!str_equal_c(name, s->panel->signals.items[i].name)) {
            continue;
        }
        if (s->broken) {
            return NULL;
        }
        if (s->progress[i] == SIGNAL_OPEN) {
            error_set(s->err, ERROR_SYNTAX, "signal '%.*s' refers to itself", STR_ARG(name));
            *s->failed = i;
            s->broken = true;
            return NULL;
        }
        if (s->progress[i] == SIGNAL_FAILED ||
            (s->progress[i] == SIGNAL_NEW && !bind_signal(s, i))) {
            s->broken = true;
            return NULL;
        }
        return s->binding->signals[i];
    }
    return NULL;
}

static void join_labels(struct strbuf *out, char *const *labels, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        strbuf_printf(out, "%s%s", out->len != 0 ? ", " : "", labels[i]);
    }
}

/* Parses `written` with its placeholders filled in; on failure the error's span is in `written`. */
static struct expr *bind_text(struct str written, const struct placeholders *ph,
                              const struct parse_options *options, struct error *err)
{
    struct filled f = {.text = {.max = EXPR_MAX_BYTES}};
    struct expr *expr = NULL;
    if (fill(&f, written, ph, err)) {
        expr = expr_parse(strbuf_str(&f.text), options, err);
        if (expr == NULL) {
            trace_back(&f, written, err);
        }
    }
    filled_release(&f);
    return expr;
}

static bool bind_signal(struct signal_scope *s, size_t i)
{
    const struct panel_signal *signal = &s->panel->signals.items[i];
    struct strbuf each = STRBUF_INIT;
    if (!s->scope->single) {
        join_labels(&each, s->panel->each.items, s->panel->each.len);
    }
    join_labels(&each, signal->each.items, signal->each.len);
    const struct placeholders ph = {str_from(s->scope->match), strbuf_str(&each),
                                    str_from(s->window)};
    const struct parse_options options = {
        .conveniences = true, .signals = look_up, .signals_user = s};
    s->progress[i] = SIGNAL_OPEN;
    struct error mine = ERROR_INIT;
    struct expr *expr = bind_text(str_from(signal->expr), &ph, &options, &mine);
    strbuf_release(&each);
    if (s->broken) {
        s->progress[i] = SIGNAL_FAILED;
        /* The signal it refers to is what is wrong; that it looked like an unknown metric is beside
         * the point. */
        expr_unref(expr);
        error_release(&mine);
        return false;
    }
    if (expr == NULL) {
        *s->failed = i;
        s->progress[i] = SIGNAL_FAILED;
        return error_move(s->err, &mine);
    }
    s->binding->signals[i] = expr;
    s->progress[i] = SIGNAL_DONE;
    return true;
}

/* `count by ($each) (detect)`, less what `unless` takes away. */
static bool bind_presence(struct signal_scope *s)
{
    const struct panel *panel = s->panel;
    struct strbuf text = STRBUF_INIT;
    struct strbuf each = STRBUF_INIT;
    if (!s->scope->single) {
        join_labels(&each, panel->each.items, panel->each.len);
    }
    strbuf_printf(&text, "count by (%s) (%s)", strbuf_cstr(&each), panel->detect);
    if (panel->unless != NULL) {
        strbuf_printf(&text, " unless count by (%s) (%s)", strbuf_cstr(&each), panel->unless);
    }
    const struct placeholders ph = {str_from(s->scope->match), strbuf_str(&each),
                                    str_from(s->window)};
    const struct parse_options options = {.conveniences = true};
    s->binding->presence = bind_text(strbuf_str(&text), &ph, &options, s->err);
    if (s->binding->presence == NULL) {
        s->err->span = (struct span){0};
        error_wrap(s->err, "in 'detect' or 'unless'");
    }
    strbuf_release(&text);
    strbuf_release(&each);
    return s->binding->presence != NULL;
}

/* What is wrong goes to `found` and the next signal is looked at; or, without, ends it. */
static struct binding *bind(const struct panel *panel, const struct binding_scope *scope,
                            binding_error found, void *user, size_t *failed, struct error *err)
{
    struct binding *binding = mem_zalloc(1, sizeof(*binding));
    binding->count = panel->signals.len;
    binding->signals = mem_zalloc(binding->count, sizeof(struct expr *));
    struct strbuf window = STRBUF_INIT;
    duration_format(&window, scope->window_ms);
    size_t nobody;
    struct signal_scope s = {.panel = panel,
                             .binding = binding,
                             .scope = scope,
                             .window = strbuf_cstr(&window),
                             .failed = failed != NULL ? failed : &nobody,
                             .err = err};
    s.progress = mem_zalloc(binding->count, sizeof(*s.progress));
    *s.failed = PANEL_NONE;
    bool ok = bind_presence(&s);
    for (size_t i = 0; (ok || found != NULL) && i <= binding->count; i++) {
        if (error_is(err) && found != NULL) {
            found(user, *s.failed, err);
            error_release(err);
            *s.failed = PANEL_NONE;
        }
        s.broken = false;
        if (i < binding->count && s.progress[i] == SIGNAL_NEW) {
            ok = bind_signal(&s, i) && ok;
        }
    }
    free(s.progress);
    strbuf_release(&window);
    if (!ok) {
        binding_destroy(binding);
        return NULL;
    }
    return binding;
}

struct binding *binding_create(const struct panel *panel, const struct binding_scope *scope,
                               size_t *failed, struct error *err)
{
    return bind(panel, scope, NULL, NULL, failed, err);
}

void binding_check(const struct panel *panel, const struct binding_scope *scope,
                   binding_error found, void *user)
{
    struct error err = ERROR_INIT;
    binding_destroy(bind(panel, scope, found, user, NULL, &err));
}

void binding_destroy(struct binding *binding)
{
    if (binding == NULL) {
        return;
    }
    expr_unref(binding->presence);
    for (size_t i = 0; i < binding->count; i++) {
        expr_unref(binding->signals[i]);
    }
    free(binding->signals);
    free(binding);
}

int64_t binding_window_ms(int64_t interval_ms, int64_t step_ms)
{
    return interval_ms * 4 > step_ms ? interval_ms * 4 : step_ms;
}
