/* Functions of numbers and durations, and Go's print family. */
#include <math.h>

#include "base/duration.h"
#include "template/format.h"
#include "template/functions.h"
#include "template/humanize.h"

static enum call_result give_number(struct call *c, void (*write)(struct strbuf *, double),
                                    struct template_value *out)
{
    struct strbuf text = STRBUF_INIT;
    write(&text, c->args[0].number);
    return call_give(c, &text, out);
}

enum call_result call_humanize(struct call *c, struct template_value *out)
{
    return give_number(c, humanize, out);
}

enum call_result call_humanize1024(struct call *c, struct template_value *out)
{
    return give_number(c, humanize_1024, out);
}

enum call_result call_humanize_duration(struct call *c, struct template_value *out)
{
    return give_number(c, humanize_duration, out);
}

enum call_result call_humanize_percentage(struct call *c, struct template_value *out)
{
    return give_number(c, humanize_percentage, out);
}

static enum call_result too_far(struct call *c)
{
    return call_fail(c, "a time or duration cannot hold so many seconds: %g", c->args[0].number);
}

enum call_result call_humanize_timestamp(struct call *c, struct template_value *out)
{
    struct strbuf text = STRBUF_INIT;
    if (!humanize_timestamp(&text, c->args[0].number)) {
        strbuf_release(&text);
        return too_far(c);
    }
    return call_give(c, &text, out);
}

static enum call_result give_nanoseconds(struct call *c, enum template_kind kind,
                                         struct template_value *out)
{
    *out = (struct template_value){.kind = kind};
    return humanize_nanoseconds(c->args[0].number, &out->integer) ? CALL_OK : too_far(c);
}

enum call_result call_to_time(struct call *c, struct template_value *out)
{
    enum call_result result = give_nanoseconds(c, TEMPLATE_TIME, out);
    out->integer = out->integer / 1000000 * 1000000;
    return result;
}

enum call_result call_to_duration(struct call *c, struct template_value *out)
{
    return give_nanoseconds(c, TEMPLATE_DURATION, out);
}

static enum call_result parse(struct call *c, int64_t *ms)
{
    if (duration_parse(c->args[0].string, ms, c->err)) {
        return CALL_OK;
    }
    c->err->span = (struct span){.line = 0}; /* what it has is a place in the duration */
    return CALL_FAILED;
}

enum call_result call_parse_duration(struct call *c, struct template_value *out)
{
    int64_t ms = 0;
    enum call_result result = parse(c, &ms);
    *out = template_float((double)ms / 1000);
    return result;
}

enum call_result call_parse_duration_time(struct call *c, struct template_value *out)
{
    int64_t ms = 0;
    enum call_result result = parse(c, &ms);
    *out = (struct template_value){.kind = TEMPLATE_DURATION};
    if (result == CALL_OK && __builtin_mul_overflow(ms, 1000000, &out->integer)) {
        return call_fail(c, "a duration of more than 292 years");
    }
    return result;
}

enum call_result call_print(struct call *c, struct template_value *out)
{
    struct strbuf text;
    strbuf_init(&text, TEMPLATE_MAX_OUTPUT);
    format_print(&text, c->args, c->count);
    return call_give(c, &text, out);
}

enum call_result call_println(struct call *c, struct template_value *out)
{
    struct strbuf text;
    strbuf_init(&text, TEMPLATE_MAX_OUTPUT);
    format_println(&text, c->args, c->count);
    return call_give(c, &text, out);
}

enum call_result call_printf(struct call *c, struct template_value *out)
{
    struct strbuf text;
    strbuf_init(&text, TEMPLATE_MAX_OUTPUT);
    format_printf(&text, c->args[0].string, c->args + 1, c->count - 1);
    return call_give(c, &text, out);
}
