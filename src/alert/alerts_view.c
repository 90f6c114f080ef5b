/*
 * What readers see of the alerts: one sorted list, made when it is asked for after something
 * changed. Nothing of it is kept: it follows from the alerts, silences and acknowledgements.
 */
#include <stdlib.h>
#include <string.h>

#include "alert/alerts_private.h"
#include "base/mem.h"
#include "rule/evidence.h"

#define DAY_MS ((int64_t)24 * 3600 * 1000)

/* The alert that a source is down, and the label that names the source. */
#define SOURCE_DOWN       "TocsinSourceDown"
#define SOURCE_DOWN_LABEL "source"

void alerts_view_init(struct alerts *alerts)
{
    alerts->view = mem_zalloc(1, sizeof(*alerts->view));
}

void alerts_view_release(struct alerts *alerts)
{
    vec_release(&alerts->view->list);
    vec_release(&alerts->view->hiding);
    vec_release(&alerts->view->silences);
    free(alerts->view);
}

/* One making of the view. */
struct making {
    const struct alerts *alerts;
    struct alerts_view *view;
    int64_t now_ms;
};

/* How loud it is, from 0: what wants somebody first. */
static int rank(const struct alert_info *a)
{
    if (a->state == ALERT_INACTIVE) {
        return 4;
    }
    if (a->silence_count != 0 || a->inhibited_by != NULL || a->muted_elsewhere) {
        return 3;
    }
    if (!a->fires) {
        return 2;
    }
    return a->ack != NULL || a->severity == SEVERITY_INFO ? 1 : 0;
}

static int compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare(const void *x, const void *y)
{
    const struct alert_info *a = x, *b = y;
    int order = rank(a) - rank(b);
    order = order != 0 ? order : (int)b->severity - (int)a->severity;
    order = order != 0 ? order : compare_numbers(a->active_at.ms, b->active_at.ms);
    order = order != 0 ? order : labels_compare(a->labels, b->labels);
    return order != 0 ? order : (a->id > b->id) - (a->id < b->id);
}

static struct wall wall_of(int64_t ms)
{
    return (struct wall){ms};
}

static void set_threshold(struct alert_info *info, const struct rule *rule)
{
    struct rule_threshold threshold;
    if (rule_threshold(rule->expr, &threshold)) {
        info->has_threshold = true;
        info->threshold = threshold.value;
        info->comparison = threshold.comparison;
        info->unit = threshold.unit;
    }
}

static void set_progress(struct alert_info *info, const struct alert *alert, int64_t now_ms)
{
    int64_t left_ms = info->for_ms - alert_status_progress_ms(&alert->status, now_ms);
    bool pending = alert->status.phase == ALERT_PENDING;
    info->fires_in_ms = !pending ? -1 : left_ms > 0 ? left_ms : 0;
}

static void add_alert(struct making *m, const struct live_rule *live, const struct alert *alert)
{
    const struct alert_status *s = &alert->status;
    const struct bound_group *bound = live->group->bound;
    if (s->phase == ALERT_INACTIVE && s->fired_at_ms == 0) {
        return;
    }
    struct alert_info info = {
        .id = alerts_id(live, alert),
        .fingerprint = alert->fingerprint,
        .origin = ALERT_OF_TOCSIN,
        .labels = alert->labels,
        .annotations = alert->annotations,
        .state = alert_status_state(s),
        .fires = alert_status_fires(s),
        .flapping = s->flapping,
        .severity = severity_of(labels_get(alert->labels, STR("severity"))),
        .active_at = wall_of(s->active_at_ms),
        .fired_at = wall_of(s->fired_at_ms),
        .resolved_at = wall_of(s->phase == ALERT_INACTIVE ? s->resolved_at_ms : 0),
        .unknown_since = wall_of(s->unknown ? s->frozen_since_ms : 0),
        .updated_at = wall_of(alert->known_at_ms),
        .for_ms = live->rule->for_ms,
        .value = alert->value,
        .has_value = alert->has_value,
        .rule = live->rule->name.data,
        .group = bound->group->name.data,
        .file = bound->file->file,
        .line = live->rule->span.line,
        .expr = rule_text(live->rule).data,
        .source = bound->source,
        .reason = alert->reason != NULL ? alert->reason : "",
    };
    const struct kept_ack *ack = alerts_find_ack(m->alerts, info.id);
    info.ack = ack != NULL ? &ack->ack : NULL;
    set_threshold(&info, live->rule);
    set_progress(&info, alert, m->now_ms);
    vec_push(&m->view->list, info);
}

static void add_own(struct making *m)
{
    VEC_EACH (&m->alerts->groups, struct group *const, group) {
        for (size_t i = 0; i < (*group)->rule_count; i++) {
            const struct live_rule *live = &(*group)->rules[i];
            VEC_EACH (&live->alerting.alerts, struct alert *const, alert) {
                add_alert(m, live, *alert);
            }
        }
    }
}

static void add_others(struct making *m, const struct other_source *source)
{
    VEC_EACH (&source->alerts, const struct other, f) {
        const struct other_alert *a = &f->alert;
        struct str name = labels_get(a->labels, STR(ALERTING_NAME));
        struct alert_info info = {
            .id = str_hash(str_from(source->name)) ^ f->fingerprint,
            .fingerprint = f->fingerprint,
            .origin = a->origin,
            .labels = a->labels,
            .annotations = a->annotations,
            .state = a->state,
            .fires = a->state == ALERT_FIRING || a->state == ALERT_UNKNOWN,
            .severity = severity_of(labels_get(a->labels, STR("severity"))),
            .active_at = a->starts_at,
            .fired_at = a->state == ALERT_FIRING ? a->starts_at : wall_of(0),
            .updated_at = a->updated_at,
            .fires_in_ms = -1,
            .value = a->value,
            .has_value = a->has_value,
            .rule = name.len != 0 ? name.data : "",
            .group = "",
            .file = "",
            .expr = "",
            .source = source->name,
            .reason = "",
            .muted_elsewhere = a->suppressed,
        };
        vec_push(&m->view->list, info);
    }
}

static void add_silence(struct making *m, const struct silence *s)
{
    if (m->now_ms - s->ends_at_ms < DAY_MS) {
        vec_push(&m->view->silences, s);
    }
}

/* They come with the silences that hide them and with what inhibits them. */
static void add_mirrored(struct making *m)
{
    const struct alerts_mirror *mirror = &m->alerts->mirror;
    for (size_t i = 0; i < mirror->alert_count; i++) {
        vec_push(&m->view->list, mirror->alerts[i]);
    }
    for (size_t i = 0; i < mirror->silence_count; i++) {
        add_silence(m, &mirror->silences[i]);
    }
}

static bool is_of_alertmanager(const struct alert_info *a, const char *source)
{
    return a->origin == ALERT_OF_ALERTMANAGER && strcmp(a->source, source) == 0;
}

/* What silences hide, one list for all; pointers into it are set when it no longer grows. */
static void find_hiding(struct making *m)
{
    VEC_EACH (&m->view->list, struct alert_info, a) {
        size_t before = m->view->hiding.len;
        VEC_EACH (&m->alerts->silences, const struct silence, s) {
            if (silence_state_at(s, m->now_ms) == SILENCE_ACTIVE && silence_matches(s, a->labels)) {
                vec_push(&m->view->hiding, s);
            }
        }
        VEC_EACH (&m->alerts->others, const struct other_source, f) {
            bool here = is_of_alertmanager(a, f->name);
            VEC_EACH (&f->silences, const struct silence, s) {
                if (here && silence_state_at(s, m->now_ms) == SILENCE_ACTIVE &&
                    silence_matches(s, a->labels)) {
                    vec_push(&m->view->hiding, s);
                }
            }
        }
        a->silence_count = m->view->hiding.len - before;
    }
    size_t at = 0;
    VEC_EACH (&m->view->list, struct alert_info, a) {
        a->silences = a->silence_count != 0 ? &m->view->hiding.items[at] : NULL;
        at += a->silence_count;
    }
}

static bool is_about(const struct alert_info *down, const struct alert_info *a)
{
    struct str source = labels_get(down->labels, STR(SOURCE_DOWN_LABEL));
    return source.len != 0 &&
           (str_equal_c(source, a->source) || str_equal(source, labels_get(a->labels, STR("job"))));
}

/* A source that is down is one alert, and what is unknown for it is hidden behind that one. */
static void find_inhibited(struct making *m)
{
    VEC_EACH (&m->view->list, const struct alert_info, down) {
        if (down->origin != ALERT_OF_TOCSIN || !down->fires ||
            strcmp(down->rule, SOURCE_DOWN) != 0) {
            continue;
        }
        VEC_EACH (&m->view->list, struct alert_info, a) {
            if (a->origin == ALERT_OF_TOCSIN && a->state == ALERT_UNKNOWN && is_about(down, a)) {
                a->inhibited_by = down->rule;
            }
        }
    }
}

static void count(struct alert_counts *c, const struct alert_info *a)
{
    switch (rank(a)) {
    case 4:
        c->resolved++;
        return;
    case 3:
        c->silenced++;
        return;
    case 2:
        c->pending++;
        c->unknown += a->state == ALERT_UNKNOWN ? 1 : 0;
        return;
    default:
        break;
    }
    c->unknown += a->state == ALERT_UNKNOWN ? 1 : 0;
    c->critical += a->severity == SEVERITY_CRITICAL ? 1 : 0;
    c->warning += a->severity == SEVERITY_WARNING ? 1 : 0;
    c->info += a->severity == SEVERITY_INFO ? 1 : 0;
    c->acknowledged += a->ack != NULL ? 1 : 0;
    c->unacknowledged += a->ack == NULL && a->severity != SEVERITY_INFO ? 1 : 0;
}

static int compare_silences(const void *x, const void *y)
{
    const struct silence *a = *(const struct silence *const *)x;
    const struct silence *b = *(const struct silence *const *)y;
    int order = compare_numbers(a->ends_at_ms, b->ends_at_ms);
    return order != 0 ? order : strcmp(a->id, b->id);
}

static void add_silences(struct making *m)
{
    VEC_EACH (&m->alerts->silences, const struct silence, s) {
        add_silence(m, s);
    }
    VEC_EACH (&m->alerts->others, const struct other_source, f) {
        VEC_EACH (&f->silences, const struct silence, s) {
            add_silence(m, s);
        }
    }
}

/* Active and pending ones by their end, then what ended, the latest first. */
static void sort_silences(struct making *m)
{
    size_t n = m->view->silences.len;
    const struct silence **list = m->view->silences.items;
    if (n > 1) {
        qsort(list, n, sizeof(*list), compare_silences);
    }
    size_t ended = 0;
    while (ended < n && silence_state_at(list[ended], m->now_ms) == SILENCE_EXPIRED) {
        ended++;
    }
    for (size_t i = 0; i < ended; i++) {
        vec_push(&m->view->silences, m->view->silences.items[ended - 1 - i]);
    }
    if (ended != 0) {
        memmove(m->view->silences.items, m->view->silences.items + ended, n * sizeof(*list));
        m->view->silences.len = n;
    }
}

static void add_known(struct making *m)
{
    add_own(m);
    VEC_EACH (&m->alerts->others, const struct other_source, f) {
        add_others(m, f);
    }
    find_hiding(m);
    find_inhibited(m);
    add_silences(m);
}

static struct alerts_view *refreshed(const struct alerts *alerts)
{
    struct alerts_view *view = alerts->view;
    int64_t now_ms = loop_wall(alerts->o.loop).ms;
    if (view->valid) {
        return view;
    }
    struct making m = {.alerts = alerts, .view = view, .now_ms = now_ms};
    view->list.len = view->hiding.len = view->silences.len = 0;
    view->counts = (struct alert_counts){0};
    if (alerts->host != NULL) {
        add_mirrored(&m);
    } else {
        add_known(&m);
    }
    if (view->list.len > 1) {
        qsort(view->list.items, view->list.len, sizeof(*view->list.items), compare);
    }
    VEC_EACH (&view->list, const struct alert_info, a) {
        count(&view->counts, a);
    }
    sort_silences(&m);
    view->valid = true;
    return view;
}

size_t alerts_count(const struct alerts *alerts)
{
    return refreshed(alerts)->list.len;
}

const struct alert_info *alerts_at(const struct alerts *alerts, size_t i)
{
    return &refreshed(alerts)->list.items[i];
}

const struct alert_info *alerts_find(const struct alerts *alerts, uint64_t id)
{
    VEC_EACH (&refreshed(alerts)->list, const struct alert_info, a) {
        if (a->id == id) {
            return a;
        }
    }
    return NULL;
}

void alerts_counts(const struct alerts *alerts, struct alert_counts *out)
{
    *out = refreshed(alerts)->counts;
}

size_t alerts_silence_count(const struct alerts *alerts)
{
    return refreshed(alerts)->silences.len;
}

const struct silence *alerts_silence_at(const struct alerts *alerts, size_t i)
{
    return refreshed(alerts)->silences.items[i];
}

const struct silence *alerts_silence_find(const struct alerts *alerts, const char *id)
{
    VEC_EACH (&refreshed(alerts)->silences, const struct silence *const, s) {
        if (strcmp((*s)->id, id) == 0) {
            return *s;
        }
    }
    return NULL;
}

void alerts_silence_preview(const struct alerts *alerts, const struct silence *s, size_t *now,
                            size_t *day)
{
    int64_t since_ms = loop_wall(alerts->o.loop).ms - DAY_MS;
    *now = 0;
    VEC_EACH (&refreshed(alerts)->list, const struct alert_info, a) {
        /* Tocsin's own hide whatever is here, an Alertmanager's what is there. */
        bool here = s->source == NULL || is_of_alertmanager(a, s->source);
        *now += a->fires && here && silence_matches(s, a->labels) ? 1 : 0;
    }
    *day = *now + (s->source == NULL ? alerts_recent_matching(alerts, s, since_ms) : 0);
    if (alerts->host != NULL) {
        alerts->host->preview(alerts->host->user, s, now, day);
    }
}
