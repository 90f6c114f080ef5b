/* See alert_rows.h. Nothing of it is printed but through utf8_add_printable or by its columns
 * through ui/width.h, which replaces what a terminal would act on. */
#include "cmd/alert_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/timestamp.h"
#include "base/utf8.h"
#include "cmd/local_time.h"
#include "ui/timefmt.h"
#include "ui/width.h"

/* --- reading --- */

static const char *text(struct alert_rows *rows, struct json object, const char *path)
{
    struct strbuf clean = STRBUF_INIT;
    utf8_add_printable(&clean, json_str(json_find(object, path)));
    const char *kept = arena_str(&rows->arena, strbuf_str(&clean)).data;
    strbuf_release(&clean);
    return kept;
}

static int64_t moment(struct json object, const char *path)
{
    int64_t ms = 0;
    return timestamp_parse(json_str(json_find(object, path)), &ms) ? ms : 0;
}

static int64_t seconds(struct json object, const char *path, int64_t otherwise)
{
    struct json value = json_find(object, path);
    int64_t ms;
    bool known =
        json_kind(value) == JSON_KIND_NUMBER && timestamp_from_seconds(json_number(value), &ms);
    return known ? ms : otherwise;
}

static const char *read_labels(struct alert_rows *rows, struct json labels)
{
    struct strbuf all = STRBUF_INIT;
    struct json_members it = json_members(labels);
    while (json_next(&it)) {
        if (str_equal_c(it.key, "alertname") || str_equal_c(it.key, "severity")) {
            continue;
        }
        strbuf_add_c(&all, all.len != 0 ? " " : "");
        utf8_add_printable(&all, it.key);
        strbuf_add_char(&all, '=');
        utf8_add_printable(&all, json_str(it.value));
    }
    const char *kept = arena_str(&rows->arena, strbuf_str(&all)).data;
    strbuf_release(&all);
    return kept;
}

/* "1.9s > 500ms", "1.9s" */
static const char *read_value(struct alert_rows *rows, struct json alert)
{
    const char *value = text(rows, alert, "valueText");
    const char *threshold = text(rows, alert, "thresholdText");
    if (value[0] == '\0' || threshold[0] == '\0') {
        return value;
    }
    return arena_printf(&rows->arena, "%s %s %s", value, text(rows, alert, "comparison"), threshold)
        .data;
}

static enum severity read_severity(struct json alert)
{
    return severity_of(json_str(json_find(alert, "severity")));
}

static void read_row(struct alert_rows *rows, struct json alert)
{
    struct json labels = json_find(alert, "labels");
    struct alert_row row = {.id = text(rows, alert, "id"),
                            .name = text(rows, labels, "alertname"),
                            .labels = read_labels(rows, labels),
                            .state = text(rows, alert, "state"),
                            .source = text(rows, alert, "source"),
                            .reason = text(rows, alert, "reason"),
                            .severity = read_severity(alert),
                            .fires = json_bool(json_find(alert, "fires")),
                            .flapping = json_bool(json_find(alert, "flapping")),
                            .value = read_value(rows, alert),
                            .acked_by = text(rows, alert, "ack.by"),
                            .ack_until_ms = moment(alert, "ack.expiresAt"),
                            .silenced_by = text(rows, alert, "silences[0].createdBy"),
                            .silenced_until_ms = moment(alert, "silences[0].endsAt"),
                            .inhibited_by = text(rows, alert, "inhibitedBy"),
                            .muted_elsewhere = json_bool(json_find(alert, "mutedElsewhere")),
                            .for_ms = seconds(alert, "forSeconds", 0),
                            .fires_in_ms = seconds(alert, "firesInSeconds", -1),
                            .resolved_ms = moment(alert, "resolvedAt")};
    int64_t fired_ms = moment(alert, "firedAt");
    int64_t unknown_ms = moment(alert, "unknownSince");
    row.since_ms = unknown_ms != 0        ? unknown_ms
                   : row.resolved_ms != 0 ? row.resolved_ms
                   : fired_ms != 0        ? fired_ms
                                          : moment(alert, "activeAt");
    row.hidden = row.silenced_until_ms != 0 || row.inhibited_by[0] != '\0' || row.muted_elsewhere;
    vec_push(&rows->rows, row);
}

bool alert_rows_read(struct alert_rows *rows, struct json answer, struct error *err)
{
    struct json list;
    *rows = (struct alert_rows){.now_ms = moment(answer, "now")};
    arena_init(&rows->arena);
    if (!json_get(answer, "alerts", JSON_KIND_ARRAY, &list, err)) {
        return error_wrap(err, "the answer of the engine");
    }
    for (size_t i = 0; i < json_size(list); i++) {
        read_row(rows, json_item(list, i));
    }
    return true;
}

void alert_rows_release(struct alert_rows *rows)
{
    vec_release(&rows->rows);
    arena_release(&rows->arena);
}

/* --- showing --- */

const char *alert_row_word(const struct alert_row *row)
{
    if (strcmp(row->state, "inactive") == 0) {
        return "OK";
    }
    if (row->hidden) {
        return row->silenced_until_ms != 0 ? "SIL" : "INHB";
    }
    if (strcmp(row->state, "unknown") == 0) {
        return "UNKN";
    }
    if (strcmp(row->state, "pending") == 0) {
        return "PEND";
    }
    switch (row->severity) {
    case SEVERITY_INFO:
        return "INFO";
    case SEVERITY_WARNING:
        return "WARN";
    case SEVERITY_CRITICAL:
        return "CRIT";
    }
    return "";
}

void alert_row_name(struct strbuf *out, const struct alert_row *row)
{
    strbuf_add_c(out, row->name);
    strbuf_add_c(out, row->labels[0] != '\0' ? " " : "");
    strbuf_add_c(out, row->labels);
}

/* Whose it is by now, and until when. */
static void add_who(struct strbuf *out, const struct alert_row *row, int64_t now_ms)
{
    if (row->silenced_until_ms != 0) {
        strbuf_add_c(out, "until ");
        local_time_format_from(out, row->silenced_until_ms, now_ms);
    } else if (row->inhibited_by[0] != '\0') {
        strbuf_add_c(out, row->inhibited_by);
    } else if (row->muted_elsewhere) {
        strbuf_add_c(out, "elsewhere");
    } else if (row->acked_by[0] != '\0') {
        strbuf_printf(out, "ack %s", row->acked_by);
    } else if (row->flapping) {
        strbuf_add_c(out, "flapping");
    }
}

/* "3m of 5m" for what is pending, an age for the rest. */
static void add_since(struct strbuf *out, const struct alert_row *row, int64_t now_ms)
{
    if (strcmp(row->state, "pending") == 0 && row->fires_in_ms >= 0) {
        int64_t done_ms = row->for_ms > row->fires_in_ms ? row->for_ms - row->fires_in_ms : 0;
        timefmt_age_coarse(out, done_ms, 0);
        strbuf_add_char(out, '/');
        timefmt_age_coarse(out, row->for_ms, 0);
    } else if (row->since_ms != 0) {
        timefmt_age_coarse(out, now_ms, row->since_ms);
    }
}

/* `columns` of it, filled up with blanks; `~` marks where it was cut. */
static void add_cell(struct strbuf *out, struct str s, int columns, bool last)
{
    int width = width_columns(s);
    if (width > columns) {
        size_t kept = width_prefix(s, columns - 1);
        strbuf_add_str(out, str_slice(s, 0, kept));
        strbuf_add_char(out, '~');
        width = width_columns(str_slice(s, 0, kept)) + 1;
    } else {
        strbuf_add_str(out, s);
    }
    if (!last && width < columns) {
        strbuf_add_repeated(out, ' ', (size_t)(columns - width));
    }
}

enum { WORD_COLUMNS = 4, SINCE_COLUMNS = 8, VALUE_COLUMNS = 16, WHO_COLUMNS = 14, GAPS = 4 };

static int name_columns(int width)
{
    return width - WORD_COLUMNS - SINCE_COLUMNS - VALUE_COLUMNS - WHO_COLUMNS - GAPS;
}

static void add_line(struct strbuf *out, int width, const struct str cells[5])
{
    const int columns[5] = {WORD_COLUMNS, name_columns(width), SINCE_COLUMNS, VALUE_COLUMNS,
                            WHO_COLUMNS};
    size_t last = 4;
    while (last > 0 && cells[last].len == 0) {
        last--;
    }
    for (size_t i = 0; i <= last; i++) {
        strbuf_add_c(out, i != 0 ? " " : "");
        add_cell(out, cells[i], columns[i], i == last);
    }
}

void alert_row_table_head(struct strbuf *out, int width)
{
    add_line(out, width,
             (const struct str[5]){STR(""), STR("ALERT"), STR("SINCE"), STR("VALUE"), STR("WHO")});
}

void alert_row_table(struct strbuf *out, const struct alert_row *row, int64_t now_ms, int width)
{
    struct strbuf name = STRBUF_INIT;
    struct strbuf since = STRBUF_INIT;
    struct strbuf who = STRBUF_INIT;
    alert_row_name(&name, row);
    add_since(&since, row, now_ms);
    add_who(&who, row, now_ms);
    add_line(out, width,
             (const struct str[5]){str_from(alert_row_word(row)), strbuf_str(&name),
                                   strbuf_str(&since), str_from(row->value), strbuf_str(&who)});
    strbuf_release(&name);
    strbuf_release(&since);
    strbuf_release(&who);
}

static void add_hidden_plain(struct strbuf *out, const struct alert_row *row, int64_t now_ms)
{
    if (row->silenced_until_ms != 0) {
        strbuf_printf(out, ", silenced by %s until ", row->silenced_by);
        local_time_format_from(out, row->silenced_until_ms, now_ms);
    }
    if (row->inhibited_by[0] != '\0') {
        strbuf_printf(out, ", inhibited by %s", row->inhibited_by);
    }
    if (row->muted_elsewhere) {
        strbuf_add_c(out, ", muted by its own Alertmanager");
    }
    if (row->acked_by[0] != '\0') {
        strbuf_printf(out, ", acknowledged by %s", row->acked_by);
        if (row->ack_until_ms != 0) {
            strbuf_add_c(out, " until ");
            local_time_format_from(out, row->ack_until_ms, now_ms);
        }
    } else if (row->fires && !row->hidden) {
        strbuf_add_c(out, ", not acknowledged");
    }
}

void alert_row_plain(struct strbuf *out, const struct alert_row *row, int64_t now_ms)
{
    bool resolved = strcmp(row->state, "inactive") == 0;
    alert_row_name(out, row);
    strbuf_printf(out, ": %s, %s", severity_name(row->severity),
                  resolved ? "resolved" : row->state);
    if (strcmp(row->state, "pending") == 0 && row->fires_in_ms >= 0) {
        strbuf_add_c(out, ", fires at ");
        local_time_format_from(out, now_ms + row->fires_in_ms, now_ms);
        strbuf_add_c(out, " if it holds");
    } else if (row->since_ms != 0) {
        strbuf_add_c(out, " since ");
        local_time_format_from(out, row->since_ms, now_ms);
        strbuf_add_c(out, " (");
        timefmt_age(out, now_ms, row->since_ms);
        strbuf_add_char(out, ')');
    }
    strbuf_add_c(out, row->flapping ? ", flapping" : "");
    if (row->value[0] != '\0') {
        strbuf_printf(out, ", value %s", row->value);
    }
    add_hidden_plain(out, row, now_ms);
    if (row->reason[0] != '\0') {
        strbuf_printf(out, "; %s", row->reason);
    }
}
