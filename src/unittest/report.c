/* See report.h. */
#include "unittest/report.h"

#include "base/strbuf.h"
#include "base/utf8.h"

/* Of one paragraph. */
#define PARAGRAPH_MAX_BYTES ((size_t)4 * 1024 * 1024)

/* On one line, runs of white space as one blank: expressions may be written over several lines. */
static void add_flat(struct strbuf *out, struct str text)
{
    text = str_trim(text);
    while (text.len > 0) {
        size_t word = 0;
        while (word < text.len && str_find(STR(" \t\r\n"), text.data[word]) == 4) {
            word++;
        }
        utf8_add_printable(out, str_slice(text, 0, word));
        text = str_slice(text, word, text.len);
        if (text.len > 0) {
            strbuf_add_char(out, ' ');
            text = str_trim(text);
        }
    }
}

static void add_lines(struct strbuf *out, struct str why)
{
    struct str line;
    while (str_split(&why, '\n', &line)) {
        if (line.len > 0) {
            strbuf_add_c(out, "    ");
            utf8_add_printable(out, line);
            strbuf_add_char(out, '\n');
        }
    }
}

void report_add(struct report *r, enum verdict verdict, const char *file, uint32_t line,
                struct str what, struct str why)
{
    if (verdict == VERDICT_PASSED) {
        r->tally.passed++;
        return;
    }
    struct strbuf out;
    strbuf_init(&out, PARAGRAPH_MAX_BYTES);
    utf8_add_printable(&out, str_from(file));
    strbuf_printf(&out, ":%u: %s: ", line, verdict == VERDICT_FAILED ? "failed" : "skipped");
    add_flat(&out, what);
    if (verdict == VERDICT_FAILED) {
        r->tally.failed++;
        strbuf_add_char(&out, '\n');
        add_lines(&out, why);
    } else {
        r->tally.skipped++;
        strbuf_add_c(&out, ": ");
        add_flat(&out, why);
        strbuf_add_char(&out, '\n');
    }
    r->print(r->user, strbuf_cstr(&out));
    if (out.overflowed) {
        r->print(r->user, "    ... the rest is too long to show\n");
    }
    strbuf_release(&out);
}
