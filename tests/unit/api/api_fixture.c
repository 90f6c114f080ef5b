#include "api_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

struct alerts *alerts;
struct control_status host_status;
struct error reload_failure;
unsigned reloads;
int status;
struct json answer;
char *answer_text;

static struct loop *loop;
static struct http_client *client;
static struct http_server *server;
static struct control *api;
static struct json_document *document;
static char folder[64];
static char path[108];
static char *kept; /* of text_at */
static bool done;

static struct wall host_now(void *user)
{
    (void)user;
    return (struct wall){NOW};
}

static void host_status_cb(void *user, struct control_status *out)
{
    (void)user;
    *out = host_status;
}

static bool host_reload(void *user, struct error *err)
{
    (void)user;
    reloads++;
    if (error_is(&reload_failure)) {
        error_copy(err, &reload_failure);
        return false;
    }
    return true;
}

void fixture_setup(void)
{
    struct error err = ERROR_INIT;
    const struct control_host host = {.version = "1.2.3",
                                      .started = {NOW - 60 * MINUTE},
                                      .now = host_now,
                                      .status = host_status_cb,
                                      .reload = host_reload};
    struct http_server_options options = {.unix_path = path, .tcp_address = "127.0.0.1:0"};
    loop = loop_create(NULL, &err);
    ck_assert_ptr_nonnull(loop);
    strcpy(folder, "/tmp/tocsin-api-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/tocsin.sock", folder);
    alerts = fake_alerts_create(loop);
    host_status = (struct control_status){.environment = "prod"};
    reloads = 0;
    api = control_create(alerts, &host);
    options.routes = control_routes(&options.route_count);
    options.user = api;
    server = http_server_create(loop, &options, &err);
    ck_assert_msg(server != NULL, "%s", error_text(&err));
    client = http_client_create(loop);
}

static void forget_answer(void)
{
    json_destroy(document);
    document = NULL;
    free(answer_text);
    answer_text = NULL;
}

void fixture_teardown(void)
{
    http_client_destroy(client);
    http_server_destroy(server);
    fake_alerts_destroy(alerts);
    control_destroy(api);
    loop_destroy(loop);
    rmdir(folder);
    forget_answer();
    free(kept);
    kept = NULL;
    error_release(&reload_failure);
}

static void answered(void *user, const struct http_response *response, const struct error *err)
{
    (void)user;
    ck_assert_msg(response != NULL, "%s", err != NULL ? error_text(err) : "");
    status = response->status;
    answer_text = str_dup(response->body);
    done = true;
}

static enum http_method method_of(const char *method)
{
    return strcmp(method, "POST") == 0     ? HTTP_POST
           : strcmp(method, "DELETE") == 0 ? HTTP_DELETE
                                           : HTTP_GET;
}

void ask_as(const char *method, const char *target, const char *body, const char *content_type,
            bool tcp)
{
    struct error err = ERROR_INIT;
    char *url = tcp ? mem_printf("http://127.0.0.1:%u%s", http_server_port(server), target)
                    : mem_printf("http://tocsin%s", target);
    const struct http_request request = {.method = method_of(method),
                                         .url = url,
                                         .unix_socket = tcp ? NULL : path,
                                         .body = str_from(body),
                                         .content_type = content_type,
                                         .any_status = true,
                                         .done = answered};
    forget_answer();
    done = false;
    (void)http_send(client, &request);
    free(url);
    while (!done) {
        loop_step(loop, 1000);
    }
    document = json_parse(str_from(answer_text), CONTROL_MAX_ANSWER, &err);
    ck_assert_msg(document != NULL, "%s: %s", error_text(&err), answer_text);
    answer = json_root(document);
}

void post_and_leave(const char *target, const char *body)
{
    char *url = mem_printf("http://tocsin%s", target);
    const struct http_request request = {.method = HTTP_POST,
                                         .url = url,
                                         .unix_socket = path,
                                         .body = str_from(body),
                                         .content_type = "application/json",
                                         .done = answered};
    size_t before = alerts->commands.len;
    struct http_call *call = http_send(client, &request);
    free(url);
    while (alerts->commands.len == before) {
        loop_step(loop, 1000);
    }
    http_cancel(call);
    while (http_server_connections(server) != 0) {
        loop_step(loop, 1000);
    }
}

void get(const char *target)
{
    ask_as("GET", target, NULL, NULL, false);
}

void post(const char *target, const char *body)
{
    ask_as("POST", target, body, "application/json", false);
}

const char *text_at(const char *at)
{
    struct error err = ERROR_INIT;
    struct str text;
    ck_assert_msg(json_get_str(answer, at, &text, &err), "%s: %s", error_text(&err), answer_text);
    free(kept);
    kept = str_dup(text);
    return kept;
}

double number_at(const char *at)
{
    struct error err = ERROR_INIT;
    double number;
    ck_assert_msg(json_get_number(answer, at, &number, &err), "%s: %s", error_text(&err),
                  answer_text);
    return number;
}

bool bool_at(const char *at)
{
    struct error err = ERROR_INIT;
    bool yes;
    ck_assert_msg(json_get_bool(answer, at, &yes, &err), "%s: %s", error_text(&err), answer_text);
    return yes;
}

bool is_null_at(const char *at)
{
    return json_kind(json_find(answer, at)) == JSON_KIND_NULL;
}

size_t size_at(const char *at)
{
    struct json found = json_find(answer, at);
    ck_assert_msg(json_kind(found) == JSON_KIND_ARRAY || json_kind(found) == JSON_KIND_OBJECT,
                  "%s in %s", at, answer_text);
    return json_size(found);
}

void expect_error(int wanted, const char *part)
{
    ck_assert_msg(status == wanted, "%d: %s", status, answer_text);
    if (json_kind(answer) == JSON_KIND_STRING) { /* as Alertmanager gives errors */
        ck_assert_msg(strstr(text_at(""), part) != NULL, "%s", answer_text);
        return;
    }
    ck_assert_str_eq(text_at("status"), "error");
    ck_assert_msg(strstr(text_at("error"), part) != NULL, "%s", answer_text);
}
