/* See status_line.h. */
#include "cmd/status_line.h"

#include <string.h>

#include "base/attr.h"
#include "base/timestamp.h"
#include "base/utf8.h"
#include "cmd/command.h"
#include "ui/timefmt.h"

struct line {
    struct strbuf *out;
    enum status_form form;
};

/* A name from outside. */
static void add_name(const struct line *line, struct str name)
{
    struct strbuf clean = STRBUF_INIT;
    utf8_add_printable(&clean, name);
    for (size_t i = 0; i < clean.len; i++) {
        strbuf_add_c(line->out, clean.data[i] == '#' && line->form == STATUS_TMUX ? "#" : "");
        strbuf_add_char(line->out, clean.data[i]);
    }
    strbuf_release(&clean);
}

static void add_style(const struct line *line, const char *style)
{
    if (line->form == STATUS_TMUX) {
        strbuf_printf(line->out, "#[%s]", style);
    }
}

static void add_gap(const struct line *line)
{
    if (line->out->len != 0) {
        strbuf_add_char(line->out, ' ');
    }
}

static size_t count_at(struct json answer, const char *path)
{
    double count = json_number(json_find(answer, path));
    return count > 0 ? (size_t)count : 0;
}

static void add_severity(const struct line *line, const char *style, const char *word, size_t count)
{
    add_style(line, style);
    if (line->form == STATUS_SHORT) {
        strbuf_printf(line->out, "%zu%c", count, word[0]);
    } else {
        strbuf_printf(line->out, "%s %zu", word, count);
    }
    add_style(line, "default");
}

/* "CRIT 2 WARN 3", "2C3W"; "ok" where nothing fires. */
static void add_counts(const struct line *line, struct json answer)
{
    size_t critical = count_at(answer, "alerts.critical");
    size_t warning = count_at(answer, "alerts.warning");
    if (critical != 0) {
        add_severity(line, "fg=red,bold", "CRIT", critical);
    }
    if (warning != 0) {
        strbuf_add_c(line->out, line->form != STATUS_SHORT && critical != 0 ? " " : "");
        add_severity(line, "fg=yellow", "WARN", warning);
    }
    if (critical == 0 && warning == 0) {
        bool known = status_line_exit(answer) != EXIT_STATUS_UNKNOWN;
        strbuf_add_c(line->out, known ? "ok" : "?");
    }
}

static void add_count(const struct line *line, struct json answer, const char *path,
                      const char *word, const char *brief)
{
    size_t count = count_at(answer, path);
    if (count != 0 && line->form == STATUS_LONG) {
        strbuf_printf(line->out, " %s %zu", word, count);
    } else if (count != 0 && brief != NULL) {
        strbuf_printf(line->out, " %s%zu", brief, count);
    }
}

/* "checkout Slow 1.9s": the worst that nobody has taken. */
static void add_top(const struct line *line, struct json answer)
{
    struct json top = json_find(answer, "top");
    if (json_kind(top) != JSON_KIND_OBJECT) {
        return;
    }
    struct str service = json_str(json_find(top, "labels.service"));
    struct str value = json_str(json_find(top, "valueText"));
    strbuf_add_c(line->out, " | ");
    add_name(line, json_str(json_find(top, "labels.alertname")));
    if (service.len != 0) {
        strbuf_add_char(line->out, ' ');
        add_name(line, service);
    }
    if (value.len != 0) {
        strbuf_add_char(line->out, ' ');
        add_name(line, value);
    }
}

static struct str first_down(struct json answer)
{
    struct json list = json_find(answer, "sources.list");
    for (size_t i = 0; i < json_size(list); i++) {
        if (str_equal_c(json_str(json_find(json_item(list, i), "state")), "down")) {
            return json_str(json_find(json_item(list, i), "name"));
        }
    }
    return STR_NONE;
}

/* "src 7/8 prom-b down", "7/8" */
static void add_sources(const struct line *line, struct json answer)
{
    size_t up = count_at(answer, "sources.up");
    size_t total = count_at(answer, "sources.total");
    if (line->form != STATUS_LONG) {
        add_gap(line);
        strbuf_printf(line->out, "%zu/%zu", up, total);
        return;
    }
    struct str down = first_down(answer);
    strbuf_printf(line->out, " | src %zu/%zu", up, total);
    if (down.len != 0) {
        strbuf_add_char(line->out, ' ');
        add_name(line, down);
        strbuf_add_c(line->out, " down");
    }
}

static void add_age(const struct line *line, struct json answer)
{
    struct json age = json_find(answer, "dataAgeSeconds");
    int64_t ms;
    if (json_kind(age) != JSON_KIND_NUMBER || !timestamp_from_seconds(json_number(age), &ms)) {
        return;
    }
    strbuf_add_c(line->out, line->form == STATUS_LONG ? " | data " : " ");
    timefmt_age_coarse(line->out, ms, 0);
}

void status_line(struct strbuf *out, enum status_form form, struct json answer)
{
    const struct line line = {out, form};
    struct str problem = json_str(json_find(answer, "problem"));
    add_counts(&line, answer);
    add_count(&line, answer, "alerts.unacknowledged", "unacked", "u");
    add_count(&line, answer, "alerts.silenced", "sil", NULL);
    add_count(&line, answer, "alerts.unknown", "unknown", "?");
    add_count(&line, answer, "alerts.pending", "pending", NULL);
    if (form == STATUS_LONG) {
        add_top(&line, answer);
    }
    add_style(&line, "dim");
    add_sources(&line, answer);
    if (form != STATUS_SHORT) {
        add_age(&line, answer);
    }
    add_style(&line, "default");
    if (problem.len != 0 && form == STATUS_SHORT) {
        strbuf_add_char(out, '!');
    } else if (problem.len != 0) {
        strbuf_add_c(out, form == STATUS_LONG ? " | " : " ");
        add_name(&line, problem);
    }
}

int status_line_exit(struct json answer)
{
    static const char *const words[] = {"ok", "warning", "critical"};
    struct str worst = json_str(json_find(answer, "worst"));
    for (int i = 0; i < (int)ARRAY_LEN(words); i++) {
        if (str_equal_c(worst, words[i])) {
            return i;
        }
    }
    return EXIT_STATUS_UNKNOWN;
}

void status_line_gone(struct strbuf *out, enum status_form form, int64_t age_ms)
{
    const struct line line = {out, form};
    add_style(&line, "fg=magenta");
    strbuf_add_c(out, form == STATUS_SHORT ? "?" : "tocsin ?");
    if (age_ms >= 0) {
        strbuf_add_c(out, form == STATUS_SHORT ? " " : " no data for ");
        timefmt_age_coarse(out, age_ms, 0);
    }
    if (form != STATUS_SHORT) {
        strbuf_add_c(out, age_ms >= 0 ? ": no engine is running" : " no engine is running");
    }
    add_style(&line, "default");
}

void status_line_unknown(struct strbuf *out, enum status_form form, const struct error *why)
{
    const struct line line = {out, form};
    if (why->kind == ERROR_REFUSED || form == STATUS_SHORT) {
        status_line_gone(out, form, -1);
        return;
    }
    add_style(&line, "fg=magenta");
    strbuf_add_c(out, "tocsin ? ");
    add_name(&line, str_from(error_text(why)));
    add_style(&line, "default");
}
