/* See gate_run.h. All rules of one evaluation are asked about the same time. */
#include "cmd/gate_run.h"

#include <stdlib.h>

#include "cmd/asker.h"
#include "engine/load.h"

struct asking {
    struct gate_run *run;
    struct gate_check *check; /* NULL: free */
    enum gate_question question;
    struct query *query;
};

struct gate_run {
    struct gate_checks *checks;
    struct loop *loop;
    struct config *config; /* of `asker` */
    struct asker *asker;   /* NULL: samples from files */
    struct label_table *labels;
    struct store *store;
    struct answerer *loaded;
    struct deferred *start;
    struct loop_timer *deadline; /* until somebody can be asked */
    struct loop_timer *again;
    struct answerer *answerer;
    struct asking askings[GATE_OPEN_MAX];
    size_t open;
    size_t next; /* check that is asked about */
    int64_t at_ms;
    int64_t interval_ms;
    int64_t wait_ms; /* 0: once */
    struct mono began;
    struct mono first; /* evaluation */
    int64_t took_ms;
    struct error problem; /* of the command line */
};

static void pump(struct gate_run *run);

static void finish(struct gate_run *run)
{
    run->took_ms = mono_ms_since(loop_mono(run->loop), run->began);
    loop_stop(run->loop);
}

static void evaluate(void *user)
{
    struct gate_run *run = user;
    run->next = 0;
    if (run->loaded == NULL) {
        run->at_ms = loop_wall(run->loop).ms;
    }
    pump(run);
}

static void evaluated(struct gate_run *run)
{
    int64_t left_ms = run->wait_ms - mono_ms_since(loop_mono(run->loop), run->first);
    if (left_ms <= 0) {
        finish(run);
    } else {
        loop_timer_arm(run->again, left_ms < run->interval_ms ? left_ms : run->interval_ms);
    }
}

static void answered(void *user, struct value *value, const struct error *err);

static void ask(struct asking *asking)
{
    struct gate_run *run = asking->run;
    const struct query_request request = {.expr = asking->check->exprs[asking->question],
                                          .grid = grid_instant(run->at_ms),
                                          .instant = true,
                                          .done = answered,
                                          .user = asking};
    asking->query = query_ask(run->answerer, &request);
}

static void answered(void *user, struct value *value, const struct error *err)
{
    struct asking *asking = user;
    struct gate_run *run = asking->run;
    enum gate_question next = GATE_ASK_COUNT;
    asking->query = NULL;
    if (value == NULL) {
        gate_check_failed(asking->check, err);
    } else {
        next = gate_check_answer(asking->check, asking->question, value, run->at_ms,
                                 run->wait_ms == 0);
    }
    if (next != GATE_ASK_COUNT) {
        asking->question = next;
        ask(asking);
        return;
    }
    asking->check = NULL;
    run->open--;
    pump(run);
}

static void pump(struct gate_run *run)
{
    for (size_t i = 0; i < GATE_OPEN_MAX && run->next < run->checks->list.len; i++) {
        struct asking *asking = &run->askings[i];
        if (asking->check == NULL) {
            asking->run = run;
            asking->check = &run->checks->list.items[run->next++];
            asking->question = GATE_ASK_HOLDS;
            run->open++;
            ask(asking);
        }
    }
    if (run->open == 0) {
        evaluated(run);
    }
}

static void ready(void *user, struct answerer *answerer)
{
    struct gate_run *run = user;
    loop_timer_disarm(run->deadline);
    run->answerer = answerer;
    run->first = loop_mono(run->loop);
    evaluate(run);
}

/* What cannot be known is unknown; what was named wrong is an error of the command line. */
static void nobody(void *user, const struct error *err)
{
    struct gate_run *run = user;
    if (err->kind == ERROR_USAGE) {
        error_copy(&run->problem, err);
    }
    VEC_EACH (&run->checks->list, struct gate_check, check) {
        gate_check_failed(check, err);
    }
    finish(run);
}

static void too_late(void *user)
{
    struct error err = ERROR_INIT;
    error_set(&err, ERROR_TIMEOUT, "no answer within %d s", QUERY_TIMEOUT_DEFAULT_MS / 1000);
    nobody(user, &err);
    error_release(&err);
}

static void start_loaded(void *user)
{
    struct gate_run *run = user;
    run->start = NULL;
    ready(run, run->loaded);
}

static bool load(struct gate_run *run, const struct invocation *inv, struct diags *diags)
{
    VEC(const char *) files = {0};
    size_t at = 0;
    for (const char *file; (file = invocation_next(inv, "load", &at)) != NULL;) {
        vec_push(&files, file);
    }
    run->labels = label_table_create();
    run->store = store_create(&(struct store_options){0}, run->labels);
    bool ok = load_samples(files.items, files.len, run->store, run->labels, &run->at_ms, diags);
    vec_release(&files);
    if (ok) {
        run->loaded = answerer_local_create(run->loop, run->store, run->labels, "--load", NULL);
        run->start = loop_defer(run->loop, start_loaded, run);
    }
    return ok;
}

static bool find_source(struct gate_run *run, const struct invocation *inv, struct diags *diags)
{
    bool is_target;
    run->config = asker_config(inv, &is_target, diags);
    if (run->config == NULL) {
        return false;
    }
    run->interval_ms = run->config->interval_ms;
    for (size_t i = 0; i < run->checks->file->group_count; i++) {
        int64_t group_ms = run->checks->file->groups[i].interval_ms;
        if (group_ms != 0 && group_ms < run->interval_ms) {
            run->interval_ms = group_ms;
        }
    }
    const struct asker_events events = {.ready = ready, .failed = nobody, .user = run};
    loop_timer_arm(run->deadline, QUERY_TIMEOUT_DEFAULT_MS);
    run->asker = asker_create(run->loop, run->config,
                              is_target ? NULL : invocation_value(inv, "source"), &events);
    return true;
}

struct gate_run *gate_run_create(struct gate_checks *checks, const struct invocation *inv,
                                 int64_t wait_ms, struct diags *diags, struct error *err)
{
    struct gate_run *run = mem_zalloc(1, sizeof(*run));
    run->checks = checks;
    run->wait_ms = wait_ms;
    run->loop = loop_create(NULL, err);
    if (run->loop == NULL) {
        free(run);
        return NULL;
    }
    run->began = loop_mono(run->loop);
    run->deadline = loop_timer_create(run->loop, "deadline", too_late, run);
    run->again = loop_timer_create(run->loop, "evaluate", evaluate, run);
    bool loads = invocation_value(inv, "load") != NULL;
    if (!(loads ? load(run, inv, diags) : find_source(run, inv, diags))) {
        gate_run_destroy(run);
        return NULL;
    }
    return run;
}

void gate_run_destroy(struct gate_run *run)
{
    if (run == NULL) {
        return;
    }
    for (size_t i = 0; i < GATE_OPEN_MAX; i++) {
        query_cancel(run->askings[i].query);
    }
    deferred_cancel(run->start);
    answerer_local_destroy(run->loaded);
    asker_destroy(run->asker);
    store_destroy(run->store);
    label_table_destroy(run->labels);
    loop_timer_destroy(run->deadline);
    loop_timer_destroy(run->again);
    loop_destroy(run->loop);
    config_unref(run->config);
    error_release(&run->problem);
    free(run);
}

bool gate_run_until_over(struct gate_run *run, struct error *err)
{
    loop_run(run->loop);
    if (error_is(&run->problem)) {
        return error_move(err, &run->problem);
    }
    struct error failing = ERROR_INIT;
    if (run->asker != NULL && run->answerer != NULL &&
        asker_find_failing(run->asker, run->answerer, &failing)) {
        command_say("tocsin", error_text(&failing));
        error_release(&failing);
    }
    return true;
}

int64_t gate_run_took_ms(const struct gate_run *run)
{
    return run->took_ms;
}
