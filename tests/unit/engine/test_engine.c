/* The engine as a whole: sources from files and addresses, with this host and a scripted peer
 * behind them. */
#include <check.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"
#include "support/peer.h"
#include "support/suite.h"

#define API_ANSWER \
    "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1,\"1\"]}}"
#define MAX_MS 30000

static char folder[64];
static char *file;
static struct loop *loop;
static struct peer *peer;
static struct engine *engine;
static unsigned changes;
static struct source_health first_down; /* as told by the first change that left a source down */

static void set_up(void)
{
    struct error err = ERROR_INIT;
    snprintf(folder, sizeof(folder), "/tmp/tocsin-engine-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    setenv("XDG_CONFIG_HOME", folder, 1);
    file = mem_printf("%s/tocsin.yaml", folder);
    loop = loop_create(NULL, &err);
    peer = peer_create(loop);
    changes = 0;
    first_down = (struct source_health){0};
}

static void tear_down(void)
{
    engine_destroy(engine);
    engine = NULL;
    peer_destroy(peer);
    loop_destroy(loop);
    unlink(file);
    rmdir(folder);
    free(file);
}

static void on_changed(void *user)
{
    (void)user;
    changes++;
    for (size_t i = 0; first_down.state != SOURCE_DOWN && i < engine_source_count(engine); i++) {
        engine_source_health(engine, i, loop_wall(loop), &first_down);
    }
}

/* The caller has the reference. */
static struct config *load(const char *text)
{
    FILE *out = fopen(file, "w");
    fputs(text, out);
    fclose(out);
    struct diags diags;
    diags_init(&diags);
    struct config *config = config_load(file, &diags);
    ck_assert_msg(config != NULL, "%s", diags.list.len != 0 ? diags.list.items[0].message : "");
    diags_release(&diags);
    return config;
}

static struct config *from_target(const char *target)
{
    struct diags diags;
    diags_init(&diags);
    struct config *config = config_from_targets(&target, 1, &diags);
    ck_assert_ptr_nonnull(config);
    diags_release(&diags);
    config->interval_ms = 100; /* how soon an address is asked again */
    return config;
}

/* Takes the reference over. */
static void start(struct config *config)
{
    const struct engine_options options = {
        .loop = loop, .config = config, .range_ms = 600000, .changed = on_changed};
    engine = engine_create(&options);
    config_unref(config);
    ck_assert_uint_eq(changes, 0);
}

static struct source_health health_of(const char *name)
{
    struct source_health health = {0};
    for (size_t i = 0; i < engine_source_count(engine); i++) {
        engine_source_health(engine, i, loop_wall(loop), &health);
        if (strcmp(health.name, name) == 0) {
            return health;
        }
    }
    return (struct source_health){0};
}

/* Turns the loop until `there` holds, at most MAX_MS. */
static bool wait_until(bool (*there)(const char *name), const char *name)
{
    struct wall begin = loop_wall(loop);
    while (!there(name) && loop_wall(loop).ms - begin.ms < MAX_MS) {
        loop_step(loop, 50);
    }
    return there(name);
}

static bool polled(const char *name)
{
    return health_of(name).last_success.ms != 0;
}

static bool on_board(const char *source)
{
    const struct board *board = engine_board(engine);
    return board_count(board) == 1 && strcmp(board_at(board, 0)->source, source) == 0;
}

static bool probed(const char *name)
{
    (void)name;
    return !engine_probing(engine);
}

static bool recognised(const char *name)
{
    return strcmp(health_of(name).kind, "?") != 0;
}

START_TEST(test_host)
{
    start(load("sources:\n- name: here\n  host: {}\n"));
    ck_assert_uint_eq(engine_source_count(engine), 1);
    ck_assert_int_eq(health_of("here").state, SOURCE_WAITING);
    ck_assert(engine_busy(engine));
    ck_assert(wait_until(polled, "here"));
    ck_assert_uint_gt(health_of("here").samples, 100);
    ck_assert_uint_gt(changes, 0);
    ck_assert_ptr_nonnull(directory_find(engine_directory(engine), "here"));
    ck_assert(wait_until(on_board, "here"));
    ck_assert_ptr_null(engine_problem(engine));
}
END_TEST

START_TEST(test_destroyed_at_any_time)
{
    for (int turns = 0; turns < 12; turns++) {
        start(load("sources:\n- name: here\n  host: {}\n"));
        for (int i = 0; i < turns; i++) {
            loop_step(loop, 0);
        }
        engine_destroy(engine);
        engine = NULL;
        changes = 0;
    }
}
END_TEST

#define HERE    "- name: here\n  host: {}\n"
#define THERE   "- name: there\n  host: { root: '/' }\n"
#define CHANGED "- name: there\n  host: { root: '/nowhere' }\n"

START_TEST(test_reload_keeps_adds_removes)
{
    start(load("sources:\n" HERE));
    ck_assert(wait_until(polled, "here"));
    uint64_t attempts = health_of("here").attempts;
    uint64_t version = board_version(engine_board(engine));
    struct config *both = load("sources:\n" HERE THERE);
    engine_reload(engine, both);
    ck_assert_ptr_eq(engine_config(engine), both);
    config_unref(both);
    ck_assert_uint_eq(engine_source_count(engine), 2);
    /* The one that is kept remembers; its part of the board was not taken away. */
    ck_assert_uint_ge(health_of("here").attempts, attempts);
    ck_assert_int_ne(health_of("here").last_success.ms, 0);
    ck_assert_uint_eq(board_version(engine_board(engine)), version);
    ck_assert(wait_until(polled, "there"));
    /* The same name with other options is another source. */
    struct config *changed = load("sources:\n" HERE CHANGED);
    engine_reload(engine, changed);
    config_unref(changed);
    ck_assert_int_eq(health_of("there").last_success.ms, 0);
    struct config *none = load("sources: []\n");
    engine_reload(engine, none);
    config_unref(none);
    ck_assert_uint_eq(engine_source_count(engine), 0);
    ck_assert_ptr_null(directory_find(engine_directory(engine), "here"));
    ck_assert_uint_eq(board_count(engine_board(engine)), 0);
    for (int i = 0; i < 10; i++) {
        loop_step(loop, 0);
    }
}
END_TEST

START_TEST(test_reload_takes_services_over)
{
    start(load("sources:\n" HERE));
    struct config *config =
        load("sources:\n" HERE "services:\n- name: shop\n  match: { job: shop }\n");
    engine_reload(engine, config);
    config_unref(config);
    ck_assert_uint_eq(board_count(engine_board(engine)), 1);
    ck_assert_str_eq(board_at(engine_board(engine), 0)->name, "shop");
}
END_TEST

struct answer {
    bool came;
    enum error_kind error;
};

static void on_answer(void *user, struct value *value, const struct error *err)
{
    struct answer *a = user;
    (void)value;
    a->came = true;
    a->error = err != NULL ? err->kind : ERROR_NONE;
}

static enum error_kind ask_here(const char *text)
{
    struct error err = ERROR_INIT;
    struct answer a = {0};
    struct expr *e = expr_parse(str_from(text), NULL, &err);
    ck_assert_ptr_nonnull(e);
    const struct query_request request = {.expr = e,
                                          .grid = grid_instant(loop_wall(loop).ms),
                                          .instant = true,
                                          .done = on_answer,
                                          .user = &a};
    query_ask(directory_find(engine_directory(engine), "here"), &request);
    expr_unref(e);
    for (int i = 0; i < 1000 && !a.came; i++) {
        loop_step(loop, 10);
    }
    ck_assert(a.came);
    return a.error;
}

START_TEST(test_promql_holds_and_is_reloaded)
{
    start(load("promql: { max_points: 1 }\nsources:\n" HERE));
    ck_assert(wait_until(polled, "here"));
    ck_assert_int_eq(ask_here("node_cpu_seconds_total"), ERROR_LIMIT);
    struct config *config = load("sources:\n" HERE);
    engine_reload(engine, config);
    config_unref(config);
    ck_assert_int_eq(ask_here("node_cpu_seconds_total"), ERROR_NONE);
    config = load("promql: { max_samples: 1 }\nsources:\n" HERE);
    engine_reload(engine, config);
    config_unref(config);
    ck_assert_int_eq(ask_here("sum_over_time(node_cpu_seconds_total[10m])"), ERROR_LIMIT);
}
END_TEST

static const struct address_case {
    const char *body; /* of every answer */
    const char *kind;
} address_cases[] = {
    {API_ANSWER, "prometheus"},
    {"# TYPE up gauge\nup 1\n", "scrape"},
};

START_TEST(test_address_becomes_a_source)
{
    const struct address_case *c = &address_cases[_i];
    peer_answer(peer, 200, NULL, c->body);
    char *name = mem_printf("127.0.0.1:%u", peer_port(peer));
    start(from_target(peer_url(peer, "")));
    ck_assert(engine_probing(engine));
    ck_assert_uint_eq(engine_source_count(engine), 1);
    ck_assert_str_eq(health_of(name).kind, "?");
    ck_assert(wait_until(probed, name));
    ck_assert_uint_gt(changes, 0);
    ck_assert_uint_eq(engine_source_count(engine), 1);
    ck_assert_str_eq(health_of(name).kind, c->kind);
    ck_assert_ptr_nonnull(directory_find(engine_directory(engine), name));
    free(name);
}
END_TEST

/* Refused at first, and said so; asked again until it is there. */
START_TEST(test_address_is_asked_again)
{
    char *name = mem_printf("127.0.0.1:%u", peer_port(peer));
    peer_answer(peer, 404, NULL, "no");
    peer_answer(peer, 404, NULL, "no");
    peer_answer(peer, 404, NULL, "no");
    peer_answer(peer, 200, NULL, API_ANSWER);
    start(from_target(peer_url(peer, "")));
    ck_assert(wait_until(recognised, name));
    ck_assert_int_eq(first_down.state, SOURCE_DOWN);
    ck_assert_str_eq(first_down.name, name);
    ck_assert_uint_eq(first_down.failures, 1);
    ck_assert_ptr_nonnull(strstr(first_down.error, "neither a Prometheus API nor a metrics page"));
    ck_assert_int_gt(first_down.next_attempt.ms, 0);
    ck_assert_str_eq(health_of(name).kind, "prometheus");
    free(name);
}
END_TEST

START_TEST(test_password_is_not_shown)
{
    peer_add(peer, &(struct peer_reply){.then = PEER_STALL});
    char *url = mem_printf("http://me:hunter2@127.0.0.1:%u/", peer_port(peer));
    start(from_target(url));
    struct source_health health;
    engine_source_health(engine, 0, loop_wall(loop), &health);
    ck_assert_ptr_null(strstr(health.name, "hunter2"));
    ck_assert_ptr_null(strstr(health.endpoint, "hunter2"));
    ck_assert_ptr_nonnull(strstr(health.endpoint, "127.0.0.1"));
    free(url);
}
END_TEST

START_TEST(test_destroyed_while_probing)
{
    peer_add(peer, &(struct peer_reply){.then = PEER_STALL});
    start(from_target(peer_url(peer, "")));
    while (peer_requests(peer) == 0) {
        loop_step(loop, 50);
    }
    engine_destroy(engine);
    engine = NULL;
    for (int i = 0; i < 10; i++) {
        loop_step(loop, 0);
    }
    ck_assert_uint_eq(changes, 0);
}
END_TEST

static bool settled(const char *name)
{
    (void)name;
    return engine_settled(engine);
}

START_TEST(test_settles_and_counts_itself)
{
    /* Nobody is asked before the first turn, and the second one never answers well. */
    start(load("sources:\n- name: here\n  host: {}\n- name: gone\n"
               "  scrape: { url: 'http://127.0.0.1:1/metrics' }\n"));
    ck_assert(!engine_settled(engine));
    struct engine_stats stats;
    engine_stats(engine, loop_wall(loop), &stats);
    ck_assert_uint_eq(stats.sources, 2);
    ck_assert_uint_eq(stats.sources_up, 0);
    ck_assert(wait_until(settled, NULL));
    engine_stats(engine, loop_wall(loop), &stats);
    ck_assert_uint_eq(stats.sources, 2);
    ck_assert_uint_eq(stats.sources_up, 1);
    ck_assert_uint_ge(stats.polls, 2);
    ck_assert_uint_ge(stats.failures, 1);
    ck_assert_uint_gt(stats.series, 10);
    ck_assert_uint_gt(stats.store_bytes, 0);
}
END_TEST

static void start_with_state(const char *state)
{
    struct config *config = load("sources:\n- name: here\n  host: {}\n");
    const struct engine_options options = {
        .loop = loop, .config = config, .rules = true, .state_dir = state, .changed = on_changed};
    engine = engine_create(&options);
    config_unref(config);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

/* What was polled is there before anything is polled anew; without the directory it is not. */
START_TEST(test_samples_survive_a_restart)
{
    struct engine_stats before;
    struct engine_stats after;
    char *state = mem_printf("%s/state", folder);
    start_with_state(state);
    ck_assert(wait_until(polled, "here"));
    engine_stats(engine, loop_wall(loop), &before);
    ck_assert_uint_gt(before.series, 100);
    engine_destroy(engine);
    start_with_state(state);
    engine_stats(engine, loop_wall(loop), &after);
    ck_assert_uint_eq(after.polls, 0);
    ck_assert_uint_eq(after.series, before.series);
    changes = 0;
    ck_assert(wait_until(polled, "here"));
    engine_destroy(engine);
    start_with_state(NULL);
    engine_stats(engine, loop_wall(loop), &after);
    ck_assert_uint_eq(after.series, 0);
    engine_destroy(engine);
    engine = NULL;
    nftw(state, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(state);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("engine");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, test_host);
    tcase_add_test(tc, test_destroyed_at_any_time);
    tcase_add_test(tc, test_reload_keeps_adds_removes);
    tcase_add_test(tc, test_reload_takes_services_over);
    tcase_add_test(tc, test_promql_holds_and_is_reloaded);
    tcase_add_loop_test(tc, test_address_becomes_a_source, 0, ARRAY_LEN(address_cases));
    tcase_add_test(tc, test_address_is_asked_again);
    tcase_add_test(tc, test_password_is_not_shown);
    tcase_add_test(tc, test_destroyed_while_probing);
    tcase_add_test(tc, test_settles_and_counts_itself);
    tcase_add_test(tc, test_samples_survive_a_restart);
    return suite_run("engine/engine", tc);
}
