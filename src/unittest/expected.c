/* See expected.h. */
#include "unittest/expected.h"

#include <float.h>
#include <math.h>

#include "base/number.h"

#define TOLERANCE 1e-6

/* Prometheus' idea of equal numbers in its test language: |a-b| / (|a|+|b|) below a millionth, NaN
 * equal to NaN (prometheus: util/almost). */
static bool number_equal(double a, double b)
{
    if (isnan(a) || isnan(b)) {
        return isnan(a) && isnan(b);
    }
    if (a == b) {
        return true;
    }
    double size = fabs(a) + fabs(b);
    double distance = fabs(a - b);
    if (a == 0 || b == 0 || size < DBL_MIN) {
        return distance < TOLERANCE * DBL_MIN;
    }
    return distance / fmin(size, DBL_MAX) < TOLERANCE;
}

static bool add_line(struct expected *e, const struct script_line *line, struct str script,
                     struct label_table *table, struct error *err)
{
    struct expected_series s = {0};
    struct str rest;
    s.labels = series_notation_labels(line->text, table, &rest, err);
    if (s.labels == NULL) {
        return script_place(script, line->text, err);
    }
    if (!series_notation_values(rest, &s.values, err)) {
        labels_unref(s.labels);
        notation_values_release(&s.values);
        return script_place(script, rest, err);
    }
    vec_push(&e->series, s);
    return true;
}

bool expected_init(struct expected *e, const struct command *c, struct str script,
                   struct label_table *table, struct error *err)
{
    *e = (struct expected){0};
    VEC_EACH (&c->lines, const struct script_line, line) {
        if (number_parse(line->text, &e->scalar)) {
            e->is_scalar = true;
            break;
        }
        if (!add_line(e, line, script, table, err)) {
            expected_release(e);
            return false;
        }
    }
    return true;
}

void expected_release(struct expected *e)
{
    VEC_EACH (&e->series, struct expected_series, s) {
        labels_unref(s->labels);
        notation_values_release(&s->values);
    }
    vec_release(&e->series);
}

static void add_number(struct strbuf *out, double v)
{
    if (value_is_absent(v)) {
        strbuf_add_c(out, "nothing");
    } else {
        number_format(out, v);
    }
}

static bool differ(struct strbuf *why, const struct labels *labels, double want, double have)
{
    if (labels != NULL) {
        labels_format(why, labels);
        strbuf_add_c(why, ": ");
    }
    strbuf_add_c(why, "expected ");
    add_number(why, want);
    strbuf_add_c(why, ", got ");
    add_number(why, have);
    return false;
}

/* A series that should not be there at all: its first value. */
static bool unwanted(struct strbuf *why, const struct value_series *s)
{
    size_t i = 0;
    while (i + 1 < s->count && value_is_absent(s->points[i])) {
        i++;
    }
    return differ(why, s->labels, value_absent(), s->points[i]);
}

static struct expected_series *find(struct expected *e, const struct labels *labels)
{
    VEC_EACH (&e->series, struct expected_series, s) {
        if (s->labels == labels) {
            return s;
        }
    }
    return NULL;
}

static void forget_seen(struct expected *e)
{
    VEC_EACH (&e->series, struct expected_series, s) {
        s->seen = false;
    }
}

static double value_at(const struct expected_series *s, size_t i)
{
    if (i >= s->values.list.len || s->values.list.items[i].omitted) {
        return value_absent();
    }
    return s->values.list.items[i].v;
}

static bool all_seen(const struct expected *e, struct strbuf *why)
{
    VEC_EACH (&e->series, const struct expected_series, s) {
        for (size_t i = 0; !s->seen && i < s->values.list.len; i++) {
            if (!value_is_absent(value_at(s, i))) {
                return differ(why, s->labels, value_at(s, i), value_absent());
            }
        }
    }
    return true;
}

static bool point_equal(double want, double have)
{
    if (value_is_absent(want) || value_is_absent(have)) {
        return value_is_absent(want) && value_is_absent(have);
    }
    return number_equal(want, have);
}

bool expected_equals_step(struct expected *e, const struct value *v, size_t step,
                          struct strbuf *why)
{
    if (e->is_scalar) {
        double have = v->series.len == 1 ? v->series.items[0].points[step] : value_absent();
        return point_equal(e->scalar, have) || differ(why, NULL, e->scalar, have);
    }
    forget_seen(e);
    VEC_EACH (&v->series, const struct value_series, s) {
        if (value_is_absent(s->points[step])) {
            continue;
        }
        struct expected_series *want = find(e, s->labels);
        if (want == NULL) {
            return differ(why, s->labels, value_absent(), s->points[step]);
        }
        want->seen = true;
        if (!point_equal(value_at(want, 0), s->points[step])) {
            return differ(why, s->labels, value_at(want, 0), s->points[step]);
        }
    }
    return all_seen(e, why);
}

bool expected_equals_instant(struct expected *e, const struct value *v, bool ordered,
                             struct strbuf *why)
{
    if (e->is_scalar) {
        if (v->type != VALUE_SCALAR) {
            strbuf_printf(why, "expected a scalar, got a %s", value_type_name(v->type));
            return false;
        }
        return number_equal(e->scalar, v->scalar[0]) || differ(why, NULL, e->scalar, v->scalar[0]);
    }
    if (v->type != VALUE_VECTOR) {
        strbuf_printf(why, "expected a vector, got a %s", value_type_name(v->type));
        return false;
    }
    if (!expected_equals_step(e, v, 0, why)) {
        return false;
    }
    for (size_t i = 0; ordered && i < v->series.len; i++) {
        if (v->series.items[i].labels != e->series.items[i].labels) {
            strbuf_printf(why, "position %zu: expected ", i + 1);
            labels_format(why, e->series.items[i].labels);
            strbuf_add_c(why, ", got ");
            labels_format(why, v->series.items[i].labels);
            return false;
        }
    }
    return true;
}

bool expected_equals_range(struct expected *e, const struct value *v, struct strbuf *why)
{
    forget_seen(e);
    VEC_EACH (&v->series, const struct value_series, s) {
        struct expected_series *want = find(e, s->labels);
        if (want == NULL) {
            return unwanted(why, s);
        }
        want->seen = true;
        for (size_t i = 0; i < s->count; i++) {
            if (!point_equal(value_at(want, i), s->points[i])) {
                strbuf_printf(why, "step %zu, ", i);
                return differ(why, s->labels, value_at(want, i), s->points[i]);
            }
        }
    }
    return all_seen(e, why);
}

bool expected_equals_samples(struct expected *e, const struct value *v,
                             const struct expectation *range, struct strbuf *why)
{
    forget_seen(e);
    VEC_EACH (&v->series, const struct value_series, s) {
        struct expected_series *want = find(e, s->labels);
        if (want == NULL) {
            return unwanted(why, s);
        }
        want->seen = true;
        size_t next = 0;
        for (size_t i = 0; i < want->values.list.len; i++) {
            double expected = value_at(want, i);
            if (value_is_absent(expected)) {
                continue;
            }
            int64_t at = range->from_ms + (int64_t)i * range->step_ms;
            bool there = next < s->count && s->times_ms[next] == at;
            double have = there ? s->points[next++] : value_absent();
            if (!point_equal(expected, have)) {
                return differ(why, s->labels, expected, have);
            }
        }
        if (next != s->count) {
            return differ(why, s->labels, value_absent(), s->points[next]);
        }
    }
    return all_seen(e, why);
}
