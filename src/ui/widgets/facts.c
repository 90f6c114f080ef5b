#include "ui/widgets/facts.h"

#include "ui/width.h"

#define NAME_COLUMNS       10
#define NAME_COLUMNS_SMALL 8
#define SMALL_WIDTH        60

void facts_release(struct facts *facts)
{
    VEC_EACH (&facts->list, struct fact, fact) {
        free(fact->text);
    }
    vec_release(&facts->list);
}

void facts_add(struct facts *facts, const char *name, enum role role, struct str text)
{
    if (text.len > 0) {
        struct fact fact = {.name = name, .text = str_dup(text), .role = role};
        vec_push(&facts->list, fact);
    }
}

void facts_add_text(struct facts *facts, const char *name, enum role role,
                    const struct strbuf *text)
{
    facts_add(facts, name, role, strbuf_str(text));
    if (text->overflowed) {
        facts_add(facts, name, ROLE_STATE_UNKNOWN, STR("(there is more than can be shown)"));
    }
}

void facts_printf(struct facts *facts, const char *name, enum role role, const char *fmt, ...)
{
    struct strbuf text = STRBUF_INIT;
    va_list args;
    va_start(args, fmt);
    strbuf_vprintf(&text, fmt, args);
    va_end(args);
    facts_add_text(facts, name, role, &text);
    strbuf_release(&text);
}

static int name_columns(const struct fact *fact, int width)
{
    return fact->name == NULL ? 0 : width < SMALL_WIDTH ? NAME_COLUMNS_SMALL : NAME_COLUMNS;
}

/* Takes a line of at most `room` columns off `rest`: to its last blank, or to the newline in it. */
static struct str take_line(struct str *rest, int room)
{
    size_t newline = str_find(*rest, '\n');
    struct str paragraph = str_slice(*rest, 0, newline);
    size_t fits = width_prefix(paragraph, room > 0 ? room : 1);
    size_t end = fits, next = fits;
    if (fits == paragraph.len) {
        next = newline < rest->len ? newline + 1 : newline;
    } else {
        while (end > 0 && paragraph.data[end] != ' ') {
            end--;
        }
        end = end > 0 ? end : fits;
        end = end > 0 ? end : 1; /* something wide where there is no room at all */
        for (next = end; next < paragraph.len && paragraph.data[next] == ' ';) {
            next++;
        }
    }
    struct str line = str_slice(*rest, 0, end);
    *rest = str_slice(*rest, next, rest->len);
    return line;
}

static int fact_lines(const struct fact *fact, int width)
{
    struct str rest = str_from(fact->text);
    int lines = 0, room = width - name_columns(fact, width);
    do {
        take_line(&rest, room);
        lines++;
    } while (rest.len > 0 && lines < FACT_MAX_LINES);
    return lines;
}

int facts_lines(const struct facts *facts, int width)
{
    int lines = 0;
    VEC_EACH (&facts->list, const struct fact, fact) {
        lines += fact_lines(fact, width);
    }
    return lines;
}

void facts_draw(const struct facts *facts, struct canvas *c, struct rect r, int top, uint32_t cut)
{
    int y = r.y - top;
    VEC_EACH (&facts->list, const struct fact, fact) {
        int lines = fact_lines(fact, r.w), indent = name_columns(fact, r.w);
        struct str rest = str_from(fact->text);
        for (int i = 0; i < lines; i++, y++) {
            /* The last line has all that is left, and says so where that is cut. */
            struct str line = i + 1 < lines ? take_line(&rest, r.w - indent) : rest;
            if (y < r.y || y >= r.y + r.h) {
                continue;
            }
            if (i == 0 && fact->name != NULL) {
                canvas_text(c, r.x, y, indent - 1, style_of(ROLE_TEXT_MUTED), str_from(fact->name));
            }
            canvas_text_in(c, rect_at(r.x + indent, y, r.w - indent, 1), ALIGN_LEFT, TEXT_MARK_END,
                           cut, style_of(fact->role), line);
        }
    }
}
