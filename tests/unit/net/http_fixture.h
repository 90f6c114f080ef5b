/* What the tests of the HTTP client share: a loop, a peer, a client, and the outcome of a call.
 *
 * No name is looked up: getaddrinfo is the fixture's, which knows none. */
#ifndef TOCSIN_TESTS_UNIT_NET_HTTP_FIXTURE_H
#define TOCSIN_TESTS_UNIT_NET_HTTP_FIXTURE_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "net/http.h"
#include "support/peer.h"
#include "support/suite.h"

extern struct loop *loop;
extern struct peer *peer;
extern struct http_client *client;

struct outcome {
    bool done;
    unsigned times;
    int status;
    char *body;
    size_t bytes;
    char *content_type;
    struct wall server_time;
    enum error_kind kind;
    int http;
    int64_t retry_after_ms;
    char *message;
    char *suggestion;
};

void fixture_setup(void);
void fixture_teardown(void);

void outcome_release(struct outcome *outcome);
/* `done` and `user` are filled in. */
struct http_call *send_request(struct http_request request, struct outcome *outcome);
/* Sends, and waits for the end. */
struct outcome fetch(struct http_request request);
struct outcome fetch_path(const char *path);
/* The same with a time limit that is part of what is tested. Where the machine stood still for a
 * good part of it, what came of it says nothing, and the request is sent anew: the peer must answer
 * each time alike. */
struct outcome fetch_within(struct http_request request, int64_t timeout_ms);
/* Gives the loop `turns` turns, so that something that must not happen could. */
void let_run(int turns);
/* Gives it `ms` of its own time, however late it is. */
void let_pass(int64_t ms);
/* Look-ups of names wait for names_let_go. */
void names_hold(void);
/* Waits until no thread is in a look-up any more. */
void names_let_go(void);
void check_contains(const char *text, const char *part);
void check_lacks(const char *text, const char *part);
/* A configuration from YAML text; fails the test on errors in it. */
struct http_config *config_from(const char *yaml);

#endif
