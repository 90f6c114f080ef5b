/* See gate_report.h. */
#include "cmd/gate_report.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/attr.h"
#include "base/duration.h"
#include "base/json_writer.h"
#include "base/number.h"
#include "base/unit.h"
#include "base/utf8.h"

static const char *const state_names[] = {
    [GATE_OK] = "ok",
    [GATE_WARNING] = "warning",
    [GATE_CRITICAL] = "critical",
    [GATE_UNKNOWN] = "unknown",
};

const char *gate_state_name(enum gate_state state)
{
    return state_names[state];
}

static size_t count_of(const struct gate_report *report, enum gate_state state)
{
    size_t count = 0;
    for (size_t i = 0; i < report->count; i++) {
        count += report->results[i].state == state ? 1 : 0;
    }
    return count;
}

enum gate_state gate_report_state(const struct gate_report *report)
{
    static const enum gate_state worst_first[] = {GATE_CRITICAL, GATE_UNKNOWN, GATE_WARNING};
    for (size_t i = 0; i < ARRAY_LEN(worst_first); i++) {
        if (count_of(report, worst_first[i]) != 0) {
            return worst_first[i];
        }
    }
    return report->count != 0 ? GATE_OK : GATE_UNKNOWN;
}

/* As people write it: in its unit where it has one. */
static void add_number(struct strbuf *out, double number, const char *unit)
{
    enum unit known;
    if (unit != NULL && unit_from_name(str_from(unit), &known)) {
        unit_format_long(out, number, known);
    } else {
        number_format(out, number);
    }
}

static void add_value(struct strbuf *out, const struct gate_result *r)
{
    if (isnan(r->value)) {
        return;
    }
    add_number(out, r->value, r->unit);
    if (!isnan(r->threshold)) {
        strbuf_add_c(out, " (limit ");
        add_number(out, r->threshold, r->unit);
        strbuf_add_char(out, ')');
    }
}

static void add_text_result(struct strbuf *out, const struct gate_result *r)
{
    strbuf_printf(out, "%-8s  ", gate_state_name(r->state));
    utf8_add_printable(out, r->name);
    if (r->labels.len != 0 && !str_equal_c(r->labels, "{}")) {
        strbuf_add_char(out, ' ');
        utf8_add_printable(out, r->labels);
    }
    if (!isnan(r->value)) {
        strbuf_add_c(out, ": ");
        add_value(out, r);
    }
    if (r->message.len != 0) {
        strbuf_add_c(out, isnan(r->value) ? ": " : ", ");
        utf8_add_printable(out, r->message);
    }
    strbuf_add_char(out, '\n');
    if (r->state != GATE_OK) {
        strbuf_add_c(out, "          ");
        utf8_add_printable(out, r->expr);
        strbuf_add_char(out, '\n');
    }
}

void gate_format_text(struct strbuf *out, const struct gate_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        add_text_result(out, &report->results[i]);
    }
    strbuf_printf(out, "%s: %zu ok, %zu warning, %zu critical, %zu unknown\n",
                  gate_state_name(gate_report_state(report)), count_of(report, GATE_OK),
                  count_of(report, GATE_WARNING), count_of(report, GATE_CRITICAL),
                  count_of(report, GATE_UNKNOWN));
}

static void add_json_result(struct json_writer *w, const struct gate_result *r)
{
    json_writer_object(w);
    json_writer_key(w, "name");
    json_writer_str(w, r->name);
    json_writer_key(w, "expr");
    json_writer_str(w, r->expr);
    json_writer_key(w, "state");
    json_writer_text(w, gate_state_name(r->state));
    json_writer_key(w, "value");
    json_writer_number(w, r->value);
    json_writer_key(w, "threshold");
    json_writer_number(w, r->threshold);
    json_writer_key(w, "unit");
    json_writer_text(w, r->unit);
    json_writer_key(w, "labels");
    json_writer_str(w, r->labels);
    json_writer_key(w, "message");
    json_writer_str(w, r->message);
    json_writer_key(w, "held_ms");
    json_writer_int(w, r->held_ms);
    json_writer_end(w);
}

void gate_format_json(struct strbuf *out, const struct gate_report *report)
{
    struct json_writer w;
    json_writer_init(&w, out);
    json_writer_object(&w);
    json_writer_key(&w, "file");
    json_writer_text(&w, report->file);
    json_writer_key(&w, "state");
    json_writer_text(&w, gate_state_name(gate_report_state(report)));
    for (size_t state = GATE_OK; state <= GATE_UNKNOWN; state++) {
        json_writer_key(&w, gate_state_name((enum gate_state)state));
        json_writer_int(&w, (int64_t)count_of(report, (enum gate_state)state));
    }
    json_writer_key(&w, "took_ms");
    json_writer_int(&w, report->took_ms);
    json_writer_key(&w, "rules");
    json_writer_array(&w);
    for (size_t i = 0; i < report->count; i++) {
        add_json_result(&w, &report->results[i]);
    }
    json_writer_end(&w);
    json_writer_end(&w);
    strbuf_add_char(out, '\n');
}

/* XML 1.0 has no way to write most control characters, nor two others (Extensible Markup Language
 * 1.0, 2.2): they become U+FFFD. In attributes line ends and tabs are kept only as references. */
static void add_xml(struct strbuf *out, struct str s)
{
    for (size_t i = 0; i < s.len;) {
        size_t length;
        uint32_t cp = utf8_decode(str_slice(s, i, 4), &length);
        bool forbidden = (cp < ' ' && cp != '\n' && cp != '\t' && cp != '\r') || cp == 0xFFFE ||
                         cp == 0xFFFF || (cp == UTF8_REPLACEMENT && length == 1);
        if (forbidden) {
            strbuf_add_c(out, "\xEF\xBF\xBD");
        } else if (cp == '&') {
            strbuf_add_c(out, "&amp;");
        } else if (cp == '<') {
            strbuf_add_c(out, "&lt;");
        } else if (cp == '>') {
            strbuf_add_c(out, "&gt;");
        } else if (cp == '"') {
            strbuf_add_c(out, "&quot;");
        } else if (cp < ' ') {
            strbuf_printf(out, "&#%" PRIu32 ";", cp);
        } else {
            strbuf_add(out, s.data + i, length);
        }
        i += length;
    }
}

static void add_attribute(struct strbuf *out, const char *name, struct str value)
{
    strbuf_printf(out, " %s=\"", name);
    add_xml(out, value);
    strbuf_add_char(out, '"');
}

static void add_seconds(struct strbuf *out, int64_t ms)
{
    strbuf_printf(out, " time=\"%" PRId64 ".%03" PRId64 "\"", ms / 1000, ms % 1000);
}

/* A rule that fails is a failure, one of which nothing is known an error. */
static void add_case_body(struct strbuf *out, const struct gate_result *r)
{
    const char *element = r->state == GATE_UNKNOWN ? "error" : "failure";
    struct strbuf text = STRBUF_INIT;
    add_value(&text, r);
    if (r->message.len != 0) {
        strbuf_add_c(&text, text.len != 0 ? ", " : "");
        strbuf_add_str(&text, r->message);
    }
    strbuf_printf(out, ">\n      <%s", element);
    add_attribute(out, "type", str_from(gate_state_name(r->state)));
    add_attribute(out, "message", strbuf_str(&text));
    strbuf_add_char(out, '>');
    add_xml(out, r->expr);
    strbuf_printf(out, "</%s>\n    </testcase>\n", element);
    strbuf_release(&text);
}

static void add_case(struct strbuf *out, const char *file, const struct gate_result *r)
{
    struct strbuf name = STRBUF_INIT;
    strbuf_add_str(&name, r->name);
    if (r->labels.len != 0 && !str_equal_c(r->labels, "{}")) {
        strbuf_add_char(&name, ' ');
        strbuf_add_str(&name, r->labels);
    }
    strbuf_add_c(out, "    <testcase");
    add_attribute(out, "classname", str_from(file));
    add_attribute(out, "name", strbuf_str(&name));
    add_seconds(out, r->held_ms);
    strbuf_release(&name);
    if (r->state == GATE_OK) {
        strbuf_add_c(out, "/>\n");
    } else {
        add_case_body(out, r);
    }
}

void gate_format_junit(struct strbuf *out, const struct gate_report *report)
{
    size_t failures = count_of(report, GATE_WARNING) + count_of(report, GATE_CRITICAL);
    size_t errors = count_of(report, GATE_UNKNOWN);
    strbuf_add_c(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    strbuf_printf(out, "<testsuites tests=\"%zu\" failures=\"%zu\" errors=\"%zu\">\n",
                  report->count, failures, errors);
    strbuf_add_c(out, "  <testsuite");
    add_attribute(out, "name", str_from(report->file));
    strbuf_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"0\"",
                  report->count, failures, errors);
    add_seconds(out, report->took_ms);
    strbuf_add_c(out, ">\n");
    for (size_t i = 0; i < report->count; i++) {
        add_case(out, report->file, &report->results[i]);
    }
    strbuf_add_c(out, "  </testsuite>\n</testsuites>\n");
}

gate_format gate_format_find(const char *name)
{
    static const struct {
        const char *name;
        gate_format format;
    } formats[] = {
        {"text", gate_format_text}, {"json", gate_format_json}, {"junit", gate_format_junit}};
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        if (strcmp(formats[i].name, name) == 0) {
            return formats[i].format;
        }
    }
    return NULL;
}
