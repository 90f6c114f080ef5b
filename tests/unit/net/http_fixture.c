#include "http_fixture.h"

#include <netdb.h>
#include <pthread.h>

#include "yaml/node.h"
#include "yaml/read.h"

struct loop *loop;
struct peer *peer;
struct http_client *client;

void outcome_release(struct outcome *outcome)
{
    free(outcome->body);
    free(outcome->content_type);
    free(outcome->message);
    free(outcome->suggestion);
    *outcome = (struct outcome){0};
}

static void on_done(void *user, const struct http_response *response, const struct error *err)
{
    struct outcome *outcome = user;
    ck_assert((response == NULL) != (err == NULL));
    outcome->done = true;
    outcome->times++;
    if (err != NULL) {
        outcome->kind = err->kind;
        outcome->http = err->http;
        outcome->retry_after_ms = err->retry_after_ms;
        outcome->message = mem_strdup(error_text(err));
        outcome->suggestion = err->suggestion != NULL ? mem_strdup(err->suggestion) : NULL;
        return;
    }
    outcome->status = response->status;
    outcome->retry_after_ms = response->retry_after_ms;
    outcome->body = str_dup(response->body);
    outcome->bytes = response->bytes;
    outcome->content_type = str_dup(response->content_type);
    outcome->server_time = response->server_time;
}

void fixture_setup(void)
{
    struct error err = ERROR_INIT;
    loop = loop_create(NULL, &err);
    ck_assert_ptr_nonnull(loop);
    peer = peer_create(loop);
    client = http_client_create(loop);
}

void fixture_teardown(void)
{
    http_client_destroy(client);
    peer_destroy(peer);
    loop_destroy(loop);
}

struct http_call *send_request(struct http_request request, struct outcome *outcome)
{
    request.done = on_done;
    request.user = outcome;
    return http_send(client, &request);
}

struct outcome fetch(struct http_request request)
{
    struct outcome outcome = {0};
    send_request(request, &outcome);
    ck_assert_msg(!outcome.done, "completed inside http_send");
    ck_assert_msg(peer_wait(loop, &outcome.done), "no completion");
    let_run(3);
    ck_assert_uint_eq(outcome.times, 1);
    return outcome;
}

#define STEP_MS 5
#define TRIES   20

/* Returns how long the machine kept the loop from running, in milliseconds. */
static int64_t fetch_watched(struct http_request request, struct outcome *outcome)
{
    struct clock clock = clock_real();
    struct mono began = clock_mono(&clock);
    struct mono last = began;
    int64_t lost_ms = 0;
    send_request(request, outcome);
    while (!outcome->done && mono_ms_since(last, began) < PEER_WAIT_MS) {
        loop_step(loop, STEP_MS);
        struct mono now = clock_mono(&clock);
        int64_t over_ms = mono_ms_since(now, last) - STEP_MS;
        lost_ms += over_ms > 0 ? over_ms : 0;
        last = now;
    }
    ck_assert_msg(outcome->done, "no completion");
    let_run(3);
    ck_assert_uint_eq(outcome->times, 1);
    return lost_ms;
}

struct outcome fetch_within(struct http_request request, int64_t timeout_ms)
{
    struct outcome outcome = {0};
    request.timeout_ms = timeout_ms;
    for (int i = 0; i < TRIES; i++) {
        outcome_release(&outcome);
        if (fetch_watched(request, &outcome) < timeout_ms / 4) {
            break;
        }
    }
    return outcome;
}

struct outcome fetch_path(const char *path)
{
    return fetch((struct http_request){.url = peer_url(peer, path)});
}

void let_run(int turns)
{
    for (int i = 0; i < turns; i++) {
        loop_step(loop, 2);
    }
}

static void set(void *user)
{
    *(bool *)user = true;
}

void let_pass(int64_t ms)
{
    bool over = false;
    struct loop_timer *t = loop_timer_create(loop, "pass", set, &over);
    loop_timer_arm(t, ms);
    while (!over) {
        loop_step(loop, 1000);
    }
    loop_timer_destroy(t);
}

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool held;
    unsigned inside;
} names = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

/* In the C library's place, for curl's threads too. */
int getaddrinfo(const char *restrict node, const char *restrict service,
                const struct addrinfo *restrict hints, struct addrinfo **restrict result)
{
    (void)node;
    (void)service;
    (void)hints;
    (void)result;
    pthread_mutex_lock(&names.lock);
    names.inside++;
    pthread_cond_broadcast(&names.changed);
    while (names.held) {
        pthread_cond_wait(&names.changed, &names.lock);
    }
    names.inside--;
    pthread_cond_broadcast(&names.changed);
    pthread_mutex_unlock(&names.lock);
    return EAI_NONAME;
}

void names_hold(void)
{
    pthread_mutex_lock(&names.lock);
    names.held = true;
    pthread_mutex_unlock(&names.lock);
}

void names_let_go(void)
{
    pthread_mutex_lock(&names.lock);
    names.held = false;
    pthread_cond_broadcast(&names.changed);
    while (names.inside > 0) {
        pthread_cond_wait(&names.changed, &names.lock);
    }
    pthread_mutex_unlock(&names.lock);
}

void check_contains(const char *text, const char *part)
{
    ck_assert_ptr_nonnull(text);
    ck_assert_msg(strstr(text, part) != NULL, "'%s' is not in '%s'", part, text);
}

void check_lacks(const char *text, const char *part)
{
    ck_assert_msg(text == NULL || strstr(text, part) == NULL, "'%s' is in '%s'", part, text);
}

struct http_config *config_from(const char *yaml)
{
    struct diags diags;
    diags_init(&diags);
    struct yaml_document *document = yaml_parse("test.yaml", str_from(yaml), &diags);
    ck_assert_ptr_nonnull(document);
    struct yaml_reader reader;
    yaml_reader_init(&reader, document, &diags);
    struct http_config *config = http_config_read(&reader, yaml_root(document));
    yaml_read_done(&reader, yaml_root(document));
    struct strbuf text = STRBUF_INIT;
    diags_format(&diags, &text);
    ck_assert_msg(diags.errors == 0, "%s", strbuf_cstr(&text));
    strbuf_release(&text);
    yaml_reader_release(&reader);
    yaml_destroy(document);
    diags_release(&diags);
    return config;
}
