#include "ui/alert_look.h"

#include <math.h>
#include <string.h>

#include "ui/filter.h"
#include "ui/timefmt.h"

#define DAY_MS ((int64_t)24 * 3600 * 1000)

enum alert_look alert_look_of(const struct alert_info *a)
{
    if (a->state == ALERT_INACTIVE) {
        return LOOK_RESOLVED;
    }
    if (a->silence_count > 0) {
        return LOOK_SILENCED;
    }
    if (a->inhibited_by != NULL) {
        return LOOK_INHIBITED;
    }
    if (a->muted_elsewhere) {
        return LOOK_MUTED;
    }
    if (a->state == ALERT_UNKNOWN) {
        return LOOK_UNKNOWN;
    }
    if (a->ack != NULL && a->fires) {
        return LOOK_ACKED;
    }
    return a->state == ALERT_FIRING ? LOOK_FIRING : LOOK_PENDING;
}

const char *alert_look_word(enum alert_look look)
{
    static const char *const words[] = {
        [LOOK_FIRING] = "FIRING",     [LOOK_UNKNOWN] = "UNKNOWN",   [LOOK_ACKED] = "ACKED",
        [LOOK_PENDING] = "PENDING",   [LOOK_SILENCED] = "SILENCED", [LOOK_INHIBITED] = "INHIBITED",
        [LOOK_MUTED] = "MUTED THERE", [LOOK_RESOLVED] = "RESOLVED"};
    return words[look];
}

static uint32_t severity_glyph(const struct glyphs *glyphs, enum severity severity)
{
    switch (severity) {
    case SEVERITY_CRITICAL:
        return glyphs->critical;
    case SEVERITY_WARNING:
        return glyphs->warning;
    case SEVERITY_INFO:
        return 'i';
    }
    return ' ';
}

uint32_t alert_look_glyph(const struct glyphs *glyphs, const struct alert_info *a)
{
    if (a->state == ALERT_UNKNOWN) {
        return glyphs->unknown;
    }
    switch (alert_look_of(a)) {
    case LOOK_RESOLVED:
        return ' ';
    case LOOK_SILENCED:
    case LOOK_INHIBITED:
    case LOOK_MUTED:
        return glyphs->hidden;
    case LOOK_PENDING:
        return glyphs->pending;
    case LOOK_FIRING:
    case LOOK_UNKNOWN:
    case LOOK_ACKED:
        return severity_glyph(glyphs, a->severity);
    }
    return ' ';
}

enum role alert_look_role(const struct alert_info *a)
{
    switch (alert_look_of(a)) {
    case LOOK_FIRING:
        return a->severity == SEVERITY_CRITICAL  ? ROLE_STATE_CRIT
               : a->severity == SEVERITY_WARNING ? ROLE_STATE_WARN
                                                 : ROLE_TEXT;
    case LOOK_UNKNOWN:
        return ROLE_STATE_UNKNOWN;
    case LOOK_PENDING:
        return ROLE_TEXT;
    case LOOK_ACKED:
    case LOOK_SILENCED:
    case LOOK_INHIBITED:
    case LOOK_MUTED:
    case LOOK_RESOLVED:
        return ROLE_TEXT_MUTED;
    }
    return ROLE_TEXT;
}

bool alert_is_loud(const struct alert_info *a)
{
    return a->fires && a->silence_count == 0 && a->inhibited_by == NULL && !a->muted_elsewhere;
}

bool alert_is_unacked(const struct alert_info *a)
{
    return alert_is_loud(a) && a->ack == NULL && a->severity != SEVERITY_INFO;
}

int64_t alert_since_ms(const struct alert_info *a)
{
    if (a->state == ALERT_INACTIVE) {
        return a->resolved_at.ms;
    }
    return a->fired_at.ms != 0 ? a->fired_at.ms : a->active_at.ms;
}

void alert_value_text(struct strbuf *out, const struct alert_info *a)
{
    if (!a->has_value) {
        strbuf_add_c(out, "-");
        return;
    }
    if (isnan(a->value)) {
        strbuf_add_c(out, "NaN");
    } else {
        unit_format_long(out, a->value, a->unit);
    }
    if (a->has_threshold && a->comparison != NULL) {
        strbuf_printf(out, " (%s", a->comparison);
        unit_format_long(out, a->threshold, a->unit);
        strbuf_add_char(out, ')');
    }
}

static struct str label_of(const struct alert_info *a, const char *name)
{
    return labels_get(a->labels, str_from(name));
}

/* Labels that say the same of most alerts of a rule. */
static bool tells_nothing(struct str name)
{
    static const char *const names[] = {"alertname", "severity", "job", "team", "env", "cluster"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (str_equal_c(name, names[i])) {
            return true;
        }
    }
    return false;
}

void alert_where_text(struct strbuf *out, const struct alert_info *a)
{
    static const char *const subjects[] = {"service", "database", "deployment", "queue", "topic"};
    static const char *const places[] = {"instance", "pod", "node", "host", "device", "mountpoint"};
    size_t before = out->len;
    struct str found = STR_NONE;
    for (size_t i = 0; found.len == 0 && i < ARRAY_LEN(subjects); i++) {
        found = label_of(a, subjects[i]);
    }
    strbuf_add_str(out, found);
    found = STR_NONE;
    for (size_t i = 0; found.len == 0 && i < ARRAY_LEN(places); i++) {
        found = label_of(a, places[i]);
    }
    if (found.len > 0) {
        strbuf_add_c(out, out->len > before ? " " : "");
        strbuf_add_str(out, found);
    }
    for (size_t i = 0; out->len == before && i < labels_count(a->labels); i++) {
        struct label label = labels_at(a->labels, i);
        strbuf_add_str(out, tells_nothing(label.name) ? STR_NONE : label.value);
    }
    if (out->len == before) {
        struct str job = label_of(a, "job");
        strbuf_add_str(out, job.len > 0 ? job : STR("-"));
    }
}

static bool same_day(int64_t a, int64_t b, bool utc)
{
    int64_t x = a + timefmt_offset_ms(a, utc), y = b + timefmt_offset_ms(b, utc);
    return x / DAY_MS == y / DAY_MS;
}

void alert_time_text(struct strbuf *out, int64_t ms, int64_t now_ms, bool utc)
{
    if (ms == 0) {
        strbuf_add_c(out, "-");
    } else if (same_day(ms, now_ms, utc)) {
        timefmt_clock(out, ms, utc);
    } else {
        timefmt_day(out, ms, utc);
    }
}

void alert_until_text(struct strbuf *out, int64_t ms, int64_t now_ms, bool utc)
{
    if (!same_day(ms, now_ms, utc)) {
        timefmt_day(out, ms, utc);
        strbuf_add_char(out, ' ');
    }
    timefmt_minute(out, ms, utc);
}

/* There is one. */
static const struct silence *last_silence(const struct alert_info *a)
{
    const struct silence *last = a->silences[0];
    for (size_t i = 1; i < a->silence_count; i++) {
        last = a->silences[i]->ends_at_ms > last->ends_at_ms ? a->silences[i] : last;
    }
    return last;
}

static void add_ack(struct strbuf *out, const struct ack *ack)
{
    strbuf_add_c(out, ack->by);
    if (ack->note[0] != '\0') {
        strbuf_printf(out, ": %s", ack->note);
    }
}

static void add_silence(struct strbuf *out, const struct silence *s, int64_t now_ms, bool utc)
{
    strbuf_printf(out, "%s until ", s->created_by != NULL ? s->created_by : "-");
    alert_until_text(out, s->ends_at_ms, now_ms, utc);
}

/* One that fires: nobody has it, or somebody. An UNKNOWN also says since when. */
static void add_holder(struct strbuf *out, const struct alert_info *a, int64_t now_ms, bool utc)
{
    if (a->ack != NULL) {
        add_ack(out, a->ack);
    } else if (a->fires) {
        strbuf_add_c(out, "nobody");
    }
    if (a->state == ALERT_UNKNOWN && a->unknown_since.ms != 0) {
        strbuf_add_c(out, a->ack != NULL || a->fires ? ", no data since " : "no data since ");
        alert_until_text(out, a->unknown_since.ms, now_ms, utc);
    } else if (a->flapping) {
        strbuf_add_c(out, ", flapping");
    }
}

int64_t alert_fires_at_ms(const struct alert_info *a)
{
    int64_t from_start = a->active_at.ms + a->for_ms; /* without time that does not count */
    int64_t from_last = a->updated_at.ms + a->fires_in_ms;
    return from_start > from_last ? from_start : from_last;
}

void alert_who_text(struct strbuf *out, const struct alert_info *a, int64_t now_ms, bool utc)
{
    switch (alert_look_of(a)) {
    case LOOK_FIRING:
    case LOOK_UNKNOWN:
    case LOOK_ACKED:
        add_holder(out, a, now_ms, utc);
        break;
    case LOOK_PENDING:
        if (a->fires_in_ms >= 0) {
            strbuf_add_c(out, "fires ");
            alert_until_text(out, alert_fires_at_ms(a), now_ms, utc);
        }
        if (a->ack != NULL) {
            strbuf_printf(out, ", %s has it", a->ack->by);
        }
        break;
    case LOOK_SILENCED:
        add_silence(out, last_silence(a), now_ms, utc);
        break;
    case LOOK_INHIBITED:
        strbuf_printf(out, "by %s", a->inhibited_by);
        break;
    case LOOK_MUTED:
        strbuf_printf(out, "by %s", a->source);
        break;
    case LOOK_RESOLVED:
        strbuf_add_c(out, a->reason);
        break;
    }
}

const char *alert_foreign_source(const struct alert_info *a)
{
    return a->origin == ALERT_OF_TOCSIN ? NULL : a->source;
}

static bool begins_ignoring_case(struct str text, struct str beginning)
{
    return str_equal_ignoring_case(str_slice(text, 0, beginning.len), beginning);
}

static bool word_matches(const struct alert_info *a, struct str word)
{
    size_t equals = str_find(word, '=');
    if (equals > 0 && equals < word.len) {
        struct str value = str_slice(word, equals + 1, word.len);
        value = str_trim(value);
        if (value.len >= 2 && value.data[0] == '"' && value.data[value.len - 1] == '"') {
            value = str_slice(value, 1, value.len - 2);
        }
        struct str have = labels_get(a->labels, str_slice(word, 0, equals));
        return have.len > 0 && begins_ignoring_case(have, value);
    }
    char *one = str_dup(word);
    const char *texts[] = {a->rule,   alert_look_word(alert_look_of(a)), severity_name(a->severity),
                           a->source, a->ack != NULL ? a->ack->by : "",  NULL};
    bool found = filter_matches(one, texts);
    for (size_t i = 0; !found && i < labels_count(a->labels); i++) {
        char *value = str_dup(labels_at(a->labels, i).value);
        const char *label[] = {value, NULL};
        found = filter_matches(one, label);
        free(value);
    }
    free(one);
    return found;
}

bool alert_matches(const struct alert_info *a, const char *filter)
{
    struct str rest = str_from(filter), word;
    while (str_split(&rest, ' ', &word)) {
        if (word.len > 0 && !word_matches(a, word)) {
            return false;
        }
    }
    return true;
}
