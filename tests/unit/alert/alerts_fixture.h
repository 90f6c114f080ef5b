/*
 * Alerts over a store, for tests: samples as text, evaluations at given minutes, and what there is
 * as text. Who answers for the source "far" does so as the test says: late, with errors, or never.
 *
 * Groups have an interval of a month, so that none runs but those that the test runs.
 */
#ifndef TOCSIN_TESTS_UNIT_ALERT_ALERTS_FIXTURE_H
#define TOCSIN_TESTS_UNIT_ALERT_ALERTS_FIXTURE_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "alert/alerts_setup.h"
#include "alert/journal.h"
#include "base/mem.h"
#include "promql/syntax/series_notation.h"
#include "support/store_text.h"
#include "support/suite.h"

#define MINUTE ((int64_t)60 * 1000)
#define MONTH  ((int64_t)30 * 24 * 60 * MINUTE)

/* An answerer that does as it is told. */
struct far_query {
    struct query query;
    struct query_request request;
    struct deferred *turn; /* NULL: held back */
};

struct far {
    struct answerer answerer;
    VEC(struct far_query *) open;
    size_t most_open;
    size_t asked;
    size_t cancelled;
    unsigned failures; /* so many are answered with an error */
    bool hold;         /* nothing is answered before far_release */
};

struct world {
    struct loop *loop;
    struct label_table *table;
    struct store *store;
    store_target target;
    struct answerer *local;
    struct far far;
    struct journal *journal;
    struct journal_status status;
    const char *folder; /* of the journal; NULL: in memory */
    struct ruleset *rules;
    struct alerts *alerts;
    int64_t interval_ms;
    int64_t base_ms; /* minute 0 */
    bool down;       /* the source "far" is known to be so */
    bool absent;     /* there is no such source */
    bool unpolled;   /* polls of the slot are not in */
    bool flapping;
    unsigned changes;
    bool inside; /* a call to the alerts is under way */
    struct strbuf text;
};

static struct world w;

static void far_forget(struct far_query *q)
{
    for (size_t i = 0; i < w.far.open.len; i++) {
        if (w.far.open.items[i] == q) {
            vec_remove(&w.far.open, i);
            break;
        }
    }
    expr_unref((struct expr *)(uintptr_t)q->request.expr);
    free(q);
}

static void far_answer(void *user)
{
    struct far_query *q = user;
    struct query_request r = q->request;
    struct error err = ERROR_INIT;
    struct value v;
    const struct eval_options options = {0};
    q->turn = NULL;
    bool ok = w.far.failures == 0 &&
              expr_eval(r.expr, w.store, w.table, &r.grid, r.instant, &options, &v, &err);
    if (w.far.failures != 0) {
        w.far.failures--;
        error_set(&err, ERROR_REFUSED, "nobody answers");
    }
    far_forget(q);
    r.done(r.user, ok ? &v : NULL, ok ? NULL : &err);
    if (ok) {
        value_release(&v);
    }
    error_release(&err);
}

static struct query *far_ask(struct answerer *self, const struct query_request *request)
{
    struct far_query *q = mem_zalloc(1, sizeof(*q));
    *q = (struct far_query){.query = {self}, .request = *request};
    q->request.expr = expr_ref(request->expr);
    vec_push(&w.far.open, q);
    w.far.asked++;
    w.far.most_open = w.far.open.len > w.far.most_open ? w.far.open.len : w.far.most_open;
    if (!w.far.hold) {
        q->turn = loop_defer(w.loop, far_answer, q);
    }
    return &q->query;
}

static void far_cancel(struct answerer *self, struct query *query)
{
    struct far_query *q = (struct far_query *)query;
    (void)self;
    w.far.cancelled++;
    deferred_cancel(q->turn);
    far_forget(q);
}

static const struct answerer_ops far_ops = {.kind = "far", .ask = far_ask, .cancel = far_cancel};

/* What is held back is answered, in the order it was asked. */
static inline void far_release(void)
{
    w.far.hold = false;
    VEC_EACH (&w.far.open, struct far_query *, q) {
        if ((*q)->turn == NULL) {
            (*q)->turn = loop_defer(w.loop, far_answer, *q);
        }
    }
}

static struct answerer *world_answerer(void *user, const char *source)
{
    (void)user;
    if (strcmp(source, "local") == 0) {
        return w.local;
    }
    return strcmp(source, "far") == 0 && !w.absent ? &w.far.answerer : NULL;
}

static bool world_is_down(void *user, const char *source)
{
    (void)user;
    return w.down && strcmp(source, "far") == 0;
}

static bool world_is_polled(void *user, struct wall slot)
{
    (void)user;
    (void)slot;
    return !w.unpolled;
}

static void world_changed(void *user)
{
    (void)user;
    ck_assert_msg(!w.inside, "changed was told inside a call");
    w.changes++;
}

/* The first minute of the world lies so many minutes from now. */
static inline void world_setup_at(int64_t minutes)
{
    struct error err = ERROR_INIT;
    w = (struct world){.text = STRBUF_INIT, .interval_ms = MONTH};
    w.loop = loop_create(NULL, &err);
    ck_assert_msg(w.loop != NULL, "%s", error_text(&err));
    w.base_ms = (loop_wall(w.loop).ms / MINUTE + minutes) * MINUTE;
    w.table = label_table_create();
    w.store = store_create(&(struct store_options){0}, w.table);
    w.target = store_add_target(w.store);
    w.local = answerer_local_create(w.loop, w.store, w.table, "local", NULL);
    w.far.answerer = (struct answerer){.ops = &far_ops, .source = "far", .interval_ms = MINUTE};
}

static inline void world_setup(void)
{
    world_setup_at(60);
}

static inline struct wall at(int64_t minutes)
{
    return (struct wall){w.base_ms + minutes * MINUTE};
}

static inline void world_open_journal(void)
{
    struct error err = ERROR_INIT;
    const struct journal_options options = {.folder = w.folder};
    journal_status_release(&w.status);
    w.journal = journal_open(w.loop, NULL, &options, loop_wall(w.loop), &w.status, &err);
    ck_assert_msg(w.journal != NULL, "%s", error_text(&err));
}

/* `groups` is the list of a rule file. */
static inline struct rule_file *world_parse(const char *groups)
{
    struct strbuf text = STRBUF_INIT;
    struct diags diags;
    diags_init(&diags);
    strbuf_printf(&text, "groups:\n%s", groups);
    struct rule_file *file = rule_file_parse("rules.yml", strbuf_str(&text), &diags);
    ck_assert_msg(file != NULL, "%s: %s", groups,
                  diags.errors > 0 ? diags.list.items[0].message : "");
    strbuf_release(&text);
    diags_release(&diags);
    return file;
}

static inline struct ruleset *world_ruleset(const char *groups, const char *source)
{
    struct ruleset *set = ruleset_create();
    struct rule_file *file = world_parse(groups);
    const struct ruleset_binding binding = {
        .source = source, .local = strcmp(source, "local") == 0, .interval_ms = w.interval_ms};
    ruleset_add(set, file, &binding);
    rule_file_unref(file);
    return set;
}

/* The alerts, with the journal of before if it is on disk. */
static inline void world_open(const char *groups, const char *source)
{
    world_open_journal();
    w.rules = world_ruleset(groups, source);
    const struct alerts_options options = {.loop = w.loop,
                                           .labels = w.table,
                                           .store = w.store,
                                           .journal = w.journal,
                                           .answerer = world_answerer,
                                           .is_down = world_is_down,
                                           .is_polled = world_is_polled,
                                           .changed = world_changed,
                                           .flapping = w.flapping,
                                           .external_url = STR("http://t")};
    w.alerts = alerts_create(&options, w.rules);
}

static inline void world_close(void)
{
    alerts_destroy(w.alerts);
    w.alerts = NULL;
    journal_close(w.journal, 10000);
    w.journal = NULL;
    ruleset_unref(w.rules);
    w.rules = NULL;
}

static inline void world_teardown(void)
{
    world_close();
    ck_assert_uint_eq(w.far.open.len, 0);
    vec_release(&w.far.open);
    journal_status_release(&w.status);
    answerer_local_destroy(w.local);
    store_destroy(w.store);
    label_table_destroy(w.table);
    loop_destroy(w.loop);
    strbuf_release(&w.text);
}

static inline void world_reload(const char *groups, const char *source)
{
    struct ruleset *set = world_ruleset(groups, source);
    w.inside = true;
    alerts_set_rules(w.alerts, set);
    w.inside = false;
    ruleset_unref(w.rules);
    w.rules = set;
}

/* `up{job="a"} 1; up{job="b"} stale` */
static inline void feed(int64_t minutes, const char *samples)
{
    struct batch batch;
    struct error err = ERROR_INIT;
    struct str rest = str_from(samples), one, value;
    batch_init(&batch);
    batch_reset(&batch, at(minutes).ms);
    while (str_split(&rest, ';', &one)) {
        struct labels *labels = series_notation_labels(str_trim(one), w.table, &value, &err);
        ck_assert_msg(labels != NULL, "%s: %s", samples, error_text(&err));
        char *text = str_dup(str_trim(value));
        batch_add_labels(&batch, labels,
                         strcmp(text, "stale") == 0 ? stale_nan() : strtod(text, NULL));
        free(text);
    }
    ck_assert_msg(store_commit(w.store, w.target, &batch, NULL, &err), "%s", error_text(&err));
    batch_release(&batch);
}

static inline void turn(unsigned times)
{
    for (unsigned i = 0; i < times; i++) {
        loop_step(w.loop, 0);
    }
}

static inline void world_begin(int64_t minutes)
{
    w.inside = true;
    alerts_run(w.alerts, at(minutes));
    w.inside = false;
}

static inline void world_wait(void)
{
    for (int i = 0; i < 6000 && alerts_busy(w.alerts); i++) {
        loop_step(w.loop, 10);
    }
    ck_assert(!alerts_busy(w.alerts));
}

static inline void run(int64_t minutes)
{
    world_begin(minutes);
    world_wait();
}

static inline void feed_run(int64_t minutes, const char *samples)
{
    feed(minutes, samples);
    run(minutes);
}

/* One alert a line: `firing {alertname="A"} acked silenced inhibited (reason)`. */
static inline const char *alerts_text(void)
{
    strbuf_reset(&w.text);
    for (size_t i = 0; i < alerts_count(w.alerts); i++) {
        const struct alert_info *a = alerts_at(w.alerts, i);
        strbuf_printf(&w.text, "%s ", alert_state_name(a->state));
        labels_format(&w.text, a->labels);
        strbuf_add_c(&w.text, a->state == ALERT_UNKNOWN && a->fires ? " fires" : "");
        strbuf_add_c(&w.text, a->ack != NULL ? " acked" : "");
        strbuf_add_c(&w.text, a->silence_count != 0 ? " silenced" : "");
        strbuf_add_c(&w.text, a->inhibited_by != NULL ? " inhibited" : "");
        if (a->reason[0] != '\0') {
            strbuf_printf(&w.text, " (%s)", a->reason);
        }
        strbuf_add_char(&w.text, '\n');
    }
    return strbuf_cstr(&w.text);
}

#define expect_alerts(expected) ck_assert_str_eq(alerts_text(), (expected))

/* The alert of this text in its labels. */
static inline const struct alert_info *alert_named(const char *part)
{
    for (size_t i = 0; i < alerts_count(w.alerts); i++) {
        struct strbuf text = STRBUF_INIT;
        labels_format(&text, alerts_at(w.alerts, i)->labels);
        bool found = strstr(strbuf_cstr(&text), part) != NULL;
        strbuf_release(&text);
        if (found) {
            return alerts_at(w.alerts, i);
        }
    }
    ck_abort_msg("no alert '%s' in\n%s", part, alerts_text());
    return NULL;
}

static inline struct rule_info rule_named(const char *name)
{
    struct rule_info info = {0};
    for (size_t i = 0; i < alerts_rule_count(w.alerts); i++) {
        alerts_rule_at(w.alerts, i, &info);
        if (strcmp(info.name, name) == 0) {
            return info;
        }
    }
    ck_abort_msg("no rule '%s'", name);
    return info;
}

/* What a command was told. */
struct told {
    unsigned count;
    enum error_kind kind;
    char text[256];
};

static void on_told(void *user, const struct error *err)
{
    struct told *told = user;
    ck_assert_msg(!w.inside, "a command was told inside the call");
    told->count++;
    told->kind = err != NULL ? err->kind : ERROR_NONE;
    snprintf(told->text, sizeof(told->text), "%s", err != NULL ? error_text(err) : "");
}

static inline void told_wait(const struct told *told)
{
    for (int i = 0; i < 6000 && told->count == 0; i++) {
        loop_step(w.loop, 10);
    }
    turn(3);
    ck_assert_uint_eq(told->count, 1);
}

/* Runs a command that takes `on_told, &told` at its end, and waits: `command(alerts_unack, id,
 * "m")` gives the kind of its error. */
static struct told last;
#define command(call, ...)                                                                  \
    (last = (struct told){0}, w.inside = true, call(w.alerts, __VA_ARGS__, on_told, &last), \
     w.inside = false, told_wait(&last), last.kind)

/* The ledger's `from>to` of a rule, oldest first; "" for all. */
static void on_transitions(void *user, const struct transition *list, size_t count,
                           const struct error *err)
{
    bool *there = user;
    ck_assert_ptr_null(err);
    strbuf_reset(&w.text);
    for (size_t i = count; i-- > 0;) {
        strbuf_printf(&w.text, "%s%s>%s", w.text.len != 0 ? " " : "", list[i].from, list[i].to);
    }
    *there = true;
}

static inline const char *ledger_text(const char *rule)
{
    const struct transition_filter filter = {.rule = rule, .limit = 1000};
    bool there = false;
    struct told told = {0};
    journal_flush(w.journal, loop_wall(w.loop), on_told, &told);
    told_wait(&told);
    alerts_transitions(w.alerts, &filter, on_transitions, &there);
    ck_assert(!there);
    for (int i = 0; i < 6000 && !there; i++) {
        loop_step(w.loop, 10);
    }
    ck_assert(there);
    return strbuf_cstr(&w.text);
}

/* What is in the store of a metric, times as minutes of the world's. */
static inline void expect_series(const char *metric, int64_t from, int64_t to, const char *expected)
{
    char *text = store_text(w.store, "__name__", metric, at(from).ms, at(to).ms);
    struct strbuf out = STRBUF_INIT;
    for (const char *p = text; *p != '\0'; p++) {
        strbuf_add_char(&out, *p);
        if (*p == '@') {
            char *end;
            strbuf_printf(&out, "%lld", (strtoll(p + 1, &end, 10) - w.base_ms) / MINUTE);
            p = end - 1;
        }
    }
    ck_assert_str_eq(strbuf_cstr(&out), expected);
    strbuf_release(&out);
    free(text);
}

#endif
