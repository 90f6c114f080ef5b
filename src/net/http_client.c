/*
 * libcurl's multi handle on the loop. curl says which sockets to watch and when to be woken
 * (CURLMOPT_SOCKETFUNCTION, CURLMOPT_TIMERFUNCTION); nothing is polled.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "net/http_internal.h"

void call_enqueue(struct call_queue *queue, struct http_call *call)
{
    call->queue = queue;
    call->previous = queue->last;
    call->next = NULL;
    *(queue->last != NULL ? &queue->last->next : &queue->first) = call;
    queue->last = call;
}

void call_dequeue(struct http_call *call)
{
    *(call->previous != NULL ? &call->previous->next : &call->queue->first) = call->next;
    *(call->next != NULL ? &call->next->previous : &call->queue->last) = call->previous;
}

static int on_curl_timer(CURLM *multi, long timeout_ms, void *user)
{
    struct http_client *client = user;
    (void)multi;
    if (timeout_ms < 0) {
        loop_timer_disarm(client->timer);
    } else if (timeout_ms == 0) {
        loop_timer_disarm(client->timer);
        client_kick(client);
    } else {
        loop_timer_arm(client->timer, timeout_ms);
    }
    return 0;
}

static void act_on_timeout(struct http_client *client)
{
    int running;
    if (client->multi != NULL) {
        curl_multi_socket_action(client->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
}

static void on_timer(void *user)
{
    struct http_client *client = user;
    client_enter(client);
    act_on_timeout(client);
    client_leave(client);
}

static void on_kick(void *user)
{
    struct http_client *client = user;
    client->kick = NULL;
    client_enter(client);
    /* Those there now; what they start waits for the next turn. */
    struct http_call *last = client->waiting.last;
    for (bool more = last != NULL; more;) {
        struct http_call *call = client->waiting.first;
        more = call != last;
        call_dequeue(call);
        call_enqueue(&client->open, call);
        call_start(call);
    }
    act_on_timeout(client);
    client_leave(client);
}

void client_kick(struct http_client *client)
{
    if (client->kick == NULL && !client->dead) {
        client->kick = loop_defer(client->loop, on_kick, client);
    }
}

bool client_open(struct http_client *client, struct error *err)
{
    if (client->multi != NULL) {
        return true;
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        return error_set(err, ERROR_UNSUPPORTED, "libcurl cannot be initialised");
    }
    client->multi = curl_multi_init();
    if (client->multi == NULL) {
        curl_global_cleanup();
        return error_set(err, ERROR_UNSUPPORTED, "libcurl cannot be initialised");
    }
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, sockets_follow);
    curl_multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, on_curl_timer);
    curl_multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
    curl_multi_setopt(client->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
                      (long)HTTP_MAX_HOST_CONNECTIONS);
    curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)HTTP_MAX_CONNECTIONS);
    return true;
}

struct http_client *http_client_create(struct loop *loop)
{
    struct http_client *client = mem_zalloc(1, sizeof(*client));
    client->loop = loop;
    client->timer = loop_timer_create(loop, "http", on_timer, client);
    client->tokens = oauth2_cache_create(client);
    return client;
}

static void client_free(struct http_client *client)
{
    if (client->multi != NULL) {
        curl_multi_cleanup(client->multi);
        curl_global_cleanup();
    }
    sockets_release(client);
    oauth2_cache_destroy(client->tokens);
    deferred_cancel(client->kick);
    loop_timer_destroy(client->timer);
    free(client);
}

static void complete_finished(struct http_client *client)
{
    while (client->finished.first != NULL) {
        struct http_call *call = client->finished.first;
        call_dequeue(call);
        call_complete(call);
    }
}

void http_client_destroy(struct http_client *client)
{
    if (client == NULL || client->dead) {
        return;
    }
    oauth2_cache_stop(client->tokens);
    struct call_queue *queues[] = {&client->waiting, &client->open, &client->finished};
    for (size_t i = 0; i < ARRAY_LEN(queues); i++) {
        struct http_call *next;
        for (struct http_call *call = queues[i]->first; call != NULL; call = next) {
            next = call->next;
            http_cancel(call);
        }
    }
    client->dead = true;
    if (client->depth == 0) {
        client_free(client);
    }
}

static void take_results(struct http_client *client)
{
    int left;
    CURLMsg *message;
    while (client->multi != NULL && (message = curl_multi_info_read(client->multi, &left))) {
        struct http_call *call = NULL;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
        if (message->msg == CURLMSG_DONE && call->queue == &client->open) {
            call_transferred(call, message->data.result);
        }
    }
}

void client_enter(struct http_client *client)
{
    client->depth++;
}

void client_leave(struct http_client *client)
{
    assert(client->depth > 0);
    if (client->depth == 1) {
        take_results(client);
        complete_finished(client);
    }
    client->depth--;
    if (client->depth == 0 && client->dead) {
        client_free(client);
    }
}

const char *http_library(void)
{
    return curl_version();
}
