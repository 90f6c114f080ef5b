/*
 * tocsin query: one question, one answer: to a file of samples, to a source of the configuration,
 * or to a server.
 *
 * Sources that tocsin polls itself have no past here, so they are polled twice, a second apart,
 * before the question is put: rates have two points then.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/duration.h"
#include "base/number.h"
#include "base/strbuf.h"
#include "cmd/command.h"
#include "cmd/query_time.h"
#include "engine/engine.h"
#include "engine/load.h"
#include "promql/promql.h"
#include "promql/value_format.h"

#define QUERY_TIMEOUT_MS   30000
#define QUERY_OUTPUT_LIMIT ((size_t)1 << 30)
#define POLL_GAP_MS        1100

static const struct option_row options[] = {
    {"time", 't', "TIME", "the time to evaluate at: Unix seconds or RFC 3339 (now)"},
    {"start", 0, "TIME", "with --end and --step: a range"},
    {"end", 0, "TIME", "end of the range"},
    {"step", 0, "DURATION", "step of the range: 15s"},
    {"source", 's', "NAME|TARGET", "who is asked: a source of the configuration, or an address"},
    {"load", 'l', "FILE", "ask the samples in FILE, with no configuration and no network"},
    {"semantics", 0, "v3|v2", "with --load: windows as in Prometheus 3 (default) or 2.x"},
    {"format", 'f', "table|json|csv", "how to print the answer (table)"},
    {"config", 'c', "FILE", "the configuration"},
};

struct asked {
    struct expr *expr;
    struct grid grid;
    bool instant;
    bool at_end; /* without --time: with --load the newest sample's time */
    struct eval_options eval;
    void (*format)(struct strbuf *out, const struct value *v);
};

static bool read_format(const struct invocation *inv, struct asked *a, struct error *err)
{
    const char *format = invocation_value(inv, "format");
    if (format == NULL || strcmp(format, "table") == 0) {
        return true;
    }
    if (strcmp(format, "json") == 0) {
        a->format = value_format_json;
    } else if (strcmp(format, "csv") == 0) {
        a->format = value_format_csv;
    } else {
        error_set(err, ERROR_USAGE, "unknown format '%s'", format);
        error_suggest(err, "formats are table, json and csv");
        return false;
    }
    return true;
}

static bool read_semantics(const struct invocation *inv, struct asked *a, struct error *err)
{
    const char *semantics = invocation_value(inv, "semantics");
    if (semantics != NULL && strcmp(semantics, "v3") != 0 && strcmp(semantics, "v2") != 0) {
        error_set(err, ERROR_USAGE, "unknown semantics '%s'", semantics);
        error_suggest(err, "semantics are v3 and v2");
        return false;
    }
    a->eval.semantics =
        semantics != NULL && strcmp(semantics, "v2") == 0 ? SEMANTICS_V2 : SEMANTICS_V3;
    return true;
}

static bool read_times(const struct invocation *inv, struct asked *a, struct wall now,
                       struct error *err)
{
    const char *at = invocation_value(inv, "time");
    const char *start = invocation_value(inv, "start");
    const char *end = invocation_value(inv, "end");
    const char *step = invocation_value(inv, "step");
    if (start == NULL && end == NULL && step == NULL) {
        int64_t t_ms = now.ms;
        a->at_end = at == NULL;
        a->instant = true;
        if (at != NULL && !query_time_parse(str_from(at), &t_ms, err)) {
            return false;
        }
        a->grid = grid_instant(t_ms);
        return true;
    }
    if (start == NULL || end == NULL || step == NULL || at != NULL) {
        return error_set(err, ERROR_USAGE,
                         "a range takes --start, --end and --step, and no --time");
    }
    int64_t start_ms, end_ms, step_ms;
    if (!query_time_parse(str_from(start), &start_ms, err) ||
        !query_time_parse(str_from(end), &end_ms, err) ||
        !query_step_parse(str_from(step), &step_ms, err)) {
        return false;
    }
    if (end_ms < start_ms) {
        return error_set(err, ERROR_USAGE, "--end is before --start");
    }
    a->grid = grid_range(start_ms, end_ms, step_ms);
    a->eval.end_ms = end_ms;
    return true;
}

/* Options of which one would have no effect. */
static bool check_together(const struct invocation *inv, struct error *err)
{
    const char *source = invocation_value(inv, "source");
    bool loads = invocation_value(inv, "load") != NULL;
    if (loads && source != NULL) {
        return error_set(err, ERROR_USAGE, "--load and --source both say who is asked");
    }
    bool is_target = source != NULL && strchr(source, ':') != NULL;
    if (invocation_value(inv, "config") != NULL && (loads || is_target)) {
        return error_set(err, ERROR_USAGE, "--config has no effect where %s is given",
                         loads ? "--load" : "an address");
    }
    if (!loads && invocation_value(inv, "semantics") != NULL) {
        return error_set(err, ERROR_USAGE, "--semantics goes with --load");
    }
    return true;
}

static bool read_question(const struct invocation *inv, struct asked *a, struct wall now,
                          struct diags *diags, struct error *err)
{
    if (inv->argument_count != 1) {
        return error_set(err, ERROR_USAGE, "'query' takes one expression");
    }
    if (!check_together(inv, err) || !read_format(inv, a, err) || !read_semantics(inv, a, err) ||
        !read_times(inv, a, now, err)) {
        return false;
    }
    const struct parse_options parse = {.conveniences = true};
    struct str text = str_from(inv->arguments[0]);
    struct error syntax = ERROR_INIT;
    a->expr = expr_parse(text, &parse, &syntax);
    if (a->expr == NULL) {
        diags_add_error(diags, "EXPR", text, &syntax);
        error_release(&syntax);
    }
    return a->expr != NULL;
}

static int print_value(const struct asked *a, const struct value *v)
{
    struct strbuf out;
    strbuf_init(&out, QUERY_OUTPUT_LIMIT);
    a->format(&out, v);
    if (out.overflowed) {
        struct error err = ERROR_INIT;
        error_set(&err, ERROR_LIMIT, "the answer is longer than %zu bytes", QUERY_OUTPUT_LIMIT);
        int status = command_fail(&err);
        error_release(&err);
        strbuf_release(&out);
        return status;
    }
    fwrite(strbuf_cstr(&out), 1, out.len, stdout);
    strbuf_release(&out);
    if (a->format != value_format_json) {
        for (size_t i = 0; i < v->warnings.len; i++) {
            command_say("tocsin: warning", v->warnings.items[i]);
        }
        for (size_t i = 0; i < v->infos.len; i++) {
            command_say("tocsin: info", v->infos.items[i]);
        }
    }
    return EXIT_STATUS_OK;
}

/* The API's answer also where it is an error, for programs; for people the text alone. */
static int print_error(const struct asked *a, const struct error *err)
{
    if (a->format == value_format_json) {
        struct strbuf out = STRBUF_INIT;
        error_format_json(&out, err);
        fputs(strbuf_cstr(&out), stdout);
        strbuf_release(&out);
    }
    return command_fail(err);
}

static int ask_file(const struct asked *a, const char *file, struct diags *diags)
{
    struct label_table *table = label_table_create();
    struct store *store = store_create(&(struct store_options){0}, table);
    struct asked mine = *a;
    int64_t end_ms;
    int status = error_kind_exit_status(ERROR_SYNTAX);
    if (load_samples(file, store, table, &end_ms, diags)) {
        if (a->at_end) {
            mine.grid = grid_instant(end_ms);
        }
        struct value value;
        struct error err = ERROR_INIT;
        if (expr_eval(a->expr, store, table, &mine.grid, a->instant, &a->eval, &value, &err)) {
            status = print_value(a, &value);
            value_release(&value);
        } else {
            status = print_error(a, &err);
            error_release(&err);
        }
    }
    store_destroy(store);
    label_table_destroy(table);
    return status;
}

/* Asking a source: wait until it is there, ask, stop. */
struct session {
    const struct asked *asked;
    struct loop *loop;
    struct engine *engine;
    struct loop_timer *timer;    /* until the second poll */
    struct loop_timer *deadline; /* of everything */
    const char *source;          /* name, or NULL: the only or default one */
    struct query *query;
    unsigned polls;
    bool done;
    int status;
};

static void finish(struct session *s, int status)
{
    s->status = status;
    s->done = true;
    query_cancel(s->query);
    s->query = NULL;
    loop_stop(s->loop);
}

static void answered(void *user, struct value *value, const struct error *err)
{
    struct session *s = user;
    s->query = NULL;
    finish(s, value != NULL ? print_value(s->asked, value) : print_error(s->asked, err));
}

static struct answerer *pick_answerer(const struct session *s, struct error *err)
{
    const struct directory *d = engine_directory(s->engine);
    const char *name = s->source != NULL ? s->source : engine_config(s->engine)->default_source;
    struct answerer *found = NULL;
    if (name != NULL) {
        found = directory_find(d, name);
        if (found == NULL) {
            error_set(err, ERROR_USAGE, "there is no source '%s'", name);
        }
        return found;
    }
    /* One that answers by itself is meant before one that tocsin polls: it has a past. */
    for (size_t i = 0; i < directory_count(d); i++) {
        const char *ignored;
        struct answerer *a = directory_at(d, i, &ignored);
        if (found == NULL || strcmp(found->ops->kind, "local") == 0) {
            found = strcmp(a->ops->kind, "local") != 0 || found == NULL ? a : found;
        }
    }
    if (found == NULL) {
        error_set(err, ERROR_USAGE, "there is no source to ask");
        error_suggest(err, "name one with --source, or samples with --load");
    }
    return found;
}

static void ask(struct session *s, struct answerer *answerer)
{
    struct asked a = *s->asked;
    if (a.at_end) {
        a.grid = grid_instant(loop_wall(s->loop).ms);
    }
    const struct query_request request = {.expr = a.expr,
                                          .grid = a.grid,
                                          .instant = a.instant,
                                          .timeout_ms = QUERY_TIMEOUT_MS,
                                          .done = answered,
                                          .user = s};
    s->query = query_ask(answerer, &request);
}

static bool is_local(const struct answerer *answerer)
{
    return strcmp(answerer->ops->kind, "local") == 0;
}

/* After every poll and every address asked: can the question be put now? */
static void engine_moved(void *user)
{
    struct session *s = user;
    if (s->done || s->query != NULL || s->engine == NULL || engine_probing(s->engine)) {
        return;
    }
    struct error err = ERROR_INIT;
    struct answerer *answerer = pick_answerer(s, &err);
    if (answerer == NULL) {
        struct source_health health = {0};
        if (engine_source_count(s->engine) != 0) {
            engine_source_health(s->engine, 0, loop_wall(s->loop), &health);
        }
        if (health.error[0] != '\0') {
            error_set(&err, health.error_kind, "%s", health.error);
        }
        finish(s, print_error(s->asked, &err));
        error_release(&err);
    } else if (!is_local(answerer)) {
        ask(s, answerer);
    } else if (s->polls < 2 && !loop_timer_armed(s->timer)) {
        loop_timer_arm(s->timer, POLL_GAP_MS);
    }
}

static void poll_again(void *user)
{
    struct session *s = user;
    if (s->done) {
        return;
    }
    s->polls++;
    struct error err = ERROR_INIT;
    struct answerer *answerer = pick_answerer(s, &err);
    error_release(&err);
    if (s->polls == 1) {
        engine_poll_now(s->engine);
        loop_timer_arm(s->timer, POLL_GAP_MS);
    } else if (answerer != NULL && s->query == NULL) {
        s->polls = 2;
        ask(s, answerer);
    }
}

static void timed_out(void *user)
{
    struct session *s = user;
    if (s->done) {
        return;
    }
    struct error err = ERROR_INIT;
    error_set(&err, ERROR_TIMEOUT, "no answer within %d s", QUERY_TIMEOUT_MS / 1000);
    finish(s, print_error(s->asked, &err));
    error_release(&err);
}

static struct config *find_config(const struct invocation *inv, bool *is_target,
                                  struct diags *diags)
{
    const char *source = invocation_value(inv, "source");
    *is_target = source != NULL && strchr(source, ':') != NULL;
    char *file = *is_target ? NULL : config_find(invocation_value(inv, "config"));
    struct config *config = file != NULL ? config_load(file, diags)
                                         : config_from_targets(&source, *is_target ? 1 : 0, diags);
    free(file);
    return config;
}

static int ask_source(const struct invocation *inv, const struct asked *a, struct diags *diags)
{
    bool is_target;
    struct config *config = find_config(inv, &is_target, diags);
    if (config == NULL) {
        return error_kind_exit_status(ERROR_CONFIG);
    }
    struct error err = ERROR_INIT;
    struct session s = {.asked = a, .source = is_target ? NULL : invocation_value(inv, "source")};
    s.loop = loop_create(NULL, &err);
    if (s.loop == NULL) {
        int status = command_fail(&err);
        error_release(&err);
        config_unref(config);
        return status;
    }
    s.timer = loop_timer_create(s.loop, "poll again", poll_again, &s);
    s.deadline = loop_timer_create(s.loop, "deadline", timed_out, &s);
    loop_timer_arm(s.deadline, QUERY_TIMEOUT_MS);
    const struct engine_options engine = {
        .loop = s.loop, .config = config, .changed = engine_moved, .user = &s};
    s.engine = engine_create(&engine);
    engine_moved(&s);
    if (!s.done) {
        loop_run(s.loop);
    }
    query_cancel(s.query);
    engine_destroy(s.engine);
    loop_timer_destroy(s.timer);
    loop_timer_destroy(s.deadline);
    loop_destroy(s.loop);
    config_unref(config);
    return s.status;
}

static int run(const struct invocation *inv)
{
    struct clock clock = clock_real();
    struct asked a = {.format = value_format_table};
    struct diags diags;
    struct error err = ERROR_INIT;
    diags_init(&diags);
    int status;
    if (!read_question(inv, &a, clock_wall(&clock), &diags, &err)) {
        status = error_is(&err) ? command_fail(&err) : error_kind_exit_status(ERROR_SYNTAX);
    } else {
        const char *file = invocation_value(inv, "load");
        status = file != NULL ? ask_file(&a, file, &diags) : ask_source(inv, &a, &diags);
    }
    struct strbuf text = STRBUF_INIT;
    diags_format(&diags, &text);
    fputs(strbuf_cstr(&text), stderr);
    strbuf_release(&text);
    diags_release(&diags);
    error_release(&err);
    expr_unref(a.expr);
    return status;
}

const struct command command_query = {.name = "query",
                                      .arguments = "EXPR",
                                      .doc = "evaluate an expression once",
                                      .options = options,
                                      .option_count = ARRAY_LEN(options),
                                      .run = run};
