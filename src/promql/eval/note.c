/* See note.h. */
#include "promql/eval/note.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/number.h"
#include "base/timestamp.h"
#include "promql/eval/eval.h"

void notes_release(struct notes *notes)
{
    VEC_EACH (&notes->items, struct note, note) {
        free(note->text);
    }
    vec_release(&notes->items);
}

/* The one note with this text, now about `n`; `is_new` where there was none: it has no text yet.
 * NULL where there are too many. */
static struct note *note_about(struct notes *notes, const struct node *n, bool is_info,
                               const char *text, bool *is_new)
{
    *is_new = false;
    VEC_EACH (&notes->items, struct note, have) {
        if (have->is_info == is_info && strcmp(have->text, text) == 0) {
            have->begin = n->begin;
            have->ordinal = n->ordinal;
            return have;
        }
    }
    if (notes->items.len == NOTES_MAX) {
        notes->overflowed = true;
        return NULL;
    }
    *is_new = true;
    vec_push(&notes->items,
             ((struct note){.begin = n->begin, .ordinal = n->ordinal, .is_info = is_info}));
    return &notes->items.items[notes->items.len - 1];
}

/* The same for what is found in an evaluation; takes over the text. NULL where no more
 * are wanted. */
static struct note *note_of(struct evaluator *ev, const struct node *n, bool is_info,
                            struct strbuf *text)
{
    while (n->kind == NODE_PAREN) {
        n = n->paren;
    }
    if (ev->semantics == SEMANTICS_V2) {
        strbuf_release(text);
        return NULL;
    }
    bool is_new;
    struct note *note = note_about(ev->notes, n, is_info, strbuf_cstr(text), &is_new);
    if (is_new) {
        note->text = strbuf_take(text);
    }
    strbuf_release(text);
    return note;
}

void eval_warn(struct evaluator *ev, const struct node *n, const char *fmt, ...)
{
    struct strbuf text = STRBUF_INIT;
    va_list args;
    va_start(args, fmt);
    strbuf_add_c(&text, "PromQL warning: ");
    strbuf_vprintf(&text, fmt, args);
    va_end(args);
    (void)note_of(ev, n, false, &text);
}

void eval_info(struct evaluator *ev, const struct node *n, const char *fmt, ...)
{
    struct strbuf text = STRBUF_INIT;
    va_list args;
    va_start(args, fmt);
    strbuf_add_c(&text, "PromQL info: ");
    strbuf_vprintf(&text, fmt, args);
    va_end(args);
    (void)note_of(ev, n, true, &text);
}

static void add_to_repairs(struct note *note, const struct note *more)
{
    if (more->repairs == 0) {
        return;
    }
    if (note->repairs == 0) {
        note->repair = more->repair;
        note->first_ms = more->first_ms;
        note->last_ms = more->last_ms;
    }
    struct bucket_repair *all = &note->repair;
    all->lowest = fmin(all->lowest, more->repair.lowest);
    all->highest = fmax(all->highest, more->repair.highest);
    all->difference = fmax(all->difference, more->repair.difference);
    note->first_ms = more->first_ms < note->first_ms ? more->first_ms : note->first_ms;
    note->last_ms = more->last_ms > note->last_ms ? more->last_ms : note->last_ms;
    note->repairs += more->repairs;
}

void eval_note_repair(struct evaluator *ev, const struct node *n, struct str name, int64_t at_ms,
                      const struct bucket_repair *repair)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_add_c(&text, "PromQL info: input to histogram_quantile needed to be fixed for "
                        "monotonicity (see https://prometheus.io/docs/prometheus/latest/querying/"
                        "functions/#histogram_quantile)");
    if (name.len > 0) {
        strbuf_add_c(&text, " for metric name ");
        escape_quoted(&text, name);
    }
    struct note *note = note_of(ev, n, true, &text);
    if (note != NULL) {
        struct note one = {.repairs = 1, .repair = *repair, .first_ms = at_ms, .last_ms = at_ms};
        add_to_repairs(note, &one);
    }
}

void notes_detach(struct notes *notes, const struct node *part)
{
    VEC_EACH (&notes->items, struct note, note) {
        note->ordinal -= part->ordinal;
    }
}

struct search {
    uint32_t ordinal;
    const struct node *found;
};

static bool is_wanted(void *user, const struct node *n)
{
    struct search *s = user;
    if (n->ordinal == s->ordinal) {
        s->found = n; /* parentheses have the number of what is in them */
    }
    return n->ordinal <= s->ordinal;
}

void notes_attach(struct notes *to, const struct notes *detached, const struct node *part)
{
    VEC_EACH (&detached->items, const struct note, note) {
        struct search s = {.ordinal = part->ordinal + note->ordinal};
        node_walk(part, is_wanted, &s);
        bool is_new;
        struct note *own = note_about(to, s.found, note->is_info, note->text, &is_new);
        if (is_new) {
            own->text = str_dup(str_from(note->text));
        }
        if (own != NULL) {
            add_to_repairs(own, note);
        }
    }
    to->overflowed = to->overflowed || detached->overflowed;
}

const char *eval_number_text(struct strbuf *buf, double v)
{
    strbuf_reset(buf);
    number_format_general(buf, v);
    return strbuf_cstr(buf);
}

static void add_repairs(struct strbuf *out, const struct note *note)
{
    struct strbuf number = STRBUF_INIT;
    strbuf_printf(out, ", from buckets %s", eval_number_text(&number, note->repair.lowest));
    strbuf_printf(out, " to %s", eval_number_text(&number, note->repair.highest));
    strbuf_printf(out, ", with a max diff of %.2g, over %zu samples from ", note->repair.difference,
                  note->repairs);
    timestamp_format(out, note->first_ms, false);
    strbuf_add_c(out, " to ");
    timestamp_format(out, note->last_ms, false);
    strbuf_release(&number);
}

/* ` (line:column)` of the byte at `begin`, both from 1. */
static void add_place(struct strbuf *out, struct str text, uint32_t begin)
{
    size_t line = 1;
    size_t line_start = 0;
    for (size_t i = 0; i < begin && i < text.len; i++) {
        if (text.data[i] == '\n') {
            line++;
            line_start = i + 1;
        }
    }
    strbuf_printf(out, " (%zu:%zu)", line, begin - line_start + 1);
}

void notes_tell(const struct notes *notes, struct str text, struct value *out)
{
    struct strbuf line = STRBUF_INIT;
    VEC_EACH (&notes->items, const struct note, note) {
        strbuf_reset(&line);
        strbuf_add_c(&line, note->text);
        if (note->repairs > 0) {
            add_repairs(&line, note);
        }
        add_place(&line, text, note->begin);
        if (note->is_info) {
            value_info(out, "%s", strbuf_cstr(&line));
        } else {
            value_warn(out, "%s", strbuf_cstr(&line));
        }
    }
    if (notes->overflowed) {
        value_warn(out, "there are more than %d different annotations", NOTES_MAX);
    }
    strbuf_release(&line);
}
