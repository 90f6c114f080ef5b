/* See humanize.h. Facts from prometheus: template/template.go; common: helpers/templates. */
#include "template/humanize.h"

#include <math.h>

#include "base/attr.h"
#include "template/format.h"

static const char *const large[] = {"k", "M", "G", "T", "P", "E", "Z", "Y"};
static const char *const binary[] = {"ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"};
static const char *const small[] = {"m", "u", "n", "p", "f", "a", "z", "y"};

/* Go's %.4g */
static void add_four_digits(struct strbuf *out, double v)
{
    const struct format_spec spec = {.verb = 'g', .has_precision = true, .precision = 4};
    format_float(out, &spec, v);
}

static void add_large(struct strbuf *out, double v, const char *const *prefixes, size_t count,
                      double step)
{
    size_t used = 0;
    while (used < count && fabs(v) >= step) {
        v /= step;
        used++;
    }
    add_four_digits(out, v);
    strbuf_add_c(out, used > 0 ? prefixes[used - 1] : "");
}

static void add_small(struct strbuf *out, double v)
{
    size_t used = 0;
    while (used < ARRAY_LEN(small) && fabs(v) < 1) {
        v *= 1000;
        used++;
    }
    add_four_digits(out, v);
    strbuf_add_c(out, used > 0 ? small[used - 1] : "");
}

void humanize(struct strbuf *out, double v)
{
    if (v == 0 || isnan(v) || isinf(v)) {
        add_four_digits(out, v);
    } else if (fabs(v) >= 1) {
        add_large(out, v, large, ARRAY_LEN(large), 1000);
    } else {
        add_small(out, v);
    }
}

void humanize_1024(struct strbuf *out, double v)
{
    if (fabs(v) <= 1 || isnan(v) || isinf(v)) {
        add_four_digits(out, v);
    } else {
        add_large(out, v, binary, ARRAY_LEN(binary), 1024);
    }
}

void humanize_duration(struct strbuf *out, double v)
{
    if (isnan(v) || isinf(v)) {
        add_four_digits(out, v);
        return;
    }
    if (fabs(v) < 1) {
        if (v == 0) {
            add_four_digits(out, v);
        } else {
            add_small(out, v);
        }
        strbuf_add_char(out, 's');
        return;
    }
    strbuf_add_c(out, v < 0 ? "-" : "");
    v = fabs(v);
    /* Go's conversion of what is too large; nothing that long is read anyway. */
    int64_t whole = v < 9.2e18 ? (int64_t)v : INT64_MIN;
    long long seconds = whole % 60;
    long long minutes = whole / 60 % 60;
    long long hours = whole / 3600 % 24;
    long long days = whole / 86400;
    if (days != 0) {
        strbuf_printf(out, "%lldd %lldh %lldm %llds", days, hours, minutes, seconds);
    } else if (hours != 0) {
        strbuf_printf(out, "%lldh %lldm %llds", hours, minutes, seconds);
    } else if (minutes != 0) {
        strbuf_printf(out, "%lldm %llds", minutes, seconds);
    } else {
        add_four_digits(out, v);
        strbuf_add_char(out, 's');
    }
}

void humanize_percentage(struct strbuf *out, double ratio)
{
    add_four_digits(out, ratio * 100);
    strbuf_add_char(out, '%');
}

bool humanize_nanoseconds(double seconds, int64_t *ns)
{
    double scaled = seconds * 1e9;
    if (!(fabs(scaled) < 9223372036854775807.0)) {
        return false;
    }
    *ns = (int64_t)scaled;
    return true;
}

bool humanize_timestamp(struct strbuf *out, double seconds)
{
    int64_t ns = 0;
    if (isnan(seconds) || isinf(seconds)) {
        add_four_digits(out, seconds);
        return true;
    }
    if (!humanize_nanoseconds(seconds, &ns)) {
        return false;
    }
    format_time(out, ns / 1000000 * 1000000); /* milliseconds, as all of Prometheus' times */
    return true;
}
