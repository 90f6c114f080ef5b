/* See method.h. */
#include "template/method.h"

#include "template/format.h"
#include "template/moment.h"

struct method {
    const char *name;
    enum template_kind of;
    size_t args; /* texts */
    void (*run)(struct call *c, const struct template_value *of, struct template_value *out);
};

#define NS_A_SECOND 1000000000

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

static void time_unix(struct call *c, const struct template_value *of, struct template_value *out)
{
    (void)c;
    *out = template_int(floor_div(of->integer, NS_A_SECOND));
}

static void time_unix_milli(struct call *c, const struct template_value *of,
                            struct template_value *out)
{
    (void)c;
    *out = template_int(floor_div(of->integer, 1000000));
}

static void time_unix_nano(struct call *c, const struct template_value *of,
                           struct template_value *out)
{
    (void)c;
    *out = template_int(of->integer);
}

static void same(struct call *c, const struct template_value *of, struct template_value *out)
{
    (void)c;
    *out = *of;
}

static void time_format(struct call *c, const struct template_value *of, struct template_value *out)
{
    struct strbuf text = STRBUF_INIT;
    moment_format(&text, of->integer, c->args[0].string);
    (void)call_give(c, &text, out); /* failed: c->err says so */
}

static void as_text(struct call *c, const struct template_value *of, struct template_value *out)
{
    struct strbuf text = STRBUF_INIT;
    format_value(&text, of);
    (void)call_give(c, &text, out); /* short */
}

#define PART(function_name, expression)                                        \
    static void function_name(struct call *c, const struct template_value *of, \
                              struct template_value *out)                      \
    {                                                                          \
        const struct moment m = moment_of(of->integer);                        \
        (void)c;                                                               \
        *out = (expression);                                                   \
    }

PART(time_year, template_int(m.year))
PART(time_month, template_string(str_from(moment_month_name(m.month))))
PART(time_day, template_int(m.day))
PART(time_hour, template_int(m.hour))
PART(time_minute, template_int(m.minute))
PART(time_second, template_int(m.second))
PART(time_weekday, template_string(str_from(moment_weekday_name(m.weekday))))
PART(time_year_day, template_int(m.year_day))

static void duration_hours(struct call *c, const struct template_value *of,
                           struct template_value *out)
{
    (void)c;
    *out = template_float((double)of->integer / 3600e9);
}

static void duration_minutes(struct call *c, const struct template_value *of,
                             struct template_value *out)
{
    (void)c;
    *out = template_float((double)of->integer / 60e9);
}

static void duration_seconds(struct call *c, const struct template_value *of,
                             struct template_value *out)
{
    (void)c;
    *out = template_float((double)of->integer / 1e9);
}

static void duration_milliseconds(struct call *c, const struct template_value *of,
                                  struct template_value *out)
{
    (void)c;
    *out = template_int(of->integer / 1000000);
}

static const struct method methods[] = {
    {"Day", TEMPLATE_TIME, 0, time_day},
    {"Format", TEMPLATE_TIME, 1, time_format},
    {"Hour", TEMPLATE_TIME, 0, time_hour},
    {"Minute", TEMPLATE_TIME, 0, time_minute},
    {"Month", TEMPLATE_TIME, 0, time_month},
    {"Second", TEMPLATE_TIME, 0, time_second},
    {"String", TEMPLATE_TIME, 0, as_text},
    {"UTC", TEMPLATE_TIME, 0, same},
    {"Unix", TEMPLATE_TIME, 0, time_unix},
    {"UnixMilli", TEMPLATE_TIME, 0, time_unix_milli},
    {"UnixNano", TEMPLATE_TIME, 0, time_unix_nano},
    {"Weekday", TEMPLATE_TIME, 0, time_weekday},
    {"Year", TEMPLATE_TIME, 0, time_year},
    {"YearDay", TEMPLATE_TIME, 0, time_year_day},
    {"Hours", TEMPLATE_DURATION, 0, duration_hours},
    {"Milliseconds", TEMPLATE_DURATION, 0, duration_milliseconds},
    {"Minutes", TEMPLATE_DURATION, 0, duration_minutes},
    {"Nanoseconds", TEMPLATE_DURATION, 0, time_unix_nano},
    {"Seconds", TEMPLATE_DURATION, 0, duration_seconds},
    {"String", TEMPLATE_DURATION, 0, as_text},
};

const struct method *method_find(const struct template_value *of, struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        if (methods[i].of == of->kind && str_equal_c(name, methods[i].name)) {
            return &methods[i];
        }
    }
    return NULL;
}

bool method_call(const struct method *method, struct call *call, const struct template_value *of,
                 struct template_value *out)
{
    if (call->count != method->args) {
        call_fail(call, "%s takes %zu arguments and not %zu", method->name, method->args,
                  call->count);
        return false;
    }
    if (call->count > 0 && call->args[0].kind != TEMPLATE_STRING) {
        call_fail(call, "%s wants a text", method->name);
        return false;
    }
    method->run(call, of, out);
    return !error_is(call->err);
}
