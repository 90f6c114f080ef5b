/* Calls that are called off in each state, and clients destroyed under their calls: no completion
 * comes, nothing is used after it is gone (the sanitizers look), and the others go on. */
#include "http_fixture.h"

#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

static void wait_for_requests(unsigned count)
{
    for (int i = 0; i < 1000 && peer_requests(peer) < count; i++) {
        loop_step(loop, 10);
    }
    ck_assert_uint_eq(peer_requests(peer), count);
}

static void wait_for_connections(unsigned count)
{
    for (int i = 0; i < 1000 && peer_connections(peer) < count; i++) {
        loop_step(loop, 10);
    }
    ck_assert_uint_eq(peer_connections(peer), count);
}

static void on_nothing(void *user, unsigned events)
{
    (void)user;
    (void)events;
}

static void to_unstarted(void)
{
}

static void to_started(void)
{
    loop_step(loop, 0);
}

static void to_connected(void)
{
    wait_for_connections(1);
}

static void to_waiting(void)
{
    wait_for_requests(1);
}

static void to_body(void)
{
    wait_for_requests(1);
    let_run(10);
    ck_assert_uint_gt(peer_bytes_sent(peer), 0);
}

static const struct {
    const char *name;
    struct peer_reply reply;
    void (*reach)(void);
} states[] = {
    {"not started", {.then = PEER_STALL}, to_unstarted},
    {"started", {.then = PEER_STALL}, to_started},
    {"connected", {.then = PEER_STALL}, to_connected},
    {"waiting for the answer", {.then = PEER_STALL}, to_waiting},
    {"in the headers", {.bytes = "HTTP/1.1 200 OK\r\n", .then = PEER_STALL}, to_body},
    {"in the body",
     {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", .then = PEER_STALL},
     to_body},
};

/* What curl closed is let go: whoever gets the numbers next can watch them. */
static void check_numbers_are_free(void)
{
    int fds[16];
    struct loop_fd *watches[ARRAY_LEN(fds)];
    for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
        struct error err = ERROR_INIT;
        fds[i] = eventfd(0, EFD_CLOEXEC);
        watches[i] = loop_fd_create(loop, "test", fds[i], LOOP_READABLE, on_nothing, NULL, &err);
        ck_assert_msg(watches[i] != NULL, "%s", error_text(&err));
    }
    for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
        loop_fd_destroy(watches[i]);
        close(fds[i]);
    }
}

START_TEST(cancelled_call_never_completes)
{
    struct outcome outcome = {0};
    peer_add(peer, &states[_i].reply);
    struct http_call *call =
        send_request((struct http_request){.url = peer_url(peer, "/")}, &outcome);
    states[_i].reach();
    http_cancel(call);
    check_numbers_are_free();
    let_run(10);
    ck_assert_msg(!outcome.done, "%s", states[_i].name);
}
END_TEST

/* A server so busy that connections to it are not made: its queue of one is full. */
static int full_server(int *fillers, size_t count, unsigned *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, len), 0);
    ck_assert_int_eq(listen(fd, 0), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    for (size_t i = 0; i < count; i++) {
        fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        connect(fillers[i], (struct sockaddr *)&address, len);
    }
    *port = ntohs(address.sin_port);
    return fd;
}

/* Called off, or over by its time. */
START_TEST(call_that_connects_is_let_go)
{
    int fillers[4];
    unsigned port;
    int server = full_server(fillers, ARRAY_LEN(fillers), &port);
    struct outcome outcome = {0};
    char *url = mem_printf("http://127.0.0.1:%u/", port);
    struct http_call *call = send_request(
        (struct http_request){.url = url, .connect_timeout_ms = _i == 0 ? 60000 : 50}, &outcome);
    let_run(5);
    if (_i == 0) {
        http_cancel(call);
    } else {
        ck_assert(peer_wait(loop, &outcome.done));
        ck_assert_int_eq(outcome.kind, ERROR_TIMEOUT);
        outcome_release(&outcome);
    }
    check_numbers_are_free();
    free(url);
    close(server);
    for (size_t i = 0; i < ARRAY_LEN(fillers); i++) {
        close(fillers[i]);
    }
}
END_TEST

START_TEST(destroyed_client_ends_its_calls)
{
    struct outcome outcome = {0};
    peer_add(peer, &states[_i].reply);
    send_request((struct http_request){.url = peer_url(peer, "/")}, &outcome);
    states[_i].reach();
    http_client_destroy(client);
    client = NULL;
    let_run(10);
    ck_assert_msg(!outcome.done, "%s", states[_i].name);
}
END_TEST

START_TEST(cancelling_nothing_is_fine)
{
    http_cancel(NULL);
    http_client_destroy(NULL);
    /* A client that never sent anything has not even initialised curl. */
    http_client_destroy(http_client_create(loop));
}
END_TEST

/* A name that is being looked up, which curl does on a thread: nobody waits for its end. (Who
 * would, would wait for ever.) */
START_TEST(lookup_is_left_behind)
{
    struct outcome outcome = {0};
    names_hold();
    struct http_call *call =
        send_request((struct http_request){.url = "http://nowhere.invalid/"}, &outcome);
    loop_step(loop, 0);
    loop_step(loop, 0);
    http_cancel(call);
    http_client_destroy(client);
    client = NULL;
    ck_assert(!outcome.done);
    names_let_go();
}
END_TEST

/* What a callback does to calls. */
enum deed { CANCEL_SELF, CANCEL_OTHER, DESTROY_CLIENT, SEND_ANOTHER, DEED_COUNT };
enum moment { IN_BODY, IN_DONE, MOMENT_COUNT };

struct actor {
    enum deed deed;
    enum moment moment;
    struct http_call *self;
    struct http_call *other;
    struct outcome other_outcome;
    struct outcome another_outcome;
    unsigned done;
    unsigned pieces;
    bool acted;
};

static void act(struct actor *actor)
{
    if (actor->acted) {
        return;
    }
    actor->acted = true;
    switch (actor->deed) {
    case CANCEL_SELF:
        http_cancel(actor->self);
        http_cancel(actor->self);
        break;
    case CANCEL_OTHER:
        http_cancel(actor->other);
        break;
    case DESTROY_CLIENT:
        http_client_destroy(client);
        client = NULL;
        break;
    case SEND_ANOTHER:
        send_request((struct http_request){.url = peer_url(peer, "/another")},
                     &actor->another_outcome);
        break;
    case DEED_COUNT:
        break;
    }
}

static bool on_actor_body(void *user, const char *data, size_t len, struct error *err)
{
    struct actor *actor = user;
    (void)data;
    (void)len;
    (void)err;
    actor->pieces++;
    if (actor->moment == IN_BODY) {
        act(actor);
    }
    return true;
}

static void on_actor_done(void *user, const struct http_response *response, const struct error *err)
{
    struct actor *actor = user;
    actor->done++;
    ck_assert((response != NULL) != (err != NULL));
    if (actor->moment == IN_DONE) {
        act(actor);
    }
}

static void answer_or_stall(void *user, const struct peer_request *request,
                            struct peer_reply *reply)
{
    (void)user;
    if (str_equal_c(request->target, "/stall")) {
        reply->then = PEER_STALL;
    } else {
        reply->bytes = "HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n"
                       "012345678901234567890123456789012345678901234567890123456789";
        reply->chunk_bytes = 60;
    }
}

START_TEST(callbacks_may_do_anything)
{
    struct actor actor = {.deed = (enum deed)(_i % DEED_COUNT),
                          .moment = (enum moment)(_i / DEED_COUNT)};
    peer_handle(peer, answer_or_stall, NULL);
    actor.other =
        send_request((struct http_request){.url = peer_url(peer, "/stall")}, &actor.other_outcome);
    actor.self = http_send(client, &(struct http_request){.url = peer_url(peer, "/"),
                                                          .on_body = on_actor_body,
                                                          .done = on_actor_done,
                                                          .user = &actor});
    for (int i = 0; i < 3000 && !actor.acted; i++) {
        loop_step(loop, 10);
    }
    ck_assert(actor.acted);
    let_run(20);
    bool ends =
        actor.moment == IN_DONE || (actor.deed != CANCEL_SELF && actor.deed != DESTROY_CLIENT);
    ck_assert_uint_eq(actor.done, ends ? 1 : 0);
    ck_assert(!actor.other_outcome.done);
    ck_assert_uint_eq(actor.another_outcome.times, actor.deed == SEND_ANOTHER ? 1 : 0);
    if (!ends) {
        ck_assert_uint_eq(actor.pieces, 1);
    }
    outcome_release(&actor.another_outcome);
}
END_TEST

/* The first completion of several that are due in one turn cancels the rest. */
struct batch {
    struct http_call *calls[6];
    unsigned done;
};

static void on_batch_done(void *user, const struct http_response *response, const struct error *err)
{
    struct batch *batch = user;
    (void)response;
    (void)err;
    batch->done++;
    for (size_t i = 0; i < ARRAY_LEN(batch->calls); i++) {
        http_cancel(batch->calls[i]);
        batch->calls[i] = NULL;
    }
}

START_TEST(first_of_a_batch_cancels_the_rest)
{
    struct batch batch = {0};
    for (size_t i = 0; i < ARRAY_LEN(batch.calls); i++) {
        batch.calls[i] = http_send(client, &(struct http_request){.url = "not a url",
                                                                  .done = on_batch_done,
                                                                  .user = &batch});
    }
    let_run(5);
    ck_assert_uint_eq(batch.done, 1);
}
END_TEST

START_TEST(cancelled_call_frees_its_place)
{
    struct http_call *calls[30];
    struct outcome outcomes[30] = {0};
    struct outcome good = {0};
    peer_handle(peer, answer_or_stall, NULL);
    for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
        calls[i] =
            send_request((struct http_request){.url = peer_url(peer, "/stall")}, &outcomes[i]);
    }
    send_request((struct http_request){.url = peer_url(peer, "/")}, &good);
    let_run(20);
    ck_assert_uint_eq(peer_connections(peer), 8);
    for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
        http_cancel(calls[i]);
    }
    ck_assert(peer_wait(loop, &good.done));
    ck_assert_int_eq(good.status, 200);
    outcome_release(&good);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("cancel");
    tcase_add_checked_fixture(tc, fixture_setup, fixture_teardown);
    tcase_add_loop_test(tc, cancelled_call_never_completes, 0, ARRAY_LEN(states));
    tcase_add_loop_test(tc, destroyed_client_ends_its_calls, 0, ARRAY_LEN(states));
    tcase_add_loop_test(tc, call_that_connects_is_let_go, 0, 2);
    tcase_add_test(tc, cancelling_nothing_is_fine);
    tcase_add_test(tc, lookup_is_left_behind);
    tcase_add_loop_test(tc, callbacks_may_do_anything, 0, DEED_COUNT * MOMENT_COUNT);
    tcase_add_test(tc, first_of_a_batch_cancels_the_rest);
    tcase_add_test(tc, cancelled_call_frees_its_place);
    return suite_run("net/http_cancel", tc);
}
