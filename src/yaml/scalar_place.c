/*
 * An expression in a rule file may be plain, quoted, folded over lines or a literal block, and its
 * error should still point at the wrong word. libyaml does not keep where each character of a
 * scalar came from, so source and text are walked side by side: equal bytes stand for each other,
 * and what folding, indentation and escapes put between them is known. Where the two do not meet,
 * nothing is guessed. Only done for messages, so its cost does not matter.
 */
#include "yaml/scalar_place.h"

#include <stdint.h>

#include "base/diag.h"

struct walk {
    struct str source; /* the whole file */
    size_t at;         /* in source */
    char quote;        /* ', " or 0 */
};

/* Byte of the character at `line` and `column` (both from 1) of `text`; its length past the end. */
static size_t byte_of(struct str text, uint32_t line, uint32_t column)
{
    struct str found = diag_line(text, line);
    if (found.data == NULL) {
        return text.len;
    }
    size_t at = (size_t)(found.data - text.data);
    size_t end = at + found.len;
    for (uint32_t i = 1; i < column && at < end; i++) {
        do {
            at++;
        } while (at < end && ((unsigned char)text.data[at] & 0xC0u) == 0x80u);
    }
    return at;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

static char source_byte(const struct walk *w, size_t ahead)
{
    return w->at + ahead < w->source.len ? w->source.data[w->at + ahead] : '\0';
}

/* Source bytes that stand for the one text byte `c` as an escape, or 0. */
static size_t escape_length(const struct walk *w, char c)
{
    static const char names[] = "\"\\/ nt";
    static const char values[] = "\"\\/ \n\t";
    if (w->quote == '\'' && c == '\'' && source_byte(w, 0) == '\'' && source_byte(w, 1) == '\'') {
        return 2;
    }
    if (w->quote == '"' && source_byte(w, 0) == '\\') {
        for (size_t i = 0; i + 1 < sizeof(names); i++) {
            if (source_byte(w, 1) == names[i] && c == values[i]) {
                return 2;
            }
        }
    }
    return 0;
}

/* Blanks and line ends that folding made into one blank or line end; 0 where there are none. */
static size_t fold_length(const struct walk *w)
{
    size_t n = 0;
    bool folded = false;
    while (is_blank(source_byte(w, n)) || is_line_end(source_byte(w, n))) {
        folded = folded || is_line_end(source_byte(w, n));
        n++;
    }
    return folded ? n : 0;
}

/* Over the source of `text` up to its byte `target`. False where they do not meet. */
static bool walk_to(struct walk *w, struct str text, size_t target)
{
    size_t i = 0;
    while (i < target) {
        char c = text.data[i];
        size_t escape = escape_length(w, c);
        size_t fold = fold_length(w);
        if (escape > 0) {
            w->at += escape;
        } else if (fold > 0 && (c == ' ' || c == '\n')) {
            /* Blank lines are line ends in the text; the source is past all of them now. */
            w->at += fold;
            while (i + 1 < target && c == '\n' && text.data[i + 1] == '\n') {
                i++;
            }
        } else if (source_byte(w, 0) == c && c != '\0' && (w->quote != '"' || c != '\\')) {
            w->at++;
        } else {
            return false;
        }
        i++;
    }
    /* The byte itself may be written as an escape or behind a fold. */
    if (target < text.len && text.data[target] != ' ' && text.data[target] != '\n') {
        w->at += source_byte(w, 0) != text.data[target] ? fold_length(w) : 0;
        return source_byte(w, 0) == text.data[target] || escape_length(w, text.data[target]) > 0;
    }
    return true;
}

/* A literal block: line n of the text is the n-th line below the indicator, indented. */
static bool literal_place(struct str source, uint32_t header_line, struct str text,
                          struct span inside, struct span *out)
{
    struct str in_text = diag_line(text, inside.line);
    struct str in_source = diag_line(source, header_line + inside.line);
    if (in_text.data == NULL || in_source.data == NULL || !str_ends_with(in_source, in_text)) {
        return false;
    }
    *out = inside;
    out->line = header_line + inside.line;
    out->column = inside.column + (uint32_t)(in_source.len - in_text.len);
    return true;
}

struct span scalar_place(const struct yaml_document *doc, const struct yaml_node *node,
                         struct span inside)
{
    struct str source = yaml_text(doc);
    struct span own = node->span;
    if (inside.line == 0 || node->kind != YAML_SCALAR) {
        return own;
    }
    struct walk w = {.source = source, .at = byte_of(source, own.line, own.column)};
    char first = source_byte(&w, 0);
    struct span place;
    if (node->block && first == '|') {
        return literal_place(source, own.line, node->text, inside, &place) ? place : own;
    }
    if (node->block) {
        size_t line_end = str_find(str_slice(source, w.at, SIZE_MAX), '\n');
        w.at += line_end;
        w.at += fold_length(&w);
    } else if (node->quoted && (first == '\'' || first == '"')) {
        w.quote = first;
        w.at++;
    }
    size_t begin = byte_of(node->text, inside.line, inside.column);
    struct walk end = w;
    if (!walk_to(&w, node->text, begin)) {
        return own;
    }
    size_t last = byte_of(node->text, inside.line, inside.column + inside.length);
    if (!walk_to(&end, node->text, last) || end.at < w.at) {
        end.at = w.at;
    }
    return diag_span(source, w.at, end.at);
}
