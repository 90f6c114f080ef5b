/* Annotations: Prometheus tells about doubtful input without failing. The texts are Prometheus'
 * (util/annotations), since clients and its test files compare them. */
#include <math.h>
#include <stdarg.h>

#include "base/number.h"
#include "promql/eval.h"

/* `(line:column)` of the node's first byte, both from 1. */
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

void eval_warn(struct evaluator *ev, const struct node *n, const char *fmt, ...)
{
    struct strbuf text = STRBUF_INIT;
    va_list args;
    va_start(args, fmt);
    strbuf_add_c(&text, "PromQL warning: ");
    strbuf_vprintf(&text, fmt, args);
    va_end(args);
    add_place(&text, ev->text, n->begin);
    value_warn(ev->notes, "%s", strbuf_cstr(&text));
    strbuf_release(&text);
}

void eval_info(struct evaluator *ev, const struct node *n, const char *fmt, ...)
{
    struct strbuf text = STRBUF_INIT;
    va_list args;
    va_start(args, fmt);
    strbuf_add_c(&text, "PromQL info: ");
    strbuf_vprintf(&text, fmt, args);
    va_end(args);
    add_place(&text, ev->text, n->begin);
    value_info(ev->notes, "%s", strbuf_cstr(&text));
    strbuf_release(&text);
}

const char *eval_number_text(struct strbuf *buf, double v)
{
    strbuf_reset(buf);
    number_format_short(buf, v);
    return strbuf_cstr(buf);
}
