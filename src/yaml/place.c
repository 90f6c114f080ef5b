/* The text has been checked to be UTF-8: a character is a byte that does not continue one. */
#include "yaml/place.h"

#include <stdbool.h>

void place_init(struct place *p, struct str text)
{
    *p = (struct place){.text = text, .line = 1, .column = 1};
}

static bool continues_character(char c)
{
    return ((unsigned char)c & 0xC0u) == 0x80u;
}

static void step(struct place *p)
{
    if (p->text.data[p->byte] == '\n') {
        p->line++;
        p->column = 1;
    } else {
        p->column++;
    }
    p->index++;
    p->byte++;
    while (p->byte < p->text.len && continues_character(p->text.data[p->byte])) {
        p->byte++;
    }
}

void place_seek(struct place *p, size_t index)
{
    if (index < p->index) {
        size_t back = p->index - index;
        if (back >= p->column) {
            place_init(p, p->text);
        } else {
            p->index = index;
            p->column -= (uint32_t)back;
            while (back > 0) {
                p->byte--;
                back -= !continues_character(p->text.data[p->byte]);
            }
        }
    }
    while (p->index < index && p->byte < p->text.len) {
        step(p);
    }
}

void place_seek_byte(struct place *p, size_t byte)
{
    while (p->byte < byte && p->byte < p->text.len) {
        step(p);
    }
}

struct span place_span(const struct place *p, size_t end_index)
{
    struct place end = *p;
    while (end.index < end_index && end.byte < end.text.len && end.text.data[end.byte] != '\n' &&
           end.text.data[end.byte] != '\r') {
        step(&end);
    }
    uint32_t length = end.column - p->column;
    return (struct span){.line = p->line, .column = p->column, .length = length > 0 ? length : 1};
}
