/* What the board costs a Prometheus, counted at a scripted one that has something for every shipped
 * panel: an interval is one request as long as all is well, and a server that is down is asked for
 * its health only. */
#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"
#include "panel/packs.h"
#include "query/joint.h"
#include "support/peer.h"
#include "support/suite.h"

#define MAX_MS    60000
#define TRIES     10
#define INTERVALS 3

static char folder[64];
static char *file;
static struct loop *loop;
static struct peer *peer;
static struct engine *engine;

enum mode { GOOD, BROKEN, SILENT };
static enum mode mode;
static unsigned questions; /* all but probes */
static bool known;         /* a probe was answered */
static bool early;         /* a question came before */
static unsigned joined;    /* in the largest range question */

static unsigned occurrences(struct str text, const char *what)
{
    unsigned n = 0;
    for (size_t i = 0; i < text.len; i++) {
        n += str_starts_with(str_slice(text, i, text.len), str_from(what));
    }
    return n;
}

/* The metrics that all shipped panels are detected by. */
static void add_names(struct strbuf *out)
{
    struct diags diags;
    struct packs packs;
    diags_init(&diags);
    packs_load(&packs, NULL, 0, &diags);
    VEC_EACH (&packs.list, struct panel *const, panel) {
        struct str detect = str_from((*panel)->detect);
        strbuf_printf(out, "%s\"%.*s\"", panel == packs.list.items ? "" : ",",
                      STR_ARG(str_slice(detect, 0, str_find(detect, '{'))));
    }
    packs_release(&packs);
    diags_release(&diags);
}

/* A series for each of the joined questions, with a point at the newest step. */
static void add_series(struct strbuf *out, struct str form)
{
    size_t at = 0;
    while (!str_starts_with(str_slice(form, at, form.len), STR("&end="))) {
        at++;
    }
    struct str end = str_slice(form, at + strlen("&end="), form.len);
    end.len = str_find(end, '&');
    unsigned count = occurrences(form, JOINT_LABEL);
    joined = count > joined ? count : joined;
    for (unsigned i = 0; i < count; i++) {
        strbuf_printf(out, "%s{\"metric\":{\"job\":\"a\",\"%s\":\"%u\"},\"values\":[[%.*s,\"1\"]]}",
                      i != 0 ? "," : "", JOINT_LABEL, i, STR_ARG(end));
    }
}

static void answer_well(const struct peer_request *request, struct peer_reply *reply)
{
    struct strbuf out = STRBUF_INIT;
    strbuf_add_c(&out, "{\"status\":\"success\",\"data\":");
    if (str_contains(request->target, STR("/label/__name__/"))) {
        strbuf_add_char(&out, '[');
        add_names(&out);
        strbuf_add_c(&out, "]}");
    } else if (str_contains(request->target, STR("/label/"))) {
        strbuf_add_c(&out, "[\"0.1\",\"+Inf\"]}");
    } else if (str_contains(request->target, STR("/query_range"))) {
        strbuf_add_c(&out, "{\"resultType\":\"matrix\",\"result\":[");
        add_series(&out, request->body);
        strbuf_add_c(&out, "]}}");
    } else {
        bool is_probe = str_starts_with(request->body, STR("query=vector%281%29"));
        strbuf_printf(&out, "{\"resultType\":\"vector\",\"result\":[%s]}}",
                      is_probe ? "{\"metric\":{},\"value\":[1700000000,\"1\"]}" : "");
    }
    peer_reply_http(peer, reply, 200, NULL, strbuf_cstr(&out));
    strbuf_release(&out);
}

static void answer(void *user, const struct peer_request *request, struct peer_reply *reply)
{
    (void)user;
    bool is_probe = str_starts_with(request->body, STR("query=vector%281%29"));
    questions += !is_probe;
    early = early || (!is_probe && !known);
    known = known || (is_probe && mode == GOOD);
    switch (mode) {
    case GOOD:
        answer_well(request, reply);
        return;
    case BROKEN:
        peer_reply_http(peer, reply, 502, NULL, "no upstream");
        return;
    case SILENT:
        reply->then = PEER_STALL;
        return;
    }
}

static void set_up(void)
{
    struct error err = ERROR_INIT;
    struct diags diags;
    snprintf(folder, sizeof(folder), "/tmp/tocsin-refresh-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    setenv("XDG_CONFIG_HOME", folder, 1);
    file = mem_printf("%s/tocsin.yaml", folder);
    loop = loop_create(NULL, &err);
    peer = peer_create(loop);
    peer_handle(peer, answer, NULL);
    FILE *out = fopen(file, "w");
    fprintf(out, "sources:\n- name: prom\n  interval: 1s\n  prometheus: { url: '%s' }\n",
            peer_url(peer, ""));
    fclose(out);
    diags_init(&diags);
    struct config *config = config_load(file, &diags);
    ck_assert_msg(config != NULL, "%s", diags.list.len != 0 ? diags.list.items[0].message : "");
    diags_release(&diags);
    mode = GOOD;
    questions = joined = 0;
    known = early = false;
    engine =
        engine_create(&(struct engine_options){.loop = loop, .config = config, .range_ms = 60000});
    config_unref(config);
}

static void tear_down(void)
{
    engine_destroy(engine);
    peer_destroy(peer);
    loop_destroy(loop);
    unlink(file);
    rmdir(folder);
    free(file);
}

static struct source_health health(void)
{
    struct source_health h;
    engine_source_health(engine, 0, loop_wall(loop), &h);
    return h;
}

/* Until so many polls are over, and all that they asked. */
static void wait_for_polls(uint64_t attempts)
{
    struct wall begin = loop_wall(loop);
    while (health().attempts < attempts || engine_busy(engine)) {
        ck_assert_int_lt(loop_wall(loop).ms - begin.ms, MAX_MS);
        loop_step(loop, 50);
    }
}

static void wait_for_up(void)
{
    struct wall begin = loop_wall(loop);
    while (health().state != SOURCE_UP) {
        ck_assert_int_lt(loop_wall(loop).ms - begin.ms, MAX_MS);
        loop_step(loop, 50);
    }
}

/* Age alone takes a source down; the reason comes with the request that ends. Questions put before
 * may still be on their way. */
static void wait_for_down_with_reason(void)
{
    struct wall begin = loop_wall(loop);
    while (health().state != SOURCE_DOWN || health().error_kind == ERROR_NONE ||
           engine_busy(engine)) {
        ck_assert_int_lt(loop_wall(loop).ms - begin.ms, MAX_MS);
        loop_step(loop, 50);
    }
}

/* Requests per interval, in hundredths, over some intervals in which all was well. A machine that
 * stands still for an interval makes a poll fail or skips one, and both cost requests of their own:
 * counted anew then. */
static unsigned requests_an_interval(void)
{
    unsigned hundredths = UINT_MAX;
    bool well = false;
    for (int i = 0; i < TRIES && !well; i++) {
        wait_for_up();
        wait_for_polls(health().attempts + 2);
        struct source_health before = health();
        unsigned requests = peer_requests(peer);
        wait_for_polls(before.attempts + INTERVALS);
        struct source_health after = health();
        well = after.failures == before.failures && after.skipped == before.skipped;
        hundredths =
            100 * (peer_requests(peer) - requests) / (unsigned)(after.attempts - before.attempts);
    }
    ck_assert_msg(well, "no %d good intervals in a row", INTERVALS);
    return hundredths;
}

static void wait_for_question(unsigned asked)
{
    struct wall begin = loop_wall(loop);
    while (questions <= asked) {
        ck_assert_int_lt(loop_wall(loop).ms - begin.ms, MAX_MS);
        loop_step(loop, 50);
    }
}

START_TEST(an_interval_is_one_request)
{
    ck_assert_uint_le(requests_an_interval(), 200);
    ck_assert(!early); /* nobody asks a server that may not be there */
    ck_assert_uint_gt(joined, 30);
    wait_for_up();
    ck_assert_uint_gt(board_count(engine_board(engine)), 3);
    ck_assert_ptr_null(engine_problem(engine));
}
END_TEST

/* Known with its reason, then spared, and back. */
START_TEST(down_and_back)
{
    wait_for_polls(3);
    mode = _i == 0 ? BROKEN : SILENT;
    wait_for_down_with_reason();
    unsigned asked = questions;
    uint64_t failures = health().failures;
    engine_poll_now(engine); /* no waiting for it to back off */
    while (health().failures == failures) {
        loop_step(loop, 50);
    }
    ck_assert_uint_eq(questions, asked);
    mode = GOOD;
    if (_i == 1) {
        peer_hang_up(peer); /* what it was silent about is over */
    }
    engine_poll_now(engine);
    wait_for_up();
    wait_for_question(asked);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("refresh");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, an_interval_is_one_request);
    tcase_add_loop_test(tc, down_and_back, 0, 2);
    return suite_run("engine/refresh", tc);
}
