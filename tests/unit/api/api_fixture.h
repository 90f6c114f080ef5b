/* What the tests of the API share: alerts to fill in, a server on a unix socket with the API's
 * routes, and a client that asks it. Answers are read back as JSON. */
#ifndef TOCSIN_TESTS_UNIT_API_API_FIXTURE_H
#define TOCSIN_TESTS_UNIT_API_API_FIXTURE_H

#include "api/control.h"
#include "net/http.h"
#include "net/json.h"
#include "support/fake_alerts.h"
#include "support/suite.h"

#define NOW    FAKE_ALERTS_NOW
#define MINUTE INT64_C(60000)

extern struct alerts *alerts;
extern struct control_status host_status;
extern struct error reload_failure;
extern unsigned reloads;

/* The last answer. */
extern int status;
extern struct json answer;
extern char *answer_text;

void fixture_setup(void);
void fixture_teardown(void);
/* `body` may be NULL. Over the unix socket, or over TCP where `tcp`. */
void ask_as(const char *method, const char *path, const char *body, const char *content_type,
            bool tcp);
/* Asks, and hangs up once the alerts were told to do something; the server has seen it. */
void post_and_leave(const char *path, const char *body);
void get(const char *path);
void post(const char *path, const char *body);
/* What `path` of the last answer is. */
const char *text_at(const char *path);
double number_at(const char *path);
bool bool_at(const char *path);
bool is_null_at(const char *path);
size_t size_at(const char *path);
void expect_error(int wanted, const char *part);

#endif
