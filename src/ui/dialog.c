#include "ui/dialog.h"

#include <stdio.h>
#include <string.h>

#include "base/duration.h"
#include "base/utf8.h"
#include "ui/keycode.h"

static const char *const durations[] = {"15m", "30m", "1h", "4h"};
#define DURATION_FIRST "30m"

void text_erase_last(char *text)
{
    size_t len = strlen(text);
    while (len > 0 && ((unsigned char)text[len - 1] & 0xC0) == 0x80) {
        len--;
    }
    text[len > 0 ? len - 1 : 0] = '\0';
}

void text_type(char *text, size_t max, int32_t key)
{
    size_t len = strlen(text);
    char bytes[4];
    if (key < ' ' || key >= 0x110000 || utf8_is_control((uint32_t)key)) {
        return;
    }
    size_t more = utf8_encode((uint32_t)key, bytes);
    if (len + more <= max) {
        memcpy(text + len, bytes, more);
        text[len + more] = '\0';
    }
}

void dialog_close(struct dialog *d)
{
    VEC_EACH (&d->matchers, struct dialog_matcher, m) {
        free(m->name);
        free(m->value);
    }
    vec_release(&d->matchers);
    free(d->silence_id);
    free(d->subject);
    free(d->where);
    *d = (struct dialog){.kind = DIALOG_NONE};
}

/* Its name first, the rest in the order of the labels. */
static void add_matcher(struct dialog *d, struct label label)
{
    struct dialog_matcher m = {.name = str_dup(label.name), .value = str_dup(label.value)};
    m.dropped = d->matchers.len >= SILENCE_MAX_MATCHERS;
    vec_push(&d->matchers, m);
}

static void add_matchers(struct dialog *d, const struct labels *labels)
{
    struct str name = STR("alertname");
    struct str value = labels_get(labels, name);
    if (value.len > 0) {
        add_matcher(d, (struct label){.name = name, .value = value});
    }
    for (size_t i = 0; i < labels_count(labels); i++) {
        if (!str_equal(labels_at(labels, i).name, name)) {
            add_matcher(d, labels_at(labels, i));
        }
    }
}

void dialog_open_alert(struct dialog *d, enum dialog_kind kind, const struct alert_info *alert)
{
    dialog_close(d);
    d->kind = kind;
    d->alert = alert->id;
    d->subject = mem_strdup(alert->rule);
    if (kind == DIALOG_SILENCE) {
        d->where = alert->origin == ALERT_OF_ALERTMANAGER ? mem_strdup(alert->source) : NULL;
        add_matchers(d, alert->labels);
        d->focus = d->matchers.len + DIALOG_DURATION;
        snprintf(d->duration, sizeof(d->duration), "%s", DURATION_FIRST);
    }
}

void dialog_open_expire(struct dialog *d, const struct silence *silence)
{
    dialog_close(d);
    d->kind = DIALOG_EXPIRE;
    d->silence_id = mem_strdup(silence->id != NULL ? silence->id : "");
    struct strbuf text = STRBUF_INIT;
    silence_format_matchers(&text, silence);
    d->subject = strbuf_take(&text);
}

void dialog_open_quit(struct dialog *d)
{
    dialog_close(d);
    d->kind = DIALOG_QUIT;
}

bool dialog_is_line(const struct dialog *d)
{
    return d->kind == DIALOG_ACK || d->kind == DIALOG_DISMISS || d->kind == DIALOG_EXPIRE ||
           d->kind == DIALOG_QUIT;
}

void dialog_move(struct dialog *d, int by)
{
    size_t fields = d->matchers.len + DIALOG_FIELDS;
    d->focus = by > 0 ? (d->focus + 1) % fields : (d->focus + fields - 1) % fields;
}

const char *const *dialog_durations(size_t *count)
{
    *count = ARRAY_LEN(durations);
    return durations;
}

static bool read_duration(const struct dialog *d, int64_t *ms, struct error *err)
{
    return duration_parse(str_trim(str_from(d->duration)), ms, err);
}

void dialog_choose(struct dialog *d, int by)
{
    int64_t now = 0, ms = 0;
    struct error err = ERROR_INIT;
    if (d->focus != d->matchers.len + DIALOG_DURATION) {
        return;
    }
    if (!read_duration(d, &now, &err)) {
        error_release(&err);
        now = 0;
        by = 1;
    }
    for (size_t i = 0; i < ARRAY_LEN(durations); i++) {
        size_t at = by > 0 ? i : ARRAY_LEN(durations) - 1 - i;
        if (!duration_parse(str_from(durations[at]), &ms, &err)) {
            error_release(&err);
        } else if (by > 0 ? ms > now : ms < now) {
            snprintf(d->duration, sizeof(d->duration), "%s", durations[at]);
            d->typed = false;
            return;
        }
    }
}

bool dialog_toggle(struct dialog *d)
{
    if (d->kind != DIALOG_SILENCE || d->focus >= d->matchers.len) {
        return false;
    }
    struct dialog_matcher *m = &d->matchers.items[d->focus];
    m->dropped = !m->dropped;
    return true;
}

/* The text that keys go to, and how many bytes it holds; NULL on a matcher. */
static char *focused_text(struct dialog *d, size_t *max)
{
    *max = DIALOG_TEXT_MAX;
    if (d->kind != DIALOG_SILENCE || d->focus == d->matchers.len + DIALOG_COMMENT) {
        return d->text;
    }
    *max = DIALOG_DURATION_MAX;
    return d->focus == d->matchers.len + DIALOG_DURATION ? d->duration : NULL;
}

void dialog_type(struct dialog *d, int32_t key)
{
    size_t max;
    char *text = focused_text(d, &max);
    d->error[0] = '\0';
    if (text == NULL) {
        return;
    }
    if (text == d->duration && !d->typed) { /* what was offered makes room for what is typed */
        text[0] = '\0';
        d->typed = true;
    }
    text_type(text, max, key);
}

void dialog_erase(struct dialog *d)
{
    size_t max;
    char *text = focused_text(d, &max);
    if (text != NULL) {
        text_erase_last(text);
        d->typed = d->typed || text == d->duration;
    }
}

void dialog_clear(struct dialog *d)
{
    size_t max;
    char *text = focused_text(d, &max);
    if (text != NULL) {
        text[0] = '\0';
        d->typed = d->typed || text == d->duration;
    }
}

static bool fail(struct dialog *d, size_t focus, const char *why)
{
    snprintf(d->error, sizeof(d->error), "%s", why);
    d->focus = focus;
    return false;
}

static void add_silence_matcher(struct silence *s, const struct dialog_matcher *from)
{
    struct matcher m;
    struct error err = ERROR_INIT;
    /* Equality has no pattern that could be wrong. */
    if (matcher_init(&m, MATCH_EQUAL, str_from(from->name), str_from(from->value), &err)) {
        vec_push(&s->matchers, m);
    }
    error_release(&err);
}

void dialog_silence(const struct dialog *d, int64_t now_ms, const char *user, struct silence *out)
{
    struct error err = ERROR_INIT;
    int64_t ms = 0;
    silence_init(out);
    VEC_EACH (&d->matchers, const struct dialog_matcher, m) {
        if (!m->dropped) {
            add_silence_matcher(out, m);
        }
    }
    out->starts_at_ms = now_ms;
    if (read_duration(d, &ms, &err) && ms > 0 && ms <= DIALOG_SILENCE_MAX_MS) {
        out->ends_at_ms = now_ms + ms;
    }
    error_release(&err);
    out->created_by = mem_strdup(user);
    out->comment = str_dup(str_trim(str_from(d->text)));
    out->source = d->where != NULL ? mem_strdup(d->where) : NULL;
}

static bool check_duration(struct dialog *d)
{
    struct error err = ERROR_INIT;
    int64_t ms = 0;
    size_t field = d->matchers.len + DIALOG_DURATION;
    if (!read_duration(d, &ms, &err)) {
        error_release(&err);
        return fail(d, field, "a duration is written as 45m, 2h or 1d12h");
    }
    if (ms <= 0) {
        return fail(d, field, "a silence needs some time");
    }
    return ms <= DIALOG_SILENCE_MAX_MS || fail(d, field, "at most 90d");
}

bool dialog_make_silence(struct dialog *d, int64_t now_ms, const char *user, struct silence *out)
{
    struct error err = ERROR_INIT;
    size_t kept = 0;
    VEC_EACH (&d->matchers, const struct dialog_matcher, m) {
        kept += m->dropped ? 0 : 1;
    }
    if (kept == 0) {
        return fail(d, 0, "without a matcher it would hide everything");
    }
    if (kept > SILENCE_MAX_MATCHERS) {
        return fail(d, 0, "at most 64 matchers: drop some");
    }
    if (!check_duration(d)) {
        return false;
    }
    if (str_trim(str_from(d->text)).len == 0) {
        return fail(d, d->matchers.len + DIALOG_COMMENT, "say why, for whoever comes next");
    }
    dialog_silence(d, now_ms, user, out);
    if (!silence_check(out, &err)) {
        fail(d, 0, error_text(&err));
        error_release(&err);
        silence_release(out);
        return false;
    }
    return true;
}
